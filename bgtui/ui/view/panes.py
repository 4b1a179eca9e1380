"""Where the panes of Trade stand: a larger terminal adds panes to the right and below, it moves none."""

from __future__ import annotations

from typing import NamedTuple

NARROW_LADDER, WIDE_LADDER = 46, 76
"""Cells of the ladder; the wide one has its traded and delta columns, and a blank before the edge."""
FOOT_FROM = 30
"""Rows of the body from which the tables have a place at its foot."""
_LOWEST = 8
"""Rows below which the ladder stands alone."""
_WIDE_FROM, _MIDDLE_FROM, _STACK_FROM = 200, 120, 80
_STACK, _TAPE, _WIDE_TAPE, _WIDE_WATCH = 34, 28, 29, 33
_LEGS = 111


class Box(NamedTuple):
    """A rectangle of the body, cells; the left edge of a pane is its own first column."""

    x: int
    y: int
    width: int
    height: int


def boxes(width: int, height: int) -> dict[str, Box]:
    """Return where each pane stands on a body of this size; panes without a place are left out."""
    if width < _STACK_FROM or height < _LOWEST:
        return _small(width, height)
    if width < _MIDDLE_FROM or height < FOOT_FROM:
        return _stacked(width, height)
    return _wide(width, height) if width >= _WIDE_FROM else _middle(width, height)


def _small(width: int, height: int) -> dict[str, Box]:
    leg = 3 if height >= 15 else 2 if height >= _LOWEST else 0
    found = {"ladder": Box(0, 0, min(width, NARROW_LADDER), height - leg)}
    if leg:
        found["leg"] = Box(0, height - leg, width, leg)
    return found


def _stacked(width: int, height: int) -> dict[str, Box]:
    """Ladder and right stack; from 120 columns the chart between them."""
    has_chart = width >= _MIDDLE_FROM
    left = width - _STACK if has_chart else NARROW_LADDER
    tape = max(height * 3 // 10, 3)
    found = {
        "ladder": Box(0, 0, NARROW_LADDER, height),
        "stack": Box(left, 0, width - left, height - tape),
        "tape": Box(left, height - tape, width - left, tape),
    }
    if has_chart:
        found["chart"] = Box(NARROW_LADDER, 0, left - NARROW_LADDER, height)
    return found


def _middle(width: int, height: int) -> dict[str, Box]:
    foot = _foot(height)
    top = height - foot
    watch = 9
    middle = width - NARROW_LADDER - _TAPE
    legs = foot - foot * 4 // 9
    return {
        "ladder": Box(0, 0, NARROW_LADDER, top),
        "chart": Box(NARROW_LADDER, 0, middle, top - watch),
        "watch": Box(NARROW_LADDER, top - watch, middle, watch),
        "tape": Box(width - _TAPE, 0, _TAPE, top),
        "legs": Box(0, top, width, legs),
        "orders": Box(0, top + legs, width, foot - legs),
    }


def _wide(width: int, height: int) -> dict[str, Box]:
    foot = _foot(height)
    top = height - foot
    chart = width - WIDE_LADDER - _WIDE_TAPE - _WIDE_WATCH
    return {
        "ladder": Box(0, 0, WIDE_LADDER, top),
        "chart": Box(WIDE_LADDER, 0, chart, top),
        "tape": Box(WIDE_LADDER + chart, 0, _WIDE_TAPE, top),
        "watch": Box(width - _WIDE_WATCH, 0, _WIDE_WATCH, top),
        "legs": Box(0, top, _LEGS, foot),
        "orders": Box(_LEGS, top, width - _LEGS, foot),
    }


def _foot(height: int) -> int:
    """Return the rows of the tables: 9 of 36, 13 of 46."""
    return min(max(9 + (height - 36) * 2 // 5, 7), 20)
