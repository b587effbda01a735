"""The page: what a browser shows at the service's own address."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from service.assets import ASSETS
from service.errors import FileMissingError
from service.file_reply import is_known

# No part of the API, and so not of its description.
router = APIRouter(include_in_schema=False)

PAGE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
    "style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    # Files of two versions must not meet in one page.
    "Cache-Control": "no-cache",
}
"""With trusted types, a browser refuses to make HTML of any text at all."""


@router.api_route("/", methods=["GET", "HEAD"])
async def show_page(http: Request) -> Response:
    """The page for browsers."""
    return _reply(http)


@router.api_route("/page/{name}", methods=["GET", "HEAD"])
async def read_page_file(http: Request) -> Response:
    """One of the files of the page."""
    return _reply(http)


def _reply(http: Request) -> Response:
    asset = ASSETS.get(http.url.path)
    if asset is None:
        raise FileMissingError("the page has no such file: begin at /")
    headers = {**PAGE_HEADERS, "ETag": asset.tag}
    if is_known(asset.tag, http.headers):
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)
