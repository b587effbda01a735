"""Sheets: families written by hand, one file each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from genadapter.errors import TaskFormatError
from training.catalogue.build import build_family
from training.catalogue.sheets import Sheet, sheets

TABLE = """
input | room | is_sharp
kettle | kitchen | no
chisel | workshop ~ shed | yes
mop |  | no
broom | hall |
"""
WORDINGS = {"room": "Which room?\nName the room.", "is_sharp": "Sharp? yes or no"}
Write = Callable[..., Sheet]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a sheet with one table, or more."""

    def write(*tables: str, told: dict[str, str] = WORDINGS) -> Sheet:
        path = tmp_path / "things.toml"
        parts = ['licence = "CC0-1.0"', "[tables]"]
        parts += [f"t{i} = '''{table}'''" for i, table in enumerate(tables)]
        parts += ["[wordings]", *(f"{n} = '''\n{t}\n'''" for n, t in told.items())]
        path.write_text("\n".join(parts), encoding="utf-8")
        return Sheet(path=path)

    return write


def test_every_column_is_a_task(write: Write) -> None:
    """Of one pool; an empty cell leaves its row out, a cell may accept more answers."""
    room, is_sharp = write(TABLE).drafts()
    assert (room.id, is_sharp.id) == ("things_room", "things_is_sharp")
    assert room.pool == is_sharp.pool == "things"
    assert room.descriptions == ("Which room?", "Name the room.")
    assert list(room.rows) == [
        ("kettle", "kitchen"),
        ("chisel", ("workshop", "shed")),
        ("broom", "hall"),
    ]
    assert [answer for _, answer in is_sharp.rows] == ["no", "yes", "no"]


def test_tables_of_a_sheet_go_together(write: Write) -> None:
    """Each brings columns of its own."""
    sheet = write("\ninput | room\nmop | hall\n", "\ninput | is_sharp\nmop | no\n")
    assert [list(draft.rows) for draft in sheet.drafts()] == [
        [("mop", "hall")],
        [("mop", "no")],
    ]


@pytest.mark.parametrize(
    ("tables", "told", "message"),
    [
        (
            ("\ninput | room\nmop | hall | no\n",),
            WORDINGS,
            "row 'mop' has 3 cells, its",
        ),
        (("\ninput | room\nmop | x\n",) * 2, WORDINGS, "column 'room' twice"),
        (("\ninput | room\nmop | x\n",), WORDINGS, "'is_sharp' has no column"),
        ((TABLE,), {"room": "Room?"}, "'is_sharp' has no wordings"),
    ],
)
def test_a_sheet_at_odds_with_itself_is_refused(
    write: Write, tables: tuple[str, ...], told: dict[str, str], message: str
) -> None:
    """The message names the file and the row or column."""
    with pytest.raises(TaskFormatError, match=f"things.toml: {message}"):
        list(write(*tables, told=told).drafts())


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    """With the place of the fault."""
    path = tmp_path / "things.toml"
    path.write_text("[tables\n", encoding="utf-8")
    with pytest.raises(TaskFormatError, match=r"things.toml: .*line 1"):
        list(Sheet(path=path).drafts())


def test_sheets_are_in_one_split_whole() -> None:
    """Trained on or validated on, and each task is told in many ways."""
    found = list(sheets())
    assert found
    for sheet in found:
        tasks = build_family(sheet)
        assert {task.split for task in tasks} in ({"train"}, {"validation"})
        assert min(len(task.descriptions) for task in tasks) >= 16, sheet.FAMILY
