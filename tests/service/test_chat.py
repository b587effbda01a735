"""/v1/chat/completions: OpenAI's shape, the named adapter, no silent omissions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from genadapter.adapter import Adapter, save_adapter
from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.condition import Condition
from genadapter.lora import LoraWeights
from genadapter.packages import sha256_of
from genadapter.pipeline import Pipeline
from service.access import LOCAL
from service.app import Services, create_app, join_services
from service.conversation import Answer, Piece, Request
from service.errors import EngineTimeoutError
from service.holdings import Holding
from service.registry import Registry
from service.settings import Settings
from service.store import AdapterStore

Create = Callable[[str], str]
BASE = "tests/tiny-llama"
USER = [{"role": "user", "content": "name the colour"}]


def chat(client: TestClient, model: str = BASE, **fields: object) -> Any:  # Any: reply
    """One chat completion."""
    body = {"model": model, "messages": USER, **fields}
    return client.post("/v1/chat/completions", json=body)


def text_of(reply: Any) -> str:  # Any: reply
    """The text of a good reply."""
    assert reply.status_code == 200, reply.text
    return str(reply.json()["choices"][0]["message"]["content"])


@pytest.fixture
def strong(
    adapter: Adapter,
    random_weights: Callable[..., LoraWeights],
    store: AdapterStore,
    registry: Registry,
) -> Adapter:
    """A stored adapter that changes the answer for sure."""
    weights = random_weights(seed=7, spec=adapter.spec)
    strong = replace(adapter, weights=weights)
    registry.add(store.put(strong), LOCAL, Holding())
    return strong


def test_the_reply_has_openais_shape(client: TestClient) -> None:
    """Every key that OpenAI's schema requires, and a sum that adds up."""
    body = chat(client, max_tokens=4).json()
    assert body["id"].startswith("chatcmpl-")
    assert body["object"] == "chat.completion"
    assert body["model"] == BASE
    assert body["system_fingerprint"].endswith("-base")
    (choice,) = body["choices"]
    assert choice["index"] == 0
    assert choice["logprobs"] is None
    assert choice["finish_reason"] in ("stop", "length")
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["refusal"] is None
    usage = body["usage"]
    assert usage["completion_tokens"] <= 4
    total = usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["total_tokens"] == total


def test_base_and_adapter_answer_as_the_library_does(
    client: TestClient, strong: Adapter, base: BaseModel
) -> None:
    """The model field alone decides whose answer it is, and the two differ."""
    served = [text_of(chat(client, model)) for model in (BASE, strong.id)]
    slots = AdapterSlots(base.model, strong.spec)
    rows = stack_rows(strong.spec, [None, strong.weights])
    prompts = [base.prompt_ids(USER[0]["content"])] * 2
    expected = base.generate(prompts, max_new_tokens=8, slots=slots, adapters=rows)
    slots.detach()
    assert served == expected
    assert served[0] != served[1]


def test_other_engines_spellings_of_an_adapter_are_understood(
    client: TestClient, strong: Adapter
) -> None:
    """`base:id` and `base::id` are the adapter; the reply repeats what was asked."""
    plain = text_of(chat(client, strong.id))
    for model in (f"{BASE}:{strong.id}", f"{BASE}::{strong.id}"):
        reply = chat(client, model)
        assert text_of(reply) == plain
        assert reply.json()["model"] == model
        assert strong.id[5:13] in reply.json()["system_fingerprint"]


@pytest.mark.parametrize(
    "model", ["gpt-4", "lora-" + "0" * 32, "../x", f"{BASE}:x", ""]
)
def test_an_unknown_model_is_a_404_and_never_the_base(
    client: TestClient, model: str
) -> None:
    """The error names the field, as OpenAI's clients expect."""
    reply = chat(client, model)
    assert reply.status_code == 404
    error = reply.json()["error"]
    assert (error["code"], error["param"]) == ("model_not_found", "model")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"temperature": 2.1}, "temperature"),
        ({"top_p": 0}, "top_p"),
        ({"n": 9}, "n"),
        ({"presence_penalty": 3}, "presence_penalty"),
        ({"frequency_penalty": -3}, "frequency_penalty"),
        ({"top_logprobs": 2}, None),
        ({"stream_options": {"include_usage": True}}, None),
        ({"scale": -1}, "scale"),
        ({"tools": []}, "tools"),
        ({"audio": {}}, "audio"),
        ({"response_format": {"type": "json_object"}}, "response_format.type"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 10**9}, "max_tokens"),
        ({"stop": ["a"] * 5}, None),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "user"}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, None),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name(
    client: TestClient, fields: dict[str, object], param: str | None
) -> None:
    """400 with the field at fault; nothing is dropped in silence."""
    reply = chat(client, **fields)
    assert reply.status_code == 400
    error = reply.json()["error"]
    if param is not None:
        assert error["param"] == param
        assert error["message"]
    assert error["type"] == "invalid_request_error"


