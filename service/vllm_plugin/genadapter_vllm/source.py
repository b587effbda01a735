"""A genadapter service, as far as adapters are fetched from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

_MAX_DESCRIPTION_BYTES = 1 << 20
_NOT_FOUND = 404


class SourceError(Exception):
    """The service refused or failed, or sent what it did not announce."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        """Of its reply, where that was a refusal."""


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What the service says of an adapter's files before they are fetched."""

    weights_sha256: str
    """Sum of the weights file."""
    num_bytes: int
    """Of all files together."""


class _NoRedirects(HTTPRedirectHandler):
    """The key is for the service alone, wherever that may point to."""

    def redirect_request(self, *_: Any, **__: Any) -> None:  # Any: urllib's own
        """Follows none: the redirect is an error."""


class Source:
    """Fetches adapters; safe in threads."""

    def __init__(self, url: str, *, key: str = "", timeout_seconds: float = 60) -> None:
        """Takes an address; nothing is sent yet.

        Args:
            url: Of the service.
            key: Its API key, if it asks for one.
            timeout_seconds: A service that is silent for so long has failed.

        Raises:
            ValueError: It is no address of a service.
        """
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"an address is like http://genadapter:8000, got {url!r}")
        self._url = url.rstrip("/").removesuffix("/v1")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._timeout_seconds = timeout_seconds
        self._opener = build_opener(_NoRedirects)

    def announce(self, name: str) -> Announced | None:
        """What there is to fetch; `None` where the service has no such adapter.

        Raises:
            SourceError: The service did not say.
        """
        path = f"/v1/adapters/{name}"
        try:
            told = self._get_json(path)
            if told.get("sha256") is None:
                # A recipe that was never used: the list of its files has it made.
                self._get_json(f"{path}/files")
                told = self._get_json(path)
        except SourceError as error:
            if error.status == _NOT_FOUND:
                return None
            raise
        try:
            return Announced(
                weights_sha256=str(told["sha256"]), num_bytes=int(told["bytes"])
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SourceError("the service's reply is not an adapter") from error

    def file(self, name: str, file_name: str, announced: Announced) -> bytes:
        """One file of an adapter, checked against the sum that came with it.

        Raises:
            SourceError: It did not come, or is another one.
        """
        path = f"/v1/adapters/{name}/files/{file_name}"
        body, etag = self._get(path, announced.num_bytes)
        # A proxy that packs replies calls the tag weak; the file is the same.
        if sha256(body).hexdigest() != etag.removeprefix("W/").strip('"'):
            raise SourceError(f"{file_name} is not the file that its ETag names")
        return body

    def _get_json(self, path: str) -> dict[str, Any]:  # Any: plain JSON
        body, _ = self._get(path, _MAX_DESCRIPTION_BYTES)
        try:
            told = json.loads(body)
        except ValueError as error:
            raise SourceError("the service's reply is not JSON") from error
        if not isinstance(told, dict):
            raise SourceError("the service's reply is not an adapter")
        return told

    def _get(self, path: str, max_bytes: int) -> tuple[bytes, str]:
        request = Request(self._url + path, headers=self._headers)
        try:
            with self._opener.open(request, timeout=self._timeout_seconds) as reply:
                body: bytes = reply.read(max_bytes + 1)
                etag = reply.headers.get("ETag", "")
        except HTTPError as error:
            error.close()
            raise SourceError(
                f"the service replied {error.code}", status=error.code
            ) from error
        except (OSError, HTTPException) as error:
            raise SourceError(f"the service cannot be reached: {error}") from error
        if len(body) > max_bytes:
            raise SourceError(f"{path} has more than {max_bytes} bytes")
        return body, etag
