"""Whether anybody still sends the price of an instrument, and how old the last one is where nobody does."""

from __future__ import annotations

from bgtui.domain.event import Connection
from bgtui.domain.instrument import InstrumentId
from bgtui.store.store import Store
from bgtui.ui.view import streams

STALE_S = 10.0
"""A ticker silent for longer is stale though its stream is up."""
_DOWN_S = 1.0
"""With a stream of the market down a price may still come by another one: then it is younger than this."""


def age_s(store: Store, instrument: InstrumentId) -> float | None:
    """Return how old the price of an instrument is, seconds; None while it is live, or never came."""
    age = store.ticker_age_s(instrument)
    if age is None:
        return None
    connections = streams.of_kind(store.health(), Connection.PUBLIC)
    if connections and not any(each.is_up for each in connections):
        return age
    is_partly_down = streams.longest_down_s(connections) is not None
    return age if age > (_DOWN_S if is_partly_down else STALE_S) else None
