"""Time as an argument: what the rest of the program asks instead of the system clock."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Two readings of time that a test can drive by hand."""

    def now_ms(self) -> int:
        """Wall clock, Unix milliseconds: for signing, for what a person reads, never for durations."""

    def monotonic(self) -> float:
        """Seconds that only grow: for durations, ages and deadlines."""
