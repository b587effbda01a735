"""Training's commands: task files in and out, and what is refused before any work."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle
from genadapter.cli import Loaders, create_app
from genadapter.encoder import DEFAULT_ENCODER, Encoder
from genadapter.errors import ConfigError
from genadapter.manifest import read_manifest
from genadapter.pipeline import Pipeline
from training.cli import register
from training.kept_encoder import KeptEncoder
from training.recipes import Recipe
from training.tasks import Task, read_tasks, write_tasks
from training.workspace import Workspace, check_same_run, run_folder

HEAVY_MODULES = ("torch", "transformers", "faiss", "lightning", "matplotlib", "sklearn")


@pytest.fixture
def suite_file(suite: list[Task], tmp_path: Path) -> str:
    """The tiny suite on disk."""
    write_tasks(suite, tmp_path / "suite.jsonl")
    return str(tmp_path / "suite.jsonl")


def invoke(*arguments: str, **kwargs: Any) -> Result:  # Any: as typer's runner
    """Runs a command of the whole command line."""
    return CliRunner().invoke(create_app(), arguments, **kwargs)


def values_of(result: Result) -> Any:  # Any: plain JSON
    """The JSON that a successful command printed."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_tasks_are_listed_with_their_counts(suite_file: str, suite: list[Task]) -> None:
    """JSON has one object a task; text has one line a task."""
    tasks = values_of(invoke("tasks", "list", suite_file, "--json"))["tasks"]
    assert tasks[0] == {
        "id": "pairs_first",
        "family": "pairs",
        "split": "train",
        "num_descriptions": 4,
        "num_examples": 40,
    }
    lines = invoke("tasks", "list", suite_file).stdout.splitlines()
    assert len(lines) == len(tasks) == len(suite)


def test_task_is_shown_or_the_closest_are_named(
    suite_file: str, suite: list[Task]
) -> None:
    """JSON is the task's own line; a typo is met with the ids that come near."""
    shown = values_of(
        invoke("tasks", "show", "pairs_swap", "--tasks", suite_file, "--json")
    )
    assert shown == suite[2].to_dict()
    text = invoke("tasks", "show", "pairs_swap", "--tasks", suite_file).stdout
    assert all(f"- {wording}" in text for wording in suite[2].descriptions)
    missed = invoke("tasks", "show", "pairs_swop", "--tasks", suite_file)
    assert missed.exit_code == 2
    assert "closest: pairs_swap" in missed.stderr


def test_import_writes_the_projects_own_format(
    suite_file: str, suite: list[Task], tmp_path: Path
) -> None:
    """What was imported reads back equal."""
    out = tmp_path / "mine.jsonl"
    result = invoke("tasks", "import", suite_file, "--out", str(out))
    assert result.exit_code == 0, result.stderr
    assert f"data.extra_files={out}" in result.stdout
    assert read_tasks(out) == suite


def test_import_as_json_counts_what_was_written(
    suite_file: str, suite: list[Task], tmp_path: Path
) -> None:
    """The file, its tasks and their rows."""
    out = str(tmp_path / "mine.jsonl")
    values = values_of(invoke("tasks", "import", suite_file, "--out", out, "--json"))
    assert values == {
        "file": out,
        "num_tasks": len(suite),
        "num_examples": sum(len(task.examples) for task in suite),
    }


def test_build_as_json_counts_what_was_written(tmp_path: Path) -> None:
    """The folder, its tasks and their families."""
    arguments = ("--family", "advice_questions", "--out", str(tmp_path / "built"))
    values = values_of(invoke("tasks", "build", *arguments, "--json"))
    (path,) = (tmp_path / "built").iterdir()
    assert values == {
        "folder": str(tmp_path / "built"),
        "num_tasks": len(read_tasks(path)),
        "num_families": 1,
    }
    lines = invoke("tasks", "build", *arguments).stdout.splitlines()
    assert lines == [f"{values['num_tasks']} tasks of 1 families in {tmp_path}/built"]


def test_encode_counts_the_descriptions_that_it_kept(
    suite_file: str, base_folder: Path, encoder_folder: Path, home: Path, tmp_path: Path
) -> None:
    """As JSON and as text; the folder takes the encoder's place."""
    (home / "models").mkdir(parents=True)
    (home / "models" / DEFAULT_ENCODER).symlink_to(encoder_folder)
    settings = ["smoke", f"base={base_folder}", f"data.folder={suite_file}"]
    arguments = ("tasks", "encode", *settings, "--out")
    values = values_of(invoke(*arguments, str(tmp_path / "kept"), "--json"))
    assert sorted(values) == ["folder", "num_descriptions", "num_tasks"]
    assert values["folder"] == str(tmp_path / "kept")
    assert values["num_descriptions"] >= values["num_tasks"] > 0
    KeptEncoder(tmp_path / "kept")
    told = invoke(*arguments, str(tmp_path / "again")).stdout
    counts = f"{values['num_descriptions']} descriptions of {values['num_tasks']} tasks"
    assert told == f"{counts} in {tmp_path}/again\n"


