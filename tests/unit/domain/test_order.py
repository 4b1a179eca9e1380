from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest

from bgtui.domain.order import (
    Fee,
    Order,
    OrderStatus,
    PlanOrder,
    PlanStatus,
    advance,
    advance_plan,
)
from tests.support.build import order, plan

LIVE, PARTIAL = OrderStatus.LIVE, OrderStatus.PARTIALLY_FILLED
FILLED, CANCELED = OrderStatus.FILLED, OrderStatus.CANCELED


@pytest.mark.parametrize(
    ("old", "late"),
    [
        (order(PARTIAL, updated_ms=20, filled="1"), order(LIVE, updated_ms=10)),
        (order(PARTIAL, updated_ms=20, filled="1"), order(LIVE, updated_ms=20)),
        (order(PARTIAL, updated_ms=20, filled="1"), order(PARTIAL, updated_ms=20, filled="0.5")),
        (order(PARTIAL, updated_ms=20, filled="1"), order(PARTIAL, updated_ms=20, filled="1")),
        (order(FILLED, updated_ms=20, filled="2"), order(PARTIAL, updated_ms=30, filled="1")),
        (order(FILLED, updated_ms=20, filled="2"), order(CANCELED, updated_ms=30)),
        (order(CANCELED, updated_ms=20), order(LIVE, updated_ms=30)),
        (order(CANCELED, updated_ms=20), order(OrderStatus.UNKNOWN, updated_ms=30)),
        (order(LIVE, updated_ms=20), order(OrderStatus.UNKNOWN, updated_ms=20)),
    ],
)
def test_late_reports_change_nothing(old: Order, late: Order) -> None:
    assert advance(old, late) == old


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (order(LIVE, updated_ms=10), order(PARTIAL, updated_ms=20, filled="1")),
        (order(LIVE, updated_ms=10), order(PARTIAL, updated_ms=10, filled="1")),
        (order(PARTIAL, updated_ms=10, filled="1"), order(PARTIAL, updated_ms=20, filled="1.5")),
        (order(LIVE, updated_ms=10), order(CANCELED, updated_ms=20)),
        (order(LIVE, updated_ms=20), order(CANCELED, updated_ms=10)),
        (order(OrderStatus.UNKNOWN, updated_ms=10), order(LIVE, updated_ms=10)),
        (order(LIVE, updated_ms=10), order(OrderStatus.UNKNOWN, updated_ms=20)),
        (order(PARTIAL, updated_ms=10, filled="1"), order(OrderStatus.UNKNOWN, updated_ms=20, filled="1")),
    ],
)
def test_news_is_taken(old: Order, new: Order) -> None:
    assert advance(old, new) == new


def test_a_cancel_keeps_what_was_filled_in_whichever_order_the_reports_come() -> None:
    reports = [
        order(LIVE, updated_ms=10),
        order(PARTIAL, updated_ms=20, filled="1", average="100"),
        order(PARTIAL, updated_ms=30, filled="1.5", average="101"),
        order(CANCELED, updated_ms=40),
    ]
    for arrival in permutations([*reports, reports[1]]):
        state = arrival[0]
        for report in arrival[1:]:
            state = advance(state, report)
        assert state.status is CANCELED
        assert (state.filled_size, state.average_price, state.updated_ms) == (
            Decimal("1.5"),
            Decimal(101),
            40,
        )


def test_a_cancel_without_average_price_or_fees_keeps_those_known() -> None:
    fees = (Fee("USDT", Decimal("0.1"), "-0.1"),)
    old = replace(order(PARTIAL, updated_ms=20, filled="1", average="100"), fees=fees)
    state = advance(old, order(CANCELED, updated_ms=30, filled="1"))
    assert (state.average_price, state.fees) == (Decimal(100), fees)


def test_remaining_size_speaks_the_unit_of_the_size() -> None:
    assert order(PARTIAL, filled="0.5").remaining_size == Decimal("1.5")
    assert order(CANCELED, filled="0.5").remaining_size == 0
    quote = replace(order(PARTIAL, size="100", filled="0.5", average="60"), size_is_quote=True)
    assert quote.remaining_size == 70
    assert replace(quote, average_price=Decimal(300)).remaining_size == 0


@pytest.mark.parametrize(
    ("old", "new", "is_taken"),
    [
        (plan(updated_ms=10), plan(updated_ms=20, trigger="91"), True),
        (plan(updated_ms=20), plan(updated_ms=10, trigger="91"), False),
        (plan(PlanStatus.EXECUTING, updated_ms=20), plan(updated_ms=20), False),
        (plan(updated_ms=20), plan(PlanStatus.CANCELED, updated_ms=10), True),
        (plan(PlanStatus.CANCELED, updated_ms=10), plan(updated_ms=20), False),
        (plan(PlanStatus.EXECUTED, updated_ms=10), plan(PlanStatus.FAILED, updated_ms=20), False),
    ],
)
def test_trigger_orders_advance_alike(old: PlanOrder, new: PlanOrder, *, is_taken: bool) -> None:
    assert advance_plan(old, new) == (new if is_taken else old)
