"""One input, three answers: the base, the base told the task, and the adapter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from genadapter.adapter import Adapter
from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.errors import SpecMismatchError
from genadapter.manifest import Manifest, check_base


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What became of one input."""

    input: str
    base: str
    """The base model, given the input alone."""
    prompted: str | None
    """The base model with the description before the input; `None` without one."""
    adapter: str
    """The adapter, given the input alone."""


def compare(
    base: BaseModel,
    adapter: Adapter,
    *,
    inputs: Sequence[str],
    description: str | None,
    max_new_tokens: int,
) -> list[Answers]:
    """Runs the base and the adapter over the same inputs.

    Args:
        base: The base model that the adapter was made for.
        adapter: The adapter; attached for this call only.
        inputs: Inputs of the task.
        description: The task in words, for the prompted base.
        max_new_tokens: At most so many tokens an answer.

    Returns:
        One entry an input, in order.
    """
    prompts = [base.prompt_ids(text) for text in inputs]
    plain = base.generate(prompts, max_new_tokens=max_new_tokens)
    told: Sequence[str | None] = [None] * len(inputs)
    if description is not None:
        longer = [base.prompt_ids(text, description=description) for text in inputs]
        told = base.generate(longer, max_new_tokens=max_new_tokens)
    adapted = answer(base, adapter, inputs=inputs, max_new_tokens=max_new_tokens)
    return [
        Answers(input=text, base=first, prompted=second, adapter=third)
        for text, first, second, third in zip(inputs, plain, told, adapted, strict=True)
    ]


def answer(
    base: BaseModel, adapter: Adapter, *, inputs: Sequence[str], max_new_tokens: int
) -> list[str]:
    """The adapter's answers alone; arguments as in `compare`."""
    slots = AdapterSlots(base.model, adapter.spec)
    rows = stack_rows(
        adapter.spec,
        [adapter.weights] * len(inputs),
        dtype=base.dtype,
        device=base.device,
    )
    try:
        return base.generate(
            [base.prompt_ids(text) for text in inputs],
            max_new_tokens=max_new_tokens,
            slots=slots,
            adapters=rows,
        )
    finally:
        slots.detach()


def check_adapter_fits(
    adapter: Adapter, base: BaseModel, *, manifest: Manifest | None
) -> None:
    """Raises SpecMismatchError unless the base is the adapter's, or nearly so.

    Args:
        adapter: The adapter to run.
        base: The base to run it on.
        manifest: The bundle at hand, which can tell a base of another precision from
            another base; `None` accepts the very same weights only.
    """
    made_for = adapter.spec.base_fingerprint
    if made_for == base.fingerprint.digest:
        return
    if manifest is not None and manifest.base.digest == made_for:
        check_base(manifest, base)
        return
    raise SpecMismatchError(
        f"adapter {adapter.id} was made for base {made_for} ({adapter.base_name}), "
        f"got {base.fingerprint.digest} ({base.name}): name the right one with --base"
    )
