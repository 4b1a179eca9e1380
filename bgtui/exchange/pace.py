"""How fast one may go: a sliding window, and waiting times after failures. Pure: the time is an argument."""

from __future__ import annotations

import random
from collections import deque


class Pace:
    """At most so many steps within any window of so many seconds."""

    def __init__(self, count: int, seconds: float) -> None:
        """Begin with nothing done."""
        self._seconds = seconds
        self._count = count
        self._done: deque[float] = deque(maxlen=count)

    def wait(self, now: float) -> float:
        """Return the seconds until the next step may be taken; 0 means now."""
        if len(self._done) < self._count:
            return 0.0
        return max(0.0, self._done[0] + self._seconds - now)

    def note(self, now: float) -> None:
        """Remember that a step was taken."""
        self._done.append(now)

    def used(self, now: float) -> int:
        """Count the steps that the window still holds."""
        return sum(1 for moment in self._done if moment > now - self._seconds)


class Backoff:
    """Waiting times that double with each failure, each drawn from zero to the full time.

    The draw keeps many programs that lost the exchange at one moment from coming back at one moment.
    """

    def __init__(self, rng: random.Random, *, base_s: float, cap_s: float) -> None:
        """Begin as after a success."""
        self._rng = rng
        self._base_s = base_s
        self._cap_s = cap_s
        self._failures = 0
        self._floor_s = 0.0

    def next(self) -> float:
        """Count a failure and return the seconds to wait after it."""
        ceiling = min(self._cap_s, self._base_s * 2.0 ** min(self._failures, 30))
        self._failures += 1
        floor, self._floor_s = self._floor_s, 0.0
        return floor + self._rng.uniform(0, ceiling)

    def reset(self) -> None:
        """Forget the failures: what was reached stayed healthy."""
        self._failures = 0

    def hold(self, seconds: float) -> None:
        """Let the next waiting time last at least this long: the exchange asked for patience."""
        self._floor_s = max(self._floor_s, seconds)