def test_a_family_or_a_task_is_written_for_the_harness(
    suite_file: str, suite: list[Task], tmp_path: Path
) -> None:
    """JSON names each task with the words to generate from; text ends with the call."""
    pairs, out = [t for t in suite if t.family == "pairs"], str(tmp_path / "pairs")
    arguments = ("tasks", "export-lm-eval", "--tasks", suite_file, "--rows", "3")
    values = values_of(invoke(*arguments, "pairs", "--out", out, "--json"))
    assert values == {
        "folder": out,
        "tasks": [
            {
                "name": f"genadapter_{task.id}",
                "id": task.id,
                "description": task.heldout_descriptions[0],
                "num_rows": 3,
            }
            for task in pairs
        ],
    }
    again = invoke(*arguments, "pairs_swap", "--out", out)
    assert (again.exit_code, "exists" in again.stderr) == (2, True)
    one = invoke(*arguments, "pairs_swap", "--out", str(tmp_path / "one"))
    first, *_, call = one.stdout.splitlines()
    assert first.startswith("genadapter_pairs_swap, 3 rows: ")
    assert call.endswith(f"--include_path {tmp_path}/one --tasks genadapter_pairs_swap")
    none = invoke(*arguments, "pairs_swop", "--out", str(tmp_path / "none"))
    assert (none.exit_code, "closest: pairs_swap" in none.stderr) == (2, True)
    assert not (tmp_path / "none").exists()


def test_one_bad_line_imports_nothing(suite_file: str, tmp_path: Path) -> None:
    """File, line and reason are named, and no file is left behind."""
    bad = tmp_path / "bad.jsonl"
    good = Path(suite_file).read_text(encoding="utf-8").splitlines()[0]
    bad.write_text(good + '\n{"id": "x", "descriptions": ["d"]}\n', encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    result = invoke("tasks", "import", str(bad), "--out", str(tmp_path / "out.jsonl"))
    assert result.exit_code == 2
    assert "bad.jsonl, line 2: 'examples' is missing or empty" in result.stderr
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("a", "b"), ("a", "c")], "input 'a' has the answer 'b' in one row and 'c'"),
        (
            [("a", ["b", "c"]), ("a", "b"), ("a", "c")],
            "input 'a' has the answer 'b' in one row and 'c'",
        ),
        ([("a", "b"), ("a", "b")], "task id 'x' occurs twice"),
    ],
)
def test_contradictions_and_repeated_ids_import_nothing(
    rows: list[tuple[str, str | list[str]]], reason: str, tmp_path: Path
) -> None:
    """Rows at odds with each other, and two tasks of one id."""
    examples = [{"input": text, "output": answer} for text, answer in rows]
    line = json.dumps({"id": "x", "descriptions": ["d"], "examples": examples}) + "\n"
    bad = tmp_path / "bad.jsonl"
    bad.write_text(line if rows[0] != rows[1] else 2 * line, encoding="utf-8")
    out = tmp_path / "out.jsonl"
    result = invoke("tasks", "import", str(bad), "--out", str(out))
    assert (result.exit_code, reason in result.stderr) == (2, True), result.stderr
    assert not out.exists()


def test_import_overwrites_nothing(suite_file: str, tmp_path: Path) -> None:
    """An existing file, another ending and an empty file are refused."""
    existing = invoke("tasks", "import", suite_file, "--out", suite_file)
    assert (existing.exit_code, "exists" in existing.stderr) == (2, True)
    ending = invoke("tasks", "import", suite_file, "--out", str(tmp_path / "out.txt"))
    assert (ending.exit_code, "must end in .jsonl" in ending.stderr) == (2, True)
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    none = invoke("tasks", "import", str(empty), "--out", str(tmp_path / "out.jsonl"))
    assert (none.exit_code, "holds no task" in none.stderr) == (2, True)


def test_unknown_family_is_refused_with_those_found(tmp_path: Path) -> None:
    """Nothing is built."""
    result = invoke("tasks", "build", "--family", "speling", "--out", str(tmp_path))
    assert result.exit_code == 2
    assert "no task family 'speling'; found:" in result.stderr
    assert not list(tmp_path.iterdir())


