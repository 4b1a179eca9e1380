"""What the exchange would refuse of a changed trigger order: judged by the order as it would stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bgtui.domain.facts import Facts
from bgtui.domain.intent import AmendPlan, OrderRef
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    OrderType,
    PlanKind,
    PlanOrder,
    PositionMode,
    PositionSide,
    TriggerType,
)
from bgtui.domain.planrules import changed, check, closed_side, fixed
from bgtui.domain.rules import NAMES
from tests.support.build import SPOT_BTC, D, contract, plan, position

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
FACTS = Facts(
    replace(
        contract(), max_limit_size=D(100), max_market_size=D(50), buy_band_ratio=D("0.05"),
        sell_band_ratio=D("0.05"), min_size=D("0.001"),
    ),
    position_mode=PositionMode.HEDGE, long_leverage=D(10), short_leverage=D(10), long=position("2"),
    short=position("2", side=SHORT), are_legs_known=True, available=D(1000), last=D(99), mark=D(100),
)  # fmt: skip
# Sells at 90 by mark; mark is 100.
ENTRY = replace(plan(), position_side=SHORT, effect=Effect.OPEN, position_mode=PositionMode.HEDGE)
TAKE, STOP = PlanKind.TAKE_PROFIT, PlanKind.STOP_LOSS


def closing(kind: PlanKind, leg: PositionSide, **changes: Any) -> PlanOrder:
    side = Side.SELL if leg is LONG else Side.BUY
    return replace(ENTRY, kind=kind, side=side, position_side=leg, effect=Effect.CLOSE, **changes)


def to(order: PlanOrder, **changes: Any) -> AmendPlan:
    return AmendPlan(OrderRef(order.instrument, order.order_id), order.kind, **changes)


def said(order: PlanOrder, facts: Facts = FACTS, **changes: Any) -> list[str]:
    """Return what refuses, then what is to be minded, each with its rule."""
    found = check(to(order, **changes), order, facts)
    return [
        f"{'minds' if each.passes else 'refuses'} {each.rule}: {each.message}"
        for each in found
        if each.message
    ]


@pytest.mark.parametrize(
    ("kind", "leg", "price", "fires_now"),
    [
        (TAKE, LONG, "101", False), (TAKE, LONG, "100", True), (TAKE, LONG, "99.9", True),
        (TAKE, SHORT, "99", False), (TAKE, SHORT, "100.1", True),
        (STOP, LONG, "99", False), (STOP, LONG, "100.1", True),
        (STOP, SHORT, "101", False), (STOP, SHORT, "99", True),
        (PlanKind.POSITION_TAKE_PROFIT, LONG, "99", True), (PlanKind.POSITION_STOP_LOSS, LONG, "101", True),
        (PlanKind.TRAILING_STOP, LONG, "99", False), (PlanKind.TRAILING_STOP, LONG, "101", False),
    ],
)  # fmt: skip
def test_protection_on_the_wrong_side_of_its_price_would_fire_now(
    kind: PlanKind, leg: PositionSide, price: str, fires_now: bool
) -> None:
    refusals = [line for line in said(closing(kind, leg), trigger_price=D(price)) if "fires now" in line]
    assert bool(refusals) is fires_now


def test_the_side_is_that_of_the_price_which_pulls_the_trigger() -> None:
    stop = closing(STOP, LONG)
    assert said(stop, trigger_price=D("99.5")) == []
    assert said(stop, trigger_price=D("99.5"), trigger_type=TriggerType.LAST) == [
        "refuses trigger: it must be below 99, or it fires now"
    ]


def test_in_one_way_mode_the_leg_is_what_the_trade_direction_is_against() -> None:
    stop = replace(closing(STOP, LONG), position_side=None, position_mode=PositionMode.ONE_WAY)
    assert closed_side(stop) is LONG
    assert closed_side(replace(stop, side=Side.BUY)) is SHORT
    assert said(stop, trigger_price=D(101)) == ["refuses trigger: it must be below 100, or it fires now"]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"trigger_price": D("90.05")}, "refuses trigger: 90.05 is off the tick of 0.1"),
        ({"trigger_price": D(0)}, "refuses trigger: a price is above zero"),
        ({"trigger_price": D(100)}, "refuses trigger: it is the mark price; it would fire at once"),
        ({"size": D("0.0005")}, "refuses size: 0.0005 is under the smallest size 0.001"),
        ({"size": D("1.00005")}, "refuses size: 1.00005 is off the step of 0.0001"),
        ({"size": D(51)}, "refuses max size: 51 is over the largest order 50; lower it"),
        ({"size": D("0.01")}, "refuses value: 0.90 USDT is under the least of 5 USDT"),
    ],
)
def test_an_entry_keeps_to_tick_step_size_and_value(changes: dict[str, Any], line: str) -> None:
    assert line in said(ENTRY, **changes)


def test_a_limit_price_keeps_to_tick_and_band_around_the_trigger() -> None:
    entry = replace(ENTRY, order_type=OrderType.LIMIT, execute_price=D("89.0"))
    assert said(entry, execute_price=D("88.0")) == []
    assert said(entry, execute_price=D("85.0")) == [
        "refuses band: 85.0 is 5.6% under the trigger, the band is 5%"
    ]
    assert said(entry, execute_price=D("88.05")) == ["refuses tick: 88.05 is off the tick of 0.1"]
    # The trigger that moves away from a limit price that stays counts as well.
    assert said(entry, trigger_price=D("95")) == [
        "refuses band: 89.0 is 6.3% under the trigger, the band is 5%"
    ]


def test_a_trailing_distance_has_bounds() -> None:
    trail = replace(ENTRY, kind=PlanKind.TRAILING, callback_ratio=D(1))
    assert said(trail, callback_ratio=D(10)) == []
    assert said(trail, callback_ratio=D("10.1")) == ["refuses trigger: callback 10.1% is outside 0.1–10%"]


def test_what_is_more_than_the_leg_or_the_free_margin_is_minded() -> None:
    assert said(closing(STOP, LONG), size=D(3)) == [
        "minds leg: 3 is more than the leg of 2: it closes what is held"
    ]
    flat = replace(FACTS, long=None)
    assert "minds leg: no long leg to close now" in said(closing(STOP, LONG), flat, size=D(1))
    assert said(ENTRY, replace(FACTS, available=D(50)), size=D(6)) == [
        "minds margin: 54.00 needed when it fires, 50.00 free now"
    ]


def test_a_price_that_nobody_knows_is_minded() -> None:
    unknown = replace(FACTS, mark=None, last=None)
    assert said(ENTRY, unknown) == ["minds trigger: not compared: the price that pulls it is not known yet"]


def test_an_amount_in_quote_currency_is_not_held_against_sizes() -> None:
    bought = replace(
        plan(),
        instrument=SPOT_BTC,
        kind=PlanKind.SPOT_TRIGGER,
        side=Side.BUY,
        size=D(500),
        size_is_quote=True,
    )
    facts = Facts(replace(FACTS.rules, id=SPOT_BTC), last=D(100))
    assert said(bought, facts, size=D(60), trigger_price=D(90)) == []
    assert said(bought, facts, size=D(4), trigger_price=D(90)) == [
        "refuses value: 4.00 USDT is under the least of 5 USDT"
    ]


def test_rules_are_called_as_those_of_the_exchange_are() -> None:
    assert {each.rule for each in check(to(ENTRY), ENTRY, FACTS)} <= NAMES
    assert {each.rule for each in check(to(ENTRY), closing(STOP, LONG), FACTS)} <= NAMES


def test_a_change_leaves_alone_what_it_does_not_name() -> None:
    assert changed(ENTRY, to(ENTRY)) == ENTRY
    assert changed(ENTRY, to(ENTRY, size=D(7))) == replace(ENTRY, size=D(7))


@pytest.mark.parametrize(
    ("order", "is_fixed"),
    [
        (ENTRY, False), (closing(STOP, LONG), False), (replace(ENTRY, is_tpsl=True), True),
        (replace(ENTRY, kind=PlanKind.UNKNOWN), True),
    ],
)  # fmt: skip
def test_what_bitget_lets_nobody_change_says_so(order: PlanOrder, is_fixed: bool) -> None:
    assert bool(fixed(order)) is is_fixed
