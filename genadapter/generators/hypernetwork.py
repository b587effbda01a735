"""Hypernetwork family: writes a description into a LoRA as a prefix of keys and values.

Every prompt of a chat model begins with the same tokens. Rows of A that answer 1 to one
of them and next to 0 to anything else give B a column for each: added to the key and the
value projection, it puts any key and any value at that token; added to the query
projection, it keeps the token's own eyes off the others, so that it stays what the row
knows. So a LoRA can hold a prefix (Li and Liang, Prefix-Tuning, 2021), layer by layer and
exactly, and be attached, stored and served as any other.

The frozen base reads the description as in a prompt, through the part that all adapters
have in common: it begins as a multi-task adapter that read tasks in its prompts, and
learns on, to read and to answer at once. Each token of the prefix attends to the states
that a layer is given over the description, starting with its own stretch of them; the
layer's own key and value maps, trained further, make its key and value of what it found.
Input tokens then meet the task as if it stood in their prompt: the generator starts at a
prompted model and learns to leave it.

Reference: Charakorn et al., Text-to-LoRA, 2025, section 3. Differs in what is written: a
prefix in place of free entries, and what reads: the base itself. Mu et al., Learning to
Compress Prompts with Gist Tokens, 2023, keep such a prefix as a cache.

Shapes: B tasks, T tokens of the description, L layers, N tokens of the prefix, M places
(layer x token), D width, K key size, I hidden size of the base, O size of a key or value,
R rank, P parameters of one flattened B.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import final

import torch
from torch import Tensor, nn
from torch.nn import functional

from genadapter.base_model import BaseModel
from genadapter.checks import at_least, below_one, heads_fit
from genadapter.errors import ConfigError
from genadapter.generators.base import Features, Generator, PrefixStart, Surroundings
from genadapter.library import SharedFactors, flatten_b
from genadapter.lora import LoraSpec
from genadapter.reading import Reader, Reading

QUERY, KEY, VALUE = "q_proj", "k_proj", "v_proj"
"""The modules that a prefix takes; keys and values are written, queries always turned."""
NUM_POSITIONS = 96
"""Tokens of a passage that have a position of their own; later ones share the last."""


@final
class HypernetworkGenerator(Generator, family="hypernetwork"):
    """Turns what the base reads in a description into a prefix, and that into a LoRA."""

    conditions = frozenset({"description", "document", "examples", "profile"})
    objectives = ("supervised", "margin", "distillation")
    reads_base = True
    starts_prompted = True

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """Sizes of the network."""

        num_tokens: int = 16
        """Tokens of the prefix (N): the first ones of every prompt, but for the very
        first, on which attention rests."""
        width: int = 256
        """Width of a state of the description (D)."""
        num_heads: int = 8
        """Attention heads of the description's states; must divide the width."""
        key_size: int = 64
        """Size of the keys that a prefix token finds states by (K)."""
        dropout: float = 0.1
        """Share of the base's states hidden at random in training."""

        def __post_init__(self) -> None:
            """Rejects sizes that do not fit together."""
            at_least(1, self, "num_tokens", "width", "num_heads", "key_size")
            heads_fit(self)
            below_one(self, "dropout")

    @classmethod
    def check_spec(cls, spec: LoraSpec) -> None:
        """Raises ConfigError where a prefix would have no place."""
        names = {module.name for module in spec.modules}
        if not {QUERY, VALUE} <= names:
            raise ConfigError(
                f"family {cls.family!r} starts from an adapter on {QUERY} and {VALUE} at "
                f"least, got one on {', '.join(sorted(names))}: set "
                f"reading.target_modules to {QUERY},{VALUE}, or to more"
            )

    def __init__(self, config: Config, surroundings: Surroundings) -> None:
        self._read_spec = surroundings.prompted_spec
        self.check_spec(self._read_spec)
        read_spec = _with_keys(self._read_spec)
        start = surroundings.prefix or _empty_start(config, self._read_spec)
        num_layers, num_tokens, _ = start.rows_LNI.shape
        if num_tokens != config.num_tokens:
            raise ConfigError(
                f"num_tokens is {config.num_tokens}, the prefix to start from has "
                f"{num_tokens} tokens: give both the same number"
            )
        rank = read_spec.rank + num_tokens
        spec = replace(read_spec, rank=rank, alpha=read_spec.scaling * rank)
        super().__init__(config, surroundings, spec=spec)
        self.num_neighbours = 4
        # Reading stays as it was learned, so that it need not be learned through.
        self.read_a_LRI = _frozen(start.prompted.a)
        self.read_b_LOR = _frozen(start.prompted.b)
        common = _common(start, read_spec)
        self.a_LRI = nn.ParameterDict(common.a)
        self.b_LOR = nn.ParameterDict(common.b)
        self.register_buffer("rows_LNI", start.rows_LNI)
        self.listener = _Listener(config, surroundings.hidden_size)
        num_places = num_layers * num_tokens
        self.query_MK = nn.Parameter(torch.randn(num_places, config.key_size) / 2)
        self.key = nn.Linear(config.width, config.key_size)
        self.meaning = nn.Linear(config.width, surroundings.hidden_size)
        nn.init.zeros_(self.meaning.weight)
        nn.init.zeros_(self.meaning.bias)
        stretch_N = (torch.arange(num_tokens) + 0.5) / num_tokens
        self.stretch_M = nn.Parameter(stretch_N.repeat(num_layers))
        self.sharpness_M = nn.Parameter(torch.full((num_places,), 4.0))
        self.key_maps_LOI = nn.Parameter(start.key_maps_LOI.clone())
        self.value_maps_LOI = nn.Parameter(start.value_maps_LOI.clone())

    @property
    def a(self) -> dict[str, Tensor]:
        """Per module, the A of all its adapters: what reads, then the prefix's rows."""
        rows_LNI = self.get_buffer("rows_LNI")
        return {
            name: torch.cat([a_LRI, rows_LNI], dim=1)
            if name in (QUERY, KEY, VALUE)
            else functional.pad(a_LRI, (0, 0, 0, self.config.num_tokens))
            for name, a_LRI in self.a_LRI.items()
        }

    @property
    def fixed_b(self) -> dict[str, Tensor]:
        """Per module but keys and values, the B of all its adapters."""
        rank = self.spec.rank
        return {
            name: functional.pad(b_LOR, (0, rank - b_LOR.shape[2]))
            for name, b_LOR in self.b_LOR.items()
            if name not in (KEY, VALUE)
        }

    @property
    def origin_P(self) -> Tensor:
        """What all its adapters have in common, with nothing in the prefix."""
        return flatten_b({name: self.b_LOR[name] for name in (KEY, VALUE)})

    @property
    def prompted(self) -> SharedFactors:
        """The adapter that was trained to read tasks in its prompts."""
        a, b = (
            {name: t.detach().float().cpu() for name, t in factors.items()}
            for factors in (self.read_a_LRI, self.read_b_LOR)
        )
        return SharedFactors(a=a, b=b)

    def reader(self, base: BaseModel) -> Reader:
        """The base, through the adapter that was trained to read tasks."""
        return Reader(base, spec=self._read_spec, factors=self.prompted)

    def forward(self, features: Features) -> Tensor:
        """Flattened B factors of shape (B, P)."""
        assert features.reading is not None
        found_BLNI = self._find(features.reading)
        size, rank = len(found_BLNI), self._read_spec.rank
        b = {}
        # Copied once for both; X is a task and a token.
        found_LXI = found_BLNI.transpose(0, 1).flatten(1, 2)
        for name, maps_LOI in (
            (KEY, self.key_maps_LOI),
            (VALUE, self.value_maps_LOI),
        ):
            mapped_LXO = found_LXI @ (maps_LOI / self.spec.scaling).mT
            mapped_LBNO = mapped_LXO.view(
                len(mapped_LXO), size, -1, mapped_LXO.shape[2]
            )
            common_BLOR = self.b_LOR[name].expand(size, -1, -1, -1)
            written_BLON = common_BLOR[..., rank:] + mapped_LBNO.permute(1, 0, 3, 2)
            b[name] = torch.cat([common_BLOR[..., :rank], written_BLON], dim=3)
        return flatten_b(b)

    def _find(self, reading: Reading) -> Tensor:
        """What each token of the prefix makes of the description, layer by layer."""
        told_BTD = self.listener(reading)
        scores_BMT = self.query_MK @ self.key(told_BTD).mT / self.config.key_size**0.5
        scores_BMT = scores_BMT - 0.5 * self._distances(reading.mask_BT).square()
        scores_BMT = scores_BMT.masked_fill(~reading.mask_BT.unsqueeze(1), -1e9)
        weights_BMT = scores_BMT.softmax(dim=2)
        weights_BLNT = weights_BMT.unflatten(1, (-1, self.config.num_tokens))
        meant_BMI = weights_BMT @ self.meaning(told_BTD)
        found_BLNI: Tensor = weights_BLNT @ reading.states_BLTD
        found_BLNI += meant_BMI.view_as(found_BLNI)
        return found_BLNI

    def _distances(self, mask_BT: Tensor) -> Tensor:
        """How far each state lies from each place's own stretch, in shape (B, M, T)."""
        lengths_B1 = mask_BT.sum(dim=1, keepdim=True)
        places_T = torch.arange(mask_BT.shape[1], device=mask_BT.device)
        share_BT = (places_T + 0.5) / lengths_B1
        gap_BMT = share_BT.unsqueeze(1) - self.stretch_M.unsqueeze(1)
        sharpness_M1 = self.config.num_tokens * self.sharpness_M.unsqueeze(1)
        far_BMT: Tensor = gap_BMT * sharpness_M1
        return far_BMT


