"""What drills answer with: labels, and forms in which an answer is written."""

from __future__ import annotations

import random
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Literal

from training.drills.base import Materials
from training.drills.wordings import Field, read_wordings

_TOLD = read_wordings(__file__)


def draw_labels(
    rng: random.Random,
    materials: Materials,
    num_labels: int,
    *,
    avoided: Set[str],
) -> list[str]:
    """Draws different labels, none of those avoided: of a usual row, or any words."""
    rows = [row for row in _TOLD["rows"] if len(row) >= num_labels]
    words = (_TOLD["words"], materials.words or _TOLD["words"])
    while True:
        labels: list[str] = rng.choice(rows)[:num_labels]
        if rng.random() < 0.3:
            rng.shuffle(labels)
        if rng.random() < 0.35:
            labels = [rng.choice(rng.choice(words)) for _ in range(num_labels)]
        if len(set(labels) - avoided) == num_labels:
            return labels


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A form in which an answer is written."""

    name: str
    phrases: Sequence[str]
    """Ways to say in what form it is."""
    requests: Sequence[str]
    """Sentences that ask for it."""
    pattern: str = "{}"
    """With a place for the answer."""
    letters: Literal["kept", "upper", "lower", "reversed"] = "kept"
    """What becomes of the answer's own letters."""

    def write(self, text: str | None) -> str | None:
        """The text in this form; nothing if there is none."""
        if text is None:
            return None
        changed = {"upper": text.upper(), "lower": text.lower(), "reversed": text[::-1]}
        return self.pattern.format(changed.get(self.letters, text))

    @property
    def told(self) -> dict[str, Field]:
        """What it fills: `{form}` inside a sentence, `{request}` for one of its own."""
        return {"form": self.phrases, "request": self.requests}


FORMS = tuple(Form(**row) for row in _TOLD["forms"])
"""Every form, the plain one first."""
