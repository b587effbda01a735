"""A whole tiny run: its experts, its generator, and the bundle that comes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle, load_bundle
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError
from genadapter.library import SharedFactors, flatten_b
from training import run
from training.bundling import bundle_run
from training.experts.gains import expert_gains, rebuild
from training.sources import ExpertSource
from training.teacher_forcing import score_tasks
from training.tuning import blend_configs
from training.workspace import Workspace, prepare

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),  # lightning itself
    pytest.mark.filterwarnings("ignore::UserWarning:lightning"),
]


def test_run_ends_in_a_bundle_that_loads(
    bundle: Bundle, work: Workspace, base: BaseModel, encoder: Encoder, tmp_path: Path
) -> None:
    """The manifest says what it was trained on, with which seeds, and how well it does."""
    loaded = load_bundle(tmp_path / "bundle", base=base, encoder=encoder)
    manifest = loaded.manifest
    assert loaded.digest == bundle.digest
    assert manifest.trained_on == tuple(t.id for t in work.tasks[: work.num_experts])
    assert len(manifest.trained_on) == 4
    assert manifest.seeds == {"multitask": 0, "experts": 0, "generator": 0}
    found = manifest.results["validation"]
    assert (found["num_tasks"], found["rows_per_task"]) == (2, 4)
    families = {"nearest", "blend", "hypernetwork"}
    assert set(found["matched"]) == families | {"base", "multitask", "uniform"}
    assert set(found["shuffled"]) == families
    assert len(manifest.results["blend_grid"]) == len(blend_configs())
    assert set(manifest.scales) == families | {"multitask", "uniform"}
    assert manifest.results["experts"]["num_experts"] == 4
    assert manifest.recipe["optim"]["max_steps"] == 6
    assert manifest.recipe["generator_steps"] in (3, 6)
    assert set(manifest.untrained_configs["blend"]) == {"num_neighbours", "temperature"}


def test_card_shows_the_results_and_their_limits(
    bundle: Bundle, tmp_path: Path
) -> None:
    """A reader learns that the figures were also chosen by."""
    card = (tmp_path / "bundle" / "README.md").read_text(encoding="utf-8")
    accuracy = bundle.manifest.results["validation"]["matched"]["hypernetwork"]
    assert f"| hypernetwork | {accuracy:.3f} |" in card
    assert "chosen on these very rows" in card
    assert "4 tasks of 2 families: pairs, triples" in card


def test_full_basis_keeps_experts_up_to_rounding(
    work: Workspace, shared: SharedFactors, experts: run.TrainedExperts
) -> None:
    """With as many components as experts only four-bit rounding is lost."""
    experts_NP = experts.b_NP
    config = replace(work.recipe.experts, num_components=len(experts_NP))
    full = replace(work, recipe=replace(work.recipe, experts=config))
    library = run.build_library(full, shared, experts)
    assert len(library.basis_CP) == len(experts_NP)
    rebuilt_NP = rebuild(shared, library)
    change = (experts_NP - flatten_b(shared.b)).norm()
    assert (rebuilt_NP - experts_NP).norm() < 0.2 * change


def test_gains_are_over_the_multitask_adapter(
    work: Workspace, shared: SharedFactors
) -> None:
    """Experts that never left their start gain nothing; kept then has no value."""
    b_P = flatten_b(shared.b)
    noise_NP = 1e-6 * torch.randn(
        4, len(b_P), generator=torch.Generator().manual_seed(0)
    )
    experts_NP = b_P + noise_NP
    library = run.build_library(
        work,
        shared,
        run.TrainedExperts(b_NP=experts_NP, variance_NP=torch.zeros_like(experts_NP)),
    )
    gains = expert_gains(work, shared, experts_NP, library)
    assert gains.num_experts == 4
    assert gains.exact.mean_loss == pytest.approx(0.0, abs=1e-3)
    assert gains.exact.mean_accuracy == 0.0
    assert gains.kept is None


def test_scores_do_not_depend_on_the_batch(
    work: Workspace, shared: SharedFactors
) -> None:
    """A task scores alike alone and among others."""
    source = ExpertSource(shared, range(2))
    rows = {t: work.data.of_task[t][:3] for t in (0, 1)}
    both = work.data.collate(
        [(0, 0), (1, 0)], [(t, position) for t in (0, 1) for position in rows[t]]
    )
    alone = work.data.collate([(1, 0)], [(0, position) for position in rows[1]])
    together = score_tasks(work, source, [both])
    single = score_tasks(work, source, [alone])
    assert list(together) == [0, 1]
    assert together[1].loss == pytest.approx(single[1].loss, rel=1e-4)
    assert together[1].accuracy == single[1].accuracy


def test_run_goes_on_from_a_bundle(
    bundle: Bundle, work: Workspace, base: BaseModel, encoder: Encoder, tmp_path: Path
) -> None:
    """It takes the bundle's stages and weights, and counts the bundle's tasks as its own."""
    gentle = replace(work.recipe.optim, learning_rate=1e-9, max_steps=1)
    data = replace(work.recipe.data, max_tasks=2)
    recipe = replace(
        work.recipe,
        name="next",
        data=data,
        optim=gentle,
        start=str(tmp_path / "bundle"),
    )
    later = prepare(recipe, base=base, encoder=encoder)
    shared = run.train_multitask(later)
    assert torch.equal(shared.flat_b(), bundle.surroundings.shared.flat_b())
    read = run.read_factors(run.train_prompted(later))
    known = bundle.generator.prompted
    assert known is not None
    assert torch.equal(read.flat_b(), known.flat_b())
    experts = run.train_experts(later, shared)
    around = replace(
        bundle.surroundings,
        library=run.build_library(later, shared, experts),
        prefix=run.start_prefix(later, read),
    )
    generator = run.train_generator(later, around, experts.b_NP)
    for name, tensor in bundle.generator.state_dict().items():
        assert torch.allclose(generator.state_dict()[name], tensor, atol=1e-6), name
    made = bundle_run(later, around, experts.b_NP, generator, tmp_path / "next")
    assert made.manifest.trained_on == bundle.manifest.trained_on
    assert made.manifest.recipe["start"] == bundle.digest


@pytest.mark.parametrize(
    ("section", "changes", "message"),
    [
        ("adapter", {"rank": 3}, "adapters of another shape"),
        ("generator", {"width": 32}, "was built with"),
    ],
)
def test_run_cannot_go_on_from_a_bundle_of_another_shape(
    bundle: Bundle,
    work: Workspace,
    base: BaseModel,
    encoder: Encoder,
    tmp_path: Path,
    section: str,
    changes: dict[str, int],
    message: str,
) -> None:
    """The error says what to set."""
    assert bundle.digest
    changed = replace(getattr(work.recipe, section), **changes)
    start = str(tmp_path / "bundle")
    recipe = replace(work.recipe, name="next", start=start, **{section: changed})
    with pytest.raises(ConfigError, match=message):
        prepare(recipe, base=base, encoder=encoder)
