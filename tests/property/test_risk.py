"""The limits as properties: what lowers exposure passes, and no size passes where a smaller one did not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bgtui.domain.dayloss import DayFigures
from bgtui.domain.exposure import Stake
from bgtui.domain.facts import Facts
from bgtui.domain.intent import AmendOrder, Intent, OrderRef, PlaceOrder, ReversePosition
from bgtui.domain.limit import Group, Limits
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, OrderType, PositionMode, PositionSide
from bgtui.domain.risk import Moment, check
from tests.support.build import BTC, ETH, D, contract, order, position

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
ONE_WAY, HEDGE = PositionMode.ONE_WAY, PositionMode.HEDGE


def decimals(least: str, most: str, places: int = 4) -> st.SearchStrategy[Decimal]:
    return st.decimals(D(least), D(most), places=places)


def maybe(strategy: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Decimal | None]:
    return st.none() | strategy


few = settings(max_examples=40, deadline=None)
sizes = decimals("0.0001", "1000")
prices = decimals("1", "1000", 1)
modes = st.sampled_from(list(PositionMode))
sides = st.sampled_from(list(PositionSide))


@st.composite
def limits(draw: st.DrawFn) -> Limits:
    percents = maybe(decimals("0.01", "2000", 2))
    return Limits(
        order_sizes=draw(st.sampled_from([{}, {BTC: D(1)}])),
        order_value=draw(maybe(decimals("1", "100000", 2))),
        position_percent=draw(percents),
        leverage=draw(maybe(decimals("1", "125", 0))),
        symbol_orders=draw(st.none() | st.integers(1, 5)),
        product_orders=draw(st.none() | st.integers(1, 5)),
        band_percent=draw(percents),
        exposure_percent=draw(percents),
        groups=draw(st.sampled_from([(), (Group("majors", frozenset({BTC, ETH})),)])),
        group_percent=draw(percents),
        day_loss=draw(maybe(decimals("1", "1000", 2))),
        duplicate_ms=draw(st.none() | st.integers(1, 5000)),
        typo_percent=draw(percents),
        typo_times=draw(maybe(decimals("1", "20", 1))),
    )


@st.composite
def accounts(draw: st.DrawFn, mode: PositionMode) -> Facts:
    """Whatever an account may look like, parts of it not known."""
    amounts = decimals("0", "5000", 2)
    is_net = mode is ONE_WAY
    held = draw(decimals("0", "50"))
    side = draw(sides)
    leg = replace(position(str(held), side=side), position_mode=mode) if held else None
    value = held * 100
    stake = Stake(
        BTC,
        long=value if side is LONG else D(0),
        short=value if side is SHORT else D(0),
        long_orders=draw(amounts),
        short_orders=draw(amounts),
        is_net=is_net,
    )
    return Facts(
        contract(),
        position_mode=mode,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
        long_leverage=draw(maybe(decimals("1", "125", 0))),
        short_leverage=draw(maybe(decimals("1", "125", 0))),
        long=leg if side is LONG else None,
        short=leg if side is SHORT else None,
        are_legs_known=True,
        equity=draw(maybe(decimals("0", "10000", 2))),
        bid=D("99.9"),
        ask=D("100.1"),
        last=D(100),
        mark=draw(st.sampled_from([None, D(100)])),
        open_orders=draw(st.none() | st.integers(0, 6)),
        product_orders=draw(st.none() | st.integers(0, 6)),
        stakes=draw(st.sampled_from([None, (stake, Stake(ETH, long=D(700), is_net=is_net))])),
        long_resting=stake.long_orders / 100,
        short_resting=stake.short_orders / 100,
        dollars=draw(st.sampled_from([None, D(1)])),
        usual_size=draw(st.sampled_from([None, D(1)])),
    )


def place(
    size: Decimal, price: Decimal | None, side: PositionSide, effect: Effect, mode: PositionMode
) -> PlaceOrder:
    return PlaceOrder(
        BTC,
        Side.BUY if (side is LONG) is (effect is Effect.OPEN) else Side.SELL,
        OrderType.MARKET if price is None else OrderType.LIMIT,
        size,
        price=price,
        position_side=side,
        effect=effect,
        position_mode=mode,
    )


def refused(intent: Intent, facts: Facts | None, limits: Limits, moment: Moment) -> list[str]:
    return [result.rule for result in check(intent, facts, limits, moment) if not result.passes]


@few
@given(st.data(), limits(), sizes, maybe(prices), sides, modes, decimals("-2000", "0", 2))
def test_a_close_is_never_refused(
    data: st.DataObject, limits: Limits, size: Decimal, price: Decimal | None, side: PositionSide,
    mode: PositionMode, lost: Decimal,
) -> None:  # fmt: skip
    facts = data.draw(st.none() | accounts(mode))
    intent = place(size, price, side, Effect.CLOSE, mode)
    moment = Moment(1000, sent=((intent, 1000),), day=DayFigures(realized=lost))
    assert refused(intent, facts, limits, moment) == []


@few
@given(st.data(), limits(), prices)
def test_what_is_too_small_to_turn_a_position_is_never_refused(
    data: st.DataObject, limits: Limits, price: Decimal
) -> None:
    """One-way mode, not reduce-only: smaller than what no other order is already there to close."""
    facts = data.draw(accounts(ONE_WAY).filter(lambda facts: (facts.long or facts.short) is not None))
    side = SHORT if facts.long is not None else LONG
    leg = facts.long or facts.short
    assert leg is not None
    room = leg.size - facts.resting(side)
    if room <= 0:
        return
    size = min(data.draw(sizes), room)
    intent = place(size, price, side, Effect.OPEN, ONE_WAY)
    moment = Moment(1000, sent=((intent, 1000),), day=DayFigures(realized=D(-9999)))
    assert refused(intent, facts, limits, moment) == []


@few
@given(st.data(), limits(), sizes, sizes, maybe(prices), sides, modes)
def test_no_larger_size_passes_where_a_smaller_one_did_not(
    data: st.DataObject, limits: Limits, first: Decimal, second: Decimal, price: Decimal | None,
    side: PositionSide, mode: PositionMode,
) -> None:  # fmt: skip
    facts = data.draw(accounts(mode))
    small, large = sorted((first, second))
    held_back = refused(place(small, price, side, Effect.OPEN, mode), facts, limits, Moment())
    assert set(held_back) <= set(
        refused(place(large, price, side, Effect.OPEN, mode), facts, limits, Moment())
    )


@few
@given(st.data(), limits(), sizes, sizes, prices, modes)
def test_nor_by_amending_or_reversing(
    data: st.DataObject, limits: Limits, first: Decimal, second: Decimal, price: Decimal, mode: PositionMode
) -> None:
    facts = data.draw(accounts(mode))
    small, large = sorted((first, second))
    standing = replace(order(), position_side=LONG, effect=Effect.OPEN, position_mode=mode)
    moment, ref = Moment(amended=standing), OrderRef(BTC, "1")
    held_back = refused(AmendOrder(ref, price, small), facts, limits, moment)
    assert set(held_back) <= set(refused(AmendOrder(ref, price, large), facts, limits, moment))
    side = LONG if facts.long is not None else SHORT
    leg = facts.leg(side)
    if leg is not None and large <= leg.size:
        turned = [ReversePosition(BTC, side, mode, "USDT", size) for size in (small, large)]
        held_back = refused(turned[0], facts, limits, moment)
        assert set(held_back) - {"exposure", "group"} <= set(refused(turned[1], facts, limits, moment))


@few
@given(st.data(), limits(), limits(), sizes, prices, sides, modes)
def test_a_stricter_set_of_limits_refuses_no_less(
    data: st.DataObject, one: Limits, other: Limits, size: Decimal, price: Decimal, side: PositionSide,
    mode: PositionMode,
) -> None:  # fmt: skip
    facts = data.draw(accounts(mode))
    intent = place(size, price, side, Effect.OPEN, mode)
    both = replace(one, order_value=_least(one.order_value, other.order_value),
                   exposure_percent=_least(one.exposure_percent, other.exposure_percent))  # fmt: skip
    assert set(refused(intent, facts, one, Moment())) <= set(refused(intent, facts, both, Moment()))


def _least(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return min((each for each in (one, other) if each is not None), default=None)


@few
@given(limits(), sizes, prices, sides)
def test_where_nothing_is_known_no_limit_of_the_account_lets_anything_open(
    limits: Limits, size: Decimal, price: Decimal, side: PositionSide
) -> None:
    blind = Facts(contract(), position_mode=HEDGE)
    found = refused(place(size, price, side, Effect.OPEN, HEDGE), blind, limits, Moment())
    needed = {
        "order value": limits.order_value, "leverage": limits.leverage, "position": limits.position_percent,
        "exposure": limits.exposure_percent, "price band": limits.band_percent,
        "order count": limits.symbol_orders or limits.product_orders,
    }  # fmt: skip
    assert {name for name, limit in needed.items() if limit is not None} <= set(found)
