"""The serving benchmark: its ways answer alike, and its figures have their names."""

from __future__ import annotations

import pytest

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from genadapter.pipeline import Pipeline
from service import benchmark
from service.benchmark import BenchConfig, bench_decoding, bench_latency
from service.registry_benchmark import RegistryBenchConfig, bench_registry

SMALL = BenchConfig(num_requests=3, prompt_tokens=5, new_tokens=4, repeats=1)


@pytest.mark.filterwarnings(
    "ignore:.*is_gradient_checkpointing:FutureWarning"
)  # PEFT's
def test_ours_answers_as_peft_does(base: BaseModel) -> None:
    """Token for token, with other adapters in every row; else there is no figure."""
    values = bench_decoding(base, SMALL)
    assert values["tokens_per_second"].keys() == {
        "base",
        "ours_all_linear",
        "ours_qv",
        "peft_adapter_names_all_linear",
        "peft_adapter_names_qv",
    }
    assert values["ratio_to_peft"].keys() == {"all_linear", "qv"}
    assert not any(m._forward_hooks for m in base.model.modules())


def test_answers_that_differ_are_no_comparison(
    base: BaseModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is faster with wrong answers is not faster."""
    monkeypatch.setattr(benchmark, "_bench_peft", lambda *_: (1.0, [[0]]))
    with pytest.raises(ConfigError, match="answer differently"):
        bench_decoding(base, SMALL)


def test_latencies_are_told_in_percentiles(pipeline: Pipeline, base: BaseModel) -> None:
    """The one from a description holds the others."""
    values = bench_latency(pipeline, base, repeats=3)
    assert values.keys() == {"attach_ms", "first_token_ms"}
    for times in values.values():
        assert 0 < times["p50"] <= times["p95"]
    assert values["attach_ms"]["p50"] < values["first_token_ms"]["p95"]


def test_attaching_is_measured_with_few_and_many_registered(
    pipeline: Pipeline, base: BaseModel
) -> None:
    """Its names say how many there were."""
    few = RegistryBenchConfig(num_stored=3, num_recipes=300, num_attached=2)
    values = bench_registry(pipeline, base, few)
    assert values["attach_ms_registered"].keys() == {"3", "300 recipes"}
    for times in values["attach_ms_registered"].values():
        assert 0 < times["p50"] <= times["p95"]
    assert values["recipes_per_second"] > 20
    assert values["start_seconds"] > 0
