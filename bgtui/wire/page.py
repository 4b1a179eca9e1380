"""One page of a list that the exchange hands out in pieces."""

from __future__ import annotations

from typing import Generic, TypeVar

from bgtui.domain.value import frozen

RowT = TypeVar("RowT")


@frozen
class Page(Generic[RowT]):
    """Some rows, newest first, and where the next page begins."""

    rows: tuple[RowT, ...]
    cursor: str | None
    """What to send as `idLessThan` for older rows; None when there are none."""
