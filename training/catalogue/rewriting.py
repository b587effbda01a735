"""Rewriting family: short requests put into other forms by one clear rule."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from training.catalogue.drafting import wordings
from training.catalogue.people import CITIES, FIRST_NAMES, GOODS
from training.catalogue.rewriting_wordings import DESCRIPTIONS
from training.catalogue.source import Answer, TaskDraft

FAMILY = "rewriting"
PACKAGES = ()
LICENCE = "CC0-1.0"
SOURCE = "hand-written sentence templates"
_NUM_ROWS = 300

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip
GREETINGS = ("Hi", "Hello", "Dear", "Good morning")


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """A verb in three forms, and the preposition before its place."""

    base: str
    past: str
    participle: str
    preposition: str


VERBS = (
    Verb(base="send", past="sent", participle="sent", preposition="to"),
    Verb(base="bring", past="brought", participle="brought", preposition="to"),
    Verb(base="take", past="took", participle="taken", preposition="to"),
    Verb(base="ship", past="shipped", participle="shipped", preposition="to"),
    Verb(base="deliver", past="delivered", participle="delivered", preposition="to"),
    Verb(base="sell", past="sold", participle="sold", preposition="in"),
    Verb(base="buy", past="bought", participle="bought", preposition="in"),
    Verb(base="collect", past="collected", participle="collected", preposition="in"),
    Verb(base="repair", past="repaired", participle="repaired", preposition="in"),
    Verb(base="order", past="ordered", participle="ordered", preposition="from"),
    Verb(base="fetch", past="fetched", participle="fetched", preposition="from"),
    Verb(base="get", past="got", participle="got", preposition="from"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Somebody is greeted and asked to do something on a date."""

    greeting: str
    name: str
    verb: Verb
    count: int
    goods: str
    city: str
    date: str

    @property
    def opening(self) -> str:
        """The greeting with the name and its comma."""
        return f"{self.greeting} {self.name},"

    @property
    def things(self) -> str:
        """How many of what."""
        return f"{self.count} {self.goods}"

    @property
    def place(self) -> str:
        """The town behind its preposition."""
        return f"{self.verb.preposition} {self.city}"

    @property
    def action(self) -> str:
        """What is to be done, without the date."""
        return f"{self.verb.base} {self.things} {self.place}"

    def text(self) -> str:
        """The whole message."""
        return f"{self.opening} {self.action} on {self.date}."


def _digits_hidden(request: Request) -> str:
    return re.sub(r"\d", "#", request.text())


def _one_more(request: Request) -> str:
    more = f"{request.count + 1} {request.goods}"
    return request.text().replace(request.things, more, 1)


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]


def _passive(r: Request) -> str:
    return f"{r.things} must be {r.verb.participle} {r.place} on {r.date}."


ANSWERS: dict[str, Callable[[Request], Answer]] = {
    "without_greeting": lambda r: f"{_capitalised(r.action)} on {r.date}.",
    "could_you": lambda r: f"Could you {r.action} on {r.date}?",
    "add_please": lambda r: f"{r.opening} please {r.action} on {r.date}.",
    "date_in_front": lambda r: f"[{r.date}] {r.action}",
    "hide_digits": _digits_hidden,
    "forbid": lambda r: f"{r.opening} do not {r.action} on {r.date}.",
    "we_will": lambda r: f"We will {r.action} on {r.date}.",
    "report": lambda r: f"{r.name} {r.verb.past} {r.things} {r.place} on {r.date}.",
    "to_do": lambda r: f"TODO({r.name}): {r.verb.base} {r.goods}",
    "one_more": _one_more,
    "tomorrow": lambda r: f"{r.opening} {r.action} tomorrow.",
    "promise": lambda r: f"OK, {r.date}, {r.city}. {r.name}",
    "file_name": lambda r: re.sub(r"\W", "_", r.action.lower()) + ".txt",
    "passive": _passive,
}


@lru_cache(maxsize=1)
def requests() -> tuple[Request, ...]:
    """Invented requests, the verbs and greetings taken in turn."""
    generator = random.Random(f"{FAMILY}/requests")
    found: dict[str, Request] = {}
    while len(found) < _NUM_ROWS:
        goods = generator.choice(GOODS)
        request = Request(
            greeting=generator.choice(GREETINGS),
            name=generator.choice(FIRST_NAMES),
            verb=VERBS[len(found) % len(VERBS)],
            count=generator.randint(2, 98),
            goods=f"{goods}es" if goods == "brush" else f"{goods}s",
            city=generator.choice(CITIES),
            date=f"{generator.randint(1, 28)} {generator.choice(MONTHS)}",
        )
        found[request.text()] = request
    return tuple(found.values())


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    for task, answer in ANSWERS.items():
        identifier = f"{FAMILY}_{task}"
        yield TaskDraft(
            id=identifier,
            descriptions=wordings(DESCRIPTIONS[task]),
            rows=[(request.text(), answer(request)) for request in requests()],
            pool="requests",
            group=identifier,
            licence=LICENCE,
            source=SOURCE,
        )
