"""Orders and fills by REST, spot and futures."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.account import Fill
from bgtui.domain.instrument import ProductType
from bgtui.domain.market import Side
from bgtui.domain.order import Fee, Order, OrderStatus, OrderType, PositionMode, TimeInForce
from bgtui.wire.decode import word
from bgtui.wire.decode.fee import fees
from bgtui.wire.decode.rest_answer import Data, answers, first, many, paged, stated
from bgtui.wire.decode.rest_field import (
    amount,
    amount_or_zero,
    instrument,
    label,
    optional_coin,
    positive,
    trade_direction,
)
from bgtui.wire.endpoint import futures_order, spot_order
from bgtui.wire.number import client_id, identifier, millis, optional_decimal
from bgtui.wire.page import Page
from bgtui.wire.payload.rest_order import FuturesFillRow, FuturesOrderRow, SpotFillRow, SpotOrderRow


@answers(futures_order.OPEN_ORDERS, futures_order.HISTORY_ORDERS)
def futures_orders(data: Data, product_type: ProductType) -> Page[Order]:
    """Return futures orders, newest first."""
    rows, cursor = paged(data, FuturesOrderRow, "entrustedList")
    return Page(tuple(_futures_order(row, product_type) for row in rows), cursor)


@answers(futures_order.ORDER)
def futures_order_detail(data: Data, product_type: ProductType) -> Order | None:
    """Return one futures order, None when the exchange answers with nothing."""
    row = first(data, FuturesOrderRow)
    return None if row is None else _futures_order(row, product_type)


@answers(spot_order.OPEN_ORDERS)
def spot_open_orders(data: Data) -> Page[Order]:
    """Return open spot orders; here the limit price stands in `priceAvg` and the average in `basePrice`."""
    return _spot_page([_spot_order(row, row.price_avg, row.base_price) for row in stated(data, SpotOrderRow)])


@answers(spot_order.HISTORY_ORDERS)
def spot_history_orders(data: Data) -> Page[Order]:
    """Return past spot orders."""
    return _spot_page([_spot_order(row, row.price, row.price_avg) for row in many(data, SpotOrderRow)])


@answers(spot_order.ORDER)
def spot_order_detail(data: Data) -> Order | None:
    """Return one spot order, None when the exchange does not know it."""
    row = first(data, SpotOrderRow)
    return None if row is None else _spot_order(row, row.price, row.price_avg)


@answers(futures_order.FILLS, futures_order.HISTORY_FILLS)
def futures_fills(data: Data, product_type: ProductType) -> Page[Fill]:
    """Return futures fills, newest first."""
    rows, cursor = paged(data, FuturesFillRow, "fillList")
    return Page(tuple(_futures_fill(row, product_type) for row in rows), cursor)


@answers(spot_order.FILLS)
def spot_fills(data: Data) -> Page[Fill]:
    """Return spot fills, newest first; the last row's id is the cursor."""
    found = tuple(_spot_fill(row) for row in many(data, SpotFillRow))
    return Page(found, found[-1].trade_id if found else None)


def _futures_order(row: FuturesOrderRow, product_type: ProductType) -> Order:
    direction = word.direction(
        side_word=row.side,
        trade_side_word=row.trade_side,
        leg_word=row.pos_side,
        mode_word=row.pos_mode,
        reduce_only_word=row.reduce_only,
    )
    # Samples say `state` where the table says `status`.
    status_word = row.status if row.status is not None else row.state
    status = word.order_status(status_word)
    order_type = word.order_type(row.order_type)
    margin_coin = optional_coin(row.margin_coin, "marginCoin")
    return Order(
        instrument=instrument(product_type, row.symbol),
        order_id=identifier(row.order_id, "orderId"),
        client_order_id=client_id(row.client_oid),
        side=direction.side,
        order_type=order_type,
        time_in_force=word.force(row.force),
        status=status,
        size=amount(row.size, "size"),
        filled_size=amount_or_zero(row.base_volume, "baseVolume"),
        created_ms=millis(row.created, "cTime"),
        updated_ms=_updated(row.updated, row.created),
        price=_limit_price(row.price, order_type),
        average_price=positive(row.price_avg, "priceAvg"),
        position_side=direction.position_side,
        effect=direction.effect,
        reduce_only=direction.reduce_only,
        position_mode=direction.position_mode,
        margin_mode=word.margin_mode(row.margin_mode),
        margin_coin=margin_coin,
        leverage=optional_decimal(row.leverage, "leverage"),
        take_profit=positive(row.preset_stop_surplus_price, "presetStopSurplusPrice"),
        stop_loss=positive(row.preset_stop_loss_price, "presetStopLossPrice"),
        realized_pnl=optional_decimal(row.total_profits, "totalProfits"),
        fees=_one_fee(row.fee, margin_coin),
        forced=direction.forced,
        source=label(row.enter_point_source),
        cancel_reason=label(row.cancel_reason),
        status_text=word.unknown(status_word, known=status is not OrderStatus.UNKNOWN),
    )


