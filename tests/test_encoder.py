"""Texts to vectors."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from genadapter.encoder import SentenceEncoder
from genadapter.errors import ConfigError

TEXTS = ["sort these numbers upwards", "plural", "give the capital of a country please"]


def test_features_are_unit_norm_and_masked(encoder_folder: Path) -> None:
    """Padding carries neither a state nor a mark."""
    encoder = SentenceEncoder(str(encoder_folder))
    found = encoder.encode(TEXTS)
    assert encoder.name == str(encoder_folder)
    assert len(found) == 3
    assert found.tokens_BTE.shape[2] == encoder.embedding_size == 16
    torch.testing.assert_close(found.pooled_BE.norm(dim=1), torch.ones(3))
    assert found.mask_BT.sum(dim=1).tolist() == [4, 1, 7]
    assert (found.tokens_BTE[~found.mask_BT] == 0).all()


def test_row_of_a_batch_equals_the_single_case(encoder_folder: Path) -> None:
    """Bit for bit: company changes no rounding, and selecting trims the padding."""
    encoder = SentenceEncoder(str(encoder_folder))
    many = [f"{text} {word}" for word in ("cat", "dog", "red") for text in TEXTS] * 3
    together = encoder.encode(many)
    for place, text in enumerate(many):
        row, alone = together.select(torch.tensor([place])), encoder.encode([text])
        assert torch.equal(row.pooled_BE, alone.pooled_BE)
        assert torch.equal(row.tokens_BTE, alone.tokens_BTE)
        assert torch.equal(row.mask_BT, alone.mask_BT)


def test_long_texts_are_cut(encoder_folder: Path) -> None:
    """Nobody waits for a book."""
    encoder = SentenceEncoder(str(encoder_folder))
    found = encoder.encode(["sort " * 500])
    assert found.mask_BT.shape == (1, encoder.max_tokens)


def test_features_can_be_learned_from(encoder_folder: Path) -> None:
    """A generator in training may keep them for its backward pass."""
    found = SentenceEncoder(str(encoder_folder)).encode(TEXTS)
    layer = torch.nn.Linear(16, 2)
    layer(found.pooled_BE).sum().backward()
    assert layer.weight.grad is not None


def test_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    """The message says what may be given."""
    with pytest.raises(ConfigError, match="Give a folder or a hub id"):
        SentenceEncoder(str(tmp_path))