def test_refusals_say_what_is_allowed(client: TestClient) -> None:
    """The message names the value that can be had."""
    error = chat(client, temperature=3).json()["error"]
    assert error["message"] == ("temperature: Input should be less than or equal to 2")
    error = chat(client, tools=[]).json()["error"]
    assert error["code"] == "unsupported_parameter"
    assert error["message"] == "tools is not supported: leave it out"


def test_values_that_change_nothing_are_taken(client: TestClient) -> None:
    """What clients send by habit does not stand in their way."""
    plain = text_of(chat(client))
    habits: dict[str, object] = {
        "temperature": 0,
        "top_p": 1,
        "n": 1,
        "stream": False,
        "seed": 5,
        "presence_penalty": 0,
        "frequency_penalty": 0.0,
        "logprobs": False,
        "store": False,
        "service_tier": "auto",
        "response_format": {"type": "text"},
        "user": "me",
        "metadata": {"run": "1"},
        "stop": None,
        "max_tokens": None,
    }
    assert text_of(chat(client, **habits)) == plain


def events_of(reply: Any) -> list[dict[str, Any]]:  # Any: reply, plain JSON
    """The events of a stream, whose grammar is checked on the way."""
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.headers["x-accel-buffering"] == "no"
    *events, done, rest = reply.text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    assert all(event.startswith("data: ") for event in events)
    return [json.loads(event.removeprefix("data: ")) for event in events]


def test_a_stream_holds_the_same_answer(client: TestClient, strong: Adapter) -> None:
    """One id and time throughout, the role first, the reason last, then what it took."""
    plain = chat(client, strong.id).json()
    options = {"include_usage": True}
    events = events_of(chat(client, strong.id, stream=True, stream_options=options))
    assert len({(e["id"], e["created"], e["model"]) for e in events}) == 1
    assert {event["object"] for event in events} == {"chat.completion.chunk"}
    *parts, usage = events
    deltas = [part["choices"][0]["delta"] for part in parts]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert deltas[-1] == {}
    text = "".join(delta["content"] for delta in deltas[:-1])
    assert text == plain["choices"][0]["message"]["content"]
    reasons = [part["choices"][0]["finish_reason"] for part in parts]
    assert set(reasons[:-1]) == {None}
    assert reasons[-1] == plain["choices"][0]["finish_reason"]
    assert (usage["choices"], usage["usage"]) == ([], plain["usage"])


def test_a_stream_without_the_option_tells_no_usage(client: TestClient) -> None:
    """As OpenAI's clients expect."""
    events = events_of(chat(client, stream=True))
    assert all(event["usage"] is None for event in events)
    assert events[-1]["choices"][0]["finish_reason"]


def test_what_fails_before_the_first_event_is_an_error_as_any_other(
    client: TestClient,
) -> None:
    """The status says so, not an event behind a 200."""
    messages = [{"role": "user", "content": "cat " * 500}]
    reply = chat(client, messages=messages, stream=True)
    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "context_length_exceeded"


