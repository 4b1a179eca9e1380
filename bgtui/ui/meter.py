"""What the screen costs: bytes and frames lately, and how long a key takes to show."""

from __future__ import annotations

from collections import deque

from bgtui.domain.value import frozen

WINDOW_S = 5.0
KEYS = 200


@frozen
class Cost:
    """Figures for the Health screen."""

    bytes_per_s: float
    frames_per_s: float
    skipped: int
    """Frames that were left out because the terminal had not taken the last one."""
    key_p50_ms: float | None
    key_p99_ms: float | None


class TerminalMeter:
    """Counts what leaves for the terminal."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.bytes = 0
        self.frames = 0
        self.skipped = 0
        self._recent: deque[tuple[float, int]] = deque()
        self._keys_ms: deque[float] = deque(maxlen=KEYS)
        self._key_s: float | None = None

    def key(self, now_s: float) -> None:
        """Take note that a key came in."""
        if self._key_s is None:
            self._key_s = now_s

    def wrote(self, count: int, now_s: float) -> None:
        """Take note of a frame that was handed to the terminal."""
        if not count:
            return
        self.bytes += count
        self.frames += 1
        self._recent.append((now_s, count))
        self._forget(now_s)
        if self._key_s is not None:
            self._keys_ms.append((now_s - self._key_s) * 1000)
            self._key_s = None

    def _forget(self, now_s: float) -> None:
        while self._recent and now_s - self._recent[0][0] > WINDOW_S:
            self._recent.popleft()

    def cost(self, now_s: float) -> Cost:
        """Return the figures of the last seconds."""
        self._forget(now_s)
        keys = sorted(self._keys_ms)
        return Cost(
            sum(count for _, count in self._recent) / WINDOW_S,
            len(self._recent) / WINDOW_S,
            self.skipped,
            keys[len(keys) // 2] if keys else None,
            keys[min(len(keys) * 99 // 100, len(keys) - 1)] if keys else None,
        )
