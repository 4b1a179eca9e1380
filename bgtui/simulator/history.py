"""Rows of the past: newest first, paged by id, and never more of them than a fixed number."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import dropwhile, islice, takewhile
from typing import Generic, TypeVar

from bgtui.domain.value import frozen

T = TypeVar("T")

MAX_ROWS = 2000
"""Rows kept of one kind and account."""


@frozen
class Window:
    """Which part of a list is asked for (`idLessThan`, `startTime`, `endTime`, `limit`)."""

    before_id: str = ""
    """Only rows older than the one with this id."""
    limit: int = 100
    since_ms: int | None = None
    until_ms: int | None = None

    def unlimited(self) -> Window:
        """Return it without its limit, for callers whose own filter comes first."""
        return replace(self, limit=MAX_ROWS)


EVERYTHING = Window(limit=MAX_ROWS)


@frozen
class _Row(Generic[T]):
    id: str
    time_ms: int
    value: T


class History(Generic[T]):
    """The last rows of one kind, in the order in which they came."""

    __slots__ = ("_rows",)

    def __init__(self, max_rows: int = MAX_ROWS) -> None:
        """Begin empty."""
        self._rows: deque[_Row[T]] = deque(maxlen=max_rows)

    def append(self, row_id: str, time_ms: int, value: T) -> None:
        """Add the newest row; the oldest one goes when there is no room."""
        self._rows.append(_Row(row_id, time_ms, value))

    def find(self, row_id: str) -> T | None:
        """Return the row with this id, the newest of them."""
        return next((row.value for row in reversed(self._rows) if row.id == row_id), None)

    def newest_first(self, window: Window = EVERYTHING) -> Iterator[T]:
        """Yield the rows of a window except for its limit, which counts after the caller's own filter."""
        for row in self._older_than(window.before_id):
            if is_within(row.time_ms, window):
                yield row.value

    def after(self, row_id: str) -> list[tuple[str, int, T]]:
        """Return the rows that came after the newest one with this id as (id, time, value), oldest first."""
        newer = takewhile(lambda row: row.id != row_id, reversed(self._rows))
        return [(row.id, row.time_ms, row.value) for row in newer][::-1]

    def _older_than(self, before_id: str) -> Iterator[_Row[T]]:
        rows = reversed(self._rows)
        if not before_id:
            yield from rows
        elif any(row.id == before_id for row in self._rows):
            yield from islice(dropwhile(lambda row: row.id != before_id, rows), 1, None)
        else:
            # A row that was forgotten cannot be found, but ids grow with time.
            yield from (row for row in rows if is_before(row.id, before_id))

    def __len__(self) -> int:
        """Count the rows."""
        return len(self._rows)


def is_before(row_id: str, before_id: str) -> bool:
    """Tell whether an id was given out earlier than another: ids are growing numbers."""
    return (len(row_id), row_id) < (len(before_id), before_id)


def is_within(time_ms: int, window: Window) -> bool:
    """Tell whether a time lies in the window."""
    return (window.since_ms is None or time_ms >= window.since_ms) and (
        window.until_ms is None or time_ms <= window.until_ms
    )