def test_what_fails_in_mid_stream_is_an_event(
    client: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream then ends without `[DONE]`."""

    async def broken(_: object) -> AsyncGenerator[Piece]:
        yield Piece(text="half")
        raise EngineTimeoutError("no answer within 1 seconds: try again later")

    monkeypatch.setattr(services.engine, "stream", broken)
    reply = chat(client, stream=True)
    *_, error, rest = reply.text.split("\n\n")
    assert rest == ""
    assert json.loads(error.removeprefix("data: "))["error"]["code"] == "timeout"
    assert "[DONE]" not in reply.text


def test_a_silent_stream_says_that_it_is_alive(
    client: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proxies close what is silent for long."""
    stream = services.engine.stream

    async def slow(request: Request) -> AsyncGenerator[Piece | Answer]:
        async for item in stream(request):
            yield item
            await asyncio.sleep(0.05)

    monkeypatch.setattr(services.engine, "stream", slow)
    monkeypatch.setattr("service.answering.KEEP_ALIVE_SECONDS", 0.01)
    assert ": ping\n\n" in chat(client, stream=True).text


def test_several_answers_are_drawn_apart(client: TestClient) -> None:
    """`n` answers, streamed or not; with a seed the same ones again."""
    drawn: dict[str, object] = {"n": 3, "temperature": 1.5, "seed": 7}
    choices = chat(client, **drawn).json()["choices"]
    assert [choice["index"] for choice in choices] == [0, 1, 2]
    texts = [choice["message"]["content"] for choice in choices]
    assert len(set(texts)) > 1
    streamed = ["", "", ""]
    for event in events_of(chat(client, stream=True, **drawn)):
        (choice,) = event["choices"]
        streamed[choice["index"]] += choice["delta"].get("content", "")
    assert streamed == texts


def test_likelihoods_are_told(client: TestClient) -> None:
    """Of each token its own and its rivals', the likeliest first; streamed alike."""
    fields: dict[str, object] = {
        "logprobs": True,
        "top_logprobs": 3,
        "max_tokens": 4,
    }
    (choice,) = chat(client, **fields).json()["choices"]
    tokens = choice["logprobs"]["content"]
    assert 0 < len(tokens) <= 4
    for token in tokens:
        rivals = [rival["logprob"] for rival in token["top_logprobs"]]
        assert len(rivals) == 3
        assert rivals == sorted(rivals, reverse=True)
        assert token["logprob"] == rivals[0] <= 0
        assert bytes(token["bytes"]).decode() == token["token"]
    streamed = [
        token
        for event in events_of(chat(client, stream=True, **fields))
        if event["choices"][0]["logprobs"]
        for token in event["choices"][0]["logprobs"]["content"]
    ]
    assert [t["token"] for t in streamed] == [t["token"] for t in tokens]


def test_penalties_keep_an_answer_from_repeating_itself(client: TestClient) -> None:
    """The same conversation has another answer."""
    plain = text_of(chat(client, max_tokens=40))
    assert text_of(chat(client, max_tokens=40, frequency_penalty=2)) != plain


@pytest.mark.parametrize("factor", ["a", "b"])
def test_an_adapter_that_changes_nothing_is_never_served_silently(
    client: TestClient,
    strong: Adapter,
    store: AdapterStore,
    registry: Registry,
    factor: str,
) -> None:
    """The base's answer does not pass for its own."""
    zero = {name: 0 * t for name, t in getattr(strong.weights, factor).items()}
    weights = replace(strong.weights, **{factor: zero})
    idle = replace(strong, id="lora-" + "0" * 32, weights=weights)
    registry.add(store.put(idle), LOCAL, Holding())
    reply = chat(client, idle.id)
    assert reply.status_code == 422
    assert reply.json()["error"]["code"] == "no_effect"
    assert chat(client, strong.id).status_code == 200


def test_the_scale_of_an_adapter_can_be_chosen(
    client: TestClient, strong: Adapter
) -> None:
    """0 is the base."""
    assert text_of(chat(client, strong.id, scale=0)) == text_of(chat(client))


def test_max_completion_tokens_wins_over_its_old_name(client: TestClient) -> None:
    """Both names are understood."""
    fields = {"max_tokens": 5, "max_completion_tokens": 2}
    assert chat(client, **fields).json()["usage"]["completion_tokens"] <= 2
    assert chat(client, max_tokens=1).json()["usage"]["completion_tokens"] == 1


def test_one_stop_text_may_stand_without_a_list(client: TestClient) -> None:
    """A string and a list of it mean the same."""
    word = text_of(chat(client)).split()[-1]
    one, listed = chat(client, stop=word), chat(client, stop=[word])
    assert text_of(one) == text_of(listed)
    assert one.json()["choices"][0]["finish_reason"] == "stop"
    assert word not in text_of(one)


def test_text_parts_are_one_text(client: TestClient) -> None:
    """Content as a list of texts is the same as their join."""
    parts = [
        {"type": "text", "text": "name "},
        {"type": "text", "text": "the colour"},
    ]
    reply = chat(client, messages=[{"role": "user", "content": parts}])
    assert text_of(reply) == text_of(chat(client))


def test_a_conversation_of_several_turns_is_taken(client: TestClient) -> None:
    """System and assistant turns count as prompt; a reply can be sent back whole."""
    reply = chat(client).json()
    longer = [
        {"role": "system", "content": "answer with one word"},
        *USER,
        reply["choices"][0]["message"],
        *USER,
    ]
    again = chat(client, messages=longer).json()
    assert again["usage"]["prompt_tokens"] > reply["usage"]["prompt_tokens"]


def test_a_conversation_that_is_too_long_is_refused(client: TestClient) -> None:
    """The code is OpenAI's own."""
    messages = [{"role": "user", "content": "cat " * 500}]
    reply = chat(client, messages=messages)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert (error["code"], error["param"]) == ("context_length_exceeded", "messages")


def test_concurrent_chats_each_get_their_own_model(
    client: TestClient, strong: Adapter, create: Create
) -> None:
    """Requests for the base and two adapters at once are never mixed up."""
    models = [BASE, strong.id, create("capital")]
    alone = {model: text_of(chat(client, model)) for model in models}
    with ThreadPoolExecutor(12) as pool:
        asked = models * 8
        texts = list(pool.map(lambda model: text_of(chat(client, model)), asked))
    assert texts == [alone[model] for model in asked]


def test_deleting_an_adapter_does_not_break_an_answer_in_flight(
    client: TestClient, strong: Adapter, base: BaseModel, hold: Callable[..., Any]
) -> None:
    """A request holds its weights: it ends as it began, and the next one is a 404."""
    expected = text_of(chat(client, strong.id))
    held = hold(base.model.model.embed_tokens)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(chat, client, strong.id)
        assert held.is_reached.wait(30)
        assert client.delete(f"/v1/adapters/{strong.id}").status_code == 200
        held.gate.set()
        assert text_of(answer.result(30)) == expected
    assert chat(client, strong.id).status_code == 404


def test_a_full_engine_answers_429_with_retry_after(
    pipeline: Pipeline, base: BaseModel, settings: Settings, hold: Callable[..., Any]
) -> None:
    """The client is told when to come back; what waits is served."""
    narrow = settings.model_copy(
        update={"max_waiting_requests": 1, "max_batch_size": 1}
    )
    held = hold(base.model.model.embed_tokens)
    with (
        TestClient(create_app(join_services(pipeline, base, narrow))) as client,
        ThreadPoolExecutor(4) as pool,
    ):
        first = pool.submit(chat, client)
        assert held.is_reached.wait(30)

        def ask() -> int:
            reply = chat(client)
            if reply.status_code == 429:
                assert reply.headers["Retry-After"] == "1"
                assert reply.json()["error"]["type"] == "rate_limit_error"
                held.gate.set()
            return int(reply.status_code)

        others = [pool.submit(ask) for _ in range(2)]
        statuses = sorted(other.result(30) for other in others)
        assert first.result(30).status_code == 200
    assert statuses == [200, 429]


def test_an_adapter_is_made_while_others_chat(
    client: TestClient, strong: Adapter, pipeline: Pipeline, tmp_path: Path
) -> None:
    """The generator reads with the model that answers; neither changes the other."""
    told = [f"give colour number {number}" for number in range(4)]
    alone = text_of(chat(client, strong.id, max_tokens=24))

    def create(description: str) -> str:
        reply = client.post("/v1/adapters", json={"description": description})
        assert reply.status_code == 201
        return str(reply.json()["id"])

    with ThreadPoolExecutor(8) as pool:
        chats = [pool.submit(chat, client, strong.id, max_tokens=24) for _ in range(4)]
        made = [pool.submit(create, description) for description in told]
        assert [text_of(one.result()) for one in chats] == [alone] * 4
        ids = [one.result() for one in made]
    for adapter_id, description in zip(ids, told, strict=True):
        stored = client.get(f"/v1/adapters/{adapter_id}").json()
        again = pipeline.generate([Condition(description=description)])[0]
        folder = tmp_path / adapter_id
        save_adapter(again, folder)
        assert stored["sha256"] == sha256_of(folder / "adapter_model.safetensors")
