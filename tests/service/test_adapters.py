"""/v1/adapters: made once, found again, handed out, deleted."""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import gguf
import pytest
from fastapi.testclient import TestClient

from genadapter.adapter import Adapter, load_adapter
from genadapter.base_model import BaseModel
from genadapter.condition import Condition, Demonstration
from genadapter.errors import AdapterNotFoundError
from genadapter.lora import LoraWeights
from genadapter.options import Options
from genadapter.pipeline import Pipeline
from genadapter.refinement import Refinement
from service.access import LOCAL
from service.app import Services, create_app, join_services
from service.settings import Settings

Create = Callable[[str], str]
DESCRIPTION = "give the plural of a noun"


def test_a_description_becomes_an_adapter(
    client: TestClient, pipeline: Pipeline
) -> None:
    """201, a place to find it, and every fact that is known of it."""
    reply = client.post("/v1/adapters", json={"description": DESCRIPTION})
    assert reply.status_code == 201
    body = reply.json()
    condition = Condition(description=DESCRIPTION)
    assert body["id"] == pipeline.adapter_id(condition)
    assert reply.headers["Location"] == f"/v1/adapters/{body['id']}"
    assert body["object"] == "adapter"
    assert body["status"] == "ready"
    assert body["base_model"] == body["parent"] == "tests/tiny-llama"
    assert (body["rank"], body["alpha"]) == (18, 36.0)
    assert body["target_modules"] == [
        "down_proj",
        "k_proj",
        "o_proj",
        "q_proj",
        "v_proj",
    ]
    assert body["generator"] == {
        "name": pipeline.family,
        "sha256": pipeline.bundle.digest,
    }
    assert body["source"] == {"type": "description", "sha256": condition.digest()}
    known = body["diagnostics"]
    assert known["nearest_experts"][0].keys() == {"id", "similarity"}
    assert known["norms"].keys() == set(body["target_modules"])
    assert all(norm > 0 for norms in known["norms"].values() for norm in norms)
    assert (known["effect"], known["familiarity"]) == (None, None)
    assert client.get(body["urls"]["self"]).json() == body


