"""Transcript: what is shown is never taken back."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from service.transcript import Transcript

TEXT = "  one two, b\u00f6se three END four  "
BYTES = TEXT.encode()


def decode(ids: Sequence[int]) -> str:
    """A byte a token, as byte-level tokenizers have it."""
    return bytes(ids).decode(errors="replace")


def told(
    stops: Sequence[str] = (), *, is_stripped: bool = True
) -> tuple[list[str], str]:
    """The pieces that are shown, and the whole text."""
    transcript, pieces = (
        Transcript(decode, stops=stops, is_stripped=is_stripped),
        [],
    )
    for token in BYTES:
        pieces.append(transcript.add(token))
        if transcript.is_stopped:
            break
    pieces.append(transcript.end())
    return pieces, transcript.text


@pytest.mark.parametrize("stops", [(), ("END",), ("E", "tw"), ("absent", "ENDLESS")])
@pytest.mark.parametrize("is_stripped", [True, False])
def test_pieces_make_up_the_text(stops: Sequence[str], is_stripped: bool) -> None:
    """Whatever the stops, and never half of a character."""
    pieces, text = told(stops, is_stripped=is_stripped)
    assert "".join(pieces) == text
    assert not any("\ufffd" in piece for piece in pieces)
    ends = [p for stop in stops if (p := TEXT.find(stop)) >= 0]
    expected = TEXT[: min(ends)] if ends else TEXT
    assert text == (expected.strip() if is_stripped else expected)


def test_nothing_of_a_stop_text_is_shown() -> None:
    """Not even while it might still be another word."""
    pieces, _ = told(["three E"])
    assert "".join(pieces) == "one two, b\u00f6se"
    shown = ""
    transcript = Transcript(decode, stops=["tower"])
    for token in BYTES:
        shown += transcript.add(token)
        assert not shown.endswith("t")


def test_bytes_that_are_no_text_are_shown_at_the_end() -> None:
    """A character that never ends holds nothing back for ever."""
    rng = random.Random(0)
    for _ in range(50):
        transcript, shown = Transcript(decode, is_stripped=False), ""
        ids = [rng.randrange(256) for _ in range(20)]
        for token in ids:
            shown += transcript.add(token)
        shown += transcript.end()
        assert len(shown) == len(decode(ids))
