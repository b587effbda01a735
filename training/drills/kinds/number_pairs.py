"""Drills on two numbers: which is larger, what they make, how they are written."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Draw, Drill, Materials, kind
from training.drills.naming import SIGNS, quoted
from training.drills.pools.numbers import UNITS
from training.drills.wordings import Field, read_wordings

_TOLD = read_wordings(__file__)

PAIRS = "drill number pairs"
"""Inputs such as `12 and 7`, the two numbers different."""


def _draw_pair(rng: random.Random) -> str:
    num_digits = rng.randint(1, 3)
    first, second = rng.sample(range(10**num_digits), 2)
    return f"{first} and {second}"


def _small_pair(rng: random.Random) -> str:
    first, second = rng.sample(range(60), 2)
    return f"{first} and {second}"


def _parsed_pair(text: str) -> tuple[int, int] | None:
    first, _, second = text.partition(" and ")
    if not (first.isdecimal() and second.isdecimal()):
        return None
    return int(first), int(second)


def _pair_drill(
    rng: random.Random,
    *,
    name: str,
    frames: Sequence[str],
    rule: Callable[[int, int], str],
    draw: Draw = _draw_pair,
    **fields: Field,
) -> Drill:
    def answer(text: str) -> str | None:
        pair = _parsed_pair(text)
        return None if pair is None else rule(*pair)

    return plain_drill(
        rng,
        name=name,
        pool=PAIRS,
        frames=frames,
        draw=draw,
        answer=answer,
        **fields,
    )


def _pair_test(
    rng: random.Random,
    materials: Materials,
    *,
    name: str,
    frames: Sequence[str],
    test: Callable[[int, int], bool],
    draw: Draw = _draw_pair,
    **fields: Field,
) -> Drill:
    def tested(text: str) -> bool | None:
        pair = _parsed_pair(text)
        return None if pair is None else test(*pair)

    return labelled_drill(
        rng,
        materials,
        name=name,
        pool=PAIRS,
        frames=frames,
        draw=draw,
        test=tested,
        **fields,
    )


@kind()
def larger_with_unit(rng: random.Random, materials: Materials) -> Drill:
    """The larger of two numbers, with a unit."""
    unit, long = rng.choice(UNITS)
    return _pair_drill(
        rng,
        name=f"larger_{unit}",
        frames=_TOLD["larger_with_unit"],
        rule=lambda first, second: f"{max(first, second)} {unit}",
        unit=unit,
        long=long,
    )


@kind()
def smaller_with_unit(rng: random.Random, materials: Materials) -> Drill:
    """The smaller of two numbers, with a unit."""
    unit, long = rng.choice(UNITS)
    return _pair_drill(
        rng,
        name=f"smaller_{unit}",
        frames=_TOLD["smaller_with_unit"],
        rule=lambda first, second: f"{min(first, second)} {unit}",
        unit=unit,
        long=long,
    )


@kind()
def pair_order(rng: random.Random, materials: Materials) -> Drill:
    """Both numbers in order, with a sign between."""
    sign = rng.choice(SIGNS)
    is_rising = rng.random() < 0.5
    sense = (
        ("smaller first", "the smaller before the larger", "from low to high")
        if is_rising
        else ("larger first", "the larger before the smaller", "from high to low")
    )

    def rule(first: int, second: int) -> str:
        low, high = sorted((first, second))
        pair = (low, high) if is_rising else (high, low)
        return sign.mark.join(map(str, pair))

    return _pair_drill(
        rng,
        name=f"pair_order_{'rising' if is_rising else 'falling'}_{sign.noun}",
        frames=_TOLD["pair_order"],
        rule=rule,
        sense=sense,
        sign=sign.names,
    )


@kind()
def pair_swap(rng: random.Random, materials: Materials) -> Drill:
    """Both numbers swapped, with a sign between."""
    sign = rng.choice(SIGNS)
    return _pair_drill(
        rng,
        name=f"pair_swap_{sign.noun}",
        frames=_TOLD["pair_swap"],
        rule=lambda first, second: f"{second}{sign.mark}{first}",
        sign=sign.names,
    )


@kind()
def pair_sum(rng: random.Random, materials: Materials) -> Drill:
    """The sum of both numbers and a constant."""
    k = rng.choice((*range(1, 21), 30, 40, 50, 100))
    return _pair_drill(
        rng,
        name=f"pair_sum_{k}",
        frames=_TOLD["pair_sum"],
        rule=lambda first, second: str(first + second + k),
        draw=_small_pair,
        k=k,
    )


@kind()
def pair_gap(rng: random.Random, materials: Materials) -> Drill:
    """The difference of both numbers, with a unit."""
    unit, long = rng.choice(UNITS)
    return _pair_drill(
        rng,
        name=f"pair_gap_{unit}",
        frames=_TOLD["pair_gap"],
        rule=lambda first, second: f"{abs(first - second)} {unit}",
        draw=_small_pair,
        unit=unit,
        long=long,
    )


@kind()
def choose_by_first(rng: random.Random, materials: Materials) -> Drill:
    """The second number if the first is above a limit, else a word."""
    k = rng.randrange(15, 45)
    word = rng.choice(("free", "none", "skip", "nothing", "pass", "closed", "zero"))
    return _pair_drill(
        rng,
        name=f"choose_by_first_{k}_{word}",
        frames=_TOLD["choose_by_first"],
        rule=lambda first, second: str(second) if first > k else word,
        draw=_small_pair,
        k=k,
        word=quoted(word),
    )


@kind()
def pair_form(rng: random.Random, materials: Materials) -> Drill:
    """Both numbers with words before them."""
    left, middle = rng.choice(_TOLD["word_pairs"])
    return _pair_drill(
        rng,
        name=f"pair_form_{left}_{middle}",
        frames=_TOLD["pair_form"],
        rule=lambda first, second: f"{left} {first} {middle} {second}",
        left=left,
        middle=middle,
    )


@kind()
def first_larger(rng: random.Random, materials: Materials) -> Drill:
    """Which of two numbers is larger."""
    return _pair_test(
        rng,
        materials,
        name="first_larger",
        frames=_TOLD["first_larger"],
        test=lambda first, second: first > second,
    )


@kind()
def sum_over(rng: random.Random, materials: Materials) -> Drill:
    """Whether both numbers add up to more than a limit."""
    k = rng.randrange(20, 100, 5)
    return _pair_test(
        rng,
        materials,
        name=f"sum_over_{k}",
        frames=_TOLD["sum_over"],
        test=lambda first, second: first + second > k,
        draw=_small_pair,
        k=k,
    )


@kind()
def both_over(rng: random.Random, materials: Materials) -> Drill:
    """Whether both numbers are above a limit."""
    k = rng.randrange(5, 45)
    return _pair_test(
        rng,
        materials,
        name=f"both_over_{k}",
        frames=_TOLD["both_over"],
        test=lambda first, second: min(first, second) > k,
        draw=_small_pair,
        k=k,
    )


@kind()
def gap_within(rng: random.Random, materials: Materials) -> Drill:
    """Whether two numbers are close."""
    k = rng.randint(3, 25)
    return _pair_test(
        rng,
        materials,
        name=f"gap_within_{k}",
        frames=_TOLD["gap_within"],
        test=lambda first, second: abs(first - second) <= k,
        draw=_small_pair,
        k=k,
    )
