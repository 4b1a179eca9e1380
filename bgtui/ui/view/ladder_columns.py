"""How the ladder's cells are divided."""

from __future__ import annotations

from bgtui.domain.value import frozen
from bgtui.ui.view import ladder_own

NARROW, WIDE = 46, 75
"""Cells of the ladder below 200 columns, and from there on."""
_PRICE_CELLS = 8


@frozen
class Columns:
    """How the ladder's cells are divided."""

    gutter: int
    size: int
    gap: int
    """Blanks between own sizes, book sizes and bars."""
    bar: int
    price: int
    slack: int
    """Cells that a longer price took from the bars."""
    has_flow: bool
    """Whether the traded and delta columns are there."""

    @property
    def left_bar(self) -> int:
        """Cells of the bid bar."""
        return self.bar - (self.slack + 1) // 2

    @property
    def right_bar(self) -> int:
        """Cells of the ask bar."""
        return self.bar - self.slack // 2

    @property
    def to_asks(self) -> int:
        """Cells from the gutter to the ask sizes: what a row must have room for to be more than a part."""
        bids = ladder_own.CELLS + 2 * self.gap + self.size + self.left_bar + 1
        return self.gutter + bids + self.price + 1 + self.gap + self.right_bar + self.size


def columns(*, is_wide: bool, price_cells: int) -> Columns:
    """Return the columns for the longest price that must be shown."""
    price = max(price_cells, _PRICE_CELLS)
    slack = min(price - _PRICE_CELLS, 4 if not is_wide else 8)
    if is_wide:
        return Columns(2, 8, 1, 4, price, slack, has_flow=True)
    return Columns(1, 7, 0, 2, price, slack, has_flow=False)
