"""What drills about meanings have in common: their inputs, labels and forms of answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from training.drills.base import Drill, Materials
from training.drills.wordings import read_wordings

THINGS = "drill things"
CHOICES = "drill choices"
PAIRS = "drill pairs"
RELATED = "drill relations"
TEXTS = "drill short texts"

Answer = Callable[[str], str | None]
Draw = Callable[[random.Random], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A form in which an answer is asked for."""

    name: str
    wordings: Sequence[str]
    """Different ways to ask for it."""
    pattern: str = "{}"
    """With a place for the answer."""
    case: Literal["kept", "upper", "lower"] = "kept"

    def write(self, text: str | None) -> str | None:
        """The text in this form; nothing if there is none."""
        if text is None:
            return None
        cased = {"kept": text, "upper": text.upper(), "lower": text.lower()}
        return self.pattern.format(cased[self.case])

    def fill(self, frames: Sequence[str], **fields: str) -> tuple[str, ...]:
        """Fills frames that ask for this form, each in the next of its wordings."""
        return tuple(
            frame.format(form=self.wordings[place % len(self.wordings)], **fields)
            for place, frame in enumerate(frames)
        )


_TOLD = read_wordings(__file__)
_LABELS: list[list[str]] = _TOLD["labels"]

FORMS = tuple(Form(**row) for row in _TOLD["forms"])


def make_drill(
    pool: str,
    parts: Sequence[str],
    descriptions: tuple[str, ...],
    draw: Draw,
    answer: Answer,
) -> Drill:
    """A drill whose name is made of a kind and its parameters."""
    name = "_".join(parts).replace(" ", "_")
    return Drill(
        name=name, pool=pool, descriptions=descriptions, draw=draw, answer=answer
    )


def fill(frames: Sequence[str], **fields: str) -> tuple[str, ...]:
    """Fills frames with the parameters of a drill."""
    return tuple(frame.format(**fields) for frame in frames)


def draw_label_pair(
    rng: random.Random, materials: Materials, *avoided: str
) -> tuple[str, str]:
    """Draws the answers for what holds and for what does not hold."""
    while True:
        pair = list(rng.choice(_LABELS))
        if rng.random() < 0.4:
            pair = rng.sample(materials.words, 2)
        if rng.random() < 0.3:
            pair.reverse()
        if not set(pair) & set(avoided):
            return pair[0], pair[1]


def label(holds: bool | None, yes: str, no: str) -> str | None:
    """One of two labels; nothing where it is unknown what holds."""
    if holds is None:
        return None
    return yes if holds else no
