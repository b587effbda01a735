"""What is chosen on validation families once a generator is trained, and how well it does.

Two things: how many experts `blend` averages, how softly; and for every method the scale
that its adapters are made with, s in B_0 + s (B - B_0), or s B where a method is itself a
multi-task adapter. Each gets its own, or a comparison would measure which was tuned; only
`nearest` stays what it is, an expert as it was trained.

Shapes: B slots, P parameters of one flattened B.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from typing import Any, Literal, final

import torch
from torch import Tensor

from genadapter.attach import RowAdapters
from genadapter.checkpoint import Bundle
from genadapter.generators import Generator, Surroundings
from genadapter.generators.blend import BlendGenerator
from genadapter.generators.nearest import NearestGenerator
from genadapter.library import SharedFactors, split_b
from genadapter.lora import LoraSpec
from training.batches import Batch, PromptedData
from training.datamodule import validation_batches
from training.kept import kept_figures
from training.sources import AdapterSource, ConstantSource, GeneratorSource
from training.teacher_forcing import mean_accuracy, score_tasks
from training.workspace import Workspace, evenly

logger = logging.getLogger(__name__)

NUM_NEIGHBOURS = (1, 2, 4, 8, 16)
TEMPERATURES = (0.03, 0.1, 0.3, 1.0)
MAX_TASKS = 60
"""Validation tasks that are tuned on, at most; more are taken evenly spread."""
RIVALS_FILE = "rivals.json"
"""In a run's folder: how what is not trained there fares."""
SCALES = (0.75, 1.0, 1.25, 1.5)
"""1 is among them: what a method does as it comes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuning:
    """What was chosen, and the figures it was chosen by."""

    blend: BlendGenerator.Config
    """The best blend; its defaults where there is nothing to choose by."""
    scales: Mapping[str, float] = field(default_factory=dict)
    """By method, the scale of its adapters; a method that is not in it has 1."""
    results: Mapping[str, Any] = field(default_factory=dict)  # Any: plain JSON
    """Accuracy on the validation families of all that was tried."""


def tune(work: Workspace, draft: Bundle) -> Tuning:
    """Chooses the blend and the scales on the rows of the validation families.

    Args:
        work: The run; without validation tasks nothing is chosen.
        draft: The bundle as it will be shipped, but for what is chosen here.
    """
    own, other = _batches(work, told="own"), _batches(work, told="other")
    if not own:
        return Tuning(blend=BlendGenerator.Config())
    around, generator = draft.surroundings, draft.generator
    rivals = kept_figures(
        work.folder / RIVALS_FILE,
        tensors=(around.library.coefficients_NC, around.shared.flat_b()),
        values=[
            [work.tasks[t].id for t in _tuned_on(work)],
            work.recipe.data.validation_rows,
        ],
        measure=lambda: _measure_rivals(work, around, own, other),
    )
    source = written(work, around, generator)
    tried = {
        **{
            name: {float(scale): accuracy for scale, accuracy in grid.items()}
            for name, grid in rivals["scale_grid"].items()
        },
        generator.family: _by_scale(work, source, own, SCALES),
    }
    scales = {name: best_scale(accuracies) for name, accuracies in tried.items()}
    shuffled = _accuracy(work, source.at(scales[generator.family]), other)
    generator.cpu()
    best = max(rivals["blend_grid"], key=lambda row: row["accuracy"])
    matched = {name: max(accuracies.values()) for name, accuracies in tried.items()}
    return Tuning(
        blend=BlendGenerator.Config(
            num_neighbours=best["num_neighbours"], temperature=best["temperature"]
        ),
        scales=scales,
        results={
            "validation": {
                "num_tasks": sum(len(batch.tasks_B) for batch in own),
                "rows_per_task": work.recipe.data.validation_rows,
                "matched": _rounded({"base": rivals["base"], **matched}),
                "shuffled": _rounded(
                    {**rivals["shuffled"], generator.family: shuffled}
                ),
            },
            "blend_grid": rivals["blend_grid"],
            "scale_grid": {
                name: {str(scale): round(a, 4) for scale, a in accuracies.items()}
                for name, accuracies in tried.items()
            },
        },
    )


def _measure_rivals(
    work: Workspace,
    around: Surroundings,
    own: Sequence[Batch],
    other: Sequence[Batch],
) -> dict[str, Any]:  # Any: plain JSON
    """What all families of a run are tuned beside."""
    grid = [
        (config, _accuracy(work, written(work, around, blend), own))
        for config in blend_configs()
        for blend in [BlendGenerator(config, around)]
    ]
    best, _ = max(grid, key=lambda pair: pair[1])
    retrieved = {
        "nearest": written(
            work, around, NearestGenerator(NearestGenerator.Config(), around)
        ),
        "blend": written(work, around, BlendGenerator(best, around)),
    }
    b_P, mean_P = around.shared.flat_b(), around.library.mean_delta()
    constants = {
        "multitask": _constant(around.shared, work.spec),
        "uniform": _constant(
            SharedFactors(a=around.shared.a, b=split_b(b_P + mean_P, work.spec)),
            work.spec,
            origin_P=b_P,
        ),
    }
    tried = {
        name: _by_scale(work, source, own, (1.0,) if name == "nearest" else SCALES)
        for name, source in (constants | retrieved).items()
    }
    return {
        "base": _accuracy(work, constants["multitask"].at(0), own),
        "blend_grid": [
            {**asdict(config), "accuracy": round(accuracy, 4)}
            for config, accuracy in grid
        ],
        "scale_grid": tried,
        "shuffled": {
            name: _accuracy(work, source.at(best_scale(tried[name])), other)
            for name, source in retrieved.items()
        },
    }


def tune_prompted(work: Workspace, factors: SharedFactors) -> SharedFactors:
    """The rival that reads tasks in its prompt, at its own best scale.

    Args:
        work: The run; without validation tasks the factors come back as they are.
        factors: Its A and B as trained.
    """
    prompted = PromptedData(work.data, work.conditions)
    batches = _batches(work, told="own", data=prompted)
    if not batches:
        return factors
    source = _constant(factors, work.reading_spec)
    tried = _by_scale(work, source, batches, SCALES)
    scale = best_scale(tried)
    logger.info("prompted rival, accuracy by scale: %s", tried)
    return SharedFactors(
        a=factors.a, b={name: scale * b for name, b in factors.b.items()}
    )


def blend_configs() -> list[BlendGenerator.Config]:
    """Every blend that is tried."""
    return [
        BlendGenerator.Config(num_neighbours=count, temperature=temperature)
        for count, temperature in product(NUM_NEIGHBOURS, TEMPERATURES)
        # One neighbour is the nearest expert at any temperature.
        if count > 1 or temperature == TEMPERATURES[0]
    ]


def best_scale(accuracies: Mapping[float, float]) -> float:
    """The most accurate scale; of equals the one that changes a method least."""
    return max(accuracies, key=lambda scale: (accuracies[scale], -abs(scale - 1)))


@final
class ScaledSource(AdapterSource):
    """Another source's adapters, nearer to an origin or farther from it."""

    def __init__(
        self,
        source: AdapterSource,
        *,
        scaled: Callable[[Tensor, float], Tensor],
        spec: LoraSpec,
        scale: float = 1.0,
    ) -> None:
        """Takes the source as it is.

        Args:
            source: Gives the adapters.
            scaled: What the source wrote, at a scale.
            spec: Shape of the source's adapters.
            scale: 0 gives the origin, 1 the source's own.
        """
        super().__init__()
        self.source, self.spec, self.scale = source, spec, scale
        self._scaled = scaled

    def at(self, scale: float) -> ScaledSource:
        """The same source at another scale."""
        return ScaledSource(
            self.source, scaled=self._scaled, spec=self.spec, scale=scale
        )

    def forward(self, batch: Batch) -> Tensor:
        """What the source wrote, at the scale: of shape (B, P), or (P,)."""
        return self._scaled(self.source(batch), self.scale)

    def adapters(self, batch: Batch, written_BP: Tensor, spec: LoraSpec) -> RowAdapters:
        """The source's, as it joins them."""
        return self.source.adapters(batch, written_BP, spec)


