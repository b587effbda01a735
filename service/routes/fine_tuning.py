"""Fine-tuning jobs, as OpenAI's clients ask for them: done in seconds, by generating."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool

from genadapter.errors import AdapterNotFoundError, ConditionError
from service.dependencies import (
    Adapters,
    Asked,
    BackgroundOf,
    CallerOf,
    JobsOf,
    UploadsOf,
)
from service.errors import (
    EngineBusyError,
    FileMissingError,
    JobMissingError,
    PageStartError,
    StorageUnavailableError,
    TrainingFileError,
    documented,
)
from service.file_schemas import CreateJobBody, JobEventList, JobList, JobObject
from service.jobs import Job
from service.training_file import read_training_file

router = APIRouter(prefix="/v1/fine_tuning/jobs", tags=["fine-tuning"])

_BY_ID = documented(JobMissingError, StorageUnavailableError)


@router.post(
    "",
    responses=documented(
        AdapterNotFoundError,
        ConditionError,
        EngineBusyError,
        FileMissingError,
        StorageUnavailableError,
        TrainingFileError,
    ),
)
async def create_job(
    body: CreateJobBody,
    adapters: Adapters,
    background: BackgroundOf,
    uploads: UploadsOf,
    caller: CallerOf,
) -> JobObject:
    """Has an adapter written for a training file and refined on it."""
    adapters.check_base(body.model)
    content = await run_in_threadpool(uploads.read, caller, body.training_file)
    read = read_training_file(content)
    job = Job(
        owner=caller.owner,
        base_name=body.model,
        seed=body.seed,
        refine_steps=body.refine_steps,
        training_file=body.training_file,
        suffix=body.suffix,
        metadata=body.metadata,
    )
    if read.num_unread:
        job = job.told(
            f"The last {read.num_unread} conversations are not read.", "warn"
        )
    return JobObject.of(await background.submit(job, body.to_wish(read), caller))


@router.get("", responses=documented(PageStartError, StorageUnavailableError))
def list_jobs(jobs: JobsOf, caller: CallerOf, asked: Asked) -> JobList:
    """Lists jobs, a page at a time."""
    return JobList.of(jobs.page(caller, asked))


@router.get("/{job_id}", responses=_BY_ID)
def read_job(job_id: str, jobs: JobsOf, caller: CallerOf) -> JobObject:
    """Says how far a job is."""
    return JobObject.of(jobs.find(caller, job_id))


@router.get("/{job_id}/events", responses=_BY_ID)
def list_events(
    job_id: str,
    jobs: JobsOf,
    caller: CallerOf,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> JobEventList:
    """Says what happened to a job, the latest first."""
    return JobEventList.of(jobs.find(caller, job_id), after=after, limit=limit)


@router.post("/{job_id}/cancel", responses=_BY_ID)
def cancel_job(job_id: str, jobs: JobsOf, caller: CallerOf) -> JobObject:
    """Cancels a job; one that is over stays as it is."""
    return JobObject.of(jobs.cancel(caller, job_id))
