"""Positions and their settings: close, reverse, leverage, modes, margin (bitget-wire 4.6, 4.8, 6.2)."""

from __future__ import annotations

from bgtui.domain.error import Refused
from bgtui.domain.intent import (
    AdjustMargin,
    ClosePosition,
    ReversePosition,
    SetAllLeverage,
    SetAutoMargin,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, PositionMode, PositionSide
from bgtui.wire.encode.body import (
    Body,
    Request,
    client_id,
    contract,
    margin,
    mode,
    number,
    optional,
    optional_price,
    positive,
    product,
)
from bgtui.wire.endpoint import futures_account, futures_order


def close_position(intent: ClosePosition) -> Request:
    """Spell the close of a leg at market; one-way mode has only one, so it is not named there."""
    body = contract(intent.instrument)
    if intent.position_mode is PositionMode.HEDGE and intent.position_side is not None:
        body["holdSide"] = intent.position_side.value
    return futures_order.CLOSE_POSITIONS, {"productType": body.pop("productType"), **body}


def reverse_position(intent: ReversePosition, client_order_id: str) -> Request:
    """Spell the turning round of a leg.

    In hedge mode the side names the leg held and `tradeSide` its closing; in one-way mode the side is that of
    the trade. Bitget's page leaves open which `tradeSide` it wants: unconfirmed.

    Raises:
        Refused: hedge mode without a size, which would be read as no size at all.
    """
    is_long = intent.position_side is PositionSide.LONG
    if intent.position_mode is PositionMode.HEDGE:
        if intent.size is None:
            raise Refused("turning a hedge leg round takes its size")
        legs: Body = {"side": (Side.BUY if is_long else Side.SELL).value, "tradeSide": Effect.CLOSE.value}
    else:
        legs = {"side": (Side.SELL if is_long else Side.BUY).value}
    body = contract(intent.instrument) | margin(intent.margin_coin)
    body |= optional({"size": optional_price(intent.size, "size")})
    return futures_order.REVERSE_POSITION, {**body, **legs, "clientOid": client_id(client_order_id)}


def set_leverage(intent: SetLeverage) -> Request:
    """Spell the leverage of an instrument, or of one isolated hedge leg."""
    body = contract(intent.instrument) | margin(intent.margin_coin)
    body["leverage"] = positive(intent.leverage, "leverage")
    if intent.position_side is not None:
        body["holdSide"] = intent.position_side.value
    return futures_account.SET_LEVERAGE, body


def set_all_leverage(intent: SetAllLeverage) -> Request:
    """Spell the leverage of every instrument that has an open position."""
    body: Body = {"productType": product(intent.product_type)}
    return futures_account.SET_ALL_LEVERAGE, {**body, "leverage": positive(intent.leverage, "leverage")}


def set_margin_mode(intent: SetMarginMode) -> Request:
    """Spell the margin mode of an instrument."""
    body = contract(intent.instrument) | margin(intent.margin_coin)
    return futures_account.SET_MARGIN_MODE, {**body, "marginMode": intent.margin_mode.value}


def set_position_mode(intent: SetPositionMode) -> Request:
    """Spell the position mode of a product type."""
    body: Body = {"productType": product(intent.product_type)}
    return futures_account.SET_POSITION_MODE, {**body, "posMode": mode(intent.position_mode)}


def adjust_margin(intent: AdjustMargin) -> Request:
    """Spell margin added to an isolated leg, or taken from it with a minus.

    Raises:
        Refused: an amount of zero.
    """
    if not intent.amount.is_finite() or not intent.amount:
        raise Refused("no margin would be added or taken away")
    body = contract(intent.instrument) | margin(intent.margin_coin)
    amount = number(intent.amount)
    return futures_account.ADJUST_MARGIN, {**body, "holdSide": intent.position_side.value, "amount": amount}


def set_auto_margin(intent: SetAutoMargin) -> Request:
    """Spell whether the exchange tops up an isolated leg by itself; this page knows no product type."""
    product(intent.instrument.product_type)
    body: Body = {"symbol": intent.instrument.symbol, "autoMargin": "on" if intent.is_on else "off"}
    body |= margin(intent.margin_coin)
    return futures_account.SET_AUTO_MARGIN, {**body, "holdSide": intent.position_side.value}
