"""Documents of invented facts, and what is asked of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from genadapter.condition import Condition
from genadapter.errors import TaskFormatError
from training.bundling import bundle_run
from training.commands.stages import train_stages
from training.conditions import described
from training.documents import make_documents
from training.evaluation import find_tasks
from training.recipes import Recipe
from training.run import train_generator
from training.tasks import Task, read_tasks, write_tasks
from training.workspace import Workspace, prepare


@pytest.fixture(scope="module")
def made() -> list[Task]:
    """Forty documents to train on."""
    return make_documents(40, part="train", seed=0)


def test_every_answer_stands_in_every_wording(made: list[Task]) -> None:
    """Whichever wording is told, the questions can be answered from it, and from it alone."""
    for task in made:
        for example in task.examples:
            (answer,) = example.outputs
            assert all(answer in text for text in task.descriptions), task.id
            assert answer not in example.input


def test_wordings_of_a_document_differ(made: list[Task]) -> None:
    """Same facts, other words or another order."""
    assert all(len(set(task.descriptions)) > 3 for task in made)


def test_same_seed_gives_the_same_documents(made: list[Task]) -> None:
    """Another seed gives others."""
    assert make_documents(40, part="train", seed=0) == made
    assert make_documents(40, part="train", seed=1) != made


def test_test_documents_are_about_others(made: list[Task]) -> None:
    """No first or last part of a name is in both."""
    words = {
        part: {
            word
            for task in tasks
            for example in task.examples
            for word in example.input.split()
            if word.istitle()
        }
        for part, tasks in (
            ("train", made),
            ("test", make_documents(40, part="test", seed=0)),
        )
    }
    names = {"Mira", "Jonas", "Tolan", "Nordal", "Works"}
    assert names & words["train"]
    assert not names & words["test"]


def test_they_are_told_as_documents(made: list[Task], tmp_path: Path) -> None:
    """In memory, through a file, and as a task set of `evaluate`."""
    assert described(made[0])[0] == Condition(document=made[0].descriptions[0])
    write_tasks(made[:2], tmp_path / "documents.jsonl")
    read = read_tasks(tmp_path / "documents.jsonl")
    assert [task.told_by for task in read] == ["document", "document"]
    assert {task.split for task in find_tasks("documents", ())} == {"test"}


def test_unknown_way_of_telling_is_refused(tmp_path: Path) -> None:
    """With those there are."""
    path = tmp_path / "tasks.jsonl"
    path.write_text(
        '{"id": "a", "told_by": "rumour", "descriptions": ["b"], '
        '"examples": [{"input": "c", "output": "d"}]}\n'
    )
    with pytest.raises(
        TaskFormatError, match="one of description, document, profile, got 'rum"
    ):
        read_tasks(path)


@pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")  # lightning itself
@pytest.mark.filterwarnings("ignore::UserWarning:lightning")
def test_bundle_says_that_it_met_documents(
    work: Workspace, tiny_recipe: Recipe, tmp_path: Path
) -> None:
    """And takes them from then on."""
    recipe = replace(
        tiny_recipe, name="told", data=replace(work.recipe.data, documents=3)
    )
    told = prepare(recipe, base=work.base, encoder=work.encoder)
    assert sum(task.family == "documents" for task in told.tasks) == 3
    stages = train_stages(told)
    generator = train_generator(told, stages.surroundings, stages.experts.b_NP)
    bundle = bundle_run(
        told, stages.surroundings, stages.experts.b_NP, generator, tmp_path / "bundle"
    )
    assert bundle.manifest.conditions == ("description", "document")
