"""The watch list as a pane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from bgtui.store import topic
from bgtui.store.topic import Topic
from bgtui.ui.role import Role
from bgtui.ui.view import edge, watch
from bgtui.ui.view.glyph import EDGE
from bgtui.ui.view.span import Row, Span
from bgtui.ui.widgets.canvas import Canvas


class Watch(Canvas):
    """Last price, change and funding of the instruments that are pinned."""

    period_s: ClassVar[float] = 0.5
    beats: ClassVar[bool] = True

    def topics(self) -> Iterable[Topic]:
        """Every ticker of the list."""
        return [topic.ticker(instrument) for instrument in self.workspace.watch_list]

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return title, header and the list behind the edge."""
        store, listed = self.workspace.store, self.workspace.watch_list
        name = (Span("WATCH", Role.ACCENT), Span(f" {len(listed)}", Role.MUTED))
        is_section = self.parent is not None and self.region.y > self.parent.region.y  # type: ignore[attr-defined]
        head = edge.section(name, width) if is_section else (Span(" "), *name)
        lines = [head]
        if store is not None:
            lines += watch.watch_rows(store, listed, self.workspace.instrument, width - 1, height - 1)
        return edge.edged(lines, width, height, EDGE)
