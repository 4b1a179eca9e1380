"""Orders and fills as rows of REST answers and of pushes (wire notes 4.5, 4.8, 7.7, 7.8)."""

from __future__ import annotations

import json
from decimal import Decimal

from bgtui.domain.account import Fill, Liquidity
from bgtui.domain.market import Side
from bgtui.domain.order import Fee, Order, OrderStatus, OrderType, TimeInForce
from bgtui.simulator.rows import (
    Row,
    entry_point,
    fee_list,
    fee_object,
    margin_mode,
    number,
    padded,
    position_mode,
    position_side,
    time,
    trade_side,
    written_side,
)

_ZERO = Decimal(0)
_SPOT_STATUS = {OrderStatus.CANCELED: "cancelled"}


def futures_order(order: Order) -> Row:
    """Write a row of `orders-pending` and `orders-history`."""
    return {
        "symbol": order.instrument.symbol,
        "size": number(order.size),
        "orderId": order.order_id,
        "clientOid": order.client_order_id,
        "baseVolume": number(order.filled_size),
        "quoteVolume": number(_traded_value(order)),
        "fee": _first_fee(order),
        "price": number(order.price, ""),
        "priceAvg": number(order.average_price, ""),
        "status": order.status.value,
        "side": written_side(order.side, order.position_side, order.position_mode),
        "force": _force(order),
        "totalProfits": number(order.realized_pnl),
        "posSide": position_side(order.position_side, order.position_mode),
        "marginCoin": order.margin_coin,
        "presetStopSurplusPrice": number(order.take_profit, ""),
        "presetStopSurplusType": "fill_price" if order.take_profit is not None else "",
        "presetStopSurplusExecutePrice": "",
        "presetStopLossPrice": number(order.stop_loss, ""),
        "presetStopLossType": "fill_price" if order.stop_loss is not None else "",
        "presetStopLossExecutePrice": "",
        "leverage": number(order.leverage, ""),
        "marginMode": margin_mode(order.margin_mode),
        "reduceOnly": "YES" if order.reduce_only else "NO",
        "enterPointSource": entry_point(order.source).upper(),
        "tradeSide": _trade_side(order),
        "posMode": position_mode(order.position_mode),
        "orderType": order.order_type.value,
        "orderSource": _order_source(order),
        "cancelReason": order.cancel_reason,
        "cTime": time(order.created_ms),
        "uTime": time(order.updated_ms),
    }


def futures_order_detail(order: Order) -> Row:
    """Write the answer of `detail`, which says `state` where its table says `status`."""
    row = futures_order(order)
    row["state"] = row.pop("status")
    return row


def futures_history_order(order: Order) -> Row:
    """Write a row of `orders-history`."""
    return {**futures_order(order), "liqPrice": "", "posAvg": number(order.average_price, "")}


def futures_order_push(order: Order, fill: Fill | None) -> Row:
    """Write a row of the `orders` channel; the fill is the one that caused it."""
    row: Row = {
        "accBaseVolume": number(order.filled_size),
        "cTime": time(order.created_ms),
        "cancelReason": order.cancel_reason,
        "clientOid": order.client_order_id,
        "enterPointSource": entry_point(order.source).upper(),
        "feeDetail": [{"feeCoin": fee.coin, "fee": fee.text} for fee in order.fees],
        "force": _force(order),
        "instId": order.instrument.symbol,
        "leverage": number(order.leverage, ""),
        "marginCoin": order.margin_coin,
        "marginMode": margin_mode(order.margin_mode),
        "notionalUsd": number(order.size * (order.price or order.average_price or _ZERO)),
        "orderId": order.order_id,
        "orderType": order.order_type.value,
        "pnl": number(fill.realized_pnl if fill is not None else None),
        "posMode": position_mode(order.position_mode),
        "posSide": position_side(order.position_side, order.position_mode),
        "presetStopLossExecutePrice": "",
        "presetStopLossPrice": number(order.stop_loss, ""),
        "presetStopLossType": "",
        "presetStopSurplusExecutePrice": "",
        "presetStopSurplusPrice": number(order.take_profit, ""),
        "presetStopSurplusType": "",
        "price": number(order.price),
        "reduceOnly": "yes" if order.reduce_only else "no",
        "side": written_side(order.side, order.position_side, order.position_mode),
        "size": number(order.size),
        "status": order.status.value,
        "stpMode": "none",
        "totalProfits": number(order.realized_pnl),
        "tradeSide": _trade_side(order),
        "uTime": time(order.updated_ms),
    }
    if order.average_price is not None and order.status is not OrderStatus.CANCELED:
        row["priceAvg"] = number(order.average_price)
    if fill is not None:
        row |= _last_fill(fill) | {"fillNotionalUsd": number(fill.quote_amount)}
    return row


