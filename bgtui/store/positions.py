"""Open legs of the account: what the exchange last said, or that it has not said yet."""

from __future__ import annotations

from bgtui.domain.account import Position, PositionKey
from bgtui.domain.event import PositionsReported
from bgtui.domain.instrument import ProductType
from bgtui.store.version import NextVersion, Versions


class Positions:
    """Legs by product type: a report replaces them all; none is known to be flat before the first report."""

    def __init__(self, next_version: NextVersion) -> None:
        self._versions: Versions[ProductType] = Versions(next_version)
        self._reports: dict[ProductType, PositionsReported] = {}
        self._legs: dict[ProductType, dict[PositionKey, Position]] = {}

    def apply(self, event: PositionsReported) -> bool:
        """Replace a product type's legs, unless a later report is known; rows of size zero are no legs."""
        old = self._reports.get(event.product_type)
        if old is not None and event.time_ms < old.time_ms:
            return False
        self._reports[event.product_type] = event
        legs = {position.key: position for position in event.positions if position.size > 0}
        if old is not None and legs == self._legs[event.product_type]:
            return False
        self._legs[event.product_type] = legs
        self._versions.bump(event.product_type)
        return True

    def get(self, product_type: ProductType) -> tuple[Position, ...] | None:
        """Return the open legs by name; empty means flat, None means that nobody has said."""
        legs = self._legs.get(product_type)
        return None if legs is None else tuple(legs[key] for key in sorted(legs))

    def report(self, product_type: ProductType) -> PositionsReported | None:
        """Return the report that counts: another object after each one that was taken."""
        return self._reports.get(product_type)

    def version(self, product_type: ProductType) -> int:
        """Return the version of a product type's legs."""
        return self._versions.of(product_type)
