"""Tables for other programs: CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from bgtui.domain.copytrade import ProfitShare
from bgtui.domain.text import Untrusted, clean_line

Cell = Untrusted | Decimal | str | int | bool | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
        case _:
            text = clean_line(cell)
            return f"'{text}" if text.startswith(_FORMULA) else text


def shares_csv(shares: Iterable[ProfitShare]) -> str:
    """Return shares of profit: times in Unix milliseconds, ratios as the exchange says them."""
    columns = ("time_ms", "coin", "amount", "follower", "ratio", "profit_id")
    return to_csv(
        columns,
        (
            (each.time_ms, each.coin, each.amount, each.follower_name, each.ratio, each.profit_id)
            for each in shares
        ),
    )
