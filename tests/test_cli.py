"""The command line: what it prints, where it leaves, what it never loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner, Result

from genadapter.adapter import Adapter, load_adapter, save_adapter
from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle
from genadapter.cli import Loaders, create_app
from genadapter.errors import (
    BundleNotFoundError,
    ConfigError,
    CorruptArtifactError,
    GenAdapterError,
    StorageError,
)
from genadapter.lora import layer_norms, scaled, zeros
from genadapter.pipeline import Pipeline

DESCRIPTION = "give the plural of a noun"
HEAVY_MODULES = (
    "torch",
    "transformers",
    "sentence_transformers",
    "faiss",
    "lightning",
    "matplotlib",
)

ALWAYS_JSON = {
    "ablate",
    "experts compare-specs",
    "experts import",
    "experts oracles",
    "experts train",
    "train",
}
"""Commands that print nothing else."""
WITHOUT_RESULT = {"serve"}

Invoke = Callable[..., Result]


def refuse_to_load(*_: object) -> Any:  # Any: stands for every loader
    """A loader that must not be reached."""
    raise AssertionError("this command must not load that")


@pytest.fixture
def invoke(
    pipeline: Pipeline, base: BaseModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Invoke:
    """Runs a command over the tiny pipeline and base, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENADAPTER_BUNDLE", str(tmp_path / "bundle"))
    everything = Loaders(
        pipeline=lambda *_: pipeline,
        pipeline_with_base=lambda *_: (pipeline, base),
        base=lambda *_: base,
        stored_base=lambda *_: base,
    )

    def run(*arguments: str, loaders: Loaders = everything) -> Result:
        return CliRunner().invoke(create_app(), arguments, obj=loaders)

    return run


@pytest.fixture
def adapter_folder(adapter: Adapter, tmp_path: Path) -> str:
    """A generated adapter on disk."""
    save_adapter(adapter, tmp_path / "adapter")
    return str(tmp_path / "adapter")


def values_of(result: Result) -> Any:  # Any: plain JSON
    """The JSON that a successful command printed."""
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_generate_writes_a_peft_folder_and_reports_it(
    invoke: Invoke, tmp_path: Path
) -> None:
    """One description gives one folder; JSON names id, path, time and neighbours."""
    folder = tmp_path / "plural"
    values = values_of(invoke("generate", DESCRIPTION, "--out", str(folder), "--json"))
    assert sorted(values) == [
        "familiarity",
        "id",
        "neighbours",
        "path",
        "seconds",
    ]
    assert load_adapter(folder).id == values["id"]
    assert values["path"] == str(folder)
    assert sorted(values["neighbours"][0]) == ["id", "similarity"]


def test_generate_takes_examples_as_far_as_the_bundle_does(
    invoke: Invoke, tmp_path: Path, pipeline: Pipeline
) -> None:
    """A bundle that met none says so; one that did writes an adapter."""
    lines = tmp_path / "examples.jsonl"
    lines.write_text('{"input": "cat", "output": "red"}\n')
    arguments = ("generate", DESCRIPTION, "--examples", str(lines), "--json")
    refused = invoke(*arguments)
    assert refused.exit_code == 2
    assert "trained on description, got description, examples" in refused.stderr
    told = invoke(*arguments, "--refine", "2")
    assert "Learning from the examples" in told.stderr
    refined = values_of(told)
    manifest = replace(pipeline.bundle.manifest, conditions=("description", "examples"))
    knowing = Pipeline(
        pipeline.base_name,
        replace(pipeline.bundle, manifest=manifest),
        pipeline.encoder,
        pipeline.reader,
    )
    loaders = Loaders(pipeline=lambda *_: knowing)
    values = values_of(invoke(*arguments, loaders=loaders))
    plain = values_of(invoke("generate", DESCRIPTION, "--json"))
    assert len({values["id"], plain["id"], refined["id"]}) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "description must say what the task is, got None"),
        (("--examples", "none.jsonl"), "cannot read none.jsonl"),
        (("--document", "none.txt"), "cannot read none.txt"),
    ],
)
def test_generate_says_what_is_missing(
    arguments: tuple[str, ...], message: str, invoke: Invoke
) -> None:
    """One line, exit code 2, nothing loaded."""
    loaders = Loaders(pipeline=refuse_to_load)
    result = invoke("generate", *arguments, loaders=loaders)
    assert result.exit_code == 2
    assert message in result.stderr


def test_generate_loads_the_pipeline_alone(invoke: Invoke, pipeline: Pipeline) -> None:
    """Writing an adapter runs no second copy of the LLM."""
    loaders = Loaders(
        pipeline=lambda *_: pipeline,
        pipeline_with_base=refuse_to_load,
        base=refuse_to_load,
    )
    assert invoke("generate", DESCRIPTION, loaders=loaders).exit_code == 0


