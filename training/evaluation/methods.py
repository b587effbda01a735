"""Methods: what each one puts before the base model and which adapter it runs.

Shapes: B tasks, N experts, C coefficients, P parameters of one flattened B.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import torch
from torch import Tensor

from genadapter.base_model import BaseModel
from genadapter.condition import Condition, Demonstration
from genadapter.encoder import embed_passages
from genadapter.errors import ConfigError, EmptyLibraryError
from genadapter.generators import families, find_family
from genadapter.library import SharedFactors, flatten_b
from genadapter.lora import LoraSpec, LoraWeights
from genadapter.options import Options
from genadapter.pipeline import Pipeline
from genadapter.refinement import Refinement
from training.evaluation.arrow import ArrowRouting, arrow_routing
from training.evaluation.controls import (
    description_of,
    junk,
    other_wording,
    sibling,
    task_of_another_family,
)
from training.evaluation.few_shot import (
    FEW_SHOT,
    FewShotConfig,
    mix_experts,
    shots_of,
    train_few_shot,
)
from training.tasks import Task

PromptStyle = Literal["input", "description", "instructed"]
"""`instructed` is the description with the sentence below at its end."""
ANSWER_ONLY = "Answer with the result only."

BASE = "base"
MULTITASK = "multitask"
PROMPTED = "multitask_prompted"
ORACLE = "oracle"
SHOWN = ("base_shots", "few_shot_lora", "lorahub")
"""What else is made of examples, where tasks are told by them."""
REFINEMENT = Refinement()
REFINED = "refined"
"""End of the name of the generator's row that is told the description, and then takes
steps on the examples."""
CONTROLS = ("shuffled", "sibling", "junk", "mean", "reworded")
"""Ends of the names of the generator's controls, such as `hypernetwork_junk`. The last one
is told right, in other words: how much hangs on the wording."""
_FIXED = (
    "majority",
    BASE,
    "base_description",
    MULTITASK,
    PROMPTED,
    "uniform",
    "arrow",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Treatment:
    """How a method answers."""

    prompt: PromptStyle
    """What stands in the prompt beside the input."""
    b_of: Mapping[int, Tensor | None]
    """By position of the task, a flattened B of shape (P,), or `None` for the bare base;
    a task that the method does not apply to is not in it."""
    a: Mapping[str, Tensor] | None = None
    """The A that all those B stand on, of shape (L, R, I); `None` for the library's."""
    a_of: Mapping[int, Mapping[str, Tensor]] = field(default_factory=dict)
    """By position, an A of its own in place of that; of every task, or of none."""
    fixed_b: Mapping[str, Tensor] = field(default_factory=dict)
    """Per module that those B leave out, the one that all adapters have, (L, O, R)."""
    spec: LoraSpec | None = None
    """Shape of the adapters; `None` for the library's."""
    told: Mapping[int, str] = field(default_factory=dict)
    """By position, the task that was told in place of the right one."""
    shots: Mapping[int, Sequence[Demonstration]] = field(default_factory=dict)
    """By position, examples that stand in the prompt as turns before the input."""
    said: Mapping[int, str] = field(default_factory=dict)
    """By position, the answer to every row of the task; no model is asked."""
    routing: ArrowRouting | None = None
    """What chooses experts token by token, in place of adapters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What every method may draw on."""

    tasks: Sequence[Task]
    """The tasks that are scored; their positions name them."""
    suite: Sequence[Task]
    """All tasks that are known, to borrow descriptions from."""
    pipeline: Pipeline
    """The generator and its bundle."""
    prompted: SharedFactors | None
    """The multi-task adapter that was trained with descriptions in its prompts."""
    seed: int
    """Of the controls."""
    base: BaseModel
    """Answers, and trains what learns from examples."""
    few_shot: FewShotConfig = FEW_SHOT
    """How examples are learned from."""
    num_shots: int = 0
    """Examples that every task is told by, in place of its description; 0 for that."""
    refinement: Refinement = REFINEMENT
    """Steps that `refined` adapters take on those examples."""


