"""Training through the frozen base: it learns, resumes, stops, and leaves no trace."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from genadapter.base_model import BaseModel
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError
from training import fitting
from training.curriculum import select_tasks
from training.fitting import LegOverError, fit
from training.module import AdapterTraining, OptimConfig
from training.run import train_experts, train_multitask
from training.sources import ExpertSource, MultiTaskSource
from training.workspace import Workspace, prepare

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),  # lightning itself
    pytest.mark.filterwarnings("ignore::UserWarning:lightning"),
]


def losses_of(module: AdapterTraining) -> list[float]:
    """The supervised loss, step by step."""
    return [values["supervised"] for _, values in module.losses]


def make_optim(max_steps: int) -> OptimConfig:
    """A schedule that moves fast."""
    return OptimConfig(learning_rate=3e-2, warmup_steps=1, max_steps=max_steps)


def test_fit_lowers_the_loss(work: Workspace) -> None:
    """Forty steps of the multi-task adapter answer better than none."""
    source = MultiTaskSource(work.spec, seed=0)
    module = fit(work, source, make_optim(40), work.recipe.batch, name="learning")
    losses = losses_of(module)
    assert len(losses) == 40
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])
    assert (work.folder / "learning" / "curves.png").stat().st_size > 0


def test_base_model_is_left_as_it_was(work: Workspace, base: BaseModel) -> None:
    """Training touches no weight of the base and takes its hooks off."""
    ids_BT = torch.tensor([base.prompt_ids("cat dog")])
    before = base.model(ids_BT).logits
    train_multitask(work)
    assert torch.equal(base.model(ids_BT).logits, before)
    assert not any(m._forward_hooks for m in base.model.modules())
    assert all(p.grad is None for p in base.model.parameters())


def test_killed_run_resumes_where_it_stopped(work: Workspace) -> None:
    """A second leg goes on from the last checkpoint, with its losses and clock."""
    batch = work.recipe.batch
    source = MultiTaskSource(work.spec, seed=0)
    first = fit(work, source, make_optim(4), batch, name="legs")
    trained = source.b_P.detach().clone()
    source = MultiTaskSource(work.spec, seed=0)
    second = fit(work, source, make_optim(10), batch, name="legs")
    assert [step for step, _ in second.losses] == list(range(10))
    assert losses_of(second)[:4] == losses_of(first)
    assert second.elapsed_seconds > first.elapsed_seconds
    assert not torch.equal(source.b_P, trained)


def test_finished_stage_is_read_from_its_file(work: Workspace) -> None:
    """Stages that are done are not trained again."""
    first = train_multitask(work)
    changed = replace(work, recipe=replace(work.recipe, seed=5))
    again = train_multitask(changed)
    for name, a_LRI in first.a.items():
        assert torch.equal(a_LRI, again.a[name])
        assert torch.equal(first.b[name], again.b[name])


def test_lost_group_of_experts_is_trained_again(work: Workspace) -> None:
    """A killed run keeps the groups that it finished."""
    shared = train_multitask(work)
    experts = train_experts(work, shared)
    files = sorted((work.folder / "experts").iterdir())
    assert len(files) == 2
    kept = load_file(files[0])["b"]
    files[1].unlink()
    again = train_experts(work, shared)
    assert again.b_NP.shape == experts.b_NP.shape
    # Group by group, weights still move at the end.
    assert bool((again.variance_NP.sum(dim=1) > 0).all())
    assert torch.equal(load_file(files[0])["b"], kept)
    assert files[1].exists()


def test_time_budget_ends_the_run(work: Workspace) -> None:
    """Out of time, the run stops in good order."""
    source = MultiTaskSource(work.spec, seed=0)
    module = fit(
        work,
        source,
        make_optim(100_000),
        work.recipe.batch,
        name="short",
        budget_seconds=0.3,
    )
    assert 0 < len(module.losses) < 100_000
    assert module.progress == 1.0


def test_leg_ends_in_good_order_and_the_next_goes_on(work: Workspace) -> None:
    """A deadline stops a stage at once; its schedule is as if there had been none."""
    over = replace(work, deadline=time.monotonic())
    source = MultiTaskSource(work.spec, seed=0)
    with pytest.raises(LegOverError):
        fit(over, source, make_optim(3), work.recipe.batch, name="leg")
    assert not list(work.folder.glob("leg/best*"))
    module = fit(work, source, make_optim(3), work.recipe.batch, name="leg")
    assert [step for step, _ in module.losses] == [0, 1, 2]


def test_second_leg_still_overwrites_the_one_checkpoint(
    work: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill in any leg resumes from the newest weights."""
    monkeypatch.setattr(fitting, "CHECKPOINT_STEPS", 2)
    batch = work.recipe.batch
    for steps in (1, 5):
        fit(
            work, MultiTaskSource(work.spec, seed=0), make_optim(steps), batch, name="l"
        )
    assert [p.name for p in (work.folder / "l").glob("*.ckpt")] == ["last.ckpt"]


