"""Virtual time: an event loop whose clock jumps to the next timer whenever nothing is ready.

A scenario of a day runs in milliseconds and always the same way. Real sockets do not work in it, since
nothing waits for them; use the in-memory ones of `tests.support.sockets`. Threads do work: while one is busy
the clock stands still.

    def test_backoff() -> None:
        async def scenario() -> None:
            clock = VirtualClock()
            await asyncio.sleep(3600)
            assert clock.monotonic() == 3600

        run_virtual(scenario())
"""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

START_MS = 1_700_000_000_000
"""Wall clock at the begin of every scenario, Unix milliseconds."""
PATIENCE_S = 5.0
"""Real seconds that a busy thread may take before the scenario counts as stuck."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that never waits: it moves its own clock instead."""

    def __init__(self) -> None:
        self._virtual_time = 0.0
        self._busy_threads = 0
        self._limit_s = float("inf")
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Return virtual seconds since the loop was made."""
        return self._virtual_time

    def limit(self, seconds: float) -> None:
        """Fail the scenario when its clock would pass this many seconds."""
        self._limit_s = seconds

    def jump(self, seconds: float | None) -> None:
        """Move the clock to the next timer; None means that there is no timer at all."""
        if seconds is None:
            raise Stuck("nothing is ready and no timer is set: the scenario would wait for ever")
        self._virtual_time += seconds
        if self._virtual_time > self._limit_s:
            raise Stuck(f"the scenario passed its limit of {self._limit_s} virtual seconds")

    @property
    def is_thread_busy(self) -> bool:
        """Tell whether an executor still works, so that the clock has to stand still."""
        return self._busy_threads > 0

    def hold(self) -> None:
        """Let the clock stand still from now on: something outside the loop is under way."""
        self._busy_threads += 1

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        """Count the thread as busy until its result is here."""
        future = super().run_in_executor(executor, func, *args)
        self._busy_threads += 1
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _future: object) -> None:
        self._busy_threads -= 1


class Stuck(AssertionError):
    """A scenario that cannot go on, or goes on too long."""


class _JumpingSelector(selectors.DefaultSelector):  # type: ignore[misc, valid-type, unused-ignore]
    """A selector that polls, and jumps where another would wait."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready now; otherwise move the clock."""
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self._loop.is_thread_busy:
            ready = super().select(PATIENCE_S)
            if not ready:
                raise Stuck(f"a thread took longer than {PATIENCE_S} real seconds")
            return ready
        self._loop.jump(timeout)
        return []


class VirtualClock:
    """domain.clock.Clock on the running loop's time; the wall can be moved by hand."""

    def __init__(self, start_ms: int = START_MS) -> None:
        self._start_ms = start_ms
        self._loop: asyncio.AbstractEventLoop | None = None

    def now_ms(self) -> int:
        """Return the wall clock, Unix milliseconds."""
        return self._start_ms + round(self.monotonic() * 1000)

    def monotonic(self) -> float:
        """Return the loop's seconds."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        return self._loop.time()

    def move_wall(self, seconds: float) -> None:
        """Move the wall clock alone: a suspend, or a step of the time service."""
        self._start_ms += round(seconds * 1000)


def run_virtual(scenario: Coroutine[Any, Any, T], *, limit_s: float = 7 * 86_400) -> T:
    """Run a scenario to its end in virtual time.

    Fails when it waits for ever, when it passes ``limit_s`` virtual seconds, and when it ends well but leaves
    tasks behind.
    """
    loop = VirtualLoop()
    loop.limit(limit_s)
    try:
        result = loop.run_until_complete(scenario)
        left = [task for task in asyncio.all_tasks(loop) if not task.done()]
        if left:
            raise AssertionError(f"the scenario left tasks behind: {left}")
        return result
    finally:
        loop.limit(float("inf"))
        _close(loop)


def virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Turn an ``async def`` test into one that runs in virtual time."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        run_virtual(test(*args, **kwargs))

    return run


def _close(loop: VirtualLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.hold()  # the executor ends on a thread of its own
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