def known_methods(family: str, *, num_shots: int = 0) -> tuple[str, ...]:
    """Every method's name, in the order of the table.

    Args:
        family: The bundle's generator family; its controls are named after it.
        num_shots: Examples that tasks are told by; 0 for descriptions.
    """
    shown = SHOWN if num_shots else ()
    kind = "examples" if num_shots else "description"
    others = [
        name
        for name, cls in families().items()
        if not cls.objectives and name != family and kind in cls.conditions
    ]
    # The mean is taken over what experts are known by, and that is descriptions.
    of_words = ("mean", "reworded") if num_shots else ()
    known = [c for c in CONTROLS if c not in of_words]
    controls = [f"{family}_{control}" for control in known]
    refined = [f"{family}_{REFINED}"] if num_shots else []
    return (*_FIXED, *shown, *others, family, *refined, *controls, ORACLE)


def shuffled(family: str) -> str:
    """The name of a family's row that is told other tasks' descriptions."""
    return f"{family}_{CONTROLS[0]}"


def check_methods(methods: Sequence[str], family: str, *, num_shots: int = 0) -> None:
    """Raises ConfigError unless all are known, and each is named once."""
    known = known_methods(family, num_shots=num_shots)
    if unknown := [m for m in methods if m not in known]:
        raise ConfigError(f"no method {unknown[0]!r}; found: {', '.join(known)}")
    if not methods or len(set(methods)) < len(methods):
        raise ConfigError(
            f"methods must name at least one method, and each once, got {list(methods)}"
        )


def check_oracles(methods: Sequence[str], oracles: object | None) -> None:
    """Raises ConfigError where `oracle` is asked for without what oracles answered.

    Args:
        methods: Those named by the user; in a table of all methods the column is left
            empty instead.
        oracles: What oracles answered, or its file.
    """
    if ORACLE in methods and oracles is None:
        raise ConfigError(
            f"method {ORACLE!r} needs what experts of the scored tasks answered, got "
            "none: pass --oracles FILE, which `genadapter experts oracles` writes"
        )


def check_prompted(methods: Sequence[str], prompted: SharedFactors | None) -> None:
    """Raises ConfigError where `multitask_prompted` is asked for without its adapter.

    Args:
        methods: Those named by the user, as above.
        prompted: The adapter given, or the one that the bundle's generator reads with.
    """
    if PROMPTED in methods and prompted is None:
        raise ConfigError(
            f"method {PROMPTED!r} needs its adapter, and the bundle has none: pass "
            "--prompted FILE, which `genadapter train RECIPE --prompted` writes"
        )


def treatment(method: str, setting: Setting) -> Treatment:
    """How a method answers every task that it applies to; oracles have answered."""
    family, control = setting.pipeline.family, ""
    if method.startswith(f"{family}_"):
        control = method.removeprefix(f"{family}_")
    if control == REFINED:
        return _refined(setting)
    if control in CONTROLS:
        return _CONTROLS[control](setting)
    if method in _BUILDERS:
        return _BUILDERS[method](setting)
    pipeline = _running(setting.pipeline, method)
    right = {p: condition_of(task, setting) for p, task in enumerate(setting.tasks)}
    return _written(pipeline, _generate(pipeline, right, setting.seed))


def condition_of(task: Task, setting: Setting) -> Condition:
    """What generators are told of a task: a held-out wording, or its first rows.

    A bundle that never met examples is told the wording at any number of shots.
    """
    if setting.num_shots and "examples" in setting.pipeline.kinds:
        return Condition(examples=shots_of(task, setting.num_shots))
    return task.told(description_of(task))


def _refined(setting: Setting) -> Treatment:
    pipeline, shots = setting.pipeline, _shots(setting)
    conditions = [
        replace(task.told(description_of(task)), examples=shots[place])
        for place, task in enumerate(setting.tasks)
    ]
    options = Options(seed=setting.seed, refinement=setting.refinement)
    adapters = pipeline.generate(conditions, options)
    return _written(pipeline, {p: made.weights for p, made in enumerate(adapters)})


