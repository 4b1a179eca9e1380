"""Orders: what works, what waits for a trigger, what is over, and every trade."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from bgtui.domain import question
from bgtui.domain.account import Fill
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import Order, PlanOrder
from bgtui.domain.question import Question
from bgtui.domain.submission import Submission
from bgtui.store import topic
from bgtui.store.topic import Kind, Topic
from bgtui.ui import flows
from bgtui.ui.keys import Context
from bgtui.ui.role import Role
from bgtui.ui.screens.acting import Acting
from bgtui.ui.screens.listing import ListScreen
from bgtui.ui.view import footer, orders, past, plans, positions, worded
from bgtui.ui.view.orderdetail import fill_detail, order_detail, plan_detail
from bgtui.ui.view.orders import OrderItem
from bgtui.ui.view.plans import PlanItem
from bgtui.ui.view.span import Row, Span
from bgtui.ui.view.table import Line, State, Table
from bgtui.ui.widgets.table import LiveTable, as_of

OPEN, PLAN, HISTORY, FILLS = range(4)
_PAST_S, _FEES_S = 30.0, 600.0


class OrdersTable(LiveTable):
    """The four sub-views."""

    _working: tuple[Sequence[OrderItem], Sequence[ProductType]] = ((), ())
    _waiting: tuple[Sequence[PlanItem], Sequence[ProductType]] = ((), ())

    def prepare(self) -> None:
        """Put together what the exchange has named and what was sent."""
        if self.workspace.store is not None:
            self._working = orders.order_items(self.workspace.store, self.products)
            self._waiting = plans.plan_items(self.workspace.store, self.products)

    @property
    def products(self) -> tuple[ProductType, ...]:
        """Product types that are followed."""
        return self.workspace.identity.product_types

    def topics(self) -> Iterable[Topic]:
        """Orders, plans, what is on its way, what was asked."""
        kinds = (Kind.ORDERS, Kind.PLANS, Kind.SUBMISSIONS, Kind.FRESHNESS, Kind.FILLS)
        found = [topic.account(kind, product) for product in self.products for kind in kinds]
        if self.view_index == HISTORY:
            found += [topic.answer(question.order_history(product)) for product in self.products]
        elif self.view_index == FILLS:
            found += [topic.answer(question.fills(product)) for product in self.products]
        return found

    def names(self) -> Sequence[str]:
        """Return the sub-views with how much is in them."""
        store = self.workspace.store
        if store is None or not self.workspace.identity.has_key:
            return ("open", "plan", "history", "fills")
        (working, unknown), (waiting, unknown_plans) = self._working, self._waiting
        first = "open ?" if unknown and not working else orders.title(working)
        second = "plan ?" if unknown_plans and not waiting else f"plan {len(waiting)}"
        return (first, second, "history", "fills")

    def first_state(self, view_index: int) -> State:
        """Latest first."""
        return State(sort="time")

    def words(self) -> Sequence[Span | str]:
        """Return how old the rows are when they are not current."""
        store = self.workspace.store
        if store is None or not self.workspace.identity.has_key:
            return ()
        part = (AccountPart.ORDERS, AccountPart.PLANS, AccountPart.ORDERS, AccountPart.FILLS)[self.view_index]
        fresh = positions.freshness(store, self.products, part)
        found = [Span(positions.freshness_words(fresh), Role.WARN)]
        if self.view_index == HISTORY:
            failed = past.troubles(
                (name, store.answer(question.order_history(name))) for name in self.products
            )
            found += [Span(f"? {text}", Role.WARN) for text in failed[:1]]
        return found

    def table(self) -> Table:
        """Return the rows of the sub-view."""
        workspace = self.workspace
        store, products, now_ms = workspace.store, self.products, workspace.now_ms
        width, hides = self.screen_width, workspace.is_private
        if store is None or not workspace.identity.has_key:
            return Table(orders.columns((), width), (), worded.NO_KEY)
        if self.view_index == HISTORY:
            return past.history_table(store, products, now_ms, screen_width=width, hides_money=hides)
        if self.view_index == FILLS:
            return past.fills_table(store, products, now_ms, screen_width=width, hides_money=hides)
        if self.view_index == PLAN:
            waiting, unknown = self._waiting
            stale = positions.is_stale(positions.freshness(store, products, AccountPart.PLANS))
            return plans.table(
                store, waiting, unknown, now_ms, screen_width=width, is_stale=stale, hides_money=hides
            )
        working, unknown = self._working
        stale = positions.is_stale(positions.freshness(store, products, AccountPart.ORDERS))
        return orders.table(
            store, working, unknown, now_ms, screen_width=width, is_stale=stale, hides_money=hides
        )

    def below(self, width: int, line: Line | None) -> Sequence[Row]:
        """Return everything about the row under the cursor."""
        store, now_ms = self.workspace.store, self.workspace.now_ms
        hides = self.workspace.is_private
        if line is None or store is None:
            return ()
        match line.item:
            case OrderItem():
                return order_detail(store, line.item, now_ms, hides_money=hides).rows(width)
            case PlanItem():
                return plan_detail(store, line.item, hides_money=hides).rows(width)
            case Fill():
                return fill_detail(line.item, hides_money=hides).rows(width)
        return ()

    def turned(self) -> None:
        """Ask what the sub-view needs."""
        app: Any = self.app
        app.attend()


class OrdersScreen(Acting, ListScreen):
    """Orders, and the keys that act on them."""

    name_id = "orders"
    contexts: ClassVar[tuple[Context, ...]] = (Context.ORDERS,)
    footers: ClassVar[Sequence[footer.Wanted]] = (
        ("list.tab_left", "list.tab_right"), "order.amend", "order.cancel", "cancel.symbol", "list.mark",
        "app.find", "kill.open", "list.sort", "list.open", "app.refresh",
    )  # fmt: skip
    _PAST: ClassVar[Sequence[footer.Wanted]] = (
        ("list.tab_left", "list.tab_right"), "list.open", "list.sort", "app.find", "row.json", "kill.open",
        "app.refresh",
    )  # fmt: skip
    table_type: ClassVar[type[LiveTable]] = OrdersTable

    def footer_actions(self) -> Sequence[footer.Wanted]:
        """Return the keys that can act: what has ended is only looked at."""
        return self._PAST if self.table.view_index in (HISTORY, FILLS) else self.footers

    def questions(self) -> list[tuple[Question[Any], float]]:
        """Return what no stream tells: what ended before this run, and what a fill costs."""
        workspace = self.workspace
        if workspace.store is None or not workspace.identity.has_key or not self.query(LiveTable):
            return []
        products = workspace.identity.product_types
        if self.table.view_index == HISTORY:
            return [(question.order_history(product), _PAST_S) for product in products]
        if self.table.view_index == FILLS:
            return [(question.fills(product), _PAST_S) for product in products]
        working, _ = orders.order_items(workspace.store, products)
        names = sorted({item.instrument for item in working})
        return [(question.fee_rates(name), _FEES_S) for name in names]

    def standing(self) -> Row:
        """Return how many, as of when, and what the letters mean."""
        store, workspace = self.workspace.store, self.workspace
        if store is None or not workspace.identity.has_key:
            return ()
        if self.table.view_index == PLAN:
            return as_of("kept by: exchange = works while bgtui is off")
        if self.table.view_index != OPEN:
            return as_of("the last days as Bitget keeps them, and everything of this run")
        working, _ = orders.order_items(store, workspace.identity.product_types)
        clock = worded.clock(workspace.now_ms)
        return as_of(f"{len(working)} open as of {clock} · act: + opens, - closes, L long leg, S short leg")

    def _doubted(self) -> Submission | None:
        """Return the write in doubt under the cursor."""
        item = self.table.item
        found = item.submission if isinstance(item, OrderItem | PlanItem) else None
        return found if found is not None and found.state.is_doubtful else None

    async def do_list_open(self) -> None:
        """Show everything about the row; of a write in doubt, its evidence."""
        doubted = self._doubted()
        if doubted is None:
            await super().do_list_open()
        else:
            await flows.look_into(self._stage, doubted)

    async def do_order_resend(self) -> None:
        """Send a write again whose absence is proven."""
        doubted = self._doubted()
        if doubted is None:
            self._stage.say("Only an order proven absent can be sent again.", Role.MUTED)
        else:
            await flows.resend(self._stage, doubted)

    def _chosen(self) -> list[Any]:
        """Return the marked rows, else the one under the cursor."""
        marked = self.table.marked_items
        return marked or ([self.table.item] if self.table.item is not None else [])

    def orders_at_cursor(self) -> tuple[Sequence[Order], Sequence[PlanOrder]]:
        """Return the orders and plans that the keys act on: the marked ones, else that under the cursor."""
        chosen = self._chosen()
        found = [item.order for item in chosen if isinstance(item, OrderItem) and item.order is not None]
        waiting = [item.plan for item in chosen if isinstance(item, PlanItem) and item.plan is not None]
        return [order for order in found if order.is_open], waiting

    def is_open_at_cursor(self) -> bool:
        """Tell whether one of them is on its way or in doubt."""
        return any(
            (isinstance(item, OrderItem) and item.order is None)
            or (isinstance(item, PlanItem) and item.plan is None)
            for item in self._chosen()
        )

    def instrument_at_cursor(self) -> InstrumentId | None:
        """Return the row's instrument."""
        item = self.table.item
        return self.workspace.instrument if item is None else item.instrument
