"""The tables at the foot of Trade, as rows: every leg, every working order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.order import OrderType, TimeInForce
from bgtui.store.freshness import Freshness
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure, positions, stack, table
from bgtui.ui.view.act import act_role
from bgtui.ui.view.glyph import CURSOR, NONE, UNKNOWN
from bgtui.ui.view.ladder_own import Mark, OwnOrder
from bgtui.ui.view.positions import LegView
from bgtui.ui.view.span import Row, Span, crop, left, right, row, rule
from bgtui.ui.view.table import Column, State
from bgtui.ui.view.working import own_orders

_WIDE = 200
_NARROW_WIDTHS = {"symbol": 9, "mode": 7, "size": 9, "entry": 10, "mark": 10, "uPnL": 9, "ROE": 7,
                  "margin": 9, "liq": 10, "dist": 7, "TP": 9, "SL": 9}  # fmt: skip
_WIDE_WIDTHS = {"symbol": 9, "mode": 7, "size": 8, "entry": 9, "mark": 9, "uPnL": 8, "ROE": 7,
                "liq": 9, "dist": 6, "TP": 9, "SL": 9, "ratio": 7}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """Every working order of the account, and how many plans there are."""

    orders: tuple[tuple[Instrument, OwnOrder], ...]
    """Latest first."""
    plans: int
    is_known: bool


def legs_rows(views: list[LegView] | None, fresh: Freshness, shown: InstrumentId | None, width: int,
              height: int, *, screen_width: int, hides_money: bool) -> list[Row]:  # fmt: skip
    """Return title, header and one line a leg, as many as fit; the rest is counted."""
    made = positions.table(views, fresh, hides_money=hides_money)
    widths = _WIDE_WIDTHS if screen_width >= _WIDE else _NARROW_WIDTHS
    columns = tuple(_sized(column, widths) for column in made.columns)
    total = made.total if screen_width >= _WIDE else ()
    state = State()
    arranged = table.arrange(replace(made, columns=columns), state, height - 2)
    rows = table.table_rows(
        replace(made, columns=columns, total=total), arranged, width, height - 1,
        screen_width=0, is_focused=False,
    )  # fmt: skip
    if views and views[0].leg.instrument == shown and len(rows) > 1:
        rows[1] = _marked(rows[1])
    return [rule(_legs_title(views, fresh, shown), width), *(crop(line, width) for line in rows)]


def _sized(column: Column, widths: dict[str, int]) -> Column:
    width = widths.get(column.key)
    if column.key == "side":
        return replace(column, from_width=0)
    if width is None:
        return replace(column, from_width=1)
    return replace(column, width=width, from_width=0)


def _bare(span: Span) -> Span:
    return span._replace(text=span.text.strip())


def _marked(line: Row) -> Row:
    """Return the line with the mark of the instrument shown."""
    return (Span(CURSOR, Role.ACCENT), *line[1:]) if line[0].text == " " else line


def _legs_title(views: list[LegView] | None, fresh: Freshness, shown: InstrumentId | None) -> Row:
    spans = [Span("POSITIONS", Role.ACCENT)]
    if views is not None:
        spans.append(Span(f" {len(views)}"))
        if shown is not None and len(views) > 1:
            spans.append(Span(f" · {shown.symbol} first", Role.MUTED))
    if words := positions.freshness_words(fresh):
        spans.append(Span(f" · {words}", Role.WARN))
    return tuple(spans)


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
                found += [(rules, order) for order in own_orders(store, name) if order.plan is None]
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
    size = stack.HIDDEN if hides_money else figure.size(order.size, rules.size_places)
    exchange = order.order
    filled = figure.percent(exchange.filled_size / exchange.size, 0) if exchange and exchange.size else "0%"
    state, role, why = _state(store, order, now_ms)
    born_ms = _born_ms(store, order)
    end = order.client_order_id or NONE
    return row(
        Span(f" {figure.moment(born_ms, now_ms)} ", Role.MUTED),
        left(rules.symbol, 9) + " ",
        Span(left(stack.verb(store, order), 4), act_role(order.side)),
        " " + left(_kind(order), 9),
        right(figure.price(order.price, rules.price_places), 11),
        right(size, 9),
        right(filled, 7) + " ",
        Span(left(state, 10), role),
        Span(end if is_short else f"{why} · {end}", Role.MUTED),
    )


def _kind(order: OwnOrder) -> str:
    exchange = order.order
    if exchange is None:
        return "limit"
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
        source = order.order.source if order.order is not None else ""
        return f"E {source}", Role.OWN, "not placed by bgtui"
    is_part = order.order is not None and order.order.filled_size > Decimal(0)
    return ("● part" if is_part else "● live"), Role.OWN, "from this program"
