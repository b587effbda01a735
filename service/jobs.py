"""Jobs: adapters that are written while nobody waits, as OpenAI's fine-tuning jobs."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from service.access import Caller
from service.database import Database
from service.errors import JobMissingError
from service.paging import Page, PageAsked, page_of
from service.tables import JOBS

JobStatus = Literal["queued", "running", "succeeded", "failed", "cancelled"]
EventLevel = Literal["info", "warn", "error"]

MAX_SECONDS = 600
"""A job that has not ended by then was interrupted."""
_KEPT_SECONDS = 30 * 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class JobError:
    """Why a job failed."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JobEvent:
    """Something that happened to a job."""

    at: int
    """When, in seconds since 1970."""
    level: EventLevel
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """An adapter that is asked for, being written, or written."""

    id: str = field(default_factory=lambda: f"ftjob-{secrets.token_hex(16)}")
    owner: str
    created: int = field(default_factory=lambda: int(time.time()))
    """When it was asked for, in seconds since 1970."""
    finished: int | None = None
    """When it ended, in seconds since 1970."""
    status: JobStatus = "queued"
    base_name: str
    """The model that is adapted."""
    seed: int = 0
    refine_steps: int | None = None
    training_file: str | None = None
    """Id of the upload that it learns from, if any."""
    suffix: str | None = None
    """What its owner calls it."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    adapter_id: str | None = None
    """What came of it."""
    error: JobError | None = None
    """Why it failed."""
    events: tuple[JobEvent, ...] = ()
    """Oldest first."""

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.status in ("succeeded", "failed", "cancelled")

    def told(self, message: str, level: EventLevel = "info") -> Job:
        """The same job with one more event."""
        event = JobEvent(at=int(time.time()), level=level, message=message)
        return replace(self, events=(*self.events, event))

    def failed(self, code: str, message: str) -> Job:
        """The job as it is where it failed."""
        return replace(
            self.told(message, "error"),
            status="failed",
            finished=int(time.time()),
            error=JobError(code=code, message=message),
        )


class Jobs:
    """Keeps jobs; safe in threads."""

    def __init__(self, database: Database) -> None:
        """Takes where they are kept."""
        self._database = database

    def add(self, job: Job) -> Job:
        """Keeps a new job.

        Raises:
            StorageUnavailableError: The database failed.
        """
        job = job.told("The job was created.")
        with self._database.changing() as connection:
            connection.execute(insert(JOBS).values(**_values(job)))
        return job

    def find(self, caller: Caller, identifier: str) -> Job:
        """A job of the caller's.

        Raises:
            JobMissingError: There is none, or it is another owner's.
            StorageUnavailableError: The database failed.
        """
        with self._database.reading() as connection:
            return _find(connection, caller, identifier)

    def page(self, caller: Caller, asked: PageAsked) -> Page[Job]:
        """A part of the list of the caller's jobs.

        Raises:
            PageStartError: `after` is not in the list.
            StorageUnavailableError: The database failed.
        """
        with self._database.reading() as connection:
            return page_of(
                connection,
                _of(caller),
                asked,
                number=JOBS.c.number,
                identifier=JOBS.c.id,
                read=_job,
            )

    def start(self, job: Job) -> Job | None:
        """Notes that a job is begun; `None` where it was cancelled before.

        Raises:
            StorageUnavailableError: The database failed.
        """
        begun = replace(job, status="running").told("The adapter is being written.")
        return begun if self._move(begun, expected="queued") else None

    def finish(self, job: Job) -> bool:
        """Notes how a running job ended.

        Returns:
            False where it was cancelled meanwhile.

        Raises:
            StorageUnavailableError: The database failed.
        """
        return self._move(job, expected="running")

    def cancel(self, caller: Caller, identifier: str) -> Job:
        """Cancels a job of the caller's; one that is over stays as it is.

        Raises:
            JobMissingError: There is none, or it is another owner's.
            StorageUnavailableError: The database failed.
        """
        with self._database.changing() as connection:
            job = _find(connection, caller, identifier)
            if not job.is_over:
                job = replace(
                    job.told("The job was cancelled."),
                    status="cancelled",
                    finished=int(time.time()),
                )
                _write(connection, job)
        return job

    def expire(self) -> None:
        """Forgets the jobs that are long over.

        Raises:
            StorageUnavailableError: The database failed.
        """
        over = JOBS.c.created < int(time.time()) - _KEPT_SECONDS
        with self._database.changing() as connection:
            connection.execute(delete(JOBS).where(over))

    def _move(self, job: Job, *, expected: JobStatus) -> bool:
        with self._database.changing() as connection:
            return _write(connection, job, expected=expected)


def _write(
    connection: Connection, job: Job, *, expected: JobStatus | None = None
) -> bool:
    query = update(JOBS).where(JOBS.c.id == job.id).values(**_values(job))
    if expected is not None:
        query = query.where(JOBS.c.status == expected)
    return bool(connection.execute(query).rowcount)


def _find(connection: Connection, caller: Caller, identifier: str) -> Job:
    row = connection.execute(_of(caller).where(JOBS.c.id == identifier)).first()
    if row is None:
        raise _missing()
    return _job(row)


def _of(caller: Caller) -> Select[Any]:  # Any: columns
    return select(JOBS).where(JOBS.c.owner == caller.owner)


def _values(job: Job) -> dict[str, Any]:  # Any: columns
    values = asdict(job)
    return {**values, "metadata": dict(job.metadata), "events": list(values["events"])}


def _job(row: Row[Any]) -> Job:  # Any: columns
    values = {name: row._mapping[name] for name in Job.__slots__}
    error = values["error"]
    job = Job(
        **{
            **values,
            "status": cast(JobStatus, values["status"]),
            "error": None if error is None else JobError(**error),
            "events": tuple(JobEvent(**event) for event in values["events"]),
        }
    )
    if not job.is_over and job.created + MAX_SECONDS < time.time():
        # Who worked on it cannot be there any more.
        return job.failed(
            "interrupted", "the service was stopped while the job ran: create it again"
        )
    return job


def _missing() -> JobMissingError:
    return JobMissingError(
        "no such job: GET /v1/fine_tuning/jobs lists those there are"
    )
