"""Bodies of requests and replies: shapes and limits, and nothing else.

Replies follow OpenAI's objects, with `root` and `parent` of a model as vLLM has them.
"""

from __future__ import annotations

import secrets
import time
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from genadapter.adapter import Adapter
from genadapter.condition import MAX_DESCRIPTION_CHARACTERS, Condition
from service.adapter_service import AdapterPage
from service.conversation import Answer, ChatRequest, FinishReason, Role, Turn
from service.store import StoredAdapter

MAX_SEED = 2**63 - 1
MAX_MESSAGES = 256
MAX_MESSAGE_CHARACTERS = 64_000
MAX_STOPS = 4
MAX_NEW_TOKENS = 1 << 20


def _only(value: object, *, because: str) -> AfterValidator:
    """Accepts one value of a field that cannot be honoured yet, or none."""

    def check(received: Any) -> Any:  # Any: the field's own type goes through
        if received is None or received == value:
            return received
        raise PydanticCustomError(
            "unsupported_value",
            "only {allowed} is supported, got {received}: {because}",
            {"allowed": repr(value), "received": repr(received), "because": because},
        )

    return AfterValidator(check)


_GREEDY = "answers are greedy, leave it out"
_NOT_YET = "this service cannot do it yet, leave it out"


class RequestBody(BaseModel):
    """A body whose unknown fields are refused, never silently dropped."""

    model_config = ConfigDict(extra="forbid")


def _usable_description(text: str) -> str:
    Condition(description=text)
    return text


class CreateAdapterBody(RequestBody):
    """Asks for an adapter."""

    description: Annotated[str, AfterValidator(_usable_description)] = Field(
        max_length=MAX_DESCRIPTION_CHARACTERS,
        description="The task, as one would say it to a colleague.",
        examples=["Turn the English noun into its plural."],
    )
    seed: int = Field(
        0,
        ge=0,
        le=MAX_SEED,
        description="Part of the adapter's recipe. Today's families are deterministic: "
        "it changes the id alone.",
    )

    def to_condition(self) -> Condition:
        """The condition to generate for."""
        return Condition(description=self.description)


class GeneratorInfo(BaseModel):
    """What wrote an adapter."""

    name: str
    sha256: str


class SourceInfo(BaseModel):
    """What an adapter was written for; its text is not kept."""

    type: Literal["description"] = "description"
    sha256: str


class NearestExpert(BaseModel):
    """A trained task that is like the one asked for."""

    id: str
    similarity: float


class Diagnostics(BaseModel):
    """What is known of how well an adapter may work."""

    nearest_experts: list[NearestExpert]


class AdapterUrls(BaseModel):
    """Where an adapter is found and used."""

    self: str
    download: str
    chat: str


class AdapterObject(BaseModel):
    """An adapter."""

    id: str
    object: Literal["adapter"] = "adapter"
    created: int
    base_model: str
    parent: str
    status: Literal["ready"] = "ready"
    rank: int
    alpha: float
    target_modules: list[str]
    bytes: int
    sha256: str
    generator: GeneratorInfo
    source: SourceInfo
    seed: int
    diagnostics: Diagnostics
    urls: AdapterUrls
    expires_at: int | None = None

    @classmethod
    def of(cls, stored: StoredAdapter) -> Self:
        """The object of a stored adapter."""
        made, here = stored.provenance, f"/v1/adapters/{stored.id}"
        near = [NearestExpert(id=i, similarity=s) for i, s in made.neighbours]
        return cls(
            id=stored.id,
            created=stored.created,
            base_model=stored.base_name,
            parent=stored.base_name,
            rank=stored.spec.rank,
            alpha=stored.spec.alpha,
            target_modules=[module.name for module in stored.spec.modules],
            bytes=stored.num_bytes,
            sha256=stored.sha256,
            generator=GeneratorInfo(name=made.family, sha256=made.bundle),
            source=SourceInfo(sha256=made.condition),
            seed=made.seed,
            diagnostics=Diagnostics(nearest_experts=near),
            urls=AdapterUrls(
                self=here, download=f"{here}/download", chat="/v1/chat/completions"
            ),
        )