def test_report_tells_how_good_a_suite_is(
    suite_file: str, suite: list[Task], encoder: Encoder, base: BaseModel
) -> None:
    """JSON for programs under keys that stay, a line a figure for people."""
    loaders = Loaders(encoder=lambda: encoder, base=lambda _: base)
    result = invoke("tasks", "report", suite_file, "--json", obj=loaders)
    values = values_of(result)
    assert "Examining 7 tasks" in result.stderr
    assert list(values) == [
        "num_tasks",
        "num_families",
        "tasks_per_family",
        "splits",
        "num_sharing_tasks",
        "sharing_share",
        "fewest_descriptions",
        "widest_frame",
        "from_input",
        "from_shared_input",
        "probe_accuracy",
        "leaks",
    ]
    assert values["splits"]["train"] == {"num_tasks": 4, "num_families": 2}
    assert values["widest_frame"]["num_tasks"] == 1
    assert list(values["from_input"]) == ["num_tasks", "accuracy", "chance"]
    text = invoke("tasks", "report", suite_file, obj=loaders).stdout
    assert "7 of 4 families, at most 3 of one (pairs)" in text
    assert "0% of tasks, wanted 60%" in text
    assert "where shared   not measured" in text


def test_report_lists_leaks_and_needs_tasks(
    suite: list[Task], encoder: Encoder, base: BaseModel, tmp_path: Path
) -> None:
    """Every leak on a line of its own; a suite of nothing is refused."""
    loaders = Loaders(encoder=lambda: encoder, base=lambda _: base)
    copied = replace(suite[0], id="copy", split="test", descriptions=("short",))
    write_tasks([suite[0], copied], tmp_path / "leaking.jsonl")
    path = str(tmp_path / "leaking.jsonl")
    lines = invoke("tasks", "report", path, obj=loaders).stdout.splitlines()
    assert "leaks            2" in lines
    assert [line.split(":")[0] for line in lines[-2:]] == ["  group", "  rows"]
    (tmp_path / "empty.jsonl").touch()
    none = invoke("tasks", "report", str(tmp_path / "empty.jsonl"), obj=loaders)
    assert (none.exit_code, "holds no task" in none.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "tpu"), "no recipe 'tpu'; found: smoke, cpu, gpu"),
        (("train", "smoke", "optim.max_step=3"), "closest: max_steps"),
        (("train", "smoke", "--time-budget", "0"), "must be above 0 minutes, got 0"),
        (("ablate", "smoke", "--leg", "-1"), "--leg must be above 0 minutes, got -1"),
        (("ablate", "smoke", "--only", "all"), "no ablation 'all'; found: as-it-is"),
        (("train", "smoke", "--bundle-out", "."), "exists: give a folder"),
        (("experts", "train", "smoke", "seed=x"), "seed must be a int, got 'x'"),
        (("experts", "compare-specs", "none"), "no recipe 'none'"),
        (("tasks", "report", "nowhere"), "nowhere: no such file"),
        (("evaluate", "--tasks", "nowhere"), "no tasks 'nowhere'"),
        (("evaluate", "--prompted", "nowhere"), "make it with `genadapter train"),
        (("evaluate", "--methods", "base,oracle"), "pass --oracles FILE"),
    ],
)
def test_mistakes_are_told_before_a_model_is_loaded(
    arguments: tuple[str, ...], message: str, home: Path
) -> None:
    """One line on stderr, exit code 2, nothing in the home folder."""
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not home.exists()


