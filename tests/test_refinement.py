"""Refinement: the loss of examples, and steps that lower it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle
from genadapter.condition import Condition, Demonstration
from genadapter.encoder import Encoder
from genadapter.errors import ConditionError, ConfigError
from genadapter.lora import LoraSpec, LoraWeights
from genadapter.options import Options
from genadapter.pipeline import Pipeline
from genadapter.refinement import ExampleLoss, Refinement, refine

EXAMPLES = (
    Demonstration(input="one two three", output="three"),
    Demonstration(input="cat", output="red blue"),
)
TOLD = Condition(description="give the plural of a noun", examples=EXAMPLES)


def test_loss_is_that_of_the_answers_alone(
    base: BaseModel,
    spec: LoraSpec,
    slots: AdapterSlots,
    random_weights: Callable[..., LoraWeights],
) -> None:
    """Each example counts alike, however long; one by one, without padding, it is the same."""
    weights, losses = random_weights(seed=1), []
    for example in EXAMPLES:
        prompt, answer = base.prompt_ids(example.input), base.answer_ids(example.output)
        with slots.bind(stack_rows(spec, [weights])), torch.no_grad():
            logits_TV = base.model(torch.tensor([prompt + answer])).logits[0]
        asked_NV = logits_TV[len(prompt) - 1 : -1]
        losses.append(functional.cross_entropy(asked_NV, torch.tensor(answer)))
    found = ExampleLoss(EXAMPLES, base=base, spec=spec)(slots, weights)
    torch.testing.assert_close(found, torch.stack(losses).mean(), rtol=1e-4, atol=1e-5)


def test_steps_make_examples_likely(
    base: BaseModel,
    spec: LoraSpec,
    slots: AdapterSlots,
    random_weights: Callable[..., LoraWeights],
) -> None:
    """B learns, A stays, and the model is left as it was."""
    start, hooked = random_weights(seed=1), base.model.model.layers[2].self_attn.q_proj
    before = len(hooked._forward_hooks)
    config = Refinement(num_steps=20, learning_rate=0.05)
    learned = refine([start], EXAMPLES, base=base, spec=spec, config=config)
    loss_of = ExampleLoss(EXAMPLES, base=base, spec=spec)
    assert loss_of(slots, learned) < 0.3 * loss_of(slots, start)
    for name, a_LRI in start.a.items():
        assert torch.equal(learned.a[name], a_LRI)
    assert len(hooked._forward_hooks) == before


def test_best_candidate_is_the_start(
    base: BaseModel,
    spec: LoraSpec,
    slots: AdapterSlots,
    random_weights: Callable[..., LoraWeights],
) -> None:
    """Without a step, what comes back is the candidate of the least loss."""
    candidates = [random_weights(seed=seed) for seed in range(4)]
    loss_of = ExampleLoss(EXAMPLES, base=base, spec=spec)
    losses = [loss_of(slots, weights).item() for weights in candidates]
    config = Refinement(num_steps=0)
    found = refine(candidates, EXAMPLES, base=base, spec=spec, config=config)
    best = candidates[losses.index(min(losses))]
    for name, b_LOR in best.b.items():
        assert torch.equal(found.b[name], b_LOR)


def test_pipeline_refines_what_it_generated(pipeline: Pipeline) -> None:
    """Other weights under another id; the same again on the same request."""
    plain = Condition(description=TOLD.description)
    (written,) = pipeline.generate([plain])
    refined, again = (
        pipeline.generate([TOLD], Options(refinement=Refinement(num_steps=2)))[0]
        for _ in range(2)
    )
    (longer,) = pipeline.generate([TOLD], Options(refinement=Refinement(num_steps=3)))
    assert len({written.id, refined.id, longer.id}) == 3
    assert refined.id == again.id
    for name, b_LOR in refined.weights.b.items():
        assert torch.equal(again.weights.b[name], b_LOR)
    assert any(
        not torch.equal(written.weights.b[name], b)
        for name, b in refined.weights.b.items()
    )


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Condition(description="sort"), "a condition without any: add some"),
        (Condition(examples=EXAMPLES), "trained on description, got examples"),
    ],
)
def test_conditions_that_cannot_be_refined_are_refused(
    pipeline: Pipeline, condition: Condition, message: str
) -> None:
    """There must be examples, and something to start from."""
    with pytest.raises(ConditionError, match=message):
        pipeline.generate([condition], Options(refinement=Refinement()))


def test_examples_beside_a_description_are_told_of_refinement(
    pipeline: Pipeline,
) -> None:
    """A bundle that never met examples says how they can be used all the same."""
    with pytest.raises(ConditionError, match="can be learned from by refinement"):
        pipeline.generate([TOLD])


def test_family_without_a_base_refines_nothing(
    tmp_path: Path, write_bundle: Callable[..., Bundle], encoder: Encoder
) -> None:
    """There is nothing to compute a loss with."""
    pipeline = Pipeline(
        "base", write_bundle(tmp_path / "blend", family="blend"), encoder
    )
    with pytest.raises(ConfigError, match="looks at no base model"):
        pipeline.generate([TOLD], Options(refinement=Refinement()))


def test_example_that_is_too_long_is_named(base: BaseModel, spec: LoraSpec) -> None:
    """With its length, before anything runs."""
    long = Demonstration(input="one " * 1100, output="two")
    with pytest.raises(ConfigError, match=r"example 2 has 11\d\d tokens, at most 1024"):
        ExampleLoss([EXAMPLES[0], long], base=base, spec=spec)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_steps": -1}, "num_steps must be at least 0, got -1"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0, got 0.0"),
        ({"scales": ()}, "scales must be numbers from 0 on"),
    ],
)
def test_settings_without_meaning_are_refused(
    changes: dict[str, object], message: str
) -> None:
    """With what is allowed."""
    with pytest.raises(ConfigError, match=message):
        Refinement(**changes)  # type: ignore[arg-type] # wrong on purpose
