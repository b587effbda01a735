"""Rating: whether the familiarity of a description tells how well its adapter will do.

Shapes: N texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import spearmanr

from genadapter.condition import Condition
from genadapter.familiarity import Familiarity
from genadapter.pipeline import Pipeline
from training.evaluation.controls import description_of
from training.evaluation.methods import BASE
from training.evaluation.results import TaskResult
from training.gibberish import LEARNED, UNHEARD, gibberish
from training.tasks import Task

NUM_GIBBERISH = 100
"""Texts of kinds that the scale was fitted with, and as many of other kinds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FamiliarityCheck:
    """What familiarity was worth on tasks and texts that nothing was fitted to."""

    num_tasks: int
    """Tasks that the correlation is over."""
    rank_correlation: float | None
    """Spearman's, of familiarity and of exact match over the base; `None` where one of
    them is the same for all tasks."""
    num_descriptions: int
    """Held-out descriptions of those tasks."""
    flagged_descriptions: float
    """Share of them that is called strange."""
    num_gibberish: int
    """Texts without sense."""
    flagged_gibberish: float
    """Share of them that is called strange."""
    flagged_unheard: float
    """The same share among those of kinds that the scale was not fitted with."""


def check_familiarity(
    tasks: Sequence[Task],
    results: Sequence[TaskResult],
    pipeline: Pipeline,
    *,
    seed: int,
) -> FamiliarityCheck | None:
    """Rates held-out descriptions and gibberish.

    Args:
        tasks: The tasks that were scored.
        results: Their scores, in the same order.
        pipeline: Rates, and wrote the adapters that were scored.
        seed: Of the gibberish.

    Returns:
        `None` where the bundle rates nothing.
    """
    if pipeline.bundle.familiarity is None or pipeline.reader is None:
        return None
    texts = [text for task in tasks for text in task.heldout_descriptions]
    known, unheard = (
        gibberish(kinds, texts, number=NUM_GIBBERISH, seed=seed)
        for kinds in (LEARNED, UNHEARD)
    )
    gains = [(r.mean(pipeline.family), r.mean(BASE)) for r in results]
    scored = {
        description_of(task): mine - base
        for task, (mine, base) in zip(tasks, gains, strict=True)
        if mine is not None and base is not None
    }
    shares = [rated.share for rated in _rated(pipeline, list(scored))]
    return FamiliarityCheck(
        num_tasks=len(scored),
        rank_correlation=_rank_correlation(shares, list(scored.values())),
        num_descriptions=len(texts),
        flagged_descriptions=_flagged(pipeline, texts),
        num_gibberish=2 * NUM_GIBBERISH,
        flagged_gibberish=_flagged(pipeline, [*known, *unheard]),
        flagged_unheard=_flagged(pipeline, unheard),
    )


def _rank_correlation(
    left_N: Sequence[float], right_N: Sequence[float]
) -> float | None:
    if len(set(left_N)) < 2 or len(set(right_N)) < 2:
        return None
    return float(spearmanr(left_N, right_N).statistic)


def _flagged(pipeline: Pipeline, texts: Sequence[str]) -> float:
    strange = sum(one.is_strange for one in _rated(pipeline, texts))
    return strange / max(1, len(texts))


def _rated(pipeline: Pipeline, texts: Sequence[str]) -> list[Familiarity]:
    if not texts:
        return []
    rated = pipeline.familiarity([Condition(description=text) for text in texts])
    return rated or []
