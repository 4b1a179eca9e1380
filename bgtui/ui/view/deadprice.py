"""Whether anybody still sends the price of an instrument, and how old the last one is where nobody does."""

from __future__ import annotations

from bgtui.domain.instrument import InstrumentId
from bgtui.store.store import Store

_STALE_S = 10.0
"""A ticker silent for longer is stale though its stream is up."""
_DOWN_S = 3.0
"""With a stream of the market down a price may still come by another one: then it is younger than this."""


def age_s(store: Store, instrument: InstrumentId) -> float | None:
    """Return how old the price of an instrument is, seconds; None while it is live, or never came."""
    age = store.ticker_age_s(instrument)
    if age is None:
        return None
    up, every = store.market_streams()
    if every and not up:
        return age
    return age if age > (_DOWN_S if up < every else _STALE_S) else None
