"""Chat completions, as OpenAI's clients ask for them."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool

from genadapter.errors import (
    AdapterNotFoundError,
    CorruptArtifactError,
    SpecMismatchError,
)
from service.dependencies import Adapters, ChatEngine
from service.errors import (
    ContextLengthError,
    EngineBusyError,
    EngineStoppedError,
    EngineTimeoutError,
    documented,
)
from service.schemas import ChatBody, ChatCompletion

router = APIRouter(prefix="/v1/chat", tags=["chat"])


@router.post(
    "/completions",
    responses=documented(
        AdapterNotFoundError,
        ContextLengthError,
        CorruptArtifactError,
        EngineBusyError,
        EngineStoppedError,
        EngineTimeoutError,
        SpecMismatchError,
    ),
)
async def complete_chat(
    body: ChatBody, adapters: Adapters, engine: ChatEngine
) -> ChatCompletion:
    """Answers a conversation with the base, or with an adapter named as the model."""
    adapter = await run_in_threadpool(adapters.find_model, body.model)
    answer = await engine.answer(body.to_request(adapter))
    fingerprint = engine.fingerprint(adapter)
    return ChatCompletion.of(answer, model=body.model, fingerprint=fingerprint)
