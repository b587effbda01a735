"""Training's sub-commands: task suites, runs, experts, evaluation and their speed.

Only light modules are imported here; each command imports what it needs, so that help
answers at once.
"""

from __future__ import annotations

import logging

import typer

from genadapter.cli import bench_group
from training.commands import experts, tasks
from training.commands.ablate import ablate
from training.commands.bench import experts as bench_experts
from training.commands.evaluate import evaluate
from training.commands.report import report
from training.commands.train import train


def register(app: typer.Typer) -> None:
    """Adds training's commands to the one command line."""
    # Lightning greets every run with hardware notes and tips.
    logging.getLogger("lightning.pytorch.utilities.rank_zero").setLevel(logging.WARNING)
    app.command()(train)
    app.command()(ablate)
    app.command()(evaluate)
    app.command()(report)
    suite = typer.Typer(help="The task suite and task files.", no_args_is_help=True)
    suite.command("build")(tasks.build)
    suite.command("list")(tasks.list_)
    suite.command("show")(tasks.show)
    suite.command("import")(tasks.import_)
    suite.command("export-lm-eval")(tasks.export_lm_eval)
    suite.command("encode")(tasks.encode)
    suite.command("report")(tasks.report)
    app.add_typer(suite, name="tasks")
    library = typer.Typer(help="Expert adapters on one A.", no_args_is_help=True)
    library.command("train")(experts.train)
    library.command("import")(experts.import_)
    library.command("oracles")(experts.oracles)
    library.command("compare-specs")(experts.compare_specs)
    app.add_typer(library, name="experts")
    bench_group(app).command("experts")(bench_experts)
