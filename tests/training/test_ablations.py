"""A generator trained anew with one part changed."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from genadapter.errors import ConfigError
from genadapter.generators import Surroundings
from training.ablations import (
    ABLATIONS,
    Ablation,
    ablate,
    experts_left,
    find_ablations,
)
from training.curriculum import select_tasks
from training.recipes import cpu, override
from training.workspace import Workspace, prepare

pytestmark = [
    # Lightning's own: batches are in memory, and it has yet to follow torch's pytree.
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),
]


def written(folder: Path) -> dict[str, int]:
    """Every checkpoint under a folder and when it was last written."""
    return {str(p): p.stat().st_mtime_ns for p in folder.rglob("*.ckpt")}


def test_every_change_is_one_of_the_recipe() -> None:
    """And none leaves the recipe as it is, but for the first."""
    names = [ablation.name for ablation in ABLATIONS]
    assert len(set(names)) == len(names)
    for ablation in ABLATIONS[1:]:
        assert override(cpu(), ablation.assignments) != cpu()


def test_unknown_ablation_is_refused() -> None:
    """The message lists those there are; no name means all."""
    with pytest.raises(ConfigError, match="no ablation 'margin'; found: as-it-is, no-"):
        find_ablations(["no-margin", "margin"])
    assert find_ablations(()) == list(ABLATIONS)
    assert [a.name for a in find_ablations(["pooled", "teacher"])] == [
        "pooled",
        "teacher",
    ]


def test_finished_ablation_is_read(
    work: Workspace, around: Surroundings, experts_NP: torch.Tensor
) -> None:
    """The run's own generator stays as it was; each ablation has its folder."""
    plain, other = (
        ABLATIONS[0],
        Ablation(name="short", assignments=("optim.max_steps=1",)),
    )
    first = ablate(work, around, experts_NP, plain)
    assert first.step > 0
    assert 0 <= first.shuffled_likelihood <= 1
    kept = written(work.folder)
    folders = [Path(path).parts for path in kept if "ablations" in path]
    assert {parts[parts.index("ablations") + 1] for parts in folders} == {plain.name}
    assert ablate(work, around, experts_NP, plain) == first
    assert written(work.folder) == kept
    second = ablate(work, around, experts_NP, other)
    assert (second.name, second.step) == ("short", 1)


@pytest.mark.filterwarnings("ignore:Checkpoint directory .* exists")
def test_result_of_other_steps_is_none(
    work: Workspace, around: Surroundings, experts_NP: torch.Tensor
) -> None:
    """A run may go on with more steps; what fewer gave is not taken for it."""
    short = replace(work, recipe=override(work.recipe, ["optim.max_steps=1"]))
    assert ablate(short, around, experts_NP, ABLATIONS[0]).step == 1
    assert ablate(work, around, experts_NP, ABLATIONS[0]).step > 1


def test_fewer_tasks_keep_their_own_experts(
    work: Workspace, around: Surroundings, experts_NP: torch.Tensor
) -> None:
    """Whoever learns from experts is shown those of the tasks that are left."""
    half = override(work.recipe, ["name=half", "data.task_share=0.5"])
    own = prepare(half, base=work.base, encoder=work.encoder)
    assert own.num_experts == math.ceil(work.num_experts / 2)
    assert own.validation_tasks
    left_NP = experts_left(experts_NP, work, own)
    ids = [task.id for task in work.tasks]
    for place in own.expert_tasks:
        expected_P = experts_NP[ids.index(own.tasks[place].id)]
        assert torch.equal(left_NP[place], expected_P)
    (change,) = find_ablations(["half-of-tasks"])
    assert ablate(work, around, experts_NP, change).step > 0


@pytest.mark.parametrize(("count", "left"), [(1, 1), (3, 3), (4, 4), (0, 0)])
def test_fewer_descriptions_of_training_tasks(
    work: Workspace, count: int, left: int
) -> None:
    """A quarter is held out all the same; validation tasks keep all of theirs."""
    fewer = override(work.recipe, [f"data.max_descriptions={count}"])
    (train, validation), (all_train, all_validation) = map(
        select_tasks, (fewer, work.recipe)
    )
    assert validation == all_validation
    for task, whole in zip(train, all_train, strict=True):
        told = whole.train_descriptions
        assert task.train_descriptions == (told[:left] if left else told)
        assert task.rows("train") == whole.rows("train")


def test_blank_start_reads_through_the_bare_base(
    work: Workspace, around: Surroundings, experts_NP: torch.Tensor
) -> None:
    """The prompted adapter's B is nothing; the run's own stays."""
    assert around.prefix is not None
    before = {n: b.clone() for n, b in around.prefix.prompted.b.items()}
    (change,) = find_ablations(["blank-start"])
    blank = ablate(work, around, experts_NP, change)
    plain = ablate(work, around, experts_NP, Ablation(name="plain"))
    assert blank.matched_likelihood != plain.matched_likelihood
    assert all(torch.equal(around.prefix.prompted.b[n], b) for n, b in before.items())


def test_other_data_are_prepared_anew(
    work: Workspace, around: Surroundings, experts_NP: torch.Tensor
) -> None:
    """Experts and library still fit: what is made of the tasks comes behind them."""
    result = ablate(
        work,
        around,
        experts_NP,
        Ablation(name="plain-tasks", assignments=("data.relabelled=0",)),
    )
    assert result.step > 0
    assert (work.folder / "ablations" / "plain-tasks" / "recipe.json").exists()
