"""The pool of notes: a sentence of some domain, with details to find in it."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.drills.base import Draw
from training.drills.wordings import read_wordings

NOTES = "drill notes"
"""The pool's name."""
_GAP = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """Something that every note of a domain tells."""

    names: Sequence[str]
    """Ways to ask for it."""
    values: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Domain:
    """What a note is about."""

    name: str
    """Such as `weather`."""
    sentences: Sequence[str]
    """With a place for each detail."""
    details: Mapping[str, Detail]
    patterns: Sequence[re.Pattern[str]]
    """What tells the details of a note, one for each sentence."""

    def draw(self, rng: random.Random) -> str:
        """Draws a note."""
        chosen = {name: rng.choice(own.values) for name, own in self.details.items()}
        return _written(rng.choice(self.sentences), chosen)

    def told_in(self, text: str) -> dict[str, str]:
        """The details of a note; empty for a text that is none of this domain."""
        match = self._match(text)
        return {} if match is None else match.groupdict()

    def without(self, detail: str, text: str, blank: str) -> str | None:
        """A note with something else in a detail's place; nothing for other texts."""
        if (match := self._match(text)) is None:
            return None
        return text[: match.start(detail)] + blank + text[match.end(detail) :]

    def _match(self, text: str) -> re.Match[str] | None:
        matches = (pattern.fullmatch(text) for pattern in self.patterns)
        return next(filter(None, matches), None)

    @property
    def numbers(self) -> list[str]:
        """Names of the details that are whole numbers."""
        return [
            name
            for name, own in self.details.items()
            if all(value.isdecimal() for value in own.values)
        ]


def _domain(row: Mapping[str, Any]) -> Domain:  # Any: TOML values
    details = {name: Detail(**own) for name, own in row["details"].items()}
    return Domain(
        name=row["name"],
        sentences=row["sentences"],
        details=details,
        patterns=[_pattern(sentence, details) for sentence in row["sentences"]],
    )


def _pattern(sentence: str, details: Mapping[str, Detail]) -> re.Pattern[str]:
    def gap(match: re.Match[str]) -> str:
        values = details[match[1]].values
        return f"(?P<{match[1]}>{'|'.join(map(re.escape, values))})"

    # What opens a note is written with a capital, whatever it is.
    return re.compile(_GAP.sub(gap, re.escape(sentence)), re.IGNORECASE)


DOMAINS = tuple(map(_domain, read_wordings(__file__)["domains"]))


def domain_of(text: str) -> str | None:
    """The name of the domain that a note is about; nothing for any other text."""
    return next((d.name for d in DOMAINS if d.told_in(text)), None)


def draw_among(domains: Sequence[Domain]) -> Draw:
    """Draws notes of some domains, each as often as the others."""
    return lambda rng: rng.choice(domains).draw(rng)


def _written(sentence: str, details: Mapping[str, str]) -> str:
    text = sentence.format(**details)
    return text[0].upper() + text[1:]
