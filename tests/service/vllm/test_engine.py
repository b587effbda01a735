"""The engine over vLLM: the same HTTP API, with answers from running servers."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, aclosing
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError, SpecMismatchError
from genadapter.lora import LoraSpec
from genadapter.pipeline import Pipeline
from service.app import create_app, join_services
from service.conversation import Answer, Piece, Request, Turn
from service.engine import Engine
from service.errors import (
    ContextLengthError,
    EngineBusyError,
    EngineStoppedError,
    EngineTimeoutError,
    NoEffectError,
    ScaleError,
    VllmError,
)
from service.sampling import Likely, Sampling
from service.settings import Settings
from service.vllm.client import VllmServer
from service.vllm.engine import VllmEngine
from service.vllm.replicas import VllmReplicas

NewVllm = Callable[..., Any]  # Any: the fake's class stands in conftest.py
BASE = "tests/tiny-llama"
CHAT = (Turn(role="user", content="name the colour"),)
COMPLETIONS, LOAD = "/v1/completions", "/v1/load_lora_adapter"


@pytest.fixture
def fake(new_vllm: NewVllm, base: BaseModel) -> Any:  # Any: as NewVllm
    """A vLLM that answers with three words."""
    fake = new_vllm(base_id=BASE)
    fake.answer = [*base.text_ids("turn the english"), base.tokenizer.eos_token_id]
    return fake


@pytest.fixture
def adapter(adapter: Adapter, spec: LoraSpec) -> Adapter:
    """An adapter of the engine's shape."""
    return replace(adapter, spec=spec)


@pytest.fixture
def ask(base: BaseModel, spec: LoraSpec) -> Callable[..., list[Piece | Answer]]:
    """Streams an answer from fakes, with an engine of its own."""

    def run(
        request: Request,
        *fakes: Any,  # Any: as NewVllm
        **limits: Any,  # Any: the config's fields
    ) -> list[Piece | Answer]:
        async def stream() -> list[Piece | Answer]:
            servers = [
                VllmServer(f"http://vllm-{number}", transport=fake)
                for number, fake in enumerate(fakes)
            ]
            replicas = VllmReplicas(
                servers, base_name=BASE, folder=PurePosixPath("/adapters")
            )
            config = VllmEngine.Config(**limits)
            engine = VllmEngine(base, replicas, spec=spec, config=config)
            engine.start()
            try:
                async with aclosing(engine.stream(request)) as stream:
                    found = [item async for item in stream]
                assert (engine.num_running, engine.num_waiting) == (0, 0)
                return found
            finally:
                await asyncio.to_thread(engine.stop)

        return asyncio.run(stream())

    return run


Ask = Callable[..., list[Any]]


def answer_of(found: Sequence[Piece | Answer]) -> Answer:
    """The last item, which the pieces add up to."""
    *pieces, answer = found
    assert isinstance(answer, Answer)
    assert "".join(piece.text for piece in pieces) == answer.text
    return answer


def test_the_prompt_goes_out_as_the_base_reads_it(
    ask: Ask, fake: Any, base: BaseModel
) -> None:
    """Token ids, so no server's template or special tokens come between."""
    answer = answer_of(ask(Request(prompt=CHAT), fake))
    (_, body) = fake.calls[-1]
    assert body["model"] == BASE
    assert body["prompt"] == base.prompt_ids(CHAT[0].content)
    assert answer == Answer(
        text="turn the english",
        finish_reason="stop",
        num_prompt_tokens=len(body["prompt"]),
        num_new_tokens=4,
    )


def test_a_text_goes_out_as_it_stands(ask: Ask, fake: Any, base: BaseModel) -> None:
    """A completion has no template."""
    answer_of(ask(Request(prompt="noun into"), fake))
    assert fake.calls[-1][1]["prompt"] == base.text_ids("noun into")


