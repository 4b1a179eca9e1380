"""Positions: every leg, its PnL live from mark, its protection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.account import Position
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.order import MarginMode, PlanKind, PlanOrder, PositionSide
from bgtui.domain.value import frozen
from bgtui.store.freshness import Freshness, Trust
from bgtui.store.store import Store
from bgtui.store.wallet import LIVE_MARK_S
from bgtui.ui.role import Role
from bgtui.ui.view import deadprice, figure, worded
from bgtui.ui.view.glyph import ABOUT, NONE, UNKNOWN
from bgtui.ui.view.span import Span
from bgtui.ui.view.table import Column, Line, Table, sized

COLUMNS = (
    Column("side", "", 1, is_text=True, is_sortable=False),
    Column("symbol", "symbol", 9, is_text=True),
    Column("mode", "mode", 7, is_text=True),
    Column("size", "size", 8),
    Column("entry", "entry", 9),
    Column("mark", "mark", 9),
    Column("uPnL", "uPnL", 8),
    Column("ROE", "ROE", 6),
    Column("margin", "margin", 9, from_width=120),
    Column("liq", "liq", 10, from_width=120),
    Column("dist", "liq in", 7),
    Column("TP", "TP", 9, from_width=120),
    Column("SL", "SL", 9, from_width=120),
    Column("realized", "realized", 9, from_width=200),
    Column("funding", "funding", 9, from_width=200),
    Column("ratio", "m.ratio", 8, from_width=200),
)
_WIDE, _MODE = 120, 7
_WIDE_WIDTHS = {"entry": 10, "mark": 10, "uPnL": 9, "ROE": 7}
NEAR_LIQUIDATION = Decimal("0.05")
"""Distance from mark below which a leg is drawn as in danger."""


@frozen
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
    take_plans: tuple[PlanOrder, ...] = ()
    """Plans that take profit, the nearest first."""
    stop_plans: tuple[PlanOrder, ...] = ()
    """Plans that stop losses, the nearest first."""
    ratio: Decimal | None = None
    """How near its own margin is to being used up; 1 is liquidation. Of a crossed leg it is the account's."""
    is_ratio_live: bool = False
    """Whether it goes by the mark of now: worked out from the one told."""
    is_mark_dead: bool = False
    """Whether nobody sends the mark any more, by which PnL, return and distance go."""

    def tone(self, role: Role) -> Role:
        """Return the role of a figure that goes by mark."""
        return Role.STALE if self.is_mark_dead else role

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
    takes = _protecting(store, leg, PlanKind.POSITION_TAKE_PROFIT, PlanKind.TAKE_PROFIT)
    stops = _protecting(store, leg, PlanKind.POSITION_STOP_LOSS, PlanKind.STOP_LOSS)
    take = leg.take_profit or (takes[0].trigger_price if takes else None)
    stop = leg.stop_loss or (stops[0].trigger_price if stops else None)
    ratio, age_s = None, store.ticker_age_s(leg.instrument)
    if ticker is not None and rules is not None and age_s is not None and age_s <= LIVE_MARK_S:
        ratio = pnl.live_margin_ratio(leg, ticker.mark_price, is_inverse=rules.is_inverse)
    told = leg.margin_ratio if ratio is None else ratio
    is_live = ratio is not None
    is_dead = ticker is not None and deadprice.age_s(store, leg.instrument) is not None
    return LegView(
        leg, rules, mark, unrealized, roe, distance, take, stop, takes, stops, told,
        is_ratio_live=is_live, is_mark_dead=is_dead,
    )  # fmt: skip


def _protecting(store: Store, leg: Position, whole: PlanKind, part: PlanKind) -> tuple[PlanOrder, ...]:
    """Return the plans of these kinds on a leg: that of the whole leg first, then the nearest to entry."""
    found = [
        plan
        for plan in store.open_plans(leg.instrument.product_type) or ()
        if plan.instrument == leg.instrument
        and plan.kind in (whole, part)
        and plan.position_side in (leg.side, None)
        and plan.trigger_price is not None
    ]
    found.sort(key=lambda plan: (plan.kind is part, abs((plan.trigger_price or 0) - leg.entry_price)))
    return tuple(found)


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


def _mode_cell(leg: Position) -> str:
    """Return it in the cells of its column: a leverage of three figures stands without a blank before it."""
    words = mode_words(leg)
    return words if len(words) <= _MODE else words.replace(" ", "")


def position_line(view: LegView, *, hides_money: bool = False) -> Line:
    """Return the table row of a leg."""
    leg, places = view.leg, view.places
    money = view.money_places
    danger = view.distance is not None and view.distance <= NEAR_LIQUIDATION
    liq = figure.average(leg.liquidation_price, places) if leg.liquidation_price is not None else NONE
    hidden = Span("***")
    own = _money_cells(view, money) if not hides_money else (hidden, hidden, hidden, hidden)
    return Line(
        key="/".join(str(part) for part in leg.key),
        cells=(
            side_letter(leg.side),
            Span(leg.instrument.symbol),
            Span(_mode_cell(leg)),
            Span(figure.fitted_size(leg.size, view.size_places, 8).strip() if not hides_money else "***"),
            Span(figure.average(leg.entry_price, places)),
            Span(figure.price(view.mark, places), view.tone(Role.PLAIN)),
            own[0],
            own[1],
            own[2],
            Span(liq, Role.DANGER if danger else Role.PLAIN),
            Span(_distance(view), view.tone(Role.DANGER if danger else Role.PLAIN)),
            Span(figure.price(view.take_profit, places) if view.take_profit else NONE),
            Span(figure.price(view.stop_loss, places) if view.stop_loss else NONE),
            own[3],
            Span(figure.signed(leg.funding_paid, money) if leg.funding_paid is not None else UNKNOWN),
            Span(ratio_words(view)),
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
            view.ratio,
        ),
        search=f"{leg.instrument} {leg.side} {leg.margin_mode}".lower(),
        item=view,
    )


