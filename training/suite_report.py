"""How good a suite is as an experiment, told before anything is trained on it.

Adapters can only learn to read descriptions where the description alone tells what to
do: tasks share their inputs, no input gives its task away, a description names its task
in words of its own, and nothing held out is in training.

Shapes: B texts, E embedding.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from torch import Tensor
from torch.nn import functional

from genadapter.encoder import Encoder
from genadapter.reading import Reader
from training.conditions import CHUNK_SIZE, ConditionTable
from training.tasks import SPLITS, Split, Task

MIN_SHARING_SHARE = 0.6
"""Share of tasks whose inputs must be shared."""
MAX_TASKS_PER_FRAME = 12
MIN_PROBE_ACCURACY = 0.95
MIN_POOL = 4
"""Tasks of one pool from which on its inputs count as shared."""
FRAME_WORDS = 5
"""Everyday phrases, such as "the name of the", make four words in a row."""
MAX_ROWS = 30
"""Rows of a task that the input classifier sees of each part, at most."""
MAX_SAME_ROWS = 0.2
"""Of a held-out task's test rows; tasks over one pool agree by chance that often."""

_WORD = re.compile(r"\w+(?:'\w+)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class SplitCount:
    """What one split holds."""

    num_tasks: int
    num_families: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """Words in a row that descriptions of several tasks have in common."""

    words: str
    num_tasks: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Guess:
    """How often the input alone names its task: means over tasks, each counted once."""

    num_tasks: int
    accuracy: float
    chance: float
    """What one would score who knew the pool of an input, and nothing else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteReport:
    """How good a suite is as an experiment."""

    num_tasks: int
    num_families: int
    tasks_per_family: Mapping[str, int]
    """The largest first."""
    splits: Mapping[Split, SplitCount]
    num_sharing_tasks: int
    """Tasks whose pool serves at least three others."""
    sharing_share: float
    """The same as a share of all tasks."""
    fewest_descriptions: int
    """Of any one task."""
    widest_frame: Frame | None
    """The frame of most tasks; absent where all descriptions are shorter."""
    from_input: Guess | None
    """Over all tasks; absent where fewer than two have the rows for it."""
    from_shared_input: Guess | None
    """Over the tasks that share their inputs."""
    probe_accuracy: float | None
    """Share of held-out descriptions whose task a linear probe names."""
    leaks: tuple[str, ...]
    """What of a held-out task is in training."""


def examine(tasks: Sequence[Task], *, encoder: Encoder, reader: Reader) -> SuiteReport:
    """Measures a suite; most of the time goes into encoding its descriptions.

    Args:
        tasks: The whole suite, at least one task.
        encoder: What generators read descriptions with.
        reader: The base model, which they have them read by as well.
    """
    families = Counter(task.family for task in tasks)
    pool_sizes = _pool_sizes(tasks)
    accuracy = input_accuracy(tasks)
    sharing = {task: size for task, size in pool_sizes.items() if size >= MIN_POOL}
    return SuiteReport(
        num_tasks=len(tasks),
        num_families=len(families),
        tasks_per_family=dict(families.most_common()),
        splits={split: _count_split(tasks, split) for split in SPLITS},
        num_sharing_tasks=len(sharing),
        sharing_share=len(sharing) / len(tasks),
        fewest_descriptions=min(len(task.descriptions) for task in tasks),
        widest_frame=widest_frame(tasks),
        from_input=_guess(accuracy, pool_sizes),
        from_shared_input=_guess(accuracy, sharing),
        probe_accuracy=probe_accuracy(tasks, encoder, reader),
        leaks=tuple(find_leaks(tasks)),
    )


def widest_frame(tasks: Sequence[Task]) -> Frame | None:
    """The five words in a row that descriptions of most tasks have in common.

    They are what a template leaves standing between its gaps, or an example that
    several tasks work out. Case and punctuation do not count.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for task in tasks:
        for description in task.descriptions:
            words = _WORD.findall(description.casefold())
            for start in range(len(words) - FRAME_WORDS + 1):
                owners[" ".join(words[start : start + FRAME_WORDS])].add(task.id)
    if not owners:
        return None
    frame = min(owners, key=lambda words: (-len(owners[words]), words))
    return Frame(words=frame, num_tasks=len(owners[frame]))


def input_accuracy(tasks: Sequence[Task], *, seed: int = 0) -> dict[str, float]:
    """How often a linear model on character n-grams names the task of an input.

    It is trained on training rows and asked about test rows. What it is asked about it
    has seen under no task at all: where tasks share a pool, remembering whose rows an
    input was among would otherwise say whose it is not.

    Args:
        tasks: Tasks to tell apart.
        seed: Of the order in which rows are trained on.

    Returns:
        By task id, the share of its tested inputs that were given that task. Tasks
        without rows of both kinds are left out; empty where fewer than two are left.
    """
    rows = {t.id: (_inputs(t, "train"), _inputs(t, "test")) for t in tasks}
    rows = {task: parts for task, parts in rows.items() if all(parts)}
    if len(rows) < 2:
        return {}
    vectorizer = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 3), lowercase=False, sublinear_tf=True
    )
    model = SGDClassifier(
        loss="log_loss", alpha=1e-5, max_iter=8, tol=None, random_state=seed
    )
    model.fit(
        vectorizer.fit_transform([x for trained, _ in rows.values() for x in trained]),
        [task for task, (trained, _) in rows.items() for _ in trained],
    )
    texts = [text for _, tested in rows.values() for text in tested]
    named = iter(model.predict(vectorizer.transform(texts)).tolist())
    return {
        task: list(islice(named, len(tested))).count(task) / len(tested)
        for task, (_, tested) in rows.items()
    }


