"""The engine: one worker thread owns the base model and decodes all requests together.

The batch is filled again after every token: a request joins as soon as there is room, and
leaves with its last token. Rows carry their adapters with them, so the rows of one batch
may have different ones and no request can see another's.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from time import monotonic

from torch import Tensor

from genadapter.adapter import Adapter
from genadapter.attach import AdapterRows, AdapterSlots
from genadapter.base_model import BaseModel
from genadapter.checks import above, at_least
from genadapter.decoding import Decoder
from genadapter.lora import LoraSpec
from service.conversation import Answer, FinishReason, Piece, Request
from service.errors import (
    EngineBusyError,
    EngineStoppedError,
)
from service.metrics import Metrics
from service.prompting import (
    answer_room,
    fitted,
    prompt_ids,
    timed_out,
)
from service.sampling import Likely, Sampler
from service.transcript import Transcript

logger = logging.getLogger(__name__)

Watcher = Callable[[Piece], None]
"""Told, on the worker's thread, what an answer grew by."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Waiting:
    """A request in line."""

    request: Request
    future: Future[Answer]
    watcher: Watcher
    arrived: float
    deadline: float


@dataclass(kw_only=True, slots=True, eq=False)
class _Row:
    """A request that is being answered."""

    waiting: _Waiting
    prompt: list[int]
    max_new_tokens: int
    sampler: Sampler
    transcript: Transcript
    num_new_tokens: int = 0
    last_token: int = 0
    tokens: list[Likely] = field(default_factory=list)
    outcome: Answer | Exception | None = None
    """None while the answer grows."""


