"""What the commands print: results to stdout as text or JSON, progress to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from genadapter.adapter import Adapter
    from genadapter.benchmark import GenerateTimes
    from genadapter.comparison import Answers
    from genadapter.demo import Shown
    from genadapter.doctor import Check
    from genadapter.familiarity import Familiarity
    from genadapter.hub import Draft
    from genadapter.inspection import Difference, Inspection, Likeness
    from genadapter.interview import UserAnswers

Neighbours = Sequence[tuple[str, float]]
"""Experts with their similarities, nearest first."""
NEXT_STEPS = {
    'genadapter generate "Name the opposite."': "write an adapter",
    "genadapter demo": "compare answers on tasks never trained on",
    "genadapter serve": "serve adapters and chat over HTTP",
}
"""Commands for who comes first, and what each will do."""
SOURCES = {
    "base": "base",
    "prompted": "base told the profile",
    "adapter": "own adapter",
    "other": "the other's adapter",
}
"""Who answers in an interview, in words."""


@contextmanager
def progress(message: str) -> Iterator[None]:
    """Says on stderr what is being done: a spinner, or a line where none can turn."""
    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(f"{message} ...", markup=False, highlight=False, soft_wrap=True)
        yield
        return
    with console.status(message):
        yield


@contextmanager
def progress_by_steps() -> Iterator[Callable[[str, float], None]]:
    """Says on stderr how far a work of many steps is: a bar, or a line a step.

    Yields:
        To be told the step that begins and the share of the whole that is done.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step, share: typer.echo(f"{share:4.0%} {step}", err=True)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
    figures = (BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, *figures, console=console, transient=True) as shown:
        whole = shown.add_task("", total=1.0)
        yield lambda step, share: shown.update(whole, description=step, completed=share)


def print_error(message: str) -> None:
    """One red line on stderr."""
    Console(stderr=True).print(Text(f"error: {message}", style="red"), soft_wrap=True)


def print_hint(message: str) -> None:
    """One line on stderr that says what else could be had."""
    Console(stderr=True).print(Text(f"hint: {message}", style="dim"), soft_wrap=True)


