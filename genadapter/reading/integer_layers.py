"""The first layers of a base in eight-bit integers, for texts that all begin alike.

Products of integers are exact, so a text's states are the same alone and in any company,
and texts of any length run together without padding.

Shapes: T tokens of all texts, D hidden, F features of a head, G half of them, S tokens
seen, L layers asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import torch
from torch import Tensor
from torch.nn import functional

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec, LoraWeights, check_fits
from genadapter.reading.integer_matrix import IntegerMatrix, MeasuredMatrix
from genadapter.reading.llama_layer import (
    Company,
    LlamaLayer,
    Memory,
    causal_mask,
    check_is_plain_llama,
    merged_weights,
)

PASS_TOKENS = 768
"""Texts run together up to so many tokens: more take memory and save nothing."""


class IntegerLayers:
    """The first decoder layers of a base, behind a prefix that all texts share."""

    @torch.no_grad()
    def __init__(
        self,
        base: BaseModel,
        *,
        num_layers: int,
        prefix_ids: Sequence[int] = (),
        factors: SharedFactors | None = None,
        spec: LoraSpec | None = None,
    ) -> None:
        """Reads the prefix and quantises the layers.

        The prefix is read in float32: once only, every text looks at it, and the first
        token of all has states that eight bits hold worst.

        Args:
            base: The frozen base model, a plain Llama.
            num_layers: How many of its layers to take.
            prefix_ids: Tokens that stand before every text.
            factors: An adapter to merge into the weights; `None` for none.
            spec: The adapter's shape.

        Raises:
            ConfigError: The base is no plain Llama or has fewer layers, or an adapter
                comes without its spec.
            SpecMismatchError: The adapter does not fit its spec or the base.
        """
        check_is_plain_llama(base)
        if not 0 <= num_layers <= base.num_layers:
            raise ConfigError(
                f"num_layers must lie between 0 and {base.num_layers}, which the base "
                f"has, got {num_layers}"
            )
        adapter = None
        if factors is not None:
            if spec is None:
                raise ConfigError("factors need the spec of their shape, got None")
            adapter = LoraWeights(factors.a, factors.b).to(torch.float32)
            check_fits(adapter, spec)
        self.num_layers = num_layers
        self._embedding = base.model.model.embed_tokens
        self._rotary = base.model.model.rotary_emb
        self._num_prefix_tokens = 0
        self._layers: list[LlamaLayer[IntegerMatrix]] = []
        self._memories: list[Memory | None] = [None] * num_layers
        prefix = self._company([prefix_ids]) if prefix_ids else None
        hidden_TD = self._embed(prefix) if prefix else torch.empty(0)
        for number in range(num_layers):
            weights = merged_weights(base, number, adapter=adapter, spec=spec)
            if prefix:
                measured = LlamaLayer(base, weights, MeasuredMatrix)
                self._memories[number] = measured.memory(hidden_TD, prefix)
                hidden_TD = measured.run(hidden_TD, prefix)
                weights = weights.eased(
                    qkv_D=measured.qkv.easing_I,
                    gate_up_D=measured.gate_up.easing_I,
                    down_I=measured.down.easing_I,
                )
            self._layers.append(LlamaLayer(base, weights, IntegerMatrix))
        self._num_prefix_tokens = len(prefix_ids)

    @torch.no_grad()
    def inputs(
        self, ids: Sequence[Sequence[int]], layers: Sequence[int]
    ) -> list[Tensor]:
        """States at the inputs of some layers; a text's own do not depend on the others.

        Args:
            ids: Token ids of every text, without the prefix.
            layers: The layers, ascending; `num_layers` asks for what leaves the last one.

        Returns:
            For every text its states of unit mean square, float32 of shape (L, T, D).

        Raises:
            ConfigError: A layer is not there or not in order, or a text has no tokens.
        """
        allowed = set(range(self.num_layers + 1))
        if not layers or list(layers) != sorted(allowed.intersection(layers)):
            raise ConfigError(
                f"layers must ascend and lie between 0 and {self.num_layers}, got "
                f"{list(layers)}: ask for others, or take more layers of the base"
            )
        if empty := [i for i, own in enumerate(ids) if not own]:
            raise ConfigError(
                f"every text needs at least 1 token, got 0 at {empty}: leave them out"
            )
        states: dict[int, Tensor] = {}
        for texts in _passes(ids):
            lengths = [len(ids[i]) for i in texts]
            kept = self._run(self._company([ids[i] for i in texts]), layers)
            parts = zip(*(torch.split(own_TD, lengths) for own_TD in kept), strict=True)
            for i, own in zip(texts, parts, strict=True):
                states[i] = torch.stack(own)
        return [states[i] for i in range(len(ids))]

    def _run(self, company: Company, layers: Sequence[int]) -> list[Tensor]:
        hidden_TD = self._embed(company)
        kept = [unit_mean_square(hidden_TD)] if 0 in layers else []
        for number in range(layers[-1]):
            layer, memory = self._layers[number], self._memories[number]
            hidden_TD = layer.run(hidden_TD, company, memory)
            if number + 1 in layers:
                kept.append(unit_mean_square(hidden_TD))
        return kept

    def _embed(self, company: Company) -> Tensor:
        hidden_TD: Tensor = self._embedding(company.ids_T).float()
        return hidden_TD

    def _company(self, ids: Sequence[Sequence[int]]) -> Company:
        device, start = self._embedding.weight.device, self._num_prefix_tokens
        lengths = [len(own) for own in ids]
        places_T = torch.cat([torch.arange(start, start + n) for n in lengths])
        angles_TG = places_T.to(device).unsqueeze(1) * self._rotary.inv_freq.float()
        cos_TG, sin_TG = angles_TG.cos(), angles_TG.sin()
        groups = []
        for length, same in groupby(lengths):
            mask_TS = causal_mask(length, start, device)
            groups.append((len(list(same)), length, mask_TS))
        return Company(
            ids_T=torch.tensor([i for own in ids for i in own], device=device),
            cos_T1F=cos_TG.mul_(self._rotary.attention_scaling).repeat(1, 2)[:, None],
            sin_T1G=sin_TG.mul_(self._rotary.attention_scaling)[:, None],
            groups=tuple(groups),
        )


def unit_mean_square(states: Tensor) -> Tensor:
    """States of unit mean square, as the base's own layers see them; shape (..., D)."""
    return functional.rms_norm(states, states.shape[-1:], eps=1e-5)


def _passes(ids: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Positions of texts that run together, shorter ones first."""
    chosen: list[int] = []
    num_tokens = 0
    for position in sorted(range(len(ids)), key=lambda i: len(ids[i])):
        if chosen and num_tokens + len(ids[position]) > PASS_TOKENS:
            yield chosen
            chosen, num_tokens = [], 0
        chosen.append(position)
        num_tokens += len(ids[position])
    if chosen:
        yield chosen
