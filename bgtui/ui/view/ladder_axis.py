"""The ladder's axis: one row per group step, every row, so that distance on screen is distance in price.

Prices are counted in ticks, rows in group steps; both are whole numbers. A bid stands on the row at or below
it, an ask on the row at or above it, so a grouped book never crosses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from bgtui.domain.value import frozen

IDLE_S = 10.0
"""Without a ladder key for so long, the ladder may recentre by itself."""
ROW_RATIO = Decimal("0.00001")
"""Price between two rows of a ladder that nobody has grouped yet, as a part of the price."""
NEAR_EDGE = 2
"""Rows from the edge at which the touch counts as leaving."""


@frozen
class Axis:
    """Which prices are on the screen."""

    tick: Decimal
    group: int
    """Ticks a row."""
    top: int
    """Row number of the highest visible row; its price is ``top * group * tick``."""
    height: int
    """Visible rows."""

    @property
    def step(self) -> Decimal:
        """Price between two rows, quote currency."""
        return self.tick * self.group

    @property
    def bottom(self) -> int:
        """Row number of the lowest visible row."""
        return self.top - self.height + 1

    def price(self, number: int) -> Decimal:
        """Return the price printed on a row."""
        return self.step * number

    def bid_row(self, price: Decimal) -> int:
        """Return the row at or below a price."""
        return int((price / self.step).to_integral_value(ROUND_FLOOR))

    def ask_row(self, price: Decimal) -> int:
        """Return the row at or above a price."""
        return int((price / self.step).to_integral_value(ROUND_CEILING))

    def is_visible(self, number: int) -> bool:
        """Tell whether a row is on the screen."""
        return self.bottom <= number <= self.top

    def centred(self, number: int) -> Axis:
        """Return the axis with a row in the middle."""
        return replace(self, top=number + self.height // 2)

    def moved_to_show(self, number: int) -> Axis:
        """Return the axis moved as little as needed to show a row."""
        if number > self.top:
            return replace(self, top=number)
        if number < self.bottom:
            return replace(self, top=number + self.height - 1)
        return self

    def resized(self, height: int) -> Axis:
        """Return the axis with another height, its middle kept."""
        return replace(self, height=height, top=self.top + (height - self.height) // 2)


def default_group(tick: Decimal, price: Decimal, groups: Sequence[int]) -> int:
    """Return the place of the first group whose rows are about a hundred-thousandth of the price apart."""
    wanted = price * ROW_RATIO
    return next((place for place, group in enumerate(groups) if tick * group >= wanted), len(groups) - 1)


def ticks_between(a: Decimal, b: Decimal, tick: Decimal) -> int:
    """Return how many ticks lie between two prices."""
    return int((abs(a - b) / tick).to_integral_value(ROUND_FLOOR))


def should_recentre(axis: Axis, touch: tuple[int, int] | None, *, idle_s: float, is_live: bool) -> bool:
    """Tell whether the ladder may put the touch back into the middle by itself.

    Args:
        axis: What is shown.
        touch: Rows of best ask and best bid; None while there is no touch.
        idle_s: Seconds since the last ladder key.
        is_live: Whether the book may be taken for the market's.
    """
    if touch is None or not is_live or idle_s < IDLE_S:
        return False
    ask, bid = touch
    return ask > axis.top - NEAR_EDGE or bid < axis.bottom + NEAR_EDGE
