"""Decoding: rows that join and leave a running batch, each with a past of its own.

The loop of iteration-level scheduling (Yu et al., Orca, 2022) needs three moves: rows join,
all rows take one step, rows leave. Keys and values lie in memory that is written in place,
so a step copies nothing of the past.

Shapes: B rows, T new tokens, S tokens that are seen, H heads of keys, K head size, V
vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError

_STRETCH = 128
"""Tokens by which memory grows."""


class Decoder:
    """A batch of rows on a base model; it begins empty."""

    def __init__(self, base: BaseModel, *, max_rows: int) -> None:
        """Takes no memory yet.

        Args:
            base: The model.
            max_rows: Rows at most, at any time.
        """
        self._base, self._max_rows = base, max_rows
        self._cache = _Cache(base.num_layers, max_rows=max_rows)
        self._lengths: list[int] = []

    def __len__(self) -> int:
        """Rows that are in the batch."""
        return len(self._lengths)

    @torch.inference_mode()
    def join(self, prompts: Sequence[Sequence[int]]) -> Tensor:
        """Reads prompts, whose rows come behind those that are there.

        Args:
            prompts: Token ids of each, at least one.

        Returns:
            Logits of each one's first new token, of shape (B, V), B as many as prompts.

        Raises:
            ConfigError: More rows than there is room for.
        """
        first, device = len(self), self._base.device
        if first + len(prompts) > self._max_rows:
            raise ConfigError(
                f"at most {self._max_rows} rows decode together, got {first} and "
                f"{len(prompts)} more: let some leave first"
            )
        lengths = [len(prompt) for prompt in prompts]
        longest = max(lengths)
        padded = [[*prompt, *[0] * (longest - len(prompt))] for prompt in prompts]
        places_T = torch.arange(longest, device=device)
        # What pads a prompt lies behind it, where no token of the prompt looks.
        sees_TT = places_T.unsqueeze(1) >= places_T.unsqueeze(0)
        logits_BV = self._base.next_logits(
            torch.tensor(padded, device=device),
            places_BT=places_T.unsqueeze(0),
            sees_BTS=sees_TT.unsqueeze(0),
            last_B=torch.tensor(lengths, device=device) - 1,
            cache=_Joining(self._cache, first),
        )
        self._lengths += lengths
        return logits_BV

    @torch.inference_mode()
    def step(self, tokens: Sequence[int]) -> Tensor:
        """Reads one more token of every row.

        Args:
            tokens: Token ids, one for every row.

        Returns:
            Logits of the tokens after them, of shape (B, V).
        """
        device = self._base.device
        places_B = torch.tensor(self._lengths, device=device)
        seen_S = torch.arange(max(self._lengths) + 1, device=device)
        places_B1 = places_B.unsqueeze(1)
        logits_BV = self._base.next_logits(
            torch.tensor(tokens, device=device).unsqueeze(1),
            places_BT=places_B1,
            sees_BTS=(seen_S <= places_B1).unsqueeze(1),
            last_B=torch.zeros_like(places_B),
            cache=_Stepping(self._cache, places_B, num_seen=len(seen_S)),
        )
        self._lengths = [length + 1 for length in self._lengths]
        return logits_BV

    @torch.inference_mode()
    def leave(self, row: int) -> None:
        """Removes a row; the last one takes its place."""
        last = len(self) - 1
        if row != last:
            self._cache.move(last, row, num_tokens=self._lengths[last])
        self._lengths[row] = self._lengths[last]
        self._lengths.pop()
        if not self._lengths:
            # A long answer of one afternoon must not hold its memory for ever.
            self._cache.free()


class _Cache:
    """Keys and values of every layer, a line for each row."""

    def __init__(self, num_layers: int, *, max_rows: int) -> None:
        self._max_rows = max_rows
        self._none = [torch.empty(0)] * num_layers
        self.free()

    def free(self) -> None:
        """Gives all memory back."""
        self.keys, self.values = list(self._none), list(self._none)

    def reserve(self, layer: int, like_BHTK: Tensor, num_tokens: int) -> None:
        """Makes room in a layer for so many tokens a row."""
        have = self.keys[layer]
        if have.dim() == 4 and have.shape[2] >= num_tokens:
            return
        room = -(-num_tokens // _STRETCH) * _STRETCH
        _, num_heads, _, size = like_BHTK.shape
        for lines in (self.keys, self.values):
            # Zeros: what is not seen is still multiplied, by nothing, and must be finite.
            wider = like_BHTK.new_zeros(self._max_rows, num_heads, room, size)
            if lines[layer].dim() == 4:
                wider[:, :, : lines[layer].shape[2]] = lines[layer]
            lines[layer] = wider

    def move(self, source: int, target: int, *, num_tokens: int) -> None:
        """Copies a row's line over another's."""
        for lines in (self.keys, self.values):
            for line_CHSK in lines:
                line_CHSK[target, :, :num_tokens] = line_CHSK[source, :, :num_tokens]


class _Joining:
    """The cache as it is filled with the prompts of new rows."""

    def __init__(self, cache: _Cache, first: int) -> None:
        self._cache, self._first = cache, first

    def update(
        self, keys_BHTK: Tensor, values_BHTK: Tensor, layer: int
    ) -> tuple[Tensor, Tensor]:
        num_rows, _, num_tokens, _ = keys_BHTK.shape
        self._cache.reserve(layer, keys_BHTK, num_tokens)
        rows = slice(self._first, self._first + num_rows)
        self._cache.keys[layer][rows, :, :num_tokens] = keys_BHTK
        self._cache.values[layer][rows, :, :num_tokens] = values_BHTK
        return keys_BHTK, values_BHTK


class _Stepping:
    """The cache as every row adds one token to it."""

    def __init__(self, cache: _Cache, places_B: Tensor, *, num_seen: int) -> None:
        self._cache, self._places_B, self._num_seen = cache, places_B, num_seen
        self._rows_B = torch.arange(len(places_B), device=places_B.device)

    def update(
        self, keys_BHTK: Tensor, values_BHTK: Tensor, layer: int
    ) -> tuple[Tensor, Tensor]:
        self._cache.reserve(layer, keys_BHTK, self._num_seen)
        keys, values = self._cache.keys[layer], self._cache.values[layer]
        keys[self._rows_B, :, self._places_B] = keys_BHTK[:, :, 0]
        values[self._rows_B, :, self._places_B] = values_BHTK[:, :, 0]
        num_rows = len(self._rows_B)
        return (
            keys[:num_rows, :, : self._num_seen],
            values[:num_rows, :, : self._num_seen],
        )
