"""Rows of answers about orders, fills and trigger orders, and what writes answer."""

from __future__ import annotations

import msgspec

from bgtui.wire.payload.rest_row import Row


class FuturesOrderRow(Row):
    """`mix/order/detail`, `orders-pending` and `orders-history`."""

    symbol: object = None
    size: object = None
    order_id: object = None
    client_oid: object = None
    base_volume: object = None
    fee: object = None
    price: object = None
    price_avg: object = None
    status: object = None
    state: object = None
    side: object = None
    force: object = None
    total_profits: object = None
    pos_side: object = None
    margin_coin: object = None
    preset_stop_surplus_price: object = None
    preset_stop_loss_price: object = None
    leverage: object = None
    margin_mode: object = None
    reduce_only: object = None
    enter_point_source: object = None
    trade_side: object = None
    pos_mode: object = None
    order_type: object = None
    cancel_reason: object = None
    created: object = msgspec.field(default=None, name="cTime")
    updated: object = msgspec.field(default=None, name="uTime")


class SpotOrderRow(Row):
    """`spot/trade/orderInfo`, `unfilled-orders` and `history-orders`."""

    symbol: object = None
    order_id: object = None
    client_oid: object = None
    price: object = None
    size: object = None
    order_type: object = None
    side: object = None
    status: object = None
    force: object = None
    price_avg: object = None
    base_price: object = None
    base_volume: object = None
    enter_point_source: object = None
    fee_detail: object = None
    cancel_reason: object = None
    trigger_price: object = None
    created: object = msgspec.field(default=None, name="cTime")
    updated: object = msgspec.field(default=None, name="uTime")


class FuturesFillRow(Row):
    """`mix/order/fills` and `fill-history`."""

    trade_id: object = None
    symbol: object = None
    order_id: object = None
    client_oid: object = None
    price: object = None
    base_volume: object = None
    quote_volume: object = None
    fee_detail: object = None
    side: object = None
    profit: object = None
    trade_side: object = None
    pos_mode: object = None
    trade_scope: object = None
    created: object = msgspec.field(default=None, name="cTime")


class SpotFillRow(Row):
    """`spot/trade/fills`."""

    symbol: object = None
    order_id: object = None
    trade_id: object = None
    side: object = None
    price_avg: object = None
    size: object = None
    amount: object = None
    fee_detail: object = None
    trade_scope: object = None
    created: object = msgspec.field(default=None, name="cTime")


class FuturesPlanRow(Row):
    """`mix/order/orders-plan-pending` and `orders-plan-history`."""

    plan_type: object = None
    symbol: object = None
    size: object = None
    order_id: object = None
    client_oid: object = None
    price: object = None
    execute_price: object = None
    callback_ratio: object = None
    trigger_price: object = None
    trigger_type: object = None
    plan_status: object = None
    status: object = None
    side: object = None
    pos_side: object = None
    margin_coin: object = None
    margin_mode: object = None
    enter_point_source: object = None
    trade_side: object = None
    pos_mode: object = None
    order_type: object = None
    stop_surplus_trigger_price: object = None
    preset_stop_surplus_price: object = None
    stop_loss_trigger_price: object = None
    preset_stop_loss_price: object = None
    execute_order_id: object = None
    created: object = msgspec.field(default=None, name="cTime")
    updated: object = msgspec.field(default=None, name="uTime")


class SpotPlanRow(Row):
    """`spot/trade/current-plan-order` and `history-plan-order`."""

    order_id: object = None
    client_oid: object = None
    symbol: object = None
    size: object = None
    execute_price: object = None
    trigger_price: object = None
    status: object = None
    order_type: object = None
    side: object = None
    plan_type: object = None
    trigger_type: object = None
    enter_point_source: object = None
    created: object = msgspec.field(default=None, name="cTime")
    updated: object = msgspec.field(default=None, name="uTime")


class PlanSubOrderRow(Row):
    """`plan-sub-order`, spot and futures."""

    order_id: object = None
    price: object = None
    type: object = None
    status: object = None


class AckRow(Row):
    """What placing, changing or canceling one order answers."""

    order_id: object = None
    client_oid: object = None
    success: object = None
    msg: object = None
    result: object = None


class PositionTpslAckRow(Row):
    """What `place-pos-tpsl` answers for each of its orders."""

    order_id: object = None
    stop_surplus_client_oid: object = None
    stop_loss_client_oid: object = None


class BatchFailureRow(Row):
    """One refused item of a batch."""

    order_id: object = None
    client_oid: object = None
    error_msg: object = None
    error_code: object = None
