"""Drills over times of day: parts, other ways to write them, shifts and limits."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from training.drills.assembly import graded_drill, labelled_drill, plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.wordings import read_wordings

TIMES = "drill times"

_TOLD = read_wordings(__file__)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_DAY = 24 * 60
_WAYS: list[list[str]] = _TOLD["ways"]


def _draw_time(rng: random.Random) -> str:
    return _written(rng.randrange(0, _DAY, rng.choice((1, 5))))


def _minutes_of(text: str) -> int | None:
    match = _TIME.fullmatch(text)
    return None if match is None else 60 * int(match[1]) + int(match[2])


def _written(minutes: int) -> str:
    return f"{minutes % _DAY // 60:02}:{minutes % 60:02}"


def _on_times(rule: Callable[[int], str]) -> Callable[[str], str | None]:
    def answer(text: str) -> str | None:
        minutes = _minutes_of(text)
        return None if minutes is None else rule(minutes)

    return answer


@kind()
def time_shifted(rng: random.Random, materials: Materials) -> Drill:
    """The time some minutes or hours before or after."""
    step, unit = rng.choice(
        ((5, 1), (10, 1), (15, 1), (20, 1), (30, 1), (1, 60), (2, 60), (3, 60), (6, 60))
    )
    side = rng.choice(("later", "earlier"))
    shift = step * unit * (1 if side == "later" else -1)
    noun = ("minutes" if unit == 1 else "hours") if step > 1 else "hour"
    return plain_drill(
        rng,
        name=f"time_shifted_{shift}",
        pool=TIMES,
        frames=_TOLD["time_shifted"],
        draw=_draw_time,
        answer=_on_times(lambda minutes: _written(minutes + shift)),
        amount=f"{step} {noun}",
        side=side,
        sign="plus" if shift > 0 else "minus",
    )


@kind()
def time_rewritten(rng: random.Random, materials: Materials) -> Drill:
    """The time in another way of writing."""
    pattern, told = rng.choice(_WAYS)

    def rule(minutes: int) -> str:
        hour, minute = divmod(minutes, 60)
        return pattern.format(
            h=f"{hour:02}", m=f"{minute:02}", hour=hour, minute=minute
        )

    return plain_drill(
        rng,
        name=f"time_rewritten_{pattern}",
        pool=TIMES,
        frames=_TOLD["time_rewritten"],
        draw=_draw_time,
        answer=_on_times(rule),
        told=told,
        shown=rule(9 * 60 + 5),
    )


@kind()
def time_left(rng: random.Random, materials: Materials) -> Drill:
    """Minutes since the last full hour, or to the next one."""
    side = rng.choice(("since the last", "to the next"))

    def rule(minutes: int) -> str:
        past = minutes % 60
        return f"{past if side == 'since the last' else 60 - past} min"

    return plain_drill(
        rng,
        name=f"time_left_{side}",
        pool=TIMES,
        frames=_TOLD["time_left"],
        draw=_draw_time,
        answer=_on_times(rule),
        side=side,
    )


@kind()
def time_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a time is before a limit."""
    limit = rng.randrange(6 * 60, 21 * 60, 30)

    def test(text: str) -> bool | None:
        minutes = _minutes_of(text)
        return None if minutes is None else minutes < limit

    return labelled_drill(
        rng,
        materials,
        name=f"time_label_{limit}",
        pool=TIMES,
        frames=_TOLD["time_label"],
        draw=_draw_time,
        test=test,
        limit=_written(limit),
    )


@kind()
def time_grade(rng: random.Random, materials: Materials) -> Drill:
    """Which of three parts of the day a time falls into, by their borders."""
    low, high = rng.randrange(5, 12), rng.randrange(14, 21)

    def sort(text: str) -> int | None:
        minutes = _minutes_of(text)
        if minutes is None:
            return None
        return (minutes >= 60 * low) + (minutes >= 60 * high)

    return graded_drill(
        rng,
        materials,
        name=f"time_grade_{low}_{high}",
        pool=TIMES,
        frames=_TOLD["time_grade"],
        draw=_draw_time,
        sort=sort,
        num_labels=3,
        low=f"{low:02}:00",
        high=f"{high}:00",
    )


@kind()
def time_in_text(rng: random.Random, materials: Materials) -> Drill:
    """The time in a given sentence."""
    sample = rng.choice(_TOLD["samples"])
    return plain_drill(
        rng,
        name=f"time_in_text_{sample}",
        pool=TIMES,
        frames=_TOLD["time_in_text"],
        draw=_draw_time,
        answer=_on_times(lambda minutes: sample.replace("...", _written(minutes))),
        sample=f'"{sample}"',
    )
