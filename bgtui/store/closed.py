"""Legs that were closed lately."""

from __future__ import annotations

from bgtui.domain.account import ClosedPosition
from bgtui.domain.event import PositionClosed
from bgtui.domain.instrument import ProductType
from bgtui.store.version import NextVersion, Versions

MAX_CLOSED = 500
"""Closed legs kept a product type."""


class ClosedPositions:
    """Closed legs by product type, each once by position id."""

    def __init__(self, next_version: NextVersion) -> None:
        self._versions: Versions[ProductType] = Versions(next_version)
        self._closed: dict[ProductType, dict[str, ClosedPosition]] = {product: {} for product in ProductType}

    def apply(self, event: PositionClosed) -> bool:
        """Take one closed leg; a later report of the same one wins."""
        position = event.position
        product_type = position.instrument.product_type
        closed = self._closed[product_type]
        key = f"{position.instrument} {position.position_id} {position.side}"
        old = closed.get(key)
        if old is not None and (position == old or position.updated_ms < old.updated_ms):
            return False
        closed[key] = position
        if len(closed) > MAX_CLOSED:
            oldest = min(closed, key=lambda name: (closed[name].updated_ms, name))
            del closed[oldest]
            if oldest == key and old is None:
                return False
        self._versions.bump(product_type)
        return True

    def get(self, product_type: ProductType) -> tuple[ClosedPosition, ...]:
        """Return the closed legs, latest first."""
        return tuple(
            sorted(
                self._closed[product_type].values(),
                key=lambda leg: (leg.updated_ms, leg.position_id),
                reverse=True,
            )
        )

    def version(self, product_type: ProductType) -> int:
        """Return the version of a product type's closed legs."""
        return self._versions.of(product_type)
