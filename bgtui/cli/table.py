"""Plain text tables: aligned by terminal cells, every cell cleaned."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from bgtui.domain.text import Untrusted, cell_width, clean_cell
from bgtui.domain.value import frozen

Cell = Untrusted | Decimal | str | int | bool | None
_GAP = "  "
MAX_CELL = 48
"""Cells; wider texts are cut."""


@frozen
class Table:
    """Column names and rows, and a line above them."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    title: str = ""


def render(table: Table, width: int | None = None) -> list[str]:
    """Return the lines of a table: numbers to the right, everything else to the left.

    Args:
        table: what to show.
        width: cells of a line; a wider table takes several lines a row, as its header does. None: no limit.
    """
    texts = [[_text(cell) for cell in row] for row in table.rows]
    widths = [max(map(cell_width, column)) for column in zip(table.columns, *texts, strict=True)]
    is_number = [
        bool(table.rows) and all(isinstance(row[index], Decimal | int | None) for row in table.rows)
        for index in range(len(table.columns))
    ]
    lines = [table.title] if table.title else []
    parts = _fold(widths, width)
    for row in (table.columns, *texts):
        cells = [_pad(text, cells, right) for text, cells, right in zip(row, widths, is_number, strict=True)]
        lines += [_line(cells[part], part.start > 0) for part in parts]
    return lines


def _fold(widths: Sequence[int], width: int | None) -> list[slice]:
    """Return which columns stand on which line."""
    starts, used = [0], 0
    for index, cells in enumerate(widths):
        used += cells + len(_GAP) if used else cells
        if width is not None and used > width and index > starts[-1]:
            starts.append(index)
            used = len(_GAP) + cells
    return [slice(start, end) for start, end in pairwise([*starts, len(widths)])]


def _line(cells: Sequence[str], is_continued: bool) -> str:  # noqa: FBT001 - private, read beside its name
    return ((_GAP if is_continued else "") + _GAP.join(cells)).rstrip()


def _text(cell: Cell) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return clean_cell(str(cell) if isinstance(cell, int) else cell, MAX_CELL)


def _pad(text: str, width: int, right: bool) -> str:  # noqa: FBT001 - private, read beside its name
    blanks = " " * (width - cell_width(text))
    return blanks + text if right else text + blanks
