"""Adapters: made from a description, listed, downloaded, deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Request, Response, status
from pydantic import BaseModel, ValidationError

from genadapter.errors import (
    AdapterNotFoundError,
    ConditionError,
    CorruptArtifactError,
    GenAdapterError,
)
from service.archive import MEDIA_TYPES, pack
from service.creation import Wish
from service.dependencies import Adapters, Asked, BackgroundOf, CallerOf, RepliesOf
from service.errors import (
    AdapterExistsError,
    AdapterIdError,
    EngineBusyError,
    FileMissingError,
    IdempotencyMismatchError,
    PageStartError,
    QuotaExceededError,
    RangeNotSatisfiableError,
    StorageUnavailableError,
    UnfamiliarError,
    body_of_invalid,
    documented,
    envelope_of,
    row_of,
)
from service.file_reply import file_reply
from service.file_schemas import JobObject
from service.idempotency import IdempotencyKey, answer_once
from service.replies import KeptReply
from service.schemas import (
    AdapterBatch,
    AdapterFiles,
    AdapterList,
    AdapterObject,
    BatchItem,
    ChangeAdapterBody,
    CreateAdapterBody,
    CreateAdaptersBody,
    DeletedAdapter,
)
from service.store import FILES

router = APIRouter(prefix="/v1/adapters", tags=["adapters"])

_MEDIA_TYPES = {
    ".json": "application/json",
    ".md": "text/markdown",
    ".safetensors": "application/octet-stream",
}
_GGUF_TYPE = "application/octet-stream"
DownloadFormat = Literal["zip", "tar.gz", "gguf"]
_BY_ID = (
    AdapterIdError,
    AdapterNotFoundError,
    CorruptArtifactError,
    StorageUnavailableError,
)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=AdapterObject,
    responses={
        200: {
            "model": AdapterObject,
            "description": "The same request was made before.",
        },
        202: {"model": JobObject, "description": "With `background`: the job."},
        **documented(
            AdapterExistsError,
            ConditionError,
            EngineBusyError,
            IdempotencyMismatchError,
            QuotaExceededError,
            StorageUnavailableError,
            UnfamiliarError,
        ),
    },
)
async def create_adapter(
    body: CreateAdapterBody,
    adapters: Adapters,
    background: BackgroundOf,
    replies: RepliesOf,
    caller: CallerOf,
    key: IdempotencyKey = None,
) -> Response:
    """Writes an adapter for a task described in words."""

    async def create() -> KeptReply:
        if body.background:
            job = body.to_job(caller, base_name=adapters.base_name)
            told = JobObject.of(await background.submit(job, body.to_wish(), caller))
            return _kept(status.HTTP_202_ACCEPTED, told, at=told.url)
        creation = await adapters.create(body.to_wish(), caller)
        made = AdapterObject.of(creation.held)
        code = status.HTTP_201_CREATED if creation.is_new else status.HTTP_200_OK
        return _kept(code, made, at=made.urls.self)

    return await answer_once(replies, caller, key, body, create)


@router.post(":batch", responses=documented(EngineBusyError, StorageUnavailableError))
async def create_adapters(
    body: CreateAdaptersBody, adapters: Adapters, caller: CallerOf
) -> AdapterBatch:
    """Writes up to 256 adapters in one pass; each item has a result or an error."""
    items: dict[int, BatchItem] = {}
    wishes: dict[int, Wish] = {}
    for number, request in enumerate(body.requests):
        try:
            wishes[number] = CreateAdapterBody.model_validate(request).to_wish()
        except ValidationError as error:
            items[number] = BatchItem(status=400, error=body_of_invalid(error))
    outcomes = await adapters.create_all(list(wishes.values()), caller)
    for number, outcome in zip(wishes, outcomes, strict=True):
        if isinstance(outcome, GenAdapterError):
            told = envelope_of(outcome).error
            items[number] = BatchItem(status=row_of(outcome).status, error=told)
        else:
            made = AdapterObject.of(outcome.held)
            status_code = 201 if outcome.is_new else 200
            items[number] = BatchItem(status=status_code, adapter=made)
    return AdapterBatch(data=[items[number] for number in range(len(items))])


@router.get("", responses=documented(PageStartError, StorageUnavailableError))
def list_adapters(adapters: Adapters, caller: CallerOf, asked: Asked) -> AdapterList:
    """Lists adapters, a page at a time."""
    return AdapterList.of(adapters.page(caller, asked))


@router.get("/{adapter_id}", responses=documented(*_BY_ID))
def read_adapter(
    adapter_id: str, adapters: Adapters, caller: CallerOf
) -> AdapterObject:
    """Says what is known of an adapter."""
    return AdapterObject.of(adapters.describe(adapter_id, caller))


@router.patch("/{adapter_id}", responses=documented(AdapterExistsError, *_BY_ID))
def change_adapter(
    adapter_id: str, body: ChangeAdapterBody, adapters: Adapters, caller: CallerOf
) -> AdapterObject:
    """Renames an adapter, pins it, or changes when it expires; its weights never change."""
    held = adapters.describe(adapter_id, caller)
    changed = adapters.change(adapter_id, caller, body.applied_to(held.holding))
    return AdapterObject.of(changed)


@router.get(
    "/{adapter_id}/download",
    response_class=Response,
    responses={
        **documented(*_BY_ID),
        200: {
            "content": {t: {} for t in (*MEDIA_TYPES.values(), _GGUF_TYPE)},
            "description": "The PEFT folder, or what llama.cpp and Ollama load.",
        },
    },
)
def download_adapter(
    adapter_id: str,
    adapters: Adapters,
    caller: CallerOf,
    format: DownloadFormat = "zip",
) -> Response:
    """Hands out an adapter as a folder that PEFT and vLLM load, or as one GGUF file."""
    held = adapters.describe(adapter_id, caller)
    if format == "gguf":
        content, media_type = adapters.gguf(held.id, caller), _GGUF_TYPE
    else:
        content = pack(adapters.files(held.id, caller), held.id, format)
        media_type = MEDIA_TYPES[format]
    disposition = f'attachment; filename="{held.id}.{format}"'
    headers = {"Content-Disposition": disposition}
    return Response(content, media_type=media_type, headers=headers)


@router.get("/{adapter_id}/files", responses=documented(*_BY_ID))
def list_files(adapter_id: str, adapters: Adapters, caller: CallerOf) -> AdapterFiles:
    """Lists an adapter's files with their sums."""
    return AdapterFiles.of(adapters.files(adapter_id, caller))


