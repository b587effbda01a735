"""What goes wrong over HTTP: one table from error class to status, one envelope.

Beside the library's own tree, drawn in `genadapter.errors`, the service raises:

GenAdapterError
  AdapterExistsError            the owner has another adapter of that name
  AdapterIdError (ValueError)   an id in a path that no adapter can have
  BundleMissingError            a recipe's bundle is not the one loaded here
  BodyTooLargeError (ValueError)  a request's body is longer than is allowed
  ClientGoneError               nobody is there any more to be answered
  ContextLengthError (ValueError)  a prompt and its answer do not fit the model
  EngineBusyError               the waiting line is full; try again
  EngineStoppedError            the engine is not running
  EngineTimeoutError            no answer within the time allowed
  FileMissingError (LookupError)  a file that is not there, or another owner's
  IdempotencyMismatchError (ValueError)  an Idempotency-Key that another request has
  JobMissingError (LookupError)  a job that is not there, or another owner's
  NoEffectError (ValueError)    an adapter that changes nothing
  NotAuthenticatedError         no key, or one that is not known
  PageStartError (LookupError)  `after` names nothing in the list
  QuotaExceededError            the owner holds as many adapters as it may
  RangeNotSatisfiableError (ValueError)  a range behind a file's end
  RateLimitError                the owner has used up what a minute may have
  RecipeMismatchError           a recipe no longer makes the weights it made first
  ScaleError (ValueError)       the engine cannot scale adapters
  StorageUnavailableError       the store cannot be written or read
  TrainingFileError (ValueError)  a file that cannot be learned from
  UnfamiliarError (ValueError)  words like nothing that was learned from, asked strictly
  VllmError                     a vLLM server refused or failed
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from genadapter.errors import (
    AdapterNotFoundError,
    BundleNotFoundError,
    ConditionError,
    ConfigError,
    CorruptArtifactError,
    EmptyLibraryError,
    GenAdapterError,
    HubError,
    PackageUnavailableError,
    RankLimitError,
    SpecMismatchError,
    StorageError,
    TaskFormatError,
    UnknownFamilyError,
)

logger = logging.getLogger(__name__)


class AdapterExistsError(GenAdapterError):
    """The owner has another adapter of that name."""


class AdapterIdError(GenAdapterError, ValueError):
    """An id that no adapter can have; refused before it becomes a path."""

    def __init__(self) -> None:
        super().__init__("an adapter id is `lora-` and 32 hex digits, got another form")


class BundleMissingError(GenAdapterError):
    """A recipe was written for another bundle than the one loaded here."""

    def __init__(self, bundle: str, *, loaded: str) -> None:
        super().__init__(
            f"the adapter's recipe is for bundle {bundle[:16]} and this service has "
            f"{loaded[:16]}: start one with GENADAPTER_BUNDLE naming that bundle's "
            "folder, or create the adapter again"
        )


class BodyTooLargeError(GenAdapterError, ValueError):
    """A request's body is longer than is allowed."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"the body has more than {max_bytes} bytes, the most allowed")


class ClientGoneError(GenAdapterError):
    """The client went before its answer came."""

    def __init__(self) -> None:
        super().__init__("the client went before its answer came")


class ContextLengthError(GenAdapterError, ValueError):
    """A prompt and the answer asked for are longer than the model reads."""


class EngineBusyError(GenAdapterError):
    """The waiting line is full."""


class EngineStoppedError(GenAdapterError):
    """The engine was stopped or has not been started."""

    def __init__(
        self, message: str = "the service is stopping: try again in a few seconds"
    ) -> None:
        super().__init__(message)


class EngineTimeoutError(GenAdapterError):
    """No answer within the time allowed for a request."""


class FileMissingError(GenAdapterError, LookupError):
    """There is no file of that name or id, or it is another owner's."""


class IdempotencyMismatchError(GenAdapterError, ValueError):
    """An Idempotency-Key that was given to another request."""

    def __init__(self) -> None:
        super().__init__(
            "this Idempotency-Key was given to another request within a day: give every "
            "request one of its own"
        )


class JobMissingError(GenAdapterError, LookupError):
    """There is no job of that id, or it is another owner's."""


class NoEffectError(GenAdapterError, ValueError):
    """An adapter that changes nothing; the base's answers must not pass for its own."""


class UnfamiliarError(GenAdapterError, ValueError):
    """Words unlike anything that the generator learned from, where that was to be refused."""


class NotAuthenticatedError(GenAdapterError):
    """No API key came with the request, or one that is not known."""

    def __init__(self) -> None:
        super().__init__(
            "an API key is needed: send it as `Authorization: Bearer KEY`, as OpenAI's "
            "clients do with their api_key"
        )


class PageStartError(GenAdapterError, LookupError):
    """`after` names nothing in the list."""

    def __init__(self) -> None:
        super().__init__("after names nothing in this list: start again without it")


class QuotaExceededError(GenAdapterError):
    """The owner holds as many adapters as it may."""


