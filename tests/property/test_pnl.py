"""PnL against an oracle that knows no formula: it keeps the cash of every trade and sells what is left."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from bgtui.domain import pnl
from bgtui.domain.order import PositionSide
from bgtui.domain.pnl import Leg
from tests.support.build import D

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
few = settings(max_examples=60, deadline=None)
sides = st.sampled_from(list(PositionSide))
sizes = st.decimals(D("0.001"), D(1000), places=3)
prices = st.decimals(D("0.1"), D(100_000), places=1)
rates = st.decimals(D(0), D("0.01"), places=4)
trades = st.lists(st.tuples(st.booleans(), sizes, prices), min_size=1, max_size=12)
DIGIT = Decimal("0.00000001")
"""The last digit that anything is shown with."""


def exact(number: Decimal) -> Fraction:
    return Fraction(number)


class Oracle:
    """Cash and coins in exact fractions: what a leg has earned is what it is worth when all of it is sold."""

    def __init__(self, side: PositionSide) -> None:
        self.sign = 1 if side is LONG else -1
        self.size = Fraction(0)
        self.cash = Fraction(0)

    def trade(self, size: Decimal, price: Decimal, *, opens: bool) -> None:
        moved = exact(size) if opens else -exact(size)
        self.size += moved
        self.cash -= self.sign * moved * exact(price)

    def worth(self, mark: Decimal) -> Fraction:
        return self.cash + self.sign * self.size * exact(mark)


@few
@given(sides, trades, prices)
def test_realized_and_unrealized_are_what_the_cash_says(
    side: PositionSide, made: list[tuple[bool, Decimal, Decimal]], mark: Decimal
) -> None:
    oracle = Oracle(side)
    leg: Leg | None = None
    realized = Decimal(0)
    with localcontext() as context:
        context.prec = 50
        for opens, size, price in made:
            if opens or leg is None or not leg.size:
                oracle.trade(size, price, opens=True)
                leg = pnl.after_open(leg, side, size, price, D(10))
                continue
            closed = min(size, leg.size)
            oracle.trade(closed, price, opens=False)
            realized += pnl.unrealized(side, closed, leg.entry, price)
            leg = pnl.after_close(leg, closed)
        assert leg is not None
        assert exact(leg.size) == oracle.size
        shown = realized + pnl.unrealized(side, leg.size, leg.entry, mark)
    assert abs(exact(shown) - oracle.worth(mark)) <= exact(DIGIT)


@few
@given(sides, sizes, prices, prices)
def test_one_sides_gain_is_the_others_loss(
    side: PositionSide, size: Decimal, entry: Decimal, mark: Decimal
) -> None:
    other = SHORT if side is LONG else LONG
    for is_inverse in (False, True):
        one = pnl.unrealized(side, size, entry, mark, is_inverse=is_inverse)
        assert one == -pnl.unrealized(other, size, entry, mark, is_inverse=is_inverse)
        assert (one > 0) is ((mark > entry) is (side is LONG) and mark != entry)


@few
@given(sides, sizes, prices, st.integers(1, 125), st.decimals(D("0.001"), D("0.05"), places=3), rates)
def test_at_its_liquidation_price_an_isolated_leg_has_its_keep_and_the_fee_left(
    side: PositionSide, size: Decimal, entry: Decimal, leverage: int, keep: Decimal, rate: Decimal
) -> None:
    leg = pnl.after_open(None, side, size, entry, D(leverage))
    found = pnl.liquidation(leg, keep_rate=keep, fee_rate=rate)
    if found is None:
        return
    left = leg.margin + pnl.unrealized(side, size, entry, found.price)
    needed = size * found.price * (keep + rate)
    assert abs(left - needed) <= size * entry * D("1e-20")


@few
@given(st.decimals(D(1), D(10_000), places=2), prices, prices, rates)
def test_the_size_for_a_risk_loses_that_and_no_more(
    risk: Decimal, entry: Decimal, stop: Decimal, rate: Decimal
) -> None:
    size = pnl.size_for_risk(risk, entry, stop, rate)
    if size is None:
        assert entry == stop
        return
    lost = size * abs(entry - stop) + pnl.fee(size, entry, rate) + pnl.fee(size, stop, rate)
    assert abs(lost - risk) <= risk * D("1e-20")
