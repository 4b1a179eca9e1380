from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtui.domain.market import CandleInterval
from bgtui.simulator.candles import (
    DAY_MS,
    LENGTHS_MS,
    MINUTE_MS,
    Bar,
    Candles,
    bucket_start,
)
from bgtui.simulator.candles_history import MINUTES, MadeHistory
from bgtui.simulator.instruments import LISTINGS, Listing
from bgtui.simulator.market_units import Units, fixed
from tests.simulator.worlds import BTC, START_MS, listings

UNITS = Units(listings(BTC)[0].instrument)
MONDAY_MS = 1_763_337_600_000
"""00:00 UTC of Monday, 17 November 2025."""


class NoHistory:
    """Nothing was traded before the start."""

    def bars(self, interval: CandleInterval) -> Sequence[Bar]:
        return ()


def empty(start_ms: int = MONDAY_MS, price: int = 1000) -> Candles:
    return Candles(NoHistory(), UNITS, start_ms, price)


@pytest.mark.parametrize(
    ("interval", "time_ms", "start_ms"),
    [
        (CandleInterval.M1, MONDAY_MS + 61_000, MONDAY_MS + 60_000),
        (CandleInterval.H4, MONDAY_MS + 5 * 3_600_000, MONDAY_MS + 4 * 3_600_000),
        (CandleInterval.D1, MONDAY_MS + 5, MONDAY_MS),
        (CandleInterval.W1, MONDAY_MS - 1, MONDAY_MS - 7 * DAY_MS),
        (CandleInterval.W1, MONDAY_MS + 6 * DAY_MS, MONDAY_MS),
        (CandleInterval.MONTH, MONDAY_MS, MONDAY_MS - 16 * DAY_MS),
    ],
)
def test_bars_begin_on_utc(interval: CandleInterval, time_ms: int, start_ms: int) -> None:
    assert bucket_start(interval, time_ms) == start_ms


def test_trades_of_one_minute_make_one_bar() -> None:
    candles = empty()
    for price, size in ((1010, 3), (990, 2), (1005, 1)):
        candles.trade(MONDAY_MS + 1000, price, size)
    bar = candles.bars(CandleInterval.M1)[-1]
    assert (bar.open, bar.high, bar.low, bar.close) == (1000, 1010, 990, 1005)
    assert (bar.volume, bar.value) == (6, 3030 + 1980 + 1005)


def test_minutes_without_trades_are_flat() -> None:
    candles = empty()
    candles.trade(MONDAY_MS + 1000, 1010, 1)
    candles.roll(MONDAY_MS + 3 * MINUTE_MS)
    bars = candles.bars(CandleInterval.M1)
    assert [bar.start_ms for bar in bars] == [MONDAY_MS + index * MINUTE_MS for index in range(4)]
    assert [(bar.open, bar.close, bar.volume) for bar in bars[1:]] == [(1010, 1010, 0)] * 3


@given(
    st.lists(
        st.tuples(st.integers(1, 400_000), st.integers(1, 2000), st.integers(1, 50)),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from([interval for interval in CandleInterval if interval is not CandleInterval.MONTH]),
)
def test_every_interval_agrees_with_the_minutes(
    trades: list[tuple[int, int, int]], interval: CandleInterval
) -> None:
    candles, time = empty(), MONDAY_MS
    for gap, price, size in trades:
        time += gap
        candles.trade(time, price, size)
    minutes, bars = candles.bars(CandleInterval.M1), candles.bars(interval)
    assert sum(bar.volume for bar in bars) == sum(size for _, _, size in trades)
    assert sum(bar.value for bar in bars) == sum(price * size for _, price, size in trades)
    assert (bars[0].open, bars[-1].close) == (minutes[0].open, minutes[-1].close)
    for bar in bars:
        parts = [one for one in minutes if bucket_start(interval, one.start_ms) == bar.start_ms]
        assert bar.high == max(part.high for part in parts)
        assert bar.low == min(part.low for part in parts)
    last = candles.current(interval)
    assert last.start_ms == bars[-1].start_ms
    assert last.close_text == UNITS.price_text(bars[-1].close)
    assert last.base_volume_text == UNITS.size_text(bars[-1].volume)


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.instrument.id)
def test_the_past_is_long_and_ends_at_the_opening_price(listing: Listing) -> None:
    units = Units(listing.instrument)
    price = 50_000 * units.tick
    history = MadeHistory(listing, 0.6, price=price, start_ms=START_MS, rng=random.Random(1))
    candles = Candles(history, units, START_MS, price)
    bars = candles.bars(CandleInterval.M1)
    assert len(bars) > MINUTES
    assert bars[-2].close == price
    assert_continuous(bars, MINUTE_MS)
    for bar in bars:
        assert bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert not {value % units.tick for value in (bar.open, bar.high, bar.low, bar.close)} - {0}


@pytest.mark.parametrize("interval", [interval for interval in CandleInterval if interval in LENGTHS_MS])
@pytest.mark.parametrize("start_ms", [START_MS, START_MS + 3 * MINUTE_MS, MONDAY_MS])
def test_every_interval_has_a_past_without_holes(interval: CandleInterval, start_ms: int) -> None:
    listing = listings(BTC)[0]
    history = MadeHistory(listing, 0.4, price=924_126, start_ms=start_ms, rng=random.Random(1))
    bars = Candles(history, UNITS, start_ms, 924_126).bars(interval)
    assert len(bars) >= 100
    assert_continuous(bars, LENGTHS_MS[interval])


def test_the_past_is_the_same_in_whatever_order_it_is_asked_for() -> None:
    def history() -> MadeHistory:
        return MadeHistory(listings(BTC)[0], 0.4, price=924_126, start_ms=START_MS, rng=random.Random(1))

    one, other = history(), history()
    one.bars(CandleInterval.D1)
    assert one.bars(CandleInterval.H1) == other.bars(CandleInterval.H1)
    assert one.bars(CandleInterval.D1) == other.bars(CandleInterval.D1)


def test_a_day_is_the_last_1440_minutes() -> None:
    candles = empty(MONDAY_MS, 1000)
    candles.trade(MONDAY_MS + 1, 5000, 7)
    candles.trade(MONDAY_MS + MINUTE_MS, 1200, 1)
    candles.roll(MONDAY_MS + DAY_MS)
    assert candles.day().high == 5000
    candles.roll(MONDAY_MS + DAY_MS + MINUTE_MS)
    day = candles.day()
    assert (day.high, day.volume, day.open) == (5000, 1, 5000)
    candles.roll(MONDAY_MS + DAY_MS + 3 * MINUTE_MS)
    assert (candles.day().high, candles.day().volume) == (1200, 0)


def test_memory_is_bounded() -> None:
    candles = empty()
    candles.roll(MONDAY_MS + 10 * DAY_MS)
    assert len(candles.bars(CandleInterval.M1)) <= 3001


@given(st.integers(-(10**20), 10**20), st.integers(0, 12))
def test_whole_units_are_spelled_exactly(units: int, places: int) -> None:
    text = fixed(units, places)
    assert int(text.replace(".", "")) == units
    assert len(text.partition(".")[2]) == places


def assert_continuous(bars: Sequence[Bar], length_ms: int) -> None:
    for bar, after in itertools.pairwise(bars):
        assert after.start_ms == bar.start_ms + length_ms
        assert after.open == bar.close
