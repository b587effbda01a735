"""Exit codes: what a command leaves with, so that scripts know what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from genadapter.errors import (
    AdapterNotFoundError,
    BundleNotFoundError,
    ConditionError,
    ConfigError,
    CorruptArtifactError,
    EmptyLibraryError,
    GenAdapterError,
    HubError,
    PackageUnavailableError,
    RankLimitError,
    SpecMismatchError,
    StorageError,
    TaskFormatError,
    UnknownFamilyError,
)


class ExitCode(IntEnum):
    """Why a command failed; 0 is none of these."""

    OTHER = 1
    """Any other failure; also a finding, such as that of `doctor`."""
    WRONG_USE = 2
    """What the user gave; as typer has it for options that do not exist."""
    MISSING = 3
    """A bundle, model, adapter or package is not there."""
    DAMAGED = 4
    """Files that our programs wrote are damaged, or do not fit each other."""
    SYSTEM = 5
    """The system refused: a full disk, permissions, a connection."""
    INTERRUPTED = 130
    """Ctrl-C; as shells have it."""


EPILOG = (
    "Exit codes: 0 fine, 1 other failures, 2 wrong use, 3 something is missing, 4 "
    "damaged or mismatching files, 5 refused by the system, 130 interrupted."
)
"""All codes in a sentence, for the end of the help."""

EXIT_CODES: Mapping[type[BaseException], ExitCode] = {
    GenAdapterError: ExitCode.OTHER,
    ConfigError: ExitCode.WRONG_USE,
    ConditionError: ExitCode.WRONG_USE,
    RankLimitError: ExitCode.WRONG_USE,
    UnknownFamilyError: ExitCode.WRONG_USE,
    TaskFormatError: ExitCode.WRONG_USE,
    AdapterNotFoundError: ExitCode.MISSING,
    BundleNotFoundError: ExitCode.MISSING,
    EmptyLibraryError: ExitCode.MISSING,
    PackageUnavailableError: ExitCode.MISSING,
    CorruptArtifactError: ExitCode.DAMAGED,
    SpecMismatchError: ExitCode.DAMAGED,
    HubError: ExitCode.SYSTEM,
    StorageError: ExitCode.SYSTEM,
    OSError: ExitCode.SYSTEM,
    KeyboardInterrupt: ExitCode.INTERRUPTED,
}
"""A class that is not here has the code of the nearest one it derives from."""


def exit_code_of(error: BaseException) -> ExitCode:
    """The exit code of a command that ends with an error."""
    found = (EXIT_CODES[cls] for cls in type(error).__mro__ if cls in EXIT_CODES)
    return next(found, ExitCode.OTHER)
