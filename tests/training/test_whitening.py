"""A whitened A: the same adapter, outputs of one size that do not move together."""

from __future__ import annotations

import pytest
import torch

from genadapter.library import SharedFactors
from training.batches import Batch
from training.whitening import second_moments, whiten
from training.workspace import Workspace


@pytest.fixture
def shared(work: Workspace) -> SharedFactors:
    """An A that lets through nearly one direction, and some B_0."""
    generator = torch.Generator().manual_seed(1)
    a, b = {}, {}
    for m in work.spec.modules:
        shape_LRI = (len(m.layers), work.spec.rank, m.in_features)
        a_LRI = torch.randn(shape_LRI, generator=generator)
        a[m.name] = a_LRI[:, :1] + 0.1 * a_LRI
        shape_LOR = (len(m.layers), m.out_features, work.spec.rank)
        b[m.name] = 0.1 * torch.randn(shape_LOR, generator=generator)
    return SharedFactors(a=a, b=b)


@pytest.fixture
def batch(work: Workspace) -> Batch:
    """Rows of two tasks, of unequal length."""
    rows = [(slot, row) for slot in (0, 1) for row in work.data.of_task[3 * slot][:6]]
    return work.data.collate([(0, 0), (3, 0)], rows)


def test_adapter_stays_what_it_was(
    work: Workspace, shared: SharedFactors, batch: Batch
) -> None:
    """B @ A is the same before and after."""
    white = whiten(shared, second_moments(work.base, work.spec, shared, [batch]))
    for name, a_LRI in shared.a.items():
        before_LOI = shared.b[name] @ a_LRI
        torch.testing.assert_close(white.b[name] @ white.a[name], before_LOI)


def test_outputs_are_even_and_uncorrelated(
    work: Workspace, shared: SharedFactors, batch: Batch
) -> None:
    """Measured again, second moments are multiples of the identity, with the old sum."""
    before = second_moments(work.base, work.spec, shared, [batch])
    white = whiten(shared, before)
    after = second_moments(work.base, work.spec, white, [batch])
    eye_RR = torch.eye(work.spec.rank)
    for name, moment_LRR in after.items():
        old_L = before[name].diagonal(dim1=1, dim2=2).mean(dim=1)
        expected_LRR = old_L[:, None, None] * eye_RR
        torch.testing.assert_close(moment_LRR, expected_LRR, rtol=1e-3, atol=1e-3)
        # It was needed: one direction was all there was.
        values_LR = torch.linalg.eigvalsh(before[name])
        assert (values_LR[:, -1] > 10 * values_LR[:, 0]).all()


def test_padding_does_not_count(
    work: Workspace, shared: SharedFactors, batch: Batch
) -> None:
    """The mean over two batches is that over their real tokens."""
    longer = work.data.collate([(0, 0)], [(0, work.data.of_task[0][0])])
    one, other, both = (
        second_moments(work.base, work.spec, shared, batches)
        for batches in ([batch], [longer], [batch, longer])
    )
    sizes = [int((b.packing.segments_BT >= 0).sum()) for b in (batch, longer)]
    assert (batch.packing.segments_BT < 0).any()
    for name in both:
        total_LRR = sizes[0] * one[name] + sizes[1] * other[name]
        torch.testing.assert_close(both[name], total_LRR / sum(sizes))


def test_a_dead_direction_stays_finite(shared: SharedFactors) -> None:
    """A row of A that no token excites is kept small, not blown up."""
    rank = next(iter(shared.a.values())).shape[1]
    dead_RR = torch.zeros(rank, rank)
    dead_RR[0, 0] = 4.0
    moments = {n: dead_RR.expand(len(a), -1, -1) for n, a in shared.a.items()}
    white = whiten(shared, moments)
    for name in shared.a:
        assert white.a[name].isfinite().all()
        assert white.a[name].norm() < 100 * shared.a[name].norm()
