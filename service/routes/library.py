"""The library: the trained tasks that adapters are written by."""

from __future__ import annotations

from fastapi import APIRouter

from service.dependencies import Adapters, CallerOf
from service.errors import documented
from service.library_schemas import LibraryObject

router = APIRouter(prefix="/v1/library", tags=["library"])


@router.get("", responses=documented())
def read_library(adapters: Adapters, _caller: CallerOf) -> LibraryObject:
    """Maps the trained tasks on two axes: what is told in like words lies close by."""
    return LibraryObject.of(
        adapters.library, base_name=adapters.base_name, kinds=adapters.kinds
    )
