"""The documents say what the code does: generated blocks, and an example that runs.

Run as a script (`make docs`) this file rewrites the blocks.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from typer.testing import CliRunner

import service.routes
from genadapter.adapter import load_adapter
from genadapter.cli import create_app
from genadapter.generators import families
from service.errors import ERROR_TABLE
from service.settings import Settings
from training.tasks import read_tasks

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
DATA_README = ROOT / "data" / "README.md"
SERVICE_README = ROOT / "service" / "README.md"
LIBRARY_README = ROOT / "genadapter" / "README.md"
TRAINING_README = ROOT / "training" / "README.md"
REPORT = ROOT / "data" / "reports" / "heldout" / "report.json"
MAX_README_LINES = 200
SUMMED_UP = {
    "genadapter": "the library: conditions in, adapters out, and the command line",
    "genadapter/generators": "base.py is the contract, every other file one family",
    "genadapter/reading": "the base model over descriptions, in eight-bit products",
    "training": "how experts and generators are learned and judged",
    "training/commands": "one file a group of sub-commands",
    "training/catalogue": "one file a family of tasks, and the builder of the suite",
    "training/documents": "invented facts in running text, and questions on them",
    "training/profiles": "users with preferences, and questions to them",
    "training/drills": "small tasks with parameters, made by the hundred",
    "training/evaluation": "tasks x methods: table, controls, intervals, plots",
    "training/experts": "experts by themselves: their speed, their shape, what they gain",
    "training/objectives": "one file an objective",
    "service": "adapters and chat over HTTP",
    "examples": "PEFT with two adapters, and a client over HTTP: scripts to copy",
    "tests": "mirrors the packages",
    "data": "the task suite and the shipped bundle",
}
"""Folders that the tree shows as one line."""


def _first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").splitlines()[0]


def _help() -> str:
    result = CliRunner().invoke(create_app(), ["--help"])
    text = "\n".join(line.rstrip() for line in result.stdout.strip().splitlines())
    return f"```\n{text}\n```"


def _table(titles: list[str], rows: list[list[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _families() -> str:
    rows = [
        [
            f"`{name}`",
            ", ".join(sorted(cls.conditions)),
            ", ".join(cls.objectives) or "nothing to train",
            _first_line(cls),
        ]
        for name, cls in families().items()
    ]
    return _table(["Family", "Takes", "Learns from", "What it does"], rows)


def _routes() -> str:
    rows = []
    for found in sorted(iter_modules(service.routes.__path__), key=lambda m: m.name):
        module = import_module(f"service.routes.{found.name}")
        for route in module.router.routes:
            method = ", ".join(sorted(route.methods))
            rows.append([f"`{method} {route.path}`", _first_line(route.endpoint)])
    return _table(["Route", "What it does"], rows)


def _settings() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        # The one default that is made is a folder, which differs by machine.
        is_made = field.default_factory is not None
        rows.append(
            [
                f"`{name.upper()}`",
                "in the cache" if is_made else str(field.default),
                _attribute_docs(Settings)[name],
            ]
        )
    return _table(["Setting", "Default", "What it is"], rows)


def _attribute_docs(cls: type) -> dict[str, str]:
    """The strings beneath a class's fields."""
    (definition,) = ast.parse(inspect.getsource(cls)).body
    assert isinstance(definition, ast.ClassDef)
    docs = {}
    for field, below in pairwise(definition.body):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
            text = ast.literal_eval(below.value)
            docs[ast.unparse(field.target)] = " ".join(text.split())
    return docs


def _errors() -> str:
    by_status = defaultdict(list)
    for error, row in ERROR_TABLE.items():
        by_status[row.status].append(f"`{error.__name__}`")
    rows = [[str(status), ", ".join(by_status[status])] for status in sorted(by_status)]
    return _table(["Status", "Errors of the library and the service"], rows)


def _tree() -> str:
    folders = ("genadapter", "training", "service", "examples", "tests", "data")
    lines = [f"{name}/ - {SUMMED_UP[name]}" for name in folders]
    return "```\n" + "\n".join(lines) + "\n```"


def _modules(package: str) -> str:
    return "```\n" + "\n".join(_package_lines(ROOT / package)) + "\n```"


def _package_lines(package: Path) -> Iterator[str]:
    for path in sorted(package.iterdir()):
        name = path.relative_to(ROOT).as_posix()
        if path.is_dir() and any(path.glob("*.py")):
            yield f"{path.name}/ - {SUMMED_UP.get(name, '')}".rstrip(" -")
        elif path.suffix == ".py" and not path.name.startswith("__"):
            docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
            yield f"{path.name} - {(docstring or '').splitlines()[0]}"


def _tasks() -> str:
    by_family = defaultdict(list)
    for task in read_tasks(ROOT / "data" / "tasks"):
        by_family[task.family].append(task)
    rows = []
    for family, tasks in sorted(by_family.items()):
        splits = sorted({t.split for t in tasks})
        licences, sources = {t.licence for t in tasks}, {t.source for t in tasks}
        rows.append(
            [
                family,
                str(len(tasks)),
                str(sum(len(t.examples) for t in tasks)),
                ", ".join(splits),
                "; ".join(sorted(licences)),
                "; ".join(sorted(sources)),
            ]
        )
    titles = ["Family", "Tasks", "Rows", "Splits", "Licence", "Origin"]
    return _table(titles, rows)


