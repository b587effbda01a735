"""A shared A whose outputs are of one size and uncorrelated.

After the multi-task stage what A lets through is nearly one direction: its second
moment has eigenvalues a thousandfold apart. An optimiser that moves every entry of B
alike then learns little but that direction. Here A is turned and scaled so that its
outputs are uncorrelated and equally large, and B_0 the other way: the adapter they make
stays what it was.

Shapes: B slots, L layers, R rank, I in, S sequences, T tokens, N tokens of a batch, P
parameters of one flattened B.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack

import torch
from torch import Tensor, nn

from genadapter.base_model import BaseModel
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec
from training.batches import Batch
from training.module import AdapterTraining, OptimConfig
from training.sources import ExpertSource

FLOOR = 1e-3
"""Eigenvalues are taken for at least this share of the largest one."""


@torch.no_grad()
def second_moments(
    base: BaseModel, spec: LoraSpec, shared: SharedFactors, batches: Iterable[Batch]
) -> dict[str, Tensor]:
    """Measures what A makes of the tokens of some batches, B_0 attached.

    Args:
        base: The frozen base.
        spec: Shape of the adapters.
        shared: The A and B_0 to measure.
        batches: At least one; whatever their slots are told, B_0 is what they get.

    Returns:
        Per module, the mean of low @ low.T over tokens, of shape (L, R, R).
    """
    sums = {
        m.name: torch.zeros(len(m.layers), spec.rank, spec.rank) for m in spec.modules
    }
    b_P, num_tokens = shared.flat_b(), 0
    module = AdapterTraining(
        ExpertSource(shared, ()).to(base.device),
        base=base,
        spec=spec,
        config=OptimConfig(),
    )
    try:
        for batch in batches:
            is_real_ST = batch.packing.segments_BT >= 0
            num_tokens += int(is_real_ST.sum())
            with ExitStack() as hooks:
                for target in spec.modules:
                    for place, layer in enumerate(target.layers):
                        linear = base.model.get_submodule(target.path(layer))
                        hook = _adder(
                            sums[target.name][place],
                            shared.a[target.name][place],
                            is_real_ST,
                        )
                        handle = linear.register_forward_pre_hook(hook)
                        hooks.callback(handle.remove)
                batch = batch.to(base.device)
                b_BP = b_P.to(base.device).expand(len(batch.tasks_B), -1)
                module.answer_logits(batch, b_BP)
    finally:
        module.detach()
    return {name: total / num_tokens for name, total in sums.items()}


def _adder(total_RR: Tensor, a_RI: Tensor, is_real_ST: Tensor):  # type: ignore[no-untyped-def] # torch's hook protocol has no public type
    def add(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        low_NR = inputs[0].float().cpu()[is_real_ST] @ a_RI.mT
        total_RR.add_(low_NR.mT @ low_NR)

    return add


def whiten(shared: SharedFactors, moments: Mapping[str, Tensor]) -> SharedFactors:
    """The same adapter on an A whose outputs are uncorrelated and equally large.

    Args:
        shared: A and B_0.
        moments: Per module, what `second_moments` measured, of shape (L, R, R).

    Returns:
        Factors with the same product; every module and layer keeps the sum of its
        second moments, spread evenly over the rank.
    """
    a, b = {}, {}
    for name, moment_LRR in moments.items():
        values_LR, vectors_LRR = torch.linalg.eigh(moment_LRR.double())
        largest_L1 = values_LR.amax(dim=1, keepdim=True)
        values_LR = values_LR.clamp_min(0).maximum(FLOOR * largest_L1)
        even_L1 = values_LR.mean(dim=1, keepdim=True)
        size_LR = (even_L1 / values_LR.clamp_min(1e-30)).sqrt()
        to_LRR = size_LR.unsqueeze(2) * vectors_LRR.mT
        back_LRR = vectors_LRR / size_LR.unsqueeze(1)
        a[name] = (to_LRR @ shared.a[name].double()).float()
        b[name] = (shared.b[name].double() @ back_LRR).float()
    return SharedFactors(a=a, b=b)
