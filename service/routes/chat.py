"""Chat completions, as OpenAI's clients ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from service.answer_schemas import (
    ChatBody,
    ChatChunk,
    ChatCompletion,
    Reply,
    Usage,
)
from service.answering import ANSWERED, answer_all, respond_in_events
from service.conversation import Answer, Piece
from service.dependencies import Adapters, CallerOf, ChatEngine, Metered

router = APIRouter(prefix="/v1/chat", tags=["chat"])


@router.post("/completions", response_model=ChatCompletion, responses=ANSWERED)
async def complete_chat(
    body: ChatBody,
    adapters: Adapters,
    caller: CallerOf,
    engine: ChatEngine,
    meter: Metered,
    http: Request,
) -> Any:  # Any: a stream has no model
    """Answers a conversation with the base, or with an adapter named as the model."""
    await run_in_threadpool(meter.check_tokens, caller)
    adapter = await run_in_threadpool(adapters.find_model, body.model, caller)
    head = Reply.new(
        prefix="chatcmpl", model=body.model, fingerprint=engine.fingerprint(adapter)
    )
    requests, text_of = body.to_requests(adapter), engine.token_text
    spend = partial(meter.spend_tokens, caller)
    if not body.stream:
        answers = await answer_all(engine, requests, http, spend=spend)
        return ChatCompletion.of(answers, head, text_of)
    begun: set[int] = set()

    def parts_of(index: int, item: Piece | Answer) -> Iterator[ChatChunk]:
        if index not in begun:
            begun.add(index)
            yield ChatChunk.first(index, head)
        yield ChatChunk.of(index, item, head, text_of)

    def last(answers: Sequence[Answer]) -> ChatChunk | None:
        usage = Usage.of(answers, num_choices=len(answers))
        return ChatChunk.last(usage, head) if body.tells_usage else None

    return await respond_in_events(
        engine, requests, parts_of=parts_of, last=last, spend=spend
    )
