"""Positions by REST: open legs, legs of the past, the queue of auto-deleveraging."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.account import AdlRank, ClosedPosition, Position
from bgtui.domain.error import DecodeError
from bgtui.domain.instrument import ProductType
from bgtui.wire.decode import word
from bgtui.wire.decode.rest_answer import Data, answers, many, paged, stated
from bgtui.wire.decode.rest_field import (
    amount,
    amount_or_zero,
    coin,
    instrument,
    leg,
    margin_mode,
    moment,
    position_mode,
    positive,
    yes_no,
)
from bgtui.wire.endpoint import futures_account
from bgtui.wire.number import decimal, millis, optional_decimal, optional_identifier
from bgtui.wire.page import Page
from bgtui.wire.payload.rest_account import AdlRankRow, ClosedPositionRow, PositionRow


@answers(futures_account.POSITIONS, futures_account.POSITION)
def positions(data: Data, product_type: ProductType) -> tuple[Position, ...]:
    """Return open legs; a row of size zero is a closed one and left out."""
    held = (row for row in stated(data, PositionRow) if amount(row.total, "total"))
    return tuple(_position(row, product_type) for row in held)


@answers(futures_account.HISTORY_POSITIONS)
def closed_positions(data: Data, product_type: ProductType) -> Page[ClosedPosition]:
    """Return legs of the past, newest first."""
    rows, cursor = paged(data, ClosedPositionRow, "list")
    return Page(tuple(_closed(row, product_type) for row in rows), cursor)


@answers(futures_account.ADL_RANKS)
def adl_ranks(data: Data, product_type: ProductType) -> tuple[AdlRank, ...]:
    """Return how near each leg is to auto-deleveraging."""
    return tuple(
        AdlRank(
            instrument(product_type, row.symbol),
            coin(row.margin_coin, "marginCoin"),
            word.leg(row.hold_side),
            decimal(row.rank if row.rank not in (None, "") else row.adl_rank, "rank"),
        )
        for row in many(data, AdlRankRow)
    )


def _position(row: PositionRow, product_type: ProductType) -> Position:
    return Position(
        instrument=instrument(product_type, row.symbol),
        side=leg(row.hold_side, "holdSide"),
        margin_mode=margin_mode(row.margin_mode),
        position_mode=position_mode(row.pos_mode),
        margin_coin=coin(row.margin_coin, "marginCoin"),
        size=_size(row),
        available=amount(row.available, "available"),
        locked=amount_or_zero(row.locked, "locked"),
        entry_price=decimal(row.open_price_avg, "openPriceAvg"),
        leverage=decimal(row.leverage, "leverage"),
        margin=decimal(row.margin_size, "marginSize"),
        unrealized_pnl=optional_decimal(row.unrealized_pl, "unrealizedPL"),
        realized_pnl=optional_decimal(row.achieved_profits, "achievedProfits"),
        mark_price=positive(row.mark_price, "markPrice"),
        liquidation_price=positive(row.liquidation_price, "liquidationPrice"),
        break_even_price=positive(row.break_even_price, "breakEvenPrice"),
        maintenance_margin_rate=optional_decimal(row.keep_margin_rate, "keepMarginRate"),
        margin_ratio=optional_decimal(row.margin_ratio, "marginRatio"),
        funding_paid=optional_decimal(row.total_fee, "totalFee"),
        fees_paid=optional_decimal(row.deducted_fee, "deductedFee"),
        take_profit=positive(row.take_profit, "takeProfit"),
        stop_loss=positive(row.stop_loss, "stopLoss"),
        auto_margin=yes_no(row.auto_margin),
        position_id=optional_identifier(row.position_id or row.pos_id, "positionId"),
        created_ms=moment(row.created, "cTime"),
        updated_ms=moment(row.updated, "uTime"),
    )


def _size(row: PositionRow) -> Decimal:
    size = amount(row.total, "total")
    if size < 0:
        # Legs have a side; what a sign would mean nobody knows, and it must not read as flat.
        raise DecodeError("total: below zero")
    return size


def _closed(row: ClosedPositionRow, product_type: ProductType) -> ClosedPosition:
    return ClosedPosition(
        instrument=instrument(product_type, row.symbol),
        position_id=optional_identifier(row.position_id, "positionId"),
        side=leg(row.hold_side, "holdSide"),
        margin_mode=margin_mode(row.margin_mode),
        margin_coin=coin(row.margin_coin, "marginCoin"),
        entry_price=decimal(row.open_avg_price, "openAvgPrice"),
        exit_price=decimal(row.close_avg_price, "closeAvgPrice"),
        opened_size=amount(row.open_total_pos, "openTotalPos"),
        closed_size=amount(row.close_total_pos, "closeTotalPos"),
        pnl=decimal(row.pnl, "pnl"),
        funding=_or_zero(row.total_funding, "totalFunding"),
        open_fee=_or_zero(row.open_fee, "openFee"),
        close_fee=_or_zero(row.close_fee, "closeFee"),
        net_pnl=decimal(row.net_profit, "netProfit"),
        created_ms=millis(row.ctime if row.ctime is not None else row.created, "ctime"),
        updated_ms=millis(row.utime if row.utime is not None else row.updated, "utime"),
    )


def _or_zero(value: object, field: str) -> Decimal:
    found = optional_decimal(value, field)
    return Decimal(0) if found is None else found
