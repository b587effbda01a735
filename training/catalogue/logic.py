"""Logic family: short stories of two facts, and what follows from them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from training.catalogue.drafting import balanced, wordings
from training.catalogue.logic_wordings import DESCRIPTIONS
from training.catalogue.people import CITIES, FIRST_NAMES, GOODS, with_article
from training.catalogue.source import Answer, TaskDraft

FAMILY = "logic"
PACKAGES = ()
LICENCE = "CC0-1.0"
SOURCE = "hand-written story templates"
_NUM_ROWS = 300
_NUM_STORIES = 700
_LATE_AGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """A person of a story, with an age, a town and a thing."""

    name: str
    age: int
    city: str
    item: str


OWNER_TEMPLATES = (
    "{a.name}, {a.age}, from {a.city} has {a_item}. "
    "{b.name}, {b.age}, from {b.city} has {b_item}.",
    "{a.name} ({a.age}, {a.city}) bought {a_item} and {b.name} ({b.age}, {b.city}) "
    "bought {b_item}.",
    "{a.name} of {a.city} is {a.age} and owns {a_item}; {b.name} of {b.city} is {b.age} "
    "and owns {b_item}.",
    "At {a.age}, {a.name} from {a.city} sells {a_item}. At {b.age}, {b.name} from "
    "{b.city} sells {b_item}.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerStory:
    """Two people in the order in which the text names them."""

    text: str
    first: Owner
    second: Owner

    @property
    def by_age(self) -> tuple[Owner, Owner]:
        """The younger person, then the older one."""
        if self.first.age < self.second.age:
            return self.first, self.second
        return self.second, self.first


ARRIVAL_TEMPLATES = (
    "{early} {verb} before {late}.",
    "{late} {verb} after {early}.",
    "{early} {verb} earlier than {late}.",
    "{late} {verb} later than {early}.",
)
ARRIVAL_VERBS = ("arrived", "left", "finished", "woke up", "came home", "called")


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrivalStory:
    """Three people from the earliest to the latest."""

    text: str
    order: tuple[str, str, str]


COLOURS = ("red", "blue", "green", "white", "black", "yellow")


@dataclass(frozen=True, kw_only=True, slots=True)
class BoxStory:
    """Two boxes with their contents counted, and a claim about one of them."""

    text: str
    counts: dict[str, int]
    claimed_box: str
    is_right: bool

    @property
    def fuller_box(self) -> str:
        """Colour of the box that holds more."""
        return max(self.counts, key=lambda colour: self.counts[colour])


@lru_cache(maxsize=1)
def owner_stories() -> tuple[OwnerStory, ...]:
    """Stories of two owners; in every second one they live in the same town."""
    generator = random.Random(f"{FAMILY}/owners")
    found: dict[str, OwnerStory] = {}
    while len(found) < _NUM_STORIES:
        names = generator.sample(FIRST_NAMES, 2)
        ages = generator.sample(range(21, 80), 2)
        cities = generator.sample(CITIES, 2)
        items = generator.sample(GOODS, 2)
        if len(found) // len(OWNER_TEMPLATES) % 2:
            cities[1] = cities[0]
        first, second = (
            Owner(name=name, age=age, city=city, item=item)
            for name, age, city, item in zip(names, ages, cities, items, strict=True)
        )
        text = OWNER_TEMPLATES[len(found) % len(OWNER_TEMPLATES)].format(
            a=first,
            b=second,
            a_item=with_article(first.item),
            b_item=with_article(second.item),
        )
        found[text] = OwnerStory(text=text, first=first, second=second)
    return tuple(found.values())


@lru_cache(maxsize=1)
def arrival_stories() -> tuple[ArrivalStory, ...]:
    """Stories of three people, told by two comparisons in either order."""
    generator = random.Random(f"{FAMILY}/arrivals")
    found: dict[str, ArrivalStory] = {}
    while len(found) < _NUM_STORIES:
        one, two, three = generator.sample(FIRST_NAMES, 3)
        verb = generator.choice(ARRIVAL_VERBS)
        facts = [
            generator.choice(ARRIVAL_TEMPLATES).format(
                early=early, late=late, verb=verb
            )
            for early, late in ((one, two), (two, three))
        ]
        generator.shuffle(facts)
        text = " ".join(facts)
        found[text] = ArrivalStory(text=text, order=(one, two, three))
    return tuple(found.values())


@lru_cache(maxsize=1)
def box_stories() -> tuple[BoxStory, ...]:
    """Stories of two boxes of goods, each with a claim that may be wrong."""
    generator = random.Random(f"{FAMILY}/boxes")
    found: dict[str, BoxStory] = {}
    while len(found) < _NUM_STORIES:
        one, two = generator.sample(COLOURS, 2)
        counts = dict(zip((one, two), generator.sample(range(2, 10), 2), strict=True))
        goods = f"{generator.choice(GOODS[:15])}s".replace("brushs", "brushes")
        claimed = generator.choice((one, two))
        comparison = generator.choice(("more", "fewer"))
        text = (
            f"The {one} box holds {counts[one]} {goods} and the {two} box holds "
            f"{counts[two]}. Claim: the {claimed} box holds {comparison}."
        )
        is_fuller = counts[claimed] == max(counts.values())
        found[text] = BoxStory(
            text=text,
            counts=counts,
            claimed_box=claimed,
            is_right=is_fuller == (comparison == "more"),
        )
    return tuple(found.values())


def _num_over_fifty(story: OwnerStory) -> str:
    ages = (story.first.age, story.second.age)
    return ("neither", "one", "both")[sum(age > _LATE_AGE for age in ages)]


def _swapped(story: OwnerStory) -> str:
    first, second = story.first, story.second
    return f"{first.name}: {second.item}, {second.name}: {first.item}"


OWNER_ANSWERS: dict[str, Callable[[OwnerStory], Answer]] = {
    "older": lambda s: s.by_age[1].name,
    "thing_of_younger": lambda s: s.by_age[0].item,
    "highest_age": lambda s: str(s.by_age[1].age),
    "things": lambda s: f"{s.first.item} and {s.second.item}",
    "swap_things": _swapped,
    "same_city": lambda s: "same" if s.first.city == s.second.city else "different",
    "num_over_fifty": _num_over_fifty,
}
ARRIVAL_ANSWERS: dict[str, Callable[[ArrivalStory], Answer]] = {
    "earliest": lambda s: s.order[0],
    "middle": lambda s: s.order[1],
    "latest": lambda s: s.order[2],
    "order": lambda s: " < ".join(s.order),
    "first_named_is_earliest": lambda s: (
        "true" if s.text.startswith(s.order[0]) else "false"
    ),
}
BOX_ANSWERS: dict[str, Callable[[BoxStory], Answer]] = {
    "claim": lambda s: "right" if s.is_right else "wrong",
    "claimed_box": lambda s: s.claimed_box,
    "fuller_box": lambda s: s.fuller_box,
    "smaller_count": lambda s: str(min(s.counts.values())),
    "total": lambda s: str(sum(s.counts.values())),
}
_LABEL_TASKS = ("same_city", "num_over_fifty", "first_named_is_earliest", "claim")


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    for task, of_owners in OWNER_ANSWERS.items():
        rows = [(story.text, of_owners(story)) for story in owner_stories()]
        yield _draft(task, "owner_stories", rows)
    for task, of_arrivals in ARRIVAL_ANSWERS.items():
        arrived = [(story.text, of_arrivals(story)) for story in arrival_stories()]
        yield _draft(task, "arrival_stories", arrived)
    for task, of_boxes in BOX_ANSWERS.items():
        boxed = [(story.text, of_boxes(story)) for story in box_stories()]
        yield _draft(task, "box_stories", boxed)


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
