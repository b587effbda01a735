"""Familiarity: features of texts, and a rank among known ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle
from genadapter.condition import Condition
from genadapter.encoder import Encoder
from genadapter.familiarity import Familiarity, FamiliarityScale, look
from genadapter.pipeline import Pipeline
from genadapter.reading import Reader

TEXTS = ["sort one two three", "give the capital", "swap the two words"]


def test_surprise_is_the_loss_of_a_text_alone(
    base: BaseModel, encoder: Encoder
) -> None:
    """Each token under all before it, whatever the text's company."""
    features_BF = look(TEXTS, encoder.encode(TEXTS), base)
    first = base.start_ids[-1:]
    for row, text in enumerate(TEXTS):
        ids = torch.tensor([[*first, *base.reading_ids(text)]])
        with torch.no_grad():
            loss = base.model(input_ids=ids, labels=ids).loss
        torch.testing.assert_close(features_BF[row, -2], loss, rtol=1e-4, atol=1e-4)
        assert features_BF[row, -1].exp().item() == pytest.approx(ids.shape[1] - 1)
    assert torch.equal(features_BF[:, :-2], encoder.encode(TEXTS))


def test_share_is_a_rank_among_known_texts() -> None:
    """Of how strange a strange text is, of what is expected for any other."""
    scale = FamiliarityScale(
        weights_F=torch.tensor([1.0, 0.0]),
        bias=torch.tensor(0.5),
        known_Q=torch.arange(100.0),
        success_E=torch.tensor([-1.0]),
        success_Q=torch.arange(-100.0, 0.0),
    )
    features_BF = torch.tensor([[-5.0, 3.0], [1.0, 3.0], [49.5, 0.0], [200.0, 0.0]])
    rated = scale.rate(features_BF)
    assert [one.share for one in rated] == [0.0, 0.02, 0.5247, 0.03]
    assert [one.is_strange for one in rated] == [True, True, False, False]


def test_bundle_keeps_its_scale(
    tmp_path: Path,
    write_bundle: Callable[..., Bundle],
    encoder: Encoder,
    reader: Reader,
) -> None:
    """What was written is what conditions are rated by."""
    torch.manual_seed(0)
    scale = FamiliarityScale(
        weights_F=torch.randn(encoder.embedding_size + 2),
        bias=torch.tensor(0.5),
        known_Q=torch.linspace(-9, 9, 50),
        success_E=torch.randn(encoder.embedding_size),
        success_Q=torch.linspace(-3, 3, 50),
    )
    bundle = write_bundle(tmp_path / "bundle", familiarity=scale)
    pipeline = Pipeline("tests/tiny-llama", bundle, encoder, reader)
    conditions = [Condition(description=text) for text in TEXTS]
    rated = pipeline.familiarity(conditions)
    features_BF = look(TEXTS, encoder.encode(TEXTS), reader.base)
    assert rated == scale.rate(features_BF)
    assert all(isinstance(one, Familiarity) for one in rated)


def test_bundle_without_a_scale_rates_nothing(pipeline: Pipeline) -> None:
    """Older bundles have none."""
    assert pipeline.familiarity([Condition(description="sort")]) is None
