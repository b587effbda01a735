"""Every family that is trained, from its recipe to a bundle that answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.checkpoint import load_bundle
from genadapter.condition import Condition
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError
from genadapter.generators import Generator, Surroundings, families, find_family
from genadapter.library import SharedFactors
from genadapter.pipeline import Pipeline
from training import run
from training.bundling import bundle_run
from training.evaluation.methods import Setting, treatment
from training.recipes import Recipe, override
from training.workspace import Workspace, prepare

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),  # lightning itself
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
]
TRAINED = sorted(name for name, cls in families().items() if cls.objectives)
SMALL = {"hypernetwork": ("generator.num_tokens=1", "generator.width=16")}
"""What does not fit the tiny model as it comes."""


def untrained(work: Workspace, around: Surroundings) -> Generator:
    """What a recipe's training begins with."""
    torch.manual_seed(work.recipe.seed)
    return find_family(work.recipe.family)(work.recipe.generator, around)


@pytest.mark.parametrize("family", TRAINED)
def test_family_goes_from_recipe_to_bundle(
    family: str,
    work: Workspace,
    around: Surroundings,
    experts: run.TrainedExperts,
    tmp_path: Path,
) -> None:
    """It learns on the stages that all families share, is tuned, saved, and serves."""
    changes = (f"family={family}", *SMALL.get(family, ()))
    own = replace(work, recipe=override(work.recipe, changes))
    generator = run.train_generator(own, around, experts.b_NP)
    start = dict(untrained(own, around).named_parameters())
    assert any(not torch.equal(p, start[n]) for n, p in generator.named_parameters())
    saved = bundle_run(own, around, experts.b_NP, generator, tmp_path / "bundle")
    assert 0.0 <= saved.manifest.results["validation"]["matched"][family] <= 1.0
    bundle = load_bundle(tmp_path / "bundle", base=work.base, encoder=work.encoder)
    reader = bundle.generator.reader(work.base)
    pipeline = Pipeline(work.base.name, bundle, work.encoder, reader)
    adapter = pipeline.generate([Condition(description="swap the two words")])[0]
    assert adapter.provenance.family == family
    setting = Setting(
        tasks=work.tasks[:2],
        suite=work.tasks,
        pipeline=pipeline,
        prompted=None,
        seed=0,
        base=work.base,
    )
    for method in (family, f"{family}_shuffled", f"{family}_mean"):
        applied = treatment(method, setting)
        assert set(applied.b_of) == {0, 1}
        assert bool(applied.a_of) == generator.writes_a


def stages_of(folder: Path) -> dict[Path, int]:
    """When each file of the stages before the generator was written."""
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != "recipe.json"]
    return {path: path.stat().st_mtime_ns for path in files}


def test_families_of_a_run_share_its_stages(
    work: Workspace,
    around: Surroundings,
    shared: SharedFactors,
    experts: run.TrainedExperts,
    base: BaseModel,
    encoder: Encoder,
) -> None:
    """Another family under the same name trains nothing but itself."""
    recipe = override(work.recipe, ["family=hyper_shared"])
    other = prepare(recipe, base=base, encoder=encoder)
    before = stages_of(work.folder)
    assert torch.equal(run.train_experts(other, shared).b_NP, experts.b_NP)
    assert stages_of(work.folder) == before
    run.train_generator(work, around, experts.b_NP)
    run.train_generator(other, around, experts.b_NP)
    assert run.generator_folder(work) != run.generator_folder(other)


def test_other_sizes_under_the_same_name_are_refused(
    work: Workspace, around: Surroundings, experts: run.TrainedExperts
) -> None:
    """The setting that changed is named."""
    first = override(work.recipe, ["family=hyper_shared"])
    run.train_generator(replace(work, recipe=first), around, experts.b_NP)
    second = override(first, ["generator.width=8"])
    with pytest.raises(ConfigError, match=r"other settings of generator\.width: start"):
        run.train_generator(replace(work, recipe=second), around, experts.b_NP)


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("text_to_lora", {"supervised": 1.0, "margin": 0.2}),
        ("sg_cvae", {"evidence": 1.0}),
    ],
)
def test_family_learns_from_what_it_can(
    family: str,
    expected: dict[str, float],
    tiny_recipe: Recipe,
    in_suite: Callable[[Recipe], Recipe],
) -> None:
    """The recipe's objectives as far as they go, or the family's first."""
    recipe = override(in_suite(tiny_recipe), [f"family={family}"])
    assert dict(recipe.optim.objectives) == expected


def test_seeds_of_a_family_are_trained_side_by_side(
    work: Workspace, around: Surroundings, experts: run.TrainedExperts
) -> None:
    """On the same stages, from another start, in a folder of their own."""
    first, second = (
        replace(
            work,
            recipe=override(
                work.recipe, ["family=hyper_shared", f"generator_seed={seed}"]
            ),
        )
        for seed in (0, 1)
    )
    one, other = (
        run.train_generator(own, around, experts.b_NP) for own in (first, second)
    )
    assert not torch.equal(one.heads.head_LHW, other.heads.head_LHW)
    assert run.generator_folder(second).name == "hyper_shared-1"
    assert run.generator_folder(first).exists()


def test_generator_that_cannot_be_built_binds_nothing(
    work: Workspace, around: Surroundings, experts: run.TrainedExperts
) -> None:
    """The next settings of the same family are free."""
    wrong = override(work.recipe, ["family=icm_cvae", "generator.layers=[0,20]"])
    with pytest.raises(ConfigError, match="layers must lie below"):
        run.train_generator(replace(work, recipe=wrong), around, experts.b_NP)
    right = override(work.recipe, ["family=icm_cvae"])
    run.train_generator(replace(work, recipe=right), around, experts.b_NP)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["data.shown=2"], "data.shown is 2 and batch.shown_share 0.0: set both"),
        (
            ["data.shown=2", "batch.shown_share=0.5", "family=sg_cvae"],
            "family 'sg_cvae' takes no examples",
        ),
    ],
)
def test_examples_that_nobody_would_see_are_refused(
    changes: list[str], message: str, tiny_recipe: Recipe
) -> None:
    """A setting without effect is a mistake."""
    with pytest.raises(ConfigError, match=message):
        override(tiny_recipe, changes)


def test_training_on_examples_makes_a_bundle_that_takes_them(
    work: Workspace,
    around: Surroundings,
    experts: run.TrainedExperts,
    base: BaseModel,
    encoder: Encoder,
    tmp_path: Path,
) -> None:
    """And one that saw none does not say so."""
    changes = ["data.shown=2", "batch.shown_share=0.5"]
    recipe = replace(override(work.recipe, changes), name="shown")
    shown = prepare(recipe, base=base, encoder=encoder)
    for own, expected in (
        (work, {"description"}),
        (shown, {"description", "examples"}),
    ):
        generator = run.train_generator(own, around, experts.b_NP)
        folder = tmp_path / own.recipe.name
        bundle = bundle_run(own, around, experts.b_NP, generator, folder)
        assert set(bundle.manifest.conditions) == expected
