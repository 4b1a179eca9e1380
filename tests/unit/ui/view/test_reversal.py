"""What turning a leg around would do, as far as it is known."""

from __future__ import annotations

from dataclasses import replace

from bgtui.domain.facts import Facts
from bgtui.domain.order import MarginMode, PositionSide
from bgtui.ui.view.effects import standing_rows
from bgtui.ui.view.ticket import Preview, reversal
from tests.support.build import D, contract, position

LEG = position("2")
FACTS = Facts(
    contract(), margin_mode=MarginMode.ISOLATED, short_leverage=D(10), are_legs_known=True, available=D(1000),
    bid=D(99), ask=D(101), mark=D(100), taker_rate=D("0.001"), keep_rate=D("0.004"),
)  # fmt: skip


def test_both_fills_are_paid_for_and_the_new_leg_ties_up_margin_and_its_fee() -> None:
    turned = reversal(LEG, FACTS)

    assert (turned.leg_name, turned.leg_before, turned.leg_after) == ("short", D(0), D(2))
    assert turned.entry_after == D(99)  # a long is sold, at the bid
    assert turned.fee == D("0.396")
    assert turned.margin == D("19.998")  # 198 / 10 and 0.198


def test_a_short_is_bought_at_the_ask() -> None:
    turned = reversal(replace(LEG, side=PositionSide.SHORT), replace(FACTS, long_leverage=D(5)))

    assert (turned.leg_name, turned.entry_after) == ("long", D(101))
    assert turned.margin == D("40.602")


def test_a_leg_that_stands_already_grows() -> None:
    held = replace(LEG, side=PositionSide.SHORT, size=D(1), entry_price=D(96), margin=D("9.6"))

    turned = reversal(LEG, replace(FACTS, short=held))

    assert (turned.leg_before, turned.leg_after) == (D(1), D(3))
    assert (turned.entry_before, turned.entry_after) == (D(96), D(98))
    assert turned.margin == D("19.998")  # of what is added


def test_what_is_not_known_is_left_out() -> None:
    no_leverage = reversal(LEG, replace(FACTS, short_leverage=None))
    no_market = reversal(LEG, replace(FACTS, bid=None, mark=None))

    assert (no_leverage.margin, no_leverage.liquidation_after) == (None, None)
    assert no_leverage.fee == D("0.396")
    assert (no_market.margin, no_market.fee) == (None, None)


def test_a_liquidation_far_away_is_written_whole_in_the_narrowest_dock() -> None:
    for liq, distance in (("60213.4", "0.05"), ("1087337", "10.768"), ("0.00000981", "0.5")):
        turned = Preview(liquidation_after=D(liq), is_approximate=True, distance=D(distance))

        text = "".join(span.text for span in standing_rows(turned, 1)[1])

        assert len(text) <= 32
        assert "%" in text
        assert (">999%" in text) == (D(distance) > 10), "a distance of many times the price is only far"
