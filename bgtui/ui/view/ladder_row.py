"""The ladder's rows, one a price: a row is made once, and where only a size moved that alone is put in.

On a busy market most rows change in most frames, so this is what a frame costs: every row has the same cells
in the same order, and what did not change in it stays the same object, which nobody then compares by letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from bgtui.domain.market import Side
from bgtui.store.book import BookStatus
from bgtui.ui.role import Role
from bgtui.ui.traded import Flow
from bgtui.ui.view import figure, ladder_own
from bgtui.ui.view.glyph import CURSOR, DOWN, STALE_EDGE, UP
from bgtui.ui.view.ladder_bars import Stairs, left_bar, right_bar, stairs
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


class Rows:
    """The rows of the last frame, from which those of the next are made."""

    def __init__(self) -> None:
        """Begin with none."""
        self._drawn: dict[int, _Drawn] = {}
        self._steps: tuple[dict[int, int], dict[int, int]] = ({}, {})
        """Steps of the bars by row: asks, bids."""
        self._frame: tuple[object, ...] = ()
        self._width = 0
        self._cut: Columns | None = None
        self._stairs: tuple[Stairs, Stairs] | None = None

    def forget(self) -> None:
        """Begin anew: another instrument, grouping or scale."""
        self._drawn.clear()
        for steps in self._steps:
            steps.clear()

    def lines(self, scene: Scene, cut: Columns, width: int) -> list[Row]:
        """Return one row a price, exactly so wide; those that look as before are the same objects."""
        self._begin(scene, cut, width)
        bids, asks, flow, drawn = scene.bids.get, scene.asks.get, scene.flow.get, self._drawn
        cursor, last_row, own = scene.cursor, scene.last_row, scene.own
        made: list[Row] = []
        for number in range(scene.axis.top, scene.axis.bottom - 1, -1):
            bid, ask, is_last = bids(number), asks(number), number == last_row
            mine = (own.get((Side.BUY, number)), own.get((Side.SELL, number))) if own else _NOT_MINE
            rest = (flow(number), number == cursor, is_last, scene.last_side if is_last else None, mine)
            before = drawn.get(number)
            if before is None or before.rest != rest:
                drawn[number] = before = _Drawn(bid, ask, rest, self._made(scene, number, bid, ask, rest))
            elif before.bid != bid or before.ask != ask:
                self._change(before, number, bid, ask)
            made.append(before.row)
        return made

    def _begin(self, scene: Scene, cut: Columns, width: int) -> None:
        """Forget the rows when what all of them share has changed."""
        is_doubtful = scene.status is not BookStatus.LIVE
        frame = (cut, scene.axis.step, is_doubtful, scene.is_focused, scene.places, scene.full, width)
        if frame != self._frame or len(self._drawn) > _MAX_KNOWN:
            self._frame, self._cut, self._width = frame, cut, width
            self._stairs = (stairs(scene.full, cut.right_bar), stairs(scene.full, cut.left_bar))
            self._drawn.clear()

    def _change(self, drawn: _Drawn, number: int, bid: Decimal | None, ask: Decimal | None) -> None:
        """Put the sizes that moved into a row."""
        cells = list(drawn.row)
        if drawn.bid != bid:
            drawn.bid = bid
            cells[_BID : _BID + 2] = self._bid(number, bid)
        if drawn.ask != ask:
            drawn.ask = ask
            cells[_ASK : _ASK + 2] = self._ask(number, ask)
        drawn.row = tuple(cells)

    def _made(self, scene: Scene, number: int, bid: Decimal | None, ask: Decimal | None, rest: _Rest) -> Row:
        cut = self._columns
        flow, is_cursor, is_last, side, (my_bid, my_ask) = rest
        spans = [
            _gutter(scene, cut, is_cursor=is_cursor),
            ladder_own.cell(my_bid) if my_bid else blank(ladder_own.CELLS),
            *self._bid(number, bid),
            _price(scene, cut, number, is_cursor=is_cursor, is_last=is_last),
            _mark(side),
            *self._ask(number, ask),
        ]
        if my_ask is not None or flow is not None:
            spans += (blank(1 + cut.gap), ladder_own.cell(my_ask) if my_ask else blank(ladder_own.CELLS))
        if flow is not None and cut.has_flow:
            spans += _flow(flow)
        return exactly(spans, self._width)

    def _bid(self, number: int, size: Decimal | None) -> tuple[Span, Span]:
        cut = self._columns
        count = self._count(number, size, is_bid=True)
        if size is None:
            return blank(cut.gap + cut.size, Role.BID), _left_bar(0, cut.left_bar, cut.gap)
        text = figure.ladder_size(size).rjust(cut.gap + cut.size)
        return Span(text, Role.BID), _left_bar(count, cut.left_bar, cut.gap)

    def _ask(self, number: int, size: Decimal | None) -> tuple[Span, Span]:
        cut = self._columns
        count = self._count(number, size, is_bid=False)
        if size is None:
            return _right_bar(0, cut.right_bar, cut.gap), blank(cut.size, Role.ASK)
        text = figure.ladder_size(size).rjust(cut.size)
        return _right_bar(count, cut.right_bar, cut.gap), Span(text, Role.ASK)

    def _count(self, number: int, size: Decimal | None, *, is_bid: bool) -> int:
        """Return the steps of one bar, which hold as long as the size stays near."""
        assert self._stairs is not None
        steps = self._steps[is_bid]
        if size is None:
            steps.pop(number, None)
            return 0
        count = self._stairs[is_bid].steps(size, steps.get(number))
        steps[number] = count
        return count

    @property
    def _columns(self) -> Columns:
        assert self._cut is not None
        return self._cut


@lru_cache(64)
def _left_bar(count: int, cells: int, gap: int) -> Span:
    return Span(f"{' ' * gap}{left_bar(count, cells)} ", Role.BID)


@lru_cache(64)
def _right_bar(count: int, cells: int, gap: int) -> Span:
    return Span(f"{' ' * gap}{right_bar(count, cells)}", Role.ASK)


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
