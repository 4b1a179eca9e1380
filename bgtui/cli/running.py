"""A coroutine as a whole command."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any

from bgtui.cli.ending import SIGNALS, Ended


def run_async(body: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a coroutine as the whole command; a signal cancels it, so that it can clean up.

    Raises:
        KeyboardInterrupt: on SIGINT, once it has cleaned up.
        Ended: on SIGTERM and SIGHUP, likewise.
    """
    received: list[int] = []

    async def run() -> int:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        for signum in SIGNALS:

            def stop(signum: int = signum) -> None:
                received.append(signum)
                if task is not None:
                    task.cancel()

            loop.add_signal_handler(signum, stop)
        return await body()

    try:
        return asyncio.run(run())
    except asyncio.CancelledError:
        if received:
            raise Ended(received[0]) from None
        raise


def run_busy(body: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a coroutine that reads and computes more than it waits; a signal ends it wherever it is.

    The loop's own handlers would wait for it to pause, which opening a pipe or a long file may never do.

    Raises:
        KeyboardInterrupt: on SIGINT.
        Ended: on SIGTERM and SIGHUP.
    """

    def interrupt(_signum: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # asyncio takes SIGINT only from Python's own handler.
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        return asyncio.run(body())
    finally:
        signal.signal(signal.SIGINT, before)
