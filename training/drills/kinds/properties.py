"""Drills about a property of one thing."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache

from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.pools.categories import THINGS, members_of
from training.drills.pools.vocabulary import PROPERTIES, Property
from training.drills.wordings import Field, read_wordings

_TOLD = read_wordings(__file__)


@cache
def _holding(fact: Property) -> tuple[str, ...]:
    return (*members_of(fact.true_kinds), *fact.true_things)


@cache
def _lacking(fact: Property) -> tuple[str, ...]:
    return (*members_of(fact.false_kinds), *fact.false_things)


def _draw(rng: random.Random, fact: Property) -> str:
    return rng.choice(rng.choice((_holding(fact), _lacking(fact))))


def _has(fact: Property, thing: str) -> bool | None:
    """Whether a thing has a property; nothing if that is unknown."""
    if thing in _holding(fact):
        return True
    return False if thing in _lacking(fact) else None


def _about(rng: random.Random, fact: Property) -> dict[str, Field]:
    return {
        "clause": fact.clause,
        "denial": fact.denial,
        "question": fact.question,
        "member": rng.choice(_holding(fact)),
        "other": rng.choice(_lacking(fact)),
    }


def _property_drill(
    rng: random.Random,
    *,
    kind_name: str,
    parameter: str = "",
    inside: Callable[[str], str],
    outside: Callable[[str], str],
    **fields: Field,
) -> Drill:
    """A drill that answers to things with a property otherwise than to those without.

    Args:
        rng: Of the property and the examples.
        kind_name: Names the wordings and, with what follows, the drill.
        parameter: What there is besides the property.
        inside: The answer to a thing that has it.
        outside: The answer to a thing that has it not.
        fields: What the wordings are filled with, apart from the property.
    """
    fact = rng.choice(PROPERTIES)

    def answer(text: str) -> str | None:
        holds = _has(fact, text)
        if holds is None:
            return None
        return inside(text) if holds else outside(text)

    return plain_drill(
        rng,
        name=f"{kind_name}_{fact.clause}_{parameter}".rstrip("_"),
        pool=THINGS,
        frames=_TOLD[kind_name],
        draw=lambda rng: _draw(rng, fact),
        answer=answer,
        **fields,
        **_about(rng, fact),
    )


@kind()
def property_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a thing has a property."""
    fact = rng.choice(PROPERTIES)
    return labelled_drill(
        rng,
        materials,
        name=f"property_label_{fact.clause}",
        pool=THINGS,
        frames=_TOLD["property_label"],
        draw=lambda rng: _draw(rng, fact),
        test=lambda text: _has(fact, text),
        **_about(rng, fact),
    )


@kind("words")
def property_keep(rng: random.Random, materials: Materials) -> Drill:
    """Repeats things that have a property and replaces the others."""
    word = rng.choice(materials.words)
    return _property_drill(
        rng,
        kind_name="property_keep",
        parameter=word,
        inside=str,
        outside=lambda _: word,
        word=word,
    )


@kind()
def property_case(rng: random.Random, materials: Materials) -> Drill:
    """Tells a property by the case in which a thing is written."""
    return _property_drill(
        rng, kind_name="property_case", inside=str.upper, outside=str.lower
    )