class _Listener(nn.Module):
    """What the first adapted layer is given for a description, each token aware of all."""

    def __init__(self, config: HypernetworkGenerator.Config, hidden_size: int) -> None:
        super().__init__()
        self.dropout = nn.Dropout(config.dropout)
        self.token = nn.Linear(hidden_size, config.width)
        self.position_TD = nn.Parameter(torch.randn(NUM_POSITIONS, config.width) * 0.02)
        self.layer = nn.TransformerEncoderLayer(
            config.width,
            config.num_heads,
            4 * config.width,
            dropout=0.0,
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )
        self.norm = nn.RMSNorm(config.width)

    def forward(self, reading: Reading) -> Tensor:
        first_BTD = reading.states_BLTD[:, 0].contiguous()
        states_BTD = self.token(self.dropout(first_BTD))
        places_BT = reading.places_BT.clamp(max=NUM_POSITIONS - 1)
        states_BTD = states_BTD + self.position_TD[places_BT]
        told_BTD: Tensor = self.norm(
            self.layer(states_BTD, src_key_padding_mask=~reading.mask_BT)
        )
        return told_BTD


def _with_keys(spec: LoraSpec) -> LoraSpec:
    """The spec with the keys' module, of the same size as the values'."""
    modules = {module.name: module for module in spec.modules}
    modules.setdefault(KEY, replace(modules[VALUE], name=KEY))
    return replace(spec, modules=tuple(modules[name] for name in sorted(modules)))