def ratio_words(view: LegView) -> str:
    """Return how near its margin is to being used up; of a crossed leg it is the account's."""
    if view.leg.margin_mode is MarginMode.CROSSED:
        return "account"
    return (ABOUT if view.is_ratio_live else "") + figure.percent(view.ratio)


def _money_cells(view: LegView, money: int) -> tuple[Span, Span, Span, Span]:
    role = view.tone(gain(view.unrealized))
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


def columns(screen_width: int) -> tuple[Column, ...]:
    """Return the columns as wide as a terminal of this width has room for."""
    if screen_width < _WIDE:
        return COLUMNS
    return tuple(
        replace(column, title="dist" if column.key == "dist" else column.title)
        for column in sized(COLUMNS, _WIDE_WIDTHS)
    )


def table(
    views: Sequence[LegView],
    unknown: Sequence[ProductType],
    freshness: Freshness,
    *,
    screen_width: int,
    hides_money: bool = False,
) -> Table:
    """Return the table of all legs.

    Args:
        views: The legs that are known.
        unknown: Product types of which the exchange has not told.
        freshness: How far they can be trusted.
        screen_width: Columns of the terminal.
        hides_money: Whether sizes and money are hidden.
    """
    lines = tuple(position_line(view, hides_money=hides_money) for view in views)
    total = () if hides_money else _total(views)
    if unknown and not views:
        names = worded.wallet(unknown[0]) if len(unknown) == 1 else f"{len(unknown)} product types"
        text = f"? Legs of {names} are not known yet: the exchange has not answered."
        return Table(columns(screen_width), (), text, is_known=False)
    return Table(
        columns(screen_width), lines, "No legs. t opens a ticket.", total, is_stale=is_stale(freshness)
    )


def _total(views: Sequence[LegView]) -> tuple[Span, ...]:
    """Return the sum of PnL; of the coin that most legs are margined in where there are several."""
    coins = Counter(view.leg.margin_coin for view in views)
    if not coins:
        return ()
    coin = coins.most_common(1)[0][0]
    summed = [view for view in views if view.leg.margin_coin == coin]
    amount = total_unrealized(summed)
    places = next(view.money_places for view in views if view.leg.margin_coin == coin)
    cells = {
        "side": Span(""),
        "symbol": Span("total" if len(coins) == 1 else f"total {coin}", Role.MUTED),
        "uPnL": Span(figure.signed(amount, places), total_role(summed, amount)),
    }
    return tuple(cells.get(column.key, Span("")) for column in COLUMNS)


def total_unrealized(views: Iterable[LegView]) -> Decimal | None:
    """Return the PnL of all these legs; None where that of one is not known."""
    total = Decimal(0)
    for view in views:
        if view.unrealized is None:
            return None
        total += view.unrealized
    return total


def total_role(views: Iterable[LegView], amount: Decimal | None) -> Role:
    """Return the role of a sum of PnL: stale as soon as one of them is."""
    return Role.STALE if any(view.is_mark_dead for view in views) else gain(amount)


def known_legs(store: Store, products: Iterable[ProductType]) -> tuple[list[LegView], list[ProductType]]:
    """Return the legs that are known, and the product types of which nothing is."""
    found: list[LegView] = []
    unknown: list[ProductType] = []
    for product in products:
        if product.is_futures:
            legs = store.positions(product)
            if legs is None:
                unknown.append(product)
            found += [leg_view(store, leg) for leg in legs or ()]
    return found, unknown


def is_stale(freshness: Freshness) -> bool:
    """Tell whether a pane must be drawn as stale: what is asked for long has not been answered."""
    if freshness.trust is Trust.RECONCILING:
        return (freshness.age_s or 0.0) >= _LATE_S
    return freshness.trust is Trust.STALE


def freshness_words(freshness: Freshness) -> str:
    """Return what a pane's title says about its age; nothing while it is current."""
    match freshness.trust:
        case Trust.CURRENT:
            return ""
        case Trust.UNKNOWN:
            return "SYNC"
        case Trust.RECONCILING if not is_stale(freshness):
            return "asking"
        case _:
            return f"STALE {figure.whole_age(freshness.age_s or 0.0)}"


def freshness(store: Store, products: Iterable[ProductType], part: AccountPart) -> Freshness:
    """Return how far the part of an account can be trusted: the worst of its product types.

    What is stale counts before what is not known yet: it is on the screen.
    """
    every = [store.freshness(product, part) for product in products]
    worst = min(every, key=lambda item: _WORST_FIRST.index(item.trust), default=None)
    return Freshness(Trust.UNKNOWN, None) if worst is None else worst


_LATE_S = 3.0
"""What is being asked for so long is stale."""
_WORST_FIRST = (Trust.STALE, Trust.UNKNOWN, Trust.RECONCILING, Trust.CURRENT)