def test_generate_without_out_writes_below_adapters(
    invoke: Invoke, tmp_path: Path
) -> None:
    """The default folder is named by the adapter's id."""
    result = invoke("generate", DESCRIPTION)
    assert result.exit_code == 0
    (folder,) = (tmp_path / "adapters").iterdir()
    assert load_adapter(folder).id == folder.name
    assert folder.name in result.stdout


def test_generate_again_gives_the_same_adapter(invoke: Invoke) -> None:
    """The same request twice is no error; another seed is another adapter."""
    first, again, other = (
        values_of(invoke("generate", DESCRIPTION, "--seed", seed, "--json"))["id"]
        for seed in ("0", "0", "1")
    )
    assert first == again != other


def test_description_is_kept_for_later_comparisons(
    invoke: Invoke, tmp_path: Path
) -> None:
    """`run --compare` shows all three answers without being told the task again."""
    folder = str(tmp_path / "plural")
    invoke("generate", f"  {DESCRIPTION} ", "--out", folder)
    arguments = ("run", folder, "cat", "--compare", "--max-new-tokens", "3")
    kept = values_of(invoke(*arguments, "--json"))
    told = values_of(invoke(*arguments, "--json", "--description", DESCRIPTION))
    assert kept == told
    assert kept["prompted"] is not None
    assert "base + description" in invoke(*arguments).stdout


def test_forgotten_description_is_nowhere_in_the_folder(
    invoke: Invoke, tmp_path: Path
) -> None:
    """The same adapter, and no file of it holds the words."""
    kept, forgotten = tmp_path / "kept", tmp_path / "forgotten"
    invoke("generate", DESCRIPTION, "--out", str(kept))
    arguments = ("generate", DESCRIPTION, "--forget-description", "--out")
    assert invoke(*arguments, str(forgotten)).exit_code == 0
    assert load_adapter(forgotten).id == load_adapter(kept).id
    for path in forgotten.iterdir():
        assert DESCRIPTION.encode() not in path.read_bytes()
    refused = invoke(*arguments, str(kept))
    assert refused.exit_code == 2
    assert "delete the folder" in refused.stderr


