"""Live tables: fixed columns, rows known by a key, a cursor that stays on its row while rows come and go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from bgtui.ui.role import Role
from bgtui.ui.view.glyph import CURSOR, DOWN, UP
from bgtui.ui.view.span import EMPTY, Row, Span, cells, crop, cut, left, right, row, rule

SortValue = Decimal | int | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    key: str
    title: str
    width: int
    is_text: bool = False
    """Text stands at the left, figures at the right."""
    from_width: int = 0
    """Columns of the terminal from which on it is shown."""
    until_width: int = 10_000
    """Below this width of the terminal."""
    gap: int = 1
    """Blanks before it."""
    is_sortable: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table."""

    key: str
    cells: tuple[Span, ...]
    """One for each column, in their order."""
    sort: tuple[SortValue, ...] = ()
    """What each column is sorted by; empty sorts by nothing."""
    search: str = ""
    """What the filter looks in, lower case."""
    item: Any = None
    """What the row stands for, for the keys that act on it."""


@dataclass(frozen=True, slots=True)
class State:
    """What the keys have made of a table."""

    cursor: str = ""
    """Key of the chosen row."""
    index: int = 0
    """Where it was last seen, for when it goes."""
    top: int = 0
    """First visible row."""
    sort: int = -1
    """Column sorted by; -1 leaves the order in which rows come."""
    is_descending: bool = True
    filter: str = ""
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """What is to be shown."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    empty: str = ""
    """The sentence that stands for no rows."""
    total: tuple[Span, ...] = ()
    """A last row that is no row: sums."""
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A table after sorting and filtering."""

    lines: tuple[Line, ...]
    state: State
    total: int
    """Rows before the filter."""

    @property
    def current(self) -> Line | None:
        """The row under the cursor."""
        return self.lines[self.state.index] if self.lines else None


def arrange(table: Table, state: State, height: int) -> Shown:
    """Return the rows in their order and the state that fits them: cursor on its row, row in the window."""
    lines = list(table.lines)
    if state.filter:
        wanted = state.filter.lower()
        lines = [line for line in lines if wanted in line.search]
    if 0 <= state.sort < len(table.columns):
        lines.sort(key=_sort_key(state.sort), reverse=state.is_descending)
    index = next((at for at, line in enumerate(lines) if line.key == state.cursor), None)
    if index is None:
        index = min(state.index, max(len(lines) - 1, 0))
    cursor = lines[index].key if lines else ""
    top = min(max(state.top, index - height + 1), index) if height > 0 else 0
    top = max(min(top, len(lines) - height), 0)
    marks = state.marks & {line.key for line in table.lines}
    return Shown(
        tuple(lines), replace(state, cursor=cursor, index=index, top=top, marks=marks), len(table.lines)
    )


def _sort_key(column: int) -> Callable[[Line], tuple[bool, Any]]:
    def key(line: Line) -> tuple[bool, Any]:
        value = line.sort[column] if column < len(line.sort) else None
        return (value is not None, value if value is not None else 0)

    return key


def moved(shown: Shown, steps: int) -> State:
    """Return the state with the cursor so many rows further, within the table."""
    if not shown.lines:
        return shown.state
    index = min(max(shown.state.index + steps, 0), len(shown.lines) - 1)
    return replace(shown.state, index=index, cursor=shown.lines[index].key)


def next_sort(table: Table, state: State) -> State:
    """Return the state sorted by the next column."""
    order = [-1, *(at for at, column in enumerate(table.columns) if column.is_sortable)]
    at = order.index(state.sort) if state.sort in order else 0
    return replace(state, sort=order[(at + 1) % len(order)], is_descending=True)


def toggled_mark(shown: Shown) -> State:
    """Return the state with the current row marked, or not any more."""
    current = shown.current
    return shown.state if current is None else replace(shown.state, marks=shown.state.marks ^ {current.key})


