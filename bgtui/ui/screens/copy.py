"""Copy: whom the account follows, what it copied from them, and how."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, ClassVar

from bgtui.domain import question
from bgtui.domain.copyintent import CopyRole
from bgtui.domain.copytrade import FollowedTrader, TrackingOrder
from bgtui.domain.question import Question
from bgtui.store import topic
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
from bgtui.ui.view import following, footer, polled, tracking, worded
from bgtui.ui.view import table as tables
from bgtui.ui.view.glyph import UNKNOWN
from bgtui.ui.view.privacy import hide
from bgtui.ui.view.span import Row, Span, row, rule
from bgtui.ui.view.table import Line, State, Table
from bgtui.ui.widgets.table import LiveTable, as_of

COPIED_S, TRADERS_S, HISTORY_S, LIMITS_S = 5.0, 30.0, 60.0, 300.0
_TRADERS, _COPIED, _HISTORY, _FIND = range(4)
_COPIES_SHOWN, _SETTINGS_SHOWN, _ALL = 6, 4, 1000
"""Copies and instruments' settings of the trader under the cursor, at most; in its dock all."""
_COPIES_FRAME = 3
"""Rows of the copies besides the copies: title, header, total."""
_TRADERS_KEPT = 5
"""Rows that the traders keep, the header among them, where the detail wants more than there is."""
_WIDE = 200


