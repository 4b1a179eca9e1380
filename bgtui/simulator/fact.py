"""What the engine has to tell: to one account, or to everybody who watches an instrument.

Each `FillReported` is followed at once by the `OrderUpdated` that it caused; positions and balances come once
a `drain`, as they stand at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bgtui.domain.event import (
    BalancesReported,
    Deleveraged,
    FillReported,
    OrderUpdated,
    PlanOrderUpdated,
    PositionClosed,
    PositionsReported,
)
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import Side, Trade

AccountEvent = (
    OrderUpdated
    | PlanOrderUpdated
    | FillReported
    | PositionsReported
    | PositionClosed
    | BalancesReported
    | Deleveraged
)


@dataclass(slots=True)
class Private:
    """Something happened to one account."""

    uid: str
    event: AccountEvent


@dataclass(slots=True)
class LevelChanged:
    """One price level of the public book has a new total size; zero means that it is gone."""

    instrument: InstrumentId
    side: Side
    price: Decimal
    """Quote currency, with the instrument's decimal places."""
    size: Decimal
    """Base coin."""


@dataclass(slots=True)
class TradePrinted:
    """One public trade."""

    instrument: InstrumentId
    trade: Trade


Fact = Private | LevelChanged | TradePrinted
