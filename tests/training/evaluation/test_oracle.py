"""Oracles that were trained once are read the next time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from genadapter.artifact import new_file, write_tensors
from genadapter.base_model import BaseModel
from genadapter.errors import StorageError
from genadapter.library import SharedFactors
from genadapter.pipeline import Pipeline
from training.evaluation import OracleConfig
from training.evaluation.oracle import train_oracles
from training.module import OptimConfig
from training.tasks import Example, Task

pytestmark = [
    # Lightning's own: batches are in memory, and it has yet to follow torch's pytree.
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),
]
CONFIG = OracleConfig(
    optim=OptimConfig(learning_rate=0.1, warmup_steps=1, max_steps=2), group_size=2
)


@pytest.fixture
def train(
    base: BaseModel, pipeline: Pipeline, suite: list[Task]
) -> Callable[..., dict[int, Tensor]]:
    """Trains oracles for three tasks in two groups; anything may be given otherwise."""
    around = pipeline.bundle.surroundings

    def run(
        keep: Path | None,
        *,
        tasks: Sequence[Task] = suite[:3],
        shared: SharedFactors = around.shared,
        config: OracleConfig = CONFIG,
        seed: int = 0,
    ) -> dict[int, Tensor]:
        return train_oracles(
            tasks,
            range(len(tasks)),
            base=base,
            spec=around.spec,
            shared=shared,
            config=config,
            seed=seed,
            keep=keep,
        )

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where groups are kept."""
    return tmp_path / "oracles"


def groups(folder: Path) -> dict[str, int]:
    """Every kept group and when it was last written."""
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def assert_same(first: dict[int, Tensor], second: dict[int, Tensor]) -> None:
    """The same tasks, each with the very same B."""
    assert first.keys() == second.keys()
    assert all(torch.equal(first[p], second[p]) for p in first)


def test_kept_groups_are_read_and_not_trained_again(
    train: Callable[..., dict[int, Tensor]],
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One file a group; a second call finds both and changes neither."""
    trained = train(folder)
    kept = groups(folder)
    assert len(kept) == 2
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="training.evaluation.oracle"):
        assert_same(train(folder), trained)
    assert groups(folder) == kept
    assert caplog.text.count("tasks, kept in") == 2
    assert_same(train(None), trained)


def test_other_inputs_are_other_groups(
    train: Callable[..., dict[int, Tensor]],
    suite: list[Task],
    pipeline: Pipeline,
    folder: Path,
) -> None:
    """A changed training row is; a changed test row decides nothing."""
    shared = pipeline.bundle.surroundings.shared
    one = replace(CONFIG, group_size=3)
    train(folder, config=one)
    rows = list(suite[0].examples)
    rows[-1] = Example(rows[-1].input, (rows[-1].outputs[0][::-1],))
    tested = [replace(suite[0], examples=tuple(rows)), *suite[1:3]]
    train(folder, config=one, tasks=tested)
    assert len(groups(folder)) == 1
    rows[0] = Example(rows[0].input, ("dog",))
    trained = [replace(suite[0], examples=tuple(rows)), *suite[1:3]]
    doubled = SharedFactors(a=shared.a, b={n: 2 * t for n, t in shared.b.items()})
    train(folder, config=one, tasks=trained)
    train(folder, config=one, tasks=[replace(suite[0], id="new"), *suite[1:3]])
    train(folder, config=one, seed=1)
    train(folder, config=one, shared=doubled)
    train(folder, config=replace(one, rows_per_task=3))
    assert len(groups(folder)) == 6


@pytest.mark.parametrize("tensors", [None, {"b": torch.zeros(1, 2)}, {}])
def test_damaged_group_is_trained_again(
    train: Callable[..., dict[int, Tensor]],
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    tensors: dict[str, Tensor] | None,
) -> None:
    """With a warning that names the file, which is then whole."""
    trained = train(folder)
    path = min(folder.iterdir())
    if tensors is None:
        path.write_bytes(path.read_bytes()[:-8])
    else:
        write_tensors(path, tensors)
    assert_same(train(folder), trained)
    assert f"{path} is damaged" in caplog.text
    caplog.clear()
    assert_same(train(folder), trained)
    assert "damaged" not in caplog.text


def test_half_written_group_is_never_seen(
    tmp_path: Path, full_disk: Callable[[], AbstractContextManager[None]]
) -> None:
    """A full disk leaves the tmp_path as it was, and so does a block that raises."""
    path = tmp_path / "group.safetensors"
    big = {"b": torch.zeros(1_000)}
    with (
        pytest.raises(StorageError, match=r"group\.safetensors: .* free some disk"),
        full_disk(),
        new_file(path) as partial,
    ):
        write_tensors(partial, big)
    assert list(tmp_path.iterdir()) == []
    path.write_text("old")
    with pytest.raises(StorageError), full_disk(), new_file(path) as partial:
        write_tensors(partial, big)
    assert path.read_text() == "old"
