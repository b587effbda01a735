"""Drills over phrases: wrapped up as code or data would have them, and unwrapped."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from training.drills.assembly import plain_drill
from training.drills.base import Draw, Drill, Materials, kind
from training.drills.naming import FENCES, SIGNS, in_words
from training.drills.wordings import read_wordings

PHRASES = "drill phrases"
WRAPPED = "drill wrapped phrases"

_TOLD = read_wordings(__file__)
_NAMES: list[str] = _TOLD["names"]
_PHRASE = re.compile(r"[a-z]+ [a-z]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrapping:
    """A way to write a phrase that has a name."""

    name: str
    pattern: str
    """With places for the name, `{n}`, and the phrase, `{p}`."""
    told: str
    """Says how it looks, with a place for the name."""

    def write(self, name: str, phrase: str) -> str:
        """The phrase, wrapped."""
        return self.pattern.format(n=name, p=phrase)

    def read(self, text: str) -> tuple[str, str] | None:
        """Name and phrase of a wrapped text; nothing for any other text."""
        name, phrase = rf"(?P<n>{'|'.join(_NAMES)})", r"(?P<p>[a-z]+ [a-z]+)"
        shape = re.escape(self.pattern.format(n="NAME", p="PHRASE"))
        # A name that comes twice is the same both times.
        shape = shape.replace("NAME", name, 1).replace("NAME", "(?P=n)")
        match = re.fullmatch(shape.replace("PHRASE", phrase), text)
        return None if match is None else (match["n"], match["p"])


WRAPPINGS = tuple(Wrapping(**row) for row in _TOLD["wrappings"])


def _draw_phrase(materials: Materials) -> Draw:
    words = [word for word in materials.words if len(word) <= 8]
    return lambda rng: " ".join(rng.sample(words, 2))


def _draw_wrapped(materials: Materials, wrapping: Wrapping) -> Draw:
    phrase = _draw_phrase(materials)
    return lambda rng: wrapping.write(rng.choice(_NAMES), phrase(rng))


def _is_phrase(text: str) -> bool:
    return _PHRASE.fullmatch(text) is not None


@kind("words")
def phrase_wrapped(rng: random.Random, materials: Materials) -> Drill:
    """A phrase under a given name, as code or data would have it."""
    wrapping, name = rng.choice(WRAPPINGS), rng.choice(_NAMES)
    return plain_drill(
        rng,
        name=f"phrase_wrapped_{wrapping.name}_{name}",
        pool=PHRASES,
        frames=_TOLD["phrase_wrapped"],
        draw=_draw_phrase(materials),
        answer=lambda text: wrapping.write(name, text) if _is_phrase(text) else None,
        told=wrapping.told.format(n=name),
        name_=name,
        shown=wrapping.write(name, "old mill"),
    )


@kind("words")
def phrase_commented(rng: random.Random, materials: Materials) -> Drill:
    """A phrase as a comment, by the sign that opens it."""
    sign = rng.choice(SIGNS)
    count = rng.choice((1, 2, 2, 3, 4))
    opening = sign.mark * count

    def answer(text: str) -> str | None:
        return f"{opening} {text}" if _is_phrase(text) else None

    plural = sign.noun if count == 1 else f"{sign.noun}s"
    return plain_drill(
        rng,
        name=f"phrase_commented_{sign.noun}_{count}",
        pool=PHRASES,
        frames=_TOLD["phrase_commented"],
        draw=_draw_phrase(materials),
        answer=answer,
        signs=[f"{told} {plural}" for told in in_words(count)],
        opening=opening,
    )


@kind("words")
def phrase_fenced(rng: random.Random, materials: Materials) -> Drill:
    """A phrase between two signs, each of them a few times."""
    fence, count = rng.choice(FENCES), rng.choice((1, 1, 2, 3))
    left, right = fence.left * count, fence.right * count

    def answer(text: str) -> str | None:
        return f"{left}{text}{right}" if _is_phrase(text) else None

    times = ("one", "two", "three")[count - 1]
    return plain_drill(
        rng,
        name=f"phrase_fenced_{fence.noun}_{count}",
        pool=PHRASES,
        frames=_TOLD["phrase_fenced"],
        draw=_draw_phrase(materials),
        answer=answer,
        fence=fence.noun,
        times=times,
        left=left,
        right=right,
    )


@kind("words")
def wrapped_phrase(rng: random.Random, materials: Materials) -> Drill:
    """What is wrapped up, without its wrapping."""
    wrapping = rng.choice(WRAPPINGS)

    def answer(text: str) -> str | None:
        found = wrapping.read(text)
        return None if found is None else found[1]

    return plain_drill(
        rng,
        name=f"wrapped_phrase_{wrapping.name}",
        pool=f"{WRAPPED} {wrapping.name}",
        frames=_TOLD["wrapped_phrase"],
        draw=_draw_wrapped(materials, wrapping),
        answer=answer,
    )


@kind("words")
def wrapped_name(rng: random.Random, materials: Materials) -> Drill:
    """The name that a phrase is wrapped up under."""
    wrapping = rng.choice(WRAPPINGS)

    def answer(text: str) -> str | None:
        found = wrapping.read(text)
        return None if found is None else found[0]

    return plain_drill(
        rng,
        name=f"wrapped_name_{wrapping.name}",
        pool=f"{WRAPPED} {wrapping.name}",
        frames=_TOLD["wrapped_name"],
        draw=_draw_wrapped(materials, wrapping),
        answer=answer,
    )


@kind("words")
def wrapped_anew(rng: random.Random, materials: Materials) -> Drill:
    """The same name and phrase in another wrapping."""
    old, new = rng.sample(WRAPPINGS, 2)

    def answer(text: str) -> str | None:
        found = old.read(text)
        return None if found is None else new.write(*found)

    return plain_drill(
        rng,
        name=f"wrapped_anew_{old.name}_{new.name}",
        pool=f"{WRAPPED} {old.name}",
        frames=_TOLD["wrapped_anew"],
        draw=_draw_wrapped(materials, old),
        answer=answer,
        before=old.write("label", "old mill"),
        after=new.write("label", "old mill"),
    )
