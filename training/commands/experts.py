"""`genadapter experts`: train experts, import foreign ones, compare adapter shapes."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from genadapter.display import print_json, progress
from genadapter.errors import ConfigError
from genadapter.packages import home
from training.commands.tasks import SUITE
from training.commands.workspace import (
    AssignmentsArgument,
    BaseOption,
    BundleOption,
    DeviceOption,
    DtypeOption,
    RecipeArgument,
    SuiteOption,
    load_models,
    open_workspace,
    read_recipe,
)

GROWN_BUNDLE = Path("grown-bundle")
ORACLES = Path("data") / "reports" / "oracles.json"


def train(
    recipe_name: RecipeArgument,
    assignments: AssignmentsArgument = None,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Ray cluster that trains them; auto finds or starts one here.",
        ),
    ] = None,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = "auto",
) -> None:
    """Train the experts of a run and report what they gain on their own unseen rows."""
    recipe = read_recipe(recipe_name, assignments)
    from training.experts.scale_out import ScaleOut, check_ray

    if ray is not None:
        check_ray()
    work = open_workspace(recipe, device=device, dtype=dtype)
    from training import run
    from training.experts.gains import (
        GAIN_KEPT_AT_LEAST,
        expert_gains,
        warn_of_lossy_basis,
    )

    with progress("Training the multi-task adapter"):
        shared = run.train_multitask(work)
    with progress(f"Training {work.num_experts} experts"):
        elsewhere = None
        if ray is not None:
            again = partial(open_workspace, recipe, device=device, dtype=dtype)
            elsewhere = ScaleOut(address=ray, open_work=again).runner(shared)
        experts = run.train_experts(work, shared, elsewhere=elsewhere)
        library = run.build_library(work, shared, experts)
    with progress("Scoring experts"):
        gains = expert_gains(work, shared, experts.b_NP, library)
    print_json(
        {**asdict(gains), "kept": gains.kept, "kept_at_least": GAIN_KEPT_AT_LEAST}
    )
    warn_of_lossy_basis(gains)


def import_(
    ctx: typer.Context,
    peft_folder: Annotated[
        Path, typer.Argument(metavar="PEFT_DIR", help="Folder that PEFT wrote.")
    ],
    description: Annotated[str, typer.Option(help="Its task, in your own words.")],
    out: Annotated[
        Path, typer.Option(help="New folder for the grown bundle.")
    ] = GROWN_BUNDLE,
    bundle: BundleOption = None,
    base: BaseOption = None,
) -> None:
    """Add a LoRA that PEFT trained to the experts of a bundle."""
    from genadapter.manifest import find_bundle

    if out.exists():
        raise ConfigError(f"{out} exists: name another folder with --out")
    card = (find_bundle(bundle) / "README.md").read_text(encoding="utf-8")
    with progress("Loading the base model, the encoder and the bundle"):
        from training.importing import add_expert, import_expert

        pipeline, model = ctx.obj.pipeline_with_base(bundle, None, base)
    with progress("Adding the expert, and writing the grown bundle"):
        imported = import_expert(
            peft_folder,
            description,
            bundle=pipeline.bundle,
            base_name=pipeline.bundle.manifest.base.name,
        )
        add_expert(
            pipeline.bundle,
            imported,
            out,
            base=model,
            encoder=pipeline.encoder,
            card=card,
        )
    print_json({**imported.to_dict(), "bundle": str(out)})


def oracles(
    ctx: typer.Context,
    tasks: Annotated[
        str, typer.Option(help="heldout, seen, all or validation; or a task file.")
    ] = "heldout",
    num_rows: Annotated[
        int, typer.Option("--rows", min=1, help="Test rows of a task to answer.")
    ] = 20,
    steps: Annotated[
        int, typer.Option(min=1, help="Training steps of an expert at most.")
    ] = 120,
    out: Annotated[Path, typer.Option(help="The file.")] = ORACLES,
    seed: Annotated[int, typer.Option(help="Of the order of training rows.")] = 0,
    tasks_folder: SuiteOption = SUITE,
    bundle: BundleOption = None,
    base: BaseOption = None,
) -> None:
    """Train an expert for every task to be scored: what could be reached, and where.

    Do so before training a generator; `evaluate --oracles` reads the file. Started
    again with the same arguments, it goes on where it was.
    """
    with progress("Reading the tasks"):
        from training import evaluation
        from training.tasks import read_tasks

        suite = read_tasks(tasks_folder) if tasks_folder.exists() else []
        chosen = evaluation.find_tasks(tasks, suite)
    with progress("Loading the base model, the encoder and the bundle"):
        pipeline, model = ctx.obj.pipeline_with_base(bundle, None, base)
    around = pipeline.bundle.surroundings
    config = evaluation.OracleConfig()
    config = replace(config, optim=replace(config.optim, max_steps=steps))
    with progress(f"Training oracles of {len(chosen)} tasks"):
        trained = evaluation.train_oracles(
            chosen,
            base=model,
            spec=around.spec,
            shared=around.shared,
            config=config,
            seed=seed,
            keep=home() / "oracles",
        )
    with progress("Answering"):
        bound = evaluation.answer_bound(
            chosen,
            trained,
            base=model,
            spec=around.spec,
            shared=around.shared,
            num_rows=num_rows,
        )
    evaluation.write_bound(bound, out)
    gains = [gain for t in chosen if (gain := bound.gain_of(t)) is not None]
    print_json(
        {
            "file": str(out),
            "num_tasks": len(chosen),
            "num_oracles": len(gains),
            "num_with_headroom": sum(map(evaluation.has_headroom, gains)),
        }
    )


def compare_specs(
    recipe_name: RecipeArgument = "cpu",
    assignments: AssignmentsArgument = None,
    num_tasks: Annotated[
        int, typer.Option(min=1, help="Validation tasks to train experts for.")
    ] = 12,
    steps: Annotated[int, typer.Option(min=1, help="Steps of every expert.")] = 60,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = "auto",
) -> None:
    """Train experts under each candidate shape; one JSON object a candidate."""
    recipe = read_recipe(recipe_name, assignments)
    base, encoder = load_models(recipe, device, dtype)
    from training.experts.spec_search import CANDIDATES, search_specs

    for candidate in CANDIDATES:
        with progress(f"Training experts: {candidate.name}"):
            (result,) = search_specs(
                recipe,
                base=base,
                encoder=encoder,
                candidates=[candidate],
                num_tasks=num_tasks,
                expert_steps=steps,
            )
        print_json(asdict(result))
