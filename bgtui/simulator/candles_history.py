"""A made-up past, walked backward from the opening price: fine near now, coarse far back."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from bgtui.domain.market import CandleInterval
from bgtui.simulator.candles import DAY_MS, HOUR_MS, MINUTE_MS, Bar, bucket_start, merge
from bgtui.simulator.instruments import Listing
from bgtui.simulator.market_units import Units

MINUTES = 1500
"""One-minute bars at the start: a day for the 24-hour figures, and more than 1000."""

_YEAR_MS = 365 * DAY_MS
LAST = 11
"""Minutes that are made at once, for the trades at the start; the others wait until somebody asks."""
_TIERS: tuple[tuple[int, int], ...] = (
    (5 * MINUTE_MS, 1000),
    (30 * MINUTE_MS, 1000),
    (4 * HOUR_MS, 1000),
    (DAY_MS, 700),
)
"""What lies before the minutes: length of a bar, how many bars."""
_TIERS_OF = {
    CandleInterval.M3: 0,
    CandleInterval.M5: 1,
    CandleInterval.M15: 1,
    CandleInterval.M30: 2,
    CandleInterval.H1: 2,
    CandleInterval.H4: 3,
    CandleInterval.H6: 2,
    CandleInterval.H12: 3,
}
"""How many of the tiers an interval is a multiple of; longer intervals use them all."""


class Walk:
    """Bars made backward from a price: each closes where the next one opens."""

    __slots__ = ("_close", "_mood", "_random", "_size_of", "_start_ms", "_units", "_usual", "length_ms")

    def __init__(
        self,
        listing: Listing,
        volatility: float,
        *,
        close: int,
        end_ms: int,
        length_ms: int,
        rng: random.Random,
    ) -> None:
        """Stand at a closing price, units, at the end of the newest bar.

        Args:
            listing: whose past; its daily value sets the volumes.
            volatility: standard deviation of a year's log return.
            close: where the walk ends.
            end_ms: when it ends.
            length_ms: length of a bar.
            rng: source of every bar.
        """
        self._units = units = Units(listing.instrument)
        self._close, self._start_ms, self.length_ms = close, end_ms, length_ms
        self._usual = volatility * math.sqrt(length_ms / _YEAR_MS)
        value = listing.daily_notional * length_ms / DAY_MS
        self._size_of = value * 10 ** (units.size_places + units.price_places)
        self._mood = 0.0
        self._random = rng

    def back(self, count: int) -> list[Bar]:
        """Walk on into the past; return the bars, oldest first."""
        tick, step, size_of, usual = self._units.tick, self._units.step, self._size_of, self._usual
        gauss, chance, exp = self._random.gauss, self._random.random, math.exp
        mood, close, start = self._mood, self._close, self._start_ms
        bars: list[Bar] = []
        for _ in range(count):
            start -= self.length_ms
            mood = mood * 0.97 + gauss(0.0, 0.12)
            spread = usual * exp(mood)
            opened = max(round(close * exp(gauss(0.0, spread)) / tick), 1) * tick
            high, low = (opened, close) if opened > close else (close, opened)
            reach = spread * close * 0.7 / tick
            high += int(chance() * reach) * tick
            low = max(low - int(chance() * reach) * tick, tick)
            volume = max(int(size_of / close * exp(mood + gauss(0.0, 0.5))) // step, 1) * step
            value = volume * ((opened + close + high + low) // 4)
            bars.append(Bar(start, opened, high, low, close, volume, value))
            close = opened
        self._mood, self._close, self._start_ms = mood, close, start
        bars.reverse()
        return bars


class MadeHistory:
    """The past of one instrument, from its own random source: the same whenever it is asked for."""

    def __init__(
        self,
        listing: Listing,
        volatility: float,
        *,
        price: int,
        start_ms: int,
        rng: random.Random,
        known: Sequence[Bar] = (),
    ) -> None:
        """Stand where the last minute closes: at a price, in units, when the open minute begins.

        Args:
            listing: whose past.
            volatility: standard deviation of a year's log return.
            price: where it ends, units.
            start_ms: begin of the run, exchange time.
            rng: source of the whole past, for nobody else.
            known: the newest minutes where they are known, oldest first, without holes, up to the start.
        """
        self._listing = listing
        self._volatility = volatility
        self._random = rng
        self._known = list(known)
        self._walk = Walk(
            listing,
            volatility,
            close=known[0].open if known else price,
            end_ms=known[0].start_ms if known else bucket_start(CandleInterval.M1, start_ms),
            length_ms=MINUTE_MS,
            rng=rng,
        )
        if len(self._known) < LAST:
            self._known = self._walk.back(LAST - len(self._known)) + self._known
        self._minutes: list[Bar] = []
        self._tiers: list[list[Bar]] = []

    @property
    def last(self) -> list[Bar]:
        """The newest minutes, oldest first."""
        return self._known[-LAST:]

    def bars(self, interval: CandleInterval) -> Sequence[Bar]:
        """Return an interval's bars from every tier that it is a multiple of."""
        if not self._minutes:
            missing = max(MINUTES - len(self._known), 0)
            missing += _beyond(self._known[0].start_ms - missing * MINUTE_MS)
            self._minutes = self._walk.back(missing) + self._known
        if interval is CandleInterval.M1:
            return self._minutes
        count = _TIERS_OF.get(interval, len(_TIERS))
        self._make(count)
        parts = [bar for tier in reversed(self._tiers[:count]) for bar in tier]
        # The first may have begun before its first part.
        return merge(interval, [*parts, *self._minutes])[1:]

    def _make(self, count: int) -> None:
        while len(self._tiers) < count:
            place = len(self._tiers)
            length, bars = _TIERS[place]
            later = self._tiers[-1][0] if self._tiers else self._minutes[0]
            # Each tier ends where the finer one begins, and begins where the next coarser one can end.
            if place + 1 < len(_TIERS):
                first = later.start_ms - bars * length
                bars += (first % _TIERS[place + 1][0]) // length
            walk = Walk(
                self._listing,
                self._volatility,
                close=later.open,
                end_ms=later.start_ms,
                length_ms=length,
                rng=self._random,
            )
            self._tiers.append(walk.back(bars))


def _beyond(first_ms: int) -> int:
    """Count the minutes that must come before a moment, so that a bar of the first tier can end there."""
    return first_ms % _TIERS[0][0] // MINUTE_MS