def test_base_name_is_what_the_folder_calls_its_base(
    invoke: Invoke, tmp_path: Path
) -> None:
    """PEFT and vLLM find the base under the name that the user has for it."""
    options = ("--out", str(tmp_path / "named"), "--base-name", "mine/base")
    named = values_of(invoke("generate", DESCRIPTION, *options, "--json"))
    plain = values_of(invoke("generate", DESCRIPTION, "--json"))
    assert named["id"] == plain["id"]
    config = json.loads((tmp_path / "named" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "mine/base"
    assert load_adapter(tmp_path / "named").base_name == "mine/base"


def test_family_bundle_and_base_reach_the_loader(
    invoke: Invoke, pipeline: Pipeline
) -> None:
    """Options arrive where the pipeline is loaded."""
    asked: list[tuple[Path | None, str | None, str | None]] = []

    def load(bundle: Path | None, family: str | None, base: str | None) -> Pipeline:
        asked.append((bundle, family, base))
        return pipeline

    options = ("--bundle", "somewhere", "--family", "nearest", "--base", "mine")
    invoke("generate", DESCRIPTION, *options, loaders=Loaders(pipeline=load))
    assert asked == [(Path("somewhere"), "nearest", "mine")]


def test_errors_are_one_red_line_on_stderr_and_exit_code_2(invoke: Invoke) -> None:
    """An error made for people shows no traceback and leaves stdout to results."""
    result = invoke("generate", "   ", "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "error: description must say what the task is" in result.stderr
    assert "Traceback" not in result.stderr


def test_existing_folder_of_something_else_is_refused(
    invoke: Invoke, tmp_path: Path
) -> None:
    """Nothing of the user's is overwritten."""
    (tmp_path / "notes").mkdir()
    result = invoke("generate", DESCRIPTION, "--out", str(tmp_path / "notes"))
    assert result.exit_code == 2
    assert "give a folder that does not exist yet" in result.stderr


def test_file_system_errors_are_told_like_our_own(
    invoke: Invoke, tmp_path: Path
) -> None:
    """A folder that cannot be made is named, with what to do about it."""
    (tmp_path / "file").write_text("")
    result = invoke("generate", DESCRIPTION, "--out", str(tmp_path / "file" / "new"))
    assert result.exit_code == 5
    assert "error:" in result.stderr
    assert str(tmp_path / "file") in result.stderr
    assert "then run the command again" in result.stderr


def test_damaged_folder_is_not_reported_as_written(
    invoke: Invoke, adapter_folder: str
) -> None:
    """Generating onto a truncated copy of the same adapter fails."""
    path = Path(adapter_folder) / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])
    result = invoke("generate", DESCRIPTION, "--out", adapter_folder)
    assert result.exit_code == 4
    assert "adapter_model.safetensors" in result.stderr


def test_run_prints_the_answer_alone(invoke: Invoke, adapter_folder: str) -> None:
    """Stdout holds the adapter's answer and nothing else."""
    plain = invoke("run", adapter_folder, "cat", "--max-new-tokens", "3")
    values = values_of(
        invoke("run", adapter_folder, "cat", "--max-new-tokens", "3", "--json")
    )
    assert plain.stdout == values["adapter"] + "\n"


def test_run_compares_base_prompted_base_and_adapter(
    invoke: Invoke, adapter_folder: str
) -> None:
    """Where no description is kept, the third column is for the asking."""
    arguments = ("run", adapter_folder, "cat", "--compare", "--max-new-tokens", "3")
    values = values_of(invoke(*arguments, "--json", "--description", DESCRIPTION))
    assert sorted(values) == ["adapter", "base", "input", "prompted"]
    assert values_of(invoke(*arguments, "--json"))["prompted"] is None
    without = invoke(*arguments)
    assert "base + description" not in without.stdout
    assert without.stderr.count("give --description") == 1
    with_description = invoke(*arguments, "--description", DESCRIPTION)
    assert "base + description" in with_description.stdout


def test_description_without_compare_is_refused(
    invoke: Invoke, adapter_folder: str
) -> None:
    """An option without effect is a mistake, and said to be one."""
    result = invoke("run", adapter_folder, "cat", "--description", DESCRIPTION)
    assert result.exit_code == 2
    assert "only with --compare" in result.stderr


def test_run_refuses_another_base(
    invoke: Invoke, adapter_folder: str, new_base: Callable[..., BaseModel]
) -> None:
    """An adapter on weights it was not made for would answer nonsense."""
    other = Loaders(base=lambda _: new_base(seed=1))
    result = invoke("run", adapter_folder, "cat", loaders=other)
    assert result.exit_code == 4
    assert "made for base" in result.stderr


def test_run_without_any_bundle_needs_the_very_same_base(
    invoke: Invoke,
    adapter_folder: str,
    new_base: Callable[..., BaseModel],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Downloaded adapters run where no bundle is; a wrong base is still refused."""
    monkeypatch.setenv("GENADAPTER_BUNDLE", str(tmp_path / "absent"))
    assert invoke("run", adapter_folder, "cat").exit_code == 0
    other = Loaders(base=lambda _: new_base(seed=1))
    result = invoke("run", adapter_folder, "cat", loaders=other)
    assert "name the right one with --base" in result.stderr


def test_run_reads_no_bundle_where_the_base_is_the_adapters_own(
    invoke: Invoke, adapter_folder: str, tmp_path: Path
) -> None:
    """A damaged bundle does not stand in the way of a sound adapter."""
    (tmp_path / "bundle" / "manifest.json").write_text("{")
    assert invoke("run", adapter_folder, "cat").exit_code == 0


def test_export_writes_a_file_for_llama_cpp(
    invoke: Invoke, adapter_folder: str, tmp_path: Path
) -> None:
    """Whole or not at all, and over nothing that is there."""
    path = tmp_path / "a.gguf"
    values = values_of(invoke("export", adapter_folder, "--gguf", str(path), "--json"))
    assert values["file"] == str(path)
    assert path.read_bytes()[:4] == b"GGUF"
    assert values["bytes"] == path.stat().st_size
    again = invoke("export", adapter_folder, "--gguf", str(path))
    assert again.exit_code == 2
    assert "give a file that does not exist yet" in again.stderr


@pytest.mark.parametrize(
    ("options", "got"),
    [
        ((), "got none"),
        (("--gguf", "a", "--peft", "b"), "got --gguf and --peft"),
        (("--merged", "a", "--peft", "b"), "got --peft and --merged"),
    ],
)
def test_export_writes_one_thing_at_a_time(
    invoke: Invoke, adapter_folder: str, options: tuple[str, ...], got: str
) -> None:
    """None or two of the formats are refused before anything is loaded or written."""
    loaders = Loaders(base=refuse_to_load, stored_base=refuse_to_load)
    before = set(Path.cwd().iterdir())
    result = invoke("export", adapter_folder, *options, loaders=loaders)
    assert result.exit_code == 2
    assert f"exactly one of --gguf, --peft, --merged, {got}" in result.stderr
    assert set(Path.cwd().iterdir()) == before


def test_export_for_peft_needs_no_base(
    invoke: Invoke, adapter_folder: str, tmp_path: Path
) -> None:
    """Plain files, told with their sizes; what is there already stays."""
    folder = tmp_path / "plain"
    arguments = ("export", adapter_folder, "--peft", str(folder))
    loaders = Loaders(base=refuse_to_load, stored_base=refuse_to_load)
    values = values_of(invoke(*arguments, "--json", loaders=loaders))
    assert (values["id"], values["folder"]) == (
        load_adapter(Path(adapter_folder)).id,
        str(folder),
    )
    assert {one["name"]: one["bytes"] for one in values["files"]} == {
        path.name: path.stat().st_size for path in folder.iterdir()
    }
    config = json.loads((folder / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "tests/tiny-llama"
    again = invoke(*arguments)
    assert again.exit_code == 2
    assert "give a folder that does not exist yet" in again.stderr


def test_export_for_peft_names_the_base_that_it_is_given(
    invoke: Invoke,
    adapter_folder: str,
    base: BaseModel,
    new_base: Callable[..., BaseModel],
) -> None:
    """If it is the adapter's; another one is refused, and nothing written."""

    def load(source: str | None) -> BaseModel:
        assert source is not None
        model = base if source == "mine/base" else new_base(seed=1)
        return BaseModel(model.model, model.tokenizer, name=source)

    for name in ("mine/base", "mine/other"):
        options = ("--peft", name.replace("/", "-"), "--base", name)
        result = invoke("export", adapter_folder, *options, loaders=Loaders(base=load))
        assert (result.exit_code == 0) == (name == "mine/base"), result.stderr
    assert "made for base" in result.stderr
    config = json.loads(Path("mine-base", "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "mine/base"
    assert 'from_pretrained("mine/base")' in Path("mine-base", "README.md").read_text()
    assert not Path("mine-other").exists()


def test_export_merges_the_adapter_into_its_base(
    invoke: Invoke,
    adapter_folder: str,
    base: BaseModel,
    new_base: Callable[..., BaseModel],
) -> None:
    """In the dtype asked for; a base that it was not made for is refused."""
    loaders = Loaders(base=refuse_to_load, stored_base=lambda *_: base)
    options = ("--merged", "merged", "--dtype", "bfloat16", "--json")
    values = values_of(invoke("export", adapter_folder, *options, loaders=loaders))
    assert "model.safetensors" in {one["name"] for one in values["files"]}
    merged = BaseModel.load("merged", dtype="stored")
    assert str(merged.dtype) == "torch.bfloat16"
    assert merged.fingerprint.digest != base.fingerprint.digest
    other = Loaders(stored_base=lambda *_: new_base(seed=1))
    refused = invoke("export", adapter_folder, "--merged", "x", loaders=other)
    assert refused.exit_code == 4
    assert "made for base" in refused.stderr
    assert not Path("x").exists()


def test_export_says_where_a_dtype_has_no_effect(
    invoke: Invoke, adapter_folder: str
) -> None:
    """Adapters are float32 in every format."""
    options = ("--peft", "plain", "--dtype", "float16")
    result = invoke("export", adapter_folder, *options)
    assert result.exit_code == 2
    assert "--dtype float16 has an effect only with --merged" in result.stderr
    assert not Path("plain").exists()


def test_run_of_a_missing_adapter_says_what_is_expected(invoke: Invoke) -> None:
    """The message tells which command makes one."""
    result = invoke("run", "nowhere", "cat")
    assert result.exit_code == 3
    assert "genadapter generate --out" in result.stderr


def test_without_a_command_the_next_ones_are_named(invoke: Invoke) -> None:
    """What it is, three commands that exist, and where all of them are listed."""
    result = invoke()
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Describe a task in words")
    steps = [line.split()[:2] for line in lines if line.startswith("  genadapter")]
    assert [command for _, command in steps] == ["generate", "demo", "serve"]
    assert lines[-1].endswith("genadapter --help")
    for _, command in steps:
        assert invoke(command, "--help").exit_code == 0


def test_inspect_tells_all_that_the_folder_holds(
    invoke: Invoke, adapter: Adapter, tmp_path: Path
) -> None:
    """Provenance, shape and size, and a norm for every layer of every module."""
    made = replace(adapter.provenance, description=DESCRIPTION, familiarity=0.25)
    folder = tmp_path / "known"
    save_adapter(replace(adapter, provenance=made), folder)
    values = values_of(invoke("inspect", str(folder), "--json"))
    assert values["id"] == adapter.id
    assert values["family"] == adapter.provenance.family
    assert values["description"] == DESCRIPTION
    assert values["familiarity"] == 0.25
    assert values["neighbours"][0]["id"] == adapter.provenance.neighbours[0][0]
    assert (values["rank"], values["alpha"]) == (adapter.spec.rank, adapter.spec.alpha)
    assert values["layers"] == list(adapter.spec.layers)
    assert values["norms"] == {
        name: pytest.approx(norms)
        for name, norms in layer_norms(adapter.weights, adapter.spec).items()
    }
    assert values["num_bytes"] == sum(f.stat().st_size for f in folder.iterdir())
    text = invoke("inspect", str(folder)).stdout
    assert DESCRIPTION in text
    assert "familiarity  promises more than 25% of the descriptions" in text
    assert adapter.provenance.neighbours[0][0] in text
    rows = dict(line.split() for line in text.splitlines()[-len(values["norms"]) :])
    assert list(rows) == sorted(values["norms"])
    assert {len(blocks) for blocks in rows.values()} == {len(adapter.spec.layers)}
    assert "█" in "".join(rows.values())


def test_inspect_says_that_the_words_were_not_kept(
    invoke: Invoke, adapter_folder: str
) -> None:
    """Then the kind of what it was told is all there is; nothing stands for unknown."""
    text = invoke("inspect", adapter_folder).stdout
    assert "description, not kept here" in text
    assert "familiarity" not in text
    assert "None" not in text


def test_inspect_draws_a_heat_map_over_nothing_that_is_there(
    invoke: Invoke, adapter_folder: str, tmp_path: Path
) -> None:
    """A PNG beside the report; a second one needs another name."""
    arguments = ("inspect", adapter_folder, "--png", str(tmp_path / "norms.png"))
    assert invoke(*arguments).exit_code == 0
    assert (tmp_path / "norms.png").read_bytes().startswith(b"\x89PNG")
    again = invoke(*arguments)
    assert again.exit_code == 2
    assert "give a file that does not exist yet" in again.stderr


def test_inspect_without_matplotlib_names_the_extra(
    invoke: Invoke,
    adapter_folder: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only the picture needs it."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert invoke("inspect", adapter_folder).exit_code == 0
    result = invoke("inspect", adapter_folder, "--png", str(tmp_path / "norms.png"))
    assert result.exit_code == 3
    assert "pip install 'genadapter[training]'" in result.stderr
    assert result.stdout == ""


def test_diff_tells_facts_and_changes_apart(
    invoke: Invoke, adapter: Adapter, adapter_folder: str, tmp_path: Path
) -> None:
    """What differs, with both values; and how like the changes are, module by module."""
    made = replace(adapter.provenance, seed=1, kinds=("description", "examples"))
    weights = scaled(adapter.weights, -1)
    other = replace(adapter, id="lora-other", provenance=made, weights=weights)
    save_adapter(other, tmp_path / "other")
    arguments = ("diff", adapter_folder, str(tmp_path / "other"))
    values = values_of(invoke(*arguments, "--json"))
    assert values["a"] == {"id": adapter.id, "path": adapter_folder}
    assert values["b"]["id"] == "lora-other"
    assert values["facts"] == {
        "seed": {"a": 0, "b": 1},
        "kinds": {"a": ["description"], "b": ["description", "examples"]},
    }
    assert values["cosine"] == pytest.approx(-1)
    module = adapter.spec.modules[0]
    found = values["modules"][module.name]
    assert found["relative_distance"] == pytest.approx(2)
    assert list(found["layers"]) == [str(layer) for layer in module.layers]
    text = invoke(*arguments).stdout
    assert "description, examples" in text
    assert "-1.000  2.000         -1.000 to -1.000" in text


def test_diff_of_an_adapter_with_itself_finds_nothing(
    invoke: Invoke, adapter_folder: str
) -> None:
    """Said in words rather than by an empty table."""
    text = invoke("diff", adapter_folder, adapter_folder).stdout
    assert "made alike" in text
    assert "all" in text.splitlines()[-1]
    assert "1.000   0.000" in text.splitlines()[-1]


def test_diff_shows_neighbours_and_what_only_one_knows(
    invoke: Invoke, adapter: Adapter, adapter_folder: str, tmp_path: Path
) -> None:
    """Experts by name, sums by their beginning, and a dash for what is not known."""
    made = replace(
        adapter.provenance,
        neighbours=(("task-9", 0.5),),
        bundle="f" * 64,
        description=DESCRIPTION,
    )
    weights = zeros(adapter.spec)
    other = replace(adapter, id="lora-other", provenance=made, weights=weights)
    save_adapter(other, tmp_path / "other")
    arguments = ("diff", adapter_folder, str(tmp_path / "other"))
    facts = values_of(invoke(*arguments, "--json"))["facts"]
    assert facts["neighbours"]["b"] == [{"id": "task-9", "similarity": 0.5}]
    text = invoke(*arguments).stdout
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line}
    assert rows["description"][0] == "-"
    assert rows["bundle"][1] == "f" * 12
    assert "task-9 (0.50)" in text
    assert rows["all"] == ["-", "1.000"]


def test_diff_refuses_adapters_of_two_bases(
    invoke: Invoke, adapter: Adapter, adapter_folder: str, tmp_path: Path
) -> None:
    """Files that do not fit each other have an exit code of their own."""
    spec = replace(adapter.spec, base_fingerprint="another")
    save_adapter(replace(adapter, id="lora-b", spec=spec), tmp_path / "b")
    result = invoke("diff", adapter_folder, str(tmp_path / "b"))
    assert result.exit_code == 4
    assert "give two adapters of one base model" in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (GenAdapterError("something else"), 1),
        (ConfigError("a wrong setting"), 2),
        (BundleNotFoundError("no bundle"), 3),
        (CorruptArtifactError("a damaged file"), 4),
        (StorageError(Path("x"), "disk full"), 5),
        (PermissionError("not yours"), 5),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_exit_code_tells_what_went_wrong(
    error: BaseException, code: int, invoke: Invoke
) -> None:
    """Every kind of failure by one line on stderr and its own code."""

    def fail(*_: object) -> Pipeline:
        raise error

    result = invoke("generate", DESCRIPTION, loaders=Loaders(pipeline=fail))
    assert result.exit_code == code
    assert f"error: {error or 'interrupted'}" in result.stderr
    assert result.stdout == ""


def test_unknown_command_is_wrong_use(invoke: Invoke) -> None:
    """Typer's own usage errors have the code of ours."""
    assert invoke("generat").exit_code == 2


def test_demo_shows_base_and_adapter_for_every_input(invoke: Invoke) -> None:
    """Each held-out task comes with its description, answers and what was right."""
    result = invoke("demo", "--num-tasks", "2", "--num-inputs", "2")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("lora-") == 2
    assert "of 2" in result.stdout
    assert "Right of 4 answers: base " in result.stdout
    assert "Answering 2 inputs" in result.stderr


def test_demo_as_json_names_task_answers_and_expectation(invoke: Invoke) -> None:
    """Programs get the same as people."""
    options = ("--task", "units_kind", "--num-inputs", "2", "--max-new-tokens", "2")
    (shown,) = values_of(invoke("demo", *options, "--json"))
    assert shown["task"] == "units_kind"
    assert sorted(shown["num_right"]) == ["adapter", "base", "prompted"]
    assert len(shown["answers"]) == 2
    assert shown["answers"][0]["expected"]


def test_personalize_shows_the_same_questions_for_two_users(invoke: Invoke) -> None:
    """Each user's adapter answers beside the base, and what is right is counted."""
    result = invoke("demo", "personalize", "--max-new-tokens", "2")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("lora-") == 2
    assert "Right of 6 answers for A: base " in result.stdout
    assert "base told" not in result.stdout
    told = invoke("demo", "personalize", "--max-new-tokens", "2", "--prompted")
    assert "base told the profile" in told.stdout


def test_personalize_as_json_has_fixed_keys(invoke: Invoke) -> None:
    """Own profiles and questions have no known answers; programs read nulls."""
    arguments = ("demo", "personalize", "--max-new-tokens", "2", "--json")
    values = values_of(invoke(*arguments))
    assert sorted(values) == ["is_trained_on_profiles", "questions", "users"]
    assert [user["name"] for user in values["users"]] == ["A", "B"]
    for user in values["users"]:
        assert sorted(user) == ["adapter", "name", "num_right", "profile"]
        assert sorted(user["num_right"]) == ["adapter", "base", "other"]
    assert len(values["questions"]) == 6
    for question in values["questions"]:
        assert sorted(question) == ["answers", "base", "question"]
        for answer in question["answers"]:
            assert sorted(answer) == ["adapter", "expected", "prompted", "user"]
            assert answer["expected"]
            assert answer["prompted"] is None
    own = ("--profile", "I cook.", "--profile", "I sail.", "--question", "cat")
    values = values_of(invoke(*arguments, *own, "--prompted"))
    assert [user["profile"] for user in values["users"]] == ["I cook.", "I sail."]
    assert [user["num_right"] for user in values["users"]] == [None, None]
    (question,) = values["questions"]
    assert [answer["expected"] for answer in question["answers"]] == [None, None]
    assert all(isinstance(a["prompted"], str) for a in question["answers"])


def test_personalize_warns_where_no_profile_was_learned_from(
    invoke: Invoke, pipeline: Pipeline, base: BaseModel
) -> None:
    """It goes on, and says so; a bundle that met profiles needs no word."""
    arguments = ("demo", "personalize", "--max-new-tokens", "1", "--json")
    warned = invoke(*arguments)
    assert values_of(warned)["is_trained_on_profiles"] is False
    assert "not trained on profiles" in warned.stderr
    manifest = replace(pipeline.bundle.manifest, conditions=("description", "profile"))
    able = Pipeline(
        pipeline.base_name,
        replace(pipeline.bundle, manifest=manifest),
        pipeline.encoder,
        pipeline.reader,
    )
    loaders = Loaders(pipeline_with_base=lambda *_: (able, base))
    plain = invoke(*arguments, loaders=loaders)
    assert values_of(plain)["is_trained_on_profiles"] is True
    assert "not trained" not in plain.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--profile", " "), "profile must say whom the adapter is to suit"),
        (("--profile", "x" * 8001), "at most 8000 characters, got 8001"),
        (("--profile", "I cook.", "--profile", "I  cook."), "say the same"),
        (("--question", ""), "a question must ask something, got ''"),
    ],
)
def test_personalize_refuses_what_cannot_be_compared(
    arguments: tuple[str, ...], message: str, invoke: Invoke
) -> None:
    """One line, exit code 2, nothing loaded."""
    loaders = Loaders(pipeline_with_base=refuse_to_load)
    result = invoke("demo", "personalize", *arguments, loaders=loaders)
    assert result.exit_code == 2
    assert message in result.stderr


def test_options_of_demo_are_not_those_of_personalize(invoke: Invoke) -> None:
    """Where one would be dropped without a word, it is refused."""
    loaders = Loaders(pipeline_with_base=refuse_to_load)
    result = invoke("demo", "--json", "personalize", loaders=loaders)
    assert result.exit_code == 2
    assert "--json before personalize has no effect" in result.stderr


def test_doctor_names_every_missing_part_and_the_next_step(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a bare machine it leaves with 1 and says what to do."""
    monkeypatch.setenv("GENADAPTER_HOME", str(tmp_path / "empty"))
    monkeypatch.setenv("GENADAPTER_BUNDLE", str(tmp_path / "absent"))
    result = invoke("doctor", "--json")
    assert result.exit_code == 1
    checks = {check["name"]: check for check in json.loads(result.stdout)["checks"]}
    for name in ("base model", "encoder", "bundle"):
        assert checks[name]["state"] == "missing"
        assert checks[name]["next_step"]
    assert "next: " in invoke("doctor").stdout


def test_bench_generate_reports_latency_rate_and_memory(invoke: Invoke) -> None:
    """The keys are fixed: other tools read them."""
    options = ("--num-calls", "3", "--batch-size", "4")
    values = values_of(invoke("bench", "generate", *options, "--json"))
    assert sorted(values) == [
        "batch_adapters_per_second",
        "generate_ms",
        "peak_rss_mib",
    ]
    assert 0 < values["generate_ms"]["p50"] <= values["generate_ms"]["p95"]
    assert "adapters a second" in invoke("bench", "generate", *options).stdout


def test_models_path_prints_the_folder_alone(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shell scripts use the output as it is."""
    folder = tmp_path / "home" / "models" / "smollm2-135m-instruct"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    monkeypatch.setenv("GENADAPTER_HOME", str(tmp_path / "home"))
    assert invoke("models", "path").stdout == f"{folder}\n"
    assert values_of(invoke("models", "path", "--json")) == {"base": str(folder)}


def test_models_fetch_names_both_folders(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there already is not fetched again."""
    models = tmp_path / "home" / "models"
    for name, marker in (
        ("smollm2-135m-instruct", "config.json"),
        ("all-minilm-l6-v2", "modules.json"),
    ):
        (models / name).mkdir(parents=True)
        (models / name / marker).write_text("{}")
    monkeypatch.setenv("GENADAPTER_HOME", str(tmp_path / "home"))
    result = invoke("models", "fetch")
    assert result.exit_code == 0
    assert str(models / "all-minilm-l6-v2") in result.stdout
    assert values_of(invoke("models", "fetch", "--json")) == {
        "base": str(models / "smollm2-135m-instruct"),
        "encoder": str(models / "all-minilm-l6-v2"),
    }


def add_distribution(folder: Path, *, module: str, code: str) -> None:
    """Puts an installed package with one command entry point into a folder."""
    (folder / f"{module}.py").write_text(code)
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n"
    )
    (info / "entry_points.txt").write_text(
        f"[genadapter.commands]\n{module} = {module}:register\n"
    )


def test_packages_add_commands_and_a_broken_one_breaks_no_other(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half-done registrations are taken back; help and doctor name the culprit."""
    greet = "def register(app):\n    app.command('greet')(lambda: print('hello'))\n"
    fail = greet.replace("greet", "half_done") + "    raise ImportError('no extra')\n"
    add_distribution(tmp_path, module="kind_plugin", code=greet)
    add_distribution(tmp_path, module="broken_plugin", code=fail)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert invoke("greet").stdout == "hello\n"
    usage = invoke("--help").stdout
    assert "half_done" not in usage
    assert "broken_plugin" in usage
    assert "ImportError: no extra" in invoke("doctor", "--json").stdout
    assert invoke("generate", DESCRIPTION).exit_code == 0


def commands_of(
    group: TyperGroup, *above: str
) -> Iterator[tuple[str, Any]]:  # Any: typer's own commands
    """Every command below a group, under its whole name."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands_of(command, *above, name)
        else:
            yield " ".join([*above, name]), command


def test_every_result_can_be_had_as_json() -> None:
    """A command takes --json, prints JSON always, or has no result."""
    group = get_command(create_app())
    assert isinstance(group, TyperGroup)
    options = {
        name: {option for param in command.params for option in param.opts}
        for name, command in commands_of(group)
    }
    without = {name for name, given in options.items() if "--json" not in given}
    assert without == ALWAYS_JSON | WITHOUT_RESULT


def test_version_is_the_installed_one(invoke: Invoke) -> None:
    """One line, name and version."""
    assert invoke("--version").stdout.startswith("genadapter ")


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        ((), {}, "genadapter --help"),
        (("--help",), {}, "Exit codes: 0 fine"),
        (("--show-completion", "bash"), {}, "complete -o default"),
        (
            (),
            {
                "_GENADAPTER_COMPLETE": "complete_bash",
                "COMP_WORDS": "genadapter insp",
                "COMP_CWORD": "1",
            },
            "inspect",
        ),
    ],
    ids=["greeting", "help", "completion script", "completion"],
)
def test_what_the_shell_asks_imports_nothing_heavy(
    arguments: tuple[str, ...], environment: dict[str, str], told: str
) -> None:
    """Answers come at once because no command's library is loaded for them."""
    code = (
        "import atexit, sys; from genadapter.cli import main; "
        f"atexit.register(lambda: print([name for name in {HEAVY_MODULES!r} "
        "if name in sys.modules])); main()"
    )
    # Which shell runs the tests is not asked; the script is named by an argument.
    named = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | named | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told in run.stdout
    assert run.stdout.endswith("[]\n")


def test_completion_is_installed_for_the_shell(tmp_path: Path) -> None:
    """Into the home folder, where the shell looks for it."""
    run = subprocess.run(
        [sys.executable, "-m", "genadapter", "--install-completion", "bash"],
        env=os.environ
        | {
            "HOME": str(tmp_path),
            "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert "completion installed" in run.stdout
    scripts = [path for path in tmp_path.rglob("*genadapter*") if path.is_file()]
    assert any("_GENADAPTER_COMPLETE" in path.read_text() for path in scripts)


def test_python_m_genadapter_is_the_command() -> None:
    """The module runs where scripts are not on the path."""
    command = [sys.executable, "-m", "genadapter", "--version"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("genadapter ")


def test_default_loaders_read_the_bundle_from_disk(
    write_bundle: Callable[..., Bundle], tmp_path: Path
) -> None:
    """Without injected parts a missing bundle is found out before anything loads."""
    with pytest.raises(BundleNotFoundError, match="looked for"):
        Loaders().pipeline(tmp_path / "absent", None, None)
    with pytest.raises(BundleNotFoundError, match="looked for"):
        Loaders().pipeline_with_base(tmp_path / "absent", None, None)


@pytest.mark.packaged
def test_generate_works_from_a_cold_shell(tmp_path: Path) -> None:
    """The shipped bundle answers within two minutes, tenfold slack included."""
    command = [sys.executable, "-m", "genadapter", "generate", "Name the opposite."]
    command += ["--out", str(tmp_path / "adapter"), "--json"]
    run = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=120
    )
    assert load_adapter(tmp_path / "adapter").id == json.loads(run.stdout)["id"]
