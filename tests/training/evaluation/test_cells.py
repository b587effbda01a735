"""An evaluation that goes on where an earlier one was killed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from genadapter.base_model import BaseModel
from genadapter.errors import StorageError
from genadapter.library import SharedFactors
from genadapter.pipeline import Pipeline
from training.evaluation import Cells, Report, evaluate
from training.evaluation.answering import questions_of
from training.evaluation.cells import Column
from training.evaluation.methods import Setting
from training.evaluation.table import evaluation_digest
from training.tasks import Example, Task

METHODS = ("base", "hypernetwork", "hypernetwork_sibling")


class LayerRuns:
    """Counts how often the base model's first and last layer run."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, *_: object) -> None:
        """Is called by torch after each run."""
        self.count += 1


@pytest.fixture
def runs(base: BaseModel) -> Iterator[LayerRuns]:
    """A counter on the random LLM, removed afterwards."""
    runs = LayerRuns()
    layers = base.model.model.layers
    hooks = [layers[i].register_forward_hook(runs) for i in (0, -1)]
    yield runs
    for hook in hooks:
        hook.remove()


@pytest.fixture
def ask(
    base: BaseModel, pipeline: Pipeline, suite: list[Task]
) -> Callable[..., Report]:
    """Evaluates three tasks by the methods above; anything may be given otherwise."""

    def run(cells: Cells | None, **changed: object) -> Report:
        arguments: dict[str, object] = {"methods": METHODS, "num_rows": 2, **changed}
        tasks = arguments.pop("tasks", suite[:3])
        return evaluate(tasks, base=base, pipeline=pipeline, cells=cells, **arguments)  # type: ignore[arg-type] # whatever a test changes

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where answers are kept."""
    return tmp_path / "evaluations"


def names(folder: Path) -> set[str]:
    """Every file below a folder."""
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_second_evaluation_asks_the_base_nothing(
    ask: Callable[..., Report], runs: LayerRuns, folder: Path
) -> None:
    """Same arguments, same report, and no layer runs."""
    first = ask(Cells(folder))
    assert runs.count > 0
    runs.count = 0
    assert ask(Cells(folder)).to_dict() == first.to_dict()
    assert runs.count == 0
    assert first.to_dict() == ask(None).to_dict()
    assert first.to_dict()["tasks"][0]["told"]["hypernetwork_sibling"]


def test_killed_evaluation_goes_on_with_what_is_missing(
    ask: Callable[..., Report], runs: LayerRuns, folder: Path
) -> None:
    """Methods that were finished before the end are not asked again."""

    def die(method: str, _share: float) -> None:
        if method == METHODS[1]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(Cells(folder), progress=die)
    assert names(folder) == {"base.json"}
    whole = ask(None).to_dict()
    runs.count = 0
    ask(None, methods=METHODS[1:])
    expected = runs.count
    runs.count = 0
    assert ask(Cells(folder)).to_dict() == whole
    assert runs.count == expected


def test_fresh_answers_are_asked_for_and_take_the_place_of_kept_ones(
    ask: Callable[..., Report], folder: Path
) -> None:
    """What is kept is neither read nor left."""
    ask(Cells(folder), methods=["base"])
    (path,) = folder.rglob("base.json")
    honest = path.read_text()
    values = json.loads(honest)
    path.write_text(json.dumps(values | {"answers": ["no"] * len(values["answers"])}))
    ask(Cells(folder), methods=["base"])
    assert path.read_text() != honest
    ask(Cells(folder, reuse="nothing"), methods=["base"])
    assert path.read_text() == honest


@pytest.mark.parametrize(
    "damaged",
    [
        "{",
        "[]",
        '{"answers": ["one"], "told": {}}',
        '{"answers": [1, 2, 3, 4, 5, 6], "told": {}}',
        '{"answers": ["a", "a", "a", "a", "a", "a"], "told": {"x": "y"}}',
    ],
)
def test_damaged_answers_are_asked_for_again(
    ask: Callable[..., Report],
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    damaged: str,
) -> None:
    """With a warning that names the file."""
    ask(Cells(folder), methods=["base"])
    (path,) = folder.rglob("base.json")
    honest = path.read_text()
    path.write_text(damaged)
    ask(Cells(folder), methods=["base"])
    assert path.read_text() == honest
    assert f"{path} is damaged" in caplog.text


def test_half_written_answers_are_never_seen(
    folder: Path, full_disk: Callable[[], AbstractContextManager[None]]
) -> None:
    """A full disk leaves what was there, or nothing."""
    short = Column(answers=("yes", None), told={1: "other"})
    long = Column(answers=("yes" * 1000, None), told={})
    cells = Cells(folder).of("digest")
    with pytest.raises(StorageError, match=r"long\.json.*free some disk"), full_disk():
        cells.keep("long", long)
    assert names(folder) == set()
    cells.keep("short", short)
    with pytest.raises(StorageError), full_disk():
        cells.keep("short", long)
    assert names(folder) == {"short.json"}
    assert cells.find("short", num_answers=2) == short
    assert cells.find("long", num_answers=2) is None


@pytest.fixture
def setting(pipeline: Pipeline, base: BaseModel, suite: list[Task]) -> Setting:
    """Two tasks."""
    return Setting(
        tasks=suite[:2],
        suite=suite,
        pipeline=pipeline,
        prompted=None,
        seed=0,
        base=base,
    )


@pytest.fixture
def digest(base: BaseModel, setting: Setting) -> Callable[..., str]:
    """The digest of the setting above; anything may be given otherwise."""

    def name(
        num_rows: int = 2,
        asked: BaseModel = base,
        **changed: object,
    ) -> str:
        given = replace(setting, **changed)  # type: ignore[arg-type] # whatever a test changes
        return evaluation_digest(
            given,
            questions_of(given.tasks, base=asked, num_rows=num_rows),
            base=asked,
        )

    return name


def _with_row(tasks: Sequence[Task], place: int) -> list[Task]:
    """The tasks with one row of the first changed."""
    rows = list(tasks[0].examples)
    rows[place] = Example(rows[place].input, ("dog",))
    return [replace(tasks[0], examples=tuple(rows)), *tasks[1:]]


def test_digest_covers_all_that_decides_an_answer(
    digest: Callable[..., str],
    setting: Setting,
    new_base: Callable[..., BaseModel],
) -> None:
    """A change of any of it is another evaluation; the same again is the same."""
    tasks, shared = setting.tasks, setting.pipeline.bundle.surroundings.shared
    told = [replace(t, descriptions=("other",) * 4) for t in setting.suite]
    bundle = replace(setting.pipeline.bundle, digest="other")
    given = setting.pipeline
    other = SharedFactors(a={n: 2 * t for n, t in shared.a.items()}, b=shared.b)
    digests = [
        digest(),
        digest(num_rows=1),
        digest(asked=new_base(seed=7)),
        digest(seed=1),
        digest(tasks=tasks[:1]),
        digest(tasks=tasks[::-1]),
        digest(tasks=_with_row(tasks, 0)),
        digest(tasks=_with_row(tasks, -1)),
        digest(tasks=[replace(tasks[0], pool="alone"), *tasks[1:]]),
        digest(suite=told),
        digest(prompted=shared),
        digest(prompted=other),
        digest(pipeline=Pipeline(given.base_name, bundle, given.encoder, given.reader)),
    ]
    assert len(set(digests)) == len(digests)
    assert digest() == digests[0]


def test_digest_leaves_out_what_decides_nothing(
    digest: Callable[..., str], setting: Setting
) -> None:
    """The order of the suite, and keys of a file that mean nothing here."""
    assert digest(suite=setting.suite[::-1]) == digest()
    noted = [replace(t, extra={"note": "mine"}) for t in setting.tasks]
    assert digest(tasks=noted) == digest()
