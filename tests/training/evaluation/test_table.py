"""The whole table on a tiny random base."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle, save_bundle
from genadapter.condition import Condition
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError, EmptyLibraryError, SpecMismatchError
from genadapter.generators import Generator, Surroundings, find_family
from genadapter.library import ExpertLibrary, SharedFactors, flatten_b
from genadapter.lora import LoraWeights
from genadapter.pipeline import Pipeline
from genadapter.reading import Reader
from training.evaluation import (
    Cells,
    OracleConfig,
    Report,
    evaluate,
    find_tasks,
    known_methods,
    train_oracles,
    write_report,
)
from training.evaluation.methods import Setting, treatment
from training.evaluation.results import distance_of
from training.module import OptimConfig
from training.run import read_factors
from training.tasks import Example, Split, Task, write_tasks

WORDS = ("cat", "dog", "box", "red", "blue") * 2
"""Test rows repeat training rows: a random base carries nothing over to others."""
ORACLE = OracleConfig(
    optim=OptimConfig(learning_rate=0.1, warmup_steps=1, max_steps=100), group_size=2
)


def _task(
    name: str,
    text: str,
    *,
    split: Split = "test",
    pool: str = "",
    answers: tuple[str, ...] = WORDS[1:6],
) -> Task:
    rows = tuple(
        Example(word, (answers[i % len(answers)],)) for i, word in enumerate(WORDS)
    )
    return Task(
        id=name,
        family=name[:-1],
        pool=pool,
        split=split,
        descriptions=(text, f"please {text}"),
        examples=rows,
    )


TASKS = (
    _task("colour1", "name a colour", pool="words", answers=("red",)),
    _task("colour2", "give the word in reverse", pool="words"),
    _task("country1", "answer one or two", split="unseen", answers=("one", "two")),
    _task("task-0", "turn the english noun into its plural", split="train"),
)


@pytest.fixture
def setting(pipeline: Pipeline, base: BaseModel) -> Setting:
    """The tasks above without oracles."""
    return Setting(
        tasks=TASKS,
        suite=TASKS,
        pipeline=pipeline,
        prompted=None,
        seed=0,
        base=base,
    )


def test_every_method_fills_its_cells(
    base: BaseModel, pipeline: Pipeline, tmp_path: Path
) -> None:
    """All methods run, files are written, and what is absent is null."""
    told: list[tuple[str, float]] = []
    report = evaluate(
        TASKS,
        base=base,
        pipeline=pipeline,
        num_rows=2,
        progress=lambda method, share: told.append((method, share)),
    )
    write_report(report, tmp_path / "report")
    values = json.loads((tmp_path / "report" / "report.json").read_text())
    assert values["default"] == "hypernetwork"
    assert tuple(values["methods"]) == known_methods("hypernetwork")
    absent = {m for m, mean in values["macro"].items() if mean["exact_match"] is None}
    # Tasks here have one held-out wording, so none to reword them by.
    assert absent == {"oracle", "hypernetwork_reworded"}
    assert [task["rows"] for task in values["tasks"]] == [2, 2, 2, 2]
    assert values["macro"]["hypernetwork_sibling"]["num_tasks"] == 2
    assert [task["two_answers"] for task in values["tasks"]] == [
        False,
        False,
        True,
        False,
    ]
    assert values["tasks"][2]["majority"] == 0.5
    assert values["tasks"][0]["told"]["hypernetwork_sibling"] == "colour2"
    assert {d: s["num_tasks"] for d, s in values["by_distance"].items()} == {
        "seen_tasks": 1,
        "unseen_tasks": 1,
        "unseen_families": 2,
    }
    assert (tmp_path / "report" / "report.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "report" / "report.md").read_text() == report.to_markdown()
    assert told[0] == ("majority", 0.0)
    assert told[-1] == ("done", 1.0)


def test_same_seed_same_report(base: BaseModel, pipeline: Pipeline) -> None:
    """Two evaluations agree to the last digit."""
    first, again = (
        evaluate(TASKS, base=base, pipeline=pipeline, num_rows=2, seed=3).to_dict()
        for _ in range(2)
    )
    assert first == again


def test_base_is_left_as_it_was(base: BaseModel, pipeline: Pipeline) -> None:
    """No hook stays behind."""
    prompt = [base.prompt_ids("cat")]
    before = base.generate(prompt, max_new_tokens=4)
    evaluate(TASKS[:1], base=base, pipeline=pipeline, methods=["multitask"], num_rows=1)
    assert base.generate(prompt, max_new_tokens=4) == before
    assert not any(m._forward_hooks for m in base.model.modules())


# Lightning's own: batches are in memory, and it has yet to follow torch's pytree.
@pytest.mark.filterwarnings("ignore:.*does not have many workers")
@pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")
def test_task_of_long_rows_alone_gets_no_oracle(
    base: BaseModel, pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    """The others keep theirs, even where all tasks of a group have long rows alone."""
    long = replace(
        TASKS[0], examples=tuple(Example("cat " * 40, ("red",)) for _ in range(10))
    )
    around = pipeline.bundle.surroundings
    few = replace(ORACLE.optim, max_steps=1)
    oracles = train_oracles(
        [TASKS[0], long, long, long],
        base=base,
        spec=around.spec,
        shared=around.shared,
        config=replace(ORACLE, optim=few, max_tokens=20),
        seed=0,
    )
    assert list(oracles) == [0]
    assert "3 of 4 tasks get no oracle" in caplog.text


def test_prompted_multitask_reads_its_own_factors(
    base: BaseModel,
    pipeline: Pipeline,
    random_weights: Callable[..., LoraWeights],
    tmp_path: Path,
) -> None:
    """With its file, the method is scored; factors of another shape are refused."""
    around = pipeline.bundle.surroundings
    shared, trained = around.shared, random_weights(seed=5, spec=around.reading_spec)
    tensors = {f"a.{n}": t.clone() for n, t in trained.a.items()}
    tensors |= {f"b.{n}": t.clone() for n, t in trained.b.items()}
    save_file(tensors, tmp_path / "multitask_prompted.safetensors")
    factors = read_factors(tmp_path / "multitask_prompted.safetensors")
    assert all(torch.equal(factors.b[name], b) for name, b in trained.b.items())

    def run(prompted: SharedFactors) -> Report:
        return evaluate(
            TASKS[:2],
            base=base,
            pipeline=pipeline,
            methods=["multitask_prompted"],
            num_rows=2,
            prompted=prompted,
        )

    assert run(factors).overall.macro["multitask_prompted"] is not None
    with pytest.raises(SpecMismatchError, match=r"prompted .* the spec .* same recipe"):
        run(shared)


def test_prompted_multitask_is_what_the_bundle_reads_by(
    base: BaseModel, pipeline: Pipeline
) -> None:
    """Its own adapter in a file answers alike; a bundle that reads by none needs one."""
    generator = pipeline.bundle.generator
    given, found = (
        evaluate(
            TASKS[:2],
            base=base,
            pipeline=pipeline,
            methods=["multitask_prompted"],
            num_rows=2,
            prompted=prompted,
        )
        for prompted in (generator.prompted, None)
    )
    assert given.to_dict() == found.to_dict()
    blind = find_family("blend")
    around = pipeline.bundle.surroundings
    bundle = replace(pipeline.bundle, generator=blind(blind.Config(), around))
    with pytest.raises(ConfigError, match=r"bundle has none: pass --prompted FILE"):
        evaluate(
            TASKS[:1],
            base=base,
            pipeline=Pipeline(pipeline.base_name, bundle, pipeline.encoder),
            methods=["multitask_prompted"],
        )


def test_prompted_multitask_runs_on_its_own_a(setting: Setting) -> None:
    """The A that was trained with descriptions goes with its B."""
    shared = setting.pipeline.bundle.surroundings.shared
    other = SharedFactors(a={n: 2 * t for n, t in shared.a.items()}, b=shared.b)
    applied = treatment("multitask_prompted", replace(setting, prompted=other))
    assert applied.a is other.a
    assert applied.prompt == "description"


def test_uniform_is_the_mean_of_all_experts(setting: Setting) -> None:
    """The mean of B_0 + residual over experts."""
    around = setting.pipeline.bundle.surroundings
    experts_NP = (
        around.shared.flat_b()
        + around.library.coefficients_NC @ around.library.basis_CP
    )
    b_P = treatment("uniform", setting).b_of[0]
    torch.testing.assert_close(b_P, experts_NP.mean(dim=0))


def test_mean_control_is_one_adapter_for_all_tasks(setting: Setting) -> None:
    """The mean of what is written for the experts' descriptions."""
    experts = setting.pipeline.bundle.surroundings.library.experts
    adapters = setting.pipeline.generate(
        [Condition(description=expert.description) for expert in experts]
    )
    written = [
        {name: adapter.weights.b[name] for name in ("k_proj", "v_proj")}
        for adapter in adapters
    ]
    expected_P = torch.stack([flatten_b(b) for b in written]).mean(dim=0)
    applied = treatment("hypernetwork_mean", setting)
    assert sorted(applied.fixed_b) == ["down_proj", "o_proj", "q_proj"]
    for b_P in applied.b_of.values():
        torch.testing.assert_close(b_P, expected_P)