class Engine:
    """Answers conversations with the base model and any adapter of one spec."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """How much the engine takes on."""

        max_batch_size: int = 16
        """Requests that are answered together."""
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
            at_least(1, self, "max_batch_size", "max_waiting_requests")
            at_least(2, self, "max_context_tokens")
            at_least(1, self, "default_max_tokens")
            above(0, self, "timeout_seconds")

    def __init__(
        self,
        base: BaseModel,
        *,
        spec: LoraSpec,
        config: Config,
        metrics: Metrics | None = None,
    ) -> None:
        """Prepares an engine; `start` sets it to work.

        Args:
            base: The model, which nobody else may run while the engine does, but for
                the layers below the adapters: a generator may read with those.
            spec: The shape of every adapter it will be given.
            config: Its limits.
            metrics: Told of tokens and times.
        """
        self._metrics = metrics or Metrics()
        self._base = base
        self._spec = spec
        self._config = config
        self._end_ids = _end_ids(base)
        limit = getattr(base.model.config, "max_position_embeddings", None)
        self._max_tokens = min(config.max_context_tokens, limit or 1 << 30)
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        self._running: tuple[str, ...] = ()

    @property
    def num_waiting(self) -> int:
        """Requests in line."""
        return len(self._waiting)

    @property
    def num_running(self) -> int:
        """Requests that are being answered."""
        return len(self._running)

    def in_use(self) -> tuple[frozenset[str], frozenset[str]]:
        """Ids of the adapters of requests that run, and of those that wait."""
        with self._changed:
            waiting = frozenset(
                w.request.adapter.id for w in self._waiting if w.request.adapter
            )
        return frozenset(filter(None, self._running)), waiting

    def fingerprint(self, adapter: Adapter | None) -> str:
        """Names what answers with an adapter come from: OpenAI's `system_fingerprint`."""
        name = adapter.id.removeprefix("lora-")[:8] if adapter else "base"
        return f"fp-{self._base.fingerprint.digest[:8]}-{name}"

    def token_text(self, token: int) -> str:
        """The text of one token."""
        text: str = self._base.tokenizer.decode([token])
        return text

    def check_running(self) -> None:
        """Raises EngineStoppedError unless the worker is there to answer."""
        if self._worker is None or not self._worker.is_alive():
            raise EngineStoppedError()

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
        """Refuses what waits, lets what runs end, and leaves the base bare."""
        with self._changed:
            worker, self._worker = self._worker, None
            refused, self._waiting = self._waiting, deque()
            self._changed.notify_all()
        for waiting in refused:
            _settle(waiting.future, EngineStoppedError())
        if worker is not None:
            worker.join()

    def submit(
        self, request: Request, *, watcher: Watcher | None = None
    ) -> Future[Answer]:
        """Puts a request in line; cancelling the future gives it up at any time.

        Args:
            request: What to answer.
            watcher: Told of the answer as it grows.

        Raises:
            SpecMismatchError: Its adapter has another shape or base.
            EngineBusyError: The line is full.
            EngineStoppedError: The engine is not running.
        """
        if request.adapter is not None:
            adapter = fitted(request.adapter, self._spec)
            request = replace(request, adapter=adapter)
        waiting = _Waiting(
            request=request,
            future=Future(),
            watcher=watcher or (lambda _: None),
            arrived=(now := monotonic()),
            deadline=now + self._config.timeout_seconds,
        )
        with self._changed:
            if self._worker is None:
                raise EngineStoppedError()
            if self._is_full():
                raise EngineBusyError(
                    f"{len(self._waiting)} requests are waiting, which is the most "
                    "allowed: try again in a second"
                )
            self._waiting.append(waiting)
            self._changed.notify()
        return waiting.future

    async def answer(self, request: Request) -> Answer:
        """Waits for the answer without blocking the event loop; given up if cancelled.

        Raises:
            EngineTimeoutError: It took longer than a request may.
            ContextLengthError: Prompt and answer do not fit the model.
        """
        return await self._wait(self.submit(request))

    async def stream(self, request: Request) -> AsyncGenerator[Piece | Answer]:
        """The answer in pieces as they come, and at the end as a whole.

        Raises:
            EngineTimeoutError: It took longer than a request may.
            ContextLengthError: Prompt and answer do not fit the model.
        """
        pieces: asyncio.Queue[Piece | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def tell(piece: Piece | None) -> None:
            # The loop may be gone where a service stops in mid-answer.
            if not loop.is_closed():
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        future = self.submit(request, watcher=tell)
        future.add_done_callback(lambda _: tell(None))
        try:
            while True:
                async with asyncio.timeout(self._config.timeout_seconds):
                    piece = await pieces.get()
                if piece is None:
                    break
                yield piece
            yield await self._wait(future)
        except TimeoutError as error:
            raise timed_out(self._config.timeout_seconds) from error
        finally:
            future.cancel()

    async def _wait(self, future: Future[Answer]) -> Answer:
        seconds = self._config.timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise timed_out(seconds) from error

    def _is_full(self) -> bool:
        limit = self._config.max_waiting_requests
        if len(self._waiting) >= limit:
            # Requests that were given up take no place from others.
            self._waiting = deque(w for w in self._waiting if not w.future.cancelled())
        return len(self._waiting) >= limit

    def _work(self, slots: AdapterSlots) -> None:
        batch = _Batch(self._base, slots, max_rows=self._config.max_batch_size)
        while (joining := self._next_to_join(batch)) is not None:
            rows = [row for waiting in joining if (row := self._prepare(waiting))]
            try:
                self._advance(*batch.join(rows))
                self._drop_ended(batch)
                with self._metrics.inter_token_seconds.time():
                    self._advance(*batch.step())
                self._drop_ended(batch)
            # The worker is the edge of its thread: whatever failed belongs to the
            # requests of this batch, and the next ones must still be served.
            except Exception as error:
                for row in {*rows, *batch.rows}:
                    _settle(row.waiting.future, error)
                batch.clear()
            adapters = [row.waiting.request.adapter for row in batch.rows]
            self._running = tuple(a.id if a else "" for a in adapters)
        slots.detach()

    def _next_to_join(self, batch: _Batch) -> list[_Waiting] | None:
        """What there is room for; waits where nothing runs, `None` when all is over."""
        me = threading.current_thread()
        with self._changed:
            if not batch.rows:
                self._changed.wait_for(lambda: self._waiting or self._worker is not me)
                if self._worker is not me:
                    return None
            room = self._config.max_batch_size - len(batch.rows)
            size = min(len(self._waiting), room)
            return [self._waiting.popleft() for _ in range(size)]

    def _prepare(self, waiting: _Waiting) -> _Row | None:
        request, tokenizer = waiting.request, self._base.tokenizer
        if waiting.future.cancelled():
            return None
        if monotonic() > waiting.deadline:
            _settle(waiting.future, timed_out(self._config.timeout_seconds))
            return None
        try:
            prompt = prompt_ids(self._base, request)
            allowed = answer_room(
                len(prompt),
                request.max_new_tokens,
                max_tokens=self._max_tokens,
                default=self._config.default_max_tokens,
            )
        # Also an edge: a chat template may refuse a conversation in its own way.
        except Exception as error:
            _settle(waiting.future, error)
            return None
        return _Row(
            waiting=waiting,
            prompt=prompt,
            max_new_tokens=allowed,
            sampler=Sampler(request.sampling),
            transcript=Transcript(
                lambda ids: str(tokenizer.decode(ids, skip_special_tokens=True)),
                stops=request.stop,
                is_stripped=not isinstance(request.prompt, str),
            ),
        )

    def _advance(self, rows: Sequence[_Row], logits_BV: Tensor | None) -> None:
        """Gives rows the tokens that come next, and tells who watches."""
        if logits_BV is None:
            return
        self._metrics.tokens.inc(len(rows))
        likeliest = logits_BV.argmax(dim=1).tolist()
        for row, token, logits_V in zip(rows, likeliest, logits_BV, strict=True):
            likely = None
            if not row.sampler.sampling.is_plain:
                token, likely = row.sampler.choose(logits_V)
            row.last_token = token
            if not row.num_new_tokens:
                waited = monotonic() - row.waiting.arrived
                self._metrics.first_token_seconds.observe(waited)
            row.num_new_tokens += 1
            if likely is not None and token not in self._end_ids:
                row.tokens.append(likely)
            self._tell(row, token, likely)

    def _tell(self, row: _Row, token: int, likely: Likely | None) -> None:
        has_ended = token in self._end_ids
        text = "" if has_ended else row.transcript.add(token)
        if has_ended or row.transcript.is_stopped:
            reason: FinishReason | None = "stop"
        else:
            reason = "length" if row.num_new_tokens >= row.max_new_tokens else None
        if reason is not None:
            text += row.transcript.end()
        likelies = () if likely is None or has_ended else (likely,)
        if text or likelies:
            row.waiting.watcher(Piece(text=text, tokens=likelies))
        if reason is not None:
            row.outcome = Answer(
                text=row.transcript.text,
                finish_reason=reason,
                num_prompt_tokens=len(row.prompt),
                num_new_tokens=row.num_new_tokens,
                tokens=tuple(row.tokens),
            )
        elif monotonic() > row.waiting.deadline:
            row.outcome = timed_out(self._config.timeout_seconds)

    def _drop_ended(self, batch: _Batch) -> None:
        # From the last one on: whoever takes an empty place has been looked at.
        for place in reversed(range(len(batch.rows))):
            row = batch.rows[place]
            if row.outcome is not None:
                batch.leave(place)
                _settle(row.waiting.future, row.outcome)
                logger.info(
                    "answered a request, %d tokens, with %d others",
                    row.num_new_tokens,
                    len(batch.rows),
                )
            elif row.waiting.future.cancelled():
                batch.leave(place)
                logger.info("a request was given up")


class _Batch:
    """The rows that are answered together, in the order of the decoder's."""

    def __init__(self, base: BaseModel, slots: AdapterSlots, *, max_rows: int) -> None:
        self._base, self._slots, self._max_rows = base, slots, max_rows
        self.clear()

    def clear(self) -> None:
        """Removes all rows and gives their memory back."""
        self.rows: list[_Row] = []
        self._decoder = Decoder(self._base, max_rows=self._max_rows)
        self._adapters = AdapterRows(
            self._slots.spec,
            max_rows=self._max_rows,
            dtype=self._base.dtype,
            device=self._base.device,
        )

    def join(self, rows: Sequence[_Row]) -> tuple[Sequence[_Row], Tensor | None]:
        """Reads the prompts of more rows; returns them with their next logits."""
        if not rows:
            return rows, None
        first = len(self.rows)
        for place, row in enumerate(rows, start=first):
            request = row.waiting.request
            weights = request.adapter.weights if request.adapter else None
            self._adapters.put(place, weights, scale=request.scale)
        with self._bound(first, first + len(rows)):
            logits_BV = self._decoder.join([row.prompt for row in rows])
        self.rows += rows
        return rows, logits_BV

    def step(self) -> tuple[Sequence[_Row], Tensor | None]:
        """Reads the last token of every row; returns all with their next logits."""
        if not self.rows:
            return self.rows, None
        with self._bound(0, len(self.rows)):
            return self.rows, self._decoder.step([row.last_token for row in self.rows])

    def leave(self, place: int) -> None:
        """Removes a row; the last one takes its place."""
        if len(self.rows) == 1:
            self.clear()
            return
        self._decoder.leave(place)
        self._adapters.move(len(self.rows) - 1, place)
        self.rows[place] = self.rows[-1]
        self.rows.pop()

    def _bound(self, first: int, last: int) -> AbstractContextManager[None]:
        bound = self._adapters.between(first, last)
        return nullcontext() if bound is None else self._slots.bind(bound)


def _settle(future: Future[Answer], outcome: Answer | Exception) -> None:
    """Ends a request, unless it was given up."""
    if future.done() or not future.set_running_or_notify_cancel():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _end_ids(base: BaseModel) -> frozenset[int]:
    configured = base.model.generation_config.eos_token_id
    ids = configured if isinstance(configured, list) else [configured]
    return frozenset(i for i in [*ids, base.tokenizer.eos_token_id] if i is not None)
