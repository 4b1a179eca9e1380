"""What frames come by: a steady beat, straight from the event loop.

A timer of the toolkit posts a message to itself, which wakes a task, which looks for a handler: at ten frames
a second that is a tenth of what a frame costs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context


class Ticker:
    """Calls something again and again; a beat that comes too late is left out, not made up for."""

    def __init__(self, period_s: float, beat: Callable[[], None]) -> None:
        """Begin at once, in the running loop.

        Args:
            period_s: Seconds between two calls, as far as the loop has time.
            beat: What is called; what it raises is the loop's to report.
        """
        self._period_s, self._beat = period_s, beat
        self._loop = asyncio.get_running_loop()
        self._context = copy_context()  # the app's, whoever lets it go on
        self._next_s = self._loop.time()
        self._handle: asyncio.TimerHandle | None = None
        self.resume()

    def resume(self) -> None:
        """Go on after `pause`, a period from now."""
        if self._handle is None:
            self._next_s = self._loop.time()
            self._wait()

    def pause(self) -> None:
        """Call nothing any more until `resume`."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    stop = pause

    def _wait(self) -> None:
        missed = max(int((self._loop.time() - self._next_s) / self._period_s), 0)
        self._next_s += (missed + 1) * self._period_s
        self._handle = self._loop.call_at(self._next_s, self._strike, context=self._context)

    def _strike(self) -> None:
        self._wait()  # a beat that raises does not end it
        self._beat()
