"""Orders, spot and futures: place, amend, cancel (bitget-wire 4.5, 4.8, 6.1)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain.error import Refused
from bgtui.domain.intent import AmendOrder, CancelAll, CancelOrder, CancelOrders, CancelSymbol, PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, OrderType, TimeInForce
from bgtui.wire.encode.body import (
    MAX_BATCH,
    Body,
    Request,
    client_id,
    contract,
    direction,
    margin,
    optional,
    optional_margin,
    optional_price,
    order_id,
    order_ids,
    positive,
    product,
)
from bgtui.wire.endpoint import futures_order, spot_order

_PER_ORDER = ("symbol", "productType", "marginMode", "marginCoin")
"""What a futures batch says once for all its orders."""


def place_order(intent: PlaceOrder, client_order_id: str) -> Request:
    """Spell one order.

    Raises:
        Refused: the intent asks for what the exchange cannot do, or would misread.
    """
    if intent.instrument.product_type.is_futures:
        return futures_order.PLACE_ORDER, _futures(intent, client_order_id)
    return spot_order.PLACE_ORDER, _spot(intent, client_order_id)


def place_orders(orders: Sequence[tuple[PlaceOrder, str]]) -> Request:
    """Spell several orders of one instrument, each with its client order id.

    Raises:
        Refused: none or too many, of several instruments or margin modes, or one of them cannot be.
    """
    if not 1 <= len(orders) <= MAX_BATCH:
        raise Refused(f"one request takes 1 to {MAX_BATCH} orders, these are {len(orders)}")
    instrument = orders[0][0].instrument
    if any(intent.instrument != instrument for intent, _ in orders):
        raise Refused(f"these orders are not all of {instrument}")
    if not instrument.product_type.is_futures:
        rows = [_without(_spot(intent, own_id), ("symbol",)) for intent, own_id in orders]
        return spot_order.BATCH_PLACE, {"symbol": instrument.symbol, "batchMode": "single", "orderList": rows}
    bodies = [_futures(intent, own_id) for intent, own_id in orders]
    shared = {name: bodies[0][name] for name in _PER_ORDER}
    if any(body[name] != shared[name] for body in bodies for name in _PER_ORDER):
        raise Refused("these orders have different margin modes or coins")
    return futures_order.BATCH_PLACE, {**shared, "orderList": [_without(body, _PER_ORDER) for body in bodies]}


def amend_order(intent: AmendOrder, new_client_order_id: str) -> Request:
    """Spell a new price and size; on this exchange the order dies and a new one takes its place.

    Raises:
        Refused: no id, the old id again, or price or size not above zero.
    """
    ref = intent.order
    size, price = positive(intent.new_size, "size"), positive(intent.new_price, "price")
    new_id = client_id(new_client_order_id)
    if new_id == ref.client_order_id:
        raise Refused("the new order needs a client order id of its own")
    if ref.instrument.product_type.is_futures:
        names = contract(ref.instrument) | order_id(ref)
        return futures_order.MODIFY_ORDER, {
            **names,
            "newClientOid": new_id,
            "newSize": size,
            "newPrice": price,
        }
    body: Body = {"symbol": ref.instrument.symbol, "price": price, "size": size}
    return spot_order.REPLACE_ORDER, {**body, **order_id(ref), "newClientOid": new_id}


def amend_orders(amendments: Sequence[tuple[AmendOrder, str]]) -> Request:
    """Spell several amendments of spot orders, each with the client order id of the order that replaces it.

    Raises:
        Refused: none or too many, futures orders, or one of them cannot be.
    """
    if not 1 <= len(amendments) <= MAX_BATCH:
        raise Refused(f"one request takes 1 to {MAX_BATCH} orders, these are {len(amendments)}")
    if any(intent.order.instrument.product_type.is_futures for intent, _ in amendments):
        raise Refused("futures orders are amended one at a time")
    rows = [amend_order(intent, new_id)[1] for intent, new_id in amendments]
    return spot_order.BATCH_REPLACE, {"orderList": rows}


def cancel_order(intent: CancelOrder) -> Request:
    """Spell the cancel of one order.

    Raises:
        Refused: no id is given.
    """
    ref = intent.order
    if ref.instrument.product_type.is_futures:
        names = contract(ref.instrument) | optional_margin(ref.margin_coin)
        return futures_order.CANCEL_ORDER, names | order_id(ref)
    return spot_order.CANCEL_ORDER, {"symbol": ref.instrument.symbol, **order_id(ref)}


def cancel_orders(intent: CancelOrders) -> Request:
    """Spell the cancel of several orders of one instrument.

    Raises:
        Refused: none or too many, of several instruments, or without a common kind of id.
    """
    ids = order_ids(intent.instrument, intent.orders)
    if intent.instrument.product_type.is_futures:
        names = contract(intent.instrument) | optional_margin(intent.orders[0].margin_coin)
        return futures_order.BATCH_CANCEL, {**names, "orderIdList": ids}
    symbol = intent.instrument.symbol
    rows = [{**each, "symbol": symbol} for each in ids]
    return spot_order.BATCH_CANCEL, {"symbol": symbol, "batchMode": "single", "orderList": rows}


def cancel_symbol(intent: CancelSymbol) -> Request:
    """Spell the cancel of every order of one instrument; on spot it is carried out later."""
    if intent.instrument.product_type.is_futures:
        return futures_order.BATCH_CANCEL, contract(intent.instrument) | optional_margin(intent.margin_coin)
    return spot_order.CANCEL_SYMBOL, {"symbol": intent.instrument.symbol}


def cancel_all(intent: CancelAll) -> Request:
    """Spell the cancel of every futures order of a product type.

    Raises:
        Refused: spot knows no such request.
    """
    if not intent.product_type.is_futures:
        raise Refused("spot orders are cancelled one instrument at a time")
    body: Body = {"productType": product(intent.product_type)}
    return futures_order.CANCEL_ALL, body | optional_margin(intent.margin_coin)


def _futures(intent: PlaceOrder, client_order_id: str) -> Body:
    if intent.size_is_quote:
        raise Refused("futures are sized in base coin")
    if intent.margin_mode is None:
        raise Refused("the margin mode is not known yet: a futures order names it")
    if intent.effect is Effect.CLOSE and (intent.take_profit is not None or intent.stop_loss is not None):
        raise Refused("a closing order leaves nothing to protect: no take profit or stop loss")
    body = contract(intent.instrument)
    body["marginMode"] = intent.margin_mode.value
    body |= margin(intent.margin_coin)
    body |= {"size": positive(intent.size, "size"), **_price(intent)}
    body |= direction(
        intent.side, intent.position_side, intent.effect, intent.position_mode, yes_no=("YES", "NO")
    )
    body |= _type_and_force(intent, market_force=None)
    body["clientOid"] = client_id(client_order_id)
    return body | _presets(
        intent,
        "presetStopSurplusPrice",
        "presetStopSurplusExecutePrice",
        "presetStopLossPrice",
        "presetStopLossExecutePrice",
    )


def _spot(intent: PlaceOrder, client_order_id: str) -> Body:
    if intent.position_side is not None or intent.effect is not None:
        raise Refused("a spot order has no leg to open or close")
    is_market_buy = intent.order_type is OrderType.MARKET and intent.side is Side.BUY
    if intent.size_is_quote is not is_market_buy:
        raise Refused("on spot a market buy is sized in quote currency, every other order in base coin")
    body: Body = {"symbol": intent.instrument.symbol, "side": intent.side.value}
    # Spot wants the field on market orders too and ignores it.
    body |= _type_and_force(intent, market_force="gtc")
    body |= {**_price(intent), "size": positive(intent.size, "size")}
    body["clientOid"] = client_id(client_order_id)
    return body | _presets(
        intent,
        "presetTakeProfitPrice",
        "executeTakeProfitPrice",
        "presetStopLossPrice",
        "executeStopLossPrice",
    )


def _price(intent: PlaceOrder) -> Body:
    if intent.order_type is OrderType.MARKET:
        if intent.price is not None:
            raise Refused("a market order has no price")
        return {}
    if intent.price is None:
        raise Refused("a limit order needs a price")
    return {"price": positive(intent.price, "price")}


def _type_and_force(intent: PlaceOrder, *, market_force: str | None) -> Body:
    if intent.order_type is OrderType.UNKNOWN or intent.time_in_force is TimeInForce.UNKNOWN:
        raise Refused("an order is limit or market, and rests as gtc, ioc, fok or post_only")
    if intent.order_type is OrderType.LIMIT:
        return {"orderType": "limit", "force": intent.time_in_force.value}
    if intent.time_in_force is TimeInForce.POST_ONLY:
        raise Refused("a market order cannot be post only")
    return {"orderType": "market", **optional({"force": market_force})}


def _presets(
    intent: PlaceOrder, profit_key: str, profit_limit_key: str, loss_key: str, loss_limit_key: str
) -> Body:
    profit = _preset(
        intent.take_profit, intent.take_profit_limit, profit_key, profit_limit_key, "take profit"
    )
    return profit | _preset(intent.stop_loss, intent.stop_loss_limit, loss_key, loss_limit_key, "stop loss")


def _preset(trigger: Decimal | None, limit: Decimal | None, key: str, limit_key: str, what: str) -> Body:
    if trigger is None and limit is not None:
        raise Refused(f"a {what} has a limit price but no trigger price")
    return optional({key: optional_price(trigger, what), limit_key: optional_price(limit, what)})


def _without(body: Body, names: tuple[str, ...]) -> Body:
    return {name: value for name, value in body.items() if name not in names}
