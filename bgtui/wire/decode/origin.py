"""Where a push comes from: its `arg`, understood once and kept for every later push of the same topic."""

from __future__ import annotations

from bgtui.domain.error import DecodeError
from bgtui.domain.event import BookDepth
from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.market import CandleInterval
from bgtui.domain.value import frozen
from bgtui.wire.number import identifier


@frozen
class Origin:
    """The topic that a push answers."""

    product_type: ProductType
    channel: str
    """As on the wire."""
    instrument: InstrumentId | None = None
    """None when the topic covers a whole product type."""
    depth: BookDepth | None = None
    """Of a book channel."""
    interval: CandleInterval | None = None
    """Of a candle channel."""


def instrument(product_type: ProductType, symbol: object, field: str = "instId") -> InstrumentId:
    """Name the instrument of a row.

    Raises:
        DecodeError: the symbol could not be one.
    """
    try:
        return instrument_id(product_type, identifier(symbol, field))
    except ValueError as error:
        raise DecodeError(f"{field}: {error}") from None
