"""Chats and completions as bodies of requests and replies, in OpenAI's shapes.

What is greedy there by a temperature of 0 is greedy here by itself: an adapter's task has
one right answer more often than not.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from genadapter.adapter import Adapter
from service.conversation import Answer, FinishReason, Piece, Request, Role, Turn
from service.sampling import Likely, Sampling
from service.schemas import MAX_SEED, RequestBody

MAX_MESSAGES = 256
MAX_MESSAGE_CHARACTERS = 64_000
MAX_PROMPTS = 16
MAX_STOPS = 4
MAX_CHOICES = 8
MAX_NEW_TOKENS = 1 << 20
MAX_SCALE = 4.0

TokenText = Callable[[int], str]
"""The text of one token."""


def _only(value: object, *, because: str) -> AfterValidator:
    """Accepts one value of a field that cannot be honoured, or none."""

    def check(received: Any) -> Any:  # Any: the field's own type goes through
        if received is None or received == value:
            return received
        raise PydanticCustomError(
            "unsupported_value",
            "only {allowed} is supported, got {received}: {because}",
            {"allowed": repr(value), "received": repr(received), "because": because},
        )

    return AfterValidator(check)


Stop = Annotated[str, Field(min_length=1, max_length=1000)]
NewTokens = Annotated[int | None, Field(ge=1, le=MAX_NEW_TOKENS)]
Penalty = Annotated[float | None, Field(ge=-2, le=2)]


class StreamOptions(RequestBody):
    """What a stream is to hold beside the answer."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class AnswerBody(RequestBody):
    """What a chat and a completion have in common."""

    model: str = Field(
        max_length=512, description="The base's name or an adapter's id."
    )
    max_tokens: NewTokens = None
    stop: Stop | Annotated[list[Stop], Field(max_length=MAX_STOPS)] | None = None
    temperature: float | None = Field(
        None, ge=0, le=2, description="0, which none means here, is greedy."
    )
    top_p: float | None = Field(None, gt=0, le=1)
    presence_penalty: Penalty = None
    frequency_penalty: Penalty = None
    seed: int | None = Field(None, ge=-MAX_SEED, le=MAX_SEED)
    n: int | None = Field(None, ge=1, le=MAX_CHOICES)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    scale: float | None = Field(
        None,
        ge=0,
        le=MAX_SCALE,
        description="Of the adapter: 0 is the base model. Not one of OpenAI's fields.",
    )
    user: str | None = Field(None, max_length=512)
    metadata: dict[str, str] | None = Field(None, max_length=16)
    store: bool | None = Field(None, description="Without effect: nothing is kept.")
    service_tier: str | None = Field(None, max_length=64, description="Without effect.")

    @model_validator(mode="after")
    def _options_need_a_stream(self) -> Self:
        if self.stream_options is not None and not self.stream:
            raise PydanticCustomError(
                "stream_options", "stream_options needs stream to be true: set it"
            )
        return self

    @property
    def tells_usage(self) -> bool:
        """Whether a stream is to end with what it took."""
        return bool(self.stream_options and self.stream_options.include_usage)

    def requests_for(
        self,
        prompt: tuple[Turn, ...] | str,
        adapter: Adapter | None,
        *,
        max_new_tokens: int | None,
        num_likely: int | None,
    ) -> list[Request]:
        """The requests as the engine takes them, one for each of the `n` answers."""
        stop = (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())
        return [
            Request(
                prompt=prompt,
                adapter=adapter,
                scale=1.0 if self.scale is None else self.scale,
                max_new_tokens=max_new_tokens,
                stop=stop,
                sampling=Sampling(
                    temperature=self.temperature or 0.0,
                    top_p=1.0 if self.top_p is None else self.top_p,
                    presence_penalty=self.presence_penalty or 0.0,
                    frequency_penalty=self.frequency_penalty or 0.0,
                    # One seed must not give n times the same answer.
                    seed=None if self.seed is None else self.seed + number,
                    num_likely=num_likely,
                ),
            )
            for number in range(self.n or 1)
        ]


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
    name: str | None = Field(None, max_length=64, description="Without effect.")
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


