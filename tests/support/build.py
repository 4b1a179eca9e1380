"""Builders: whole values from the few fields that a test is about."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain.account import Balance, ClosedPosition, Fill, Liquidity, Position
from bgtui.domain.book import Level
from bgtui.domain.event import BookDepth, BookReceived
from bgtui.domain.instrument import Instrument, InstrumentStatus, ProductType, instrument_id
from bgtui.domain.market import Candle, Side, Ticker, Trade
from bgtui.domain.order import (
    MarginMode,
    Order,
    OrderStatus,
    OrderType,
    PlanKind,
    PlanOrder,
    PlanStatus,
    PositionMode,
    PositionSide,
    TimeInForce,
    TriggerType,
)

USDT = ProductType.USDT_FUTURES
SPOT = ProductType.SPOT
BTC = instrument_id(USDT, "BTCUSDT")
ETH = instrument_id(USDT, "ETHUSDT")
SPOT_BTC = instrument_id(SPOT, "BTCUSDT")

D = Decimal


class HandClock:
    """domain.clock.Clock that moves when a test says so."""

    def __init__(self, monotonic_s: float = 1000.0, wall_ms: int = 1_700_000_000_000) -> None:
        self.monotonic_s = monotonic_s
        self.wall_ms = wall_ms

    def now_ms(self) -> int:
        return self.wall_ms

    def monotonic(self) -> float:
        return self.monotonic_s

    def advance(self, seconds: float) -> None:
        self.monotonic_s += seconds
        self.wall_ms += round(seconds * 1000)


def book(
    bids: Sequence[Level] = (("100.0", "1"),),
    asks: Sequence[Level] = (("100.5", "2"),),
    *,
    seq: int | None = 1,
    pseq: int | None = None,
    crc: int | None = None,
    is_snapshot: bool = False,
    instrument: str = BTC,
    depth: BookDepth = BookDepth.FULL,
    time_ms: int = 1,
) -> BookReceived:
    return BookReceived(
        instrument_id(ProductType(instrument.partition(":")[0]), instrument.partition(":")[2]),
        depth,
        is_snapshot,
        list(bids),
        list(asks),
        seq,
        pseq,
        crc,
        time_ms,
    )


def trade(trade_id: str, time_ms: int, price: str = "100.0", size: str = "1") -> Trade:
    return Trade(trade_id, price, size, Side.BUY, time_ms)


def ticker(time_ms: int, last: str = "100.0", instrument: str = BTC) -> Ticker:
    return Ticker(
        instrument_id(ProductType(instrument.partition(":")[0]), instrument.partition(":")[2]), time_ms, last
    )


def candle(start_ms: int, close: str = "1") -> Candle:
    return Candle(start_ms, "1", "2", "0.5", close, "10", "10")


def order(
    status: OrderStatus = OrderStatus.LIVE,
    *,
    order_id: str = "1",
    updated_ms: int = 10,
    filled: str = "0",
    average: str | None = None,
    size: str = "2",
    instrument: str = BTC,
) -> Order:
    product, _, symbol = instrument.partition(":")
    return Order(
        instrument=instrument_id(ProductType(product), symbol),
        order_id=order_id,
        client_order_id=f"c{order_id}",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        status=status,
        size=D(size),
        filled_size=D(filled),
        created_ms=5,
        updated_ms=updated_ms,
        price=D("100"),
        average_price=None if average is None else D(average),
    )


def plan(
    status: PlanStatus = PlanStatus.LIVE,
    *,
    order_id: str = "p1",
    updated_ms: int = 10,
    trigger: str = "90",
) -> PlanOrder:
    return PlanOrder(
        instrument=BTC,
        order_id=order_id,
        client_order_id="",
        kind=PlanKind.TRIGGER,
        status=status,
        side=Side.SELL,
        order_type=OrderType.MARKET,
        trigger_type=TriggerType.MARK,
        trigger_price=D(trigger),
        size=D("1"),
        created_ms=5,
        updated_ms=updated_ms,
    )


def position(
    size: str = "1",
    *,
    side: PositionSide = PositionSide.LONG,
    updated_ms: int | None = 10,
    entry: str = "100",
) -> Position:
    return Position(
        instrument=BTC,
        side=side,
        margin_mode=MarginMode.CROSSED,
        position_mode=PositionMode.HEDGE,
        margin_coin="USDT",
        size=D(size),
        available=D(size),
        locked=D(0),
        entry_price=D(entry),
        leverage=D(10),
        margin=D(10),
        updated_ms=updated_ms,
    )


def balance(coin: str = "USDT", available: str = "100", product_type: ProductType = USDT) -> Balance:
    return Balance(product_type, coin, D(available), D(0))


def fill(trade_id: str, time_ms: int = 10, *, order_id: str = "1", size: str = "1") -> Fill:
    return Fill(BTC, trade_id, order_id, "", Side.BUY, D("100"), D(size), time_ms, Liquidity.TAKER)


def closed(position_id: str, updated_ms: int = 10) -> ClosedPosition:
    zero = D(0)
    return ClosedPosition(
        BTC,
        position_id,
        PositionSide.LONG,
        MarginMode.CROSSED,
        "USDT",
        D(100),
        D(110),
        D(1),
        D(1),
        D(10),
        zero,
        zero,
        zero,
        D(10),
        5,
        updated_ms,
    )


def contract(symbol: str = "BTCUSDT", *, tick: str = "0.1", step: str = "0.0001") -> Instrument:
    def places(text: str) -> int:
        return len(text.partition(".")[2])

    return Instrument(
        id=instrument_id(USDT, symbol),
        base_coin=symbol.removesuffix("USDT"),
        quote_coin="USDT",
        margin_coins=("USDT",),
        price_places=places(tick),
        tick=D(tick),
        size_places=places(step),
        size_step=D(step),
        min_size=D(step),
        min_notional=D(5),
        maker_fee_rate=D("0.0002"),
        taker_fee_rate=D("0.0006"),
        status=InstrumentStatus.NORMAL,
    )
