"""Candles: one bounded series for each instrument and interval."""

from __future__ import annotations

from bisect import bisect_left

from bgtui.domain.event import CandlesUpdated
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import Candle, CandleInterval
from bgtui.store.version import NextVersion

SERIES_LENGTH = 1500
"""Bars kept in one series; a snapshot brings up to a thousand."""
MAX_SERIES = 64

SeriesKey = tuple[InstrumentId, CandleInterval]


class _Series:
    __slots__ = ("candles", "version")

    def __init__(self) -> None:
        self.candles: list[Candle] = []
        self.version = 0


class CandleSeries:
    """Every series, oldest bar first, each bar once."""

    def __init__(self, next_version: NextVersion) -> None:
        self._next = next_version
        self._series: dict[SeriesKey, _Series] = {}
        self._watched: frozenset[SeriesKey] | None = None

    def apply(self, event: CandlesUpdated) -> bool:
        """Replace the series by a snapshot, or change and add single bars."""
        series = self._series.get((event.instrument, event.interval)) or self._admit(
            (event.instrument, event.interval)
        )
        if series is None:
            return False
        if event.is_snapshot:
            is_changed = _replace(series, event)
        else:
            is_changed = False
            for candle in event.candles:
                is_changed |= _merge(series.candles, candle)
        if is_changed:
            series.version = self._next()
        return is_changed

    def watch(self, keys: frozenset[SeriesKey]) -> bool:
        """Forget what is not watched any more."""
        self._watched = keys
        dropped = self._series.keys() - keys
        for key in dropped:
            del self._series[key]
        return bool(dropped)

    def get(self, key: SeriesKey, limit: int | None) -> tuple[Candle, ...]:
        """Return the latest bars, oldest first."""
        series = self._series.get(key)
        if series is None:
            return ()
        start = 0 if limit is None else max(len(series.candles) - limit, 0)
        return tuple(series.candles[start:])

    def version(self, key: SeriesKey) -> int:
        """Return a series' version."""
        series = self._series.get(key)
        return series.version if series else 0

    def _admit(self, key: SeriesKey) -> _Series | None:
        if self._watched is not None and key not in self._watched:
            return None
        if len(self._series) >= MAX_SERIES:
            del self._series[min(self._series, key=lambda name: self._series[name].version)]
        series = self._series[key] = _Series()
        return series


def _replace(series: _Series, event: CandlesUpdated) -> bool:
    by_start = {candle.start_ms: candle for candle in event.candles}
    candles = [by_start[start_ms] for start_ms in sorted(by_start)][-SERIES_LENGTH:]
    if candles == series.candles:
        return False
    series.candles = candles
    return True


def _merge(candles: list[Candle], candle: Candle) -> bool:
    if not candles or candle.start_ms > candles[-1].start_ms:
        candles.append(candle)
        del candles[:-SERIES_LENGTH]
        return True
    at = bisect_left(candles, candle.start_ms, key=lambda known: known.start_ms)
    if candles[at].start_ms == candle.start_ms:
        if candles[at] == candle:
            return False
        candles[at] = candle
        return True
    if len(candles) >= SERIES_LENGTH:
        return False
    candles.insert(at, candle)
    return True
