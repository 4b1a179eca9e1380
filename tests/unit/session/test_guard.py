"""The guard over a real store: what the exchange told, what rests, what is on its way, what is not known."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain import question
from bgtui.domain.account import Balance, SymbolSettings
from bgtui.domain.copyintent import FollowByAmount, SetCopySettings
from bgtui.domain.copytrade import CopySetting
from bgtui.domain.dayloss import DayFigures
from bgtui.domain.error import Refused
from bgtui.domain.event import (
    AccountPart,
    AccountReconciled,
    BalancesReported,
    Connection,
    ConnectionLost,
    ConnectionOpened,
    Event,
    InstrumentsListed,
    OpenOrdersListed,
    OpenPlansListed,
    OrderUpdated,
    PositionsReported,
    QuestionAnswered,
    SubmissionChanged,
    TickerUpdated,
    WatchChanged,
)
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import (
    AmendOrder,
    AmendPlan,
    CancelAll,
    CancelOrder,
    ClosePosition,
    Intent,
    OrderRef,
    PlaceOrder,
    PlaceTpsl,
    ReversePosition,
    SetAllLeverage,
    SetLeverage,
    SetMarginMode,
)
from bgtui.domain.limit import Group, Limits
from bgtui.domain.market import Side, Ticker
from bgtui.domain.order import (
    Effect,
    MarginMode,
    Order,
    OrderStatus,
    OrderType,
    PlanKind,
    PlanOrder,
    PositionMode,
    PositionSide,
    TriggerType,
)
from bgtui.domain.question import Question
from bgtui.domain.risk import Meant
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.session.desk import OrderDesk
from bgtui.session.guard import Guard
from bgtui.store.store import Store
from tests.support.build import BTC, ETH, SPOT_BTC, USDT, D, HandClock, contract, order, plan, position
from tests.support.gateway import FakeGateway
from tests.support.journal import MemoryJournal
from tests.support.loop import virtual_time

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
OPEN, CLOSE = Effect.OPEN, Effect.CLOSE
HEDGE = PositionMode.HEDGE
NOW_MS = 1_700_000_000_000
LIMITS = Limits(order_value=D(500), exposure_percent=D(100), duplicate_ms=2000)
CASH = Balance(USDT, "USDT", D(100_000), D(0), equity=D(1000), max_open=D(100_000))
SETTINGS = SymbolSettings(BTC, "USDT", MarginMode.CROSSED, HEDGE, D(10), D(10), D(10))


def ticking(instrument: InstrumentId, mark: str) -> TickerUpdated:
    return TickerUpdated(Ticker(instrument, NOW_MS, mark, mark, mark, mark_text=mark))


class Bench:
    """A flat account with 1,000 of equity and BTCUSDT at 100, as the exchange would have told it."""

    def __init__(self, limits: Limits = LIMITS, *, without: tuple[type, ...] = ()) -> None:
        self.clock = HandClock(wall_ms=NOW_MS)
        self.store = Store(self.clock)
        self.asked: list[Question[Any]] = []
        self.day: DayFigures | None = None
        self.guard = Guard(
            self.store,
            limits,
            now_ms=self.clock.now_ms,
            day=lambda _product: self.day,
            ask=self.asked.append,
        )
        tickers = frozenset(MarketTopic(MarketChannel.TICKER, name) for name in (BTC, ETH))
        events: tuple[Event, ...] = (
            WatchChanged(tickers),
            InstrumentsListed(USDT, (contract(), contract("ETHUSDT"))),
            ticking(BTC, "100"),
            ticking(ETH, "10"),
            ConnectionOpened(Connection.PRIVATE, "private", 1),
            PositionsReported(USDT, (), NOW_MS - 1000),
            OpenOrdersListed(USDT, (), NOW_MS - 1000),
            OpenPlansListed(USDT, (), NOW_MS - 1000),
            BalancesReported(USDT, (CASH,), is_complete=True, time_ms=NOW_MS),
            QuestionAnswered(question.symbol_settings(BTC), SETTINGS, NOW_MS),
            AccountReconciled(USDT),
        )
        self.tell(*(event for event in events if not isinstance(event, without)))

    def tell(self, *events: Event) -> None:
        for event in events:
            self.store.apply(event)

    def send(self, intent: Intent, state: SubmissionState, age_ms: int = 0) -> None:
        sent_ms = self.clock.now_ms() - age_ms
        submission = Submission(f"simk-{sent_ms}", intent, USDT, BTC, SubmissionState.SENT, sent_ms, sent_ms)
        self.tell(SubmissionChanged(submission))
        if state is not SubmissionState.SENT:
            self.tell(SubmissionChanged(replace(submission, state=state)))

    def refusals(self, intent: Intent) -> tuple[str, ...]:
        return self.guard.violations(intent)

    def names(self, intent: Intent) -> list[str]:
        return [result.rule for result in self.guard.results(intent) if not result.passes]


def place(size: str = "1", price: str | None = "100", effect: Effect = OPEN) -> PlaceOrder:
    return PlaceOrder(
        BTC,
        Side.BUY if effect is OPEN else Side.SELL,
        OrderType.MARKET if price is None else OrderType.LIMIT,
        D(size),
        price=None if price is None else D(price),
        position_side=LONG,
        effect=effect,
        position_mode=HEDGE,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
    )


def resting(size: str, *, order_id: str = "1", effect: Effect = OPEN, **changes: Any) -> Order:
    known = {"position_side": LONG, "effect": effect, "position_mode": HEDGE, "updated_ms": NOW_MS}
    return replace(order(order_id=order_id, size=size), **{**known, **changes})


def test_an_order_within_every_limit_passes_and_the_rest_is_refused_in_one_line() -> None:
    bench = Bench()
    assert bench.refusals(place("5")) == ()
    assert bench.refusals(place("5.01")) == (
        "Refused here: 501 USDT is over order limit 500; lower the size.",
    )


def test_what_the_exchange_would_refuse_is_refused_as_well() -> None:
    assert Bench().refusals(place("0.00001")) == (
        "Refused here: 0.00001 is under the smallest size 0.0001.",
        "Refused here: 0.00 USDT is under the least of 5 USDT.",
    )


def test_legs_orders_plans_and_what_is_on_its_way_count_together() -> None:
    bench = Bench()
    leg = replace(position("2"), mark_price=D(90))
    bench.tell(
        PositionsReported(USDT, (leg,), NOW_MS),
        OpenOrdersListed(USDT, (resting("1"), resting("9", order_id="2", effect=CLOSE)), NOW_MS),
        OpenPlansListed(USDT, (waiting("1"),), NOW_MS),
    )
    # 200 of the leg at the live mark, 100 resting, 90 waiting: 610 of 1,000 are left.
    assert bench.refusals(place("5", "122")) == (
        "Refused here: 610 USDT is over order limit 500; lower the size.",
    )
    assert bench.names(place("6.1")) == ["order value"]
    assert bench.names(place("6.1001")) == ["order value", "exposure"]
    bench.send(place("1", "50"), SubmissionState.ACCEPTED, 60_000)
    assert bench.names(place("5.6")) == ["order value"]
    assert bench.names(place("5.6001")) == ["order value", "exposure"]


def waiting(size: str) -> PlanOrder:
    return replace(plan(), side=Side.BUY, size=D(size), position_side=LONG, effect=OPEN, position_mode=HEDGE)


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (SubmissionState.SENT, True),
        (SubmissionState.UNKNOWN, True),
        (SubmissionState.ABSENT, False),
        (SubmissionState.REJECTED, False),
        (SubmissionState.NOT_SENT, False),
    ],
)
def test_an_order_in_doubt_is_held_against_the_limit_and_one_that_never_stood_is_not(
    state: SubmissionState, counts: bool
) -> None:
    bench = Bench(Limits(exposure_percent=D(100)))
    bench.send(place("8"), state, 60_000)
    assert bool(bench.refusals(place("2.1"))) is counts


def test_a_trigger_order_on_its_way_to_be_larger_counts_by_what_it_grows() -> None:
    bench = Bench(Limits(exposure_percent=D(100)))
    bench.tell(OpenPlansListed(USDT, (waiting("1"),), NOW_MS))
    ref = OrderRef(BTC, plan().order_id)
    larger = AmendPlan(ref, PlanKind.TRIGGER, size=D(8))
    bench.send(larger, SubmissionState.SENT, 60_000)
    # Seven more at 90 beside the one that waits.
    assert bench.names(place("2.8")) == []
    assert bench.names(place("2.81")) == ["exposure"]
    smaller = AmendPlan(ref, PlanKind.TRIGGER, size=D("0.5"))
    other = Bench(Limits(exposure_percent=D(100)))
    other.tell(OpenPlansListed(USDT, (waiting("1"),), NOW_MS))
    other.send(smaller, SubmissionState.SENT, 60_000)
    assert other.names(place("9.1")) == []


def test_a_fill_counts_until_the_legs_that_it_made_are_told() -> None:
    bench = Bench(Limits(exposure_percent=D(100)))
    filled = resting(
        "8", status=OrderStatus.FILLED, filled_size=D(8), average_price=D(100), updated_ms=NOW_MS - 10
    )
    bench.tell(OrderUpdated(filled))
    assert bench.names(place("2.1")) == ["exposure"]
    bench.tell(PositionsReported(USDT, (position("8"),), NOW_MS))
    assert bench.names(place("2.1")) == ["exposure"]
    assert bench.names(place("2")) == []


def test_an_old_fill_does_not_count_beside_legs_that_were_told_by_rest() -> None:
    bench = Bench(Limits(exposure_percent=D(100)), without=(PositionsReported,))
    old = resting("8", status=OrderStatus.FILLED, filled_size=D(8), updated_ms=NOW_MS - 6000)
    bench.tell(PositionsReported(USDT, (), 0), OrderUpdated(old))
    assert bench.names(place("10")) == []


def test_an_amended_order_counts_by_its_new_figures_alone() -> None:
    bench = Bench(Limits(exposure_percent=D(100)))
    bench.tell(OpenOrdersListed(USDT, (resting("9", price=D(100)),), NOW_MS))
    ref = OrderRef(BTC, "1")
    assert bench.refusals(AmendOrder(ref, D(100), D(10))) == ()
    assert bench.names(AmendOrder(ref, D(100), D("10.1"))) == ["exposure"]
    named = OrderRef(BTC, client_order_id="c1")
    assert bench.refusals(AmendOrder(named, D(100), D(10))) == ()


def test_amending_an_order_that_closes_is_free() -> None:
    bench = Bench(Limits(order_value=D(1)))
    bench.tell(OpenOrdersListed(USDT, (resting("9", effect=CLOSE),), NOW_MS))
    assert bench.refusals(AmendOrder(OrderRef(BTC, "1"), D(100), D(9))) == ()


def test_the_whole_wallet_counts_whatever_the_instrument() -> None:
    bench = Bench(Limits(exposure_percent=D(100)))
    bench.tell(PositionsReported(USDT, (replace(position("90", entry="9"), instrument=ETH),), NOW_MS))
    assert bench.names(place("1")) == []
    assert bench.names(place("1.1")) == ["exposure"]


def test_a_group_counts_its_members_alone() -> None:
    bench = Bench(Limits(groups=(Group("lone", frozenset({BTC})),), group_percent=D(100)))
    bench.tell(PositionsReported(USDT, (replace(position("90"), instrument=ETH),), NOW_MS))
    assert bench.names(place("10")) == []
    assert bench.names(place("10.1")) == ["group"]


# The same order again


def test_the_same_order_waits_two_seconds() -> None:
    bench = Bench()
    bench.send(place(), SubmissionState.DONE)
    assert bench.refusals(place()) == (
        "Refused here: the same order left 0.0s ago, 2s must lie between; wait.",
    )
    bench.clock.advance(1.2)
    assert bench.refusals(place())[0].startswith("Refused here: the same order left 1.2s ago")
    bench.clock.advance(0.8)
    assert bench.refusals(place()) == ()


@pytest.mark.parametrize(
    "state", [SubmissionState.REJECTED, SubmissionState.NOT_SENT, SubmissionState.ABSENT]
)
def test_what_never_stood_may_be_tried_again_at_once(state: SubmissionState) -> None:
    bench = Bench()
    bench.send(place(), state)
    assert bench.refusals(place()) == ()


class SlowJournal(MemoryJournal):
    """A disk that takes its time."""

    async def record(self, entry: Any) -> None:
        await asyncio.sleep(0.2)
        await super().record(entry)


@virtual_time
async def test_two_at_once_are_one_however_slow_the_disk_is() -> None:
    bench, gateway = Bench(), FakeGateway()
    numbers = iter(range(100))
    desk = OrderDesk(
        gateway,  # type: ignore[arg-type]  # it answers to every name
        bench.store.apply,
        SlowJournal(),
        now_ms=bench.clock.now_ms,
        new_id=lambda: f"simk-{next(numbers)}",
        violations=bench.guard.violations,
    )
    both = [asyncio.create_task(desk.submit(place())) for _ in range(2)]
    first, second = await asyncio.gather(*both, return_exceptions=True)
    assert isinstance(second, Refused)
    assert str(second) == "Refused here: the same order left 0.0s ago, 2s must lie between; wait."
    assert not isinstance(first, BaseException)
    assert gateway.intents == [place()]


# What is not known


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (PositionsReported, "the legs"),
        (OpenOrdersListed, "the open orders"),
        (OpenPlansListed, "the trigger orders"),
        (BalancesReported, "the equity"),
    ],
)
def test_nothing_opens_while_a_limit_cannot_be_checked_and_everything_closes(event: type, what: str) -> None:
    bench = Bench(Limits(exposure_percent=D(100)), without=(event, AccountReconciled))
    reconciled = {PositionsReported, OpenOrdersListed, OpenPlansListed, BalancesReported} - {event}
    parts = {PositionsReported: AccountPart.POSITIONS, OpenOrdersListed: AccountPart.ORDERS,
             OpenPlansListed: AccountPart.PLANS, BalancesReported: AccountPart.BALANCES}  # fmt: skip
    bench.tell(*(AccountReconciled(USDT, parts[each]) for each in reconciled))
    assert bench.refusals(place()) == (
        f"Refused here: exposure limit 100% is unchecked: {what} not known; u asks.",
    )
    assert bench.refusals(place(effect=CLOSE)) == ()


def test_an_account_that_nobody_has_told_about_for_a_minute_is_not_known() -> None:
    bench = Bench(Limits(exposure_percent=D(100)))
    bench.tell(ConnectionLost(Connection.PRIVATE, "private", "gone", 1000))
    bench.clock.advance(59)
    assert bench.refusals(place()) == ()
    bench.clock.advance(2)
    (line,) = bench.refusals(place())
    assert "the legs (told 61s ago) not known" in line
    assert bench.refusals(place(effect=CLOSE)) == ()


def test_leverage_that_is_not_known_is_asked_for_now_and_then() -> None:
    bench = Bench(Limits(leverage=D(20)), without=(QuestionAnswered,))
    for _ in range(3):
        (line,) = bench.refusals(place())
        assert "leverage limit 20x is unchecked: the leverage not known" in line
    assert bench.asked == [question.symbol_settings(BTC)]
    bench.clock.advance(5)
    bench.refusals(place())
    assert bench.asked == [question.symbol_settings(BTC)] * 2
    bench.tell(QuestionAnswered(question.symbol_settings(BTC), SETTINGS, NOW_MS))
    assert bench.refusals(place()) == ()


def test_an_instrument_that_is_not_listed_opens_nothing() -> None:
    bench = Bench(Limits(), without=(InstrumentsListed,))
    assert bench.refusals(place()) == ("Refused here: the instrument's rules are not known yet; a moment.",)
    assert bench.refusals(place(effect=CLOSE)) == ()


# Position mode


def test_an_order_spelled_for_another_position_mode_goes_nowhere_even_when_it_closes() -> None:
    bench = Bench(Limits())
    for effect in Effect:
        spelled = replace(place(effect=effect), position_mode=PositionMode.ONE_WAY)
        assert bench.refusals(spelled) == (
            "Refused here: the account's position mode changed; review the form.",
        )


def test_before_the_mode_is_told_the_exchange_judges_it() -> None:
    bench = Bench(Limits(), without=(QuestionAnswered,))
    assert bench.refusals(place()) == ()


# What lowers exposure


EXITS: tuple[Intent, ...] = (
    place("1000000", "0.05", effect=CLOSE),
    place("1000000", None, effect=CLOSE),
    CancelOrder(OrderRef(BTC, "1")),
    CancelAll(USDT),
    ClosePosition(BTC, HEDGE),
    PlaceTpsl(BTC, PlanKind.STOP_LOSS, LONG, HEDGE, "USDT", D(80), TriggerType.MARK, D(1)),
)


@pytest.mark.parametrize("intent", EXITS, ids=lambda intent: type(intent).__name__)
@pytest.mark.parametrize("is_known", [True, False])
def test_an_exit_always_passes(intent: Intent, is_known: bool) -> None:
    """No leg to close, a size off every scale, a price off the tick: the exchange is the judge of that."""
    everything = (InstrumentsListed, PositionsReported, OpenOrdersListed, OpenPlansListed, TickerUpdated)
    least = D("0.01")
    strict = Limits(order_value=least, band_percent=least, day_loss=least, duplicate_ms=60_000)
    bench = Bench(strict, without=() if is_known else everything)
    bench.day = DayFigures(realized=D(-1000))
    bench.send(intent, SubmissionState.SENT)
    assert bench.refusals(intent) == ()


# Other ways to raise it


def test_leverage_is_limited_however_it_is_set() -> None:
    bench = Bench(Limits(leverage=D(20)))
    for intent in (SetLeverage(BTC, "USDT", D(25)), SetAllLeverage(USDT, D(25))):
        assert bench.refusals(intent) == ("Refused here: 25x is over leverage limit 20x; lower it (v).",)
    assert bench.refusals(SetLeverage(BTC, "USDT", D(20))) == ()
    assert bench.refusals(SetMarginMode(BTC, "USDT", MarginMode.ISOLATED)) == ()


@pytest.mark.parametrize(("leverage", "passes"), [(20, True), (21, False), (None, True)])
def test_leverage_is_limited_for_copies_too(leverage: int | None, passes: bool) -> None:
    bench = Bench(Limits(leverage=D(20)))
    follow = FollowByAmount(USDT, "trader-1", 100, leverage=leverage)
    each = None if leverage is None else D(leverage)
    setting = CopySetting(BTC, "trader", "specify", D(5), each, "amount", D(50), None, None, None)
    for intent in (follow, SetCopySettings(USDT, "trader-1", (setting,))):
        line = "Refused here: 21x is over leverage limit 20x; lower it."
        assert bench.refusals(intent) == (() if passes else (line,))


def test_a_reversal_is_held_to_the_limits() -> None:
    bench = Bench(Limits(order_value=D(500)))
    bench.tell(PositionsReported(USDT, (position("6"),), NOW_MS))
    assert bench.refusals(ReversePosition(BTC, LONG, HEDGE, "USDT")) == (
        "Refused here: 600 USDT is over order limit 500; lower the size.",
    )


# Figures that are meant


def test_a_slip_of_the_hand_is_refused_until_somebody_vouches_for_that_very_order() -> None:
    bench = Bench(Limits(typo_percent=D(5)))
    assert bench.refusals(place("1", "80")) == (
        "Refused here: 80 is 20.0% off mark, past 5%; type =80 to mean it.",
    )
    bench.guard.vouch(place("1", "80"), Meant(price=True))
    assert bench.refusals(place("1", "80")) == ()
    assert len(bench.refusals(place("1", "79"))) == 1


def test_only_the_last_few_are_remembered() -> None:
    bench = Bench(Limits(typo_percent=D(5)))
    for number in range(20):
        bench.guard.vouch(place(str(number + 1), "80"), Meant(price=True))
    assert len(bench.refusals(place("1", "80"))) == 1
    assert bench.refusals(place("20", "80")) == ()


def test_a_usual_size_is_one_that_stood_or_was_filled() -> None:
    bench = Bench(Limits(typo_times=D(10)))
    largest = D(50)  # of the presets at a price of 100
    assert bench.refusals(place(str(largest * 10), "100")) == ()
    assert len(bench.refusals(place("500.1", "100"))) == 1
    canceled = resting("60", status=OrderStatus.CANCELED)
    bench.tell(OrderUpdated(canceled))
    assert len(bench.refusals(place("500.1", "100"))) == 1
    bench.tell(OrderUpdated(resting("60", order_id="2")))
    assert bench.refusals(place("600", "100")) == ()


# The day


def test_a_lost_day_is_told_in_the_words_of_the_lock() -> None:
    bench = Bench(Limits(day_loss=D(500)))
    bench.day = DayFigures(realized=Decimal("-503.20"))
    assert bench.refusals(place()) == (
        "Locked until 00:00 UTC: day loss -503.20 passed -500.00; only exits pass.",
    )


# Changes of trigger orders


def change(plan: PlanOrder, **changes: Any) -> AmendPlan:
    return AmendPlan(OrderRef(plan.instrument, plan.order_id), plan.kind, **changes)


def test_a_trigger_order_that_grows_is_held_to_the_limits() -> None:
    bench = Bench()  # 500 an order; it waits at 90
    bench.tell(OpenPlansListed(USDT, (waiting("5"),), NOW_MS))
    assert bench.refusals(change(waiting("5"), size=D("5.5"))) == ()
    assert bench.names(change(waiting("5"), size=D("5.6"))) == ["order value"]
    assert bench.names(change(waiting("5.5"), trigger_price=D(91))) == []
    assert bench.names(change(waiting("5"), size=D("5.5"), trigger_price=D("90.95"))) == [
        "trigger",
        "order value",
    ]


def test_a_trigger_order_that_is_made_smaller_passes_what_it_is_still_over() -> None:
    bench = Bench()
    bench.tell(OpenPlansListed(USDT, (waiting("20"),), NOW_MS))
    assert bench.refusals(change(waiting("20"), size=D(10))) == ()
    assert bench.refusals(change(waiting("20"), trigger_price=D(89))) == ()
    assert bench.refusals(change(waiting("20"), trigger_type=TriggerType.LAST)) == ()
    # Worth more by its price alone: that is growth too.
    assert bench.names(change(waiting("20"), trigger_price=D(95))) == ["order value", "exposure"]
    assert bench.names(change(waiting("20"), size=D("20.1"))) == ["order value", "exposure"]


def test_a_change_of_protection_passes_every_limit_and_the_exchange_is_its_judge() -> None:
    bench = Bench(Limits(order_value=D(1), exposure_percent=D(1)))
    stop = replace(waiting("20"), kind=PlanKind.STOP_LOSS, side=Side.SELL, effect=CLOSE)
    bench.tell(OpenPlansListed(USDT, (stop,), NOW_MS))
    assert bench.refusals(change(stop, size=D(30), trigger_price=D(89))) == ()
    # On the wrong side of the mark that we know: the form says so, the desk lets it be tried.
    assert "trigger" in bench.names(change(stop, size=D(20), trigger_price=D(110)))
    assert bench.refusals(change(stop, size=D(20), trigger_price=D(110))) == ()


def test_an_amount_in_quote_currency_is_no_size_in_coins() -> None:
    bench = Bench()
    bought = replace(
        waiting("400"), instrument=SPOT_BTC, kind=PlanKind.SPOT_TRIGGER, size_is_quote=True,
        position_side=None, effect=None, position_mode=None,
    )  # fmt: skip
    bench.tell(
        InstrumentsListed(ProductType.SPOT, (replace(contract(), id=SPOT_BTC, margin_coins=()),)),
        OpenPlansListed(ProductType.SPOT, (bought,), NOW_MS),
    )
    assert bench.refusals(change(bought, size=D(450), trigger_price=D(90))) == ()
    assert bench.names(change(bought, size=D(510), trigger_price=D(90))) == ["order value"]
