"""A dock that only shows: what stands on a row, an order's evidence, a row as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from bgtui.ui.keys import Context
from bgtui.ui.modals.dock import Dock
from bgtui.ui.view.dockframe import Body, frame
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace

_PAGE = 10
_FRAME_ROWS = 4


class DetailDock(Dock[None]):
    """Rows that are made anew at every draw, scrolled by keys."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.DETAIL,)

    def __init__(
        self, workspace: Workspace, title: str, lines: Callable[[int], Sequence[Body]], tag: str = ""
    ) -> None:
        """Show what ``lines`` returns for a width."""
        super().__init__(workspace)
        self._title = title
        self._lines = lines
        self._tag = tag
        self._top = 0

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        body = self._lines(width - 2)
        room = max(height - _FRAME_ROWS, 1)
        self._top = max(min(self._top, len(body) - room), 0)
        seen = body[self._top : self._top + room]
        more = f"{self._top + 1}–{self._top + len(seen)} of {len(body)}" if len(body) > room else ""
        return frame(self._title, self._tag, seen, (more, "esc leave"), width, height)

    def _scroll(self, steps: int) -> None:
        self._top = max(self._top + steps, 0)
        self.draw()

    def do_detail_down(self) -> None:
        """Scroll down."""
        self._scroll(1)

    def do_detail_up(self) -> None:
        """Scroll up."""
        self._scroll(-1)

    def do_detail_page_down(self) -> None:
        """Scroll a page down."""
        self._scroll(_PAGE)

    def do_detail_page_up(self) -> None:
        """Scroll a page up."""
        self._scroll(-_PAGE)

    def do_detail_back(self) -> None:
        """Leave."""
        self.close()
