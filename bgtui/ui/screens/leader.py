"""Leader: the tracking orders that others copy, what they earn, and what may be lent to copying."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from bgtui.domain import question
from bgtui.domain.copytrade import TrackingOrder
from bgtui.domain.instrument import ProductType
from bgtui.domain.question import Question
from bgtui.store import topic
from bgtui.store.topic import Topic
from bgtui.ui.keys import Context
from bgtui.ui.screens.listing import ListScreen
from bgtui.ui.view import footer, leading, polled, tracking, worded
from bgtui.ui.view.span import Row, Span
from bgtui.ui.view.table import Line, State, Table
from bgtui.ui.widgets.table import LiveTable, as_of
from bgtui.ui.workspace import Workspace

TRACKING_S, HISTORY_S, SUMMARY_S, SETTINGS_S = 3.0, 60.0, 30.0, 300.0
_TRACKING, _HISTORY, _PROFIT, _SYMBOLS = range(4)


def product_of(workspace: Workspace) -> ProductType:
    """Return the product type whose copy trading is shown."""
    return workspace.identity.product_type


class LeaderTable(LiveTable):
    """Tracking orders, those that were closed, profit, symbols."""

    def topics(self) -> Iterable[Topic]:
        """What was asked, and the mark prices of what is open."""
        product, store = product_of(self.workspace), self.workspace.store
        found = [topic.answer(asked) for asked, _ in questions(self.workspace)]
        if store is not None:
            found += [
                topic.ticker(order.instrument)
                for order in store.answer(question.leader_tracks(product)).value or ()
            ]
        return found

    def names(self) -> Sequence[str]:
        """Return the sub-views."""
        store = self.workspace.store
        if store is None:
            return ("tracking",)
        product = product_of(self.workspace)
        tracks = store.answer(question.leader_tracks(product)).value
        symbols = store.answer(question.lead_symbols(product)).value
        count = "?" if tracks is None else len(tracks)
        enabled = "?" if symbols is None else sum(symbol.is_enabled for symbol in symbols)
        return (f"tracking {count}", "history", "profit", f"symbols {enabled}")

    def first_state(self, view_index: int) -> State:
        """Latest first."""
        keys = {_TRACKING: "opened", _HISTORY: "closed"}
        return State(sort=keys.get(view_index, ""))

    def above(self, width: int) -> Sequence[Row]:
        """Return the leader's totals and shares."""
        store = self.workspace.store
        if store is None:
            return ()
        product = product_of(self.workspace)
        summary = store.answer(question.leader_summary(product))
        profit = store.answer(question.profit_summary(product))
        return leading.summary_rows(summary, profit, is_private=self.workspace.is_private)

    def words(self) -> Sequence[Span | str]:
        """Return how old the rows are when they are not young."""
        store = self.workspace.store
        if store is None:
            return ()
        asked, interval_s = self.asked()
        return polled.words(store.answer(asked), interval_s)

    def asked(self) -> tuple[Question[Any], float]:
        """Return the question behind the current sub-view, and how often it is asked."""
        product = product_of(self.workspace)
        every: tuple[tuple[Question[Any], float], ...] = (
            (question.leader_tracks(product), TRACKING_S),
            (question.leader_history(product), HISTORY_S),
            (question.paid_shares(product), HISTORY_S),
            (question.lead_symbols(product), SETTINGS_S),
        )
        return every[self.view_index]

    def table(self) -> Table:
        """Return the rows of the sub-view."""
        store, workspace = self.workspace.store, self.workspace
        if store is None or not workspace.identity.has_key:
            return Table(tracking.LEADER_COLUMNS, (), worded.NO_KEY)
        asked, interval_s = self.asked()
        answer = store.answer(asked)
        is_stale = polled.is_stale(answer, interval_s)
        hides, now_ms = workspace.is_private, workspace.now_ms
        if self.view_index == _TRACKING:
            orders: Sequence[TrackingOrder] = answer.value or ()
            lines = tuple(tracking.leader_line(store, order, now_ms, is_private=hides) for order in orders)
            amount = tracking.total(tracking.live_pnl(store, order) for order in orders)
            total = tracking.total_cells(tracking.LEADER_COLUMNS, amount, is_private=hides) if orders else ()
            empty = polled.empty(answer, "No tracking orders. What you open from here is copied.")
            return Table(tracking.LEADER_COLUMNS, lines, empty, total, is_stale=is_stale)
        if self.view_index == _HISTORY:
            lines = tuple(
                tracking.history_line(store, order, now_ms, is_private=hides) for order in answer.value or ()
            )
            empty = polled.empty(answer, "Nothing was closed in the last seven days.")
            return Table(tracking.HISTORY_COLUMNS, lines, empty, is_stale=is_stale)
        if self.view_index == _PROFIT:
            return leading.profit_table(answer, is_private=hides, is_stale=is_stale)
        return leading.symbol_table(answer, is_stale=is_stale)

    def below(self, width: int, line: Line | None) -> Sequence[Row]:
        """Return the order under the cursor, and the limits."""
        store = self.workspace.store
        if store is None or self.view_index != _TRACKING:
            return ()
        order: TrackingOrder | None = None if line is None else line.item
        return leading.detail_rows(store, order, self.workspace, width)


def questions(workspace: Workspace) -> list[tuple[Question[Any], float]]:
    """Return what the screen has asked."""
    product = product_of(workspace)
    return [
        (question.leader_tracks(product), TRACKING_S),
        (question.leader_summary(product), SUMMARY_S),
        (question.profit_summary(product), SUMMARY_S),
        (question.leader_history(product), HISTORY_S),
        (question.paid_shares(product), HISTORY_S),
        (question.lead_symbols(product), SETTINGS_S),
    ]


class LeaderScreen(ListScreen):
    """The leader's desk, to look at."""

    name_id = "leader"
    contexts: ClassVar[tuple[Context, ...]] = (Context.LEADER,)
    footers: ClassVar[Sequence[footer.Wanted]] = (
        ("list.tab_left", "list.tab_right"), "app.find", "list.sort", "app.refresh", "privacy.toggle",
    )  # fmt: skip
    table_type: ClassVar[type[LiveTable]] = LeaderTable

    def questions(self) -> list[tuple[Question[Any], float]]:
        """Return what no stream tells."""
        return questions(self.workspace) if self.workspace.identity.has_key else []

    def standing(self) -> Row:
        """Return as of when the orders are."""
        store = self.workspace.store
        if store is None or not self.workspace.identity.has_key:
            return ()
        answer = store.answer(question.leader_tracks(product_of(self.workspace)))
        if answer.code == polled.NOT_A_LEADER:
            return as_of("This account is not a lead trader (31001); 6 shows the follower side.")
        text = polled.as_of(answer, "tracking orders", TRACKING_S)
        return as_of(f"{text} · ≈ PnL from mark, live" if answer.is_known else text)
