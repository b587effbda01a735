"""Adapters and models as bodies of requests and replies: shapes and limits, no more.

A model follows OpenAI's object, with `root` and `parent` as vLLM has them.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from genadapter.condition import (
    MAX_DESCRIPTION_CHARACTERS,
    MAX_DOCUMENT_CHARACTERS,
    MAX_EXAMPLE_CHARACTERS,
    MAX_EXAMPLES,
    Condition,
    Demonstration,
)
from genadapter.familiarity import Familiarity
from genadapter.options import MAX_SCALE, Options
from genadapter.refinement import Refinement
from service.access import Caller
from service.adapter_service import NAME_PATTERN
from service.creation import Wish
from service.errors import ErrorBody
from service.holdings import FittingAdapter, HeldAdapter, Holding
from service.jobs import Job
from service.maker import STRANGE
from service.paging import Page
from service.recipe import Keep, Recipe

MAX_SEED = 2**63 - 1
MAX_BATCH = 256
"""Adapters of one request."""
MAX_REFINE_STEPS = 64
MAX_LIFETIME_SECONDS = 10 * 365 * 86_400


class RequestBody(BaseModel):
    """A body whose unknown fields are refused, never silently dropped."""

    model_config = ConfigDict(extra="forbid")


Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Metadata = Annotated[
    dict[
        Annotated[str, Field(max_length=64)],
        Annotated[str, Field(max_length=512)],
    ],
    Field(max_length=16),
]


class ExampleBody(RequestBody):
    """An example of a task."""

    input: str = Field(min_length=1, max_length=MAX_EXAMPLE_CHARACTERS)
    output: str = Field(min_length=1, max_length=MAX_EXAMPLE_CHARACTERS)


class CreateAdapterBody(RequestBody):
    """Asks for an adapter: for a description, for examples, for a document, or a mix."""

    description: str | None = Field(
        None,
        max_length=MAX_DESCRIPTION_CHARACTERS,
        description="The task, as one would say it to a colleague.",
        examples=["Turn the English noun into its plural."],
    )
    examples: list[ExampleBody] = Field([], max_length=MAX_EXAMPLES)
    document: str | None = Field(None, max_length=MAX_DOCUMENT_CHARACTERS)
    profile: str | None = Field(None, max_length=MAX_DESCRIPTION_CHARACTERS)
    refine_steps: int | None = Field(
        None,
        ge=1,
        le=MAX_REFINE_STEPS,
        description="Gradient steps on the examples, which take seconds; none, if not "
        "given.",
    )
    seed: int = Field(
        0,
        ge=0,
        le=MAX_SEED,
        description="Part of the adapter's recipe. Today's families are deterministic: "
        "it changes the id alone.",
    )
    rank: int | None = Field(
        None,
        ge=1,
        description="Of the adapter, if it is to be less than the bundle's: the nearest "
        "adapter of that rank is handed out.",
    )
    scale: float = Field(
        1.0, gt=0, le=MAX_SCALE, description="Factor of all that the adapter adds."
    )

    name: Name | None = Field(
        None, description="Another name for it, which can be chatted with as well."
    )
    metadata: Metadata = {}
    expires_in_seconds: int | None = Field(
        None, ge=1, le=MAX_LIFETIME_SECONDS, description="Never, if not given."
    )
    is_pinned: bool = Field(False, description="Stays in memory.")
    store: Keep = Field(
        "file",
        description="What is kept: the files, or a recipe with the texts of this request, "
        "by which the bundle makes the adapter when it is used, the first time as well.",
    )
    background: bool = Field(
        False, description="Answer at once with a job, which tells when it is done."
    )
    strict: bool = Field(
        False,
        description="Refuse what is unlike anything the generator learned from, where it "
        "would be written with a warning.",
    )
    dry_run: bool = Field(
        False, description="Write the adapter and tell of it, but keep nothing."
    )

    def to_holding(self) -> Holding:
        """How the owner is to hold it."""
        return Holding(
            name=self.name,
            is_pinned=self.is_pinned,
            expires=_expiry(self.expires_in_seconds),
            metadata=self.metadata,
        )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        self.to_condition()
        if self.refine_steps is not None and not self.examples:
            raise PydanticCustomError(
                "refine_steps", "refine_steps needs examples to learn from: add some"
            )
        if self.dry_run and self.background:
            raise PydanticCustomError(
                "dry_run", "dry_run is answered at once: leave background out"
            )
        return self

    def to_condition(self) -> Condition:
        """The condition to generate for.

        Raises:
            ConditionError: It says nothing, or its examples contradict each other.
        """
        return Condition(
            description=self.description,
            examples=tuple(
                Demonstration(input=e.input, output=e.output) for e in self.examples
            ),
            document=self.document,
            profile=self.profile,
        )

    def to_job(self, caller: Caller, *, base_name: str) -> Job:
        """The job that writes it in the background."""
        return Job(
            owner=caller.owner,
            base_name=base_name,
            seed=self.seed,
            refine_steps=self.refine_steps,
            metadata=self.metadata,
        )

    def to_wish(self) -> Wish:
        """The request as the service takes it."""
        steps = self.refine_steps
        return Wish(
            recipe=Recipe(
                condition=self.to_condition(),
                options=Options(
                    seed=self.seed,
                    refinement=None if steps is None else Refinement(num_steps=steps),
                    rank=self.rank,
                    scale=self.scale,
                ),
            ),
            keep=self.store,
            is_dry_run=self.dry_run,
            is_strict=self.strict,
            holding=self.to_holding(),
        )


class CreateAdaptersBody(RequestBody):
    """Asks for many adapters at once; each item is a body of its own."""

    requests: list[Any] = Field(min_length=1, max_length=MAX_BATCH)


class ChangeAdapterBody(RequestBody):
    """Says how an adapter is to be held; what is left out stays."""

    name: Name | None = None
    metadata: Metadata | None = None
    expires_in_seconds: int | None = Field(None, ge=1, le=MAX_LIFETIME_SECONDS)
    is_pinned: bool | None = None

    def applied_to(self, holding: Holding) -> Holding:
        """What becomes of a holding; a name or an expiry given as null is taken away."""
        given = self.model_fields_set
        changes: dict[str, Any] = {  # Any: a holding's fields
            name: getattr(self, name)
            for name in ("metadata", "is_pinned")
            if getattr(self, name) is not None
        }
        if "name" in given:
            changes["name"] = self.name
        if "expires_in_seconds" in given:
            changes["expires"] = _expiry(self.expires_in_seconds)
        return replace(holding, **changes)


def _expiry(lifetime: int | None) -> int | None:
    return None if lifetime is None else int(time.time()) + lifetime


class GeneratorInfo(BaseModel):
    """What wrote an adapter."""

    name: str
    sha256: str


class SourceInfo(BaseModel):
    """What an adapter was written for; its text is not kept."""

    type: str
    """Kinds of condition, with plus signs between."""
    sha256: str


class NearestExpert(BaseModel):
    """A trained task that is like the one asked for."""

    id: str
    similarity: float


class EffectInfo(BaseModel):
    """How far an adapter moves its base on prompts that have nothing to do with it."""

    mean_kl: float
    """Of the first token of an answer, in nats."""
    top1_changed: float
    """Share of prompts whose likeliest first token is another one."""


class Diagnostics(BaseModel):
    """What is known of how well an adapter may work."""

    nearest_experts: list[NearestExpert]
    """Empty for a recipe that was never used."""
    norms: dict[str, list[float]]
    """Of what it adds to every adapted layer's weights, by module; empty for a recipe
    that was never used."""
    effect: EffectInfo | None
    """None until the service had time to look."""
    familiarity: float | None
    """Share of the training descriptions that look stranger than this one; none where
    the bundle cannot tell, and for a recipe that was never used."""

    @classmethod
    def of(cls, held: HeldAdapter) -> Self:
        """The object of what is known of an adapter."""
        stored, effect = held.stored, held.effect
        return cls(
            nearest_experts=[
                NearestExpert(id=name, similarity=near)
                for name, near in stored.provenance.neighbours
            ],
            norms={name: list(norms_L) for name, norms_L in stored.norms.items()},
            effect=None if effect is None else EffectInfo(**asdict(effect)),
            familiarity=stored.provenance.familiarity,
        )


class AdapterUrls(BaseModel):
    """Where an adapter is found and used."""

    self: str
    download: str
    files: str
    chat: str


AdapterStatus = Literal["ready", "no_effect", "dry_run"]
"""A dry run's adapter is not there."""


