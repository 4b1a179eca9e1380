"""Trades of the account, each once."""

from __future__ import annotations

from bisect import insort

from bgtui.domain.account import Fill
from bgtui.domain.event import FillReported
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.store.version import NextVersion, Versions

MAX_FILLS = 2000
"""Fills kept a product type: the latest."""

_FillKey = tuple[int, InstrumentId, str]


class _Ledger:
    __slots__ = ("by_id", "dropped_ms", "keys")

    def __init__(self) -> None:
        self.by_id: dict[tuple[InstrumentId, str], Fill] = {}
        self.keys: list[_FillKey] = []
        self.dropped_ms: int | None = None


class Fills:
    """Fills by product type, kept by time and not by arrival: any order of arrival ends in the same list."""

    def __init__(self, next_version: NextVersion) -> None:
        self._versions: Versions[ProductType] = Versions(next_version)
        self._ledgers: dict[ProductType, _Ledger] = {product: _Ledger() for product in ProductType}

    def apply(self, event: FillReported) -> bool:
        """Take a fill that is not known yet."""
        fill = event.fill
        product_type = fill.instrument.product_type
        ledger = self._ledgers[product_type]
        key = (fill.time_ms, fill.instrument, fill.trade_id)
        if key[1:] in ledger.by_id:
            return False
        if len(ledger.keys) >= MAX_FILLS and key < ledger.keys[0]:
            ledger.dropped_ms = max(ledger.dropped_ms or 0, fill.time_ms)
            return False
        ledger.by_id[key[1:]] = fill
        insort(ledger.keys, key)
        if len(ledger.keys) > MAX_FILLS:
            oldest = ledger.keys.pop(0)
            ledger.dropped_ms = max(ledger.dropped_ms or 0, oldest[0])
            del ledger.by_id[oldest[1:]]
        self._versions.bump(product_type)
        return True

    def get(self, product_type: ProductType) -> tuple[Fill, ...]:
        """Return the fills, latest first."""
        ledger = self._ledgers[product_type]
        return tuple(ledger.by_id[key[1:]] for key in reversed(ledger.keys))

    def last_ms(self, product_type: ProductType) -> int | None:
        """Return the exchange time of the latest fill; None when there is none."""
        keys = self._ledgers[product_type].keys
        return keys[-1][0] if keys else None

    def dropped_ms(self, product_type: ProductType) -> int | None:
        """Return the exchange time of the latest fill that is not kept any more; None while all are."""
        return self._ledgers[product_type].dropped_ms

    def has(self, fill: Fill) -> bool:
        """Tell whether a fill is known."""
        return (fill.instrument, fill.trade_id) in self._ledgers[fill.instrument.product_type].by_id

    def version(self, product_type: ProductType) -> int:
        """Return the version of a product type's fills."""
        return self._versions.of(product_type)
