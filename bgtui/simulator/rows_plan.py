"""Trigger orders as rows of REST answers and of pushes (wire notes 4.5, 4.9, 7.8)."""

from __future__ import annotations

from bgtui.domain.order import OrderType, PlanOrder, PlanStatus
from bgtui.simulator.rows import (
    PLAN_WORDS,
    STREAM_PLAN_WORDS,
    TRIGGERS,
    Row,
    entry_point,
    margin_mode,
    number,
    padded,
    position_mode,
    position_side,
    time,
    trade_side,
    written_side,
)

_STATUSES = {PlanStatus.FAILED: "fail_execute", PlanStatus.CANCELED: "cancelled"}


def futures_plan(plan: PlanOrder) -> Row:
    """Write a row of `orders-plan-pending` and `orders-plan-history`."""
    profit, loss = plan.take_profit, plan.stop_loss
    return {
        "planType": PLAN_WORDS[plan.kind],
        "symbol": plan.instrument.symbol,
        "size": number(plan.size, ""),
        "orderId": plan.order_id,
        "executeOrderId": plan.execute_order_id,
        "clientOid": plan.client_order_id,
        "planStatus": _status(plan),
        "price": number(plan.execute_price, ""),
        "priceAvg": "",
        "baseVolume": "0",
        "executePrice": number(plan.execute_price, ""),
        "callbackRatio": number(plan.callback_ratio, ""),
        "triggerPrice": number(plan.trigger_price, ""),
        "triggerType": TRIGGERS[plan.trigger_type],
        "side": written_side(plan.side, plan.position_side, plan.position_mode),
        "posSide": position_side(plan.position_side, plan.position_mode),
        "marginCoin": plan.margin_coin,
        "marginMode": margin_mode(plan.margin_mode),
        "enterPointSource": entry_point(plan.source).upper(),
        "tradeSide": _trade_side(plan),
        "posMode": position_mode(plan.position_mode),
        "orderType": plan.order_type.value,
        "orderSource": PLAN_WORDS[plan.kind],
        "presetStopSurplusPrice": number(profit, ""),
        "stopSurplusExecutePrice": "",
        "stopSurplusTriggerPrice": number(profit, ""),
        "stopSurplusTriggerType": "" if profit is None else TRIGGERS[plan.trigger_type],
        "presetStopLossPrice": number(loss, ""),
        "stopLossExecutePrice": "",
        "stopLossTriggerPrice": number(loss, ""),
        "stopLossTriggerType": "" if loss is None else TRIGGERS[plan.trigger_type],
        "cTime": time(plan.created_ms),
        "uTime": time(plan.updated_ms),
    }


def futures_plan_push(plan: PlanOrder) -> Row:
    """Write a row of the `orders-algo` channel: `price` only repeats the trigger price."""
    profit, loss = plan.take_profit, plan.stop_loss
    row: Row = {
        "instId": plan.instrument.symbol,
        "orderId": plan.order_id,
        "executeOrderId": plan.execute_order_id,
        "clientOid": plan.client_order_id,
        "triggerPrice": number(plan.trigger_price, ""),
        "triggerType": TRIGGERS[plan.trigger_type],
        "triggerTime": time(plan.updated_ms),
        "planType": STREAM_PLAN_WORDS[plan.kind],
        "price": number(plan.trigger_price, ""),
        "size": number(plan.size),
        "actualSize": "0",
        "orderType": plan.order_type.value,
        "side": written_side(plan.side, plan.position_side, plan.position_mode),
        "tradeSide": _trade_side(plan),
        "posSide": position_side(plan.position_side, plan.position_mode),
        "marginCoin": plan.margin_coin,
        "marginMode": margin_mode(plan.margin_mode),
        "status": _status(plan),
        "posMode": position_mode(plan.position_mode),
        "enterPointSource": entry_point(plan.source),
        "stopSurplusPrice": "",
        "stopSurplusTriggerPrice": number(profit, ""),
        "stopSurplusTriggerType": TRIGGERS[plan.trigger_type],
        "stopLossPrice": "",
        "stopLossTriggerPrice": number(loss, ""),
        "stopLossTriggerType": TRIGGERS[plan.trigger_type],
        "stpMode": "none",
        "cTime": time(plan.created_ms),
        "uTime": time(plan.updated_ms),
    }
    if plan.callback_ratio is not None:
        row["callbackRatio"] = number(plan.callback_ratio)
    if plan.execute_price is not None:
        row["executePrice"] = number(plan.execute_price)
    return row


def spot_plan(plan: PlanOrder) -> Row:
    """Write a row of `current-plan-order` and `history-plan-order`; live rows have the unit in capitals."""
    return {
        "orderId": plan.order_id,
        "clientOid": plan.client_order_id,
        "symbol": plan.instrument.symbol,
        "size": number(plan.size),
        "executePrice": number(plan.execute_price, ""),
        "triggerPrice": number(plan.trigger_price, ""),
        "status": _status(plan),
        "orderType": plan.order_type.value,
        "side": plan.side.value,
        "planType": "TOTAL" if plan.size_is_quote else "AMOUNT",
        "triggerType": TRIGGERS[plan.trigger_type],
        "enterPointSource": entry_point(plan.source).upper(),
        "cTime": time(plan.created_ms),
        "uTime": time(plan.updated_ms),
    }


def spot_plan_push(plan: PlanOrder) -> Row:
    """Write a row of the spot `orders-algo` channel."""
    row = spot_plan(plan)
    return {
        "instId": row.pop("symbol"),
        **row,
        "planType": "total" if plan.size_is_quote else "amount",
        "enterPointSource": entry_point(plan.source),
        "price": number(plan.trigger_price, ""),
        "actualSize": number(plan.size),
        "executeOrderId": plan.execute_order_id,
        "stpMode": "none",
    }


def spot_tpsl_order(plan: PlanOrder) -> Row:
    """Write a TP/SL order as a row of `unfilled-orders` and `history-orders`."""
    return {
        "userId": "",
        "symbol": plan.instrument.symbol,
        "orderId": plan.order_id,
        "clientOid": plan.client_order_id,
        "priceAvg": padded(plan.execute_price),
        "size": padded(plan.size),
        "orderType": plan.order_type.value,
        "side": plan.side.value,
        "status": _status(plan),
        "basePrice": padded(None),
        "baseVolume": padded(None),
        "quoteVolume": padded(None),
        "enterPointSource": entry_point(plan.source).upper(),
        "orderSource": "normal" if plan.order_type is OrderType.LIMIT else "market",
        "triggerPrice": padded(plan.trigger_price),
        "tpslType": "tpsl",
        "cTime": time(plan.created_ms),
        "uTime": time(plan.updated_ms),
    }


def _status(plan: PlanOrder) -> str:
    return _STATUSES.get(plan.status, plan.status.value)


def _trade_side(plan: PlanOrder) -> str:
    return trade_side(plan.side, plan.position_side, plan.effect, plan.position_mode, None)
