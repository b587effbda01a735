"""Adapters: made from a description, listed, downloaded, deleted."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response, status
from pydantic import ValidationError

from genadapter.errors import (
    AdapterNotFoundError,
    ConditionError,
    CorruptArtifactError,
    GenAdapterError,
)
from service.adapter_service import Wish
from service.dependencies import Adapters, CallerOf
from service.errors import (
    AdapterExistsError,
    AdapterIdError,
    EngineBusyError,
    QuotaExceededError,
    StorageUnavailableError,
    body_of_invalid,
    documented,
    envelope_of,
    row_of,
)
from service.schemas import (
    AdapterBatch,
    AdapterList,
    AdapterObject,
    BatchItem,
    ChangeAdapterBody,
    CreateAdapterBody,
    CreateAdaptersBody,
    DeletedAdapter,
)

router = APIRouter(prefix="/v1/adapters", tags=["adapters"])

_BY_ID = (
    AdapterIdError,
    AdapterNotFoundError,
    CorruptArtifactError,
    StorageUnavailableError,
)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses={
        200: {
            "model": AdapterObject,
            "description": "The same request was made before.",
        },
        **documented(
            AdapterExistsError,
            ConditionError,
            EngineBusyError,
            QuotaExceededError,
            StorageUnavailableError,
        ),
    },
)
async def create_adapter(
    body: CreateAdapterBody, adapters: Adapters, caller: CallerOf, response: Response
) -> AdapterObject:
    """Writes an adapter for a task described in words."""
    creation = await adapters.create(body.to_wish(), caller)
    made = AdapterObject.of(creation.held)
    response.headers["Location"] = made.urls.self
    if not creation.is_new:
        response.status_code = status.HTTP_200_OK
    return made


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


@router.get("", responses=documented(AdapterNotFoundError, StorageUnavailableError))
def list_adapters(
    adapters: Adapters,
    caller: CallerOf,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    order: Literal["asc", "desc"] = "desc",
) -> AdapterList:
    """Lists adapters, a page at a time."""
    newest_first = order == "desc"
    page = adapters.page(caller, after=after, limit=limit, newest_first=newest_first)
    return AdapterList.of(page)


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
        200: {"content": {"application/zip": {}}, "description": "The PEFT folder."},
    },
)
def download_adapter(
    adapter_id: str,
    adapters: Adapters,
    caller: CallerOf,
    format: Literal["zip"] = "zip",
) -> Response:
    """Hands out an adapter as a folder that PEFT and vLLM load."""
    held = adapters.describe(adapter_id, caller)
    content = adapters.zip(held.id, caller)
    disposition = f'attachment; filename="{held.id}.zip"'
    headers = {"Content-Disposition": disposition}
    return Response(content, media_type="application/zip", headers=headers)


@router.delete("/{adapter_id}", responses=documented(*_BY_ID))
def delete_adapter(
    adapter_id: str, adapters: Adapters, caller: CallerOf
) -> DeletedAdapter:
    """Deletes an adapter; answers being written with it are finished."""
    return DeletedAdapter(id=adapters.delete(adapter_id, caller))
