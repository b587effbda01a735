"""Adapters on a frozen model, one for each row."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from genadapter.attach import AdapterRows, AdapterSlots, RowAdapters, stack_rows
from genadapter.base_model import BaseModel
from genadapter.errors import SpecMismatchError
from genadapter.lora import LoraSpec, LoraWeights

IDS_BT = torch.tensor([[2, 6, 7, 8], [2, 9, 10, 11], [2, 12, 13, 14]])
NewWeights = Callable[..., LoraWeights]


def run(base: BaseModel, ids_BT: Tensor) -> Tensor:
    """Logits without gradients."""
    with torch.no_grad():
        logits_BTV: Tensor = base.model(ids_BT).logits
    return logits_BTV


def test_delta_equals_weights_merged_into_the_model(
    base: BaseModel,
    new_base: Callable[..., BaseModel],
    spec: LoraSpec,
    slots: AdapterSlots,
    random_weights: NewWeights,
) -> None:
    """A hook does what adding (alpha / rank) B A to the weight would do."""
    weights, merged = random_weights(seed=1), new_base()
    for module in spec.modules:
        for position, layer in enumerate(module.layers):
            linear = merged.model.get_submodule(module.path(layer))
            a_RI, b_OR = (
                weights.a[module.name][position],
                weights.b[module.name][position],
            )
            linear.weight.add_(spec.alpha / spec.rank * b_OR @ a_RI)
    with slots.bind(stack_rows(spec, [weights] * 3)):
        logits_BTV = run(base, IDS_BT)
    # The same sums in another order, through four layers.
    torch.testing.assert_close(logits_BTV, run(merged, IDS_BT), atol=1e-4, rtol=1e-4)


def test_shared_factors_equal_one_copy_a_row(
    base: BaseModel, slots: AdapterSlots, random_weights: NewWeights
) -> None:
    """A and B that all rows share fit a batch of any size."""
    weights = random_weights(seed=1)
    shared = RowAdapters(a=weights.a, b=weights.b, scaling=slots.spec.scaling)
    assert shared.num_rows is None
    with slots.bind(shared.select(torch.tensor([0, 0]))):
        shared_BTV = run(base, IDS_BT)
    with slots.bind(stack_rows(slots.spec, [weights] * 3)):
        copies_BTV = run(base, IDS_BT)
    torch.testing.assert_close(shared_BTV, copies_BTV)


def test_row_of_a_batch_equals_the_single_case(
    base: BaseModel, slots: AdapterSlots, random_weights: NewWeights
) -> None:
    """Each row sees its own adapter only."""
    adapters = [random_weights(seed=i) for i in range(3)]
    with slots.bind(stack_rows(slots.spec, adapters)):
        batch_BTV = run(base, IDS_BT)
    for row, weights in enumerate(adapters):
        with slots.bind(stack_rows(slots.spec, [weights])):
            single_1TV = run(base, IDS_BT[row : row + 1])
        torch.testing.assert_close(
            batch_BTV[row : row + 1], single_1TV, atol=1e-4, rtol=1e-4
        )


def test_rows_without_adapter_are_exactly_the_base(
    base: BaseModel, slots: AdapterSlots, random_weights: NewWeights
) -> None:
    """`None` leaves a row alone, bit by bit, while others change."""
    plain_BTV = run(base, IDS_BT)
    with slots.bind(stack_rows(slots.spec, [None, random_weights(seed=1), None])):
        mixed_BTV = run(base, IDS_BT)
    assert torch.equal(mixed_BTV[0], plain_BTV[0])
    assert torch.equal(mixed_BTV[2], plain_BTV[2])
    assert not torch.allclose(mixed_BTV[1], plain_BTV[1])


def test_shared_a_equals_a_of_their_own(
    base: BaseModel, slots: AdapterSlots, random_weights: NewWeights
) -> None:
    """One A for all rows is the same as repeating it."""
    weights = random_weights(seed=2)
    repeated = stack_rows(slots.spec, [weights] * 3)
    shared = replace(repeated, a=weights.a)
    with slots.bind(repeated):
        expected_BTV = run(base, IDS_BT)
    with slots.bind(shared):
        torch.testing.assert_close(
            run(base, IDS_BT), expected_BTV, atol=1e-4, rtol=1e-4
        )


def test_select_makes_rows_of_rows(
    slots: AdapterSlots, random_weights: NewWeights
) -> None:
    """Two adapters serve three rows; a shared A stays one."""
    adapters = [random_weights(seed=1), random_weights(seed=2)]
    rows = stack_rows(slots.spec, adapters).select(torch.tensor([1, 0, 1]))
    expected = stack_rows(slots.spec, [adapters[1], adapters[0], adapters[1]])
    for name in rows.b:
        assert torch.equal(rows.b[name], expected.b[name])
        assert torch.equal(rows.a[name], expected.a[name])
    shared = replace(rows, a=adapters[0].a)
    assert shared.select(torch.tensor([2])).a["q_proj"] is adapters[0].a["q_proj"]


def test_rows_are_stacked_where_the_base_is(
    spec: LoraSpec, random_weights: NewWeights
) -> None:
    """Dtype and device are the base's, for rows with and without an adapter."""
    rows = stack_rows(
        spec,
        [random_weights(seed=1), None],
        dtype=torch.bfloat16,
        device=torch.device("meta"),
    )
    for tensor in (*rows.a.values(), *rows.b.values()):
        assert tensor.is_meta
        assert tensor.dtype is torch.bfloat16


