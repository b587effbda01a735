"""More tasks from the ones there are: other labels, other answer formats.

A generator that meets `yes` and `no` in a hundred tasks learns the habit, not the
description. Here the labels of a task are renamed in its descriptions and answers
alike, and format requests are joined to descriptions, so that reading is what pays.
Variants keep their task's family, group and pool, and are used in training only: they
are made of training rows and wordings, and all of a variant is trained on.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from training.tasks import Task

MAX_LABELS = 6
MAX_LABEL_MENTIONS = 2
"""A label that a description mentions more often is probably an ordinary word there."""
MIN_DESCRIPTIONS = 3

_FORM_WORDS = re.compile(r"case|capital|quot|bracket|minuscul|full stop|exclam", re.I)

_LABELS = (
    ("yes", "no", "maybe", "never", "always", "often"),
    ("true", "false", "unknown", "both", "neither", "either"),
    ("1", "0", "2", "3", "4", "5"),
    ("A", "B", "C", "D", "E", "F"),
    ("positive", "negative", "neutral", "mixed", "none", "other"),
    ("pass", "fail", "skip", "retry", "hold", "stop"),
    ("good", "bad", "fine", "poor", "great", "awful"),
    ("in", "out", "over", "under", "near", "far"),
    ("+", "-", "=", "*", "?", "!"),
    ("hot", "cold", "warm", "cool", "mild", "icy"),
    ("accept", "reject", "defer", "review", "ignore", "flag"),
    ("red", "blue", "green", "yellow", "black", "white"),
    ("first", "second", "third", "fourth", "fifth", "sixth"),
    ("X", "Y", "Z", "W", "V", "U"),
    ("correct", "wrong", "unclear", "partial", "empty", "broken"),
    ("cat", "dog", "bird", "fish", "horse", "mouse"),
    ("keep", "drop", "move", "copy", "merge", "split"),
    ("high", "low", "medium", "peak", "zero", "rising"),
    ("I", "II", "III", "IV", "V", "VI"),
    ("north", "south", "east", "west", "up", "down"),
    ("apple", "lemon", "grape", "melon", "peach", "plum"),
    ("match", "differ", "overlap", "equal", "clash", "agree"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerFormat:
    """A way to write any answer, and how one asks for it."""

    name: str
    apply: Callable[[str], str]
    wordings: tuple[str, ...]


FORMATS = (
    AnswerFormat(
        name="capitals",
        apply=str.upper,
        wordings=(
            "Write the answer in capital letters.",
            "Answer in upper case, please.",
            "ALL CAPS.",
            "Use nothing but capitals.",
            "The result has to be uppercase.",
            "Shout the answer, that is, use capitals only.",
        ),
    ),
    AnswerFormat(
        name="lower_case",
        apply=str.lower,
        wordings=(
            "Write the answer in small letters.",
            "All lower case.",
            "The output must not hold a capital letter.",
            "lowercase only",
            "Use small letters throughout.",
        ),
    ),
    AnswerFormat(
        name="quoted",
        apply=lambda text: f'"{text}"',
        wordings=(
            "Put the answer in double quotes.",
            'The output starts and ends with a quotation mark: "like this".',
            "Quote the result.",
            "Wrap what you answer in quotation marks.",
            "I need it inside double quotes.",
        ),
    ),
    AnswerFormat(
        name="brackets",
        apply=lambda text: f"[{text}]",
        wordings=(
            "Put the answer in square brackets.",
            "Output looks like [this].",
            "Enclose the result in [ and ].",
            "Square brackets around the answer, please.",
            "The reply is bracketed, for example [word].",
        ),
    ),
    AnswerFormat(
        name="parentheses",
        apply=lambda text: f"({text})",
        wordings=(
            "Put the answer in parentheses.",
            "Output looks like (this).",
            "Round brackets go around the result.",
            "Reply inside ( and ).",
        ),
    ),
    AnswerFormat(
        name="exclamation",
        apply=lambda text: f"{text}!",
        wordings=(
            "End the answer with an exclamation mark.",
            "Add ! to what you answer.",
            "Sound excited: close with an exclamation mark.",
            "The last character is always !",
        ),
    ),
    AnswerFormat(
        name="full_stop",
        apply=lambda text: f"{text}.",
        wordings=(
            "End the answer with a full stop.",
            "Close with a period.",
            "A dot follows the answer.",
            "Put . at the very end.",
        ),
    ),
    AnswerFormat(
        name="label",
        apply=lambda text: f"Answer: {text}",
        wordings=(
            'Begin with "Answer:".',
            "Write Answer: and then the result.",
            "The line starts with the word Answer and a colon.",
            "Format: Answer: <result>",
        ),
    ),
    AnswerFormat(
        name="result_is",
        apply=lambda text: f"The result is {text}",
        wordings=(
            'Begin with "The result is".',
            "Use the form: The result is ...",
            "Make it a sentence that starts with The result is.",
        ),
    ),
    AnswerFormat(
        name="dash",
        apply=lambda text: f"- {text}",
        wordings=(
            "Write it as a list item with a dash.",
            "Start the line with a hyphen and a blank.",
            "Output as a bullet: - answer",
            "A dash comes first.",
        ),
    ),
    AnswerFormat(
        name="twice",
        apply=lambda text: f"{text} {text}",
        wordings=(
            "Say the answer twice.",
            "Repeat the result once, with a blank between.",
            "Write it two times in a row.",
        ),
    ),
    AnswerFormat(
        name="stars",
        apply=lambda text: f"*{text}*",
        wordings=(
            "Put the answer between asterisks.",
            "Emphasise the result *like this*.",
            "A star before and a star after the answer.",
        ),
    ),
    AnswerFormat(
        name="json",
        apply=lambda text: f'{{"answer": "{text}"}}',
        wordings=(
            'Answer as JSON with the key "answer".',
            'Return a JSON object like {"answer": "..."}.',
            "Output is JSON; the only key is answer.",
        ),
    ),
)


def variants(
    tasks: Sequence[Task],
    *,
    relabelled: int,
    reformatted: float,
    max_rows: int,
    seed: int,
) -> list[Task]:
    """Makes new training tasks out of tasks.

    Args:
        tasks: The tasks to vary.
        relabelled: Variants with other labels of every task that names its labels.
        reformatted: Share of tasks that get a variant with another answer format.
        max_rows: Rows of a variant at most.
        seed: Of every choice.
    """
    made: list[Task] = []
    for task in tasks:
        rng = random.Random(f"{seed}/{task.id}")
        short = replace(task, examples=task.rows("train")[:max_rows])
        made += _relabelled(short, relabelled, rng)
        if rng.random() < reformatted:
            made += _reformatted(short, rng)
    return made


def labels_of(task: Task) -> tuple[str, ...]:
    """The labels of a task with a few fixed answers, else nothing."""
    answers = {o for e in task.examples for o in e.outputs}
    return tuple(sorted(answers)) if 2 <= len(answers) <= MAX_LABELS else ()


def _relabelled(task: Task, count: int, rng: random.Random) -> Iterator[Task]:
    labels = labels_of(task)
    told = [d for d in task.train_descriptions if _names_each(d, labels)]
    if not labels or len(told) < MIN_DESCRIPTIONS:
        return
    for number in range(count):
        chosen = list(rng.choice(_LABELS)[: len(labels)])
        if rng.random() < 0.3:
            chosen = rng.sample(
                [label for row in _LABELS for label in row], len(labels)
            )
        rng.shuffle(chosen)
        renamed = dict(zip(labels, chosen, strict=True))
        if any(old == new for old, new in renamed.items()):
            continue
        yield _varied(
            task,
            f"labels_{number}",
            [_rename(d, renamed) for d in told],
            lambda answer, renamed=renamed: renamed[answer],  # type: ignore[misc] # bound early
        )


def _reformatted(task: Task, rng: random.Random) -> Iterator[Task]:
    answer_format = rng.choice(FORMATS)
    answers = [e.outputs[0] for e in task.examples]
    num_changed = sum(answer_format.apply(a) != a for a in answers)
    about_form = any(_FORM_WORDS.search(d) for d in task.train_descriptions)
    # A task that is about the form of its answer would contradict the request.
    if about_form or num_changed < len(answers) / 2:
        return
    descriptions = []
    for text in task.train_descriptions:
        wording = rng.choice(answer_format.wordings)
        pair = [text, wording] if rng.random() < 0.8 else [wording, text]
        descriptions.append(" ".join(pair))
    yield _varied(task, answer_format.name, descriptions, answer_format.apply)


def _varied(
    task: Task, name: str, descriptions: Sequence[str], change: Callable[[str], str]
) -> Task:
    examples = tuple(
        replace(e, outputs=tuple(change(o) for o in e.outputs)) for e in task.examples
    )
    return replace(
        task,
        id=f"{task.id}+{name}",
        descriptions=tuple(descriptions),
        examples=examples,
        is_train_only=True,
    )


def _pattern(label: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w]){re.escape(label)}(?![\w])")


def _names_each(description: str, labels: Sequence[str]) -> bool:
    return all(
        1 <= len(_pattern(label).findall(description)) <= MAX_LABEL_MENTIONS
        for label in labels
    )


def _rename(description: str, renamed: dict[str, str]) -> str:
    # All at once, or a label that is renamed to another's old name is renamed twice.
    longest_first = sorted(renamed, key=len, reverse=True)
    joined = "|".join(re.escape(label) for label in longest_first)
    pattern = re.compile(rf"(?<![\w])(?:{joined})(?![\w])")
    return pattern.sub(lambda found: renamed[found.group()], description)
