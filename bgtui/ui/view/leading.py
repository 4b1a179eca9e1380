"""The leader's totals, profit, symbols, limits, and the detail of a tracking order."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.copytrade import LeaderSummary, LeadSymbol, ProfitShare, ProfitSummary, TrackingOrder
from bgtui.domain.text import clean_cell
from bgtui.store.answers import Answer
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure, polled, tracking
from bgtui.ui.view.glyph import ABOUT, NONE, UNKNOWN
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span, row, rule
from bgtui.ui.view.table import Column, Line, Table
from bgtui.ui.workspace import Workspace

_PROFIT_COLUMNS = (
    Column("time", "time", 16, is_text=True),
    Column("coin", "coin", 6, is_text=True),
    Column("amount", "amount", 14),
    Column("follower", "follower", 20, is_text=True, gap=3),
)
_SYMBOL_COLUMNS = (
    Column("symbol", "symbol", 12, is_text=True),
    Column("copying", "copying", 7, is_text=True),
    Column("min", "min size", 10),
    Column("max", "max lev", 8),
    Column("TP", "TP ratio", 9),
    Column("SL", "SL ratio", 9),
)
_METER = 20


def summary_rows(
    summary: Answer[LeaderSummary], profit: Answer[ProfitSummary], *, is_private: bool
) -> list[Row]:
    """Return ROI, totals and followers, then the shares of profit."""
    found = summary.value
    shares = profit.value
    if found is None and shares is None:
        return []
    total = hide(figure.signed(found.total_pnl if found else None), is_private=is_private)
    roi = UNKNOWN if found is None or found.roi is None else f"{figure.signed(found.roi)}%"
    first = f" ROI {roi}  total {total}  win {_wins(found)}  followers {_followers(found)}"
    yesterday = hide(figure.signed(shares.yesterday if shares else None), is_private=is_private)
    waiting = hide(figure.signed(shares.waiting if shares else None), is_private=is_private)
    paid = hide(figure.signed(shares.total if shares else None), is_private=is_private)
    second = f" share: yesterday {yesterday}  waiting {waiting}  paid out {paid} USDT"
    return [row(Span(first)), row(Span(second))]


def _wins(found: LeaderSummary | None) -> str:
    if found is None or found.win_ratio is None:
        return UNKNOWN
    counts = "" if found.wins is None or found.order_count is None else f" ({found.wins}/{found.order_count})"
    return f"{figure.plain(found.win_ratio, places=1)}%{counts}"


def _followers(found: LeaderSummary | None) -> str:
    if found is None or found.current_followers is None:
        return UNKNOWN
    ever = "" if found.total_followers is None else f", {found.total_followers} ever"
    return f"{found.current_followers} now{ever}"


def profit_table(answer: Answer[tuple[ProfitShare, ...]], *, is_private: bool, is_stale: bool) -> Table:
    """Return the shares of profit that were paid."""
    lines = tuple(
        Line(
            share.profit_id or f"{share.time_ms}/{at}",
            (
                Span(figure.date(share.time_ms)),
                Span(share.coin),
                Span(hide(figure.signed(share.amount), is_private=is_private)),
                Span(_name(share, is_private=is_private)),
            ),
            (share.time_ms, share.coin, share.amount, None),
            share.coin.lower(),
            share,
        )
        for at, share in enumerate(answer.value or ())
    )
    return Table(
        _PROFIT_COLUMNS, lines, polled.empty(answer, "No share of profit was paid yet."), is_stale=is_stale
    )


def _name(share: ProfitShare, *, is_private: bool) -> str:
    if share.follower_name is None:
        return NONE
    return hide(clean_cell(share.follower_name, 20), is_private=is_private)


def symbol_table(answer: Answer[tuple[LeadSymbol, ...]], *, is_stale: bool) -> Table:
    """Return what the leader lends to copying."""
    lines = tuple(
        Line(
            symbol.instrument,
            (
                Span(symbol.instrument.symbol),
                Span("on", Role.BID) if symbol.is_enabled else Span("off", Role.MUTED),
                Span(figure.plain(symbol.min_open_size)),
                Span(figure.leverage(symbol.max_leverage)),
                Span(_ratio(symbol.take_profit_ratio)),
                Span(_ratio(symbol.stop_loss_ratio)),
            ),
            (
                symbol.instrument.symbol,
                int(symbol.is_enabled),
                symbol.min_open_size,
                symbol.max_leverage,
                None,
                None,
            ),
            symbol.instrument.lower(),
            symbol,
        )
        for symbol in answer.value or ()
    )
    return Table(_SYMBOL_COLUMNS, lines, polled.empty(answer, "No symbols to lend."), is_stale=is_stale)


def _ratio(value: Decimal | None) -> str:
    return NONE if value is None else f"{figure.plain(value)}%"


def detail_rows(store: Store, order: TrackingOrder | None, workspace: Workspace, width: int) -> list[Row]:
    """Return the order under the cursor, what closing it would do, and the limits."""
    rows: list[Row] = []
    hides = workspace.is_private
    if order is not None:
        head = (
            f"{order.side.value.upper()} {order.instrument.symbol} {tracking.short_number(order.tracking_no)}"
        )
        rows.append(rule(row(Span(head, Role.ACCENT)), width))
        opened = figure.moment(order.open_ms, workspace.now_ms)
        count = UNKNOWN if order.follower_count is None else str(order.follower_count)
        rows.append(
            row(f" opened {opened} · lead order {figure.short_id(order.open_order_id)} · copied by {count}")
        )
        earned = tracking.live_pnl(store, order)
        net = hide(f"{ABOUT}{figure.signed(earned)}", is_private=hides)
        rows.append(
            row(
                Span(
                    f" a close would close {count} copies at market too; {net} for you before fees",
                    Role.MUTED,
                )
            )
        )
    rows.append(rule(row("limits"), width))
    rows += _limits(store, workspace)
    return rows


def _limits(store: Store, workspace: Workspace) -> list[Row]:
    shown = workspace.instrument
    product = workspace.identity.product_type
    orders = store.open_orders(product)
    rules = store.instrument(shown) if shown is not None else None
    rows: list[Row] = []
    if shown is not None:
        mine = None if orders is None else sum(order.instrument == shown for order in orders)
        rows.append(_meter(f"{shown.symbol} orders", mine, rules.max_orders if rules else None))
    total = None if orders is None else len(orders)
    rows.append(_meter("product orders", total, rules.max_product_orders if rules else None))
    return rows


def _meter(label: str, count: int | None, limit: int | None) -> Row:
    if count is None or not limit:
        return row(
            f" {label:<16} {UNKNOWN if count is None else count} of {UNKNOWN if limit is None else limit}"
        )
    filled = min(_METER, (count * _METER + limit - 1) // limit)
    bar = "█" * filled + "░" * (_METER - filled)
    return row(f" {label:<16} {count:>3} of {limit:<4} ", Span(bar, Role.ACCENT))
