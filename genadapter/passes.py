"""Texts through a model in passes of fixed shape, so that company changes no rounding.

Matrix products in half precision round by the shape of their inputs. A pass whose shape
follows from a text's own length gives it the same states alone and in any batch.

Shapes: B rows of a pass or texts, T tokens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

PASS_TOKENS, PASS_ROWS = 128, 6
"""A pass has so many tokens or rows, whichever are more: larger passes make batches faster
and single texts slower."""
LENGTH_STEP = 8
"""Texts are padded to a multiple of so many tokens."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pass:
    """Some texts of like length, padded to a fixed shape."""

    texts: tuple[int, ...]
    """Positions of its texts, one for each of the first rows."""
    ids_BT: Tensor
    """Token ids, zero where padded; rows without a text repeat the first one."""
    mask_BT: Tensor
    """True at real tokens."""


def passes(ids: Sequence[Sequence[int]]) -> Iterator[Pass]:
    """Groups tokenised texts by length.

    Args:
        ids: Token ids of every text.
    """
    of_length: dict[int, list[int]] = defaultdict(list)
    for position, own in enumerate(ids):
        steps = max(1, -(-len(own) // LENGTH_STEP))
        of_length[steps * LENGTH_STEP].append(position)
    for length, positions in of_length.items():
        num_rows = max(PASS_ROWS, PASS_TOKENS // length)
        for start in range(0, len(positions), num_rows):
            chunk = tuple(positions[start : start + num_rows])
            yield _pad([ids[i] for i in chunk], chunk, shape=(num_rows, length))


def _pad(
    own: Sequence[Sequence[int]], texts: tuple[int, ...], *, shape: tuple[int, int]
) -> Pass:
    ids_BT = torch.zeros(shape, dtype=torch.long)
    mask_BT = torch.zeros(shape, dtype=torch.bool)
    for row in range(shape[0]):
        ids = own[row if row < len(own) else 0]
        ids_BT[row, : len(ids)] = torch.tensor(ids)
        mask_BT[row, : len(ids)] = True
    return Pass(texts=texts, ids_BT=ids_BT, mask_BT=mask_BT)


def real_tokens(lengths: Sequence[int], *, device: torch.device) -> Tensor:
    """True where texts of these lengths have a token, of shape (B, T)."""
    lengths_B1 = torch.tensor(lengths, device=device).unsqueeze(1)
    return torch.arange(max(lengths), device=device) < lengths_B1
