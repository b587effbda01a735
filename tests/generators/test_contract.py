"""What every generator family promises; families are found, not listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from torch import Tensor

from genadapter.attach import AdapterSlots
from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle, load_bundle
from genadapter.condition import ConditionKind
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError, UnknownFamilyError
from genadapter.generators import (
    Features,
    Generator,
    Surroundings,
    families,
    find_family,
)
from genadapter.library import Neighbours
from genadapter.lora import check_fits

IDS_BT = torch.tensor([[2, 6, 7, 8], [2, 9, 10, 11], [2, 12, 13, 14]])
NewGenerator = Callable[..., Generator]

every_family = pytest.mark.parametrize("family", list(families()))


def row_of(features: Features, row: int) -> Features:
    """One task of a batch, its reading trimmed to its own length."""
    near = features.neighbours
    chosen = {f.name: getattr(near, f.name)[row : row + 1] for f in fields(Neighbours)}
    assert features.reading is not None
    return Features(
        embeddings_BE=features.embeddings_BE[row : row + 1],
        neighbours=Neighbours(**chosen),
        reading=features.reading.select(torch.tensor([row])),
    )


@every_family
def test_output_fits_the_spec(
    family: str,
    new_generator: NewGenerator,
    features: Features,
) -> None:
    """One finite B of the right shape for every task."""
    generator = new_generator(family)
    flat_BP = generator(features)
    assert flat_BP.shape == (3, generator.origin_P.numel())
    assert flat_BP.dtype == torch.float32
    adapters = generator.adapters(flat_BP.detach())
    for row in range(3):
        check_fits(adapters.weights(row), generator.spec)


@every_family
def test_scale_stretches_what_the_task_adds(
    family: str, new_generator: NewGenerator, features: Features
) -> None:
    """0 gives the origin, the same for all tasks; 1 what was written."""
    generator = new_generator(family)
    written_BP = generator(features)
    torch.testing.assert_close(generator.scaled(written_BP, 1.0), written_BP)
    none = generator.adapters(generator.scaled(written_BP, 0.0))
    first, second = (none.weights(row) for row in (0, 1))
    for name, b_LOR in first.b.items():
        torch.testing.assert_close(b_LOR, second.b[name])


@every_family
def test_row_of_a_batch_equals_the_single_case(
    family: str, new_generator: NewGenerator, features: Features
) -> None:
    """Other tasks in the batch, and the padding they bring, change nothing."""
    generator = new_generator(family)
    batch_BP = generator(features)
    for row in range(3):
        alone_1P = generator(row_of(features, row))
        torch.testing.assert_close(alone_1P[0], batch_BP[row], atol=1e-5, rtol=0)


@every_family
def test_same_seed_gives_the_same_adapter(
    family: str, new_generator: NewGenerator, features: Features
) -> None:
    """Two builds agree bit by bit, and so do two calls."""
    generator = new_generator(family, seed=3)
    first_BP = generator(features)
    assert torch.equal(first_BP, generator(features))
    assert torch.equal(first_BP, new_generator(family, seed=3)(features))


@every_family
def test_save_and_load_are_exact(
    family: str,
    write_bundle: Callable[..., Bundle],
    tmp_path: Path,
    features: Features,
    encoder: Encoder,
) -> None:
    """The bundle that saving returns is the bundle that loads, bit by bit."""
    saved = write_bundle(tmp_path / "bundle", family=family)
    loaded = load_bundle(tmp_path / "bundle", base=None, encoder=encoder)
    assert loaded.generator.family == family
    assert loaded.generator.config == saved.generator.config
    assert torch.equal(loaded.generator(features), saved.generator(features))


@every_family
def test_bundle_rounds_little(
    family: str,
    write_bundle: Callable[..., Bundle],
    new_generator: NewGenerator,
    tmp_path: Path,
    features: Features,
) -> None:
    """Matrices in eight bits and a basis in four leave B nearly where it was."""
    exact_BP = new_generator(family)(features)
    rounded_BP = write_bundle(tmp_path / "bundle", family=family).generator(features)
    assert (rounded_BP - exact_BP).norm() < 0.2 * exact_BP.norm()


@every_family
def test_attaching_changes_logits_and_detaching_restores_them(
    family: str,
    new_generator: NewGenerator,
    features: Features,
    base: BaseModel,
) -> None:
    """A generated adapter does something, and leaves no trace."""
    generator = new_generator(family)
    flat_BP = generator(features).detach()
    with torch.no_grad():
        plain_BTV = base.model(IDS_BT).logits
        slots = AdapterSlots(base.model, generator.spec)
        with slots.bind(generator.adapters(flat_BP)):
            adapted_BTV = base.model(IDS_BT).logits
        slots.detach()
        restored_BTV = base.model(IDS_BT).logits
    assert (adapted_BTV - plain_BTV).abs().amax() > 1e-3
    assert torch.equal(restored_BTV, plain_BTV)


@every_family
def test_gradients_reach_every_parameter_of_a_trained_family(
    family: str, new_generator: NewGenerator, features: Features
) -> None:
    """A family with objectives can learn with all it has; others have no parameters."""
    generator = new_generator(family).train()
    parameters = {n: p for n, p in generator.named_parameters() if p.requires_grad}
    assert bool(parameters) == bool(generator.objectives)
    if parameters:
        flat_BP = generator(features)
        target_BP = torch.randn(
            flat_BP.shape, generator=torch.Generator().manual_seed(0)
        )
        # A family may train its A as well, or leave it as it is.
        joined = generator.adapters(flat_BP)
        factors = [*joined.a.values(), *joined.b.values()]
        common_X = torch.cat([tensor.flatten() for tensor in factors])
        loss = (flat_BP - target_BP).square().mean() + common_X.square().mean()
        if "evidence" in generator.objectives:
            loss = loss + generator.evidence(features, flat_BP.detach() + 1).mean()
        loss.backward()
    dead = [
        name
        for name, parameter in parameters.items()
        if parameter.grad is None or not parameter.grad.any()
    ]
    assert dead == []


@every_family
def test_draws_differ_by_their_seed_alone(
    family: str, new_generator: NewGenerator, features: Features
) -> None:
    """Same noise, same adapter; only families with a distribution draw at all."""
    generator = new_generator(family)
    first_BP, again_BP, other_BP = (
        generator.sample(
            features, [torch.Generator().manual_seed(seed + row) for row in range(3)]
        )
        for seed in (0, 0, 10)
    )
    assert torch.equal(first_BP, again_BP)
    assert torch.equal(first_BP, other_BP) == ("evidence" not in generator.objectives)


@pytest.mark.parametrize(
    "family",
    [
        n
        for n, c in families().items()
        if {"evidence", "reconstruction"} & {*c.objectives}
    ],
)
def test_experts_can_be_written(
    family: str, new_generator: NewGenerator, surroundings: Surroundings
) -> None:
    """What a family aims at are the library's experts, delta for delta."""
    generator = new_generator(family)
    shared, spec = surroundings.shared, surroundings.spec
    experts_NP = torch.stack([shared.flat_b(), 2 * shared.flat_b()])
    aimed = generator.adapters(generator.targets(experts_NP))
    for row, factor in ((0, 1.0), (1, 2.0)):
        for name, a_LRI, b_LOR in aimed.weights(row):
            torch.testing.assert_close(
                generator.spec.scaling * b_LOR @ a_LRI,
                factor * spec.scaling * shared.b[name] @ shared.a[name],
            )


