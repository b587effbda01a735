"""How well a generator does on tasks that it learned from, told in words that it did not."""

from __future__ import annotations

from genadapter.checkpoint import Bundle
from training.kept import kept_figures
from training.teacher_forcing import score_tasks, unseen_batches
from training.tuning import written
from training.workspace import Workspace

SUCCESS_FILE = "success.json"
"""In a run's folder."""
MAX_TASKS = 600
"""Tasks that are looked at, at most; more are taken evenly spread."""
MAX_ROWS = 4
"""Rows of each that nothing was trained on, at most."""


def measure_success(
    work: Workspace, draft: Bundle, *, scale: float
) -> dict[int, float]:
    """Scores the generator on rows and wordings that were kept from training.

    Args:
        work: The run.
        draft: Its bundle as it will be shipped, but for how it rates descriptions.
        scale: Of the generator's adapters.

    Returns:
        By position of the task, the share of its rows that are answered token for token.
    """
    generator = draft.generator
    found = kept_figures(
        work.folder / SUCCESS_FILE,
        tensors=tuple(generator.state_dict().values()),
        values=[scale, MAX_TASKS, MAX_ROWS],
        measure=lambda: _measure(work, draft, scale),
    )
    return {int(task): accuracy for task, accuracy in found.items()}


def _measure(work: Workspace, draft: Bundle, scale: float) -> dict[str, float]:
    batches = unseen_batches(
        work, range(work.num_natural), max_tasks=MAX_TASKS, max_rows=MAX_ROWS
    )
    source = written(work, draft.surroundings, draft.generator).at(scale)
    scores = score_tasks(work, source, batches, spec=source.spec)
    draft.generator.cpu()
    return {str(task): score.accuracy for task, score in scores.items()}
