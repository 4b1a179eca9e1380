"""What can be asked of the public stream, in the program's own words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import CandleInterval


class MarketChannel(StrEnum):
    """Kinds of public channel."""

    TICKER = "ticker"
    TRADES = "trades"
    BOOK = "book"
    """The full book: snapshot, then updates."""
    BOOK_1 = "book1"
    BOOK_5 = "book5"
    BOOK_15 = "book15"
    CANDLES = "candles"
    AUCTION = "auction"
    """Spot only."""


@dataclass(frozen=True, slots=True)  # looked up at every message: see `frozen`
class MarketTopic:
    """One public channel of one instrument."""

    channel: MarketChannel
    instrument: InstrumentId
    interval: CandleInterval | None = None
    """Set for candles only."""
