"""The teacher is asked about the rows that others see, token by token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.generators import Surroundings
from genadapter.library import SharedFactors
from training import run
from training.batches import PromptedData
from training.recipes import override
from training.teacher import Teacher
from training.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")


@pytest.fixture
def teacher(work: Workspace) -> Iterator[Teacher]:
    """The base itself, its adapter being zero."""
    modules = work.reading_spec.modules
    num_layers, rank = len(work.reading_spec.layers), work.reading_spec.rank
    nothing = SharedFactors(
        a={m.name: torch.zeros(num_layers, rank, m.in_features) for m in modules},
        b={m.name: torch.zeros(num_layers, m.out_features, rank) for m in modules},
    )
    teacher = Teacher(
        nothing, spec=work.reading_spec, data=PromptedData(work.data, work.conditions)
    )
    yield teacher
    teacher.detach()


def test_its_answers_lie_where_the_rows_lie(
    work: Workspace, teacher: Teacher, base: BaseModel
) -> None:
    """Rows that share sequences here and not there, one in another task's slot."""
    data, told = work.data, [work.conditions.train[t][0] for t in (0, 1)]
    slots = list(enumerate(told))
    own = [data.of_task[t] for t in (0, 1)]
    rows = [(0, own[0][0]), (1, own[1][3]), (0, own[0][1]), (1, own[0][0])]
    batch = data.collate(slots, rows, [0], sequence_tokens=10_000)
    taught_NV = teacher.logits(batch, slots, rows)
    for g, (slot, position) in enumerate(rows):
        row = data.rows[position]
        prompt = [
            *base.start_ids,
            *base.reading_ids(work.conditions.conditions[told[slot]].text),
            *row.prompt[len(base.start_ids) :],
        ]
        ids_1T = torch.tensor([[*prompt, *row.answer]])
        with torch.no_grad():
            whole_TV = base.model(ids_1T).logits[0, len(prompt) - 1 : -1]
        torch.testing.assert_close(
            taught_NV[batch.row_of_N == g], whole_TV, atol=1e-4, rtol=1e-4
        )


def test_a_generator_learns_from_it(
    work: Workspace, around: Surroundings, experts_NP: torch.Tensor
) -> None:
    """What it trains by is noted beside the other objectives; its hooks are let go."""
    recipe = override(
        work.recipe, ['optim.objectives={"supervised": 1.0, "distillation": 1.0}']
    )
    work = replace(work, recipe=recipe)
    linear = work.base.model.model.layers[-1].self_attn.q_proj
    before = len(linear._forward_hooks)
    run.train_generator(work, around, experts_NP)
    assert len(linear._forward_hooks) == before
    state = torch.load(run.generator_folder(work) / "last.ckpt", weights_only=True)
    values = [v["distillation"] for _, v in state["losses"] if "distillation" in v]
    assert len(values) == recipe.optim.max_steps
    assert min(values) > 0
