"""Health: connections, requests, limits, log; a failed thing is never hidden behind an average."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from bgtui.store import topic
from bgtui.store.topic import Topic
from bgtui.ui.keys import Context
from bgtui.ui.screens.listing import ListScreen
from bgtui.ui.view import evidence, footer, health
from bgtui.ui.view.span import Row, Span, row
from bgtui.ui.view.table import Detail, Line, State, Table, heading
from bgtui.ui.widgets.table import LiveTable, as_of

CONNECTIONS, ROUTES, LIMITS, LOG = range(4)


class HealthTable(LiveTable):
    """The four sub-views."""

    def names(self) -> Sequence[str]:
        """Return the sub-views."""
        return ("connections", "reads and writes", "limits", "log")

    def topics(self) -> Iterable[Topic]:
        """The run itself."""
        return (topic.HEALTH, topic.LOG)

    def first_state(self, view_index: int) -> State:
        """By name; of the limits the least left first, of the log the latest."""
        if view_index == LIMITS:
            return State()
        sort = ("stream", "ok", "", "time")[view_index]
        return State(sort=sort, is_descending=view_index != CONNECTIONS)

    def table(self) -> Table:
        """Return the rows of the sub-view."""
        workspace = self.workspace
        store, width = workspace.store, self.screen_width
        if store is None:
            return Table(health.CONNECTIONS, ())
        if self.view_index == ROUTES:
            return health.routes_table(store.health(), width)
        if self.view_index == LIMITS:
            return health.limits_table(store.budget, width)
        if self.view_index == LOG:
            return health.log_table(store.log(), workspace.clock.now_ms(), width)
        return health.connections_table(store.health())

    def opened(self, width: int, line: Line) -> Sequence[Row]:
        """Return every field of the row."""
        return evidence.wrapped(evidence.to_json(line.item), width)

    def below(self, width: int, line: Line | None) -> Sequence[Row]:
        """Return requests, clock, screen and the last of the log; of a log line the whole text."""
        store, workspace = self.workspace.store, self.workspace
        if store is None or self.view_index in (ROUTES, LIMITS):
            return ()
        now_ms = workspace.clock.now_ms()
        if self.view_index == LOG:
            if line is None:
                return ()
            text = health.log_text(line.item)
            parts = [text[at : at + width - 2] for at in range(0, len(text), width - 2)]
            return Detail(heading("log"), tuple(row(Span(f" {part}")) for part in parts)).rows(width)
        cost = workspace.meter.cost(workspace.clock.monotonic())
        rest = health.rest_detail(store.health(), store.budget, cost, workspace.display.fps)
        above = rest.rows(width)
        count = max(self.size.height - len(above) - len(store.health().connections) - 4, 1)
        return [*above, *health.log_detail(store.log(), now_ms, count).rows(width)]


class HealthScreen(ListScreen):
    """How the run is doing."""

    name_id = "health"
    contexts: ClassVar[tuple[Context, ...]] = (Context.HEALTH,)
    footers: ClassVar[Sequence[footer.Wanted]] = (
        ("list.tab_left", "list.tab_right"), "list.open", "row.json", "app.refresh", "app.find",
        "app.command", "app.quit",
    )  # fmt: skip
    table_type: ClassVar[type[LiveTable]] = HealthTable

    def standing(self) -> Row:
        """Return the one sentence."""
        store = self.workspace.store
        return () if store is None else as_of(health.verdict(store.health()))
