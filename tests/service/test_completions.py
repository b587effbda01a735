"""/v1/completions: how texts go on, in OpenAI's shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from genadapter.base_model import BaseModel

BASE = "tests/tiny-llama"


def complete(client: TestClient, **fields: object) -> Any:  # Any: reply
    """One completion."""
    body = {"model": BASE, "prompt": "one two", "max_tokens": 4, **fields}
    return client.post("/v1/completions", json=body)


def test_a_text_goes_on_as_the_model_would(client: TestClient, base: BaseModel) -> None:
    """No template is put around it."""
    body = complete(client).json()
    assert body["object"] == "text_completion"
    assert body["id"].startswith("cmpl-")
    (ids,) = base.generate_ids([base.text_ids("one two")], max_new_tokens=4)
    (choice,) = body["choices"]
    assert choice["text"] == base.tokenizer.decode(ids, skip_special_tokens=True)
    assert body["usage"]["prompt_tokens"] == len(base.text_ids("one two"))


def test_prompts_are_answered_in_their_order(client: TestClient) -> None:
    """`n` answers to each, a prompt counted once."""
    prompts = ["one two", "red"]
    alone = [complete(client, prompt=p).json() for p in prompts]
    body = complete(client, prompt=prompts, n=2).json()
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2, 3]
    texts = [choice["text"] for choice in body["choices"]]
    expected = [a["choices"][0]["text"] for a in alone]
    assert texts == [expected[0]] * 2 + [expected[1]] * 2
    counted = sum(a["usage"]["prompt_tokens"] for a in alone)
    assert body["usage"]["prompt_tokens"] == counted


def test_a_stream_holds_the_same_text(client: TestClient) -> None:
    """In parts, then how it ended, then what it took."""
    plain = complete(client, logprobs=2).json()
    reply = complete(
        client, logprobs=2, stream=True, stream_options={"include_usage": True}
    )
    *events, done, _ = reply.text.split("\n\n")
    assert done == "data: [DONE]"
    *parts, usage = [json.loads(event.removeprefix("data: ")) for event in events]
    choices = [part["choices"][0] for part in parts]
    assert "".join(c["text"] for c in choices) == plain["choices"][0]["text"]
    assert choices[-1]["finish_reason"] == plain["choices"][0]["finish_reason"]
    assert usage["usage"] == plain["usage"]
    told = [t for c in choices if c["logprobs"] for t in c["logprobs"]["tokens"]]
    assert told == plain["choices"][0]["logprobs"]["tokens"]


def test_likelihoods_come_with_their_places(client: TestClient) -> None:
    """Each token where it begins in the text."""
    (choice,) = complete(client, logprobs=2).json()["choices"]
    found = choice["logprobs"]
    assert found["text_offset"][0] == 0
    assert len(found["tokens"]) == len(found["token_logprobs"])
    assert all(len(rivals) <= 2 for rivals in found["top_logprobs"])


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": ""},
        {"prompt": []},
        {"prompt": ["x"] * 17},
        {"echo": True},
        {"best_of": 2},
        {"suffix": "x"},
        {"logprobs": 6},
        {"messages": []},
    ],
)
def test_what_cannot_be_honoured_is_refused(
    client: TestClient, fields: dict[str, object]
) -> None:
    """Nothing is dropped in silence."""
    reply = complete(client, **fields)
    assert reply.status_code == 400
    assert reply.json()["error"]["type"] == "invalid_request_error"
