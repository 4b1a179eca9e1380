"""The ladder: prices that stand still, the book around them, my orders on their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from typing import Any, TypeVar

from bgtui.domain.book import Level
from bgtui.domain.market import Side
from bgtui.domain.value import frozen
from bgtui.store.book import BookStatus
from bgtui.ui.role import Role
from bgtui.ui.traded import Flow
from bgtui.ui.view import figure, ladder_edge, ladder_own
from bgtui.ui.view.glyph import CURSOR, DOWN, STALE_EDGE, TIMES, UP
from bgtui.ui.view.ladder_axis import Axis
from bgtui.ui.view.ladder_bars import left_bar, right_bar, steps
from bgtui.ui.view.ladder_edge import Beacon
from bgtui.ui.view.span import Row, Span, crop, fill, row, spread

NARROW, WIDE = 46, 75
"""Cells of the ladder below 200 columns, and from there on."""
_PRICE_CELLS = 8
_MAX_KNOWN = 8000


@frozen
class Columns:
    """How the ladder's cells are divided."""

    gutter: int
    size: int
    gap: int
    """Blanks between own sizes, book sizes and bars."""
    bar: int
    price: int
    slack: int
    """Cells that a longer price took from the bars."""
    has_flow: bool
    """Whether the traded and delta columns are there."""

    @property
    def left_bar(self) -> int:
        """Cells of the bid bar."""
        return self.bar - (self.slack + 1) // 2

    @property
    def right_bar(self) -> int:
        """Cells of the ask bar."""
        return self.bar - self.slack // 2


def columns(*, is_wide: bool, price_cells: int) -> Columns:
    """Return the columns for the longest price that must be shown."""
    price = max(price_cells, _PRICE_CELLS)
    slack = min(price - _PRICE_CELLS, 4 if not is_wide else 8)
    if is_wide:
        return Columns(2, 8, 1, 4, price, slack, has_flow=True)
    return Columns(1, 7, 0, 2, price, slack, has_flow=False)


@frozen
class Scene:
    """Everything one frame of the ladder is drawn from."""

    axis: Axis
    status: BookStatus
    places: int
    """Decimal places of a price."""
    bids: Mapping[int, Decimal]
    """Size by row."""
    asks: Mapping[int, Decimal]
    own: ladder_own.Rows
    full: Decimal
    """Size of a full bar; zero draws none."""
    cursor: int | None = None
    """Row of the cursor."""
    edge_last: Decimal | None = None
    """Price that the edge lines count from; it moves once a second."""
    last_row: int | None = None
    last_side: Side | None = None
    state_word: str = ""
    """In the price header: ``STALE 7s``, ``READONLY``."""
    is_focused: bool = True
    is_cumulative: bool = False
    factor: str = ""
    """Group factor and step, at the edge line's right."""
    above: Sequence[Beacon] = ()
    below: Sequence[Beacon] = ()
    tick: Decimal = Decimal(1)
    note_above: str = ""
    """Instead of the beacons above: where the touch went."""
    note_below: str = ""
    flow: Mapping[int, Flow] = field(default_factory=dict)


class Counter:
    """Sums levels by row; which row a price text belongs to is worked out once."""

    def __init__(self) -> None:
        """Know no price yet."""
        self._step: tuple[Decimal, int] | None = None
        self._rows: tuple[dict[str, int], dict[str, int]] = ({}, {})

    def rows_of(self, levels: Iterable[Level], axis: Axis, *, is_bid: bool) -> dict[int, Decimal]:
        """Return the sizes of a side by row, from the touch to the edge of the screen.

        Args:
            levels: Best first.
            axis: Which rows there are.
            is_bid: Whether these are bids.
        """
        known = self._known(axis, is_bid=is_bid)
        to_row = axis.bid_row if is_bid else axis.ask_row
        bottom, top = axis.bottom, axis.top
        found: dict[int, Decimal] = {}
        for price_text, size_text in levels:
            number = known.get(price_text)
            if number is None:
                number = known[price_text] = to_row(Decimal(price_text))
            if number < bottom if is_bid else number > top:
                break
            size = Decimal(size_text)
            found[number] = found[number] + size if number in found else size
        return found

    def _known(self, axis: Axis, *, is_bid: bool) -> dict[str, int]:
        step = (axis.tick, axis.group)
        if step != self._step or len(self._rows[is_bid]) > _MAX_KNOWN:
            self._step, self._rows = step, ({}, {})
        return self._rows[is_bid]


def cumulated(sizes: Mapping[int, Decimal], *, is_bid: bool) -> dict[int, Decimal]:
    """Return the running sums from the touch outwards."""
    numbers = sorted(sizes, reverse=is_bid)
    return dict(zip(numbers, accumulate(sizes[number] for number in numbers), strict=True))


_Look = tuple[object, ...]
T = TypeVar("T")


