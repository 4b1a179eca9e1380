"""The formulas by the figures of the wire notes' chapter 10, and where they have to say nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bgtui.domain import pnl
from bgtui.domain.market import Side
from bgtui.domain.order import PositionSide
from bgtui.domain.pnl import Leg
from tests.support.build import D

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT


@pytest.mark.parametrize(
    ("side", "mark", "earned"), [(LONG, "61200", "60"), (LONG, "59400", "-30"), (SHORT, "59400", "30")]
)
def test_what_a_linear_leg_earns(side: PositionSide, mark: str, earned: str) -> None:
    assert pnl.unrealized(side, D("0.05"), D(60_000), D(mark)) == D(earned)


def test_what_an_inverse_leg_earns_is_in_its_base_coin() -> None:
    assert pnl.unrealized(LONG, D(1), D(100), D(125), is_inverse=True) == D("0.2")
    assert pnl.unrealized(SHORT, D(1), D(100), D(125), is_inverse=True) == D("-0.2")
    assert pnl.unrealized(LONG, D(1), D(100), D(0), is_inverse=True) == 0


def test_a_flat_leg_earns_nothing() -> None:
    assert pnl.unrealized(LONG, D(0), D(0), D(100)) == 0


def test_margin_fee_and_value() -> None:
    assert pnl.notional(D("0.05"), D(60_000)) == 3000
    assert pnl.notional(D("0.05"), D(60_000), is_inverse=True) == D("0.05")
    assert pnl.initial_margin(D("0.05"), D(60_000), D(20)) == 150
    assert pnl.initial_margin(D("0.05"), D(60_000), D(0)) == 0
    assert pnl.fee(D("0.05"), D(60_000), D("0.0006")) == D("1.8")


def test_ratios_without_a_divisor_are_not_known() -> None:
    assert pnl.return_on_margin(D(60), D(150)) == D("0.4")
    assert pnl.return_on_margin(D(60), D(0)) is None
    assert pnl.distance(D(100), D(95)) == D("0.05")
    assert pnl.distance(D(0), D(95)) is None


def test_opening_more_averages_the_entry_and_closing_leaves_it() -> None:
    first = pnl.after_open(None, LONG, D(1), D(100), D(10))
    assert first == Leg(LONG, D(1), D(100), D(10))
    more = pnl.after_open(first, LONG, D(3), D(120), D(10))
    assert more == Leg(LONG, D(4), D(115), D(46))
    assert pnl.after_close(more, D(1)) == Leg(LONG, D(3), D(115), D("34.5"))
    assert pnl.after_close(more, D(9)) == Leg(LONG, D(0), D(0), D(0))
    assert pnl.after_close(Leg(LONG, D(0), D(0), D(0)), D(1)) == Leg(LONG, D(0), D(0), D(0))
    assert pnl.after_open(Leg(LONG, D(0), D(0), D(0)), LONG, D(2), D(50), D(10)).entry == 50


def test_liquidation_of_an_isolated_leg_is_the_exchanges_own_figure() -> None:
    leg = Leg(LONG, D("0.01"), D(25_000), D("9.6695050093373343"))
    found = pnl.liquidation(leg, keep_rate=D("0.004"), fee_rate=D("0.0006"))
    assert found is not None
    assert not found.is_approximate
    assert round(found.price, 10) == Decimal("24144.1124161807")


def test_liquidation_stands_on_the_losing_side_and_says_where_it_is_a_guess() -> None:
    short = pnl.liquidation(Leg(SHORT, D(1), D(100), D(10)), keep_rate=D("0.01"), fee_rate=D(0))
    assert short is not None
    assert short.price > 100
    crossed = pnl.liquidation(
        Leg(LONG, D(1), D(100), D(10)), keep_rate=D("0.01"), fee_rate=D(0), backing=D(60)
    )
    assert crossed is not None
    assert crossed.is_approximate
    assert crossed.price < 100 - 50
    inverse = pnl.liquidation(
        Leg(LONG, D(1), D(100), D("0.1")), keep_rate=D("0.01"), fee_rate=D(0), is_inverse=True
    )
    assert inverse is not None
    assert inverse.is_approximate
    assert inverse.price < 100


def test_where_no_price_liquidates_there_is_none() -> None:
    assert pnl.liquidation(Leg(LONG, D(0), D(0), D(0)), keep_rate=D(0), fee_rate=D(0)) is None
    assert pnl.liquidation(Leg(LONG, D(1), D(100), D(200)), keep_rate=D(0), fee_rate=D(0)) is None
    covered = Leg(SHORT, D(1), D(100), D(2))
    assert pnl.liquidation(covered, keep_rate=D(0), fee_rate=D(0), is_inverse=True) is None


def test_the_size_that_risks_an_amount() -> None:
    assert pnl.size_for_risk(D(100), D(100), D(90), D(0)) == 10
    with_fees = pnl.size_for_risk(D(100), D(100), D(90), D("0.001"))
    assert with_fees is not None
    assert with_fees * (D(10) + D("0.19")) == pytest.approx(D(100))
    assert pnl.size_for_risk(D(100), D(100), D(100), D("0.001")) is None


def test_a_trade_opens_the_leg_of_its_direction() -> None:
    assert (pnl.side_of(Side.BUY), pnl.side_of(Side.SELL)) == (LONG, SHORT)
    assert (pnl.sign_of(LONG), pnl.sign_of(SHORT)) == (1, -1)
