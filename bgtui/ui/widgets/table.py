"""The live list of a screen: a title with its sub-views, a table, and what the row under the cursor is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from textwrap import wrap
from typing import Any, ClassVar

from bgtui.ui.keys import Context
from bgtui.ui.role import Role
from bgtui.ui.view import table as tables
from bgtui.ui.view.glyph import LOADING
from bgtui.ui.view.span import EMPTY, Row, Span, cells, row
from bgtui.ui.view.table import Line, Shown, State, Table
from bgtui.ui.widgets.bars import MessageBar
from bgtui.ui.widgets.canvas import Canvas
from bgtui.ui.workspace import Workspace

_SMALLEST = 5
"""Rows that a table needs before anything may stand below it."""
_WIDE = 200


class LiveTable(Canvas, can_focus=True):
    """A table that is drawn at most four times a second and never cleared: only cells that differ change.

    A subclass names the sub-views, makes the table of the current one, and says what stands above and below.
    """

    contexts: ClassVar[tuple[Context, ...]] = (Context.LIST,)
    period_s: ClassVar[float] = 0.25
    beats: ClassVar[bool] = True
    no_filter: ClassVar[str] = ""
    """What the title says while nothing is filtered."""
    table_width: ClassVar[int] = 0
    """From 200 columns on, the detail stands to the right of a table that is so wide; 0 keeps it below."""

    def __init__(self, workspace: Workspace, *, id: str | None = None) -> None:  # noqa: A002
        """Begin with the first sub-view."""
        super().__init__(workspace, id=id)
        self.view_index = 0
        self._states: dict[int, State] = {}
        self._shown: Shown | None = None
        self._memory = tables.Memory()
        self._window = 1

    # What a subclass says

    def names(self) -> Sequence[str]:
        """Return the sub-views, as the title names them now."""
        raise NotImplementedError(f"{type(self).__name__} lists nothing")

    def table(self) -> Table:
        """Return the rows of the current sub-view."""
        raise NotImplementedError(f"{type(self).__name__} lists nothing")

    def first_state(self, view_index: int) -> State:
        """Return how a sub-view is sorted before any key."""
        return State()

    def words(self) -> Sequence[Span | str]:
        """Return what the title says besides: an age, a state."""
        return ()

    def above(self, width: int) -> Sequence[Row]:
        """Return the rows above the title."""
        return ()

    def below(self, width: int, line: Line | None) -> Sequence[Row]:
        """Return the rows below the table: what the row under the cursor is."""
        return ()

    def opened(self, width: int, line: Line) -> Sequence[Row]:
        """Return everything about a row for a dock of so many cells; its cells when no more is told."""
        return tables.wrapped(self.below(_WIDE, line), width) or self._spelled(line, width)

    def _spelled(self, line: Line, width: int) -> Sequence[Row]:
        """Return every cell of a row by its column's title, those there is no room for in the table too."""
        dressed = line if self.dress is None else self.dress(line)
        titled = zip(self.table().columns, dressed.cells, strict=False)
        told = [(column.title, cell) for column, cell in titled if cell.text.strip()]
        label = max((cells(title) for title, _ in told), default=0)
        rows: list[Row] = []
        for title, cell in told:
            parts = wrap(cell.text.strip(), max(width - label - 3, 1))
            for at, part in enumerate(parts):
                name = title if at == 0 else ""
                rows.append((Span(f" {name:<{label}}  ", Role.MUTED), Span(part, cell.role, bold=cell.bold)))
        return rows

    dress: Callable[[Line], Line] | None = None
    """Makes the cells of a row that is seen, of tables whose hundreds of live rows come without."""

    def prepare(self) -> None:
        """Look at the store, once for everything that a draw needs."""

    def turned(self) -> None:
        """Take note that another sub-view is shown."""

    # Drawing

    @property
    def screen_width(self) -> int:
        """Columns of the terminal, by which columns of the table appear."""
        return self.app.size.width

    @property
    def state(self) -> State:
        """What the keys have made of the current sub-view."""
        found = self._states.get(self.view_index)
        return self.first_state(self.view_index) if found is None else found

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return title, table, detail."""
        if self.workspace.store is None:
            self._shown = None
            return [tables.title(self.names(), self.view_index, (LOADING,), width)]
        self.prepare()
        table = self.table()
        shown = tables.ordered(table, self.state, self._memory)
        above = self.above(width)
        room = height - len(above) - 1
        if self.table_width and self.screen_width >= _WIDE:
            return [*above, *self._side_by_side(table, shown, width, room)]
        below = list(self.below(width, shown.current))
        needed = tables.rows_needed(table)
        if below and room - len(below) - 1 < min(needed, _SMALLEST):
            below = []
        space = min(needed, room - len(below) - 1) if below else room
        made = [*above, *self._table(table, shown, width, space)]
        if below:
            made += [EMPTY, *below]
        return made

    def _table(self, table: Table, shown: Shown, width: int, space: int) -> list[Row]:
        """Return title and table, the table in so many rows; remember what is seen."""
        self._window = max(tables.window_height(table, space), 1)
        shown = tables.windowed(shown, self._window)
        self._shown, self._states[self.view_index] = shown, shown.state
        words = [
            tables.sort_words(table, shown.state),
            tables.filter_words(shown) or self.no_filter,
            f"{len(shown.state.marks)} marked" if shown.state.marks else "",
            tables.window_words(shown, self._window),
            *self.words(),
        ]
        title = tables.title(self.names(), self.view_index, words, width)
        return [
            title,
            *tables.table_rows(
                table,
                shown,
                width,
                space,
                screen_width=self.screen_width,
                is_focused=self.has_focus,
                dress=self.dress,
            ),
        ]

    def _side_by_side(self, table: Table, shown: Shown, width: int, room: int) -> list[Row]:
        first = self._table(table, shown, self.table_width, room)
        second = self.below(width - self.table_width - 1, shown.current)
        return tables.beside(first, second, self.table_width, room + 1)

    # What the screen asks

    @property
    def current(self) -> Line | None:
        """The row under the cursor, as it was last drawn."""
        return None if self._shown is None else self._shown.current

    def latest(self, line: Line) -> Line:
        """Return a row as it stands now; as it last stood once it has gone."""
        lines = () if self._shown is None else self._shown.lines
        return next((other for other in lines if other.key == line.key), line)

    @property
    def item(self) -> Any:  # noqa: ANN401 - whatever the rows stand for
        """What the row under the cursor stands for; None without rows."""
        return None if self.current is None else self.current.item

    def evidence(self) -> Any:  # noqa: ANN401
        """Return what is shown as JSON."""
        return self.item

    @property
    def marked_items(self) -> list[Any]:
        """What the marked rows stand for."""
        return [] if self._shown is None else [line.item for line in self._shown.marked]

    def unmark(self) -> None:
        """Take every mark away."""
        self._put(replace(self.state, marks=frozenset()))

    # Keys

    def _put(self, state: State) -> None:
        self._states[self.view_index] = state
        if self._shown is not None:
            self._shown = replace(self._shown, state=state)
        self.invalidate()

    def move(self, steps: int) -> None:
        """Move the cursor so many rows."""
        if self._shown is not None:
            self._put(tables.moved(self._shown, steps))

    def set_filter(self, text: str) -> None:
        """Show the rows with this text only."""
        self._states[self.view_index] = replace(self.state, filter=text)
        self.draw()

    def turn_to(self, view_index: int) -> None:
        """Show a sub-view; beyond the last comes the first."""
        self.view_index = view_index % len(self.names())
        self._shown = None
        self.turned()
        for bar in self.screen.query(MessageBar).results(MessageBar):
            bar.invalidate()
        self.draw()

    def do_list_down(self) -> None:
        """Move the cursor one row down."""
        self.move(1)

    def do_list_up(self) -> None:
        """Move the cursor one row up."""
        self.move(-1)

    def do_list_page_down(self) -> None:
        """Move the cursor a page down."""
        self.move(self._window)

    def do_list_page_up(self) -> None:
        """Move the cursor a page up."""
        self.move(-self._window)

    def do_list_first(self) -> None:
        """Move the cursor to the first row."""
        if self._shown is not None:
            self._put(tables.placed(self._shown, 0))

    def do_list_last(self) -> None:
        """Move the cursor to the last row."""
        if self._shown is not None:
            self._put(tables.placed(self._shown, len(self._shown.lines) - 1))

    def _leave_for(self, view_index: int) -> None:
        """Show another sub-view as a key asks for it: what was said of the one that is left has passed."""
        for bar in self.screen.query(MessageBar).results(MessageBar):
            bar.let_pass()
        self.turn_to(view_index)

    def do_list_tab_left(self) -> None:
        """Show the sub-view to the left."""
        self._leave_for(self.view_index - 1)

    def do_list_tab_right(self) -> None:
        """Show the sub-view to the right."""
        self._leave_for(self.view_index + 1)

    def do_list_sort(self) -> None:
        """Sort by the next column."""
        if self.workspace.store is not None:
            columns = [column for _, column in tables.columns_for(self.table(), self.screen_width)]
            self._put(tables.next_sort(columns, self.state))

    def do_list_sort_reverse(self) -> None:
        """Sort the other way round."""
        self._put(tables.turned(self.state))

    def do_list_mark(self) -> None:
        """Mark the row, or take its mark away."""
        if self._shown is not None:
            self._put(tables.toggled_mark(self._shown))

    def counts(self) -> tuple[int, int]:
        """Return the rows that the filter lets through, and all of them."""
        return (0, 0) if self._shown is None else (len(self._shown.lines), self._shown.total)

    def do_app_back(self) -> Any:  # noqa: ANN401 - what the app's own way back returns
        """Take the filter away, then the marks; without them, do what the key does everywhere."""
        if self.state.filter:
            self.set_filter("")
            return None
        if self.state.marks:
            self.unmark()
            return None
        screen: Any = self.screen
        others = (getattr(actor, "do_app_back", None) for actor in screen.actors() if actor is not self)
        back = next((method for method in others if method is not None), None)
        return None if back is None else back()


def as_of(text: str) -> Row:
    """Return a line that stands in the message line while there is no news."""
    return row(Span(f" {text}", Role.MUTED))
