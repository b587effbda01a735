"""/v1/fine_tuning/jobs: adapters for training files, in the shapes of OpenAI's clients."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from genadapter.adapter import Adapter
from genadapter.pipeline import Pipeline
from service.app import Services, create_app
from service.jobs import MAX_SECONDS

BASE = "tests/tiny-llama"
Body = dict[str, Any]
Submit = Callable[..., Body]


def rows(*pairs: tuple[str, str], system: str | None = "give the plural") -> bytes:
    """A training file."""
    head = [] if system is None else [{"role": "system", "content": system}]
    lines = [
        [*head, {"role": "user", "content": a}, {"role": "assistant", "content": b}]
        for a, b in pairs
    ]
    return "\n".join(json.dumps({"messages": turns}) for turns in lines).encode()


def send(client: TestClient, content: bytes) -> str:
    """Sends a training file."""
    reply = client.post(
        "/v1/files",
        files={"file": ("train.jsonl", content)},
        data={"purpose": "fine-tune"},
    )
    identifier: str = reply.json()["id"]
    return identifier


def ended(client: TestClient, job: Body) -> Body:
    """A job once it is over."""
    deadline = time.monotonic() + 60
    while job["status"] in ("queued", "running"):
        assert time.monotonic() < deadline
        job = client.get(f"/v1/fine_tuning/jobs/{job['id']}").json()
    return job


@pytest.fixture
def submit(client: TestClient) -> Submit:
    """Asks for a job on two examples."""

    def submit(**changes: object) -> Body:
        file = send(client, rows(("cat", "cats"), ("ox", "oxen")))
        hyperparameters = {"n_epochs": 1}
        body = {"model": BASE, "training_file": file, **changes}
        body.setdefault("hyperparameters", hyperparameters)
        reply = client.post("/v1/fine_tuning/jobs", json=body)
        assert reply.status_code == 200, reply.text
        job: Body = reply.json()
        return job

    return submit


@pytest.fixture
def held(services: Services, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Holds every adapter back until it is set."""
    gate = threading.Event()
    original = Pipeline.generate

    def generate(*args: Any, **kwargs: Any) -> list[Adapter]:
        assert gate.wait(60)
        return original(*args, **kwargs)

    monkeypatch.setattr(Pipeline, "generate", generate)
    return gate


def test_a_training_file_becomes_an_adapter(client: TestClient, submit: Submit) -> None:
    """The job ends with a model that a chat can name, and tells what happened."""
    job = submit(suffix="plurals", seed=3, metadata={"team": "a"})
    assert job["object"] == "fine_tuning.job"
    assert (job["model"], job["suffix"], job["seed"]) == (BASE, "plurals", 3)
    assert job["hyperparameters"]["n_epochs"] == 1
    done = ended(client, job)
    assert (done["status"], done["error"]) == ("succeeded", None)
    assert done["finished_at"] >= done["created_at"]
    adapter = client.get(f"/v1/adapters/{done['fine_tuned_model']}").json()
    assert adapter["source"]["type"] == "description+examples"
    assert (adapter["seed"], adapter["metadata"]) == (3, {"team": "a"})
    chat = {
        "model": done["fine_tuned_model"],
        "messages": [{"role": "user", "content": "dog"}],
    }
    assert client.post("/v1/chat/completions", json=chat).status_code == 200
    events = client.get(f"/v1/fine_tuning/jobs/{job['id']}/events").json()
    told = [event["message"] for event in events["data"]]
    assert told[0] == f"The adapter is ready: {done['fine_tuned_model']}."
    assert told[-1] == "The job was created."


def test_jobs_and_events_are_listed_by_pages(
    client: TestClient, submit: Submit
) -> None:
    """The latest first."""
    ids = [ended(client, submit(seed=seed))["id"] for seed in range(3)]
    page = client.get("/v1/fine_tuning/jobs?limit=2").json()
    assert [job["id"] for job in page["data"]] == ids[:0:-1]
    assert page["has_more"]
    rest = client.get(f"/v1/fine_tuning/jobs?after={ids[1]}").json()
    assert [job["id"] for job in rest["data"]] == ids[:1]
    path = f"/v1/fine_tuning/jobs/{ids[0]}/events"
    whole = client.get(path).json()["data"]
    first = client.get(path, params={"limit": 1}).json()
    assert (first["data"], first["has_more"]) == (whole[:1], True)
    after = client.get(path, params={"after": whole[0]["id"]}).json()
    assert (after["data"], after["has_more"]) == (whole[1:], False)


