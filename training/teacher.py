"""The prompted adapter as a teacher: what it would answer, for others to learn from.

Shapes: N answer tokens, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec
from training.batches import Batch, PromptedData
from training.module import AdapterTraining, OptimConfig
from training.sources import ConstantSource


class Teacher:
    """Reads a batch's tasks in its prompts and tells what it expects.

    Reference: Snell, Klein and Zhong, Learning by Distilling Context, 2022.
    """

    def __init__(
        self, prompted: SharedFactors, *, spec: LoraSpec, data: PromptedData
    ) -> None:
        """Takes what reads tasks in its prompts.

        Args:
            prompted: Its factors.
            spec: Its shape.
            data: The rows that it will be asked about.
        """
        self._data = data
        self._module = AdapterTraining(
            ConstantSource(prompted).to(data.base.device),
            base=data.base,
            spec=spec,
            config=OptimConfig(),
        )

    @torch.no_grad()
    def logits(
        self,
        batch: Batch,
        slots: Sequence[tuple[int, int]],
        rows: Sequence[tuple[int, int]],
    ) -> Tensor:
        """What it expects at each answer token of a batch, of shape (N, V).

        Args:
            batch: The rows as others see them, without their tasks.
            slots: As the batch was collated from.
            rows: As the batch was collated from; a row in another task's slot is read
                with that task's description.
        """
        read = self._data.collate(slots, rows).to(self._data.base.device)
        logits_NV = self._module.answer_logits(read, self._module.source(read))
        # Longer prompts share sequences otherwise: both are brought in the rows' order.
        own_N, other_N = (b.row_of_N.argsort(stable=True) for b in (batch, read))
        found_NV = torch.empty_like(logits_NV)
        found_NV[own_N.to(logits_NV.device)] = logits_NV[other_N]
        return found_NV

    def detach(self) -> None:
        """Takes its adapter's places off the base model."""
        self._module.detach()
