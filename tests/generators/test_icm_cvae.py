"""ICM-CVAE: the task vector, and both forms of the autoencoder."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from genadapter.errors import ConfigError
from genadapter.generators import Features, Surroundings
from genadapter.generators.icm_cvae import Form, IcmCvaeGenerator, task_vector
from genadapter.reading import Reader


def build(surroundings: Surroundings, form: Form) -> IcmCvaeGenerator:
    """A new generator of a form, small."""
    torch.manual_seed(0)
    config = IcmCvaeGenerator.Config(
        form=form, hidden_size=32, latent_size=4, channels=(4, 8)
    )
    return IcmCvaeGenerator(config, surroundings)


def test_task_vector_is_the_state_at_the_last_real_token(features: Features) -> None:
    """Of the layers asked for, in their order; padding has no say."""
    reading = features.reading
    assert reading is not None
    vector_BY = task_vector(reading, (1, 0))
    for row, mask_T in enumerate(reading.mask_BT):
        last = int(mask_T.sum()) - 1
        expected_Y = reading.states_BLTD[row, [1, 0], last].flatten()
        assert torch.equal(vector_BY[row], expected_Y)


def test_every_passage_counts(reader: Reader) -> None:
    """The vector of two passages is the mean of theirs."""
    first, second = ("sort one two three",), ("give the capital",)
    vectors = [task_vector(reader.read([text]), (0, 1)) for text in (first, second)]
    joined_1Y = task_vector(reader.read([(*first, *second)]), (0, 1))
    torch.testing.assert_close(joined_1Y, (vectors[0] + vectors[1]) / 2)


@pytest.mark.parametrize("form", ["coefficients", "convolution"])
def test_it_learns_experts_from_task_vectors(
    form: Form,
    surroundings: Surroundings,
    features: Features,
    learn_experts: Callable[..., float],
) -> None:
    """At the mean of the latent each description's expert comes back."""
    generator = build(surroundings, form)
    assert learn_experts(generator, learning_rate=1e-2, num_steps=200) < 0.5
    noises = [torch.Generator().manual_seed(seed) for seed in range(3)]
    drawn_BP = generator.sample(features, noises)
    assert not torch.equal(drawn_BP, generator(features))


def test_convolution_covers_every_number(
    surroundings: Surroundings, features: Features
) -> None:
    """Whatever the length, padding is cut off again."""
    generator = build(surroundings, "convolution")
    assert generator(features).shape == (3, generator.origin_P.numel())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"form": "both"}, "form must be one of coefficients, convolution, got 'both'"),
        ({"layers": ()}, "layers must name layers from 0 on"),
        ({"channels": (0,)}, "channels must be numbers from 1 on"),
    ],
)
def test_impossible_settings_are_refused(
    changes: dict[str, object], message: str
) -> None:
    """With what is allowed."""
    with pytest.raises(ConfigError, match=message):
        IcmCvaeGenerator.Config(**changes)  # type: ignore[arg-type] # wrong on purpose


def test_layers_must_exist(surroundings: Surroundings) -> None:
    """The number of adapted layers is named."""
    config = IcmCvaeGenerator.Config(layers=(5,))
    with pytest.raises(ConfigError, match="must lie below 2"):
        IcmCvaeGenerator(config, surroundings)
