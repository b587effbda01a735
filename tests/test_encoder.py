"""Texts to vectors."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from genadapter.encoder import SentenceEncoder
from genadapter.errors import ConfigError

TEXTS = ["sort these numbers upwards", "plural", "give the capital of a country please"]


def test_embeddings_are_of_unit_norm(encoder_folder: Path) -> None:
    """One a text, of the size that the encoder names."""
    encoder = SentenceEncoder(str(encoder_folder))
    found = encoder.encode(TEXTS)
    assert encoder.name == str(encoder_folder)
    assert found.shape == (3, encoder.embedding_size) == (3, 16)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(3))


def test_row_of_a_batch_equals_the_single_case(encoder_folder: Path) -> None:
    """Bit for bit: company changes no rounding."""
    encoder = SentenceEncoder(str(encoder_folder))
    many = [f"{text} {word}" for word in ("cat", "dog", "red") for text in TEXTS] * 3
    together = encoder.encode(many)
    for place, text in enumerate(many):
        assert torch.equal(together[place : place + 1], encoder.encode([text]))


def test_long_texts_are_cut(encoder_folder: Path) -> None:
    """Nobody waits for a book."""
    encoder = SentenceEncoder(str(encoder_folder))
    long, longer = (
        encoder.encode([f"{'sort ' * encoder.max_tokens}{rest}"])
        for rest in ("", "these numbers " * 200)
    )
    assert torch.equal(long, longer)


def test_embeddings_can_be_learned_from(encoder_folder: Path) -> None:
    """A generator in training may keep them for its backward pass."""
    found = SentenceEncoder(str(encoder_folder)).encode(TEXTS)
    layer = torch.nn.Linear(16, 2)
    layer(found).sum().backward()
    assert layer.weight.grad is not None


def test_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    """The message says what may be given."""
    with pytest.raises(ConfigError, match="Give a folder or a hub id"):
        SentenceEncoder(str(tmp_path))
