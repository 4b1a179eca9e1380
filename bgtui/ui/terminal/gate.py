"""Whether a frame may be drawn now: a slow terminal costs frames, never the feed and never the keys."""

from __future__ import annotations

SHARE = 0.8
"""Of what a link was seen to take, so that its buffers run empty."""
SLOW_WRITE_S = 0.03
"""A write that takes longer than this has waited for the link."""
RECOVER_S = 2.0
"""Without a slow write for so long, the estimate is raised."""
_RAISE = 1.5
_FASTEST = 2_000_000.0
"""Bytes a second beyond which a link is not limited."""
_SLOWEST = 1_500.0
_BURST_S = 0.25
"""Seconds of the link's rate that may be sent at once."""


class FrameGate:
    """A token bucket over what the link takes."""

    def __init__(self, max_kbps: float | None = None) -> None:
        """Begin unlimited, or with a ceiling in kilobytes a second."""
        self._ceiling = _FASTEST if max_kbps is None else max_kbps * 1000
        self._rate = self._ceiling
        self._tokens = self._rate * _BURST_S
        self._filled_s: float | None = None
        self._slow_s = float("-inf")

    @property
    def rate(self) -> float | None:
        """Bytes a second that are sent at most; None while nothing limits."""
        return None if self._rate >= _FASTEST else self._rate

    def may_paint(self, pending: int, now_s: float) -> bool:
        """Tell whether a frame of the market may be drawn."""
        self._fill(now_s)
        return pending == 0 and self._tokens > 0

    def sent(self, count: int) -> None:
        """Take note of bytes that were handed over."""
        self._tokens -= count

    def took(self, count: int, seconds: float, now_s: float) -> None:
        """Learn from a write: how many bytes the terminal took, and how long that was."""
        if seconds > SLOW_WRITE_S and count:
            seen = max(count / seconds * SHARE, _SLOWEST)
            self._rate = min(seen, self._rate, self._ceiling)
            self._slow_s = now_s
            self._tokens = min(self._tokens, self._rate * _BURST_S)

    def _fill(self, now_s: float) -> None:
        if self._filled_s is None:
            self._filled_s = now_s
        self._tokens = min(self._tokens + (now_s - self._filled_s) * self._rate, self._rate * _BURST_S)
        self._filled_s = now_s
        if self._rate < self._ceiling and now_s - self._slow_s > RECOVER_S:
            self._rate = min(self._rate * _RAISE, self._ceiling)
            self._slow_s = now_s
