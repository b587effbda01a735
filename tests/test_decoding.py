"""Decoding: rows join, step and leave, and none notices the others."""

from __future__ import annotations

import random

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.decoding import Decoder
from genadapter.errors import ConfigError

TEXTS = ("cat", "sort one two three", "capital of france", "reverse word dog please")
NUM_TOKENS = 140


def greedy(base: BaseModel, text: str, count: int) -> list[int]:
    """What transformers' own loop answers."""
    prompts = [base.prompt_ids(text)]
    return base.generate_ids(prompts, max_new_tokens=count)[0]


def test_one_row_decodes_as_transformers_does(base: BaseModel) -> None:
    """Also beyond the first stretch of memory."""
    decoder, answer = Decoder(base, max_rows=2), []
    prompt = base.prompt_ids("cat")
    count = min(NUM_TOKENS, base.model.config.max_position_embeddings - len(prompt))
    logits_BV = decoder.join([prompt])
    for _ in range(count):
        answer.append(int(logits_BV[0].argmax()))
        logits_BV = decoder.step([answer[-1]])
    expected = greedy(base, "cat", count)
    assert answer[: len(expected)] == expected


def test_rows_that_come_and_go_change_no_answer(base: BaseModel) -> None:
    """Each is what it would be alone, whoever joins or leaves meanwhile."""
    rng = random.Random(0)
    decoder, present, answers = Decoder(base, max_rows=4), [], {}
    waiting = [*TEXTS, *TEXTS]
    limits = {number: rng.randint(1, 9) for number in range(len(waiting))}
    for _ in range(60):
        while len(present) < rng.randint(1, 4) and waiting:
            number = len(answers)
            logits_BV = decoder.join([base.prompt_ids(waiting.pop(0))])
            answers[number] = [int(logits_BV[0].argmax())]
            present.append(number)
        for row in reversed(range(len(present))):
            if len(answers[present[row]]) >= limits[present[row]]:
                decoder.leave(row)
                present[row] = present[-1]
                present.pop()
        assert len(decoder) == len(present)
        if present:
            logits_BV = decoder.step([answers[number][-1] for number in present])
            for row, number in enumerate(present):
                answers[number].append(int(logits_BV[row].argmax()))
    assert not waiting
    assert not present
    for number, text in enumerate([*TEXTS, *TEXTS]):
        found, expected = answers[number], greedy(base, text, limits[number])
        assert found[: len(expected)] == expected


def test_prompts_of_different_lengths_join_together(base: BaseModel) -> None:
    """Padding is never read."""
    prompts = [base.prompt_ids(text) for text in TEXTS]
    together = Decoder(base, max_rows=4).join(prompts)
    for row, prompt in enumerate(prompts):
        alone = Decoder(base, max_rows=1).join([prompt])
        assert torch.allclose(together[row], alone[0], atol=1e-5)


def test_no_more_rows_than_there_is_room_for(base: BaseModel) -> None:
    """The message says how many there are."""
    decoder = Decoder(base, max_rows=1)
    decoder.join([[1, 2]])
    with pytest.raises(ConfigError, match=r"at most 1 rows.*got 1 and 1 more"):
        decoder.join([[1, 2]])
