"""Sampling: which token comes next."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from service.sampling import Sampler, Sampling

LOGITS_V = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
NUM_DRAWS = 4000


def draws(sampling: Sampling) -> Counter[int]:
    """How often each token is drawn."""
    sampler = Sampler(sampling)
    return Counter(sampler.choose(LOGITS_V)[0] for _ in range(NUM_DRAWS))


def test_the_likeliest_token_is_taken_by_itself() -> None:
    """Nothing is drawn where nothing is asked for."""
    assert Sampling().is_plain
    assert draws(Sampling()) == {0: NUM_DRAWS}


def test_tokens_are_drawn_as_likely_as_they_are() -> None:
    """At a temperature of 1; a higher one evens them out."""
    counts = draws(Sampling(temperature=1.0, seed=1))
    shares = [counts[token] / NUM_DRAWS for token in range(4)]
    assert shares == pytest.approx([0.5, 0.3, 0.15, 0.05], abs=0.03)
    hot = draws(Sampling(temperature=2.0, seed=1))
    assert hot[0] < counts[0]
    assert hot[3] > counts[3]


@pytest.mark.parametrize(
    ("top_p", "kept"), [(0.45, {0}), (0.6, {0, 1}), (0.9, {0, 1, 2})]
)
def test_only_the_likeliest_are_drawn_from(top_p: float, kept: set[int]) -> None:
    """The token that crosses the line still counts."""
    assert set(draws(Sampling(temperature=1.0, top_p=top_p, seed=1))) == kept


def test_penalties_count_what_was_said() -> None:
    """Presence once, frequency as often as it was."""
    present = Sampler(Sampling(presence_penalty=0.6))
    assert [present.choose(LOGITS_V)[0] for _ in range(4)] == [0, 1, 0, 0]
    frequent = Sampler(Sampling(frequency_penalty=0.6))
    assert [frequent.choose(LOGITS_V)[0] for _ in range(4)] == [0, 1, 0, 1]


def test_likelihoods_are_the_models_own() -> None:
    """Whatever the temperature and the penalties."""
    sampler = Sampler(
        Sampling(temperature=2.0, presence_penalty=2.0, seed=3, num_likely=2)
    )
    for _ in range(5):
        token, likely = sampler.choose(LOGITS_V)
        assert likely is not None
        assert likely.logprob == pytest.approx(float(LOGITS_V[token]), abs=1e-5)
        assert [rival.token for rival in likely.rivals] == [0, 1]


def test_any_seed_is_taken() -> None:
    """Also a negative one, as clients send it."""
    for seed in (-5, 0, 2**63 - 1):
        assert draws(Sampling(temperature=1.0, seed=seed)) == draws(
            Sampling(temperature=1.0, seed=seed)
        )
