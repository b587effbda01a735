"""Cells: what methods answered, kept so that a killed evaluation goes on."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

import genadapter
import training.evaluation
from genadapter.artifact import canonical_json, new_file, read_json, write_json
from genadapter.base_model import BaseModel
from genadapter.errors import CorruptArtifactError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """What one method answered."""

    answers: tuple[str | None, ...]
    """One a question; `None` where the method does not apply to the task."""
    told: Mapping[int, str]
    """By position, the task whose description was given in place of the right one."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Columns of answers in a folder, one file a method."""

    folder: Path
    """Where they lie; each evaluation has a folder of its own in it."""
    reuse: Literal["kept", "nothing"] = "kept"
    """`nothing` finds none, and writes over what is there."""

    def of(self, digest: str) -> Cells:
        """The cells of one evaluation, by the digest of all that decides it."""
        return replace(self, folder=self.folder / digest)

    def find(self, method: str, *, num_answers: int) -> Column | None:
        """What a method answered; `None` where it has to be asked.

        Args:
            method: Its name.
            num_answers: One a question; a file of fewer or more counts as damaged.
        """
        path = self._path(method)
        if self.reuse == "nothing" or not path.exists():
            return None
        try:
            return _parse(read_json(path), num_answers)
        except (CorruptArtifactError, ValueError) as error:
            logger.warning(
                "%s is damaged, so its method answers again: %s", path, error
            )
            return None

    def keep(self, method: str, column: Column) -> None:
        """Writes what a method answered.

        Raises:
            StorageError: The disk is full, or the folder may not be written to.
        """
        with new_file(self._path(method)) as path:
            write_json(path, asdict(column))

    def _path(self, method: str) -> Path:
        return self.folder / f"{method}.json"


def digest_of(values: object, tensors: Iterable[Mapping[str, Tensor]] = ()) -> str:
    """24 hex digits that name JSON values and the bytes of tensors."""
    digest = hashlib.sha256(canonical_json(values).encode())
    for named in tensors:
        for name in sorted(named):
            digest.update(f"{name} {tuple(named[name].shape)}".encode())
            plain = named[name].detach().cpu().contiguous()
            digest.update(plain.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:24]


@lru_cache(maxsize=1)
def code_values() -> tuple[str, ...]:
    """What of the installed code decides answers, as JSON values."""
    digest = hashlib.sha256()
    for package in (genadapter, training.evaluation):
        for folder in package.__path__:
            for path in sorted(Path(folder).rglob("*.py")):
                digest.update(path.read_bytes())
    return digest.hexdigest(), version("torch"), version("transformers")


def base_values(base: BaseModel) -> tuple[object, ...]:
    """What of a base model decides its answers, as JSON values."""
    # The fingerprint is of weights alone; the prompt tells tokenizer and template.
    prompt = base.prompt_ids("input", description="task")
    return base.fingerprint.digest, str(base.dtype), base.device.type, prompt


def _parse(values: Any, num_answers: int) -> Column:  # Any: plain JSON
    match values:
        case {"answers": list(answers), "told": dict(told)}:
            texts = [a for a in answers if a is None or isinstance(a, str)]
        case _:
            raise ValueError("it holds no answers")
    if not len(texts) == len(answers) == num_answers:
        raise ValueError(f"it holds {len(texts)} answers, not {num_answers}")
    return Column(
        answers=tuple(texts),
        told={int(place): str(task) for place, task in told.items()},
    )
