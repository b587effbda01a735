"""The example client against a running server."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from genadapter.adapter import load_adapter
from genadapter.base_model import BaseModel
from genadapter.pipeline import Pipeline
from service.app import create_app, join_services
from service.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "examples" / "client.py"
MAX_LINES = 20


@pytest.mark.parametrize("keys", [(), ("k-ann",)], ids=["open", "with a key"])
def test_words_become_a_model_and_a_folder(
    pipeline: Pipeline,
    base: BaseModel,
    settings: Settings,
    serve: Callable[[FastAPI], AbstractContextManager[str]],
    keys: tuple[str, ...],
    tmp_path: Path,
) -> None:
    """It prints the new model's answer, and keeps the adapter as a folder packed up."""
    known = SecretStr(",".join(f"ann:{key}" for key in keys))
    app = create_app(
        join_services(pipeline, base, settings.model_copy(update={"api_keys": known}))
    )
    with serve(app) as url:
        run = subprocess.run(
            [sys.executable, str(EXAMPLE), url, *keys],
            check=True,
            cwd=tmp_path,
            timeout=120,
            capture_output=True,
            text=True,
        )
    model, answer = run.stdout.split(": ", 1)
    assert answer.strip()
    with zipfile.ZipFile(tmp_path / f"{model}.zip") as packed:
        packed.extractall(tmp_path / "kept")
    (folder,) = (tmp_path / "kept").iterdir()
    assert load_adapter(folder).id == model


def test_the_client_is_short() -> None:
    """All of it is read at a glance."""
    assert len(EXAMPLE.read_text("utf-8").splitlines()) <= MAX_LINES
