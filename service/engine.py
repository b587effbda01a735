"""The engine: one worker thread owns the base model and answers in batches.

Requests wait in a bounded line and carry their adapter with them, so rows of one batch
may have different adapters and no request can see another's.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from time import perf_counter

from genadapter.adapter import Adapter
from genadapter.attach import AdapterSlots, RowAdapters, stack_rows
from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError, SpecMismatchError
from genadapter.lora import LoraSpec
from service.conversation import Answer, ChatRequest
from service.errors import (
    ContextLengthError,
    EngineBusyError,
    EngineStoppedError,
    EngineTimeoutError,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A request that is ready to run."""

    request: ChatRequest
    future: Future[Answer]
    prompt: list[int]
    max_new_tokens: int


class Engine:
    """Answers conversations with the base model and any adapter of one spec."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """How much the engine takes on."""

        max_batch_size: int = 16
        """Requests answered in one pass."""
        max_waiting_requests: int = 64
        """Requests that may wait; more are turned away."""
        max_context_tokens: int = 2048
        """Prompt and answer together."""
        default_max_tokens: int = 256
        """Tokens of an answer where the request does not say."""
        timeout_seconds: float = 120.0
        """A request without an answer by then is given up."""

        def __post_init__(self) -> None:
            """Rejects limits that let nothing through."""
            for name in ("max_batch_size", "max_waiting_requests"):
                if getattr(self, name) < 1:
                    raise ConfigError(
                        f"{name} must be at least 1, got {getattr(self, name)}"
                    )

    def __init__(self, base: BaseModel, *, spec: LoraSpec, config: Config) -> None:
        """Prepares an engine; `start` sets it to work.

        Args:
            base: The model, which nobody else may run while the engine does, but for
                the layers below the adapters: a generator may read with those.
            spec: The shape of every adapter it will be given.
            config: Its limits.
        """
        self._base = base
        self._spec = spec
        self._config = config
        self._end_ids = _end_ids(base)
        limit = getattr(base.model.config, "max_position_embeddings", None)
        self._max_tokens = min(config.max_context_tokens, limit or 1 << 30)
        self._waiting: deque[tuple[ChatRequest, Future[Answer]]] = deque()
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None

    def fingerprint(self, adapter: Adapter | None) -> str:
        """Names what answers with an adapter come from: OpenAI's `system_fingerprint`."""
        name = adapter.id.removeprefix("lora-")[:8] if adapter else "base"
        return f"fp-{self._base.fingerprint.digest[:8]}-{name}"

    def check_running(self) -> None:
        """Raises EngineStoppedError unless the worker is there to answer."""
        if self._worker is None or not self._worker.is_alive():
            raise _stopped()

    def start(self) -> None:
        """Starts the worker.

        Raises:
            SpecMismatchError: The base has no place for adapters of the spec.
        """
        slots = AdapterSlots(self._base.model, self._spec)
        self._worker = threading.Thread(
            target=self._work, args=[slots], name="engine", daemon=True
        )
        self._worker.start()

    def stop(self) -> None:
        """Refuses what waits, lets the running batch end, and leaves the base bare."""
        with self._changed:
            worker, self._worker = self._worker, None
            refused, self._waiting = self._waiting, deque()
            self._changed.notify_all()
        for _, future in refused:
            if future.set_running_or_notify_cancel():
                future.set_exception(_stopped())
        if worker is not None:
            worker.join()

    def submit(self, request: ChatRequest) -> Future[Answer]:
        """Puts a request in line.

        Raises:
            SpecMismatchError: Its adapter has another shape or base.
            EngineBusyError: The line is full.
            EngineStoppedError: The engine is not running.
        """
        _check_adapter(request.adapter, self._spec)
        future: Future[Answer] = Future()
        with self._changed:
            if self._worker is None:
                raise _stopped()
            if self._is_full():
                raise EngineBusyError(
                    f"{len(self._waiting)} requests are waiting, which is the most "
                    "allowed: try again in a second"
                )
            self._waiting.append((request, future))
            self._changed.notify()
        return future

    async def answer(self, request: ChatRequest) -> Answer:
        """Waits for the answer without blocking the event loop.

        Raises:
            EngineTimeoutError: It took longer than a request may.
            ContextLengthError: Prompt and answer do not fit the model.
        """
        seconds = self._config.timeout_seconds
        future = self.submit(request)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise _timed_out(seconds) from error

    def _is_full(self) -> bool:
        limit = self._config.max_waiting_requests
        if len(self._waiting) >= limit:
            # Requests that were given up take no place from others.
            self._waiting = deque(w for w in self._waiting if not w[1].cancelled())
        return len(self._waiting) >= limit

    def _work(self, slots: AdapterSlots) -> None:
        while (batch := self._next_batch()) is not None:
            rows = [row for pair in batch if (row := self._prepare(*pair))]
            if not rows:
                continue
            try:
                answers = self._run(rows, slots)
            # The worker is the edge of its thread: whatever failed belongs to the
            # requests of this batch, and the next one must still be served.
            except Exception as error:
                answers = [error] * len(rows)
            for row, answer in zip(rows, answers, strict=True):
                if isinstance(answer, Exception):
                    row.future.set_exception(answer)
                else:
                    row.future.set_result(answer)
        slots.detach()

    def _next_batch(self) -> list[tuple[ChatRequest, Future[Answer]]] | None:
        me = threading.current_thread()
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._worker is not me)
            if self._worker is not me:
                return None
            size = min(len(self._waiting), self._config.max_batch_size)
            return [self._waiting.popleft() for _ in range(size)]

    def _prepare(self, request: ChatRequest, future: Future[Answer]) -> _Row | None:
        if not future.set_running_or_notify_cancel():
            return None
        try:
            prompt = self._base.chat_ids([asdict(turn) for turn in request.turns])
            allowed = self._allowed_tokens(len(prompt), request.max_new_tokens)
        # Also an edge: a chat template may refuse a conversation in its own way.
        except Exception as error:
            future.set_exception(error)
            return None
        return _Row(
            request=request, future=future, prompt=prompt, max_new_tokens=allowed
        )

    def _allowed_tokens(self, num_prompt_tokens: int, wanted: int | None) -> int:
        left = self._max_tokens - num_prompt_tokens
        if left < (wanted or 1):
            raise ContextLengthError(
                f"the prompt has {num_prompt_tokens} tokens and the answer may have "
                f"{wanted or 1}, but at most {self._max_tokens} fit together: shorten "
                "the messages or lower max_tokens"
            )
        return wanted or min(self._config.default_max_tokens, left)

    def _run(
        self, rows: Sequence[_Row], slots: AdapterSlots
    ) -> Sequence[Answer | Exception]:
        started = perf_counter()
        new_ids = self._base.generate_ids(
            [row.prompt for row in rows],
            max_new_tokens=max(row.max_new_tokens for row in rows),
            slots=slots,
            adapters=self._stack([row.request.adapter for row in rows]),
            timeout_seconds=self._config.timeout_seconds,
        )
        milliseconds = 1000 * (perf_counter() - started)
        logger.info("answered %d requests in %.0f ms", len(rows), milliseconds)
        return [self._finish(r, ids) for r, ids in zip(rows, new_ids, strict=True)]

    def _stack(self, adapters: Sequence[Adapter | None]) -> RowAdapters | None:
        if all(adapter is None for adapter in adapters):
            return None
        return stack_rows(
            self._spec,
            [adapter.weights if adapter else None for adapter in adapters],
            dtype=self._base.dtype,
            device=self._base.device,
        )

    def _finish(self, row: _Row, new_ids: Sequence[int]) -> Answer | Exception:
        ids = list(new_ids[: row.max_new_tokens])
        ends = [place for place, token in enumerate(ids) if token in self._end_ids]
        kept = ids[: ends[0] + 1] if ends else ids
        text = self._base.tokenizer.decode(kept, skip_special_tokens=True).strip()
        stopped_text = _before_first(text, row.request.stop)
        has_stopped = bool(ends) or stopped_text != text
        if not has_stopped and len(kept) < row.max_new_tokens:
            return _timed_out(self._config.timeout_seconds)
        return Answer(
            text=stopped_text,
            finish_reason="stop" if has_stopped else "length",
            num_prompt_tokens=len(row.prompt),
            num_new_tokens=len(kept),
        )


def _check_adapter(adapter: Adapter | None, spec: LoraSpec) -> None:
    if adapter is not None and adapter.spec != spec:
        raise SpecMismatchError(
            f"{adapter.id} was made for another base model or shape than the one served "
            "here: generate it again"
        )


def _before_first(text: str, stops: Sequence[str]) -> str:
    places = [place for stop in stops if (place := text.find(stop)) >= 0]
    return text[: min(places)] if places else text


def _end_ids(base: BaseModel) -> frozenset[int]:
    configured = base.model.generation_config.eos_token_id
    ids = configured if isinstance(configured, list) else [configured]
    return frozenset(i for i in [*ids, base.tokenizer.eos_token_id] if i is not None)


def _stopped() -> EngineStoppedError:
    return EngineStoppedError("the service is stopping: try again in a few seconds")


def _timed_out(seconds: float) -> EngineTimeoutError:
    return EngineTimeoutError(
        f"no answer within {seconds:g} seconds: lower max_tokens or try again later"
    )
