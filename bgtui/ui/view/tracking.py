"""Tracking orders: a leader's own, or a follower's copies of them; their PnL is ours, from the live mark."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.copyintent import CloseTracks, SetTrackTpsl, StopTracks
from bgtui.domain.copytrade import FollowedTrader, TrackingOrder
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import PositionSide
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.domain.value import frozen
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import deadprice, figure
from bgtui.ui.view.glyph import ABOUT, DOUBT, NONE, ON_ITS_WAY, UNKNOWN
from bgtui.ui.view.positions import gain
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Span
from bgtui.ui.view.table import Column, Line

LEADER_COLUMNS = (
    Column("tracking", "tracking", 9, is_text=True),
    Column("symbol", "symbol", 9, is_text=True),
    Column("side", "", 1, is_text=True, is_sortable=False),
    Column("lev", "lev", 4),
    Column("size", "size", 7),
    Column("entry", "entry", 9),
    Column("mark", "mark", 10, from_width=120),
    Column("uPnL", "uPnL", 8),
    Column("copied", "copied", 6),
    Column("TP", "TP", 9),
    Column("SL", "SL", 8),
    Column("fee", "fee", 8, from_width=120),
    Column("opened", "opened", 8, is_text=True, from_width=120),
)
COPY_COLUMNS = (
    Column("tracking", "tracking", 9, is_text=True),
    Column("symbol", "symbol", 9, is_text=True),
    Column("side", "", 1, is_text=True, is_sortable=False),
    Column("lev", "lev", 4),
    Column("size", "size", 8),
    Column("entry", "entry", 10),
    Column("mark", "mark", 10, from_width=120),
    Column("uPnL", "uPnL", 8),
    Column("margin", "margin", 8),
    Column("opened", "opened", 8, is_text=True),
    Column("TP/SL", "TP/SL", 5, is_text=True),
)
HISTORY_COLUMNS = (
    Column("tracking", "tracking", 9, is_text=True),
    Column("symbol", "symbol", 9, is_text=True),
    Column("side", "", 1, is_text=True, is_sortable=False),
    Column("size", "size", 8),
    Column("entry", "entry", 10),
    Column("exit", "exit", 10),
    Column("pnl", "PnL", 9),
    Column("net", "net", 9),
    Column("closed", "closed", 8, is_text=True),
    Column("by", "by", 6, is_text=True, from_width=120),
)


Leg = tuple[InstrumentId, PositionSide]
"""An instrument and its side."""
_CLOSED = Span("closed", Role.MUTED)
"""In place of PnL: the leg is gone, and the list has not been asked since."""


def copies_of(copies: Iterable[TrackingOrder], trader: FollowedTrader) -> list[TrackingOrder]:
    """Return what was copied from a trader, and what the exchange does not say of whom it was copied."""
    return [order for order in copies if order.trader_id in (trader.trader_id, "")]


def short_number(text: str) -> str:
    """Return a tracking number's first five and last two digits."""
    return text if len(text) <= 8 else f"{text[:5]}…{text[-2:]}"


def live_pnl(store: Store, order: TrackingOrder) -> Decimal | None:
    """Return what an order earns now, before fees, margin coin; None without a mark price."""
    mark = price_of(store, order)
    if mark is None:
        return order.unrealized_pnl
    rules = store.instrument(order.instrument)
    is_inverse = rules is not None and rules.is_inverse
    return pnl.unrealized(order.side, order.open_size, order.open_price, mark, is_inverse=is_inverse)


def price_of(store: Store, order: TrackingOrder) -> Decimal | None:
    """Return the price that an order is valued at: mark, else last."""
    ticker = store.ticker(order.instrument)
    if ticker is None:
        return None
    return ticker.mark_price if ticker.mark_price is not None else ticker.last


def total(values: Iterable[Decimal | None]) -> Decimal | None:
    """Return a sum; None when a part of it is not known."""
    known = list(values)
    return (
        None
        if any(value is None for value in known)
        else sum((value or Decimal(0) for value in known), Decimal(0))
    )


def marks(store: Store, product_type: ProductType, as_of_ms: int | None) -> dict[str, str]:
    """Return what goes on with each tracking order: on its way, in doubt, or done and not yet read back.

    Args:
        store: What was sent.
        product_type: Whose orders.
        as_of_ms: When the orders shown were asked for.
    """
    found: dict[str, str] = {}
    for item in (*store.finished_submissions(product_type), *store.submissions(product_type)):
        if not isinstance(item.intent, CloseTracks | StopTracks | SetTrackTpsl):
            continue
        if (glyph := _mark(item, as_of_ms)) is not None:
            found |= dict.fromkeys(item.targets, glyph)
    return found


def _mark(item: Submission, as_of_ms: int | None) -> str | None:
    if item.state.is_open:
        return DOUBT if item.state.is_doubtful else ON_ITS_WAY
    is_new = as_of_ms is None or item.changed_ms >= as_of_ms
    return ON_ITS_WAY if item.state is SubmissionState.DONE and is_new else None