def test_run_that_cannot_begin_binds_nobody(
    work: Workspace, base: BaseModel, encoder: Encoder
) -> None:
    """A wrong setting is mended under the same name."""
    recipe = replace(work.recipe, name="fresh")
    wrong = replace(recipe, adapter=replace(recipe.adapter, start_layer=99))
    with pytest.raises(ConfigError, match="start_layer must be 0 to 3, got 99"):
        prepare(wrong, base=base, encoder=encoder)
    assert prepare(recipe, base=base, encoder=encoder).folder.exists()


def test_tasks_without_a_short_row_are_left_out(
    work: Workspace, base: BaseModel, encoder: Encoder
) -> None:
    """They would become experts that learned nothing."""
    limit = min(len(row) for row in work.data.rows)
    data = replace(work.recipe.data, max_tokens=limit)
    short = prepare(
        replace(work.recipe, name="short", data=data), base=base, encoder=encoder
    )
    assert 0 < short.num_experts < work.num_experts
    assert all(short.data.of_task[task] for task in range(len(short.tasks)))


def test_fewer_tasks_are_spread_over_the_suite(work: Workspace) -> None:
    """Whichever their number, the last family has its share."""
    every, _ = select_tasks(work.recipe)
    kept = {}
    for count in (1, 2, 3):
        data = replace(work.recipe.data, max_tasks=count)
        few, _ = select_tasks(replace(work.recipe, data=data))
        kept[count] = [every.index(task) for task in few]
    assert kept == {1: [0], 2: [0, 2], 3: [0, 1, 2]}


def test_loss_that_is_not_finite_stops_the_run(work: Workspace) -> None:
    """A blown-up run says what to lower."""
    source = MultiTaskSource(work.spec, seed=0)
    torch.nn.init.constant_(source.b_P, float("nan"))
    with pytest.raises(ConfigError, match="loss is nan at step 0: lower learning_rate"):
        fit(work, source, make_optim(2), work.recipe.batch, name="broken")


def test_rows_go_through_their_own_slots(work: Workspace) -> None:
    """Each row's logits are those of its adapter alone."""
    shared = train_multitask(work)
    source = ExpertSource(shared, [0, 1])
    with torch.no_grad():
        source.b_NP[1] *= 3
    module = AdapterTraining(
        source, base=work.base, spec=work.spec, config=work.recipe.optim
    )
    rows = [work.data.of_task[0][0], work.data.of_task[1][0]]
    both = work.data.collate([(0, 0), (1, 0)], [(0, rows[0]), (1, rows[1])])
    alone = work.data.collate([(1, 0)], [(0, rows[1])])
    with torch.no_grad():
        losses_G = module.row_losses(both, module.answer_logits(both, source(both)))
        single_G = module.row_losses(alone, module.answer_logits(alone, source(alone)))
    module.detach()
    torch.testing.assert_close(losses_G[1:], single_G)
