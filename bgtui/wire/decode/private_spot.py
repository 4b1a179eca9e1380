"""Private channels of spot to events (wire notes 7.8)."""

from __future__ import annotations

from collections.abc import Sequence

from bgtui.domain.account import Balance, Fill
from bgtui.domain.event import BalancesReported, Event, FillReported, OrderUpdated, PlanOrderUpdated
from bgtui.domain.instrument import ProductType
from bgtui.domain.market import Side
from bgtui.domain.order import Order, OrderStatus, OrderType, PlanKind, PlanOrder, PlanStatus
from bgtui.wire import number
from bgtui.wire.decode import alias, word
from bgtui.wire.decode.fee import fees
from bgtui.wire.decode.origin import Origin
from bgtui.wire.decode.row import Row, rows
from bgtui.wire.payload.frame import Frame


def orders(_origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `orders`: each row is one order as it now stands."""
    return [OrderUpdated(order(row)) for row in rows(frame.data, alias.ORDER)]


def order(row: Row) -> Order:
    """Read one row of `orders`."""
    side = word.side(row.get("side"))
    kind = word.order_type(row.get("orderType"))
    status = word.order_status(row.get("status"))
    return Order(
        instrument=row.instrument(ProductType.SPOT),
        order_id=row.identifier("orderId"),
        client_order_id=row.client_id(),
        side=side,
        order_type=kind,
        time_in_force=word.force(row.get("force")),
        status=status,
        # `size` is a value in quote currency on every buy, also on a limit buy; `newSize` says what was
        # asked for.
        size=row.decimal("newSize" if row.get("newSize") not in (None, "") else "size"),
        filled_size=row.decimal_or_zero("accBaseVolume"),
        created_ms=row.millis("cTime"),
        updated_ms=row.millis("uTime"),
        price=None if kind is OrderType.MARKET else row.positive_or_none("price"),
        average_price=row.positive_or_none("priceAvg"),
        size_is_quote=kind is OrderType.MARKET and side is Side.BUY,
        fees=fees(row.get("feeDetail")),
        source=row.word("enterPointSource"),
        cancel_reason=row.word("cancelReason"),
        status_text=word.unknown(row.get("status"), known=status is not OrderStatus.UNKNOWN),
    )


def plans(_origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `orders-algo`: trigger orders."""
    return [PlanOrderUpdated(plan(row)) for row in rows(frame.data, alias.ORDER)]


def plan(row: Row) -> PlanOrder:
    """Read one row of `orders-algo`."""
    status = word.plan_status(row.get("status"))
    kind = word.plan_kind(row.get("planType"))
    return PlanOrder(
        instrument=row.instrument(ProductType.SPOT),
        order_id=row.identifier("orderId"),
        client_order_id=row.client_id(),
        kind=PlanKind.SPOT_TRIGGER if kind is PlanKind.TRIGGER else kind,
        status=status,
        side=word.side(row.get("side")),
        order_type=word.order_type(row.get("orderType")),
        trigger_type=word.trigger_type(row.get("triggerType")),
        trigger_price=row.positive_or_none("triggerPrice"),
        size=row.positive_or_none("size"),
        created_ms=row.millis("cTime"),
        updated_ms=row.millis("uTime"),
        execute_price=row.positive_or_none("executePrice"),
        size_is_quote=number.lower(row.get("planType")) == "total",
        execute_order_id=row.identifier_or_empty("executeOrderId"),
        source=row.word("enterPointSource"),
        status_text=word.unknown(row.get("status"), known=status is not PlanStatus.UNKNOWN),
    )


def balances(_origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `account`: the named coins changed, others stay."""
    sent_ms = number.optional_millis(frame.ts, "ts")
    found = tuple(
        Balance(
            product_type=ProductType.SPOT,
            coin=row.identifier("coin").upper(),
            available=row.decimal("available"),
            frozen=row.decimal_or_zero("frozen"),
            locked=row.decimal_or_none("locked"),
            updated_ms=row.millis_or_none("uTime") or sent_ms,
        )
        for row in rows(frame.data, alias.SPOT_ACCOUNT)
    )
    latest_ms = max((balance.updated_ms or 0 for balance in found), default=0)
    reported_ms = latest_ms if sent_ms is None else sent_ms
    return (BalancesReported(ProductType.SPOT, found, is_complete=False, time_ms=reported_ms),)


def fills(_origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `fill`."""
    return [FillReported(fill(row)) for row in rows(frame.data, alias.SPOT_FILL)]


def fill(row: Row) -> Fill:
    """Read one row of `fill`."""
    return Fill(
        instrument=row.instrument(ProductType.SPOT),
        trade_id=row.identifier("tradeId"),
        order_id=row.identifier("orderId"),
        client_order_id=row.client_id(),
        side=word.side(row.get("side")),
        price=row.decimal("priceAvg"),
        size=row.decimal("size"),
        time_ms=row.millis("cTime"),
        liquidity=word.liquidity(row.get("tradeScope")),
        quote_amount=row.decimal_or_none("amount"),
        fees=fees(row.get("feeDetail")),
    )
