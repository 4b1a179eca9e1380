"""Leader: the tracking orders that others copy, what they earn, and what may be lent to copying."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, ClassVar

from bgtui.domain import question
from bgtui.domain.copyintent import CopyRole, LeadSwitch
from bgtui.domain.copytrade import LeadSymbol, TrackingOrder
from bgtui.domain.error import BgtuiError
from bgtui.domain.question import Question
from bgtui.store import topic
from bgtui.store.answers import Answer
from bgtui.store.store import Store
from bgtui.store.topic import Kind, Topic
from bgtui.ui import copyflows
from bgtui.ui.keys import Context
from bgtui.ui.role import Role
from bgtui.ui.screens.copying import (
    AWAY_S,
    Asked,
    ByProduct,
    Merging,
    account_topics,
    paced,
    product_of,
    product_words,
    remember,
    value,
    without,
)
from bgtui.ui.screens.listing import ListScreen
from bgtui.ui.view import export, footer, leading, polled, tracking, worded
from bgtui.ui.view.span import Row, Span
from bgtui.ui.view.table import Line, State, Table
from bgtui.ui.widgets.table import LiveTable, as_of
from bgtui.ui.workspace import Workspace

TRACKING_S, HISTORY_S, SUMMARY_S, SETTINGS_S = 3.0, 60.0, 30.0, 300.0
_TRACKING, _HISTORY, _PROFIT, _SYMBOLS, _SETTINGS = range(5)
_SHOWN = ("tracking orders", "closed tracking orders", "shares of profit", "symbols", "settings")
"""What each sub-view shows, as its age is told."""


class LeaderTable(LiveTable):
    """Tracking orders, those that were closed, profit, symbols, settings."""

    def __init__(self, workspace: Workspace, *, id: str | None = None) -> None:  # noqa: A002
        """Begin with nothing drawn."""
        super().__init__(workspace, id=id)
        self._merging: Merging | None = None
        self._light: tuple[tuple[TrackingOrder, ...], tuple[Line, ...], tuple[tracking.Group, ...]] | None
        self._light = None
        self._marks: dict[str, str] = {}

    def prepare(self) -> None:
        """Have what is tracked valued, and the list asked when the account stream says that it changed."""
        asked = question.leader_tracks(product_of(self.workspace))
        value(self.workspace, self._tracks().value or ())
        if self._merging is None or self._merging.asked != asked:
            self._merging = Merging(asked)
        self._merging.look(self.workspace)

    def _tracks(self) -> Answer[tuple[TrackingOrder, ...]]:
        store = self.workspace.store
        asked = question.leader_tracks(product_of(self.workspace))
        return Answer(None, None, None, "", "", is_asking=False) if store is None else store.answer(asked)

    def topics(self) -> Iterable[Topic]:
        """What was asked, what was sent, the legs, and the mark prices of what is open."""
        product = product_of(self.workspace)
        found = [topic.answer(asked) for asked, _ in self.questions()]
        found += [*account_topics(self.workspace), topic.account(Kind.POSITIONS, product)]
        if self.view_index == _TRACKING:
            found += {topic.ticker(order.instrument) for order in self._tracks().value or ()}
        return found

    def questions(self) -> list[Asked]:
        """Return what is asked; what the sub-view shows the most often."""
        product = product_of(self.workspace)
        every: list[Asked] = [
            (question.leader_tracks(product), TRACKING_S),
            (question.leader_summary(product), SUMMARY_S),
            (question.profit_summary(product), SUMMARY_S),
            (question.leader_history(product), HISTORY_S),
            (question.paid_shares(product), HISTORY_S),
            (question.daily_shares(product), HISTORY_S),
            (question.lead_symbols(product), SETTINGS_S),
        ]
        if not product.is_futures:
            every.append((question.lead_settings(), SETTINGS_S))
        seen = {self.asked()[0], question.leader_summary(product), question.profit_summary(product)}
        if self.view_index == _PROFIT:
            seen.add(question.paid_shares(product))
        return paced(every, seen)

    def turned(self) -> None:
        """Ask what is seen now more often than what is not."""
        app: Any = self.app
        app.attend()

    def names(self) -> Sequence[str]:
        """Return the sub-views."""
        store = self.workspace.store
        if store is None:
            return ("tracking",)
        tracks = self._tracks().value
        symbols = store.answer(question.lead_symbols(product_of(self.workspace))).value
        count = "?" if tracks is None else len(tracks)
        listed = "?" if symbols is None else len(symbols)
        return (f"tracking {count}", "history", "profit", f"symbols {listed}", "settings")

    def first_state(self, view_index: int) -> State:
        """Latest first."""
        keys = {_TRACKING: "opened", _HISTORY: "closed", _PROFIT: "day"}
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
        """Return whose copy trading it is when not the run's own, and how old the rows are."""
        store, workspace = self.workspace.store, self.workspace
        if store is None:
            return ()
        if self.is_untold:
            return product_words(workspace)
        asked, interval_s = self.asked()
        return [*product_words(workspace), *self._lent(store), *polled.words(store.answer(asked), interval_s)]

    def _lent(self, store: Store) -> list[str]:
        """Return how many of the symbols are lent to copying, where they are shown."""
        if self.view_index != _SYMBOLS:
            return []
        symbols = store.answer(question.lead_symbols(product_of(self.workspace))).value
        return [] if symbols is None else [f"{sum(symbol.is_enabled for symbol in symbols)} on"]

    @property
    def is_untold(self) -> bool:
        """Tell whether no request reads what is shown: the switches of a futures leader."""
        return self.view_index == _SETTINGS and product_of(self.workspace).is_futures

    def age_words(self, store: Store) -> str:
        """Return as of when the rows of the sub-view are, and how often they are asked."""
        if self.is_untold:
            return "? is a switch that this run has not set: v2 has no request that reads it"
        asked, interval_s = self.asked()
        answer = store.answer(asked)
        if self.view_index == _PROFIT:
            answer = polled.oldest((answer, store.answer(question.paid_shares(product_of(self.workspace)))))
        text = polled.as_of(answer, _SHOWN[self.view_index], interval_s)
        is_live = self.view_index == _TRACKING and answer.is_known
        return f"{text} · {tracking.source_words(store, self._tracks().value or ())}" if is_live else text

    def asked(self) -> Asked:
        """Return the question behind the current sub-view, and how often it is asked."""
        product = product_of(self.workspace)
        settings: Asked = (
            (question.lead_symbols(product), SETTINGS_S)
            if product.is_futures
            else (question.lead_settings(), SETTINGS_S)
        )
        every: tuple[Asked, ...] = (
            (question.leader_tracks(product), TRACKING_S),
            (question.leader_history(product), HISTORY_S),
            (question.daily_shares(product), HISTORY_S),
            (question.lead_symbols(product), SETTINGS_S),
            settings,
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
        hides, now_ms, product = workspace.is_private, workspace.now_ms, product_of(workspace)
        if self.view_index == _TRACKING:
            return self._tracking_table(answer, is_stale=is_stale)
        if self.view_index == _HISTORY:
            lines = tuple(
                tracking.history_line(store, order, now_ms, is_private=hides) for order in answer.value or ()
            )
            empty = polled.empty(answer, "Nothing was closed in the last seven days.")
            return Table(tracking.HISTORY_COLUMNS, lines, empty, is_stale=is_stale)
        if self.view_index == _PROFIT:
            paid = store.answer(question.paid_shares(product))
            return leading.day_table(answer, paid, is_private=hides, is_stale=is_stale)
        if self.view_index == _SYMBOLS:
            return leading.symbol_table(answer, is_stale=is_stale)
        settings = store.answer(question.lead_settings())
        is_old = is_stale and not product.is_futures
        return leading.settings_table(store, product, settings, now_ms, is_stale=is_old)

    def _tracking_table(self, answer: Answer[tuple[TrackingOrder, ...]], *, is_stale: bool) -> Table:
        """Return the open orders without their cells: those that are seen are dressed."""
        store, hides = self.workspace.store, self.workspace.is_private
        if store is None:
            return Table(tracking.LEADER_COLUMNS, ())
        orders = answer.value or ()
        self._marks = tracking.marks(store, product_of(self.workspace), answer.as_of_ms)
        moves = self.state.sort in ("uPnL", "mark")
        if self._light is None or self._light[0] is not orders:
            bones = tuple(tracking.leader_bones(order, None, None) for order in orders)
            self._light = (orders, bones, tracking.groups(orders))
        lines = self._light[1]
        if moves:
            lines = tuple(
                tracking.leader_bones(order, tracking.mark_of(store, order), tracking.live_pnl(store, order))
                for order in orders
            )
        amount = tracking.total_of(store, self._light[2])
        is_dead = tracking.is_a_mark_dead(store, orders)
        total = (
            tracking.total_cells(tracking.LEADER_COLUMNS, amount, is_private=hides, is_dead=is_dead)
            if orders
            else ()
        )
        empty = polled.empty(answer, "No tracking orders. What you open from here is copied.")
        return Table(tracking.LEADER_COLUMNS, lines, empty, total, is_stale=is_stale)

    def dress(self, line: Line) -> Line:
        """Return a tracking order that is seen with its cells; any other row is whole."""
        store, order = self.workspace.store, line.item
        if store is None or self.view_index != _TRACKING or not isinstance(order, TrackingOrder):
            return line
        as_of_ms = self._tracks().as_of_ms
        gone = tracking.is_gone(store, order, as_of_ms, self._merging.seen if self._merging else ())
        return tracking.leader_line(
            store,
            order,
            self.workspace.now_ms,
            is_private=self.workspace.is_private,
            mark_glyph=self._marks.get(order.tracking_no, ""),
            gone=gone,
        )

    def below(self, width: int, line: Line | None) -> Sequence[Row]:
        """Return the order under the cursor and the limits, or the chart of the profit."""
        store = self.workspace.store
        if store is None:
            return ()
        if self.view_index == _PROFIT:
            product = product_of(self.workspace)
            summary = store.answer(question.leader_summary(product))
            profit = store.answer(question.profit_summary(product))
            return leading.profit_rows(summary, profit, width, is_private=self.workspace.is_private)
        if self.view_index != _TRACKING:
            return ()
        order: TrackingOrder | None = None if line is None else line.item
        return leading.detail_rows(store, order, self.workspace, width)

    def opened(self, width: int, line: Line) -> Sequence[Row]:
        """Return everything about a row; of a day, who shared how much."""
        store = self.workspace.store
        if self.view_index != _PROFIT or store is None:
            return super().opened(width, line)
        paid = store.answer(question.paid_shares(product_of(self.workspace))).value or ()
        return leading.share_rows(line.item, paid, is_private=self.workspace.is_private)


class LeaderScreen(ByProduct, ListScreen):
    """The leader's desk."""

    name_id = "leader"
    contexts: ClassVar[tuple[Context, ...]] = (Context.LEADER,)
    footers: ClassVar[Sequence[footer.Wanted]] = (
        ("list.tab_left", "list.tab_right"), "tracked.close", "position.protect", "leader.settings",
        "app.find", "privacy.toggle", "leader.export", "copy.product", "list.sort", "app.refresh",
    )  # fmt: skip
    table_type: ClassVar[type[LiveTable]] = LeaderTable

    @property
    def table(self) -> LeaderTable:
        """The table."""
        return self.query_one(LeaderTable)

    def footer_actions(self) -> Sequence[footer.Wanted]:
        """Return the actions that can act on the sub-view."""
        view_index = self.table.view_index
        if view_index == _TRACKING:
            return self.footers
        is_fixed = view_index == _SETTINGS and not product_of(self.workspace).is_futures
        has_no_settings = view_index == _PROFIT or is_fixed
        also = ("leader.settings",) if has_no_settings else ()
        return without(self.footers, "tracked.close", "position.protect", *also)

    def questions(self) -> list[tuple[Question[Any], float]]:
        """Return what no stream tells."""
        if not self.workspace.identity.has_key:
            return []
        return [asked for table in self.query(LeaderTable) for asked in table.questions()]

    def shown(self) -> None:
        """Keep the orders known after the screen was left."""
        super().shown()
        remember(self.workspace, [(question.leader_tracks(product_of(self.workspace)), AWAY_S)])

    def standing(self) -> Row:
        """Return as of when that is which the sub-view shows."""
        store = self.workspace.store
        if store is None or not self.workspace.identity.has_key:
            return ()
        answer = store.answer(question.leader_tracks(product_of(self.workspace)))
        if answer.code == polled.NOT_A_LEADER:
            return as_of("This account is not a lead trader (31001); 6 shows the follower side.")
        return as_of(self.table.age_words(store))

    # Keys

    @property
    def _stage(self) -> Any:  # noqa: ANN401 - the app, which `flows.Stage` describes
        return self.app

    def _order(self) -> TrackingOrder | None:
        item = self.table.item
        if self.table.view_index == _TRACKING and isinstance(item, TrackingOrder):
            return item
        self._stage.say("No open tracking order here; h and l show other views.", Role.MUTED)
        return None

    def do_tracked_close(self) -> Coroutine[Any, Any, None] | None:
        """Close the order, its symbol, or all."""
        order = self._order()
        return None if order is None else copyflows.close_tracks(self._stage, CopyRole.LEADER, order)

    def do_position_protect(self) -> Coroutine[Any, Any, None] | None:
        """Set take profit and stop loss of the order."""
        order = self._order()
        return None if order is None else copyflows.protect_track(self._stage, CopyRole.LEADER, order)

    def do_leader_settings(self) -> Coroutine[Any, Any, None] | None:
        """Change the symbol under the cursor, or the switch."""
        product, item = product_of(self.workspace), self.table.item
        if self.table.view_index == _SETTINGS:
            if not product.is_futures:
                self._stage.say(
                    "Spot has no request for these: they are changed on Bitget's site.", Role.MUTED
                )
                return None
            chosen = item if isinstance(item, LeadSwitch) else LeadSwitch.ENABLED
            return copyflows.switch(self._stage, product, chosen)
        symbol = self._symbol(item)
        if symbol is None:
            self._stage.say("No symbol here that could be lent; l shows symbols.", Role.MUTED)
            return None
        return copyflows.lend(self._stage, symbol)

    def _symbol(self, item: object) -> LeadSymbol | None:
        if isinstance(item, LeadSymbol):
            return item
        store = self.workspace.store
        if store is None or not isinstance(item, TrackingOrder):
            return None
        found = store.answer(question.lead_symbols(product_of(self.workspace))).value or ()
        return next((symbol for symbol in found if symbol.instrument == item.instrument), None)

    def do_leader_export(self) -> None:
        """Write what was earned, or the rows shown, as CSV."""
        workspace, store = self.workspace, self.workspace.store
        if store is None or workspace.save is None:
            self._stage.say(
                "This run writes no files: bgtui show copy-profit --csv prints the same.", Role.MUTED
            )
            return
        product = product_of(workspace)
        answer = store.answer(question.paid_shares(product))
        if answer.value is None:
            self._stage.say("The shares are not known yet; a moment.", Role.MUTED)
            return
        name = f"copy-profit-{product.value}-{workspace.now_ms // 1000}.csv"
        try:
            where = workspace.save(name, export.shares_csv(answer.value))
        except BgtuiError as error:
            self._stage.say(str(error), Role.DANGER)
            return
        folder = where.removesuffix(name).rstrip("/")
        self._stage.say(f"{len(answer.value)} shares: {name} in {folder}")