@pytest.mark.parametrize("method", ["uniform", "hypernetwork_mean"])
def test_means_over_no_expert_are_refused(setting: Setting, method: str) -> None:
    """There is nothing to average."""
    bundle = setting.pipeline.bundle
    library = bundle.surroundings.library
    empty = ExpertLibrary(
        [],
        embeddings_NE=library.embeddings_NE[:0],
        coefficients_NC=library.coefficients_NC[:0],
        basis_CP=library.basis_CP,
    )
    bare = replace(bundle, surroundings=replace(bundle.surroundings, library=empty))
    given = setting.pipeline
    pipeline = Pipeline("tests/tiny-llama", bare, given.encoder, given.reader)
    with pytest.raises(EmptyLibraryError, match="experts"):
        treatment(method, replace(setting, pipeline=pipeline))


def test_sibling_applies_to_no_task_alone(setting: Setting) -> None:
    """Without another task over its inputs a task is left out."""
    alone = replace(setting, tasks=TASKS[2:], suite=TASKS[2:])
    assert treatment("hypernetwork_sibling", alone).b_of == {}


def test_wrong_descriptions_give_other_adapters(setting: Setting) -> None:
    """Shuffled, sibling and junk differ from the right description."""
    right = treatment("hypernetwork", setting).b_of[0]
    for control in ("shuffled", "sibling", "junk", "mean"):
        wrong = treatment(f"hypernetwork_{control}", setting).b_of[0]
        assert right is not None
        assert wrong is not None
        assert not torch.equal(right, wrong), control


