"""What a prefix of keys and values is made with, for a base that prompts begin alike for.

Layer by layer, the first tokens of every prompt are told apart from all others, and kept
from looking at each other: they see the very first alone, on which attention rests when
it needs nothing. So their states are the same whatever their keys and values will hold.

Shapes: L layers, N tokens of the prefix, I in, O out, S sequences, T tokens of the start,
H heads, F features of a head, X other tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack

import torch
from torch import Tensor, nn

from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from genadapter.generators import PrefixStart
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec, LoraWeights
from training.batches import Batch
from training.module import AdapterTraining, OptimConfig
from training.sources import ConstantSource

RIDGE = 1e-2
"""Share of the mean second moment that is added to all."""


@torch.no_grad()
def prefix_start(
    base: BaseModel,
    spec: LoraSpec,
    prompted: SharedFactors,
    batches: Iterable[Batch],
    *,
    num_tokens: int,
) -> PrefixStart:
    """What a generator of prefixes starts from.

    Args:
        base: The frozen base.
        spec: Shape of the adapter.
        prompted: The adapter that was trained to read tasks in its prompts; attached
            while layers are listened to.
        batches: Rows to tell the start from; at least one.
        num_tokens: Tokens of the prefix (N).

    Raises:
        ConfigError: Prompts do not begin with so many tokens.
    """
    start_ids = base.start_ids
    if num_tokens >= len(start_ids):
        raise ConfigError(
            f"num_tokens is {num_tokens}, but the chat template of {base.name} begins "
            f"every prompt with {len(start_ids)} tokens only: set generator.num_tokens "
            f"to at most {len(start_ids) - 1}"
        )
    others = _heard(base, spec, prompted, batches)
    own = slice(1, 1 + num_tokens)
    found: dict[str, list[Tensor]] = {name: [] for name in ("rows", "q", "k", "v")}
    ids_1T = torch.tensor([start_ids], device=base.device)
    hidden_1TD = base.lower_states(ids_1T, num_layers=spec.layers[0])
    weights = LoraWeights(prompted.a, prompted.b)
    adapters = stack_rows(spec, [weights], dtype=base.dtype, device=base.device)
    slots = AdapterSlots(base.model, spec)
    with slots.bind(adapters):
        for layer in spec.layers:
            block = base.model.model.layers[layer]
            given_TI = block.input_layernorm(hidden_1TD)[0]
            queries_TO, keys_TO, values_TO = (
                block.self_attn.get_submodule(f"{name}_proj")(given_TI.unsqueeze(0))[0]
                for name in "qkv"
            )
            aimed_TO = _aimed_at(base, keys_TO[0], queries_TO)
            rows_TI = _rows(given_TI.float().cpu(), others[layer])
            found["rows"].append(rows_TI[own])
            found["q"].append((aimed_TO - queries_TO)[own].float().cpu())
            found["k"].append(keys_TO[own].float().cpu())
            found["v"].append(values_TO[own].float().cpu())
            hidden_1TD = _run(base, layer, hidden_1TD, aimed_TO, own)
    slots.detach()
    return PrefixStart(
        prompted=prompted,
        rows_LNI=torch.stack(found["rows"]),
        queries_LNO=torch.stack(found["q"]),
        keys_LNO=torch.stack(found["k"]),
        values_LNO=torch.stack(found["v"]),
        key_maps_LOI=_maps(base, spec, prompted, "k_proj"),
        value_maps_LOI=_maps(base, spec, prompted, "v_proj"),
    )


def _rows(start_TI: Tensor, others_XI: Tensor) -> Tensor:
    """1 at its own token, 0 at the rest of the start, of shape (T, I).

    Of all such rows those that answer least to other tokens: the adaptive beamformer of
    Frost (1972), with tokens for directions.
    """
    start_TI, others_XI = start_TI.double(), others_XI.double()
    moment_II = others_XI.mT @ others_XI / len(others_XI)
    moment_II.diagonal().add_(RIDGE * moment_II.diagonal().mean())
    easy_IT = torch.linalg.solve(moment_II, start_TI.mT)
    rows_TI: Tensor = torch.linalg.solve(start_TI @ easy_IT, easy_IT.mT).float()
    return rows_TI


def _aimed_at(base: BaseModel, key_O: Tensor, queries_TO: Tensor) -> Tensor:
    """Queries of the usual length that meet the first token's key, of shape (T, O)."""
    num_tokens, size = len(queries_TO), base.model.model.layers[0].self_attn.head_dim
    key_HF = key_O.float().view(-1, size)
    group = queries_TO.shape[1] // len(key_O)
    key_HF = key_HF.repeat_interleave(group, dim=0)
    places_1T = torch.arange(num_tokens, device=base.device).unsqueeze(0)
    cos_1TF, sin_1TF = base.model.model.rotary_emb(key_HF, position_ids=places_1T)
    left_HG, right_HG = key_HF.chunk(2, dim=1)
    turned_HF = torch.cat([right_HG, -left_HG], dim=1)
    # Turned back by a query's own place, for attention turns it there again.
    aimed_THF = key_HF * cos_1TF[0].unsqueeze(1) + turned_HF * sin_1TF[0].unsqueeze(1)
    lengths_TH = queries_TO.float().view(num_tokens, -1, size).norm(dim=2)
    aimed_THF *= (lengths_TH.mean(dim=0) / key_HF.norm(dim=1)).unsqueeze(1)
    aimed_TO: Tensor = aimed_THF.flatten(1).to(queries_TO.dtype)
    return aimed_TO


