"""Where the adapters of a training step come from.

Shapes: B slots, N experts, L layers, R rank, I in, O out, P parameters of one B, or all
numbers that a generator writes for one task.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import final

import torch
from torch import Tensor, nn

from genadapter.attach import RowAdapters
from genadapter.generators import Features, Generator
from genadapter.library import ExpertLibrary, SharedFactors, flatten_b, split_b
from genadapter.lora import LoraSpec
from genadapter.reading import Reader
from training.batches import Batch
from training.conditions import ConditionTable
from training.tasks import Task


class AdapterSource(nn.Module, ABC):
    """Gives one adapter for every slot of a batch."""

    @abstractmethod
    def forward(self, batch: Batch) -> Tensor:
        """What is written for every slot, of shape (B, P); (P,) where all have the same."""

    @abstractmethod
    def adapters(self, batch: Batch, written_BP: Tensor, spec: LoraSpec) -> RowAdapters:
        """What `forward` wrote for a batch, as one adapter a slot."""

    def evidence(self, batch: Batch, experts_BP: Tensor) -> Tensor:
        """Negative evidence lower bound of experts, (B,), from sources that model them."""
        raise NotImplementedError(f"{type(self).__name__} models no distribution")


@final
class MultiTaskSource(AdapterSource):
    """One adapter for all tasks; the only source that trains A."""

    def __init__(self, spec: LoraSpec, *, seed: int) -> None:
        """Starts as PEFT does: A random, B zero.

        Args:
            spec: Shape of the adapter.
            seed: Of the random A.
        """
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.a_by_module = nn.ParameterDict()
        num_b = 0
        for module in spec.modules:
            shape = (len(module.layers), spec.rank, module.in_features)
            bound = module.in_features**-0.5
            noise_LRI = torch.rand(shape, generator=generator) * 2 - 1
            self.a_by_module[module.name] = nn.Parameter(noise_LRI * bound)
            num_b += len(module.layers) * module.out_features * spec.rank
        self.b_P = nn.Parameter(torch.zeros(num_b))

    def forward(self, _batch: Batch) -> Tensor:
        """The same B for every slot, of shape (P,)."""
        return self.b_P

    def adapters(self, _batch: Batch, b_P: Tensor, spec: LoraSpec) -> RowAdapters:
        """The one adapter."""
        return _joined(dict(self.a_by_module.items()), b_P, spec)

    def factors(self, spec: LoraSpec) -> SharedFactors:
        """The adapter as it is now, on the CPU."""
        return SharedFactors(
            a={n: t.detach().cpu() for n, t in self.a_by_module.items()},
            b=split_b(self.b_P.detach().cpu(), spec),
        )


@final
class ConstantSource(AdapterSource):
    """One finished adapter for all tasks."""

    b_P: Tensor

    def __init__(self, factors: SharedFactors) -> None:
        """Takes A and B as they are."""
        super().__init__()
        self._a = dict(factors.a)
        self.register_buffer("b_P", factors.flat_b())

    def forward(self, _batch: Batch) -> Tensor:
        """The same B for every slot, of shape (P,)."""
        return self.b_P

    def adapters(self, _batch: Batch, b_P: Tensor, spec: LoraSpec) -> RowAdapters:
        """The one adapter."""
        return _joined(self._a, b_P, spec)


@final
class ExpertSource(AdapterSource):
    """One B for each of a group of tasks, on a frozen A."""

    def __init__(self, shared: SharedFactors, tasks: Sequence[int]) -> None:
        """Starts every expert from the multi-task B.

        Args:
            shared: The frozen A and the B to start from.
            tasks: Positions of the group's tasks in the suite.
        """
        super().__init__()
        self._a = dict(shared.a)
        b_P = flatten_b(shared.b)
        self.b_NP = nn.Parameter(b_P.repeat(len(tasks), 1))
        self._place = {task: place for place, task in enumerate(tasks)}

    def forward(self, batch: Batch) -> Tensor:
        """The experts of the batch's tasks, of shape (B, P)."""
        return self.b_NP[self.places(batch)]

    def adapters(self, _batch: Batch, b_BP: Tensor, spec: LoraSpec) -> RowAdapters:
        """One adapter a slot, on the shared A."""
        return _joined(self._a, b_BP, spec)

    def experts_a(self) -> Mapping[str, Tensor]:
        """Per module, the A of every expert, of shape (N, L, R, I)."""
        return {n: t.expand(len(self.b_NP), *t.shape) for n, t in self._a.items()}

    def experts_b(self) -> Tensor:
        """The flattened B of every expert, of shape (N, P)."""
        return self.b_NP

    def places(self, batch: Batch) -> Tensor:
        """Where the experts of the batch's tasks stand in the table, of shape (B,)."""
        places = [self._place[task] for task in batch.tasks_B.tolist()]
        return torch.tensor(places, device=self.b_NP.device)


