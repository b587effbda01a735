"""Norms as blocks and as a picture."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest

from genadapter.errors import PackageUnavailableError, StorageError
from genadapter.heat_map import as_blocks, save_png

NORMS = {"q_proj": (0.0, 1.0, 8.0), "v_proj": (None, 4.0, 0.001)}
LAYERS = (15, 16, 17)
PNG_START = b"\x89PNG\r\n\x1a\n"


def test_blocks_are_as_high_as_the_norms() -> None:
    """One row a module, one column a layer, one measure for all rows."""
    assert as_blocks(NORMS) == {"q_proj": " ▁█", "v_proj": "-▄▁"}


def test_blocks_of_an_adapter_that_changes_nothing_are_empty() -> None:
    """There is no highest one to measure by."""
    assert as_blocks({"q_proj": (0.0, 0.0)}) == {"q_proj": "  "}


def test_png_is_wider_for_more_layers(tmp_path: Path) -> None:
    """A whole file of that format, as large as what it shows."""
    save_png(NORMS, layers=LAYERS, title="few", file=tmp_path / "few.png")
    many = {name: norms * 20 for name, norms in NORMS.items()}
    save_png(many, layers=range(60), title="many", file=tmp_path / "many.png")
    widths = []
    for name in ("few.png", "many.png"):
        written = (tmp_path / name).read_bytes()
        assert written.startswith(PNG_START)
        assert written.endswith(b"IEND\xaeB`\x82")
        widths.append(struct.unpack(">I", written[16:20])[0])
    assert widths[0] < widths[1]


def test_missing_matplotlib_is_told_with_the_extra_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written."""
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(PackageUnavailableError, match=r"'genadapter\[training\]'"):
        save_png(NORMS, layers=LAYERS, title="none", file=tmp_path / "none.png")
    assert not any(tmp_path.iterdir())


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """As with every other file that is written here."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot write .*file/new\.png"):
        save_png(NORMS, layers=LAYERS, title="x", file=tmp_path / "file" / "new.png")
