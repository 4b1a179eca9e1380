"""Bodies of orders to intents: the inverse of `wire.encode.order`, refusing in Bitget's codes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelOrders,
    CancelSymbol,
    ClosePosition,
    OrderRef,
    PlaceOrder,
    ReversePosition,
)
from bgtui.domain.market import Side
from bgtui.domain.order import MarginMode, OrderType, PositionMode, PositionSide, TimeInForce
from bgtui.domain.value import frozen
from bgtui.simulator.engine import NewOrder, Stp
from bgtui.simulator.fields import Fields
from bgtui.simulator.reject import Reject
from bgtui.simulator.request_parts import (
    FORCES,
    LEGS,
    MARGIN_MODES,
    MAX_BATCH,
    ORDER_TYPES,
    SIDES,
    STPS,
    Account,
    batch_rows,
    direction,
    reference,
)
from bgtui.simulator.requests_plan import NewPlan, is_spot_tpsl, spot_tpsl


@frozen
class Amendment:
    """A change of an order with the id of its successor."""

    intent: AmendOrder
    new_client_order_id: str


@frozen
class PresetChange:
    """New preset prices of an order; one that is left out is removed."""

    order: OrderRef
    take_profit: Decimal | None
    stop_loss: Decimal | None


@frozen
class Reversal:
    """A reversal with its client id."""

    intent: ReversePosition
    client_order_id: str


# Placing, changing and canceling


def futures_order(fields: Fields, account: Account) -> NewOrder:
    """Read `mix/order/place-order`."""
    product = fields.product()
    instrument = fields.instrument(product)
    return _futures_order(
        fields,
        instrument,
        account.mode(product),
        fields.word("marginMode", MARGIN_MODES),
        fields.required("marginCoin").upper(),
    )


def futures_orders(fields: Fields, account: Account) -> tuple[InstrumentId, list[NewOrder | Reject]]:
    """Read `mix/order/batch-place-order`: each item stands or falls by itself."""
    product = fields.product()
    instrument = fields.instrument(product)
    margin_mode = fields.word("marginMode", MARGIN_MODES)
    coin = fields.required("marginCoin").upper()
    mode = account.mode(product)
    items: list[NewOrder | Reject] = []
    for row in batch_rows(fields, "orderList"):
        try:
            items.append(_futures_order(row, instrument, mode, margin_mode, coin))
        except Reject as refusal:
            items.append(refusal)
    return instrument, items


def spot_order(fields: Fields) -> NewOrder | NewPlan:
    """Read `spot/trade/place-order`, or one item of a batch; a TP/SL order waits for its price."""
    if is_spot_tpsl(fields):
        return spot_tpsl(fields)
    instrument = fields.instrument(ProductType.SPOT)
    side = fields.word("side", SIDES)
    order_type = fields.word("orderType", ORDER_TYPES)
    is_market = order_type is OrderType.MARKET
    intent = PlaceOrder(
        instrument=instrument,
        side=side,
        order_type=order_type,
        size=fields.positive("size"),
        time_in_force=TimeInForce.GTC if is_market else fields.word("force", FORCES, TimeInForce.GTC),
        price=None if is_market else fields.positive("price"),
        size_is_quote=is_market and side is Side.BUY,
        take_profit=fields.positive_or_none("presetTakeProfitPrice"),
        take_profit_limit=fields.positive_or_none("executeTakeProfitPrice"),
        stop_loss=fields.positive_or_none("presetStopLossPrice"),
        stop_loss_limit=fields.positive_or_none("executeStopLossPrice"),
    )
    return NewOrder(intent, fields.client_id(), fields.word("stpMode", STPS, Stp.NONE))


def spot_orders(fields: Fields) -> list[NewOrder | NewPlan | Reject]:
    """Read `spot/trade/batch-orders`; an item may name a symbol of its own."""
    items: list[NewOrder | NewPlan | Reject] = []
    for row in batch_rows(fields, "orderList"):
        named = row if "symbol" in row else Fields({**row.values, "symbol": fields.text("symbol")})
        try:
            items.append(spot_order(named))
        except Reject as refusal:
            items.append(refusal)
    return items


def futures_amendment(fields: Fields, account: Account) -> Amendment | PresetChange:
    """Read `mix/order/modify-order`: price and size together, or preset prices, ignored beside them."""
    product = fields.product()
    instrument = fields.instrument(product)
    ref = reference(fields, instrument)
    if ("newSize" in fields) is not ("newPrice" in fields):
        raise Reject("40925", message="Price and quantity must be passed in simultaneously")
    if "newSize" not in fields:
        names = ("newPresetStopSurplusPrice", "newPresetStopLossPrice")
        if not any(name in fields for name in names):
            raise Reject("40923")
        return PresetChange(ref, *(fields.positive_or_none(name) for name in names))
    new_id = fields.client_id("newClientOid")
    if not new_id:
        raise Reject("22003", message="The size and price have changed, please input newClientOid")
    intent = AmendOrder(ref, fields.positive("newPrice"), fields.positive("newSize"), account.mode(product))
    return Amendment(intent, new_id)


def spot_amendment(fields: Fields) -> Amendment:
    """Read `spot/trade/cancel-replace-order`."""
    instrument = fields.instrument(ProductType.SPOT)
    intent = AmendOrder(reference(fields, instrument), fields.positive("price"), fields.positive("size"))
    return Amendment(intent, fields.client_id("newClientOid"))


def cancel_futures(fields: Fields) -> CancelOrder:
    """Read `mix/order/cancel-order`."""
    instrument = fields.instrument(fields.product())
    return CancelOrder(reference(fields, instrument, fields.text("marginCoin").upper()))


def cancel_spot(fields: Fields) -> CancelOrder:
    """Read `spot/trade/cancel-order`."""
    return CancelOrder(reference(fields, fields.instrument(ProductType.SPOT)))


def cancel_many_futures(fields: Fields) -> CancelOrders | CancelSymbol | CancelAll:
    """Read `mix/order/batch-cancel-orders`; without a list it means all of a symbol or product type."""
    product = fields.product()
    coin = fields.text("marginCoin").upper()
    rows = fields.rows("orderIdList", MAX_BATCH)
    if "symbol" not in fields:
        if rows:
            raise Reject("40019", "symbol")
        return CancelAll(product, coin)
    instrument = fields.instrument(product)
    if not rows:
        return CancelSymbol(instrument, coin)
    return CancelOrders(instrument, tuple(reference(row, instrument, coin) for row in rows))


def cancel_many_spot(fields: Fields) -> list[CancelOrders]:
    """Read `spot/trade/batch-cancel-order`; items may name symbols of their own."""
    grouped: dict[InstrumentId, list[OrderRef]] = {}
    for row in batch_rows(fields, "orderList"):
        named = row if "symbol" in row else Fields({**row.values, "symbol": fields.text("symbol")})
        instrument = named.instrument(ProductType.SPOT)
        grouped.setdefault(instrument, []).append(reference(row, instrument))
    return [CancelOrders(instrument, tuple(refs)) for instrument, refs in grouped.items()]


def cancel_symbol_spot(fields: Fields) -> CancelSymbol:
    """Read `spot/trade/cancel-symbol-order`."""
    return CancelSymbol(fields.instrument(ProductType.SPOT))


def cancel_all_futures(fields: Fields) -> CancelAll:
    """Read `mix/order/cancel-all-orders`."""
    return CancelAll(fields.product(), fields.text("marginCoin").upper())


# Positions


def close(fields: Fields, account: Account, held: Sequence[InstrumentId] = ()) -> list[ClosePosition]:
    """Read `mix/order/close-positions`; without a symbol it means every instrument that is held."""
    product = fields.product()
    mode = account.mode(product)
    side = fields.word("holdSide", LEGS) if "holdSide" in fields and mode is PositionMode.HEDGE else None
    where = [fields.instrument(product)] if "symbol" in fields else held
    if not where:
        raise Reject("22002")
    return [ClosePosition(each, mode, side) for each in where]


def reversal(fields: Fields, account: Account) -> Reversal:
    """Read `mix/order/click-backhand`: in hedge mode the side names the leg held, else that of the trade."""
    product = fields.product()
    mode = account.mode(product)
    side = fields.word("side", SIDES)
    if mode is PositionMode.HEDGE and "tradeSide" not in fields:
        raise Reject("40774")
    is_long = (side is Side.BUY) is (mode is PositionMode.HEDGE)
    intent = ReversePosition(
        fields.instrument(product),
        PositionSide.LONG if is_long else PositionSide.SHORT,
        mode,
        fields.required("marginCoin").upper(),
        fields.positive_or_none("size"),
    )
    return Reversal(intent, fields.client_id())


# Pieces


def _futures_order(
    fields: Fields, instrument: InstrumentId, mode: PositionMode, margin_mode: MarginMode, coin: str
) -> NewOrder:
    side, leg, effect = direction(fields, mode)
    order_type = fields.word("orderType", ORDER_TYPES)
    is_market = order_type is OrderType.MARKET
    intent = PlaceOrder(
        instrument=instrument,
        side=side,
        order_type=order_type,
        size=fields.positive("size"),
        time_in_force=TimeInForce.GTC if is_market else fields.word("force", FORCES, TimeInForce.GTC),
        price=None if is_market else fields.positive("price"),
        position_side=leg,
        effect=effect,
        position_mode=mode,
        margin_mode=margin_mode,
        margin_coin=coin,
        take_profit=fields.positive_or_none("presetStopSurplusPrice"),
        take_profit_limit=fields.positive_or_none("presetStopSurplusExecutePrice"),
        stop_loss=fields.positive_or_none("presetStopLossPrice"),
        stop_loss_limit=fields.positive_or_none("presetStopLossExecutePrice"),
    )
    return NewOrder(intent, fields.client_id(), fields.word("stpMode", STPS, Stp.NONE))
