"""The tape as a pane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import ClassVar

from bgtui.domain.instrument import Instrument, InstrumentId
from bgtui.domain.market import Trade
from bgtui.store import topic
from bgtui.store.book import BookStatus
from bgtui.store.store import Store
from bgtui.store.topic import Kind, Topic
from bgtui.ui.keys import Context
from bgtui.ui.view import edge, tape
from bgtui.ui.view.glyph import EDGE
from bgtui.ui.view.span import EMPTY, Row
from bgtui.ui.widgets.canvas import Canvas
from bgtui.ui.workspace import Workspace

_RATE_PERIOD_S = 1.0


class Tape(Canvas, can_focus=True):
    """Public trades above a size; mine are bold."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.TAPE,)
    beats: ClassVar[bool] = True
    is_exact: ClassVar[bool] = True

    def __init__(self, workspace: Workspace, *, id: str | None = None) -> None:  # noqa: A002
        """Begin with an empty ring."""
        super().__init__(workspace, id=id)
        self.has_title_line = False
        """Whether the title is a line of its own at the top of the screen instead of a section."""
        self._ring = tape.Ring()
        self._memory = tape.Memory()
        self._shown: InstrumentId | None = None
        self._last_id = ""
        self._smallest: Decimal | None = None
        self._is_held = False
        self._held = 0
        self._rate = 0
        self._counter = tape.Rate()
        self._counted_id = ""
        self._rate_s = float("-inf")
        self._own: frozenset[str] = frozenset()
        self._own_version = self._own_quiet = -1
        self._title: tuple[object, Row] = ((), EMPTY)
        """What the title's line was made of, and the line."""

    def topics(self) -> Iterable[Topic]:
        """The tape, and my fills."""
        shown = self.workspace.instrument
        if shown is None:
            return ()
        return (topic.tape(shown), topic.account(Kind.FILLS, shown.product_type))

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return title and ring behind the edge."""
        store, shown = self.workspace.store, self.workspace.instrument
        rules = store.instrument(shown) if store is not None and shown is not None else None
        if store is None or shown is None or rules is None:
            return edge.edged([self._head(Decimal(0), 0, width)], width, height, EDGE)
        smallest = self.smallest(store, rules)
        self._take(store, rules, smallest, height - 1)
        is_stale = store.book_status(shown) in (BookStatus.STALE, BookStatus.RESYNC, BookStatus.REFUSED)
        glyph = edge.edge_glyph(is_stale=is_stale, is_locked=False)
        head = self._edged_head(smallest, rules.size_places, width, glyph)
        if self._ring.newest >= 0:
            look = tape.Look(width, glyph, rules.price_places, rules.size_places, is_stale)
            return [head, *self._memory.rows(self._ring, look, self._own)]
        chord = self.workspace.keys.of("tape.smaller", (Context.TAPE,))
        lines = tape.empty_lines(smallest, rules.size_places, chord.chords[0] if chord else "<")
        return [head, *edge.edged(lines, width, height - 1, glyph)]

    def _edged_head(self, smallest: Decimal, places: int, width: int, glyph: str) -> Row:
        """Return the title's line, which is seldom another."""
        said = (self._rate, self._held, self._is_held, self.has_title_line, self.has_focus)
        look = (smallest, places, width, glyph, said)
        if look != self._title[0]:
            self._title = (look, edge.edged_line(self._head(smallest, places, width), width, glyph))
        return self._title[1]

    def _head(self, smallest: Decimal, places: int, width: int) -> Row:
        name = tape.title(
            smallest, places, rate=self._rate if self.has_title_line else None,
            held=self._held if self._is_held else None, is_focused=self.has_focus,
        )  # fmt: skip
        return name if self.has_title_line else edge.section(name, width)

    def _take(self, store: Store, rules: Instrument, smallest: Decimal, height: int) -> None:
        """Bring the ring up to date."""
        shown = rules.id
        if shown != self._shown:
            self._counter, self._counted_id, self._rate_s = tape.Rate(), "", float("-inf")
        self._count(store, shown)
        if store.quiet_changes != self._own_quiet or shown != self._shown:
            self._own_quiet = store.quiet_changes
            version = store.version(topic.account(Kind.FILLS, shown.product_type))
            if version != self._own_version:
                self._own_version = version
                self._own = frozenset(fill.trade_id for fill in store.fills(shown.product_type))
        if shown != self._shown or smallest != self._smallest or height != self._ring.height:
            self._shown, self._smallest = shown, smallest
            trades = store.trades(shown)
            self._ring.lay(_above(trades, smallest), height)
            self._last_id = ""
        else:
            trades = store.trades_after(shown, self._last_id)
            new = _above(trades, smallest)
            if self._is_held:
                self._held = len(new)
                return
            self._ring.add(new)
        self._held = 0
        self._last_id = trades[-1].trade_id if trades else self._last_id

    def _count(self, store: Store, shown: InstrumentId) -> None:
        now_s = self.workspace.clock.monotonic()
        if now_s - self._rate_s >= _RATE_PERIOD_S:
            self._rate_s = now_s
            new = store.trades_after(shown, self._counted_id)
            self._counter.take(new)
            self._counted_id = new[-1].trade_id if new else self._counted_id
            self._rate = self._counter.per_second(self.workspace.now_ms)

    def smallest(self, store: Store, rules: Instrument) -> Decimal:
        """Return the smallest size shown: what was chosen for this instrument, else its default."""
        view = self.workspace.view(rules.id)
        if not view.tape_filter_text:
            ticker = store.ticker(rules.id)
            last = ticker.last if ticker is not None else None
            if last is None:
                return Decimal(0)
            view.tape_filter_text = format(tape.default_filter(last, rules.size_step), "f")
        return Decimal(view.tape_filter_text)

    def do_tape_smaller(self) -> None:
        """Show smaller trades too."""
        self._step(-1)

    def do_tape_larger(self) -> None:
        """Show larger trades only."""
        self._step(1)

    def _step(self, steps: int) -> None:
        store, shown = self.workspace.store, self.workspace.instrument
        rules = store.instrument(shown) if store is not None and shown is not None else None
        if store is None or rules is None:
            return
        size = tape.stepped_filter(self.smallest(store, rules), steps, rules.size_step)
        self.workspace.view(rules.id).tape_filter_text = format(size, "f")
        self.invalidate()

    def do_tape_pause(self) -> None:
        """Hold the tape, or let it go on."""
        self._is_held = not self._is_held
        self.invalidate()


def _above(trades: Sequence[Trade], smallest: Decimal) -> Sequence[Trade]:
    return [trade for trade in trades if trade.size >= smallest] if smallest else trades