def sort_words(table: Table, state: State) -> str:
    """Return what the title says about the order."""
    if not 0 <= state.sort < len(table.columns):
        return ""
    return f"sort {table.columns[state.sort].title} {DOWN if state.is_descending else UP}"


def window_words(shown: Shown, height: int) -> str:
    """Return which rows are seen: ``1–9 of 37``; nothing where all are."""
    count = len(shown.lines)
    if count <= height:
        return ""
    return f"{shown.state.top + 1}–{min(shown.state.top + height, count)} of {count}"


def columns_for(table: Table, width: int) -> list[tuple[int, Column]]:
    """Return the columns of a terminal of this width, with their place in the rows."""
    return [
        (at, column)
        for at, column in enumerate(table.columns)
        if column.from_width <= width < column.until_width
    ]


def table_rows(
    table: Table, shown: Shown, width: int, height: int, *, screen_width: int, is_focused: bool = True
) -> list[Row]:
    """Return header, visible rows and the total row, at most ``height`` of them."""
    columns = columns_for(table, screen_width)
    made = [header(columns)]
    if not shown.lines:
        text = table.empty
        if shown.state.filter:
            text = f'Filter "{cut(shown.state.filter, 20)}" matches none of {shown.total}; esc clears it.'
        made.append(row(Span(f" {text}", Role.MUTED)))
        return [crop(line, width) for line in made]
    room = height - 1 - bool(table.total)
    for line in shown.lines[shown.state.top : shown.state.top + room]:
        is_cursor = line.key == shown.state.cursor
        is_marked = line.key in shown.state.marks
        made.append(_line(line.cells, columns, is_cursor=is_cursor and is_focused, is_marked=is_marked))
    if table.total:
        made.append(_line(table.total, columns, is_cursor=False, is_marked=False))
    if table.is_stale:
        made = [made[0], *(_stale(line) for line in made[1:])]
    return [crop(line, width) for line in made]


def _stale(line: Row) -> Row:
    return (Span(":", Role.STALE), *(Span(span.text, Role.STALE) for span in line[1:]))


def header(columns: Sequence[tuple[int, Column]]) -> Row:
    """Return the titles."""
    text = " "
    for _, column in columns:
        text += " " * (column.gap if text != " " else 0)
        text += left(column.title, column.width) if column.is_text else right(column.title, column.width)
    return (Span(text, Role.MUTED),)


def _line(
    parts: Sequence[Span], columns: Sequence[tuple[int, Column]], *, is_cursor: bool, is_marked: bool
) -> Row:
    first = Span(CURSOR, Role.ACCENT, bold=True) if is_cursor else Span("*" if is_marked else " ", Role.WARN)
    spans: list[Span] = [first]
    for number, (at, column) in enumerate(columns):
        span = parts[at] if at < len(parts) else Span("")
        text = left(span.text, column.width) if column.is_text else _right(span.text, column.width)
        gap = " " * column.gap if number else ""
        spans.append(span._replace(text=gap + text))
    return tuple(spans)


def _right(text: str, width: int) -> str:
    if cells(text) <= width:
        return right(text, width)
    bare = text.replace(",", "")
    return right(bare, width)


def title(parts: Sequence[str], current: int, words: Sequence[str], width: int) -> Row:
    """Return the title line: sub-views with the current one in brackets, then what there is to say."""
    spans: list[Span] = []
    for at, part in enumerate(parts):
        text = f"[{part}]" if at == current and len(parts) > 1 else part
        spans.append(Span(("  " if at else "") + text, Role.ACCENT if at == current else Role.MUTED))
    spans += [Span(f" · {word}", Role.MUTED) for word in words if word]
    return rule(tuple(spans), width)


@dataclass(frozen=True, slots=True)
class Detail:
    """The block below a table: labels and what they stand for."""

    title: Row = EMPTY
    lines: tuple[Row, ...] = field(default_factory=tuple)

    def rows(self, width: int) -> list[Row]:
        """Return the block."""
        return [rule(self.title, width), *(crop(line, width) for line in self.lines)] if self.title else []