def probe_accuracy(
    tasks: Sequence[Task], encoder: Encoder, reader: Reader
) -> float | None:
    """How often a linear probe on a description's features names its task.

    Args:
        tasks: Tasks to tell apart.
        encoder: Turns descriptions into embeddings.
        reader: The base model; the probe sees the mean of what its first adapted layer
            is given.

    Returns:
        Share of the held-out descriptions that were given their own task by logistic
        regression on the training descriptions of all; `None` where nothing is held
        out, or there is one task only.
    """
    table = ConditionTable.encode(tasks, encoder)
    trained = [(row, i) for i, rows in enumerate(table.train) for row in rows]
    # Where a task holds nothing out, its last description stands on both sides.
    seen = {row for row, _ in trained}
    heldout = [(r, i) for i, rows in enumerate(table.heldout) for r in rows]
    heldout = [(row, i) for row, i in heldout if row not in seen]
    if len(tasks) < 2 or not heldout:
        return None
    features_BX = _probed(table, reader).numpy()
    # Both parts have unit norm, so that less shrinking than usual is called for.
    model = LogisticRegression(C=10.0, max_iter=1000)
    model.fit(features_BX[[row for row, _ in trained]], [i for _, i in trained])
    named: list[int] = model.predict(features_BX[[r for r, _ in heldout]]).tolist()
    return sum(n == i for n, (_, i) in zip(named, heldout, strict=True)) / len(heldout)


def _probed(table: ConditionTable, reader: Reader) -> Tensor:
    """Embedding and mean state of every text, side by side."""
    means = []
    for start in range(0, len(table.conditions), CHUNK_SIZE):
        reading = reader.read(
            [c.passages for c in table.conditions[start : start + CHUNK_SIZE]]
        )
        lengths_B1 = reading.mask_BT.sum(dim=1, keepdim=True)
        means.append(reading.states_BLTD[:, 0].sum(dim=1) / lengths_B1)
    means_BD = functional.normalize(torch.cat(means), dim=1)
    return torch.cat([table.embeddings_BE, means_BD], dim=1)


def find_leaks(tasks: Sequence[Task]) -> list[str]:
    """What of a held-out task is in training.

    Returns:
        A line for each held-out task whose table (`group`) is a training task's too,
        for each of its descriptions that is one of a training task, and for each task
        with more than a fifth of its test rows, input and answer alike, among the rows
        of one training task.
    """
    trained = [task for task in tasks if task.split == "train"]
    held_out = [task for task in tasks if task.split != "train"]
    return [
        *_shared_groups(trained, held_out),
        *_shared_descriptions(trained, held_out),
        *_shared_rows(trained, held_out),
    ]


def _shared_groups(trained: Sequence[Task], held_out: Sequence[Task]) -> Iterator[str]:
    owners = {task.group or task.id: task.id for task in trained}
    for task in held_out:
        if owner := owners.get(task.group or task.id):
            found = f"{task.id} ({task.split}) is made from the table of {owner}"
            yield f"group: {found} (train)"


def _shared_descriptions(
    trained: Sequence[Task], held_out: Sequence[Task]
) -> Iterator[str]:
    owners = {_plain(text): task.id for task in trained for text in task.descriptions}
    for task in held_out:
        for text in map(_plain, task.descriptions):
            if owner := owners.get(text):
                found = f"{task.id} ({task.split}) and {owner} (train) share {text!r}"
                yield f"description: {found}"


def _shared_rows(trained: Sequence[Task], held_out: Sequence[Task]) -> Iterator[str]:
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for task in trained:
        for row in task.examples:
            for output in row.outputs:
                owners[row.input, output].add(task.id)
    for task in held_out:
        rows = task.rows("test")
        counts: Counter[str] = Counter()
        for row in rows:
            counts.update(set().union(*(owners[row.input, o] for o in row.outputs)))
        owner = min(counts, key=lambda other: (-counts[other], other), default="")
        if counts[owner] > MAX_SAME_ROWS * len(rows):
            found = f"{counts[owner]} of {len(rows)} test rows of {task.id}"
            yield f"rows: {found} ({task.split}) are rows of {owner} (train)"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _count_split(tasks: Sequence[Task], split: Split) -> SplitCount:
    own = [task.family for task in tasks if task.split == split]
    return SplitCount(num_tasks=len(own), num_families=len(set(own)))


def _pool_sizes(tasks: Sequence[Task]) -> dict[str, int]:
    sizes = Counter(task.pool for task in tasks)
    return {task.id: sizes[task.pool] if task.pool else 1 for task in tasks}


def _guess(
    accuracy: Mapping[str, float], pool_sizes: Mapping[str, int]
) -> Guess | None:
    ids = [task for task in pool_sizes if task in accuracy]
    if not ids:
        return None
    return Guess(
        num_tasks=len(ids),
        accuracy=sum(accuracy[task] for task in ids) / len(ids),
        chance=sum(1 / pool_sizes[task] for task in ids) / len(ids),
    )


def _inputs(task: Task, part: Literal["train", "test"]) -> list[str]:
    """Inputs of one part; the text alone decides which part it may be of."""
    is_tested = part == "test"
    texts = (row.input for row in task.rows(part))
    own = (x for x in texts if (zlib.crc32(x.encode()) % 3 == 0) == is_tested)
    return list(islice(own, MAX_ROWS))
