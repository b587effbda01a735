"""Embeddings of all descriptions: computed once, read back after that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from genadapter.encoder import Encoder
from training.descriptions import DescriptionTable
from training.tasks import Task


def files(home: Path) -> list[str]:
    """Names of what the cache holds."""
    return sorted(path.name for path in (home / "states").iterdir())


def test_embeddings_are_those_of_the_encoder(
    suite: list[Task], encoder: Encoder
) -> None:
    """Whatever the chunks they were computed in."""
    table = DescriptionTable.encode(suite, encoder)
    chosen = [(0, 1), (3, 0), (6, 2)]
    texts = [suite[task].descriptions[i] for task, i in chosen]
    rows = torch.tensor([table.train[task][i] for task, i in chosen])
    assert [table.texts[row] for row in rows] == texts
    torch.testing.assert_close(table.embeddings_BE[rows], encoder.encode(texts))


def test_second_run_computes_nothing(
    suite: list[Task],
    encoder: Encoder,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same texts are read back from their file."""
    first = DescriptionTable.encode(suite, encoder)

    def refuse(_: Sequence[str]) -> None:
        raise AssertionError

    monkeypatch.setattr(encoder, "encode", refuse)
    second = DescriptionTable.encode(suite, encoder)
    assert torch.equal(first.embeddings_BE, second.embeddings_BE)
    assert len(files(home)) == 1


def test_other_texts_or_encoders_are_computed_anew(
    suite: list[Task], encoder: Encoder, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing stale is ever read."""
    DescriptionTable.encode(suite, encoder)
    renamed = replace(suite[0], descriptions=("name the red word",))
    DescriptionTable.encode([renamed, *suite[1:]], encoder)
    monkeypatch.setattr(encoder, "name", "another")
    DescriptionTable.encode(suite, encoder)
    assert len(files(home)) == 3