class ChatBody(AnswerBody):
    """Asks for the next message of a conversation."""

    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)
    max_completion_tokens: NewTokens = None
    logprobs: bool | None = None
    top_logprobs: int | None = Field(None, ge=0, le=20)
    response_format: TextFormat | None = None

    @model_validator(mode="after")
    def _rivals_need_logprobs(self) -> Self:
        if self.top_logprobs is not None and not self.logprobs:
            raise PydanticCustomError(
                "top_logprobs", "top_logprobs needs logprobs to be true: set it"
            )
        return self

    def to_requests(self, adapter: Adapter | None) -> list[Request]:
        """The requests as the engine takes them, one for each of the `n` answers."""
        return self.requests_for(
            tuple(message.to_turn() for message in self.messages),
            adapter,
            max_new_tokens=self.max_completion_tokens or self.max_tokens,
            num_likely=(self.top_logprobs or 0) if self.logprobs else None,
        )


Prompt = Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_CHARACTERS)]


class CompletionBody(AnswerBody):
    """Asks how a text goes on."""

    prompt: (
        Prompt | Annotated[list[Prompt], Field(min_length=1, max_length=MAX_PROMPTS)]
    )
    logprobs: int | None = Field(None, ge=0, le=5)
    echo: Annotated[
        bool | None, _only(False, because="the prompt is at hand, leave it out")
    ] = None
    best_of: Annotated[int | None, _only(1, because="ask for n answers")] = None
    suffix: Annotated[str | None, _only("", because="texts only go on")] = None

    def to_requests(self, adapter: Adapter | None) -> list[Request]:
        """The requests as the engine takes them: `n` for each prompt, in their order."""
        prompts = [self.prompt] if isinstance(self.prompt, str) else self.prompt
        return [
            request
            for prompt in prompts
            for request in self.requests_for(
                prompt,
                adapter,
                max_new_tokens=self.max_tokens or 16,
                num_likely=self.logprobs,
            )
        ]


class Usage(BaseModel):
    """What answers took."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, answers: Iterable[Answer], *, num_choices: int = 1) -> Self:
        """The sum over answers; a prompt that several answer counts once.

        Args:
            answers: Of every prompt the choices, one prompt after the other.
            num_choices: Answers to each prompt.
        """
        known = list(answers)
        prompt = sum(a.num_prompt_tokens for a in known[::num_choices])
        new = sum(a.num_new_tokens for a in known)
        return cls(
            prompt_tokens=prompt, completion_tokens=new, total_tokens=prompt + new
        )


class TopLogprob(BaseModel):
    """A token that might have stood in an answer."""

    token: str
    logprob: float
    bytes: list[int]

    @classmethod
    def of(cls, likely: Likely, text_of: TokenText) -> Self:
        """The object of a token and its likelihood."""
        text = text_of(likely.token)
        return cls(token=text, logprob=likely.logprob, bytes=list(text.encode()))


class TokenLogprob(TopLogprob):
    """A token of an answer."""

    top_logprobs: list[TopLogprob] = []

    @classmethod
    def of(cls, likely: Likely, text_of: TokenText) -> Self:
        """The object of a token, its likelihood and its rivals."""
        own = TopLogprob.of(likely, text_of)
        return cls(
            **own.model_dump(),
            top_logprobs=[TopLogprob.of(rival, text_of) for rival in likely.rivals],
        )


class ChatLogprobs(BaseModel):
    """The likelihoods of a message's tokens."""

    content: list[TokenLogprob]
    refusal: None = None

    @classmethod
    def of(cls, tokens: Sequence[Likely], text_of: TokenText) -> Self | None:
        """The object of an answer's tokens, if they were asked for."""
        if not tokens:
            return None
        return cls(content=[TokenLogprob.of(token, text_of) for token in tokens])