class RangeNotSatisfiableError(GenAdapterError, ValueError):
    """A range that begins behind a file's end."""

    def __init__(self, num_bytes: int) -> None:
        super().__init__(
            f"the file has {num_bytes} bytes, and the range begins behind them: ask for "
            "less, or leave Range out"
        )


class RecipeMismatchError(GenAdapterError):
    """A recipe that no longer makes the weights that it made first."""

    def __init__(self, identifier: str) -> None:
        super().__init__(
            f"{identifier} was made again by its recipe and has other weights now, as on "
            "another kind of machine: delete it and create it again, with store=file if "
            "it is to move between machines"
        )


class RateLimitError(GenAdapterError):
    """The owner has used up what a minute may have."""

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ScaleError(GenAdapterError, ValueError):
    """The engine that runs here cannot scale adapters."""

    def __init__(self, scale: float) -> None:
        super().__init__(
            f"scale is 1 where vLLM answers, got {scale:g}: leave it out, or start the "
            "service with --engine local"
        )


class TrainingFileError(GenAdapterError, ValueError):
    """A file that cannot be learned from."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"the training file cannot be used: {problem}")


class StorageUnavailableError(GenAdapterError):
    """The store's folder cannot be written or read."""


class VllmError(GenAdapterError):
    """A vLLM server refused or failed."""

    def __init__(
        self, message: str, *, status: int | None = None, may_pass: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        """Of its reply, if there was one."""
        self.may_pass = may_pass
        """Whether another try may fare better."""


class ErrorBody(BaseModel):
    """What went wrong, in OpenAI's four keys."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorEnvelope(BaseModel):
    """The body of every reply that is not a success."""

    error: ErrorBody


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorRow:
    """How one class of error is told to a client."""

    status: int
    """HTTP status."""
    code: str
    """Stable name that programs compare."""
    type: str = "invalid_request_error"
    """OpenAI's coarse kind of error."""
    param: str | None = None
    """The field at fault, where it is always the same one."""
    retry_after_seconds: int | None = None
    """Sent as `Retry-After` where trying again may help."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with the reply, too."""


def _server(status: int, code: str, *, retry: int | None = None) -> ErrorRow:
    return ErrorRow(
        status=status, code=code, type="server_error", retry_after_seconds=retry
    )


ERROR_TABLE: Mapping[type[GenAdapterError], ErrorRow] = {
    GenAdapterError: _server(500, "internal_error"),
    ConfigError: ErrorRow(status=400, code="invalid_body"),
    ConditionError: ErrorRow(status=400, code="invalid_body", param="description"),
    RankLimitError: ErrorRow(status=400, code="rank_limit_exceeded", param="rank"),
    UnknownFamilyError: ErrorRow(status=400, code="unknown_family", param="family"),
    SpecMismatchError: ErrorRow(status=422, code="invalid_adapter", param="model"),
    AdapterNotFoundError: ErrorRow(status=404, code="model_not_found", param="model"),
    BundleNotFoundError: _server(503, "bundle_not_found"),
    CorruptArtifactError: _server(503, "corrupt_artifact"),
    EmptyLibraryError: _server(503, "empty_library"),
    StorageError: _server(507, "storage_unavailable"),
    TaskFormatError: ErrorRow(status=400, code="invalid_body"),
    PackageUnavailableError: _server(503, "package_unavailable"),
    HubError: _server(502, "hub_failed"),
    AdapterExistsError: ErrorRow(status=409, code="adapter_exists", param="name"),
    AdapterIdError: ErrorRow(status=400, code="invalid_adapter_name"),
    BundleMissingError: ErrorRow(status=409, code="bundle_missing", param="model"),
    RecipeMismatchError: ErrorRow(status=409, code="recipe_mismatch", param="model"),
    BodyTooLargeError: ErrorRow(status=413, code="request_too_large"),
    FileMissingError: ErrorRow(status=404, code="file_not_found", param="file"),
    IdempotencyMismatchError: ErrorRow(
        status=422, code="idempotency_mismatch", param="Idempotency-Key"
    ),
    JobMissingError: ErrorRow(status=404, code="job_not_found", param="job"),
    TrainingFileError: ErrorRow(
        status=400, code="invalid_training_file", param="training_file"
    ),
    NoEffectError: ErrorRow(status=422, code="no_effect", param="model"),
    UnfamiliarError: ErrorRow(
        status=422, code="unfamiliar_description", param="description"
    ),
    NotAuthenticatedError: ErrorRow(
        status=401,
        code="invalid_api_key",
        type="authentication_error",
        headers={"WWW-Authenticate": "Bearer"},
    ),
    PageStartError: ErrorRow(status=404, code="page_not_found", param="after"),
    QuotaExceededError: ErrorRow(
        status=429, code="insufficient_quota", type="insufficient_quota"
    ),
    RangeNotSatisfiableError: ErrorRow(status=416, code="range_not_satisfiable"),
    RateLimitError: ErrorRow(
        status=429, code="rate_limit_exceeded", type="rate_limit_error"
    ),
    # Nobody reads it; proxies log such replies under this status.
    ClientGoneError: ErrorRow(status=499, code="client_gone"),
    ContextLengthError: ErrorRow(
        status=400, code="context_length_exceeded", param="messages"
    ),
    EngineBusyError: ErrorRow(
        status=429, code="overloaded", type="rate_limit_error", retry_after_seconds=1
    ),
    EngineStoppedError: _server(503, "not_ready", retry=5),
    EngineTimeoutError: _server(504, "timeout"),
    ScaleError: ErrorRow(status=400, code="unsupported_value", param="scale"),
    StorageUnavailableError: _server(507, "storage_unavailable"),
    VllmError: _server(502, "vllm_failed", retry=5),
}
"""Every class of error the service can meet; a test finds one that is missing."""

_VALIDATION_CODES = {
    "string_too_long": "{param}_too_long",
    "unsupported_value": "unsupported_value",
    "extra_forbidden": "unsupported_parameter",
}
_HTTP_CODES = {
    404: "route_not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "request_too_large",
}


def documented(*classes: type[GenAdapterError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may raise these errors.

    Returns:
        One entry a status, and `default`, which stands for every other error.
    """
    entries: dict[int | str, dict[str, Any]] = {}  # Any: FastAPI's own type
    for error_class in classes:
        status = ERROR_TABLE[error_class].status
        summary = (error_class.__doc__ or "").splitlines()[0]
        entries[status] = {"model": ErrorEnvelope, "description": summary}
    entries["default"] = {"model": ErrorEnvelope, "description": "Any other error."}
    return entries


def add_error_handlers(app: FastAPI) -> None:
    """Makes every error of the app leave in the one envelope."""
    app.add_exception_handler(GenAdapterError, _on_known_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_unknown_error)


def row_of(error: GenAdapterError) -> ErrorRow:
    """The table's row of the error's class or its nearest listed ancestor."""
    return next(ERROR_TABLE[c] for c in type(error).__mro__ if c in ERROR_TABLE)


def envelope_of(error: GenAdapterError) -> ErrorEnvelope:
    """The body that tells of an error."""
    row = row_of(error)
    return ErrorEnvelope(
        error=ErrorBody(
            message=str(error), type=row.type, param=row.param, code=row.code
        )
    )


def _on_known_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, GenAdapterError)
    return respond_to(error)


def respond_to(error: GenAdapterError) -> JSONResponse:
    """The reply that tells of an error."""
    row = row_of(error)
    if row.status >= 500:
        logger.warning("%s: %s", type(error).__name__, error)
    headers = dict(row.headers)
    seconds = getattr(error, "retry_after_seconds", row.retry_after_seconds)
    if seconds is not None:
        headers["Retry-After"] = str(seconds)
    return _respond(row.status, envelope_of(error).error, headers=headers)


def _on_invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    return _respond(400, _body_of(first, [str(part) for part in first["loc"][1:]]))


def body_of_invalid(error: ValidationError) -> ErrorBody:
    """What is wrong with a body that was checked by itself."""
    first = error.errors()[0]
    return _body_of(first, [str(part) for part in first["loc"]])


def _body_of(first: Mapping[str, Any], names: Sequence[str]) -> ErrorBody:
    cause = first.get("ctx", {}).get("error")
    param = ".".join(names) if first["type"] != "json_invalid" else None
    if not param and isinstance(cause, GenAdapterError):
        known = row_of(cause).param
        param = known if known and str(cause).startswith(known) else None
    code = _VALIDATION_CODES.get(first["type"], "invalid_body").format(param=param)
    return ErrorBody(
        message=_validation_message(first, param),
        type="invalid_request_error",
        param=param or None,
        code=code,
    )


def _validation_message(first: Mapping[str, Any], param: str | None) -> str:
    # The received value is left out: it may be the user's text.
    match first["type"]:
        case "json_invalid":
            return f"the body is not valid JSON: {first['ctx']['error']}"
        case "extra_forbidden":
            return f"{param} is not supported: leave it out"
        case "string_too_long":
            limit, length = first["ctx"]["max_length"], len(first["input"])
            return f"{param} has at most {limit} characters, got {length}: shorten it"
        case "value_error":
            return str(first["ctx"]["error"])
    return f"{param or 'the body'}: {first['msg']}"


def _on_http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    body = ErrorBody(
        message=error.detail,
        type="invalid_request_error",
        param=None,
        code=_HTTP_CODES.get(error.status_code, "invalid_request"),
    )
    return _respond(error.status_code, body, headers=error.headers)


def _on_unknown_error(request: Request, error: Exception) -> JSONResponse:
    identifier = request.state.request_id
    logger.error("%s failed: %s", identifier, type(error).__name__)
    body = ErrorBody(
        message=f"an unexpected error; the server's log has it as {identifier}",
        type="server_error",
        param=None,
        code="internal_error",
    )
    # This reply is made outside of the app's own layers, which set the header.
    return _respond(500, body, headers={"X-Request-Id": identifier})


def _respond(
    status: int, body: ErrorBody, *, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    content = ErrorEnvelope(error=body).model_dump()
    return JSONResponse(content, status_code=status, headers=headers)
