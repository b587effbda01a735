"""Texts in passes whose shape follows from their own lengths."""

from __future__ import annotations

import pytest
import torch

from genadapter.passes import LENGTH_STEP, PASS_ROWS, PASS_TOKENS, passes, real_tokens


def ids_of(*lengths: int) -> list[list[int]]:
    """Token ids, different in every text."""
    return [[100 * i + t + 1 for t in range(n)] for i, n in enumerate(lengths)]


def test_every_text_is_in_one_pass_and_whole() -> None:
    """Nothing is lost, cut or seen twice; what is padded is masked."""
    ids = ids_of(*range(1, 60), 5, 5, 200)
    found = {}
    for one in passes(ids):
        for row, i in enumerate(one.texts):
            assert i not in found
            found[i] = one.ids_BT[row][one.mask_BT[row]].tolist()
    assert found == dict(enumerate(ids))


def test_shape_follows_from_the_length_alone() -> None:
    """Alone, among others, or as the last of many."""
    lengths = [3] * 40 + [17, 30, 9, 3]
    shapes = {}
    for one in passes(ids_of(*lengths)):
        for i in one.texts:
            shapes.setdefault(lengths[i], set()).add(tuple(one.ids_BT.shape))
    for length, found in shapes.items():
        (alone,) = passes(ids_of(length))
        assert found == {tuple(alone.ids_BT.shape)}
        rows, tokens = alone.ids_BT.shape
        assert tokens % LENGTH_STEP == 0
        assert rows == max(PASS_ROWS, PASS_TOKENS // tokens)


def test_rows_without_a_text_repeat_the_first() -> None:
    """A row of padding alone would divide by zero in attention."""
    (one,) = passes(ids_of(4, 3))
    assert one.texts == (0, 1)
    assert one.mask_BT.any(dim=1).all()
    assert torch.equal(one.ids_BT[2:], one.ids_BT[:1].expand(len(one.ids_BT) - 2, -1))


@pytest.mark.parametrize("ids", [[], [[]]])
def test_nothing_to_read_is_no_error(ids: list[list[int]]) -> None:
    """No text gives no pass; a text without tokens gives a masked one."""
    assert [one.mask_BT.any().item() for one in passes(ids)] == [False] * len(ids)


def test_real_tokens_come_first() -> None:
    """The longest sets the length."""
    mask_BT = real_tokens([2, 4], device=torch.device("cpu"))
    assert mask_BT.tolist() == [[True, True, False, False], [True] * 4]
