"""What stands on one row of the ladder: my orders and the book's levels, all at their true prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain.book import Level
from bgtui.domain.instrument import Instrument
from bgtui.domain.market import Side
from bgtui.domain.value import frozen
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure, stack
from bgtui.ui.view.dockframe import Body, Section, labelled
from bgtui.ui.view.glyph import NONE
from bgtui.ui.view.ladder_own import OwnOrder
from bgtui.ui.view.span import Row, Span, crop, row

MAX_LEVELS = 20


@frozen
class Standing:
    """One row of the ladder."""

    price_text: str
    orders: Sequence[OwnOrder]
    bids: Sequence[Level]
    """Best first."""
    asks: Sequence[Level]
    note: str = ""
    """Why the levels may not be taken for the market's."""


def rows(store: Store, rules: Instrument, standing: Standing, now_ms: int, width: int,
         *, hides_money: bool = False) -> list[Body]:  # fmt: skip
    """Return the lines of the dock."""
    lines: list[Body] = [labelled("row", standing.price_text)]
    if standing.note:
        lines.append(row(Span(f" {standing.note}", Role.WARN)))
    lines.append(Section("my orders"))
    if not standing.orders:
        lines.append(row(Span(f" {NONE}", Role.MUTED)))
    for order in standing.orders:
        line = stack.order_line(store, order, rules, now_ms, width - 1, hides_money=hides_money)
        lines.append((Span(" "), *line))
        lines.append(row(Span(f"   {_ids(order)}", Role.MUTED)))
    for title, side, levels in (
        ("asks", Side.SELL, list(reversed(standing.asks))),
        ("bids", Side.BUY, list(standing.bids)),
    ):
        if levels:
            lines.append(Section(f"{title} {len(levels)}"))
            lines += [_level(rules, level, side, width) for level in levels[:MAX_LEVELS]]
    if not standing.asks and not standing.bids:
        lines += [Section("book"), row(Span(f" {NONE}", Role.MUTED))]
    return lines


def _ids(order: OwnOrder) -> str:
    exchange = order.order.order_id if order.order is not None else ""
    if order.plan is not None:
        exchange = order.plan.order_id
    return f"{order.client_order_id or NONE} · {figure.short_id(exchange)}"


def _level(rules: Instrument, level: Level, side: Side, width: int) -> Row:
    price, size = level
    role = Role.BID if side is Side.BUY else Role.ASK
    price_text = figure.price(Decimal(price), rules.price_places)
    return crop(row(f" {price_text.rjust(12)}  ", Span(size.rjust(12), role)), width)
