"""Objectives: each a small formula over one step."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from genadapter.base_model import Packing
from genadapter.errors import ConfigError
from training.batches import Batch
from training.objectives import (
    Step,
    distillation,
    evidence,
    find_objectives,
    margin,
    needs_answers,
    reconstruction,
    shrinkage,
    supervised,
)


def make_step(
    losses: list[float],
    twins: list[int],
    *,
    b_BP: torch.Tensor | None = None,
    experts_BP: torch.Tensor | None = None,
) -> Step:
    """A step of rows with given losses; everything else is empty."""
    nothing = torch.zeros(0)
    batch = Batch(
        hidden_STD=nothing,
        packing=Packing(segments_BT=nothing, places_BT=nothing),
        positions_ST=nothing,
        slot_of_S=nothing,
        targets_N=nothing,
        row_of_N=nothing,
        slot_of_G=nothing,
        tasks_B=nothing,
        conditions_B=nothing,
        twin_G=torch.tensor(twins),
    )
    return Step(
        batch=batch,
        row_loss_G=torch.tensor(losses, requires_grad=True),
        b_BP=nothing if b_BP is None else b_BP,
        expert_b_BP=experts_BP,
    )


def test_supervised_leaves_swapped_rows_out() -> None:
    """Rows through a wrong adapter must not be learned."""
    loss = supervised(make_step([1.0, 3.0, 9.0], [-1, -1, 0]))
    assert float(loss.detach()) == pytest.approx(2.0)


def test_margin_is_a_hinge_against_the_right_twin() -> None:
    """A wrong row pays for what it is not a nat worse than its twin."""
    step = make_step([1.0, 3.0, 1.5, 9.0], [-1, -1, 0, 1])
    # The first wrong row is half a nat worse than its twin, the second six.
    loss = margin(step)
    assert float(loss.detach()) == pytest.approx((0.5 + 0.0) / 2)
    torch.autograd.backward(loss)
    gradient = step.row_loss_G.grad
    assert gradient is not None
    assert gradient.tolist() == [0.0, 0.0, -0.5, 0.0]


def test_margin_of_a_step_without_swapped_rows_is_zero() -> None:
    """Nothing to compare costs nothing."""
    assert float(margin(make_step([1.0], [-1]))) == 0.0


def test_distillation_is_the_divergence_from_the_teacher() -> None:
    """Nought where both expect the same, whatever their logits' offset."""
    step = make_step([1.0, 1.0], [-1, 0])
    taught_NV = torch.tensor([[0.0, 0.0], [0.0, 1.0]])
    batch = replace(step.batch, taught_NV=taught_NV)
    same = replace(step, batch=batch, logits_NV=taught_NV + 3)
    assert float(distillation(same)) == pytest.approx(0.0, abs=1e-6)
    # Odds of e to 1 at the second token, where even ones are expected.
    other = replace(step, batch=batch, logits_NV=torch.zeros(2, 2))
    e = math.e
    wanted = math.log(2) - math.log(1 + e) + e / (1 + e)
    assert float(distillation(other)) == pytest.approx(wanted / 2, abs=1e-6)


def test_distillation_needs_a_teacher() -> None:
    """The message says what gives one."""
    with pytest.raises(ConfigError, match="needs a teacher: choose a family"):
        distillation(make_step([1.0], [-1]))


def test_reconstruction_is_one_at_the_mean_expert() -> None:
    """The unit is the experts' own spread, so the best constant scores about one."""
    experts_BP = torch.tensor([[0.0, 2.0], [2.0, 0.0], [1.0, 1.0]])
    mean_BP = experts_BP.mean(dim=0).expand(3, -1)
    step = make_step([], [], b_BP=mean_BP, experts_BP=experts_BP)
    # The variance divides by 2 of 3 experts, the mean square by all 3.
    assert float(reconstruction(step)) == pytest.approx(2 / 3)
    exact = make_step([], [], b_BP=experts_BP, experts_BP=experts_BP)
    assert float(reconstruction(exact)) == 0.0


def test_reconstruction_needs_experts() -> None:
    """The message says which stage is missing."""
    with pytest.raises(ConfigError, match="train them before the generator"):
        reconstruction(make_step([], [], b_BP=torch.zeros(1, 2)))


def test_evidence_is_a_mean_over_known_experts() -> None:
    """Slots without an expert neither add nor count."""
    experts_BP = torch.tensor([[0.0], [torch.nan], [1.0]])
    step = replace(
        make_step([], [], b_BP=torch.zeros(3, 1), experts_BP=experts_BP),
        evidence_B=torch.tensor([2.0, 0.0, 4.0]),
    )
    assert float(evidence(step)) == 3.0


def test_evidence_needs_experts() -> None:
    """The message says which stage is missing."""
    with pytest.raises(ConfigError, match="train them before the generator"):
        evidence(make_step([], []))


def test_shrinkage_is_the_mean_square_of_what_is_written() -> None:
    """Of all that the slots' adapters hold."""
    step = make_step([], [], b_BP=torch.tensor([[1.0, -3.0], [0.0, 2.0]]))
    assert float(shrinkage(step)) == pytest.approx(14 / 4)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["evidence", "shrinkage", "reconstruction"], False),
        (["evidence", "supervised"], True),
        (["margin"], True),
        (["distillation"], True),
    ],
)
def test_some_objectives_need_no_answers(names: list[str], expected: bool) -> None:
    """The base model does not run for them."""
    assert needs_answers(names) == expected


def test_unknown_objective_lists_those_found() -> None:
    """A recipe's typo is named."""
    with pytest.raises(ConfigError, match="'margins'; found: distillation, evidence, "):
        find_objectives({"margins": 1.0})
