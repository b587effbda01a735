"""Draining: a service that is told to stop says so first, and answers for a while longer.

Whoever spreads requests over several services looks at `/health/ready` now and then; what it
sends here until it looks again is answered like any other request.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from service.errors import EngineStoppedError


class Draining:
    """Whether this service was told to stop."""

    def __init__(self, seconds: float) -> None:
        """Takes how long it goes on then."""
        self._seconds = seconds
        self.has_begun = False
        """Whether it was told to."""

    def check_not_begun(self) -> None:
        """Raises EngineStoppedError once it has begun."""
        if self.has_begun:
            raise EngineStoppedError

    @contextmanager
    def on_signal(self) -> Iterator[None]:
        """Within, SIGTERM begins it, and reaches the server when it is over.

        A second SIGTERM reaches the server at once. Only the main thread has signals; an app
        that runs in another one, as in tests, has a server that stops it otherwise.
        """
        server = signal.getsignal(signal.SIGTERM)
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or not callable(server):
            yield
            return
        loop = asyncio.get_running_loop()

        def begin(number: int, _frame: object) -> None:
            seconds = 0.0 if self.has_begun else self._seconds
            self.has_begun = True
            # The loop may be asleep where a signal comes in.
            loop.call_soon_threadsafe(loop.call_later, seconds, server, number, None)

        signal.signal(signal.SIGTERM, begin)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, server)
