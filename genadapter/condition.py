"""Condition: what a user gives instead of training data."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

from genadapter.errors import ConditionError

ConditionKind = Literal["description", "examples", "document", "profile"]
"""Every kind of condition a family may accept."""

MAX_DESCRIPTION_CHARACTERS = 8_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A task in the user's words; hashable, and never logged."""

    description: str
    """The task, as one would say it to a colleague."""

    def __post_init__(self) -> None:
        """Rejects a description that no generator can use."""
        if not isinstance(self.description, str) or not self.description.strip():
            raise ConditionError(
                f"description must say what the task is, got {self.description!r}: "
                'try "Turn the English noun into its plural"'
            )
        length = len(self.description)
        if length > MAX_DESCRIPTION_CHARACTERS:
            raise ConditionError(
                f"description must have at most {MAX_DESCRIPTION_CHARACTERS} "
                f"characters, got {length}: shorten it"
            )

    @property
    def kinds(self) -> frozenset[ConditionKind]:
        """The kinds of condition this one holds."""
        return frozenset({"description"})

    @property
    def text(self) -> str:
        """The description with runs of blanks made one space."""
        return " ".join(self.description.split())

    def digest(self) -> str:
        """Hex sha256 of the canonical condition."""
        canonical = json.dumps({"description": self.text}, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()
