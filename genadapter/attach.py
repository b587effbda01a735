"""Adapters on a frozen model: a different one for every row of a batch.

`AdapterSlots` puts one forward hook on every target module. A hook does nothing
until a caller binds adapters in its own context: the binding lives in a context
variable, so two threads or tasks that share the model never see each other's.

Shapes: B rows, T tokens, L layers, R rank, I in features, O out features.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from genadapter.errors import SpecMismatchError
from genadapter.lora import LoraSpec, LoraWeights


@dataclass(frozen=True, kw_only=True, slots=True)
class RowAdapters:
    """The adapter of every row of a batch, ready to be applied."""

    a: Mapping[str, Tensor]
    """Per module: (L, R, I) where all rows share A, else (B, L, R, I)."""
    b: Mapping[str, Tensor]
    """Per module: (L, O, R) where all rows share B, else (B, L, O, R)."""
    scaling: float | Tensor
    """Factor before B @ A: one for all rows, or (B, 1, 1)."""

    @property
    def num_rows(self) -> int | None:
        """Rows of the batch that these adapters fit (B); `None` if they fit any."""
        if isinstance(self.scaling, Tensor):
            return len(self.scaling)
        own = (t for t in (*self.a.values(), *self.b.values()) if t.dim() == 4)
        return next((len(t) for t in own), None)

    def select(self, rows: Tensor) -> RowAdapters:
        """The adapters at the given indices, repeated as often as they occur."""
        a, b = (
            {n: t[rows] if t.dim() == 4 else t for n, t in factors.items()}
            for factors in (self.a, self.b)
        )
        scaling = self.scaling
        if isinstance(scaling, Tensor):
            scaling = scaling[rows]
        return RowAdapters(a=a, b=b, scaling=scaling)

    def weights(self, row: int) -> LoraWeights:
        """The adapter of one row; what all rows share is shared in memory, too."""
        a, b = (
            {n: t[row] if t.dim() == 4 else t for n, t in factors.items()}
            for factors in (self.a, self.b)
        )
        return LoraWeights(a, b)

    def to(self, device: torch.device, dtype: torch.dtype) -> RowAdapters:
        """The same adapters elsewhere."""
        a, b = (
            {n: t.to(device, dtype) for n, t in factors.items()}
            for factors in (self.a, self.b)
        )
        scaling = self.scaling
        if isinstance(scaling, Tensor):
            scaling = scaling.to(device, dtype)
        return RowAdapters(a=a, b=b, scaling=scaling)


def stack_rows(
    spec: LoraSpec,
    rows: Sequence[LoraWeights | None],
    *,
    dtype: torch.dtype = torch.float32,
    device: torch.device | None = None,
) -> RowAdapters:
    """Stacks one adapter for each row; `None` leaves a row to the base model.

    Args:
        spec: The shape that every adapter has.
        rows: B adapters, in batch order.
        dtype: The base model's dtype.
        device: The base model's device; `None` leaves the weights where they are.
    """
    a, b = {}, {}
    for module in spec.modules:
        name, layers = module.name, len(module.layers)
        empty_a = torch.zeros(layers, spec.rank, module.in_features)
        empty_b = torch.zeros(layers, module.out_features, spec.rank)
        a_BLRI = torch.stack([w.a[name] if w else empty_a for w in rows])
        b_BLOR = torch.stack([w.b[name] if w else empty_b for w in rows])
        a[name], b[name] = a_BLRI.to(device, dtype), b_BLOR.to(device, dtype)
    return RowAdapters(a=a, b=b, scaling=spec.scaling)


class AdapterRows:
    """The adapters of a running batch, whose rows change one at a time.

    A factor that all adapters have in common, as those of one bundle do, is kept once: then
    its product is one plain matrix product for the whole batch.
    """

    def __init__(
        self, spec: LoraSpec, *, max_rows: int, dtype: torch.dtype, device: torch.device
    ) -> None:
        """Takes no memory yet.

        Args:
            spec: The shape that every adapter has.
            max_rows: Rows at most.
            dtype: The base model's dtype.
            device: The base model's device.
        """
        self._spec, self._scales = spec, torch.zeros(max_rows, 1, 1).to(device, dtype)
        names = [module.name for module in spec.modules]
        self._a, self._b = (
            {name: _Factor(max_rows, dtype, device) for name in names} for _ in range(2)
        )

    def put(self, row: int, weights: LoraWeights | None, *, scale: float = 1.0) -> None:
        """Gives a row its adapter.

        Args:
            row: Its place in the batch.
            weights: The adapter; `None` leaves the row to the base model.
            scale: Of the adapter: 0 is the base, 1 the adapter as it is.
        """
        self._scales[row] = 0 if weights is None else scale * self._spec.scaling
        if weights is not None:
            for name, factor in self._a.items():
                factor.put(row, weights.a[name])
            for name, factor in self._b.items():
                factor.put(row, weights.b[name])

    def move(self, source: int, target: int) -> None:
        """Gives a row the adapter of another."""
        self._scales[target] = self._scales[source]
        for factor in (*self._a.values(), *self._b.values()):
            factor.move(source, target)

    def between(self, first: int, last: int) -> RowAdapters | None:
        """The adapters of rows `first` to `last` - 1; `None` where all are the base."""
        scales_B11 = self._scales[first:last]
        if not scales_B11.any():
            return None
        a, b = (
            {name: factor.between(first, last) for name, factor in factors.items()}
            for factors in (self._a, self._b)
        )
        return RowAdapters(a=a, b=b, scaling=scales_B11)


class _Factor:
    """One factor of every row: kept once while all rows have the same."""

    def __init__(self, max_rows: int, dtype: torch.dtype, device: torch.device) -> None:
        self._dtype, self._device = dtype, device
        self._common: Tensor | None = None
        self._own: Tensor | None = None
        # A row that was never given one may have any: its scale is 0.
        self._has_common = [True] * max_rows

    def put(self, row: int, factor: Tensor) -> None:
        factor = factor.to(self._device, self._dtype)
        if self._common is None:
            self._common = factor
        self._has_common[row] = torch.equal(factor, self._common)
        if not self._has_common[row]:
            self._own_rows()[row] = factor

    def move(self, source: int, target: int) -> None:
        self._has_common[target] = self._has_common[source]
        if not self._has_common[source]:
            own = self._own_rows()
            own[target] = own[source]

    def between(self, first: int, last: int) -> Tensor:
        assert self._common is not None
        if all(self._has_common[first:last]):
            return self._common
        own = self._own_rows()
        for row in range(first, last):
            if self._has_common[row]:
                own[row] = self._common
        return own[first:last]

    def _own_rows(self) -> Tensor:
        if self._own is None:
            assert self._common is not None
            size = (len(self._has_common), *self._common.shape)
            self._own = self._common.new_zeros(size)
        return self._own


class AdapterSlots:
    """The places of a frozen model where adapters of one spec are applied."""

    def __init__(self, model: nn.Module, spec: LoraSpec) -> None:
        """Hooks the target modules of a model; its outputs stay as they are.

        Raises:
            SpecMismatchError: The model lacks a target module or has another size.
        """
        self.spec = spec
        self._bound: ContextVar[RowAdapters | None] = ContextVar("rows", default=None)
        self._handles: list[RemovableHandle] = []
        for module in spec.modules:
            for position, layer in enumerate(module.layers):
                linear = _find_linear(model, module.path(layer))
                found = (linear.in_features, linear.out_features)
                if found != (module.in_features, module.out_features):
                    raise SpecMismatchError(
                        f"{module.path(layer)} maps {found[0]} to {found[1]} features, "
                        f"the adapter {module.in_features} to {module.out_features}"
                    )
                hook = self._make_hook(module.name, position)
                self._handles.append(linear.register_forward_hook(hook))

    @contextmanager
    def bind(self, rows: RowAdapters) -> Iterator[None]:
        """Applies adapters to every forward pass of this context only."""
        token = self._bound.set(rows)
        try:
            yield
        finally:
            self._bound.reset(token)

    def detach(self) -> None:
        """Removes the hooks; the model is again exactly what it was."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def _make_hook(self, name: str, position: int):  # type: ignore[no-untyped-def] # torch's hook protocol has no public type
        def add_delta(
            _module: nn.Module, inputs: tuple[Tensor, ...], output_BTO: Tensor
        ) -> Tensor | None:
            rows = self._bound.get()
            if rows is None:
                return None
            x_BTI, a = inputs[0], rows.a[name]
            if rows.num_rows not in (None, x_BTI.shape[0]):
                raise SpecMismatchError(
                    f"{rows.num_rows} adapters are bound to a batch of "
                    f"{x_BTI.shape[0]} rows: bind one for every row"
                )
            a_RI, b_OR = (_at(t, position).to(x_BTI.dtype) for t in (a, rows.b[name]))
            return output_BTO + rows.scaling * (x_BTI @ a_RI.mT @ b_OR.mT)

        return add_delta


def _at(factors: Tensor, position: int) -> Tensor:
    """One layer's factor: a matrix where rows share it, else one matrix a row."""
    # What is shared is one plain product; factors of their own need a batched one.
    return factors[position] if factors.dim() == 3 else factors[:, position]


def _find_linear(model: nn.Module, path: str) -> nn.Linear:
    try:
        found = model.get_submodule(path)
    except AttributeError as error:
        raise SpecMismatchError(
            f"the model has no module {path}: the adapter was made for another base"
        ) from error
    if not isinstance(found, nn.Linear):
        raise SpecMismatchError(
            f"{path} is a {type(found).__name__}, not a linear layer"
        )
    return found
