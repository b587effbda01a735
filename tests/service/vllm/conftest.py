"""A vLLM that needs no vLLM: the random LLM behind its replies."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse

from genadapter.base_model import BaseModel

_WRITTEN: dict[str | int | None, tuple[int, str]] = {
    "too long": (
        400,
        '{"error": {"message": "This model\'s maximum context length is 4 tokens.", '
        '"type": "BadRequestError", "param": null, "code": 400}}',
    ),
    "error event": (
        200,
        'data: {"error": {"message": "EngineCore died", "code": 500}}\n\ndata: [DONE]\n\n',
    ),
    "no end": (200, "data: [DONE]\n\n"),
    "no ids": (200, 'data: {"choices": [{"text": "x", "finish_reason": null}]}\n\n'),
    "aborted": (
        200,
        'data: {"choices": [{"token_ids": [], "finish_reason": "abort"}]}\n\n',
    ),
    "no likelihoods": (200, '{"choices": [{"text": "x", "logprobs": null}]}'),
}
"""Status and text of replies that are written beforehand."""


class FakeVllm(httpx.AsyncBaseTransport):
    """A vLLM without a model, and the network to it: it replies as vLLM does.

    Its answers are written beforehand. A base's likelihoods are -1, an adapter's -2.
    """

    def __init__(self, base: BaseModel, *, base_id: str, key: str = "") -> None:
        """Serves one base.

        Args:
            base: Its tokens are those of the answers.
            base_id: What requests call it.
            key: Asked of every call, if any.
        """
        self.base_id, self.key = base_id, key
        self.root = f"/models/{base_id}"
        self.tokenizer = base.tokenizer
        self.loaded: dict[str, tuple[str, str]] = {}
        """Path and base of every adapter, by name."""
        self.paths: set[str] | None = None
        """Those that it can read; none means any."""
        self.without_effect: set[str] = set()
        self.answer: list[int] = []
        """Tokens that follow every prompt, the last one being the end."""
        self.pause_seconds = 0.0
        """Before every token."""
        self.failures: defaultdict[str, deque[str | int | None]] = defaultdict(deque)
        """By path, what becomes of the next calls: a status, or one of `down`,
        `timeout`, `lost` (done, but nobody heard), `stale` (an old list), `forgotten`
        (a restart comes first) and the keys of `_WRITTEN`."""
        self.calls: list[tuple[str, Any]] = []
        """Paths and bodies."""
        self.num_dropped = 0
        """Streams whose reader left."""
        self.app = self._make_app()
        self._inner = httpx.ASGITransport(self.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carries a call, or fails as planned."""
        planned = self.failures[request.url.path]
        failure = planned.popleft() if planned else None
        if failure == "down":
            raise httpx.ConnectError("All connection attempts failed")
        if failure == "timeout":
            raise httpx.ReadTimeout("")
        if failure == "stale":
            return httpx.Response(200, json={"data": [self._base_card()]})
        if failure == "forgotten":
            self.loaded.clear()
        if failure in _WRITTEN:
            status, text = _WRITTEN[failure]
            return httpx.Response(status, text=text, request=request)
        if isinstance(failure, int):
            return httpx.Response(failure, text="", request=request)
        reply = await self._inner.handle_async_request(request)
        if failure == "lost":
            raise httpx.ReadTimeout("")
        return reply

    def count(self, path: str) -> int:
        """Calls that arrived."""
        return sum(called == path for called, _ in self.calls)

    def _make_app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def note(request: Request, call_next: Any) -> Response:
            body = await request.body()
            self.calls.append((request.url.path, json.loads(body) if body else None))
            if (
                self.key
                and request.headers.get("Authorization") != f"Bearer {self.key}"
            ):
                return JSONResponse({"error": "Unauthorized"}, status_code=401)
            reply: Response = await call_next(request)
            return reply

        @app.get("/v1/models")
        def models() -> Any:
            cards = [_card(name, *found) for name, found in self.loaded.items()]
            return {"object": "list", "data": [self._base_card(), *cards]}

        app.post("/v1/load_lora_adapter")(self._load)
        app.post("/v1/completions")(self._complete)
        return app

    def _base_card(self) -> dict[str, str | None]:
        return _card(self.base_id, self.root, None)

    async def _load(self, request: Request) -> Response:
        body = await request.json()
        name, path = body["lora_name"], body["lora_path"]
        if name in self.loaded:
            return _vllm_error(
                400,
                "InvalidUserInput",
                f"The lora adapter '{name}' has already been loaded. If you want to load "
                "the adapter in place, set 'load_inplace' to True.",
            )
        if self.paths is not None and path not in self.paths:
            message = f"Loading lora {name} failed: No adapter found for {path}"
            return _vllm_error(404, "NotFoundError", message)
        self.loaded[name] = (path, self.base_id)
        return PlainTextResponse(f"Success: LoRA adapter '{name}' added successfully.")

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        model = body.get("model") or self.base_id
        if model != self.base_id and model not in self.loaded:
            message = f"The model `{model}` does not exist."
            return _vllm_error(404, "NotFoundError", message)
        has_effect = model != self.base_id and model not in self.without_effect
        choices = list(self._choices(body, -2.0 if has_effect else -1.0))
        num_tokens = len(choices)
        if body.get("stream"):
            events = self._events(choices, request)
            return StreamingResponse(events, media_type="text/event-stream")
        logprobs: dict[str, list[Any]] = {}
        for choice in choices:
            for name, values in (choice["logprobs"] or {}).items():
                logprobs.setdefault(name, []).extend(values)
        whole = {
            "text": "".join(choice["text"] for choice in choices),
            "logprobs": logprobs or None,
            "finish_reason": choices[-1]["finish_reason"],
        }
        return JSONResponse(
            {"choices": [whole], "usage": {"completion_tokens": num_tokens}}
        )

    def _choices(self, body: Mapping[str, Any], logprob: float) -> Iterator[Any]:
        """What a stream tells, a token at a time."""
        stops = body.get("stop") or []
        tokens = (self.answer or [self.tokenizer.eos_token_id])[: body["max_tokens"]]
        so_far = ""
        for place, token in enumerate(tokens):
            is_end = token == self.tokenizer.eos_token_id
            text = "" if is_end else f"{self.tokenizer.decode([token])} "
            so_far += text
            stop = next((stop for stop in stops if stop in so_far), None)
            is_last = place == len(tokens) - 1
            ended = "stop" if is_end or stop else "length" if is_last else None
            yield {
                "index": 0,
                "text": text,
                "logprobs": self._logprobs(body, token, logprob),
                "finish_reason": ended,
                "stop_reason": stop,
                "token_ids": [token] if body.get("return_token_ids") else None,
            }
            if ended:
                return

    def _logprobs(self, body: Mapping[str, Any], token: int, logprob: float) -> Any:
        if body.get("logprobs") is None:
            return None

        def told(token: int) -> str:
            if body.get("return_tokens_as_token_ids"):
                return f"token_id:{token}"
            return str(self.tokenizer.decode([token]))

        # The token itself comes first, whatever its rank.
        rivals = {told(token): logprob}
        for rival in range(body["logprobs"]):
            rivals.setdefault(told(rival), logprob - 1 - rival)
        return {
            "text_offset": [0],
            "tokens": [told(token)],
            "token_logprobs": [logprob],
            "top_logprobs": [rivals],
        }

    async def _events(self, choices: list[Any], request: Request) -> AsyncIterator[str]:
        is_done = False
        try:
            for choice in choices:
                await asyncio.sleep(self.pause_seconds)
                chunk = {"object": "text_completion", "choices": [choice]}
                yield f"data: {json.dumps(chunk)}\n\n"
            yield "data: [DONE]\n\n"
            is_done = True
        finally:
            self.num_dropped += not is_done


def _card(name: str, root: str, parent: str | None) -> dict[str, str | None]:
    return {"id": name, "object": "model", "root": root, "parent": parent}


def _vllm_error(status: int, kind: str, message: str) -> Response:
    body = {"message": message, "type": kind, "param": None, "code": status}
    return JSONResponse({"error": body}, status_code=status)


@pytest.fixture
def new_vllm(base: BaseModel) -> Callable[..., FakeVllm]:
    """Makes a vLLM that serves the random LLM."""

    def make(*, base_id: str = "base", key: str = "") -> FakeVllm:
        return FakeVllm(base, base_id=base_id, key=key)

    return make