class AnswerMessage(BaseModel):
    """The model's message."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class ChatChoice(BaseModel):
    """One answer."""

    index: int
    message: AnswerMessage
    logprobs: ChatLogprobs | None
    finish_reason: FinishReason


class Delta(BaseModel):
    """What a message grew by; at its end nothing."""

    role: Literal["assistant"] | None = None
    content: str | None = None

    @model_serializer(mode="wrap")
    def _without_nothing(self, inner: SerializerFunctionWrapHandler) -> dict[str, str]:
        return {name: value for name, value in inner(self).items() if value is not None}


class DeltaChoice(BaseModel):
    """What one answer grew by."""

    index: int
    delta: Delta
    logprobs: ChatLogprobs | None = None
    finish_reason: FinishReason | None = None


class Reply(BaseModel):
    """What all replies begin with; `model` is as the client named it."""

    id: str
    created: int
    model: str
    system_fingerprint: str

    @classmethod
    def new(cls, *, prefix: str, model: str, fingerprint: str) -> Reply:
        """A head with an id of its own.

        Args:
            prefix: Of the id.
            model: The model as the client named it.
            fingerprint: Identifies base and adapter.
        """
        return Reply(
            id=f"{prefix}-{secrets.token_hex(16)}",
            created=int(time.time()),
            model=model,
            system_fingerprint=fingerprint,
        )


class ChatCompletion(Reply):
    """The answers to a conversation."""

    object: Literal["chat.completion"] = "chat.completion"
    choices: list[ChatChoice]
    usage: Usage

    @classmethod
    def of(cls, answers: Sequence[Answer], head: Reply, text_of: TokenText) -> Self:
        """The object of answers to one conversation."""
        choices = [
            ChatChoice(
                index=index,
                message=AnswerMessage(content=answer.text),
                logprobs=ChatLogprobs.of(answer.tokens, text_of),
                finish_reason=answer.finish_reason,
            )
            for index, answer in enumerate(answers)
        ]
        usage = Usage.of(answers, num_choices=len(answers))
        return cls(choices=choices, usage=usage, **head.model_dump())


class ChatChunk(Reply):
    """A part of a stream of answers to a conversation."""

    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    choices: list[DeltaChoice]
    usage: Usage | None = None

    @classmethod
    def first(cls, index: int, head: Reply) -> Self:
        """What an answer begins with."""
        delta = Delta(role="assistant", content="")
        return cls(choices=[DeltaChoice(index=index, delta=delta)], **head.model_dump())

    @classmethod
    def of(
        cls, index: int, item: Piece | Answer, head: Reply, text_of: TokenText
    ) -> Self:
        """What an answer grew by, or how it ended."""
        if isinstance(item, Answer):
            choice = DeltaChoice(
                index=index, delta=Delta(), finish_reason=item.finish_reason
            )
        else:
            choice = DeltaChoice(
                index=index,
                delta=Delta(content=item.text),
                logprobs=ChatLogprobs.of(item.tokens, text_of),
            )
        return cls(choices=[choice], **head.model_dump())

    @classmethod
    def last(cls, usage: Usage, head: Reply) -> Self:
        """What all of it took."""
        return cls(choices=[], usage=usage, **head.model_dump())


class TextLogprobs(BaseModel):
    """The likelihoods of a completion's tokens."""

    tokens: list[str]
    token_logprobs: list[float]
    top_logprobs: list[dict[str, float]]
    text_offset: list[int]

    @classmethod
    def of(cls, tokens: Sequence[Likely], text_of: TokenText) -> Self | None:
        """The object of an answer's tokens, if they were asked for."""
        if not tokens:
            return None
        texts = [text_of(likely.token) for likely in tokens]
        return cls(
            tokens=texts,
            token_logprobs=[likely.logprob for likely in tokens],
            top_logprobs=[
                {text_of(rival.token): rival.logprob for rival in likely.rivals}
                for likely in tokens
            ],
            text_offset=[sum(map(len, texts[:place])) for place in range(len(texts))],
        )


class TextChoice(BaseModel):
    """One answer, or what it grew by."""

    index: int
    text: str
    logprobs: TextLogprobs | None = None
    finish_reason: FinishReason | None = None


class TextCompletion(Reply):
    """How texts go on; in a stream, a part of that."""

    object: Literal["text_completion"] = "text_completion"
    choices: list[TextChoice]
    usage: Usage | None = None

    @classmethod
    def of(
        cls,
        answers: Sequence[Answer],
        head: Reply,
        text_of: TokenText,
        *,
        num_choices: int,
    ) -> Self:
        """The object of answers to prompts.

        Args:
            answers: Of every prompt the choices, one prompt after the other.
            head: What the reply begins with.
            text_of: The text of a token.
            num_choices: Answers to each prompt.
        """
        choices = [
            TextChoice(
                index=index,
                text=answer.text,
                logprobs=TextLogprobs.of(answer.tokens, text_of),
                finish_reason=answer.finish_reason,
            )
            for index, answer in enumerate(answers)
        ]
        usage = Usage.of(answers, num_choices=num_choices)
        return cls(choices=choices, usage=usage, **head.model_dump())

    @classmethod
    def part(
        cls, index: int, item: Piece | Answer, head: Reply, text_of: TokenText
    ) -> Self:
        """What an answer grew by, or how it ended."""
        if isinstance(item, Answer):
            choice = TextChoice(index=index, text="", finish_reason=item.finish_reason)
        else:
            logprobs = TextLogprobs.of(item.tokens, text_of)
            choice = TextChoice(index=index, text=item.text, logprobs=logprobs)
        return cls(choices=[choice], **head.model_dump())

    @classmethod
    def last(cls, usage: Usage, head: Reply) -> Self:
        """What all of it took."""
        return cls(choices=[], usage=usage, **head.model_dump())
