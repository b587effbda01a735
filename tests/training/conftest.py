"""A tiny suite and a workspace over the random LLM."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
import torch

from genadapter import packages
from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle
from genadapter.encoder import Encoder
from genadapter.generators import Surroundings
from genadapter.generators.hypernetwork import HypernetworkGenerator
from genadapter.library import SharedFactors
from training import run
from training.bundling import bundle_run
from training.datamodule import BatchConfig
from training.module import OptimConfig
from training.recipes import (
    AdapterConfig,
    DataConfig,
    ExpertsConfig,
    ReadingConfig,
    Recipe,
)
from training.tasks import Example, Split, Task, write_tasks
from training.workspace import Workspace, prepare

NOUNS = ("cat", "dog", "box", "red", "blue", "paris", "rome")


def make_task(
    name: str,
    answer: Callable[[tuple[str, ...]], str],
    *,
    family: str = "pairs",
    size: int = 2,
    split: Split = "train",
) -> Task:
    """A task over pairs or triples of words; tasks of one family share their inputs."""
    inputs = list(permutations(NOUNS, size))[:40]
    return Task(
        id=f"{family}_{name}",
        descriptions=(
            f"give the {name} word",
            f"name only the {name}",
            f"turn these into the {name}",
            f"please answer with the {name}",
        ),
        examples=tuple(Example(" ".join(i), (answer(i),)) for i in inputs),
        family=family,
        pool=family,
        group=f"{family}_{name}",
        split=split,
    )


@pytest.fixture(scope="session")
def suite() -> list[Task]:
    """Four training tasks of two families, two of a validation family, one to test on."""
    return [
        make_task("first", lambda words: words[0]),
        make_task("second", lambda words: words[1]),
        make_task("swap", lambda words: f"{words[1]} {words[0]}"),
        make_task("one", lambda _: "one", family="triples", size=3),
        make_task("last", lambda w: w[-1], family="quads", size=4, split="validation"),
        make_task("three", lambda w: w[2], family="quads", size=4, split="validation"),
        make_task("two", lambda w: w[1], family="fives", size=5, split="test"),
    ]


@pytest.fixture(scope="session")
def tiny_recipe() -> Recipe:
    """A whole run in about a second."""
    few = OptimConfig(learning_rate=1e-2, warmup_steps=1, max_steps=4)
    return Recipe(
        name="tiny",
        data=DataConfig(max_rows=16, max_tokens=64, validation_rows=4),
        adapter=AdapterConfig(rank=2, alpha=4.0, start_layer=2),
        batch=BatchConfig(num_tasks=3, swapped_share=0.25),
        reading=ReadingConfig(rank=2, alpha=4.0),
        multitask=few,
        prompted=few,
        experts=ExpertsConfig(optim=few, group_size=2, num_components=3),
        # The tiny model's prompts begin with two tokens.
        generator=HypernetworkGenerator.Config(num_tokens=1, width=16, num_heads=2),
        optim=OptimConfig(
            learning_rate=1e-3,
            warmup_steps=1,
            max_steps=6,
            objectives={"supervised": 1.0, "margin": 0.2},
        ),
        validate_every_steps=3,
    )


@pytest.fixture(autouse=True)
def home(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A home folder of the test's own; packaged tests keep the one with the models."""
    if request.node.get_closest_marker("packaged"):
        return packages.home()
    monkeypatch.setenv("GENADAPTER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def in_suite(tmp_path: Path, suite: list[Task]) -> Callable[[Recipe], Recipe]:
    """Points a recipe at the tiny suite on disk."""
    write_tasks(suite, tmp_path / "tasks" / "tiny.jsonl")

    def point(recipe: Recipe) -> Recipe:
        data = replace(recipe.data, folder=str(tmp_path / "tasks"))
        return replace(recipe, data=data)

    return point


@pytest.fixture
def work(
    home: Path,
    in_suite: Callable[[Recipe], Recipe],
    tiny_recipe: Recipe,
    base: BaseModel,
    encoder: Encoder,
) -> Workspace:
    """The tiny run before its first stage."""
    return prepare(in_suite(tiny_recipe), base=base, encoder=encoder)


@pytest.fixture
def shared(work: Workspace) -> SharedFactors:
    """The tiny run's multi-task adapter."""
    return run.train_multitask(work)


@pytest.fixture
def prompted(work: Workspace) -> SharedFactors:
    """The tiny run's adapter that reads tasks in its prompts."""
    return run.read_factors(run.train_prompted(work))


@pytest.fixture
def experts(work: Workspace, shared: SharedFactors) -> run.TrainedExperts:
    """The tiny run's experts."""
    return run.train_experts(work, shared)


@pytest.fixture
def experts_NP(experts: run.TrainedExperts) -> torch.Tensor:
    """Their flattened B."""
    return experts.b_NP


@pytest.fixture
def around(
    work: Workspace,
    shared: SharedFactors,
    prompted: SharedFactors,
    experts: run.TrainedExperts,
) -> Surroundings:
    """What the tiny run's generator stands on."""
    return Surroundings(
        spec=work.spec,
        shared=shared,
        library=run.build_library(work, shared, experts),
        embedding_size=work.encoder.embedding_size,
        hidden_size=work.base.hidden_size,
        reading_spec=work.reading_spec,
        prefix=run.start_prefix(work, prompted),
    )


@pytest.fixture
def bundle(
    work: Workspace, around: Surroundings, experts_NP: torch.Tensor, tmp_path: Path
) -> Bundle:
    """The bundle of the tiny run."""
    generator = run.train_generator(work, around, experts_NP)
    return bundle_run(work, around, experts_NP, generator, tmp_path / "bundle")
