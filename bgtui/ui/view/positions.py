"""Positions: every leg, its PnL live from mark, its protection, and what closing it would bring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.account import Position
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.order import MarginMode, PlanKind, PlanOrder, PositionMode, PositionSide
from bgtui.store.freshness import Freshness, Trust
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.glyph import ABOUT, NONE, UNKNOWN
from bgtui.ui.view.span import Row, Span, row
from bgtui.ui.view.table import Column, Detail, Line, Table

COLUMNS = (
    Column("side", "", 1, is_text=True, is_sortable=False),
    Column("symbol", "symbol", 10, is_text=True),
    Column("mode", "mode", 7, is_text=True),
    Column("size", "size", 9),
    Column("entry", "entry", 10),
    Column("mark", "mark", 10),
    Column("uPnL", "uPnL", 9),
    Column("ROE", "ROE", 7),
    Column("margin", "margin", 10, from_width=120),
    Column("liq", "liq", 11, from_width=120),
    Column("dist", "liq in", 7),
    Column("TP", "TP", 10, from_width=120),
    Column("SL", "SL", 10, from_width=120),
    Column("realized", "realized", 10, from_width=200),
    Column("funding", "funding", 9, from_width=200),
    Column("ratio", "m.ratio", 8, from_width=200),
)
NEAR_LIQUIDATION = Decimal("0.05")
"""Distance from mark below which a leg is drawn as in danger."""


@dataclass(frozen=True, slots=True)
class LegView:
    """One leg with the market of this moment."""

    leg: Position
    rules: Instrument | None
    mark: Decimal | None
    unrealized: Decimal | None
    roe: Decimal | None
    distance: Decimal | None
    take_profit: Decimal | None
    stop_loss: Decimal | None

    @property
    def places(self) -> int:
        """Decimal places of a price."""
        return self.rules.price_places if self.rules is not None else 2

    @property
    def size_places(self) -> int:
        """Decimal places of a size."""
        return self.rules.size_places if self.rules is not None else 4

    @property
    def money_places(self) -> int:
        """Decimal places of the margin coin."""
        return 8 if self.rules is not None and self.rules.is_inverse else 2


def leg_view(store: Store, leg: Position) -> LegView:
    """Return a leg with its live figures."""
    rules = store.instrument(leg.instrument)
    ticker = store.ticker(leg.instrument)
    mark = ticker.mark_price if ticker is not None else None
    mark = mark if mark is not None else leg.mark_price
    unrealized = leg.unrealized_pnl
    if mark is not None:
        is_inverse = rules is not None and rules.is_inverse
        unrealized = pnl.unrealized(leg.side, leg.size, leg.entry_price, mark, is_inverse=is_inverse)
    roe = pnl.return_on_margin(unrealized, leg.margin) if unrealized is not None else None
    distance = None
    if mark is not None and leg.liquidation_price is not None:
        distance = pnl.distance(mark, leg.liquidation_price)
    plans = tuple(store.open_plans(leg.instrument.product_type) or ())
    take = leg.take_profit or _protection(plans, leg, PlanKind.POSITION_TAKE_PROFIT, PlanKind.TAKE_PROFIT)
    stop = leg.stop_loss or _protection(plans, leg, PlanKind.POSITION_STOP_LOSS, PlanKind.STOP_LOSS)
    return LegView(leg, rules, mark, unrealized, roe, distance, take, stop)


def _protection(plans: Iterable[PlanOrder], leg: Position, *kinds: PlanKind) -> Decimal | None:
    for kind in kinds:
        for plan in plans:
            if (
                plan.instrument == leg.instrument
                and plan.kind is kind
                and plan.position_side in (leg.side, None)
            ):
                return plan.trigger_price
    return None


def leg_views(
    store: Store, products: Iterable[ProductType], *, first: InstrumentId | None = None
) -> list[LegView] | None:
    """Return every leg, those of one instrument first; None while any product type has not told."""
    found: list[LegView] = []
    for product in products:
        if not product.is_futures:
            continue
        legs = store.positions(product)
        if legs is None:
            return None
        found += [leg_view(store, leg) for leg in legs]
    found.sort(key=lambda view: (view.leg.instrument != first, view.leg.instrument, view.leg.side))
    return found


def side_letter(side: PositionSide) -> Span:
    """Return ``L`` or ``S`` in its color."""
    return Span("L", Role.BID) if side is PositionSide.LONG else Span("S", Role.ASK)


def gain(value: Decimal | None) -> Role:
    """Return the role of a signed figure."""
    if value is None or not value:
        return Role.PLAIN
    return Role.BID if value > 0 else Role.ASK


def mode_words(leg: Position) -> str:
    """Return ``iso 20x`` or ``crs 10x``."""
    mode = "iso" if leg.margin_mode is MarginMode.ISOLATED else "crs"
    return f"{mode} {figure.leverage(leg.leverage)}"


def position_line(view: LegView, *, hides_money: bool = False) -> Line:
    """Return the table row of a leg."""
    leg, places = view.leg, view.places
    money = view.money_places
    danger = view.distance is not None and view.distance <= NEAR_LIQUIDATION
    liq = figure.price(leg.liquidation_price, places) if leg.liquidation_price is not None else NONE
    hidden = Span("***")
    own = _money_cells(view, money) if not hides_money else (hidden, hidden, hidden, hidden)
    return Line(
        key="/".join(str(part) for part in leg.key),
        cells=(
            side_letter(leg.side),
            Span(leg.instrument.symbol),
            Span(mode_words(leg)),
            Span(figure.fitted_size(leg.size, view.size_places, 9) if not hides_money else "***"),
            Span(figure.price(leg.entry_price, places)),
            Span(figure.price(view.mark, places)),
            own[0],
            own[1],
            own[2],
            Span(liq, Role.DANGER if danger else Role.PLAIN),
            Span(_distance(view), Role.DANGER if danger else Role.PLAIN),
            Span(figure.price(view.take_profit, places) if view.take_profit else NONE),
            Span(figure.price(view.stop_loss, places) if view.stop_loss else NONE),
            own[3],
            Span(figure.signed(leg.funding_paid, money) if leg.funding_paid is not None else UNKNOWN),
            Span(figure.percent(leg.margin_ratio) if leg.margin_ratio is not None else UNKNOWN),
        ),
        sort=(
            None,
            leg.instrument.symbol,
            leg.leverage,
            pnl.notional(leg.size, view.mark or leg.entry_price),
            leg.entry_price,
            view.mark,
            view.unrealized,
            view.roe,
            leg.margin,
            leg.liquidation_price,
            view.distance,
            view.take_profit,
            view.stop_loss,
            leg.realized_pnl,
            leg.funding_paid,
            leg.margin_ratio,
        ),
        search=f"{leg.instrument} {leg.side} {leg.margin_mode}".lower(),
        item=view,
    )


def _money_cells(view: LegView, money: int) -> tuple[Span, Span, Span, Span]:
    role = gain(view.unrealized)
    return (
        Span(figure.signed(view.unrealized, money), role),
        Span(figure.roe(view.roe), role),
        Span(figure.money(view.leg.margin, money)),
        Span(figure.signed(view.leg.realized_pnl, money), gain(view.leg.realized_pnl)),
    )


def _distance(view: LegView) -> str:
    if view.leg.liquidation_price is None:
        return NONE
    return figure.percent(view.distance)


def table(views: list[LegView] | None, freshness: Freshness, *, hides_money: bool = False) -> Table:
    """Return the table of all legs."""
    if views is None:
        text = "? Positions are not known yet: the exchange has not answered."
        return Table(COLUMNS, (), empty=text)
    lines = tuple(position_line(view, hides_money=hides_money) for view in views)
    total: tuple[Span, ...] = ()
    known = [view.unrealized for view in views if view.unrealized is not None]
    if views and not hides_money and len({view.leg.margin_coin for view in views}) == 1:
        amount = sum(known, Decimal(0)) if len(known) == len(views) else None
        total = (
            Span(""),
            Span("total", Role.MUTED),
            *(Span("") for _ in range(4)),
            Span(figure.signed(amount), gain(amount)),
        )
    return Table(COLUMNS, lines, "No legs. t opens a ticket.", total, is_stale=is_stale(freshness))


def is_stale(freshness: Freshness) -> bool:
    """Tell whether a pane must be drawn as stale."""
    return freshness.trust is Trust.STALE


def freshness_words(freshness: Freshness) -> str:
    """Return what a pane's title says about its age; nothing while it is current."""
    match freshness.trust:
        case Trust.CURRENT:
            return ""
        case Trust.UNKNOWN:
            return "SYNC"
        case Trust.RECONCILING:
            return "asking"
        case Trust.STALE:
            return f"STALE {figure.age(freshness.age_s)}"


