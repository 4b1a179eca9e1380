"""Rules of instruments as far as a recording shows them: streams send figures, and never the rules."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain.book import Level
from bgtui.domain.event import BookReceived, InstrumentsListed
from bgtui.domain.instrument import Instrument, InstrumentId, InstrumentStatus, ProductType

_QUOTES = ("USDT", "USDC", "USD", "BTC", "ETH", "EUR")


class RulesOfTape:
    """Makes rules from the figures of a book: enough to draw with, never to trade with."""

    def __init__(self) -> None:
        """Know no instrument."""
        self._known: dict[ProductType, dict[InstrumentId, Instrument]] = {}

    def learn(self, event: BookReceived) -> Sequence[InstrumentsListed]:
        """Return the list of a product type when a snapshot brings an instrument that is new in it."""
        listed = self._known.setdefault(event.instrument.product_type, {})
        if not event.is_snapshot or event.instrument in listed:
            return ()
        listed[event.instrument] = _rules(event.instrument, (*event.bids, *event.asks))
        return (InstrumentsListed(event.instrument.product_type, tuple(listed.values())),)


def _rules(instrument: InstrumentId, levels: Sequence[Level]) -> Instrument:
    price_places = max((_places(price) for price, _ in levels), default=2)
    size_places = max((_places(size) for _, size in levels), default=4)
    symbol = instrument.symbol
    quote = next((coin for coin in _QUOTES if symbol.endswith(coin) and symbol != coin), "")
    return Instrument(
        id=instrument,
        base_coin=symbol.removesuffix(quote) if quote else symbol,
        quote_coin=quote,
        margin_coins=(quote,) if instrument.product_type.is_futures and quote else (),
        price_places=price_places,
        tick=Decimal(1).scaleb(-price_places),
        size_places=size_places,
        size_step=Decimal(1).scaleb(-size_places),
        min_size=Decimal(0),
        min_notional=Decimal(0),
        maker_fee_rate=Decimal(0),
        taker_fee_rate=Decimal(0),
        status=InstrumentStatus.UNKNOWN,
        is_inverse=instrument.product_type is ProductType.COIN_FUTURES,
    )


def _places(text: str) -> int:
    return len(text.partition(".")[2])
