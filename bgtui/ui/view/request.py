"""What a screen asks a form for."""

from __future__ import annotations

from enum import StrEnum

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import Side
from bgtui.domain.order import Order, TimeInForce
from bgtui.domain.value import frozen


@frozen
class TicketRequest:
    """A ticket, filled as far as the key that opened it says."""

    instrument: InstrumentId
    side: Side = Side.BUY
    price_text: str = ""
    """As printed on the ladder's row at key-down; it does not follow the market. Empty leaves it open."""
    time_in_force: TimeInForce = TimeInForce.GTC
    again: Order | None = None
    """A canceled order that is to be placed anew."""


class CancelScope(StrEnum):
    """Which of my orders a cancel dock counts."""

    ROW = "here"
    """What was named, one by one."""
    BIDS = "my bids"
    ASKS = "my asks"
    SYMBOL = "all mine"
    PRODUCT = "product"
