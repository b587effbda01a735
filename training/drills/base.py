"""The contract of drills: rules with parameters, told in words and applied to inputs.

A suite of hundreds of tasks can be learned by heart; a rule with a parameter (a letter, a
place, a number, a label, a field) has to be read. A module of drills registers its kinds
with `kind`; each call of a kind makes one task by drawing its parameters.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Pool = str
"""Name of the inputs that drills share: other rules over the same ones are siblings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Materials:
    """What drills make their inputs of: training rows alone."""

    words: tuple[str, ...]
    """Lower-case English words of 3 to 10 letters, without repeats."""
    sentences: tuple[str, ...]
    """English sentences of 5 to 14 words, as they are written."""
    tables: Mapping[str, Mapping[str, str]]
    """By task id, its inputs with their answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drill:
    """One task: a rule whose parameters are chosen."""

    name: str
    """Kind and parameters, such as `letter_at_3`; two drills of one name are the same."""
    pool: Pool
    """The inputs it shares with other drills."""
    descriptions: tuple[str, ...]
    """Different wordings of the rule with its parameters, at least 8."""
    draw: Callable[[random.Random], str]
    """Draws an input; every answer should come up often enough to matter."""
    answer: Callable[[str], str | None]
    """The answer to any input; nothing where the rule does not apply."""


MakeDrill = Callable[[random.Random, Materials], Drill]
"""Draws the parameters of one drill."""

KINDS: dict[str, MakeDrill] = {}
"""By name, every registered kind."""


def kind(make: MakeDrill) -> MakeDrill:
    """Registers a kind of drill under its function's name."""
    KINDS[make.__name__] = make
    return make
