"""The ladder's rows, one a price: a row is made once, and where only a size moved that alone is put in.

On a busy market most rows change in most frames, so this is what a frame costs: every row has the same cells
in the same order, and what did not change in it stays the same object, which nobody then compares by letters.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from decimal import Decimal

from bgtui.domain.market import Side
from bgtui.store.book import BookStatus
from bgtui.ui.role import Role
from bgtui.ui.traded import Flow
from bgtui.ui.view import figure, ladder_own
from bgtui.ui.view.glyph import CURSOR, DOWN, STALE_EDGE, UP
from bgtui.ui.view.ladder_bars import Stairs, left_bar, right_bar
from bgtui.ui.view.ladder_columns import Columns
from bgtui.ui.view.ladder_own import OwnOrder
from bgtui.ui.view.ladder_scene import Scene
from bgtui.ui.view.span import Row, Span, blank, exactly

_MAX_KNOWN = 8000
_BID, _ASK = 2, 6
"""Where a row has the two cells of a side: size and bar, bar and size."""
_Mine = tuple[list[OwnOrder] | None, list[OwnOrder] | None]
_Rest = tuple[Flow | None, bool, bool, Side | None, _Mine]
"""Of a row, all that is seldom another: what traded, cursor, last trade and its taker, my orders."""
_NOT_MINE: _Mine = (None, None)


class _Drawn:
    """A row as it was drawn last, and what it was made of."""

    __slots__ = ("ask", "bid", "rest", "row")

    def __init__(self, bid: Decimal | None, ask: Decimal | None, rest: _Rest, row: Row) -> None:
        self.bid, self.ask, self.rest, self.row = bid, ask, rest, row


class _Side:
    """How the sizes and bars of one side look on one scale."""

    def __init__(self, cut: Columns, full: Decimal, steps: dict[int, int], *, is_bid: bool) -> None:
        """Make what does not depend on a size.

        Args:
            cut: The ladder's columns.
            full: Size of a full bar; zero draws none.
            steps: Steps of the bars that were drawn last, by row; a bar holds its step as long as it can.
            is_bid: Which side; the bars of both grow towards the price between them.
        """
        bar_cells = cut.left_bar if is_bid else cut.right_bar
        gap = " " * cut.gap
        self._is_bid, self._steps = is_bid, steps
        self._role = Role.BID if is_bid else Role.ASK
        self._cells = cut.gap + cut.size if is_bid else cut.size
        self._stairs = Stairs(full, bar_cells)
        draw, after = (left_bar, " ") if is_bid else (right_bar, "")
        counts = range(max(bar_cells, 0) * 2 + 1)
        self._bars = [Span(f"{gap}{draw(count, bar_cells)}{after}", self._role) for count in counts]
        nothing, no_bar = blank(self._cells, self._role), self._bars[0]
        self._none = (nothing, no_bar) if is_bid else (no_bar, nothing)

    def cells(self, number: int, size: Decimal | None) -> tuple[Span, Span]:
        """Return the two cells of a row, left to right."""
        if size is None:
            self._steps.pop(number, None)
            return self._none
        count = self._steps[number] = self._stairs.steps(size, self._steps.get(number))
        text, cells = figure.ladder_size(size), self._cells
        shown = Span(text.rjust(cells) if len(text) <= cells else figure.fitted(text, cells), self._role)
        return (shown, self._bars[count]) if self._is_bid else (self._bars[count], shown)


class Rows:
    """The rows of the last frame, from which those of the next are made."""

    def __init__(self) -> None:
        """Begin with none."""
        self._drawn: dict[int, _Drawn] = {}
        self._steps: dict[Side, dict[int, int]] = {Side.BUY: {}, Side.SELL: {}}
        self._frame: tuple[object, ...] = ()
        self._marked: set[int | None] = set()
        """Rows of the cursor, the last trade and my orders: only there can more than sizes be another."""
        self._range = range(0)
        """The rows that were seen; of others nobody knows what has changed since."""

    def forget(self) -> None:
        """Begin anew: another instrument, grouping or scale."""
        self._drawn.clear()
        for steps in self._steps.values():
            steps.clear()

    def lines(self, scene: Scene, cut: Columns, width: int) -> list[Row]:
        """Return one row a price, exactly so wide; those that look as before are the same objects."""
        self._begin(scene, cut, width)
        bids, asks, flow, drawn = scene.bids.get, scene.asks.get, scene.flow.get, self._drawn
        cursor, last_row, own = scene.cursor, scene.last_row, scene.own
        is_cut = width < cut.to_asks  # a pane too narrow for a ladder: its cells are not where they belong
        marked = {cursor, last_row, *(number for _, number in own)}
        numbers = range(scene.axis.top, scene.axis.bottom - 1, -1)
        looked: Container[int | None] = marked | self._marked if numbers == self._range else numbers
        self._marked, self._range = marked, numbers
        made: list[Row] = []
        for number in numbers:
            bid, ask, traded, before = bids(number), asks(number), flow(number), drawn.get(number)
            is_same = before is not None and before.bid == bid and before.ask == ask
            if before is None or number in looked or before.rest[0] is not traded or (is_cut and not is_same):
                is_last = number == last_row
                mine = (own.get((Side.BUY, number)), own.get((Side.SELL, number))) if own else _NOT_MINE
                rest = (traded, number == cursor, is_last, scene.last_side if is_last else None, mine)
                if before is None or before.rest != rest or (is_cut and not is_same):
                    row = exactly(self._made(scene, cut, number, rest), width)
                    drawn[number] = before = _Drawn(bid, ask, rest, row)
                    is_same = True
            if not is_same:
                self._change(before, number, bid, ask)
            made.append(before.row)
        return made

    def _begin(self, scene: Scene, cut: Columns, width: int) -> None:
        """Forget the rows when what all of them share has changed."""
        is_doubtful = scene.status is not BookStatus.LIVE
        frame = (cut, scene.axis.step, is_doubtful, scene.is_focused, scene.places, scene.full, width)
        if frame != self._frame or len(self._drawn) > _MAX_KNOWN:
            if len(self._drawn) > _MAX_KNOWN:
                self.forget()
            self._frame = frame
            self._bid = _Side(cut, scene.full, self._steps[Side.BUY], is_bid=True)
            self._ask = _Side(cut, scene.full, self._steps[Side.SELL], is_bid=False)
            self._drawn.clear()

    def _change(self, drawn: _Drawn, number: int, bid: Decimal | None, ask: Decimal | None) -> None:
        """Put the sizes that moved into a row."""
        row = drawn.row
        if drawn.bid != bid:
            drawn.bid = bid
            row = row[:_BID] + self._bid.cells(number, bid) + row[_BID + 2 :]
        if drawn.ask != ask:
            drawn.ask = ask
            row = row[:_ASK] + self._ask.cells(number, ask) + row[_ASK + 2 :]
        drawn.row = row

    def _made(self, scene: Scene, cut: Columns, number: int, rest: _Rest) -> list[Span]:
        flow, is_cursor, is_last, side, (my_bid, my_ask) = rest
        spans = [
            _gutter(scene, cut, is_cursor=is_cursor),
            ladder_own.cell(my_bid) if my_bid else blank(ladder_own.CELLS),
            *self._bid.cells(number, scene.bids.get(number)),
            _price(scene, cut, number, is_cursor=is_cursor, is_last=is_last),
            _mark(side),
            *self._ask.cells(number, scene.asks.get(number)),
        ]
        if my_ask is not None or flow is not None:
            spans += (blank(1 + cut.gap), ladder_own.cell(my_ask) if my_ask else blank(ladder_own.CELLS))
        if flow is not None and cut.has_flow:
            spans += _flow(flow)
        return spans


def _price(scene: Scene, cut: Columns, number: int, *, is_cursor: bool, is_last: bool) -> Span:
    text = figure.price(scene.axis.price(number), scene.places).rjust(cut.price)
    return Span(text, Role.ACCENT if is_cursor else Role.PLAIN, bold=is_last)


def _gutter(scene: Scene, cut: Columns, *, is_cursor: bool) -> Span:
    if is_cursor:
        return Span(CURSOR.ljust(cut.gutter), Role.ACCENT, bold=scene.is_focused)
    return _NO_CURSOR[scene.status is not BookStatus.LIVE, cut.gutter]


_NO_CURSOR = {
    (is_doubtful, cells): Span((STALE_EDGE if is_doubtful else " ").ljust(cells), Role.STALE)
    for is_doubtful in (False, True)
    for cells in (1, 2)
}


def _mark(side: Side | None) -> Span:
    if side is None:
        return blank(1)
    return Span(UP, Role.BID, bold=True) if side is Side.BUY else Span(DOWN, Role.ASK, bold=True)


def _flow(flow: Flow) -> Sequence[Span]:
    role = Role.BID if flow.delta >= 0 else Role.ASK
    volume = figure.plain(flow.volume, places=2)
    return (Span(volume.rjust(9), Role.MUTED), Span(figure.signed(flow.delta).rjust(9), role))
