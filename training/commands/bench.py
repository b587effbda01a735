"""`genadapter bench experts`: how fast experts are trained on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from genadapter.display import print_json, progress
from genadapter.errors import ConfigError
from training.commands.tasks import SUITE


def experts(
    ctx: typer.Context,
    num_experts: Annotated[int, typer.Option(min=1, help="Experts to train.")] = 16,
    num_sequential: Annotated[
        int, typer.Option(min=1, help="Of those, how many PEFT trains as well.")
    ] = 4,
    steps: Annotated[int, typer.Option(min=1, help="Steps that ours makes.")] = 30,
    tasks_folder: Annotated[Path, typer.Option(help="Task files.")] = SUITE,
    bundle: Annotated[
        Path | None, typer.Option(help="Bundle folder, in place of the usual places.")
    ] = None,
    base: Annotated[
        str | None, typer.Option(help="Folder or hub id of the base model.")
    ] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Train experts for held-out tasks: together, and one by one with PEFT."""
    from genadapter.packages import home

    with progress("Reading the tasks"):
        from training.experts.benchmark import BenchConfig, ExpertBench, run_bench
        from training.experts.trials import check_peft
        from training.tasks import read_tasks

        # PEFT comes last, and minutes of training would be lost.
        check_peft()
        tasks = [t for t in read_tasks(tasks_folder) if t.split != "train"]
    if not tasks:
        raise ConfigError(f"{tasks_folder} holds no held-out task: name another folder")
    with progress("Loading the base model, the encoder and the bundle"):
        pipeline, model = ctx.obj.pipeline_with_base(bundle, None, base)
    # Every so many tasks, so that the experts come from different families.
    spread = tasks[:: max(1, len(tasks) // num_experts)]
    around = pipeline.bundle.surroundings
    with progress(f"Training {num_experts} experts in several ways"):
        bench = ExpertBench(
            spread,
            base=model,
            plain_base=model.plain_copy(),
            spec=around.spec,
            shared=around.shared,
            states=home() / "states",
            config=BenchConfig(
                num_experts=num_experts, num_sequential=num_sequential, num_steps=steps
            ),
        )
        values = run_bench(bench)
    if is_json:
        print_json(values)
    else:
        _print(values)


def _print(values: dict[str, Any]) -> None:  # Any: plain JSON
    for name, rate in values["rows_per_second"].items():
        typer.echo(f"{name:24} {rate:8.1f} rows a second")
    for name, factor in values["levers"].items():
        typer.echo(f"{name:24} {factor:8.2f} times slower without")
    typer.echo(
        f"{'to the same loss':24} {values['speedup']:8.1f} times faster than PEFT"
    )
