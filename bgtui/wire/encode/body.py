"""Pieces of request bodies: plain numbers, names, modes; and the refusals that several requests share.

Everything in a body is text. A figure is written as it was given, without exponent (bitget-wire 9); what the
exchange would misread is refused here in a sentence, so that it is never sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from bgtui.domain.error import Refused
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import OrderRef
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, PositionMode, PositionSide, TriggerType
from bgtui.wire.endpoint.model import Write

Body = dict[str, object]
"""A request body in the order it is sent; values are texts, or lists of bodies."""
Request = tuple[Write, Body]
"""Where to send it, and what."""

MAX_BATCH = 50
"""Orders in one batch request."""

_CLIENT_ID = re.compile(r"[0-9A-Za-z_-]{1,40}")
_TRIGGERS = {TriggerType.LAST: "fill_price", TriggerType.MARK: "mark_price"}
_POSITION_MODES = {PositionMode.ONE_WAY: "one_way_mode", PositionMode.HEDGE: "hedge_mode"}


def number(value: Decimal) -> str:
    """Write a number plainly: no exponent, no separators, the places it was given."""
    return format(value, "f")


def positive(value: Decimal, what: str) -> str:
    """Write a number that must be above zero.

    Raises:
        Refused: it is not.
    """
    if not value.is_finite() or value <= 0:
        raise Refused(f"the {what} must be above zero")
    return number(value)


def product(product_type: ProductType) -> str:
    """Write a futures product type.

    Raises:
        Refused: spot has none.
    """
    if not product_type.is_futures:
        raise Refused("spot has no positions, leverage or modes: this is for futures only")
    return product_type.value.upper()


def contract(instrument: InstrumentId) -> Body:
    """Name a contract: symbol and product type.

    Raises:
        Refused: the instrument is a spot pair.
    """
    return {"symbol": instrument.symbol, "productType": product(instrument.product_type)}


def margin(coin: str) -> Body:
    """Name the margin coin.

    Raises:
        Refused: none is given.
    """
    if not coin:
        raise Refused("the margin coin is missing")
    return {"marginCoin": coin.upper()}


def optional_margin(coin: str) -> Body:
    """Name the margin coin where it may be left out."""
    return margin(coin) if coin else {}


def client_id(value: str) -> str:
    """Check an order id of our own making.

    Raises:
        Refused: it has other characters than letters, digits, - and _, or more than 40.
    """
    if not _CLIENT_ID.fullmatch(value):
        raise Refused("a client order id has 1 to 40 letters, digits, - or _")
    return value


def order_id(ref: OrderRef) -> Body:
    """Name an order by the exchange's id, else by ours.

    Raises:
        Refused: neither is given.
    """
    if ref.order_id:
        return {"orderId": ref.order_id}
    if ref.client_order_id:
        return {"clientOid": ref.client_order_id}
    raise Refused("which order is meant: neither its id nor ours is given")


def order_ids(instrument: InstrumentId, refs: tuple[OrderRef, ...]) -> list[Body]:
    """Name several orders of one instrument, all by the same kind of id.

    Raises:
        Refused: none or too many, of several instruments, or without a common kind of id.
    """
    if not refs:
        # An empty list would mean all orders to the exchange.
        raise Refused("no order is named")
    if len(refs) > MAX_BATCH:
        raise Refused(f"one request takes at most {MAX_BATCH} orders, these are {len(refs)}")
    if any(ref.instrument != instrument for ref in refs):
        raise Refused(f"these orders are not all of {instrument}")
    if all(ref.order_id for ref in refs):
        return [{"orderId": ref.order_id} for ref in refs]
    if all(ref.client_order_id for ref in refs):
        return [{"clientOid": ref.client_order_id} for ref in refs]
    raise Refused("these orders cannot be named by one kind of id")


def trigger(value: TriggerType) -> str:
    """Write which price triggers.

    Raises:
        Refused: it is not known which.
    """
    if value not in _TRIGGERS:
        raise Refused("a trigger needs to know its price: last or mark")
    return _TRIGGERS[value]


def mode(value: PositionMode) -> str:
    """Write a position mode."""
    return _POSITION_MODES[value]


def hold_side(side: PositionSide, position_mode: PositionMode) -> str:
    """Write the leg for a TP/SL request: one-way mode names it by the side that opened it."""
    if position_mode is PositionMode.HEDGE:
        return side.value
    return Side.BUY.value if side is PositionSide.LONG else Side.SELL.value


def direction(
    side: Side,
    position_side: PositionSide | None,
    effect: Effect | None,
    position_mode: PositionMode | None,
    *,
    yes_no: tuple[str, str],
) -> Body:
    """Write side and `tradeSide` (hedge) or `reduceOnly` (one-way), never both (bitget-wire 6.1).

    In hedge mode the side names the leg, so closing a long is buy and close.

    Raises:
        Refused: leg, effect or mode are missing, or the trade direction contradicts them.
    """
    if position_side is None or effect is None:
        raise Refused("a futures order names its leg: open or close, long or short")
    if position_mode is None:
        raise Refused("the position mode is not known yet: a futures order cannot be spelled without it")
    buys = (position_side is PositionSide.LONG) is (effect is Effect.OPEN)
    needed = Side.BUY if buys else Side.SELL
    if side is not needed:
        raise Refused(f"to {effect.value} a {position_side.value} is to {needed.value}, not to {side.value}")
    if position_mode is PositionMode.HEDGE:
        leg = Side.BUY if position_side is PositionSide.LONG else Side.SELL
        return {"side": leg.value, "tradeSide": effect.value}
    yes, no = yes_no
    return {"side": side.value, "reduceOnly": yes if effect is Effect.CLOSE else no}


def optional(fields: Mapping[str, str | None]) -> Body:
    """Keep the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def optional_price(value: Decimal | None, what: str) -> str | None:
    """Write a price above zero, None where there is none.

    Raises:
        Refused: it is not above zero.
    """
    return None if value is None else positive(value, what)
