"""Features of all descriptions: computed once, read back after that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.encoder import Encoder
from genadapter.reading import Reader
from training.descriptions import DescriptionTable
from training.tasks import Task


def files(home: Path) -> list[str]:
    """Names of what the cache holds."""
    return sorted(path.name for path in (home / "states").iterdir())


def test_features_are_those_of_encoder_and_base(
    suite: list[Task], encoder: Encoder, reader: Reader
) -> None:
    """Whatever the chunks they were computed in, up to half precision."""
    table = DescriptionTable.encode(suite, encoder, reader)
    chosen = [(0, 1), (3, 0), (6, 2)]
    texts = [suite[task].descriptions[i] for task, i in chosen]
    rows = torch.tensor([table.train[task][i] for task, i in chosen])
    text, reading = table.features.select(rows)
    expected, read = encoder.encode(texts), reader.read(texts)
    torch.testing.assert_close(text.pooled_BE, expected.pooled_BE)
    torch.testing.assert_close(text.tokens_BTE, expected.tokens_BTE, atol=1e-2, rtol=0)
    assert torch.equal(text.mask_BT, expected.mask_BT)
    torch.testing.assert_close(
        reading.states_BTD, read.states_BTD, atol=1e-2, rtol=1e-2
    )
    assert torch.equal(reading.mask_BT, read.mask_BT)


def test_second_run_computes_nothing(
    suite: list[Task],
    encoder: Encoder,
    reader: Reader,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same texts are read back from their file."""
    first = DescriptionTable.encode(suite, encoder, reader)

    def refuse(_: Sequence[str]) -> None:
        raise AssertionError

    monkeypatch.setattr(encoder, "encode", refuse)
    second = DescriptionTable.encode(suite, encoder, reader)
    assert torch.equal(first.features.pooled_BE, second.features.pooled_BE)
    assert len(files(home)) == 1


def test_other_texts_layers_or_base_are_computed_anew(
    suite: list[Task],
    encoder: Encoder,
    reader: Reader,
    new_base: Callable[..., BaseModel],
    home: Path,
) -> None:
    """Nothing stale is ever read."""
    DescriptionTable.encode(suite, encoder, reader)
    renamed = replace(suite[0], descriptions=("name the red word",))
    DescriptionTable.encode([renamed, *suite[1:]], encoder, reader)
    DescriptionTable.encode(suite, encoder, Reader(reader.base, num_layers=1))
    other = Reader(new_base(seed=4), num_layers=reader.num_layers)
    DescriptionTable.encode(suite, encoder, other)
    assert len(files(home)) == 4
