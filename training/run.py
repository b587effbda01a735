"""A whole run, stage after stage; a stage that is done already is read from its file.

Stages: multi-task adapter (A, B_0) -> experts on A -> library -> prompted multi-task
adapter -> generator -> bundle.

Shapes: N experts, P parameters of one flattened B.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from genadapter.artifact import (
    new_file,
    read_json,
    read_tensors,
    write_json,
    write_tensors,
)
from genadapter.errors import ConfigError
from genadapter.generators import (
    Generator,
    PrefixStart,
    Surroundings,
    find_family,
)
from genadapter.library import (
    Expert,
    ExpertLibrary,
    SharedFactors,
    compact_basis,
    flatten_b,
)
from genadapter.quantisation import quantise, restore
from training.batches import Batch, PromptedData
from training.datamodule import BatchConfig, BatchStream
from training.fitting import best_checkpoint, fit, load_best
from training.kept_experts import KeptExperts
from training.prefix import prefix_start
from training.sources import ExpertSource, GeneratorSource, MultiTaskSource
from training.spread import Spread
from training.teacher import Teacher
from training.whitening import second_moments, whiten
from training.workspace import Workspace, to_json

MEASURED_BATCHES = 12
"""Batches that the base's layers are listened to on."""


def train_multitask(work: Workspace) -> SharedFactors:
    """The shared A, whitened, and the multi-task B_0; those of the bundle to start from."""
    path = work.folder / "shared.safetensors"
    if work.start is not None and not path.exists():
        save_factors(work.start.surroundings.shared, path)
    elif not path.exists():
        source = MultiTaskSource(work.spec, seed=work.recipe.seed)
        fit(work, source, work.recipe.multitask, _plain(work), name="multitask")
        shared = source.factors(work.spec)
        moments = second_moments(work.base, work.spec, shared, _plain_batches(work))
        save_factors(whiten(shared, moments), path)
    return read_factors(path)


def train_prompted(work: Workspace) -> Path:
    """The adapter that reads each task in its prompt: a rival, and where others start.

    Returns:
        The file of its factors at their best checkpoint on the validation families;
        `tuning.tune_prompted` gives them their scale. Those of the bundle to start
        from, if it has them.
    """
    path = work.folder / "multitask_prompted.safetensors"
    known = None if work.start is None else work.start.generator.prompted
    if known is not None and not path.exists():
        save_factors(known, path)
    elif not path.exists():
        source = MultiTaskSource(work.reading_spec, seed=work.recipe.seed)
        name = "multitask_prompted"
        fit(
            work,
            source,
            work.recipe.prompted,
            _plain(work),
            name=name,
            spec=work.reading_spec,
            data=PromptedData(work.data, work.conditions),
            is_validated=True,
        )
        load_best(source, work.folder / name)
        save_factors(source.factors(work.reading_spec), path)
    return path


def unread(work: Workspace) -> SharedFactors:
    """An adapter in the place of `train_prompted`'s that changes nothing: B is zero."""
    return MultiTaskSource(work.reading_spec, seed=work.recipe.seed).factors(
        work.reading_spec
    )


def _plain(work: Workspace) -> BatchConfig:
    """Batches for one adapter of all tasks, which no row can go through wrongly.

    It is told descriptions: examples would be cut where they stand in a prompt.
    """
    return replace(work.recipe.batch, swapped_share=0, shown_share=0)


def start_prefix(work: Workspace, prompted: SharedFactors) -> PrefixStart:
    """What the generator starts from, if it writes prefixes.

    Args:
        work: The run.
        prompted: The adapter that reads tasks in its prompts.

    Raises:
        ConfigError: Prompts do not begin with as many tokens as the prefix is to have.
    """
    return prefix_start(
        work.base,
        work.reading_spec,
        prompted,
        _plain_batches(work),
        num_tokens=work.recipe.generator.num_tokens,
    )


def _plain_batches(work: Workspace) -> Iterator[Batch]:
    """A few batches of training rows, for what is measured on the base's layers."""
    stream = BatchStream(
        work.data,
        None,
        _plain(work),
        tasks=work.train_tasks,
        seed=work.recipe.seed,
    )
    return islice(stream, MEASURED_BATCHES)


def save_factors(factors: SharedFactors, path: Path) -> None:
    """Writes A and B of a multi-task stage, for `read_factors`."""
    tensors = {f"a.{name}": a for name, a in factors.a.items()}
    _save(tensors | {f"b.{name}": b for name, b in factors.b.items()}, path)


