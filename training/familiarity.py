"""Fits the scale that a bundle rates descriptions by.

Shapes: B texts, E embedding, F features, N judged texts, Q quantiles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression, Ridge

from genadapter.base_model import BaseModel
from genadapter.encoder import Encoder
from genadapter.familiarity import FamiliarityScale, look
from training.gibberish import LEARNED, gibberish

INVERSE_STRENGTH = 3.0
"""scikit-learn's C, of the logistic regression."""
RIDGE_STRENGTH = 4.0
"""scikit-learn's alpha, of the ridge regression."""
NUM_QUANTILES = 1000


def fit_scale(
    descriptions: Sequence[str],
    *,
    successes: Mapping[str, float],
    encoder: Encoder,
    base: BaseModel,
    seed: int,
) -> FamiliarityScale:
    """Tells descriptions from gibberish made for it, and good prospects from bad ones.

    Args:
        descriptions: Those that the generator learned from, or some of each task.
        successes: By description, how well the generator did on its task.
        encoder: The bundle's.
        base: The bundle's.
        seed: Of the gibberish.
    """
    noise = gibberish(LEARNED, descriptions, number=len(descriptions), seed=seed)
    texts = [*descriptions, *noise]
    features_BF = look(texts, encoder.encode(texts), base)
    # The two told features are brought to the embedding's own size.
    centre_F, spread_F = torch.zeros(2, features_BF.shape[1])
    spread_F += 1
    told_B2 = features_BF[: len(descriptions), -2:]
    centre_F[-2:] = told_B2.mean(dim=0)
    spread_F[-2:] = told_B2.std(dim=0).clamp_min(1e-6) / 0.3
    found = LogisticRegression(
        C=INVERSE_STRENGTH, class_weight="balanced", max_iter=1000
    ).fit(
        ((features_BF - centre_F) / spread_F).numpy(),
        np.repeat([1, 0], [len(descriptions), len(noise)]),
    )
    weights_F = torch.from_numpy(found.coef_[0]).float() / spread_F
    bias = torch.tensor(float(found.intercept_[0])) - weights_F @ centre_F
    known_B = features_BF[: len(descriptions)] @ weights_F + bias
    judged_NE = encoder.encode(list(successes)).float().cpu()
    ridge = Ridge(alpha=RIDGE_STRENGTH).fit(
        judged_NE.numpy(), np.array(list(successes.values()))
    )
    success_E = torch.from_numpy(ridge.coef_).float()
    expected_B = features_BF[: len(descriptions), :-2] @ success_E
    places_Q = torch.linspace(0, 1, NUM_QUANTILES)
    return FamiliarityScale(
        weights_F=weights_F,
        bias=bias,
        known_Q=known_B.quantile(places_Q),
        success_E=success_E,
        success_Q=expected_B.quantile(places_Q),
    )