def _spot_order(row: SpotOrderRow, price: object, average: object) -> Order:
    side = trade_direction(row.side)
    order_type = word.order_type(row.order_type)
    status = word.order_status(row.status)
    return Order(
        instrument=instrument(ProductType.SPOT, row.symbol),
        order_id=identifier(row.order_id, "orderId"),
        client_order_id=client_id(row.client_oid),
        side=side,
        order_type=order_type,
        # Spot lists do not carry it; GTC would be a guess.
        time_in_force=word.force(row.force) if row.force else TimeInForce.UNKNOWN,
        status=status,
        size=amount(row.size, "size"),
        filled_size=amount_or_zero(row.base_volume, "baseVolume"),
        created_ms=millis(row.created, "cTime"),
        updated_ms=_updated(row.updated, row.created),
        price=_limit_price(price, order_type),
        average_price=positive(average, "priceAvg"),
        size_is_quote=order_type is OrderType.MARKET and side is Side.BUY,
        fees=fees(row.fee_detail),
        source=label(row.enter_point_source),
        cancel_reason=label(row.cancel_reason),
        status_text=word.unknown(row.status, known=status is not OrderStatus.UNKNOWN),
    )


def _futures_fill(row: FuturesFillRow, product_type: ProductType) -> Fill:
    direction = word.direction(side_word=row.side, trade_side_word=row.trade_side, mode_word=row.pos_mode)
    return Fill(
        instrument=instrument(product_type, row.symbol),
        trade_id=identifier(row.trade_id, "tradeId"),
        order_id=identifier(row.order_id, "orderId"),
        client_order_id=client_id(row.client_oid),
        side=direction.side,
        price=amount(row.price, "price"),
        size=amount(row.base_volume, "baseVolume"),
        time_ms=millis(row.created, "cTime"),
        liquidity=word.liquidity(row.trade_scope),
        quote_amount=optional_decimal(row.quote_volume, "quoteVolume"),
        realized_pnl=optional_decimal(row.profit, "profit"),
        fees=fees(row.fee_detail),
        position_side=direction.position_side,
        # A fill row has no reduce-only flag, so in one-way mode the word open or close is no proof.
        effect=direction.effect
        if direction.position_mode is PositionMode.HEDGE or direction.forced
        else None,
        position_mode=direction.position_mode,
        forced=direction.forced,
    )


def _spot_fill(row: SpotFillRow) -> Fill:
    return Fill(
        instrument=instrument(ProductType.SPOT, row.symbol),
        trade_id=identifier(row.trade_id, "tradeId"),
        order_id=identifier(row.order_id, "orderId"),
        client_order_id="",
        side=trade_direction(row.side),
        price=amount(row.price_avg, "priceAvg"),
        size=amount(row.size, "size"),
        time_ms=millis(row.created, "cTime"),
        liquidity=word.liquidity(row.trade_scope),
        quote_amount=optional_decimal(row.amount, "amount"),
        fees=fees(row.fee_detail),
    )


def _spot_page(orders: list[Order]) -> Page[Order]:
    return Page(tuple(orders), orders[-1].order_id if orders else None)


def _limit_price(value: object, order_type: OrderType) -> Decimal | None:
    return None if order_type is OrderType.MARKET else positive(value, "price")


def _one_fee(value: object, coin: str) -> tuple[Fee, ...]:
    """Read the `fee` of a futures order, one signed number in the margin coin."""
    found = optional_decimal(value, "fee")
    return (Fee(coin, abs(found), format(found, "f")),) if found and coin else ()


def _updated(updated: object, created: object) -> int:
    return millis(updated if updated not in (None, "") else created, "uTime")
