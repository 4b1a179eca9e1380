"""The ladder: prices that stand still, the book around them, my orders on their rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bgtui.store.book import BookStatus
from bgtui.ui.role import Role
from bgtui.ui.view import figure, ladder_edge, ladder_own
from bgtui.ui.view.glyph import DOWN, TIMES, UP
from bgtui.ui.view.ladder_columns import NARROW, WIDE, Columns, columns
from bgtui.ui.view.ladder_row import Rows
from bgtui.ui.view.ladder_scene import Scene
from bgtui.ui.view.span import Row, Span, fill, row, spread

_Look = tuple[object, ...]
T = TypeVar("T")


class Memory:
    """What the last frame looked like: what looks so again is not made anew."""

    def __init__(self) -> None:
        """Begin with none."""
        self.rows = Rows()
        self._shared: dict[str, tuple[_Look, Any]] = {}

    def forget(self) -> None:
        """Begin anew: another instrument, grouping or scale."""
        self.rows.forget()

    def once(self, name: str, look: _Look, make: Callable[[], T]) -> T:
        """Return something that all frames share: made anew when its look changes."""
        known = self._shared.get(name)
        if known is None or known[0] != look:
            known = self._shared[name] = (look, make())
        made: T = known[1]
        return made


def ladder_rows(scene: Scene, width: int, memory: Memory, *, is_wide: bool) -> list[Row]:
    """Return the whole ladder: header, edge line, one row a price, edge line."""
    axis = scene.axis
    cut = memory.once("cut", (axis.top, axis.step, is_wide), lambda: _columns(scene, is_wide=is_wide))
    look = (cut, scene.state_word, scene.is_cumulative, width)
    lines = [memory.once("header", look, lambda: fill(header(scene, cut), width))]
    above = (cut, scene.above, scene.note_above, scene.edge_last, scene.factor, width)
    lines.append(memory.once("above", above, lambda: _edge(scene, cut, width, is_top=True)))
    lines += memory.rows.lines(scene, cut, width)
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


def _stale(line: Row) -> Row:
    return tuple(span if span.role is Role.UNKNOWN else Span(span.text, Role.STALE) for span in line)
