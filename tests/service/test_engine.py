"""Engine: one worker, a bounded line, and to each request its own adapter."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
import torch

from genadapter.adapter import Adapter
from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError, SpecMismatchError
from genadapter.lora import LoraSpec, LoraWeights, padded
from service.conversation import Answer, Piece, Request, Turn
from service.engine import Engine
from service.errors import (
    ContextLengthError,
    EngineBusyError,
    EngineStoppedError,
    EngineTimeoutError,
)
from service.sampling import Sampling

RandomWeights = Callable[..., LoraWeights]
TEXTS = ("cat", "sort one two three", "capital of france", "reverse word dog please")
PATIENCE_SECONDS = 30.0


@contextmanager
def running(base: BaseModel, spec: LoraSpec, config: Engine.Config) -> Iterator[Engine]:
    """An engine at work."""
    engine = Engine(base, spec=spec, config=config)
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


@pytest.fixture
def engine(base: BaseModel, spec: LoraSpec) -> Iterator[Engine]:
    """An engine at work with short answers."""
    with running(base, spec, Engine.Config(default_max_tokens=8)) as engine:
        yield engine


@pytest.fixture
def held(
    base: BaseModel, hold: Callable[..., Any]
) -> Any:  # Any: a fixture's own class
    """A hold on every forward pass of the base."""
    return hold(base.model.model.embed_tokens)


@pytest.fixture
def gate(held: Any) -> threading.Event:
    """Holds every forward pass of the base until it is set."""
    event: threading.Event = held.gate
    return event


@pytest.fixture
def adapters(
    adapter: Adapter, spec: LoraSpec, random_weights: RandomWeights
) -> list[Adapter | None]:
    """The bare base and three adapters that change its answers."""
    made = [
        replace(adapter, spec=spec, weights=random_weights(seed=seed))
        for seed in (1, 2, 3)
    ]
    return [None, *made]


def ask(text: str, adapter: Adapter | None = None, **options: object) -> Request:
    """A request of one user turn."""
    turns = (Turn(role="user", content=text),)
    return Request(prompt=turns, adapter=adapter, **options)  # type: ignore[arg-type]


def wait(future: Future[Answer]) -> Answer:
    """The answer, or a failed test where it hangs."""
    return future.result(timeout=PATIENCE_SECONDS)


def test_one_user_turn_is_answered_as_the_library_answers(
    base: BaseModel, spec: LoraSpec, adapters: list[Adapter | None]
) -> None:
    """Serving adds nothing to the prompt and takes nothing from the answer."""
    slots = AdapterSlots(base.model, spec)
    expected = []
    for text in TEXTS:
        for adapter in adapters:
            rows = stack_rows(spec, [adapter.weights if adapter else None])
            prompts = [base.prompt_ids(text)]
            expected += base.generate(
                prompts, max_new_tokens=8, slots=slots, adapters=rows
            )
    slots.detach()
    with running(base, spec, Engine.Config(default_max_tokens=8)) as engine:
        answers = [wait(engine.submit(ask(t, a))) for t in TEXTS for a in adapters]
    assert [answer.text for answer in answers] == expected
    assert len(set(expected)) > len(TEXTS)


def test_no_request_is_changed_by_its_neighbours(
    engine: Engine, adapters: list[Adapter | None]
) -> None:
    """Whatever shares a batch, each gets the answer it gets alone."""
    requests = [ask(text, adapter) for text in TEXTS for adapter in adapters]
    alone = [wait(engine.submit(request)) for request in requests]
    for trial in range(5):
        order = random.Random(trial).sample(range(len(requests)), len(requests))
        futures = {place: engine.submit(requests[place]) for place in order}
        assert [wait(futures[place]) for place in range(len(requests))] == alone


def test_a_request_joins_those_that_run(
    base: BaseModel,
    spec: LoraSpec,
    adapters: list[Adapter | None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody waits for another's last token, and no text is logged."""
    joined = threading.Event()
    ended: list[str] = []

    def submit(engine: Engine, name: str, request: Request, **watched: Any) -> None:
        future = engine.submit(request, **watched)
        future.add_done_callback(lambda _: ended.append(name))

    with (
        caplog.at_level(logging.INFO),
        running(base, spec, Engine.Config(default_max_tokens=100)) as engine,
    ):

        def join(_: Piece) -> None:
            if not joined.is_set():
                for adapter in adapters:
                    request = ask("secretword", adapter, max_new_tokens=2)
                    submit(engine, "short", request)
                joined.set()

        submit(engine, "long", ask("cat"), watcher=join)
        assert joined.wait(PATIENCE_SECONDS)
    assert ended == ["short"] * len(adapters) + ["long"]
    assert "secretword" not in caplog.text


