"""What is over: orders that ended, trades of the account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from bgtui.domain import question
from bgtui.domain.account import Fill, Liquidity
from bgtui.domain.ending import FORCED, ending_of
from bgtui.domain.instrument import ProductType
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, Order, OrderStatus, PositionMode, PositionSide
from bgtui.domain.text import clean_cell
from bgtui.store.answers import Answer
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure, worded
from bgtui.ui.view.act import act, act_role
from bgtui.ui.view.glyph import ELSEWHERE, NONE, UNKNOWN
from bgtui.ui.view.orders import OrderItem, columns, kind_words, size_words
from bgtui.ui.view.positions import gain
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Span
from bgtui.ui.view.table import Column, Line, Table

HISTORY = (
    Column("time", "ended", 8, is_text=True),
    Column("symbol", "symbol", 8, is_text=True),
    Column("act", "act", 4, is_text=True),
    Column("kind", "kind", 8, is_text=True),
    Column("price", "price", 10),
    Column("average", "average", 10),
    Column("size", "size", 8),
    Column("filled", "filled", 6),
    Column("state", "state", 9, is_text=True),
    Column("realized", "realized", 10, from_width=120),
    Column("client", "client id", 14, is_text=True, from_width=120, is_sortable=False),
    Column("exchange", "exchange", 11, is_text=True, from_width=120, is_sortable=False),
    Column("reason", "reason", 30, is_text=True, from_width=200, is_sortable=False),
)
FILLS = (
    Column("time", "time", 8, is_text=True),
    Column("symbol", "symbol", 8, is_text=True),
    Column("act", "act", 4, is_text=True),
    Column("liquidity", "as", 8, is_text=True),
    Column("price", "price", 10),
    Column("size", "size", 8),
    Column("fee", "fee", 12),
    Column("realized", "realized", 10),
    Column("value", "value", 12, from_width=120),
    Column("client", "client id", 14, is_text=True, from_width=120, is_sortable=False),
    Column("order", "order", 11, is_text=True, from_width=120, is_sortable=False),
    Column("trade", "trade", 20, is_text=True, from_width=200, is_sortable=False),
)


def troubles(answers: Iterable[tuple[ProductType, Answer[Any]]]) -> list[str]:
    """Return which questions failed, and why; one that was never answered is a trouble of its own."""
    return [
        f"{worded.wallet(product)}: {clean_cell(answer.error, 60)}"
        for product, answer in answers
        if answer.error
    ]


def _nothing(what: str, answers: Sequence[tuple[ProductType, Answer[Any]]]) -> tuple[str, bool]:
    """Return the sentence for no rows, and whether that is known."""
    if found := troubles(answers):
        return f"? {what} not known: {found[0]}", False
    if any(not answer.is_known for _, answer in answers):
        return f".. {what}: asking the exchange", False
    return f"No {what.lower()} in the last days.", True


def history_orders(store: Store, products: Iterable[ProductType]) -> list[Order]:
    """Return every order that ended, as the stream told it or the history."""
    found: dict[tuple[str, str], Order] = {}
    for product in products:
        asked = store.answer(question.order_history(product)).value or ()
        for order in (*asked, *store.finished_orders(product)):
            key = (order.instrument, order.order_id)
            old = found.get(key)
            if old is None or order.updated_ms >= old.updated_ms:
                found[key] = order
    return list(found.values())


def history_table(
    store: Store,
    products: Sequence[ProductType],
    now_ms: int,
    *,
    screen_width: int,
    hides_money: bool = False,
) -> Table:
    """Return the table of orders that ended."""
    lines = tuple(
        _history_line(store, order, now_ms, hides_money=hides_money)
        for order in history_orders(store, products)
    )
    answers = [(product, store.answer(question.order_history(product))) for product in products]
    text, is_known = _nothing("Ended orders", answers)
    return Table(columns(lines, screen_width, HISTORY), lines, text, is_known=is_known)


def _history_line(store: Store, order: Order, now_ms: int, *, hides_money: bool) -> Line:
    rules = store.instrument(order.instrument)
    places = rules.price_places if rules is not None else 2
    item = OrderItem(order.instrument, order, is_mine=store.is_ours(order.client_order_id))
    word, kind, state = act(order), kind_words(item), _ended(order)
    filled = order.filled_size / order.size if order.size and not order.size_is_quote else None
    size = size_words(rules, order.size, is_quote=order.size_is_quote)
    realized = order.realized_pnl
    client = order.client_order_id or NONE
    return Line(
        key=order.order_id,
        cells=(
            Span(figure.moment(order.updated_ms, now_ms), Role.MUTED),
            Span(order.instrument.symbol),
            Span(word, act_role(order.side)),
            Span(kind),
            Span(NONE if order.price is None else figure.price(order.price, places)),
            Span(NONE if order.average_price is None else figure.price(order.average_price, places)),
            Span(hide(size, is_private=hides_money)),
            Span(NONE if filled is None else figure.percent(filled, 0)),
            Span(state, Role.WARN if ending_of(order) is not None else Role.PLAIN),
            Span(hide(NONE if realized is None else figure.signed(realized), is_private=hides_money),
                 gain(realized)),
            Span(hide(client, is_private=hides_money)),
            Span(hide(figure.short_id(order.order_id), is_private=hides_money)),
            Span(clean_cell(order.cancel_reason, 30) or NONE),
        ),
        sort=(
            order.updated_ms, order.instrument.symbol, word, kind, order.price, order.average_price,
            order.size, filled, state, realized,
        ),
        search=f"{order.instrument} {word} {kind} {state} {client} {order.order_id}".casefold(),
        item=item,
    )  # fmt: skip


def _ended(order: Order) -> str:
    ending = ending_of(order)
    if ending is not None:
        return ending.short
    if order.status is OrderStatus.CANCELED and order.filled_size:
        return "part, end"
    return UNKNOWN if order.status is OrderStatus.UNKNOWN else order.status.value


def all_fills(store: Store, products: Iterable[ProductType]) -> list[Fill]:
    """Return every trade that is known, each once."""
    found: dict[tuple[str, str], Fill] = {}
    for product in products:
        for fill in (*(store.answer(question.fills(product)).value or ()), *store.fills(product)):
            found[fill.instrument, fill.trade_id] = fill
    return list(found.values())


def fills_table(
    store: Store,
    products: Sequence[ProductType],
    now_ms: int,
    *,
    screen_width: int,
    hides_money: bool = False,
) -> Table:
    """Return the table of trades."""
    lines = tuple(
        _fill_line(store, fill, now_ms, hides_money=hides_money) for fill in all_fills(store, products)
    )
    answers = [(product, store.answer(question.fills(product))) for product in products]
    text, is_known = _nothing("Fills", answers)
    return Table(columns(lines, screen_width, FILLS), lines, text, is_known=is_known)


def _fill_line(store: Store, fill: Fill, now_ms: int, *, hides_money: bool) -> Line:
    rules = store.instrument(fill.instrument)
    places = rules.price_places if rules is not None else 2
    word = fill_act(fill)
    liquidity = fill_kind(fill)
    cost = sum((fee.cost for fee in fill.fees), Decimal(0)) if fill.fees else None
    fee = NONE if cost is None else f"{figure.signed(-cost)} {fill.fees[0].coin}"
    value = fill.quote_amount if fill.quote_amount is not None else fill.price * fill.size
    realized = fill.realized_pnl
    return Line(
        key=f"{fill.instrument}/{fill.trade_id}",
        cells=(
            Span(figure.moment(fill.time_ms, now_ms), Role.MUTED),
            Span(fill.instrument.symbol),
            Span(word, act_role(fill.side)),
            Span(liquidity, Role.WARN if fill.forced is not None else Role.PLAIN),
            Span(figure.price(fill.price, places)),
            Span(hide(size_words(rules, fill.size), is_private=hides_money)),
            Span(hide(fee, is_private=hides_money)),
            Span(hide(NONE if realized is None else figure.signed(realized), is_private=hides_money),
                 gain(realized)),
            Span(hide(figure.money(value), is_private=hides_money)),
            Span(hide(fill.client_order_id or NONE, is_private=hides_money)),
            Span(hide(figure.short_id(fill.order_id), is_private=hides_money)),
            Span(hide(fill.trade_id, is_private=hides_money)),
        ),
        sort=(
            fill.time_ms, fill.instrument.symbol, word, liquidity, fill.price, fill.size, cost, realized,
            value,
        ),
        search=f"{fill.instrument} {word} {liquidity} {fill.client_order_id} {fill.order_id}".casefold(),
        item=fill,
    )  # fmt: skip


def fill_kind(fill: Fill) -> str:
    """Return what a trade was: taker or maker, or what the exchange did by itself."""
    if fill.forced is not None:
        return FORCED[fill.forced].short
    return UNKNOWN if fill.liquidity is Liquidity.UNKNOWN else fill.liquidity.value


def fill_act(fill: Fill) -> str:
    """Return what a trade did to a leg."""
    if fill.forced is not None:
        return ELSEWHERE
    if fill.position_mode is PositionMode.HEDGE and fill.position_side is not None:
        letter = "L" if fill.position_side is PositionSide.LONG else "S"
        return ("-" if fill.effect is Effect.CLOSE else "+") + letter
    return "buy" if fill.side is Side.BUY else "sell"
