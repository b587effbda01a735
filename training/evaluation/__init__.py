"""Tasks x methods: who answers what right, with controls and intervals."""

from training.evaluation.cells import Cells
from training.evaluation.index import write_index
from training.evaluation.methods import check_oracles, known_methods
from training.evaluation.oracle import OracleConfig, train_oracles
from training.evaluation.report import Report, write_report
from training.evaluation.results import has_headroom
from training.evaluation.table import TASK_SETS, evaluate, find_tasks
from training.evaluation.upper_bound import (
    UpperBound,
    answer_bound,
    read_bound,
    write_bound,
)

__all__ = [
    "TASK_SETS",
    "Cells",
    "OracleConfig",
    "Report",
    "UpperBound",
    "answer_bound",
    "check_oracles",
    "evaluate",
    "find_tasks",
    "has_headroom",
    "known_methods",
    "read_bound",
    "train_oracles",
    "write_bound",
    "write_index",
    "write_report",
]
