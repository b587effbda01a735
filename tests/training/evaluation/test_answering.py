"""Batched answers against one row at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.library import SharedFactors, flatten_b
from genadapter.lora import LoraSpec, LoraWeights
from training.evaluation import answering
from training.evaluation.answering import answer_all, questions_of
from training.evaluation.methods import ANSWER_ONLY, PromptStyle, Treatment
from training.tasks import Example, Task

TASKS = tuple(
    Task(
        id=name,
        descriptions=(f"give the {name}",),
        examples=tuple(Example(text, (answer,)) for text in texts),
    )
    for name, texts, answer in [
        ("plural", ("cat", "dog box", "red cat dog"), "two three"),
        ("capital", ("france", "italy rome", "a country"), "paris"),
        ("noun", ("one", "two three"), "box"),
    ]
)


def test_rows_of_a_batch_equal_single_rows(
    base: BaseModel,
    spec: LoraSpec,
    random_weights: Callable[..., LoraWeights],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Batches of many tasks answer as each row alone does; absent tasks stay open."""
    weights = [random_weights(seed=seed) for seed in (1, 2)]
    shared = SharedFactors(a=weights[0].a, b=weights[0].b)
    applied = Treatment(
        prompt="input", b_of={i: flatten_b(w.b) for i, w in enumerate(weights)}
    )
    questions = questions_of(TASKS, base=base, num_rows=3)

    def run() -> list[str | None]:
        return answer_all(questions, applied, base=base, shared=shared, spec=spec)

    together = run()
    monkeypatch.setattr(answering, "BATCH_ROWS", 1)
    assert run() == together
    assert [a is None for a in together] == [q.task == 2 for q in questions]


def test_decoding_stops_a_little_after_the_longest_reference(base: BaseModel) -> None:
    """Four tokens more than the reference, and never more than 32."""
    long = Task(
        id="long",
        descriptions=("reverse",),
        examples=(Example("cat", (" ".join(["dog"] * 40),)),),
    )
    questions = questions_of([*TASKS, long], base=base, num_rows=1)
    assert [q.max_new_tokens for q in questions] == [6, 5, 5, 32]


@pytest.mark.parametrize(
    ("style", "content"),
    [
        ("input", "cat"),
        ("description", "give the plural\n\ncat"),
        ("instructed", f"give the plural {ANSWER_ONLY}\n\ncat"),
    ],
)
def test_prompts_hold_what_the_method_may_see(
    base: BaseModel,
    spec: LoraSpec,
    monkeypatch: pytest.MonkeyPatch,
    style: PromptStyle,
    content: str,
) -> None:
    """The description goes before the input only where the method prompts with it."""
    seen: list[list[int]] = []

    def remember(prompts: list[list[int]], **_: object) -> list[str]:
        seen.extend(prompts)
        return [" two\nthree"] * len(prompts)

    monkeypatch.setattr(base, "generate", remember)
    task = Task(
        id="t", descriptions=TASKS[0].descriptions, examples=(Example("cat", ("a",)),)
    )
    answers = answer_all(
        questions_of([task], base=base, num_rows=1),
        Treatment(prompt=style, b_of={0: None}),
        base=base,
        shared=SharedFactors(a={}, b={}),
        spec=spec,
    )
    assert seen == [base.prompt_ids(content)]
    assert answers == ["two"]


def test_base_rows_carry_no_adapter(base: BaseModel, spec: LoraSpec) -> None:
    """Without a B the answers are the bare base's."""
    questions = questions_of(TASKS[:1], base=base, num_rows=1)
    answers = answer_all(
        questions,
        Treatment(prompt="input", b_of={0: None}),
        base=base,
        shared=SharedFactors(a={"q_proj": torch.zeros(1)}, b={}),
        spec=spec,
    )
    plain = base.generate(
        [base.prompt_ids(questions[0].example.input)], max_new_tokens=6
    )
    assert answers == [plain[0].strip()]
