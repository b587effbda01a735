"""The files of the page, each under its path on the web, with its type and its sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.file_reply import tag_of

FOLDER = Path(__file__).with_name("page")
_START = "index.html"
_MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asset:
    """One file of the page."""

    content: bytes
    """As it is sent."""
    media_type: str
    """Of the content."""
    tag: str
    """Its entity tag, by which browsers ask whether it is still the same."""


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(
        content=content,
        media_type=_MEDIA_TYPES[path.suffix],
        tag=tag_of(content),
    )


ASSETS: Mapping[str, Asset] = {
    "/" if path.name == _START else f"/page/{path.name}": _read(path)
    for path in sorted(FOLDER.iterdir())
    if path.suffix in _MEDIA_TYPES
}
"""By path; they need no key, for the page is what asks for one."""