def test_a_full_line_turns_requests_away(
    base: BaseModel, spec: LoraSpec, held: Any, gate: threading.Event
) -> None:
    """The line never grows beyond its limit, and is open again when it is shorter."""
    config = Engine.Config(max_waiting_requests=2, default_max_tokens=2)
    with running(base, spec, config) as engine:
        first = engine.submit(ask("cat"))
        assert held.is_reached.wait(PATIENCE_SECONDS)
        waiting = [engine.submit(ask("dog")) for _ in range(2)]
        with pytest.raises(EngineBusyError, match="2 requests are waiting"):
            engine.submit(ask("dog"))
        gate.set()
        for future in [first, *waiting]:
            wait(future)
        wait(engine.submit(ask("dog")))


def test_requests_that_were_given_up_take_no_place(
    base: BaseModel, spec: LoraSpec, held: Any, gate: threading.Event
) -> None:
    """A cancelled request makes room before anybody is turned away."""
    config = Engine.Config(max_waiting_requests=1, default_max_tokens=2)
    with running(base, spec, config) as engine:
        engine.submit(ask("cat"))
        assert held.is_reached.wait(PATIENCE_SECONDS)
        assert engine.submit(ask("dog")).cancel()
        last = engine.submit(ask("dog"))
        gate.set()
        assert wait(last) == wait(engine.submit(ask("dog")))


def test_an_adapter_of_another_shape_is_refused_at_once(
    engine: Engine, adapter: Adapter
) -> None:
    """A misfit never reaches the batch of others."""
    other = replace(adapter, spec=replace(adapter.spec, base_fingerprint="other"))
    with pytest.raises(SpecMismatchError, match="generate it again"):
        engine.submit(ask("cat", other))


def test_a_prompt_that_does_not_fit_fails_alone(engine: Engine) -> None:
    """The error says how long the prompt is and how much fits."""
    too_long = engine.submit(ask("cat " * 500))
    good = engine.submit(ask("cat"))
    with pytest.raises(ContextLengthError, match=r"50\d tokens.*at most 128"):
        wait(too_long)
    assert wait(good).num_new_tokens > 0


def test_an_answer_that_would_not_fit_is_refused(engine: Engine) -> None:
    """A limit that is asked for is kept or refused, never cut in silence."""
    with pytest.raises(ContextLengthError, match="lower max_tokens"):
        wait(engine.submit(ask("cat", max_new_tokens=1000)))


def test_each_request_keeps_its_own_limit(
    engine: Engine, gate: threading.Event
) -> None:
    """In one batch a short answer is cut where it would be alone."""
    blocker = engine.submit(ask("dog", max_new_tokens=1))
    futures = [engine.submit(ask("cat", max_new_tokens=n)) for n in (1, 3, 8)]
    gate.set()
    wait(blocker)
    answers = [wait(future) for future in futures]
    whole = answers[-1].text
    for answer, limit in zip(answers, (1, 3, 8), strict=True):
        assert answer.num_new_tokens == limit
        assert answer.finish_reason == "length"
        assert whole.startswith(answer.text)


