"""What the exchange would refuse: every rule passes, refuses and, where a fact is missing, says so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.facts import Facts
from bgtui.domain.instrument import Instrument, InstrumentStatus
from bgtui.domain.intent import AmendOrder, OrderRef, PlaceOrder, PlacePlan
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    MarginMode,
    OrderType,
    PlanKind,
    PositionMode,
    PositionSide,
    TimeInForce,
    TriggerType,
)
from bgtui.domain.rules import (
    NAMES,
    Judged,
    RuleResult,
    check,
    expected_price,
    margin_needed,
    opened_size,
    order_value,
    violations,
)
from tests.support.build import BTC, SPOT_BTC, D, contract, position

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
OPEN, CLOSE = Effect.OPEN, Effect.CLOSE
HEDGE, ONE_WAY = PositionMode.HEDGE, PositionMode.ONE_WAY
CONTRACT = replace(
    contract(), max_limit_size=D(100), max_market_size=D(50), buy_band_ratio=D("0.05"),
    sell_band_ratio=D("0.05"), max_orders=200, max_product_orders=400, min_size=D("0.001"),
)  # fmt: skip
SPOT_RULES = replace(CONTRACT, id=SPOT_BTC, margin_coins=())
KNOWN: dict[str, Any] = {
    "position_mode": HEDGE, "margin_mode": MarginMode.CROSSED, "margin_coin": "USDT",
    "long_leverage": D(10), "short_leverage": D(10), "are_legs_known": True, "available": D(1000),
    "equity": D(1000), "bid": D("99.9"), "ask": D("100.1"), "last": D(100), "mark": D(100),
    "open_orders": 0, "product_orders": 0,
}  # fmt: skip


def facts(rules: Instrument = CONTRACT, **changes: Any) -> Facts:
    return Facts(rules, **{**KNOWN, **changes})


def spot(**changes: Any) -> Facts:
    known = {
        "available": D(1000),
        "base_available": D(5),
        "bid": D("99.9"),
        "ask": D("100.1"),
        "last": D(100),
    }
    return Facts(SPOT_RULES, **{**known, **changes})


OPENING = PlaceOrder(
    BTC, Side.BUY, OrderType.LIMIT, D(1), price=D(100), position_side=LONG, effect=OPEN, position_mode=HEDGE
)
CLOSING = replace(OPENING, side=Side.SELL, effect=CLOSE)
MARKET = replace(OPENING, order_type=OrderType.MARKET, price=None)
POST = replace(OPENING, time_in_force=TimeInForce.POST_ONLY)
PLAN = PlacePlan(
    BTC, PlanKind.TRIGGER, Side.BUY, OrderType.LIMIT, D(1), D(110), TriggerType.MARK, execute_price=D(110),
    position_side=LONG, effect=OPEN, position_mode=HEDGE,
)  # fmt: skip
TRAIL = replace(PLAN, kind=PlanKind.TRAILING, execute_price=None, callback_ratio=D(1))
BUY = PlaceOrder(SPOT_BTC, Side.BUY, OrderType.LIMIT, D(1), price=D(100))
SELL = replace(BUY, side=Side.SELL)
AMEND = AmendOrder(OrderRef(BTC, "1"), D(100), D(1))


def said(rule: str, intent: Judged, around: Facts) -> RuleResult | None:
    found = [result for result in check(intent, around) if result.rule == rule]
    assert len(found) <= 1
    return found[0] if found else None


REFUSED: list[tuple[str, Judged, Facts, str]] = [
    ("tradable", OPENING, facts(replace(CONTRACT, status=InstrumentStatus.MAINTENANCE)),
     "BTCUSDT is maintenance; choose another"),
    ("tradable", OPENING, facts(replace(CONTRACT, status=InstrumentStatus.CLOSE_ONLY)),
     "BTCUSDT is close_only; choose another"),
    ("mode", OPENING, facts(position_mode=None), "position mode not known yet; u asks the exchange"),
    ("mode", OPENING, facts(margin_mode=None), "position mode not known yet; u asks the exchange"),
    ("mode", OPENING, facts(position_mode=ONE_WAY), "the account's position mode changed; review the form"),
    ("tick", replace(OPENING, price=D("100.05")), facts(), "100.05 is off the tick of 0.1"),
    ("tick", replace(OPENING, price=D(0)), facts(), "a price is above zero"),
    ("tick", replace(AMEND, new_price=D("100.05")), facts(), "100.05 is off the tick of 0.1"),
    ("size", replace(OPENING, size=D(0)), facts(), "size is 0; the smallest is 0.001"),
    ("size", replace(OPENING, size=D("0.0009")), facts(), "0.0009 is under the smallest size 0.001"),
    ("size", replace(OPENING, size=D("0.00105")), facts(), "0.00105 is off the step of 0.0001"),
    ("size", replace(AMEND, new_size=D("0.00105")), facts(), "0.00105 is off the step of 0.0001"),
    ("size", replace(CLOSING, size=D("0.0004")), facts(long=position("0.0005")),
     "0.0004 is under the smallest size 0.001"),
    ("size", replace(BUY, size=D(0), size_is_quote=True), spot(), "an amount is above zero"),
    ("max size", replace(OPENING, size=D("100.0001")), facts(),
     "100.0001 is over the largest order 100; lower it"),
    ("max size", replace(MARKET, size=D("50.0001")), facts(),
     "50.0001 is over the largest order 50; lower it"),
    ("value", replace(OPENING, size=D("0.0499")), facts(), "4.99 USDT is under the least of 5 USDT"),
    ("band", replace(OPENING, price=D("105.1")), facts(), "105.1 is 5.1% over mark, the band is 5%"),
    ("band", replace(OPENING, side=Side.SELL, position_side=SHORT, price=D("94.9")), facts(),
     "94.9 is 5.1% under mark, the band is 5%"),
    ("band", replace(PLAN, execute_price=D("115.6")), facts(), "115.6 is 5.1% over mark, the band is 5%"),
    ("post-only", replace(POST, price=D("100.1")), facts(),
     "post-only would trade at 100.1; n, m join the touch"),
    ("post-only", replace(POST, side=Side.SELL, position_side=SHORT, price=D("99.9")), facts(),
     "post-only would trade at 99.9; n, m join the touch"),
    ("trigger", replace(PLAN, trigger_price=D("110.05")), facts(), "trigger 110.05 is off the tick"),
    ("trigger", replace(PLAN, trigger_price=D(100)), facts(),
     "the trigger is the last price; it would fire at once"),
    ("trigger", replace(TRAIL, callback_ratio=D("0.09")), facts(), "callback 0.09% is outside 0.1–10%"),
    ("trigger", replace(TRAIL, callback_ratio=D("10.1")), facts(), "callback 10.1% is outside 0.1–10%"),
    ("orders", OPENING, facts(open_orders=200), "200 of 200 orders on BTCUSDT; cancel some"),
    ("orders", OPENING, facts(product_orders=400), "400 of 400 orders on usdt-futures; cancel some"),
    ("margin", OPENING, facts(available=D("10.05")),
     "margin 10.06 needed, 10.05 free; lower size or leverage"),
    ("leg", CLOSING, facts(), "no long leg to close"),
    ("leg", CLOSING, facts(long=position("0.9")), "1 is more than the leg of 0.9"),
    ("leg", CLOSING, facts(long=replace(position("2"), available=D("0.9"), locked=D("1.1"))),
     "0.9 is free, 1.1 is held by closes; cancel those"),
    ("TP/SL", replace(OPENING, take_profit=D(100)), facts(), "TP 100 must be above 100"),
    ("TP/SL", replace(OPENING, stop_loss=D(101)), facts(), "SL 101 must be below 100"),
    ("TP/SL", replace(OPENING, side=Side.SELL, position_side=SHORT, take_profit=D(101)), facts(),
     "TP 101 must be below 100"),
    ("TP/SL", replace(OPENING, take_profit=D("110.05")), facts(), "TP 110.05 is off the tick"),
    ("TP/SL", replace(CLOSING, take_profit=D(110)), facts(long=position("2")),
     "a closing order takes no TP/SL; clear them"),
    ("balance", replace(BUY, size=D("10.01")), spot(), "1,001.00 USDT needed, 1,000 free; lower the size"),
    ("balance", replace(BUY, size=D(1001), size_is_quote=True, price=None), spot(),
     "1,001 USDT needed, 1,000 free; lower the size"),
    ("balance", replace(SELL, size=D("5.0001")), spot(), "5.0001 BTC needed, 5 free; lower the size"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "intent", "around", "line"), REFUSED)
def test_a_rule_refuses_and_says_why(rule: str, intent: Judged, around: Facts, line: str) -> None:
    result = said(rule, intent, around)
    assert result is not None
    assert (result.passes, result.message) == (False, line)
    assert result in violations(check(intent, around))


PASSED: list[tuple[str, Judged, Facts]] = [
    ("tradable", CLOSING, facts(replace(CONTRACT, status=InstrumentStatus.CLOSE_ONLY))),
    ("tradable", OPENING, facts(replace(CONTRACT, status=InstrumentStatus.UNKNOWN))),
    ("mode", OPENING, facts()),
    ("tick", replace(OPENING, price=D("100.1")), facts()),
    ("size", replace(OPENING, size=D("0.001")), facts()),
    ("size", replace(BUY, size=D("0.00001"), size_is_quote=True), spot()),
    ("size", replace(CLOSING, size=D("0.0004")), facts(long=position("0.0004"))),
    ("max size", replace(OPENING, size=D(100)), facts()),
    ("max size", replace(MARKET, size=D(50)), facts()),
    ("max size", replace(OPENING, size=D(10_000)), facts(contract())),
    ("value", replace(OPENING, size=D("0.05")), facts()),
    ("value", replace(CLOSING, size=D("0.001")), facts()),
    ("band", replace(OPENING, price=D(105)), facts()),
    ("band", replace(OPENING, price=D(1)), facts()),
    ("band", replace(CLOSING, price=D(95)), facts()),
    ("band", replace(PLAN, execute_price=D("115.5")), facts()),
    ("post-only", replace(POST, price=D(100)), facts()),
    ("post-only", replace(POST, side=Side.SELL, position_side=SHORT, price=D(100)), facts()),
    ("trigger", PLAN, facts()),
    ("trigger", replace(TRAIL, callback_ratio=D("0.1")), facts()),
    ("trigger", replace(TRAIL, callback_ratio=D(10)), facts()),
    ("orders", OPENING, facts(open_orders=199, product_orders=399)),
    ("orders", CLOSING, facts(open_orders=200, product_orders=400)),
    ("orders", OPENING, facts(open_orders=None, product_orders=None)),
    ("margin", OPENING, facts(available=D("10.06"))),
    ("leg", CLOSING, facts(long=position("1"))),
    ("TP/SL", replace(OPENING, take_profit=D("100.1"), stop_loss=D("99.9")), facts()),
    ("balance", replace(BUY, size=D(10)), spot()),
    ("balance", replace(SELL, size=D(5)), spot()),
]


@pytest.mark.parametrize(("rule", "intent", "around"), PASSED)
def test_up_to_its_bound_a_rule_passes_and_says_nothing(rule: str, intent: Judged, around: Facts) -> None:
    assert said(rule, intent, around) == RuleResult(rule, passes=True)


BLIND = facts(bid=None, ask=None, last=None, mark=None)
WARNED: list[tuple[str, Judged, Facts, str]] = [
    ("value", MARKET, BLIND, "value not known: no price yet"),
    ("band", OPENING, BLIND, "price band not checked: no mark price"),
    ("post-only", POST, BLIND, "post-only not checked: no live book"),
    ("margin", OPENING, facts(long_leverage=None), "margin not checked: balance or leverage not known"),
    ("margin", OPENING, facts(available=None), "margin not checked: balance or leverage not known"),
    ("leg", CLOSING, facts(are_legs_known=False), "legs not known yet: the exchange decides"),
    ("TP/SL", replace(MARKET, take_profit=D(110)), BLIND, "TP/SL not checked: no price yet"),
    ("balance", replace(BUY, price=None), spot(bid=None, ask=None, last=None),
     "balance not checked: no price yet"),
    ("balance", BUY, spot(available=None), "balance not known: the exchange decides"),
    ("balance", SELL, spot(base_available=None), "balance not known: the exchange decides"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "intent", "around", "line"), WARNED)
def test_a_rule_that_lacks_a_fact_passes_with_a_word(
    rule: str, intent: Judged, around: Facts, line: str
) -> None:
    result = said(rule, intent, around)
    assert result is not None
    assert (result.passes, result.message) == (True, line)


ABSENT: list[tuple[str, Judged]] = [
    ("tick", MARKET), ("band", MARKET), ("post-only", OPENING), ("trigger", OPENING), ("margin", CLOSING),
    ("leg", OPENING), ("TP/SL", OPENING), ("balance", OPENING), ("orders", AMEND),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "intent"), ABSENT)
def test_a_rule_that_does_not_concern_an_order_says_nothing_at_all(rule: str, intent: Judged) -> None:
    assert said(rule, intent, facts()) is None


def test_every_rule_is_tested_in_every_way_it_has() -> None:
    assert {case[0] for case in REFUSED} == NAMES
    assert {case[0] for case in PASSED} == NAMES


def test_a_whole_order_that_is_well_passes_every_rule() -> None:
    assert all(result == RuleResult(result.rule, passes=True) for result in check(OPENING, facts()))
    assert violations(check(OPENING, facts())) == ()


# Figures that the rules are made of


def test_a_market_order_is_expected_at_the_far_touch_and_a_plan_where_it_fires() -> None:
    assert expected_price(MARKET, facts()) == D("100.1")
    assert expected_price(replace(MARKET, side=Side.SELL), facts()) == D("99.9")
    assert expected_price(MARKET, facts(ask=None)) == D(100)
    assert expected_price(PLAN, facts()) == D(110)
    assert expected_price(TRAIL, facts()) == D(110)


def test_the_value_of_a_spot_market_buy_is_what_it_spends() -> None:
    assert order_value(replace(BUY, size=D(250), size_is_quote=True, price=None), spot()) == 250
    assert order_value(replace(OPENING, size=D("2.5")), facts()) == 250


def test_margin_is_the_opened_part_over_leverage_and_the_fee() -> None:
    assert margin_needed(OPENING, facts()) == Decimal("10.06")
    assert margin_needed(OPENING, facts(taker_rate=D("0.001"))) == Decimal("10.1")
    one_way = facts(position_mode=ONE_WAY, short=position("0.4", side=SHORT))
    assert margin_needed(OPENING, one_way) == Decimal("6.036")


@pytest.mark.parametrize(
    ("mode", "held", "opened"),
    [(HEDGE, "0.4", "1"), (ONE_WAY, "0.4", "0.6"), (ONE_WAY, "1", "0"), (ONE_WAY, "3", "0")],
)
def test_in_one_way_mode_what_the_other_side_holds_is_closed_first(
    mode: PositionMode, held: str, opened: str
) -> None:
    around = facts(position_mode=mode, short=position(held, side=SHORT))
    assert opened_size(OPENING, around) == D(opened)
    assert opened_size(CLOSING, around) == 0
