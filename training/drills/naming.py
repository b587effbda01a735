"""Naming: what frames call signs, places, counts and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)

ORDINALS: tuple[tuple[str, ...], ...] = tuple(map(tuple, _TOLD["ordinals"]))
"""Names of each place from the front, the first at index 0."""

FROM_END: tuple[tuple[str, ...], ...] = tuple(map(tuple, _TOLD["from_end"]))
"""Names of each place from the back, the last at index 0."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A punctuation mark and what it is called."""

    mark: str
    noun: str

    @property
    def names(self) -> tuple[str, ...]:
        """Ways to mention the sign in a sentence."""
        article = "an" if self.noun[0] in "aeiou" else "a"
        return (
            f"{article} {self.noun}",
            f"{article} {self.noun} ({self.mark})",
            f'the sign "{self.mark}"',
            f'"{self.mark}"',
        )

    @property
    def slug(self) -> str:
        """The name as a part of a drill's name."""
        return self.noun.replace(" ", "_")


SIGNS = tuple(Sign(mark, noun) for mark, noun in _TOLD["signs"])
"""Signs that stand between, before or after other things."""


def slug(text: str) -> str:
    """Spells a text in letters and digits, for the name of a drill."""
    return "".join(c if c.isalnum() else f"u{ord(c)}" for c in text)


def quoted(text: str) -> tuple[str, ...]:
    """The text in double and in single quotes."""
    return (f'"{text}"', f"'{text}'")


def either(texts: Sequence[str]) -> str:
    """Lists texts as in `a, b or c`."""
    return f"{', '.join(texts[:-1])} or {texts[-1]}"


def in_words(count: int) -> tuple[str, ...]:
    """A count from one to six, in digits and as a word."""
    return (str(count), _TOLD["counts"][count - 1])


def num_letters(count: int) -> tuple[str, ...]:
    """So many letters, the count as a word and in digits."""
    noun = "letter" if count == 1 else "letters"
    return (f"{_TOLD['counts'][count - 1]} {noun}", f"{count} {noun}")
