"""Tasks x methods: who answers what right, with controls and intervals."""

from training.evaluation.cells import Cells
from training.evaluation.methods import check_inputs, known_methods
from training.evaluation.oracle import OracleConfig
from training.evaluation.report import Report, write_report
from training.evaluation.table import TASK_SETS, evaluate, find_tasks

__all__ = [
    "TASK_SETS",
    "Cells",
    "OracleConfig",
    "Report",
    "check_inputs",
    "evaluate",
    "find_tasks",
    "known_methods",
    "write_report",
]