def detail(view: LegView | None, now_ms: int, taker: Decimal | None = None) -> Detail:
    """Return everything about one leg."""
    if view is None:
        return Detail()
    leg, places, money = view.leg, view.places, view.money_places
    coin = leg.margin_coin
    value = pnl.notional(leg.size, view.mark or leg.entry_price)
    held = f", held by closes {figure.size(leg.locked, view.size_places)}" if leg.locked else ""
    rate = taker if taker is not None else (view.rules.taker_fee_rate if view.rules else Decimal(0))
    net = None
    if view.unrealized is not None and view.mark is not None:
        fees = pnl.fee(leg.size, leg.entry_price, rate) + pnl.fee(leg.size, view.mark, rate)
        net = view.unrealized - fees
    liq = "none" if leg.liquidation_price is None else figure.price(leg.liquidation_price, places)
    away = "" if view.distance is None else f"  {figure.percent(view.distance)} away"
    ratio = figure.percent(leg.margin_ratio)
    opened = (
        f"{figure.moment(leg.created_ms, now_ms)}  {figure.age((now_ms - leg.created_ms) / 1000)} ago"
        if leg.created_ms is not None
        else UNKNOWN
    )
    mode = "hedge" if leg.position_mode is PositionMode.HEDGE else "one-way"
    heading = row(
        Span(f"{leg.side.upper()} {leg.instrument.symbol}", Role.ACCENT),
        f"  {leg.margin_mode} {figure.leverage(leg.leverage)}  {mode}",
    )
    pairs = (
        ("size", f"{figure.size(leg.size, view.size_places)} ({figure.money(value)} quote)"),
        ("free", f"{figure.size(leg.available, view.size_places)}{held}"),
        ("entry", figure.price(leg.entry_price, places)),
        ("break-even", figure.price(_tick(leg.break_even_price, view), places)),
        ("liquidation", liq + away),
        ("margin", f"{figure.money(leg.margin, money)} {coin}  ratio {ratio}"),
        ("uPnL", f"{figure.signed(view.unrealized, money)}  ROE {figure.roe(view.roe)}"),
        ("if closed now", f"{ABOUT}{figure.signed(net, money)} after fees"),
        ("realized", figure.signed(leg.realized_pnl, money)),
        (
            "fees / funding",
            f"{figure.signed(_negative(leg.fees_paid), money)} / {figure.signed(leg.funding_paid, money)}",
        ),
        ("TP", _guard(view.take_profit, view)),
        ("SL", _guard(view.stop_loss, view)),
        ("opened", opened),
    )
    return Detail(heading, tuple(_pair_rows(pairs)))


