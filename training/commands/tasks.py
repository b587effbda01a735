"""`genadapter tasks`: build the suite, look at it, judge it, bring in one's own."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genadapter.display import print_json, progress
from genadapter.errors import ConfigError
from training.chat_samples import read_chat_samples
from training.commands.workspace import (
    AssignmentsArgument,
    RecipeArgument,
    load_models,
    read_recipe,
)
from training.tasks import Task, check_consistent, read_tasks, write_tasks

if TYPE_CHECKING:
    from training.suite_report import Guess, SuiteReport

SUITE = Path("data") / "tasks"
NUM_SHOWN = 5
"""Examples that `tasks show` prints where it is not asked for JSON."""

PathArgument = Annotated[
    Path, typer.Argument(metavar="[PATH]", help="Task file, or a folder of them.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def build(
    families: Annotated[
        list[str] | None, typer.Option("--family", help="Only this family; repeatable.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the task files.")] = SUITE,
    is_json: JsonOption = False,
) -> None:
    """Build the task suite from pinned packages, one file a family."""
    from training.catalogue.build import build_suite

    with progress("Building task families"):
        tasks = build_suite(out, families=tuple(families or ()))
    num_tasks, num_families = len(tasks), len({task.family for task in tasks})
    if is_json:
        print_json(
            {"folder": str(out), "num_tasks": num_tasks, "num_families": num_families}
        )
    else:
        typer.echo(f"{num_tasks} tasks of {num_families} families in {out}")


def list_(path: PathArgument = SUITE, is_json: JsonOption = False) -> None:
    """List the tasks of a file or a folder."""
    tasks = read_tasks(path)
    columns = ("id", "family", "split", "num_descriptions", "num_examples")
    rows = [
        (t.id, t.family, t.split, len(t.descriptions), len(t.examples)) for t in tasks
    ]
    if is_json:
        print_json({"tasks": [dict(zip(columns, row, strict=True)) for row in rows]})
        return
    width = max((len(task.id) for task in tasks), default=0)
    for task_id, family, split, num_descriptions, num_examples in rows:
        counts = f"{num_descriptions:3} descriptions {num_examples:4} examples"
        typer.echo(f"{task_id:{width}}  {family:16} {split:10} {counts}")


def show(
    task_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the task.")],
    path: Annotated[
        Path, typer.Option("--tasks", help="Task file, or a folder of them.")
    ] = SUITE,
    is_json: JsonOption = False,
) -> None:
    """Show one task: its descriptions and, as JSON, every example."""
    task = _find(read_tasks(path), task_id, path)
    if is_json:
        print_json(task.to_dict())
        return
    typer.echo(f"{task.id}, family {task.family}, split {task.split}")
    typer.echo(f"from {task.source}, licence {task.licence}\n")
    for description in task.descriptions:
        typer.echo(f"- {description}")
    typer.echo(f"\n{len(task.examples)} examples, such as")
    for example in task.examples[:NUM_SHOWN]:
        typer.echo(f"  {example.input!r} -> {' | '.join(example.outputs)!r}")


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="JSON lines, a Natural Instructions .json, or a folder of them."
        ),
    ],
    out: Annotated[Path, typer.Option(help="New .jsonl file.")],
    is_chat: Annotated[
        bool,
        typer.Option(
            "--chat-samples",
            help="The folder holds chat samples, as OpenAI's evals do.",
        ),
    ] = False,
    is_json: JsonOption = False,
) -> None:
    """Check task files of your own and write them in the project's format."""
    if out.suffix != ".jsonl":
        raise ConfigError(f"--out must end in .jsonl, got {str(out)!r}")
    if out.exists():
        raise ConfigError(f"{out} exists: give a file that does not exist yet")
    with progress("Reading and checking the tasks"):
        tasks = read_chat_samples(file) if is_chat else read_tasks(file)
        if not tasks:
            raise ConfigError(f"{file} holds no task: put at least one in")
        for task in tasks:
            check_consistent(task)
    write_tasks(tasks, out)
    num_examples = sum(len(task.examples) for task in tasks)
    if is_json:
        print_json(
            {"file": str(out), "num_tasks": len(tasks), "num_examples": num_examples}
        )
    else:
        typer.echo(f"{len(tasks)} tasks with {num_examples} examples in {out}")
        typer.echo(f"train on them: genadapter train cpu data.extra_files={out}")


def encode(
    recipe_name: RecipeArgument,
    out: Annotated[Path, typer.Option(help="New folder.")],
    assignments: AssignmentsArgument = None,
    is_json: JsonOption = False,
) -> None:
    """Encode every description that a recipe trains on, for `train --descriptions`.

    For machines without the encoder: the folder takes its place there.
    """
    if out.exists():
        raise ConfigError(f"{out} exists: give a folder that does not exist yet")
    recipe = read_recipe(recipe_name, assignments)
    base, encoder = load_models(recipe, "cpu", "auto")
    with progress("Encoding descriptions"):
        from training.conditions import passages_of
        from training.curriculum import make_curriculum
        from training.kept_encoder import keep_embeddings

        tasks = make_curriculum(recipe, base).tasks
        texts = passages_of(tasks, num_shown=recipe.data.shown)
        keep_embeddings(texts, encoder, out)
    num_texts, num_tasks = len(set(texts)), len(tasks)
    if is_json:
        print_json(
            {"folder": str(out), "num_descriptions": num_texts, "num_tasks": num_tasks}
        )
    else:
        typer.echo(f"{num_texts} descriptions of {num_tasks} tasks in {out}")