class CopyTable(LiveTable):
    """Traders, copied orders, those that were closed, and how others are found."""

    _merging: Merging | None = None
    _trader_id = ""
    _height = 0

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return title, table, detail; the detail is made as long as there is room for."""
        self._height = height
        return super().rows(width, height)

    def prepare(self) -> None:
        """Have what is copied valued, and the list asked when the account stream says that it changed."""
        asked = question.copied_orders(product_of(self.workspace))
        value(self.workspace, self._copies())
        self._follow_cursor()
        if self._merging is None or self._merging.asked != asked:
            self._merging = Merging(asked)
        self._merging.look(self.workspace)

    def _follow_cursor(self) -> None:
        """Have the settings of the trader under the cursor asked once it stands on another one."""
        trader = self._trader()
        name = "" if trader is None else trader.trader_id
        if name != self._trader_id:
            self._trader_id = name
            app: Any = self.app
            app.attend()

    def turned(self) -> None:
        """Ask what is seen now more often than what is not."""
        app: Any = self.app
        app.attend()

    def topics(self) -> Iterable[Topic]:
        """What was asked, and the mark prices of what is copied."""
        found = [topic.answer(asked) for asked, _ in self.questions()]
        found += [*account_topics(self.workspace), topic.account(Kind.POSITIONS, product_of(self.workspace))]
        return [*found, *{topic.ticker(order.instrument) for order in self._copies()}]

    def questions(self) -> list[tuple[Question[Any], float]]:
        """Return what the screen has asked; settings are those of the trader under the cursor."""
        product = product_of(self.workspace)
        every: list[Asked] = [
            (question.followed_traders(product), TRADERS_S),
            (question.copied_orders(product), COPIED_S),
            (question.copy_history(product), HISTORY_S),
            (question.copy_limits(product), LIMITS_S),
        ]
        trader = self._trader()
        seen = {self.asked()[0], question.copied_orders(product)}
        found = paced(every, seen)
        if trader is not None:
            found.append((question.copy_settings(product, trader.trader_id), LIMITS_S))
            if not product.is_futures:
                found.append((question.trader_symbols(trader.trader_id), LIMITS_S))
        return found

    def _trader(self) -> FollowedTrader | None:
        if isinstance(self.item, FollowedTrader):
            return self.item
        store = self.workspace.store
        if store is None:
            return None
        traders = store.answer(question.followed_traders(product_of(self.workspace))).value
        return traders[0] if traders else None

    def _copies(self) -> Sequence[TrackingOrder]:
        store = self.workspace.store
        if store is None:
            return ()
        return store.answer(question.copied_orders(product_of(self.workspace))).value or ()

    def names(self) -> Sequence[str]:
        """Return the sub-views."""
        store, product = self.workspace.store, product_of(self.workspace)
        traders = None if store is None else store.answer(question.followed_traders(product)).value
        copied = None if store is None else store.answer(question.copied_orders(product)).value
        return (
            f"traders {UNKNOWN if traders is None else len(traders)}",
            f"copied {UNKNOWN if copied is None else len(copied)}",
            "history",
            "find",
        )

    def first_state(self, view_index: int) -> State:
        """Best first, latest first."""
        return State(sort={_TRADERS: "net", _COPIED: "opened", _HISTORY: "closed"}.get(view_index, ""))

    def asked(self) -> tuple[Question[Any], float]:
        """Return the question behind the sub-view, and how often it is asked."""
        product = product_of(self.workspace)
        every: tuple[Asked, ...] = (
            (question.followed_traders(product), TRADERS_S),
            (question.copied_orders(product), COPIED_S),
            (question.copy_history(product), HISTORY_S),
            (question.followed_traders(product), TRADERS_S),
        )
        return every[self.view_index]

    def words(self) -> Sequence[Span | str]:
        """Return how old the rows are when they are not young."""
        store = self.workspace.store
        if store is None:
            return ()
        asked, interval_s = self.asked()
        return [*product_words(self.workspace), *polled.words(store.answer(asked), interval_s)]

    def table(self) -> Table:
        """Return the rows of the sub-view."""
        store, workspace = self.workspace.store, self.workspace
        if store is None or not workspace.identity.has_key:
            return Table(following.TRADER_COLUMNS, (), worded.NO_KEY)
        hides, now_ms = workspace.is_private, workspace.now_ms
        asked, interval_s = self.asked()
        answer = store.answer(asked)
        is_stale = polled.is_stale(answer, interval_s)
        if self.view_index == _TRADERS:
            return following.trader_table(answer, now_ms, is_private=hides, is_stale=is_stale)
        if self.view_index == _FIND:
            return following.find_table()
        if self.view_index == _COPIED:
            return self._copied_table(self._copies(), is_stale=is_stale)
        lines = tuple(
            tracking.history_line(store, order, now_ms, is_private=hides) for order in answer.value or ()
        )
        empty = polled.empty(answer, "Nothing was closed in the last seven days.")
        return Table(tracking.HISTORY_COLUMNS, lines, empty, is_stale=is_stale)

    def _copied_table(
        self, orders: Sequence[TrackingOrder], *, is_stale: bool, summed: Sequence[TrackingOrder] = ()
    ) -> Table:
        """Return copies and what they earn; ``summed`` are those of the sum where not all are shown."""
        store, hides = self.workspace.store, self.workspace.is_private
        if store is None:
            return Table(tracking.COPY_COLUMNS, ())
        now_ms = self.workspace.now_ms
        as_of_ms = store.answer(question.copied_orders(product_of(self.workspace))).as_of_ms
        marks = tracking.marks(store, product_of(self.workspace), as_of_ms)
        seen = self._merging.seen if self._merging is not None else ()
        lines = tuple(
            tracking.copy_line(
                store, order, now_ms, is_private=hides,
                mark_glyph=marks.get(order.tracking_no, ""),
                gone=tracking.is_gone(store, order, as_of_ms, seen),
            )
            for order in orders
        )  # fmt: skip
        amount = tracking.total(tracking.live_pnl(store, order) for order in summed or orders)
        is_dead = tracking.is_a_mark_dead(store, summed or orders)
        total = (
            tracking.total_cells(tracking.COPY_COLUMNS, amount, is_private=hides, is_dead=is_dead)
            if orders
            else ()
        )
        answer = store.answer(question.copied_orders(product_of(self.workspace)))
        empty = polled.empty(answer, "Nothing is copied now.")
        return Table(tracking.COPY_COLUMNS, lines, empty, total, is_stale=is_stale)

    def below(self, width: int, line: Line | None) -> Sequence[Row]:
        """Return what was copied from the trader under the cursor, and his settings, as far as they fit.

        Settings give way first, but for one instrument's; then copies.
        """
        store = self.workspace.store
        if store is None or self.view_index != _TRADERS or line is None:
            return ()
        traders = store.answer(question.followed_traders(product_of(self.workspace))).value or ()
        room = self._height - min(len(traders) + 1, _TRADERS_KEPT) - 2
        settings = self._settings_of(line.item, width, _SETTINGS_SHOWN)
        copies = self._copies_of(line.item, width, _COPIES_SHOWN)
        for most in range(_SETTINGS_SHOWN - 1, 0, -1):
            if len(copies) + len(settings) <= room:
                break
            settings = self._settings_of(line.item, width, most)
        over = len(copies) + len(settings) - room
        if over > 0:
            copies = self._copies_of(line.item, width, max(len(copies) - _COPIES_FRAME - over, 1))
        return [*copies, *settings]

    def opened(self, width: int, line: Line) -> Sequence[Row]:
        """Return everything about a row; of a trader, every copy and every instrument's settings."""
        if self.view_index != _TRADERS or self.workspace.store is None:
            return super().opened(width, line)
        every = [*self._copies_of(line.item, _WIDE, _ALL), *self._settings_of(line.item, _WIDE, _ALL)]
        return tables.wrapped(every, width)

    def _settings_of(self, trader: FollowedTrader, width: int, most: int) -> list[Row]:
        """Return how a trader is copied, of so many instruments at most."""
        store = self.workspace.store
        if store is None:
            return []
        product = product_of(self.workspace)
        settings = store.answer(question.copy_settings(product, trader.trader_id))
        limits = store.answer(question.copy_limits(product)).value
        return following.settings_rows(
            trader, settings, limits, width, is_private=self.workspace.is_private, most=most
        )

    def _copies_of(self, trader: FollowedTrader, width: int, most: int) -> list[Row]:
        """Return what is copied from a trader now, so many orders at most."""
        hides = self.workspace.is_private
        mine = tracking.copies_of(self._copies(), trader)
        name = hide(following.cleaned(trader.name), is_private=hides)
        part = f" · {most} of them, enter shows all" if len(mine) > most else ""
        rows: list[Row] = [rule(row(Span(f"copied orders of {name} {len(mine)}", Role.ACCENT), part), width)]
        table = self._copied_table(mine[:most], is_stale=False, summed=mine)
        shown = tables.arrange(table, State(), most + 2)
        rows += tables.table_rows(
            table, shown, width, len(table.lines) + 2, screen_width=self.screen_width, is_focused=False
        )
        return rows