def test_a_job_that_waits_can_be_cancelled(
    client: TestClient, submit: Submit, held: threading.Event
) -> None:
    """It never begins; one that is written loses what came of it."""
    running, waiting = submit(seed=1), submit(seed=2)
    for job in (waiting, running):
        path = f"/v1/fine_tuning/jobs/{job['id']}/cancel"
        assert client.post(path).json()["status"] == "cancelled"
    held.set()
    third = ended(client, submit(seed=3))
    assert third["status"] == "succeeded"
    adapters = client.get("/v1/adapters").json()["data"]
    assert [adapter["id"] for adapter in adapters] == [third["fine_tuned_model"]]
    for job in (running, waiting, third):
        path = f"/v1/fine_tuning/jobs/{job['id']}"
        again = client.post(f"{path}/cancel").json()
        assert again == client.get(path).json()


def test_a_job_that_was_interrupted_says_so(
    services: Services, monkeypatch: pytest.MonkeyPatch, held: threading.Event
) -> None:
    """After a while a job that nobody works on any more has failed."""
    with TestClient(create_app(services)) as client:
        file = send(client, rows(("cat", "cats")))
        body = {"model": BASE, "training_file": file}
        job = client.post("/v1/fine_tuning/jobs", json=body).json()
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + MAX_SECONDS + 2)
        told = client.get(f"/v1/fine_tuning/jobs/{job['id']}").json()
        assert (told["status"], told["error"]["code"]) == ("failed", "interrupted")
        held.set()


def test_what_fails_in_a_job_is_told_by_it(client: TestClient, submit: Submit) -> None:
    """With the code and the message that the request itself would have had."""
    file = send(client, rows(("cat", "a " * 1900)))
    job = ended(client, submit(training_file=file))
    assert job["status"] == "failed"
    assert job["error"]["code"] == "invalid_body"
    assert "tokens" in job["error"]["message"]
    assert job["fine_tuned_model"] is None


def test_a_file_with_too_many_conversations_is_warned_of(
    client: TestClient, submit: Submit
) -> None:
    """The events say how many are not read."""
    file = send(client, rows(*((f"w {n}", "x") for n in range(70))))
    job = submit(training_file=file)
    events = client.get(f"/v1/fine_tuning/jobs/{job['id']}/events").json()["data"]
    assert "The last 6 conversations are not read." in [
        event["message"] for event in events if event["level"] == "warn"
    ]
    ended(client, job)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"model": "gpt-9"}, 404, "model_not_found"),
        ({"training_file": "file-x"}, 404, "file_not_found"),
        ({"method": {"type": "dpo"}}, 400, "invalid_body"),
        ({"hyperparameters": {"n_epochs": 0}}, 400, "invalid_body"),
        ({"validation_file": "file-x"}, 400, "unsupported_parameter"),
        ({"suffix": "x" * 65}, 400, "suffix_too_long"),
    ],
)
def test_bad_requests_are_refused_at_once(
    client: TestClient, changes: Body, status: int, code: str
) -> None:
    """No job is made of them."""
    file = send(client, rows(("cat", "cats")))
    body = {"model": BASE, "training_file": file, **changes}
    reply = client.post("/v1/fine_tuning/jobs", json=body)
    assert reply.status_code == status, reply.text
    assert reply.json()["error"]["code"] == code
    assert client.get("/v1/fine_tuning/jobs").json()["data"] == []


def test_a_file_that_cannot_be_learned_from_is_refused_at_once(
    client: TestClient,
) -> None:
    """400 with the line at fault."""
    file = send(client, b"not JSON")
    body = {"model": BASE, "training_file": file}
    reply = client.post("/v1/fine_tuning/jobs", json=body)
    error = reply.json()["error"]
    assert (reply.status_code, error["param"]) == (400, "training_file")
    assert "line 1 is none" in error["message"]
    assert client.get("/v1/fine_tuning/jobs/ftjob-x").status_code == 404
