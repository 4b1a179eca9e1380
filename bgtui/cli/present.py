"""Domain values as plain tables for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import zip_longest

from bgtui.cli.table import Cell, Table
from bgtui.domain.account import Balance, Fill, Position
from bgtui.domain.book import Level
from bgtui.domain.instrument import Instrument
from bgtui.domain.market import Candle, Ticker, Trade
from bgtui.domain.order import Order, PlanOrder
from bgtui.domain.text import Untrusted


def clock_text(time_ms: int | None) -> str:
    """Return a time as ``2026-01-31 12:00:00.123`` UTC; a dash for none."""
    if time_ms is None:
        return "-"
    try:
        moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return str(time_ms)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{time_ms % 1000:03d}"


def ticker_table(ticker: Ticker) -> Table:
    """Return one ticker as names and values."""
    rows: list[tuple[str, Cell]] = [
        ("last", _number(ticker.last_text)),
        ("bid", _number(ticker.bid_text)),
        ("ask", _number(ticker.ask_text)),
        ("mark", _number(ticker.mark_text)),
        ("index", _number(ticker.index_text)),
        ("change 24h %", _percent(ticker.change_24h)),
        ("high 24h", _number(ticker.high_24h_text)),
        ("low 24h", _number(ticker.low_24h_text)),
        ("volume", _number(ticker.base_volume_text)),
        ("turnover", _number(ticker.quote_volume_text)),
        ("funding %", _percent(ticker.funding_rate)),
        ("next funding", clock_text(ticker.next_funding_ms) if ticker.next_funding_ms else None),
        ("open interest", _number(ticker.open_interest_text)),
    ]
    known = [row for row in rows if row[1] is not None]
    return Table((str(ticker.instrument), clock_text(ticker.time_ms)), known)


def book_table(bids: Sequence[Level], asks: Sequence[Level], title: str) -> Table:
    """Return the levels side by side, best first."""
    rows = [
        (_number(bid[1]), _number(bid[0]), _number(ask[0]), _number(ask[1]))
        for bid, ask in zip_longest(bids, asks, fillvalue=("", ""))
    ]
    return Table(("bid size", "bid", "ask", "ask size"), rows, title)


def trades_table(trades: Sequence[Trade]) -> Table:
    """Return public trades."""
    rows = [(clock_text(each.time_ms), each.side.value, each.price, each.size) for each in trades]
    return Table(("time (UTC)", "side", "price", "size"), rows)


def candles_table(candles: Sequence[Candle]) -> Table:
    """Return bars."""
    rows = [
        (clock_text(each.start_ms)[:16], each.open, each.high, each.low, each.close, each.base_volume)
        for each in candles
    ]
    return Table(("start (UTC)", "open", "high", "low", "close", "volume"), rows)


def contracts_table(instruments: Sequence[Instrument]) -> Table:
    """Return instruments with the rules that orders meet first."""
    rows = [
        (
            each.id,
            each.status.value,
            each.tick,
            each.size_step,
            each.min_size,
            each.min_notional,
            each.max_leverage,
        )
        for each in instruments
    ]
    return Table(("instrument", "status", "tick", "step", "min size", "min value", "lev"), rows)


def balances_table(balances: Sequence[Balance]) -> Table:
    """Return the coins of a wallet."""
    rows = [
        (each.coin, each.available, each.frozen, each.equity, each.unrealized_pnl, each.usdt_equity)
        for each in balances
    ]
    return Table(("coin", "available", "frozen", "equity", "unrealized pnl", "usdt equity"), rows)


def positions_table(positions: Sequence[Position]) -> Table:
    """Return open legs."""
    rows = [
        (
            each.instrument,
            each.side.value,
            each.margin_mode.value,
            each.size,
            each.entry_price,
            each.mark_price,
            each.unrealized_pnl,
            each.liquidation_price,
            each.leverage,
            each.margin,
        )
        for each in positions
    ]
    names = ("instrument", "side", "margin mode", "size", "entry", "mark", "unrealized pnl", "liquidation")
    return Table((*names, "leverage", "margin"), rows)


def orders_table(orders: Sequence[Order]) -> Table:
    """Return orders."""
    rows = [
        (
            clock_text(each.created_ms)[:19],
            each.instrument,
            each.side.value,
            _leg(each.effect, each.position_side),
            each.order_type.value,
            each.price,
            each.size,
            each.filled_size,
            each.average_price,
            _state(each.status.value, each.status_text),
            each.order_id,
        )
        for each in orders
    ]
    names = ("created (UTC)", "instrument", "side", "leg", "type", "price", "size", "filled", "average")
    return Table((*names, "status", "order id"), rows)


def plans_table(plans: Sequence[PlanOrder]) -> Table:
    """Return trigger orders."""
    rows = [
        (
            clock_text(each.created_ms)[:19],
            each.instrument,
            each.kind.value,
            each.side.value,
            _leg(each.effect, each.position_side),
            each.trigger_price,
            each.trigger_type.value,
            each.execute_price,
            each.size,
            _state(each.status.value, each.status_text),
            each.order_id,
        )
        for each in plans
    ]
    names = ("created (UTC)", "instrument", "kind", "side", "leg", "trigger", "by", "price", "size")
    return Table((*names, "status", "order id"), rows)


def fills_table(fills: Sequence[Fill]) -> Table:
    """Return the account's trades."""
    rows = [
        (
            clock_text(each.time_ms),
            each.instrument,
            each.side.value,
            each.price,
            each.size,
            each.liquidity.value,
            each.realized_pnl,
            ", ".join(f"{fee.cost:f} {fee.coin}" for fee in each.fees),
            each.order_id,
        )
        for each in fills
    ]
    names = (
        "time (UTC)",
        "instrument",
        "side",
        "price",
        "size",
        "liquidity",
        "realized pnl",
        "fee",
        "order id",
    )
    return Table(names, rows)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _percent(fraction: Decimal | None) -> Decimal | None:
    if fraction is None:
        return None
    percent = fraction * 100
    # A number of absurd size is shown as it is: rounding it would exceed the precision.
    return percent if percent.adjusted() > 15 else percent.quantize(Decimal("0.0001"))


def _leg(effect: object, side: object) -> str | None:
    words = [str(word) for word in (effect, side) if word is not None]
    return " ".join(words) or None


def _state(status: str, text: Untrusted | None) -> Cell:
    return text if status == "unknown" and text else status
