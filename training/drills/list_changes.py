"""Drills over comma lists of words: the whole list, changed."""

from __future__ import annotations

import random
from collections.abc import Callable

from training.drills.base import Drill, Materials, kind
from training.drills.lists import POOL, items_of, joined, word_list
from training.drills.parts import PLACES, SEPARATORS, Worded, at, told, worded
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_ORDERS: Worded[Callable[[list[str]], list[str]]] = worded(
    {"same": list, "reversed": lambda items: items[::-1], "sorted": sorted},
    _TOLD["orders"],
)


@kind
def list_without(rng: random.Random, materials: Materials) -> Drill:
    """The list without the item at a place."""
    place = rng.choice((0, 1, 2, -1, -2, -3))

    def answer(text: str) -> str | None:
        items = items_of(text)
        gone = place % len(items) if at(items, place) is not None else None
        return joined([i for n, i in enumerate(items) if n != gone])

    return Drill(
        name=f"list_without_{place}",
        pool=POOL,
        descriptions=told(rng, _TOLD["list_without"], nth=PLACES[place]),
        draw=word_list(materials, most=4),
        answer=answer,
    )


@kind
def list_joined(rng: random.Random, materials: Materials) -> Drill:
    """The items in some order with another separator."""
    order, arrange, order_wordings = rng.choice(_ORDERS)
    sign, wordings = rng.choice(SEPARATORS)
    return Drill(
        name=f"list_joined_{order}_{sign}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["list_joined"], order=order_wordings, sign=wordings
        ),
        draw=word_list(materials, most=4),
        answer=lambda text: sign.join(arrange(items_of(text))),
    )


@kind
def list_added(rng: random.Random, materials: Materials) -> Drill:
    """The list with a word more at one end."""
    word, end = rng.choice(materials.words), rng.choice(("start", "end"))

    def answer(text: str) -> str | None:
        items = items_of(text)
        return joined([word, *items] if end == "start" else [*items, word])

    return Drill(
        name=f"list_added_{word}_{end}",
        pool=POOL,
        descriptions=told(rng, _TOLD["list_added"], word=word, end=end),
        draw=word_list(materials, most=4),
        answer=answer,
    )


@kind
def list_replaced(rng: random.Random, materials: Materials) -> Drill:
    """The list with another word at a place."""
    place, word = rng.choice((0, 1, 2, -1, -2)), rng.choice(materials.words)

    def answer(text: str) -> str | None:
        items = items_of(text)
        if at(items, place) is None:
            return None
        items[place] = word
        return joined(items)

    return Drill(
        name=f"list_replaced_{place}_{word}",
        pool=POOL,
        descriptions=told(rng, _TOLD["list_replaced"], nth=PLACES[place], word=word),
        draw=word_list(materials, most=4),
        answer=answer,
    )


@kind
def list_swapped(rng: random.Random, materials: Materials) -> Drill:
    """The list with two places swapped."""
    first, second = rng.choice(((0, 1), (0, 2), (1, 2), (0, -1), (1, -1)))

    def answer(text: str) -> str | None:
        items = items_of(text)
        if at(items, first) is None or at(items, second) is None:
            return None
        items[first], items[second] = items[second], items[first]
        return joined(items)

    return Drill(
        name=f"list_swapped_{first}_{second}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["list_swapped"], nth=PLACES[first], mth=PLACES[second]
        ),
        draw=word_list(materials, most=4),
        answer=answer,
    )


@kind
def list_last_joined(rng: random.Random, materials: Materials) -> Drill:
    """The list with a word for its last comma."""
    connector = rng.choice(_TOLD["connectors"])
    word = connector if rng.random() < 0.7 else rng.choice(materials.words)
    return Drill(
        name=f"list_last_joined_{word}",
        pool=POOL,
        descriptions=told(rng, _TOLD["list_last_joined"], word=word),
        draw=word_list(materials, most=4),
        answer=lambda text: f" {word} ".join(text.rsplit(", ", 1)),
    )


@kind
def list_marked(rng: random.Random, materials: Materials) -> Drill:
    """Every item between two signs."""
    left, right = rng.choice(_TOLD["marks"])
    return Drill(
        name=f"list_marked_{left}{right}",
        pool=POOL,
        descriptions=told(rng, _TOLD["list_marked"], left=left, right=right),
        draw=lambda rng: joined(rng.sample(materials.words, 3)),
        answer=lambda text: joined([f"{left}{i}{right}" for i in items_of(text)]),
    )


@kind
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

    return Drill(
        name=f"list_numbered_{counter}{start}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["list_numbered"], sample=f'"{counter.format(start)}WORD"'
        ),
        draw=lambda rng: joined(rng.sample(materials.words, 3)),
        answer=answer,
    )
