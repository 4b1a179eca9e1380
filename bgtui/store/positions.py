"""Open legs of the account: what the exchange last said, or that it has not said yet."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.account import Position, PositionKey
from bgtui.domain.clock import Clock
from bgtui.domain.event import PositionsReported
from bgtui.domain.instrument import ProductType
from bgtui.store.version import NextVersion, Versions


class Positions:
    """Legs by product type: a report replaces them all; none is known to be flat before the first report."""

    def __init__(self, clock: Clock, next_version: NextVersion) -> None:
        self._monotonic = clock.monotonic
        self._filled_s: dict[ProductType, float] = {}
        self._told_s: dict[ProductType, float] = {}
        self._versions: Versions[ProductType] = Versions(next_version)
        self._reports: dict[ProductType, PositionsReported] = {}
        self._legs: dict[ProductType, dict[PositionKey, Position]] = {}

    def apply(self, event: PositionsReported) -> bool:
        """Replace a product type's legs, unless a later report is known; rows of size zero are no legs."""
        old = self._reports.get(event.product_type)
        if old is not None and event.time_ms < old.time_ms:
            return False
        self._reports[event.product_type] = event
        self._told_s[event.product_type] = self._monotonic()
        legs = {position.key: position for position in event.positions if position.size > 0}
        if old is not None and legs == self._legs[event.product_type]:
            return False
        if old is not None and _held(legs) != _held(self._legs[event.product_type]):
            self._filled_s[event.product_type] = self._monotonic()
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

    def age_s(self, product_type: ProductType) -> float | None:
        """Return how long ago a leg was seen to open, grow, shrink or close, seconds; None when none was."""
        filled_s = self._filled_s.get(product_type)
        return None if filled_s is None else self._monotonic() - filled_s

    def told_age_s(self, product_type: ProductType) -> float | None:
        """Return how long ago a product type's legs were told, changed or not, seconds; None when never."""
        told_s = self._told_s.get(product_type)
        return None if told_s is None else self._monotonic() - told_s

    def version(self, product_type: ProductType) -> int:
        """Return the version of a product type's legs."""
        return self._versions.of(product_type)


def _held(legs: dict[PositionKey, Position]) -> dict[PositionKey, tuple[Decimal, Decimal]]:
    """Return what fills alone change of the legs."""
    return {key: (leg.size, leg.entry_price) for key, leg in legs.items()}
