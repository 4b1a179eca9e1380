"""Tables on a terminal: what is too wide takes more lines, and nothing is cut."""

from decimal import Decimal

from bgtui.cli.table import Table, render
from bgtui.domain.text import cell_width

WIDE = Table(
    ("instrument", "side", "size", "price"),
    [("usdt-futures:BTCUSDT", "long", Decimal("1.5"), Decimal(60000)), ("x", "short", Decimal(2), None)],
)


def test_without_a_limit_a_row_is_a_line() -> None:
    assert len(render(WIDE)) == 3
    assert render(WIDE, 80) == render(WIDE)


def test_a_table_that_is_too_wide_is_folded() -> None:
    assert render(WIDE, 30) == [
        "instrument            side",
        "  size  price",
        "usdt-futures:BTCUSDT  long",
        "   1.5  60000",
        "x                     short",
        "     2      -",
    ]


def test_every_cell_is_there_however_narrow() -> None:
    for width in range(1, 60):
        lines = render(WIDE, width)
        words = " ".join(lines).split()
        assert [words.count(word) for word in ("usdt-futures:BTCUSDT", "60000", "1.5")] == [1, 1, 1]
        assert all(cell_width(line) <= max(width, 22) for line in lines)
