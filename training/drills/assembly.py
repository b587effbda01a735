"""Drills put together from a rule, a draw of inputs, and frames to fill."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from training.drills.answers import draw_labels
from training.drills.base import Answer, Draw, Drill, Materials, Pool
from training.drills.draws import balanced, until
from training.drills.wordings import Field, fill, texts_of


def plain_drill(
    rng: random.Random,
    *,
    name: str,
    pool: Pool,
    frames: Sequence[str],
    draw: Draw,
    answer: Answer,
    **fields: Field,
) -> Drill:
    """Makes a drill; its frames may name an input `{x}` with its answer `{y}`."""
    example = until(draw, lambda text: bool(answer(text)))

    def filled() -> dict[str, Field]:
        text = example(rng)
        return {**fields, "x": text, "y": answer(text) or ""}

    return Drill(
        name=_spelled(name),
        pool=pool,
        descriptions=fill(rng, frames, filled),
        draw=draw,
        answer=answer,
    )


def graded_drill(
    rng: random.Random,
    materials: Materials,
    *,
    name: str,
    pool: Pool,
    frames: Sequence[str],
    draw: Draw,
    sort: Callable[[str], int | None],
    num_labels: int,
    **fields: Field,
) -> Drill:
    """Makes a drill whose answers are labels, each equally often.

    Frames may name the labels as `{a}`, `{b}`, `{c}` and an input of each as `{xa}`,
    `{xb}`, `{xc}`.

    Args:
        rng: Of the labels and the wordings.
        materials: Give some of the labels.
        name: Kind and parameters, without the labels.
        pool: The inputs it shares with other drills.
        frames: Wordings with gaps.
        draw: Draws inputs, of which those that are needed are taken.
        sort: Which of the labels an input gets, counted from 0.
        num_labels: How many there are.
        fields: What fills the gaps, besides labels and examples; no label is one of these.
    """
    told = {text for field in fields.values() for text in texts_of(field)}
    labels = draw_labels(rng, materials, num_labels, avoided=told)

    def answer(text: str) -> str | None:
        place = sort(text)
        return None if place is None else labels[place]

    def filled() -> dict[str, Field]:
        named = dict(fields)
        for place, letter in enumerate("abc"[:num_labels]):
            named[letter] = labels[place]
            named[f"x{letter}"] = balanced(draw, sort, [place])(rng)
        return named

    return Drill(
        name=_spelled("_".join([name, *labels])),
        pool=pool,
        descriptions=fill(rng, frames, filled),
        draw=balanced(draw, sort, range(num_labels)),
        answer=answer,
    )


def labelled_drill(
    rng: random.Random,
    materials: Materials,
    *,
    name: str,
    pool: Pool,
    frames: Sequence[str],
    draw: Draw,
    test: Callable[[str], bool | None],
    **fields: Field,
) -> Drill:
    """Makes a drill with one label `{a}` for what passes a test, and `{b}` for the rest.

    Nothing is answered where the test says nothing. For the arguments, see `graded_drill`.
    """

    def sort(text: str) -> int | None:
        passes = test(text)
        return None if passes is None else int(not passes)

    return graded_drill(
        rng,
        materials,
        name=name,
        pool=pool,
        frames=frames,
        draw=draw,
        sort=sort,
        num_labels=2,
        **fields,
    )


def _spelled(name: str) -> str:
    """A name in letters, digits, `_` and `-`, so that it can be part of a task's id."""
    plain = name.replace(" ", "_")
    return "".join(c if c.isalnum() or c in "_-" else f"u{ord(c)}" for c in plain)