def test_what_was_asked_is_passed_on(ask: Ask, fake: Any) -> None:
    """Seeds, stops and sampling are vLLM's to honour."""
    sampling = Sampling(
        temperature=0.5, top_p=0.9, presence_penalty=1, frequency_penalty=-1, seed=2**63
    )
    request = Request(prompt=CHAT, max_new_tokens=2, stop=("x",), sampling=sampling)
    assert answer_of(ask(request, fake)).finish_reason == "length"
    body = fake.calls[-1][1]
    told = ("temperature", "top_p", "presence_penalty", "frequency_penalty", "seed")
    assert [body[name] for name in told] == [0.5, 0.9, 1, -1, 0]
    assert (body["max_tokens"], body["stop"]) == (2, ["x"])
    assert "logprobs" not in body
    assert (body["repetition_penalty"], body["top_k"], body["min_p"]) == (1.0, 0, 0.0)


def test_a_stop_text_ends_the_answer_before_it(ask: Ask, fake: Any) -> None:
    """The text is cut here, as with the engine here."""
    answer = answer_of(ask(Request(prompt=CHAT, stop=("the",)), fake))
    assert (answer.text, answer.finish_reason) == ("turn", "stop")


def test_likelihoods_come_with_their_tokens(
    ask: Ask, fake: Any, base: BaseModel
) -> None:
    """The token itself is a rival only where it is likely enough."""
    sampling = Sampling(num_likely=2)
    answer = answer_of(ask(Request(prompt=CHAT, sampling=sampling), fake))
    ids = base.text_ids("turn the english")
    assert [likely.token for likely in answer.tokens] == ids
    assert {likely.logprob for likely in answer.tokens} == {-1.0}
    first = answer.tokens[0]
    assert first.rivals == (
        Likely(token=ids[0], logprob=-1.0),
        Likely(token=0, logprob=-2.0),
    )
    bare = answer_of(ask(Request(prompt=CHAT, sampling=Sampling(num_likely=0)), fake))
    assert [likely.rivals for likely in bare.tokens] == [()] * 3


def test_the_answer_is_that_of_the_engine_here(
    ask: Ask, fake: Any, base: BaseModel, spec: LoraSpec
) -> None:
    """Where the tokens are the same, so is all else."""
    engine = Engine(base, spec=spec, config=Engine.Config())
    engine.start()
    request = Request(prompt=CHAT, max_new_tokens=8, sampling=Sampling(num_likely=0))
    here = engine.submit(request).result(60)
    engine.stop()
    fake.answer = [likely.token for likely in here.tokens]
    if here.finish_reason == "stop":
        fake.answer.append(base.tokenizer.eos_token_id)
    there = answer_of(ask(request, fake))
    assert replace(there, tokens=()) == replace(here, tokens=())


def test_an_adapter_is_loaded_before_its_first_use(
    ask: Ask, fake: Any, adapter: Adapter
) -> None:
    """From its folder as the server sees it, and asked for by its id."""
    answer_of(ask(Request(prompt=CHAT, adapter=adapter), fake))
    assert fake.loaded == {adapter.id: (f"/adapters/{adapter.id}", BASE)}
    assert fake.calls[-1][1]["model"] == adapter.id


def test_an_adapter_without_effect_is_refused(
    ask: Ask, fake: Any, adapter: Adapter
) -> None:
    """The base's answer never passes for the adapter's."""
    fake.without_effect = {adapter.id}
    with pytest.raises(NoEffectError, match="exactly as the base does"):
        ask(Request(prompt=CHAT, adapter=adapter), fake)


def test_an_adapter_that_cannot_be_loaded_is_an_error(
    ask: Ask, fake: Any, adapter: Adapter, caplog: pytest.LogCaptureFixture
) -> None:
    """The log knows why, and clients learn no path."""
    fake.paths = set()
    with pytest.raises(VllmError) as caught:
        ask(Request(prompt=CHAT, adapter=adapter), fake)
    assert "/adapters" not in str(caught.value)
    assert "No adapter found for /adapters/" in caplog.text


def test_scale_is_refused(ask: Ask, fake: Any, adapter: Adapter) -> None:
    """It is not silently 1: vLLM has no such thing."""
    with pytest.raises(ScaleError, match=r"got 0\.5: leave it out, or start"):
        ask(Request(prompt=CHAT, adapter=adapter, scale=0.5), fake)
    assert not fake.calls


