"""Where nothing is set, a simulator of our own is started, and the settings lead to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module

from bgtui.bootstrap.child import Child
from bgtui.config.settings import Settings
from bgtui.config.venue import Environment, Venue
from bgtui.simulator.ready import decode

_TALKS_TO_IT = ("bgtui.bootstrap.opening", "bgtui.exchange.websocket")


@asynccontextmanager
async def settle(settings: Settings, started: Child | None = None) -> AsyncIterator[Settings]:
    """Yield settings that lead to an exchange: as they are, or to a simulator that is this block's alone.

    Args:
        settings: what is set.
        started: a simulator that was started before the settings were read; its starter ends it.

    Raises:
        NetworkError: the simulator did not start.
        DecodeError: it said something else.
    """
    if not settings.needs_simulator:
        yield settings
        return
    async with AsyncExitStack() as stack:
        child = await stack.enter_async_context(Child()) if started is None else started
        for name in _TALKS_TO_IT:  # loaded while the child starts
            import_module(name)
        ready = decode(await child.line())
        venue = Venue(Environment.SIM, ready.rest_url, ready.ws_public_url, ready.ws_private_url)
        yield settings.moved_to(venue, ready.keys[settings.embedded_account])