@every_family
def test_missing_neighbours_do_not_break_it(
    family: str, new_generator: NewGenerator, features: Features
) -> None:
    """With every expert masked out an adapter still comes back, finite."""
    near = features.neighbours
    hidden = replace(
        near,
        indices_BK=torch.full_like(near.indices_BK, -1),
        similarities_BK=torch.zeros_like(near.similarities_BK),
        embeddings_BKE=torch.zeros_like(near.embeddings_BKE),
        coefficients_BKC=torch.zeros_like(near.coefficients_BKC),
    )
    assert new_generator(family)(replace(features, neighbours=hidden)).isfinite().all()


@every_family
def test_everything_moves_with_the_module(
    family: str, new_generator: NewGenerator
) -> None:
    """No tensor stays behind on another device."""
    moved = new_generator(family).to("meta")
    for module in moved.modules():
        tensors = [
            value for value in vars(module).values() if isinstance(value, Tensor)
        ]
        assert tensors == []
    assert all(tensor.is_meta for tensor in [*moved.parameters(), *moved.buffers()])


@every_family
def test_family_says_what_it_takes(family: str, new_generator: NewGenerator) -> None:
    """Conditions, objectives, neighbours and Config are declared."""
    cls = find_family(family)
    assert cls.conditions
    assert cls.conditions <= set(get_args(ConditionKind))
    assert isinstance(cls.objectives, tuple)
    assert is_dataclass(cls.Config)
    assert new_generator(family).num_neighbours >= 1
    assert getattr(cls, "__final__", False), "mark the class @final"
    assert cls.__module__ == f"genadapter.generators.{family}"


