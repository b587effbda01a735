"""Familiarity over HTTP: what is unlike anything that was learned from is told so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from fastapi.testclient import TestClient

from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle
from genadapter.encoder import Encoder
from genadapter.familiarity import FamiliarityScale, look
from genadapter.pipeline import Pipeline
from genadapter.reading import Reader
from service.app import create_app, join_services
from service.settings import Settings

KNOWN, STRANGE = "give the plural of a noun", "qq zz xx vv"


@pytest.fixture
def client(
    tmp_path: Path,
    write_bundle: Callable[..., Bundle],
    encoder: Encoder,
    reader: Reader,
    base: BaseModel,
    settings: Settings,
) -> Iterator[TestClient]:
    """A client of an app whose bundle knows the one text and not the other."""
    features_BF = look([KNOWN, STRANGE], encoder.encode([KNOWN, STRANGE]), reader.base)
    weights_F = features_BF[0] - features_BF[1]
    known, strange = (features_BF @ weights_F).tolist()
    scale = FamiliarityScale(
        weights_F=weights_F,
        bias=torch.tensor(0.0),
        known_Q=torch.linspace((known + strange) / 2, known, 20),
        success_E=torch.ones(encoder.embedding_size),
        success_Q=torch.linspace(-30, -20, 20),
    )
    bundle = write_bundle(tmp_path / "rated", familiarity=scale)
    pipeline = Pipeline("tests/tiny-llama", bundle, encoder, reader)
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        yield client


def test_strange_words_are_warned_of(client: TestClient) -> None:
    """With the reply itself and ever after; the adapter is written all the same."""
    reply = client.post("/v1/adapters", json={"description": STRANGE})
    assert reply.status_code == 201
    made = reply.json()
    assert "unlike any task" in made["warning"]
    assert made["diagnostics"]["familiarity"] == 0
    assert client.get(made["urls"]["self"]).json() == made
    assert client.post("/v1/adapters", json={"description": STRANGE}).json() == made


def test_known_words_are_not(client: TestClient) -> None:
    """A share of the descriptions look stranger, and strictness changes nothing."""
    body = {"description": KNOWN, "strict": True}
    made = client.post("/v1/adapters", json=body).json()
    assert made["warning"] is None
    assert made["diagnostics"]["familiarity"] > 0.5
    assert client.post("/v1/adapters", json={"description": KNOWN}).json() == made
    told = client.get("/metrics").text
    assert "genadapter_familiarity_count 1.0" in told


def test_strict_requests_refuse_strange_words(client: TestClient) -> None:
    """Nothing is kept, even where the adapter is there already."""
    body = {"description": STRANGE, "strict": True}
    for number_kept in (0, 1):
        reply = client.post("/v1/adapters", json=body)
        assert reply.status_code == 422
        error = reply.json()["error"]
        assert error["code"] == "unfamiliar_description"
        assert error["param"] == "description"
        assert len(client.get("/v1/adapters").json()["data"]) == number_kept
        client.post("/v1/adapters", json={"description": STRANGE})


def test_a_bundle_that_cannot_tell_refuses_to_be_strict(
    pipeline: Pipeline, base: BaseModel, settings: Settings
) -> None:
    """It warns of nothing, and says that it knows nothing."""
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        body = {"description": STRANGE}
        reply = client.post("/v1/adapters", json={**body, "strict": True})
        assert reply.status_code == 400
        assert "leave strict out" in reply.json()["error"]["message"]
        made = client.post("/v1/adapters", json=body).json()
        assert (made["warning"], made["diagnostics"]["familiarity"]) == (None, None)
