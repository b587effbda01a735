"""What a user gives instead of training data."""

from __future__ import annotations

from typing import Any

import pytest

from genadapter.condition import (
    MAX_DESCRIPTION_CHARACTERS,
    MAX_EXAMPLES,
    PASSAGE_BYTES,
    Condition,
    Demonstration,
)
from genadapter.errors import ConditionError


def example(given: str, wanted: str) -> Demonstration:
    """One pair."""
    return Demonstration(input=given, output=wanted)


def test_blanks_do_not_change_a_condition() -> None:
    """The digest is that of the canonical text."""
    plain = Condition(description="Turn the noun into its plural")
    spaced = Condition(description="  Turn the\n noun\tinto its   plural ")
    assert spaced.text == plain.text == "Turn the noun into its plural"
    assert spaced.digest() == plain.digest()


def test_another_wording_is_another_condition() -> None:
    """The digest is 64 hex digits and differs with the words."""
    digests = {
        Condition(description=text).digest() for text in ("a to b", "b to a", "A to b")
    }
    assert len(digests) == 3
    assert all(len(digest) == 64 for digest in digests)


def test_every_part_makes_another_condition() -> None:
    """The same words as another kind, or in another order, are something else."""
    pair, other = example("a", "b"), example("b", "a")
    conditions = [
        Condition(description="a"),
        Condition(profile="a"),
        Condition(document="a"),
        Condition(examples=(pair,)),
        Condition(examples=(pair, other)),
        Condition(examples=(other, pair)),
        Condition(description="a", examples=(pair,)),
    ]
    assert len({condition.digest() for condition in conditions}) == len(conditions)


def test_digest_of_a_description_stays_what_it_was() -> None:
    """Ids that were given out before other kinds existed remain theirs."""
    expected = "3ba7a6f1"
    assert Condition(description="Sort the words").digest().startswith(expected)


def test_condition_is_a_hashable_value() -> None:
    """Equal words make equal keys."""
    assert len({Condition(description="x"), Condition(description="x")}) == 1
    mixed = Condition(
        description="x", examples=(example("a", "b"),), document="y", profile="z"
    )
    assert mixed.kinds == {"description", "examples", "document", "profile"}
    assert Condition(description="x").kinds == {"description"}


@pytest.mark.parametrize("description", ["", " \n\t ", None, 7])
def test_condition_without_words_is_refused(
    description: Any,
) -> None:  # Any: wrong types are the point
    """The message shows the value and an example."""
    with pytest.raises(ConditionError, match=r"must say what the task is.*try"):
        Condition(description=description)


@pytest.mark.parametrize(
    ("name", "message"),
    [("document", "what the adapter is to know"), ("profile", "is to suit")],
)
def test_other_parts_must_say_something(name: str, message: str) -> None:
    """Blank is not absent."""
    with pytest.raises(ConditionError, match=rf"{name} must say .*{message}, got ' '"):
        Condition(**{name: " "})


def test_too_long_a_description_is_refused() -> None:
    """The limit itself is allowed, one more is not."""
    Condition(description="x" * MAX_DESCRIPTION_CHARACTERS)
    with pytest.raises(ConditionError, match="at most 8000 characters, got 8001"):
        Condition(description="x" * (MAX_DESCRIPTION_CHARACTERS + 1))


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("a", "b"), ("c", " ")], "example 2 has no output, got ' '"),
        ([("", "b")], "example 1 has no input, got ''"),
        ([("a", None)], "example 1 has no output, got None"),
        ([("a", "x" * 4001)], "output of example 1 must have at most 4000"),
        (
            [("a", "b"), ("c", "d"), (" a ", "e")],
            "examples 1 and 3 contradict each other: for input 'a' they want 'b' and 'e'",
        ),
    ],
)
def test_examples_that_teach_nothing_are_refused(
    pairs: list[tuple[Any, Any]], message: str
) -> None:  # Any: wrong types are the point
    """Each by its number, with what to do."""
    with pytest.raises(ConditionError, match=message):
        Condition(examples=tuple(example(*pair) for pair in pairs))


def test_too_many_examples_are_refused() -> None:
    """Repeats count as well; they contradict nobody."""
    same = (example("a", "b"),) * MAX_EXAMPLES
    assert len(Condition(examples=same).examples) == MAX_EXAMPLES
    with pytest.raises(ConditionError, match="at most 64 examples are read, got 65"):
        Condition(examples=(*same, same[0]))


def test_descriptions_are_one_passage_and_examples_are_packed() -> None:
    """Short examples share passages; none is torn from its answer."""
    pairs = tuple(example(f"word {i}", f"answer {i}") for i in range(30))
    told, *shown = Condition(description="do " * 200, examples=pairs).passages
    assert told == "do " * 199 + "do"
    assert all(len(passage.encode()) <= PASSAGE_BYTES for passage in shown)
    assert "\n".join(shown) == "\n".join(pair.text for pair in pairs)
    assert 2 <= len(shown) < 10
    assert all(passage.startswith("Input: ") for passage in shown)


@pytest.mark.parametrize(
    "document",
    [
        "One sentence. " * 300,
        "word " * 500,
        "\u6f22\u5b57" * 500,
        "a" * 1000,
    ],
)
def test_long_documents_are_read_whole_in_passages(document: str) -> None:
    """Nothing is lost but blanks, whatever the script."""
    passages = Condition(document=document).passages
    assert len(passages) > 1
    assert all(0 < len(passage.encode()) <= PASSAGE_BYTES for passage in passages)
    assert "".join(" ".join(passages).split()) == "".join(document.split())