def _majority(setting: Setting) -> Treatment:
    answers = {
        place: Counter(e.outputs[0] for e in task.rows("train")).most_common(1)[0][0]
        for place, task in enumerate(setting.tasks)
    }
    return Treatment(prompt="input", b_of={}, said=answers)


def _base(setting: Setting) -> Treatment:
    return Treatment(prompt="input", b_of=dict.fromkeys(range(len(setting.tasks))))


def _base_description(setting: Setting) -> Treatment:
    return replace(_base(setting), prompt="instructed")


def _multitask(setting: Setting) -> Treatment:
    bundle = setting.pipeline.bundle
    scale = bundle.manifest.scale_of(MULTITASK)
    return _constant(scale * bundle.surroundings.shared.flat_b(), setting)


def _multitask_prompted(setting: Setting) -> Treatment:
    factors = setting.prompted
    if factors is None:
        return Treatment(prompt="description", b_of={})
    return replace(
        _constant(torch.empty(0), setting),
        prompt="description",
        a=factors.a,
        fixed_b=factors.b,
        spec=setting.pipeline.bundle.surroundings.prompted_spec,
    )


def _uniform(setting: Setting) -> Treatment:
    bundle = setting.pipeline.bundle
    around = bundle.surroundings
    if not around.library.experts:
        raise EmptyLibraryError(
            "method 'uniform' averages experts; the bundle has none"
        )
    b_P = around.shared.flat_b()
    mean_P = around.library.mean_delta()
    return _constant(b_P + bundle.manifest.scale_of("uniform") * mean_P, setting)


def _arrow(setting: Setting) -> Treatment:
    around = setting.pipeline.bundle.surroundings
    routing = arrow_routing(around.library, around.shared, around.spec)
    return replace(_base(setting), routing=routing)


def _constant(b_P: Tensor, setting: Setting) -> Treatment:
    return Treatment(prompt="input", b_of=dict.fromkeys(range(len(setting.tasks)), b_P))


def _shuffled(setting: Setting) -> Treatment:
    # Drawn from the scored tasks first: the same descriptions, given to the wrong ones.
    lent = {
        p: task_of_another_family(task, setting.tasks, seed=setting.seed)
        or task_of_another_family(task, setting.suite, seed=setting.seed)
        for p, task in enumerate(setting.tasks)
    }
    return _told_of(lent, setting)


def _sibling(setting: Setting) -> Treatment:
    lent = {
        p: sibling(task, setting.suite, seed=setting.seed)
        for p, task in enumerate(setting.tasks)
    }
    return _told_of(lent, setting)


def _junk(setting: Setting) -> Treatment:
    texts = {
        p: junk(condition_of(task, setting), task, seed=setting.seed)
        for p, task in enumerate(setting.tasks)
    }
    return _written(setting.pipeline, _generate(setting.pipeline, texts, setting.seed))


def _mean(setting: Setting) -> Treatment:
    # Averaging token states of texts that differ in length means nothing; averaging the
    # adapters written for them is exact where they share their A, and no weaker a control.
    experts = setting.pipeline.bundle.surroundings.library.experts
    if not experts:
        raise EmptyLibraryError(
            "the mean condition is taken over experts; there are none"
        )
    texts = {
        i: Condition(description=expert.description) for i, expert in enumerate(experts)
    }
    written = _written(
        setting.pipeline, _generate(setting.pipeline, texts, setting.seed)
    )
    mean_P = torch.stack([b_P for b_P in written.b_of.values() if b_P is not None])
    places = range(len(setting.tasks))
    return replace(
        written,
        b_of=dict.fromkeys(places, mean_P.mean(dim=0)),
        a_of=dict.fromkeys(places, _mean_of(list(written.a_of.values())))
        if written.a_of
        else {},
    )


def _reworded(setting: Setting) -> Treatment:
    texts = {
        p: task.told(other)
        for p, task in enumerate(setting.tasks)
        if (other := other_wording(task)) is not None
    }
    return _written(setting.pipeline, _generate(setting.pipeline, texts, setting.seed))


