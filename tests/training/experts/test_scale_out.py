"""Experts trained by workers of a Ray cluster, one of which is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from genadapter.errors import ConfigError
from genadapter.library import SharedFactors
from training import run
from training.experts.scale_out import ScaleOut
from training.workspace import Workspace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),  # lightning itself
    pytest.mark.filterwarnings("ignore::UserWarning:lightning"),
    # Ray's own: what it reads of the machine, and a setting that is to change.
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def _workers() -> list[int]:
    """Process ids of this machine's expert trainers."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:
            continue
        if command.startswith(b"ray::ExpertTrainer"):
            found.append(int(path.parent.name))
    return found


def _kill_one_when(first: Path, killed: list[int]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not first.exists():
        time.sleep(0.02)
    for pid in _workers():
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)


def test_experts_survive_the_death_of_their_worker(
    work: Workspace, shared: SharedFactors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come out as they do here, whoever trained them and however often it died."""
    monkeypatch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    config = replace(
        work.recipe.experts,
        group_size=1,
        optim=replace(work.recipe.experts.optim, max_steps=40),
    )
    far = replace(work, recipe=replace(work.recipe, experts=config))
    killed: list[int] = []
    first = work.folder / "experts" / "0000.safetensors"
    killer = threading.Thread(target=_kill_one_when, args=(first, killed))
    killer.start()
    elsewhere = ScaleOut(address="auto", open_work=partial(_same, far)).runner(shared)
    found = run.train_experts(far, shared, elsewhere=elsewhere)
    killer.join()
    assert killed
    monkeypatch.setenv("GENADAPTER_HOME", str(work.folder.with_name("elsewhere")))
    here = replace(far, folder=work.folder.with_name("here"))
    expected = run.train_experts(here, shared)
    torch.testing.assert_close(found.b_NP, expected.b_NP, rtol=1e-3, atol=1e-4)


def _same(work: Workspace) -> Workspace:
    return work


def test_cluster_that_does_not_answer_is_named(
    work: Workspace, shared: SharedFactors
) -> None:
    """With how to start one."""
    nowhere = ScaleOut(address="127.0.0.1:1", open_work=partial(_same, work))
    with pytest.raises(ConfigError, match=r"no Ray cluster answers at .127\.0\.0\.1:1"):
        run.train_experts(work, shared, elsewhere=nowhere.runner(shared))
