"""Training files: what is read of them, and what is wrong with others."""

from __future__ import annotations

import json

import pytest

from genadapter.condition import MAX_EXAMPLES, Condition, Demonstration
from service.errors import TrainingFileError
from service.training_file import read_training_file


def line(user: object, assistant: object, system: object = None) -> str:
    """A conversation of two turns."""
    turns = [("user", user), ("assistant", assistant)]
    if system is not None:
        turns.insert(0, ("system", system))
    return json.dumps({"messages": [{"role": r, "content": c} for r, c in turns]})


def test_conversations_are_examples_and_the_system_message_the_description() -> None:
    """Blank lines are nothing."""
    content = f"{line('cat', 'cats', 'plural')}\n\n{line('ox', 'oxen', 'plural')}\n"
    read = read_training_file(content.encode())
    assert read.condition == Condition(
        description="plural",
        examples=(
            Demonstration(input="cat", output="cats"),
            Demonstration(input="ox", output="oxen"),
        ),
    )
    assert read.num_unread == 0


def test_more_conversations_than_are_read_are_counted() -> None:
    """Who sent them is to know."""
    lines = [line(f"word {n}", "x") for n in range(MAX_EXAMPLES + 3)]
    read = read_training_file("\n".join(lines).encode())
    assert len(read.condition.examples) == MAX_EXAMPLES
    assert read.num_unread == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no conversation"),
        (b"\xff", "no UTF-8, at byte 0"),
        (b"{", "line 1 is none"),
        (b"[]", "line 1 is none"),
        (b'{"messages": 3}', "line 1 is none"),
        (b'{"messages": [{"role": "user"}]}', "line 1 is none"),
        (f"{line('a', 'b')}\n{line('a', 3)}".encode(), "line 2 is none"),
        (line("a", "b", 7).encode(), "line 1 is none"),
        (b'{"messages": [{"role": "user", "content": "a"}]}', "line 1 is none"),
        (f"{line('a', 'b', 'x')}\n{line('c', 'd')}".encode(), "2 different system"),
        (f"{line('a', 'b')}\n{line('a', 'c')}".encode(), "contradict each other"),
        (line(" ", "b").encode(), "has no input"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(content: bytes, words: str) -> None:
    """The message says where and why."""
    with pytest.raises(TrainingFileError, match=words):
        read_training_file(content)
