"""CSV for other programs, which no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from bgtui.domain.text import Untrusted, clean_line

Cell = Untrusted | Decimal | str | int | bool | None
_FORMULA = ("=", "+", "-", "@")
_LONGEST = 500


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return CSV with a header: foreign text cleaned, and quoted where a spreadsheet would run it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_text(cell) for cell in row])
    return out.getvalue()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case Decimal():
            return format(cell, "f")
        case int():
            return str(cell)
        case Untrusted():
            text = clean_line(cell, _LONGEST)
            return f"'{text}" if text.startswith(_FORMULA) else text
        case _:
            return clean_line(cell, _LONGEST)
