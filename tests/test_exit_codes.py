"""What a command leaves with, by what went wrong."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import genadapter.errors
from genadapter.errors import ConfigError, GenAdapterError, StorageError
from genadapter.exit_codes import EPILOG, EXIT_CODES, ExitCode, exit_code_of


def error_classes() -> list[type[GenAdapterError]]:
    """Every error of the library."""
    found = [
        member
        for _, member in inspect.getmembers(genadapter.errors, inspect.isclass)
        if issubclass(member, GenAdapterError)
    ]
    return sorted(found, key=lambda c: c.__name__)


@pytest.mark.parametrize("error_class", error_classes())
def test_every_error_class_has_a_code_chosen_for_it(
    error_class: type[GenAdapterError],
) -> None:
    """A new one is met with this test; only the root itself is any other failure."""
    assert error_class in EXIT_CODES
    is_other = EXIT_CODES[error_class] is ExitCode.OTHER
    assert is_other == (error_class is GenAdapterError)


def test_kinds_of_failure_are_told_apart() -> None:
    """The nearest class of an error decides, and what is both ours and the system's."""

    class NarrowError(ConfigError):
        pass

    class StrangeError(GenAdapterError):
        pass

    assert exit_code_of(NarrowError("x")) == 2
    assert exit_code_of(StrangeError("x")) == 1
    assert exit_code_of(StorageError(Path("x"), "disk full")) == 5
    assert exit_code_of(PermissionError("x")) == 5
    assert exit_code_of(KeyboardInterrupt()) == 130


def test_help_explains_every_code() -> None:
    """And none that does not exist."""
    told = {int(code) for code in re.findall(r"\b\d+\b", EPILOG)}
    assert told == {0, *ExitCode}
