"""Answers of several requests at once: waited for, or streamed as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import Depends
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel
from starlette.requests import Request as HttpRequest

from genadapter.adapter import Adapter
from genadapter.errors import (
    AdapterNotFoundError,
    CorruptArtifactError,
    GenAdapterError,
    SpecMismatchError,
)
from service.answer_schemas import Reply
from service.conversation import Answer, Piece, Request
from service.dependencies import Adapters, CallerOf, ChatEngine, Metered
from service.engines import AnsweringEngine
from service.errors import (
    ClientGoneError,
    ContextLengthError,
    EngineBusyError,
    EngineStoppedError,
    EngineTimeoutError,
    NoEffectError,
    RateLimitError,
    ScaleError,
    VllmError,
    documented,
    envelope_of,
)
from service.tracing import Note, traced

KEEP_ALIVE_SECONDS = 15.0
"""A stream that is silent for so long says that it is alive."""
_LOOK_SECONDS = 0.25
"""Between two looks whether the client is still there."""

ANSWERED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
        "description": "The answers; with `stream` as server-sent events.",
    },
    **documented(
        AdapterNotFoundError,
        ContextLengthError,
        CorruptArtifactError,
        EngineBusyError,
        EngineStoppedError,
        EngineTimeoutError,
        NoEffectError,
        RateLimitError,
        ScaleError,
        SpecMismatchError,
        VllmError,
    ),
}
"""`responses=` of routes that answer."""

Told = tuple[int, Piece | Answer]
"""What one of several answers grew by, and which."""


Spend = Callable[[int], None]
"""Counts tokens, where a request's owner has so many."""


class Answering:
    """Answers the requests of one caller."""

    def __init__(
        self,
        adapters: Adapters,
        caller: CallerOf,
        engine: ChatEngine,
        meter: Metered,
        http: HttpRequest,
    ) -> None:
        """Takes what a request over HTTP comes with."""
        self._adapters, self._caller = adapters, caller
        self._engine, self._meter, self._http = engine, meter, http
        self.text_of = engine.token_text
        """The text of one token."""

    async def begin(self, model: str, *, prefix: str) -> tuple[Reply, Adapter | None]:
        """Finds a model; gives the head of its replies, and its adapter.

        Args:
            model: As the request names it.
            prefix: Of the reply's id.

        Raises:
            AdapterNotFoundError: There is no such model.
            CorruptArtifactError: The adapter was damaged on disk.
            NoEffectError: It changes nothing.
            RateLimitError: The caller's tokens of this minute are used up.
        """
        await run_in_threadpool(self._meter.check_tokens, self._caller)
        adapter = await run_in_threadpool(
            self._adapters.find_model, model, self._caller
        )
        fingerprint = self._engine.fingerprint(adapter)
        return Reply.new(prefix=prefix, model=model, fingerprint=fingerprint), adapter

    async def answer(self, requests: Sequence[Request]) -> list[Answer]:
        """Waits for all answers, as `answer_all` does."""
        return await answer_all(self._engine, requests, self._http, spend=self._spend)

    async def stream(
        self,
        requests: Sequence[Request],
        *,
        parts_of: Callable[[int, Piece | Answer], Iterator[BaseModel]],
        last: Callable[[Sequence[Answer]], BaseModel | None],
    ) -> StreamingResponse:
        """Answers as events, as `respond_in_events` does."""
        return await respond_in_events(
            self._engine, requests, parts_of=parts_of, last=last, spend=self._spend
        )

    def _spend(self, num_tokens: int) -> None:
        self._meter.spend_tokens(self._caller, num_tokens)


AnsweringOf = Annotated[Answering, Depends()]


async def answer_all(
    engine: AnsweringEngine,
    requests: Sequence[Request],
    http: HttpRequest,
    *,
    spend: Spend,
) -> list[Answer]:
    """Waits for all answers; gives all up where one fails or the client goes.

    Args:
        engine: Answers.
        requests: What to answer.
        http: Tells whether the client is still there.
        spend: Counts the tokens.

    Raises:
        ClientGoneError: The client went before they were there.
        EngineTimeoutError: One took longer than a request may.
        ContextLengthError: A prompt and its answer do not fit the model.
        EngineBusyError: The line is full.
    """

    async def answer(request: Request) -> Answer:
        with traced("answer") as note:
            answered = await engine.answer(request)
            _note_tokens(note, answered)
        return answered

    tasks = [asyncio.create_task(answer(request)) for request in requests]
    everything = asyncio.gather(*tasks)
    try:
        while not everything.done():
            await asyncio.wait([everything], timeout=_LOOK_SECONDS)
            if not everything.done() and await http.is_disconnected():
                raise ClientGoneError
        answers = await everything
        await run_in_threadpool(spend, _num_tokens(answers))
        return answers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, everything, return_exceptions=True)


