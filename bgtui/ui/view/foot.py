"""The tables at the foot of Trade, as rows: every leg, every working order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bgtui.domain.account import Position, PositionKey
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.order import OrderType, TimeInForce
from bgtui.domain.value import frozen
from bgtui.store.freshness import Freshness
from bgtui.store.store import Store
from bgtui.store.topic import Kind, account
from bgtui.ui.role import Role
from bgtui.ui.view import deadprice, figure, positions, stack
from bgtui.ui.view.act import act_role
from bgtui.ui.view.glyph import CURSOR, NONE, STALE_EDGE, UNKNOWN
from bgtui.ui.view.ladder_own import AT_MARKET, Mark, OwnOrder
from bgtui.ui.view.orders import source_words
from bgtui.ui.view.positions import LegView
from bgtui.ui.view.span import EMPTY, Row, Span, crop, left, restyle, right, row, rule
from bgtui.ui.view.working import off_ladder, own_orders

Columns = list[tuple[int, str, int]]
"""Columns that are shown: place in a row's cells, title, width."""
_TITLES = {"dist": "liq in", "ratio": "m.ratio"}
_TEXTS = ("symbol", "mode")
_WIDE = 200
_NARROW_WIDTHS = {"symbol": 9, "mode": 7, "size": 9, "entry": 10, "mark": 10, "uPnL": 9, "ROE": 7,
                  "margin": 9, "liq": 10, "dist": 7, "TP": 9, "SL": 9}  # fmt: skip
_WIDE_WIDTHS = {"symbol": 9, "mode": 7, "size": 8, "entry": 9, "mark": 9, "uPnL": 8, "ROE": 7,
                "liq": 9, "dist": 6, "TP": 9, "SL": 9, "ratio": 7}  # fmt: skip


@frozen
class Listed:
    """Every working order of the account, and how many plans there are."""

    orders: tuple[tuple[Instrument, OwnOrder], ...]
    """Latest first."""
    plans: int
    is_known: bool


class LegsMemory:
    """The legs as they were last drawn: only those whose mark price moved are worked out anew."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[PositionKey, tuple[tuple[object, ...], LegView, Row]] = {}

    def leg(self, store: Store, leg: Position, look: tuple[object, ...], columns: Columns,
            *, hides_money: bool) -> tuple[LegView, Row]:  # fmt: skip
        """Return a leg's figures and its row; ``look`` is what all rows share."""
        ticker = store.ticker(leg.instrument)
        is_dead = deadprice.age_s(store, leg.instrument) is not None
        key = (leg, ticker.mark_text if ticker is not None else "", is_dead, look)
        known = self._known.get(leg.key)
        if known is None or known[0] != key:
            view = positions.leg_view(store, leg)
            line = positions.position_line(view, hides_money=hides_money)
            made = _table_row(tuple(_bare(span) for span in line.cells), columns)
            known = self._known[leg.key] = (key, view, made)
        return known[1], known[2]

    def keep(self, keys: Iterable[PositionKey]) -> None:
        """Forget the legs that are gone."""
        for key in self._known.keys() - set(keys):
            del self._known[key]


def legs_rows(  # noqa: PLR0917
    store: Store, products: Sequence[ProductType], memory: LegsMemory, shown: InstrumentId | None,
              width: int, height: int, *, screen_width: int, hides_money: bool) -> list[Row]:  # fmt: skip
    """Return title, header and one line a leg, as many as fit; the rest is counted."""
    fresh = positions.freshness(store, products, AccountPart.POSITIONS)
    columns = _columns(screen_width)
    legs = _legs(store, products, shown)
    lines = [rule(_legs_title(legs, fresh, shown), width), _table_header(columns)]
    if legs is None:
        return [
            *lines,
            row(Span(" ? Positions are not known yet: the exchange has not answered.", Role.MUTED)),
        ]
    if not legs:
        return [*lines, row(Span(" No legs. t opens a ticket.", Role.MUTED))]
    look = (screen_width, hides_money, *(store.version(account(Kind.PLANS, product)) for product in products))
    made = [memory.leg(store, leg, look, columns, hides_money=hides_money) for leg in legs]
    memory.keep(leg.key for leg in legs)
    rows = [line for _, line in made]
    if legs[0].instrument == shown:
        rows[0] = (Span(CURSOR, Role.ACCENT), *rows[0][1:])
    room = height - len(lines)
    if screen_width >= _WIDE and len(rows) < room and not hides_money:
        rows.append(_total([view for view, _ in made], columns))
    if positions.is_stale(fresh):
        rows = [(Span(STALE_EDGE, Role.STALE), *restyle(line[1:], Role.STALE)) for line in rows]
    return [*lines, *rows[:room]]


