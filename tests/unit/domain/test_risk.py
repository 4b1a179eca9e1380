"""The person's limits, each exactly at its bound and one step over it, and what no limit ever holds up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.dayloss import DayFigures
from bgtui.domain.exposure import Stake
from bgtui.domain.facts import Facts
from bgtui.domain.instrument import Instrument
from bgtui.domain.intent import (
    AdjustMargin,
    AmendOrder,
    AmendPlan,
    Intent,
    OrderRef,
    PlaceOrder,
    PlacePlan,
    ReversePosition,
    SetAllLeverage,
    SetLeverage,
)
from bgtui.domain.limit import LIVE, Group, Limits, limit_lines
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    MarginMode,
    OrderStatus,
    OrderType,
    PlanKind,
    PositionMode,
    PositionSide,
    TriggerType,
)
from bgtui.domain.risk import Meant, Moment, check, may_open
from bgtui.domain.rules import RuleResult
from tests.support.build import BTC, ETH, SPOT_BTC, USDT, D, contract, order, plan, position
from tests.support.intents import EVERY

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
OPEN, CLOSE = Effect.OPEN, Effect.CLOSE
HEDGE, ONE_WAY = PositionMode.HEDGE, PositionMode.ONE_WAY


def facts(**changes: Any) -> Facts:
    """BTCUSDT at 100, flat, with an equity of 1,000 and a leverage of 10."""
    known: dict[str, Any] = {
        "position_mode": HEDGE, "margin_mode": MarginMode.CROSSED, "margin_coin": "USDT",
        "long_leverage": D(10), "short_leverage": D(10), "are_legs_known": True, "available": D(1000),
        "equity": D(1000), "bid": D("99.9"), "ask": D("100.1"), "last": D(100), "mark": D(100),
        "open_orders": 0, "product_orders": 0, "stakes": (), "dollars": D(1), "usual_size": D(1),
    }  # fmt: skip
    return Facts(contract(), **{**known, **changes})


def place(
    size: str = "1",
    price: str | None = "100",
    *,
    side: PositionSide = LONG,
    effect: Effect = OPEN,
    mode: PositionMode = HEDGE,
) -> PlaceOrder:
    return PlaceOrder(
        BTC,
        Side.BUY if (side is LONG) is (effect is OPEN) else Side.SELL,
        OrderType.MARKET if price is None else OrderType.LIMIT,
        D(size),
        price=None if price is None else D(price),
        position_side=side,
        effect=effect,
        position_mode=mode,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
    )


def refusals(
    intent: Intent, limits: Limits, around: Facts | None = None, moment: Moment | None = None
) -> list[str]:
    results = check(intent, facts() if around is None else around, limits, moment or Moment())
    return [f"{result.rule}: {result.message}" for result in results if not result.passes]


def only(results: tuple[RuleResult, ...], rule: str) -> RuleResult:
    (found,) = [result for result in results if result.rule == rule]
    return found


AT_AND_OVER: list[tuple[str, Limits, Callable[[str], Intent], str, str, str]] = [
    (
        "order size", Limits(order_sizes={BTC: D("0.5")}), place, "0.5", "0.5001",
        "order size: 0.5001 BTC is over order size limit 0.5; lower the size",
    ),
    (
        "order value", Limits(order_value=D(20_000)), place, "200", "241",
        "order value: 24,100 USDT is over order limit 20,000; lower the size",
    ),
    (
        "a trifle over", Limits(order_value=D(20_000)), place, "200", "200.00001",
        "order value: 20,000.01 USDT is over order limit 20,000; lower the size",
    ),
    (
        "position", Limits(position_percent=D(500)), place, "50", "50.1",
        "position: position 501.0% of equity is over 500%; lower the size",
    ),
    (
        "exposure", Limits(exposure_percent=D(1000)), place, "100", "100.1",
        "exposure: exposure 1,001.0% of equity is over 1,000%; lower the size",
    ),
    (
        "group", Limits(groups=(Group("majors", frozenset({BTC, ETH})),), group_percent=D(300)), place,
        "30", "30.1", "group: group majors 301.0% of equity is over 300%; lower the size",
    ),
    (
        "band over", Limits(band_percent=D(5)), lambda price: place("1", price), "105", "105.1",
        "price band: 105.1 is 5.1% over mark, the band is 5%; check the price",
    ),
    (
        "band under", Limits(band_percent=D(5)), lambda price: place("1", price, side=SHORT), "95", "10",
        "price band: 10 is 90.0% under mark, the band is 5%; check the price",
    ),
    (
        "typed far", Limits(typo_percent=D(5)), lambda price: place("1", price), "95", "94.9",
        "typed price: 94.9 is 5.1% off mark, past 5%; type =94.9 to mean it",
    ),
    (
        "typed large", Limits(typo_times=D(10)), place, "10", "10.1",
        "typed size: 10.1 is 11 times the usual 1, past 10; type =10.1 to mean it",
    ),
    (
        "set leverage", Limits(leverage=D(20)), lambda text: SetLeverage(BTC, "USDT", D(text)), "20", "21",
        "leverage: 21x is over leverage limit 20x; lower it (v)",
    ),
    (
        "set all", Limits(leverage=D(20)), lambda text: SetAllLeverage(USDT, D(text)), "20", "20.5",
        "leverage: 20.5x is over leverage limit 20x; lower it (v)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("limits", "make", "at", "over", "line"),
    [case[1:] for case in AT_AND_OVER],
    ids=[case[0] for case in AT_AND_OVER],
)
def test_at_the_bound_it_passes_and_one_step_over_it_is_refused_in_figures(
    limits: Limits, make: Callable[[str], Intent], at: str, over: str, line: str
) -> None:
    assert refusals(make(at), limits) == []
    assert refusals(make(over), limits) == [line]
    assert len(line.partition(": ")[2]) + len("Refused here: .") <= 78


def test_without_limits_nothing_is_judged_but_what_everything_has() -> None:
    assert check(place("1000000", "1"), facts(), Limits(), Moment()) == ()


# Leverage


@pytest.mark.parametrize(("leverage", "count"), [("20", 0), ("20.1", 1), ("125", 1)])
def test_an_order_is_held_to_the_leverage_of_the_leg_that_it_opens(leverage: str, count: int) -> None:
    around = facts(long_leverage=D(leverage), short_leverage=D(1))
    assert len(refusals(place(), Limits(leverage=D(20)), around)) == count
    assert refusals(place(side=SHORT), Limits(leverage=D(20)), around) == []


def test_taking_margin_away_is_held_to_the_leverage_that_is_left() -> None:
    limits, leg = Limits(leverage=D(20)), replace(position("10"), margin=D(60))
    around = facts(long=leg)
    assert refusals(AdjustMargin(BTC, "USDT", LONG, D(-10)), limits, around) == []
    assert refusals(AdjustMargin(BTC, "USDT", LONG, D("-10.01")), limits, around) == [
        "leverage: 20.01x is over leverage limit 20x; leave 50 in the leg"
    ]
    assert "no margin" in refusals(AdjustMargin(BTC, "USDT", LONG, D(-60)), limits, around)[0]
    assert refusals(AdjustMargin(BTC, "USDT", LONG, D(-1)), limits) == [
        "leverage: leverage limit 20x is unchecked: the leg or its price not known; u asks"
    ]
    assert refusals(AdjustMargin(BTC, "USDT", LONG, D(1)), limits) == []


# What rests and what is held counts


def test_a_leg_counts_with_everything_that_rests_to_open_more_of_it() -> None:
    limits = Limits(position_percent=D(100))
    around = facts(stakes=(Stake(BTC, long=D(400), long_orders=D(300), short=D(5000)),))
    assert refusals(place("3"), limits, around) == []
    assert refusals(place("3.001"), limits, around) == [
        "position: position 100.1% of equity is over 100%; lower the size"
    ]


def test_exposure_counts_both_legs_and_every_instrument_and_groups_their_members_alone() -> None:
    stakes = (Stake(BTC, long=D(100), short=D(100)), Stake(ETH, short_orders=D(200)))
    other = Stake(SPOT_BTC, long=D(10_000))
    limits = Limits(exposure_percent=D(50))
    assert refusals(place("1"), limits, facts(stakes=stakes)) == []
    assert len(refusals(place("1.1"), limits, facts(stakes=stakes))) == 1
    grouped = Limits(groups=(Group("majors", frozenset({BTC, ETH})),), group_percent=D(50))
    assert refusals(place("1"), grouped, facts(stakes=(*stakes, other))) == []
    assert len(refusals(place("1.1"), grouped, facts(stakes=(*stakes, other)))) == 1


def test_a_group_holds_nobody_who_is_not_in_it() -> None:
    limits = Limits(groups=(Group("memes", frozenset({ETH})),), group_percent=D(1))
    assert check(place("50"), facts(), limits, Moment()) == ()


def test_no_equity_allows_nothing() -> None:
    assert refusals(place(), Limits(position_percent=D(500)), facts(equity=D(0))) == [
        "position: position limit 500% of no equity: nothing can be opened"
    ]


# One-way mode: what closes first does not open


def test_in_one_way_mode_only_what_exceeds_the_other_side_opens() -> None:
    limits = Limits(order_value=D(100), position_percent=D(10))
    around = facts(position_mode=ONE_WAY, long=position("5"), stakes=(Stake(BTC, long=D(500), is_net=True),))
    sell = place("5", side=SHORT, mode=ONE_WAY)
    assert check(sell, around, limits, Moment()) == ()
    assert refusals(replace(sell, size=D(6)), limits, around) == []
    assert [line.partition(":")[0] for line in refusals(replace(sell, size=D("6.1")), limits, around)] == [
        "order value", "position"
    ]  # fmt: skip


def test_what_already_rests_to_close_leaves_less_to_close() -> None:
    limits = Limits(order_value=D(100))
    around = facts(position_mode=ONE_WAY, long=position("5"), short_resting=D(4))
    assert refusals(place("2", side=SHORT, mode=ONE_WAY), limits, around) == []
    assert len(refusals(place("2.1", side=SHORT, mode=ONE_WAY), limits, around)) == 1


# Orders


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"open_orders": 199}, None),
        ({"open_orders": 200}, "order count: 200 orders on BTCUSDT, the limit is 200; cancel some"),
        (
            {"open_orders": 199, "sent_orders": 1},
            "order count: 200 orders on BTCUSDT, the limit is 200; cancel some",
        ),
        ({"product_orders": 399}, None),
        ({"product_orders": 400}, "order count: 400 orders on usdt-futures, the limit is 400; cancel some"),
        (
            {"product_orders": 399, "product_sent_orders": 1},
            "order count: 400 orders on usdt-futures, the limit is 400; cancel some",
        ),
        (
            {"open_orders": None},
            "order count: 200 orders on BTCUSDT is unchecked: how many stand not known; u asks",
        ),
    ],
)  # fmt: skip
def test_open_orders_are_counted_with_those_on_their_way(changes: dict[str, Any], line: str | None) -> None:
    limits = Limits(symbol_orders=200, product_orders=400)
    assert refusals(place(), limits, facts(**changes)) == ([] if line is None else [line])


def test_replacing_an_order_adds_none() -> None:
    limits, full = Limits(symbol_orders=1), facts(open_orders=1)
    amend = AmendOrder(OrderRef(BTC, "1"), D(100), D(1))
    assert refusals(amend, limits, full, Moment(amended=order())) == []


# Prices


def test_the_band_is_about_the_side_that_costs() -> None:
    limits = Limits(band_percent=D(5))
    assert refusals(place(price="10"), limits) == []
    assert refusals(place(price="1000", side=SHORT), limits) == []
    assert refusals(place(price=None), limits) == []


def test_a_trigger_may_lie_anywhere_but_its_limit_price_is_held_to_the_trigger() -> None:
    limits = Limits(band_percent=D(5), typo_percent=D(5))
    stop = PlacePlan(
        BTC, PlanKind.TRIGGER, Side.BUY, OrderType.LIMIT, D(1), D(150), TriggerType.MARK,
        execute_price=D(151), position_side=LONG, effect=OPEN, position_mode=HEDGE,
    )  # fmt: skip
    assert refusals(stop, limits) == []
    assert refusals(replace(stop, execute_price=D(160)), limits) == [
        "price band: 160 is 6.7% over trigger, the band is 5%; check the price",
        "typed price: 160 is 6.7% off trigger, past 5%; type =160 to mean it",
    ]


def test_a_figure_that_is_meant_is_no_slip() -> None:
    limits = Limits(typo_percent=D(5), typo_times=D(10))
    wild = place("500", "50")
    assert len(refusals(wild, limits)) == 2
    assert refusals(wild, limits, moment=Moment(meant=Meant(price=True, size=True))) == []
    assert [line[:11] for line in refusals(wild, limits, moment=Moment(meant=Meant(price=True)))] == [
        "typed size:"
    ]


def test_moving_an_order_that_stands_far_away_is_no_slip() -> None:
    far = replace(order(), price=D(50), position_side=LONG, effect=OPEN)
    limits, moment = Limits(typo_percent=D(5)), Moment(amended=far)
    assert refusals(AmendOrder(OrderRef(BTC, "1"), D(52), D(1)), limits, moment=moment) == []
    assert len(refusals(AmendOrder(OrderRef(BTC, "1"), D(53), D(1)), limits, moment=moment)) == 1


def test_where_no_size_is_usual_yet_nothing_is_refused_but_something_is_said() -> None:
    results = check(place("500"), facts(usual_size=None), Limits(typo_times=D(10)), Moment())
    typed = only(results, "typed size")
    assert typed.passes
    assert typed.message


# The same order again


@pytest.mark.parametrize(("age_ms", "refused"), [(0, True), (1200, True), (1999, True), (2000, False)])
def test_the_same_order_is_not_sent_again_at_once(age_ms: int, refused: bool) -> None:
    limits = Limits(duplicate_ms=2000)
    moment = Moment(10_000, sent=((place(), 10_000 - age_ms),))
    found = refusals(place(), limits, moment=moment)
    assert bool(found) is refused
    if refused:
        assert found == [
            f"duplicate: the same order left {age_ms / 1000:.1f}s ago, 2s must lie between; wait"
        ]
    assert refusals(place("1.1"), limits, moment=moment) == []
    assert refusals(place(effect=CLOSE), limits, moment=moment) == []


# The day


def test_a_day_that_lost_what_it_may_opens_nothing_more() -> None:
    limits = Limits(day_loss=D(500))
    lost = Moment(day=DayFigures(realized=D("-503.20")))
    assert refusals(place(), limits, moment=lost) == [
        "day loss: Locked until 00:00 UTC: day loss -503.20 passed -500.00; only exits pass."
    ]
    assert refusals(place(effect=CLOSE), limits, moment=lost) == []
    assert refusals(place(), limits, moment=Moment(day=DayFigures(realized=D("-499.99")))) == []
    assert len(refusals(place(), limits, moment=Moment(day=DayFigures(realized=D(-500))))) == 1


def test_a_day_near_its_limit_is_worth_a_word() -> None:
    near = Moment(day=DayFigures(realized=D(-300), fees=D(-100), unrealized=D(0)))
    result = only(check(place(), facts(), Limits(day_loss=D(500)), near), "day loss")
    assert result.passes
    assert result.message
    assert result.message == "day loss -400.00 is near the lock at -500.00"


def test_a_share_of_the_equity_counts_where_it_is_less() -> None:
    limits = Limits(day_loss=D(500), day_loss_percent=D(1))
    lost = DayFigures(realized=D(-10), equity=D(1000))
    assert len(refusals(place(), limits, moment=Moment(day=lost))) == 1
    assert refusals(place(), limits, moment=Moment(day=replace(lost, realized=D("-9.99")))) == []


# What is not known


UNKNOWN = [
    (Limits(order_value=D(1)), {"dollars": None}, "what a USDT is worth"),
    (Limits(leverage=D(1)), {"long_leverage": None}, "the leverage"),
    (Limits(position_percent=D(1)), {"stakes": None, "unknown": "the legs"}, "the legs"),
    (Limits(exposure_percent=D(1)), {"stakes": None}, "what is held"),
    (Limits(exposure_percent=D(1)), {"equity": None}, "the equity"),
    (Limits(groups=(Group("a", frozenset({BTC})),), group_percent=D(1)), {"equity": None}, "the equity"),
    (Limits(symbol_orders=1), {"open_orders": None}, "how many stand"),
    (Limits(product_orders=1), {"product_orders": None}, "how many stand"),
    (Limits(band_percent=D(1)), {"mark": None, "last": None}, "the mark price"),
]


@pytest.mark.parametrize(("limits", "changes", "what"), UNKNOWN)
def test_a_limit_that_cannot_be_checked_opens_nothing(
    limits: Limits, changes: dict[str, Any], what: str
) -> None:
    (line,) = refusals(place(), limits, facts(**changes))
    assert line.endswith(f"is unchecked: {what} not known; u asks")
    assert refusals(place(effect=CLOSE), limits, facts(**changes)) == []


def test_a_market_order_without_any_price_is_not_sent() -> None:
    blind = facts(bid=None, ask=None, last=None, mark=None)
    limits = Limits(order_value=D(1), position_percent=D(1))
    assert all("the price not known" in line for line in refusals(place(price=None), limits, blind))
    assert len(refusals(place(price=None), limits, blind)) == 2


@pytest.mark.parametrize("day", [DayFigures(unknown="today's fills"), DayFigures()])
def test_a_day_that_is_not_known_opens_nothing(day: DayFigures) -> None:
    limits = Limits(day_loss=D(500) if day.unknown else None, day_loss_percent=D(5))
    (line,) = refusals(place(), limits, moment=Moment(day=day))
    assert "unchecked" in line


def test_an_instrument_nobody_has_listed_opens_nothing_and_closes_freely() -> None:
    assert [result.passes for result in check(place(), None, Limits(), Moment())] == [False]
    assert check(place(effect=CLOSE), None, LIVE, Moment()) == ()


# Reversing, amending, spot, inverse


def test_a_reversal_counts_as_the_leg_that_it_opens() -> None:
    leg = position("5")
    reverse = ReversePosition(BTC, LONG, HEDGE, "USDT", D(5))
    around = facts(long=leg, stakes=(Stake(BTC, long=D(500)),))
    assert refusals(reverse, Limits(order_value=D(500), exposure_percent=D(50)), around) == []
    assert refusals(reverse, Limits(order_value=D("499.99")), around) == [
        "order value: 500 USDT is over order limit 499.99; lower the size"
    ]
    assert refusals(reverse, Limits(position_percent=D("49.9")), around) == [
        "position: position 50.0% of equity is over 49.9%; lower the size"
    ]
    assert refusals(reverse, Limits(leverage=D(9)), replace(around, long_leverage=D(1)))


def test_an_amend_of_what_opens_is_judged_by_its_new_figures() -> None:
    amend = AmendOrder(OrderRef(BTC, "1"), D(100), D(6))
    opening = replace(order(), position_side=LONG, effect=OPEN, position_mode=HEDGE)
    limits = Limits(order_value=D(500))
    assert len(refusals(amend, limits, moment=Moment(amended=opening))) == 1
    assert refusals(amend, limits, moment=Moment(amended=replace(opening, effect=CLOSE))) == []
    assert len(refusals(amend, limits, moment=Moment(amended=None))) == 1, "what is not known may open"


def test_an_order_over_the_limit_may_be_made_smaller() -> None:
    large = replace(order(size="10"), position_side=LONG, effect=OPEN, position_mode=HEDGE)
    limits, moment = Limits(order_value=D(500)), Moment(amended=large)

    def amended(price: str, size: str) -> list[str]:
        return refusals(AmendOrder(OrderRef(BTC, "1"), D(price), D(size)), limits, moment=moment)

    assert amended("100", "9") == amended("99", "10") == []
    assert len(amended("112", "9")) == 1, "smaller, but worth more"
    assert len(amended("50", "11")) == 1, "worth less, but larger"


def test_an_amend_of_a_waiting_order_too() -> None:
    opening = replace(plan(), side=Side.BUY, position_side=LONG, effect=OPEN, position_mode=HEDGE)
    limits, moment = Limits(order_value=D(500)), Moment(amended=opening)
    ref = OrderRef(BTC, "p1")
    assert refusals(AmendPlan(ref, PlanKind.TRIGGER, trigger_price=D(500)), limits, moment=moment) == []
    assert len(refusals(AmendPlan(ref, PlanKind.TRIGGER, trigger_price=D(501)), limits, moment=moment)) == 1
    assert len(refusals(AmendPlan(ref, PlanKind.TRIGGER, size=D(6)), limits, moment=moment)) == 1
    assert refusals(AmendPlan(ref, PlanKind.STOP_LOSS, size=D(6)), limits, moment=moment) == []


def spot_rules() -> Instrument:
    return replace(contract(), id=SPOT_BTC, margin_coins=())


def test_spot_is_held_to_size_value_and_price_but_has_neither_leverage_nor_legs() -> None:
    around = Facts(spot_rules(), ask=D(100), last=D(100), dollars=D(1), usual_size=D(1), are_legs_known=False)
    buy = PlaceOrder(SPOT_BTC, Side.BUY, OrderType.MARKET, D(201), size_is_quote=True)
    limits = Limits(order_value=D(200), leverage=D(1), position_percent=D(1), exposure_percent=D(1))
    assert refusals(buy, limits, around) == ["order value: 201 USDT is over order limit 200; lower the size"]
    assert refusals(replace(buy, size=D(200)), limits, around) == []
    assert refusals(replace(buy, side=Side.SELL, size_is_quote=False), limits, around) == []


def test_another_quote_coin_is_counted_in_dollars() -> None:
    around = facts(dollars=D("0.5"))
    assert refusals(place("3"), Limits(order_value=D(150)), around) == []
    assert refusals(place("3.1"), Limits(order_value=D(150)), around) == [
        "order value: 155 USDT is over order limit 150; lower the size"
    ]


def test_an_inverse_contract_is_weighed_in_its_own_coin() -> None:
    rules = replace(contract(), is_inverse=True, quote_coin="USD", margin_coins=("BTC",))
    around = replace(facts(equity=D(2), margin_coin="BTC"), rules=rules)
    limits = Limits(position_percent=D(500))
    assert refusals(place("10"), limits, around) == []
    assert len(refusals(place("10.1"), limits, around)) == 1


# What lowers exposure


@pytest.mark.parametrize("intent", EVERY, ids=lambda intent: type(intent).__name__)
def test_what_cannot_open_passes_the_strictest_limits_and_knows_nothing(intent: Intent) -> None:
    strict = Limits(
        order_value=D("0.01"), position_percent=D("0.01"), symbol_orders=1, band_percent=D("0.01"),
        exposure_percent=D("0.01"), day_loss=D("0.01"), duplicate_ms=60_000,
    )  # fmt: skip
    moment = Moment(1, sent=((intent, 1),), day=DayFigures(realized=D(-1)))
    if not may_open(intent, moment):
        assert refusals(intent, strict, facts(), moment) == []
        assert [result for result in check(intent, None, strict, moment) if not result.passes] == []


def test_the_limits_are_told_to_whoever_arms() -> None:
    assert limit_lines(LIVE) == ("order 20,000 USDT", "leverage 20x", "day loss -500.00")
    assert limit_lines(Limits()) == ()
    assert limit_lines(Limits(day_loss_percent=Decimal(5))) == ("day loss -5% of equity",)


def test_a_final_order_is_not_taken_for_one_that_opens() -> None:
    done = order(OrderStatus.CANCELED)
    assert may_open(AmendOrder(OrderRef(BTC, "1"), D(1), D(1)), Moment(amended=done))
