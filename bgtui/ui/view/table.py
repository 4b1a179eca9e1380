"""Live tables: fixed columns, rows known by a key, a cursor that stays on its row while rows come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from textwrap import wrap
from typing import Any

from bgtui.domain.value import frozen
from bgtui.ui.role import Role
from bgtui.ui.view.glyph import CURSOR, DOWN, STALE_EDGE, UP
from bgtui.ui.view.span import EMPTY, Row, Span, cells, crop, cut, left, restyle, right, row, rule, width_of

SortValue = Decimal | int | str | None
MARK = "x"


@frozen
class Column:
    """One column."""

    key: str
    title: str
    width: int
    is_text: bool = False
    """Text stands at the left and is cut, figures at the right; a figure too wide widens its column."""
    from_width: int = 0
    """Columns of the terminal from which on it is shown."""
    until_width: int = 10_000
    """Below this width of the terminal."""
    gap: int = 1
    """Blanks before it."""
    is_sortable: bool = True


@frozen
class Line:
    """One row of a table."""

    key: str
    cells: tuple[Span, ...]
    """One for each column, in their order."""
    sort: tuple[SortValue, ...] = ()
    """What each column is sorted by; None, and what is missing, comes last both ways."""
    search: str = ""
    """What the filter looks in, lower case."""
    item: Any = None
    """What the row stands for, for the keys that act on it."""


@frozen
class State:
    """What the keys have made of a table."""

    cursor: str = ""
    """Key of the chosen row."""
    index: int = 0
    """Where it was last seen."""
    order: tuple[str, ...] = ()
    """Keys as they last stood: who was the neighbour of a row that has gone."""
    top: int = 0
    """First visible row."""
    sort: str = ""
    """Key of the column sorted by; empty leaves the order in which rows come."""
    is_descending: bool = True
    filter: str = ""
    marks: frozenset[str] = frozenset()


@frozen
class Table:
    """What is to be shown."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    empty: str = ""
    """The sentence that stands for no rows."""
    total: tuple[Span, ...] = ()
    """A last row that is no row: sums."""
    is_stale: bool = False
    is_known: bool = True
    """Whether the exchange has answered: nothing is empty before that."""


@frozen
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

    @property
    def marked(self) -> list[Line]:
        """The marked rows that the filter lets through, in their order."""
        return [line for line in self.lines if line.key in self.state.marks]


def arrange(table: Table, state: State, height: int) -> Shown:
    """Return the rows in their order and the state that fits them: cursor on its row, row in the window.

    Args:
        table: What there is.
        state: What the keys have made of it.
        height: Rows of the window.
    """
    return windowed(ordered(table, state), height)


@dataclass(slots=True)
class Memory:
    """The last order of one table: thousands of rows that are the same need not be sorted again."""

    made_from: tuple[object, ...] = ()
    lines: tuple[Line, ...] = ()
    order: tuple[str, ...] = ()


def ordered(table: Table, state: State, memory: Memory | None = None) -> Shown:
    """Return the rows in their order with the cursor on its row, wherever the window stands.

    Args:
        table: What there is.
        state: What the keys have made of it.
        memory: Remembers the order for the next call with the very same rows.
    """
    memory = Memory() if memory is None else memory
    made_from = (table.lines, state.filter, state.sort, state.is_descending)
    if (
        not memory.made_from
        or made_from[0] is not memory.made_from[0]
        or made_from[1:] != memory.made_from[1:]
    ):
        memory.lines = _in_order(table, state)
        memory.order = tuple(line.key for line in memory.lines)
        memory.made_from = made_from
    lines, order = memory.lines, memory.order
    index = _cursor(state, order)
    marks = state.marks
    if marks:
        marks &= {line.key for line in table.lines}
    cursor = order[index] if order else state.cursor
    new = replace(state, cursor=cursor, index=index, order=order or state.order, marks=marks)
    return Shown(lines, new, len(table.lines))


def _in_order(table: Table, state: State) -> tuple[Line, ...]:
    lines = list(table.lines)
    if state.filter:
        wanted = state.filter.casefold()
        lines = [line for line in lines if wanted in line.search]
    if (at := _place(table, state.sort)) is not None:
        lines = _sorted(lines, at, is_descending=state.is_descending)
    return tuple(lines)