def held_legs(store: Store, product_type: ProductType) -> frozenset[Leg]:
    """Return the legs that the account stream has reported as held."""
    legs = store.positions(product_type) if product_type.is_futures else None
    return frozenset((leg.instrument, leg.side) for leg in legs or () if leg.size)


def is_gone(store: Store, order: TrackingOrder, as_of_ms: int | None, seen: Collection[Leg]) -> bool:
    """Tell whether the account stream has ended the leg of an order since the list was asked.

    Args:
        store: What the account stream has reported.
        order: A tracking order.
        as_of_ms: When the list was asked for.
        seen: Legs that were held at some time in this run: copies may be held in a wallet of their own, and a
            leg that was never seen says nothing.
    """
    product = order.instrument.product_type
    leg = (order.instrument, order.side)
    report = store.positions_report(product) if product.is_futures else None
    if leg not in seen or report is None or as_of_ms is None or report.time_ms <= as_of_ms:
        return False
    return leg not in held_legs(store, product)


def number_cell(number: str, mark: str) -> Span:
    """Return a tracking number, behind the glyph of what goes on with it."""
    role = Role.UNKNOWN if mark == DOUBT else Role.PENDING if mark else Role.PLAIN
    return Span(f"{mark}{short_number(number)}", role)


def mark_of(store: Store, order: TrackingOrder) -> Decimal | None:
    """Return the mark price of an order's instrument."""
    ticker = store.ticker(order.instrument)
    return ticker.mark_price if ticker is not None else None


def is_a_mark_dead(store: Store, orders: Iterable[TrackingOrder]) -> bool:
    """Tell whether nobody sends the price of one of these orders any more."""
    every = {order.instrument for order in orders}
    return any(deadprice.age_s(store, instrument) is not None for instrument in every)


def source_words(store: Store, orders: Iterable[TrackingOrder]) -> str:
    """Return by what the PnL of these orders goes."""
    return "≈ PnL from a stale mark" if is_a_mark_dead(store, orders) else "≈ PnL from mark, live"


def leader_bones(order: TrackingOrder, mark: Decimal | None, earned: Decimal | None) -> Line:
    """Return one of the leader's orders as it is sorted and searched, without what it shows."""
    return Line(
        order.tracking_no,
        (),
        (
            order.tracking_no,
            order.instrument.symbol,
            None,
            order.leverage,
            order.open_size * order.open_price,
            order.open_price,
            mark,
            earned,
            order.follower_count,
            order.take_profit,
            order.stop_loss,
            order.open_fee,
            order.open_ms,
        ),
        f"{order.instrument} {order.side} {order.tracking_no}".lower(),
        order,
    )


@frozen
class Group:
    """The orders of one instrument and side, summed: what they earn follows from one mark price."""

    orders: tuple[TrackingOrder, ...]
    size: Decimal
    cost: Decimal
    """Sizes times entry prices."""


def groups(orders: Iterable[TrackingOrder]) -> tuple[Group, ...]:
    """Return the orders by instrument and side."""
    found: dict[Leg, list[TrackingOrder]] = {}
    for order in orders:
        found.setdefault((order.instrument, order.side), []).append(order)
    return tuple(
        Group(
            tuple(each),
            sum((order.open_size for order in each), Decimal(0)),
            sum((order.open_size * order.open_price for order in each), Decimal(0)),
        )
        for each in found.values()
    )


def total_of(store: Store, grouped: Iterable[Group]) -> Decimal | None:
    """Return what all of them earn now, before fees; None when a part of it is not known."""
    return total(_earned_by(store, group) for group in grouped)


def _earned_by(store: Store, group: Group) -> Decimal | None:
    first = group.orders[0]
    mark = price_of(store, first)
    if mark is None or not mark:
        return total(order.unrealized_pnl for order in group.orders)
    rules = store.instrument(first.instrument)
    sign = pnl.sign_of(first.side)
    if rules is not None and rules.is_inverse:
        return sign * (group.size - group.cost / mark)
    return sign * (mark * group.size - group.cost)


def leader_line(
    store: Store,
    order: TrackingOrder,
    now_ms: int,
    *,
    is_private: bool,
    mark_glyph: str = "",
    gone: bool = False,
) -> Line:
    """Return one of the leader's orders."""
    earned, mark = live_pnl(store, order), mark_of(store, order)
    is_dead = is_a_mark_dead(store, (order,))
    places, size_places = _places(store, order)
    return replace(
        leader_bones(order, mark, earned),
        cells=(
            number_cell(order.tracking_no, mark_glyph),
            Span(order.instrument.symbol),
            _side(order),
            Span(_leverage(order)),
            Span(hide(_size(order.open_size, size_places, 7), is_private=is_private)),
            Span(figure.price(order.open_price, places)),
            Span(figure.price(mark, places), Role.STALE if is_dead else Role.PLAIN),
            _CLOSED if gone else _earned(earned, is_private=is_private, is_dead=is_dead),
            Span(UNKNOWN if order.follower_count is None else str(order.follower_count)),
            Span(figure.price(order.take_profit, places) if order.take_profit else NONE),
            Span(figure.price(order.stop_loss, places) if order.stop_loss else NONE),
            Span(hide(figure.signed(_cost(order.open_fee)), is_private=is_private)),
            Span(figure.moment(order.open_ms, now_ms)),
        ),
    )


