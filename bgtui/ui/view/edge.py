"""The edge at the left of a pane: plain, doubled where nothing may be sent, dotted where it is stale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bgtui.ui.role import Role
from bgtui.ui.view.glyph import EDGE, LOCKED_EDGE, STALE_EDGE
from bgtui.ui.view.span import EMPTY, Row, Span, fill, width_of

_RULE = "─"


def edge_glyph(*, is_stale: bool, is_locked: bool) -> str:
    """Return the glyph of an edge; stale wins, since it is the news."""
    return STALE_EDGE if is_stale else LOCKED_EDGE if is_locked else EDGE


def section(title: Iterable[Span], width: int) -> Row:
    """Return a line that begins a part of a pane: ``─ TITLE ────``."""
    head = (Span(f"{_RULE} ", Role.MUTED), *title, Span(" "))
    return (*head, Span(_RULE * max(width - width_of(head), 0), Role.MUTED))


def edged(lines: Sequence[Row], width: int, height: int, glyph: str) -> list[Row]:
    """Return the lines of a pane behind its edge; a section joins it.

    Args:
        lines: What the pane shows; a section is as wide as the pane with its edge.
        width: Cells of the pane, edge included.
        height: Rows of the pane.
        glyph: The edge.
    """
    made = [edged_line(line, width, glyph) for line in lines[:height]]
    return made + [edged_line(EMPTY, width, glyph)] * (height - len(made))


def edged_line(line: Row, width: int, glyph: str) -> Row:
    """Return one line of a pane behind its edge."""
    if line and line[0].text == f"{_RULE} ":
        return fill((line[0]._replace(text="├ "), *line[1:]), width)
    return (_EDGES[glyph], *fill(line, width - 1))


def edge_span(glyph: str) -> Span:
    """Return the edge before a line of a pane."""
    return _EDGES[glyph]


_EDGES = {
    glyph: Span(glyph, Role.STALE if glyph == STALE_EDGE else Role.MUTED)
    for glyph in (EDGE, LOCKED_EDGE, STALE_EDGE)
}