@final
class FreeExpertSource(AdapterSource):
    """Experts that train their A as well; the measure of what sharing A costs."""

    def __init__(self, shared: SharedFactors, tasks: Sequence[int]) -> None:
        """Starts every expert from the multi-task adapter.

        Args:
            shared: The A and B to start from.
            tasks: Positions of the tasks in the suite.
        """
        super().__init__()
        self.experts = ExpertSource(shared, tasks)
        self.a_by_module = nn.ParameterDict(
            {
                n: nn.Parameter(t.repeat(len(tasks), 1, 1, 1))
                for n, t in shared.a.items()
            }
        )

    def experts_a(self) -> Mapping[str, Tensor]:
        """Per module, the A of every expert, of shape (N, L, R, I)."""
        return dict(self.a_by_module.items())

    def experts_b(self) -> Tensor:
        """The flattened B of every expert, of shape (N, P)."""
        return self.experts.b_NP

    def forward(self, batch: Batch) -> Tensor:
        """The experts of the batch's tasks, of shape (B, P)."""
        b_BP: Tensor = self.experts(batch)
        return b_BP

    def adapters(self, batch: Batch, b_BP: Tensor, spec: LoraSpec) -> RowAdapters:
        """One adapter a slot, each on its own A."""
        places_B = self.experts.places(batch)
        a = {n: t[places_B] for n, t in self.a_by_module.items()}
        return _joined(a, b_BP, spec)


@final
class GeneratorSource(AdapterSource):
    """A generator that sees the descriptions and a masked library."""

    family_mask_share = 0.5
    """Share of slots whose whole family is hidden from the search."""

    def __init__(
        self,
        generator: Generator,
        *,
        library: ExpertLibrary,
        conditions: ConditionTable,
        tasks: Sequence[Task],
        seed: int,
        reader: Reader | None = None,
    ) -> None:
        """Prepares what each task must not find.

        Args:
            generator: The generator to train.
            library: The experts it may look at.
            conditions: What tasks are told, with its embeddings.
            tasks: The suite, by position.
            seed: Of the masking.
            reader: Reads descriptions, for families that look at the base.
        """
        super().__init__()
        self.generator = generator
        self.library = library
        self._conditions, self._reader = conditions, reader
        self._random = random.Random(seed)
        experts = library.experts
        self._relatives = [
            frozenset(i for i, e in enumerate(experts) if e.group == task.group)
            for task in tasks
        ]
        self._families = [
            frozenset(i for i, e in enumerate(experts) if e.family == task.family)
            for task in tasks
        ]

    def forward(self, batch: Batch) -> Tensor:
        """What the generator writes, of shape (B, P)."""
        written_BP: Tensor = self.generator(self.features(batch))
        return written_BP

    def adapters(
        self, _batch: Batch, written_BP: Tensor, _spec: LoraSpec
    ) -> RowAdapters:
        """One adapter a slot, as the generator joins what it wrote."""
        return self.generator.adapters(written_BP)

    def evidence(self, batch: Batch, experts_BP: Tensor) -> Tensor:
        """As the generator finds the experts; 0 where a row is NaN."""
        known_B = ~experts_BP[:, 0].isnan()
        evidence_B = self.generator.evidence(
            self.features(batch), experts_BP.nan_to_num()
        )
        return evidence_B * known_B

    def features(self, batch: Batch) -> Features:
        """What the generator sees for every slot of a batch."""
        told_B = batch.conditions_B.cpu()
        embeddings_BE = self._conditions.embeddings_BE[told_B]
        near = self.library.search(
            embeddings_BE,
            num_neighbours=self.generator.num_neighbours,
            excluded=[self._hidden(task) for task in batch.tasks_B.tolist()],
        )
        reading = None
        if self._reader is not None:
            told = [self._conditions.conditions[i] for i in told_B.tolist()]
            reading = self._reader.read([condition.passages for condition in told])
        features = Features(
            embeddings_BE=embeddings_BE, neighbours=near, reading=reading
        )
        return features.to(batch.hidden_STD.device)

    def _hidden(self, task: int) -> frozenset[int]:
        # In training some slots live as if their family had no expert at all.
        if self.training and self._random.random() < self.family_mask_share:
            return self._relatives[task] | self._families[task]
        return self._relatives[task]


def _joined(a: Mapping[str, Tensor], b_BP: Tensor, spec: LoraSpec) -> RowAdapters:
    a = {name: tensor.to(b_BP.device) for name, tensor in a.items()}
    return RowAdapters(a=a, b=split_b(b_BP, spec), scaling=spec.scaling)
