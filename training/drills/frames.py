"""Frames: wordings with gaps, and the drills that fill them.

A frame names its gaps in braces. Each filling draws anew, so that the wordings of one
drill give different names and examples.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from training.drills.base import Drill, Pool
from training.drills.labels import draw_labels

Field = str | int | tuple[str, ...]
"""What fills a gap; of a tuple, each frame takes one at random."""

Draw = Callable[[random.Random], str]
"""Draws an input."""

_DRAWS = 5000


def plain_drill(
    rng: random.Random,
    *,
    name: str,
    pool: Pool,
    frames: Sequence[str],
    draw: Draw,
    answer: Callable[[str], str | None],
    fields: Mapping[str, Field],
) -> Drill:
    """Makes a drill; its frames may name an input `{x}` with its answer `{y}`."""

    def filled() -> dict[str, Field]:
        example = draw(rng)
        return {**fields, "x": example, "y": answer(example) or ""}

    return Drill(
        name=name,
        pool=pool,
        descriptions=_tell(rng, frames, filled),
        draw=draw,
        answer=answer,
    )


def labelled_drill(
    rng: random.Random,
    *,
    name: str,
    pool: Pool,
    frames: Sequence[str],
    draw: Draw,
    sort: Callable[[str], int | None],
    num_labels: int = 2,
    fields: Mapping[str, Field],
) -> Drill:
    """Makes a drill whose answers are labels, each equally often.

    Frames may name the labels as `{a}`, `{b}`, `{c}` and an input of each as `{xa}`,
    `{xb}`, `{xc}`; `sort` tells which label an input has.
    """
    labels = draw_labels(rng, num_labels)

    def draw_balanced(rng: random.Random) -> str:
        return _find(rng, draw, sort, rng.randrange(num_labels))

    def answer(text: str) -> str | None:
        place = sort(text)
        return None if place is None else labels[place]

    def filled() -> dict[str, Field]:
        named: dict[str, Field] = dict(fields)
        for place, letter in enumerate("abc"[:num_labels]):
            named[letter] = labels[place]
            named[f"x{letter}"] = _find(rng, draw, sort, place)
        return named

    return Drill(
        name="_".join([name, *labels]),
        pool=pool,
        descriptions=_tell(rng, frames, filled),
        draw=draw_balanced,
        answer=answer,
    )


def _tell(
    rng: random.Random, frames: Sequence[str], fields: Callable[[], dict[str, Field]]
) -> tuple[str, ...]:
    told = []
    for frame in frames:
        chosen = {
            key: rng.choice(value) if isinstance(value, tuple) else value
            for key, value in fields().items()
        }
        told.append(frame.format(**chosen))
    return tuple(told)


def _find(
    rng: random.Random,
    draw: Draw,
    sort: Callable[[str], int | None],
    wanted: int,
) -> str:
    found = draw(rng)
    for _ in range(_DRAWS):
        if sort(found) == wanted:
            break
        found = draw(rng)
    return found