@router.get(
    "/{adapter_id}/files/{name}",
    response_class=Response,
    responses={
        **documented(FileMissingError, RangeNotSatisfiableError, *_BY_ID),
        200: {
            "content": {t: {} for t in _MEDIA_TYPES.values()},
            "description": "The file.",
        },
        206: {"description": "The part that `Range` asks for."},
        304: {"description": "`If-None-Match` has its sum: it is unchanged."},
    },
)
def read_file(
    adapter_id: str, name: str, adapters: Adapters, caller: CallerOf, http: Request
) -> Response:
    """Hands out one of an adapter's files, or a part of it."""
    content = adapters.files(adapter_id, caller).get(name)
    if content is None:
        raise FileMissingError(
            f"an adapter has the files {', '.join(FILES)}: name one of them"
        )
    return file_reply(
        content,
        name=name,
        media_type=_MEDIA_TYPES[Path(name).suffix],
        asked=http.headers,
    )


@router.delete("/{adapter_id}", responses=documented(*_BY_ID))
def delete_adapter(
    adapter_id: str, adapters: Adapters, caller: CallerOf
) -> DeletedAdapter:
    """Deletes an adapter; answers being written with it are finished."""
    return DeletedAdapter(id=adapters.delete(adapter_id, caller))


def _kept(status_code: int, body: BaseModel, *, at: str) -> KeptReply:
    return KeptReply(status=status_code, location=at, body=body.model_dump(mode="json"))