def copy_line(
    store: Store,
    order: TrackingOrder,
    now_ms: int,
    *,
    is_private: bool,
    mark_glyph: str = "",
    gone: bool = False,
) -> Line:
    """Return one of the follower's copies."""
    earned, is_dead = live_pnl(store, order), is_a_mark_dead(store, (order,))
    ticker = store.ticker(order.instrument)
    mark = ticker.mark_price if ticker is not None else None
    places, size_places = _places(store, order)
    margin = order.margin
    if margin is None and order.leverage:
        margin = order.open_size * order.open_price / order.leverage
    return Line(
        order.tracking_no,
        (
            number_cell(order.tracking_no, mark_glyph),
            Span(order.instrument.symbol),
            _side(order),
            Span(_leverage(order)),
            Span(hide(_size(order.open_size, size_places, 8), is_private=is_private)),
            Span(figure.price(order.open_price, places)),
            Span(figure.price(mark, places), Role.STALE if is_dead else Role.PLAIN),
            _CLOSED if gone else _earned(earned, is_private=is_private, is_dead=is_dead),
            Span(hide(figure.money(margin), is_private=is_private) if _is_levered(order) else NONE),
            Span(figure.moment(order.open_ms, now_ms)),
            Span(_guards(order)),
        ),
        (
            order.tracking_no,
            order.instrument.symbol,
            None,
            order.leverage,
            order.open_size * order.open_price,
            order.open_price,
            mark,
            earned,
            margin,
            order.open_ms,
            None,
        ),
        f"{order.instrument} {order.side} {order.tracking_no}".lower(),
        order,
    )


def history_line(store: Store, order: TrackingOrder, now_ms: int, *, is_private: bool) -> Line:
    """Return an order that was closed."""
    places, size_places = _places(store, order)
    size = order.close_size if order.close_size is not None else order.open_size
    return Line(
        order.tracking_no,
        (
            Span(short_number(order.tracking_no)),
            Span(order.instrument.symbol),
            _side(order),
            Span(hide(_size(size, size_places, 8), is_private=is_private)),
            Span(figure.price(order.open_price, places)),
            Span(figure.price(order.close_price, places)),
            Span(hide(figure.signed(order.realized_pnl), is_private=is_private), gain(order.realized_pnl)),
            Span(hide(figure.signed(order.net_pnl), is_private=is_private), gain(order.net_pnl)),
            Span(figure.moment(order.close_ms, now_ms)),
            Span(order.is_stopped_by or "close"),
        ),
        (
            order.tracking_no,
            order.instrument.symbol,
            None,
            size * order.open_price,
            order.open_price,
            order.close_price,
            order.realized_pnl,
            order.net_pnl,
            order.close_ms,
            order.is_stopped_by,
        ),
        f"{order.instrument} {order.side} {order.tracking_no}".lower(),
        order,
    )


def total_cells(
    columns: Iterable[Column], value: Decimal | None, *, is_private: bool, is_dead: bool
) -> tuple[Span, ...]:
    """Return the last row of a table: the sum under its column."""
    cells = []
    for at, column in enumerate(columns):
        if at == 0:
            cells.append(Span("total", Role.MUTED))
        elif column.key == "uPnL":
            cells.append(_earned(value, is_private=is_private, is_dead=is_dead))
        else:
            cells.append(Span(""))
    return tuple(cells)


def _places(store: Store, order: TrackingOrder) -> tuple[int, int]:
    rules = store.instrument(order.instrument)
    return (2, 4) if rules is None else (rules.price_places, rules.size_places)


def _size(size: Decimal, places: int, width: int) -> str:
    """Return a size in so many cells; one that has more digits widens its column."""
    text = figure.fitted_size(size, places, width).strip()
    return f"{int(size)}" if text.startswith("#") else text


def _leverage(order: TrackingOrder) -> str:
    """Return the leverage; spot has none, which is another thing than one that is not known."""
    return figure.leverage(order.leverage) if _is_levered(order) else NONE


def _is_levered(order: TrackingOrder) -> bool:
    """Tell whether an order has leverage and margin."""
    return order.instrument.product_type.is_futures


def _side(order: TrackingOrder) -> Span:
    return Span("L", Role.BID) if order.side.value == "long" else Span("S", Role.ASK)


def _earned(value: Decimal | None, *, is_private: bool, is_dead: bool) -> Span:
    text = UNKNOWN if value is None else f"{ABOUT}{figure.signed(value)}"
    return Span(hide(text, is_private=is_private), Role.STALE if is_dead else gain(value))


def _cost(value: Decimal | None) -> Decimal | None:
    return None if value is None else -abs(value)


def _guards(order: TrackingOrder) -> str:
    match (order.take_profit is not None, order.stop_loss is not None):
        case (True, True):
            return "both"
        case (True, False):
            return "TP"
        case (False, True):
            return "SL"
        case _:
            return NONE
