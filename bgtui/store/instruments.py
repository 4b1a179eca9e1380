"""Which instruments exist and what their rules are."""

from __future__ import annotations

from bgtui.domain.event import InstrumentsListed
from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.store.version import NextVersion, Versions


class Instruments:
    """The complete list of each product type, once it was asked for."""

    def __init__(self, next_version: NextVersion) -> None:
        self._versions: Versions[ProductType] = Versions(next_version)
        self._by_product: dict[ProductType, dict[InstrumentId, Instrument]] = {}

    def apply(self, event: InstrumentsListed) -> bool:
        """Replace the list of a product type."""
        listed = {instrument.id: instrument for instrument in event.instruments}
        if self._by_product.get(event.product_type) == listed:
            return False
        self._by_product[event.product_type] = listed
        self._versions.bump(event.product_type)
        return True

    def get(self, instrument: InstrumentId) -> Instrument | None:
        """Return an instrument's rules; None when it is not listed or nobody asked yet."""
        return self._by_product.get(instrument.product_type, {}).get(instrument)

    def all(self, product_type: ProductType) -> tuple[Instrument, ...] | None:
        """Return a product type's instruments as listed; None before the list came."""
        listed = self._by_product.get(product_type)
        return None if listed is None else tuple(listed.values())

    def version(self, product_type: ProductType) -> int:
        """Return a list's version."""
        return self._versions.of(product_type)
