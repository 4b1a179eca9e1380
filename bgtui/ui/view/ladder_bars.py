"""Depth bars: two steps a cell, growing towards the price, on a scale that does not flicker."""

from __future__ import annotations

from decimal import Decimal
from math import ceil

LOWER_AFTER_S = 30.0
"""Seconds for which a smaller scale must suffice before it is taken."""
_SLACK_RATIO = 0.25
_EXACT_RATIO = 1e-9
"""So much of a step beyond its end is a quotient's rounding."""
_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))


def full_scale(largest: Decimal) -> Decimal:
    """Return the next 1-2-5 step at or above the largest size."""
    if largest <= 0:
        return Decimal(1)
    unit = Decimal(1).scaleb(largest.adjusted())
    return next(unit * step for step in _STEPS if unit * step >= largest)


class BarScale:
    """The size of a full bar: raised at once, lowered after a while."""

    def __init__(self) -> None:
        """Begin with none."""
        self._full = Decimal(0)
        self._enough_since_s: float | None = None

    def update(self, largest: Decimal, now_s: float) -> Decimal:
        """Return the scale for a frame whose largest visible size is this one."""
        wanted = full_scale(largest)
        if wanted >= self._full:
            self._full, self._enough_since_s = wanted, None
        elif self._enough_since_s is None:
            self._enough_since_s = now_s
        elif now_s - self._enough_since_s >= LOWER_AFTER_S:
            self._full, self._enough_since_s = wanted, None
        return self._full


class Stairs:
    """How many half cells each size fills on one scale, in a column of so many cells.

    It counts in floats: a bar is a drawing, and half a cell is all that they could be wrong by.
    """

    def __init__(self, full: Decimal, cells: int) -> None:
        """Work out where each step begins and ends.

        Args:
            full: Size of a full bar; zero draws none.
            cells: Cells of the column.
        """
        count = max(cells, 0) * 2
        self._unit = unit = float(full) / count if count else 0.0
        self._count = count if unit > 0 else 0  # a size too small for a float has no bar
        self._holds = [
            (unit * (step - 1 - _SLACK_RATIO), unit * (step + _SLACK_RATIO))
            for step in range(self._count + 1)
        ]

    def steps(self, size: Decimal, before: int | None) -> int:
        """Return how many half cells a bar has; it leaves its step only after passing it by a quarter."""
        value, count = float(size), self._count
        if value <= 0 or not count:
            return 0
        if before and before <= count:
            least, most = self._holds[before]
            if least < value < most:
                return before
        return min(max(ceil(value / self._unit - _EXACT_RATIO), 1), count)


def left_bar(count: int, cells: int) -> str:
    """Return a bar left of the price: it grows to the right edge."""
    full, half = divmod(count, 2)
    return " " * (cells - full - half) + "▐" * half + "█" * full


def right_bar(count: int, cells: int) -> str:
    """Return a bar right of the price: it grows from the left edge."""
    full, half = divmod(count, 2)
    return "█" * full + "▌" * half + " " * (cells - full - half)