def spot_order(order: Order) -> Row:
    """Write a row of `orderInfo` and `history-orders`."""
    return {
        "userId": "",
        "symbol": order.instrument.symbol,
        "orderId": order.order_id,
        "clientOid": order.client_order_id,
        "price": padded(order.price),
        "size": padded(order.size),
        "orderType": order.order_type.value,
        "side": order.side.value,
        "status": _SPOT_STATUS.get(order.status, order.status.value),
        "priceAvg": padded(order.average_price),
        "baseVolume": padded(order.filled_size),
        "quoteVolume": padded(_traded_value(order)),
        "enterPointSource": entry_point(order.source).upper(),
        "orderSource": _order_source(order),
        "feeDetail": _fee_text(order.fees),
        "cancelReason": order.cancel_reason,
        "cTime": time(order.created_ms),
        "uTime": time(order.updated_ms),
    }


def spot_open_order(order: Order) -> Row:
    """Write a row of `unfilled-orders`: the limit price stands in `priceAvg`, the average in `basePrice`."""
    row = spot_order(order)
    row |= {"priceAvg": row.pop("price"), "basePrice": row["priceAvg"], "triggerPrice": None}
    del row["feeDetail"], row["cancelReason"]
    return {**row, "tpslType": "normal"}


def spot_order_push(order: Order, fill: Fill | None) -> Row:
    """Write a row of the spot `orders` channel: `size` is a value on every buy, `newSize` is not."""
    value = order.size if order.size_is_quote else order.size * (order.price or order.average_price or _ZERO)
    row: Row = {
        "instId": order.instrument.symbol,
        "orderId": order.order_id,
        "clientOid": order.client_order_id,
        "size": number(value if order.side is Side.BUY else order.size),
        "newSize": number(order.size),
        "notional": number(value),
        "orderType": order.order_type.value,
        "force": _force(order),
        "side": order.side.value,
        "accBaseVolume": number(order.filled_size),
        "priceAvg": number(order.average_price),
        "status": _SPOT_STATUS.get(order.status, order.status.value),
        "cancelReason": order.cancel_reason,
        "enterPointSource": entry_point(order.source).upper(),
        "feeDetail": [{"feeCoin": fee.coin, "fee": fee.text} for fee in order.fees],
        "stpMode": "none",
        "cTime": time(order.created_ms),
        "uTime": time(order.updated_ms),
    }
    if order.order_type is OrderType.LIMIT:
        row["price"] = number(order.price)
    if fill is not None:
        row |= _last_fill(fill)
    return row


def futures_fill(fill: Fill) -> Row:
    """Write a row of `fills` and `fill-history`; the side of a hedge fill names the leg here."""
    return {
        "tradeId": fill.trade_id,
        "symbol": fill.instrument.symbol,
        "orderId": fill.order_id,
        "price": number(fill.price),
        "baseVolume": number(fill.size),
        "quoteVolume": number(_value(fill)),
        "feeDetail": fee_list(fill.fees),
        "side": written_side(fill.side, fill.position_side, fill.position_mode),
        "profit": number(fill.realized_pnl),
        "enterPointSource": "api",
        "tradeSide": trade_side(fill.side, fill.position_side, fill.effect, fill.position_mode, fill.forced),
        "posMode": position_mode(fill.position_mode),
        "tradeScope": _scope(fill),
        "cTime": time(fill.time_ms),
    }