def _negative(value: Decimal | None) -> Decimal | None:
    return None if value is None else -abs(value)


def _tick(value: Decimal | None, view: LegView) -> Decimal | None:
    return None if value is None else round(value, view.places)


def _guard(price: Decimal | None, view: LegView) -> str:
    if price is None:
        return NONE
    is_inverse = view.rules is not None and view.rules.is_inverse
    gives = pnl.unrealized(view.leg.side, view.leg.size, view.leg.entry_price, price, is_inverse=is_inverse)
    return f"{figure.price(price, view.places)}  gives {ABOUT}{figure.signed(gives, view.money_places)}"


def _pair_rows(pairs: Iterable[tuple[str, str]]) -> list[Row]:
    items = list(pairs)
    rows: list[Row] = []
    for at in range(0, len(items), 2):
        spans = [Span(f" {items[at][0]:<13}", Role.MUTED), Span(f"{items[at][1]:<28}")]
        if at + 1 < len(items):
            spans += [Span(f" {items[at + 1][0]:<15}", Role.MUTED), Span(items[at + 1][1])]
        rows.append(tuple(spans))
    return rows


def freshness(store: Store, products: Iterable[ProductType], part: AccountPart) -> Freshness:
    """Return how far the part of an account can be trusted: the worst of its product types."""
    order = list(Trust)
    every = [store.freshness(product, part) for product in products]
    return min(every, key=lambda item: order.index(item.trust)) if every else Freshness(Trust.UNKNOWN, None)
