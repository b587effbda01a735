"""Files, as OpenAI's clients send them to be learned from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.concurrency import run_in_threadpool

from service.dependencies import Asked, CallerOf, UploadsOf
from service.errors import (
    FileMissingError,
    PageStartError,
    QuotaExceededError,
    RangeNotSatisfiableError,
    StorageUnavailableError,
    documented,
)
from service.file_reply import file_reply
from service.file_schemas import DeletedFile, FileList, FileObject
from service.uploads import Purpose

router = APIRouter(prefix="/v1/files", tags=["files"])

_BY_ID = documented(FileMissingError, StorageUnavailableError)
_MAX_NAME = 255


@router.post("", responses=documented(QuotaExceededError, StorageUnavailableError))
async def create_file(
    file: Annotated[UploadFile, File()],
    purpose: Annotated[Purpose, Form()],
    uploads: UploadsOf,
    caller: CallerOf,
    lifetime_seconds: Annotated[
        int | None,
        Form(alias="expires_after[seconds]", ge=3600, le=30 * 86_400),
    ] = None,
) -> FileObject:
    """Keeps a file to learn from."""
    content = await file.read()
    upload = await run_in_threadpool(
        uploads.add,
        caller,
        content,
        filename=(file.filename or "file")[-_MAX_NAME:],
        purpose=purpose,
        lifetime_seconds=lifetime_seconds,
    )
    return FileObject.of(upload)


@router.get("", responses=documented(PageStartError, StorageUnavailableError))
def list_files(
    uploads: UploadsOf,
    caller: CallerOf,
    asked: Asked,
    purpose: Purpose | None = None,
) -> FileList:
    """Lists files, a page at a time."""
    return FileList.of(uploads.page(caller, asked, purpose=purpose))


@router.get("/{file_id}", responses=_BY_ID)
def read_file(file_id: str, uploads: UploadsOf, caller: CallerOf) -> FileObject:
    """Says what is known of a file."""
    return FileObject.of(uploads.find(caller, file_id))


@router.get(
    "/{file_id}/content",
    response_class=Response,
    responses={
        **documented(
            FileMissingError, RangeNotSatisfiableError, StorageUnavailableError
        ),
        200: {"content": {"application/octet-stream": {}}, "description": "The file."},
        206: {"description": "The part that `Range` asks for."},
        304: {"description": "`If-None-Match` has its sum: it is unchanged."},
    },
)
def read_content(
    file_id: str, uploads: UploadsOf, caller: CallerOf, http: Request
) -> Response:
    """Hands a file back, or a part of it."""
    return file_reply(
        uploads.read(caller, file_id),
        name=file_id,
        media_type="application/octet-stream",
        asked=http.headers,
    )


@router.delete("/{file_id}", responses=_BY_ID)
def delete_file(file_id: str, uploads: UploadsOf, caller: CallerOf) -> DeletedFile:
    """Deletes a file."""
    uploads.remove(caller, file_id)
    return DeletedFile(id=file_id)
