"""A finished run becomes a bundle: tuned, measured, described and written."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from genadapter.checkpoint import Bundle, save_bundle
from genadapter.generators import Generator, Surroundings, find_family
from genadapter.generators.blend import BlendGenerator
from genadapter.generators.nearest import NearestGenerator
from training.datamodule import Batch, validation_batches
from training.gains import expert_gains, warn_of_lossy_basis
from training.run import Workspace, generator_steps, to_json
from training.sources import ExpertSource, GeneratorSource
from training.teacher_forcing import mean_accuracy, score_tasks

NUM_NEIGHBOURS = (1, 2, 4, 8, 16)
TEMPERATURES = (0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class BlendChoice:
    """The blend that serves validation families best, and all that were tried."""

    config: BlendGenerator.Config
    """The winner; the first one where there is nothing to choose by."""
    tried: tuple[tuple[BlendGenerator.Config, float], ...]
    """Every setting with its accuracy."""


def bundle_run(
    work: Workspace,
    surroundings: Surroundings,
    experts_NP: Tensor,
    generator: Generator,
    folder: Path,
) -> Bundle:
    """Writes the bundle of a run.

    Args:
        work: The run.
        surroundings: The shared factors and the library that it trained.
        experts_NP: The experts as trained, to see what the library's basis keeps.
        generator: The generator at its best checkpoint.
        folder: Where the bundle is to appear; must not exist.

    Raises:
        ConfigError: Something lies at the folder, or the bundle is too large to ship.
    """
    with tempfile.TemporaryDirectory() as drafts:
        # Rounded once here, so that the figures are those of what is shipped.
        draft = _save(work, Path(drafts) / "draft", generator, surroundings)
    blend = tune_blend(work, draft.surroundings)
    results = measure(work, draft, blend)
    gains = expert_gains(work, surroundings.shared, experts_NP, surroundings.library)
    warn_of_lossy_basis(gains)
    results["experts"] = {**asdict(gains), "kept": gains.kept}
    return _save(
        work,
        folder,
        draft.generator,
        draft.surroundings,
        results=results,
        untrained_configs={"blend": asdict(blend.config)},
    )


def tune_blend(work: Workspace, surroundings: Surroundings) -> BlendChoice:
    """Chooses how many experts to average, and how softly, on validation families."""
    batches = _batches(work, told="own")
    configs = [
        BlendGenerator.Config(num_neighbours=count, temperature=temperature)
        for count, temperature in product(NUM_NEIGHBOURS, TEMPERATURES)
        # One neighbour is the nearest expert at any temperature.
        if count > 1 or temperature == TEMPERATURES[0]
    ]
    if not batches:
        return BlendChoice(config=BlendGenerator.Config(), tried=())
    tried = [
        (config, _accuracy(work, surroundings, generator, batches))
        for config in configs
        for generator in [BlendGenerator(config, surroundings)]
    ]
    best, _ = max(tried, key=lambda pair: pair[1])
    return BlendChoice(config=best, tried=tuple(tried))


def measure(
    work: Workspace, draft: Bundle, blend: BlendChoice
) -> dict[str, Any]:  # Any: plain JSON
    """Accuracy on the validation families, told right and told another's task."""
    own, other = _batches(work, told="own"), _batches(work, told="other")
    if not own:
        return {}
    around = draft.surroundings
    generators: dict[str, Generator] = {
        "nearest": NearestGenerator(NearestGenerator.Config(), around),
        "blend": BlendGenerator(blend.config, around),
        draft.generator.family: draft.generator,
    }
    matched = {
        "base": mean_accuracy(score_tasks(work, _constant(work, around, 0.0), own)),
        "multitask": mean_accuracy(
            score_tasks(work, _constant(work, around, 1.0), own)
        ),
    }
    matched |= {n: _accuracy(work, around, g, own) for n, g in generators.items()}
    shuffled = {n: _accuracy(work, around, g, other) for n, g in generators.items()}
    return {
        "validation": {
            "num_tasks": sum(len(batch.tasks_B) for batch in own),
            "rows_per_task": work.recipe.data.validation_rows,
            "matched": _rounded(matched),
            "shuffled": _rounded(shuffled),
        },
        "blend_grid": [
            {**asdict(config), "accuracy": round(accuracy, 4)}
            for config, accuracy in blend.tried
        ],
    }


def _batches(work: Workspace, *, told: Literal["own", "other"]) -> list[Batch]:
    return validation_batches(
        work.data,
        work.descriptions,
        tasks=work.validation_tasks,
        rows_per_task=work.recipe.data.validation_rows,
        told=told,
    )


