"""Harness: test rows of tasks as files that lm-evaluation-harness runs.

A task is a YAML file beside its rows. The input alone is the prompt, and answers count as
they do here (`training/evaluation/scoring.py`): their first line, against all accepted
ones. Where case tells the right answer from the input in some row of a task, it counts in
all of its rows, for the harness has one metric a task; and case is lowered, not folded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from genadapter.artifact import new_folder
from genadapter.errors import ConfigError
from training.evaluation.answering import MAX_NEW_TOKENS
from training.evaluation.controls import description_of
from training.evaluation.scoring import OUTER, counts_as_written
from training.tasks import Example, Task

_SIGNS = re.escape(OUTER) + r"\s"
AS_WRITTEN = (r"^\s+|\s+$", r"(?<=\s)\s+")
"""Taken out of answers: outer and double blanks."""
NORMALISED = (
    r"(?<=\s)\s+",
    # A text of signs alone keeps them.
    rf"^[{_SIGNS}]+(?=[^{_SIGNS}])",
    rf"(?<=[^{_SIGNS}])[{_SIGNS}]+$",
)
"""Taken out of answers: double blanks, outer signs."""
FIRST_LINE = r"(\S.*)"


@dataclass(frozen=True, kw_only=True, slots=True)
class HarnessTask:
    """A task as it was written for the harness."""

    name: str
    """What the harness calls it."""
    id: str
    """The task's own id."""
    description: str
    """What an adapter for it is generated from: words that were never trained on."""
    num_rows: int
    """Rows to answer."""


def write_harness_tasks(
    tasks: Sequence[Task], folder: Path, *, num_rows: int
) -> list[HarnessTask]:
    """Writes tasks for lm-evaluation-harness: `<id>.yaml` and `<id>.jsonl` each.

    The YAML files name their rows by the folder's full path: the harness knows no other
    way, so a folder that was moved has to be written anew.

    Args:
        tasks: At least one.
        folder: A new folder, for `--include_path`.
        num_rows: Test rows of a task at most.

    Raises:
        ConfigError: Two ids differ only in signs that no file name has.
        StorageError: The disk is full, or the folder may not be written to.
    """
    stems = [re.sub(r"[^\w-]", "_", task.id) for task in tasks]
    if twice := sorted({stem for stem in stems if stems.count(stem) > 1}):
        raise ConfigError(f"two tasks would be written as {twice[0]!r}: rename one")
    written = []
    with new_folder(folder) as partial:
        for stem, task in zip(stems, tasks, strict=True):
            rows = task.rows("test")[:num_rows]
            lines = [
                json.dumps(
                    {"input": row.input, "outputs": row.outputs}, ensure_ascii=False
                )
                for row in rows
            ]
            text = "".join(f"{line}\n" for line in lines)
            (partial / f"{stem}.jsonl").write_text(text, "utf-8", newline="\n")
            data = folder.resolve() / f"{stem}.jsonl"
            config = _config(task, rows, name=f"genadapter_{stem}", data=data)
            text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
            (partial / f"{stem}.yaml").write_text(text, "utf-8", newline="\n")
            written.append(
                HarnessTask(
                    name=config["task"],
                    id=task.id,
                    description=description_of(task),
                    num_rows=len(rows),
                )
            )
    return written


def _config(
    task: Task, rows: Sequence[Example], *, name: str, data: Path
) -> dict[str, Any]:  # Any: plain YAML
    is_as_written = any(map(counts_as_written, rows))
    return {
        "task": name,
        # A hyphen, which no name of a task begins with: both can be asked for.
        "tag": f"genadapter-{task.family}",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(data)}},
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": "input",
        "doc_to_target": "outputs",
        "generation_kwargs": {
            "until": [],
            "do_sample": False,
            "max_gen_toks": MAX_NEW_TOKENS,
        },
        "filter_list": [
            {
                "name": "first_line",
                "filter": [
                    {"function": "regex", "regex_pattern": FIRST_LINE, "fallback": ""},
                    {"function": "take_first"},
                ],
            }
        ],
        "metric_list": [
            {
                "metric": "exact_match",
                "aggregation": "mean",
                "higher_is_better": True,
                "ignore_case": not is_as_written,
                "regexes_to_ignore": list(AS_WRITTEN if is_as_written else NORMALISED),
            }
        ],
        "metadata": {"version": 1.0, "description": description_of(task)},
    }
