"""Gibberish: texts without sense, of many kinds, to tell descriptions from."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable, Mapping, Sequence

_LETTERS = string.ascii_lowercase
_SIGNS = "!@#$%^&*()_+-=[]{};:,.<>/?|~0123456789 "
_ROWS = ("qwertyuiop", "asdfghjkl;", "zxcvbnm,./")
_LATIN = (
    *("lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "adipiscing", "elit"),
    *("sed", "eiusmod", "tempor", "incididunt", "ut", "labore", "et", "magna"),
)

Maker = Callable[[random.Random, Sequence[str]], str]
"""Makes one text; real ones may be taken apart for it."""


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(_LETTERS, k=rng.randint(2, 9)))


def _syllables(rng: random.Random) -> str:
    pairs = (rng.choice("bcdfglmnprst") + rng.choice("aeiou") for _ in range(3))
    return "".join(list(pairs)[: rng.randint(1, 3)])


def _joined(rng: random.Random, make: Callable[[random.Random], str], most: int) -> str:
    return " ".join(make(rng) for _ in range(rng.randint(2, most)))


def _shuffled(rng: random.Random, items: Sequence[str]) -> list[str]:
    return rng.sample(items, k=len(items))


def _some_word(rng: random.Random, texts: Sequence[str]) -> str:
    return rng.choice(rng.choice(texts).split())


LEARNED: Mapping[str, Maker] = {
    "letters": lambda rng, _: "".join(rng.choices(_LETTERS, k=rng.randint(5, 60))),
    "words": lambda rng, _: _joined(rng, _word, 15),
    "syllables": lambda rng, _: _joined(rng, _syllables, 14),
    "signs": lambda rng, _: "".join(rng.choices(_SIGNS, k=rng.randint(5, 60))),
    "hex": lambda rng, _: _joined(rng, lambda r: f"{r.getrandbits(32):08x}", 6),
    "salad": lambda rng, texts: _joined(rng, lambda r: _some_word(r, texts), 20),
    "word_order": lambda rng, texts: " ".join(
        _shuffled(rng, rng.choice(texts).split())
    ),
    "letter_order": lambda rng, texts: "".join(_shuffled(rng, rng.choice(texts))),
    "one_word": lambda rng, texts: " ".join(
        [_some_word(rng, texts)] * rng.randint(3, 15)
    ),
}
"""Kinds that a scale is fitted with."""
UNHEARD: Mapping[str, Maker] = {
    "keyboard": lambda rng, _: _joined(
        rng, lambda r: "".join(r.choices(r.choice(_ROWS), k=r.randint(3, 9))), 8
    ),
    "base64": lambda rng, _: base64.b64encode(
        rng.randbytes(rng.randint(9, 40))
    ).decode(),
    "latin": lambda rng, _: " ".join(rng.choices(_LATIN, k=rng.randint(4, 16))),
    "mixed_case": lambda rng, _: "".join(
        rng.choices(string.ascii_letters + "    ", k=rng.randint(12, 70))
    ),
    "reversed": lambda rng, texts: rng.choice(texts)[::-1],
}
"""Kinds that no scale is fitted with."""


def gibberish(
    kinds: Mapping[str, Maker], texts: Sequence[str], *, number: int, seed: int
) -> list[str]:
    """Texts without sense, the kinds in turn.

    Args:
        kinds: `LEARNED`, `UNHEARD` or both.
        texts: Real ones; some kinds are made of their words.
        number: How many are wanted.
        seed: Same seed, same texts.
    """
    rng = random.Random(f"{seed}/gibberish")
    makers = list(kinds.values())
    # A text that comes out blank says nothing at all, and is drawn again.
    made: list[str] = []
    while len(made) < number:
        text = makers[len(made) % len(makers)](rng, texts).strip()
        made += [text] if text else []
    return made
