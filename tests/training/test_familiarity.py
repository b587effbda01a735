"""The scale that descriptions are rated by, and the gibberish it is fitted with."""

from __future__ import annotations

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.encoder import Encoder
from genadapter.familiarity import look
from training.familiarity import fit_scale
from training.gibberish import LEARNED, UNHEARD, gibberish

REAL = [
    f"{verb} the {thing} {end}"
    for verb in ("sort", "count", "reverse", "name", "translate", "find")
    for thing in ("words", "letters", "numbers", "capital")
    for end in ("of the input", "in the text", "given here")
]


def test_gibberish_takes_the_kinds_in_turn() -> None:
    """Same seed, same texts; none is blank, none a real one."""
    made = gibberish(LEARNED, REAL, number=60, seed=0)
    assert made == gibberish(LEARNED, REAL, number=60, seed=0)
    assert made != gibberish(LEARNED, REAL, number=60, seed=1)
    assert len(made) == 60
    assert all(text.strip() for text in made)
    assert len(set(made) & set(REAL)) < 3


@pytest.mark.parametrize("kind", sorted(LEARNED | UNHEARD))
def test_every_kind_varies(kind: str) -> None:
    """No kind writes one text over and over."""
    made = gibberish({kind: (LEARNED | UNHEARD)[kind]}, REAL, number=20, seed=0)
    assert len(set(made)) > 10


def test_scale_tells_descriptions_from_gibberish(
    base: BaseModel, encoder: Encoder
) -> None:
    """Most of what it never saw of either lies on its own side."""
    known, fresh = REAL[::2], REAL[1::2]
    scale = fit_scale(
        known, successes={known[0]: 0.5}, encoder=encoder, base=base, seed=0
    )
    noise = gibberish(LEARNED, known, number=60, seed=1)

    def mean_score(texts: list[str]) -> float:
        return scale.scores(look(texts, encoder.encode(texts), base)).mean().item()

    assert mean_score(fresh) > mean_score(noise) + 1
    assert scale.known_Q.diff().min() >= 0


def test_scale_expects_what_was_seen(base: BaseModel, encoder: Encoder) -> None:
    """More is expected of descriptions whose tasks went well."""
    scale = fit_scale(
        REAL,
        successes={text: float("words" in text) for text in REAL},
        encoder=encoder,
        base=base,
        seed=0,
    )
    expected_N = encoder.encode(REAL) @ scale.success_E
    is_good_N = torch.tensor(["words" in text for text in REAL])
    # The encoder of the tests knows no meaning: texts are told apart on average.
    assert expected_N[is_good_N].mean() > expected_N[~is_good_N].mean() + 0.1
    assert scale.success_Q.diff().min() >= 0
