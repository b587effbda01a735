"""Drills over comma lists of words: the whole list, changed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from training.drills.assembly import plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.naming import FENCES, PLACES, SEPARATORS
from training.drills.pools.lists import LISTS, at, items_of, joined, word_list
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_ORDERS: Mapping[str, Callable[[list[str]], list[str]]] = {
    "same": list,
    "reversed": lambda items: items[::-1],
    "sorted": sorted,
}


@kind("words")
def list_without(rng: random.Random, materials: Materials) -> Drill:
    """The list without the item at a place."""
    place = rng.choice((0, 1, 2, -1, -2, -3))

    def answer(text: str) -> str | None:
        items = items_of(text)
        gone = place % len(items) if at(items, place) is not None else None
        return joined([i for n, i in enumerate(items) if n != gone])

    return plain_drill(
        rng,
        name=f"list_without_{place}",
        pool=LISTS,
        frames=_TOLD["list_without"],
        draw=word_list(materials, most=4),
        answer=answer,
        place=PLACES[place],
    )


@kind("words")
def list_joined(rng: random.Random, materials: Materials) -> Drill:
    """The items in some order with another separator."""
    order, arrange = rng.choice(tuple(_ORDERS.items()))
    sign = rng.choice(SEPARATORS)
    return plain_drill(
        rng,
        name=f"list_joined_{order}_{sign.noun}",
        pool=LISTS,
        frames=_TOLD["list_joined"],
        draw=word_list(materials, most=4),
        answer=lambda text: sign.mark.join(arrange(items_of(text))),
        order=_TOLD["orders"][order],
        sign=sign.names,
    )


@kind("words")
def list_added(rng: random.Random, materials: Materials) -> Drill:
    """The list with a word more at one end."""
    word, end = rng.choice(materials.words), rng.choice(("start", "end"))

    def answer(text: str) -> str | None:
        items = items_of(text)
        return joined([word, *items] if end == "start" else [*items, word])

    return plain_drill(
        rng,
        name=f"list_added_{word}_{end}",
        pool=LISTS,
        frames=_TOLD["list_added"],
        draw=word_list(materials, most=4),
        answer=answer,
        word=word,
        end=end,
    )


@kind("words")
def list_replaced(rng: random.Random, materials: Materials) -> Drill:
    """The list with another word at a place."""
    place, word = rng.choice((0, 1, 2, -1, -2)), rng.choice(materials.words)

    def answer(text: str) -> str | None:
        items = items_of(text)
        if at(items, place) is None:
            return None
        items[place] = word
        return joined(items)

    return plain_drill(
        rng,
        name=f"list_replaced_{place}_{word}",
        pool=LISTS,
        frames=_TOLD["list_replaced"],
        draw=word_list(materials, most=4),
        answer=answer,
        place=PLACES[place],
        word=word,
    )


@kind("words")
def list_swapped(rng: random.Random, materials: Materials) -> Drill:
    """The list with two places swapped."""
    first, second = rng.choice(((0, 1), (0, 2), (1, 2), (0, -1), (1, -1)))

    def answer(text: str) -> str | None:
        items = items_of(text)
        if at(items, first) is None or at(items, second) is None:
            return None
        items[first], items[second] = items[second], items[first]
        return joined(items)

    return plain_drill(
        rng,
        name=f"list_swapped_{first}_{second}",
        pool=LISTS,
        frames=_TOLD["list_swapped"],
        draw=word_list(materials, most=4),
        answer=answer,
        place=PLACES[first],
        other=PLACES[second],
    )


@kind("words")
def list_last_joined(rng: random.Random, materials: Materials) -> Drill:
    """The list with a word for its last comma."""
    connector = rng.choice(_TOLD["connectors"])
    word = connector if rng.random() < 0.7 else rng.choice(materials.words)
    return plain_drill(
        rng,
        name=f"list_last_joined_{word}",
        pool=LISTS,
        frames=_TOLD["list_last_joined"],
        draw=word_list(materials, most=4),
        answer=lambda text: f" {word} ".join(text.rsplit(", ", 1)),
        word=word,
    )


@kind("words")
def list_marked(rng: random.Random, materials: Materials) -> Drill:
    """Every item between two signs."""
    fence = rng.choice(FENCES)
    return plain_drill(
        rng,
        name=f"list_marked_{fence.noun}",
        pool=LISTS,
        frames=_TOLD["list_marked"],
        draw=lambda rng: joined(rng.sample(materials.words, 3)),
        answer=lambda text: joined(
            [fence.left + i + fence.right for i in items_of(text)]
        ),
        left=fence.left,
        right=fence.right,
    )


@kind("words")
def list_numbered(rng: random.Random, materials: Materials) -> Drill:
    """The items with running numbers in some style."""
    counter, start = (
        rng.choice(_TOLD["counters"]),
        rng.choice((0, 1, 1, 1, 2, 5, 7, 10)),
    )

    def answer(text: str) -> str | None:
        return joined(
            [counter.format(n) + i for n, i in enumerate(items_of(text), start)]
        )

    return plain_drill(
        rng,
        name=f"list_numbered_{counter}_{start}",
        pool=LISTS,
        frames=_TOLD["list_numbered"],
        draw=lambda rng: joined(rng.sample(materials.words, 3)),
        answer=answer,
        sample=f'"{counter.format(start)}WORD"',
    )
