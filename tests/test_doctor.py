"""The doctor: what it calls missing, and that it survives what is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from genadapter.doctor import Check, examine, is_ready, requirements_by_extra


def by_name(checks: list[Check]) -> dict[str, Check]:
    """Checks by what they looked at."""
    return {check.name: check for check in checks}


def test_requirements_are_grouped_by_extra() -> None:
    """The core's are under the empty name; versions do not matter here."""
    found = requirements_by_extra(
        ["torch>=2.11", "lightning>=2.6; extra == 'training'", 'ruff ; extra == "dev"']
    )
    assert found == {"": ["torch"], "training": ["lightning"], "dev": ["ruff"]}


def test_good_bundle_is_named_with_its_family(bundle_folder: Path) -> None:
    """A bundle that is found and readable is fine."""
    check = by_name(examine(bundle=bundle_folder))["bundle"]
    assert check.state == "ok"
    assert check.detail == f"hypernetwork at {bundle_folder}"


def test_unreadable_bundle_is_missing(tmp_path: Path) -> None:
    """A broken manifest is told like an absent one, with its reason."""
    (tmp_path / "manifest.json").write_text("{")
    check = by_name(examine(bundle=tmp_path))["bundle"]
    assert check.state == "missing"
    assert "manifest.json" in check.detail


def test_broken_extras_do_not_stop_generating() -> None:
    """Commands that cannot load are optional, and the extra to install is named."""
    checks = examine(broken_commands={"service": "ImportError: no fastapi"})
    check = by_name(checks)["commands of service"]
    assert check.state == "optional"
    assert "pip install '.[service]'" in check.next_step
    assert is_ready([check])


def test_fetched_models_are_ok_and_absent_ones_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what generating or running an adapter needs makes the machine not ready."""
    monkeypatch.setenv("GENADAPTER_HOME", str(tmp_path))
    folder = tmp_path / "models" / "smollm2-135m-instruct"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    checks = by_name(examine())
    assert checks["base model"].state == "ok"
    assert checks["encoder"].state == "missing"
    assert "genadapter models fetch" in checks["encoder"].next_step
    assert not is_ready(list(checks.values()))
