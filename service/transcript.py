"""Transcript: an answer's text as its tokens come in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

_UNFINISHED = "\N{REPLACEMENT CHARACTER}"
_LONGEST_CHARACTER = 4
"""Tokens that one character may be spread over."""


class Transcript:
    """Text that is safe to show: it will not be taken back.

    What could be the beginning of a stop text, of a character or of the blank end of an
    answer waits until more has come.
    """

    def __init__(
        self,
        decode: Callable[[Sequence[int]], str],
        *,
        stops: Sequence[str] = (),
        is_stripped: bool = True,
    ) -> None:
        """Begins an answer.

        Args:
            decode: Token ids to text, without special tokens.
            stops: The text ends before the first of these.
            is_stripped: Leaves blanks at either end out.
        """
        self._decode, self._stops, self._is_stripped = decode, stops, is_stripped
        self._ids: list[int] = []
        self._num_shown = 0
        self.text = ""
        """The whole text so far."""
        self.is_stopped = False
        """Whether a stop text came."""

    def add(self, token: int) -> str:
        """Takes one more token and returns what may be shown now."""
        self._ids.append(token)
        text = self._whole()
        places = [p for stop in self._stops if (p := text.find(stop)) >= 0]
        if places:
            self.is_stopped = True
            self.text = self._closed(text[: min(places)])
            return self._show(len(self.text))
        self.text = text
        return self._show(len(text) - self._num_open(text))

    def end(self) -> str:
        """Ends the answer and returns what had to wait until then."""
        if not self.is_stopped:
            self.text = self._closed(self._whole())
        return self._show(len(self.text))

    def _whole(self) -> str:
        text = self._decode(self._ids)
        return text.lstrip() if self._is_stripped else text

    def _closed(self, text: str) -> str:
        return text.rstrip() if self._is_stripped else text

    def _num_open(self, text: str) -> int:
        """Characters at the end that may yet change or go."""
        longest = 0
        for stop in self._stops:
            for length in range(min(len(stop) - 1, len(text)), longest, -1):
                if text.endswith(stop[:length]):
                    longest = length
                    break
        unfinished = len(text) - len(text.rstrip(_UNFINISHED))
        longest = max(longest, min(unfinished, _LONGEST_CHARACTER))
        if self._is_stripped:
            rest = text[: len(text) - longest]
            longest += len(rest) - len(rest.rstrip())
        return longest

    def _show(self, num_safe: int) -> str:
        shown = self.text[self._num_shown : num_safe]
        self._num_shown = max(self._num_shown, num_safe)
        return shown
