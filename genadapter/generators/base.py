"""The contract of every generator family: features in, B factors out.

A family is one file: a final subclass of `Generator` with a `family` name, a frozen
`Config` and a `forward`. It is found, trained, tested and listed by that name alone.
Its adapters share one A, or have one each; which, and what shape they have, it says
itself.

Shapes: B tasks, E embedding, L layers, I in features, O out features, R rank, N tokens
of a prefix, P numbers that are written for one task: its flattened B, and A where it has
one of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from genadapter.attach import RowAdapters
from genadapter.base_model import BaseModel
from genadapter.condition import ConditionKind
from genadapter.errors import ConfigError, UnknownFamilyError
from genadapter.library import ExpertLibrary, Neighbours, SharedFactors, split_b
from genadapter.lora import LoraSpec, TargetModule
from genadapter.reading import Reader, Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class Features:
    """Everything a generator may look at for a batch of tasks."""

    embeddings_BE: Tensor
    """Of the descriptions, of unit norm."""
    neighbours: Neighbours
    """The nearest experts of the library."""
    reading: Reading | None = None
    """The base model's states over the description, for families that read them."""

    def to(self, device: torch.device) -> Features:
        """The same features on another device."""
        return Features(
            embeddings_BE=self.embeddings_BE.to(device),
            neighbours=self.neighbours.to(device),
            reading=None if self.reading is None else self.reading.to(device),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class PrefixStart:
    """What a prefix is made with: tokens that begin every prompt, and how to meet them."""

    prompted: SharedFactors
    """A and B of a multi-task adapter that was trained to read tasks in its prompts."""
    rows_LNI: Tensor
    """For every layer and token of the prefix, the row of A that answers 1 to that token,
    0 to all others that begin a prompt and next to 0 to any behind them."""
    queries_LNO: Tensor
    """What makes those tokens look at the first one alone, added to their queries."""
    keys_LNO: Tensor
    """What the layers' key heads make of those tokens."""
    values_LNO: Tensor
    """What the layers' value heads make of them."""
    key_maps_LOI: Tensor
    """What the layers' key heads make of a state of unit mean square."""
    value_maps_LOI: Tensor
    """What the layers' value heads make of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What a generator is built for; fixed over its life."""

    spec: LoraSpec
    """Shape of the experts."""
    shared: SharedFactors
    """The shared A and the multi-task B_0."""
    library: ExpertLibrary
    """The experts it may lean on."""
    embedding_size: int
    """Size of the encoder's embeddings (E)."""
    hidden_size: int
    """Size of the base model's states (D)."""
    reading_spec: LoraSpec | None = None
    """`prompted_spec`; `None` where that is the shape of the experts."""
    prefix: PrefixStart | None = None
    """What a new generator that writes prefixes starts from; a bundle has none."""

    @property
    def prompted_spec(self) -> LoraSpec:
        """Shape of the adapter that reads tasks in its prompts."""
        return self.reading_spec or self.spec


_families: dict[str, type[Generator]] = {}


class Generator(nn.Module, ABC):
    """Writes adapters: their B on one A that all share, or their A as well."""

    family: ClassVar[str]
    """The name it is chosen by."""
    conditions: ClassVar[frozenset[ConditionKind]]
    """Kinds of condition it accepts."""
    objectives: ClassVar[tuple[str, ...]]
    """Names of the training objectives it can learn from; empty if it is not trained."""
    reads_base: ClassVar[bool] = False
    """Whether it looks at the base model's states over the description."""
    starts_prompted: ClassVar[bool] = False
    """Whether a new one starts from the adapter that reads tasks in its prompts."""
    writes_a: ClassVar[bool] = False
    """Whether every adapter has an A of its own."""
    num_neighbours: int
    """How many experts it wants to see (K)."""
    spec: LoraSpec
    """Shape of the adapters it writes."""
    Config: ClassVar[Any]  # Any: every family nests a dataclass of its own
    """Frozen dataclass of the family's settings."""
    config: Any  # Any: an instance of that Config
    """The settings it was built with; a bundle keeps them."""

    def __init_subclass__(cls, *, family: str, **kwargs: Any) -> None:  # Any: protocol
        """Records a family under its name."""
        super().__init_subclass__(**kwargs)
        if family in _families:
            raise ConfigError(
                f"family {family!r} is defined by {_families[family].__module__} and "
                f"{cls.__module__}: rename one"
            )
        if not is_dataclass(cls.__dict__.get("Config")):
            raise ConfigError(f"family {family!r} needs a nested Config dataclass")
        cls.family = family
        _families[family] = cls

    def __init__(
        self,
        config: Any,  # Any: the family's Config
        surroundings: Surroundings,
        *,
        spec: LoraSpec | None = None,
    ) -> None:
        """Sets what all its adapters have in common.

        Args:
            config: An instance of the family's `Config`.
            surroundings: What it is built for.
            spec: Shape of its adapters; `None` means the library's.
        """
        super().__init__()
        self.config, self.spec = config, spec or surroundings.spec
        # Buffers, so that they move to a device with the module.
        for name, a_LRI in surroundings.shared.a.items():
            self.register_buffer(f"_a_{name}", a_LRI, persistent=False)
        self.register_buffer("_b_P", surroundings.shared.flat_b(), persistent=False)

    @property
    def a(self) -> dict[str, Tensor]:
        """Per module, the A of all its adapters, (L, R, I), unless they have their own."""
        return {m.name: self.get_buffer(f"_a_{m.name}") for m in self.spec.modules}

    @property
    def fixed_b(self) -> Mapping[str, Tensor]:
        """Per module that `forward` leaves out, the B of all adapters: (L, O, R)."""
        return {}

    @property
    def origin_P(self) -> Tensor:
        """The flattened B that scaled adapters are measured from."""
        return self.get_buffer("_b_P")

    @property
    def prompted(self) -> SharedFactors | None:
        """The multi-task adapter that it reads descriptions with, if it reads any."""
        return None

    def reader(self, base: BaseModel) -> Reader | None:
        """What reads descriptions for it; `None` for families that look at no base.

        By default the base as it is, up to the last layer that an adapter changes.
        """
        return Reader(base, spec=self.spec) if self.reads_base else None

    @classmethod
    def check_spec(cls, spec: LoraSpec) -> None:
        """Raises ConfigError for adapters that the family cannot write."""

    @abstractmethod
    def forward(self, features: Features) -> Tensor:
        """What is written for every task, of shape (B, P).

        The B factors as `library.flatten_b` joins them, but `fixed_b`; a family that
        writes A as well says in `adapters` how it is joined to them.
        """

    def scaled(self, written_BP: Tensor, scale: float) -> Tensor:
        """What `forward` wrote, nearer to the origin or farther from it.

        Args:
            written_BP: As it came from `forward`.
            scale: 0 gives the origin, 1 what was written.
        """
        return torch.lerp(self.origin_P, written_BP, scale)

    def adapters(self, written_BP: Tensor) -> RowAdapters:
        """What `forward` wrote, as one adapter a task."""
        b = split_b(written_BP, self.spec, fixed=self.fixed_b)
        return RowAdapters(a=self.a, b=b, scaling=self.spec.scaling)

    def targets(self, experts_NP: Tensor) -> Tensor:
        """The library's experts as this family would write them, of shape (N, P).

        Args:
            experts_NP: Their flattened B, on the library's A.
        """
        return experts_NP

    def evidence(self, features: Features, targets_BP: Tensor) -> Tensor:
        """Negative evidence lower bound of adapters, of shape (B,).

        Only of families that learn from the objective `evidence`.

        Args:
            features: What each adapter is to be made from.
            targets_BP: The adapters, as `targets` gives them.
        """
        raise NotImplementedError(f"{self.family} models no distribution")

    def sample(self, features: Features, noises: Sequence[torch.Generator]) -> Tensor:
        """Like `forward`, but drawn; families without a distribution draw nothing.

        Args:
            features: What the generator sees.
            noises: For every task, where its randomness comes from.
        """
        del noises
        written_BP: Tensor = self(features)
        return written_BP


def only_module(spec: LoraSpec, name: str, *, family: str) -> TargetModule:
    """The module that a family writes to, where it writes to one alone.

    Raises:
        ConfigError: It is not among the adapted ones; the message says where to add it.
    """
    for module in spec.modules:
        if module.name == name:
            return module
    raise ConfigError(
        f"family {family!r} writes to {name}, which is not among "
        f"{', '.join(m.name for m in spec.modules)}: add it to reading.target_modules"
    )


def families() -> dict[str, type[Generator]]:
    """Every generator family found, by name."""
    return dict(sorted(_families.items()))


def find_family(name: str) -> type[Generator]:
    """The family of that name.

    Raises:
        UnknownFamilyError: There is none; the message lists those found.
    """
    try:
        return _families[name]
    except KeyError:
        raise UnknownFamilyError(name, _families) from None