def test_an_answer_ends_before_a_stop_text(engine: Engine) -> None:
    """The stop text and all after it are left out, and the reason says so."""
    whole = wait(engine.submit(ask("cat")))
    words = whole.text.split()
    assert len(words) > 1
    stopped = wait(engine.submit(ask("cat", stop=("absent", words[1]))))
    assert stopped.finish_reason == "stop"
    assert stopped.text == whole.text[: whole.text.find(words[1])].rstrip()


def test_the_end_token_ends_an_answer(
    new_base: Callable[..., BaseModel], spec: LoraSpec
) -> None:
    """An answer that the model ends is stopped, and the end token is counted."""
    base = new_base()
    with torch.no_grad():
        base.model.lm_head.weight.zero_()
    # All logits are now equal, so greedy decoding takes token 0 for ever.
    base.model.generation_config.eos_token_id = [0]
    with running(base, spec, Engine.Config()) as engine:
        answer = wait(engine.submit(ask("cat")))
    assert (answer.finish_reason, answer.num_new_tokens) == ("stop", 1)


def test_a_failing_batch_does_not_end_the_worker(
    engine: Engine, base: BaseModel
) -> None:
    """Whatever the model raises goes to its requests; the next ones are served."""

    def fail(*_: object) -> None:
        raise RuntimeError("out of memory")

    handle = base.model.lm_head.register_forward_pre_hook(fail)
    with pytest.raises(RuntimeError, match="out of memory"):
        wait(engine.submit(ask("cat")))
    handle.remove()
    assert wait(engine.submit(ask("cat"))).num_new_tokens > 0


def test_stopping_refuses_what_waits_and_leaves_the_base_bare(
    base: BaseModel, spec: LoraSpec, held: Any, gate: threading.Event
) -> None:
    """The running batch ends, the line is told, and no hook stays."""
    engine = Engine(base, spec=spec, config=Engine.Config(default_max_tokens=2))
    engine.start()
    first = engine.submit(ask("cat"))
    assert held.is_reached.wait(PATIENCE_SECONDS)
    second = engine.submit(ask("cat"))
    threading.Timer(0.05, gate.set).start()
    engine.stop()
    assert wait(first).num_new_tokens > 0
    with pytest.raises(EngineStoppedError):
        wait(second)
    with pytest.raises(EngineStoppedError):
        engine.submit(ask("cat"))
    assert not any(m._forward_hooks for m in base.model.modules())


def test_an_engine_that_was_not_started_refuses(
    base: BaseModel, spec: LoraSpec
) -> None:
    """Nothing waits for a worker that will not come."""
    engine = Engine(base, spec=spec, config=Engine.Config())
    with pytest.raises(EngineStoppedError):
        engine.submit(ask("cat"))
    with pytest.raises(EngineStoppedError):
        engine.check_running()
    engine.stop()


def test_a_late_answer_is_a_timeout(
    base: BaseModel, spec: LoraSpec, gate: threading.Event
) -> None:
    """A request is given up after its time, and what is behind it is dropped."""
    config = Engine.Config(timeout_seconds=0.05, default_max_tokens=2)
    with running(base, spec, config) as engine:
        with pytest.raises(EngineTimeoutError, match=r"within 0\.05 seconds"):
            asyncio.run(engine.answer(ask("cat")))
        with pytest.raises(EngineTimeoutError):
            asyncio.run(engine.answer(ask("dog")))
        gate.set()


def test_an_answer_cut_by_time_is_not_passed_off_as_whole(
    base: BaseModel, spec: LoraSpec
) -> None:
    """Where decoding itself runs out of time, the request fails."""
    config = Engine.Config(timeout_seconds=1e-9, default_max_tokens=64)
    with (
        running(base, spec, config) as engine,
        pytest.raises(EngineTimeoutError),
    ):
        wait(engine.submit(ask("cat")))


