"""Experts that other runs trained already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.encoder import Encoder
from genadapter.errors import CorruptArtifactError
from genadapter.library import SharedFactors
from training.recipes import Recipe
from training.run import train_experts
from training.workspace import Workspace, prepare

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*LeafSpec:FutureWarning", "ignore::UserWarning:lightning"
)


@pytest.fixture
def open_run(
    in_suite: Callable[[Recipe], Recipe],
    tiny_recipe: Recipe,
    base: BaseModel,
    encoder: Encoder,
) -> Callable[..., Workspace]:
    """Begins a run of a name on so many tasks of the tiny suite."""

    def begin(name: str, *, max_tasks: int = 0, seed: int = 0) -> Workspace:
        recipe = in_suite(tiny_recipe)
        data = replace(recipe.data, max_tasks=max_tasks)
        told = replace(recipe, name=name, data=data, seed=seed)
        return prepare(told, base=base, encoder=encoder)

    return begin


def stages(work: Workspace) -> list[str]:
    """Groups that were trained, and of how many experts."""
    return sorted(path.name for path in work.folder.glob("experts-*"))


def test_only_new_tasks_are_trained(
    open_run: Callable[..., Workspace], shared: SharedFactors
) -> None:
    """A run on a suite that grew has the earlier run's experts, bit by bit."""
    small, large = open_run("small", max_tasks=2), open_run("large")
    known = {t.id: i for i, t in enumerate(small.tasks[: small.num_experts])}
    first, second = train_experts(small, shared), train_experts(large, shared)
    assert stages(small) == ["experts-0000-of-2"]
    assert sum(int(name[-1]) for name in stages(large)) == 2
    for place, task in enumerate(large.tasks[: large.num_experts]):
        if task.id in known:
            assert torch.equal(second.b_NP[place], first.b_NP[known[task.id]])
            assert torch.equal(
                second.variance_NP[place], first.variance_NP[known[task.id]]
            )


def test_other_settings_or_factors_train_anew(
    open_run: Callable[..., Workspace], shared: SharedFactors
) -> None:
    """Nothing is taken that would have come out otherwise."""
    train_experts(open_run("first"), shared)
    seeded = open_run("seeded", seed=1)
    train_experts(seeded, shared)
    assert sum(int(name[-1]) for name in stages(seeded)) == 4
    doubled = SharedFactors(a=shared.a, b={n: 2 * b + 1 for n, b in shared.b.items()})
    moved = open_run("moved")
    train_experts(moved, doubled)
    assert sum(int(name[-1]) for name in stages(moved)) == 4


def test_damaged_expert_is_named(
    open_run: Callable[..., Workspace], shared: SharedFactors, home: Path
) -> None:
    """A file that was cut short is no expert."""
    train_experts(open_run("first"), shared)
    for path in (home / "experts").iterdir():
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(CorruptArtifactError, match=r"experts/[0-9a-f]{24}"):
        train_experts(open_run("second"), shared)


def test_some_tasks_may_do_without_an_expert(
    open_run: Callable[..., Workspace], shared: SharedFactors
) -> None:
    """They are trained on as all others."""
    whole = open_run("whole")
    recipe = replace(
        whole.recipe, name="few", experts=replace(whole.recipe.experts, max_tasks=2)
    )
    few = prepare(recipe, base=whole.base, encoder=whole.encoder)
    assert len(train_experts(few, shared).b_NP) == 2
    assert few.num_natural == whole.num_natural == 4
    assert {t.id for t in few.tasks} == {t.id for t in whole.tasks}
    assert few.weights[0] == few.weights[3] == whole.weights[3]
