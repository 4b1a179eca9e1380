"""Positions: every leg of every product type that is followed, live from mark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from bgtui.domain import question
from bgtui.domain.account import Position
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.question import Question
from bgtui.store import topic
from bgtui.store.topic import Kind, Topic
from bgtui.ui.keys import Context
from bgtui.ui.role import Role
from bgtui.ui.screens.acting import Acting
from bgtui.ui.screens.listing import ListScreen
from bgtui.ui.view import footer, positions, worded
from bgtui.ui.view.leg import leg_detail
from bgtui.ui.view.positions import LegView
from bgtui.ui.view.span import Row, Span
from bgtui.ui.view.table import Line, State, Table
from bgtui.ui.widgets.table import LiveTable, as_of
from bgtui.ui.workspace import Workspace

_ADL_S, _FEES_S = 30.0, 600.0


def _products(workspace: Workspace) -> tuple[ProductType, ...]:
    return tuple(product for product in workspace.identity.product_types if product.is_futures)


class PositionsTable(LiveTable):
    """Every leg."""

    no_filter: ClassVar[str] = "no filter"
    _views: Sequence[LegView] = ()
    _unknown: Sequence[ProductType] = ()

    def prepare(self) -> None:
        """Work out every leg."""
        if self.workspace.store is not None:
            known = positions.known_legs(self.workspace.store, _products(self.workspace))
            self._views, self._unknown = known

    def topics(self) -> Iterable[Topic]:
        """Legs, their protection, their mark prices, what was asked about them."""
        store, products = self.workspace.store, _products(self.workspace)
        kinds = (Kind.POSITIONS, Kind.PLANS, Kind.ORDERS, Kind.FRESHNESS)
        found = [topic.account(kind, product) for product in products for kind in kinds]
        found += [topic.answer(question.adl_ranks(product)) for product in products]
        if store is not None:
            legs = (leg for product in products for leg in store.positions(product) or ())
            found += [topic.ticker(leg.instrument) for leg in legs]
        return found

    def names(self) -> Sequence[str]:
        """How many legs there are."""
        if self.workspace.store is None:
            return ("legs",)
        if self._unknown and not self._views:
            return ("? legs",)
        return (worded.count(len(self._views), "leg"),)

    def first_state(self, view_index: int) -> State:
        """Best first."""
        return State(sort="uPnL")

    def words(self) -> Sequence[Span | str]:
        """Return how old the legs are when they are not current, and whose are not known."""
        store = self.workspace.store
        if store is None:
            return ()
        fresh = positions.freshness(store, _products(self.workspace), AccountPart.POSITIONS)
        found = [Span(positions.freshness_words(fresh), Role.WARN)]
        if self._views:
            found += [Span(f"{worded.wallet(product)} ?", Role.WARN) for product in self._unknown]
        return found

    def table(self) -> Table:
        """Return the legs."""
        workspace = self.workspace
        if workspace.store is None or not workspace.identity.has_key:
            return Table(positions.columns(self.screen_width), (), worded.NO_KEY)
        fresh = positions.freshness(workspace.store, _products(workspace), AccountPart.POSITIONS)
        return positions.table(
            self._views, self._unknown, fresh,
            screen_width=self.screen_width, hides_money=workspace.is_private,
        )  # fmt: skip

    def below(self, width: int, line: Line | None) -> Sequence[Row]:
        """Return everything about the leg under the cursor."""
        store = self.workspace.store
        if line is None or store is None:
            return ()
        view: LegView = line.item
        hides = self.workspace.is_private
        return leg_detail(store, view, self.workspace.now_ms, hides_money=hides).rows(width)

    def evidence(self) -> Any:  # noqa: ANN401
        """Return the leg as the exchange reported it."""
        return None if self.item is None else self.item.leg


class PositionsScreen(Acting, ListScreen):
    """Legs, and the keys that act on one."""

    name_id = "positions"
    contexts: ClassVar[tuple[Context, ...]] = (Context.POSITIONS,)
    footers: ClassVar[Sequence[footer.Wanted]] = (
        "position.close", "position.reverse", "position.protect", "leverage.open", "margin.adjust",
        "kill.open", "app.find", "list.sort", "app.refresh", "privacy.toggle",
    )  # fmt: skip
    table_type: ClassVar[type[LiveTable]] = PositionsTable

    def questions(self) -> list[tuple[Question[Any], float]]:
        """Return what no stream tells: how near each leg is to auto-deleveraging, and what closing costs."""
        store, products = self.workspace.store, _products(self.workspace)
        if store is None or not self.workspace.identity.has_key:
            return []
        found: list[tuple[Question[Any], float]] = [
            (question.adl_ranks(product), _ADL_S) for product in products
        ]
        names = {leg.instrument for product in products for leg in store.positions(product) or ()}
        return found + [(question.fee_rates(name), _FEES_S) for name in sorted(names)]

    def standing(self) -> Row:
        """Return how many legs, and as of when."""
        store, workspace = self.workspace.store, self.workspace
        if store is None or not workspace.identity.has_key:
            return ()
        products = _products(workspace)
        views, _ = positions.known_legs(store, products)
        reports = [store.positions_report(product) for product in products]
        times = [report.time_ms for report in reports if report is not None]
        if not times:
            return as_of("legs: asking the exchange")
        age = worded.ago(workspace.now_ms, max(times))
        count = worded.count(len(views), "leg")
        return as_of(f"{count} as of {worded.clock(max(times))} (positions reported {age} ago)")

    def leg_at_cursor(self) -> Position | None:
        """Return the leg that the keys act on: the one drawn under the cursor."""
        view: LegView | None = self.table.item
        return None if view is None else view.leg

    def instrument_at_cursor(self) -> InstrumentId | None:
        """Return the leg's instrument."""
        leg = self.leg_at_cursor()
        return self.workspace.instrument if leg is None else leg.instrument

    async def do_list_open(self) -> None:
        """Show the leg's instrument on Trade."""
        leg = self.leg_at_cursor()
        app: Any = self.app
        if leg is not None:
            app.show_instrument(leg.instrument)
            await app.show_screen("trade")
