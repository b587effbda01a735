"""Idempotency: a request that is sent twice under one key is answered once."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from service.access import Caller
from service.replies import KeptReply, Replies

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Names a request: sent again within a day, it is answered as before.",
    ),
]


async def answer_once(
    replies: Replies,
    caller: Caller,
    key: str | None,
    body: BaseModel,
    answer: Callable[[], Awaitable[KeptReply]],
) -> JSONResponse:
    """Answers a request, or tells again what it was answered; errors are not kept.

    Args:
        replies: Keeps what was answered.
        caller: Who asks.
        key: The caller's name for the request; none answers it anyhow.
        body: The request.
        answer: Answers it.

    Raises:
        IdempotencyMismatchError: The key was given to another request.
    """
    if key is None:
        return _response(await answer())
    sha256 = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    kept = await run_in_threadpool(replies.find, caller, key, sha256=sha256)
    if kept is None:
        kept = await answer()
        await run_in_threadpool(replies.keep, caller, key, kept, sha256=sha256)
    return _response(kept)


def _response(reply: KeptReply) -> JSONResponse:
    headers = {"Location": reply.location}
    return JSONResponse(dict(reply.body), status_code=reply.status, headers=headers)
