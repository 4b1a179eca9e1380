"""The system's two clocks: the only place that reads them."""

from __future__ import annotations

import time


class SystemClock:
    """Implements `domain.clock.Clock` on the machine's own clocks."""

    def now_ms(self) -> int:
        """Wall clock, Unix milliseconds."""
        return time.time_ns() // 1_000_000  # noqa: TID251 - every other reader gets it from here

    def monotonic(self) -> float:
        """Seconds that only grow; they stand still while the machine sleeps."""
        return time.monotonic()  # noqa: TID251 - every other reader gets it from here
