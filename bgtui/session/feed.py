"""Supervision: what fails is reported, logged and started again, one source without the others."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any

from bgtui.domain.clock import Clock
from bgtui.domain.error import (
    AuthRefused,
    BgtuiError,
    ConfigError,
    ExchangeError,
    LoginRefused,
    PermissionRefused,
)
from bgtui.domain.event import Event, FeedFailed, FeedRecovered
from bgtui.domain.text import clean_line
from bgtui.session.ports import EventSource

Apply = Callable[[Event], object]
"""Takes an event; the store's `apply`, or the session's around it."""

FIRST_DELAY_S = 1.0
MAX_DELAY_S = 60.0
CALM_S = 60.0
"""A source that ran so long without failing begins again with the first delay."""

FATAL = (ConfigError, LoginRefused, AuthRefused, PermissionRefused)
"""Errors that another try cannot mend: they wait for a person."""

_log = logging.getLogger(__name__)


def backoff_s(
    attempt: int, rng: random.Random, *, first_s: float = FIRST_DELAY_S, max_s: float = MAX_DELAY_S
) -> float:
    """Return how long to wait after the failed try ``attempt``, seconds: doubling, jitter down to a half."""
    longest = min(max_s, first_s * 2.0 ** min(attempt - 1, 16))
    return longest * rng.uniform(0.5, 1.0)


async def keep(source: EventSource, apply: Apply, *, clock: Clock, rng: random.Random) -> None:
    """Pump a source's events until it ends by itself, starting it again whenever it fails."""
    is_failed = False

    async def pump() -> None:
        nonlocal is_failed
        events = source.events()
        try:
            async for event in events:
                if is_failed:
                    is_failed = False
                    apply(FeedRecovered(source.name))
                apply(event)
        finally:
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()

    def report(event: Event) -> None:
        nonlocal is_failed
        is_failed = True
        apply(event)

    await supervise(source.name, pump, report, clock=clock, rng=rng)


async def supervise(
    name: str, work: Callable[[], Awaitable[None]], apply: Apply, *, clock: Clock, rng: random.Random
) -> None:
    """Run work until it ends by itself; log and report what it raises, wait, and run it again.

    Errors that another try cannot mend (a refused login or key, wrong settings) are reported and end it.
    """
    attempt = 0
    while True:
        begun_s = clock.monotonic()
        try:
            await work()
            return
        except FATAL as error:
            _log.warning("%s stopped: %s", name, clean_line(str(error)))
            apply(FeedFailed(name, clean_line(str(error)), None))
            return
        except Exception as error:  # noqa: BLE001 - the one broad catch: a source fails alone, and on screen
            attempt = 1 if clock.monotonic() - begun_s >= CALM_S else attempt + 1
            delay_s = backoff_s(attempt, rng)
            _log.exception("%s failed, again in %.1f s", name, delay_s)
            apply(failed(name, error, delay_s))
        await asyncio.sleep(delay_s)


def failed(source: str, error: Exception, delay_s: float) -> FeedFailed:
    """Return what to report of a source that is tried again after so many seconds."""
    outage, code = (error.outage, error.code) if isinstance(error, ExchangeError) else (None, "")
    return FeedFailed(source, _describe(error), round(delay_s * 1000), outage, code)


def surface(task: asyncio.Future[Any]) -> None:
    """Tell the loop at once what broke a task that nobody waits for; a callback for its end.

    Without it the task would be missing from then on, and nobody would know.
    """
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler(
            {"message": "a task that nobody waits for broke", "exception": error, "future": task}
        )


def _describe(error: Exception) -> str:
    """Say what happened: our own errors are lines for people, of others only the kind is safe to show."""
    return clean_line(str(error)) if isinstance(error, BgtuiError) else type(error).__name__
