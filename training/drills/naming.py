"""Naming: what frames call places, counts, signs and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)

PLACES: Mapping[int, Sequence[str]] = {
    **dict(enumerate(_TOLD["from_front"])),
    **{-1 - index: names for index, names in enumerate(_TOLD["from_end"])},
}
"""Names of places by index: the first has 0, the last has -1."""


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sign:
    """What stands between, before or after other things."""

    mark: str
    noun: str
    """What it is called; names it in a drill's name, too."""
    names: Sequence[str]
    """Ways to mention it in a sentence."""

    @property
    def a_noun(self) -> str:
        """What it is called, with the article."""
        return _with_article(self.noun)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fence:
    """Two signs that something stands between."""

    left: str
    right: str
    noun: str
    """What both are called together."""


def _sign(mark: str, noun: str) -> Sign:
    one = _with_article(noun)
    names = (one, f"{one} ({mark})", f'the sign "{mark}"', f'"{mark}"')
    return Sign(mark=mark, noun=noun, names=names)


def _tight(sign: Sign) -> Sign:
    names = (f"{sign.a_noun} without blanks", f'a bare "{sign.mark}"')
    return Sign(mark=sign.mark, noun=sign.noun, names=names)


def _spaced(sign: Sign) -> Sign:
    names = (f"{sign.a_noun} with a blank on each side", f'" {sign.mark} "')
    return Sign(mark=f" {sign.mark} ", noun=f"spaced {sign.noun}", names=names)


SIGNS = tuple(_sign(mark, noun) for mark, noun in _TOLD["signs"])
"""Signs without blanks, for what has no blanks itself."""

SEPARATORS = (
    *map(_tight, SIGNS),
    *map(_spaced, SIGNS),
    *(Sign(**row) for row in _TOLD["separators"]),
)
"""What stands between words or items; the wordings are clear about blanks."""

FENCES = tuple(Fence(left=a, right=b, noun=noun) for a, b, noun in _TOLD["fences"])


def quoted(text: str) -> tuple[str, ...]:
    """The text in double and in single quotes."""
    return (f'"{text}"', f"'{text}'")


def either(texts: Sequence[str]) -> str:
    """Lists texts as in `a, b or c`."""
    return f"{', '.join(texts[:-1])} or {texts[-1]}"


def in_words(count: int) -> tuple[str, ...]:
    """A count from zero to eight, in digits and as a word."""
    return (str(count), _TOLD["counts"][count])


def num_letters(count: int) -> tuple[str, ...]:
    """So many letters, the count in digits and as a word."""
    noun = "letter" if count == 1 else "letters"
    return tuple(f"{told} {noun}" for told in in_words(count))