def test_rows_of_a_running_batch_change_one_at_a_time(
    base: BaseModel, slots: AdapterSlots, random_weights: NewWeights
) -> None:
    """Whatever was put and moved before, each row has its adapter at its scale."""
    one, other = random_weights(seed=1), random_weights(seed=2)
    other = LoraWeights(one.a, other.b)
    rows = AdapterRows(slots.spec, max_rows=4, dtype=base.dtype, device=base.device)
    assert rows.between(0, 3) is None
    for row, weights in enumerate((one, None, other, other)):
        rows.put(row, weights)
    rows.move(3, 0)
    rows.put(3, one)
    rows.put(2, one, scale=0.5)
    bound = rows.between(0, 3)
    assert bound is not None
    # What all have in common is there once.
    assert all(a.dim() == 3 for a in bound.a.values())
    assert all(b.dim() == 4 for b in bound.b.values())
    half = LoraWeights(one.a, {name: b / 2 for name, b in one.b.items()})
    with slots.bind(bound):
        found_BTV = run(base, IDS_BT)
    with slots.bind(stack_rows(slots.spec, [other, None, half])):
        expected_BTV = run(base, IDS_BT)
    torch.testing.assert_close(found_BTV, expected_BTV)
    assert torch.equal(found_BTV[1], run(base, IDS_BT)[1])


def test_leaving_the_binding_restores_the_base_exactly(
    base: BaseModel, slots: AdapterSlots, random_weights: NewWeights
) -> None:
    """A binding ends with its block, also when the block fails."""
    plain_BTV = run(base, IDS_BT)

    def fail() -> None:
        with slots.bind(stack_rows(slots.spec, [random_weights(seed=1)] * 3)):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert torch.equal(run(base, IDS_BT), plain_BTV)


def test_detach_restores_base_logits_exactly(
    base: BaseModel, spec: LoraSpec, random_weights: NewWeights
) -> None:
    """Without hooks the model is bit by bit what it was, even inside a binding."""
    plain_BTV = run(base, IDS_BT)
    slots = AdapterSlots(base.model, spec)
    with slots.bind(stack_rows(spec, [random_weights(seed=1)] * 3)):
        assert not torch.allclose(run(base, IDS_BT), plain_BTV)
        slots.detach()
        assert torch.equal(run(base, IDS_BT), plain_BTV)


def test_threads_with_different_bindings_never_mix(
    base: BaseModel, slots: AdapterSlots, random_weights: NewWeights
) -> None:
    """Two threads share the model, each with its own adapter, and take turns."""
    adapters = [random_weights(seed=1), random_weights(seed=2)]
    expected = []
    for weights in adapters:
        with slots.bind(stack_rows(slots.spec, [weights] * 3)):
            expected.append(run(base, IDS_BT))
    turn, problems = threading.Barrier(2, timeout=60), []

    def work(number: int) -> None:
        with slots.bind(stack_rows(slots.spec, [adapters[number]] * 3)):
            for _ in range(20):
                turn.wait()
                if not torch.equal(run(base, IDS_BT), expected[number]):
                    problems.append(number)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_gradients_reach_b(
    base: BaseModel, slots: AdapterSlots, random_weights: NewWeights
) -> None:
    """Cross-entropy through the frozen model trains B and leaves the base alone."""
    weights = random_weights(seed=3)
    b = {name: b_LOR.clone().requires_grad_() for name, _, b_LOR in weights}
    rows = stack_rows(slots.spec, [LoraWeights(weights.a, b)] * 3)
    with slots.bind(rows):
        base.model(IDS_BT, labels=IDS_BT).loss.backward()
    for tensor in b.values():
        assert tensor.grad is not None
        assert (tensor.grad.flatten(1).abs().sum(dim=1) > 0).all()
    assert all(parameter.grad is None for parameter in base.model.parameters())


def test_wrong_number_of_rows_is_refused(
    base: BaseModel, slots: AdapterSlots, random_weights: NewWeights
) -> None:
    """One adapter too few is never broadcast in silence."""
    rows = stack_rows(slots.spec, [random_weights(seed=1)] * 2)
    with slots.bind(rows), pytest.raises(SpecMismatchError, match="bind one for every"):
        run(base, IDS_BT)


def test_model_without_the_target_is_refused(base: BaseModel, spec: LoraSpec) -> None:
    """A missing module, another kind of module and another size are told apart."""
    module = spec.modules[0]
    cases = {
        "no module": replace(module, name="w_proj"),
        "not a linear layer": replace(module, parent="mlp", name="act_fn"),
        "33": replace(module, in_features=33),
    }
    for message, changed in cases.items():
        with pytest.raises(SpecMismatchError, match=message):
            AdapterSlots(base.model, replace(spec, modules=(changed,)))