def export_lm_eval(
    name: Annotated[str, typer.Argument(help="A family, or the id of one task.")],
    out: Annotated[Path, typer.Option(help="New folder, for --include_path.")],
    path: Annotated[
        Path, typer.Option("--tasks", help="Task file, or a folder of them.")
    ] = SUITE,
    num_rows: Annotated[
        int, typer.Option("--rows", min=1, help="Test rows of a task at most.")
    ] = 50,
    is_json: JsonOption = False,
) -> None:
    """Write tasks for lm-evaluation-harness, to score any adapter there."""
    if out.exists():
        raise ConfigError(f"{out} exists: give a folder that does not exist yet")
    with progress("Reading and writing the tasks"):
        from training.harness import write_harness_tasks

        tasks = read_tasks(path)
        chosen = [t for t in tasks if t.family == name] or [_find(tasks, name, path)]
        written = write_harness_tasks(chosen, out, num_rows=num_rows)
    if is_json:
        print_json({"folder": str(out), "tasks": [asdict(one) for one in written]})
        return
    for one in written:
        typer.echo(f"{one.name}, {one.num_rows} rows: {one.description}")
    typer.echo(
        "\nlm_eval --model hf --model_args pretrained=$(genadapter models path),"
        f"peft=ADAPTER --apply_chat_template --include_path {out} "
        f"--tasks {written[0].name}"
    )


def report(
    ctx: typer.Context, path: PathArgument = SUITE, is_json: JsonOption = False
) -> None:
    """Say how good a suite is as an experiment, before anything is trained on it."""
    tasks = read_tasks(path)
    if not tasks:
        raise ConfigError(f"{path} holds no task: put at least one in")
    with progress("Loading the base model and the encoder"):
        from genadapter.reading import Reader
        from training.recipes import cpu
        from training.suite_report import examine

        encoder = ctx.obj.encoder()
        base = ctx.obj.base(None)
        start = min(cpu().adapter.start_layer, base.num_layers - 1)
        spec = base.spec(rank=1, alpha=1.0, start_layer=start)
        # The probe looks at the first adapted layer alone: no other need be read.
        modules = tuple(replace(module, layers=(start,)) for module in spec.modules)
        reader = Reader(base, spec=replace(spec, modules=modules))
    with progress(f"Examining {len(tasks)} tasks and their descriptions"):
        found = examine(tasks, encoder=encoder, reader=reader)
    if is_json:
        print_json(asdict(found))
    else:
        _print_report(found)


def _print_report(report: SuiteReport) -> None:
    from training import suite_report as limits

    largest, num_largest = next(iter(report.tasks_per_family.items()))
    lines = {
        "tasks": f"{report.num_tasks} of {report.num_families} families, at most "
        f"{num_largest} of one ({largest})"
    }
    for split, count in report.splits.items():
        lines[f"  {split}"] = f"{count.num_tasks} of {count.num_families} families"
    lines["shared inputs"] = (
        f"{report.sharing_share:.0%} of tasks, wanted {limits.MIN_SHARING_SHARE:.0%}"
    )
    lines["input tells task"] = _told(report.from_input)
    lines["  where shared"] = _told(report.from_shared_input)
    lines["descriptions"] = f"at least {report.fewest_descriptions} a task"
    if (frame := report.widest_frame) is not None:
        lines["  widest frame"] = (
            f"{frame.words!r} in {frame.num_tasks} tasks, "
            f"allowed {limits.MAX_TASKS_PER_FRAME}"
        )
    if (accuracy := report.probe_accuracy) is not None:
        lines["  tell the task"] = (
            f"{accuracy:.1%} of those held out, wanted {limits.MIN_PROBE_ACCURACY:.0%}"
        )
    lines["leaks"] = str(len(report.leaks))
    for name, value in lines.items():
        typer.echo(f"{name:16} {value}")
    for leak in report.leaks:
        typer.echo(f"  {leak}")


def _told(guess: Guess | None) -> str:
    if guess is None:
        return "not measured"
    return f"{guess.accuracy:.1%} right, by its pool alone {guess.chance:.1%}"


def _find(tasks: Sequence[Task], task_id: str, path: Path) -> Task:
    by_id = {task.id: task for task in tasks}
    if task_id not in by_id:
        close = difflib.get_close_matches(task_id, by_id, cutoff=0.4) or list(by_id)[:3]
        raise ConfigError(f"no task {task_id!r} in {path}; closest: {', '.join(close)}")
    return by_id[task_id]
