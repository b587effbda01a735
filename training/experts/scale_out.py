"""Scale-out: groups of experts trained by workers of a Ray cluster."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from genadapter.errors import ConfigError
from genadapter.library import SharedFactors
from training.run import GroupRunner, train_expert_group
from training.workspace import Workspace

CPUS_PER_WORKER = 2
CONNECT_SECONDS = 5.0
MAX_RESTARTS = 3
"""Of a worker that dies; its group is begun again, from its last checkpoint."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleOut:
    """A cluster, and how its workers open the run."""

    address: str
    """Of a Ray cluster; `auto` finds the one of this machine, or starts one."""
    open_work: Callable[[], Workspace]
    """Opens the run in a worker; the run's folder must be the same for all."""

    def runner(self, shared: SharedFactors) -> GroupRunner:
        """Trains groups on the cluster.

        Args:
            shared: The frozen A and the B that experts start from.
        """

        def run(numbers: Sequence[int]) -> None:
            _train(self, shared, numbers)

        return run


class ExpertTrainer:
    """One worker: opens the run once, then trains group after group."""

    def __init__(
        self, open_work: Callable[[], Workspace], shared: SharedFactors, folder: str
    ) -> None:
        # Recipes name folders as seen from where the command was given.
        os.chdir(folder)
        self._work, self._shared = open_work(), shared

    def train(self, number: int) -> int:
        """Trains the group of that number."""
        train_expert_group(self._work, self._shared, number)
        return number


def check_ray() -> None:
    """Raises ConfigError where Ray is not installed."""
    try:
        import ray  # noqa: F401 # only whether it is there
    except ImportError:
        raise ConfigError(
            "Ray is not installed: install it with `pip install 'genadapter[ray]'`, or "
            "leave --ray out"
        ) from None


def _train(scale_out: ScaleOut, shared: SharedFactors, numbers: Sequence[int]) -> None:
    import ray
    from ray.util import ActorPool

    _connect(scale_out.address)
    try:
        num_here = int(ray.cluster_resources()["CPU"])  # type: ignore[no-untyped-call] # theirs
        num_cpus = min(CPUS_PER_WORKER, num_here)
        # Held until the end: a worker that is begun again needs them once more.
        given = [
            ray.put(value) for value in (scale_out.open_work, shared, str(Path.cwd()))
        ]
        trainer = ray.remote(ExpertTrainer).options(
            num_cpus=num_cpus,
            max_restarts=MAX_RESTARTS,
            max_task_retries=MAX_RESTARTS,
        )
        num_workers = min(num_here // num_cpus, len(numbers))
        pool: ActorPool = ActorPool(
            [trainer.remote(*given) for _ in range(num_workers)]
        )
        for number in numbers:
            pool.submit(lambda worker, n: worker.train.remote(n), number)
        while pool.has_next():  # type: ignore[no-untyped-call] # theirs
            pool.get_next_unordered()
    finally:
        ray.shutdown()


def _connect(address: str) -> None:
    import ray

    quiet = logging.ERROR
    if address != "auto":
        _check_answers(address)
        ray.init(address=address, log_to_driver=False, logging_level=quiet)
        return
    try:
        ray.init(address="auto", log_to_driver=False, logging_level=quiet)
    except ConnectionError:
        ray.init(log_to_driver=False, logging_level=quiet, include_dashboard=False)


def _check_answers(address: str) -> None:
    """Raises ConfigError at once where Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS).close()
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"no Ray cluster answers at {address!r} ({error}): start one with `ray start "
            "--head` and give its HOST:PORT, or give auto to start one here"
        ) from error
