"""The ladder as a pane: what it shows follows the store, where it stands follows the keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import ClassVar, cast

from bgtui.domain.book import Integrity
from bgtui.domain.instrument import Instrument, InstrumentId
from bgtui.domain.market import Side, Trade
from bgtui.domain.order import TimeInForce
from bgtui.store import topic
from bgtui.store.book import BookStatus, BookView
from bgtui.store.topic import Kind, Topic
from bgtui.ui.keys import Context
from bgtui.ui.view import figure, ladder
from bgtui.ui.view.inspect import Standing
from bgtui.ui.view.ladder import Memory
from bgtui.ui.view.ladder_axis import Axis, default_group, should_recentre, ticks_between
from bgtui.ui.view.ladder_bars import BarScale
from bgtui.ui.view.ladder_columns import WIDE, columns
from bgtui.ui.view.ladder_edge import CURSOR, Beacon, beyond
from bgtui.ui.view.ladder_own import OwnOrder, Rows, by_row
from bgtui.ui.view.ladder_scene import Counter, Scene, cumulated
from bgtui.ui.view.ladder_words import block_reason, state_word
from bgtui.ui.view.request import TicketRequest
from bgtui.ui.view.span import Row, fill
from bgtui.ui.view.working import own_orders
from bgtui.ui.widgets.canvas import Canvas
from bgtui.ui.workspace import GROUPS, Workspace

CHROME_ROWS = 3
"""Header and the two edge lines."""
_SUMS_PERIOD_S = 0.5
_EDGE_PERIOD_S = 1.0
_PAGE = 10


class Ladder(Canvas, can_focus=True):
    """Book, own orders and cursor of the instrument that Trade shows."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.LADDER,)
    beats: ClassVar[bool] = True
    is_exact: ClassVar[bool] = True

    def __init__(self, workspace: Workspace, *, id: str | None = None) -> None:  # noqa: A002
        """Begin without an axis: the first book brings it."""
        super().__init__(workspace, id=id)
        self._axis: Axis | None = None
        self._shown: InstrumentId | None = None
        self._memory = Memory()
        self._counter = Counter()
        self._scale = BarScale()
        self._is_cumulative = False
        self._used_s = float("-inf")
        self._is_centred = False
        self._view: BookView | None = None
        self._edge_axis: Axis | None = None
        self._edge_s = float("-inf")
        self._edge_price: Decimal | None = None
        self._own_orders: list[OwnOrder] = []
        self._own_versions: tuple[int, ...] = ()
        self._own_quiet = -1
        """What the store counted when my orders were looked for last."""
        self._sums_s = float("-inf")
        self._sums: tuple[dict[int, Decimal], dict[int, Decimal]] = ({}, {})

    # What is drawn

    def topics(self) -> Iterable[Topic]:
        """The book, the tape for the last trade, and what I have working."""
        shown = self.workspace.instrument
        if shown is None:
            return ()
        product = shown.product_type
        return (
            topic.book(shown),
            topic.tape(shown),
            topic.account(Kind.ORDERS, product),
            topic.account(Kind.PLANS, product),
            topic.account(Kind.POSITIONS, product),
            topic.account(Kind.SUBMISSIONS, product),
        )

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return header, edges and one row a price."""
        store, shown = self.workspace.store, self.workspace.instrument
        if store is None or shown is None:
            return self._empty(width, height)
        rules = store.instrument(shown)
        if shown != self._shown:
            self._forget(shown)
        if rules is None:
            return self._empty(width, height)
        view = self._view = store.book(shown)
        if self._axis is None and self._middle(view, None) is None:
            return self._empty(width, height)  # no price is known yet to put in the middle
        scene = self._scene(view, rules, max(height - CHROME_ROWS, 1), width)
        return ladder.ladder_rows(scene, width, self._memory, is_wide=width >= WIDE)

    def _empty(self, width: int, height: int) -> Sequence[Row]:
        cut = columns(is_wide=width >= WIDE, price_cells=8)
        word = "SYNC" if self.workspace.session is not None else ""
        scene = Scene(
            Axis(Decimal(1), 1, 0, 0), BookStatus.CONNECTING, 0, {}, {}, {}, Decimal(0), state_word=word
        )
        return [fill(ladder.header(scene, cut), width)]

    def _forget(self, shown: InstrumentId) -> None:
        self._shown = shown
        self._axis = None
        self._memory.forget()
        self._scale = BarScale()
        self._sums = ({}, {})
        self._own_versions, self._own_quiet = (), -1

    def _scene(self, view: BookView, rules: Instrument, height: int, width: int) -> Scene:
        now_s = self.workspace.clock.monotonic()
        axis = self._place(view, rules, height, now_s)
        is_drawn = view.status in (BookStatus.LIVE, BookStatus.STALE)
        bids = self._counter.rows_of(view.bids, axis, is_bid=True) if is_drawn else {}
        asks = self._counter.rows_of(view.asks, axis, is_bid=False) if is_drawn else {}
        if self._is_cumulative:
            bids, asks = self._summed(bids, asks, now_s)
        largest = self._largest(axis, bids, asks)
        full = Decimal(0) if self.workspace.display.is_slow else self._scale.update(largest, now_s)
        own = self._own(view.instrument)
        last = self._last_trade(view.instrument)
        last_row = None
        if last is not None:
            last_row = self._counter.row_of(last.price_text, axis, is_bid=last.side is Side.SELL)
        cursor = self.cursor_row()
        above, below = self._beyond(view, own, axis, cursor)
        note, is_above = self._touch_note(view, axis, now_s)
        return Scene(
            axis,
            view.status,
            rules.price_places,
            bids,
            asks,
            self._memory.once("own", (axis, own), lambda: by_row(own, axis)),
            full,
            cursor=cursor,
            edge_last=self._edge_last(last, axis, now_s),
            last_row=last_row,
            last_side=last.side if last is not None else None,
            state_word=state_word(view, self.workspace),
            is_focused=self.has_focus,
            is_cumulative=self._is_cumulative,
            factor=self._memory.once(
                "factor", (axis.group, axis.tick), lambda: f"{axis.group} = {figure.plain(axis.step)}"
            ),
            above=above,
            below=below,
            tick=rules.tick,
            note_above=note if is_above else "",
            note_below="" if is_above else note,
            flow=self.workspace.flows.rows(axis.step, axis.bid_row) if width >= WIDE else {},
        )

    def _edge_last(self, last: Trade | None, axis: Axis, now_s: float) -> Decimal | None:
        """Return the price that distances are counted from: edges move once a second, not with the market."""
        if last is None:
            return None
        if axis != self._edge_axis or now_s - self._edge_s >= _EDGE_PERIOD_S:
            self._edge_axis, self._edge_s, self._edge_price = axis, now_s, last.price
        return self._edge_price

    def _beyond(
        self, view: BookView, own: Sequence[OwnOrder], axis: Axis, cursor: int | None
    ) -> tuple[list[Beacon], list[Beacon]]:
        store = self.workspace.store
        is_cursor_seen = cursor is None or axis.is_visible(cursor)
        quiet = store.quiet_changes if store is not None else 0
        look = (axis, view.instrument, quiet, 0 if is_cursor_seen else cursor)
        return self._memory.once("beyond", look, lambda: beyond(self._beacons(view, own, axis, cursor), axis))

    def _largest(self, axis: Axis, bids: dict[int, Decimal], asks: dict[int, Decimal]) -> Decimal:
        bottom, top = axis.bottom, axis.top
        is_near = not self._is_cumulative  # sums may be of a moment ago
        if is_near and bids and asks and next(iter(bids)) <= top and next(iter(asks)) >= bottom:
            return max(*bids.values(), *asks.values())  # none lies beyond the other edge
        visible = [size for side in (bids, asks) for number, size in side.items() if bottom <= number <= top]
        return max(visible, default=Decimal(0))

    def _summed(
        self, bids: dict[int, Decimal], asks: dict[int, Decimal], now_s: float
    ) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
        if now_s - self._sums_s >= _SUMS_PERIOD_S or not self._sums[0]:
            self._sums = (cumulated(bids, is_bid=True), cumulated(asks, is_bid=False))
            self._sums_s = now_s
        return self._sums

    def _last_trade(self, shown: InstrumentId) -> Trade | None:
        store = self.workspace.store
        trades = store.trades(shown, 1) if store is not None else ()
        return trades[-1] if trades else None

    # Where it stands

    def _place(self, view: BookView, rules: Instrument, height: int, now_s: float) -> Axis:
        """Return the axis: made when the first book comes, moved only when that is allowed."""
        axis = self._axis
        group = self._group(view, rules)
        if axis is None or axis.group != group or axis.tick != rules.tick:
            middle = self._middle(view, axis)
            axis = Axis(rules.tick, group, 0, height)
            if middle is None:
                return axis
            axis = axis.centred(axis.bid_row(middle))
            self._memory.forget()
        elif axis.height != height:
            axis = axis.resized(height)
        touch = self._touch(view, axis)
        may_move = should_recentre(axis, touch, idle_s=now_s - self._used_s, is_live=view.is_live)
        if may_move and touch and not self._has_dock():  # nothing moves under a form
            axis = axis.centred(touch[1])
        self._axis = axis
        return axis

    def _group(self, view: BookView, rules: Instrument) -> int:
        """Return the ticks a row; the first price chooses them where nobody has."""
        looked = self.workspace.view(rules.id)
        if looked.group_index is None:
            price = self._middle(view, None)
            if price is None:
                return GROUPS[0]
            looked.group_index = default_group(rules.tick, price, GROUPS)
        return GROUPS[looked.group_index]

    def _middle(self, view: BookView, axis: Axis | None) -> Decimal | None:
        if view.best_bid is not None:
            return view.best_bid
        if view.best_ask is not None:
            return view.best_ask
        if axis is not None:
            return axis.price(axis.top - axis.height // 2)
        store = self.workspace.store
        ticker = store.ticker(view.instrument) if store is not None else None
        return ticker.last if ticker is not None else None

    def _touch(self, view: BookView, axis: Axis) -> tuple[int, int] | None:
        if not view.bids or not view.asks:
            return None
        row_of = self._counter.row_of
        return row_of(view.asks[0][0], axis, is_bid=False), row_of(view.bids[0][0], axis, is_bid=True)

    def _has_dock(self) -> bool:
        return bool(getattr(self.screen, "docks", ()))

    def _touch_note(self, view: BookView, axis: Axis, now_s: float) -> tuple[str, bool]:
        """Return where the touch went, while the cursor is in use and so nothing moves; and whether up."""
        touch = self._touch(view, axis)
        if touch is None or axis.is_visible(touch[0]) or axis.is_visible(touch[1]):
            return "", False
        is_above = touch[1] > axis.top
        edge = axis.price(axis.top if is_above else axis.bottom)
        best = cast(Decimal, view.best_bid)
        key = self.workspace.keys.of("ladder.centre", (Context.LADDER,))
        chord = key.chords[0] if key is not None else "c"
        distance = figure.ticks(ticks_between(best, edge, axis.tick))
        return f"touch {distance} {'▲' if is_above else '▼'}  {chord} centres", is_above

    def _beacons(
        self, view: BookView, own: Sequence[OwnOrder], axis: Axis, cursor: int | None
    ) -> list[Beacon]:
        beacons = [
            Beacon(order.tag or ("bid" if order.side is Side.BUY else "ask"), order.price) for order in own
        ]
        if cursor is not None and not axis.is_visible(cursor):
            beacons.append(Beacon(CURSOR, axis.price(cursor)))
        store = self.workspace.store
        positions = store.positions(view.instrument.product_type) if store is not None else None
        for leg in positions or ():
            if leg.instrument == view.instrument:
                beacons.append(Beacon("entry", leg.entry_price))
                if leg.liquidation_price is not None:
                    beacons.append(Beacon("liq", leg.liquidation_price))
        return beacons

    def _own(self, shown: InstrumentId) -> list[OwnOrder]:
        store = self.workspace.store
        if store is None:
            return []
        if store.quiet_changes == self._own_quiet:
            return self._own_orders
        self._own_quiet = store.quiet_changes
        kinds = (Kind.ORDERS, Kind.PLANS, Kind.SUBMISSIONS)
        versions = tuple(store.version(topic.account(kind, shown.product_type)) for kind in kinds)
        if versions != self._own_versions:
            self._own_versions = versions
            self._own_orders = own_orders(store, shown)
        return self._own_orders

    # The cursor

    def cursor_price(self) -> Decimal | None:
        """Return the price under the cursor; None while there is no ladder."""
        axis, number = self._axis, self.cursor_row()
        return None if axis is None or number is None else axis.price(number)

    def cursor_row(self) -> int | None:
        """Return the cursor's row: a price that was chosen, else the best bid."""
        axis, shown = self._axis, self._shown
        if axis is None or shown is None:
            return None
        looked = self.workspace.view(shown)
        if not looked.cursor_text:
            best = self._view.best_bid if self._view is not None and self._view.instrument == shown else None
            if best is None:
                return None
            looked.cursor_text = format(axis.price(axis.bid_row(best)), "f")
        return self._counter.row_of(looked.cursor_text, axis, is_bid=True)

    def orders_at_cursor(self) -> list[OwnOrder]:
        """Return my orders on the cursor's row, both sides."""
        rows: Rows = {}
        number = self.cursor_row()
        if self._axis is not None and self._shown is not None:
            rows = by_row(self._own(self._shown), self._axis)
        if number is None:
            return []
        return [*rows.get((Side.BUY, number), []), *rows.get((Side.SELL, number), [])]

    def standing(self, number: int | None = None) -> Standing | None:
        """Return what stands on a row, the cursor's when none is named; None while there is no ladder."""
        store, shown, axis = self.workspace.store, self._shown, self._axis
        rules = store.instrument(shown) if store is not None and shown is not None else None
        number = self.cursor_row() if number is None else number
        if store is None or shown is None or axis is None or rules is None or number is None:
            return None
        view = store.book(shown)
        rows = by_row(self._own(shown), axis)
        return Standing(
            figure.price(axis.price(number), rules.price_places),
            [*rows.get((Side.SELL, number), []), *rows.get((Side.BUY, number), [])],
            [level for level in view.bids if axis.bid_row(Decimal(level[0])) == number],
            [level for level in view.asks if axis.ask_row(Decimal(level[0])) == number],
            block_reason(view),
        )

    def set_cursor(self, price: Decimal) -> None:
        """Put the cursor on a price, and show it."""
        if self._axis is None or self._shown is None:
            return
        number = self._axis.bid_row(price)
        self._move_to(number)

    def _move(self, rows_up: int) -> None:
        number = self.cursor_row()
        if number is not None:
            self._move_to(max(number + rows_up, 0))

    def _move_to(self, number: int) -> None:
        if self._axis is None or self._shown is None:
            return
        self._touch_key()
        self.workspace.view(self._shown).cursor_text = format(self._axis.price(number), "f")
        self._axis = self._axis.moved_to_show(number)
        self.invalidate()

    def _touch_key(self) -> None:
        self._used_s = self.workspace.clock.monotonic()
        self._is_centred = False

    def do_ladder_down(self) -> None:
        """Move the cursor one row down."""
        self._move(-1)

    def do_ladder_up(self) -> None:
        """Move the cursor one row up."""
        self._move(1)

    def do_ladder_page_down(self) -> None:
        """Move the cursor ten rows down."""
        self._move(-_PAGE)

    def do_ladder_page_up(self) -> None:
        """Move the cursor ten rows up."""
        self._move(_PAGE)

    def do_ladder_centre(self) -> None:
        """Put the touch into the middle and the cursor on the best bid; again: on the best ask."""
        store, shown, axis = self.workspace.store, self._shown, self._axis
        if store is None or shown is None or axis is None:
            return
        view = store.book(shown, levels=1)
        touch = self._touch(view, axis)
        if touch is None:
            return
        number = touch[0] if self._is_centred else touch[1]
        is_second = self._is_centred
        self._axis = axis.centred(touch[1])
        self._touch_key()
        self._is_centred = not is_second
        self.workspace.view(shown).cursor_text = format(axis.price(number), "f")
        self.invalidate()

    def do_ladder_finer(self) -> None:
        """Group fewer ticks in a row."""
        self._regroup(-1)

    def do_ladder_coarser(self) -> None:
        """Group more ticks in a row."""
        self._regroup(1)

    def _regroup(self, steps: int) -> None:
        if self._shown is None:
            return
        view = self.workspace.view(self._shown)
        view.group_index = min(max((view.group_index or 0) + steps, 0), len(GROUPS) - 1)
        self._touch_key()
        self.invalidate()

    def do_ladder_depth(self) -> None:
        """Show cumulative sizes, or single ones again."""
        self._is_cumulative = not self._is_cumulative
        self._sums = ({}, {})
        self._scale = BarScale()
        self._memory.forget()
        self._touch_key()
        self.invalidate()

    # Entry

    def entry_block(self) -> str:
        """Say why no order can be entered from this ladder; empty when it can."""
        store, shown = self.workspace.store, self.workspace.instrument
        if store is None or shown is None:
            return "Connecting: the ladder has no book yet; a moment."
        return block_reason(store.book(shown, levels=1))

    def entry_warning(self) -> str:
        """Say what to mind when entering from this ladder."""
        store, shown = self.workspace.store, self.workspace.instrument
        if store is None or shown is None or store.book(shown, levels=1).integrity is not Integrity.ORDERED:
            return ""
        return "This book is only ordered: a gap would not show; check the price."

    def request(
        self, side: Side, *, at: str = "cursor", force: TimeInForce = TimeInForce.GTC
    ) -> TicketRequest | None:
        """Return the ticket that an entry key asks for; None where there is no price to take.

        Args:
            side: Buy or sell.
            at: ``cursor``, ``bid`` or ``ask``.
            force: How long it may rest.
        """
        store, shown, axis = self.workspace.store, self._shown, self._axis
        rules = store.instrument(shown) if store is not None and shown is not None else None
        if store is None or shown is None or axis is None or rules is None:
            return None
        view = store.book(shown, levels=1)
        price = {"cursor": self.cursor_price(), "bid": view.best_bid, "ask": view.best_ask}[at]
        if price is None:
            return None
        number = self.cursor_row()
        self._touch_key()
        if at == "cursor" and number is not None and not axis.is_visible(number):
            self._axis = axis.moved_to_show(number)
            self.invalidate()
            return None
        return TicketRequest(shown, side, figure.price(price, rules.price_places), force)
