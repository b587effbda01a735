"""What else is made of a handful of examples."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.condition import Demonstration
from genadapter.errors import ConfigError
from genadapter.generators import Surroundings
from genadapter.library import split_b
from genadapter.lora import LoraWeights
from genadapter.pipeline import Pipeline
from training.evaluation import Report, evaluate
from training.evaluation.answering import answer_all, questions_of
from training.evaluation.few_shot import (
    FewShotConfig,
    mix_experts,
    shots_of,
    train_few_shot,
)
from training.evaluation.methods import SHOWN, Treatment
from training.evaluation.oracle import OracleConfig
from training.module import OptimConfig
from training.tasks import Example, Task

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),  # lightning itself
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
]
QUICK = FewShotConfig(
    lora=OracleConfig(
        optim=OptimConfig(learning_rate=0.1, warmup_steps=1, max_steps=60)
    ),
    num_rounds=6,
    num_candidates=6,
    sparsity=0.0,
)
SHOTS = {
    3: (
        Demonstration(input="cat", output="red"),
        Demonstration(input="dog", output="red"),
    )
}


def task(name: str, answer: str) -> Task:
    """Ten rows over five words, each twice."""
    words = ("cat", "dog", "box", "red", "blue") * 2
    return Task(
        id=name,
        family=name,
        split="test",
        descriptions=(f"say {answer}",),
        examples=tuple(Example(word, (answer,)) for word in words),
    )


TASKS = (task("reds", "red"), task("ones", "one"))


def loss_of(
    b_P: torch.Tensor, base: BaseModel, around: Surroundings, wanted: str
) -> float:
    """Share of the examples' inputs that are not answered as wanted."""
    asked = replace(
        TASKS[0], examples=tuple(Example(w, (wanted,)) for w in ("cat", "dog"))
    )
    asked = replace(asked, examples=asked.examples * 5)
    questions = questions_of([asked], base=base, num_rows=2)
    answers = answer_all(
        questions,
        Treatment(prompt="input", b_of={0: b_P}),
        base=base,
        shared=around.shared,
        spec=around.spec,
    )
    return sum(answer != wanted for answer in answers) / len(answers)


def nats_of(
    shots: tuple[Demonstration, ...],
    b_P: torch.Tensor,
    base: BaseModel,
    around: Surroundings,
) -> float:
    """Mean loss of the examples' answers, each asked by itself."""
    weights = LoraWeights(around.shared.a, split_b(b_P, around.spec))
    slots = AdapterSlots(base.model, around.spec)
    losses = []
    for shot in shots:
        asked, answer = base.prompt_ids(shot.input), base.answer_ids(shot.output)
        ids = torch.tensor([[*asked, *answer]])
        with torch.no_grad(), slots.bind(stack_rows(around.spec, [weights])):
            logits_TV = base.model(ids).logits[0, len(asked) - 1 : -1]
        losses.append(functional.cross_entropy(logits_TV, torch.tensor(answer)))
    slots.detach()
    return float(torch.stack(losses).mean())


def test_shots_are_the_first_rows_of_each_input() -> None:
    """Repeats are left out, and no test row is among them."""
    shots = shots_of(TASKS[0], 3)
    assert [shot.input for shot in shots] == ["cat", "dog", "box"]
    assert all(shot.output == "red" for shot in shots)
    assert len(shots_of(TASKS[0], 64)) == 5


def test_lora_learns_its_examples(base: BaseModel, surroundings: Surroundings) -> None:
    """And is named by the position of its task."""
    trained = train_few_shot(
        SHOTS,
        base=base,
        spec=surroundings.spec,
        shared=surroundings.shared,
        seed=0,
        config=QUICK,
    )
    assert list(trained) == [3]
    before = surroundings.shared.flat_b()
    assert loss_of(before, base, surroundings, "red") == 1.0
    assert loss_of(trained[3], base, surroundings, "red") == 0.0


def test_mix_is_of_the_experts_and_repeatable(
    base: BaseModel, surroundings: Surroundings
) -> None:
    """It lies in the experts' span around the shared B."""

    def mix(seed: int) -> torch.Tensor:
        return mix_experts(
            SHOTS,
            {3: [0, 2]},
            base=base,
            spec=surroundings.spec,
            shared=surroundings.shared,
            library=surroundings.library,
            seed=seed,
            config=QUICK,
        )[3]

    mixed_P = mix(0)
    library = surroundings.library
    start_P = surroundings.shared.flat_b()
    found, before = (
        nats_of(SHOTS[3], b_P, base, surroundings) for b_P in (mixed_P, start_P)
    )
    assert found < before
    deltas_KP = library.coefficients_NC[[0, 2]] @ library.basis_CP
    residual_P = mixed_P - surroundings.shared.flat_b()
    assert residual_P.norm() > 0
    found = torch.linalg.lstsq(deltas_KP.T, residual_P[:, None]).solution
    torch.testing.assert_close(
        (deltas_KP.T @ found).flatten(), residual_P, atol=1e-4, rtol=1e-3
    )
    assert torch.equal(mixed_P, mix(0))
    assert not torch.equal(mixed_P, mix(1))


