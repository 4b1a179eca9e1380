"""How large a copy is, at what leverage, and where its TP/SL lie."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bgtui.domain.copytrade import CopySetting
from bgtui.domain.instrument import ProductType
from bgtui.domain.order import PositionSide
from bgtui.domain.text import Untrusted
from bgtui.simulator.copytrade_relation import ByAmount, Relation
from bgtui.simulator.copytrade_size import Market, copied_leverage, copied_size, ratio_price
from bgtui.simulator.copytrade_track import Track
from bgtui.simulator.instruments import LISTINGS
from tests.simulator.worlds import BTC

D = Decimal
RULES = next(each.instrument for each in LISTINGS if each.instrument.id == BTC)
PRICE = D(100_000)
RULE = CopySetting(BTC, "trader", "trader", D(7), D(9), "percent", D("0.5"), None, None, None)
USUAL = Market(PRICE, leader_equity=D(50_000), leverage=D(20))


def lead(side: PositionSide = PositionSide.LONG, size: str = "0.02", leverage: str = "20") -> Track:
    """A leader's order at a price of 100,000."""
    return Track(
        number="1",
        uid="leader",
        rules=RULES,
        side=side,
        order_id="2",
        size=D(size),
        cost=D(size) * PRICE,
        left=D(size),
        opened_ms=0,
        open_fee=D(0),
        leverage=D(leverage),
    )


def person(rule: CopySetting | None = RULE, plan: ByAmount | None = None) -> Relation:
    found = Relation(
        leader_uid="leader",
        leader_name=Untrusted("leader"),
        uid="follower",
        name=Untrusted("follower"),
        product_type=ProductType.USDT_FUTURES,
        since_ms=0,
        share_ratio=D("0.1"),
        by_amount=plan,
    )
    if rule is not None:
        found.settings[BTC] = rule
    return found


@pytest.mark.parametrize(
    ("kind", "value", "size"),
    [
        # As much as the leader, half, and a part that is rounded down to the step.
        ("percent", "1", "0.02"),
        ("percent", "0.5", "0.01"),
        ("percent", "0.333", "0.0066"),
        # USDT of margin: 50 at 20x are worth 1,000.
        ("amount", "50", "0.01"),
        ("amount", "47", "0.0094"),
        ("count", "0.003", "0.003"),
    ],
)
def test_each_rule_has_its_size(kind: str, value: str, size: str) -> None:
    follower = person(replace(RULE, trace_type=kind, trace_value=D(value)))
    assert copied_size(follower, lead(), USUAL) == D(size)


def test_an_amount_is_a_share_of_the_leaders_equity() -> None:
    follower = person(plan=ByAmount(D(10_000)))
    assert copied_size(follower, lead(size="0.1"), USUAL) == D("0.02")


@pytest.mark.parametrize(
    ("value", "move", "reason"),
    [("0.001", "1", "minimum"), ("0.5", "1.011", "slippage"), ("0.5", "0.989", "slippage")],
)
def test_what_is_not_copied_says_why(value: str, move: str, reason: str) -> None:
    market = replace(USUAL, price=PRICE * D(move))
    assert copied_size(person(replace(RULE, trace_value=D(value))), lead(), market) == reason


def test_a_cap_counts_what_is_held_already() -> None:
    follower = person(replace(RULE, max_hold=D(60)))
    # A copy of 0.01 takes 50 USDT at 20x.
    assert copied_size(follower, lead(), USUAL) == D("0.01")
    follower.copies["3"] = lead(size="0.01")
    assert copied_size(follower, lead(), USUAL) == D("0.002")
    follower.copies["4"] = lead(size="0.002")
    assert copied_size(follower, lead(), USUAL) == "cap"


@pytest.mark.parametrize(
    ("mode", "side", "leverage"),
    [
        ("trader", PositionSide.LONG, 20),
        ("position", PositionSide.LONG, 3),
        ("specify", PositionSide.LONG, 7),
        ("specify", PositionSide.SHORT, 9),
    ],
)
def test_leverage_is_the_leaders_the_accounts_or_the_one_specified(
    mode: str, side: PositionSide, leverage: int
) -> None:
    follower = person(replace(RULE, leverage_mode=mode))
    assert copied_leverage(follower, lead(side), D(3)) == leverage


def test_no_leverage_is_above_the_instruments() -> None:
    assert copied_leverage(person(plan=ByAmount(D(50), leverage=D(200))), lead(), D(3)) == RULES.max_leverage


@pytest.mark.parametrize(
    ("side", "is_profit", "price"),
    [
        # 100 % of the margin at 20x is 5 % of the price.
        (PositionSide.LONG, True, 105_000),
        (PositionSide.LONG, False, 95_000),
        (PositionSide.SHORT, True, 95_000),
        (PositionSide.SHORT, False, 105_000),
    ],
)
def test_ratios_count_on_the_margin(side: PositionSide, is_profit: bool, price: int) -> None:
    assert ratio_price(lead(side), D(100), is_profit=is_profit) == price
    assert ratio_price(lead(side), None, is_profit=is_profit) is None


def test_parts_of_an_order_add_up() -> None:
    track = lead(size="0.03")
    for size, price in (("0.01", 100_300), ("0.02", 99_800)):
        track.close(D(size), D(price), D("0.6"))
    assert (track.left, track.closed) == (D(0), D("0.03"))
    assert track.realized == D(3) - D(4)
    assert track.net == track.realized - D("1.2")
    ended = track.reported(closed_ms=5)
    assert (ended.close_size, ended.net_pnl, ended.margin) == (D("0.03"), D("-2.2000"), D("150.0000"))
