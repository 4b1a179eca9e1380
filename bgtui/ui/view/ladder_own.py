"""My orders on the ladder's rows: counted, the most doubtful first, at their true prices."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import IntEnum

from bgtui.domain.market import Side
from bgtui.domain.order import Order, PlanKind, PlanOrder
from bgtui.domain.value import frozen
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.glyph import DOUBT, ELSEWHERE, LIVE, ON_ITS_WAY, TIMES
from bgtui.ui.view.ladder_axis import Axis
from bgtui.ui.view.span import Span

CELLS = 8


class Mark(IntEnum):
    """Kinds of own order, most doubtful last: where several share a row, the highest is shown."""

    LIVE = 0
    PLAN = 1
    ELSEWHERE = 2
    ON_ITS_WAY = 3
    UNKNOWN = 4


@frozen
class OwnOrder:
    """One order of mine, wherever its state comes from."""

    side: Side
    price: Decimal
    """True price (of a plan its trigger), quote currency; zero when it goes at the market."""
    size: Decimal | None
    """What is left of it, base coin; None when it closes a whole leg."""
    mark: Mark
    tag: str = ""
    """Plans: ``SL``, ``TP``, ``TR``, ``TS``; what has no price: ``market``."""
    order: Order | None = None
    plan: PlanOrder | None = None
    client_order_id: str = ""


AT_MARKET = "market"
_TAGS = {
    PlanKind.TRIGGER: "TR",
    PlanKind.SPOT_TRIGGER: "TR",
    PlanKind.TRAILING: "TS",
    PlanKind.TRAILING_STOP: "TS",
    PlanKind.TAKE_PROFIT: "TP",
    PlanKind.POSITION_TAKE_PROFIT: "TP",
    PlanKind.STOP_LOSS: "SL",
    PlanKind.POSITION_STOP_LOSS: "SL",
    PlanKind.UNKNOWN: "PL",
}
_GLYPHS = {Mark.LIVE: LIVE, Mark.ELSEWHERE: ELSEWHERE, Mark.ON_ITS_WAY: ON_ITS_WAY, Mark.UNKNOWN: DOUBT}
_ROLES = {
    Mark.LIVE: Role.OWN,
    Mark.PLAN: Role.OWN,
    Mark.ELSEWHERE: Role.OWN,
    Mark.ON_ITS_WAY: Role.PENDING,
    Mark.UNKNOWN: Role.UNKNOWN,
}
Rows = dict[tuple[Side, int], list[OwnOrder]]


def plan_tag(kind: PlanKind) -> str:
    """Return the two letters of a plan."""
    return _TAGS[kind]


def own_order(
    order: Order, *, is_mine: bool, is_missing: bool = False, mark: Mark | None = None
) -> OwnOrder | None:
    """Return a resting limit order as the ladder sees it; ``mark`` says what is under way with it."""
    if order.price is None or not order.is_open:
        return None
    if mark is None:
        mark = Mark.UNKNOWN if is_missing else Mark.LIVE if is_mine else Mark.ELSEWHERE
    return OwnOrder(
        order.side,
        order.price,
        order.remaining_size,
        mark,
        order=order,
        client_order_id=order.client_order_id,
    )


def own_plan(plan: PlanOrder) -> OwnOrder | None:
    """Return a trigger order as the ladder sees it: at the price that triggers it."""
    if plan.trigger_price is None or not plan.is_open:
        return None
    return OwnOrder(plan.side, plan.trigger_price, plan.size, Mark.PLAN, plan_tag(plan.kind), plan=plan)


def by_row(orders: Iterable[OwnOrder], axis: Axis) -> Rows:
    """Return the orders by side and row, visible or not."""
    rows: Rows = {}
    for order in orders:
        number = axis.bid_row(order.price) if order.side is Side.BUY else axis.ask_row(order.price)
        rows.setdefault((order.side, number), []).append(order)
    return rows


def cell(orders: list[OwnOrder]) -> Span:
    """Return the cell of one row: glyph and size, or the count and the sum."""
    worst = max(orders, key=lambda order: order.mark)
    role = _ROLES[worst.mark]
    sizes = [order.size for order in orders if order.size is not None]
    total = sum(sizes, Decimal(0)) if sizes else None
    if len(orders) > 1:
        if worst.mark is not Mark.LIVE and worst.mark is not Mark.PLAN:
            text = f"{_GLYPHS[worst.mark]}{min(len(orders), 9)}{TIMES}{_short(total, 5)}"
        else:
            text = f"{min(len(orders), 9)}{TIMES}{_short(total, 6)}"
        return Span(text.rjust(CELLS), role, bold=True)
    if worst.mark is Mark.PLAN:
        return Span(f"{worst.tag} {_short(total, 5)}".rjust(CELLS), role)
    return Span(f"{_GLYPHS[worst.mark]} {_short(total, 6)}".rjust(CELLS), role, bold=True)


def _short(size: Decimal | None, width: int) -> str:
    if size is None:
        return "leg".rjust(width)
    text = figure.ladder_size(size)
    return (text[:width].rstrip(".") if len(text) > width and "." in text[:width] else text).rjust(width)
