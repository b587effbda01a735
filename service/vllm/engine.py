"""The engine over vLLM: prompts are made here, answers come from running servers.

Token ids go out and come back, so stop texts, blanks and likelihoods are as with the engine
here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from time import monotonic

from anyio import CapacityLimiter, to_thread

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.checks import above, at_least
from genadapter.lora import LoraSpec
from service.conversation import Answer, Piece, Request
from service.errors import (
    ContextLengthError,
    EngineBusyError,
    EngineStoppedError,
    ScaleError,
    VllmError,
)
from service.metrics import Metrics
from service.prompting import (
    answer_room,
    fitted,
    prompt_ids,
    timed_out,
)
from service.vllm.answer import VllmAnswer
from service.vllm.client import Json
from service.vllm.replicas import VllmReplicas

logger = logging.getLogger(__name__)

_CONTEXT = "maximum context length"
_BUSY = (429, 503)


@dataclass(kw_only=True, slots=True, eq=False)
class _Place:
    """A request that is here."""

    adapter_id: str | None
    num_tokens: int = 0
    """Of its answer so far."""


class VllmEngine:
    """Answers conversations on vLLM servers that all have the same base."""

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """How much the engine takes on."""

        max_requests: int = 80
        """Requests at once; more are turned away."""
        max_context_tokens: int = 2048
        """Prompt and answer together."""
        default_max_tokens: int = 256
        """Tokens of an answer where the request does not say."""
        timeout_seconds: float = 120.0
        """A request without an answer by then is given up."""

        def __post_init__(self) -> None:
            """Rejects limits that let nothing through."""
            at_least(1, self, "max_requests", "default_max_tokens")
            at_least(2, self, "max_context_tokens")
            above(0, self, "timeout_seconds")

    def __init__(
        self,
        base: BaseModel,
        replicas: VllmReplicas,
        *,
        spec: LoraSpec,
        config: Config,
        metrics: Metrics | None = None,
    ) -> None:
        """Prepares an engine; `start` sets it to work.

        Args:
            base: Makes token ids of prompts and text of answers.
            replicas: Where answers come from; closed with the engine.
            spec: The shape of every adapter it will be given.
            config: Its limits.
            metrics: Told of tokens and times.
        """
        self._base, self._replicas, self._spec = base, replicas, spec
        self._config, self._metrics = config, metrics or Metrics()
        self._places: set[_Place] = set()
        self._tokenizing = CapacityLimiter(1)
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def num_waiting(self) -> int:
        """Requests without a token yet."""
        return sum(not place.num_tokens for place in tuple(self._places))

    @property
    def num_running(self) -> int:
        """Requests that are being answered."""
        return sum(place.num_tokens > 0 for place in tuple(self._places))

    def in_use(self) -> tuple[frozenset[str], frozenset[str]]:
        """Ids of the adapters of requests that run, and of those that wait."""
        places = tuple(self._places)
        running = {p.adapter_id for p in places if p.adapter_id and p.num_tokens}
        waiting = {p.adapter_id for p in places if p.adapter_id and not p.num_tokens}
        return frozenset(running), frozenset(waiting)

    def fingerprint(self, adapter: Adapter | None) -> str:
        """Names what answers with an adapter come from: OpenAI's `system_fingerprint`."""
        name = adapter.id.removeprefix("lora-")[:8] if adapter else "base"
        return f"fp-vllm-{self._base.fingerprint.digest[:8]}-{name}"

    def token_text(self, token: int) -> str:
        """The text of one token."""
        text: str = self._base.tokenizer.decode([token])
        return text

    def check_running(self) -> None:
        """Raises EngineStoppedError unless the engine was started."""
        if self._loop is None:
            raise EngineStoppedError

    def start(self) -> None:
        """Begins to take requests, on the event loop that this is called on."""
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """Refuses further requests and closes the connections."""
        loop, self._loop = self._loop, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(self._replicas.close(), loop).result()

    async def answer(self, request: Request) -> Answer:
        """Waits for the answer; given up if cancelled.

        Raises:
            ContextLengthError: Prompt and answer do not fit the model.
            EngineBusyError: Too many requests are here, or at the servers.
            EngineTimeoutError: It took longer than a request may.
            NoEffectError: The servers answer with the adapter as without it.
            ScaleError: The adapter is to be scaled.
            SpecMismatchError: Its adapter has another shape or base.
            VllmError: No server gave an answer.
        """
        async with aclosing(self.stream(request)) as stream:
            *_, answer = [item async for item in stream]
        assert isinstance(answer, Answer)
        return answer

    async def stream(self, request: Request) -> AsyncGenerator[Piece | Answer]:
        """The answer in pieces as they come, and at the end as a whole.

        Raises:
            As `answer` does.
        """
        self._check(request)
        place = _Place(adapter_id=request.adapter.id if request.adapter else None)
        arrived = monotonic()
        self._places.add(place)
        try:
            prompt = await to_thread.run_sync(
                prompt_ids, self._base, request, limiter=self._tokenizing
            )
            answer = VllmAnswer(request, self._base.tokenizer, len(prompt))
            asked = self._replicas.ask(self._body(request, prompt), request.adapter)
            async with aclosing(asked) as events:
                while not answer.has_ended:
                    event = await self._next(events, arrived)
                    if event is None:
                        break
                    piece = answer.add(event)
                    self._count(answer, place, arrived)
                    if piece is not None:
                        yield piece
            yield answer.whole()
        except VllmError as error:
            # Clients are not told where the servers are and what they run.
            logger.warning("%s", error)
            raise _told(error) from error
        finally:
            self._places.remove(place)

    def _check(self, request: Request) -> None:
        self.check_running()
        if request.scale != 1:
            raise ScaleError(request.scale)
        if request.adapter is not None:
            fitted(request.adapter, self._spec)
        if len(self._places) >= self._config.max_requests:
            raise EngineBusyError(
                f"{len(self._places)} requests are here, which is the most allowed: try "
                "again in a second"
            )

    def _body(self, request: Request, prompt: list[int]) -> Json:
        sampling = request.sampling
        room = answer_room(
            len(prompt),
            request.max_new_tokens,
            max_tokens=self._config.max_context_tokens,
            default=self._config.default_max_tokens,
        )
        body: Json = {
            "prompt": prompt,
            "max_tokens": room,
            "stop": list(request.stop),
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "presence_penalty": sampling.presence_penalty,
            "frequency_penalty": sampling.frequency_penalty,
            # What a model's own files would otherwise decide.
            "repetition_penalty": 1.0,
            "top_k": 0,
            "min_p": 0.0,
            "return_token_ids": True,
        }
        if sampling.seed is not None:
            body["seed"] = sampling.seed % 2**63
        if sampling.num_likely is not None:
            body |= {
                "logprobs": sampling.num_likely,
                "return_tokens_as_token_ids": True,
            }
        return body

    async def _next(self, events: AsyncGenerator[Json], arrived: float) -> Json | None:
        """What comes next; `None` at the end."""
        seconds = self._config.timeout_seconds
        try:
            async with asyncio.timeout(arrived + seconds - monotonic()):
                return await anext(events, None)
        except TimeoutError as error:
            raise timed_out(seconds) from error

    def _count(self, answer: VllmAnswer, place: _Place, arrived: float) -> None:
        self._metrics.tokens.inc(answer.num_new_tokens - place.num_tokens)
        if answer.num_new_tokens and not place.num_tokens:
            self._metrics.first_token_seconds.observe(monotonic() - arrived)
        place.num_tokens = answer.num_new_tokens


def _told(error: VllmError) -> Exception:
    if error.status in _BUSY:
        return EngineBusyError("vLLM is busy: try again in a second")
    if _CONTEXT in str(error):
        return ContextLengthError(
            "prompt and answer are longer than vLLM reads: shorten the messages or lower "
            "max_tokens"
        )
    return VllmError(
        "vLLM gave no answer; the log of the service says why: try again later",
        status=error.status,
        may_pass=error.may_pass,
    )
