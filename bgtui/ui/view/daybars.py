"""A small chart of one figure a day: a column each, from a line at zero, two steps a cell."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.ui.role import Role
from bgtui.ui.view.span import Row, Span

_FULL, _LOWER, _UPPER, _ZERO = "█", "▄", "▀", "─"


def day_bars(values: Sequence[Decimal], height: int, width: int) -> list[Row]:
    """Return the last values that fit as columns of two cells, above and below a line at zero.

    Args:
        values: Oldest first.
        height: Rows, the line at zero included.
        width: Cells.
    """
    room_for = (width - 1) // 2
    shown = list(values)[-room_for:] if room_for > 0 else []
    if not shown or height < 3:
        return []
    above_most, below_most = max(*shown, Decimal(0)), -min(*shown, Decimal(0))
    room = height - 1
    span = above_most + below_most
    below = 0 if not below_most else min(max(int(room * below_most / span + Decimal("0.5")), 1), room - 1)
    above = room - below
    # One scale for both directions, the larger that fits: half cells for one unit.
    units = [above_most / (above * 2)] if above_most else []
    units += [below_most / (below * 2)] if below_most else []
    unit = max(units, default=Decimal(1))
    steps = [_steps(value, unit) for value in shown]
    rows = [_line(steps, level, Role.BID) for level in range(above, 0, -1)]
    rows.append((Span(" " + _ZERO * (2 * len(shown)), Role.MUTED),))
    rows += [
        _line([-step for step in steps], level, Role.ASK, is_below=True) for level in range(1, below + 1)
    ]
    return rows


def _steps(value: Decimal, unit: Decimal) -> int:
    """Return half cells, at least one where there is anything at all."""
    if not value:
        return 0
    count = max(int(abs(value) / unit + Decimal("0.5")), 1)
    return count if value > 0 else -count


def _line(steps: Sequence[int], level: int, role: Role, *, is_below: bool = False) -> Row:
    text = "".join(_cell(step - 2 * (level - 1), is_below=is_below) + " " for step in steps)
    return (Span(" " + text.rstrip(), role),)


def _cell(left: int, *, is_below: bool) -> str:
    if left >= 2:
        return _FULL
    if left == 1:
        return _UPPER if is_below else _LOWER
    return " "
