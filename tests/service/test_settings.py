"""Settings: flags, then environment, then defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from genadapter.errors import ConfigError
from service.settings import Settings, read_settings


def test_environment_wins_over_defaults_and_flags_over_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The order is the one that every command line has."""
    assert Settings().port == 8000
    monkeypatch.setenv("GENADAPTER_PORT", "9001")
    assert Settings().port == 9001
    assert Settings.model_validate({"port": 9002}).port == 9002


def test_the_store_lies_in_the_home_folder_by_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One variable moves everything that is kept."""
    monkeypatch.setenv("GENADAPTER_HOME", str(tmp_path))
    assert Settings().store == tmp_path / "adapters"


def test_flags_that_are_not_given_leave_the_environment_its_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """None is not a value."""
    monkeypatch.setenv("GENADAPTER_PORT", "9001")
    settings = read_settings({"port": None, "host": "0.0.0.0"})
    assert (settings.port, settings.host) == (9001, "0.0.0.0")


def test_values_without_meaning_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names setting, value and where to change it."""
    monkeypatch.setenv("GENADAPTER_MAX_BATCH_SIZE", "0")
    with pytest.raises(
        ConfigError, match=r"max_batch_size: .*GENADAPTER_MAX_BATCH_SIZE"
    ):
        read_settings({})
