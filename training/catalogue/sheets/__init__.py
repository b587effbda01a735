"""Families written by hand: sheets of inputs and what is asked of them, one file a family.

A sheet is a TOML file named after its family:

    licence = "CC0-1.0"

    [tables]
    first = '''
    input | room | is_sharp
    kettle | kitchen | no
    chisel | workshop ~ shed | yes
    '''

    [wordings]
    room = '''
    Which room?
    Name the room of a house where one would look for this thing.
    '''

A column is a task, its header the task's name; its wordings are its descriptions, one a
line. A cell holds the answer, more accepted ones after ` ~ `; an empty cell leaves the
row out of that task. Tables go over the same inputs, so that what is asked of an input
can only be told from the description.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from genadapter.errors import TaskFormatError
from training.catalogue.drafting import wordings
from training.catalogue.source import Answer, TaskDraft

_CELLS = re.compile(r" \|(?: |$)")
_ANSWERS = " ~ "


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A family in a file; what a family module is to the builder."""

    path: Path
    """The TOML file."""

    @property
    def FAMILY(self) -> str:
        """The file's name."""
        return self.path.stem

    @property
    def PACKAGES(self) -> tuple[str, ...]:
        """None: everything stands in the file."""
        return ()

    @cached_property
    def _content(self) -> dict[str, Any]:  # Any: TOML values
        try:
            return tomllib.loads(self.path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise TaskFormatError(f"{self.path.name}: {error}") from error

    def drafts(self) -> Iterator[TaskDraft]:
        """A task a column.

        Raises:
            TaskFormatError: A row of other cells than its header, a column twice, or one
                without wordings, or wordings without a column.
        """
        columns: dict[str, list[tuple[str, Answer]]] = {}
        for text in self._content["tables"].values():
            for name, rows in self._columns(text).items():
                if name in columns:
                    raise TaskFormatError(f"{self.path.name}: column {name!r} twice")
                columns[name] = rows
        told = self._content["wordings"]
        if odd := sorted(set(told) ^ set(columns)):
            raise TaskFormatError(
                f"{self.path.name}: {odd[0]!r} has no "
                f"{'column' if odd[0] in told else 'wordings'}"
            )
        for name, rows in columns.items():
            yield TaskDraft(
                id=f"{self.FAMILY}_{name}",
                descriptions=wordings(told[name]),
                rows=rows,
                pool=self.FAMILY,
                group=f"{self.FAMILY}_{name}",
                licence=self._content["licence"],
                source="written by hand",
            )

    def _columns(self, table: str) -> dict[str, list[tuple[str, Answer]]]:
        header, *lines = map(_CELLS.split, table.strip().splitlines())
        columns: dict[str, list[tuple[str, Answer]]] = {
            n.strip(): [] for n in header[1:]
        }
        for cells in lines:
            if len(cells) != len(header):
                raise TaskFormatError(
                    f"{self.path.name}: row {cells[0]!r} has {len(cells)} cells, its "
                    f"header {len(header)}"
                )
            for rows, cell in zip(columns.values(), cells[1:], strict=True):
                answers = tuple(a.strip() for a in cell.split(_ANSWERS))
                if answers != ("",):
                    rows.append(
                        (cells[0].strip(), answers[0] if len(answers) == 1 else answers)
                    )
        return columns


def sheets() -> Iterator[Sheet]:
    """Every sheet of this folder."""
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        yield Sheet(path=path)
