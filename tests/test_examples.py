"""The examples run as they stand, and say what the library says."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from genadapter.adapter import load_adapter
from genadapter.base_model import DEFAULT_BASE, BaseModel
from genadapter.checkpoint import save_bundle
from genadapter.comparison import answer
from genadapter.encoder import DEFAULT_ENCODER
from genadapter.generators import Generator, Surroundings

EXAMPLE = Path(__file__).parents[1] / "examples" / "with_peft.py"


@pytest.fixture
def tiny_machine(
    base: BaseModel,
    base_folder: Path,
    encoder_folder: Path,
    surroundings: Surroundings,
    new_generator: Callable[..., Generator],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """An empty folder to run in, where the packaged models are the random ones."""
    models = tmp_path / "home" / "models"
    models.mkdir(parents=True)
    (models / DEFAULT_BASE).symlink_to(base_folder)
    (models / DEFAULT_ENCODER).symlink_to(encoder_folder)
    save_bundle(
        tmp_path / "bundle",
        generator=new_generator("hypernetwork"),
        surroundings=surroundings,
        encoder_name=DEFAULT_ENCODER,
        base=base,
        trained_on=[],
        seeds={},
        results={},
        card="",
    )
    monkeypatch.setenv("GENADAPTER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GENADAPTER_BUNDLE", str(tmp_path / "bundle"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.mark.filterwarnings(
    "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"
)
def test_peft_answers_as_the_library_does(
    tiny_machine: Path, base: BaseModel, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each adapter by its name in one model, and none: three answers, all as ours."""
    found = runpy.run_path(str(EXAMPLE))
    word = found["WORD"]
    (bare,) = base.generate([base.prompt_ids(word)], max_new_tokens=32)
    expected = {
        name: answer(
            base,
            load_adapter(tiny_machine / "adapters" / name),
            inputs=[word],
            max_new_tokens=32,
        )[0]
        for name in found["TASKS"]
    }
    assert found["answers"] == {**expected, "base": bare}
    assert bare not in expected.values()
    assert capsys.readouterr().out.count("\n") >= len(found["answers"])


@pytest.mark.packaged
def test_the_peft_example_runs_on_the_packaged_base(tmp_path: Path) -> None:
    """What people copy works on the shipped bundle; each answer is another."""
    command = [sys.executable, str(EXAMPLE)]
    run = subprocess.run(
        command, check=True, cwd=tmp_path, timeout=300, capture_output=True, text=True
    )
    # The base may answer in several lines.
    named = r"^(?:opposite|language|base): "
    nothing, *answers = re.split(named, run.stdout, flags=re.MULTILINE)
    assert nothing == ""
    assert len(set(answers)) == 3
