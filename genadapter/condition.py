"""Condition: what a user gives instead of training data."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from genadapter.errors import ConditionError

ConditionKind = Literal["description", "examples", "document", "profile"]
"""Every kind of condition a family may accept."""

MAX_DESCRIPTION_CHARACTERS = 8_000
"""Of a description or a profile."""
MAX_DOCUMENT_CHARACTERS = 200_000
MAX_EXAMPLES = 64
MAX_EXAMPLE_CHARACTERS = 4_000
"""Of an example's input, and of its output."""
PASSAGE_BYTES = 280
"""Examples and documents are read in passages of at most so many, as UTF-8."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Demonstration:
    """One example of a task: an input and the output that is wanted for it."""

    input: str
    output: str

    @property
    def text(self) -> str:
        """Both, as they are read."""
        return f"Input: {_plain(self.input)}\nOutput: {_plain(self.output)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A task in the user's words, by examples, from a document; hashable, never logged."""

    description: str | None = None
    """The task, as one would say it to a colleague."""
    examples: tuple[Demonstration, ...] = ()
    """Inputs with the outputs wanted."""
    document: str | None = None
    """What the adapter is to know."""
    profile: str | None = None
    """Whom the adapter is to suit, in that person's words."""

    def __post_init__(self) -> None:
        """Rejects what no generator can use."""
        if not (self.examples or self.document is not None or self.profile is not None):
            # Then it must be a description, and a message says what one is like.
            _check_text("description", self.description, MAX_DESCRIPTION_CHARACTERS)
        for name, limit in (
            ("description", MAX_DESCRIPTION_CHARACTERS),
            ("document", MAX_DOCUMENT_CHARACTERS),
            ("profile", MAX_DESCRIPTION_CHARACTERS),
        ):
            if getattr(self, name) is not None:
                _check_text(name, getattr(self, name), limit)
        _check_examples(self.examples)

    @property
    def kinds(self) -> frozenset[ConditionKind]:
        """The kinds of condition this one holds."""
        held: dict[ConditionKind, object] = {
            "description": self.description,
            "examples": self.examples,
            "document": self.document,
            "profile": self.profile,
        }
        return frozenset(kind for kind, value in held.items() if value)

    @property
    def text(self) -> str:
        """All that it says, with runs of blanks made one space."""
        return "\n".join(self.passages)

    @property
    def passages(self) -> tuple[str, ...]:
        """What is read, piece by piece: descriptions whole, all else in short pieces."""
        pieces = [_plain(text) for text in (self.description, self.profile) if text]
        pieces += _packed((example.text for example in self.examples), "\n")
        if self.document is not None:
            pieces += _packed(_sentences(self.document), " ")
        return tuple(pieces)

    def digest(self) -> str:
        """Hex sha256 of the canonical condition."""
        canonical: dict[str, Any] = {  # Any: plain JSON
            name: _plain(text)
            for name, text in (
                ("description", self.description),
                ("document", self.document),
                ("profile", self.profile),
            )
            if text is not None
        }
        if self.examples:
            pairs = [[_plain(e.input), _plain(e.output)] for e in self.examples]
            canonical["examples"] = pairs
        return hashlib.sha256(
            json.dumps(canonical, sort_keys=True).encode()
        ).hexdigest()


def _check_text(name: str, text: object, limit: int) -> None:
    wanted, example = _WANTED[name]
    if not isinstance(text, str) or not text.strip():
        raise ConditionError(f"{name} must say {wanted}, got {text!r}: try {example}")
    if len(text) > limit:
        raise ConditionError(
            f"{name} must have at most {limit} characters, got {len(text)}: shorten it"
        )


_WANTED = {
    "description": ("what the task is", '"Turn the English noun into its plural"'),
    "document": ("what the adapter is to know", "a page of text"),
    "profile": ("whom the adapter is to suit", '"I write British English, briefly"'),
}


def _check_examples(examples: tuple[Demonstration, ...]) -> None:
    if len(examples) > MAX_EXAMPLES:
        raise ConditionError(
            f"at most {MAX_EXAMPLES} examples are read, got {len(examples)}: choose the "
            "most telling ones"
        )
    known: dict[str, tuple[int, str]] = {}
    for number, example in enumerate(examples, start=1):
        for name in ("input", "output"):
            _check_side(number, name, getattr(example, name))
        given, wanted = _plain(example.input), _plain(example.output)
        first, before = known.setdefault(given, (number, wanted))
        if before != wanted:
            raise ConditionError(
                f"examples {first} and {number} contradict each other: for input "
                f"{given!r} they want {before!r} and {wanted!r}; keep one of them"
            )


def _check_side(number: int, name: str, text: object) -> None:
    if not isinstance(text, str) or not text.strip():
        raise ConditionError(
            f"example {number} has no {name}, got {text!r}: every example needs an input "
            "and the output that is wanted for it"
        )
    if len(text) > MAX_EXAMPLE_CHARACTERS:
        raise ConditionError(
            f"{name} of example {number} must have at most {MAX_EXAMPLE_CHARACTERS} "
            f"characters, got {len(text)}: shorten it"
        )


def _plain(text: str) -> str:
    return " ".join(text.split())


def _sentences(text: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=[.!?])\s+|\n\s*\n", text):
        if plain := _plain(sentence):
            yield plain


def _packed(pieces: Iterable[str], joint: str) -> list[str]:
    """Pieces side by side in passages that are not too long; a longer piece is cut up."""
    passages: list[str] = []
    for piece in (part for whole in pieces for part in _cut(whole)):
        joined = f"{passages[-1]}{joint}{piece}" if passages else piece
        if passages and len(joined.encode()) <= PASSAGE_BYTES:
            passages[-1] = joined
        else:
            passages.append(piece)
    return passages


def _cut(text: str) -> Iterator[str]:
    """A text in parts of at most so many bytes, between words where there are any."""
    while len(text.encode()) > PASSAGE_BYTES:
        # Half a character at the end of the bytes is left to the next part.
        head = text.encode()[:PASSAGE_BYTES].decode(errors="ignore")
        place = head.rfind(" ")
        place = place if place > 0 else len(head)
        yield text[:place]
        text = text[place:].lstrip()
    if text:
        yield text