def test_reworded_is_told_right_in_other_words(setting: Setting) -> None:
    """By the second held-out wording; a task without one is left out."""
    texts = tuple(f"{word} a colour" for word in ("name", "give", "say", "tell") * 2)
    worded = replace(setting, tasks=(replace(TASKS[0], descriptions=texts), TASKS[1]))
    other = worded.tasks[0].heldout_descriptions[1]
    written = treatment("hypernetwork_reworded", worded).b_of
    (expected,) = setting.pipeline.generate([Condition(description=other)])
    assert set(written) == {0}
    b = {n: expected.weights.b[n] for n in ("k_proj", "v_proj")}
    torch.testing.assert_close(written[0], flatten_b(b))


def test_majority_is_the_commonest_answer_of_the_training_rows(
    base: BaseModel, pipeline: Pipeline
) -> None:
    """Said to every row, and right where that happens to be the answer."""
    rows = [Example(f"row {i}", ("red" if i % 3 else "blue",)) for i in range(20)]
    task = replace(TASKS[0], examples=tuple(rows))
    report = evaluate([task], base=base, pipeline=pipeline, methods=["majority"])
    share = sum(e.outputs == ("red",) for e in task.rows("test")) / 4
    assert report.tasks[0].mean("majority") == pytest.approx(share)


def test_nearest_runs_on_the_bundles_library(setting: Setting) -> None:
    """An untrained family returns the expert of the very description."""
    around = setting.pipeline.bundle.surroundings
    b_P = treatment("nearest", setting).b_of[3]
    expert_P = (
        around.shared.flat_b()
        + around.library.coefficients_NC[0] @ around.library.basis_CP
    )
    torch.testing.assert_close(b_P, expert_P)


