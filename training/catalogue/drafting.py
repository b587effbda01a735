"""Steps that several families share when they write their drafts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from training.catalogue.source import Answer


def wordings(block: str) -> tuple[str, ...]:
    """Splits a text block that holds one description of a task per line."""
    return tuple(line.strip() for line in block.strip().splitlines())


def labels_of(rows: Iterable[tuple[str, Answer]]) -> dict[Answer, list[str]]:
    """Collects the inputs that share an answer, in the order of the rows."""
    inputs: dict[Answer, list[str]] = {}
    for text, answer in rows:
        inputs.setdefault(answer, []).append(text)
    return inputs


def balanced(
    rows: Iterable[tuple[str, Answer]], *, seed: str, at_most: int = 400
) -> Iterator[tuple[str, Answer]]:
    """Yields as many rows of every label as the rarest label has.

    Args:
        rows: Rows of a task whose answers are a few labels.
        seed: Names the sample, so that the same rows are taken on every run.
        at_most: Rows yielded at most, over all labels.
    """
    inputs = labels_of(rows)
    share = min([at_most // len(inputs), *map(len, inputs.values())])
    for answer, texts in inputs.items():
        for text in random.Random(f"{seed}/{answer}").sample(texts, share):
            yield text, answer


def unambiguous(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Answer]]:
    """Merges rows of one input into a single row that accepts all their answers."""
    merged: dict[str, list[str]] = {}
    for text, answer in rows:
        answers = merged.setdefault(text, [])
        if answer not in answers:
            answers.append(answer)
    for text, answers in merged.items():
        yield text, answers[0] if len(answers) == 1 else tuple(answers)