async def stream_all(
    engine: AnsweringEngine, requests: Sequence[Request]
) -> AsyncGenerator[Told]:
    """Pieces of all answers as they come, each answer's last item being the answer.

    Raises:
        EngineTimeoutError: One took longer than a request may.
        ContextLengthError: A prompt and its answer do not fit the model.
        EngineBusyError: The line is full.
    """
    told: asyncio.Queue[Told | BaseException] = asyncio.Queue()

    async def follow(index: int, request: Request) -> None:
        try:
            with traced("answer") as note:
                async with aclosing(engine.stream(request)) as stream:
                    async for item in stream:
                        if isinstance(item, Answer):
                            _note_tokens(note, item)
                        await told.put((index, item))
        # The edge of a task: whoever reads the queue is to meet it.
        except Exception as error:
            await told.put(error)

    tasks = [
        asyncio.create_task(follow(index, request))
        for index, request in enumerate(requests)
    ]
    num_open = len(tasks)
    try:
        while num_open:
            item = await told.get()
            if isinstance(item, BaseException):
                raise item
            yield item
            num_open -= isinstance(item[1], Answer)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def respond_in_events(
    engine: AnsweringEngine,
    requests: Sequence[Request],
    *,
    parts_of: Callable[[int, Piece | Answer], Iterator[BaseModel]],
    last: Callable[[Sequence[Answer]], BaseModel | None],
    spend: Spend,
) -> StreamingResponse:
    """Answers as server-sent events, closed by `[DONE]`.

    What fails before the first event is an error as any other; later it is an event.

    Args:
        engine: Answers.
        requests: What to answer.
        parts_of: The events of an item, told which answer it is of.
        last: The event after all answers, if any.
        spend: Counts the tokens, also of a client that leaves.
    """
    stream = stream_all(engine, requests)
    first = await anext(stream)

    async def events() -> AsyncGenerator[bytes]:
        answers: dict[int, Answer] = {}
        num_pieces = 0
        try:
            async with aclosing(_with_silences(first, stream)) as told:
                async for item in told:
                    if item is None:
                        yield KEEPALIVE_COMMENT
                        continue
                    if isinstance(item[1], Answer):
                        answers[item[0]] = item[1]
                    num_pieces += 1
                    for part in parts_of(*item):
                        yield _event(part)
            closing = last([answers[index] for index in sorted(answers)])
            if closing is not None:
                yield _event(closing)
            yield format_sse_event(data_str="[DONE]")
        except GenAdapterError as error:
            yield _event(envelope_of(error))
        finally:
            # Of an answer that was left, a piece stands for a token.
            spend(max(num_pieces, _num_tokens(list(answers.values()))))

    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(events(), media_type="text/event-stream", headers=headers)


async def _with_silences(
    first: Told, stream: AsyncGenerator[Told]
) -> AsyncGenerator[Told | None]:
    """The items of a stream, and `None` wherever nothing comes for long."""
    yield first
    following = asyncio.ensure_future(anext(stream, None))
    try:
        while True:
            await asyncio.wait([following], timeout=KEEP_ALIVE_SECONDS)
            if not following.done():
                yield None
            elif (item := following.result()) is None:
                return
            else:
                yield item
                following = asyncio.ensure_future(anext(stream, None))
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await stream.aclose()


def _num_tokens(answers: Sequence[Answer]) -> int:
    return sum(a.num_prompt_tokens + a.num_new_tokens for a in answers)


def _note_tokens(note: Note, answer: Answer) -> None:
    note("num_prompt_tokens", answer.num_prompt_tokens)
    note("num_new_tokens", answer.num_new_tokens)


def _event(part: BaseModel) -> bytes:
    return format_sse_event(data_str=part.model_dump_json())