def _frozen(tensors: Mapping[str, Tensor]) -> nn.ParameterDict:
    return nn.ParameterDict(
        {n: nn.Parameter(t.clone(), requires_grad=False) for n, t in tensors.items()}
    )


def _common(start: PrefixStart, read_spec: LoraSpec) -> SharedFactors:
    """A of the adapter that reads; its B, beside that of an empty prefix where it is."""
    prefix = {
        QUERY: start.queries_LNO,
        # What stood there goes.
        KEY: -start.keys_LNO,
        VALUE: -start.values_LNO,
    }
    a, b = {}, {}
    for module in read_spec.modules:
        # Keys that no adapter had begin at the values' A: both meet the same states.
        known = module.name in start.prompted.a
        a_LRI = start.prompted.a[module.name if known else VALUE]
        b_LOR = (
            start.prompted.b[module.name]
            if known
            else torch.zeros(len(a_LRI), module.out_features, read_spec.rank)
        )
        a[module.name], b[module.name] = a_LRI.clone(), b_LOR.clone()
        if module.name in prefix:
            written_LON = prefix[module.name].mT / read_spec.scaling
            b[module.name] = torch.cat([b_LOR, written_LON], dim=2)
    return SharedFactors(a=a, b=b)


def _empty_start(config: HypernetworkGenerator.Config, spec: LoraSpec) -> PrefixStart:
    """Zeros in the right shapes: a bundle's own tensors take their place."""
    sizes = {module.name: module.out_features for module in spec.modules}
    num_layers, num_tokens = len(spec.layers), config.num_tokens
    hidden_size = next(m.in_features for m in spec.modules if m.name == VALUE)
    prefix_LNO = torch.zeros(num_layers, num_tokens, sizes[VALUE])
    maps_LOI = torch.zeros(num_layers, sizes[VALUE], hidden_size)
    return PrefixStart(
        prompted=SharedFactors(
            a={
                m.name: torch.zeros(num_layers, spec.rank, m.in_features)
                for m in spec.modules
            },
            b={
                m.name: torch.zeros(num_layers, m.out_features, spec.rank)
                for m in spec.modules
            },
        ),
        rows_LNI=torch.zeros(num_layers, num_tokens, hidden_size),
        queries_LNO=torch.zeros(num_layers, num_tokens, sizes[QUERY]),
        keys_LNO=prefix_LNO,
        values_LNO=prefix_LNO,
        key_maps_LOI=maps_LOI,
        value_maps_LOI=maps_LOI,
    )
