"""Everything this library raises on purpose.

GenAdapterError
  ConfigError (ValueError)             a config field or an argument is invalid
  ConditionError (ValueError)          a description or another condition is unusable
  RankLimitError (ValueError)          a rank that an adapter cannot have here
  UnknownFamilyError (LookupError)     no such generator family; lists those found
  SpecMismatchError (ValueError)       adapter or bundle does not fit this base model
  AdapterNotFoundError (LookupError)   no adapter under that id or path
  BundleNotFoundError (LookupError)    no trained bundle where one was looked for
  CorruptArtifactError                 a file fails its hash or has the wrong shape
  StorageError (OSError)               the disk did not take a file
  EmptyLibraryError                    retrieval asked of a library without experts
  TaskFormatError (ValueError)         a task file is malformed; names file and line
  PackageUnavailableError              a package is not installed, or not delivered
  HubError                             the Hugging Face hub did not take a repository
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class GenAdapterError(Exception):
    """Root of every error this project raises on purpose."""


class ConfigError(GenAdapterError, ValueError):
    """A config field or an argument is invalid."""


class ConditionError(GenAdapterError, ValueError):
    """A description or another condition is empty, too long or of no use here."""


class RankLimitError(GenAdapterError, ValueError):
    """An adapter is asked for, or brought, of a rank that is too high."""


class UnknownFamilyError(GenAdapterError, LookupError):
    """No generator family has that name."""

    def __init__(self, family: str, found: Iterable[str]) -> None:
        super().__init__(
            f"unknown family {family!r}; found: {', '.join(sorted(found))}"
        )


class SpecMismatchError(GenAdapterError, ValueError):
    """An adapter or a bundle was made for another base model or shape."""


class AdapterNotFoundError(GenAdapterError, LookupError):
    """No adapter lies under that id or path."""


class BundleNotFoundError(GenAdapterError, LookupError):
    """No trained bundle lies where one was looked for."""


class CorruptArtifactError(GenAdapterError):
    """A stored file fails its hash, is truncated or holds tensors of wrong shape."""


class StorageError(GenAdapterError, OSError):
    """The disk is full, or the folder may not be written to."""

    def __init__(self, target: Path, reason: str) -> None:
        super().__init__(
            f"cannot write {target}: {reason}. Nothing was left there: free some disk "
            "space, or choose another folder"
        )
        self.reason = reason
        """The system's own words, without the path."""


class EmptyLibraryError(GenAdapterError):
    """Retrieval was asked of a library without experts."""


class TaskFormatError(GenAdapterError, ValueError):
    """A task file is malformed; the message names file, line and reason."""


class PackageUnavailableError(GenAdapterError):
    """A package is not installed, or no registry delivered it."""

    def __init__(
        self,
        requirement: str,
        detail: str,
        *,
        next_step: str = "Check the network and the package index that pip uses, then "
        "run the command again",
    ) -> None:
        last_line = detail.strip().splitlines()[-1] if detail.strip() else "no detail"
        super().__init__(f"could not get {requirement}: {last_line}. {next_step}")


class HubError(GenAdapterError):
    """The Hugging Face hub did not take a repository, or could not be reached."""

    def __init__(self, repository: str, detail: str) -> None:
        super().__init__(
            f"the Hugging Face hub did not take {repository}: {detail}. Check the network "
            "and that your token may write there (`hf auth login`), then run the command "
            "again"
        )
