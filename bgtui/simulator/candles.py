"""Candles: trades become one-minute bars, minutes become every other interval; memory stays bounded.

Bars count in whole units of price and size (`market_units`); their texts are made when somebody asks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from bgtui.domain.market import Candle, CandleInterval
from bgtui.simulator.market_units import Units

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
KEPT_BARS = 3000
"""Finished bars kept of one interval; a request never asks for more than 1000."""
DAY_MINUTES = 1440

LENGTHS_MS = {
    CandleInterval.M1: MINUTE_MS,
    CandleInterval.M3: 3 * MINUTE_MS,
    CandleInterval.M5: 5 * MINUTE_MS,
    CandleInterval.M15: 15 * MINUTE_MS,
    CandleInterval.M30: 30 * MINUTE_MS,
    CandleInterval.H1: HOUR_MS,
    CandleInterval.H4: 4 * HOUR_MS,
    CandleInterval.H6: 6 * HOUR_MS,
    CandleInterval.H12: 12 * HOUR_MS,
    CandleInterval.D1: DAY_MS,
    CandleInterval.D3: 3 * DAY_MS,
    CandleInterval.W1: 7 * DAY_MS,
}
"""Every interval of a fixed length; months have none."""
# The epoch was a Thursday, weeks begin on Monday.
_OFFSETS_MS = {CandleInterval.W1: -3 * DAY_MS}


def bucket_start(interval: CandleInterval, time_ms: int) -> int:
    """Return when the bar that holds a moment begins, UTC."""
    if interval is CandleInterval.MONTH:
        moment = datetime.fromtimestamp(time_ms // 1000, UTC)
        return int(datetime(moment.year, moment.month, 1, tzinfo=UTC).timestamp()) * 1000
    offset = _OFFSETS_MS.get(interval, 0)
    return (time_ms - offset) // LENGTHS_MS[interval] * LENGTHS_MS[interval] + offset


@dataclass(slots=True)
class Bar:
    """One bar in units; the open one grows."""

    start_ms: int
    open: int
    high: int
    low: int
    close: int
    volume: int = 0
    """Size units."""
    value: int = 0
    """Price units times size units."""

    def take(self, other: Bar) -> None:
        """Append a bar that follows within the same interval."""
        self.high = max(self.high, other.high)
        self.low = min(self.low, other.low)
        self.close = other.close
        self.volume += other.volume
        self.value += other.value

    def copy(self) -> Bar:
        """Return a bar that grows on its own."""
        return Bar(self.start_ms, self.open, self.high, self.low, self.close, self.volume, self.value)


def merge(interval: CandleInterval, bars: Iterable[Bar]) -> list[Bar]:
    """Merge bars, oldest first, into bars of a longer interval; the arguments stay as they are."""
    merged: list[Bar] = []
    for bar in bars:
        start = bucket_start(interval, bar.start_ms)
        if merged and merged[-1].start_ms == start:
            merged[-1].take(bar)
        else:
            fresh = bar.copy()
            fresh.start_ms = start
            merged.append(fresh)
    return merged


def to_candle(bar: Bar, units: Units) -> Candle:
    """Spell a bar."""
    price = units.price_text
    return Candle(
        bar.start_ms,
        price(bar.open),
        price(bar.high),
        price(bar.low),
        price(bar.close),
        units.size_text(bar.volume),
        units.value_text(bar.value),
    )


class History(Protocol):
    """Bars from before the start; made or read when they are first asked for."""

    def bars(self, interval: CandleInterval) -> Sequence[Bar]:
        """Return bars of an interval before the start, oldest first; the last may end in the middle."""


class Candles:
    """All bars of one instrument, or of its mark or index line."""

    __slots__ = ("_day", "_history", "_live", "_made", "_minute", "_units", "version")

    def __init__(self, history: History, units: Units, start_ms: int, price: int) -> None:
        """Begin the open minute at a price, behind a history that is asked only when somebody asks here."""
        self._history = history
        self._units = units
        self._made: dict[CandleInterval, list[Bar]] = {}
        self._minute = Bar(bucket_start(CandleInterval.M1, start_ms), price, price, price, price)
        self._live: dict[CandleInterval, deque[Bar]] = {
            interval: deque(maxlen=KEPT_BARS) for interval in CandleInterval
        }
        self._day: Bar | None = None
        self.version = 0
        """Rises with every change."""

    @property
    def close(self) -> int:
        """The last price, units."""
        return self._minute.close

    def trade(self, time_ms: int, price: int, size: int) -> None:
        """Take one trade."""
        if time_ms >= self._minute.start_ms + MINUTE_MS:
            self.roll(time_ms)
        bar = self._minute
        bar.high = max(bar.high, price)
        bar.low = min(bar.low, price)
        bar.close = price
        bar.volume += size
        bar.value += price * size
        self.version += 1

    def roll(self, time_ms: int) -> None:
        """Finish minutes that have passed; those without a trade are flat."""
        while time_ms >= self._minute.start_ms + MINUTE_MS:
            done = self._minute
            for interval, live in self._live.items():
                _extend(interval, live, done)
            close = done.close
            self._minute = Bar(done.start_ms + MINUTE_MS, close, close, close, close)
            self._day = None
            self.version += 1

    def bars(
        self, interval: CandleInterval, limit: int | None = None, before_ms: int | None = None
    ) -> list[Bar]:
        """Return the newest bars, oldest first, the open one last.

        Args:
            interval: length of a bar.
            limit: how many at most.
            before_ms: only bars that begin before this moment.
        """
        bars = self._past(interval).copy()
        for bar in self._live[interval]:
            _join(bars, bar)
        _join(bars, self._tail(interval))
        if before_ms is not None:
            while bars and bars[-1].start_ms >= before_ms:
                bars.pop()
        return bars if limit is None else bars[-limit:] if limit else []

    def candles(
        self, interval: CandleInterval, limit: int | None = None, before_ms: int | None = None
    ) -> list[Candle]:
        """Return the newest bars as candles, oldest first, the open one last."""
        units = self._units
        return [to_candle(bar, units) for bar in self.bars(interval, limit, before_ms)]

    def current(self, interval: CandleInterval) -> Candle:
        """Return the open bar with all that belongs to it."""
        ends = self._past(interval)[-1:]
        for bar in [*self._live[interval]][-1:]:
            _join(ends, bar)
        _join(ends, self._tail(interval))
        return to_candle(ends[-1], self._units)

    def day(self) -> Bar:
        """Return the last 24 hours as one bar, to the minute."""
        if self._day is None:
            self._day = self._finished_day()
        day = self._day.copy()
        day.take(self._minute)
        return day

    def utc_open(self) -> int:
        """Return the price at the last 00:00 UTC, units; the oldest known when that is longer ago."""
        midnight = bucket_start(CandleInterval.D1, self._minute.start_ms)
        minutes = self._finished(DAY_MINUTES)
        passed = (self._minute.start_ms - midnight) // MINUTE_MS
        return minutes[-passed:][0].open if minutes and passed else self._minute.open

    def _finished_day(self) -> Bar:
        minutes = self._finished(DAY_MINUTES)
        if not minutes:
            opened = self._minute.open
            return Bar(self._minute.start_ms, opened, opened, opened, opened)
        return Bar(
            minutes[0].start_ms,
            minutes[0].open,
            max(bar.high for bar in minutes),
            min(bar.low for bar in minutes),
            minutes[-1].close,
            sum(bar.volume for bar in minutes),
            sum(bar.value for bar in minutes),
        )

    def _finished(self, count: int) -> list[Bar]:
        live = self._live[CandleInterval.M1]
        recent = [live[index] for index in range(max(len(live) - count, 0), len(live))]
        missing = count - len(recent)
        return [*self._past(CandleInterval.M1)[-missing:], *recent] if missing else recent

    def _past(self, interval: CandleInterval) -> list[Bar]:
        if interval not in self._made:
            self._made[interval] = list(self._history.bars(interval))[-KEPT_BARS:]
        return self._made[interval]

    def _tail(self, interval: CandleInterval) -> Bar:
        tail = self._minute.copy()
        tail.start_ms = bucket_start(interval, tail.start_ms)
        return tail


def _extend(interval: CandleInterval, live: deque[Bar], minute: Bar) -> None:
    start = bucket_start(interval, minute.start_ms)
    if live and live[-1].start_ms == start:
        live[-1].take(minute)
    else:
        fresh = minute.copy()
        fresh.start_ms = start
        live.append(fresh)


def _join(bars: list[Bar], bar: Bar) -> None:
    """Append a bar, or merge it into the last one when both are parts of the same; arguments stay whole."""
    if bars and bars[-1].start_ms == bar.start_ms:
        whole = bars[-1].copy()
        whole.take(bar)
        bars[-1] = whole
    else:
        bars.append(bar)
