"""A conversation as the engine takes it, and the answer it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from genadapter.adapter import Adapter

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One message of a conversation; never logged."""

    role: Role
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatRequest:
    """What to answer, and with which adapter."""

    turns: tuple[Turn, ...]
    """The conversation so far."""
    adapter: Adapter | None = None
    """None is the bare base model."""
    max_new_tokens: int | None = None
    """At most so many tokens; none means the engine's default."""
    stop: tuple[str, ...] = ()
    """The answer ends before the first of these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer and what it took."""

    text: str
    finish_reason: FinishReason
    num_prompt_tokens: int
    num_new_tokens: int