def _legs(store: Store, products: Iterable[ProductType], shown: InstrumentId | None) -> list[Position] | None:
    """Return every leg, those of the instrument shown first; None while a product type has not told."""
    found: list[Position] = []
    for product in products:
        if product.is_futures:
            legs = store.positions(product)
            if legs is None:
                return None
            found += legs
    return sorted(found, key=lambda leg: (leg.instrument != shown, leg.instrument, leg.side))


def _total(views: Sequence[LegView], columns: Columns) -> Row:
    coins = {view.leg.margin_coin for view in views}
    known = [view.unrealized for view in views if view.unrealized is not None]
    if len(coins) != 1 or len(known) != len(views):
        return EMPTY
    amount = sum(known, Decimal(0))
    role = positions.total_role(views, amount)
    cells = {"symbol": Span("total", Role.MUTED), "uPnL": Span(figure.signed(amount), role)}
    return _table_row(tuple(cells.get(column.key, Span("")) for column in positions.COLUMNS), columns)


def _columns(screen_width: int) -> Columns:
    widths = _WIDE_WIDTHS if screen_width >= _WIDE else _NARROW_WIDTHS
    named = [(at, column.key) for at, column in enumerate(positions.COLUMNS)]
    return [(at, key, widths[key]) for at, key in named if key in widths]


def _table_header(columns: Columns) -> Row:
    text = "  "
    for _, key, width in columns:
        title = _TITLES.get(key, key)
        text += " " + (left(title, width) if key in _TEXTS else right(title, width))
    return (Span(text, Role.MUTED),)


def _table_row(parts: Sequence[Span], columns: Columns) -> Row:
    """Return one row; a figure that is too wide loses its commas, then widens the column."""
    spans = [Span(" "), _left_span(parts[0], 1)]
    for at, key, width in columns:
        text = parts[at].text
        if key in _TEXTS:
            text = left(text, width)
        elif len(text) > width:
            text = text.replace(",", "")
        spans.append(parts[at]._replace(text=" " + text.rjust(width)))
    return tuple(spans)


def _left_span(span: Span, width: int) -> Span:
    return span._replace(text=left(span.text, width))


def _legs_title(legs: Sequence[Position] | None, fresh: Freshness, shown: InstrumentId | None) -> Row:
    spans = [Span("POSITIONS", Role.ACCENT)]
    if legs is not None:
        spans.append(Span(f" {len(legs)}"))
        if shown is not None and len(legs) > 1 and legs[0].instrument == shown:
            spans.append(Span(f" · {shown.symbol} first", Role.MUTED))
    if words := positions.freshness_words(fresh):
        spans.append(Span(f" · {words}", Role.WARN))
    return tuple(spans)


def _bare(span: Span) -> Span:
    return span._replace(text=span.text.strip())


def list_orders(store: Store, products: Iterable[ProductType]) -> Listed:
    """Return every working order, latest first."""
    found: list[tuple[Instrument, OwnOrder]] = []
    plans, is_known = 0, True
    for product in products:
        resting = store.open_orders(product)
        is_known = is_known and resting is not None
        plans += len(store.open_plans(product) or ())
        names = {order.instrument for order in resting or ()}
        names |= {item.instrument for item in store.submissions(product) if item.instrument is not None}
        for name in sorted(names):
            rules = store.instrument(name)
            if rules is not None:
                working = (*own_orders(store, name), *off_ladder(store, name))
                found += [(rules, order) for order in working if order.plan is None]
    found.sort(key=lambda pair: -_born_ms(store, pair[1]))
    return Listed(tuple(found), plans, is_known)


