"""Trigger, trailing and TP/SL orders by REST."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.instrument import ProductType
from bgtui.domain.market import Side
from bgtui.domain.order import (
    OrderStatus,
    OrderType,
    PlanKind,
    PlanOrder,
    PlanStatus,
    PlanSubOrder,
    TriggerType,
)
from bgtui.wire.decode import word
from bgtui.wire.decode.rest_answer import Data, answers, many, paged, parse, rows
from bgtui.wire.decode.rest_field import (
    instrument,
    label,
    optional_coin,
    positive,
    trade_direction,
    untrusted,
)
from bgtui.wire.endpoint import futures_order, spot_order
from bgtui.wire.number import client_id, identifier, lower, millis, optional_identifier
from bgtui.wire.page import Page
from bgtui.wire.payload.rest_order import FuturesPlanRow, PlanSubOrderRow, SpotOrderRow, SpotPlanRow

_STATUSES = {
    OrderStatus.LIVE: PlanStatus.LIVE,
    OrderStatus.PARTIALLY_FILLED: PlanStatus.EXECUTING,
    OrderStatus.FILLED: PlanStatus.EXECUTED,
    OrderStatus.CANCELED: PlanStatus.CANCELED,
    OrderStatus.UNKNOWN: PlanStatus.UNKNOWN,
}
"""Spot TP/SL orders are told in the words of orders."""
_ORDERS_LATER = (PlanKind.TRIGGER, PlanKind.TRAILING)
"""Kinds that open or close by placing an order of their own, which can have TP and SL."""


@answers(futures_order.OPEN_PLANS, futures_order.HISTORY_PLANS)
def futures_plans(data: Data, product_type: ProductType) -> Page[PlanOrder]:
    """Return trigger orders of one of the three families that the exchange lists apart."""
    found, cursor = paged(data, FuturesPlanRow, "entrustedList")
    return Page(tuple(_futures_plan(row, product_type) for row in found), cursor)


@answers(spot_order.OPEN_PLANS, spot_order.HISTORY_PLANS)
def spot_plans(data: Data) -> Page[PlanOrder]:
    """Return spot trigger orders; `nextFlag` says whether `idLessThan` leads to more."""
    value = parse(data)
    found = tuple(_spot_plan(row) for row in rows(value, SpotPlanRow, "orderList"))
    if not found or not isinstance(value, dict) or not word.is_yes(value.get("nextFlag")):
        return Page(found, None)
    return Page(found, optional_identifier(value.get("idLessThan"), "idLessThan") or found[-1].order_id)


def spot_tpsl_orders(data: Data) -> Page[PlanOrder]:
    """Return spot TP/SL orders, which the routes of orders list when they are asked for them (`tpslType`)."""
    found = tuple(_spot_tpsl(row) for row in many(data, SpotOrderRow))
    return Page(found, found[-1].order_id if found else None)


@answers(futures_order.PLAN_SUB_ORDERS, spot_order.PLAN_SUB_ORDERS)
def plan_sub_orders(data: Data) -> tuple[PlanSubOrder, ...]:
    """Return the orders that a trigger order has placed."""
    return tuple(
        PlanSubOrder(
            identifier(row.order_id, "orderId"),
            word.order_type(row.type),
            positive(row.price, "price"),
            untrusted(row.status),
        )
        for row in many(data, PlanSubOrderRow)
    )


def _futures_plan(row: FuturesPlanRow, product_type: ProductType) -> PlanOrder:
    direction = word.direction(
        side_word=row.side,
        trade_side_word=row.trade_side,
        leg_word=row.pos_side,
        mode_word=row.pos_mode,
    )
    kind = _kind(row.plan_type)
    status_word = row.plan_status if row.plan_status is not None else row.status
    status = word.plan_status(status_word)
    order_type = word.order_type(row.order_type)
    has_presets = kind in _ORDERS_LATER
    return PlanOrder(
        instrument=instrument(product_type, row.symbol),
        order_id=identifier(row.order_id, "orderId"),
        client_order_id=client_id(row.client_oid),
        kind=kind,
        status=status,
        side=direction.side,
        order_type=order_type,
        trigger_type=word.trigger_type(row.trigger_type),
        trigger_price=positive(row.trigger_price, "triggerPrice"),
        size=positive(row.size, "size"),
        created_ms=millis(row.created, "cTime"),
        updated_ms=_updated(row.updated, row.created),
        execute_price=_execute_price(row, kind, order_type),
        callback_ratio=positive(row.callback_ratio, "callbackRatio"),
        position_side=direction.position_side,
        effect=direction.effect,
        position_mode=direction.position_mode,
        margin_mode=word.margin_mode(row.margin_mode),
        margin_coin=optional_coin(row.margin_coin, "marginCoin"),
        # A TP or SL row repeats its own trigger in these fields.
        take_profit=_preset(row.stop_surplus_trigger_price, row.preset_stop_surplus_price)
        if has_presets
        else None,
        stop_loss=_preset(row.stop_loss_trigger_price, row.preset_stop_loss_price) if has_presets else None,
        execute_order_id=optional_identifier(row.execute_order_id, "executeOrderId"),
        source=label(row.enter_point_source),
        status_text=word.unknown(status_word, known=status is not PlanStatus.UNKNOWN),
    )


def _spot_plan(row: SpotPlanRow) -> PlanOrder:
    status = word.plan_status(row.status)
    order_type = word.order_type(row.order_type)
    return PlanOrder(
        instrument=instrument(ProductType.SPOT, row.symbol),
        order_id=identifier(row.order_id, "orderId"),
        client_order_id=client_id(row.client_oid),
        kind=PlanKind.SPOT_TRIGGER,
        status=status,
        side=trade_direction(row.side),
        order_type=order_type,
        trigger_type=word.trigger_type(row.trigger_type),
        trigger_price=positive(row.trigger_price, "triggerPrice"),
        size=positive(row.size, "size"),
        created_ms=millis(row.created, "cTime"),
        updated_ms=_updated(row.updated, row.created),
        execute_price=None if order_type is OrderType.MARKET else positive(row.execute_price, "executePrice"),
        size_is_quote=lower(row.plan_type) == "total",
        source=label(row.enter_point_source),
        status_text=word.unknown(row.status, known=status is not PlanStatus.UNKNOWN),
    )


def _spot_tpsl(row: SpotOrderRow) -> PlanOrder:
    side, order_type = trade_direction(row.side), word.order_type(row.order_type)
    status = _STATUSES[word.order_status(row.status)]
    # Open rows have the limit price where others have the average.
    price = row.price if row.price not in (None, "") else row.price_avg
    return PlanOrder(
        instrument=instrument(ProductType.SPOT, row.symbol),
        order_id=identifier(row.order_id, "orderId"),
        client_order_id=client_id(row.client_oid),
        kind=PlanKind.SPOT_TRIGGER,
        status=status,
        side=side,
        order_type=order_type,
        trigger_type=TriggerType.UNKNOWN,
        trigger_price=positive(row.trigger_price, "triggerPrice"),
        size=positive(row.size, "size"),
        created_ms=millis(row.created, "cTime"),
        updated_ms=_updated(row.updated, row.created),
        execute_price=None if order_type is OrderType.MARKET else positive(price, "price"),
        size_is_quote=order_type is OrderType.MARKET and side is Side.BUY,
        source=label(row.enter_point_source),
        is_tpsl=True,
        status_text=word.unknown(row.status, known=status is not PlanStatus.UNKNOWN),
    )


def _kind(value: object) -> PlanKind:
    kind = word.plan_kind(value)
    # amount and total are words of spot: on a futures row they mean nothing.
    return PlanKind.UNKNOWN if kind is PlanKind.SPOT_TRIGGER else kind


def _execute_price(row: FuturesPlanRow, kind: PlanKind, order_type: OrderType) -> Decimal | None:
    """Return the limit price after the trigger: `price` of a trigger order, `executePrice` of TP and SL."""
    if order_type is OrderType.MARKET or kind in (PlanKind.TRAILING, PlanKind.TRAILING_STOP):
        return None
    execute = positive(row.execute_price, "executePrice")
    if execute is None and kind is PlanKind.TRIGGER and order_type is OrderType.LIMIT:
        return positive(row.price, "price")
    return execute


def _preset(trigger: object, preset: object) -> Decimal | None:
    return positive(trigger, "preset trigger price") or positive(preset, "preset price")


def _updated(updated: object, created: object) -> int:
    return millis(updated if updated not in (None, "") else created, "uTime")
