"""What the engine is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from genadapter.adapter import Adapter
from service.sampling import Likely, Sampling

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One message of a conversation; never logged."""

    role: Role
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What to answer, how, and with which adapter."""

    prompt: tuple[Turn, ...] | str
    """The conversation so far, or a text to go on from."""
    adapter: Adapter | None = None
    """None is the bare base model."""
    scale: float = 1.0
    """Of the adapter: 0 is the base model."""
    max_new_tokens: int | None = None
    """At most so many tokens; none means the engine's default."""
    stop: tuple[str, ...] = ()
    """The answer ends before the first of these."""
    sampling: Sampling = field(default_factory=Sampling)
    """How tokens are chosen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """What an answer grew by."""

    text: str
    """More of its text."""
    tokens: tuple[Likely, ...] = ()
    """Its tokens with their likelihoods, where these were asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer and what it took."""

    text: str
    finish_reason: FinishReason
    num_prompt_tokens: int
    num_new_tokens: int
    tokens: tuple[Likely, ...] = ()
    """Its tokens with their likelihoods, where these were asked for."""
