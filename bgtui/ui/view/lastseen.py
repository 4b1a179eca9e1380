"""Figures that go by a price nobody sends any more: dim, and beside them how old that price is."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.dockframe import Body, Section, labelled
from bgtui.ui.view.span import Row, restyle

_HEAD = 2
"""Spans of a line before its value: the cursor and the label."""


def age_row(age: float) -> Row:
    """Return the line that says how old the price is."""
    return labelled("market", f"{words(age)}, last seen", role=Role.WARN)


def words(age: float) -> str:
    """Return ``STALE 7s``."""
    return f"STALE {figure.whole_age(age)}"


def dimmed(rows: Sequence[Body], labels: Collection[str]) -> list[Body]:
    """Return lines with the values of those under these labels drawn as stale, whatever they warn of."""
    return [_dim(row) if not isinstance(row, Section) and _label(row) in labels else row for row in rows]


def _label(row: Row) -> str:
    return row[1].text.strip() if len(row) > 1 else ""


def _dim(row: Row) -> Row:
    return (*row[:_HEAD], *restyle(row[_HEAD:], Role.STALE))
