"""How far the account can be trusted: unknown, stale, being reconciled, current."""

from __future__ import annotations

from enum import StrEnum

from bgtui.domain.clock import Clock
from bgtui.domain.event import AccountPart, AccountReconciled, Coverage
from bgtui.domain.instrument import ProductType
from bgtui.domain.value import frozen
from bgtui.store.version import NextVersion, Versions


class Trust(StrEnum):
    """What an account pane may be taken for, worst first."""

    UNKNOWN = "unknown"
    """The exchange has not answered yet."""
    STALE = "stale"
    """The private stream is down, or the exchange does not send this on it."""
    RECONCILING = "reconciling"
    """The stream is there; what it missed, or said unreadably, is being asked."""
    CURRENT = "current"


_WORST_FIRST = list(Trust)


@frozen
class Freshness:
    """How far one pane can be trusted."""

    trust: Trust
    age_s: float | None
    """Since it was last known to be current; None when it never was, 0 while a stream keeps it current."""

    @property
    def is_current(self) -> bool:
        """Tell whether the pane shows what the exchange has."""
        return self.trust is Trust.CURRENT


class _Part:
    __slots__ = ("current_s", "trust")

    def __init__(self) -> None:
        self.trust = Trust.UNKNOWN
        self.current_s: float | None = None


class AccountFreshness:
    """The trust in every part of every product type."""

    def __init__(self, clock: Clock, next_version: NextVersion) -> None:
        self._monotonic = clock.monotonic
        self._versions: Versions[ProductType] = Versions(next_version)
        self._has_stream = False
        self._refused: set[Coverage] = set()
        self._parts: dict[ProductType, dict[AccountPart, _Part]] = {
            product: {part: _Part() for part in AccountPart} for product in ProductType
        }

    def open_stream(self) -> bool:
        """Take note that the private stream is up: what was known is now to be compared."""
        is_changed = self._move((Trust.STALE, Trust.CURRENT), Trust.RECONCILING)
        self._has_stream = True
        return is_changed

    def doubt(self) -> bool:
        """Take note that the stream said something unreadable: it may have been about anything."""
        return self._move((Trust.CURRENT,), Trust.RECONCILING)

    def accept(self, covers: Coverage) -> None:
        """Take note that the stream carries this part."""
        self._refused.discard(covers)

    def refuse(self, covers: Coverage) -> bool:
        """Take note that the stream will not carry this part: REST's answers about it only grow old."""
        self._refused.add(covers)
        product_type, name = covers
        part = self._parts[product_type][name]
        if part.trust not in (Trust.RECONCILING, Trust.CURRENT):
            return False
        part.trust = Trust.STALE
        self._versions.bump(product_type)
        return True

    def lose_stream(self) -> bool:
        """Take note that the private stream is gone: what was known begins to age."""
        is_changed = self._move((Trust.RECONCILING, Trust.CURRENT), Trust.STALE)
        self._has_stream = False
        return is_changed

    def reconcile(self, event: AccountReconciled) -> bool:
        """Trust what REST has answered."""
        now_s = self._monotonic()
        is_changed = False
        for name, part in self._parts[event.product_type].items():
            if event.part in (None, name):
                is_refused = (event.product_type, name) in self._refused
                trust = Trust.STALE if is_refused else Trust.CURRENT
                is_changed |= part.trust is not trust
                part.trust = trust
                part.current_s = now_s
        if is_changed:
            self._versions.bump(event.product_type)
        return is_changed

    def get(self, product_type: ProductType, part: AccountPart | None) -> Freshness:
        """Return the trust in one part, or the worst of all."""
        parts = self._parts[product_type]
        chosen = list(parts.values()) if part is None else [parts[part]]
        trust = min((one.trust for one in chosen), key=_WORST_FIRST.index)
        if self._has_stream and trust is Trust.CURRENT:
            return Freshness(trust, 0.0)
        known_s = [one.current_s for one in chosen if one.current_s is not None]
        if len(known_s) < len(chosen):
            return Freshness(trust, None)
        return Freshness(trust, self._monotonic() - min(known_s))

    def version(self, product_type: ProductType) -> int:
        """Return the version of a product type's trust."""
        return self._versions.of(product_type)

    def _move(self, of: tuple[Trust, ...], to: Trust) -> bool:
        now_s = self._monotonic()
        is_changed = False
        for product_type, parts in self._parts.items():
            moved = [part for part in parts.values() if part.trust in of]
            for part in moved:
                if part.trust is Trust.CURRENT and self._has_stream:
                    part.current_s = now_s
                part.trust = to
            if moved:
                self._versions.bump(product_type)
                is_changed = True
        return is_changed
