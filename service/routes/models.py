"""Models: the bare base, and the base with each adapter."""

from __future__ import annotations

from fastapi import APIRouter

from genadapter.errors import AdapterNotFoundError, CorruptArtifactError
from service.dependencies import Adapters, CallerOf, Started
from service.errors import AdapterIdError, StorageUnavailableError, documented
from service.schemas import DeletedModel, ModelList, ModelObject

router = APIRouter(prefix="/v1/models", tags=["models"])


@router.get("", responses=documented(StorageUnavailableError))
def list_models(adapters: Adapters, caller: CallerOf, started: Started) -> ModelList:
    """Lists every model that a chat can name, the base first."""
    base = adapters.base_name
    usable = adapters.usable(caller)
    cards = [ModelObject.of_adapter(held, base_name=base) for held in usable]
    return ModelList(data=[ModelObject.of_base(base, created=started), *cards])


# A base may be named with a slash, so the whole rest of the path is its name.
@router.get(
    "/{model:path}",
    responses=documented(
        AdapterNotFoundError, CorruptArtifactError, StorageUnavailableError
    ),
)
def read_model(
    model: str, adapters: Adapters, caller: CallerOf, started: Started
) -> ModelObject:
    """Says what is known of a model."""
    held = adapters.describe_model(model, caller)
    base = adapters.base_name
    if held is None:
        return ModelObject.of_base(base, created=started)
    return ModelObject.of_adapter(held, base_name=base)


@router.delete(
    "/{model:path}",
    responses=documented(AdapterIdError, AdapterNotFoundError, StorageUnavailableError),
)
def delete_model(model: str, adapters: Adapters, caller: CallerOf) -> DeletedModel:
    """Deletes an adapter, as OpenAI's clients delete a fine-tuned model."""
    return DeletedModel(id=adapters.delete(model, caller))