def test_an_adapter_of_another_base_is_refused(
    ask: Ask, fake: Any, adapter: Adapter
) -> None:
    """Before any server hears of it."""
    other = replace(adapter, spec=replace(adapter.spec, rank=1))
    with pytest.raises(SpecMismatchError, match="another base model or shape"):
        ask(Request(prompt=CHAT, adapter=other), fake)
    assert not fake.calls


def test_a_server_with_another_base_is_not_asked(
    ask: Ask, new_vllm: NewVllm, caplog: pytest.LogCaptureFixture
) -> None:
    """Its tokens would mean something else."""
    fake = new_vllm(base_id="bigger")
    with pytest.raises(VllmError):
        ask(Request(prompt=CHAT), fake)
    assert fake.count(COMPLETIONS) == 0
    assert f"the server has bigger, not {BASE}" in caplog.text


def test_a_prompt_that_is_too_long_is_refused(ask: Ask, fake: Any) -> None:
    """By our own limit, or by the servers'."""
    with pytest.raises(ContextLengthError, match="at most 4 fit together"):
        ask(Request(prompt=CHAT, max_new_tokens=3), fake, max_context_tokens=4)
    fake.failures[COMPLETIONS].append("too long")
    with pytest.raises(ContextLengthError, match="longer than vLLM reads"):
        ask(Request(prompt=CHAT), fake)


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (429, EngineBusyError),
        (503, EngineBusyError),
        (500, VllmError),
        (401, VllmError),
    ],
)
def test_refusals_of_the_server_are_told_as_ours(
    ask: Ask, fake: Any, status: int, wanted: type[Exception]
) -> None:
    """A client can do nothing about a server's key, and waits where that helps."""
    fake.failures[COMPLETIONS].append(status)
    with pytest.raises(wanted) as caught:
        ask(Request(prompt=CHAT), fake)
    assert "vllm-0" not in str(caught.value)


def test_a_server_that_is_down_is_passed_by(
    ask: Ask, fake: Any, new_vllm: NewVllm
) -> None:
    """The next one is asked; with none left it is an error."""
    down = new_vllm(base_id=BASE)
    down.failures["/v1/models"].extend(["down"] * 9)
    assert answer_of(ask(Request(prompt=CHAT), down, fake)).text == "turn the english"
    with pytest.raises(VllmError):
        ask(Request(prompt=CHAT), down)


def test_a_server_that_was_restarted_gets_its_adapters_again(
    ask: Ask, fake: Any, adapter: Adapter
) -> None:
    """Its 404 says that it has forgotten."""
    fake.failures[COMPLETIONS].extend([None, None, "forgotten"])
    answer_of(ask(Request(prompt=CHAT, adapter=adapter), fake))
    assert fake.count(LOAD) == 2


def test_an_answer_that_breaks_off_is_an_error(ask: Ask, fake: Any) -> None:
    """Half an answer never passes for a whole one."""
    for failure in ("error event", "no end", "no ids", "aborted"):
        fake.failures[COMPLETIONS].append(failure)
        with pytest.raises(VllmError):
            ask(Request(prompt=CHAT), fake)


def test_a_stopped_engine_refuses(base: BaseModel, spec: LoraSpec) -> None:
    """Before it is started it does, too."""
    replicas = VllmReplicas([], base_name=BASE, folder=PurePosixPath("/"))
    engine = VllmEngine(base, replicas, spec=spec, config=VllmEngine.Config())
    with pytest.raises(EngineStoppedError):
        engine.check_running()
    with pytest.raises(ConfigError):
        VllmEngine.Config(timeout_seconds=0)


@pytest.fixture
def remote(
    fake: Any,
    pipeline: Pipeline,
    base: BaseModel,
    settings: Settings,
    serve: Callable[[FastAPI], AbstractContextManager[str]],
) -> Iterator[TestClient]:
    """A client of an app that asks the fake over the network."""
    fake.key = "secret"
    with serve(fake.app) as url:
        changes = {"engine": "vllm", "vllm_url": url, "vllm_key": SecretStr("secret")}
        changes |= {"max_batch_size": 1, "max_waiting_requests": 1}
        services = join_services(pipeline, base, settings.model_copy(update=changes))
        with TestClient(create_app(services)) as client:
            yield client


