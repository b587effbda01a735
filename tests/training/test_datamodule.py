"""Batches: which rows, through which slot, told what, with which cached states."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path

import pytest
import torch

from genadapter.base_model import BaseModel, Packing
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError, StorageError
from training.batches import Batch, PromptedData, TaskData
from training.conditions import ConditionTable
from training.datamodule import BatchConfig, BatchStream, validation_batches
from training.states import Row, StateCache
from training.tasks import Task

START_LAYER = 2


@pytest.fixture
def data(suite: list[Task], base: BaseModel, tmp_path: Path) -> TaskData:
    """All training rows of the tiny suite, states cached."""
    data = TaskData(suite, base, start_layer=START_LAYER)
    data.cache.open(tmp_path / "states")
    return data


@pytest.fixture
def descriptions(suite: list[Task], encoder: Encoder) -> ConditionTable:
    """All descriptions of the tiny suite."""
    return ConditionTable.encode(suite, encoder)


def first_batches(
    data: TaskData, descriptions: ConditionTable, *, seed: int = 0, count: int = 8
) -> list[Batch]:
    """What a stream over the training tasks begins with."""
    config = BatchConfig(num_tasks=3, rows_per_task=2, swapped_share=0.5)
    stream = BatchStream(data, descriptions, config, tasks=range(4), seed=seed)
    return list(islice(stream, count))


def answers_of(batch: Batch) -> list[list[int]]:
    """The answer tokens of every row."""
    return [
        batch.targets_N[batch.row_of_N == row].tolist()
        for row in range(len(batch.slot_of_G))
    ]


def test_twin_is_the_same_row_through_its_own_slot(
    data: TaskData, descriptions: ConditionTable
) -> None:
    """A swapped row differs from its twin in the slot and in nothing else."""
    for batch in first_batches(data, descriptions):
        answers = answers_of(batch)
        swapped = (batch.twin_G >= 0).nonzero().flatten().tolist()
        assert len(swapped) == 3
        for row in swapped:
            twin = int(batch.twin_G[row])
            assert batch.twin_G[twin] == -1
            assert batch.slot_of_G[row] != batch.slot_of_G[twin]
            assert answers[row] == answers[twin]


def test_swapped_rows_prefer_siblings_over_one_pool(
    data: TaskData, descriptions: ConditionTable
) -> None:
    """Where a task over the same inputs is in the batch, it is the wrong one."""
    for batch in first_batches(data, descriptions):
        pools = [data.tasks[task].pool for task in batch.tasks_B.tolist()]
        for row in (batch.twin_G >= 0).nonzero().flatten().tolist():
            wrong = int(batch.slot_of_G[row])
            right = int(batch.slot_of_G[batch.twin_G[row]])
            if pools.count(pools[right]) > 1:
                assert pools[wrong] == pools[right]


def test_rows_are_their_own_tasks_training_rows(
    data: TaskData, descriptions: ConditionTable, base: BaseModel
) -> None:
    """Answers and positions belong to the task of the slot, told a training wording."""
    for batch in first_batches(data, descriptions):
        tasks = batch.tasks_B.tolist()
        assert len(set(tasks)) == len(tasks) == 3
        own = [
            {tuple(base.answer_ids(e.outputs[0])) for e in data.tasks[t].rows("train")}
            for t in tasks
        ]
        for row, answer in enumerate(answers_of(batch)):
            if batch.twin_G[row] < 0:
                assert tuple(answer) in own[int(batch.slot_of_G[row])]
        for task, told in zip(tasks, batch.conditions_B.tolist(), strict=True):
            assert told in descriptions.train[task]
        assert int(batch.positions_ST.sum()) == len(batch.targets_N)


def test_siblings_are_drawn_together(
    data: TaskData, descriptions: ConditionTable
) -> None:
    """Most batches hold two tasks over one pool, or inputs would give tasks away."""
    batches = first_batches(data, descriptions, count=20)
    pools = [[data.tasks[t].pool for t in b.tasks_B.tolist()] for b in batches]
    assert sum(len(set(p)) < len(p) for p in pools) >= 18


def test_same_seed_draws_the_same_batches(
    data: TaskData, descriptions: ConditionTable
) -> None:
    """A run can be made again; another seed gives another one."""
    first, again, other = (
        [b.targets_N.tolist() for b in first_batches(data, descriptions, seed=seed)]
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_weights_decide_how_often_a_task_is_drawn(
    data: TaskData, descriptions: ConditionTable
) -> None:
    """A task of a hundredth of the weight comes a hundredth as often, or so."""
    config = BatchConfig(num_tasks=1, rows_per_task=1, swapped_share=0, num_buckets=1)
    weights = {0: 1.0, 1: 1.0, 2: 1.0, 3: 0.01}
    stream = BatchStream(
        data, descriptions, config, tasks=range(4), seed=0, weights=weights
    )
    drawn = [int(batch.tasks_B[0]) for batch in islice(stream, 300)]
    counts = [drawn.count(task) for task in range(4)]
    # With a sibling at hand, either of the two is as likely.
    assert counts[3] < min(counts[:3])


def test_prompted_rows_equal_prompts_that_hold_the_task(
    data: TaskData, descriptions: ConditionTable, base: BaseModel
) -> None:
    """Packed behind a shared description, rows get the logits of whole prompts."""
    told = [descriptions.train[0][0], descriptions.train[1][-1]]
    rows = [(0, data.of_task[0][0]), (1, data.of_task[1][3]), (0, data.of_task[0][5])]
    batch = PromptedData(data, descriptions).collate([(0, told[0]), (1, told[1])], rows)
    assert len(batch.hidden_STD) == 2
    logits_NV = base.logits_from(
        batch.hidden_STD,
        start_layer=START_LAYER,
        positions_BT=batch.positions_ST,
        packing=batch.packing,
    )
    for g, (slot, position) in enumerate(rows):
        example = data.tasks[slot].rows("train")[position - data.of_task[slot][0]]
        prompt = base.prompt_ids(
            example.input, description=descriptions.conditions[told[slot]].text
        )
        answer = base.answer_ids(example.outputs[0])
        ids_1T = torch.tensor([prompt + answer])
        with torch.no_grad():
            whole_TV = base.model(ids_1T).logits[0, len(prompt) - 1 : -1]
        torch.testing.assert_close(
            logits_NV[batch.row_of_N == g], whole_TV, atol=1e-4, rtol=1e-4
        )
        assert batch.targets_N[batch.row_of_N == g].tolist() == answer


@pytest.mark.parametrize(("sequence_tokens", "num_sequences"), [(0, 5), (10_000, 1)])
def test_cached_states_equal_the_full_forward_pass(
    data: TaskData, base: BaseModel, sequence_tokens: int, num_sequences: int
) -> None:
    """Upper layers over cached states, packed or not, give the whole model's logits."""
    positions = random.Random(0).sample(range(len(data.rows)), 5)
    batch = data.collate(
        [(0, 0)], [(0, p) for p in positions], sequence_tokens=sequence_tokens
    )
    assert len(batch.hidden_STD) == num_sequences
    logits_NV = base.logits_from(
        batch.hidden_STD,
        start_layer=START_LAYER,
        positions_BT=batch.positions_ST,
        packing=batch.packing,
    )
    expected = []
    for position in positions:
        row = data.rows[position]
        ids_1T = torch.tensor([[*row.prompt, *row.answer][:-1]])
        full_TV = base.model(ids_1T).logits[0]
        expected.append(full_TV[len(row.prompt) - 1 :])
    # States are kept in bfloat16: eight bits of mantissa.
    torch.testing.assert_close(logits_NV, torch.cat(expected), atol=0.05, rtol=0.05)


