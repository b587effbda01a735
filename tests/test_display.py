"""What commands say while they work: on stderr, and drawn only where a terminal is."""

from __future__ import annotations

import pytest

from genadapter.display import progress, progress_by_steps

CLEARS_LINE = "\x1b[2K"
"""What draws over a line does this to it first."""


def work_in_steps() -> None:
    """Two steps of one work."""
    with progress_by_steps() as say:
        say("base", 0.0)
        say("[blend]", 0.5)


def test_steps_are_lines_without_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Logs hold one line a step, and stdout nothing."""
    work_in_steps()
    found = capsys.readouterr()
    assert found.err.splitlines() == ["  0% base", " 50% [blend]"]
    assert found.out == ""


def test_steps_are_a_bar_in_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is taken away at the end; names are told as they are, markup or not."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm")
    work_in_steps()
    found = capsys.readouterr()
    assert "[blend]" in found.err
    assert "50%" in found.err
    assert found.err.rstrip("\r").endswith(CLEARS_LINE)
    assert found.out == ""


@pytest.mark.parametrize("is_terminal", [True, False])
def test_work_is_told_before_it_begins(
    is_terminal: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A spinner in a terminal, elsewhere a line without a sign of control."""
    if is_terminal:
        monkeypatch.setenv("TTY_COMPATIBLE", "1")
        monkeypatch.setenv("TERM", "xterm")
    with progress("Loading"):
        pass
    found = capsys.readouterr()
    assert "Loading" in found.err
    assert (CLEARS_LINE in found.err) == is_terminal
    assert (found.err == "Loading ...\n") != is_terminal
    assert found.out == ""