def test_examples_stand_in_the_prompt_as_turns(
    base: BaseModel, surroundings: Surroundings
) -> None:
    """As a conversation that answered them before."""
    asked: list[list[int]] = []

    class Listening:
        """The base, but for what it is asked."""

        device, dtype, model = base.device, base.dtype, base.model
        prompt_ids, answer_ids, chat_ids = (
            base.prompt_ids,
            base.answer_ids,
            base.chat_ids,
        )

        def generate(self, prompts: list[list[int]], **_: object) -> list[str]:
            asked.extend(prompts)
            return ["red"] * len(prompts)

    questions = questions_of(TASKS[:1], base=base, num_rows=1)
    treatment = Treatment(prompt="input", b_of={0: None}, shots={0: SHOTS[3]})
    answer_all(
        questions,
        treatment,
        base=Listening(),  # type: ignore[arg-type] # as much of a base as is used
        shared=surroundings.shared,
        spec=surroundings.spec,
    )
    expected = base.chat_ids(
        [
            {"role": "user", "content": "cat"},
            {"role": "assistant", "content": "red"},
            {"role": "user", "content": "dog"},
            {"role": "assistant", "content": "red"},
            {"role": "user", "content": questions[0].example.input},
        ]
    )
    assert asked == [expected]


@pytest.fixture
def shown(pipeline: Pipeline) -> Pipeline:
    """A pipeline whose bundle met examples."""
    manifest = replace(pipeline.bundle.manifest, conditions=("description", "examples"))
    bundle = replace(pipeline.bundle, manifest=manifest)
    return Pipeline(pipeline.base_name, bundle, pipeline.encoder, pipeline.reader)


def test_table_of_tasks_told_by_examples(base: BaseModel, shown: Pipeline) -> None:
    """Generators and few-shot rivals answer the same rows, from the same examples."""
    report = evaluate(
        TASKS, base=base, pipeline=shown, num_rows=2, num_shots=5, few_shot=QUICK
    )
    values = report.to_dict()
    names = ["base", *SHOWN, "hypernetwork", "hypernetwork_shuffled"]
    assert {*names, "hypernetwork_junk"} <= set(report.methods)
    # What hears descriptions alone has no row here.
    assert not {"blend", "nearest", "hypernetwork_mean"} & set(report.methods)
    assert values["origin"]["shots"] == 5
    assert values["macro"]["few_shot_lora"]["exact_match"] > 0.5
    assert all(values["macro"][name]["num_tasks"] == 2 for name in names)


def test_bundle_that_met_no_examples_is_told_descriptions(
    base: BaseModel, pipeline: Pipeline
) -> None:
    """Its row is that of no shots; refined, it learns from the examples all the same."""

    def answers(num_shots: int, *methods: str) -> Report:
        return evaluate(
            TASKS,
            base=base,
            pipeline=pipeline,
            methods=methods,
            num_rows=2,
            num_shots=num_shots,
        )

    told = answers(2, "hypernetwork", "hypernetwork_refined")
    plain = answers(0, "hypernetwork")
    assert [t.scores["hypernetwork"].tolist() for t in told.tasks] == [
        t.scores["hypernetwork"].tolist() for t in plain.tasks
    ]
    assert told.overall.macro["hypernetwork_refined"] is not None


@pytest.mark.parametrize(
    ("methods", "num_shots", "message"),
    [
        (["lorahub"], 0, "no method 'lorahub'; found: majority, "),
        (["base"], -1, "shots must be 0 to 64, got -1"),
        (["base"], 65, "shots must be 0 to 64, got 65"),
    ],
)
def test_few_shot_methods_need_shots(
    methods: list[str],
    num_shots: int,
    message: str,
    base: BaseModel,
    pipeline: Pipeline,
) -> None:
    """Without examples they are unknown, and their number has bounds."""
    with pytest.raises(ConfigError, match=message):
        evaluate(
            TASKS, base=base, pipeline=pipeline, methods=methods, num_shots=num_shots
        )
