"""One decoder layer of a plain Llama, apart from who multiplies its matrices.

Matrices take texts of any length together. Attention runs text by text, in shapes that
follow from a text's own length alone, and all else token by token: where the matrices give
a token the same in any company, so does the layer.

Shapes: T tokens of all texts, D hidden, I inner features, H heads (Q of queries, K of keys),
F features of a head, G half of them, S tokens seen, N texts of one length, R rank,
O out features.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import torch
from torch import Tensor
from torch.nn import functional

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError, SpecMismatchError
from genadapter.lora import LoraSpec, LoraWeights

Matrix = TypeVar("Matrix", bound=Callable[[Tensor], Tensor])

PLACES = 16
"""Attention looks at a multiple of so many places: a vector's worth of them."""
_PARAMETERS = {
    **{f"{name}_proj": f"self_attn.{name}_proj.weight" for name in "qkvo"},
    **{f"{name}_proj": f"mlp.{name}_proj.weight" for name in ("gate", "up", "down")},
    "attention_norm": "input_layernorm.weight",
    "mlp_norm": "post_attention_layernorm.weight",
}
_SETTINGS = {
    "model_type": ("llama",),
    "hidden_act": ("silu",),
    # Those whose angles depend on a token's place alone.
    "rope_type": ("default", "linear", "llama3"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerWeights:
    """One layer's weights in float32, those with the same input joined."""

    attention_norm_D: Tensor
    qkv_OD: Tensor
    output_DO: Tensor
    mlp_norm_D: Tensor
    gate_up_OD: Tensor
    """Half the gate, for silu(gate) = gate / 2 * (1 + tanh(gate / 2))."""
    down_DI: Tensor

    def eased(
        self, *, qkv_D: Tensor, gate_up_D: Tensor, down_I: Tensor
    ) -> LayerWeights:
        """The same layer, but that matrices get inputs multiplied by these."""
        half_gate_OD, up_OD = (self.gate_up_OD / gate_up_D).chunk(2)
        return replace(
            self,
            attention_norm_D=self.attention_norm_D * qkv_D,
            qkv_OD=self.qkv_OD / qkv_D,
            mlp_norm_D=self.mlp_norm_D * gate_up_D,
            gate_up_OD=torch.cat([half_gate_OD, up_OD * down_I.unsqueeze(1)]),
            down_DI=self.down_DI / down_I,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """Texts that run together, one behind the other, those of one length in a row."""

    ids_T: Tensor
    """Token ids."""
    cos_T1F: Tensor
    """Cosine of the angle by which a token's place turns each pair of features."""
    sin_T1G: Tensor
    """Its sine."""
    groups: tuple[tuple[int, int, Tensor], ...]
    """For every length how many texts, the length, and what hides later tokens, (T, S);
    of places that no text fills it hides those behind the text."""

    def turned(self, heads_THF: Tensor) -> Tensor:
        """Heads with rotary places: a head's halves turn against each other."""
        turned_THF = heads_THF * self.cos_T1F
        left_THG, right_THG = heads_THF.chunk(2, dim=2)
        turned_left_THG, turned_right_THG = turned_THF.chunk(2, dim=2)
        turned_left_THG.addcmul_(right_THG, self.sin_T1G, value=-1)
        turned_right_THG.addcmul_(left_THG, self.sin_T1G)
        return turned_THF


@dataclass(frozen=True, slots=True)
class Memory:
    """What the tokens of every text see of those before the text, in one layer."""

    keys_SKF: Tensor
    values_SKF: Tensor

    def before(self, keys_NTKF: Tensor, values_NTKF: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of texts with these put before each."""
        size = (len(keys_NTKF), -1, -1, -1)
        return (
            torch.cat([self.keys_SKF.expand(size), keys_NTKF], dim=1),
            torch.cat([self.values_SKF.expand(size), values_NTKF], dim=1),
        )


def causal_mask(length: int, num_before: int, device: torch.device) -> Tensor:
    """What hides later tokens from those of a text, 0 or minus infinity, (T, S).

    Both sizes are whole numbers of vectors: else some processors round by the thread
    that a head falls to. Places behind the text are hidden from it, and see all.

    Args:
        length: Tokens of the text.
        num_before: Tokens before it, which it sees.
        device: Where the mask is to lie.
    """
    num_seen = num_before + length
    shape = [-(-size // PLACES) * PLACES for size in (length, num_seen)]
    mask_TS = torch.zeros(shape, device=device)
    mask_TS[:length] = -torch.inf
    mask_TS[:length, :num_seen].triu_(num_before + 1)
    return mask_TS


class LlamaLayer(Generic[Matrix]):
    """A decoder layer over matrices that may overwrite what they are given."""

    def __init__(
        self,
        base: BaseModel,
        weights: LayerWeights,
        matrix: Callable[[Tensor], Matrix],
    ) -> None:
        """Puts the layer together.

        Args:
            base: Where its sizes are read off.
            weights: Its weights.
            matrix: Makes what multiplies out of weights of shape (O, I).
        """
        config, attention = base.model.config, base.model.model.layers[0].self_attn
        self._heads = (config.num_attention_heads, config.num_key_value_heads)
        self._num_features: int = attention.head_dim
        self._scaling: float = attention.scaling
        self._eps: float = config.rms_norm_eps
        self._attention_norm_D = weights.attention_norm_D
        self._mlp_norm_D = weights.mlp_norm_D
        self.qkv, self.output = matrix(weights.qkv_OD), matrix(weights.output_DO)
        self.gate_up, self.down = matrix(weights.gate_up_OD), matrix(weights.down_DI)

    def run(
        self, hidden_TD: Tensor, company: Company, memory: Memory | None = None
    ) -> Tensor:
        """The states that leave the layer, of shape (T, D)."""
        mixed_TO = self._mixed(hidden_TD, company, memory)
        hidden_TD = self.output(mixed_TO).add_(hidden_TD)
        gate_up_TO = self.gate_up(self._normed(hidden_TD, self._mlp_norm_D))
        half_gate_TI, inner_TI = gate_up_TO.chunk(2, dim=1)
        # By tanh, because silu rounds by an element's place in memory.
        inner_TI.mul_(half_gate_TI)
        inner_TI.addcmul_(inner_TI, half_gate_TI.tanh_())
        return self.down(inner_TI).add_(hidden_TD)

    def memory(self, hidden_TD: Tensor, company: Company) -> Memory:
        """What later tokens see of one text."""
        _, keys_TKF, values_TKF = self._attended(hidden_TD, company)
        return Memory(keys_TKF, values_TKF)

    def _normed(self, hidden_TD: Tensor, norm_D: Tensor) -> Tensor:
        # In fewer passes over memory than torch.rms_norm.
        length_T1: Tensor = torch.linalg.vector_norm(hidden_TD, dim=1, keepdim=True)
        mean_square_T1 = length_T1.square_().div_(hidden_TD.shape[1])
        normed_TD: Tensor = hidden_TD * mean_square_T1.add_(self._eps).rsqrt_()
        return normed_TD.mul_(norm_D)

    def _attended(
        self, hidden_TD: Tensor, company: Company
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values."""
        qkv_TO = self.qkv(self._normed(hidden_TD, self._attention_norm_D))
        qkv_THF = qkv_TO.view(len(qkv_TO), -1, self._num_features)
        queries_and_keys = sum(self._heads)
        turned_THF = company.turned(qkv_THF[:, :queries_and_keys])
        num_queries = self._heads[0]
        return (
            turned_THF[:, :num_queries],
            turned_THF[:, num_queries:],
            qkv_THF[:, queries_and_keys:],
        )

    def _mixed(
        self, hidden_TD: Tensor, company: Company, memory: Memory | None
    ) -> Tensor:
        attended = self._attended(hidden_TD, company)
        mixed, start = [], 0
        for num_texts, length, mask_TS in company.groups:
            here = slice(start, start := start + num_texts * length)
            queries_NTQF, keys_NSKF, values_NSKF = (
                heads_THF[here].view(num_texts, length, -1, self._num_features)
                for heads_THF in attended
            )
            if memory is not None:
                keys_NSKF, values_NSKF = memory.before(keys_NSKF, values_NSKF)
            mixed_NQTF = functional.scaled_dot_product_attention(
                _filled(queries_NTQF, mask_TS.shape[0]).transpose(1, 2),
                _filled(keys_NSKF, mask_TS.shape[1]).transpose(1, 2),
                _filled(values_NSKF, mask_TS.shape[1]).transpose(1, 2),
                attn_mask=mask_TS,
                scale=self._scaling,
                enable_gqa=True,
            )
            mixed_NTQF = mixed_NQTF.transpose(1, 2)[:, :length]
            mixed.append(mixed_NTQF.flatten(0, 1).flatten(1))
        return mixed[0] if len(mixed) == 1 else torch.cat(mixed)


def _filled(heads_NTHF: Tensor, num_places: int) -> Tensor:
    """Heads of so many places, zero behind the text."""
    num_missing = num_places - heads_NTHF.shape[1]
    return functional.pad(heads_NTHF, (0, 0, 0, 0, 0, num_missing))


def merged_weights(
    base: BaseModel,
    layer: int,
    *,
    adapter: LoraWeights | None = None,
    spec: LoraSpec | None = None,
) -> LayerWeights:
    """The weights of one layer, an adapter's part of it added.

    Args:
        base: A plain Llama.
        layer: Its number.
        adapter: Factors that fit the spec.
        spec: Says which modules they change.

    Raises:
        SpecMismatchError: The base has no such modules.
    """
    block = base.model.model.layers[layer]
    own = {name: block.get_parameter(at).float() for name, at in _PARAMETERS.items()}
    if adapter is not None and spec is not None:
        for module in spec.modules:
            if layer in module.layers:
                at = module.layers.index(layer)
                delta_OI = adapter.b[module.name][at] @ adapter.a[module.name][at]
                if module.name not in own or own[module.name].shape != delta_OI.shape:
                    raise SpecMismatchError(
                        f"the base has no {module.name} of shape "
                        f"{tuple(delta_OI.shape)}: take an adapter made for it"
                    )
                delta_OI = spec.scaling * delta_OI.to(base.device)
                own[module.name] = own[module.name] + delta_OI
    return LayerWeights(
        attention_norm_D=own["attention_norm"],
        qkv_OD=torch.cat([own[f"{name}_proj"] for name in "qkv"]),
        output_DO=own["o_proj"],
        mlp_norm_D=own["mlp_norm"],
        gate_up_OD=torch.cat([own["gate_proj"] / 2, own["up_proj"]]),
        down_DI=own["down_proj"],
    )


def check_is_plain_llama(base: BaseModel) -> None:
    """Raises ConfigError unless layers are as `LlamaLayer` computes them."""
    if difference := from_plain_llama(base):
        raise ConfigError(f"{difference}: use PaddedLayers")


def from_plain_llama(base: BaseModel) -> str | None:
    """What tells a base's layers from those that `LlamaLayer` computes, if anything."""
    config = base.model.config
    rope = getattr(config, "rope_parameters", None) or {}
    values = {**config.to_dict(), "rope_type": rope.get("rope_type")}
    for name, allowed in _SETTINGS.items():
        if (value := values.get(name)) not in allowed:
            return f"a plain Llama has {name} {' or '.join(allowed)}, got {value!r}"
    paths = _PARAMETERS.values()
    expected = {f"{i}.{path}" for i in range(base.num_layers) for path in paths}
    found = {name for name, _ in base.model.model.layers.named_parameters()}
    if unlike := sorted(found ^ expected):
        return (
            f"a plain Llama's layers have no weights but {', '.join(paths)}, got "
            f"{unlike[0]} missing or beside them"
        )
    return None
