"""Chat completions, as OpenAI's clients ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter

from service.answer_schemas import ChatBody, ChatChunk, ChatCompletion, Usage
from service.answering import ANSWERED, AnsweringOf
from service.conversation import Answer, Piece

router = APIRouter(prefix="/v1/chat", tags=["chat"])


@router.post("/completions", response_model=ChatCompletion, responses=ANSWERED)
async def complete_chat(
    body: ChatBody, answering: AnsweringOf
) -> Any:  # Any: a stream has no model
    """Answers a conversation with the base, or with an adapter named as the model."""
    head, adapter = await answering.begin(body.model, prefix="chatcmpl")
    requests, text_of = body.to_requests(adapter), answering.text_of
    if not body.stream:
        answers = await answering.answer(requests)
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

    return await answering.stream(requests, parts_of=parts_of, last=last)