def futures_fill_push(fill: Fill, order_type: OrderType) -> Row:
    """Write a row of the `fill` channel, whose side is the trade direction in hedge mode too."""
    return {
        "orderId": fill.order_id,
        "clientOid": fill.client_order_id,
        "tradeId": fill.trade_id,
        "symbol": fill.instrument.symbol,
        "side": fill.side.value,
        "orderType": order_type.value,
        "posMode": position_mode(fill.position_mode),
        "price": number(fill.price),
        "baseVolume": number(fill.size),
        "quoteVolume": number(_value(fill)),
        "profit": number(fill.realized_pnl),
        "tradeSide": trade_side(fill.side, fill.position_side, fill.effect, fill.position_mode, fill.forced),
        "tradeScope": _scope(fill),
        "feeDetail": fee_list(fill.fees),
        "cTime": time(fill.time_ms),
        "uTime": time(fill.time_ms),
    }


def spot_fill(fill: Fill, order_type: OrderType) -> Row:
    """Write a row of `spot/trade/fills`."""
    return {
        "userId": "",
        **spot_fill_push(fill, order_type),
        "feeDetail": fee_object(fill.fees[0]) if fill.fees else {},
    }


def spot_fill_push(fill: Fill, order_type: OrderType) -> Row:
    """Write a row of the spot `fill` channel."""
    return {
        "symbol": fill.instrument.symbol,
        "orderId": fill.order_id,
        "tradeId": fill.trade_id,
        "orderType": order_type.value,
        "side": fill.side.value,
        "priceAvg": number(fill.price),
        "size": number(fill.size),
        "amount": number(_value(fill)),
        "feeDetail": fee_list(fill.fees),
        "tradeScope": _scope(fill),
        "cTime": time(fill.time_ms),
        "uTime": time(fill.time_ms),
    }


def _trade_side(order: Order) -> str:
    return trade_side(order.side, order.position_side, order.effect, order.position_mode, order.forced)


def _force(order: Order) -> str:
    return TimeInForce.GTC.value if order.order_type is OrderType.MARKET else order.time_in_force.value


def _order_source(order: Order) -> str:
    if entry_point(order.source) != order.source:
        return order.source
    return "normal" if order.order_type is OrderType.LIMIT else "market"


def _traded_value(order: Order) -> Decimal:
    return order.filled_size * (order.average_price or _ZERO)


def _value(fill: Fill) -> Decimal:
    return fill.quote_amount if fill.quote_amount is not None else fill.price * fill.size


def _scope(fill: Fill) -> str:
    return "maker" if fill.liquidity is Liquidity.MAKER else "taker"


def _first_fee(order: Order) -> str:
    return order.fees[0].text if order.fees else "0"


def _last_fill(fill: Fill) -> Row:
    fee = fill.fees[0] if fill.fees else None
    return {
        "fillPrice": number(fill.price),
        "tradeId": fill.trade_id,
        "baseVolume": number(fill.size),
        "fillTime": time(fill.time_ms),
        "fillFee": fee.text if fee is not None else "0",
        "fillFeeCoin": fee.coin if fee is not None else "",
        "tradeScope": "M" if fill.liquidity is Liquidity.MAKER else "T",
    }


def _fee_text(fees: tuple[Fee, ...]) -> str:
    """Write fees as spot orders do: a JSON text of plain numbers, by coin, with the total beside them."""
    if not fees:
        return ""
    coins = ",".join(
        f'{json.dumps(fee.coin)}:{{"deduction":false,"feeCoinCode":{json.dumps(fee.coin)},'
        f'"totalDeductionFee":0,"totalFee":{fee.text}}}'
        for fee in fees
    )
    total = fees[0].text
    sums = f'{{"c":0,"d":0,"deduction":false,"r":{total},"t":{total},"totalDeductionFee":0}}'
    return f'{{"newFees":{sums},{coins}}}'