def windowed(shown: Shown, height: int) -> Shown:
    """Return the same with the window moved as little as brings the cursor into it."""
    state = shown.state
    top = min(max(state.top, state.index - height + 1), state.index) if height > 0 else state.index
    top = max(min(top, len(shown.lines) - height), 0)
    return replace(shown, state=replace(state, top=top))


def _place(table: Table, key: str) -> int | None:
    return next((at for at, column in enumerate(table.columns) if column.key == key), None)


def _sorted(lines: list[Line], column: int, *, is_descending: bool) -> list[Line]:
    def value(line: Line) -> Any:  # noqa: ANN401 - whatever the column holds
        return line.sort[column] if column < len(line.sort) else None

    known = [line for line in lines if value(line) is not None]
    known.sort(key=value, reverse=is_descending)
    return known + [line for line in lines if value(line) is None]


def _cursor(state: State, order: tuple[str, ...]) -> int:
    """Return where the cursor stands: on its row, else on the nearest row below it, else above it."""
    if not order:
        return 0
    if state.index < len(order) and order[state.index] == state.cursor:
        return state.index
    places = {key: at for at, key in enumerate(order)}
    if state.cursor in places:
        return places[state.cursor]
    old = state.order
    around = (*old[state.index + 1 :], *reversed(old[: state.index]))
    found = next((places[key] for key in around if key in places), None)
    return min(state.index, len(order) - 1) if found is None else found


def moved(shown: Shown, steps: int) -> State:
    """Return the state with the cursor so many rows further, within the table."""
    return placed(shown, shown.state.index + steps)


def placed(shown: Shown, index: int) -> State:
    """Return the state with the cursor on a row, or on the nearest that there is."""
    if not shown.lines:
        return shown.state
    index = min(max(index, 0), len(shown.lines) - 1)
    return replace(shown.state, index=index, cursor=shown.lines[index].key)


def next_sort(columns: Iterable[Column], state: State) -> State:
    """Return the state sorted by the next of the columns, the largest first; after the last, by none."""
    order = ["", *(column.key for column in columns if column.is_sortable)]
    at = order.index(state.sort) if state.sort in order else 0
    return replace(state, sort=order[(at + 1) % len(order)], is_descending=True)


def turned(state: State) -> State:
    """Return the state sorted the other way round."""
    return replace(state, is_descending=not state.is_descending)


def toggled_mark(shown: Shown) -> State:
    """Return the state with the current row marked, or not any more."""
    current = shown.current
    return shown.state if current is None else replace(shown.state, marks=shown.state.marks ^ {current.key})


def sort_words(table: Table, state: State) -> str:
    """Return what the title says about the order."""
    at = _place(table, state.sort)
    if at is None:
        return ""
    return f"sort {table.columns[at].title} {DOWN if state.is_descending else UP}"


def window_words(shown: Shown, height: int) -> str:
    """Return which rows are seen: ``1–9 of 37``; nothing where all are."""
    count = len(shown.lines)
    if count <= height:
        return ""
    return f"{shown.state.top + 1}–{min(shown.state.top + height, count)} of {count}"


def filter_words(shown: Shown) -> str:
    """Return what the title says about the filter."""
    if not shown.state.filter:
        return ""
    return f'filter "{cut(shown.state.filter, 20)}" {len(shown.lines)} of {shown.total}'


def columns_for(table: Table, width: int) -> list[tuple[int, Column]]:
    """Return the columns of a terminal of this width, with their place in the rows."""
    return [
        (at, column)
        for at, column in enumerate(table.columns)
        if column.from_width <= width < column.until_width
    ]


def sized(columns: Iterable[Column], widths: Mapping[str, int]) -> tuple[Column, ...]:
    """Return the columns with other widths."""
    return tuple(replace(column, width=widths.get(column.key, column.width)) for column in columns)


def rows_needed(table: Table) -> int:
    """Return the rows that everything takes: header, rows, total."""
    return 1 + max(len(table.lines), 1) + bool(table.total)


def window_height(table: Table, height: int) -> int:
    """Return how many of the rows of a table have room for rows."""
    return max(height - 1 - bool(table.total), 0)


