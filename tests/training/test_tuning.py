"""What is chosen on the validation families."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import nn

from genadapter.artifact import read_json, write_json
from genadapter.checkpoint import Bundle
from genadapter.condition import Condition
from genadapter.encoder import Encoder
from genadapter.generators.blend import BlendGenerator
from genadapter.library import flatten_b
from genadapter.lora import LoraSpec
from genadapter.pipeline import Pipeline
from genadapter.reading import Reader
from training.tuning import RIVALS_FILE, ScaledSource, best_scale, tune
from training.workspace import Workspace

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),  # lightning itself
    pytest.mark.filterwarnings("ignore::UserWarning:lightning"),
]


def test_winners_are_beaten_by_none(work: Workspace, bundle: Bundle) -> None:
    """Neither the blend nor any scale."""
    tuning = tune(work, bundle)
    grid = {
        (row["num_neighbours"], row["temperature"]): row["accuracy"]
        for row in tuning.results["blend_grid"]
    }
    chosen = (tuning.blend.num_neighbours, tuning.blend.temperature)
    assert grid[chosen] == max(grid.values())
    for method, scale in tuning.scales.items():
        tried = tuning.results["scale_grid"][method]
        assert tried[str(scale)] == max(tried.values())
        assert tuning.results["validation"]["matched"][method] == max(tried.values())


def test_rivals_are_measured_once_a_run(work: Workspace, bundle: Bundle) -> None:
    """What lies in the run's folder is taken, unless it is of other experts."""
    tune(work, bundle)
    path = work.folder / RIVALS_FILE
    kept = read_json(path)
    write_json(path, {**kept, "base": 0.75})
    assert tune(work, bundle).results["validation"]["matched"]["base"] == 0.75
    other = {"of": "other experts", "base": 0.75}
    write_json(path, other)
    assert tune(work, bundle).results["validation"]["matched"]["base"] != 0.75
    assert read_json(path) == kept


def test_without_validation_families_nothing_is_chosen(
    work: Workspace, bundle: Bundle
) -> None:
    """There is nothing to choose by."""
    tuning = tune(replace(work, tasks=work.tasks[: work.num_train]), bundle)
    assert tuning.blend == BlendGenerator.Config()
    assert (tuning.scales, tuning.results) == ({}, {})


def test_of_equal_scales_the_mildest_is_taken() -> None:
    """A tie is no reason to change a method."""
    assert best_scale({0.75: 0.2, 1.0: 0.2, 1.25: 0.1}) == 1.0
    assert best_scale({0.75: 0.2, 1.0: 0.1, 1.25: 0.3}) == 1.25


@pytest.mark.parametrize(("scale", "expected"), [(0.0, 1.0), (1.0, 3.0), (1.5, 4.0)])
def test_scale_goes_from_the_origin_on(
    scale: float, expected: float, spec: LoraSpec
) -> None:
    """0 is the origin, 1 the source, beyond 1 farther away."""

    class Threes(nn.Module):
        def forward(self, _batch: object) -> torch.Tensor:
            return torch.full((2, 4), 3.0)

    whole = ScaledSource(Threes(), scaled=partial(torch.lerp, torch.ones(4)), spec=spec)
    torch.testing.assert_close(whole.at(scale)(None), torch.full((2, 4), expected))


def test_pipeline_goes_as_far_as_the_manifest_says(
    bundle: Bundle, encoder: Encoder, reader: Reader
) -> None:
    """Half the scale, half the way from what all its adapters have in common."""
    condition = Condition(description="swap the two words")

    def written(scales: dict[str, float]) -> torch.Tensor:
        manifest = replace(bundle.manifest, scales=scales)
        told = replace(bundle, manifest=manifest)
        pipeline = Pipeline("tests/tiny-llama", told, encoder, reader)
        adapter = pipeline.generate([condition])[0]
        return flatten_b({n: adapter.weights.b[n] for n in ("k_proj", "v_proj")})

    b_P = bundle.generator.origin_P.detach()
    half = {bundle.generator.family: 0.5}
    whole_P, half_P = written({}) - b_P, written(half) - b_P
    assert whole_P.abs().max() > 0
    torch.testing.assert_close(half_P, whole_P / 2)
