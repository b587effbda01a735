"""Embeddings that stand in for an encoder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from genadapter.artifact import write_tensors
from genadapter.base_model import BaseModel
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError, CorruptArtifactError
from training.conditions import passages_of
from training.curriculum import make_curriculum
from training.kept_encoder import KeptEncoder, keep_embeddings
from training.recipes import Recipe
from training.workspace import prepare

TEXTS = ["sort the words", "name a colour", "sort the words", "give the plural"]


@pytest.fixture
def folder(tmp_path: Path, encoder: Encoder) -> Path:
    """The embeddings of the texts above."""
    keep_embeddings(TEXTS, encoder, tmp_path / "kept")
    return tmp_path / "kept"


def test_kept_texts_are_encoded_as_by_the_encoder(
    folder: Path, encoder: Encoder
) -> None:
    """Up to half precision, in any order, under the encoder's own name."""
    kept = KeptEncoder(folder)
    assert (kept.name, kept.dtype) == (encoder.name, encoder.dtype)
    assert kept.embedding_size == encoder.embedding_size
    asked = [TEXTS[3], TEXTS[0]]
    torch.testing.assert_close(
        kept.encode(asked), encoder.encode(asked), atol=1e-3, rtol=0
    )


def test_other_texts_are_refused(folder: Path) -> None:
    """The message names the text and how to get its embedding."""
    with pytest.raises(ConfigError, match=r"no embedding of 'name a colour!'.*encode"):
        KeptEncoder(folder).encode([TEXTS[0], "name a colour!"])


@pytest.mark.parametrize("damage", ["missing", "names", "count"])
def test_damaged_folder_is_refused(folder: Path, damage: str) -> None:
    """Whatever is wrong with it."""
    if damage == "missing":
        (folder / "encoder.json").unlink()
    elif damage == "names":
        (folder / "encoder.json").write_text(json.dumps({"name": "x"}))
    else:
        write_tensors(
            folder / "embeddings.safetensors", {"embeddings": torch.zeros(2, 16)}
        )
    with pytest.raises(CorruptArtifactError, match=str(folder)):
        KeptEncoder(folder)


def test_run_needs_no_encoder_beside_them(
    in_suite: Callable[[Recipe], Recipe],
    tiny_recipe: Recipe,
    base: BaseModel,
    encoder: Encoder,
    tmp_path: Path,
) -> None:
    """Drills and variants are among the texts; another recipe's are not."""
    recipe = in_suite(replace(tiny_recipe, data=replace(tiny_recipe.data, drills=8)))
    tasks = make_curriculum(recipe, base).tasks
    texts = passages_of(tasks, num_shown=recipe.data.shown)
    keep_embeddings(texts, encoder, tmp_path / "kept")
    kept = KeptEncoder(tmp_path / "kept")
    work = prepare(recipe, base=base, encoder=kept)
    expected = encoder.encode([c.text for c in work.conditions.conditions])
    torch.testing.assert_close(
        work.conditions.embeddings_BE, expected, atol=1e-3, rtol=0
    )
    other = replace(recipe, name="other", seed=5)
    with pytest.raises(ConfigError, match="encode the very recipe"):
        prepare(other, base=base, encoder=kept)