def table_rows(
    table: Table,
    shown: Shown,
    width: int,
    height: int,
    *,
    screen_width: int,
    is_focused: bool = True,
    dress: Callable[[Line], Line] | None = None,
) -> list[Row]:
    """Return header, visible rows and the total row, at most ``height`` of them.

    ``dress`` makes the cells of a row that is seen, for tables whose rows come without. Of a large table, and
    of one that is dressed, only the rows that are seen say how wide its columns are.
    """
    room = window_height(table, height)
    seen = shown.lines[shown.state.top : shown.state.top + room]
    if dress is not None:
        seen = tuple(dress(line) for line in seen)
    is_large = dress is not None or len(table.lines) > _LARGE
    columns = _fitting(columns_for(table, screen_width), table, seen if is_large else table.lines, width)
    made = [header(columns)]
    if not shown.lines:
        return [crop(line, width) for line in (*made, _nothing(table, shown))]
    for line in seen:
        is_cursor = is_focused and line.key == shown.state.cursor
        is_marked = line.key in shown.state.marks
        made.append(table_row(line.cells, columns, is_cursor=is_cursor, is_marked=is_marked))
    if table.total:
        made.append(table_row(_total(table.total, shown), columns))
    if table.is_stale:
        made = [made[0], *(_stale(line) for line in made[1:])]
    return [crop(line, width) for line in made]


def _total(total: tuple[Span, ...], shown: Shown) -> tuple[Span, ...]:
    """Return the row of sums; behind a filter it says that it counts the rows that are not seen too."""
    if len(shown.lines) == shown.total:
        return total
    word = f"all {shown.total}"
    return tuple(part._replace(text=word) if part.text == "total" else part for part in total)


def _nothing(table: Table, shown: Shown) -> Row:
    if shown.total:
        text = f'Filter "{cut(shown.state.filter, 20)}" matches none of {shown.total}; esc clears it.'
        return row(Span(f" {text}", Role.MUTED))
    return row(Span(f" {table.empty}", Role.MUTED if table.is_known else Role.WARN))


_LARGE = 200
"""Rows from which on only those that are seen are measured."""


def _fitting(
    columns: list[tuple[int, Column]], table: Table, lines: Iterable[Line], width: int
) -> list[tuple[int, Column]]:
    """Return the columns as wide as their figures need; what then finds no room is left out as a whole."""
    made: list[tuple[int, Column]] = []
    used = 1
    every = [line.cells for line in lines]
    if table.total:
        every.append(table.total)
    for at, column in columns:
        if not column.is_text:
            widest = max((cells(parts[at].text) for parts in every if at < len(parts)), default=0)
            column = replace(column, width=max(column.width, widest))  # noqa: PLW2901
        used += column.width + (column.gap if made else 0)
        if used > width:
            break
        made.append((at, column))
    return made


def _stale(line: Row) -> Row:
    edge = line[0] if line[0].text == CURSOR else Span(STALE_EDGE, Role.STALE)
    return (edge, *restyle(line[1:], Role.STALE))


def header(columns: Sequence[tuple[int, Column]]) -> Row:
    """Return the titles."""
    text = " "
    for number, (_, column) in enumerate(columns):
        text += " " * column.gap if number else ""
        text += left(column.title, column.width) if column.is_text else right(column.title, column.width)
    return (Span(text, Role.MUTED),)


def table_row(
    parts: Sequence[Span],
    columns: Sequence[tuple[int, Column]],
    *,
    is_cursor: bool = False,
    is_marked: bool = False,
) -> Row:
    """Return one row: its cells in their columns, the cursor or the mark before them."""
    mark = Span(MARK, Role.WARN, bold=True) if is_marked else Span(" ")
    spans: list[Span] = [Span(CURSOR, Role.ACCENT, bold=True) if is_cursor else mark]
    for number, (at, column) in enumerate(columns):
        span = parts[at] if at < len(parts) else Span("")
        text = left(span.text, column.width) if column.is_text else right(span.text, column.width)
        if number and column.gap:
            spans.append(Span(" " * column.gap))
        is_reversed = span.reverse or (is_marked and number == 0)
        spans.append(span._replace(text=text, reverse=is_reversed))
    return tuple(spans)


