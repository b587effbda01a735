"""Archives: the files of a folder as one; the same files give the same bytes."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from typing import Literal

ArchiveFormat = Literal["zip", "tar.gz"]

MEDIA_TYPES: Mapping[ArchiveFormat, str] = {
    "zip": "application/zip",
    "tar.gz": "application/gzip",
}
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644


def pack(files: Mapping[str, bytes], folder: str, format: ArchiveFormat) -> bytes:
    """Packs files into an archive.

    Args:
        files: Contents by name.
        folder: The one that they lie in.
        format: The archive's.
    """
    return (_zip if format == "zip" else _tar_gz)(files, folder)


def _zip(files: Mapping[str, bytes], folder: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", date_time=_ZIP_TIME)
            entry.external_attr = _MODE << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _tar_gz(files: Mapping[str, bytes], folder: str) -> bytes:
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name, content in files.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mode = len(content), _MODE
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