@pytest.mark.parametrize(
    ("family", "changes", "message"),
    [
        ("blend", {"num_neighbours": 0}, "num_neighbours must be at least 1, got 0"),
        ("blend", {"temperature": 0}, "temperature must be above 0, got 0"),
        ("hypernetwork", {"width": 10}, "multiple of num_heads"),
        ("hypernetwork", {"num_heads": 0}, "num_heads must be at least 1, got 0"),
        ("hypernetwork", {"num_tokens": 0}, "num_tokens must be at least 1, got 0"),
        ("hypernetwork", {"dropout": 1.0}, "dropout must be in"),
    ],
)
def test_impossible_settings_are_refused(
    family: str, changes: dict[str, Any], message: str
) -> None:
    """A Config that could not work does not exist."""
    with pytest.raises(ConfigError, match=message):
        find_family(family).Config(**changes)


def test_unknown_family_is_answered_with_those_found() -> None:
    """The message lists every choice."""
    with pytest.raises(
        UnknownFamilyError, match=r"found: blend, .*hypernetwork, .*nearest"
    ):
        find_family("hyper")


def test_two_families_of_one_name_are_refused() -> None:
    """Both modules are named."""
    with pytest.raises(ConfigError, match=r"genadapter\.generators\.nearest and"):

        class Second(Generator, family="nearest"):
            """A name that is taken."""


def test_family_without_config_is_refused() -> None:
    """And it is not recorded."""
    with pytest.raises(ConfigError, match="'careless' needs a nested Config"):

        class Careless(Generator, family="careless"):
            """No Config."""

    assert "careless" not in families()


def test_shared_factors_are_where_nearest_and_blend_start(
    new_generator: NewGenerator, features: Features, surroundings: Surroundings
) -> None:
    """Nearest is an expert's own B; blend lies between its neighbours' B."""
    library, near = surroundings.library, features.neighbours
    experts_NP = (
        surroundings.shared.flat_b() + library.coefficients_NC @ library.basis_CP
    )
    nearest_BP = new_generator("nearest")(features)
    torch.testing.assert_close(
        nearest_BP, experts_NP[near.indices_BK[:, 0]], atol=1e-5, rtol=1e-5
    )
    shares_BK = (near.similarities_BK[:, :3] / 0.1).softmax(dim=1)
    expected_BP = torch.einsum(
        "bk,bkp->bp", shares_BK, experts_NP[near.indices_BK[:, :3]]
    )
    torch.testing.assert_close(
        new_generator("blend")(features), expected_BP, atol=1e-5, rtol=1e-5
    )


def test_families_that_read_the_base_use_what_they_read(
    new_generator: NewGenerator, features: Features
) -> None:
    """Other states of the base over the same description give another adapter."""
    reading = features.reading
    assert reading is not None
    other = replace(reading, states_BLTD=reading.states_BLTD.flip(2) + 1)
    for family, cls in families().items():
        generator = new_generator(family)
        same = torch.equal(
            generator(features), generator(replace(features, reading=other))
        )
        assert same != cls.reads_base, family
