"""`genadapter evaluate`: tasks x methods, on rows and descriptions never trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genadapter.display import print_json, progress, progress_by_steps
from genadapter.packages import home
from training.commands.tasks import SUITE
from training.commands.workspace import (
    BaseOption,
    BundleOption,
    PromptedOption,
    SuiteOption,
    check_prompted,
)


def evaluate(
    ctx: typer.Context,
    tasks: Annotated[
        str,
        typer.Option(
            help="heldout, seen, all (both of them), validation, documents, profiles or "
            "novel_profiles; or a file."
        ),
    ] = "heldout",
    methods: Annotated[
        str | None, typer.Option(help="Names with commas between; default: all.")
    ] = None,
    num_rows: Annotated[
        int, typer.Option("--rows", min=1, help="Test rows of a task at most.")
    ] = 50,
    oracles: Annotated[
        Path | None,
        typer.Option(help="File of `experts oracles`; the upper bound."),
    ] = None,
    prompted: PromptedOption = None,
    rival: Annotated[
        list[Path] | None,
        typer.Option(
            help="Bundle of another family, for a row of its own; repeatable."
        ),
    ] = None,
    repeat: Annotated[
        list[Path] | None,
        typer.Option(
            help="Bundle of the same family and another seed, to average with; repeatable."
        ),
    ] = None,
    num_shots: Annotated[
        int,
        typer.Option(
            "--shots", min=0, help="Tell tasks by so many examples, not descriptions."
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(help="Of controls and intervals.")] = 0,
    tasks_folder: SuiteOption = SUITE,
    bundle: BundleOption = None,
    base: BaseOption = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for report.json, .md and .png.")
    ] = None,
    is_fresh: Annotated[
        bool,
        typer.Option("--fresh", help="Answer anew, over what is kept."),
    ] = False,
    is_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score methods side by side, with controls and confidence intervals.

    Started again with the same arguments, it goes on with the methods that are missing.
    """
    check_prompted(prompted)
    names = None if methods is None else _names(methods)
    with progress("Reading the tasks"):
        from training import evaluation
        from training.run import read_factors
        from training.tasks import read_tasks

        evaluation.check_oracles(names or (), oracles)
        bound = None if oracles is None else evaluation.read_bound(oracles)
        suite = read_tasks(tasks_folder) if tasks_folder.exists() else []
        chosen = evaluation.find_tasks(tasks, suite)
    with progress("Loading the base model, the encoder and the bundle"):
        pipeline, model = ctx.obj.pipeline_with_base(bundle, None, base)
        rivals, repeats = (
            [pipeline.beside(folder) for folder in folders or ()]
            for folders in (rival, repeat)
        )
    with progress_by_steps() as say:
        report = evaluation.evaluate(
            chosen,
            base=model,
            pipeline=pipeline,
            methods=names,
            num_rows=num_rows,
            seed=seed,
            num_shots=num_shots,
            suite=suite,
            prompted=None if prompted is None else read_factors(prompted),
            bound=bound,
            rivals=rivals,
            repeats=repeats,
            cells=evaluation.Cells(
                home() / "evaluations", reuse="nothing" if is_fresh else "kept"
            ),
            progress=say,
        )
    if out is not None:
        evaluation.write_report(report, out)
    if is_json:
        print_json(report.to_dict())
    else:
        typer.echo(report.to_markdown())


def _names(methods: str) -> list[str]:
    return [name.strip() for name in methods.split(",") if name.strip()]