def print_json(values: object) -> None:
    """JSON on stdout, for programs."""
    json.dump(values, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_greeting(summary: str) -> None:
    """What this is and what to do next, for who gave no command."""
    width = max(map(len, NEXT_STEPS))
    steps = [f"  {step:{width}}  {told}" for step, told in NEXT_STEPS.items()]
    typer.echo("\n".join([summary, "", *steps, "", "All commands: genadapter --help"]))


def generated_values(
    adapter: Adapter,
    folder: Path,
    *,
    seconds: float,
    familiarity: Familiarity | None = None,
) -> dict[str, Any]:  # Any: plain JSON
    """What `generate` reports."""
    return {
        "id": adapter.id,
        "path": str(folder),
        "seconds": round(seconds, 4),
        "neighbours": _neighbour_values(adapter.provenance.neighbours),
        "familiarity": familiarity and familiarity.share,
    }


def print_generated(
    adapter: Adapter,
    folder: Path,
    *,
    seconds: float,
    familiarity: Familiarity | None = None,
) -> None:
    """What `generate` reports, for people."""
    typer.echo(f"{adapter.id} in {1000 * seconds:.0f} ms: {folder}")
    if near := _neighbour_text(adapter.provenance.neighbours):
        typer.echo(f"nearest experts: {near}")
    if familiarity is not None:
        typer.echo(f"familiarity: {_familiarity_text(familiarity.share)}")
        if familiarity.is_strange:
            print_hint("unlike any task that was learned from: expect little of it")


def inspection_values(
    found: Inspection, adapter: Adapter, folder: Path
) -> dict[str, Any]:  # Any: plain JSON
    """What `inspect` reports."""
    made = adapter.provenance
    return {
        "id": adapter.id,
        "path": str(folder),
        "base_name": adapter.base_name,
        "base_fingerprint": adapter.spec.base_fingerprint,
        **asdict(made),
        "neighbours": _neighbour_values(made.neighbours),
        "rank": adapter.spec.rank,
        "alpha": adapter.spec.alpha,
        "num_parameters": found.num_parameters,
        "num_bytes": _num_bytes(folder),
        "layers": list(found.layers),
        "norm": found.norm,
        "norms": {name: list(norms_L) for name, norms_L in found.norms.items()},
    }


def print_inspection(found: Inspection, adapter: Adapter, folder: Path) -> None:
    """What `inspect` reports, for people."""
    from genadapter.heat_map import as_blocks

    spec, made = adapter.spec, adapter.provenance
    kinds = " and ".join(made.kinds)
    facts = {
        "id": adapter.id,
        "family": made.family,
        "told": made.description or f"{kinds}, not kept here",
        "base": f"{adapter.base_name} ({spec.base_fingerprint})",
        "rank": f"{spec.rank}, alpha {spec.alpha:g}",
        "modules": ", ".join(found.norms),
        "layers": f"{found.layers[0]} to {found.layers[-1]} ({len(found.layers)})",
        "size": f"{found.num_parameters:,} numbers, {_num_bytes(folder) / 1e6:.1f} MB",
        "made by": f"bundle {made.bundle[:12]}, seed {made.seed}",
    }
    if made.familiarity is not None:
        facts["familiarity"] = _familiarity_text(made.familiarity)
    if near := _neighbour_text(made.neighbours):
        facts["nearest"] = near
    _print_rows([[name, text] for name, text in facts.items()])
    blocks = as_blocks(found.norms)
    top = max(n or 0.0 for norms_L in found.norms.values() for n in norms_L)
    typer.echo(f"\nnorm of the change {found.norm:.3g}; by layer, {top:.3g} at most:")
    width = max(map(len, blocks))
    for name, row in blocks.items():
        typer.echo(f"  {name:{width}}  {row}")


def difference_values(
    difference: Difference, places: Mapping[str, tuple[str, Path]]
) -> dict[str, Any]:  # Any: plain JSON
    """What `diff` reports of `a` and `b`, which lie at places under ids."""
    facts = dict(difference.facts)
    if "neighbours" in facts:
        ours, theirs = facts["neighbours"]
        facts["neighbours"] = (_neighbour_values(ours), _neighbour_values(theirs))
    return {
        **{
            name: {"id": identity, "path": str(folder)}
            for name, (identity, folder) in places.items()
        },
        "facts": {name: {"a": a, "b": b} for name, (a, b) in facts.items()},
        **asdict(difference.whole),
        "modules": {
            name: {
                **asdict(likeness),
                "layers": {
                    str(layer): asdict(one)
                    for layer, one in difference.by_layer[name].items()
                },
            }
            for name, likeness in difference.by_module.items()
        },
    }


def print_difference(
    difference: Difference, places: Mapping[str, tuple[str, Path]]
) -> None:
    """What `diff` reports, for people."""
    for name, (identity, folder) in places.items():
        typer.echo(f"{name}  {identity}: {folder}")
    rows = [["", *places]] if difference.facts else [["made alike, of one shape"]]
    for name, pair in difference.facts.items():
        rows.append([name, *(_fact_text(name, value) for value in pair)])
    typer.echo()
    _print_rows(rows)
    rows = [["change", "cosine", "distance / a", "cosine of its layers"]]
    for name, likeness in difference.by_module.items():
        layers = [one.cosine for one in difference.by_layer[name].values()]
        known = [cosine for cosine in layers if cosine is not None]
        spread = f"{min(known):.3f} to {max(known):.3f}" if known else "-"
        rows.append([name, *_likeness_text(likeness), spread])
    rows.append(["all", *_likeness_text(difference.whole), ""])
    typer.echo()
    _print_rows(rows)


def exported_values(
    adapter: Adapter, target: Path
) -> dict[str, Any]:  # Any: plain JSON
    """What `export` reports of the file or the folder that it wrote."""
    if target.is_file():
        return {
            "id": adapter.id,
            "file": str(target),
            "bytes": target.stat().st_size,
        }
    sizes = {path.name: path.stat().st_size for path in sorted(target.iterdir())}
    return {"id": adapter.id, "folder": str(target), "files": file_values(sizes)}


def file_values(sizes: Mapping[str, int]) -> list[dict[str, Any]]:  # Any: plain JSON
    """Files by name, each with its bytes."""
    return [{"name": name, "bytes": size} for name, size in sizes.items()]


def print_draft(found: Draft) -> None:
    """What the hub would be handed, for people: files, then the whole model card."""
    for name, size in found.sizes.items():
        typer.echo(f"{size:12,} bytes  {name}")
    typer.echo(f"\n{found.card}", nl=False)


def print_answers(answers: Sequence[Answers]) -> None:
    """Answers side by side."""
    Console().print(_answers_table(answers))


def shown_values(shown: Shown) -> dict[str, Any]:  # Any: plain JSON
    """What `demo` reports of one task."""
    answers = [
        {**asdict(answer), "expected": list(accepted)}
        for answer, (_, accepted) in zip(shown.answers, shown.task.rows, strict=True)
    ]
    return {
        "task": shown.task.id,
        "description": shown.task.description,
        "num_right": shown.num_right,
        "answers": answers,
    }


def print_shown(shown: Shown, adapter: Adapter, *, milliseconds: float) -> None:
    """What `demo` reports of one task, for people."""
    console, num_rows = Console(), len(shown.answers)
    table = _answers_table(
        shown.answers, expected=[answers[0] for _, answers in shown.task.rows]
    )
    counts = [f"{count} of {num_rows}" for count in shown.num_right.values()]
    table.show_footer = True
    for column, footer in zip(table.columns, ["right", "", *counts], strict=True):
        column.footer = footer
    family = adapter.provenance.family
    console.print()
    console.print(Text(shown.task.description, style="bold"))
    console.print(f"{adapter.id}, {family}, {milliseconds:.0f} ms", style="dim")
    console.print(table)


def print_total(shown: Sequence[Shown]) -> None:
    """How many answers were right over all tasks, as text on stdout."""
    num_rows = sum(len(one.task.rows) for one in shown)
    right = {
        name: sum(one.num_right[name] for one in shown)
        for name in ("base", "prompted", "adapter")
    }
    Console().print(
        f"Right of {num_rows} answers: base {right['base']}, base told the task "
        f"{right['prompted']}, adapter {right['adapter']}. All held-out tasks: "
        "data/reports/README.md"
    )


def interview_values(
    held: Sequence[UserAnswers], *, is_trained_on_profiles: bool
) -> dict[str, Any]:  # Any: plain JSON
    """What `demo personalize` reports."""
    users = [
        {
            "name": one.user.name,
            "profile": one.user.profile,
            "adapter": one.adapter_id,
            "num_right": one.num_right,
        }
        for one in held
    ]
    questions = [
        {
            "question": question,
            "base": held[0].answers["base"][place],
            "answers": [_answer_values(one, place) for one in held],
        }
        for place, question in enumerate(held[0].questions)
    ]
    return {
        "is_trained_on_profiles": is_trained_on_profiles,
        "users": users,
        "questions": questions,
    }


def print_interview(held: Sequence[UserAnswers], *, milliseconds: float) -> None:
    """What `demo personalize` reports, for people."""
    console = Console()
    columns = {"question": list(held[0].questions)}
    columns["base"] = list(held[0].answers["base"])
    for one in held:
        name = one.user.name
        console.print()
        console.print(Text(f"{name}: {one.user.profile}", style="bold"))
        console.print(one.adapter_id, style="dim")
        if told := one.answers.get("prompted"):
            columns[f"base told of {name}"] = list(told)
        columns[f"for {name}"] = [
            given if wanted is None else f"{given}\n(wanted: {wanted})"
            for given, wanted in zip(one.answers["adapter"], one.expected, strict=True)
        ]
    console.print(f"Two adapters in {milliseconds:.0f} ms", style="dim")
    table = _columns_table(columns)
    for column in table.columns:
        column.overflow = "fold"
    console.print(table)
    for one in held:
        if one.num_right is None:
            continue
        num_known = sum(wanted is not None for wanted in one.expected)
        counts = ", ".join(f"{SOURCES[s]} {n}" for s, n in one.num_right.items())
        typer.echo(f"Right of {num_known} answers for {one.user.name}: {counts}")


def print_checks(checks: Sequence[Check]) -> None:
    """What `doctor` found, for people."""
    styles = {"ok": "green", "optional": "yellow", "missing": "red"}
    table = Table.grid(padding=(0, 2))
    for name in ("state", "what", "found"):
        table.add_column(name, overflow="fold")
    for check in checks:
        state = Text(check.state, style=styles[check.state])
        table.add_row(state, Text(check.name), Text(check.detail))
        if check.next_step:
            table.add_row("", "", Text(f"next: {check.next_step}", style="bold"))
    Console().print(table)


def times_values(times: GenerateTimes) -> dict[str, Any]:  # Any: plain JSON
    """What `bench generate` reports."""
    return {
        "generate_ms": {"p50": round(times.p50_ms, 2), "p95": round(times.p95_ms, 2)},
        "batch_adapters_per_second": round(times.batch_adapters_per_second, 1),
        "peak_rss_mib": round(times.peak_rss_mib),
    }


def print_times(times: GenerateTimes) -> None:
    """What `bench generate` reports, for people."""
    typer.echo(f"one adapter   p50 {times.p50_ms:.1f} ms, p95 {times.p95_ms:.1f} ms")
    typer.echo(f"one batch     {times.batch_adapters_per_second:.1f} adapters a second")
    typer.echo(f"peak memory   {times.peak_rss_mib:.0f} MiB")


def _print_rows(rows: Sequence[Sequence[str]]) -> None:
    """Columns, without lines between them."""
    table = Table.grid(*[""] * len(rows[0]), padding=(0, 2))
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def _likeness_text(likeness: Likeness) -> list[str]:
    figures = (likeness.cosine, likeness.relative_distance)
    return ["-" if figure is None else f"{figure:.3f}" for figure in figures]


def _fact_text(name: str, value: Any) -> str:  # Any: plain JSON
    if value is None:
        return "-"
    if name == "neighbours":
        return _neighbour_text(value)
    if name in ("bundle", "condition"):
        return str(value)[:12]
    return ", ".join(value) if name == "kinds" else str(value)


def _neighbour_values(
    neighbours: Neighbours,
) -> list[dict[str, Any]]:  # Any: plain JSON
    return [{"id": expert, "similarity": near} for expert, near in neighbours]


def _neighbour_text(neighbours: Neighbours) -> str:
    return ", ".join(f"{expert} ({near:.2f})" for expert, near in neighbours)


def _familiarity_text(share: float) -> str:
    return f"promises more than {100 * share:.0f}% of the descriptions it learned from"


def _num_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _answers_table(
    answers: Sequence[Answers], *, expected: Sequence[str] | None = None
) -> Table:
    columns = {"input": [answer.input for answer in answers]}
    if expected is not None:
        columns["expected"] = list(expected)
    columns["base"] = [answer.base for answer in answers]
    if any(answer.prompted is not None for answer in answers):
        columns["base + description"] = [answer.prompted or "" for answer in answers]
    columns["adapter"] = [answer.adapter for answer in answers]
    return _columns_table(columns)


def _answer_values(one: UserAnswers, place: int) -> dict[str, Any]:  # Any: plain JSON
    prompted = one.answers.get("prompted")
    return {
        "user": one.user.name,
        "expected": one.expected[place],
        "prompted": prompted and prompted[place],
        "adapter": one.answers["adapter"][place],
    }


def _columns_table(columns: Mapping[str, Sequence[str]]) -> Table:
    table = Table(*columns, show_lines=True)
    for cells in zip(*columns.values(), strict=True):
        # Answers are the model's words: no markup of theirs may take effect.
        table.add_row(*map(Text, cells))
    return table
