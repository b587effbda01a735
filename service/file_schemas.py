"""Files and fine-tuning jobs as bodies of requests and replies, in OpenAI's shapes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from genadapter.options import Options
from genadapter.refinement import Refinement
from service.creation import Wish
from service.holdings import Holding
from service.jobs import Job, JobError, JobEvent, JobStatus
from service.paging import Page
from service.recipe import Recipe
from service.schemas import MAX_REFINE_STEPS, MAX_SEED, Metadata, RequestBody
from service.training_file import TrainingFile
from service.uploads import Purpose, Upload

Epochs = Annotated[int, Field(ge=1, le=MAX_REFINE_STEPS)] | Literal["auto"]
Chosen = int | float | Literal["auto"]


class FileObject(BaseModel):
    """A file that was sent."""

    id: str
    object: Literal["file"] = "file"
    bytes: int
    created_at: int
    expires_at: int | None
    filename: str
    purpose: Purpose
    status: Literal["processed"] = "processed"

    @classmethod
    def of(cls, upload: Upload) -> Self:
        """The object of an upload."""
        return cls(
            id=upload.id,
            bytes=upload.num_bytes,
            created_at=upload.created,
            expires_at=upload.expires,
            filename=upload.filename,
            purpose=upload.purpose,
        )


class FileList(BaseModel):
    """A page of files."""

    object: Literal["list"] = "list"
    data: list[FileObject]
    has_more: bool
    first_id: str | None
    last_id: str | None

    @classmethod
    def of(cls, page: Page[Upload]) -> Self:
        """The object of a page."""
        data = [FileObject.of(upload) for upload in page.items]
        return cls(
            data=data,
            has_more=page.has_more,
            first_id=data[0].id if data else None,
            last_id=data[-1].id if data else None,
        )


class DeletedFile(BaseModel):
    """Confirms that a file is gone."""

    id: str
    object: Literal["file"] = "file"
    deleted: Literal[True] = True


class Hyperparameters(RequestBody):
    """How long to learn; a generated adapter starts where others end."""

    n_epochs: Epochs = Field(
        default="auto", description="Gradient steps, each over all examples."
    )
    batch_size: Chosen = Field(
        default="auto", description="All examples at once: not used."
    )
    learning_rate_multiplier: Chosen = Field(default="auto", description="Not used.")


class SupervisedBody(RequestBody):
    """Settings of supervised learning."""

    hyperparameters: Hyperparameters = Hyperparameters()


class MethodBody(RequestBody):
    """How to learn; by examples of good answers alone."""

    type: Literal["supervised"] = "supervised"
    supervised: SupervisedBody = SupervisedBody()


class CreateJobBody(RequestBody):
    """Asks for an adapter that is refined on a training file."""

    model: str = Field(description="The base model.")
    training_file: str = Field(description="Id of a file in /v1/files.")
    suffix: str | None = Field(None, min_length=1, max_length=64)
    seed: int = Field(0, ge=0, le=MAX_SEED)
    method: MethodBody = MethodBody()
    hyperparameters: Hyperparameters | None = Field(
        None, description="As `method.supervised.hyperparameters`, of older clients."
    )
    metadata: Metadata = Field(default={})

    @property
    def refine_steps(self) -> int:
        """Gradient steps on the examples."""
        chosen = self.hyperparameters or self.method.supervised.hyperparameters
        is_auto = chosen.n_epochs == "auto"
        return Refinement().num_steps if is_auto else int(chosen.n_epochs)

    def to_wish(self, read: TrainingFile) -> Wish:
        """The adapter asked for, once the training file was read."""
        return Wish(
            recipe=Recipe(
                condition=read.condition,
                options=Options(
                    seed=self.seed,
                    refinement=Refinement(num_steps=self.refine_steps),
                ),
            ),
            holding=Holding(metadata=self.metadata),
        )


class HyperparametersObject(BaseModel):
    """How long a job learns."""

    n_epochs: int
    batch_size: Literal["auto"] = "auto"
    learning_rate_multiplier: Literal["auto"] = "auto"


class JobErrorObject(BaseModel):
    """Why a job failed."""

    code: str
    message: str
    param: str | None = None

    @classmethod
    def of(cls, error: JobError) -> Self:
        """The object of an error."""
        return cls(code=error.code, message=error.message)


class JobObject(BaseModel):
    """A fine-tuning job."""

    id: str
    object: Literal["fine_tuning.job"] = "fine_tuning.job"
    created_at: int
    finished_at: int | None
    status: JobStatus
    model: str
    fine_tuned_model: str | None
    """The adapter's id, which a chat can name."""
    organization_id: str
    """Who asked for it."""
    training_file: str | None
    """None where the adapter was asked for by other means than a file."""
    validation_file: None = None
    result_files: list[str] = []
    trained_tokens: int | None = None
    hyperparameters: HyperparametersObject
    seed: int
    suffix: str | None
    metadata: dict[str, str]
    error: JobErrorObject | None

    @property
    def url(self) -> str:
        """Path where it is told of."""
        return f"/v1/fine_tuning/jobs/{self.id}"

    @classmethod
    def of(cls, job: Job) -> Self:
        """The object of a job."""
        return cls(
            id=job.id,
            created_at=job.created,
            finished_at=job.finished,
            status=job.status,
            model=job.base_name,
            fine_tuned_model=job.adapter_id,
            organization_id=job.owner,
            training_file=job.training_file,
            hyperparameters=HyperparametersObject(n_epochs=job.refine_steps or 0),
            seed=job.seed,
            suffix=job.suffix,
            metadata=dict(job.metadata),
            error=None if job.error is None else JobErrorObject.of(job.error),
        )


class JobList(BaseModel):
    """A page of jobs."""

    object: Literal["list"] = "list"
    data: list[JobObject]
    has_more: bool

    @classmethod
    def of(cls, page: Page[Job]) -> Self:
        """The object of a page."""
        return cls(
            data=[JobObject.of(job) for job in page.items], has_more=page.has_more
        )


class JobEventObject(BaseModel):
    """Something that happened to a job."""

    id: str
    object: Literal["fine_tuning.job.event"] = "fine_tuning.job.event"
    created_at: int
    level: Literal["info", "warn", "error"]
    message: str
    type: Literal["message"] = "message"

    @classmethod
    def of(cls, event: JobEvent, *, job_id: str, number: int) -> Self:
        """The object of a job's event."""
        return cls(
            id=f"ftevent-{job_id.removeprefix('ftjob-')}-{number}",
            created_at=event.at,
            level=event.level,
            message=event.message,
        )


class JobEventList(BaseModel):
    """What happened to a job, the latest first."""

    object: Literal["list"] = "list"
    data: list[JobEventObject]
    has_more: bool

    @classmethod
    def of(cls, job: Job, *, after: str | None, limit: int) -> Self:
        """A page of a job's events; an `after` that is none of them starts at the top."""
        data = [
            JobEventObject.of(event, job_id=job.id, number=number)
            for number, event in enumerate(job.events)
        ][::-1]
        ids = [event.id for event in data]
        rest = data[ids.index(after) + 1 :] if after in ids else data
        return cls(data=rest[:limit], has_more=len(rest) > limit)