def _results() -> str:
    report = json.loads(REPORT.read_text("utf-8"))
    headroom = report["headline_by_distance"]
    parts = {
        "unseen families": report["by_distance"]["unseen_families"],
        "those with headroom": headroom["unseen_families"],
        "unseen tasks of seen families": report["by_distance"]["unseen_tasks"],
        "of these with headroom": headroom["unseen_tasks"],
    }
    heads = [f"{name} ({part['num_tasks']})" for name, part in parts.items()]
    rows = [
        [f"`{method}`", *(_exact(part["macro"][method]) for part in parts.values())]
        for method in report["methods"]
        if _is_shown(method, report["default"])
        and any(
            part["macro"][method]["exact_match"] is not None for part in parts.values()
        )
    ]
    return "\n\n".join(
        [
            _table(["Exact match", *heads], rows),
            *(
                _leads(report["default"], distance.replace("_", " "), found)
                for distance, found in headroom.items()
                if found["num_tasks"]
            ),
        ]
    )


def _is_shown(method: str, default: str) -> bool:
    """Controls but one are left to the report."""
    controls = ("_shuffled", "_sibling", "_junk", "_mean", "_reworded")
    return method == f"{default}_shuffled" or not method.endswith(controls)


def _leads(default: str, part: str, found: dict[str, Any]) -> str:  # Any: plain JSON
    leads = [
        f"`{rival}` {_lead(own)}"
        for rival, own in found["paired"].items()
        if own["difference"] is not None
        and rival != "oracle"
        and _is_shown(rival, default)
    ]
    low, high = found["gap_recovered_ci"]
    return (
        f"`{default}` on {part} with headroom recovers {found['gap_recovered']:.2f} "
        f"[{low:.2f}, {high:.2f}] of the gap between base and oracle. "
        f"It leads: {', '.join(leads)}."
    )


def _exact(found: dict[str, Any]) -> str:  # Any: plain JSON
    if found["exact_match"] is None:
        return "-"
    low, high = found["exact_match_ci"]
    return f"{found['exact_match']:.3f} [{low:.3f}, {high:.3f}]"


def _lead(found: dict[str, Any]) -> str:  # Any: plain JSON
    low, high = found["ci"]
    return f"{found['difference']:+.3f} [{low:+.3f}, {high:+.3f}]"


BLOCKS: dict[tuple[Path, str], Callable[[], str]] = {
    (README, "help"): _help,
    (README, "families"): _families,
    (README, "results"): _results,
    (SERVICE_README, "routes"): _routes,
    (SERVICE_README, "settings"): _settings,
    (SERVICE_README, "errors"): _errors,
    (README, "tree"): _tree,
    (LIBRARY_README, "tree"): partial(_modules, "genadapter"),
    (TRAINING_README, "tree"): partial(_modules, "training"),
    (DATA_README, "tasks"): _tasks,
}
"""Where each generated block stands, and what makes its text."""


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"(<!-- generated: {re.escape(name)} -->\n)(.*?)(<!-- end -->)", re.DOTALL
    )


def _example() -> str:
    match = re.search(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert match is not None
    return match[1]


@pytest.mark.parametrize(
    ("path", "name"), BLOCKS, ids=[f"{p.parent.name}-{n}" for p, n in BLOCKS]
)
def test_generated_block_is_up_to_date(path: Path, name: str) -> None:
    """What the code says now stands in the document; `make docs` rewrites it."""
    match = _pattern(name).search(path.read_text("utf-8"))
    assert match is not None, f"{path.name} has no block {name!r}"
    assert match[2].strip() == BLOCKS[path, name]().strip(), "run `make docs`"


def test_every_block_in_the_documents_is_generated() -> None:
    """No block is left that nothing keeps true."""
    for path in {path for path, _ in BLOCKS}:
        found = re.findall(r"<!-- generated: (.+?) -->", path.read_text("utf-8"))
        assert sorted(found) == sorted(n for p, n in BLOCKS if p == path)


def test_readme_stays_short() -> None:
    """A newcomer reads it in one go."""
    assert len(README.read_text("utf-8").splitlines()) < MAX_README_LINES


def test_readme_example_is_short() -> None:
    """Ten lines show the whole library."""
    assert sum(1 for line in _example().splitlines() if line.strip()) <= 10


@pytest.mark.packaged
def test_readme_example_runs(tmp_path: Path) -> None:
    """The first thing that people copy works as it stands, and writes an adapter."""
    command = [sys.executable, "-c", _example()]
    subprocess.run(command, check=True, cwd=tmp_path, timeout=300)
    assert load_adapter(tmp_path / "adapters" / "email").id.startswith("lora-")


def _rewrite() -> None:
    for (path, name), render in BLOCKS.items():
        text = path.read_text("utf-8")
        new = f"{render().strip()}\n"
        path.write_text(
            _pattern(name).sub(lambda m, new=new: m[1] + new + m[3], text), "utf-8"
        )


if __name__ == "__main__":
    _rewrite()
