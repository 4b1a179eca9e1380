"""Watching single legs and the day: alarms that stand and heal, and a reduction that is sent once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bgtui.domain.account import Balance, Position
from bgtui.domain.alert import Alarm, AlertKind
from bgtui.domain.error import BgtuiError, OutcomeUnknown, Refused
from bgtui.domain.event import (
    AccountReconciled,
    AlarmHealed,
    AlarmRaised,
    BalancesReported,
    Connection,
    ConnectionLost,
    ConnectionOpened,
    Event,
    FeedFailed,
    FeedRecovered,
    FillReported,
    InstrumentsListed,
    OpenOrdersListed,
    OpenPlansListed,
    PositionsReported,
    TickerUpdated,
    WatchChanged,
)
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.intent import Intent, PlaceOrder
from bgtui.domain.limit import Limits
from bgtui.domain.market import Side, Ticker
from bgtui.domain.order import Effect, MarginMode, OrderType, PositionMode, PositionSide
from bgtui.session.losses import DayRecord, Losses
from bgtui.session.riskwatch import RECORD, RiskWatch, leg_risks
from bgtui.store.store import Store
from tests.support.build import BTC, USDT, D, HandClock, contract, fill, position
from tests.support.loop import virtual_time

DAY = 1_700_006_400_000
ALARM = Limits(alarm_percent=D(10))
REDUCE = replace(ALARM, reduce_percent=D(50))


class Memory:
    """A record that outlives the watch, on a disk that may be full."""

    trouble = ""

    def __init__(self) -> None:
        self.record: DayRecord | None = None
        self.problem = ""

    def load(self) -> DayRecord | None:
        return self.record

    async def save(self, record: DayRecord) -> str:
        if not self.problem:
            self.record = record
        return self.problem


class Bench:
    """A long leg of ten at 100, and an equity of 1,000."""

    def __init__(self, limits: Limits = ALARM, *, memory: Memory | None = None) -> None:
        self.clock = HandClock(wall_ms=DAY + 3_600_000)
        self.store = Store(self.clock)
        self.memory = memory or Memory()
        self.sent: list[Intent] = []
        self.failure: BgtuiError | None = None
        self.weighed: frozenset[InstrumentId] = frozenset()
        for event in (
            ConnectionOpened(Connection.PRIVATE, "private", 1),
            WatchChanged(frozenset({MarketTopic(MarketChannel.TICKER, BTC)})),
            InstrumentsListed(USDT, (contract(),)),
            OpenOrdersListed(USDT, (), 1),
            OpenPlansListed(USDT, (), 1),
            AccountReconciled(USDT),
        ):
            self.store.apply(event)
        self.hold(position("10"))
        self.equity("1000")
        self.mark("100")
        self.losses = Losses(self.store, limits, (USDT,), now_ms=self.clock.now_ms, memory=self.memory)
        self.watch = RiskWatch(self.store, limits, self.losses, (USDT,), send=self._send, weigh=self._weigh)

    async def _send(self, intent: Intent) -> object:
        self.sent.append(intent)
        if self.failure is not None:
            raise self.failure
        return None

    def _weigh(self, instruments: frozenset[InstrumentId]) -> None:
        self.weighed = instruments

    def hold(self, *legs: Position) -> None:
        self.store.apply(PositionsReported(USDT, legs, self.clock.now_ms()))

    def equity(self, amount: str) -> None:
        balance = Balance(USDT, "USDT", D(0), D(0), equity=D(amount))
        self.clock.advance(0.001)
        self.store.apply(BalancesReported(USDT, (balance,), is_complete=True, time_ms=self.clock.now_ms()))

    def mark(self, price: str) -> None:
        self.store.apply(TickerUpdated(Ticker(BTC, self.clock.now_ms(), price, mark_text=price)))

    async def look(self, price: str) -> list[Event]:
        self.mark(price)
        return await self.watch.look()


def told(events: list[Event]) -> list[tuple[AlertKind, str]]:
    return [(event.alarm.kind, event.alarm.text) for event in events if isinstance(event, AlarmRaised)]


@virtual_time
async def test_the_alarm_stands_once_the_loss_is_over_the_threshold_and_heals_well_below() -> None:
    bench = Bench()
    assert await bench.look("90") == [], "ten percent is not over ten percent"
    assert await bench.look("89.9") == [
        AlarmRaised(Alarm(AlertKind.POSITION_RISK, "LONG BTCUSDT", "LONG BTCUSDT loses 10.1% of equity."))
    ]
    assert await bench.look("85") == [], "it stands already"
    assert await bench.look("91") == [], "nine percent is not well below ten"
    assert await bench.look("91.1") == [AlarmHealed(AlertKind.POSITION_RISK, "LONG BTCUSDT")]
    assert len(told(await bench.look("89"))) == 1
    assert bench.sent == []


@virtual_time
async def test_a_leg_that_is_gone_heals_it() -> None:
    bench = Bench()
    await bench.look("80")
    bench.hold()
    assert await bench.look("80") == [AlarmHealed(AlertKind.POSITION_RISK, "LONG BTCUSDT")]


@virtual_time
async def test_what_is_held_is_weighed_live() -> None:
    bench = Bench()
    await bench.look("100")
    assert bench.weighed == {BTC}


@virtual_time
async def test_without_a_threshold_nothing_is_said() -> None:
    assert await Bench(Limits()).look("1") == []


def test_a_loss_is_held_against_the_equity_of_its_wallet() -> None:
    bench = Bench()
    bench.mark("60")
    (risk,) = leg_risks(bench.store, (USDT,))
    assert (risk.loss, risk.equity, risk.percent) == (D(400), D(1000), D(40))
    bench.equity("0")
    (risk,) = leg_risks(bench.store, (USDT,))
    assert risk.percent > 100
    bench.mark("101")
    assert leg_risks(bench.store, (USDT,)) == ()


@virtual_time
async def test_the_lock_of_the_day_is_an_alarm_too() -> None:
    bench = Bench(Limits(day_loss=D(50)))
    lost = replace(fill("1", DAY + 1), realized_pnl=D(-51))
    bench.store.apply(FillReported(lost))
    bench.losses.hear(lost)
    line = "Locked until 00:00 UTC: day loss -51.00 passed -50.00; only exits pass."
    assert told(await bench.look("100")) == [(AlertKind.DAY_LOSS, line)]
    assert await bench.look("100") == []
    bench.clock.advance(24 * 3600)
    assert await bench.look("100") == [AlarmHealed(AlertKind.DAY_LOSS, "day")]
    assert bench.memory.record is not None


@virtual_time
async def test_a_record_that_cannot_be_kept_is_trouble_on_show_until_it_can() -> None:
    bench = Bench()
    bench.memory.problem = "Day record cannot be kept (disk full)"
    assert await bench.look("100") == [FeedFailed(RECORD, bench.memory.problem, None)]
    assert await bench.look("100") == []
    bench.memory.problem = ""
    assert await bench.look("100") == [FeedRecovered(RECORD)]


# Reducing


@virtual_time
async def test_the_stated_part_is_closed_once() -> None:
    bench = Bench(REDUCE)
    assert told(await bench.look("80")) == [
        (AlertKind.POSITION_RISK, "LONG BTCUSDT loses 20.0% of equity; 5.0000 of it is being closed.")
    ]
    close = PlaceOrder(
        BTC, Side.SELL, OrderType.MARKET, D("5.0000"), position_side=PositionSide.LONG, effect=Effect.CLOSE,
        position_mode=PositionMode.HEDGE, margin_mode=MarginMode.CROSSED, margin_coin="USDT",
    )  # fmt: skip
    assert bench.sent == [close]
    bench.hold(position("5"))
    for price in ("80", "70", "81", "60"):
        await bench.look(price)
    assert bench.sent == [close]


@virtual_time
async def test_a_loss_that_was_over_and_came_back_is_another_one() -> None:
    bench = Bench(REDUCE)
    await bench.look("80")
    await bench.look("99")
    await bench.look("80")
    assert len(bench.sent) == 2


@virtual_time
async def test_a_restart_in_the_middle_of_a_loss_sends_nothing_again() -> None:
    bench = Bench(REDUCE)
    await bench.look("80")
    again = Bench(REDUCE, memory=bench.memory)
    await again.look("80")
    await again.look("75")
    assert again.sent == []
    await again.look("99")
    await again.look("80")
    assert len(again.sent) == 1


@virtual_time
async def test_a_restart_that_knows_nothing_yet_forgets_nothing() -> None:
    bench = Bench(REDUCE)
    await bench.look("80")
    again = Bench(REDUCE, memory=bench.memory)
    again.store = blank = Store(again.clock)
    again.watch = RiskWatch(blank, REDUCE, again.losses, (USDT,), send=again._send)
    await again.watch.look()
    assert again.losses.reduced


@virtual_time
async def test_what_cannot_be_remembered_is_not_sent() -> None:
    bench = Bench(REDUCE)
    bench.memory.problem = "Day record cannot be kept (disk full)"
    assert told(await bench.look("80"))[0][1].endswith("; nothing is closed: that cannot be remembered.")
    assert bench.sent == []


@virtual_time
async def test_a_refused_reduction_is_said_and_not_tried_again() -> None:
    bench = Bench(REDUCE)
    bench.failure = Refused("Locked until 00:00 UTC")
    (alarm,) = told(await bench.look("80"))
    assert alarm[1].endswith("; not reduced: Locked until 00:00 UTC")
    await bench.look("79")
    assert len(bench.sent) == 1


@virtual_time
async def test_a_reduction_without_an_answer_is_not_said_to_have_failed() -> None:
    bench = Bench(REDUCE)
    bench.failure = OutcomeUnknown("Sent, but nobody knows whether it was carried out")
    (alarm,) = told(await bench.look("80"))
    assert "not reduced" not in alarm[1]
    assert alarm[1].endswith("of it may be closed: no answer came; being asked.")
    await bench.look("79")
    assert len(bench.sent) == 1


@virtual_time
async def test_nothing_is_sent_by_what_may_be_out_of_date() -> None:
    bench = Bench(REDUCE)
    bench.store.apply(ConnectionLost(Connection.PRIVATE, "private", "gone", 1000))
    bench.clock.advance(61)
    assert len(told(await bench.look("80"))) == 1
    assert bench.sent == []


@pytest.mark.parametrize(
    ("size", "free", "closed"), [("10", "10", "5"), ("10", "2", "2"), ("0.0003", "0.0003", "0.0001")]
)
@virtual_time
async def test_the_part_is_rounded_down_and_no_more_than_is_free(size: str, free: str, closed: str) -> None:
    bench = Bench(REDUCE)
    bench.hold(replace(position(size), available=D(free), entry_price=D(1_000_000)))
    await bench.look("1")
    (intent,) = bench.sent
    assert isinstance(intent, PlaceOrder)
    assert intent.size == Decimal(closed)


@virtual_time
async def test_a_part_too_small_to_close_is_said() -> None:
    bench = Bench(REDUCE)
    bench.hold(replace(position("0.0001"), entry_price=D(10_000_000)))
    assert told(await bench.look("1"))[0][1].endswith("; the part to close is too small.")
    assert bench.sent == []
