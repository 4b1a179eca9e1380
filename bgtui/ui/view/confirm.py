"""When `y` counts: once, a moment after it was shown and after the last key, and not for ever."""

from __future__ import annotations

CALM_S = 0.3
"""Seconds without a key before `y` counts: a key that is held repeats faster."""
EXPIRES_S = 20.0


class ConfirmGate:
    """Guards one review; every key has to be told."""

    def __init__(self, now_s: float, *, expires_s: float | None = EXPIRES_S) -> None:
        """Begin when the review is drawn.

        Args:
            now_s: The monotonic clock.
            expires_s: Seconds until it must be reviewed anew; None never.
        """
        self._last_s = now_s
        self._shown_s = now_s
        self._expires_s = expires_s
        self._is_used = False

    def key(self, now_s: float) -> None:
        """Take note of any key."""
        self._last_s = now_s

    def confirm(self, now_s: float) -> bool:
        """Tell whether a `y` now counts; it counts once."""
        is_calm = now_s - self._last_s >= CALM_S
        self._last_s = now_s
        if self._is_used or not is_calm or self.is_expired(now_s):
            return False
        self._is_used = True
        return True

    def is_expired(self, now_s: float) -> bool:
        """Tell whether it was shown too long ago."""
        return self._expires_s is not None and now_s - self._shown_s >= self._expires_s

    def seconds_left(self, now_s: float) -> int | None:
        """Return how long it still counts, seconds."""
        if self._expires_s is None:
            return None
        return max(int(self._expires_s - (now_s - self._shown_s) + 0.999), 0)