def test_pieces_make_up_the_answer(
    engine: Engine, adapters: list[Adapter | None]
) -> None:
    """What is streamed is what is answered, and comes as it is made."""

    async def collect(request: Request) -> tuple[list[str], Answer]:
        items = [item async for item in engine.stream(request)]
        assert isinstance(items[-1], Answer)
        pieces = [item.text for item in items if isinstance(item, Piece)]
        return pieces, items[-1]

    for adapter in adapters:
        request = ask("cat", adapter)
        pieces, answer = asyncio.run(collect(request))
        assert "".join(pieces) == answer.text
        assert len(pieces) > 1
        assert answer == wait(engine.submit(request))


def test_an_answer_that_nobody_wants_any_more_makes_room(
    base: BaseModel, spec: LoraSpec
) -> None:
    """A running request that is given up leaves the batch at once."""
    config = Engine.Config(max_batch_size=1, default_max_tokens=110)
    with running(base, spec, config) as engine:
        begun = threading.Event()
        first = engine.submit(ask("cat"), watcher=lambda _: begun.set())
        assert begun.wait(PATIENCE_SECONDS)
        assert first.cancel()
        assert wait(engine.submit(ask("dog", max_new_tokens=1))).num_new_tokens == 1

        async def leave_early() -> None:
            async with aclosing(engine.stream(ask("cat"))) as stream:
                await anext(stream)

        asyncio.run(leave_early())
        assert wait(engine.submit(ask("dog", max_new_tokens=1))).num_new_tokens == 1


def test_a_seed_repeats_a_drawn_answer(engine: Engine) -> None:
    """In any company; another seed draws another answer."""
    drawn = [
        ask("cat", sampling=Sampling(temperature=1.5, seed=seed)) for seed in (1, 2, 1)
    ]
    alone = [wait(engine.submit(request)).text for request in drawn]
    together = [wait(f).text for f in [engine.submit(request) for request in drawn]]
    assert alone == together
    assert alone[0] == alone[2] != alone[1]


def test_the_scale_leads_from_the_base_to_the_adapter(
    engine: Engine, adapters: list[Adapter | None]
) -> None:
    """0 is the base exactly, 1 the adapter."""
    adapter = adapters[1]
    base, none, whole, own = (
        wait(engine.submit(request)).text
        for request in (
            ask("cat"),
            ask("cat", adapter, scale=0.0),
            ask("cat", adapter, scale=1.0),
            ask("cat", adapter),
        )
    )
    assert base == none != whole == own


def test_a_text_goes_on_as_it_stands(engine: Engine, base: BaseModel) -> None:
    """No chat template is put around it, and no blank is taken off."""
    request = Request(prompt="one two", max_new_tokens=4)
    answer = wait(engine.submit(request))
    prompt = base.text_ids("one two")
    (ids,) = base.generate_ids([prompt], max_new_tokens=4)
    assert answer.num_prompt_tokens == len(prompt)
    assert answer.text == base.tokenizer.decode(ids, skip_special_tokens=True)


def test_limits_that_let_nothing_through_are_refused() -> None:
    """The message names the field and the value."""
    with pytest.raises(ConfigError, match="max_batch_size must be at least 1, got 0"):
        Engine.Config(max_batch_size=0)


def test_adapter_of_a_lower_rank_answers_as_itself(
    engine: Engine, spec: LoraSpec, adapter: Adapter, random_weights: RandomWeights
) -> None:
    """It is filled up with zeros; one of a higher rank has no place."""
    low = spec.at_rank(1)
    narrow = replace(adapter, spec=low, weights=random_weights(seed=3, spec=low))
    wide = replace(adapter, spec=spec, weights=padded(narrow.weights, spec.rank))
    answers = [wait(engine.submit(ask("cat", a))).text for a in (narrow, wide, None)]
    assert answers[0] == answers[1] != answers[2]
    high = replace(adapter, spec=spec.at_rank(spec.rank + 1))
    with pytest.raises(SpecMismatchError, match="another base model or shape"):
        engine.submit(ask("cat", adapter=high))
