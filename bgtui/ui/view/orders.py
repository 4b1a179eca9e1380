"""Working orders: what the exchange has named, what is on its way, and what nobody knows the fate of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.intent import AmendOrder, ClosePosition, PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Order, OrderType, PositionSide, TimeInForce
from bgtui.domain.submission import Submission
from bgtui.domain.text import clean_cell
from bgtui.domain.value import frozen
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure, worded
from bgtui.ui.view.act import act, act_role
from bgtui.ui.view.glyph import DOUBT, ELSEWHERE, LIVE, NONE, ON_ITS_WAY, UNKNOWN
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Span, cells
from bgtui.ui.view.table import Column, Line, Table

COLUMNS = (
    Column("time", "time", 8, is_text=True),
    Column("symbol", "symbol", 8, is_text=True),
    Column("act", "act", 4, is_text=True),
    Column("kind", "kind", 9, is_text=True),
    Column("price", "price", 10),
    Column("size", "size", 8),
    Column("filled", "filled", 6),
    Column("state", "state", 10, is_text=True),
    Column("client", "client id", 14, is_text=True, from_width=120, is_sortable=False),
    Column("exchange", "exchange", 10, is_text=True, from_width=120, is_sortable=False),
    Column("value", "value", 12, from_width=120),
    Column("attached", "TP / SL", 22, is_text=True, from_width=200, is_sortable=False),
    Column("known", "known from", 40, is_text=True, from_width=200, is_sortable=False),
)
_ACT, _WIDE_SYMBOL = 2, 12
_DOUBT_FIRST = 10**15
"""Added to the time that doubtful rows are sorted by, so that they lead."""
_FORCES = {TimeInForce.POST_ONLY: " po", TimeInForce.IOC: " ioc", TimeInForce.FOK: " fok"}
_SOURCES = {"ios": "phone", "android": "phone", "web": "web", "api": "api"}


@frozen
class OrderItem:
    """One row: an order of the exchange's, or what was sent and is not reported yet."""

    instrument: InstrumentId
    order: Order | None = None
    submission: Submission | None = None
    """What is under way: the order itself, or a cancel or an amend of it."""
    is_missing: bool = False
    """The exchange's last list did not name it."""
    is_mine: bool = True
    """Placed by this run, or by one before it that has ended."""

    @property
    def key(self) -> str:
        """The same before and after the exchange has named it."""
        if self.order is not None:
            return self.order.client_order_id or self.order.order_id
        return self.submission.client_order_id if self.submission is not None else ""

    @property
    def is_doubtful(self) -> bool:
        """Tell whether nobody knows what became of it."""
        return self.is_missing or (self.submission is not None and self.submission.state.is_doubtful)

    @property
    def born_ms(self) -> int:
        """When it began."""
        if self.order is not None:
            return self.order.created_ms
        return self.submission.sent_ms if self.submission is not None else 0


def order_items(store: Store, products: Iterable[ProductType]) -> tuple[list[OrderItem], list[ProductType]]:
    """Return every working order, and the product types of which nothing is known."""
    found: list[OrderItem] = []
    unknown: list[ProductType] = []
    for product in products:
        orders = store.open_orders(product)
        if orders is None:
            unknown.append(product)
        submissions = store.submissions(product)
        missing = {order.order_id for order in store.missing_orders(product)}
        under_way = {target: item for item in submissions for target in item.targets}
        reported: set[str] = set()
        for order in orders or ():
            reported.add(order.client_order_id)
            touched = under_way.get(order.order_id) or under_way.get(order.client_order_id)
            found.append(_item(store, order, touched, is_missing=order.order_id in missing))
        found += [
            OrderItem(item.instrument, submission=item)
            for item in submissions
            if item.instrument is not None
            and item.client_order_id not in reported
            and isinstance(item.intent, PlaceOrder | AmendOrder | ClosePosition)
        ]
    return found, unknown


def _item(store: Store, order: Order, touched: Submission | None, *, is_missing: bool) -> OrderItem:
    return OrderItem(order.instrument, order, touched, is_missing, store.is_ours(order.client_order_id))


def title(items: Sequence[OrderItem]) -> str:
    """Return ``open 9`` and how many of them are in doubt."""
    doubtful = sum(item.is_doubtful for item in items)
    return f"open {len(items)}" + (f" ?{doubtful}" if doubtful else "")


def table(
    store: Store,
    items: Sequence[OrderItem],
    unknown: Sequence[ProductType],
    now_ms: int,
    *,
    screen_width: int,
    is_stale: bool = False,
    hides_money: bool = False,
) -> Table:
    """Return the table of working orders."""
    lines = tuple(order_line(store, item, now_ms, hides_money=hides_money) for item in items)
    if unknown and not items:
        names = worded.wallet(unknown[0]) if len(unknown) == 1 else f"{len(unknown)} product types"
        text = f"? Orders of {names} are not known yet: the exchange has not answered."
        return Table(columns(lines, screen_width), (), text, is_known=False)
    empty = "No working orders. b and s place one from the ladder."
    return Table(columns(lines, screen_width), lines, empty, is_stale=is_stale)


def columns(
    lines: Sequence[Line], screen_width: int, base: tuple[Column, ...] = COLUMNS, act_column: int = _ACT
) -> tuple[Column, ...]:
    """Return the columns: the symbol whole from 120 on, the act as wide as its words."""
    widest = max((cells(line.cells[act_column].text) for line in lines), default=0)
    widths = {"act": max(4, widest)}
    if screen_width >= 120:
        widths["symbol"] = _WIDE_SYMBOL
    return tuple(replace(column, width=widths.get(column.key, column.width)) for column in base)


