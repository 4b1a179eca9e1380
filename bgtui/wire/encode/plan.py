"""Trigger, trailing and TP/SL orders (bitget-wire 4.5, 4.9, 6.2)."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.error import Refused
from bgtui.domain.intent import AmendPlan, CancelPlans, PlacePlan, PlaceTpsl, PositionTpsl
from bgtui.domain.order import OrderType, PlanKind, TriggerType
from bgtui.wire.encode.body import (
    Body,
    Request,
    client_id,
    contract,
    direction,
    hold_side,
    margin,
    optional,
    optional_margin,
    optional_price,
    order_id,
    order_ids,
    positive,
    trigger,
)
from bgtui.wire.endpoint import futures_order, spot_order

MAX_CALLBACK = Decimal(10)
"""Percent that a trailing order may stay behind."""

_PLANS = {PlanKind.TRIGGER: "normal_plan", PlanKind.TRAILING: "track_plan"}
_SIZED = {
    PlanKind.TAKE_PROFIT: "profit_plan",
    PlanKind.STOP_LOSS: "loss_plan",
    PlanKind.TRAILING_STOP: "moving_plan",
}
_WHOLE_LEG = {PlanKind.POSITION_TAKE_PROFIT: "pos_profit", PlanKind.POSITION_STOP_LOSS: "pos_loss"}
_TPSL = {**_SIZED, **_WHOLE_LEG}


def place_plan(intent: PlacePlan, client_order_id: str) -> Request:
    """Spell a trigger or trailing order.

    Raises:
        Refused: the intent asks for what the exchange cannot do, or would misread.
    """
    if intent.instrument.product_type.is_futures:
        return futures_order.PLACE_PLAN, _futures(intent, client_order_id)
    return spot_order.PLACE_PLAN, _spot(intent, client_order_id)


def place_tpsl(intent: PlaceTpsl, client_order_id: str) -> Request:
    """Spell one take profit, stop loss or trailing stop of a leg.

    Raises:
        Refused: the kind is another, or its size, distance or limit price do not fit it.
    """
    if intent.kind not in _TPSL:
        raise Refused("this is no take profit, stop loss or trailing stop")
    is_trailing = intent.kind is PlanKind.TRAILING_STOP
    _check_size(intent.kind, intent.size)
    if is_trailing is not (intent.callback_ratio is not None):
        raise Refused("a trailing stop has a distance in percent, other kinds have none")
    if is_trailing and intent.execute_price is not None:
        raise Refused("a trailing stop closes at market")
    body = margin(intent.margin_coin) | _turned(contract(intent.instrument))
    body |= {
        "planType": _TPSL[intent.kind],
        "triggerPrice": positive(intent.trigger_price, "trigger price"),
        "triggerType": trigger(intent.trigger_type),
    }
    body |= optional({"executePrice": optional_price(intent.execute_price, "limit price")})
    body["holdSide"] = hold_side(intent.position_side, intent.position_mode)
    body |= optional(
        {
            "size": optional_price(intent.size, "size"),
            "rangeRate": optional_price(intent.callback_ratio, "distance"),
        }
    )
    return futures_order.PLACE_TPSL, {**body, "clientOid": client_id(client_order_id)}


def position_tpsl(intent: PositionTpsl, *, take_profit_id: str = "", stop_loss_id: str = "") -> Request:
    """Spell take profit and stop loss of a whole leg, each with its client order id.

    Raises:
        Refused: there is neither.
    """
    if intent.take_profit is None and intent.stop_loss is None:
        raise Refused("neither take profit nor stop loss is given")
    body = margin(intent.margin_coin) | _turned(contract(intent.instrument))
    body["holdSide"] = hold_side(intent.position_side, intent.position_mode)
    kind = trigger(intent.trigger_type)
    if intent.take_profit is not None:
        body["stopSurplusTriggerPrice"] = positive(intent.take_profit, "take profit")
        body["stopSurplusTriggerType"] = kind
        body |= {"stopSurplusClientOid": client_id(take_profit_id)} if take_profit_id else {}
    if intent.stop_loss is not None:
        body["stopLossTriggerPrice"] = positive(intent.stop_loss, "stop loss")
        body["stopLossTriggerType"] = kind
        body |= {"stopLossClientOid": client_id(stop_loss_id)} if stop_loss_id else {}
    return futures_order.PLACE_POSITION_TPSL, body


def amend_plan(intent: AmendPlan) -> Request:
    """Spell a change of a trigger, trailing or TP/SL order.

    Raises:
        Refused: nothing changes, or the kind wants figures that are missing.
    """
    is_spot = not intent.order.instrument.product_type.is_futures
    if is_spot is not (intent.kind is PlanKind.SPOT_TRIGGER):
        raise Refused("spot has trigger orders of its own kind, and futures have theirs")
    if is_spot:
        return spot_order.MODIFY_PLAN, _amended_spot(intent)
    if intent.kind in _TPSL:
        return futures_order.MODIFY_TPSL, _amended_tpsl(intent)
    if intent.kind in _PLANS:
        return futures_order.MODIFY_PLAN, _amended_plan(intent)
    raise Refused("the kind of this trigger order is not known, so it cannot be changed from here")


def cancel_plans(intent: CancelPlans) -> Request:
    """Spell the cancel of trigger orders of one kind: the named ones, or all of an instrument.

    Raises:
        Refused: the kind is not known, or spot is asked for several but not all.
    """
    if not intent.instrument.product_type.is_futures:
        return _cancelled_spot(intent)
    kinds = _PLANS | _TPSL
    if intent.kind not in kinds:
        raise Refused("the kind of these trigger orders is not known, so they cannot be cancelled from here")
    body: Body = {}
    if intent.orders:
        body["orderIdList"] = order_ids(intent.instrument, intent.orders)
    body |= contract(intent.instrument) | optional_margin(intent.margin_coin)
    return futures_order.CANCEL_PLANS, {**body, "planType": kinds[intent.kind]}


def _futures(intent: PlacePlan, client_order_id: str) -> Body:
    if intent.kind not in _PLANS:
        raise Refused("on futures this places a trigger or a trailing order only")
    if intent.margin_mode is None:
        raise Refused("the margin mode is not known yet: a futures order names it")
    if intent.size_is_quote:
        raise Refused("futures are sized in base coin")
    is_trailing = intent.kind is PlanKind.TRAILING
    body: Body = {"planType": _PLANS[intent.kind], **contract(intent.instrument)}
    body["marginMode"] = intent.margin_mode.value
    body |= margin(intent.margin_coin)
    body["size"] = positive(intent.size, "size")
    body |= _trailing(intent) if is_trailing else _limit(intent, "price")
    body["triggerPrice"] = positive(intent.trigger_price, "trigger price")
    body["triggerType"] = trigger(intent.trigger_type)
    body |= direction(
        intent.side, intent.position_side, intent.effect, intent.position_mode, yes_no=("yes", "no")
    )
    body |= {"orderType": intent.order_type.value, "clientOid": client_id(client_order_id)}
    return body | _presets(intent)


def _spot(intent: PlacePlan, client_order_id: str) -> Body:
    if intent.kind is not PlanKind.SPOT_TRIGGER:
        raise Refused("on spot this places a trigger order only")
    if intent.position_side is not None or intent.effect is not None:
        raise Refused("a spot order has no leg to open or close")
    if intent.callback_ratio is not None or intent.take_profit is not None or intent.stop_loss is not None:
        raise Refused("a spot trigger order has no trailing distance, take profit or stop loss")
    body: Body = {
        "symbol": intent.instrument.symbol,
        "side": intent.side.value,
        "triggerPrice": positive(intent.trigger_price, "trigger price"),
        "orderType": intent.order_type.value,
        **_limit(intent, "executePrice"),
        "planType": "total" if intent.size_is_quote else "amount",
        "size": positive(intent.size, "size"),
        "triggerType": trigger(intent.trigger_type),
    }
    return {**body, "clientOid": client_id(client_order_id)}


def _limit(intent: PlacePlan, key: str) -> Body:
    """Write the limit price of the order that will be placed."""
    if intent.callback_ratio is not None:
        raise Refused("only a trailing order has a trailing distance")
    if intent.order_type is OrderType.UNKNOWN:
        raise Refused("an order is limit or market")
    if intent.order_type is OrderType.MARKET:
        if intent.execute_price is not None:
            raise Refused("a market order has no price")
        return {}
    if intent.execute_price is None:
        raise Refused("a limit order needs a price")
    return {key: positive(intent.execute_price, "price")}


def _trailing(intent: PlacePlan) -> Body:
    if intent.order_type is not OrderType.MARKET or intent.execute_price is not None:
        raise Refused("a trailing order trades at market")
    if intent.callback_ratio is None or intent.callback_ratio > MAX_CALLBACK:
        raise Refused(f"a trailing order stays behind by up to {MAX_CALLBACK} percent: give the distance")
    return {"callbackRatio": positive(intent.callback_ratio, "distance")}


def _presets(intent: PlacePlan) -> Body:
    body: Body = {}
    if intent.take_profit is None and intent.stop_loss is None:
        return body
    if intent.kind is PlanKind.TRAILING:
        # The exchange would read these two as percentages there.
        raise Refused("a trailing order takes no take profit or stop loss price")
    if intent.effect is not None and intent.effect.value == "close":
        raise Refused("a closing order leaves nothing to protect: no take profit or stop loss")
    kind = trigger(intent.trigger_type)
    if intent.take_profit is not None:
        body["stopSurplusTriggerPrice"] = positive(intent.take_profit, "take profit")
        body["stopSurplusTriggerType"] = kind
    if intent.stop_loss is not None:
        body["stopLossTriggerPrice"] = positive(intent.stop_loss, "stop loss")
        body["stopLossTriggerType"] = kind
    return body


def _amended_spot(intent: AmendPlan) -> Body:
    if intent.trigger_price is None or intent.size is None:
        raise Refused("changing a spot trigger order takes its trigger price and its size, both")
    if intent.trigger_type is not None or intent.callback_ratio is not None:
        raise Refused("of a spot trigger order only price and size can be changed")
    body = order_id(intent.order)
    body["triggerPrice"] = positive(intent.trigger_price, "trigger price")
    body["orderType"] = "market" if intent.execute_price is None else "limit"
    body |= optional({"executePrice": optional_price(intent.execute_price, "price")})
    return {**body, "size": positive(intent.size, "size")}


def _amended_tpsl(intent: AmendPlan) -> Body:
    """Spell a TP/SL order anew; what is left out is not kept by the exchange, so the price must be given."""
    if intent.trigger_price is None:
        raise Refused("changing a take profit or stop loss takes its trigger price")
    _check_size(intent.kind, intent.size)
    is_trailing = intent.kind is PlanKind.TRAILING_STOP
    if intent.callback_ratio is not None and not is_trailing:
        raise Refused("only a trailing stop has a distance")
    if is_trailing and intent.execute_price is not None:
        raise Refused("a trailing stop closes at market")
    body = (
        order_id(intent.order) | margin(intent.order.margin_coin) | _turned(contract(intent.order.instrument))
    )
    body["triggerPrice"] = positive(intent.trigger_price, "trigger price")
    body |= optional(
        {
            "triggerType": _optional_trigger(intent.trigger_type),
            "executePrice": optional_price(intent.execute_price, "limit price"),
        }
    )
    # The whole-leg kinds want the field, empty.
    body["size"] = "" if intent.size is None else positive(intent.size, "size")
    return body | optional({"rangeRate": optional_price(intent.callback_ratio, "distance")})


def _amended_plan(intent: AmendPlan) -> Body:
    if intent.kind is PlanKind.TRIGGER and intent.callback_ratio is not None:
        raise Refused("only a trailing order has a trailing distance")
    if intent.kind is PlanKind.TRAILING and intent.execute_price is not None:
        raise Refused("a trailing order trades at market")
    if intent.callback_ratio is not None and intent.callback_ratio > MAX_CALLBACK:
        raise Refused(f"a trailing order stays behind by up to {MAX_CALLBACK} percent")
    changes = optional(
        {
            "newSize": optional_price(intent.size, "size"),
            "newPrice": optional_price(intent.execute_price, "price"),
            "newCallbackRatio": optional_price(intent.callback_ratio, "distance"),
            "newTriggerPrice": optional_price(intent.trigger_price, "trigger price"),
            "newTriggerType": _optional_trigger(intent.trigger_type),
        }
    )
    if not changes:
        raise Refused("nothing would change")
    names = contract(intent.order.instrument)
    return {**order_id(intent.order), "productType": names["productType"], **changes}


def _cancelled_spot(intent: CancelPlans) -> Request:
    if intent.kind is not PlanKind.SPOT_TRIGGER:
        raise Refused("spot has trigger orders of its own kind only")
    if intent.is_tpsl:
        if len(intent.orders) != 1:
            raise Refused("spot TP/SL orders are cancelled one at a time")
        return spot_order.CANCEL_ORDER, {**order_id(intent.orders[0]), "tpslType": "tpsl"}
    if not intent.orders:
        return spot_order.BATCH_CANCEL_PLANS, {"symbolList": [intent.instrument.symbol]}
    if len(intent.orders) > 1:
        raise Refused("spot trigger orders are cancelled one at a time, or all of an instrument")
    return spot_order.CANCEL_PLAN, order_ids(intent.instrument, intent.orders)[0]


def _check_size(kind: PlanKind, size: Decimal | None) -> None:
    if kind in _WHOLE_LEG and size is not None:
        raise Refused("a take profit or stop loss of the whole leg has no size")
    if kind in _SIZED and size is None:
        raise Refused("this take profit or stop loss needs a size")


def _optional_trigger(value: TriggerType | None) -> str | None:
    return None if value is None else trigger(value)


def _turned(names: Body) -> Body:
    """Return product type before symbol, the order in which the TP/SL pages have them."""
    return {"productType": names["productType"], "symbol": names["symbol"]}
