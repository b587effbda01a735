"""An answer of vLLM's, put together from the events of its stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.conversation import Answer, FinishReason, Piece, Request
from service.errors import VllmError
from service.sampling import Likely
from service.transcript import Transcript
from service.vllm.client import Json

_TOKEN = "token_id:"


class VllmAnswer:
    """The answer to one request as it grows; its text is made of token ids."""

    def __init__(
        self,
        request: Request,
        tokenizer: Any,  # Any: transformers' own, imported elsewhere
        num_prompt_tokens: int,
    ) -> None:
        """Begins an answer.

        Args:
            request: What was asked.
            tokenizer: Makes text of token ids.
            num_prompt_tokens: What the prompt took.
        """
        self._num_rivals = request.sampling.num_likely
        self._num_prompt_tokens = num_prompt_tokens
        self._transcript = Transcript(
            lambda ids: str(tokenizer.decode(ids, skip_special_tokens=True)),
            stops=request.stop,
            is_stripped=not isinstance(request.prompt, str),
        )
        self._tokens: list[Likely] = []
        self._finish_reason: FinishReason | None = None
        self.num_new_tokens = 0
        """Tokens so far, the one that ended it included."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come."""
        return self._finish_reason is not None

    def add(self, event: Json) -> Piece | None:
        """Takes an event and returns what the answer grew by, if anything shows.

        Raises:
            VllmError: It is none of vLLM's, or the answer was broken off.
        """
        try:
            for choice in event["choices"]:
                return self._add(choice)
        except (KeyError, TypeError, ValueError) as error:
            raise VllmError(
                "vLLM does not tell token ids: use a version that knows return_token_ids"
            ) from error
        return None

    def whole(self) -> Answer:
        """The answer.

        Raises:
            VllmError: It has not ended.
        """
        if self._finish_reason is None:
            raise VllmError("vLLM's answer has no end", may_pass=True)
        return Answer(
            text=self._transcript.text,
            finish_reason=self._finish_reason,
            num_prompt_tokens=self._num_prompt_tokens,
            num_new_tokens=self.num_new_tokens,
            tokens=tuple(self._tokens),
        )

    def _add(self, choice: Json) -> Piece | None:
        ids: list[int] = list(choice["token_ids"])
        likelies = list(self._likelies(choice))
        self.num_new_tokens += len(ids)
        reason = choice["finish_reason"]
        if reason not in (None, "stop", "length"):
            raise VllmError(f"vLLM broke the answer off: {reason}", may_pass=True)
        if reason == "stop" and not isinstance(choice.get("stop_reason"), str):
            # The token that ends an answer is no part of it.
            del ids[-1:], likelies[-1:]
        text = ""
        for token in ids:
            text += self._transcript.add(token)
            if self._transcript.is_stopped:
                reason = "stop"
                break
        if reason is not None:
            text += self._transcript.end()
            self._finish_reason = reason
        self._tokens += likelies
        if not text and not likelies:
            return None
        return Piece(text=text, tokens=tuple(likelies))

    def _likelies(self, choice: Json) -> Iterator[Likely]:
        if self._num_rivals is None:
            return
        told = choice["logprobs"]
        for token, logprob, top in zip(
            told["tokens"], told["token_logprobs"], told["top_logprobs"], strict=True
        ):
            # vLLM tells the token itself beside its rivals, whatever its rank.
            ranked = sorted(top.items(), key=lambda item: -item[1])
            yield Likely(
                token=_id_of(token),
                logprob=logprob,
                rivals=tuple(
                    Likely(token=_id_of(rival), logprob=found)
                    for rival, found in ranked[: self._num_rivals]
                ),
            )


def _id_of(token: str) -> int:
    return int(token.removeprefix(_TOKEN))
