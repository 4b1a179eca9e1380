"""Orders of the account: what rests, what ended lately, and which ones nobody answers for.

Resting orders and trigger orders obey the same rules, so one read model serves both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.store.version import NextVersion, Versions

MAX_OPEN = 5000
"""Open orders kept a product type; the exchange allows a few hundred."""
MAX_FINISHED = 1000
"""Ended orders kept a product type."""

OrderKey = tuple[InstrumentId, str]
"""Instrument and the exchange's order id."""


class AnyOrder(Protocol):
    """What `Order` and `PlanOrder` share."""

    @property
    def instrument(self) -> InstrumentId:
        """Where it stands."""

    @property
    def order_id(self) -> str:
        """The exchange's id."""

    @property
    def created_ms(self) -> int:
        """Exchange time of its birth, milliseconds."""

    @property
    def updated_ms(self) -> int:
        """Exchange time of the report, milliseconds."""

    @property
    def is_open(self) -> bool:
        """Tell whether it can still act."""


OrderT = TypeVar("OrderT", bound=AnyOrder)


class _Ledger(Generic[OrderT]):
    __slots__ = ("finished", "is_listed", "missing", "open")

    def __init__(self) -> None:
        self.open: dict[OrderKey, OrderT] = {}
        self.finished: dict[OrderKey, OrderT] = {}
        self.missing: frozenset[OrderKey] = frozenset()
        self.is_listed = False


class Orders(Generic[OrderT]):
    """Orders by product type; reports may come in any order and any number of times."""

    def __init__(self, next_version: NextVersion, advance: Callable[[OrderT, OrderT], OrderT]) -> None:
        self._advance = advance
        self._versions: Versions[ProductType] = Versions(next_version)
        self._ledgers: dict[ProductType, _Ledger[OrderT]] = {product: _Ledger() for product in ProductType}

    def apply(self, order: OrderT) -> bool:
        """Take one report of one order."""
        product_type = order.instrument.product_type
        is_changed = self._take(self._ledgers[product_type], order)
        if is_changed:
            self._versions.bump(product_type)
        return is_changed

    def list_open(self, product_type: ProductType, orders: tuple[OrderT, ...], asked_ms: int) -> bool:
        """Take the complete list; what it does not name is missing, and stays open until it is looked up."""
        ledger = self._ledgers[product_type]
        is_changed = not ledger.is_listed
        ledger.is_listed = True
        for order in orders:
            is_changed |= self._take(ledger, order)
        listed = {_key(order) for order in orders}
        missing = frozenset(
            key for key, order in ledger.open.items() if key not in listed and order.updated_ms < asked_ms
        )
        if missing != ledger.missing:
            ledger.missing = missing
            is_changed = True
        if is_changed:
            self._versions.bump(product_type)
        return is_changed

    def renew(self) -> None:
        """Have every reader look again: whose orders they are is known better now."""
        for product_type in self._ledgers:
            self._versions.bump(product_type)

    def get(self, instrument: InstrumentId, order_id: str) -> OrderT | None:
        """Return one order by the exchange's id."""
        ledger = self._ledgers[instrument.product_type]
        return ledger.open.get((instrument, order_id)) or ledger.finished.get((instrument, order_id))

    def open(self, product_type: ProductType) -> tuple[OrderT, ...] | None:
        """Return what is open, oldest first; None while no complete list came and nothing is known."""
        ledger = self._ledgers[product_type]
        if not ledger.is_listed and not ledger.open:
            return None
        return tuple(sorted(ledger.open.values(), key=_age))

    def finished(self, product_type: ProductType) -> tuple[OrderT, ...]:
        """Return what ended lately, latest first."""
        return tuple(sorted(self._ledgers[product_type].finished.values(), key=_end, reverse=True))

    def missing(self, product_type: ProductType) -> tuple[OrderT, ...]:
        """Return the open orders that the exchange's last list did not name, oldest first."""
        ledger = self._ledgers[product_type]
        return tuple(sorted((ledger.open[key] for key in ledger.missing), key=_age))

    def latest_ms(self, product_type: ProductType) -> int:
        """Return the exchange time of the latest report of an open order; 0 when there is none."""
        return max((order.updated_ms for order in self._ledgers[product_type].open.values()), default=0)

    def version(self, product_type: ProductType) -> int:
        """Return the version of a product type's orders."""
        return self._versions.of(product_type)

    def _take(self, ledger: _Ledger[OrderT], report: OrderT) -> bool:
        key = _key(report)
        old = ledger.open.get(key) or ledger.finished.get(key)
        new = report if old is None else self._advance(old, report)
        is_found = key in ledger.missing and old is not None and report.updated_ms >= old.updated_ms
        if is_found:
            ledger.missing -= {key}
        if new == old:
            return is_found
        if new.is_open:
            ledger.open[key] = new
            _bound(ledger.open, MAX_OPEN)
        else:
            ledger.open.pop(key, None)
            ledger.finished[key] = new
            _bound(ledger.finished, MAX_FINISHED)
        ledger.missing &= ledger.open.keys()
        return True


def _bound(orders: dict[OrderKey, OrderT], limit: int) -> None:
    if len(orders) > limit:
        del orders[min(orders, key=lambda key: _end(orders[key]))]


def _key(order: AnyOrder) -> OrderKey:
    return (order.instrument, order.order_id)


def _age(order: AnyOrder) -> tuple[int, str]:
    return (order.created_ms, order.order_id)


def _end(order: AnyOrder) -> tuple[int, str]:
    return (order.updated_ms, order.order_id)
