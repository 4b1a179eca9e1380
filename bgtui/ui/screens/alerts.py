"""Alerts: local rules above, what fired below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from bgtui.domain.alert import Alert, Standing
from bgtui.store import topic
from bgtui.store.topic import Topic
from bgtui.ui.keys import Context
from bgtui.ui.modals.alerting import AlertDock
from bgtui.ui.role import Role
from bgtui.ui.screens.listing import ListScreen
from bgtui.ui.view import alerts, footer
from bgtui.ui.view.span import Row, Span, row
from bgtui.ui.view.table import Line, State, Table
from bgtui.ui.widgets.bars import StateBar
from bgtui.ui.widgets.table import LiveTable, as_of

RULES, FIRED = range(2)
_LEAST_FIRED = 4
"""Rows of the block below the rules, its title and header among them."""


class AlertsTable(LiveTable):
    """The rules with the latest of what fired below them; or all that fired."""

    def names(self) -> Sequence[str]:
        """Return the sub-views with how much is in them."""
        store = self.workspace.store
        if store is None:
            return ("rules", "fired")
        return (f"rules {len(store.alert_rules())}", f"fired {len(store.alerts())}")

    def topics(self) -> Iterable[Topic]:
        """Rules and what fired."""
        return (topic.ALERTS,)

    def first_state(self, view_index: int) -> State:
        """Rules as they come, the latest alert first."""
        return State(sort="when") if view_index == FIRED else State()

    def words(self) -> Sequence[Span | str]:
        """Say that the rules are local, and what is wrong with their file."""
        store = self.workspace.store
        is_troubled = store is not None and bool(store.alert_problem)
        return (Span("LOCAL"), Span("file trouble" if is_troubled else "", Role.WARN))

    def table(self) -> Table:
        """Return the rows of the sub-view."""
        workspace = self.workspace
        store, width = workspace.store, self.screen_width
        if store is None:
            return Table(alerts.RULES, ())
        if self.view_index == FIRED:
            return alerts.fired_table(store, width, workspace.now_ms, hides_money=workspace.is_private)
        return alerts.rules_table(store, width, workspace.now_ms)

    def below(self, width: int, line: Line | None) -> Sequence[Row]:
        """Return the latest of what fired; below all that fired, the whole of one."""
        store, workspace = self.workspace.store, self.workspace
        if store is None:
            return ()
        if self.view_index == FIRED:
            return () if line is None else self._whole(line, width)
        room = max(self.size.height - len(store.alert_rules()) - 3, _LEAST_FIRED)
        return alerts.fired_block(
            store, width, self.screen_width, room, workspace.now_ms, hides_money=workspace.is_private
        )

    def opened(self, width: int, line: Line) -> Sequence[Row]:
        """Return everything about a rule, or about an alert."""
        return self._whole(line, width)

    def _whole(self, line: Line, width: int) -> Sequence[Row]:
        match line.item:
            case Alert():
                return alerts.alert_detail(line.item, width, hides_money=self.workspace.is_private)
            case Standing():
                return alerts.rule_detail(line.item, width)
        return ()


class AlertsScreen(ListScreen):
    """What to be told of, and what was told."""

    name_id = "alerts"
    contexts: ClassVar[tuple[Context, ...]] = (Context.ALERTS,)
    footers: ClassVar[Sequence[footer.Wanted]] = (
        "alert.new", "alert.delete", "alert.toggle", ("list.tab_left", "list.tab_right"), "list.open",
        "app.find", "list.sort", "app.quit",
    )  # fmt: skip
    table_type: ClassVar[type[LiveTable]] = AlertsTable

    def frame(self, now_s: float, *, only_asked: bool = False) -> None:
        """Draw; whoever looks at this has seen what fired."""
        super().frame(now_s, only_asked=only_asked)
        session = self.workspace.session
        if session is not None and session.alerts is not None and session.store.unseen_alerts():
            session.alerts.see()
            for bar in self.query(StateBar).results(StateBar):
                bar.invalidate()

    def standing(self) -> Row:
        """Say where the rules work, or what is wrong with their file."""
        store = self.workspace.store
        if store is not None and store.alert_problem:
            return row(Span(f" {store.alert_problem}", Role.WARN))
        return as_of(f"{alerts.LOCAL}; what is stale or not known fires nothing")

    async def do_alert_new(self) -> None:
        """Ask for a rule and watch it."""
        session = self.workspace.session
        watch = None if session is None else session.alerts
        if watch is None:
            self.workspace.say(alerts.NOT_HERE, Role.WARN)
            return
        dock = AlertDock(self.workspace, has_command=watch.courier is not None)
        if await self.ask(dock) is None or (rule := dock.rule) is None:
            return
        problem = watch.add(rule)
        self.workspace.say(problem or f"Watched: {rule.words}.", Role.WARN if problem else Role.PLAIN)
        self.table.turn_to(RULES)
        if not self.table.state.sort:
            self.table.do_list_last()

    def do_alert_delete(self) -> None:
        """Forget the rule under the cursor."""
        item, session = self.table.item, self.workspace.session
        if session is None or session.alerts is None or item is None:
            return
        if not isinstance(item, Standing):
            self.workspace.say("What fired stays in the list; h shows the rules.", Role.MUTED)
        elif session.alerts.remove(item.rule.rule_id):
            self.workspace.say(f"Deleted: {item.rule.words}; n makes a new one.")
        else:
            self.workspace.say("This rule comes with the program; d switches it off.", Role.MUTED)
        self.table.invalidate()

    def do_alert_toggle(self) -> None:
        """Switch the rule under the cursor on or off; of what fired, the rule that fired it."""
        item, session = self.table.item, self.workspace.session
        if session is None or session.alerts is None or item is None:
            return
        rule_id = item.rule.rule_id if isinstance(item, Standing) else item.rule_id
        is_on = session.alerts.toggle(rule_id)
        standing = next((one for one in session.store.alert_rules() if one.rule.rule_id == rule_id), None)
        if is_on is None or standing is None:
            self.workspace.say("That rule is deleted.", Role.MUTED)
        else:
            self.workspace.say(f"Switched {'on' if is_on else 'off'}: {standing.rule.words}.")
        self.table.invalidate()