def _born_ms(store: Store, order: OwnOrder) -> int:
    if order.order is not None:
        return order.order.created_ms
    submission = store.submission(order.client_order_id)
    return submission.sent_ms if submission is not None else 0


def orders_rows(  # noqa: PLR0917
    store: Store, listed: Listed, fresh: Freshness, now_ms: int, width: int, height: int,
                *, has_header: bool, hides_money: bool) -> list[Row]:  # fmt: skip
    """Return title and one line an order, as many as fit."""
    title = list(stack.orders_title([order for _, order in listed.orders], is_known=listed.is_known))
    if listed.plans:
        title.append(Span(f" · plans {listed.plans}", Role.MUTED))
    if words := positions.freshness_words(fresh):
        title.append(Span(f" · {words}", Role.WARN))
    lines = [rule(tuple(title), width + has_header)]
    if has_header:
        lines.append(row(Span(_HEADER, Role.MUTED)))
    if not listed.orders:
        text = " No working orders. b and s place one from the ladder." if listed.is_known else f" {UNKNOWN}"
        return [*lines, row(Span(text, Role.MUTED))]
    room = height - len(lines)
    shown = [
        crop(_line(store, rules, order, now_ms, is_short=has_header, hides_money=hides_money), width)
        for rules, order in listed.orders[:room]
    ]
    return [*lines, *shown]


_HEADER = " time     symbol    act  kind           price     size filled state     client id"


def _line(store: Store, rules: Instrument, order: OwnOrder, now_ms: int, *, is_short: bool,
          hides_money: bool) -> Row:  # fmt: skip
    exchange = order.order
    whole = exchange.size if exchange is not None and not exchange.size_is_quote else order.size
    size = right(stack.HIDDEN, 8) if hides_money else figure.fitted_size(whole, rules.size_places, 8)
    filled = figure.percent(exchange.filled_size / exchange.size, 0) if exchange and exchange.size else "0%"
    state, role, why = _state(store, order, now_ms)
    born_ms = _born_ms(store, order)
    end = order.client_order_id or NONE
    return row(
        Span(f" {figure.moment(born_ms, now_ms)} ", Role.MUTED),
        left(rules.symbol, 9) + " ",
        Span(left(stack.verb(store, order), 4), act_role(order.side)),
        " " + left(_kind(order), 9),
        figure.fitted(stack.price_words(order, rules) if order.tag != AT_MARKET else NONE, 11),
        " " + size,
        right(filled, 7) + " ",
        Span(left(state, 10), role),
        Span(end if is_short else f"{why} · {end}", Role.MUTED),
    )


def _kind(order: OwnOrder) -> str:
    exchange = order.order
    if exchange is None:
        return order.tag or "limit"
    words = "limit" if exchange.order_type is OrderType.LIMIT else exchange.order_type.value
    force = {TimeInForce.POST_ONLY: " po", TimeInForce.IOC: " ioc", TimeInForce.FOK: " fok"}
    return words + force.get(exchange.time_in_force, "")


def _state(store: Store, order: OwnOrder, now_ms: int) -> tuple[str, Role, str]:
    """Return state, its role, and where that is known from."""
    submission = store.submission(order.client_order_id)
    if order.mark is Mark.UNKNOWN:
        return "? UNKNOWN", Role.UNKNOWN, submission.message if submission else "not listed any more; asking"
    if order.mark is Mark.ON_ITS_WAY:
        age = figure.age((now_ms - submission.sent_ms) / 1000) if submission else ""
        why = f"sent {age} ago, no answer yet" if submission else "a cancel or an amend is on its way"
        return f"○ {age}", Role.PENDING, why
    if order.mark is Mark.ELSEWHERE:
        source = source_words(order.order.source if order.order is not None else "")
        return f"E {source}", Role.OWN, "not placed by bgtui"
    is_part = order.order is not None and order.order.filled_size > Decimal(0)
    return ("● part" if is_part else "● live"), Role.OWN, "from this program"
