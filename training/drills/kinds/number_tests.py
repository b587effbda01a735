"""Drills that sort numbers by size, by divisors or by their digits."""

from __future__ import annotations

import random

from training.drills.assembly import graded_drill
from training.drills.base import Drill, Materials, kind
from training.drills.naming import either, in_words
from training.drills.pools.numbers import (
    HIGHEST,
    NUMBERS,
    around,
    draw_limit,
    number_test,
    up_to,
    with_digits,
)
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


def _digit_set(rng: random.Random) -> tuple[str, tuple[str, ...]]:
    """Some digits, and ways to list them."""
    digits = sorted(rng.sample("123456789", rng.randint(2, 4)))
    return "".join(digits), (either(digits), f"one of {', '.join(digits)}")


@kind()
def greater_than(rng: random.Random, materials: Materials) -> Drill:
    """Whether the number is above a limit."""
    k = draw_limit(rng)
    return number_test(
        rng,
        materials,
        name=f"greater_than_{k}",
        frames=_TOLD["greater_than"],
        test=lambda text: int(text) > k,
        draw=around(k),
        k=k,
    )


@kind()
def less_than(rng: random.Random, materials: Materials) -> Drill:
    """Whether the number is below a limit."""
    k = draw_limit(rng)
    return number_test(
        rng,
        materials,
        name=f"less_than_{k}",
        frames=_TOLD["less_than"],
        test=lambda text: int(text) < k,
        draw=around(k),
        k=k,
    )


@kind()
def between(rng: random.Random, materials: Materials) -> Drill:
    """Whether the number lies in a range."""
    k = draw_limit(rng)
    m = min(k + max(5, int(k * rng.choice((0.2, 0.5, 1.0, 2.0)))), HIGHEST - 1)
    k = min(k, m - 5)
    return number_test(
        rng,
        materials,
        name=f"between_{k}_{m}",
        frames=_TOLD["between"],
        test=lambda text: k <= int(text) <= m,
        draw=around(k, m, (k + m) // 2),
        k=k,
        m=m,
    )


@kind()
def grades(rng: random.Random, materials: Materials) -> Drill:
    """Which of three ranges the number is in."""
    k = min(draw_limit(rng), 5000)
    m = k + max(5, int(k * rng.choice((0.3, 0.5, 0.8))))

    def sort(text: str) -> int | None:
        if not text.isdecimal():
            return None
        number = int(text)
        return 0 if number < k else 1 if number <= m else 2

    return graded_drill(
        rng,
        materials,
        name=f"grades_{k}_{m}",
        pool=NUMBERS,
        frames=_TOLD["grades"],
        draw=around(k, m, (k + m) // 2),
        sort=sort,
        num_labels=3,
        k=k,
        m=m,
    )


@kind()
def divisible(rng: random.Random, materials: Materials) -> Drill:
    """Whether a constant divides the number."""
    k = rng.choice((2, 3, 4, 5, 10, 20, 25, 50, 100))
    return number_test(
        rng,
        materials,
        name=f"divisible_{k}",
        frames=_TOLD["divisible"],
        test=lambda text: int(text) % k == 0,
        draw=up_to(99 if k < 5 else 999),
        k=k,
    )


@kind()
def last_digit_is(rng: random.Random, materials: Materials) -> Drill:
    """Whether the last digit is one of some."""
    digits, names = _digit_set(rng)
    return number_test(
        rng,
        materials,
        name=f"last_digit_is_{digits}",
        frames=_TOLD["last_digit_is"],
        test=lambda text: text[-1] in digits,
        digits=names,
    )


@kind()
def first_digit_is(rng: random.Random, materials: Materials) -> Drill:
    """Whether the first digit is one of some."""
    digits, names = _digit_set(rng)
    return number_test(
        rng,
        materials,
        name=f"first_digit_is_{digits}",
        frames=_TOLD["first_digit_is"],
        test=lambda text: text[0] in digits,
        digits=names,
    )


@kind()
def contains_digit(rng: random.Random, materials: Materials) -> Drill:
    """Whether a digit occurs."""
    d = str(rng.randint(0, 9))
    return number_test(
        rng,
        materials,
        name=f"contains_digit_{d}",
        frames=_TOLD["contains_digit"],
        test=lambda text: d in text,
        draw=with_digits(2),
        d=d,
    )


@kind()
def num_digits(rng: random.Random, materials: Materials) -> Drill:
    """Whether the number has so many digits."""
    n = rng.randint(2, 4)
    return number_test(
        rng,
        materials,
        name=f"num_digits_{n}",
        frames=_TOLD["num_digits"],
        test=lambda text: len(text) >= n,
        n=in_words(n),
    )
