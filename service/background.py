"""Background: writes the adapters of jobs, one after the other, while nobody waits."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace

from starlette.concurrency import run_in_threadpool

from genadapter.errors import AdapterNotFoundError, GenAdapterError
from service.access import Caller
from service.adapter_service import AdapterService
from service.creation import Wish
from service.errors import EngineBusyError, row_of
from service.jobs import Job, Jobs

logger = logging.getLogger(__name__)


class Background:
    """Runs jobs on the event loop that it was first used on."""

    def __init__(
        self, jobs: Jobs, adapters: AdapterService, *, max_waiting: int = 64
    ) -> None:
        """Takes what it works with.

        Args:
            jobs: Keeps the jobs.
            adapters: Writes the adapters.
            max_waiting: Jobs that may wait.
        """
        self._jobs, self._adapters = jobs, adapters
        self._max_waiting = max_waiting
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, job: Job, wish: Wish, caller: Caller) -> Job:
        """Keeps a job and puts it in line.

        Args:
            job: As it is told of.
            wish: The adapter that it asks for.
            caller: Who will hold it.

        Raises:
            EngineBusyError: The line is full.
            ConditionError: The family cannot use this kind of condition.
            StorageUnavailableError: The database failed.
        """
        if len(self._tasks) >= self._max_waiting:
            raise EngineBusyError(
                f"{self._max_waiting} jobs wait, which is the most allowed: try again in "
                "a second"
            )
        self._adapters.check(wish)
        job = await run_in_threadpool(self._jobs.add, job)
        task = asyncio.create_task(self._run(job, wish, caller))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    async def stop(self) -> None:
        """Interrupts what is not done; its owners are told to ask again."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job: Job, wish: Wish, caller: Caller) -> None:
        try:
            async with self._turn:
                begun = await run_in_threadpool(self._jobs.start, job)
                if begun is not None:
                    await self._write(begun, wish, caller)
        except asyncio.CancelledError:
            # A job that is never finished is told as interrupted after a while.
            logger.warning("job %s was interrupted", job.id)
            raise
        # The edge of a task: nobody else would hear of it.
        except Exception as error:
            logger.error("job %s failed: %s", job.id, type(error).__name__)

    async def _write(self, job: Job, wish: Wish, caller: Caller) -> None:
        try:
            creation = await self._adapters.create(wish, caller)
        except GenAdapterError as error:
            failed = job.failed(row_of(error).code, str(error))
            await run_in_threadpool(self._jobs.finish, failed)
            return
        identifier = creation.held.id
        done = replace(
            job.told(f"The adapter is ready: {identifier}."),
            status="succeeded",
            finished=int(time.time()),
            adapter_id=identifier,
        )
        is_kept = await run_in_threadpool(self._jobs.finish, done)
        if not is_kept and creation.is_new:
            await run_in_threadpool(self._take_back, identifier, caller)

    def _take_back(self, identifier: str, caller: Caller) -> None:
        """Removes what a job made that was cancelled meanwhile."""
        try:
            self._adapters.delete(identifier, caller)
        except AdapterNotFoundError:
            logger.info("%s was removed before its job ended", identifier)