def _batches(
    work: Workspace,
    *,
    told: Literal["own", "other"],
    data: PromptedData | None = None,
) -> list[Batch]:
    return validation_batches(
        data or work.data,
        work.conditions,
        tasks=_tuned_on(work),
        rows_per_task=work.recipe.data.validation_rows,
        told=told,
    )


def _tuned_on(work: Workspace) -> range:
    return evenly(work.validation_tasks, MAX_TASKS)


def _by_scale(
    work: Workspace,
    source: ScaledSource,
    batches: Sequence[Batch],
    scales: Sequence[float],
) -> dict[float, float]:
    return {scale: _accuracy(work, source.at(scale), batches) for scale in scales}


def _accuracy(work: Workspace, source: ScaledSource, batches: Sequence[Batch]) -> float:
    return mean_accuracy(score_tasks(work, source, batches, spec=source.spec))


def written(
    work: Workspace, around: Surroundings, generator: Generator
) -> ScaledSource:
    """What a generator writes for the run's conditions, at its own scale."""
    source = GeneratorSource(
        generator,
        library=around.library,
        conditions=work.conditions,
        tasks=work.tasks,
        seed=work.recipe.seed,
        reader=generator.reader(work.base),
    )
    return ScaledSource(source, scaled=generator.scaled, spec=generator.spec)


def _constant(
    factors: SharedFactors, spec: LoraSpec, *, origin_P: Tensor | None = None
) -> ScaledSource:
    """One adapter for all tasks, measured from an origin or, without one, from zero."""

    def scaled(b_P: Tensor, scale: float) -> Tensor:
        if origin_P is None:
            return scale * b_P
        return torch.lerp(origin_P.to(b_P.device), b_P, scale)

    return ScaledSource(ConstantSource(factors), scaled=scaled, spec=spec)


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}
