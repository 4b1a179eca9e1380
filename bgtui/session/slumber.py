"""Noticing that the machine slept, the process stood still or the clock was set: nothing is as it was."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bgtui.domain.clock import Clock
from bgtui.domain.error import BgtuiError
from bgtui.session.feed import surface

JUMP_S = 5.0
"""The wall clock parts by more than this from the other one only when the machine slept or it was set."""
STEP_SLACK_MS = 2000
"""How exactly the exchange's offset has to undo a jump for it to be the clock that was set."""

_log = logging.getLogger(__name__)


class Slumber:
    """Looks at both clocks, and after a gap disarms, drops the sockets and has everything asked again."""

    def __init__(
        self,
        clock: Clock,
        *,
        disarm: Callable[[str], None] | None,
        drop: Callable[[str], None],
        refresh: Callable[[], None],
        measure: Callable[[], Awaitable[object]],
        offset_ms: Callable[[], int],
    ) -> None:
        """Begin with the clocks as they are.

        Args:
            clock: Both clocks of this machine.
            disarm: Takes the line for the person; None in a run that cannot trade.
            drop: Replaces every connection; takes the reason.
            refresh: Has everything asked again.
            measure: Measures the exchange's clock; may raise a `BgtuiError`.
            offset_ms: What has to be added to the wall clock for the exchange's, as last measured.
        """
        self._clock = clock
        self._disarm = disarm
        self._drop = drop
        self._refresh = refresh
        self._measure = measure
        self._offset_ms = offset_ms
        self._parted_s = self._part()
        self._offset_before_ms = offset_ms()
        """As it was at the last look: after a jump any request may measure it anew before the next one."""
        self._work: set[asyncio.Task[None]] = set()
        self.count = 0
        """How often something was noticed in this run; raised again when more is known about it."""
        self.line = ""
        """What was noticed last, for the person."""

    def look(self) -> None:
        """Compare the clocks; called a few times a second."""
        parted_s = self._part()
        jump_s, self._parted_s = parted_s - self._parted_s, parted_s
        before_ms, self._offset_before_ms = self._offset_before_ms, self._offset_ms()
        if abs(jump_s) <= JUMP_S:
            return
        self._tell(f"Slept {duration(jump_s)}" if jump_s > 0 else _set_back(jump_s))
        self._resume(f"the clock jumped by {jump_s:.0f} s")
        work = asyncio.get_running_loop().create_task(self._explain(jump_s, before_ms), name="clock")
        self._work.add(work)
        work.add_done_callback(self._work.discard)
        work.add_done_callback(surface)

    def stood_still(self, seconds: float) -> None:
        """Take note that the process was stopped for so long, while the machine went on."""
        self._parted_s = self._part()
        self._tell(f"Stood still {duration(seconds)}")
        self._resume(f"the program stood still for {seconds:.0f} s")

    async def close(self) -> None:
        """Stop what is under way."""
        for work in self._work:
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    def _part(self) -> float:
        return self._clock.now_ms() / 1000 - self._clock.monotonic()

    def _tell(self, what: str) -> None:
        self.count += 1
        if self._disarm is None:
            self.line = f"{what}: everything asked again; look it over."
            return
        self.line = f"{what}: disarmed, everything asked again; look it over, then o."
        self._disarm(self.line)

    def _resume(self, reason: str) -> None:
        _log.warning("%s: connections are replaced, everything is asked again", reason)
        self._drop(reason)
        self._refresh()

    async def _explain(self, jump_s: float, before_ms: int) -> None:
        """Measure the exchange's clock again: an offset that moved by the jump means that ours was set."""
        try:
            await self._measure()
        except BgtuiError as error:
            _log.warning("the exchange's clock could not be asked: %s", error)
            return
        moved_ms = self._offset_ms() - before_ms
        if jump_s > 0 and abs(moved_ms + jump_s * 1000) <= STEP_SLACK_MS:
            self._tell(f"Clock was set forward {duration(jump_s)}")


def duration(seconds: float) -> str:
    """Return a span of time in at most two units: ``41s``, ``3m05s``, ``2h13m``."""
    whole = round(abs(seconds))
    hours, minutes = whole // 3600, whole // 60
    if hours >= 48:
        return f"{hours // 24}d{hours % 24:02}h"
    if hours:
        return f"{hours}h{minutes % 60:02}m"
    return f"{minutes}m{whole % 60:02}s" if minutes else f"{whole}s"


def _set_back(jump_s: float) -> str:
    return f"Clock was set back {duration(jump_s)}"
