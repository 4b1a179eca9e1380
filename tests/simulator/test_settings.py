"""Modes, leverage, isolated margin, liquidation and spot: what may change, and what follows."""

from __future__ import annotations

import pytest

from bgtui.domain.event import BalancesReported, PositionsReported
from bgtui.domain.intent import (
    AdjustMargin,
    CancelOrder,
    OrderRef,
    SetAllLeverage,
    SetAutoMargin,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from bgtui.domain.order import MarginMode, OrderStatus, PositionMode
from bgtui.simulator.engine import INSURANCE, Reject
from bgtui.simulator.fact import Private
from tests.support.exchange_floor import (
    BTC,
    BUY,
    COIN,
    ETH,
    LONG,
    OPEN,
    SELL,
    SHORT,
    SPOT,
    SPOT_BTC,
    USDT,
    D,
    Floor,
)

ISOLATED, CROSSED = MarginMode.ISOLATED, MarginMode.CROSSED


@pytest.fixture
def floor() -> Floor:
    floor = Floor()
    floor.join("ann")
    floor.join("hal", PositionMode.HEDGE)
    floor.quote(BUY, "59990.0", "50")
    floor.quote(SELL, "60000.0", "50")
    return floor


def test_modes_are_blocked_by_what_is_open(floor: Floor) -> None:
    order = floor.order("ann", BUY, "0.01", "59000.0")
    with pytest.raises(Reject, match="45117"):
        floor.set_margin_mode("ann", SetMarginMode(BTC, "USDT", ISOLATED))
    with pytest.raises(Reject, match="40920"):
        floor.set_position_mode("ann", SetPositionMode(USDT, PositionMode.HEDGE))
    with pytest.raises(Reject, match="45097"):
        floor.set_leverage("ann", SetLeverage(BTC, "USDT", D(10)))
    with pytest.raises(Reject, match="45117"):
        floor.order("ann", BUY, "0.01", "59000.0", margin=ISOLATED)
    floor.set_margin_mode("ann", SetMarginMode(ETH, "USDT", ISOLATED))
    floor.set_position_mode("ann", SetPositionMode(COIN, PositionMode.HEDGE))
    floor.cancel("ann", CancelOrder(OrderRef(BTC, order.order_id)))
    floor.set_position_mode("ann", SetPositionMode(USDT, PositionMode.HEDGE))
    floor.set_margin_mode("ann", SetMarginMode(BTC, "USDT", ISOLATED))
    settings = floor.settings("ann", BTC)
    assert (settings.margin_mode, settings.position_mode) == (ISOLATED, PositionMode.HEDGE)


def test_an_order_may_bring_its_margin_mode_along(floor: Floor) -> None:
    floor.order("ann", BUY, "0.01", margin=ISOLATED)
    assert floor.positions("ann", USDT)[0].margin_mode is ISOLATED
    assert floor.settings("ann", BTC).margin_mode is ISOLATED


def test_leverage_per_symbol_and_per_side(floor: Floor) -> None:
    floor.set_leverage("hal", SetLeverage(BTC, "USDT", D(50), LONG))
    settings = floor.settings("hal", BTC)
    assert settings.crossed_leverage == 50
    assert settings.isolated_long_leverage == 20
    floor.set_margin_mode("hal", SetMarginMode(BTC, "USDT", ISOLATED))
    answer = floor.set_leverage("hal", SetLeverage(BTC, "USDT", D(10), SHORT))
    assert (answer.long, answer.short) == (D(20), D(10))
    with pytest.raises(Reject, match="40797"):
        floor.set_leverage("hal", SetLeverage(BTC, "USDT", D(126), LONG))
    floor.order("hal", BUY, "0.1", leg=LONG, effect=OPEN)
    floor.order("hal", SELL, "0.1", leg=SHORT, effect=OPEN)
    margins = {leg.side: leg.margin for leg in floor.positions("hal", USDT)}
    assert margins == {LONG: 300, SHORT: D("599.9")}


def test_lower_leverage_takes_more_margin(floor: Floor) -> None:
    floor.set_margin_mode("ann", SetMarginMode(BTC, "USDT", ISOLATED))
    floor.order("ann", BUY, "1")
    floor.set_leverage("ann", SetLeverage(BTC, "USDT", D(10)))
    assert floor.positions("ann", USDT)[0].margin == 6000
    with pytest.raises(Reject, match="40893"):
        floor.set_leverage("ann", SetLeverage(BTC, "USDT", D(5)))
    assert floor.positions("ann", USDT)[0].leverage == 10
    floor.set_leverage("ann", SetLeverage(BTC, "USDT", D(50)))
    assert floor.positions("ann", USDT)[0].margin == 6000
    with pytest.raises(Reject, match="40797"):
        floor.set_leverage("ann", SetLeverage(BTC, "USDT", D(125)))


def test_set_all_leverage_touches_what_is_held(floor: Floor) -> None:
    floor.order("ann", BUY, "0.1")
    answers = floor.set_all_leverage("ann", SetAllLeverage(USDT, D(7)))
    assert [answer.instrument for answer in answers] == [BTC]
    assert floor.settings("ann", ETH).crossed_leverage == 20


def test_isolated_margin_comes_and_goes(floor: Floor) -> None:
    floor.set_margin_mode("ann", SetMarginMode(BTC, "USDT", ISOLATED))
    floor.order("ann", BUY, "0.1")
    floor.adjust_margin("ann", AdjustMargin(BTC, "USDT", LONG, D(100)))
    assert floor.positions("ann", USDT)[0].margin == 400
    before = floor.balances("ann", USDT)[0].available
    with pytest.raises(Reject, match="40800"):
        floor.adjust_margin("ann", AdjustMargin(BTC, "USDT", LONG, D("-100.01")))
    floor.adjust_margin("ann", AdjustMargin(BTC, "USDT", LONG, D(-100)))
    assert floor.balances("ann", USDT)[0].available == before + 100
    with pytest.raises(Reject, match="40762"):
        floor.adjust_margin("ann", AdjustMargin(BTC, "USDT", LONG, D(10_000)))
    with pytest.raises(Reject, match="40802"):
        floor.adjust_margin("ann", AdjustMargin(BTC, "USDT", SHORT, D(1)))
    floor.order("ann", BUY, "0.1", "3000.0", instrument=ETH)
    floor.order("hal", BUY, "0.1", leg=LONG, effect=OPEN)
    with pytest.raises(Reject, match="40727"):
        floor.adjust_margin("hal", AdjustMargin(BTC, "USDT", LONG, D(1)))
    with pytest.raises(Reject, match="45102"):
        floor.set_auto_margin("hal", SetAutoMargin(BTC, "USDT", LONG, is_on=True))


def test_auto_margin_saves_a_leg_while_there_is_money(floor: Floor) -> None:
    floor.set_margin_mode("ann", SetMarginMode(BTC, "USDT", ISOLATED))
    floor.order("ann", BUY, "0.1")
    floor.set_auto_margin("ann", SetAutoMargin(BTC, "USDT", LONG, is_on=True))
    floor.mark_at("57200.0")
    (leg,) = floor.positions("ann", USDT)
    assert (leg.margin, leg.auto_margin) == (D(600), True)
    floor.set_auto_margin("ann", SetAutoMargin(BTC, "USDT", LONG, is_on=False))
    floor.mark_at("54000.0")
    assert floor.positions("ann", USDT) == []


def test_the_fund_takes_a_leg_over_and_sells_it(floor: Floor) -> None:
    floor.set_margin_mode("ann", SetMarginMode(BTC, "USDT", ISOLATED))
    floor.order("ann", BUY, "0.1")
    floor.mark_at("57000.0")
    assert floor.positions("ann", USDT) == []
    assert floor.positions(INSURANCE, USDT) == []
    assert floor.best(BTC)[0] == D("59990.0")
    # 0.1 bought at 57034.2 and sold at 59990, and what the tick left over.
    assert floor.balances(INSURANCE, USDT)[0].equity is not None
    paid = [bill for bill in floor.bills("ann", USDT) if bill.business_type == "burst_long_loss_query"]
    assert sum(abs(bill.amount) for bill in paid) < D("0.01")


def test_a_gap_is_the_funds_loss_and_not_the_accounts() -> None:
    floor = Floor()
    floor.quote(SELL, "60000.0", "1")
    floor.open_account("thin", balances={USDT: {"USDT": D(310)}})
    floor.order("thin", BUY, "0.05")
    floor.mark_at("30000.0")
    (balance,) = floor.balances("thin", USDT)
    assert balance.equity == 0
    (fund,) = floor.balances(INSURANCE, USDT)
    assert fund.equity is not None
    assert fund.equity < -1000


def test_reports_say_what_changed(floor: Floor) -> None:
    floor.drain()
    floor.order("ann", BUY, "0.01")
    events = [fact.event for fact in floor.drain() if isinstance(fact, Private) and fact.uid == "ann"]
    (positions,) = (event for event in events if isinstance(event, PositionsReported))
    assert [leg.size for leg in positions.positions] == [D("0.01")]
    (balances,) = (event for event in events if isinstance(event, BalancesReported))
    assert (balances.product_type, balances.is_complete, len(balances.balances)) == (USDT, False, 1)
    assert floor.drain() == []


# Spot


def test_spot_limit_orders_hold_and_pay(floor: Floor) -> None:
    order = floor.order("ann", BUY, "0.02", "50000.0", instrument=SPOT_BTC)
    coins = {row.coin: (row.available, row.frozen) for row in floor.balances("ann", SPOT)}
    assert coins["USDT"] == (D(4000), D(1000))
    floor.take_crowd("crowd", SPOT_BTC, SELL, D("0.005"))
    coins = {row.coin: (row.available, row.frozen) for row in floor.balances("ann", SPOT)}
    assert coins["USDT"] == (D(4000), D(750))
    # The fee is taken from what is received.
    assert coins["BTC"] == (D("0.05") + D("0.005") * D("0.999"), D(0))
    floor.cancel("ann", CancelOrder(OrderRef(SPOT_BTC, order.order_id)))
    coins = {row.coin: (row.available, row.frozen) for row in floor.balances("ann", SPOT)}
    assert coins["USDT"] == (D(4750), D(0))
    with pytest.raises(Reject, match="43012"):
        floor.order("ann", SELL, "0.1", "50000.0", instrument=SPOT_BTC)
    with pytest.raises(Reject, match="45110"):
        floor.order("ann", BUY, "0.0001", "5000.0", instrument=SPOT_BTC)


def test_spot_market_buy_spends_quote(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "0.01", SPOT_BTC)
    floor.quote(SELL, "61000.0", "1", SPOT_BTC)
    order = floor.order("ann", BUY, "1000.5", instrument=SPOT_BTC, is_quote=True)
    assert order.status is OrderStatus.FILLED
    # 0.01 at 60000, then as many whole steps at 61000 as 400.5 pays for.
    assert order.filled_size == D("0.0165")
    coins = {row.coin: (row.available, row.frozen) for row in floor.balances("ann", SPOT)}
    assert coins["USDT"] == (D(5000) - 600 - D("0.0065") * 61000, D(0))
    assert order.fees[0].coin == "BTC"


def test_spot_market_sell_receives_quote_minus_fee(floor: Floor) -> None:
    floor.quote(BUY, "60000.0", "1", SPOT_BTC)
    order = floor.order("ann", SELL, "0.01", instrument=SPOT_BTC)
    assert (order.fees[0].coin, order.fees[0].cost) == ("USDT", D("0.6"))
    coins = {row.coin: row.available for row in floor.balances("ann", SPOT)}
    assert coins == {"USDT": D("5599.4"), "BTC": D("0.04")}


def test_own_fee_rates(floor: Floor) -> None:
    floor.open_account("vip", balances={USDT: {"USDT": D(1000)}}, fees={USDT: (D("-0.0001"), D("0.0003"))})
    floor.order("vip", BUY, "0.01")
    floor.order("vip", SELL, "0.01", "60500.0")
    floor.take_crowd("crowd", BTC, BUY, D(50))
    rates = floor.fee_rates("vip", BTC)
    assert (rates.maker, rates.taker) == (D("-0.0001"), D("0.0003"))
    assert [fill.fees[0].text for fill in floor.fills("vip", USDT)] == ["0.0605", "-0.18"]


def test_a_close_beyond_bankruptcy_is_covered_by_the_fund() -> None:
    floor = Floor()
    floor.open_account("thin", balances={USDT: {"USDT": D(310)}})
    floor.set_margin_mode("thin", SetMarginMode(BTC, "USDT", ISOLATED))
    floor.set_leverage("thin", SetLeverage(BTC, "USDT", D(50)))
    floor.quote(SELL, "60000.0", "0.25")
    floor.order("thin", BUY, "0.25")
    floor.quote(BUY, "57200.0", "1")
    # 310 - 9 fee - 700 loss - 8.58 fee: owes 407.58
    floor.order("thin", SELL, "0.25")
    (balance,) = floor.balances("thin", USDT)
    assert (balance.equity, balance.available) == (D(0), D(0))
    (cover, *_) = floor.bills("thin", USDT)
    assert (cover.business_type, cover.amount) == ("risk_captital_user_transfer", D("407.58"))
    (fund,) = floor.balances(INSURANCE, USDT)
    assert fund.equity == D("-407.58")