class Memory:
    """What the last frame looked like: steps of bars, and rows that need not be made anew."""

    def __init__(self) -> None:
        """Begin with none."""
        self._before: dict[Side, dict[int, int]] = {Side.BUY: {}, Side.SELL: {}}
        self._rows: dict[int, tuple[_Look, Row]] = {}
        self._frame: _Look = ()
        self._shared: dict[str, tuple[_Look, Any]] = {}
        self._prices: dict[tuple[int, _Look], Span] = {}

    def steps(self, side: Side, number: int, size: Decimal | None, full: Decimal, cells: int) -> int:
        """Return the steps of one bar."""
        before = self._before[side]
        count = 0 if size is None else steps(size, full, cells, before.get(number))
        if count:
            before[number] = count
        else:
            before.pop(number, None)
        return count

    def forget(self) -> None:
        """Begin anew: another instrument, grouping or scale."""
        for before in self._before.values():
            before.clear()
        self._rows.clear()
        self._prices.clear()

    def begin(self, frame: _Look) -> None:
        """Forget the rows when what all of them share has changed."""
        if frame != self._frame or len(self._rows) > _MAX_KNOWN:
            self._frame = frame
            self._rows.clear()
            self._prices.clear()

    def once(self, name: str, look: _Look, make: Callable[[], T]) -> T:
        """Return something that all frames share: made anew when its look changes."""
        known = self._shared.get(name)
        if known is None or known[0] != look:
            known = self._shared[name] = (look, make())
        made: T = known[1]
        return made

    @property
    def rows(self) -> dict[int, tuple[_Look, Row]]:
        """The rows of the last frame by number, and what each was made of."""
        return self._rows

    def price(self, number: int, look: _Look, make: Callable[[], Span]) -> Span:
        """Return a row's price: prices stand still, so each is written down once."""
        known = self._prices.get((number, look))
        if known is None:
            known = self._prices[number, look] = make()
        return known


def ladder_rows(scene: Scene, width: int, memory: Memory, *, is_wide: bool) -> list[Row]:
    """Return the whole ladder: header, edge line, one row a price, edge line."""
    axis = scene.axis
    cut = memory.once("cut", (axis.top, axis.step, is_wide), lambda: _columns(scene, is_wide=is_wide))
    memory.begin((cut, axis.step, scene.status, scene.is_focused, scene.places, scene.full, width))
    look = (cut, scene.state_word, scene.is_cumulative, width)
    lines = [memory.once("header", look, lambda: fill(header(scene, cut), width))]
    above = (cut, scene.above, scene.note_above, scene.edge_last, scene.factor, width)
    lines.append(memory.once("above", above, lambda: _edge(scene, cut, width, is_top=True)))
    lines += _lines(scene, cut, memory, width)
    below = (cut, scene.below, scene.note_below, scene.edge_last, width)
    lines.append(memory.once("below", below, lambda: _edge(scene, cut, width, is_top=False)))
    if scene.status is BookStatus.STALE:
        lines = [lines[0], *(_stale(line) for line in lines[1:])]
    return lines


def _columns(scene: Scene, *, is_wide: bool) -> Columns:
    highest = figure.price(scene.axis.price(scene.axis.top), scene.places)
    return columns(is_wide=is_wide, price_cells=len(highest))


def _edge(scene: Scene, cut: Columns, width: int, *, is_top: bool) -> Row:
    end = f"{TIMES}{scene.factor}" if is_top and scene.factor else ""
    if cut.has_flow and end:
        end = f"session  {end}"
    room = WIDE if cut.has_flow else NARROW
    note = scene.note_above if is_top else scene.note_below
    if note:
        tail = (Span(end, Role.MUTED),) if end else ()
        return fill(spread(row(Span(f" {note}", Role.WARN)), tail, room), width)
    arrow, beacons = (UP, scene.above) if is_top else (DOWN, scene.below)
    return fill(ladder_edge.line(arrow, beacons, scene.edge_last, scene.tick, room, end, scene.places), width)


def header(scene: Scene, cut: Columns) -> Row:
    """Return the column header; the ladder's state stands over the prices."""
    bid, ask = ("cum bid", "cum ask") if scene.is_cumulative else ("bid", "ask")
    own = " " * cut.gutter + "my bid".rjust(ladder_own.CELLS)
    left = own + " " * cut.gap + bid.rjust(cut.size) + " " * (cut.gap + cut.left_bar + 1)
    word = scene.state_word or "price"
    overflow = max(len(word) - cut.price, 0)  # a long word takes from the blanks after it
    blanks = " " * (1 + cut.gap + cut.right_bar)
    right = (blanks + ask.rjust(cut.size))[overflow:] + " " * (1 + cut.gap) + "my ask"
    spans = [Span(left, Role.MUTED)]
    role = Role.MUTED if not scene.state_word else Role.WARN
    spans.append(Span(word.rjust(cut.price), role, bold=bool(scene.state_word)))
    spans.append(Span(right, Role.MUTED))
    if cut.has_flow:
        spans.append(Span("    traded    delta", Role.MUTED))
    return tuple(spans)


