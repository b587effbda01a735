"""What tasks are told: drawn alike each time, embedded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from genadapter.condition import Demonstration
from genadapter.encoder import Encoder, embed_passages
from training.conditions import (
    MAX_SHOWN_CHARACTERS,
    SHOWN_SIZES,
    ConditionTable,
    demonstrations_of,
    shown_by_examples,
)
from training.tasks import Example, Task


def files(home: Path) -> list[str]:
    """Names of what the cache holds."""
    return sorted(path.name for path in (home / "states").iterdir())


def test_embeddings_are_those_of_the_encoder(
    suite: list[Task], encoder: Encoder
) -> None:
    """Whatever the chunks they were computed in."""
    table = ConditionTable.encode(suite, encoder)
    chosen = [(0, 1), (3, 0), (6, 2)]
    texts = [suite[task].descriptions[i] for task, i in chosen]
    rows = torch.tensor([table.train[task][i] for task, i in chosen])
    assert [table.conditions[row].description for row in rows] == texts
    torch.testing.assert_close(table.embeddings_BE[rows], encoder.encode(texts))


def test_second_run_computes_nothing(
    suite: list[Task],
    encoder: Encoder,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same texts are read back from the files of their tasks."""
    first = ConditionTable.encode(suite, encoder)

    def refuse(_: Sequence[str]) -> None:
        raise AssertionError

    monkeypatch.setattr(encoder, "encode", refuse)
    second = ConditionTable.encode(suite, encoder)
    assert torch.equal(first.embeddings_BE, second.embeddings_BE)
    assert len(files(home)) == len(suite)


def test_other_texts_or_encoders_are_computed_anew(
    suite: list[Task], encoder: Encoder, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing stale is ever read."""
    ConditionTable.encode(suite, encoder)
    renamed = replace(suite[0], descriptions=("name the red word",))
    ConditionTable.encode([renamed, *suite[1:]], encoder)
    assert len(files(home)) == len(suite) + 1
    monkeypatch.setattr(encoder, "name", "another")
    ConditionTable.encode(suite, encoder)
    assert len(files(home)) == 2 * len(suite) + 1


def test_tasks_are_shown_by_their_training_rows(suite: list[Task]) -> None:
    """Of several sizes, every third described as well; the same on every call."""
    shown = shown_by_examples(suite[0], 6)
    assert shown == shown_by_examples(suite[0], 6)
    assert len(shown) == 6
    known = {row.input: row.outputs[0] for row in suite[0].rows("train")}
    for number, condition in enumerate(shown):
        assert len(condition.examples) in {*SHOWN_SIZES, len(known) // 2}
        assert all(known[e.input] == e.output for e in condition.examples)
        assert (condition.description is not None) == (number % 3 == 2)
    assert len({len(condition.examples) for condition in shown}) > 1
    # Held-out wordings stay held out.
    told = {c.description for c in shown if c.description}
    assert told <= set(suite[0].train_descriptions)


def test_shown_conditions_follow_the_descriptions(
    suite: list[Task], encoder: Encoder
) -> None:
    """Each task names its own; without any, nobody has one."""
    table = ConditionTable.encode(suite, encoder, num_shown=2)
    assert [len(own) for own in table.shown] == [2] * len(suite)
    for task, own in zip(suite, table.shown, strict=True):
        assert [table.conditions[i] for i in own] == shown_by_examples(task, 2)
    expected = embed_passages(encoder, [c.passages for c in table.conditions])
    torch.testing.assert_close(table.embeddings_BE, expected)
    plain = ConditionTable.encode(suite, encoder)
    assert not any(plain.shown)
    assert plain.conditions == table.conditions[: len(plain.conditions)]


def test_too_few_rows_show_nothing(suite: list[Task]) -> None:
    """Half of five rows are no condition."""
    few = replace(suite[0], examples=suite[0].examples[:5], is_train_only=True)
    assert shown_by_examples(few, 3) == []


def test_long_or_blank_rows_are_not_shown(suite: list[Task]) -> None:
    """Nor an input twice, whatever its blanks."""
    rows = (
        Example("cat", ("red",)),
        Example(" cat ", ("blue",)),
        Example("x" * MAX_SHOWN_CHARACTERS, ("red",)),
        Example("dog", (" ",)),
    )
    task = replace(suite[0], examples=rows, is_train_only=True)
    assert demonstrations_of(task) == [Demonstration(input="cat", output="red")]
