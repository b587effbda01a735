"""SIGTERM: not ready at once, the server is told when the time is over."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator

import pytest

from service.draining import Draining
from service.errors import EngineStoppedError

Told = list[int]


@pytest.fixture
def server() -> Iterator[Told]:
    """A server's own handler: notes what signals reach it."""
    told: Told = []
    before = signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    yield told
    signal.signal(signal.SIGTERM, before)


async def wait_for(is_so: Callable[[], object]) -> None:
    """Waits with a long patience."""
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.01)


def terminate() -> None:
    """What an orchestrator does."""
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_service_is_not_ready_from_the_signal_on(server: Told) -> None:
    """The server hears of it when the time is over, and has its handler back then."""

    async def live() -> None:
        draining = Draining(0.5)
        with draining.on_signal():
            draining.check_not_begun()
            terminate()
            assert draining.has_begun
            with pytest.raises(EngineStoppedError):
                draining.check_not_begun()
            assert not server
            await wait_for(lambda: server)
        terminate()

    asyncio.run(live())
    assert server == [signal.SIGTERM] * 2


def test_a_second_signal_ends_the_waiting(server: Told) -> None:
    """Whoever is impatient is heard."""

    async def live() -> None:
        with Draining(3600).on_signal():
            terminate()
            terminate()
            await wait_for(lambda: server)

    asyncio.run(live())
    assert server == [signal.SIGTERM]


def test_without_a_time_the_server_is_told_at_once(server: Told) -> None:
    """As if there were nothing between."""

    async def live() -> None:
        with Draining(0).on_signal():
            terminate()
            await wait_for(lambda: server)

    asyncio.run(live())


def test_the_signals_default_is_left_alone() -> None:
    """Without a server that could be told, the process just ends."""
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)

    async def live() -> None:
        with Draining(0).on_signal():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

    try:
        asyncio.run(live())
    finally:
        signal.signal(signal.SIGTERM, before)
