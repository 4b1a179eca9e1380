"""One page of a list that the exchange hands out in pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """Some rows, newest first, and where the next page begins."""

    rows: tuple[RowT, ...]
    cursor: str | None
    """What to send as `idLessThan` for older rows; None when there are none."""