def _told_of(lent: Mapping[int, Task | None], setting: Setting) -> Treatment:
    found = {p: task for p, task in lent.items() if task is not None}
    texts = {p: condition_of(task, setting) for p, task in found.items()}
    written = _written(
        setting.pipeline, _generate(setting.pipeline, texts, setting.seed)
    )
    return replace(written, told={p: task.id for p, task in found.items()})


def _generate(
    pipeline: Pipeline, conditions: Mapping[int, Condition], seed: int
) -> dict[int, LoraWeights]:
    if not conditions:
        return {}
    adapters = pipeline.generate(list(conditions.values()), Options(seed=seed))
    return {
        place: adapter.weights
        for place, adapter in zip(conditions, adapters, strict=True)
    }


def _written(pipeline: Pipeline, weights_of: Mapping[int, LoraWeights]) -> Treatment:
    """Adapters that a pipeline wrote: on its generator's own A, or each on its own."""
    generator = pipeline.bundle.generator
    fixed = generator.fixed_b
    return Treatment(
        prompt="input",
        b_of={
            place: flatten_b({n: b for n, b in weights.b.items() if n not in fixed})
            for place, weights in weights_of.items()
        },
        a=None if generator.writes_a else generator.a,
        a_of={p: w.a for p, w in weights_of.items()} if generator.writes_a else {},
        fixed_b=fixed,
        spec=generator.spec,
    )


def _mean_of(factors: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    return {
        name: torch.stack([f[name] for f in factors]).mean(0) for name in factors[0]
    }


def _running(pipeline: Pipeline, family: str) -> Pipeline:
    if family == pipeline.family:
        return pipeline
    bundle, cls = pipeline.bundle, find_family(family)
    config = cls.Config(**bundle.manifest.untrained_configs.get(family, {}))
    generator = cls(config, bundle.surroundings).eval()
    return Pipeline(
        pipeline.base_name,
        replace(bundle, generator=generator),
        pipeline.encoder,
        pipeline.reader,
    )


def _shots(setting: Setting) -> dict[int, tuple[Demonstration, ...]]:
    tasks = enumerate(setting.tasks)
    return {p: shots_of(task, setting.num_shots) for p, task in tasks}


def _base_shots(setting: Setting) -> Treatment:
    return replace(_base(setting), shots=_shots(setting))


def _few_shot_lora(setting: Setting) -> Treatment:
    around = setting.pipeline.bundle.surroundings
    trained = train_few_shot(
        _shots(setting),
        base=setting.base,
        spec=around.spec,
        shared=around.shared,
        seed=setting.seed,
        config=setting.few_shot,
    )
    return Treatment(prompt="input", b_of=trained)


def _lorahub(setting: Setting) -> Treatment:
    pipeline, shots = setting.pipeline, _shots(setting)
    around = pipeline.bundle.surroundings
    conditions = [Condition(examples=own) for own in shots.values()]
    near = around.library.search(
        embed_passages(pipeline.encoder, [c.passages for c in conditions]),
        num_neighbours=min(setting.few_shot.num_experts, len(around.library)),
    )
    mixed = mix_experts(
        shots,
        dict(zip(shots, near.indices_BK.tolist(), strict=True)),
        base=setting.base,
        spec=around.spec,
        shared=around.shared,
        library=around.library,
        seed=setting.seed,
        config=setting.few_shot,
    )
    return Treatment(prompt="input", b_of=mixed)


_BUILDERS: dict[str, Callable[[Setting], Treatment]] = {
    "majority": _majority,
    BASE: _base,
    "base_description": _base_description,
    MULTITASK: _multitask,
    PROMPTED: _multitask_prompted,
    "uniform": _uniform,
    "arrow": _arrow,
    "base_shots": _base_shots,
    "few_shot_lora": _few_shot_lora,
    "lorahub": _lorahub,
}
_CONTROLS: dict[str, Callable[[Setting], Treatment]] = {
    "shuffled": _shuffled,
    "sibling": _sibling,
    "junk": _junk,
    "mean": _mean,
    "reworded": _reworded,
}