def _accuracy(
    work: Workspace,
    surroundings: Surroundings,
    generator: Generator,
    batches: Sequence[Batch],
) -> float:
    source = GeneratorSource(
        generator,
        shared=surroundings.shared,
        library=surroundings.library,
        descriptions=work.descriptions,
        tasks=work.tasks,
        seed=work.recipe.seed,
    )
    accuracy = mean_accuracy(score_tasks(work, source, batches))
    generator.cpu()
    return accuracy


def _constant(work: Workspace, around: Surroundings, strength: float) -> nn.Module:
    source = ExpertSource(around.shared, work.validation_tasks)
    with torch.no_grad():
        source.b_NP.mul_(strength)
    return source


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}


def _save(
    work: Workspace,
    folder: Path,
    generator: Generator,
    surroundings: Surroundings,
    *,
    results: dict[str, Any] | None = None,  # Any: plain JSON
    untrained_configs: dict[str, dict[str, Any]] | None = None,
) -> Bundle:
    seed = work.recipe.seed
    return save_bundle(
        folder,
        generator=generator,
        surroundings=surroundings,
        encoder_name=work.encoder.name,
        base=work.base,
        trained_on=[task.id for task in work.tasks[: work.num_experts]],
        seeds={"multitask": seed, "experts": seed, "generator": seed},
        results=results or {},
        card=card(work, generator, results or {}),
        untrained_configs=untrained_configs,
        recipe=recipe_of(work),
    )


def recipe_of(work: Workspace) -> dict[str, Any]:  # Any: plain JSON
    """What the run was told, and the steps that its generator made."""
    values = to_json(work.recipe)
    # Where a file lay on the training machine is nobody else's concern.
    values["data"]["extra_files"] = [Path(f).name for f in work.recipe.data.extra_files]
    return {**values, "generator_steps": generator_steps(work)}


def card(
    work: Workspace,
    generator: Generator,
    results: dict[str, Any],  # Any: plain JSON
) -> str:
    """Text of the bundle's README: what it is, what it learned from, how far it goes."""
    trained = work.tasks[: work.num_experts]
    num_variants = work.num_train - work.num_experts
    families = sorted({task.family for task in trained})
    licences = sorted({task.licence for task in trained})
    modules = ", ".join(module.name for module in work.spec.modules)
    layers = work.spec.layers
    also = " and the base's own lower layers" if generator.reads_base else ""
    kind = "trained" if find_family(generator.family).objectives else "untrained"
    return f"""---
base_model: {work.base.name}
tags:
- lora
- genadapter
---

# A bundle for {work.base.name}

A {kind} `{generator.family}` generator with the experts it leans on. From a description
of a task it writes a LoRA adapter of rank {work.spec.rank} (alpha {work.spec.alpha:g}) on {modules} of
layers {layers[0]} to {layers[-1]}. It hears descriptions through the encoder `{work.encoder.name}`{also}.

- Recipe `{work.recipe.name}`, seed {work.recipe.seed}; all settings are in `manifest.json`. The
  generator is that of step {generator_steps(work)}, the best on the validation families.
- Trained on {len(trained)} tasks of {len(families)} families: {", ".join(families)};
  and on {num_variants} variants of them with other labels or answer formats.
- Licences of the training data: {", ".join(licences)}.

## Results

{_results_text(results)}

## Limits

Training tasks have short English descriptions, short inputs and short answers; expect
little beyond those. An adapter can be wrong without a sign of it, so try it on examples
of your own task. The base model's own mistakes and biases remain.
"""


def _results_text(results: dict[str, Any]) -> str:  # Any: plain JSON
    if "validation" not in results:
        return "Not measured: the run had no validation families."
    found = results["validation"]
    lines = [
        f"Share of rows answered token for token, {found['num_tasks']} tasks of the",
        f"validation families, at most {found['rows_per_task']} rows each, held-out "
        "descriptions, the input",
        "alone in the prompt. The right answer's earlier tokens are given to the model.",
        "Checkpoint and blend were chosen on these very rows, so new tasks will do worse:",
        "the test families are for `genadapter evaluate`.",
        "",
        "| method | own description | another task's |",
        "|---|---|---|",
    ]
    for name, accuracy in found["matched"].items():
        other = found["shuffled"].get(name)
        lines.append(
            f"| {name} | {accuracy:.3f} | {'' if other is None else f'{other:.3f}'} |"
        )
    return "\n".join(lines)
