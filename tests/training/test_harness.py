"""Tasks for lm-evaluation-harness: what is written, and that it scores as we do."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from training.evaluation.scoring import first_line, score
from training.harness import write_harness_tasks
from training.tasks import Example, Task

ANSWERS = (
    "Paris",
    " paris. ",
    "“PARIS”!",
    "the paris",
    "-5",
    "5",
    "?",
    "",
    "new  york",
    "New York\nand more",
    "\nnew york",
    "A b",
    "a b",
)
EXAMPLES = (
    Example("capital", ("Paris",)),
    Example("number", ("-5", "minus five")),
    Example("sign", ("?", "!")),
    Example("city", ("New York",)),
)
CAPITALS = Example("a b", ("A b",))


def task_of(*examples: Example) -> Task:
    """A task whose test rows are these; the four fifths before them are others."""
    others = tuple(Example(f"row {i}", ("x",)) for i in range(4 * len(examples)))
    return Task(
        id="made",
        family="fun",
        descriptions=("do it", "do so", "do this", "do that"),
        examples=(*others, *examples),
    )


def written(folder: Path, stem: str = "made") -> dict[str, Any]:  # Any: plain YAML
    """What stands in a YAML file."""
    config: dict[str, Any] = yaml.safe_load(
        (folder / f"{stem}.yaml").read_text("utf-8")
    )
    return config


def is_match(answer: str, example: Example, config: dict[str, Any]) -> bool:
    """The harness's first line and exact match, in plain words."""
    (pattern, _) = config["filter_list"][0]["filter"]
    lines = re.findall(pattern["regex_pattern"], answer)
    metric = config["metric_list"][0]

    def form(text: str) -> str:
        for ignored in metric["regexes_to_ignore"]:
            text = re.sub(ignored, "", text)
        return text.lower() if metric["ignore_case"] else text

    given = lines[0].strip() if lines else pattern["fallback"]
    return form(given) in map(form, example.outputs)


def test_test_rows_alone_are_written(tmp_path: Path) -> None:
    """At most as many as asked for; the YAML names them wherever it is run from."""
    task = task_of(*EXAMPLES)
    (told,) = write_harness_tasks([task], tmp_path / "out", num_rows=3)
    assert (told.name, told.num_rows) == ("genadapter_made", 3)
    assert told.description == task.heldout_descriptions[0]
    config = written(tmp_path / "out")
    data = Path(config["dataset_kwargs"]["data_files"]["test"])
    assert data.is_absolute()
    rows = [json.loads(line) for line in data.read_text("utf-8").splitlines()]
    assert rows == [
        {"input": e.input, "outputs": list(e.outputs)} for e in EXAMPLES[:3]
    ]
    assert config["doc_to_text"] == "input"
    assert config["tag"] == "genadapter-fun"


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.input)
def test_answers_count_as_they_do_here(
    answer: str, example: Example, tmp_path: Path
) -> None:
    """First line, case, signs and blanks, whatever is accepted."""
    write_harness_tasks([task_of(example)], tmp_path / "out", num_rows=9)
    expected = score(first_line(answer), example).exact_match == 1
    assert is_match(answer, example, written(tmp_path / "out")) == expected


def test_case_counts_where_it_is_the_answer(tmp_path: Path) -> None:
    """As soon as one row of a task asks for it; repeating the input is then wrong."""
    write_harness_tasks([task_of(CAPITALS)], tmp_path / "out", num_rows=9)
    config = written(tmp_path / "out")
    for answer in ("A b", " A  b", "a b", "A b."):
        expected = score(answer, CAPITALS).exact_match == 1
        assert is_match(answer, CAPITALS, config) == expected


def test_ids_become_names_of_files(tmp_path: Path) -> None:
    """Two that become the same are refused, and nothing is written."""
    one, other = (replace(task_of(CAPITALS), id=name) for name in ("a/b", "a b"))
    (told,) = write_harness_tasks([one], tmp_path / "out", num_rows=1)
    assert (told.id, told.name) == ("a/b", "genadapter_a_b")
    assert written(tmp_path / "out", "a_b")["task"] == told.name
    with pytest.raises(ConfigError, match="written as 'a_b': rename one"):
        write_harness_tasks([one, other], tmp_path / "both", num_rows=1)
    assert not (tmp_path / "both").exists()


@pytest.mark.filterwarnings("ignore")  # what the harness imports is not ours
def test_the_harness_itself_prompts_and_scores_as_we_do(
    base: BaseModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own loader, filter and metric, where it is installed."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    pytest.importorskip("lm_eval", reason="needs lm_eval: pip install 'lm_eval[hf]'")
    from lm_eval.tasks import TaskManager

    write_harness_tasks([task_of(*EXAMPLES)], tmp_path / "out", num_rows=9)
    manager = TaskManager(include_path=str(tmp_path / "out"), include_defaults=False)
    assert "genadapter-fun" in manager.all_tags
    (task,) = manager.load_task_or_group("genadapter_made").values()
    for document, example in zip(task.test_docs(), EXAMPLES, strict=True):
        prompt = task.fewshot_context(
            document,
            num_fewshot=0,
            apply_chat_template=True,
            fewshot_as_multiturn=True,
            chat_template=chat_template_of(base),
        )
        assert base.text_ids(prompt) == base.prompt_ids(example.input)
        for answer in ANSWERS:
            (line,) = filtered(task, answer, document)
            found = task.process_results(document, [line])["exact_match"]
            assert found == score(first_line(answer), example).exact_match, answer


def chat_template_of(base: BaseModel) -> Any:  # Any: as the harness calls it
    """The tokenizer's own chat template, as the harness calls it."""

    def render(messages: Any, *, add_generation_prompt: bool) -> str:
        text: str = base.tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=add_generation_prompt
        )
        return text

    return render


def filtered(task: Any, answer: str, document: Any) -> list[str]:
    """What the filters of the harness make of an answer."""
    (ensemble,) = task._filters
    answers: Any = [[answer]]
    for make in ensemble.filters:
        answers = make().apply(answers, [document])
    return list(answers)
