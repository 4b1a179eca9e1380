"""What the day has brought so far, as far as the store knows it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from bgtui.domain import dayloss
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import ProductType
from bgtui.session.losses import Losses
from bgtui.store.fills import MAX_FILLS
from bgtui.store.freshness import Trust
from bgtui.store.store import Store

_DAY_MS = 86_400_000
_ZERO = Decimal(0)


class Today(NamedTuple):
    """Sums since 00:00 UTC: dollars where the run counts the day, else margin coin."""

    realized: Decimal
    """Price PnL of what was closed, before fees."""
    fees: Decimal
    """What was charged, below zero."""
    part: str = ""
    """Which part of the day's trades it is, in a few words; empty for all of them."""

    @property
    def net(self) -> Decimal:
        """Realized after fees; funding is not in it, since no stream tells it."""
        return self.realized + self.fees


def today(store: Store, product_type: ProductType, now_ms: int, losses: Losses | None = None) -> Today | None:
    """Return the day's sums from the account's trades; None before the exchange has named them.

    Args:
        store: Keeps the newest trades only.
        product_type: Whose trades.
        now_ms: Exchange time, Unix milliseconds.
        losses: Counts every trade of the day, where the run does that: what the day's limit goes by.
    """
    if losses is not None and losses.counts(product_type):
        told = losses.trades(product_type)
        return None if told is None else Today(told.realized, told.fees, _gap(told.gap_ms))
    if store.freshness(product_type, AccountPart.FILLS).trust is Trust.UNKNOWN:
        return None
    since_ms = now_ms - now_ms % _DAY_MS
    realized = fees = _ZERO
    for fill in store.fills(product_type):
        if fill.time_ms < since_ms:
            break  # latest first
        realized += fill.realized_pnl or _ZERO
        fees -= sum((fee.cost for fee in fill.fees), _ZERO)
    is_whole = (store.dropped_fill_ms(product_type) or 0) < since_ms
    return Today(realized, fees, "" if is_whole else f"newest {MAX_FILLS:,} trades")


def _gap(gap_ms: int) -> str:
    return f"some trades before {dayloss.clock(gap_ms)} UTC are missing" if gap_ms else ""
