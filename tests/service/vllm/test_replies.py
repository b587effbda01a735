"""What a real vLLM replied, held against the client and against the fake."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from genadapter.base_model import BaseModel
from service.conversation import Answer, Request
from service.errors import VllmError
from service.sampling import Sampling
from service.vllm.answer import VllmAnswer
from service.vllm.client import VllmServer

REPLIES = Path(__file__).parent / "replies.json"
Replies = dict[str, Any]  # Any: plain JSON


@pytest.fixture(scope="module")
def replies() -> Replies:
    """What was recorded, by name."""
    if not REPLIES.exists():
        pytest.skip("nothing recorded: run service/vllm_plugin/try_real.py")
    found: Replies = json.loads(REPLIES.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def replay(replies: Replies) -> Callable[[str], VllmServer]:
    """A server that gives one recorded reply to every call."""

    def make(name: str) -> VllmServer:
        told = replies[name]
        events = told.get("events", [])
        lines = [e if isinstance(e, str) else json.dumps(e) for e in events]
        text = "".join(f"data: {line}\n\n" for line in lines)
        if "reply" in told:
            body = told["reply"]
            text = body if isinstance(body, str) else json.dumps(body)

        def reply(_: httpx.Request) -> httpx.Response:
            return httpx.Response(told["status"], text=text)

        return VllmServer("http://vllm", transport=httpx.MockTransport(reply))

    return make


Replay = Callable[[str], VllmServer]


def test_models_are_read(replay: Replay) -> None:
    """The base has no parent, and an adapter has the base."""
    (base,) = asyncio.run(replay("models before").models())
    assert (base.id, base.parent) == ("BASE", None)
    _, *adapters = asyncio.run(replay("models after").models())
    assert [card.parent for card in adapters] == ["BASE"] * 2


def test_a_load_is_read(replay: Replay) -> None:
    """Success is one, and a second one is told apart from other refusals."""
    asyncio.run(replay("loaded").load("x", path="y"))
    with pytest.raises(VllmError, match="already been loaded") as caught:
        asyncio.run(replay("already loaded").load("x", path="y"))
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("wrong key", 401, "Unauthorized"),
        ("no such folder", 404, "No adapter found for STORE/lost"),
        ("unknown model", 404, "does not exist"),
        ("too long", 400, "maximum context length"),
    ],
)
def test_refusals_are_read(replay: Replay, name: str, status: int, said: str) -> None:
    """By their status, and by the words that decide what is told to clients."""
    with pytest.raises(VllmError, match=said) as caught:
        asyncio.run(replay(name).complete({}))
    assert (caught.value.status, caught.value.may_pass) == (status, False)


def test_both_ways_change_the_answer(replies: Replies) -> None:
    """An adapter that was pushed and one that was pulled are no-ops no more."""
    told = {
        json.dumps(replies[name]["reply"]["choices"][0]["logprobs"])
        for name in ("base", "pushed", "pulled")
    }
    assert len(told) == 3


@pytest.mark.parametrize("name", ["stream", "stream to the end", "stream to a stop"])
def test_streams_are_read(replay: Replay, base: BaseModel, name: str) -> None:
    """Every token with its likelihood; what ends an answer is no part of it."""

    class Words:
        """Stands for the tokenizer of the base that was served."""

        def decode(self, ids: list[int], **_: object) -> str:
            """A word a token."""
            return "".join(f"<{token}>" for token in ids)

    async def run() -> tuple[Answer, int, str | None]:
        request = Request(prompt="The answer is", sampling=Sampling(num_likely=2))
        answer, num_tokens, stop = VllmAnswer(request, Words(), 3), 0, None
        async for event in replay(name).stream({}):
            for choice in event["choices"]:
                num_tokens += len(choice["token_ids"])
                stop = choice.get("stop_reason", stop)
            answer.add(event)
        return answer.whole(), num_tokens, stop

    answer, num_tokens, stop = asyncio.run(run())
    has_end = answer.finish_reason == "stop" and not isinstance(stop, str)
    assert answer.num_new_tokens == num_tokens
    assert len(answer.tokens) == num_tokens - has_end
    assert all(len(likely.rivals) == 2 for likely in answer.tokens)


def test_the_fake_refuses_in_the_same_words(
    replies: Replies, new_vllm: Callable[..., Any], base: BaseModel
) -> None:
    """What other tests rely on is what vLLM does."""
    fake = new_vllm(base_id="BASE", key="secret")
    fake.paths = {"STORE/x"}

    async def run() -> dict[str, tuple[int, Any]]:
        calls = {
            "loaded": ("/v1/load_lora_adapter", {"lora_path": "STORE/x"}),
            "already loaded": ("/v1/load_lora_adapter", {"lora_path": "STORE/x"}),
            "no such folder": ("/v1/load_lora_adapter", {"lora_path": "STORE/lost"}),
            "unknown model": ("/v1/completions", {"model": "unknown"}),
        }
        (name,) = (
            card["id"]
            for card in replies["models after"]["reply"]["data"]
            if str(card["root"]).startswith("STORE")
        )
        found = {}
        async with httpx.AsyncClient(transport=fake, base_url="http://vllm") as client:
            client.headers["Authorization"] = "Bearer secret"
            for what, (path, body) in calls.items():
                named = "lost" if what == "no such folder" else name
                reply = await client.post(path, json={"lora_name": named, **body})
                is_json = "json" in reply.headers["Content-Type"]
                found[what] = (
                    reply.status_code,
                    (reply.json()["error"]["message"] if is_json else reply.text),
                )
        return found

    for what, (status, said) in asyncio.run(run()).items():
        real = replies[what]
        message = real["reply"]
        if isinstance(message, dict):
            message = message["error"]["message"]
        assert (real["status"], message) == (status, said), what