def read_factors(path: Path) -> SharedFactors:
    """The factors that a multi-task stage wrote.

    Raises:
        CorruptArtifactError: The file is damaged.
    """
    tensors = read_tensors(path)
    return SharedFactors(
        a={n[2:]: t.float() for n, t in tensors.items() if n.startswith("a.")},
        b={n[2:]: t.float() for n, t in tensors.items() if n.startswith("b.")},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainedExperts:
    """One expert a training task, all on the shared A."""

    b_NP: Tensor
    """Their flattened B."""
    variance_NP: Tensor
    """Of that over the last third of the steps; 0 where nobody looked."""


GroupRunner = Callable[[Sequence[int]], None]
"""Trains the groups of those numbers, wherever, into the run's folder."""


def train_experts(
    work: Workspace, shared: SharedFactors, *, elsewhere: GroupRunner | None = None
) -> TrainedExperts:
    """One expert a training task.

    Experts are trained in groups of similar row length, each group in one forward
    pass; finished groups are kept, so a killed run loses one group at most.

    Args:
        work: The run.
        shared: The frozen A and the B that experts start from.
        elsewhere: Trains what is missing; `None` trains it here, group by group.
    """
    groups = _expert_groups(work)
    missing = [n for n in range(len(groups)) if not _group_path(work, n).exists()]
    if elsewhere is not None and missing:
        elsewhere(missing)
    else:
        for number in missing:
            train_expert_group(work, shared, number)
    b_NP = flatten_b(shared.b).repeat(work.num_experts, 1)
    variance_NP = torch.zeros_like(b_NP)
    for number, group in enumerate(groups):
        kept = read_tensors(_group_path(work, number))
        b_NP[torch.tensor(group)] = kept["b"]
        if "variance" in kept:
            variance_NP[torch.tensor(group)] = kept["variance"]
    return TrainedExperts(b_NP=b_NP, variance_NP=variance_NP)


def train_expert_group(work: Workspace, shared: SharedFactors, number: int) -> None:
    """Trains one group of experts into a file of its own.

    Those that an earlier run trained likewise are taken from there.

    Args:
        work: The run.
        shared: The frozen A and the B that experts start from.
        number: Of the group.
    """
    group = _expert_groups(work)[number]
    kept = KeptExperts(work, shared)
    if missing := [task for task in group if kept.find(task) is None]:
        _train_experts_of(missing, work, shared, number, kept)
    found = [kept.find(task) or {} for task in group]
    _save(
        {
            name: torch.stack([expert[name] for expert in found])
            for name in ("b", "variance")
        },
        _group_path(work, number),
    )


def _train_experts_of(
    tasks: list[int],
    work: Workspace,
    shared: SharedFactors,
    number: int,
    kept: KeptExperts,
) -> None:
    config = work.recipe.experts
    source = ExpertSource(shared, tasks)
    batch = BatchConfig(
        num_tasks=len(tasks),
        rows_per_task=config.rows_per_task,
        swapped_share=0,
        num_buckets=1,
    )
    spread = Spread(source.b_NP, from_step=2 * config.optim.max_steps // 3)
    fit(
        work,
        source,
        config.optim,
        batch,
        # Others are missing once some are kept: that is another stage, from its start.
        name=f"experts-{number:04d}-of-{len(tasks)}",
        tasks=tasks,
        watchers=[spread],
    )
    b_NP, variance_NP = source.b_NP.detach().cpu(), spread.variance().cpu()
    for place, task in enumerate(tasks):
        kept.keep(task, b_P=b_NP[place], variance_P=variance_NP[place])


def _group_path(work: Workspace, number: int) -> Path:
    return work.folder / "experts" / f"{number:04d}.safetensors"


def _expert_groups(work: Workspace) -> list[list[int]]:
    """Tasks with experts, those of similar row length together."""
    lengths = {
        t: sum(len(work.data.rows[i]) for i in work.data.of_task[t])
        / max(1, len(work.data.of_task[t]))
        for t in work.expert_tasks
    }
    order = sorted(work.expert_tasks, key=lambda t: (lengths[t], t))
    size = work.recipe.experts.group_size
    return [order[start : start + size] for start in range(0, len(order), size)]


def build_library(
    work: Workspace, shared: SharedFactors, experts: TrainedExperts
) -> ExpertLibrary:
    """Indexes the experts by the first training description of their tasks.

    The basis is rounded here as a bundle keeps it, so that generators learn on it.
    """
    chosen = [work.conditions.train[t][0] for t in work.expert_tasks]
    components = min(work.recipe.experts.num_components, len(experts.b_NP))
    basis_CP, coefficients_NC = compact_basis(
        experts.b_NP - flatten_b(shared.b), num_components=components
    )
    basis_CP = restore(*quantise(basis_CP), num_columns=basis_CP.shape[1])
    records = [
        Expert(id=t.id, family=t.family, group=t.group, description=t.descriptions[0])
        for t in work.tasks[: work.num_experts]
    ]
    return ExpertLibrary(
        records,
        embeddings_NE=work.conditions.embeddings_BE[torch.tensor(chosen)],
        coefficients_NC=coefficients_NC,
        # As if parameters moved independently of each other.
        variances_NC=experts.variance_NP @ basis_CP.square().mT,
        basis_CP=basis_CP,
    )


def train_generator(
    work: Workspace,
    surroundings: Surroundings,
    experts_NP: Tensor,
    *,
    budget_seconds: float | None = None,
) -> Generator:
    """The generator at its best checkpoint on the validation families.

    Raises:
        ConfigError: What lies in its folder was begun with another config, or the family
            starts from an adapter that is not there.
        LegOverError: The leg is over; the same call goes on.
    """
    seed = work.recipe.seed + work.recipe.generator_seed
    torch.manual_seed(seed)
    family = find_family(work.recipe.family)
    if family.starts_prompted and surroundings.prefix is None:
        raise ConfigError(
            f"family {family.family!r} starts from a prompted adapter, got none: give "
            "Surroundings prefix"
        )
    generator = family(work.recipe.generator, surroundings)
    if work.start is not None and work.start.generator.family == family.family:
        generator.load_state_dict(work.start.generator.state_dict())
    # Only now: one that could not be built must not bind the next to its settings.
    _check_same_generator(work)
    source = GeneratorSource(
        generator,
        library=surroundings.library,
        conditions=work.conditions,
        tasks=work.tasks,
        seed=seed,
        reader=generator.reader(work.base),
    )
    teacher = None
    if "distillation" in work.recipe.optim.objectives and surroundings.prefix:
        teacher = Teacher(
            surroundings.prefix.prompted,
            spec=work.reading_spec,
            data=PromptedData(work.data, work.conditions),
        )
    fit(
        work,
        source,
        work.recipe.optim,
        work.recipe.batch,
        name=str(generator_folder(work).relative_to(work.folder)),
        seed=seed,
        spec=generator.spec,
        experts_NP=generator.targets(experts_NP),
        budget_seconds=budget_seconds,
        is_validated=True,
        averaged=generator,
        teacher=teacher,
        num_devices=work.num_devices,
    )
    load_best(source, generator_folder(work))
    return generator.cpu().eval()


def is_helper() -> bool:
    """Whether another process began this one to share the generator's steps with it."""
    return int(os.environ.get("LOCAL_RANK", "0")) > 0


def generator_folder(work: Workspace) -> Path:
    """Where the generator's checkpoints lie: one for every family and seed of a run."""
    return work.folder / "generators" / generator_name(work)


def generator_name(work: Workspace) -> str:
    """The generator's family, with its seed where that is not the run's own."""
    family, seed = work.recipe.family, work.recipe.generator_seed
    return f"{family}-{seed}" if seed else family


def _check_same_generator(work: Workspace) -> None:
    """Notes the generator's config beside its folder, or compares it with what is there."""
    folder = generator_folder(work)
    path = folder.with_suffix(".json")
    wanted = to_json(work.recipe)["generator"]
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, wanted)
    elif (found := read_json(path)) != wanted:
        changed = sorted(k for k in wanted if found.get(k) != wanted[k])
        raise ConfigError(
            f"the {work.recipe.family} in {folder} was begun with other settings of "
            f"generator.{', generator.'.join(changed)}: start another run with "
            f"name=NAME, or remove that folder and {path.name}"
        )


def generator_steps(work: Workspace) -> int:
    """Steps behind the generator's best checkpoint."""
    path = best_checkpoint(generator_folder(work))
    steps: int = torch.load(path, map_location="cpu", weights_only=True)["global_step"]
    return steps


def _save(tensors: dict[str, Tensor], path: Path) -> None:
    with new_file(path) as partial:
        write_tensors(partial, tensors)