class AdapterList(BaseModel):
    """A page of adapters."""

    object: Literal["list"] = "list"
    data: list[AdapterObject]
    has_more: bool
    first_id: str | None
    last_id: str | None

    @classmethod
    def of(cls, page: AdapterPage) -> Self:
        """The object of a page."""
        ids = [adapter.id for adapter in page.adapters]
        return cls(
            data=[AdapterObject.of(adapter) for adapter in page.adapters],
            has_more=page.has_more,
            first_id=ids[0] if ids else None,
            last_id=ids[-1] if ids else None,
        )


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
    def of_adapter(cls, stored: StoredAdapter, *, base_name: str) -> Self:
        """The base model with an adapter."""
        return cls(
            id=stored.id, created=stored.created, root=stored.id, parent=base_name
        )


class ModelList(BaseModel):
    """Every model."""

    object: Literal["list"] = "list"
    data: list[ModelObject]


class TextPart(RequestBody):
    """One text of a message that has several parts."""

    type: Literal["text"]
    text: str = Field(max_length=MAX_MESSAGE_CHARACTERS)


class Message(RequestBody):
    """One turn of a conversation."""

    role: Role
    content: (
        Annotated[str, Field(max_length=MAX_MESSAGE_CHARACTERS)]
        | Annotated[list[TextPart], Field(min_length=1, max_length=MAX_MESSAGES)]
    )
    refusal: None = None

    def to_turn(self) -> Turn:
        """The turn as the engine takes it."""
        content = self.content
        if not isinstance(content, str):
            content = "".join(part.text for part in content)
        return Turn(role=self.role, content=content)


class TextFormat(RequestBody):
    """The only format of answers: plain text."""

    type: Literal["text"]


Stop = Annotated[str, Field(min_length=1, max_length=1000)]
NewTokens = Annotated[int | None, Field(ge=1, le=MAX_NEW_TOKENS)]


class ChatBody(RequestBody):
    """Asks for the next message of a conversation."""

    model: str = Field(
        max_length=512, description="The base's name or an adapter's id."
    )
    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)
    max_completion_tokens: NewTokens = None
    max_tokens: NewTokens = None
    stop: Stop | Annotated[list[Stop], Field(max_length=MAX_STOPS)] | None = None
    seed: int | None = Field(None, description="Without effect: answers are greedy.")
    temperature: Annotated[float | None, _only(0, because=_GREEDY)] = None
    top_p: Annotated[float | None, _only(1, because=_GREEDY)] = None
    presence_penalty: Annotated[float | None, _only(0, because=_GREEDY)] = None
    frequency_penalty: Annotated[float | None, _only(0, because=_GREEDY)] = None
    n: Annotated[int | None, _only(1, because=_GREEDY)] = None
    stream: Annotated[bool | None, _only(False, because=_NOT_YET)] = None
    logprobs: Annotated[bool | None, _only(False, because=_NOT_YET)] = None
    response_format: TextFormat | None = None
    user: str | None = Field(None, max_length=512)
    metadata: dict[str, str] | None = Field(None, max_length=16)

    def to_request(self, adapter: Adapter | None) -> ChatRequest:
        """The request as the engine takes it."""
        stop = (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())
        return ChatRequest(
            turns=tuple(message.to_turn() for message in self.messages),
            adapter=adapter,
            max_new_tokens=self.max_completion_tokens or self.max_tokens,
            stop=stop,
        )


class AnswerMessage(BaseModel):
    """The model's message."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    """One answer."""

    index: int = 0
    message: AnswerMessage
    logprobs: None = None
    finish_reason: FinishReason


class Usage(BaseModel):
    """What an answer took."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    """The answer to a conversation."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    system_fingerprint: str

    @classmethod
    def of(cls, answer: Answer, *, model: str, fingerprint: str) -> Self:
        """The object of an answer.

        Args:
            answer: What the engine gave.
            model: The model as the client named it.
            fingerprint: Identifies base and adapter.
        """
        prompt, new = answer.num_prompt_tokens, answer.num_new_tokens
        return cls(
            id=f"chatcmpl-{secrets.token_hex(16)}",
            created=int(time.time()),
            model=model,
            choices=[
                Choice(
                    message=AnswerMessage(content=answer.text),
                    finish_reason=answer.finish_reason,
                )
            ],
            usage=Usage(
                prompt_tokens=prompt, completion_tokens=new, total_tokens=prompt + new
            ),
            system_fingerprint=fingerprint,
        )
