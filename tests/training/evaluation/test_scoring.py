"""Scoring of single answers."""

from __future__ import annotations

import pytest

from training.evaluation.scoring import (
    first_line,
    has_two_answers,
    majority_answer,
    normalise,
    rouge_l,
    score,
)
from training.tasks import Example, Task


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Paris. ", "paris"),
        ('"New   York"', "new york"),
        ("\u201cRome\u201d!", "rome"),
        ("**cat**", "cat"),
        ("STRASSE", "strasse"),
        ("Stra\u00dfe", "strasse"),
        ("-7", "-7"),
        ("don't", "don't"),
        (":)", ":)"),
        ("?", "?"),
        ("", ""),
    ],
)
def test_normalise_drops_only_what_carries_no_meaning(text: str, expected: str) -> None:
    """Case, blanks and outer punctuation go; signs, and bare punctuation, stay."""
    assert normalise(text) == expected


def test_any_accepted_answer_is_right() -> None:
    """An answer needs to match one of the accepted ones, in any case."""
    example = Example("espresso", ("drink", "coffee"))
    assert score("Coffee.", example).exact_match == 1
    assert score("tea", example).exact_match == 0


def test_contained_asks_for_whole_words() -> None:
    """An answer inside a sentence is contained; a part of a word is not."""
    example = Example("is it so", ("no",))
    told = score("The answer is: No, never", example)
    assert (told.exact_match, told.contained) == (0, 1)
    assert score("I know", example).contained == 0


def test_only_first_line_counts() -> None:
    """What follows a line break is cut off."""
    assert first_line("\n two \r\nthree") == "two"
    assert first_line("  ") == ""
    assert score("two\nbecause", Example("one", ("two",))).exact_match == 1


@pytest.mark.parametrize(
    ("given", "output"),
    [("upcoming", "UPCOMING"), ("korea", '"korea"'), ("stugy", "*stugy")],
)
def test_repeating_the_input_is_no_answer(given: str, output: str) -> None:
    """Where case or quotes are the whole task, they count."""
    example = Example(given, (output,))
    assert score(given, example).exact_match == 0
    assert score(f" {output} ", example).exact_match == 1


def test_repeating_the_input_is_right_where_it_is_accepted() -> None:
    """An input that is its own answer is compared as any other."""
    assert score("350.", Example("350", ("350",))).exact_match == 1


def test_rouge_l_is_f1_of_longest_common_subsequence() -> None:
    """Five tokens against four with three in common: 2 * 3 / (5 + 4)."""
    assert rouge_l("the cat sat down here", "a cat sat here") == pytest.approx(6 / 9)
    assert rouge_l("Same, text.", "same , text") == 1
    assert rouge_l("", "cat") == 0
    assert score("b", Example("x", ("a", "b"))).rouge_l == 1


def _task(outputs: str) -> Task:
    examples = tuple(Example(f"input {i}", (o,)) for i, o in enumerate(outputs.split()))
    return Task(id="t", descriptions=("say yes or no",), examples=examples)


def test_two_answers_and_majority() -> None:
    """A choice of two is recognised; the majority is that of training rows."""
    task = _task("yes Yes no yes no yes yes no no no")
    assert has_two_answers(task)
    assert majority_answer(task) == "yes"
    assert not has_two_answers(_task("a b c a"))
    assert majority_answer(_task("b a")) == "b"
    assert majority_answer(_task("b a b a c")) == "b"
