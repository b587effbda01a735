"""Selection family: picks out of short lists whose items are of different kinds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from training.catalogue.drafting import balanced, wordings
from training.catalogue.people import CITIES
from training.catalogue.selection_wordings import DESCRIPTIONS
from training.catalogue.source import Answer, TaskDraft

FAMILY = "selection"
PACKAGES = ()
LICENCE = "CC0-1.0"
SOURCE = "hand-written lists of words"
_NUM_ROWS = 300
_NUM_LISTS = 700
_SEPARATORS = (" | ", "; ", " / ", ", ")

# No word is of two kinds, so "orange" is left out.
KINDS = {
    "animal": (
        "cat", "dog", "horse", "cow", "pig", "goat", "sheep", "lion", "tiger", "bear",
        "wolf", "fox", "rabbit", "mouse", "camel", "monkey", "zebra", "eagle", "owl",
        "frog", "snake", "shark", "whale", "duck", "hen", "donkey", "otter", "parrot",
    ),
    "city": CITIES,
    "colour": (
        "red", "blue", "green", "yellow", "black", "white", "brown", "grey", "pink",
        "purple", "beige", "violet", "crimson", "turquoise",
    ),
    "fruit": (
        "apple", "pear", "banana", "cherry", "grape", "lemon", "mango", "melon", "peach",
        "plum", "kiwi", "apricot", "papaya", "pineapple", "strawberry", "raspberry",
    ),
    "tool": (
        "hammer", "saw", "drill", "wrench", "screwdriver", "chisel", "axe", "shovel",
        "rake", "pliers", "spade", "ladder", "crowbar", "sickle",
    ),
    "instrument": (
        "piano", "violin", "guitar", "flute", "trumpet", "cello", "harp", "clarinet",
        "trombone", "banjo", "oboe", "tuba", "saxophone", "accordion",
    ),
}  # fmt: skip
_MIXED_KINDS = ("animal", "city", "colour", "fruit")


@dataclass(frozen=True, kw_only=True, slots=True)
class MixedList:
    """Items of five kinds, one each, in any order."""

    separator: str
    kinds: tuple[str, ...]
    items: tuple[str, ...]

    def item(self, kind: str) -> str:
        """The list's only item of a kind."""
        return self.items[self.kinds.index(kind)]


@dataclass(frozen=True, kw_only=True, slots=True)
class OddList:
    """Items of one kind with a single item of another kind among them."""

    separator: str
    items: tuple[str, ...]
    position: int
    """Where the odd item stands, counted from 0."""
    odd_kind: str
    common_kind: str


@lru_cache(maxsize=1)
def mixed_lists() -> tuple[MixedList, ...]:
    """Lists of an animal, a city, a colour, a fruit and a number."""
    generator = random.Random(f"{FAMILY}/mixed")
    found: dict[tuple[str, ...], MixedList] = {}
    while len(found) < _NUM_LISTS:
        pairs = [(kind, generator.choice(KINDS[kind])) for kind in _MIXED_KINDS]
        pairs.append(("number", str(generator.randint(2, 99))))
        generator.shuffle(pairs)
        kinds, items = zip(*pairs, strict=True)
        separator = _SEPARATORS[len(found) % len(_SEPARATORS)]
        found[items] = MixedList(separator=separator, kinds=kinds, items=items)
    return tuple(found.values())


@lru_cache(maxsize=1)
def odd_lists() -> tuple[OddList, ...]:
    """Lists of four items, three of them of one kind."""
    generator = random.Random(f"{FAMILY}/odd")
    found: dict[tuple[str, ...], OddList] = {}
    while len(found) < _NUM_LISTS:
        common, odd = generator.sample(sorted(KINDS), 2)
        position = len(found) // len(_SEPARATORS) % 4
        items = generator.sample(KINDS[common], 3)
        items.insert(position, generator.choice(KINDS[odd]))
        found[tuple(items)] = OddList(
            separator=_SEPARATORS[len(found) % len(_SEPARATORS)],
            items=tuple(items),
            position=position,
            odd_kind=odd,
            common_kind=common,
        )
    return tuple(found.values())


def _right_of_number(found: MixedList) -> str:
    return (*found.items, "end")[found.kinds.index("number") + 1]


def _earlier(found: MixedList) -> str:
    return next(kind for kind in found.kinds if kind in ("city", "number"))


MIXED_ANSWERS: dict[str, Callable[[MixedList], Answer]] = {
    "number": lambda x: x.item("number"),
    "city": lambda x: x.item("city"),
    "the_animal": lambda x: f"the {x.item('animal')}",
    "coloured_fruit": lambda x: f"{x.item('colour')} {x.item('fruit')}",
    "without_number": lambda x: ", ".join(i for i in x.items if not i.isdigit()),
    "third": lambda x: x.items[2],
    "right_of_number": _right_of_number,
    "kind_of_first": lambda x: x.kinds[0],
    "number_position": lambda x: str(x.kinds.index("number") + 1),
    "city_or_number": _earlier,
}
ODD_ANSWERS: dict[str, Callable[[OddList], Answer]] = {
    "odd_one": lambda x: x.items[x.position],
    "common_kind": lambda x: x.common_kind,
    "odd_kind": lambda x: x.odd_kind,
    "odd_position": lambda x: ("first", "second", "third", "fourth")[x.position],
    "without_odd": lambda x: " + ".join(
        item for index, item in enumerate(x.items) if index != x.position
    ),
}
_LABEL_TASKS = (
    "kind_of_first", "number_position", "city_or_number", "common_kind", "odd_kind",
    "odd_position",
)  # fmt: skip


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    for task, of_mixed in MIXED_ANSWERS.items():
        mixed = [(x.separator.join(x.items), of_mixed(x)) for x in mixed_lists()]
        yield _draft(task, "mixed_lists", mixed)
    for task, of_odd in ODD_ANSWERS.items():
        odd = [(x.separator.join(x.items), of_odd(x)) for x in odd_lists()]
        yield _draft(task, "odd_lists", odd)


def _draft(task: str, pool: str, rows: Iterable[tuple[str, Answer]]) -> TaskDraft:
    identifier = f"{FAMILY}_{task}"
    if task in _LABEL_TASKS:
        rows = balanced(rows, seed=identifier, at_most=_NUM_ROWS)
    return TaskDraft(
        id=identifier,
        descriptions=wordings(DESCRIPTIONS[task]),
        rows=list(rows)[:_NUM_ROWS],
        pool=pool,
        group=identifier,
        licence=LICENCE,
        source=SOURCE,
    )
