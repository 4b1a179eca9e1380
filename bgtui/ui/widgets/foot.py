"""The tables at the foot of Trade: every leg, every working order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from bgtui.domain.event import AccountPart
from bgtui.store import topic
from bgtui.store.topic import Kind, Topic
from bgtui.ui.role import Role
from bgtui.ui.view import edge, foot, positions
from bgtui.ui.view.glyph import EDGE, STALE_EDGE
from bgtui.ui.view.span import Row, Span, rule
from bgtui.ui.widgets.canvas import Canvas
from bgtui.ui.workspace import Workspace

TABLE_PERIOD_S = 0.5
"""The tables move twice a second: more is not read."""


class LegsTable(Canvas):
    """Legs of every product type, the instrument's own first."""

    period_s: ClassVar[float] = TABLE_PERIOD_S
    beats: ClassVar[bool] = True

    def __init__(self, workspace: Workspace, *, id: str | None = None) -> None:  # noqa: A002
        """Remember no leg yet."""
        super().__init__(workspace, id=id)
        self._memory = foot.LegsMemory()

    def topics(self) -> Iterable[Topic]:
        """Legs, their protection, their mark prices."""
        store = self.workspace.store
        products = self.workspace.identity.product_types
        kinds = (Kind.POSITIONS, Kind.PLANS, Kind.FRESHNESS)
        found = [topic.account(kind, product) for product in products for kind in kinds]
        if store is not None:
            legs = (leg for product in products for leg in store.positions(product) or ())
            found += [topic.ticker(leg.instrument) for leg in legs]
        return found

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return title and table."""
        store, workspace = self.workspace.store, self.workspace
        if store is None:
            return [rule((Span("POSITIONS", Role.ACCENT),), width)]
        return foot.legs_rows(
            store, workspace.identity.product_types, self._memory, workspace.instrument, width, height,
            screen_width=self.app.size.width, hides_money=workspace.is_private,
        )  # fmt: skip


class OrdersTable(Canvas):
    """Working orders of every product type, latest first."""

    period_s: ClassVar[float] = TABLE_PERIOD_S
    beats: ClassVar[bool] = True
    has_edge = False
    """Whether it stands beside the legs."""

    def topics(self) -> Iterable[Topic]:
        """Orders, plans, what is on its way."""
        kinds = (Kind.ORDERS, Kind.PLANS, Kind.SUBMISSIONS, Kind.FRESHNESS)
        return [
            topic.account(kind, product)
            for product in self.workspace.identity.product_types
            for kind in kinds
        ]

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return title and table."""
        store, workspace = self.workspace.store, self.workspace
        if store is None:
            return [rule((Span("ORDERS", Role.ACCENT),), width)]
        listed = foot.list_orders(store, workspace.identity.product_types)
        fresh = positions.freshness(store, workspace.identity.product_types, AccountPart.ORDERS)
        inner = width - 1 if self.has_edge else width
        lines = foot.orders_rows(
            store, listed, fresh, workspace.now_ms, inner, height, has_header=self.has_edge,
            hides_money=workspace.is_private,
        )  # fmt: skip
        if not self.has_edge:
            return lines
        glyph = STALE_EDGE if positions.is_stale(fresh) else EDGE
        made = edge.edged(lines, width, height, glyph)
        head = made[0]
        made[0] = (head[0]._replace(text="┬ "), *head[1:])
        return made
