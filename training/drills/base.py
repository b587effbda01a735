"""The contract of drills: rules with parameters, told in words and applied to inputs.

A suite of hundreds of tasks can be learned by heart; a rule with a parameter (a letter, a
place, a number, a label, a field) has to be read. A module of `kinds` registers its kinds
with `kind`; each call of a kind makes one task by drawing its parameters.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from genadapter.errors import GenAdapterError

Pool = str
"""Name of the inputs that drills share: other rules over the same ones are siblings."""

Draw = Callable[[random.Random], str]
"""Draws an input."""

Answer = Callable[[str], str | None]
"""The answer to any input; nothing where the rule does not apply."""

Material = Literal["words", "sentences"]


class NoInputError(GenAdapterError):
    """No input fits a drill, which is left out; no caller of `make_drills` sees this."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Materials:
    """What drills make their inputs of: training rows alone."""

    words: tuple[str, ...]
    """Lower-case English words of 3 to 10 letters, without repeats."""
    sentences: tuple[str, ...]
    """English sentences of 5 to 14 words, as they are written."""

    def count(self, material: Material) -> int:
        """How many there are of one material."""
        return len({"words": self.words, "sentences": self.sentences}[material])


@dataclass(frozen=True, kw_only=True, slots=True)
class Drill:
    """One task: a rule whose parameters are chosen."""

    name: str
    """Kind and parameters, such as `letter_at_3`; two drills of one name are the same."""
    pool: Pool
    """The inputs it shares with other drills."""
    descriptions: tuple[str, ...]
    """Different wordings of the rule with its parameters, at least 8."""
    draw: Draw
    """Every answer should come up often enough to matter."""
    answer: Answer


MakeDrill = Callable[[random.Random, Materials], Drill]
"""Draws the parameters of one drill."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A sort of drill."""

    make: MakeDrill
    needs: tuple[Material, ...]
    """The materials without which no drill of the kind can be made."""


KINDS: dict[str, Kind] = {}
"""By name, every registered kind."""


def kind(*needs: Material) -> Callable[[MakeDrill], MakeDrill]:
    """Registers a kind of drill, and what it needs, under its function's name."""

    def register(make: MakeDrill) -> MakeDrill:
        KINDS[make.__name__] = Kind(make=make, needs=needs)
        return make

    return register
