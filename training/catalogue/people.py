"""Names of people, towns, trades and goods that invented records and stories use."""

from __future__ import annotations

import json
import re
from functools import lru_cache

from training.catalogue.source import open_wheel, read_text
from training.catalogue.words import WORDS_PACKAGES, is_vulgar, word_ranks

MIMESIS = "mimesis==22.2.0"
PEOPLE_PACKAGES = (MIMESIS, *WORDS_PACKAGES)
PEOPLE_LICENCE = "MIT"

# Rarer surnames are cut into too many pieces to be copied without slips.
_RAREST_SURNAME = 40_000
_UNWANTED_SURNAMES = frozenset(
    {"Good", "Colon", "Day", "English", "French", "Guy", "Head", "Key", "Little", "Long",
     "Short", "Sweet", "Strong", "Wise", "Small", "Weeks", "Savage", "Beach", "House",
     "Cash", "Case", "Cross", "Church"}
)  # fmt: skip

FIRST_NAMES = (
    "Adam", "Alice", "Amy", "Anna", "Ben", "Beth", "Carl", "Carol", "Clara", "Colin",
    "Daisy", "David", "Diana", "Edgar", "Ella", "Emma", "Eric", "Eva", "Frank", "Fred",
    "George", "Gina", "Grace", "Hannah", "Harry", "Helen", "Henry", "Ivan", "Jack",
    "Jane", "Jason", "Julia", "Karen", "Kate", "Kevin", "Laura", "Leo", "Linda", "Lucas",
    "Lucy", "Maria", "Martin", "Mary", "Max", "Mike", "Nadia", "Nina", "Noah", "Nora",
    "Olga", "Oliver", "Oscar", "Paula", "Peter", "Ralph", "Rita", "Robert", "Rosa",
    "Sam", "Sarah", "Simon", "Sofia", "Steve", "Susan", "Tina", "Tom", "Tony", "Vera",
    "Victor", "Walter", "Wendy", "Zoe",
)  # fmt: skip
CITIES = (
    "Athens", "Berlin", "Bern", "Bogota", "Boston", "Cairo", "Chicago", "Cork", "Dallas",
    "Delhi", "Denver", "Dublin", "Geneva", "Ghent", "Havana", "Houston", "Istanbul",
    "Kyoto", "Lagos", "Leeds", "Lima", "Lisbon", "London", "Lyon", "Madrid", "Milan",
    "Moscow", "Munich", "Nairobi", "Naples", "Nice", "Osaka", "Oslo", "Oxford", "Paris",
    "Porto", "Prague", "Quito", "Riga", "Rome", "Seoul", "Sofia", "Sydney", "Tokyo",
    "Toronto", "Turin", "Venice", "Vienna", "Warsaw", "York", "Zurich",
)  # fmt: skip
JOBS = (
    "actor", "architect", "artist", "baker", "barber", "builder", "butcher", "carpenter",
    "cashier", "chef", "chemist", "cleaner", "clerk", "dentist", "doctor", "driver",
    "editor", "engineer", "farmer", "florist", "gardener", "grocer", "judge", "lawyer",
    "librarian", "mechanic", "miner", "nurse", "optician", "painter", "pilot", "plumber",
    "porter", "printer", "sailor", "singer", "surgeon", "tailor", "teacher", "waiter",
    "weaver", "welder", "writer",
)  # fmt: skip
GOODS = (
    "lamp", "chair", "notebook", "candle", "kettle", "blanket", "mug", "pillow",
    "umbrella", "backpack", "keyboard", "towel", "mirror", "bottle", "clock", "brush",
    "basket", "ladder", "hammer", "carpet", "vase", "teapot", "bucket", "guitar",
    "camera", "helmet", "tent", "puzzle",
)  # fmt: skip


@lru_cache(maxsize=1)
def surnames() -> tuple[str, ...]:
    """Reads the surnames that are common and not vulgar, in alphabetical order."""
    with open_wheel(MIMESIS) as wheel:
        person = json.loads(read_text(wheel, "mimesis/datasets/en/person.json"))
    ranks = word_ranks()
    return tuple(
        sorted(
            name
            for name in {*person["surnames"]} - _UNWANTED_SURNAMES
            if re.fullmatch(r"[A-Z][a-z]{2,8}", name)
            and ranks.get(name.lower(), _RAREST_SURNAME) < _RAREST_SURNAME
            and not is_vulgar(name)
        )
    )


def with_article(noun: str) -> str:
    """The noun behind `a` or `an`, by its first letter."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
