"""Answering: greedy decoding of many rows, each through its own task's adapter.

Shapes: G rows of a batch, P parameters of one flattened B.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor

from genadapter.attach import AdapterSlots, RowAdapters
from genadapter.base_model import BaseModel
from genadapter.library import SharedFactors, split_b
from genadapter.lora import LoraSpec
from training.evaluation.controls import description_of
from training.evaluation.methods import ANSWER_ONLY, Treatment
from training.evaluation.scoring import first_line
from training.tasks import Example, Task

BATCH_ROWS = 64
MAX_NEW_TOKENS = 32
SPARE_TOKENS = 4
"""Tokens an answer may run over the longest reference of its task."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One row to answer."""

    task: int
    """Position of its task."""
    example: Example
    """The input and what is accepted."""
    description: str
    """The task in words, for methods that prompt with it."""
    max_new_tokens: int
    """Where decoding stops."""


def questions_of(
    tasks: Sequence[Task], *, base: BaseModel, num_rows: int
) -> list[Question]:
    """The first test rows of every task."""
    return [
        question
        for position, task in enumerate(tasks)
        for question in _questions(position, task, base, num_rows)
    ]


def answer_all(
    questions: Sequence[Question],
    treatment: Treatment,
    *,
    base: BaseModel,
    shared: SharedFactors,
    spec: LoraSpec,
) -> list[str | None]:
    """Answers every question by one method.

    Rows that decode equally long share a batch, in order of their prompts' length: so
    an answer does not depend on which other tasks are asked, but for rounding.

    Args:
        questions: The rows of all tasks.
        treatment: The method.
        base: The frozen base.
        shared: The library's A, where the method brings none of its own.
        spec: Shape of the library's adapters, likewise.

    Returns:
        First lines, in order; `None` where the method does not apply to the task.
    """
    asked = [i for i, q in enumerate(questions) if q.task in treatment.b_of]
    prompts = {i: _prompt(questions[i], treatment, base) for i in asked}
    order = sorted(asked, key=lambda i: (questions[i].max_new_tokens, len(prompts[i])))
    a, fixed_b = (
        {name: tensor.to(base.device, base.dtype) for name, tensor in factors.items()}
        for factors in (treatment.a or shared.a, treatment.fixed_b)
    )
    answers: list[str | None] = [treatment.said.get(q.task) for q in questions]
    slots = AdapterSlots(base.model, treatment.spec or spec)
    try:
        for chunk in _batches(order, questions):
            places = [questions[i].task for i in chunk]
            if treatment.a_of:
                a = _stacked([treatment.a_of[place] for place in places], base)
            b = [treatment.b_of[place] for place in places]
            with _routed(treatment, base):
                texts = base.generate(
                    [prompts[i] for i in chunk],
                    max_new_tokens=questions[chunk[0]].max_new_tokens,
                    slots=slots,
                    adapters=_row_adapters(a, b, fixed_b, base, slots),
                )
            for i, text in zip(chunk, texts, strict=True):
                answers[i] = first_line(text)
    finally:
        slots.detach()
    return answers


def _routed(treatment: Treatment, base: BaseModel) -> AbstractContextManager[None]:
    return treatment.routing.on(base) if treatment.routing else nullcontext()


def _questions(
    position: int, task: Task, base: BaseModel, num_rows: int
) -> Iterator[Question]:
    rows = task.rows("test")[:num_rows]
    # The end-of-turn token of `answer_ids` is not part of the answer.
    longest = max(len(base.answer_ids(e.outputs[0])) - 1 for e in rows)
    for example in rows:
        yield Question(
            task=position,
            example=example,
            description=description_of(task),
            max_new_tokens=min(MAX_NEW_TOKENS, longest + SPARE_TOKENS),
        )


def _prompt(question: Question, treatment: Treatment, base: BaseModel) -> list[int]:
    told, style = question.description, treatment.prompt
    if shots := treatment.shots.get(question.task):
        turns = [
            turn
            for shot in shots
            for turn in (
                {"role": "user", "content": shot.input},
                {"role": "assistant", "content": shot.output},
            )
        ]
        return base.chat_ids(
            [*turns, {"role": "user", "content": question.example.input}]
        )
    if style == "input":
        return base.prompt_ids(question.example.input)
    if style == "instructed" and not told.endswith(ANSWER_ONLY):
        told = f"{told.rstrip()} {ANSWER_ONLY}"
    return base.prompt_ids(question.example.input, description=told)


def _batches(
    order: Sequence[int], questions: Sequence[Question]
) -> Iterator[list[int]]:
    for _, same in groupby(order, key=lambda i: questions[i].max_new_tokens):
        group = list(same)
        for start in range(0, len(group), BATCH_ROWS):
            yield group[start : start + BATCH_ROWS]


def _stacked(
    factors: Sequence[Mapping[str, Tensor]], base: BaseModel
) -> dict[str, Tensor]:
    """Per module, factors of shape (G, L, R, I)."""
    stacked = {name: torch.stack([a[name] for a in factors]) for name in factors[0]}
    return {name: t.to(base.device, base.dtype) for name, t in stacked.items()}


def _row_adapters(
    a: Mapping[str, Tensor],
    b: Sequence[Tensor | None],
    fixed_b: Mapping[str, Tensor],
    base: BaseModel,
    slots: AdapterSlots,
) -> RowAdapters | None:
    written = [b_P for b_P in b if b_P is not None]
    if not written:
        return None
    assert len(written) == len(b)
    b_GP = torch.stack(written).to(base.device, base.dtype)
    return RowAdapters(
        a=a,
        b=split_b(b_GP, slots.spec, fixed=fixed_b),
        scaling=slots.spec.scaling,
    )
