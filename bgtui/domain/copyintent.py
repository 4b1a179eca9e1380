"""What a copy-trading leader or follower asks the exchange to do, in our words."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from bgtui.domain.copytrade import CopySetting
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import MarginMode, PositionSide
from bgtui.domain.value import frozen


class CopyRole(StrEnum):
    """On which side of copy trading the account stands."""

    LEADER = "leader"
    FOLLOWER = "follower"


class CloseScope(StrEnum):
    """How much a close takes: said in words, since the exchange reads a missing name as everything."""

    TRACKS = "tracks"
    """The named tracking orders."""
    INSTRUMENT = "instrument"
    """Every one of an instrument."""
    ALL = "all"
    """Every one of the product type."""


class SymbolChange(StrEnum):
    """What happens to an instrument that a leader lends to copying."""

    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"


class LeadSwitch(StrEnum):
    """What a futures leader can switch."""

    ENABLED = "enable"
    """Whether the account can be copied."""
    SHOWS_EQUITY = "showTotalEquity"
    SHOWS_TPSL = "showTpsl"


@frozen
class CloseTracks:
    """Close at market: a leader's tracking orders, which ends their copies too, or a follower's copies."""

    role: CopyRole
    product_type: ProductType
    scope: CloseScope
    instrument: InstrumentId | None = None
    """None for everything only."""
    tracking_nos: tuple[str, ...] = ()
    """Futures: one; spot: up to 50 of one instrument, all or nothing."""
    position_side: PositionSide | None = None
    """Follower, hedge mode: the leg; optional."""
    margin_mode: MarginMode | None = None
    """Follower: optional."""
    margin_coin: str = ""


@frozen
class StopTracks:
    """End the copying of spot orders without selling: the coins stay."""

    instrument: InstrumentId
    tracking_nos: tuple[str, ...]

    @property
    def product_type(self) -> ProductType:
        """Spot."""
        return self.instrument.product_type


@frozen
class SetTrackTpsl:
    """Set take profit and stop loss of a tracking order, or of a copy."""

    role: CopyRole
    instrument: InstrumentId
    tracking_no: str
    take_profit: Decimal | None = None
    """None keeps what is set, zero removes it."""
    stop_loss: Decimal | None = None

    @property
    def product_type(self) -> ProductType:
        """The instrument's."""
        return self.instrument.product_type


@frozen
class LeadSymbolChange:
    """One instrument of a `SetLeadSymbols`."""

    instrument: InstrumentId
    change: SymbolChange
    take_profit_ratio: Decimal | None = None
    """Whole percent, 1 to 400; of an update, none takes away what is set."""
    stop_loss_ratio: Decimal | None = None


@frozen
class SetLeadSymbols:
    """Change which instruments a leader lends to copying, and their TP/SL ratios (futures)."""

    product_type: ProductType
    changes: tuple[LeadSymbolChange, ...]

    @property
    def instrument(self) -> InstrumentId | None:
        """The instrument when it is only one."""
        return self.changes[0].instrument if len(self.changes) == 1 else None


@frozen
class SetLeadSwitch:
    """Turn one of a futures leader's switches; the exchange holds one of each for all product types."""

    product_type: ProductType
    switch: LeadSwitch
    is_on: bool

    @property
    def instrument(self) -> InstrumentId | None:
        """None: it is about the whole account."""
        return None


@frozen
class RemoveFollower:
    """Stop a follower from copying this leader."""

    product_type: ProductType
    follower_uid: str

    @property
    def instrument(self) -> InstrumentId | None:
        """None: it is about a person."""
        return None


@frozen
class SetCopySettings:
    """Follow a leader, or change how: per instrument, at most 10 a request."""

    product_type: ProductType
    trader_id: str
    settings: tuple[CopySetting, ...]
    copies_new_symbols: bool | None = None
    """Whether instruments that the leader adds later are copied too; None leaves it to the exchange."""
    is_basic: bool = False
    """One rule for all instruments instead of one for each."""

    @property
    def instrument(self) -> InstrumentId | None:
        """The instrument when it is only one."""
        return self.settings[0].instrument if len(self.settings) == 1 else None


@frozen
class FollowByAmount:
    """Follow a futures leader by one amount (accounts of the 2024 model): the same share as the leader's."""

    product_type: ProductType
    trader_id: str
    amount: int
    """USDT, at least 50."""
    copies_open_positions: bool = False
    copies_new_symbols: bool = True
    loss_limit: int | None = None
    """Copying ends at this loss, USDT."""
    margin_mode: MarginMode | None = None
    """None: as the leader's."""
    leverage: int | None = None
    """1 to 125; None: as the leader's."""

    @property
    def instrument(self) -> InstrumentId | None:
        """None: it is about a person."""
        return None


@frozen
class Unfollow:
    """Stop copying a leader."""

    product_type: ProductType
    trader_id: str

    @property
    def instrument(self) -> InstrumentId | None:
        """None: it is about a person."""
        return None


CopyIntent = (
    CloseTracks
    | StopTracks
    | SetTrackTpsl
    | SetLeadSymbols
    | SetLeadSwitch
    | RemoveFollower
    | SetCopySettings
    | FollowByAmount
    | Unfollow
)
"""Whatever a leader or a follower can ask for."""
