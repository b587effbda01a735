"""Scoring: is an answer right, does it hold the right one, how near does it come."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from training.tasks import Example, Task

OUTER = ".,;:!?\"'`*()[]{} \u201c\u201d\u2018\u2019\u00ab\u00bb\u2026"
"""Taken off both ends; signs that change a value, such as a minus, are not."""
_TOKEN = re.compile(r"\w+|[^\w\s]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """What one answer earns; every figure is 0 to 1."""

    exact_match: float
    """1 where it is an accepted answer."""
    contained: float
    """1 where an accepted answer stands somewhere in it, as whole words."""
    rouge_l: float
    """F1 of the longest common subsequence of tokens, over the best accepted answer."""


def score(answer: str, example: Example) -> Score:
    """Scores one answer against every accepted one.

    Case, outer punctuation and blanks do not count, unless they are all that tells the
    right answer from the input: then answers are compared as they are written, or
    repeating the input would pass for putting it in capitals.

    Args:
        answer: The model's answer; only its first line counts.
        example: The input and its accepted answers.
    """
    answer = first_line(answer)
    form = _single_blanks if counts_as_written(example) else normalise
    given, accepted = form(answer), [form(output) for output in example.outputs]
    return Score(
        exact_match=float(given in accepted),
        contained=float(any(_contains(given, output) for output in accepted)),
        rouge_l=max(rouge_l(answer, output) for output in example.outputs),
    )


def counts_as_written(example: Example) -> bool:
    """Whether case and punctuation are all that tells the right answer from the input."""
    is_right = normalise(example.input) in map(normalise, example.outputs)
    is_literal = _single_blanks(example.input) in map(_single_blanks, example.outputs)
    return is_right and not is_literal


def normalise(text: str) -> str:
    """Lower case, single blanks, no outer punctuation or quotes.

    A text of punctuation alone keeps it.
    """
    plain = _single_blanks(text.casefold())
    return plain.strip(OUTER) or plain


def first_line(text: str) -> str:
    """What stands before the first line break."""
    lines = text.strip().splitlines()
    return lines[0].strip() if lines else ""


def rouge_l(answer: str, reference: str) -> float:
    """ROUGE-L F1 of two texts (Lin, ROUGE, 2004, section 3), without stemming."""
    given, wanted = _tokens(answer), _tokens(reference)
    common = _common_subsequence(given, wanted)
    if not common:
        return 0.0
    precision, recall = common / len(given), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def has_two_answers(task: Task) -> bool:
    """Whether a task is a choice between two answers, where guessing gets far."""
    return len({normalise(e.outputs[0]) for e in task.examples}) == 2


def majority_answer(task: Task) -> str:
    """The most common answer of a task's training rows; of equals, the first by name."""
    rows = task.rows("train") or task.examples
    counts = Counter(e.outputs[0] for e in rows)
    return min(counts, key=lambda answer: (-counts[answer], answer))


def _single_blanks(text: str) -> str:
    return " ".join(text.split())


def _contains(answer: str, accepted: str) -> bool:
    pattern = rf"(?<!\w){re.escape(accepted)}(?!\w)"
    return bool(accepted) and re.search(pattern, answer) is not None


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(normalise(text))


def _common_subsequence(left: Sequence[str], right: Sequence[str]) -> int:
    row = [0] * (len(right) + 1)
    for token in left:
        diagonal = 0
        for place, other in enumerate(right, start=1):
            above = row[place]
            row[place] = diagonal + 1 if token == other else max(above, row[place - 1])
            diagonal = above
    return row[-1]