def test_missing_rival_is_told_before_a_model_is_loaded(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comparison with PEFT that cannot be finished is not begun."""
    monkeypatch.setitem(sys.modules, "peft", None)
    result = invoke("bench", "experts")
    assert result.exit_code == 2
    assert "pip install peft" in result.stderr
    assert not home.exists()


def test_run_from_before_a_setting_existed_is_resumed(work: Workspace) -> None:
    """What it was then is what it is by default."""
    path = work.folder / "recipe.json"
    kept = json.loads(path.read_text("utf-8"))
    del kept["data"]["shown"], kept["batch"]["shown_share"]
    path.write_text(json.dumps(kept), encoding="utf-8")
    check_same_run(work.recipe)
    changed = replace(work.recipe.data, shown=2)
    with pytest.raises(ConfigError, match="other settings of data: start another"):
        check_same_run(replace(work.recipe, data=changed))


def test_run_is_not_resumed_with_other_settings(work: Workspace) -> None:
    """Finished stages of another configuration would be read as if they fitted."""
    recipe: Recipe = work.recipe
    check_same_run(recipe)
    check_same_run(replace(recipe, optim=replace(recipe.optim, max_steps=99)))
    with pytest.raises(ConfigError, match="other settings of adapter: start another"):
        check_same_run(replace(recipe, adapter=replace(recipe.adapter, rank=4)))


def test_evaluate_scores_methods_and_writes_a_report(
    pipeline: Pipeline, base: BaseModel, suite_file: str, tmp_path: Path
) -> None:
    """JSON on stdout; Markdown, JSON and a plot in the folder."""
    loaders = Loaders(pipeline_with_base=lambda *_: (pipeline, base))
    out = tmp_path / "report"
    arguments = ["evaluate", "--tasks", suite_file, "--methods", "base,hypernetwork"]
    arguments += ["--rows", "2", "--out", str(out), "--json"]
    values = values_of(invoke(*arguments, obj=loaders))
    assert values["methods"] == ["base", "hypernetwork"]
    assert (out / "report.md").exists()


# Lightning's own: batches are in memory, and it has yet to follow torch's pytree.
@pytest.mark.filterwarnings("ignore:.*does not have many workers")
@pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")
def test_evaluate_goes_on_with_what_is_kept_unless_fresh(
    pipeline: Pipeline, base: BaseModel, suite_file: str, home: Path
) -> None:
    """Answers lie in the home folder; `--fresh` asks for them again."""
    loaders = Loaders(pipeline_with_base=lambda *_: (pipeline, base))
    arguments = ["evaluate", "--tasks", suite_file, "--methods", "base"]
    arguments += ["--rows", "2", "--json"]
    first = values_of(invoke(*arguments, obj=loaders))
    (path,) = (home / "evaluations").glob("*/base.json")
    written = path.stat().st_mtime_ns
    assert values_of(invoke(*arguments, obj=loaders)) == first
    assert path.stat().st_mtime_ns == written
    assert values_of(invoke(*arguments, "--fresh", obj=loaders)) == first
    assert path.stat().st_mtime_ns > written


@pytest.mark.filterwarnings("ignore:.*does not have many workers")
@pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")
def test_oracles_are_trained_once_and_read_by_evaluate(
    pipeline: Pipeline,
    base: BaseModel,
    suite_file: str,
    home: Path,
    tmp_path: Path,
) -> None:
    """The file settles which tasks have headroom; `evaluate` adds their column."""
    loaders = Loaders(pipeline_with_base=lambda *_: (pipeline, base))
    out = tmp_path / "oracles.json"
    arguments = ["--tasks", suite_file, "--rows", "2"]
    training = ["experts", "oracles", "--steps", "2", "--out", str(out)]
    values = values_of(invoke(*training, *arguments, obj=loaders))
    kept = {path: path.stat().st_mtime_ns for path in (home / "oracles").iterdir()}
    assert values_of(invoke(*training, *arguments, obj=loaders)) == values
    assert {p: p.stat().st_mtime_ns for p in (home / "oracles").iterdir()} == kept
    assert values["num_oracles"] == values["num_tasks"] > 0
    table = values_of(
        invoke(
            "evaluate",
            *arguments,
            "--methods",
            "base",
            "--oracles",
            str(out),
            "--json",
            obj=loaders,
        )
    )
    assert table["methods"] == ["base", "oracle"]
    assert table["headline"]["num_tasks"] == values["num_with_headroom"]


@pytest.mark.filterwarnings("ignore:.*does not have many workers")
@pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")
def test_report_sets_a_runs_other_families_beside_the_bundle(
    pipeline: Pipeline,
    base: BaseModel,
    write_bundle: Callable[..., Bundle],
    suite_file: str,
    tmp_path: Path,
) -> None:
    """Tables and figures in a folder a part, and a page that shows them."""
    loaders = Loaders(pipeline_with_base=lambda *_: (pipeline, base))
    oracles, out = tmp_path / "oracles.json", tmp_path / "reports"
    train = ["experts", "oracles", "--tasks", suite_file, "--steps", "2"]
    values_of(
        invoke(*train, "--rows", "2", "--out", str(oracles), obj=loaders),
    )
    write_bundle(run_folder("mine") / "bundles" / "blend", family="blend")
    write_bundle(run_folder("mine") / "bundles" / "icm_cvae", family="icm_cvae")
    arguments = ["--oracles", str(oracles), "--out", str(out), "--rows", "2"]
    arguments += ["--tasks-folder", suite_file]
    result = invoke("report", "mine", *arguments, obj=loaders)
    assert result.exit_code == 0, result.stderr
    values = json.loads((out / "heldout" / "report.json").read_text("utf-8"))
    assert {"icm_cvae", "icm_cvae_shuffled", "oracle"} <= set(values["methods"])
    parts = {"heldout", "five_examples", "sixteen_examples"}
    assert {path.name for path in out.iterdir()} == {"README.md", *parts}
    told = json.loads((out / "five_examples" / "report.json").read_text("utf-8"))
    assert {"hypernetwork_refined", "few_shot_lora"} <= set(told["methods"])
    page = (out / "README.md").read_text("utf-8")
    for name in re.findall(r"!\[.*?\]\((.*?)\)", page):
        assert (out / name).exists()
    assert "| icm_cvae_shuffled |" in page
    # A report of an earlier bundle, kept beside under a name of its own.
    shutil.copytree(out / "heldout", out / "earlier")
    again = invoke(
        "report", "mine", *arguments, "--only", "heldout", "--json", obj=loaders
    )
    assert values_of(again) == {"file": str(out / "README.md"), "parts": ["heldout"]}
    titles = re.findall("^## (.*)$", (out / "README.md").read_text("utf-8"), re.M)
    assert titles == ["heldout", "five examples", "sixteen examples", "earlier"]


def test_report_beside_a_run_without_bundles_is_refused() -> None:
    """Before anything is loaded; the message says how to make them."""
    result = invoke("report", "nobody")
    assert result.exit_code == 2
    assert "genadapter train RECIPE name=nobody" in result.stderr


def test_groups_of_other_packages_are_joined() -> None:
    """`bench` is one group, whoever added it first; alone, training makes its own."""
    assert "experts" in invoke("bench", "--help").stdout
    assert "generate" in invoke("bench", "--help").stdout
    alone = typer.Typer()
    register(alone)
    assert "experts" in CliRunner().invoke(alone, ["bench", "--help"]).stdout


def test_help_loads_nothing_heavy() -> None:
    """Every command imports what it needs when it runs."""
    code = (
        "import sys, typer; from training.cli import register; register(typer.Typer());"
        f"print([m for m in {HEAVY_MODULES!r} if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "words",
    [
        ("tasks", "build"),
        ("tasks", "list"),
        ("tasks", "show"),
        ("tasks", "import"),
        ("tasks", "export-lm-eval"),
        ("tasks", "report"),
        ("experts", "train"),
        ("experts", "import"),
        ("experts", "compare-specs"),
        ("bench", "experts"),
        ("train",),
        ("evaluate",),
    ],
)
def test_command_has_help(words: tuple[str, ...]) -> None:
    """Every command is registered under its name."""
    result = invoke(*words, "--help")
    assert result.exit_code == 0
    assert " ".join(words) in result.stdout


@pytest.mark.slow
@pytest.mark.packaged
@pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")
@pytest.mark.filterwarnings("ignore::UserWarning:lightning")
def test_smoke_run_gives_a_bundle_and_resumes(tmp_path: Path) -> None:
    """The whole of `train` on the real base; `experts train` then reuses its stages."""
    settings = ["smoke", f"name=test-{tmp_path.name}", "data.max_tasks=12"]
    folder = run_folder(f"test-{tmp_path.name}")
    try:
        out = tmp_path / "bundle"
        trained = values_of(invoke("train", *settings, "--bundle-out", str(out)))
        manifest = read_manifest(out)
        # A task whose rows are all too long for this recipe is left out.
        assert 10 <= len(manifest.trained_on) <= 12
        assert trained["results"] == manifest.results
        gains = values_of(invoke("experts", "train", *settings))
        assert gains["num_experts"] <= 12
        assert {"exact", "compact", "kept"} <= set(gains)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.packaged
def test_two_processes_share_the_steps_of_a_run(tmp_path: Path) -> None:
    """Over gloo, begun by the command itself; one bundle comes out."""
    name = f"test-{tmp_path.name}"
    settings = [f"name={name}", "data.max_tasks=4", "optim.max_steps=4"]
    settings += ["multitask.max_steps=2", "prompted.max_steps=2"]
    settings += ["experts.optim.max_steps=2", "batch.num_tasks=2"]
    bundle = tmp_path / "bundle"
    command = [sys.executable, "-m", "genadapter", "train", "smoke", *settings]
    command += ["--devices", "2", "--bundle-out", str(bundle)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["finished"]
        assert "MEMBER: 2/2" in done.stderr
        assert read_manifest(bundle).recipe["generator_steps"] > 0
    finally:
        shutil.rmtree(run_folder(name), ignore_errors=True)
