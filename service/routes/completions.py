"""Text completions, as OpenAI's clients ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from service.answer_schemas import CompletionBody, Reply, TextCompletion, Usage
from service.answering import ANSWERED, answer_all, respond_in_events
from service.conversation import Answer, Piece
from service.dependencies import Adapters, CallerOf, ChatEngine, Metered

router = APIRouter(prefix="/v1", tags=["completions"])


@router.post("/completions", response_model=TextCompletion, responses=ANSWERED)
async def complete_text(
    body: CompletionBody,
    adapters: Adapters,
    caller: CallerOf,
    engine: ChatEngine,
    meter: Metered,
    http: Request,
) -> Any:  # Any: a stream has no model
    """Goes on from a text with the base, or with an adapter named as the model."""
    await run_in_threadpool(meter.check_tokens, caller)
    adapter = await run_in_threadpool(adapters.find_model, body.model, caller)
    head = Reply.new(
        prefix="cmpl", model=body.model, fingerprint=engine.fingerprint(adapter)
    )
    requests, text_of = body.to_requests(adapter), engine.token_text
    spend = partial(meter.spend_tokens, caller)
    num_choices = body.n or 1
    if not body.stream:
        answers = await answer_all(engine, requests, http, spend=spend)
        return TextCompletion.of(answers, head, text_of, num_choices=num_choices)

    def parts_of(index: int, item: Piece | Answer) -> Iterator[TextCompletion]:
        yield TextCompletion.part(index, item, head, text_of)

    def last(answers: Sequence[Answer]) -> TextCompletion | None:
        usage = Usage.of(answers, num_choices=num_choices)
        return TextCompletion.last(usage, head) if body.tells_usage else None

    return await respond_in_events(
        engine, requests, parts_of=parts_of, last=last, spend=spend
    )