def _lines(scene: Scene, cut: Columns, memory: Memory, width: int) -> list[Row]:
    """Return one row a price; those that look as before are the same objects."""
    bids, asks, flow, known = scene.bids.get, scene.asks.get, scene.flow.get, memory.rows
    cursor, last_row, last_side, own = scene.cursor, scene.last_row, scene.last_side, scene.own
    made: list[Row] = []
    for number in range(scene.axis.top, scene.axis.bottom - 1, -1):
        mine = (own.get((Side.BUY, number)), own.get((Side.SELL, number))) if own else _NOT_MINE
        mark = last_side if number == last_row else None
        look = (bids(number), asks(number), flow(number), number == cursor, mark, mine)
        before = known.get(number)
        if before is None or before[0] != look:
            before = known[number] = (look, _exactly(_made(scene, number, cut, memory), width))
        made.append(before[1])
    return made


_NOT_MINE = (None, None)


def _exactly(spans: list[Span], width: int) -> Row:
    """Return a row of so many cells; every letter of a ladder's row takes one."""
    missing = width - sum([len(span[0]) for span in spans])
    if missing < 0:
        return crop(tuple(spans), width)
    if missing:
        spans.append(_blank(missing))
    return tuple(spans)


@lru_cache(64)
def _blank(cells: int) -> Span:
    return Span(" " * cells)


def _made(scene: Scene, number: int, cut: Columns, memory: Memory) -> list[Span]:
    """Return a row without the blanks at its end; blanks that follow one another are one span."""
    bid, ask, flow = scene.bids.get(number), scene.asks.get(number), scene.flow.get(number)
    bid_steps = memory.steps(Side.BUY, number, bid, scene.full, cut.left_bar)
    ask_steps = memory.steps(Side.SELL, number, ask, scene.full, cut.right_bar)
    is_cursor, is_last = number == scene.cursor, number == scene.last_row
    my_bid, my_ask = scene.own.get((Side.BUY, number)), scene.own.get((Side.SELL, number))
    spans = [_gutter(scene, cut, is_cursor=is_cursor)]
    if bid is None and my_bid is None:
        spans.append(_blank(ladder_own.CELLS + _bid_cells(cut)))
    else:
        spans += (ladder_own.cell(my_bid) if my_bid else _blank(ladder_own.CELLS), _bid(bid, cut, bid_steps))
    spans.append(memory.price(number, (is_cursor, is_last), lambda: _price(scene, cut, number)))
    if ask is None and my_ask is None and flow is None and not is_last:
        return spans
    spans += (_mark(scene.last_side) if is_last else _blank(1), _ask(ask, cut, ask_steps))
    if my_ask is not None or flow is not None:
        spans += (_blank(1 + cut.gap), ladder_own.cell(my_ask) if my_ask else _blank(ladder_own.CELLS))
    if flow is not None and cut.has_flow:
        spans += _flow(flow)
    return spans


def _price(scene: Scene, cut: Columns, number: int) -> Span:
    text = figure.price(scene.axis.price(number), scene.places).rjust(cut.price)
    role = Role.ACCENT if number == scene.cursor else Role.PLAIN
    return Span(text, role, bold=number == scene.last_row)


def _gutter(scene: Scene, cut: Columns, *, is_cursor: bool) -> Span:
    if is_cursor:
        return Span(CURSOR.ljust(cut.gutter), Role.ACCENT, bold=scene.is_focused)
    return _NO_CURSOR[scene.status is not BookStatus.LIVE, cut.gutter]


_NO_CURSOR = {
    (is_doubtful, cells): Span((STALE_EDGE if is_doubtful else " ").ljust(cells), Role.STALE)
    for is_doubtful in (False, True)
    for cells in (1, 2)
}


def _bid_cells(cut: Columns) -> int:
    return cut.gap * 2 + cut.size + cut.left_bar + 1


def _bid(size: Decimal | None, cut: Columns, count: int) -> Span:
    if size is None:
        return _blank(_bid_cells(cut))
    gap = " " * cut.gap
    text = f"{gap}{figure.ladder_size(size).rjust(cut.size)}{gap}{left_bar(count, cut.left_bar)} "
    return Span(text, Role.BID)


def _ask(size: Decimal | None, cut: Columns, count: int) -> Span:
    if size is None:
        return _blank(cut.gap + cut.size + cut.right_bar)
    text = figure.ladder_size(size).rjust(cut.size)
    return Span(f"{' ' * cut.gap}{right_bar(count, cut.right_bar)}{text}", Role.ASK)


def _mark(side: Side | None) -> Span:
    if side is None:
        return _blank(1)
    return Span(UP, Role.BID, bold=True) if side is Side.BUY else Span(DOWN, Role.ASK, bold=True)


def _flow(flow: Flow) -> Sequence[Span]:
    role = Role.BID if flow.delta >= 0 else Role.ASK
    volume = figure.plain(flow.volume, places=2)
    return (Span(volume.rjust(9), Role.MUTED), Span(figure.signed(flow.delta).rjust(9), role))


def _stale(line: Row) -> Row:
    return tuple(span if span.role is Role.UNKNOWN else Span(span.text, Role.STALE) for span in line)