def post(client: TestClient, **fields: object) -> Any:  # Any: a reply
    """One chat completion."""
    messages = [{"role": "user", "content": "name the colour"}]
    body = {"model": BASE, "messages": messages, **fields}
    return client.post("/v1/chat/completions", json=body)


def test_chats_are_answered_over_the_network(
    remote: TestClient, fake: Any, settings: Settings
) -> None:
    """From a description to an answer of its adapter, by vLLM."""
    made = remote.post("/v1/adapters", json={"description": "turn the noun"}).json()
    reply = post(remote, model=made["id"], n=2, logprobs=True)
    assert reply.status_code == 200, reply.text
    body = reply.json()
    assert [c["message"]["content"] for c in body["choices"]] == [
        "turn the english"
    ] * 2
    assert body["choices"][0]["logprobs"]["content"][0]["logprob"] == -2.0
    assert body["system_fingerprint"].startswith("fp-vllm-")
    assert body["usage"]["completion_tokens"] == 8
    assert fake.loaded[made["id"]][0] == str(settings.store / made["id"])
    assert remote.get("/health/ready").status_code == 200
    told = remote.get("/metrics").text
    assert "genadapter_generated_tokens_total 8.0" in told


def test_streams_are_passed_through(remote: TestClient) -> None:
    """A piece a token, and `[DONE]`."""
    lines = [x for x in post(remote, stream=True).text.splitlines() if x]
    assert lines[-1] == "data: [DONE]"
    parts = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    deltas = [part["choices"][0]["delta"].get("content", "") for part in parts]
    assert "".join(deltas) == "turn the english"
    assert parts[-1]["choices"][0]["finish_reason"] == "stop"


def test_a_scale_is_a_400_that_says_what_to_do(remote: TestClient) -> None:
    """The envelope names the field."""
    reply = post(remote, scale=2)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert (error["code"], error["param"]) == ("unsupported_value", "scale")


def test_a_slow_server_holds_only_so_many(remote: TestClient, fake: Any) -> None:
    """What waits and what runs is told, and one more is turned away."""
    fake.pause_seconds = 1.0
    threads = [threading.Thread(target=post, args=[remote]) for _ in range(2)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 30
    while fake.count(COMPLETIONS) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert post(remote).status_code == 429
    told = remote.get("/metrics").text
    assert "genadapter_queue_depth 2.0" in told or "genadapter_running 2.0" in told
    for thread in threads:
        thread.join(30)


def test_a_reader_who_leaves_ends_the_request_there(
    fake: Any, base: BaseModel, spec: LoraSpec, serve: Callable[..., Any]
) -> None:
    """The server's slot is free again; a deadline does the same."""
    fake.pause_seconds = 0.05
    fake.answer = base.text_ids("turn") * 100

    async def leave(url: str) -> None:
        replicas = VllmReplicas(
            [VllmServer(url)], base_name=BASE, folder=PurePosixPath("/")
        )
        config = VllmEngine.Config(timeout_seconds=1.0)
        engine = VllmEngine(base, replicas, spec=spec, config=config)
        engine.start()
        try:
            async with aclosing(engine.stream(Request(prompt=CHAT))) as stream:
                await anext(stream)
                assert engine.num_running == 1
            with pytest.raises(EngineTimeoutError, match="within 1 seconds"):
                await engine.answer(Request(prompt=CHAT))
        finally:
            await asyncio.to_thread(engine.stop)

    with serve(fake.app) as url:
        asyncio.run(leave(url))
        deadline = time.monotonic() + 30
        while fake.num_dropped < 2:
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.mark.parametrize(
    ("engine", "url"), [("vllm", ""), ("local", "http://127.0.0.1:1"), ("vllm", "here")]
)
def test_engine_and_addresses_belong_together(
    pipeline: Pipeline, base: BaseModel, settings: Settings, engine: str, url: str
) -> None:
    """A setting without effect is an error, as is a wrong one."""
    changed = settings.model_copy(update={"engine": engine, "vllm_url": url})
    with pytest.raises(ConfigError, match=r"vllm_url|an address of vLLM"):
        join_services(pipeline, base, changed)
