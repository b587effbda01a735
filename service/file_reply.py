"""One file as a reply: its sum is its entity tag, and a part is sent where one is asked for."""

from __future__ import annotations

import hashlib
import re

from starlette.datastructures import Headers
from starlette.responses import Response

from service.errors import RangeNotSatisfiableError

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def file_reply(
    content: bytes, *, name: str, media_type: str, asked: Headers
) -> Response:
    """A file, a part of it, or word that the client has it already.

    Conditional requests and single ranges follow RFC 9110; several ranges at once are
    answered by the whole file, as it allows.

    Args:
        content: The whole file.
        name: What it is saved as.
        media_type: Of its content.
        asked: Headers of the request.

    Raises:
        RangeNotSatisfiableError: A range that begins behind the file's end.
    """
    tag = tag_of(content)
    headers = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    if is_known(tag, asked):
        return Response(status_code=304, headers=headers)
    if asked.get("If-Range", tag) == tag:
        part = _part(asked.get("Range", ""), len(content))
        if part is not None:
            first, last = part
            headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
            content = content[first : last + 1]
            return Response(content, 206, headers=headers, media_type=media_type)
    return Response(content, headers=headers, media_type=media_type)


def tag_of(content: bytes) -> str:
    """The entity tag of a file: its sum."""
    return f'"{hashlib.sha256(content).hexdigest()}"'


def is_known(tag: str, asked: Headers) -> bool:
    """Whether `If-None-Match` says that the client has what the tag stands for."""
    listed = asked.get("If-None-Match", "").split(",")
    return tag in [one.strip().removeprefix("W/") for one in listed]


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a range; `None` where the whole is meant."""
    found = _RANGE.fullmatch(asked.replace(" ", ""))
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last or size), size - 1)
        if last and int(last) < start:
            return None
    if start > end:
        raise RangeNotSatisfiableError(size)
    return start, end
