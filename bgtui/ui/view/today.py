"""What the day has brought so far, as far as the store knows it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import ProductType
from bgtui.store.freshness import Trust
from bgtui.store.store import Store

_DAY_MS = 86_400_000
_ZERO = Decimal(0)


class Today(NamedTuple):
    """Sums since 00:00 UTC, margin coin."""

    realized: Decimal
    """Price PnL of what was closed, before fees."""
    fees: Decimal
    """What was charged, below zero."""

    @property
    def net(self) -> Decimal:
        """Realized after fees; funding is not in it, since no stream tells it."""
        return self.realized + self.fees


def today(store: Store, product_type: ProductType, now_ms: int) -> Today | None:
    """Return the day's sums from the account's trades; None before the exchange has named them."""
    if store.freshness(product_type, AccountPart.FILLS).trust is Trust.UNKNOWN:
        return None
    since_ms = now_ms - now_ms % _DAY_MS
    realized = fees = _ZERO
    for fill in store.fills(product_type):
        if fill.time_ms < since_ms:
            break  # latest first
        realized += fill.realized_pnl or _ZERO
        fees -= sum((fee.cost for fee in fill.fees), _ZERO)
    return Today(realized, fees)
