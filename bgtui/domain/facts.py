"""What has to be known to judge an order before it is sent; what is not known is None, never assumed."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.account import Position
from bgtui.domain.exposure import Stake
from bgtui.domain.instrument import Instrument
from bgtui.domain.order import MarginMode, PositionMode, PositionSide
from bgtui.domain.value import frozen


@frozen
class Facts:
    """The market and the account around one instrument, at one moment."""

    rules: Instrument
    position_mode: PositionMode | None = None
    margin_mode: MarginMode | None = None
    margin_coin: str = ""
    long_leverage: Decimal | None = None
    short_leverage: Decimal | None = None
    long: Position | None = None
    short: Position | None = None
    are_legs_known: bool = False
    available: Decimal | None = None
    """Futures: margin coin that may back new orders. Spot: quote currency."""
    equity: Decimal | None = None
    """Margin coin."""
    base_available: Decimal | None = None
    """Spot: base coin that may be sold."""
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    mark: Decimal | None = None
    maker_rate: Decimal | None = None
    taker_rate: Decimal | None = None
    keep_rate: Decimal | None = None
    """Maintenance margin rate of the tier."""
    open_orders: int | None = None
    """Of this instrument."""
    product_orders: int | None = None
    """Of the whole product type."""
    has_plans: bool = False
    is_book_live: bool = False
    sent_orders: int = 0
    """Opening orders of this instrument that were sent and that nobody has reported yet."""
    product_sent_orders: int = 0
    stakes: tuple[Stake, ...] | None = None
    """Futures: everything that the wallet behind this instrument has at stake; None where it is not known."""
    long_resting: Decimal = Decimal(0)
    """Base coin that rests, waits or is on its way to open more of the long leg."""
    short_resting: Decimal = Decimal(0)
    unknown: str = ""
    """What keeps the stakes from being known, in a few words."""
    dollars: Decimal | None = None
    """What one unit of the quote currency is worth in dollars."""
    usual_size: Decimal | None = None
    """The largest size that is usual here, base coin: of lately placed orders, and of the presets."""

    @property
    def is_futures(self) -> bool:
        """Tell whether there are legs and leverage."""
        return self.rules.product_type.is_futures

    @property
    def reference(self) -> Decimal | None:
        """The price that orders are judged by: mark, else last."""
        return self.mark if self.mark is not None else self.last

    def leg(self, side: PositionSide) -> Position | None:
        """Return the leg of a side."""
        return self.long if side is PositionSide.LONG else self.short

    def resting(self, side: PositionSide) -> Decimal:
        """Return what rests, waits or is on its way to open more of a side, base coin."""
        return self.long_resting if side is PositionSide.LONG else self.short_resting

    def leverage(self, side: PositionSide) -> Decimal | None:
        """Return the leverage that a new order of a side is made with."""
        return self.long_leverage if side is PositionSide.LONG else self.short_leverage

    @property
    def taker(self) -> Decimal:
        """Taker fee rate: the account's own, else the instrument's."""
        return self.taker_rate if self.taker_rate is not None else self.rules.taker_fee_rate

    @property
    def maker(self) -> Decimal:
        """Maker fee rate: the account's own, else the instrument's."""
        return self.maker_rate if self.maker_rate is not None else self.rules.maker_fee_rate