def test_distance_of_file_tasks_is_read_off_the_bundle(pipeline: Pipeline) -> None:
    """Tasks marked `train` are seen only if the bundle was trained on them."""
    bare = replace(TASKS[0], split="train")
    assert distance_of(TASKS[3], pipeline) == "seen_tasks"
    assert distance_of(replace(bare, family="family-1"), pipeline) == "unseen_tasks"
    assert distance_of(bare, pipeline) == "unseen_families"


def test_task_sets_and_files_are_found(tmp_path: Path) -> None:
    """Held-out means unseen tasks and test families; a file is read whole."""
    assert find_tasks("heldout", TASKS) == list(TASKS[:3])
    write_tasks(TASKS[:1], tmp_path / "mine.jsonl")
    assert [t.id for t in find_tasks(str(tmp_path / "mine.jsonl"), ())] == ["colour1"]
    with pytest.raises(ConfigError, match="give one of heldout, validation"):
        find_tasks("held-out", TASKS)
    with pytest.raises(ConfigError, match="tasks build"):
        find_tasks("validation", TASKS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"methods": ["guess"]}, "no method 'guess'; found: majority, base, base_desc"),
        ({"methods": ["base", "base"]}, "each once"),
        ({"methods": []}, "at least one method"),
        ({"methods": ["oracle"]}, "'oracle' needs .* --oracles FILE"),
        ({"num_rows": 0}, "rows must be at least 1, got 0"),
    ],
)
def test_bad_arguments_are_refused(
    base: BaseModel, pipeline: Pipeline, arguments: dict[str, object], message: str
) -> None:
    """Errors say what was given and what is allowed."""
    with pytest.raises(ConfigError, match=message):
        evaluate(TASKS, base=base, pipeline=pipeline, **arguments)  # type: ignore[arg-type] # wrong on purpose


def test_no_task_is_refused(base: BaseModel, pipeline: Pipeline) -> None:
    """A table needs a task."""
    with pytest.raises(ConfigError, match="at least one task"):
        evaluate([], base=base, pipeline=pipeline)


def test_oracle_sizes_are_checked() -> None:
    """Groups and rows of nothing are refused."""
    with pytest.raises(ConfigError, match="group_size must be at least 1, got 0"):
        OracleConfig(group_size=0)


@pytest.fixture
def rival(
    write_bundle: Callable[..., Bundle],
    encoder: Encoder,
    reader: Reader,
    base: BaseModel,
    tmp_path: Path,
) -> Callable[..., Pipeline]:
    """Loads a new bundle of another family."""

    def build(family: str) -> Pipeline:
        bundle = write_bundle(tmp_path / f"bundle-{family}", family=family)
        own = bundle.generator.reader(base)
        return Pipeline(base.name, bundle, encoder, own or reader)

    return build


def test_rivals_have_rows_of_their_own(
    base: BaseModel,
    pipeline: Pipeline,
    rival: Callable[..., Pipeline],
    tmp_path: Path,
) -> None:
    """Beside the default, told right and wrong, and kept from one call to the next."""
    cells = Cells(tmp_path / "cells")
    rivals = [rival("text_to_lora"), rival("sg_cvae")]
    report = evaluate(
        TASKS,
        base=base,
        pipeline=pipeline,
        methods=["base", "hypernetwork"],
        num_rows=2,
        rivals=rivals,
        cells=cells,
    )
    assert report.methods == (
        "base",
        "hypernetwork",
        "text_to_lora",
        "text_to_lora_shuffled",
        "sg_cvae",
        "sg_cvae_shuffled",
    )
    values = report.to_dict()
    assert set(values["rival_margin"]) == {"text_to_lora", "sg_cvae"}
    assert values["paired"]["text_to_lora"]["num_tasks"] == len(TASKS)
    assert values["origin"]["rivals"] == {r.family: r.bundle.digest for r in rivals}
    # What rivals answered is kept under their own bundles, whatever stands beside them.
    written = {p: p.stat().st_mtime_ns for p in (tmp_path / "cells").rglob("*.json")}
    assert len(written) == 6
    again = evaluate(
        TASKS,
        base=base,
        pipeline=pipeline,
        methods=["hypernetwork"],
        num_rows=2,
        rivals=rivals[1:],
        cells=cells,
    )
    assert again.methods == ("hypernetwork", "sg_cvae", "sg_cvae_shuffled")
    assert written == {p: p.stat().st_mtime_ns for p in written}