class AdapterObject(BaseModel):
    """An adapter."""

    id: str
    object: Literal["adapter"] = "adapter"
    created: int
    name: str | None
    is_pinned: bool
    metadata: dict[str, str]
    base_model: str
    parent: str
    status: AdapterStatus
    warning: str | None
    store: Keep
    rank: int
    alpha: float
    target_modules: list[str]
    bytes: int | None = Field(
        description="Of its files; null for a recipe that was never used."
    )
    sha256: str | None = Field(
        description="Sum of its weights; null for a recipe that was never used."
    )
    generator: GeneratorInfo
    source: SourceInfo
    seed: int
    diagnostics: Diagnostics
    urls: AdapterUrls
    expires_at: int | None

    @classmethod
    def of(cls, held: HeldAdapter) -> Self:
        """The object of an adapter as its owner holds it."""
        stored, holding = held.stored, held.holding
        made, here = stored.provenance, f"/v1/adapters/{stored.id}"
        return cls(
            id=stored.id,
            status=_status_of(held),
            warning=_warning_of(made.familiarity),
            created=held.created,
            name=holding.name,
            is_pinned=holding.is_pinned,
            metadata=dict(holding.metadata),
            expires_at=holding.expires,
            store="file" if held.recipe is None else "recipe",
            base_model=stored.base_name,
            parent=stored.base_name,
            rank=stored.spec.rank,
            alpha=stored.spec.alpha,
            target_modules=[module.name for module in stored.spec.modules],
            bytes=stored.num_bytes,
            sha256=stored.sha256,
            generator=GeneratorInfo(name=made.family, sha256=made.bundle),
            source=SourceInfo(type="+".join(made.kinds), sha256=made.condition),
            seed=made.seed,
            diagnostics=Diagnostics.of(held),
            urls=AdapterUrls(
                self=here,
                download=f"{here}/download",
                files=f"{here}/files",
                chat="/v1/chat/completions",
            ),
        )