def test_the_same_request_finds_the_same_adapter(client: TestClient) -> None:
    """200 the second time, with the same body; blanks do not make a difference."""
    first = client.post("/v1/adapters", json={"description": DESCRIPTION})
    again = client.post("/v1/adapters", json={"description": f"  {DESCRIPTION}\n"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"]


def test_another_seed_is_another_adapter(client: TestClient) -> None:
    """The seed is part of the recipe."""
    bodies = [{"description": DESCRIPTION, "seed": seed} for seed in (0, 1)]
    replies = [client.post("/v1/adapters", json=body) for body in bodies]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert [reply.json()["seed"] for reply in replies] == [0, 1]


def test_many_equal_requests_at_once_make_one_adapter(client: TestClient) -> None:
    """One is told it is new, the others that it is there."""

    def post(_: int) -> int:
        body = {"description": DESCRIPTION}
        return client.post("/v1/adapters", json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(post, range(16)))
    assert statuses == [200] * 15 + [201]
    assert len(client.get("/v1/adapters").json()["data"]) == 1


def test_a_request_that_is_sent_twice_is_answered_once(client: TestClient) -> None:
    """Under one key the reply is told again as it was, also where all is changed since."""
    headers = {"Idempotency-Key": "order 7"}
    body = {"description": DESCRIPTION, "name": "mine"}
    first = client.post("/v1/adapters", json=body, headers=headers)
    assert first.status_code == 201
    client.patch(f"/v1/adapters/{first.json()['id']}", json={"name": None})
    again = client.post("/v1/adapters", json=body, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Location"] == first.headers["Location"]
    other = {"description": "another task"}
    reply = client.post("/v1/adapters", json=other, headers=headers)
    assert reply.status_code == 422
    assert reply.json()["error"]["code"] == "idempotency_mismatch"


def test_a_request_that_failed_may_be_sent_again(client: TestClient) -> None:
    """Errors are not kept under a key."""
    headers = {"Idempotency-Key": "order 8"}
    client.post("/v1/adapters", json={"description": "a", "name": "x"})
    body = {"description": DESCRIPTION, "name": "x"}
    reply = client.post("/v1/adapters", json=body, headers=headers)
    assert reply.status_code == 409
    body["name"] = "y"
    reply = client.post("/v1/adapters", json=body, headers=headers)
    assert reply.json()["name"] == "y"


def test_in_the_background_an_adapter_is_a_job_first(client: TestClient) -> None:
    """202 with a job, which tells when the adapter is there."""
    body = {"description": DESCRIPTION, "background": True, "metadata": {"a": "b"}}
    reply = client.post("/v1/adapters", json=body)
    assert reply.status_code == 202
    job = reply.json()
    assert (job["object"], job["training_file"]) == ("fine_tuning.job", None)
    deadline = time.monotonic() + 60
    while job["status"] != "succeeded" and time.monotonic() < deadline:
        job = client.get(reply.headers["Location"]).json()
    found = client.get(f"/v1/adapters/{job['fine_tuned_model']}").json()
    assert found["metadata"] == {"a": "b"}


def test_a_recipe_may_stand_for_the_files(
    client: TestClient, create: Create, settings: Settings
) -> None:
    """Nothing lies on disk, and all that can be done with files can be done."""
    body = {"description": DESCRIPTION, "store": "recipe"}
    reply = client.post("/v1/adapters", json=body)
    assert (reply.status_code, reply.json()["store"]) == (201, "recipe")
    identifier = reply.json()["id"]
    assert client.post("/v1/adapters", json=body).status_code == 200
    files = client.get(f"/v1/adapters/{identifier}/files").json()["data"]
    assert client.get(f"/v1/adapters/{identifier}/download").status_code == 200
    assert list(settings.store.glob("*lora-*")) == []
    assert list(settings.store.glob(".partial-*")) == []
    made = client.get(f"/v1/adapters/{identifier}").json()
    sums = {file["name"]: file["sha256"] for file in files}
    assert sums["adapter_model.safetensors"] == made["sha256"]
    assert sum(file["bytes"] for file in files) == made["bytes"]
    # Asked for by files, it has them from then on, and the same ones.
    assert create(DESCRIPTION) == identifier
    stored = client.get(f"/v1/adapters/{identifier}").json()
    assert (stored["store"], stored["sha256"]) == ("file", made["sha256"])
    assert client.post("/v1/adapters", json=body).json()["store"] == "file"
    assert client.delete(f"/v1/adapters/{identifier}").status_code == 200


def test_a_recipe_is_made_when_it_is_first_used(
    client: TestClient, services: Services, pipeline: Pipeline
) -> None:
    """Until then nothing is told of weights; from then on all that is told of files."""
    passes = []
    handle = pipeline.bundle.generator.register_forward_hook(
        lambda *_: passes.append(1)
    )
    bodies = [{"description": text, "store": "recipe"} for text in ("sort", "noun")]
    reply = client.post("/v1/adapters:batch", json={"requests": bodies * 2})
    items = reply.json()["data"]
    assert [item["status"] for item in items] == [201, 201, 200, 200]
    registered = items[0]["adapter"]
    assert (registered["sha256"], registered["bytes"]) == (None, None)
    assert registered["diagnostics"]["norms"] == {}
    assert registered["diagnostics"]["nearest_experts"] == []
    assert client.get(registered["urls"]["self"]).json() == registered
    identifier = registered["id"]
    assert client.get(f"/v1/models/{identifier}").json()["id"] == identifier
    assert (passes, services.adapters.num_resident()) == ([], 0)
    assert not services.adapters.has_new()
    chat = {"model": identifier, "messages": [{"role": "user", "content": "cat"}]}
    assert client.post("/v1/chat/completions", json=chat).status_code == 200
    handle.remove()
    assert len(passes) == 1
    assert services.adapters.has_new()
    made = client.get(registered["urls"]["self"]).json()
    body = {"description": "sort", "dry_run": True}
    tried = client.post("/v1/adapters", json=body).json()
    for field in ("bytes", "sha256", "diagnostics", "source", "rank"):
        assert made[field] == tried[field]
    assert client.post("/v1/adapters", json=bodies[0]).json() == made


def test_of_two_who_make_a_recipe_the_first_one_decides(
    pipeline: Pipeline, base: BaseModel, settings: Settings, monkeypatch: Any
) -> None:
    """The other is refused where its weights are others, and its files are not kept."""
    body = {"description": DESCRIPTION, "store": "recipe"}
    first, other = (join_services(pipeline, base, settings) for _ in range(2))
    with TestClient(create_app(first)) as client, TestClient(create_app(other)) as late:
        here = client.post("/v1/adapters", json=body).json()["urls"]["self"]
        assert client.get(f"{here}/files").status_code == 200
        monkeypatch.setattr(Pipeline, "generate", changed_by_one(Pipeline.generate))
        reply = late.get(f"{here}/files")
        assert (reply.status_code, late.get(here).json()["store"]) == (409, "recipe")
        reply = late.post("/v1/adapters", json={"description": DESCRIPTION})
        assert reply.json()["error"]["code"] == "recipe_mismatch"
    assert not list(settings.store.glob("lora-*"))


def changed_by_one(generate: Callable[..., list[Adapter]]) -> Callable[..., Any]:
    """Generates adapters as another machine might: with other numbers."""

    def changed(self: Pipeline, *args: Any, **kwargs: Any) -> list[Adapter]:
        (made,) = generate(self, *args, **kwargs)
        name, first = next(iter(made.weights.b.items()))
        weights = LoraWeights(made.weights.a, {**made.weights.b, name: first + 1})
        return [replace(made, weights=weights)]

    return changed


def test_a_recipe_is_made_again_after_a_restart(
    pipeline: Pipeline, base: BaseModel, settings: Settings
) -> None:
    """A chat with it answers as before; its examples and refinement are kept as well."""
    body = {
        "description": DESCRIPTION,
        "examples": [{"input": "cat", "output": "red"}],
        "refine_steps": 1,
        "store": "recipe",
    }
    answers = []
    for _ in range(2):
        services = join_services(pipeline, base, settings)
        with TestClient(create_app(services)) as client:
            identifier = client.post("/v1/adapters", json=body).json()["id"]
            messages = [{"role": "user", "content": "cat"}]
            chat = {"model": identifier, "messages": messages}
            reply = client.post("/v1/chat/completions", json=chat)
            answers.append(reply.json()["choices"][0]["message"]["content"])
            assert services.adapters.num_resident() == 1
    assert answers[0] == answers[1]


def test_a_recipe_of_another_bundle_is_not_made(
    pipeline: Pipeline, base: BaseModel, settings: Settings
) -> None:
    """409 says which bundle it needs."""
    body = {"description": DESCRIPTION, "store": "recipe"}
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        identifier = client.post("/v1/adapters", json=body).json()["id"]
    other = replace(pipeline.bundle, digest="0" * 64)
    beside = Pipeline(pipeline.base_name, other, pipeline.encoder, pipeline.reader)
    with TestClient(create_app(join_services(beside, base, settings))) as client:
        assert client.get(f"/v1/adapters/{identifier}").status_code == 200
        reply = client.get(f"/v1/adapters/{identifier}/files")
        assert reply.status_code == 409
        error = reply.json()["error"]
        assert error["code"] == "bundle_missing"
        assert pipeline.bundle.digest[:16] in error["message"]


def test_a_recipe_that_makes_other_weights_is_refused(
    pipeline: Pipeline, base: BaseModel, settings: Settings, monkeypatch: Any
) -> None:
    """Never are others served under the same id, also when asked again."""
    body = {"description": DESCRIPTION, "store": "recipe"}
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        identifier = client.post("/v1/adapters", json=body).json()["id"]
        assert client.get(f"/v1/adapters/{identifier}/files").status_code == 200
    monkeypatch.setattr(Pipeline, "generate", changed_by_one(Pipeline.generate))
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        for _ in range(2):
            reply = client.get(f"/v1/adapters/{identifier}/files")
            assert reply.status_code == 409
            assert reply.json()["error"]["code"] == "recipe_mismatch"


@pytest.mark.parametrize(
    ("body", "param", "code", "words"),
    [
        ({}, "description", "invalid_body", "must say what the task"),
        ({"description": ""}, "description", "invalid_body", "must say what the task"),
        ({"description": " \n"}, "description", "invalid_body", "must say what the"),
        ({"description": 5}, "description", "invalid_body", "string"),
        (
            {"description": "x" * 8001},
            "description",
            "description_too_long",
            "at most 8000 characters, got 8001",
        ),
        ({"description": "x", "seed": -1}, "seed", "invalid_body", "greater"),
        ({"description": "x", "seed": 2**63}, "seed", "invalid_body", "less"),
        (
            {"description": "x", "epochs": 4},
            "epochs",
            "unsupported_parameter",
            "epochs is not supported",
        ),
        ([], None, "invalid_body", "dictionary"),
        (
            {"description": "x", "refine_steps": 2},
            None,
            "invalid_body",
            "needs examples",
        ),
        (
            {"examples": [{"input": "a", "output": o} for o in "bc"]},
            None,
            "invalid_body",
            "contradict each other",
        ),
        (
            {"examples": [{"input": "a"}]},
            "examples.0.output",
            "invalid_body",
            "required",
        ),
        ({"profile": "I am brief"}, "description", "invalid_body", "profile"),
    ],
)
def test_bad_bodies_are_refused_with_field_and_reason(
    client: TestClient,
    body: object,
    param: str | None,
    code: str,
    words: str,
) -> None:
    """400, the field at fault, and what is wrong with it."""
    reply = client.post("/v1/adapters", json=body)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert (error["param"], error["code"]) == (param, code)
    assert error["type"] == "invalid_request_error"
    assert words in error["message"]
    assert client.get("/v1/adapters").json()["data"] == []


def test_text_that_is_not_unicode_is_refused(client: TestClient) -> None:
    """Half of a surrogate pair is valid JSON and still no text."""
    headers = {"Content-Type": "application/json"}
    body = b'{"description": "\\ud800"}'
    reply = client.post("/v1/adapters", content=body, headers=headers)
    assert reply.status_code == 400


def test_a_description_of_the_longest_length_is_taken(client: TestClient) -> None:
    """8,000 characters are within the limit."""
    body = {"description": "x" * 8000}
    assert client.post("/v1/adapters", json=body).status_code == 201


def test_descriptions_are_not_logged(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the id, the family and the time, and nothing the user said."""
    with caplog.at_level(logging.DEBUG):
        reply = client.post("/v1/adapters", json={"description": "secretword task"})
        client.post("/v1/adapters", json={"description": "secretword", "seed": -1})
    assert reply.json()["id"] in caplog.text
    assert "secretword" not in caplog.text


def test_the_list_goes_page_by_page(client: TestClient, create: Create) -> None:
    """Pages joined by `after` give every adapter once, in either order."""
    ids = {create(text) for text in ("sort", "capital", "noun", "colour", "reverse")}
    for order in ("asc", "desc"):
        seen: list[str] = []
        query: dict[str, str | int] = {"limit": 2, "order": order}
        while True:
            page = client.get("/v1/adapters", params=query).json()
            seen += [adapter["id"] for adapter in page["data"]]
            assert page["first_id"] == page["data"][0]["id"]
            if not page["has_more"]:
                break
            query["after"] = page["last_id"]
        assert len(seen) == len(ids)
        assert set(seen) == ids


def test_an_empty_list_is_a_list(client: TestClient) -> None:
    """No adapters is not an error."""
    assert client.get("/v1/adapters").json() == {
        "object": "list",
        "data": [],
        "has_more": False,
        "first_id": None,
        "last_id": None,
    }


@pytest.mark.parametrize(
    ("query", "status", "param"),
    [
        ({"limit": 0}, 400, "limit"),
        ({"limit": 101}, 400, "limit"),
        ({"order": "up"}, 400, "order"),
        ({"after": "lora-none"}, 404, "after"),
    ],
)
def test_bad_pages_are_refused(
    client: TestClient, query: dict[str, str], status: int, param: str
) -> None:
    """Limits of the list are told in the envelope."""
    reply = client.get("/v1/adapters", params=query)
    assert (reply.status_code, reply.json()["error"]["param"]) == (status, param)


@pytest.mark.parametrize(
    ("format", "media_type"),
    [("zip", "application/zip"), ("tar.gz", "application/gzip")],
)
def test_a_download_is_a_folder_that_loads(
    client: TestClient, create: Create, tmp_path: Path, format: str, media_type: str
) -> None:
    """The archive holds one folder, named by the id, in PEFT's format."""
    identifier = create(DESCRIPTION)
    path = f"/v1/adapters/{identifier}/download"
    reply = client.get(path, params={"format": format})
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == media_type
    name = f"{identifier}.{format}"
    assert f'filename="{name}"' in reply.headers["Content-Disposition"]
    (tmp_path / name).write_bytes(reply.content)
    shutil.unpack_archive(tmp_path / name, tmp_path / "out")
    assert load_adapter(tmp_path / "out" / identifier).id == identifier
    assert client.get(path, params={"format": format}).content == reply.content


def test_a_download_for_llama_cpp_is_one_file(
    client: TestClient, create: Create, tmp_path: Path
) -> None:
    """Named by the id; the same bytes each time."""
    identifier = create(DESCRIPTION)
    path = f"/v1/adapters/{identifier}/download?format=gguf"
    reply = client.get(path)
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/octet-stream"
    assert f'"{identifier}.gguf"' in reply.headers["Content-Disposition"]
    (tmp_path / "a.gguf").write_bytes(reply.content)
    reader = gguf.GGUFReader(tmp_path / "a.gguf")
    assert reader.fields["general.name"].contents() == identifier
    assert client.get(path).content == reply.content


def test_a_download_in_another_format_is_refused(
    client: TestClient, create: Create
) -> None:
    """The message says which there are."""
    identifier = create(DESCRIPTION)
    reply = client.get(f"/v1/adapters/{identifier}/download?format=rar")
    assert reply.status_code == 400
    assert "'zip', 'tar.gz' or 'gguf'" in reply.json()["error"]["message"]


def test_files_are_listed_and_read_one_by_one(
    client: TestClient, create: Create
) -> None:
    """Each has its sum, which is its entity tag; a client that has it gets no body."""
    held = client.get(f"/v1/adapters/{create(DESCRIPTION)}").json()
    listed = client.get(held["urls"]["files"]).json()["data"]
    sums = {file["name"]: file["sha256"] for file in listed}
    assert sums["adapter_model.safetensors"] == held["sha256"]
    assert sum(file["bytes"] for file in listed) == held["bytes"]
    for name, sha256 in sums.items():
        url = f"{held['urls']['files']}/{name}"
        reply = client.get(url)
        assert hashlib.sha256(reply.content).hexdigest() == sha256
        assert reply.headers["ETag"] == f'"{sha256}"'
        assert name in reply.headers["Content-Disposition"]
        again = client.get(url, headers={"If-None-Match": f'"{sha256}"'})
        assert (again.status_code, again.content) == (304, b"")
    missing = client.get(f"{held['urls']['files']}/registry.db")
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "file_not_found"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=10-", 10, -1),
        ("bytes=-7", -7, -1),
        ("bytes=5-999999999", 5, -1),
    ],
)
def test_a_part_of_a_file_is_sent_where_one_is_asked_for(
    client: TestClient, create: Create, asked: str, first: int, last: int
) -> None:
    """206 with the part and where it lies, as RFC 9110 says."""
    url = f"/v1/adapters/{create(DESCRIPTION)}/files/adapter_config.json"
    whole = client.get(url).content
    places = range(len(whole))[first:] if last == -1 else range(first, last + 1)
    reply = client.get(url, headers={"Range": asked})
    assert reply.status_code == 206
    assert reply.content == bytes(whole[place] for place in places)
    told = f"bytes {places[0]}-{places[-1]}/{len(whole)}"
    assert reply.headers["Content-Range"] == told


@pytest.mark.parametrize(
    "asked", ["bytes=9-3", "bytes=-", "lines=1-2", "bytes=0-1,5-6"]
)
def test_a_range_that_says_nothing_is_answered_by_the_whole_file(
    client: TestClient, create: Create, asked: str
) -> None:
    """Several ranges at once, too."""
    url = f"/v1/adapters/{create(DESCRIPTION)}/files/README.md"
    reply = client.get(url, headers={"Range": asked})
    assert (reply.status_code, reply.content) == (200, client.get(url).content)


def test_a_range_of_another_version_is_answered_by_the_whole_file(
    client: TestClient, create: Create
) -> None:
    """A download that goes on cannot mix two files."""
    url = f"/v1/adapters/{create(DESCRIPTION)}/files/README.md"
    headers = {"Range": "bytes=0-1", "If-Range": '"another"'}
    assert client.get(url, headers=headers).status_code == 200


def test_a_range_behind_the_end_is_refused(client: TestClient, create: Create) -> None:
    """416 says how long the file is."""
    url = f"/v1/adapters/{create(DESCRIPTION)}/files/README.md"
    reply = client.get(url, headers={"Range": "bytes=999999999-"})
    assert reply.status_code == 416
    assert reply.json()["error"]["code"] == "range_not_satisfiable"


def test_a_deleted_adapter_is_gone_and_can_be_made_again(
    client: TestClient, create: Create
) -> None:
    """Delete confirms, then every use is a 404, then the recipe gives the same id."""
    identifier = create(DESCRIPTION)
    reply = client.delete(f"/v1/adapters/{identifier}")
    assert reply.status_code == 200
    assert reply.json() == {"id": identifier, "object": "adapter", "deleted": True}
    for method, path in [("GET", ""), ("GET", "/download"), ("DELETE", "")]:
        gone = client.request(method, f"/v1/adapters/{identifier}{path}")
        assert gone.status_code == 404
        assert gone.json()["error"]["code"] == "model_not_found"
    assert create(DESCRIPTION) == identifier


@pytest.mark.parametrize("name", ["x", "lora-1", "..%2f..%2fetc", "%00", "lora-%2e%2e"])
def test_names_that_no_adapter_can_have_are_refused(
    client: TestClient, name: str
) -> None:
    """400 or, where the path itself is another route, 404; never a file."""
    for method, path in [("GET", ""), ("GET", "/download"), ("DELETE", "")]:
        reply = client.request(method, f"/v1/adapters/{name}{path}")
        assert reply.status_code in (400, 404)
        assert set(reply.json()["error"]) == {"message", "type", "param", "code"}


def test_a_damaged_adapter_is_reported_and_made_again_on_request(
    client: TestClient, create: Create, settings: Settings
) -> None:
    """503 on download; the same description then heals it."""
    identifier = create(DESCRIPTION)
    weights = settings.store / identifier / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    # A running app still holds it in memory; a restarted one reads the folder.
    reply = client.get(f"/v1/adapters/{identifier}/download")
    assert reply.status_code == 503
    assert reply.json()["error"]["code"] == "corrupt_artifact"


def test_the_same_request_heals_a_damaged_adapter(
    pipeline: Pipeline, base: BaseModel, settings: Settings
) -> None:
    """After a restart a truncated adapter is skipped, and its recipe makes it new."""
    body = {"description": DESCRIPTION}
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        identifier = client.post("/v1/adapters", json=body).json()["id"]
    weights = settings.store / identifier / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        assert client.get("/v1/adapters").json()["data"] == []
        assert client.get(f"/v1/adapters/{identifier}").status_code == 404
        reply = client.post("/v1/adapters", json=body)
        assert (reply.status_code, reply.json()["id"]) == (201, identifier)
        assert client.get(f"/v1/adapters/{identifier}/download").status_code == 200


def test_adapters_survive_a_restart(
    pipeline: Pipeline, base: BaseModel, settings: Settings
) -> None:
    """A new app on the same store gives the same objects and takes the same ids."""
    texts = ("sort", "capital", "noun")
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        for text in texts:
            client.post("/v1/adapters", json={"description": text})
        before = client.get("/v1/adapters").json()
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        assert client.get("/v1/adapters").json() == before
        replies = [
            client.post("/v1/adapters", json={"description": text}) for text in texts
        ]
    assert [reply.status_code for reply in replies] == [200] * 3


def test_a_long_line_before_the_generator_turns_requests_away(
    pipeline: Pipeline, base: BaseModel, settings: Settings, hold: Callable[..., Any]
) -> None:
    """429 with Retry-After, and the ones in line are served."""
    narrow = settings.model_copy(update={"max_waiting_requests": 1})
    held = hold(pipeline.bundle.generator)
    with (
        TestClient(create_app(join_services(pipeline, base, narrow))) as client,
        ThreadPoolExecutor(4) as pool,
    ):

        def post(text: str) -> int:
            reply = client.post("/v1/adapters", json={"description": text})
            if reply.status_code == 429:
                assert reply.headers["Retry-After"] == "1"
                assert reply.json()["error"]["code"] == "overloaded"
                held.gate.set()
            return reply.status_code

        first = pool.submit(post, "sort")
        assert held.is_reached.wait(30)
        others = [pool.submit(post, text) for text in ("capital", "noun")]
        statuses = [first.result(30), *(other.result(30) for other in others)]
    assert sorted(statuses) == [201, 201, 429]


def test_an_unknown_adapter_is_never_the_base(
    pipeline: Pipeline, base: BaseModel, settings: Settings
) -> None:
    """A model name that is neither base nor adapter is an error."""
    adapters = join_services(pipeline, base, settings).adapters
    for name in ("", "gpt-4", "lora-" + "0" * 32, "../x", f"{base.name}:x"):
        with pytest.raises(AdapterNotFoundError):
            adapters.find_model(name, LOCAL)


def test_a_name_is_another_name_for_the_model(client: TestClient) -> None:
    """It is chatted with, changed and deleted by either, and no two may have one."""
    body = {"description": DESCRIPTION, "name": "plurals", "metadata": {"team": "a"}}
    made = client.post("/v1/adapters", json=body).json()
    assert (made["name"], made["metadata"]) == ("plurals", {"team": "a"})
    chat = {"messages": [{"role": "user", "content": "cat"}], "max_tokens": 3}
    texts = [
        client.post("/v1/chat/completions", json={"model": model, **chat}).json()[
            "choices"
        ][0]["message"]["content"]
        for model in (made["id"], "plurals")
    ]
    assert texts[0] == texts[1]
    other = client.post("/v1/adapters", json={"description": "x", "name": "plurals"})
    assert other.status_code == 409
    error = other.json()["error"]
    assert (error["code"], error["param"]) == ("adapter_exists", "name")
    here = "/v1/adapters/plurals"
    changed = client.patch(here, json={"name": "many", "metadata": {}}).json()
    assert (changed["name"], changed["metadata"]) == ("many", {})
    assert client.get(here).status_code == 404
    assert client.patch("/v1/adapters/many", json={"name": None}).json()["name"] is None
    assert client.get("/v1/adapters/many").status_code == 404


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", "-x", ".x", "x" * 129, "a b", "\u00e9"]
)
def test_names_that_could_be_mistaken_are_refused(
    client: TestClient, name: str
) -> None:
    """A name is never a path."""
    reply = client.post("/v1/adapters", json={"description": "x", "name": name})
    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == "name"


def test_an_adapter_expires(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    """From then on it is not found, and its files go with the next look."""
    body = {"description": DESCRIPTION, "expires_in_seconds": 100}
    asked = int(time.time())
    made = client.post("/v1/adapters", json=body).json()
    assert made["expires_at"] >= asked + 100
    here = f"/v1/adapters/{made['id']}"
    assert client.get(here).status_code == 200
    monkeypatch.setattr("service.registry.time.time", lambda: made["expires_at"] + 1.0)
    assert client.get(here).status_code == 404
    services.adapters.expire()
    monkeypatch.undo()
    assert client.get(here).status_code == 404


def test_pinned_adapters_stay_in_memory(
    pipeline: Pipeline, base: BaseModel, settings: Settings
) -> None:
    """Others make room; after a restart as before."""
    narrow = settings.model_copy(update={"max_resident_adapters": 1})
    for _ in range(2):
        services = join_services(pipeline, base, narrow)
        with TestClient(create_app(services)) as client:
            bodies = [
                {"description": "sort", "is_pinned": True},
                {"description": "capital"},
                {"description": "noun"},
            ]
            ids = [client.post("/v1/adapters", json=b).json()["id"] for b in bodies]
            found = [services.adapters.find_model(i, LOCAL) for i in ids]
            again = [services.adapters.find_model(i, LOCAL) for i in ids]
        assert found[0] is again[0]
        assert found[1] is not again[1]


def test_examples_refine_an_adapter(client: TestClient, pipeline: Pipeline) -> None:
    """It is another adapter than the description's, and says what it was made for."""
    examples = [{"input": "one two", "output": "two"}, {"input": "a b", "output": "b"}]
    body = {"description": DESCRIPTION, "examples": examples, "refine_steps": 2}
    plain = client.post("/v1/adapters", json={"description": DESCRIPTION}).json()
    reply = client.post("/v1/adapters", json=body)
    assert reply.status_code == 201, reply.text
    assert reply.json()["id"] != plain["id"]
    assert reply.json()["source"]["type"] == "description+examples"
    condition = Condition(
        description=DESCRIPTION,
        examples=tuple(Demonstration(**example) for example in examples),
    )
    expected = pipeline.adapter_id(
        condition, Options(refinement=Refinement(num_steps=2))
    )
    assert reply.json()["id"] == expected
    assert client.post("/v1/adapters", json=body).status_code == 200


def test_rank_and_scale_are_part_of_an_adapter(
    client: TestClient, pipeline: Pipeline
) -> None:
    """It is another adapter, of that rank, and listed among the models."""
    body = {"description": DESCRIPTION, "rank": 1, "scale": 1.5}
    reply = client.post("/v1/adapters", json=body)
    assert reply.status_code == 201, reply.text
    made = reply.json()
    options = Options(rank=1, scale=1.5)
    assert made["id"] == pipeline.adapter_id(
        Condition(description=DESCRIPTION), options
    )
    assert made["rank"] == 1
    assert made["alpha"] == pipeline.spec.scaling
    models = [model["id"] for model in client.get("/v1/models").json()["data"]]
    assert made["id"] in models
    asked = {"model": made["id"], "messages": [{"role": "user", "content": "cat"}]}
    assert client.post("/v1/chat/completions", json=asked).status_code == 200


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"rank": 99}, "rank_limit_exceeded", "rank"),
        ({"rank": 0}, "invalid_body", "rank"),
        ({"scale": 0}, "invalid_body", "scale"),
        ({"scale": 9}, "invalid_body", "scale"),
        ({"dry_run": True, "background": True}, "invalid_body", None),
    ],
)
def test_impossible_options_are_bad_requests(
    client: TestClient, fields: dict[str, Any], code: str, param: str | None
) -> None:
    """The reply names the field."""
    body = {"description": DESCRIPTION, **fields}
    reply = client.post("/v1/adapters", json=body)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert (error["code"], error["param"]) == (code, param)


