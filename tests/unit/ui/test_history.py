"""Where the person has been."""

from __future__ import annotations

from bgtui.ui.history import MAX_VIEWS, History, View
from tests.support.build import BTC, ETH

TRADE, TRADE_ETH, ORDERS = View("trade", BTC), View("trade", ETH), View("orders", ETH)


def visited(*views: View) -> History:
    history = History()
    for view in views:
        history.visit(view)
    return history


def test_back_and_forth_follow_the_line() -> None:
    history = visited(TRADE, TRADE_ETH, ORDERS)

    assert history.move(-1) == TRADE_ETH
    assert history.move(-1) == TRADE
    assert history.move(-1) is None
    assert history.move(1) == TRADE_ETH


def test_going_somewhere_new_forgets_what_was_ahead() -> None:
    history = visited(TRADE, TRADE_ETH, ORDERS)
    history.move(-2)

    history.visit(View("health", BTC))

    assert history.move(1) is None


def test_the_last_view_leads_there_and_back() -> None:
    history = visited(TRADE, ORDERS)

    first = history.last()
    assert first == TRADE
    history.visit(first)

    assert history.last() == ORDERS


def test_the_same_view_again_is_no_step() -> None:
    history = visited(TRADE, TRADE)

    assert history.move(-1) is None


def test_a_screen_that_learns_its_instrument_stays_one_view() -> None:
    history = visited(View("trade", None), TRADE)

    assert history.move(-1) is None


def test_the_line_is_bounded() -> None:
    history = visited(*(View("trade", BTC if n % 2 else ETH) for n in range(3 * MAX_VIEWS)))

    steps = 0
    while history.move(-1) is not None:
        steps += 1

    assert steps == MAX_VIEWS - 1