def test_states_are_computed_once(
    suite: list[Task], base: BaseModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row finds its states in any company, and only rows that are asked for get some."""
    computed: list[int] = []
    run_rows = StateCache.run

    def counted(
        cache: StateCache, sequences: Iterable[Sequence[Row]]
    ) -> tuple[torch.Tensor, Packing]:
        sequences = list(sequences)
        computed.append(sum(map(len, sequences)))
        return run_rows(cache, sequences)

    monkeypatch.setattr(StateCache, "run", counted)

    def states(tasks: list[Task], count: int) -> list[torch.Tensor]:
        data = TaskData(tasks, base, start_layer=START_LAYER)
        data.cache.open(tmp_path)
        computed.clear()
        own = data.of_task[len(tasks) - 1]
        return [row.clone() for row in data.cache.rows([*own[:count], own[0]])]

    first = states(suite[:2], 2)
    assert sum(computed) == 2
    again = states(suite[1:2], 3)
    assert sum(computed) == 1
    assert all(map(torch.equal, first[:2], again[:2]))
    assert len(list(tmp_path.iterdir())) == 1
    assert all(row.any(dim=1).all() for row in again)


def test_other_rows_of_a_task_have_a_file_of_their_own(
    suite: list[Task], base: BaseModel, tmp_path: Path
) -> None:
    """States never serve rows that they were not computed of."""
    for max_rows in (200, 2):
        data = TaskData(suite[:1], base, start_layer=START_LAYER, max_rows=max_rows)
        data.cache.open(tmp_path)
        data.cache.rows([0])
    assert len(list(tmp_path.iterdir())) == 2


def test_full_disk_is_named_and_leaves_nothing(
    suite: list[Task],
    base: BaseModel,
    tmp_path: Path,
    full_disk: Callable[[], AbstractContextManager[None]],
) -> None:
    """A file is there in its whole length or not at all."""
    data = TaskData(suite, base, start_layer=START_LAYER)
    data.cache.open(tmp_path)
    message = r"\.states: .*free some disk space"
    with pytest.raises(StorageError, match=message), full_disk():
        data.cache.rows([0])
    assert not list(tmp_path.iterdir())


def test_a_share_of_slots_is_shown_by_examples(
    data: TaskData, suite: list[Task], encoder: Encoder
) -> None:
    """About so many; none where the recipe asks for none."""
    table = ConditionTable.encode(suite, encoder, num_shown=2)
    shown = {i for own in table.shown for i in own}
    for share, low, high in ((0.0, 0.0, 0.0), (0.5, 0.3, 0.7), (1.0, 1.0, 1.0)):
        config = BatchConfig(num_tasks=3, shown_share=share)
        stream = BatchStream(data, table, config, tasks=range(4), seed=0)
        told = [i for batch in islice(stream, 40) for i in batch.conditions_B.tolist()]
        assert low <= sum(i in shown for i in told) / len(told) <= high


def test_no_row_is_asked_that_its_condition_shows(
    data: TaskData, suite: list[Task], encoder: Encoder
) -> None:
    """Or copying would be learned in place of the rule."""
    table = ConditionTable.encode(suite, encoder, num_shown=2)
    config = BatchConfig(num_tasks=3, shown_share=1.0, swapped_share=0)
    stream = BatchStream(data, table, config, tasks=range(4), seed=0)
    for task, own in enumerate(table.shown[:4]):
        for told in own:
            left = {data.rows[p].input for p in stream._unshown(task, told)}
            examples = {e.input for e in table.conditions[told].examples}
            assert left
            assert not left & examples
            assert left | examples == {r.input for r in suite[task].rows("train")}


def test_validation_tells_held_out_descriptions(
    data: TaskData, descriptions: ConditionTable
) -> None:
    """Once every task's own, once that of another; rows are the same."""
    own, other = (
        validation_batches(data, descriptions, tasks=[4, 5], rows_per_task=3, told=told)
        for told in ("own", "other")
    )
    assert [b.tasks_B.tolist() for b in own] == [b.tasks_B.tolist() for b in other]
    for right, wrong in zip(own, other, strict=True):
        assert right.targets_N.tolist() == wrong.targets_N.tolist()
        for slot, task in enumerate(right.tasks_B.tolist()):
            assert int(right.conditions_B[slot]) in descriptions.heldout[task]
            assert int(wrong.conditions_B[slot]) not in descriptions.heldout[task]


def test_too_long_rows_are_left_out(suite: list[Task], base: BaseModel) -> None:
    """Where nothing is left, the limit is named."""
    with pytest.raises(ConfigError, match="no train row has at most 2 tokens"):
        TaskData(suite, base, start_layer=START_LAYER, max_tokens=2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"num_tasks": 0}, "num_tasks must be at least 1, got 0"),
        ({"swapped_share": 1.5}, "swapped_share must be 0 to 1, got 1.5"),
    ],
)
def test_batch_config_refuses_sizes_without_meaning(
    values: dict[str, float], message: str
) -> None:
    """The value is named."""
    with pytest.raises(ConfigError, match=message):
        BatchConfig(**values)  # type: ignore[arg-type] # wrong on purpose