@pytest.mark.parametrize("keep", ["file", "recipe"])
def test_dry_run_keeps_nothing(
    client: TestClient, settings: Settings, keep: str
) -> None:
    """It tells of the very adapter that is made in earnest."""
    body = {"description": DESCRIPTION, "store": keep, "name": "mine"}
    tried = client.post("/v1/adapters", json={**body, "dry_run": True})
    assert tried.status_code == 200
    assert tried.json()["status"] == "dry_run"
    assert client.get("/v1/adapters").json()["data"] == []
    assert client.get(tried.json()["urls"]["self"]).status_code == 404
    assert not list(settings.store.glob("lora-*"))
    made = client.post("/v1/adapters", json=body)
    assert made.status_code == 201
    # A recipe is made with its first use.
    assert client.get(f"{made.json()['urls']['self']}/files").status_code == 200
    told = client.get(made.json()["urls"]["self"]).json()
    for field in ("id", "sha256", "bytes", "name", "rank", "store"):
        assert told[field] == tried.json()[field]


def test_dry_runs_of_a_batch_keep_nothing(client: TestClient) -> None:
    """Beside others that do."""
    bodies = [{"description": "sort"}, {"description": "capital", "dry_run": True}]
    items = client.post("/v1/adapters:batch", json={"requests": bodies}).json()["data"]
    assert [item["status"] for item in items] == [201, 200]
    listed = client.get("/v1/adapters").json()["data"]
    assert [adapter["id"] for adapter in listed] == [items[0]["adapter"]["id"]]


