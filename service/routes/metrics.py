"""Metrics, as Prometheus scrapes them; with a key, where keys are needed."""

from __future__ import annotations

from fastapi import APIRouter, Response

from service.dependencies import Measured
from service.metrics import CONTENT_TYPE

router = APIRouter(tags=["metrics"])


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {}}, "description": "Prometheus's text format."}
    },
)
def read_metrics(metrics: Measured) -> Response:
    """Tells how the service fares, in Prometheus's format."""
    return Response(metrics.render(), media_type=CONTENT_TYPE)
