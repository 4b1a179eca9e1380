"""Orders against the engine: priority, times in force, trimming, modes, amending, and Bitget's codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bgtui.domain.account import Liquidity
from bgtui.domain.event import FillReported, OrderUpdated
from bgtui.domain.instrument import InstrumentStatus, instrument_id
from bgtui.domain.intent import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelOrders,
    CancelSymbol,
    ClosePosition,
    OrderRef,
    PlaceOrder,
    ReversePosition,
    SetLeverage,
)
from bgtui.domain.order import Order, OrderStatus, OrderType, PositionMode, TimeInForce
from bgtui.simulator.engine import Engine, Reject, Stp, Window
from bgtui.simulator.fact import LevelChanged, Private, TradePrinted
from tests.support.exchange_floor import (
    BTC,
    BUY,
    CLOSE,
    CROWD,
    ETH,
    INSTRUMENTS,
    LONG,
    OPEN,
    SELL,
    SHORT,
    SPOT_BTC,
    USDT,
    D,
    Floor,
    HandClock,
)


@pytest.fixture
def floor() -> Floor:
    floor = Floor()
    floor.join("ann")
    floor.join("bob")
    floor.join("hal", PositionMode.HEDGE)
    return floor


def _refused(code: str, call: Callable[..., object], *args: Any, **kwargs: Any) -> None:
    with pytest.raises(Reject) as refusal:
        call(*args, **kwargs)
    assert refusal.value.code == code


def _ref(order: Order) -> OrderRef:
    return OrderRef(order.instrument, order.order_id)


# Matching


def test_price_comes_before_time_and_time_before_size(floor: Floor) -> None:
    late = floor.order("ann", SELL, "0.01", "60010.0")
    first = floor.order("ann", SELL, "0.01", "60005.0")
    second = floor.order("bob", SELL, "0.09", "60005.0")
    floor.order("hal", BUY, "0.05", leg=LONG, effect=OPEN)
    assert floor.find_order("ann", _ref(first)) is not None
    states = [
        floor.find_order(uid, _ref(order)) for uid, order in (("ann", first), ("bob", second), ("ann", late))
    ]
    assert [order.filled_size for order in states if order] == [D("0.01"), D("0.04"), 0]
    assert [order.status for order in states if order] == [
        OrderStatus.FILLED,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.LIVE,
    ]


def test_facts_of_a_trade_come_in_order(floor: Floor) -> None:
    floor.order("ann", SELL, "0.03", "60000.0")
    floor.drain()
    floor.order("bob", BUY, "0.01", "60000.0", client_id="b-1")
    facts = floor.drain()
    public = [fact for fact in facts if not isinstance(fact, Private)]
    assert isinstance(public[0], TradePrinted)
    assert (public[0].trade.price_text, public[0].trade.size_text, public[0].trade.side) == (
        "60000.0",
        "0.0100",
        BUY,
    )
    assert public[1] == LevelChanged(BTC, SELL, D("60000.0"), D("0.0200"))
    for uid, liquidity in (("ann", Liquidity.MAKER), ("bob", Liquidity.TAKER)):
        events = [fact.event for fact in facts if isinstance(fact, Private) and fact.uid == uid]
        at = next(place for place, event in enumerate(events) if isinstance(event, FillReported))
        fill, then = events[at], events[at + 1]
        assert isinstance(fill, FillReported)
        assert isinstance(then, OrderUpdated)
        assert fill.fill.liquidity is liquidity
        assert then.order.order_id == fill.fill.order_id
        assert fill.fill.trade_id == public[0].trade.trade_id


def test_a_market_order_stops_at_the_band(floor: Floor) -> None:
    floor.quote(SELL, "62900.0", "0.01")
    floor.quote(SELL, "63100.0", "1")
    order = floor.order("ann", BUY, "0.05")
    assert (order.status, order.filled_size) == (OrderStatus.CANCELED, D("0.01"))
    assert order.cancel_reason == "slippage_cancel"
    assert order.average_price == 62900


@pytest.mark.parametrize(
    ("force", "size", "filled", "reason"),
    [
        (TimeInForce.IOC, "0.05", "0.02", "ioc_not_full_cancel"),
        (TimeInForce.FOK, "0.05", "0", "fok_not_full_cancel"),
        (TimeInForce.FOK, "0.02", "0.02", ""),
        (TimeInForce.POST_ONLY, "0.05", "0", "post_only_fill_cancel"),
    ],
)
def test_times_in_force(floor: Floor, force: TimeInForce, size: str, filled: str, reason: str) -> None:
    floor.quote(SELL, "60000.0", "0.02")
    floor.drain()
    order = floor.order("ann", BUY, size, "60000.0", force=force)
    assert (order.filled_size, order.cancel_reason) == (D(filled), reason)
    assert order.status is (OrderStatus.CANCELED if reason else OrderStatus.FILLED)
    events = [fact.event for fact in floor.drain() if isinstance(fact, Private)]
    statuses = [event.order.status for event in events if isinstance(event, OrderUpdated)]
    assert statuses[0] is OrderStatus.LIVE, "accepted first, then canceled"
    assert floor.balances("ann", USDT)[0].frozen == 0


@pytest.mark.parametrize(
    ("stp", "taker", "maker"),
    [
        (Stp.NONE, OrderStatus.FILLED, OrderStatus.FILLED),
        (Stp.CANCEL_TAKER, OrderStatus.CANCELED, OrderStatus.LIVE),
        (Stp.CANCEL_MAKER, OrderStatus.LIVE, OrderStatus.CANCELED),
        (Stp.CANCEL_BOTH, OrderStatus.CANCELED, OrderStatus.CANCELED),
    ],
)
def test_self_trade_prevention(floor: Floor, stp: Stp, taker: OrderStatus, maker: OrderStatus) -> None:
    resting = floor.order("ann", SELL, "0.01", "60000.0")
    order = floor.order("ann", BUY, "0.01", "60000.0", stp=stp)
    assert order.status is taker
    found = floor.find_order("ann", _ref(resting))
    assert found is not None
    assert found.status is maker
    reasons = {row.cancel_reason for row in (order, found) if row.status is OrderStatus.CANCELED}
    assert reasons <= {"stp_cancel"}
    trades = [fill.trade_id for fill in floor.fills("ann", USDT)]
    assert len(trades) == len(set(trades)) == (2 if stp is Stp.NONE else 0)


# One-way mode


def test_one_way_reduces_then_flips(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "1")
    floor.quote(BUY, "59990.0", "1")
    floor.order("ann", BUY, "0.02")
    flip = floor.order("ann", SELL, "0.05")
    (leg,) = floor.positions("ann", USDT)
    assert (leg.side, leg.size, leg.entry_price) == (SHORT, D("0.03"), D(59990))
    assert flip.realized_pnl == D("-0.2")
    assert len(floor.closed_positions("ann", USDT)) == 1


def test_reduce_only_is_trimmed_and_displaces_the_oldest(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "1")
    _refused("22002", floor.order, "ann", SELL, "0.01", "60100.0", effect=CLOSE)
    floor.order("ann", BUY, "0.10")
    oldest = floor.order("ann", SELL, "0.06", "60100.0", effect=CLOSE)
    older = floor.order("ann", SELL, "0.03", "60200.0", effect=CLOSE)
    assert floor.positions("ann", USDT)[0].available == D("0.01")
    newest = floor.order("ann", SELL, "0.05", "60300.0", effect=CLOSE)
    assert {row.order_id for row in floor.open_orders("ann", USDT)} == {older.order_id, newest.order_id}
    found = floor.find_order("ann", _ref(oldest))
    assert found is not None
    assert found.cancel_reason == "normal_cancel"
    big = floor.order("ann", SELL, "5", "60400.0", effect=CLOSE)
    assert big.size == D("0.10")
    assert [row.order_id for row in floor.open_orders("ann", USDT)] == [big.order_id]


def test_reduce_only_orders_shrink_with_the_position(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "1")
    floor.quote(BUY, "59990.0", "1")
    floor.order("ann", BUY, "0.10")
    floor.order("ann", SELL, "0.06", "60100.0", effect=CLOSE)
    kept = floor.order("ann", SELL, "0.04", "60200.0", effect=CLOSE)
    floor.order("ann", SELL, "0.05")
    assert [row.order_id for row in floor.open_orders("ann", USDT)] == [kept.order_id]
    floor.order("ann", SELL, "0.05")
    assert floor.open_orders("ann", USDT) == []


# Hedge mode


def test_hedge_legs_are_independent(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "1")
    floor.quote(BUY, "59990.0", "1")
    floor.order("hal", BUY, "0.02", leg=LONG, effect=OPEN)
    floor.order("hal", SELL, "0.03", leg=SHORT, effect=OPEN)
    assert {leg.side: leg.size for leg in floor.positions("hal", USDT)} == {LONG: D("0.02"), SHORT: D("0.03")}
    closing = floor.order("hal", SELL, "0.01", leg=LONG, effect=CLOSE)
    assert (closing.position_side, closing.effect, closing.reduce_only) == (LONG, CLOSE, True)
    assert {leg.side: leg.size for leg in floor.positions("hal", USDT)} == {LONG: D("0.01"), SHORT: D("0.03")}


def test_hedge_market_close_takes_only_what_is_free(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "1")
    floor.quote(BUY, "59990.0", "1")
    floor.order("hal", BUY, "0.1000", leg=LONG, effect=OPEN)
    floor.order("hal", SELL, "0.0700", "60500.0", leg=LONG, effect=CLOSE)
    (leg,) = floor.positions("hal", USDT)
    assert (leg.available, leg.locked) == (D("0.0300"), D("0.0700"))
    order = floor.order("hal", SELL, "0.0500", leg=LONG, effect=CLOSE)
    assert (order.status, order.filled_size) == (OrderStatus.FILLED, D("0.0300"))
    assert floor.positions("hal", USDT)[0].size == D("0.0700")


def test_hedge_close_of_an_occupied_leg_cancels_the_others(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "1")
    floor.order("hal", BUY, "0.1", leg=LONG, effect=OPEN)
    floor.order("hal", SELL, "0.06", "60500.0", leg=LONG, effect=CLOSE)
    floor.order("hal", SELL, "0.04", "60600.0", leg=LONG, effect=CLOSE)
    order = floor.order("hal", SELL, "0.1", "60700.0", leg=LONG, effect=CLOSE)
    assert [row.order_id for row in floor.open_orders("hal", USDT)] == [order.order_id]


def test_words_of_the_other_mode_are_refused(floor: Floor) -> None:
    _refused("40774", floor.order, "hal", BUY, "0.01", mode=PositionMode.ONE_WAY)
    _refused("40774", floor.order, "hal", BUY, "0.01")
    floor.quote(SELL, "60000.0", "1")
    floor.order("ann", BUY, "0.01")
    _refused("40773", floor.order, "ann", SELL, "0.01", mode=PositionMode.HEDGE, leg=LONG, effect=CLOSE)


# Closing and turning


def test_fill_or_kill_counts_only_what_is_sure_to_trade(floor: Floor) -> None:
    floor.join("lou", money={USDT: {"USDT": D(310)}})
    floor.set_leverage("lou", SetLeverage(BTC, "USDT", D(20)))
    floor.quote(SELL, "60000.0", "0.1")
    floor.quote(BUY, "59990.0", "0.1")
    floor.order("lou", BUY, "0.1")
    for _ in range(2):
        floor.order("lou", SELL, "0.05", "60010.0")
    # Without the leg they were to close, only one of the two can be paid for.
    floor.close_position("lou", ClosePosition(BTC, PositionMode.ONE_WAY))
    order = floor.order("ann", BUY, "0.1", "60010.0", force=TimeInForce.FOK)
    assert (order.filled_size, order.cancel_reason) == (D(0), "fok_not_full_cancel")


def test_fill_or_kill_does_not_look_behind_an_own_order_that_ends_it(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "0.1")
    floor.order("ann", SELL, "0.1", "60005.0")
    floor.quote(SELL, "60010.0", "0.1")
    order = floor.order("ann", BUY, "0.2", "60010.0", force=TimeInForce.FOK, stp=Stp.CANCEL_TAKER)
    assert (order.filled_size, order.cancel_reason) == (D(0), "fok_not_full_cancel")


def test_flash_close_and_reverse(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "9")
    floor.quote(BUY, "59990.0", "9")
    _refused("22002", floor.close_position, "ann", ClosePosition(BTC, PositionMode.ONE_WAY))
    floor.order("ann", BUY, "0.1")
    floor.order("ann", SELL, "0.1", "61000.0", effect=CLOSE)
    turned = floor.reverse("ann", ReversePosition(BTC, LONG, PositionMode.ONE_WAY, "USDT"))
    assert (turned.size, turned.source) == (D("0.2"), "reverse")
    (leg,) = floor.positions("ann", USDT)
    assert (leg.side, leg.size) == (SHORT, D("0.1"))
    floor.close_position("ann", ClosePosition(BTC, PositionMode.ONE_WAY))
    assert floor.positions("ann", USDT) == []

    floor.order("hal", BUY, "0.1", leg=LONG, effect=OPEN)
    floor.reverse("hal", ReversePosition(BTC, LONG, PositionMode.HEDGE, "USDT", D("0.04")))
    assert {row.side: row.size for row in floor.positions("hal", USDT)} == {LONG: D("0.06"), SHORT: D("0.04")}
    assert len(floor.close_position("hal", ClosePosition(BTC, PositionMode.HEDGE))) == 2
    assert floor.positions("hal", USDT) == []


@pytest.mark.parametrize("mode", PositionMode)
def test_a_reverse_that_cannot_be_paid_for_leaves_everything_as_it_was(
    floor: Floor, mode: PositionMode
) -> None:
    floor.join("lou", mode, {USDT: {"USDT": D(310)}})
    floor.quote(SELL, "60000.0", "9")
    floor.quote(BUY, "59000.0", "9")
    floor.order("lou", BUY, "0.1", leg=LONG, effect=OPEN)
    floor.order("lou", SELL, "0.1", "61000.0", leg=LONG, effect=CLOSE)
    before = floor.positions("lou", USDT), floor.open_orders("lou", USDT), floor.balances("lou", USDT)
    # Closing at 59000 loses 100 of the 310, and opening takes 298.54.
    _refused("40762", floor.reverse, "lou", ReversePosition(BTC, LONG, mode, "USDT"))
    assert before == (
        floor.positions("lou", USDT),
        floor.open_orders("lou", USDT),
        floor.balances("lou", USDT),
    )


def test_a_hedge_reverse_opens_no_more_than_it_closed(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "9")
    floor.order("hal", BUY, "0.1", leg=LONG, effect=OPEN)
    floor.quote(BUY, "59990.0", "0.04")
    floor.reverse("hal", ReversePosition(BTC, LONG, PositionMode.HEDGE, "USDT"))
    floor.quote(BUY, "59990.0", "1")
    assert {row.side: row.size for row in floor.positions("hal", USDT)} == {LONG: D("0.06")}
    (turn, closing, _) = floor.order_history("hal", USDT)
    assert (closing.filled_size, turn.size) == (D("0.04"), D("0.04"))


def test_a_large_leg_is_closed_in_several_orders() -> None:
    floor = Floor()
    floor.open_account("rich", balances={USDT: {"USDT": D(10**9)}})
    floor.quote(SELL, "60000.0", "5000")
    floor.quote(BUY, "59990.0", "5000")
    for _ in range(2):
        floor.order("rich", BUY, "30")
    engine_rule = replace(floor.instrument(BTC), max_market_size=D(25))
    floor._state.markets[BTC].instrument = engine_rule
    orders = floor.close_position("rich", ClosePosition(BTC, PositionMode.ONE_WAY))
    assert [order.size for order in orders] == [25, 25, 10]


# Cancels, amends, batches


def test_cancel_by_either_id_symbol_and_all(floor: Floor) -> None:
    first = floor.order("ann", BUY, "0.01", "59000.0", client_id="mine-1")
    floor.order("ann", BUY, "0.01", "59100.0", client_id="mine-2")
    floor.cancel("ann", CancelOrder(_ref(first)))
    floor.cancel("ann", CancelOrder(OrderRef(BTC, client_order_id="mine-2")))
    _refused("45055", floor.cancel, "ann", CancelOrder(_ref(first)))
    _refused("40109", floor.cancel, "ann", CancelOrder(OrderRef(BTC, "77")))
    _refused("40109", floor.cancel, "bob", CancelOrder(_ref(first)))
    _refused("43001", floor.cancel, "ann", CancelOrder(OrderRef(SPOT_BTC, "77")))
    for price in ("59000.0", "59100.0"):
        floor.order("ann", BUY, "0.01", price)
    floor.order("ann", BUY, "0.01", "59000.0", instrument=ETH)
    assert len(floor.cancel_symbol("ann", CancelSymbol(BTC))) == 2
    assert len(floor.cancel_all("ann", CancelAll(USDT))) == 1
    answers = floor.cancel_many("ann", CancelOrders(BTC, (OrderRef(BTC, "5"), OrderRef(BTC, "6"))))
    assert [answer.code for answer in answers if isinstance(answer, Reject)] == ["40109", "40109"]


def test_amend_is_a_cancel_and_a_new_order(floor: Floor) -> None:
    old = floor.order("ann", BUY, "0.01", "59000.0", client_id="a-1")
    new = floor.amend("ann", AmendOrder(_ref(old), D("59100.0"), D("0.02")), "a-2")
    assert (new.price, new.size, new.client_order_id) == (D(59100), D("0.02"), "a-2")
    gone = floor.find_order("ann", OrderRef(BTC, client_order_id="a-1"))
    assert gone is not None
    assert gone.cancel_reason == "modify_limit_order"
    _refused("45034", floor.amend, "ann", AmendOrder(_ref(new), D("59200.0"), D("0.02")), "a-1")
    _refused("40923", floor.amend, "ann", AmendOrder(_ref(new), D("59100.0"), D("0.02")))
    _refused("40762", floor.amend, "ann", AmendOrder(_ref(new), D("59100.0"), D(5)))
    assert [row.order_id for row in floor.open_orders("ann", USDT)] == [new.order_id]
    held = floor.balances("ann", USDT)[0].frozen
    assert held == D("0.02") * 59100 * (D("0.05") + D("0.0006"))
    floor.take_crowd(CROWD, BTC, SELL, D("0.01"))
    _refused("40922", floor.amend, "ann", AmendOrder(_ref(new), D("59050.0"), D("0.02")))


def test_an_amended_order_may_use_what_the_old_one_held(floor: Floor) -> None:
    old = floor.order("ann", BUY, "3", "60000.0")
    new = floor.amend("ann", AmendOrder(_ref(old), D("60000.0"), D("3.1")))
    assert new.status is OrderStatus.LIVE
    floor.cancel("ann", CancelOrder(_ref(new)))
    assert floor.balances("ann", USDT)[0].frozen == 0


# Rules


@pytest.mark.parametrize(
    ("code", "size", "price"),
    [
        ("40808", "0.01", "59000.05"),
        ("40808", "0.00011", "59000.0"),
        ("40020", "0", "59000.0"),
        ("40020", "0.01", "0"),
        ("45112", "1001", "59000.0"),
        ("45110", "0.0001", "40000.0"),
        ("40815", "0.01", "63000.1"),
        ("40762", "4", "60000.0"),
    ],
)
def test_orders_that_break_a_rule(floor: Floor, code: str, size: str, price: str) -> None:
    _refused(code, floor.order, "ann", BUY, size, price)
    assert floor.drain() is not None
    assert floor.balances("ann", USDT)[0].frozen == 0


def test_a_sell_below_the_band_is_refused(floor: Floor) -> None:
    _refused("40816", floor.order, "ann", SELL, "0.01", "56999.9")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (InstrumentStatus.LISTED, "43115"),
        (InstrumentStatus.CLOSE_ONLY, "45119"),
        (InstrumentStatus.API_RESTRICTED, "22004"),
        (InstrumentStatus.MAINTENANCE, "40844"),
        (InstrumentStatus.OFF, "40845"),
    ],
)
def test_an_instrument_that_is_not_open(status: InstrumentStatus, code: str) -> None:
    rules = [replace(instrument, status=status) for instrument in INSTRUMENTS]
    engine = Engine(rules, {}, clock=HandClock(), ids=iter(range(10**6)).__next__)
    engine.open_account("ann", balances={})
    _refused(code, engine.place, "ann", PlaceOrder(BTC, BUY, OrderType.LIMIT, D(1), price=D(60_000)))


def test_unknown_symbols_and_second_uses_of_an_id(floor: Floor) -> None:
    _refused("40034", floor.order, "ann", BUY, "1", "1.0", instrument=instrument_id(USDT, "NOPEUSDT"))
    floor.order("ann", BUY, "0.01", "59000.0", client_id="twice")
    _refused("45034", floor.order, "ann", BUY, "0.01", "59000.0", client_id="twice")
    floor.cancel_all("ann", CancelAll(USDT))
    _refused("45034", floor.order, "ann", BUY, "0.01", "59000.0", client_id="twice")
    floor.order("ann", BUY, "0.001", "59000.0", instrument=SPOT_BTC, client_id="twice")
    _refused("43118", floor.order, "ann", BUY, "0.001", "59000.0", instrument=SPOT_BTC, client_id="twice")
    floor.order("bob", BUY, "0.01", "59000.0", client_id="twice")


def test_only_so_many_orders_may_be_open(floor: Floor) -> None:
    for _ in range(200):
        floor.order("ann", BUY, "0.0001", "59900.0")
    _refused("43005", floor.order, "ann", BUY, "0.0001", "59900.0")


def test_a_position_too_large_for_its_leverage_is_refused() -> None:
    floor = Floor()
    floor.open_account("rich", balances={USDT: {"USDT": D(10**6)}})
    floor.quote(SELL, "60000.0", "500")
    floor.order("rich", BUY, "80")
    _refused("40921", floor.order, "rich", BUY, "4")


# Questions


def test_history_is_paged_newest_first(floor: Floor) -> None:
    for _ in range(5):
        floor.clock.ms += 1000
        floor.cancel("ann", CancelOrder(_ref(floor.order("ann", BUY, "0.01", "59000.0"))))
    rows = floor.order_history("ann", USDT)
    ids = [row.order_id for row in rows]
    assert ids == sorted(ids, key=int, reverse=True)
    assert [row.order_id for row in floor.order_history("ann", USDT, window=Window(ids[1], 2))] == ids[2:4]
    since = Window(since_ms=rows[2].updated_ms, until_ms=rows[1].updated_ms)
    assert [row.order_id for row in floor.order_history("ann", USDT, window=since)] == ids[1:3]
    assert floor.order_history("ann", USDT, ETH) == []


def test_open_orders_fills_and_bills(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "1")
    order = floor.order("ann", BUY, "0.02")
    resting = floor.order("ann", BUY, "0.01", "59000.0")
    assert [row.order_id for row in floor.open_orders("ann", USDT)] == [resting.order_id]
    (fill,) = floor.fills("ann", USDT, order_id=order.order_id)
    assert (fill.quote_amount, fill.fees[0].cost) == (D(1200), D("0.72"))
    bills = floor.bills("ann", USDT)
    assert [(bill.business_type, bill.fee) for bill in bills] == [
        ("buy", D("-0.72")),
        ("trans_from_exchange", 0),
    ]
    assert bills[0].balance == D("9999.28")
    assert floor.open_interest(BTC) == D("0.02")
    assert floor.last(BTC) == 60000


def test_what_max_open_says_can_be_opened(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "10")
    size = floor.max_open("ann", BTC, LONG)
    step = floor.instrument(BTC).size_step
    _refused("40762", floor.order, "ann", BUY, str(size + step))
    assert floor.order("ann", BUY, str(size)).status is OrderStatus.FILLED


def test_a_resting_close_never_opens_the_other_side(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "0.1")
    floor.order("ann", BUY, "0.1")
    floor.order("ann", SELL, "0.1", "60100.0")
    closing = floor.order("ann", SELL, "0.06", "60200.0", effect=CLOSE)
    # One sweep takes the plain sell, which closes the leg, and comes to the reduce-only one behind it.
    floor.take_crowd(CROWD, BTC, BUY, D("0.2"))
    assert floor.positions("ann", USDT) == []
    found = floor.find_order("ann", _ref(closing))
    assert found is not None
    assert (found.status, found.filled_size) == (OrderStatus.CANCELED, D(0))


@pytest.mark.parametrize(
    ("uid", "reason"), [("ann", "adl_sell_in_single_side_mode"), ("hal", "adl_close_long")]
)
def test_bills_of_deleveraging_say_so(floor: Floor, uid: str, reason: str) -> None:
    floor.quote(SELL, "60000.0", "1")
    floor.order(uid, BUY, "0.1", leg=LONG, effect=OPEN)
    floor.deleverage(uid, BTC, D("0.5"))
    assert floor.bills(uid, USDT)[0].business_type == reason
