"""Text completions, as OpenAI's clients ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter

from service.answer_schemas import CompletionBody, TextCompletion, Usage
from service.answering import ANSWERED, AnsweringOf
from service.conversation import Answer, Piece

router = APIRouter(prefix="/v1", tags=["completions"])


@router.post("/completions", response_model=TextCompletion, responses=ANSWERED)
async def complete_text(
    body: CompletionBody, answering: AnsweringOf
) -> Any:  # Any: a stream has no model
    """Goes on from a text with the base, or with an adapter named as the model."""
    head, adapter = await answering.begin(body.model, prefix="cmpl")
    requests, text_of = body.to_requests(adapter), answering.text_of
    num_choices = body.n or 1
    if not body.stream:
        answers = await answering.answer(requests)
        return TextCompletion.of(answers, head, text_of, num_choices=num_choices)

    def parts_of(index: int, item: Piece | Answer) -> Iterator[TextCompletion]:
        yield TextCompletion.part(index, item, head, text_of)

    def last(answers: Sequence[Answer]) -> TextCompletion | None:
        usage = Usage.of(answers, num_choices=num_choices)
        return TextCompletion.last(usage, head) if body.tells_usage else None

    return await answering.stream(requests, parts_of=parts_of, last=last)
