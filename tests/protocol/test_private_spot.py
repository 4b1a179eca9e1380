"""Private channels of spot: what each row says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.account import Balance, Fill, Liquidity
from bgtui.domain.event import BalancesReported, FillReported, OrderUpdated, PlanOrderUpdated
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Fee,
    Order,
    OrderStatus,
    OrderType,
    PlanKind,
    PlanOrder,
    PlanStatus,
    TimeInForce,
    TriggerType,
)
from tests.support.pushes import SPOT_BALANCE, SPOT_FILL, SPOT_ORDER, SPOT_PLAN, TS, one, push

SPOT = ProductType.SPOT
ETH = instrument_id(SPOT, "ETHUSDT")


def order(**changes: Any) -> Order:
    """Decode the sample order with some fields changed; None takes a field away."""
    row = {name: value for name, value in (SPOT_ORDER | changes).items() if value is not None}
    event = one(push("SPOT", "orders", [row]))
    assert isinstance(event, OrderUpdated), event
    return event.order


def test_an_order_takes_its_size_from_new_size() -> None:
    assert order() == Order(
        instrument=ETH,
        order_id="1360000000000000666",
        client_order_id="bg-0003",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.POST_ONLY,
        status=OrderStatus.PARTIALLY_FILLED,
        size=Decimal(7),
        filled_size=Decimal(3),
        created_ms=1760000000000,
        updated_ms=1760000000101,
        price=Decimal("0.81075"),
        average_price=Decimal("0.81075"),
        fees=(Fee("ETH", Decimal("0.003"), "-0.003"),),
        source="android",
    )


def test_a_market_buy_counts_in_quote_currency() -> None:
    found = order(orderType="market", price=None, newSize="50", size="50")
    assert (found.size, found.size_is_quote, found.price) == (Decimal(50), True, None)


def test_a_market_sell_counts_in_base_coin() -> None:
    found = order(orderType="market", price="0", side="sell", newSize="0.5", size="1200")
    assert (found.size, found.size_is_quote, found.price) == (Decimal("0.5"), False, None)


def test_the_table_of_the_page_writes_the_type_under_another_name() -> None:
    assert order(orderType=None, ordType="limit") == order()


def test_canceled_with_two_l() -> None:
    assert order(status="cancelled").status is OrderStatus.CANCELED


def test_a_plan_by_total_counts_in_quote_currency() -> None:
    assert one(push("SPOT", "orders-algo", [SPOT_PLAN])) == PlanOrderUpdated(
        PlanOrder(
            instrument=ETH,
            order_id="1360000000000000888",
            client_order_id="bg-0004",
            kind=PlanKind.SPOT_TRIGGER,
            status=PlanStatus.CANCELED,
            side=Side.BUY,
            order_type=OrderType.MARKET,
            trigger_type=TriggerType.LAST,
            trigger_price=Decimal(2300),
            size=Decimal(100),
            created_ms=1760000000000,
            updated_ms=1760000000050,
            size_is_quote=True,
            source="web",
        )
    )


@pytest.mark.parametrize("word", ["amount", "AMOUNT"])
def test_a_plan_by_amount_counts_in_base_coin(word: str) -> None:
    event = one(push("SPOT", "orders-algo", [SPOT_PLAN | {"planType": word}]))
    assert isinstance(event, PlanOrderUpdated)
    assert not event.plan.size_is_quote


def test_a_balance_keeps_frozen_and_locked_apart() -> None:
    assert one(push("SPOT", "account", [SPOT_BALANCE])) == BalancesReported(
        SPOT,
        (
            Balance(
                SPOT,
                "USDT",
                Decimal("95.5423"),
                Decimal(5),
                locked=Decimal("0.1"),
                updated_ms=1760000000000,
            ),
        ),
        is_complete=False,
        time_ms=TS,
    )


def test_a_fill_with_a_positive_fee_and_a_misspelt_maker() -> None:
    assert one(push("SPOT", "fill", [SPOT_FILL])) == FillReported(
        Fill(
            instrument=ETH,
            trade_id="1360000000000000777",
            order_id="1360000000000000666",
            client_order_id="",
            side=Side.BUY,
            price=Decimal("2400.01"),
            size=Decimal("0.5"),
            time_ms=1760000000100,
            liquidity=Liquidity.MAKER,
            quote_amount=Decimal("1200.005"),
            fees=(Fee("ETH", Decimal("0.0005"), "0.0005"),),
        )
    )