def order_line(store: Store, item: OrderItem, now_ms: int, *, hides_money: bool = False) -> Line:
    """Return the table row of a working order."""
    rules = store.instrument(item.instrument)
    price, size = terms(item)
    places = rules.price_places if rules is not None else 2
    state, role = state_words(item, now_ms)
    word, side = doing(store, item)
    order = item.order
    filled = order.filled_size / order.size if order is not None and order.size else Decimal(0)
    value = price * size if price is not None and size is not None else None
    exchange = order.order_id if order is not None else ""
    client = (order.client_order_id if order is not None else item.key) or NONE
    size_text = size_words(rules, size, is_quote=order is not None and order.size_is_quote)
    return Line(
        key=item.key,
        cells=(
            Span(figure.moment(item.born_ms, now_ms), Role.MUTED),
            Span(item.instrument.symbol),
            Span(word, act_role(side)),
            Span(kind_words(item)),
            Span(NONE if price is None else figure.price(price, places)),
            Span(hide(size_text, is_private=hides_money)),
            Span(figure.percent(filled, 0)),
            Span(state, role, reverse=role is Role.UNKNOWN),
            Span(hide(client, is_private=hides_money)),
            Span(hide(figure.short_id(exchange), is_private=hides_money)),
            Span(hide(NONE if value is None else figure.money(value), is_private=hides_money)),
            Span(_attached(order, places)),
            Span(known_words(item, now_ms), Role.MUTED),
        ),
        sort=(
            item.born_ms + (_DOUBT_FIRST if item.is_doubtful else 0),
            item.instrument.symbol, word, kind_words(item), price, size, filled, state, None, None, value,
        ),
        search=f"{item.instrument} {word} {kind_words(item)} {state} {client} {exchange}".casefold(),
        item=item,
    )  # fmt: skip


def size_words(rules: Instrument | None, size: Decimal | None, *, is_quote: bool = False) -> str:
    """Return a size as a table has room for."""
    if size is None:
        return NONE
    if is_quote:
        return figure.money(size)
    return figure.fitted_size(size, rules.size_places if rules is not None else 4, 8).strip()


def _attached(order: Order | None, places: int) -> str:
    if order is None or (order.take_profit is None and order.stop_loss is None):
        return NONE
    pair = (order.take_profit, order.stop_loss)
    return " / ".join(NONE if price is None else figure.price(price, places) for price in pair)


def terms(item: OrderItem) -> tuple[Decimal | None, Decimal | None]:
    """Return price and size; None for a price is the market's."""
    if item.order is not None:
        return item.order.price, item.order.size
    intent = item.submission.intent if item.submission is not None else None
    if isinstance(intent, PlaceOrder):
        return intent.price, intent.size
    if isinstance(intent, AmendOrder):
        return intent.new_price, intent.new_size
    return None, None


def doing(store: Store, item: OrderItem) -> tuple[str, Side]:
    """Return what it does to a leg, and its direction."""
    if item.order is not None:
        return act(item.order), item.order.side
    intent = item.submission.intent if item.submission is not None else None
    if isinstance(intent, PlaceOrder):
        return act(intent), intent.side
    if isinstance(intent, AmendOrder):
        old = store.order(item.instrument, intent.order.order_id)
        return (UNKNOWN, Side.BUY) if old is None else (act(old), old.side)
    if isinstance(intent, ClosePosition) and intent.position_side is not None:
        is_long = intent.position_side is PositionSide.LONG
        return ("-L", Side.SELL) if is_long else ("-S", Side.BUY)
    return "close", Side.SELL


def kind_words(item: OrderItem) -> str:
    """Return ``limit po`` and its like."""
    if item.order is not None:
        return _kind(item.order.order_type, item.order.time_in_force)
    intent = item.submission.intent if item.submission is not None else None
    if isinstance(intent, PlaceOrder):
        return _kind(intent.order_type, intent.time_in_force)
    return "amend" if isinstance(intent, AmendOrder) else "market"


def _kind(order_type: OrderType, force: TimeInForce) -> str:
    if order_type is OrderType.UNKNOWN:
        return UNKNOWN
    return order_type.value + (_FORCES.get(force, "") if order_type is OrderType.LIMIT else "")


def state_words(item: OrderItem, now_ms: int) -> tuple[str, Role]:
    """Return glyph and word of where an order stands."""
    submission, order = item.submission, item.order
    if submission is not None and submission.state.is_doubtful:
        return f"{DOUBT} UNKNOWN", Role.UNKNOWN
    if item.is_missing:
        return f"{DOUBT} missing", Role.UNKNOWN
    if submission is not None:
        return f"{ON_ITS_WAY} {figure.age(max(now_ms - submission.sent_ms, 0) / 1000)}", Role.PENDING
    if order is None:
        return DOUBT, Role.UNKNOWN
    if not item.is_mine:
        return f"{ELSEWHERE} {source_words(order.source)}", Role.PLAIN
    return (f"{LIVE} part" if order.filled_size else f"{LIVE} live"), Role.OWN


def source_words(source: str) -> str:
    """Return where an order was placed: phone, web, api; Bitget's own word for anything else."""
    return _SOURCES.get(source, clean_cell(source, 8) if source else "elsewhere")


def known_words(item: OrderItem, now_ms: int) -> str:
    """Return where a row's state is known from."""
    submission = item.submission
    if submission is not None:
        age = figure.age(max(now_ms - submission.sent_ms, 0) / 1000)
        if submission.state.is_doubtful:
            return submission.message or f"no reply, asked {submission.asks} times"
        if item.order is not None:
            return f"a cancel or an amend was sent {age} ago"
        return f"sent {age} ago, no answer yet"
    if item.is_missing:
        return "not listed any more, being looked up"
    if item.order is not None and item.is_mine:
        return "from this program"
    return f"from {source_words(item.order.source)}" if item.order is not None else ""
