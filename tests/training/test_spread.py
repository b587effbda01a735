"""Spread: the variance of weights at the end of their training."""

from __future__ import annotations

from types import SimpleNamespace

import torch
from torch import nn

from training.spread import Spread


def walk(spread: Spread, live: nn.Parameter, path_TX: torch.Tensor, start: int) -> None:
    """Moves a parameter along a path, a step each."""
    for step, value_X in enumerate(path_TX, start=start):
        live.data.copy_(value_X)
        spread.on_train_batch_end(SimpleNamespace(global_step=step))  # type: ignore[arg-type] # all it asks for


def test_variance_is_that_of_the_last_steps() -> None:
    """Two steps are left out; the rest is a plain population variance."""
    path_TX = torch.randn(7, 3, generator=torch.Generator().manual_seed(0))
    live = nn.Parameter(torch.zeros(3))
    spread = Spread(live, from_step=2)
    walk(spread, live, path_TX, 1)
    expected_X = path_TX[2:].var(dim=0, correction=0)
    torch.testing.assert_close(spread.variance(), expected_X)


def test_it_goes_on_where_a_leg_stopped() -> None:
    """Two legs see what one sees."""
    path_TX = torch.randn(6, 2, generator=torch.Generator().manual_seed(1))
    live = nn.Parameter(torch.zeros(2))
    first = Spread(live, from_step=0)
    walk(first, live, path_TX[:3], 1)
    second = Spread(live, from_step=0)
    second.load_state_dict(first.state_dict())
    walk(second, live, path_TX[3:], 4)
    torch.testing.assert_close(second.variance(), path_TX.var(dim=0, correction=0))


def test_nothing_seen_has_no_variance() -> None:
    """And no division by zero."""
    assert not Spread(nn.Parameter(torch.ones(2)), from_step=9).variance().any()