def test_rivals_must_be_other_families(
    base: BaseModel, pipeline: Pipeline, rival: Callable[..., Pipeline]
) -> None:
    """Rows are named by family."""
    one = rival("sg_cvae")
    with pytest.raises(ConfigError, match="two bundles of family 'sg_cvae'"):
        evaluate(TASKS, base=base, pipeline=pipeline, rivals=[one, one])


def test_rivals_may_not_have_learned_what_is_held_out(
    base: BaseModel, pipeline: Pipeline, rival: Callable[..., Pipeline]
) -> None:
    """The task is named."""
    one = rival("sg_cvae")
    manifest = replace(one.bundle.manifest, trained_on=("colour2",))
    seen = Pipeline(
        one.base_name, replace(one.bundle, manifest=manifest), one.encoder, one.reader
    )
    with pytest.raises(ConfigError, match="trained on task 'colour2', which the hyper"):
        evaluate(TASKS, base=base, pipeline=pipeline, rivals=[seen])


@pytest.fixture
def repeat(
    surroundings: Surroundings,
    encoder: Encoder,
    reader: Reader,
    base: BaseModel,
    new_generator: Callable[..., Generator],
    tmp_path: Path,
) -> Pipeline:
    """The default's family, trained with another seed as it were."""
    bundle = save_bundle(
        tmp_path / "repeat",
        generator=new_generator("hypernetwork", seed=1),
        surroundings=surroundings,
        encoder_name=encoder.name,
        base=base,
        trained_on=[expert.id for expert in surroundings.library.experts],
        seeds={"generator": 1},
        results={},
        card="# A bundle for tests\n",
    )
    return Pipeline(base.name, bundle, encoder, reader)


def test_rows_of_repeats_are_means_over_seeds(
    base: BaseModel, pipeline: Pipeline, repeat: Pipeline
) -> None:
    """Of the family and its controls; what seeds do not change is asked once."""

    def means(*bundles: Pipeline) -> dict[str, list[float]]:
        report = evaluate(
            TASKS,
            base=base,
            pipeline=bundles[0],
            repeats=bundles[1:],
            methods=["base", "hypernetwork", "hypernetwork_junk"],
            num_rows=2,
        )
        assert report.methods == ("base", "hypernetwork", "hypernetwork_junk")
        return {
            task.id: [task.scores["hypernetwork"][row, 1] for row in range(2)]
            for task in report.tasks
        }

    both, first, second = means(pipeline, repeat), means(pipeline), means(repeat)
    for name, rows in both.items():
        expected = [(a + b) / 2 for a, b in zip(first[name], second[name], strict=True)]
        assert rows == pytest.approx(expected)


def test_each_seed_is_told_apart(
    base: BaseModel, pipeline: Pipeline, repeat: Pipeline
) -> None:
    """The report holds a mean for each, and names the bundles."""
    report = evaluate(
        TASKS,
        base=base,
        pipeline=pipeline,
        repeats=[repeat],
        methods=["base", "hypernetwork"],
        num_rows=2,
    )
    values = report.to_dict()
    assert list(values["by_seed"]) == ["hypernetwork"]
    found = values["by_seed"]["hypernetwork"]
    assert len(found) == 2
    mean = values["macro"]["hypernetwork"]["exact_match"]
    assert mean == pytest.approx(sum(found) / 2, abs=1e-6)
    assert values["origin"]["repeats"] == [repeat.bundle.digest]


def test_repeats_differ_by_their_seed_alone(
    base: BaseModel,
    pipeline: Pipeline,
    repeat: Pipeline,
    rival: Callable[..., Pipeline],
) -> None:
    """Another family, other tasks or the same bundle again are refused."""
    manifest = replace(repeat.bundle.manifest, trained_on=("task-0",))
    elsewhere = Pipeline(
        repeat.base_name,
        replace(repeat.bundle, manifest=manifest),
        repeat.encoder,
        repeat.reader,
    )
    for given, message in (
        (rival("sg_cvae"), "must be of family 'hypernetwork', got one of 'sg_cvae'"),
        (elsewhere, "trained on other tasks"),
        (pipeline, "is given twice"),
    ):
        with pytest.raises(ConfigError, match=message):
            evaluate(TASKS, base=base, pipeline=pipeline, repeats=[given])
