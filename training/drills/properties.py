"""Drills about a property of one thing."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from training.drills.base import Drill, Materials, kind
from training.drills.categories import members_of
from training.drills.meanings import THINGS, draw_label_pair, fill, make_drill
from training.drills.vocabulary import PROPERTIES
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


def _property_drill(
    rng: random.Random,
    parts: Sequence[str],
    inside: Callable[[str], str],
    outside: Callable[[str], str],
    **fields: str,
) -> Drill:
    """A drill that answers to things with a property otherwise than to those without.

    Args:
        rng: Of the property and the examples.
        parts: The kind, which names the wordings, and its parameters.
        inside: The answer to a thing that has it.
        outside: The answer to a thing that has it not.
        fields: What the wordings are filled with, apart from the property.
    """
    fact = rng.choice(PROPERTIES)
    holding = (*members_of(fact.true_kinds), *fact.true_things)
    lacking = (*members_of(fact.false_kinds), *fact.false_things)

    def answer(text: str) -> str | None:
        if text in holding:
            return inside(text)
        return outside(text) if text in lacking else None

    return make_drill(
        THINGS,
        (*parts, fact.clause),
        fill(
            _TOLD[parts[0]],
            clause=fact.clause,
            denial=fact.denial,
            question=fact.question,
            member=rng.choice(holding),
            other=rng.choice(lacking),
            **fields,
        ),
        lambda rng: rng.choice(rng.choice((holding, lacking))),
        answer,
    )


@kind
def property_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a thing has a property."""
    yes, no = draw_label_pair(rng, materials)
    parts = ("property_label", yes, no)
    return _property_drill(rng, parts, lambda _: yes, lambda _: no, yes=yes, no=no)


@kind
def property_keep(rng: random.Random, materials: Materials) -> Drill:
    """Repeats things that have a property and replaces the others."""
    word = rng.choice(materials.words)
    parts = ("property_keep", word)
    return _property_drill(rng, parts, str, lambda _: word, word=word)


@kind
def property_case(rng: random.Random, materials: Materials) -> Drill:
    """Tells a property by the case in which a thing is written."""
    return _property_drill(rng, ("property_case",), str.upper, str.lower)