def _run(
    base: BaseModel, layer: int, hidden_1TD: Tensor, aimed_TO: Tensor, own: slice
) -> Tensor:
    """What leaves a layer where some tokens ask what they are told to ask."""

    def aim(_module: nn.Module, _inputs: object, queries_1TO: Tensor) -> Tensor:
        queries_1TO = queries_1TO.clone()
        queries_1TO[0, own] = aimed_TO[own]
        return queries_1TO

    attention = base.model.model.layers[layer].self_attn
    handle = attention.q_proj.register_forward_hook(aim)
    try:
        return base.layer_output(hidden_1TD, layer)
    finally:
        handle.remove()


def _maps(
    base: BaseModel, spec: LoraSpec, prompted: SharedFactors, name: str
) -> Tensor:
    """What every layer makes of a state of unit mean square, of shape (L, O, I)."""
    maps = []
    for place, layer in enumerate(spec.layers):
        block = base.model.model.layers[layer]
        weight_OI = block.self_attn.get_submodule(name).weight.float().cpu()
        if name in prompted.a:
            delta_OI = prompted.b[name][place] @ prompted.a[name][place]
            weight_OI = weight_OI + spec.scaling * delta_OI
        maps.append(weight_OI * block.input_layernorm.weight.float().cpu())
    return torch.stack(maps)


def _heard(
    base: BaseModel, spec: LoraSpec, prompted: SharedFactors, batches: Iterable[Batch]
) -> dict[int, Tensor]:
    """By layer, what it is given for tokens behind the start, of shape (X, I)."""
    heard: dict[int, list[Tensor]] = {layer: [] for layer in spec.layers}
    is_other: list[Tensor] = []
    module = AdapterTraining(
        ConstantSource(prompted).to(base.device),
        base=base,
        spec=spec,
        config=OptimConfig(),
    )
    try:
        with ExitStack() as hooks:
            for layer, found in heard.items():
                linear = base.model.model.layers[layer].self_attn.v_proj
                handle = linear.register_forward_pre_hook(_keeper(found))
                hooks.callback(handle.remove)
            for batch in batches:
                is_other.append(batch.packing.segments_BT > 0)
                batch = batch.to(base.device)
                module.answer_logits(batch, module.source(batch))
    finally:
        module.detach()
    return {
        layer: torch.cat([s[own] for s, own in zip(found, is_other, strict=True)])
        for layer, found in heard.items()
    }


def _keeper(found: list[Tensor]):  # type: ignore[no-untyped-def] # torch's hook protocol has no public type
    def keep(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        found.append(inputs[0].float().cpu())

    return keep
