"""A shared A whose outputs are of one size and uncorrelated.

After the multi-task stage what A lets through is nearly one direction: its second
moment has eigenvalues a thousandfold apart. An optimiser that moves every entry of B
alike then learns little but that direction. Here A is turned and scaled so that its
outputs are uncorrelated and equally large, and B_0 the other way: the adapter they make
stays what it was.

Shapes: L layers, R rank, I in, O out, S sequences, T tokens, N tokens of all batches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genadapter.base_model import BaseModel
from genadapter.library import SharedFactors, flatten_b
from genadapter.lora import LoraSpec
from training.datamodule import Batch
from training.module import AdapterTraining, OptimConfig
from training.sources import ExpertSource

FLOOR = 1e-3
"""Eigenvalues are taken for at least this share of the largest one."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Per module, the second moment of what A makes of the tokens."""

    by_module: Mapping[str, Tensor]
    """Of shape (L, R, R)."""


@torch.no_grad()
def second_moments(
    base: BaseModel, spec: LoraSpec, shared: SharedFactors, batches: Iterable[Batch]
) -> Moments:
    """Measures what A makes of the tokens of some batches, the adapter attached.

    Args:
        base: The frozen base.
        spec: Shape of the adapters.
        shared: The A and B_0 to measure.
        batches: Rows; their slots are ignored.
    """
    sums = {
        m.name: torch.zeros(len(m.layers), spec.rank, spec.rank) for m in spec.modules
    }
    num_tokens = 0
    b_P = flatten_b(shared.b)
    source = ExpertSource(shared, [])
    module = AdapterTraining(source, base=base, spec=spec, config=OptimConfig())
    for batch in batches:
        is_real_ST = (batch.packing.segments_BT >= 0).cpu()
        num_tokens += int(is_real_ST.sum())
        with ExitStack() as hooks:
            for target in spec.modules:
                for place, layer in enumerate(target.layers):
                    linear = base.model.get_submodule(target.path(layer))
                    a_RI = shared.a[target.name][place]
                    handle = linear.register_forward_pre_hook(
                        _adder(sums[target.name][place], a_RI, is_real_ST)
                    )
                    hooks.callback(handle.remove)
            module.answer_logits(batch, b_P.expand(len(batch.tasks_B), -1))
    module.detach()
    return Moments({name: total / num_tokens for name, total in sums.items()})


def _adder(total_RR: Tensor, a_RI: Tensor, is_real_ST: Tensor):  # type: ignore[no-untyped-def] # torch's hook protocol has no public type
    def add(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        x_NI = inputs[0].float().cpu()[is_real_ST]
        low_NR = x_NI @ a_RI.mT
        total_RR.add_(low_NR.mT @ low_NR)

    return add


def whiten(shared: SharedFactors, moments: Moments) -> SharedFactors:
    """The same adapter on an A whose outputs are uncorrelated and equally large.

    Args:
        shared: A and B_0.
        moments: Second moments of what that A makes of tokens.

    Returns:
        Factors with the same product; every module and layer keeps the sum of its
        second moments, spread evenly over the rank.
    """
    a, b = {}, {}
    for name, moment_LRR in moments.by_module.items():
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
