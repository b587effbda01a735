"""What experts gain over the multi-task adapter, and how much their basis keeps.

Shapes: N experts, P parameters of one flattened B.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import mean, median

import torch
from torch import Tensor

from genadapter.library import ExpertLibrary, SharedFactors, flatten_b
from training.kept import kept_figures
from training.sources import ExpertSource
from training.teacher_forcing import TaskScore, score_tasks, unseen_batches
from training.workspace import Workspace

logger = logging.getLogger(__name__)

GAIN_KEPT_AT_LEAST = 0.95
"""Share of the experts' mean gain that their compact basis must keep."""
GAINS_FILE = "expert_gains.json"
"""In a run's folder."""
MAX_ROWS = 8
"""Validation rows of a task at most."""
MAX_TASKS = 160
"""Experts that are scored, at most; more are taken evenly spread."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """Over the multi-task adapter, on rows that no expert was trained on."""

    median_accuracy: float
    """Median over tasks of the gain in exact answers."""
    mean_accuracy: float
    """Mean over tasks of the same."""
    median_loss: float
    """Median over tasks of the fall in cross-entropy, in nats a token."""
    mean_loss: float
    """Mean over tasks of the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpertGains:
    """How experts do on the validation rows of their own tasks."""

    num_experts: int
    """Experts that were scored: at most `MAX_TASKS`, with a validation row each."""
    multitask_accuracy: float
    """What every expert started from, mean over tasks."""
    exact: Gain
    """Experts as trained."""
    compact: Gain
    """Experts as a bundle keeps them: rebuilt from the compact, rounded basis."""
    num_components: int
    """Vectors of that basis."""

    @property
    def kept(self) -> float | None:
        """Share of the mean gain that the basis keeps; None where nothing is gained."""
        if self.exact.mean_accuracy <= 0:
            return None
        return self.compact.mean_accuracy / self.exact.mean_accuracy


def expert_gains(
    work: Workspace, shared: SharedFactors, experts_NP: Tensor, library: ExpertLibrary
) -> ExpertGains:
    """Scores start, experts and rebuilt experts on the tasks' own validation rows.

    Once a run: the figures are kept in its folder.

    Args:
        work: The run that trained them.
        shared: The frozen A and the B that experts started from.
        experts_NP: By position of the training task, its expert.
        library: The same experts in the compact, rounded basis.
    """
    found = kept_figures(
        work.folder / GAINS_FILE,
        tensors=(experts_NP, shared.flat_b(), library.coefficients_NC),
        values=[MAX_ROWS, MAX_TASKS],
        measure=lambda: asdict(_measure(work, shared, experts_NP, library)),
    )
    exact, compact = Gain(**found.pop("exact")), Gain(**found.pop("compact"))
    return ExpertGains(exact=exact, compact=compact, **found)


def _measure(
    work: Workspace, shared: SharedFactors, experts_NP: Tensor, library: ExpertLibrary
) -> ExpertGains:
    batches = unseen_batches(
        work, work.expert_tasks, max_tasks=MAX_TASKS, max_rows=MAX_ROWS
    )
    b_P = flatten_b(shared.b)
    rebuilt_NP = rebuild(shared, library)
    start, exact, compact = (
        score_tasks(work, _source(shared, b_NP), batches)
        for b_NP in (b_P.expand(len(experts_NP), -1), experts_NP, rebuilt_NP)
    )
    return ExpertGains(
        num_experts=len(start),
        multitask_accuracy=mean(score.accuracy for score in start.values()),
        exact=_gain(start, exact),
        compact=_gain(start, compact),
        num_components=len(library.basis_CP),
    )


def warn_of_lossy_basis(gains: ExpertGains) -> None:
    """Warns where the compact basis keeps less of the gain than it must."""
    if gains.kept is not None and gains.kept < GAIN_KEPT_AT_LEAST:
        logger.warning(
            "the compact basis keeps %.0f%% of the experts' gain, at least %.0f%% is "
            "wanted: raise experts.num_components, now %d",
            100 * gains.kept,
            100 * GAIN_KEPT_AT_LEAST,
            gains.num_components,
        )


def rebuild(shared: SharedFactors, library: ExpertLibrary) -> Tensor:
    """The experts as a bundle gives them back, flattened B of shape (N, P)."""
    return flatten_b(shared.b) + library.coefficients_NC @ library.basis_CP


def _source(shared: SharedFactors, b_NP: Tensor) -> ExpertSource:
    source = ExpertSource(shared, range(len(b_NP)))
    with torch.no_grad():
        source.b_NP.copy_(b_NP)
    return source


def _gain(start: Mapping[int, TaskScore], now: Mapping[int, TaskScore]) -> Gain:
    accuracy = [now[task].accuracy - start[task].accuracy for task in start]
    loss = [start[task].loss - now[task].loss for task in start]
    return Gain(
        median_accuracy=median(accuracy),
        mean_accuracy=mean(accuracy),
        median_loss=median(loss),
        mean_loss=mean(loss),
    )
