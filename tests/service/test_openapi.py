"""OpenAPI: the service keeps what its description promises, whatever it is asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from pydantic import SecretStr
from schemathesis.specs.openapi.checks import positive_data_acceptance

from genadapter.base_model import BaseModel
from genadapter.pipeline import Pipeline
from service.app import Services, create_app, join_services
from service.settings import Settings

NUM_CASES = int(os.environ.get("OPENAPI_CASES", "20"))
"""Of every operation; many more are tried on demand."""
KEY = "k-ann"
Serve = Callable[[FastAPI], AbstractContextManager[str]]


@pytest.fixture
def services(pipeline: Pipeline, base: BaseModel, settings: Settings) -> Services:
    """Loaded parts of an app that needs a key."""
    keyed = settings.model_copy(update={"api_keys": SecretStr(f"ann:{KEY}")})
    return join_services(pipeline, base, keyed)


@pytest.mark.slow
def test_every_operation_keeps_its_promises(services: Services, serve: Serve) -> None:
    """Statuses, types, shapes and keys as described; no request ends in a failure."""
    headers = {"Authorization": f"Bearer {KEY}"}
    failures: list[str] = []
    with serve(create_app(services)) as address:
        api = schemathesis.openapi.from_url(f"{address}/openapi.json", headers=headers)
        for found in api.get_all_operations():
            operation = found.ok()

            @hypothesis_settings(
                max_examples=NUM_CASES,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy())
            def keeps_its_promises(case: schemathesis.Case) -> None:
                # What is well-formed may be refused for reasons that no schema tells:
                # examples that contradict each other, a model that is not there.
                case.call_and_validate(
                    headers=headers,
                    excluded_checks=[positive_data_acceptance],
                    timeout=60,
                )

            try:
                keeps_its_promises()
            except BaseExceptionGroup as group:
                failures += [f"{operation.label}: {e}" for e in group.exceptions]
    assert not failures, "\n\n".join(failures)
