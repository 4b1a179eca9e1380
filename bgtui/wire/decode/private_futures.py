"""Private channels of futures to events (wire notes 6.3 and 7.6 to 7.8)."""

from __future__ import annotations

from collections.abc import Sequence

from bgtui.domain.account import Balance, ClosedPosition, Fill, Position
from bgtui.domain.error import DecodeError
from bgtui.domain.event import (
    BalancesReported,
    Deleveraged,
    EquityReported,
    Event,
    FillReported,
    OrderUpdated,
    PlanOrderUpdated,
    PositionClosed,
    PositionsReported,
)
from bgtui.domain.instrument import ProductType
from bgtui.domain.order import (
    MarginMode,
    Order,
    OrderStatus,
    PlanKind,
    PlanOrder,
    PlanStatus,
    PositionMode,
    PositionSide,
)
from bgtui.domain.text import Untrusted
from bgtui.wire import number
from bgtui.wire.decode import alias, private_spot, word
from bgtui.wire.decode.fee import fees
from bgtui.wire.decode.origin import Origin
from bgtui.wire.decode.row import Row, rows
from bgtui.wire.payload.frame import Frame


def orders(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `orders`: each row is one order as it now stands."""
    return [OrderUpdated(order(origin.product_type, row)) for row in rows(frame.data, alias.ORDER)]


def order(product_type: ProductType, row: Row) -> Order:
    """Read one row of `orders`."""
    turned = _direction(row)
    status = word.order_status(row.get("status"))
    return Order(
        instrument=row.instrument(product_type),
        order_id=row.identifier("orderId"),
        client_order_id=row.client_id(),
        side=turned.side,
        order_type=word.order_type(row.get("orderType")),
        time_in_force=word.force(row.get("force")),
        status=status,
        size=row.decimal("size"),
        # `baseVolume` is only the last fill here.
        filled_size=row.decimal_or_zero("accBaseVolume"),
        created_ms=row.millis("cTime"),
        updated_ms=row.millis("uTime"),
        price=row.positive_or_none("price"),
        average_price=row.positive_or_none("priceAvg"),
        position_side=turned.position_side,
        effect=turned.effect,
        reduce_only=turned.reduce_only,
        position_mode=turned.position_mode,
        margin_mode=word.margin_mode(row.get("marginMode")),
        margin_coin=row.coin("marginCoin"),
        leverage=row.positive_or_none("leverage"),
        take_profit=row.positive_or_none("presetStopSurplusPrice"),
        stop_loss=row.positive_or_none("presetStopLossPrice"),
        realized_pnl=row.decimal_or_none("totalProfits"),
        fees=fees(row.get("feeDetail")),
        forced=turned.forced,
        source=row.word("enterPointSource"),
        cancel_reason=row.word("cancelReason"),
        status_text=word.unknown(row.get("status"), known=status is not OrderStatus.UNKNOWN),
    )


def plans(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `orders-algo`: trigger, trailing and TP/SL orders."""
    return [PlanOrderUpdated(plan(origin.product_type, row)) for row in rows(frame.data, alias.ORDER)]


def plan(product_type: ProductType, row: Row) -> PlanOrder:
    """Read one row of `orders-algo`."""
    kind = word.plan_kind(row.get("planType"))
    if kind is PlanKind.SPOT_TRIGGER:
        # The spot page's own sample carries a futures topic.
        return private_spot.plan(row)
    turned = _direction(row)
    status = word.plan_status(row.get("status"))
    return PlanOrder(
        instrument=row.instrument(product_type),
        order_id=row.identifier("orderId"),
        client_order_id=row.client_id(),
        kind=kind,
        status=status,
        side=turned.side,
        order_type=word.order_type(row.get("orderType")),
        trigger_type=word.trigger_type(row.get("triggerType")),
        trigger_price=row.positive_or_none("triggerPrice"),
        # Zero or nothing: the whole leg.
        size=row.positive_or_none("size"),
        created_ms=row.millis("cTime"),
        updated_ms=row.millis("uTime"),
        # `price` only repeats the trigger price here.
        execute_price=row.positive_or_none("executePrice"),
        callback_ratio=row.positive_or_none("callbackRatio"),
        position_side=turned.position_side,
        effect=turned.effect,
        position_mode=turned.position_mode,
        margin_mode=word.margin_mode(row.get("marginMode")),
        margin_coin=row.coin("marginCoin"),
        take_profit=row.positive_or_none("stopSurplusTriggerPrice"),
        stop_loss=row.positive_or_none("stopLossTriggerPrice"),
        execute_order_id=row.identifier_or_empty("executeOrderId"),
        source=row.word("enterPointSource"),
        status_text=word.unknown(row.get("status"), known=status is not PlanStatus.UNKNOWN),
    )


def _direction(row: Row) -> word.Direction:
    return word.direction(
        side_word=row.get("side"),
        trade_side_word=row.get("tradeSide"),
        leg_word=row.get("posSide"),
        mode_word=row.get("posMode"),
        reduce_only_word=row.get("reduceOnly"),
    )


def positions(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `positions`: always the full list of its product type, so a leg that is not in it is closed."""
    found = rows(frame.data, alias.POSITION)
    # A closed leg is missing from the next list, or in it with size zero.
    open_legs = tuple(position(origin.product_type, row) for row in found if row.decimal("total"))
    sent_ms = number.optional_millis(frame.ts, "ts")
    if sent_ms is None:
        if not found:
            raise DecodeError("ts: an empty list of positions without its time")
        sent_ms = max(row.millis("uTime") for row in found)
    return (PositionsReported(origin.product_type, open_legs, sent_ms),)


def position(product_type: ProductType, row: Row) -> Position:
    """Read one row of `positions`."""
    return Position(
        instrument=row.instrument(product_type),
        side=_leg(row),
        margin_mode=_margin_mode(row),
        position_mode=_position_mode(row),
        margin_coin=row.coin("marginCoin"),
        size=row.positive("total"),
        available=row.decimal_or_zero("available"),
        locked=row.decimal_or_zero("frozen"),
        entry_price=row.decimal("openPriceAvg"),
        leverage=row.decimal("leverage"),
        margin=row.decimal_or_zero("marginSize"),
        unrealized_pnl=row.decimal_or_none("unrealizedPL"),
        realized_pnl=row.decimal_or_none("achievedProfits"),
        mark_price=row.positive_or_none("markPrice"),
        liquidation_price=row.positive_or_none("liquidationPrice"),
        break_even_price=row.positive_or_none("breakEvenPrice"),
        maintenance_margin_rate=row.decimal_or_none("keepMarginRate"),
        margin_ratio=row.decimal_or_none("marginRate"),
        funding_paid=row.decimal_or_none("totalFee"),
        fees_paid=row.decimal_or_none("deductedFee"),
        take_profit=row.positive_or_none("takeProfit"),
        stop_loss=row.positive_or_none("stopLoss"),
        auto_margin=word.is_yes(row.get("autoMargin")) if row.get("autoMargin") else None,
        position_id=row.identifier_or_empty("posId"),
        created_ms=row.millis_or_none("cTime"),
        updated_ms=row.millis_or_none("uTime"),
    )


def closed(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `positions-history`: legs that were fully closed."""
    found = rows(frame.data, alias.POSITION)
    return [PositionClosed(closed_position(origin.product_type, row)) for row in found]


def closed_position(product_type: ProductType, row: Row) -> ClosedPosition:
    """Read one row of `positions-history`."""
    pnl = row.decimal("achievedProfits")
    funding, open_fee = row.decimal_or_zero("settleFee"), row.decimal_or_zero("openFee")
    close_fee = row.decimal_or_zero("closeFee")
    return ClosedPosition(
        instrument=row.instrument(product_type),
        position_id=row.identifier("posId"),
        side=_leg(row),
        margin_mode=_margin_mode(row),
        margin_coin=row.coin("marginCoin"),
        entry_price=row.decimal("openPriceAvg"),
        exit_price=row.decimal("closePriceAvg"),
        opened_size=row.decimal("openSize"),
        closed_size=row.decimal("closeSize"),
        pnl=pnl,
        funding=funding,
        open_fee=open_fee,
        close_fee=close_fee,
        net_pnl=pnl + funding + open_fee + close_fee,
        created_ms=row.millis("cTime"),
        updated_ms=row.millis("uTime"),
    )


def _leg(row: Row) -> PositionSide:
    found = word.leg(row.get("holdSide"))
    if found is None:
        raise DecodeError("holdSide: neither long nor short")
    return found


def _margin_mode(row: Row) -> MarginMode:
    found = word.margin_mode(row.get("marginMode"))
    if found is None:
        raise DecodeError("marginMode: neither crossed nor isolated")
    return found


def _position_mode(row: Row) -> PositionMode:
    said = row.get("posMode")
    if said is None:
        # Only source 000 leaves it out, which knows no legs of its own; every real row has it.
        return PositionMode.ONE_WAY
    found = word.position_mode(said)
    if found is None:
        # A guess would spell the next closing order for the wrong mode.
        raise DecodeError("posMode: neither one-way nor hedge")
    return found


def balances(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `account`: the named margin coins changed, others stay."""
    sent_ms = number.optional_millis(frame.ts, "ts")
    found = tuple(
        Balance(
            product_type=origin.product_type,
            coin=row.identifier("marginCoin").upper(),
            available=row.decimal("available"),
            frozen=row.decimal_or_zero("frozen"),
            equity=row.decimal_or_none("equity"),
            usdt_equity=row.decimal_or_none("usdtEquity"),
            unrealized_pnl=row.decimal_or_none("unrealizedPL"),
            max_open=row.decimal_or_none("maxOpenPosAvailable"),
            max_transfer_out=row.decimal_or_none("maxTransferOut"),
            cross_risk_ratio=row.decimal_or_none("crossedRiskRate"),
            updated_ms=row.millis_or_none("uTime") or sent_ms,
        )
        for row in rows(frame.data, alias.FUTURES_ACCOUNT)
    )
    latest_ms = max((balance.updated_ms or 0 for balance in found), default=0)
    reported_ms = latest_ms if sent_ms is None else sent_ms
    return (BalancesReported(origin.product_type, found, is_complete=False, time_ms=reported_ms),)


def fills(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `fill`; its side is the trade direction already, in hedge mode too."""
    return [FillReported(fill(origin.product_type, row)) for row in rows(frame.data, alias.FILL)]


def fill(product_type: ProductType, row: Row) -> Fill:
    """Read one row of `fill`."""
    traded = word.direction(
        side_word=row.get("side"),
        trade_side_word=row.get("tradeSide"),
        leg_word=row.get("posSide"),
        mode_word=row.get("posMode"),
        is_trade_direction=True,
    )
    return Fill(
        instrument=row.instrument(product_type),
        trade_id=row.identifier("tradeId"),
        order_id=row.identifier("orderId"),
        client_order_id=row.client_id(),
        side=traded.side,
        price=row.decimal("price"),
        size=row.decimal("baseVolume"),
        time_ms=row.millis("cTime"),
        liquidity=word.liquidity(row.get("tradeScope")),
        quote_amount=row.decimal_or_none("quoteVolume"),
        realized_pnl=row.decimal_or_none("profit"),
        fees=fees(row.get("feeDetail")),
        position_side=traded.position_side,
        effect=traded.effect,
        position_mode=traded.position_mode,
        forced=traded.forced,
    )


def equity(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `equity`, the worth of the whole wallet."""
    sent_ms = number.millis(frame.ts, "ts")
    return [
        EquityReported(
            origin.product_type,
            row.decimal("usdtEquity"),
            row.decimal_or_none("btcEquity"),
            row.decimal_or_none("unrealizedPL"),
            sent_ms,
        )
        for row in rows(frame.data, alias.FUTURES_ACCOUNT)
    ]


def deleveraged(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `adl-noti`: the exchange reduced a leg of this account."""
    return [
        Deleveraged(
            row.instrument(origin.product_type),
            Untrusted(row.text("side")),
            row.positive_or_none("price"),
            row.decimal_or_none("amount"),
            number.millis(frame.ts if row.get("ts") is None else row.get("ts"), "ts"),
        )
        for row in rows(frame.data, alias.INDEX)
    ]
