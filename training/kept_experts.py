"""Experts that an earlier run trained on the very same rows, by the very same settings.

One file an expert, named by all that decides it, for all runs of a machine: a run on a
suite that grew trains experts of the new tasks alone.

Shapes: P parameters of one flattened B.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path

from torch import Tensor

from genadapter.artifact import canonical_json, new_file, read_tensors, write_tensors
from genadapter.library import SharedFactors
from genadapter.packages import home
from training.workspace import Workspace


class KeptExperts:
    """The experts of one run that are already there, and where new ones go."""

    def __init__(self, work: Workspace, shared: SharedFactors) -> None:
        """Looks nothing up yet.

        Args:
            work: The run.
            shared: The frozen A and the B that its experts start from.
        """
        self._data = work.data
        self._folder = home() / "experts"
        config = work.recipe.experts
        settings = {
            "base": work.base.fingerprint.digest,
            "dtype": str(work.base.dtype),
            "spec": asdict(work.spec),
            "optim": asdict(config.optim),
            "rows_per_task": config.rows_per_task,
            "seed": work.recipe.seed,
        }
        digest = hashlib.sha256(canonical_json(settings).encode())
        for factors in (shared.a, shared.b):
            for tensor in factors.values():
                digest.update(tensor.detach().cpu().float().contiguous().numpy().data)
        self._settings = digest.hexdigest()

    def find(self, task: int) -> dict[str, Tensor] | None:
        """The B (P,) of a task's expert and its variance (P,); `None` if there is none.

        Raises:
            CorruptArtifactError: The file is damaged: remove it.
        """
        path = self._path(task)
        return read_tensors(path) if path.exists() else None

    def keep(self, task: int, *, b_P: Tensor, variance_P: Tensor) -> None:
        """Writes a task's expert, whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with new_file(self._path(task)) as partial:
            write_tensors(
                partial, {"b": b_P.contiguous(), "variance": variance_P.contiguous()}
            )

    def _path(self, task: int) -> Path:
        rows = [self._data.rows[i] for i in self._data.of_task[task]]
        told = [self._settings, [[row.prompt, row.answer] for row in rows]]
        name = hashlib.sha256(canonical_json(told).encode()).hexdigest()[:24]
        return self._folder / f"{name}.safetensors"
