"""Parts of a condition in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from genadapter.condition import Demonstration
from genadapter.condition_files import read_document, read_examples
from genadapter.errors import ConditionError


def test_lines_become_examples(tmp_path: Path) -> None:
    """With one output or the first of several; blank lines and other keys are ignored."""
    path = tmp_path / "examples.jsonl"
    path.write_text(
        '{"input": "cat", "output": "cats"}\n\n'
        '{"input": "ox", "outputs": ["oxen", "oxes"], "id": 3}\n'
    )
    assert read_examples(path) == (
        Demonstration(input="cat", output="cats"),
        Demonstration(input="ox", output="oxen"),
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no example: a line is like"),
        (b"cat\tcats\n", "line 1 is not JSON"),
        (
            b'{"input": "a", "output": "b"}\n{"input": "a"}\n',
            "line 2 has no input with",
        ),
        (b'{"input": "a", "outputs": []}\n', "line 1 has no input with an output"),
        (b'["a", "b"]\n', "line 1 has no input with an output"),
        (b"\xff\xfe", "give a text file in UTF-8"),
    ],
)
def test_malformed_files_are_refused(
    content: bytes, message: str, tmp_path: Path
) -> None:
    """The line is named, and what one looks like."""
    path = tmp_path / "examples.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConditionError, match=message):
        read_examples(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(ConditionError, match=r"cannot read .*none.jsonl"):
        read_examples(tmp_path / "none.jsonl")


def test_documents_are_text(tmp_path: Path) -> None:
    """As it stands in the file; anything else is refused."""
    path = tmp_path / "page.txt"
    path.write_text("one\ntwo", encoding="utf-8")
    assert read_document(path) == "one\ntwo"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConditionError, match="give a text file in UTF-8"):
        read_document(path)
