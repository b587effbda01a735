"""OpenAI's own client: whoever has it needs no other."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from typing import Any

import httpx
import openai
import pytest
from fastapi import FastAPI
from openai import AsyncOpenAI, OpenAI
from pydantic import SecretStr

from genadapter.base_model import BaseModel
from genadapter.pipeline import Pipeline
from service.app import Services, create_app, join_services
from service.settings import Settings

BASE = "tests/tiny-llama"
KEY = "k-ann"
Serve = Callable[[FastAPI], AbstractContextManager[str]]


@pytest.fixture
def services(pipeline: Pipeline, base: BaseModel, settings: Settings) -> Services:
    """Loaded parts of an app that needs a key."""
    keyed = settings.model_copy(
        update={"api_keys": SecretStr(f"ann:{KEY}"), "max_waiting_requests": 2}
    )
    return join_services(pipeline, base, keyed)


@pytest.fixture
def address(services: Services, serve: Serve) -> Iterator[str]:
    """Where it is served."""
    with serve(create_app(services)) as address:
        yield address


@pytest.fixture
def client(address: str) -> Iterator[OpenAI]:
    """A client that never tries again by itself."""
    with OpenAI(base_url=f"{address}/v1", api_key=KEY, max_retries=0) as client:
        yield client


@pytest.fixture
def adapter_id(address: str) -> str:
    """An adapter of the client's owner."""
    reply = httpx.post(
        f"{address}/v1/adapters",
        json={"description": "sort"},
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=60,
    )
    return str(reply.json()["id"])


def ask(client: OpenAI, model: str = BASE) -> str:
    """The text of a chat."""
    completion = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "cat"}]
    )
    return str(completion.choices[0].message.content)


def test_models_are_listed_read_and_deleted(client: OpenAI, adapter_id: str) -> None:
    """The base and the adapters; a deleted one is gone."""
    assert [model.id for model in client.models.list()] == [BASE, adapter_id]
    assert client.models.retrieve(adapter_id).object == "model"
    assert client.models.delete(adapter_id).deleted
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve(adapter_id)
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


def test_chats_and_streams_agree(client: OpenAI, adapter_id: str) -> None:
    """Also in what they took."""
    whole = client.chat.completions.create(
        model=adapter_id, messages=[{"role": "user", "content": "cat"}]
    )
    stream = client.chat.completions.create(
        model=adapter_id,
        messages=[{"role": "user", "content": "cat"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    *chunks, last = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks)
    assert text == whole.choices[0].message.content
    assert last.usage is not None
    assert whole.usage is not None
    assert last.usage.total_tokens == whole.usage.total_tokens


def test_completions_and_likelihoods_are_understood(client: OpenAI) -> None:
    """The older form, and a chat with what might have stood there."""
    completion = client.completions.create(
        model=BASE, prompt="one two", max_tokens=3, logprobs=2
    )
    assert completion.choices[0].logprobs is not None
    chat = client.chat.completions.create(
        model=BASE,
        messages=[{"role": "user", "content": "cat"}],
        logprobs=True,
        top_logprobs=2,
        max_completion_tokens=2,
    )
    told = chat.choices[0].logprobs
    assert told is not None
    assert told.content is not None
    assert len(told.content[0].top_logprobs) == 2


def test_files_become_models_by_fine_tuning_jobs(client: OpenAI) -> None:
    """The whole of OpenAI's way: send a file, create a job, chat with what it made."""
    turns = [("system", "sort"), ("user", "b a"), ("assistant", "a b")]
    row = {"messages": [{"role": role, "content": text} for role, text in turns]}
    file = client.files.create(
        file=("train.jsonl", json.dumps(row).encode()), purpose="fine-tune"
    )
    assert client.files.wait_for_processing(file.id).status == "processed"
    assert [one.id for one in client.files.list()] == [file.id]
    assert json.loads(client.files.content(file.id).read()) == row
    job = client.fine_tuning.jobs.create(
        model=BASE,
        training_file=file.id,
        method={
            "type": "supervised",
            "supervised": {"hyperparameters": {"n_epochs": 1}},
        },
    )
    deadline = time.monotonic() + 60
    while job.status not in ("succeeded", "failed") and time.monotonic() < deadline:
        job = client.fine_tuning.jobs.retrieve(job.id)
    assert job.fine_tuned_model is not None
    assert ask(client, job.fine_tuned_model)
    assert [one.id for one in client.fine_tuning.jobs.list()] == [job.id]
    events = list(client.fine_tuning.jobs.list_events(job.id))
    assert job.fine_tuned_model in events[0].message
    assert client.fine_tuning.jobs.cancel(job.id).status == "succeeded"
    assert client.files.delete(file.id).deleted


def test_the_asynchronous_client_asks_for_several_at_once(
    address: str, adapter_id: str, client: OpenAI
) -> None:
    """Each gets its own model's answer."""
    alone = [ask(client), ask(client, adapter_id)]

    async def together() -> list[str]:
        async with AsyncOpenAI(base_url=f"{address}/v1", api_key=KEY) as several:
            completions = await asyncio.gather(
                *(
                    several.chat.completions.create(
                        model=model, messages=[{"role": "user", "content": "cat"}]
                    )
                    for model in (BASE, adapter_id)
                )
            )
        return [str(c.choices[0].message.content) for c in completions]

    assert asyncio.run(together()) == alone


def test_errors_are_those_of_the_client(client: OpenAI, address: str) -> None:
    """By class, so that programs can tell them apart."""
    with pytest.raises(openai.NotFoundError):
        ask(client, "gpt-4")
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=BASE, messages=[])
    assert caught.value.param == "messages"
    stranger = OpenAI(base_url=f"{address}/v1", api_key="wrong", max_retries=0)
    with stranger, pytest.raises(openai.AuthenticationError):
        ask(stranger)


def test_an_overloaded_service_says_so(
    client: OpenAI, base: BaseModel, hold: Callable[..., Any]
) -> None:
    """As the error that clients wait and try again on."""
    held = hold(base.model.model.embed_tokens)
    with ThreadPoolExecutor(30) as pool:
        asked = [pool.submit(ask, client) for _ in range(30)]
        assert held.is_reached.wait(30)
        refused = next(
            error for one in as_completed(asked) if (error := one.exception())
        )
        held.gate.set()
        assert isinstance(refused, openai.RateLimitError)
        assert refused.response.headers["Retry-After"] == "1"


def test_a_client_that_leaves_makes_room(client: OpenAI, services: Services) -> None:
    """Within a second its request is no longer worked at, streamed or not."""
    endless = {"max_tokens": 110, "temperature": 1.0, "seed": 3}
    stream = client.chat.completions.create(
        model=BASE,
        messages=[{"role": "user", "content": "cat"}],
        stream=True,
        **endless,  # type: ignore[call-overload] # values of several types
    )
    next(iter(stream))
    stream.close()
    wait_until_idle(services)
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.001).chat.completions.create(
            model=BASE, messages=[{"role": "user", "content": "cat"}]
        )
    wait_until_idle(services)


def wait_until_idle(services: Services) -> None:
    """Fails where a request is still there after a second."""
    deadline = time.monotonic() + 1.0
    while services.engine.num_running or services.engine.num_waiting:
        assert time.monotonic() < deadline
        time.sleep(0.01)
