"""What a user gives instead of training data."""

from __future__ import annotations

from typing import Any

import pytest

from genadapter.condition import MAX_DESCRIPTION_CHARACTERS, Condition
from genadapter.errors import ConditionError


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


def test_condition_is_a_hashable_value() -> None:
    """Equal words make equal keys."""
    assert len({Condition(description="x"), Condition(description="x")}) == 1
    assert Condition(description="x").kinds == {"description"}


@pytest.mark.parametrize("description", ["", " \n\t ", None, 7])
def test_condition_without_words_is_refused(
    description: Any,
) -> None:  # Any: wrong types are the point
    """The message shows the value and an example."""
    with pytest.raises(ConditionError, match=r"must say what the task is.*try"):
        Condition(description=description)


def test_too_long_a_description_is_refused() -> None:
    """The limit itself is allowed, one more is not."""
    Condition(description="x" * MAX_DESCRIPTION_CHARACTERS)
    with pytest.raises(ConditionError, match="at most 8000 characters, got 8001"):
        Condition(description="x" * (MAX_DESCRIPTION_CHARACTERS + 1))
