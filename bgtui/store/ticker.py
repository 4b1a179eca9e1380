"""The latest figures of each instrument."""

from __future__ import annotations

from bgtui.domain.clock import Clock
from bgtui.domain.event import TickerUpdated
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import Ticker
from bgtui.store.version import NextVersion

MAX_TICKERS = 2000
"""More than the exchange lists in one product type."""


class _Entry:
    __slots__ = ("seen_s", "ticker", "version")

    def __init__(self, ticker: Ticker, version: int, seen_s: float) -> None:
        self.ticker = ticker
        self.version = version
        self.seen_s = seen_s


class Tickers:
    """One ticker an instrument; an older one never replaces a newer."""

    def __init__(self, clock: Clock, next_version: NextVersion) -> None:
        self._monotonic = clock.monotonic
        self._next = next_version
        self._entries: dict[InstrumentId, _Entry] = {}
        self._watched: frozenset[InstrumentId] | None = None

    def apply(self, event: TickerUpdated) -> bool:
        """Take new figures."""
        ticker = event.ticker
        entry = self._entries.get(ticker.instrument)
        if entry is None:
            return self._admit(ticker)
        entry.seen_s = self._monotonic()
        old = entry.ticker
        if ticker.time_ms <= old.time_ms and (ticker.time_ms < old.time_ms or ticker == old):
            return False
        entry.ticker = ticker
        entry.version = self._next()
        return True

    def watch(self, instruments: frozenset[InstrumentId]) -> bool:
        """Forget what is not watched any more."""
        self._watched = instruments
        dropped = self._entries.keys() - instruments
        for instrument in dropped:
            del self._entries[instrument]
        return bool(dropped)

    def get(self, instrument: InstrumentId) -> Ticker | None:
        """Return the latest figures; None before the first."""
        entry = self._entries.get(instrument)
        return entry.ticker if entry else None

    def seen_s(self, instrument: InstrumentId) -> float | None:
        """Return when a ticker last came, monotonic seconds."""
        entry = self._entries.get(instrument)
        return entry.seen_s if entry else None

    def version(self, instrument: InstrumentId) -> int:
        """Return an instrument's version."""
        entry = self._entries.get(instrument)
        return entry.version if entry else 0

    def _admit(self, ticker: Ticker) -> bool:
        if self._watched is not None and ticker.instrument not in self._watched:
            return False
        if len(self._entries) >= MAX_TICKERS:
            del self._entries[min(self._entries, key=lambda name: self._entries[name].seen_s)]
        self._entries[ticker.instrument] = _Entry(ticker, self._next(), self._monotonic())
        return True
