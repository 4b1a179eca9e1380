"""The hand that turns a recording's pages: what happens next, and when in the exchange's time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bgtui.domain.market import Trade
from bgtui.simulator.replay import Played, Recording

PAUSE_MS = 1000.0
"""Between the end of a recording and its next beginning."""


class Playback:
    """A position in a recording that starts over at its end."""

    __slots__ = ("_next", "_recording", "_speed", "_start_ms", "next_ms")

    def __init__(self, recording: Recording, start_ms: int, speed: float) -> None:
        """Begin at the first event; the recording holds one at least."""
        self._recording = recording
        self._speed = speed
        self._start_ms = float(start_ms)
        self._next = 0
        self.next_ms = self._due()
        """When the next event is due, exchange time."""

    def next(self) -> Played:
        """Return the event that is due, and go on to the one after it."""
        event = self._recording.events[self._next]
        self._next += 1
        if self._next == len(self._recording.events):
            self._start_ms = self.next_ms + PAUSE_MS / self._speed
            self._next = 0
        self.next_ms = self._due()
        return event

    def wait(self, elapsed_ms: float) -> None:
        """Stand still for a while."""
        self._start_ms += elapsed_ms
        self.next_ms += elapsed_ms

    def past(self, trades: Iterable[Trade], ids: Callable[[], int]) -> list[Trade]:
        """Return trades from before the recording, moved to before the start and numbered anew."""
        shift = int(self._start_ms) - self._recording.start_ms
        return [
            Trade(
                str(ids()),
                trade.price_text,
                trade.size_text,
                trade.side,
                min(trade.time_ms + shift, int(self._start_ms)),
            )
            for trade in trades
        ]

    def _due(self) -> float:
        return self._start_ms + self._recording.events[self._next].offset_ms / self._speed