def _warning_of(familiarity: float | None) -> str | None:
    if familiarity is None or not Familiarity(share=familiarity).is_strange:
        return None
    return STRANGE


def _status_of(held: HeldAdapter) -> AdapterStatus:
    if not held.is_kept:
        return "dry_run"
    return "no_effect" if held.has_no_effect else "ready"


class AdapterList(BaseModel):
    """A page of adapters."""

    object: Literal["list"] = "list"
    data: list[AdapterObject]
    has_more: bool
    first_id: str | None
    last_id: str | None

    @classmethod
    def of(cls, page: Page[HeldAdapter]) -> Self:
        """The object of a page."""
        ids = [adapter.id for adapter in page.items]
        return cls(
            data=[AdapterObject.of(adapter) for adapter in page.items],
            has_more=page.has_more,
            first_id=ids[0] if ids else None,
            last_id=ids[-1] if ids else None,
        )


class AdapterFile(BaseModel):
    """A file of an adapter's folder."""

    name: str
    bytes: int
    sha256: str


class AdapterFiles(BaseModel):
    """All files of an adapter's folder."""

    object: Literal["list"] = "list"
    data: list[AdapterFile]

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> Self:
        """The object of a folder's contents by name."""
        return cls(
            data=[
                AdapterFile(
                    name=name,
                    bytes=len(content),
                    sha256=hashlib.sha256(content).hexdigest(),
                )
                for name, content in files.items()
            ]
        )


class BatchItem(BaseModel):
    """What became of one request of a batch."""

    status: int
    """As it would be alone."""
    adapter: AdapterObject | None = None
    error: ErrorBody | None = None


class AdapterBatch(BaseModel):
    """What became of a batch, in the order of its requests."""

    object: Literal["adapter.batch"] = "adapter.batch"
    data: list[BatchItem]


class DeletedAdapter(BaseModel):
    """Confirms that an adapter is gone."""

    id: str
    object: Literal["adapter"] = "adapter"
    deleted: Literal[True] = True


class ModelObject(BaseModel):
    """A model that a chat can name."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = "genadapter"
    root: str
    parent: str | None

    @classmethod
    def of_base(cls, name: str, *, created: int) -> Self:
        """The bare base model."""
        return cls(id=name, created=created, root=name, parent=None)

    @classmethod
    def of_adapter(cls, held: HeldAdapter | FittingAdapter, *, base_name: str) -> Self:
        """The base model with an adapter."""
        return cls(id=held.id, created=held.created, root=held.id, parent=base_name)


class DeletedModel(BaseModel):
    """Confirms that a model is gone."""

    id: str
    object: Literal["model"] = "model"
    deleted: Literal[True] = True


class ModelList(BaseModel):
    """Every model."""

    object: Literal["list"] = "list"
    data: list[ModelObject]
