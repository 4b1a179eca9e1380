"""The line in which the filter of a list is typed: over the message line, every row narrowed at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol

from bgtui.ui.keys import Context
from bgtui.ui.modals.line import LineDock
from bgtui.ui.role import Role
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.span import Row, Span, crop, spread
from bgtui.ui.workspace import Workspace


class Filtered(Protocol):
    """The list that is narrowed."""

    def set_filter(self, text: str) -> None:
        """Show the rows with this text only."""

    def move(self, steps: int) -> None:
        """Move the cursor."""


class FilterLine(LineDock[None]):
    """One text field."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.FILTER,)

    def __init__(
        self, workspace: Workspace, text: str, target: Filtered, count: Callable[[], tuple[int, int]]
    ) -> None:
        """Begin with what the filter says; ``count`` returns the rows it lets through, and all of them."""
        super().__init__(workspace, text)
        self._target = target
        self._count = count

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the one line."""
        found, every = self._count()
        end = (Span(f" {found} of {every}  ", Role.MUTED), Span("enter"), Span(" keep  ", Role.MUTED),
               Span("esc"), Span(" clear ", Role.MUTED))  # fmt: skip
        start = (Span(" /", Role.ACCENT), *self.line.rows(is_focused=True))
        return [crop(spread(start, end, width), width)]

    def place(self) -> None:
        """Stand over the message line."""
        columns, lines = self.screen.size
        self.styles.width, self.styles.height = columns, 1
        self.styles.offset = (0, max(lines - 2, 0))

    def take(self, edited: LineEdit) -> None:
        """Narrow the list."""
        self.line = edited
        self._target.set_filter(edited.text)
        self.invalidate()

    def do_filter_up(self) -> None:
        """Move the list's cursor up."""
        self._target.move(-1)

    def do_filter_down(self) -> None:
        """Move the list's cursor down."""
        self._target.move(1)

    def do_filter_keep(self) -> None:
        """Leave the filter as it is."""
        self.close()

    def do_filter_clear(self) -> None:
        """Show every row again."""
        self._target.set_filter("")
        self.close()
