"""The speed of experts: every way trains the same thing, and all figures come out."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec, zeros
from training.batches import TaskData
from training.experts.benchmark import (
    LEVERS,
    BenchConfig,
    ExpertBench,
    run_bench,
)
from training.experts.trials import Levers, PeftTrial, SharedTrial, TrialConfig
from training.sources import ExpertSource, MultiTaskSource
from training.tasks import Task

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*is_gradient_checkpointing:FutureWarning"  # PEFT's own use of it
)


@pytest.fixture
def shared(spec: LoraSpec) -> SharedFactors:
    """A random A; the B to start from is zero, as PEFT's."""
    source = MultiTaskSource(spec, seed=0)
    a = {n: t.detach() for n, t in source.a_by_module.items()}
    return SharedFactors(a=a, b=dict(zeros(spec).b))


@pytest.fixture
def data(
    suite: list[Task], base: BaseModel, spec: LoraSpec, tmp_path: Path
) -> TaskData:
    """Training rows of the tiny suite."""
    data = TaskData(suite, base, start_layer=spec.layers[0])
    data.cache.open(tmp_path)
    return data


def test_levers_change_the_speed_and_not_the_loss(
    data: TaskData, shared: SharedFactors, spec: LoraSpec
) -> None:
    """With any levers on, training takes the same path."""
    found = []
    for cached, start, answers in product((True, False), repeat=3):
        trial = SharedTrial(
            ExpertSource(shared, [0, 1]),
            [0, 1],
            data=data,
            spec=spec,
            config=TrialConfig(),
            levers=Levers(
                cached_lower_states=cached,
                shared_start=start,
                answer_only_logits=answers,
            ),
        )
        for _ in range(3):
            trial.step()
        found.append(trial.losses())
        trial.close()
    for losses in found[1:]:
        # Cached states are rounded to bfloat16.
        assert losses == pytest.approx(found[0], rel=0.02)


def test_both_ways_start_from_the_same_loss(
    data: TaskData, shared: SharedFactors, spec: LoraSpec
) -> None:
    """Before the first step both are the base model, judged on the same rows."""
    ours = SharedTrial(
        ExpertSource(shared, [0]),
        [0],
        data=data,
        spec=spec,
        config=TrialConfig(),
        levers=Levers(),
    )
    expected = ours.losses()
    ours.close()
    peft = PeftTrial(0, data=data, spec=spec, config=TrialConfig())
    assert peft.losses() == pytest.approx(expected, rel=0.02)
    before = peft.losses()[0]
    for _ in range(10):
        peft.step()
    assert peft.losses()[0] < before


def test_bench_reports_every_figure(
    suite: list[Task],
    base: BaseModel,
    spec: LoraSpec,
    shared: SharedFactors,
    tmp_path: Path,
) -> None:
    """Rates, levers and the speed-up to the same loss, all positive."""
    before = {n: p.clone() for n, p in base.model.named_parameters()}
    bench = ExpertBench(
        suite,
        base=base,
        plain_base=base.plain_copy(),
        spec=spec,
        shared=shared,
        states=tmp_path,
        config=BenchConfig(
            num_experts=4,
            num_sequential=2,
            group_size=2,
            num_steps=5,
            num_timed_steps=1,
        ),
    )
    values = run_bench(bench)
    assert set(values["rows_per_second"]) == {
        "ours",
        "shared_forward",
        "peft_sequential",
    }
    assert set(values["levers"]) == {*LEVERS, "start_from_multitask"}
    assert min(*values["rows_per_second"].values(), *values["levers"].values()) > 0
    assert values["speedup"] > 0
    assert (values["num_experts"], values["num_experts_with_peft"]) == (4, 2)
    for name, parameter in base.model.named_parameters():
        assert torch.equal(parameter, before[name])


def test_bench_config_refuses_sizes_without_meaning() -> None:
    """The value is named."""
    with pytest.raises(ConfigError, match="group_size must be at least 1, got 0"):
        BenchConfig(group_size=0)