class CopyScreen(ByProduct, ListScreen):
    """The follower's view."""

    name_id = "copy"
    contexts: ClassVar[tuple[Context, ...]] = (Context.COPY,)
    footers: ClassVar[Sequence[footer.Wanted]] = (
        ("list.tab_left", "list.tab_right"), "tracked.close", "position.protect", "leverage.open",
        "trader.stop", "app.find", "list.sort", "privacy.toggle", "copy.product", "app.refresh",
    )  # fmt: skip
    table_type: ClassVar[type[LiveTable]] = CopyTable

    def footer_actions(self) -> Sequence[footer.Wanted]:
        """Return the actions that can act on the sub-view."""
        view_index = self.table.view_index
        if view_index in (_TRADERS, _COPIED):
            return self.footers
        also = ("trader.stop",) if view_index == _FIND else ()
        return without(self.footers, "tracked.close", "position.protect", *also)

    def questions(self) -> list[tuple[Question[Any], float]]:
        """Return what no stream tells."""
        if not self.workspace.identity.has_key:
            return []
        return [asked for table in self.query(CopyTable) for asked in table.questions()]

    def standing(self) -> Row:
        """Return as of when that is which the sub-view shows; of traders, the copies under them."""
        store, view_index = self.workspace.store, self.table.view_index
        if store is None or not self.workspace.identity.has_key:
            return ()
        if view_index == _FIND:
            return as_of("v follows a trader by the id in the address of their page")
        if view_index == _HISTORY:
            closed = store.answer(question.copy_history(product_of(self.workspace)))
            return as_of(polled.as_of(closed, "closed copies", HISTORY_S))
        answer = store.answer(question.copied_orders(product_of(self.workspace)))
        text = polled.as_of(answer, "copied orders", COPIED_S)
        return as_of(
            f"{text} · {tracking.source_words(store, answer.value or ())}" if answer.is_known else text
        )

    def shown(self) -> None:
        """Keep the copies known after the screen was left."""
        super().shown()
        remember(self.workspace, [(question.copied_orders(product_of(self.workspace)), AWAY_S)])

    # Keys

    @property
    def _stage(self) -> Any:  # noqa: ANN401 - the app, which `flows.Stage` describes
        return self.app

    def _order(self) -> TrackingOrder | None:
        """Return the copy that the keys act on: under the cursor, else the only one of the trader there."""
        item = self.table.item
        if self.table.view_index == _COPIED and isinstance(item, TrackingOrder):
            return item
        mine = self._copies_of(item) if isinstance(item, FollowedTrader) else []
        if len(mine) == 1:
            return mine[0]
        words = f"{len(mine)} copies of this trader: choose one" if mine else "No copied order here"
        self._stage.say(f"{words}; l shows them.", Role.MUTED)
        return None

    def _copies_of(self, trader: FollowedTrader) -> list[TrackingOrder]:
        """Return the open copies that are surely a trader's: only those are acted on in his name."""
        store = self.workspace.store
        if store is None:
            return []
        found = store.answer(question.copied_orders(product_of(self.workspace))).value or ()
        return [order for order in found if order.trader_id == trader.trader_id]

    def _trader(self) -> FollowedTrader | None:
        """Return the trader under the cursor, or the one whose order that is."""
        item, store = self.table.item, self.workspace.store
        if isinstance(item, FollowedTrader) or store is None:
            return item if isinstance(item, FollowedTrader) else None
        if not isinstance(item, TrackingOrder):
            return None
        found = store.answer(question.followed_traders(product_of(self.workspace))).value or ()
        return next((each for each in found if each.trader_id == item.trader_id), None)

    def do_tracked_close(self) -> Coroutine[Any, Any, None] | None:
        """Close the copy, its symbol, or all."""
        order = self._order()
        return None if order is None else copyflows.close_tracks(self._stage, CopyRole.FOLLOWER, order)

    def do_position_protect(self) -> Coroutine[Any, Any, None] | None:
        """Set take profit and stop loss of the copy."""
        order = self._order()
        return None if order is None else copyflows.protect_track(self._stage, CopyRole.FOLLOWER, order)

    def do_leverage_open(self) -> Coroutine[Any, Any, None] | None:
        """Change how the trader is copied; where none is, follow one by id."""
        if self.table.view_index == _FIND:
            return copyflows.follow(self._stage)
        trader = self._trader()
        if trader is None:
            self._stage.say("No trader here; find, the last view, follows one by id.", Role.MUTED)
            return None
        return copyflows.copy_settings(self._stage, trader)

    def do_trader_stop(self) -> Coroutine[Any, Any, None] | None:
        """Stop copying the trader, by typed name."""
        trader = self._trader()
        if trader is None:
            self._stage.say("No trader here; h shows those you follow.", Role.MUTED)
            return None
        return copyflows.stop_trader(self._stage, product_of(self.workspace), trader)