def title(parts: Sequence[str], current: int, words: Iterable[Span | str], width: int) -> Row:
    """Return the title line: sub-views with the current one in brackets, then what there is to say."""
    spans: list[Span] = []
    for at, part in enumerate(parts):
        is_current = at == current
        text = f"[{part}]" if is_current and len(parts) > 1 else part
        spans.append(Span(("  " if at else "") + text, Role.ACCENT if is_current else Role.MUTED))
    said = [Span(word, Role.MUTED) if isinstance(word, str) else word for word in words]
    said = [span for span in said if span.text]
    while said and width_of(spans) + sum(3 + cells(span.text) for span in said) > width - _TITLE_ENDS:
        del said[0]  # the order is the first to go, what is wrong the last
    for span in said:
        spans += [Span(" · ", Role.MUTED), span]
    return rule(tuple(spans), width)


_TITLE_ENDS = 4
"""Cells of the line before and after a title."""


@frozen
class Detail:
    """A block below a table: a line with its title, and what it says."""

    title: Row = EMPTY
    lines: tuple[Row, ...] = field(default_factory=tuple)

    def rows(self, width: int) -> list[Row]:
        """Return the block; nothing for one without a title."""
        return [rule(self.title, width), *(crop(line, width) for line in self.lines)] if self.title else []


def heading(text: str, *words: Span | str) -> Row:
    """Return the title of a block."""
    return row(Span(text, Role.ACCENT), *words)


def pair(name: str, value: Span | str, other: str = "", second: Span | str = "") -> Row:
    """Return a row of a detail: a label and what it stands for, and beside it another; both may be absent."""
    first = Span(value) if isinstance(value, str) else value
    end = Span(second) if isinstance(second, str) else second
    spans = [Span(f" {left(name, _LABEL)}", Role.MUTED), first]
    if end.text:
        spans.append(Span(" " * max(_VALUE - cells(first.text), 1)))
        spans += [Span(left(other, _OTHER), Role.MUTED), end] if other else [end]
    return tuple(spans)


_PAIR = 5
_DOCK_LABEL = 10
_LABEL, _VALUE, _OTHER = 13, 28, 15
"""Cells of the parts of a detail row."""


def wrapped(lines: Iterable[Row], width: int) -> list[Row]:
    """Return the lines of a block in a narrow place: broken between words, nothing lost."""
    made: list[Row] = []
    for line in lines:
        role = Role.ACCENT if line and line[0].text.startswith("─") else Role.PLAIN
        for label, value in _parts(line):
            indent = f" {label:<{_DOCK_LABEL}}" if label else " "
            broken = wrap(" ".join(value.split()), max(width - cells(indent) - 1, 10)) or [""]
            for at, part in enumerate(broken):
                start = indent if at == 0 else " " * cells(indent)
                made.append(row(Span(start, Role.MUTED), Span(part, role)))
    return made


def _parts(line: Row) -> list[tuple[str, str]]:
    """Return what a line of a block says: its labels with their values, or one text without a label."""
    first = line[0].text if line and line[0].role is Role.MUTED else ""
    if len(line) > 1 and first.endswith(" ") and first.strip("─ "):
        if len(line) == _PAIR and line[3].role is Role.MUTED and not line[2].text.strip():
            return [(line[0].text.strip(), line[1].text), (line[3].text.strip(), line[4].text)]
        return [(line[0].text.strip(), "".join(span.text for span in line[1:]))]
    return [("", "".join(span.text for span in line).strip("─ "))]


def beside(first: Sequence[Row], second: Sequence[Row], width: int, height: int) -> list[Row]:
    """Return two panes side by side, an edge between them, the first so many cells wide."""
    made: list[Row] = []
    for at in range(height):
        start = first[at] if at < len(first) else EMPTY
        end = second[at] if at < len(second) else EMPTY
        missing = width - width_of(start)
        pad = (Span(" " * missing),) if missing > 0 else ()
        glyph = "├" if end and end[0].text.startswith("─") else "│"
        made.append((*crop(start, width), *pad, Span(glyph, Role.MUTED), *end))
    return made
