"""A finished run becomes a bundle: tuned, measured, described and written."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from genadapter.checkpoint import Bundle, save_bundle
from genadapter.condition import ConditionKind
from genadapter.familiarity import FamiliarityScale
from genadapter.generators import Generator, Surroundings, find_family
from training.experts.gains import expert_gains, warn_of_lossy_basis
from training.familiarity import fit_scale
from training.kept import kept_figures
from training.run import generator_steps
from training.success import measure_success
from training.tuning import tune
from training.workspace import Workspace, evenly, to_json

FAMILIARITY_FILE = "familiarity.json"
"""In a run's folder: the scale of the bundle that was made last."""
KNOWN_TASKS = 1200
"""Tasks whose descriptions gibberish is told from, at most; more are taken evenly spread."""
JUDGED_DESCRIPTIONS = 4
"""Descriptions of a task that stand for how well the generator does on it."""


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
    tuning = tune(work, draft)
    results = tuning.results
    gains = expert_gains(work, surroundings.shared, experts_NP, surroundings.library)
    warn_of_lossy_basis(gains)
    results = {**results, "experts": {**asdict(gains), "kept": gains.kept}}
    return _save(
        work,
        folder,
        draft.generator,
        draft.surroundings,
        results=results,
        untrained_configs={"blend": asdict(tuning.blend)},
        scales=tuning.scales,
        familiarity=_familiarity(work, draft, tuning.scales)
        if generator.reads_base
        else None,
    )


def _familiarity(
    work: Workspace, draft: Bundle, scales: Mapping[str, float]
) -> FamiliarityScale:
    """Fitted to the tasks that were trained on, and to how well some of them went."""
    known = [
        work.tasks[place].train_descriptions[:2]
        for place in evenly(range(work.num_natural), KNOWN_TASKS)
    ]
    success = measure_success(
        work, draft, scale=scales.get(draft.generator.family, 1.0)
    )
    successes = {
        text: accuracy
        for place, accuracy in success.items()
        for text in work.tasks[place].train_descriptions[:JUDGED_DESCRIPTIONS]
    }

    def fit() -> dict[str, Any]:  # Any: plain JSON
        scale = fit_scale(
            [text for texts in known for text in texts],
            successes=successes,
            encoder=work.encoder,
            base=work.base,
            seed=work.recipe.seed,
        )
        return {name: tensor.tolist() for name, tensor in scale.tensors().items()}

    found = kept_figures(
        work.folder / FAMILIARITY_FILE,
        tensors=(),
        values=[known, successes, work.encoder.name, work.base.fingerprint.digest],
        measure=fit,
    )
    return FamiliarityScale(**{name: torch.tensor(v) for name, v in found.items()})


def _save(
    work: Workspace,
    folder: Path,
    generator: Generator,
    surroundings: Surroundings,
    *,
    results: dict[str, Any] | None = None,  # Any: plain JSON
    untrained_configs: dict[str, dict[str, Any]] | None = None,
    scales: Mapping[str, float] | None = None,
    familiarity: FamiliarityScale | None = None,
) -> Bundle:
    seed = work.recipe.seed
    return save_bundle(
        folder,
        generator=generator,
        surroundings=surroundings,
        encoder_name=work.encoder.name,
        base=work.base,
        trained_on=_trained_on(work),
        seeds={
            "multitask": seed,
            "experts": seed,
            "generator": seed + work.recipe.generator_seed,
        },
        results=results or {},
        card=card(work, generator, results or {}),
        untrained_configs=untrained_configs,
        scales=scales,
        recipe=recipe_of(work),
        conditions=_met(work, generator),
        familiarity=familiarity,
    )


def _trained_on(work: Workspace) -> list[str]:
    """Ids of the run's tasks, and of those that the bundle it started from had met."""
    own = [task.id for task in work.tasks[: work.num_natural]]
    before = [] if work.start is None else work.start.manifest.trained_on
    return list(dict.fromkeys([*before, *own]))


def _met(work: Workspace, generator: Generator) -> list[ConditionKind]:
    """Kinds of condition that the generator learned from."""
    met = {task.told_by for task in work.tasks[: work.num_train]}
    kinds: list[ConditionKind] = sorted(met)
    if work.recipe.batch.shown_share > 0 and any(work.conditions.shown):
        kinds.append("examples")
    return [kind for kind in kinds if kind in generator.conditions]


def recipe_of(work: Workspace) -> dict[str, Any]:  # Any: plain JSON
    """What the run was told, and the steps that its generator made."""
    values = to_json(work.recipe)
    # Where a file lay on the training machine is nobody else's concern.
    values["data"]["extra_files"] = [Path(f).name for f in work.recipe.data.extra_files]
    values["base"] = work.base.name
    values["start"] = "" if work.start is None else work.start.digest
    return {**values, "generator_steps": generator_steps(work)}


def card(
    work: Workspace,
    generator: Generator,
    results: dict[str, Any],  # Any: plain JSON
) -> str:
    """Text of the bundle's README: what it is, what it learned from, how far it goes."""
    trained = work.tasks[: work.num_natural]
    made = work.tasks[work.num_natural : work.num_train]
    num_drills, num_documents, num_profiles = (
        sum(task.family == name for task in made)
        for name in ("drills", "documents", "profiles")
    )
    num_variants = len(made) - num_drills - num_documents - num_profiles
    more = "".join(
        f"; on {count} {name}"
        for count, name in (
            (num_drills, "drills, small rules with parameters"),
            (num_documents, "documents of invented facts"),
            (num_profiles, "users with preferences"),
        )
        if count
    )
    families = sorted({task.family for task in trained})
    licences = sorted({task.licence for task in trained})
    spec, layers = generator.spec, work.spec.layers
    modules = ", ".join(module.name for module in spec.modules)
    also = "; the base itself reads them" if generator.reads_base else ""
    kind = "trained" if find_family(generator.family).objectives else "untrained"
    return f"""---
base_model: {work.base.name}
tags:
- lora
- genadapter
---

# A bundle for {work.base.name}

A {kind} `{generator.family}` generator with the experts it leans on. From a description
of a task it writes a LoRA adapter of rank {spec.rank} (alpha {spec.alpha:g}) on {modules} of
layers {layers[0]} to {layers[-1]}. It hears descriptions through the encoder `{work.encoder.name}`{also}.

- Recipe `{work.recipe.name}`, seed {work.recipe.seed}; all settings are in `manifest.json`. The
  generator is that of step {generator_steps(work)}, the best on the validation families.
- Trained on {len(trained)} tasks of {len(families)} families: {", ".join(families)};
  on {num_variants} variants of them with other labels or answer formats{more}.
- Licences of the training data: {", ".join(licences)}.

## Results

{_results_text(results)}

## Limits

Training tasks have short English descriptions, short inputs and short answers; expect
little beyond those. An adapter can be wrong without a sign of it, so try it on examples
of your own task. The base model's own mistakes and biases remain. Prompts must follow the
chat template and keep its own system prompt.
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
        "Checkpoint, blend and scales were chosen on these very rows, so new tasks will do",
        "worse:",
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
