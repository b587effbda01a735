"""What every engine makes of a request: its tokens, the room for its answer, its errors."""

from __future__ import annotations

from dataclasses import asdict, replace

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.errors import SpecMismatchError
from genadapter.lora import LoraSpec, padded
from service.conversation import Request
from service.errors import ContextLengthError, EngineTimeoutError


def fitted(adapter: Adapter, spec: LoraSpec) -> Adapter:
    """An adapter in the shape that the base served here takes; a lower rank is filled up.

    Raises:
        SpecMismatchError: It has another shape or base, or a higher rank.
    """
    if adapter.spec == spec:
        return adapter
    rank = adapter.spec.rank
    if rank > spec.rank or adapter.spec != spec.at_rank(rank):
        raise SpecMismatchError(
            f"{adapter.id} was made for another base model or shape than the one served "
            "here: generate it again"
        )
    return replace(adapter, spec=spec, weights=padded(adapter.weights, spec.rank))


def prompt_ids(base: BaseModel, request: Request) -> list[int]:
    """The token ids of a request's prompt."""
    if isinstance(request.prompt, str):
        return base.text_ids(request.prompt)
    return base.chat_ids([asdict(turn) for turn in request.prompt])


def answer_room(
    num_prompt_tokens: int, wanted: int | None, *, max_tokens: int, default: int
) -> int:
    """How many tokens an answer may have.

    Args:
        num_prompt_tokens: What the prompt takes.
        wanted: What the request asks for, if it does.
        max_tokens: Prompt and answer together.
        default: Where the request does not ask.

    Raises:
        ContextLengthError: They do not fit together.
    """
    left = max_tokens - num_prompt_tokens
    if left < (wanted or 1):
        raise ContextLengthError(
            f"the prompt has {num_prompt_tokens} tokens and the answer may have "
            f"{wanted or 1}, but at most {max_tokens} fit together: shorten the messages "
            "or lower max_tokens"
        )
    return wanted or min(default, left)


def timed_out(seconds: float) -> EngineTimeoutError:
    """The error of an answer that took too long."""
    return EngineTimeoutError(
        f"no answer within {seconds:g} seconds: lower max_tokens or try again later"
    )
