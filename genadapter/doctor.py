"""What is installed, fetched and missing on this machine, and what to do about it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from genadapter.errors import BundleNotFoundError, GenAdapterError
from genadapter.packages import home

State = Literal["ok", "optional", "missing"]
"""`missing` is needed to generate an adapter or to run it; `optional` is not."""

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)")
_EXTRA = re.compile(r"extra\s*==\s*['\"](?P<extra>[^'\"]+)['\"]")
_NEEDED_DISK_GIB = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    state: State
    detail: str
    """What was found."""
    next_step: str = ""
    """What to do, where something can be done."""


def examine(
    *, bundle: Path | None = None, broken_commands: Mapping[str, str] | None = None
) -> list[Check]:
    """Looks at everything that the commands need.

    Args:
        bundle: A bundle's folder; `None` looks where the commands look.
        broken_commands: Command packages that could not be loaded, with the reason.
    """
    return [
        _python(),
        *_packages(),
        _processor(),
        _home(),
        *_models(),
        _bundle(bundle),
        *_broken(broken_commands or {}),
    ]


def is_ready(checks: Sequence[Check]) -> bool:
    """Whether an adapter could be generated and run now."""
    return all(check.state != "missing" for check in checks)


def requirements_by_extra(requirements: Sequence[str]) -> dict[str, list[str]]:
    """Distribution names per extra; the core's are under the empty name."""
    grouped = defaultdict(list)
    for requirement in requirements:
        name = _REQUIREMENT.match(requirement)
        extra = _EXTRA.search(requirement)
        assert name is not None
        grouped[extra["extra"] if extra else ""].append(name["name"])
    return dict(grouped)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check(name="python", state="ok", detail=version)


def _packages() -> Iterator[Check]:
    try:
        requirements = metadata.requires("genadapter") or []
    except metadata.PackageNotFoundError:
        yield Check(
            name="packages",
            state="missing",
            detail="genadapter runs from a folder that was never installed",
            next_step=_install(""),
        )
        return
    for extra, names in requirements_by_extra(requirements).items():
        yield _package_group(extra, names)


def _package_group(extra: str, names: Sequence[str]) -> Check:
    versions = {name: _version(name) for name in names}
    absent = sorted(name for name, version in versions.items() if version is None)
    title = f"packages [{extra}]" if extra else "packages"
    if not absent:
        found = ", ".join(f"{name} {version}" for name, version in versions.items())
        return Check(name=title, state="ok", detail=found)
    return Check(
        name=title,
        state="optional" if extra else "missing",
        detail=f"not installed: {', '.join(absent)}",
        next_step=_install(extra),
    )


def _install(extra: str) -> str:
    target = f"'.[{extra}]'" if extra else "."
    return f"in the project's folder: make install, or pip install {target}"


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> Check:
    cores = f"{os.cpu_count()} processor cores"
    try:
        import torch
    except (ImportError, OSError) as error:
        return Check(
            name="processor",
            state="missing",
            detail=f"torch cannot be imported: {error}",
            next_step="pip install --force-reinstall torch",
        )
    if torch.cuda.is_available():
        cores += f", {torch.cuda.get_device_name()}"
    return Check(name="processor", state="ok", detail=cores)


def _home() -> Check:
    folder = home()
    existing = next(p for p in [folder, *folder.absolute().parents] if p.exists())
    free_gib = shutil.disk_usage(existing).free / (1 << 30)
    detail = f"{folder}, {free_gib:.1f} GiB free"
    if not os.access(existing, os.W_OK):
        detail, step = f"{existing} cannot be written to", "set GENADAPTER_HOME"
        return Check(name="home", state="missing", detail=detail, next_step=step)
    if free_gib < _NEEDED_DISK_GIB:
        step = f"free {_NEEDED_DISK_GIB} GiB, or set GENADAPTER_HOME to another disk"
        return Check(name="home", state="missing", detail=detail, next_step=step)
    return Check(name="home", state="ok", detail=detail)


def _models() -> Iterator[Check]:
    yield _model("base model", _base_folder, marker="config.json")
    yield _model("encoder", _encoder_folder, marker="modules.json")


def _base_folder() -> Path:
    from genadapter.base_model import default_base_folder

    return default_base_folder()


def _encoder_folder() -> Path:
    from genadapter.encoder import default_encoder_folder

    return default_encoder_folder()


def _model(name: str, find: Callable[[], Path], *, marker: str) -> Check:
    try:
        folder = find()
    except (ImportError, OSError) as error:
        return Check(
            name=name,
            state="missing",
            detail=f"its library cannot be imported: {error}",
            next_step=_install(""),
        )
    if (folder / marker).exists():
        return Check(name=name, state="ok", detail=str(folder))
    return Check(
        name=name,
        state="missing",
        detail=f"not fetched to {folder}",
        next_step="genadapter models fetch (or let the first command do it)",
    )


def _bundle(path: Path | None) -> Check:
    try:
        from genadapter.manifest import find_bundle, read_manifest

        folder = find_bundle(path)
        family = read_manifest(folder).family
    except BundleNotFoundError as error:
        step = "give --bundle, or set GENADAPTER_BUNDLE"
        detail = str(error)
        return Check(name="bundle", state="missing", detail=detail, next_step=step)
    except (ImportError, OSError, GenAdapterError) as error:
        step = "fetch or train the bundle again"
        detail = str(error)
        return Check(name="bundle", state="missing", detail=detail, next_step=step)
    return Check(name="bundle", state="ok", detail=f"{family} at {folder}")


def _broken(commands: Mapping[str, str]) -> Iterator[Check]:
    for package, reason in commands.items():
        yield Check(
            name=f"commands of {package}",
            state="optional",
            detail=f"cannot be loaded: {reason}",
            next_step=_install(package),
        )
