"""Oracles that were trained once are read the next time."""

from __future__ import annotations

import logging
import tempfile
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
from genadapter.library import SharedFactors, split_b
from genadapter.lora import LoraSpec
from genadapter.pipeline import Pipeline
from training.batches import TaskData
from training.evaluation import OracleConfig, train_oracles
from training.evaluation.oracle import Oracle
from training.module import AdapterTraining, OptimConfig
from training.sources import FreeExpertSource
from training.tasks import Example, Task

pytestmark = [
    # Lightning's own: batches are in memory, and it has yet to follow torch's pytree.
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),
]
CONFIG = OracleConfig(
    optim=OptimConfig(learning_rate=0.1, warmup_steps=1, max_steps=2),
    group_size=2,
    look_every_steps=1,
)


@pytest.fixture
def train(
    base: BaseModel, pipeline: Pipeline, suite: list[Task]
) -> Callable[..., dict[int, Oracle]]:
    """Trains oracles for three tasks in two groups; anything may be given otherwise."""
    around = pipeline.bundle.surroundings

    def run(
        keep: Path | None,
        *,
        tasks: Sequence[Task] = suite[:3],
        shared: SharedFactors = around.shared,
        config: OracleConfig = CONFIG,
        seed: int = 0,
    ) -> dict[int, Oracle]:
        return train_oracles(
            tasks,
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


def likelihood(
    source: FreeExpertSource, task: Task, base: BaseModel, spec: LoraSpec
) -> float:
    """Mean likelihood of an answer token over a task's validation rows."""
    data = TaskData([task], base, start_layer=spec.layers[0], part="validation")
    rows = data.of_task[0]
    module = AdapterTraining(source, base=base, spec=spec, config=OptimConfig())
    try:
        with tempfile.TemporaryDirectory() as folder:
            data.cache.open(Path(folder))
            batch = data.collate([(0, 0)], [(0, row) for row in rows])
        logits_NV = module.answer_logits(batch, source(batch))
        return float((-module.row_losses(batch, logits_NV)).detach().exp().mean())
    finally:
        module.detach()


def assert_same(first: dict[int, Oracle], second: dict[int, Oracle]) -> None:
    """The same tasks, each with the very same weights and curves."""
    assert first.keys() == second.keys()
    for place, oracle in first.items():
        other = second[place]
        assert torch.equal(oracle.b_P, other.b_P)
        assert all(torch.equal(a, other.a[name]) for name, a in oracle.a.items())
        assert (oracle.form, oracle.curves) == (other.form, other.curves)


def test_kept_groups_are_read_and_not_trained_again(
    train: Callable[..., dict[int, Oracle]],
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One file a group and form; a second call finds them and changes none."""
    trained = train(folder)
    kept = groups(folder)
    assert len(kept) == 4
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="training.evaluation.oracle"):
        assert_same(train(folder), trained)
    assert groups(folder) == kept
    assert caplog.text.count("tasks, kept in") == 4
    assert_same(train(None), trained)


def test_other_inputs_are_other_groups(
    train: Callable[..., dict[int, Oracle]],
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
    assert len(groups(folder)) == 2
    rows[0] = Example(rows[0].input, ("dog",))
    trained = [replace(suite[0], examples=tuple(rows)), *suite[1:3]]
    doubled = SharedFactors(a=shared.a, b={n: 2 * t for n, t in shared.b.items()})
    train(folder, config=one, tasks=trained)
    train(folder, config=one, tasks=[replace(suite[0], id="new"), *suite[1:3]])
    train(folder, config=one, seed=1)
    train(folder, config=one, shared=doubled)
    train(folder, config=replace(one, rows_per_task=3))
    assert len(groups(folder)) == 12


@pytest.mark.parametrize("tensors", [None, {"b": torch.zeros(1, 2)}, {}])
def test_damaged_group_is_trained_again(
    train: Callable[..., dict[int, Oracle]],
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


def test_each_task_keeps_its_best_look_in_its_better_form(
    base: BaseModel, pipeline: Pipeline
) -> None:
    """A rate that ruins what it learned still leaves the best of all looks."""
    around = pipeline.bundle.surroundings
    optim = OptimConfig(learning_rate=0.1, warmup_steps=1, max_steps=60)
    config = replace(CONFIG, optim=optim, look_every_steps=5, patience=100)
    rows = tuple(Example(word, ("red",)) for word in ("cat", "dog", "box") * 4)
    task = Task(id="red", descriptions=("say red",), examples=rows, family="colours")
    (oracle,) = train_oracles(
        [task],
        base=base,
        spec=around.spec,
        shared=around.shared,
        config=config,
        seed=0,
    ).values()
    peaks = {form: max(v for _, v in curve) for form, curve in oracle.curves.items()}
    assert [step for step, _ in oracle.curves["shared_a"]] == list(range(5, 65, 5))
    assert oracle.form == max(peaks, key=lambda form: peaks[form])
    assert peaks[oracle.form] > 0.5
    source = FreeExpertSource(
        SharedFactors(a=oracle.a, b=split_b(oracle.b_P, around.spec)), [0]
    )
    assert likelihood(source, task, base, around.spec) == pytest.approx(
        peaks[oracle.form], abs=1e-4
    )


def test_group_ends_where_nothing_is_gained(
    base: BaseModel, pipeline: Pipeline, suite: list[Task]
) -> None:
    """With a rate of next to nothing, after as many idle looks as allowed."""
    around = pipeline.bundle.surroundings
    optim = OptimConfig(learning_rate=1e-12, warmup_steps=1, max_steps=50)
    trained = train_oracles(
        suite[:1],
        base=base,
        spec=around.spec,
        shared=around.shared,
        config=replace(CONFIG, optim=optim, look_every_steps=2, patience=3),
        seed=0,
    )
    # The first look is a gain over none.
    assert [step for step, _ in trained[0].curves["free_a"]] == [2, 4, 6, 8]