def test_a_batch_is_made_in_one_pass(
    client: TestClient, create: Create, pipeline: Pipeline
) -> None:
    """In the order of its requests: new ones, one that is there, and errors of their own."""
    known = create("sort")
    bodies: list[Any] = [
        {"description": "capital", "name": "caps"},
        {"description": "sort"},
        {"description": ""},
        {"description": "noun", "seed": 3},
        {"description": "noun", "seed": 3},
        {"description": "colour", "name": "caps"},
        {"description": "x", "extra": 1},
        "nonsense",
        {"profile": "I am brief"},
    ]
    passes = []
    handle = pipeline.bundle.generator.register_forward_hook(
        lambda *_: passes.append(1)
    )
    reply = client.post("/v1/adapters:batch", json={"requests": bodies})
    handle.remove()
    assert reply.status_code == 200
    items = reply.json()["data"]
    statuses = [item["status"] for item in items]
    assert statuses == [201, 200, 400, 201, 200, 409, 400, 400, 400]
    assert items[1]["adapter"]["id"] == known
    assert items[3]["adapter"]["id"] == items[4]["adapter"]["id"]
    assert items[5]["error"]["code"] == "adapter_exists"
    assert items[6]["error"]["param"] == "extra"
    # One pass for each seed.
    assert len(passes) == 2
    alone = client.post("/v1/adapters", json={"description": "capital"})
    assert (alone.status_code, alone.json()) == (200, items[0]["adapter"])


@pytest.mark.parametrize("requests", [[], [{"description": "x"}] * 257, "x", None])
def test_a_batch_has_one_to_256_requests(client: TestClient, requests: object) -> None:
    """Neither none nor more."""
    reply = client.post("/v1/adapters:batch", json={"requests": requests})
    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == "requests"
