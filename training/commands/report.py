"""`genadapter report`: every number and figure that the project shows, made again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genadapter.display import print_json, progress, progress_by_steps
from genadapter.errors import ConfigError
from genadapter.packages import home
from training.commands.tasks import SUITE
from training.commands.workspace import (
    BundleOption,
    PromptedOption,
    SuiteOption,
    check_prompted,
)

if TYPE_CHECKING:
    from genadapter.pipeline import Pipeline

REPORTS = Path("data/reports")
ORACLES = REPORTS / "oracles.json"
PARTS = {"heldout": 0, "five_examples": 5, "sixteen_examples": 16}
"""By folder, the examples that tasks are told by; 0 tells their descriptions."""


def report(
    ctx: typer.Context,
    run: Annotated[
        str | None,
        typer.Argument(
            help="A run, whose bundles of other families and seeds stand beside it."
        ),
    ] = None,
    parts: Annotated[
        list[str] | None,
        typer.Option("--only", help=f"One of {', '.join(PARTS)}; repeatable."),
    ] = None,
    num_rows: Annotated[
        int, typer.Option("--rows", min=1, help="Test rows of a task at most.")
    ] = 8,
    oracles: Annotated[
        Path, typer.Option(help="File of `experts oracles`; the upper bound.")
    ] = ORACLES,
    prompted: PromptedOption = None,
    seed: Annotated[int, typer.Option(help="Of controls and intervals.")] = 0,
    tasks_folder: SuiteOption = SUITE,
    bundle: BundleOption = None,
    out: Annotated[Path, typer.Option(help="Folder of the reports.")] = REPORTS,
    is_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score the bundle on all held-out tasks, and write tables and figures.

    Told by descriptions, and with 5 and 16 examples. Killed and started again, it goes on
    with the methods that are missing.
    """
    if unknown := set(parts or ()) - set(PARTS):
        raise ConfigError(
            f"no part {min(unknown)!r} of the report; choose from {', '.join(PARTS)}"
        )
    check_prompted(prompted)
    with progress("Reading the tasks"):
        from training import evaluation
        from training.run import read_factors
        from training.tasks import read_tasks
        from training.workspace import bundles_of

        folders = [] if run is None else bundles_of(run)
        bound = evaluation.read_bound(oracles)
        suite = read_tasks(tasks_folder)
    with progress("Loading the base model, the encoder and the bundles"):
        pipeline, base = ctx.obj.pipeline_with_base(bundle, None, None)
        others = [
            other
            for folder in folders
            if (other := pipeline.beside(folder)).bundle.digest
            != pipeline.bundle.digest
        ]
    rivals, repeats = _sorted_out(others, pipeline)
    chosen = [part for part in PARTS if not parts or part in parts]
    for part in chosen:
        typer.echo(part, err=True)
        with progress_by_steps() as say:
            found = evaluation.evaluate(
                evaluation.find_tasks("heldout", suite),
                base=base,
                pipeline=pipeline,
                num_rows=num_rows,
                seed=seed,
                num_shots=PARTS[part],
                suite=suite,
                prompted=None if prompted is None else read_factors(prompted),
                bound=bound,
                rivals=rivals,
                repeats=repeats,
                cells=evaluation.Cells(home() / "evaluations"),
                progress=say,
            )
        evaluation.write_report(found, out / part)
    kept = sorted({path.parent.name for path in out.glob("*/report.json")} - {*PARTS})
    evaluation.write_index(out, [*PARTS, *kept])
    page = out / "README.md"
    if is_json:
        print_json({"file": str(page), "parts": chosen})
    else:
        typer.echo(str(page))


def _sorted_out(
    others: list[Pipeline], pipeline: Pipeline
) -> tuple[list[Pipeline], list[Pipeline]]:
    """One rival of every other family; the bundle's own family again, by other seeds."""
    rivals: dict[str, Pipeline] = {}
    for other in others:
        if other.family != pipeline.family:
            rivals.setdefault(other.family, other)
    repeats = [other for other in others if other.family == pipeline.family]
    trained_on = pipeline.bundle.manifest.trained_on
    for other in [*rivals.values(), *repeats]:
        if other.bundle.manifest.trained_on != trained_on:
            raise ConfigError(
                f"the run's {other.family} bundle was trained on other tasks than the "
                "bundle: give the run that the bundle comes from, or none"
            )
    return list(rivals.values()), repeats
