"""What a generator stands on, trained stage by stage; each is told as it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from genadapter.display import progress

if TYPE_CHECKING:
    from genadapter.generators import Surroundings
    from training.run import TrainedExperts
    from training.workspace import Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Stages:
    """The stages before the generator."""

    surroundings: Surroundings
    """What the generator is built for."""
    experts: TrainedExperts
    """The experts."""
    prompted: Path | None
    """File of the prompted multi-task adapter, where it was trained."""


def train_stages(work: Workspace, *, is_prompted: bool = False) -> Stages:
    """Trains, or reads, all that comes before the generator.

    Args:
        work: The run.
        is_prompted: Train the prompted multi-task adapter even for a family that does
            without.
    """
    from genadapter.generators import Surroundings, find_family
    from training import run

    with progress("Training the multi-task adapter"):
        shared = run.train_multitask(work)
    with progress(f"Training {work.num_experts} experts"):
        experts = run.train_experts(work, shared)
        library = run.build_library(work, shared, experts)
    prefix, prompted = None, None
    starts_prompted = find_family(work.recipe.family).starts_prompted
    learns_to_read = work.recipe.learns_to_read
    if is_prompted or (starts_prompted and learns_to_read):
        with progress("Training the prompted multi-task adapter"):
            prompted = _train_prompted(work)
    if starts_prompted:
        reads = prompted if learns_to_read else None
        factors = run.unread(work) if reads is None else run.read_factors(reads)
        with progress("Measuring what the prefix starts from"):
            prefix = run.start_prefix(work, factors)
    surroundings = Surroundings(
        spec=work.spec,
        shared=shared,
        library=library,
        embedding_size=work.encoder.embedding_size,
        hidden_size=work.base.hidden_size,
        reading_spec=work.reading_spec,
        prefix=prefix,
    )
    return Stages(surroundings=surroundings, experts=experts, prompted=prompted)


def _train_prompted(work: Workspace) -> Path:
    """The adapter that reads tasks in its prompts, at its own best scale."""
    from training import run
    from training.tuning import tune_prompted

    tuned = work.folder / "prompted.safetensors"
    if not tuned.exists():
        trained = run.read_factors(run.train_prompted(work))
        run.save_factors(tune_prompted(work, trained), tuned)
    return tuned
