"""Orders as the exchange reports them, and the one rule of how their state may move."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import Side
from bgtui.domain.text import Untrusted
from bgtui.domain.value import frozen


class PositionSide(StrEnum):
    """The leg: which way a position faces."""

    LONG = "long"
    SHORT = "short"


class PositionMode(StrEnum):
    """Whether one instrument holds one net position or a leg for each side."""

    ONE_WAY = "one_way"
    HEDGE = "hedge"


class MarginMode(StrEnum):
    """What backs a position: the whole account or its own margin."""

    CROSSED = "crossed"
    ISOLATED = "isolated"


class OrderType(StrEnum):
    """Limit or market."""

    LIMIT = "limit"
    MARKET = "market"
    UNKNOWN = "unknown"


class TimeInForce(StrEnum):
    """How long a limit order may rest (`force`)."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    POST_ONLY = "post_only"
    UNKNOWN = "unknown"


class OrderStatus(StrEnum):
    """States of an order on the exchange."""

    LIVE = "live"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"
    UNKNOWN = "unknown"
    """A state the exchange named and the program does not know; `Order.status_text` holds the word."""

    @property
    def is_final(self) -> bool:
        """Tell whether the order can still change."""
        return self in (OrderStatus.FILLED, OrderStatus.CANCELED)

    @property
    def rank(self) -> int:
        """Order of states in time: a report may keep or raise it, never lower it."""
        return _RANK[self]


_RANK = {
    OrderStatus.UNKNOWN: 0,
    OrderStatus.LIVE: 1,
    OrderStatus.PARTIALLY_FILLED: 2,
    OrderStatus.FILLED: 3,
    OrderStatus.CANCELED: 3,
}


class Effect(StrEnum):
    """Whether an order or fill opens a leg or closes it; in one-way mode known by reduce-only alone."""

    OPEN = "open"
    CLOSE = "close"


class Forced(StrEnum):
    """Why the exchange itself traded, when it was nobody's order (suffixes of `tradeSide`)."""

    LIQUIDATION = "liquidation"
    """Full liquidation (`burst_…`)."""
    PARTIAL_LIQUIDATION = "partial_liquidation"
    """`reduce_…`."""
    AUTO_DELEVERAGE = "auto_deleverage"
    """`dte_sys_adl_…`."""
    OFFSET = "offset"
    """Netting of legs (`offset_…`)."""
    DELIVERY = "delivery"
    """Settlement of a delivery contract (`delivery_…`)."""


@frozen
class Fee:
    """What one coin was charged."""

    coin: str
    cost: Decimal
    """Absolute amount; how a rebate would be signed is unconfirmed, so `text` keeps what came."""
    text: str


@frozen
class Order:
    """One order, spot or futures, as last reported."""

    instrument: InstrumentId
    order_id: str
    client_order_id: str
    side: Side
    """Trade direction."""
    order_type: OrderType
    time_in_force: TimeInForce
    status: OrderStatus
    size: Decimal
    """Base coin; quote currency when `size_is_quote`."""
    filled_size: Decimal
    """Base coin."""
    created_ms: int
    updated_ms: int
    """Exchange time of this report, milliseconds."""
    price: Decimal | None = None
    """Limit price, quote currency; None for market orders."""
    average_price: Decimal | None = None
    """None while nothing is filled."""
    size_is_quote: bool = False
    """Spot market buys count in quote currency."""
    position_side: PositionSide | None = None
    """Hedge mode: the leg it works on."""
    effect: Effect | None = None
    reduce_only: bool = False
    position_mode: PositionMode | None = None
    margin_mode: MarginMode | None = None
    margin_coin: str = ""
    leverage: Decimal | None = None
    take_profit: Decimal | None = None
    """Preset trigger price."""
    stop_loss: Decimal | None = None
    """Preset trigger price."""
    realized_pnl: Decimal | None = None
    """Margin coin, without fees (`totalProfits`)."""
    fees: tuple[Fee, ...] = ()
    forced: Forced | None = None
    source: str = ""
    """Where it was placed: api, web, ios … lower case."""
    cancel_reason: str = ""
    status_text: Untrusted | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it can still trade, as far as is known."""
        return not self.status.is_final

    @property
    def remaining_size(self) -> Decimal:
        """What is left to fill, in the unit of `size`; zero for a final order."""
        if self.status.is_final:
            return Decimal(0)
        filled = self.filled_size * (self.average_price or 0) if self.size_is_quote else self.filled_size
        return max(self.size - filled, Decimal(0))


def advance(old: Order, new: Order) -> Order:
    """Return the order after a report: the old value when the report is late, repeated or a step back.

    Not older, no step back in state, no less filled (Bitget's order channel, 7.7 of the wire notes). A state
    that the program does not know, told later, is what the exchange says: no order goes on looking live. A
    final state is reached whatever its time says, since a late cancel is still a cancel, and is never left.
    Whichever report stands, what was filled stays filled: a cancel may come without the filled size or the
    average price, and a fill may come after the cancel that followed it. So any order of arrival ends in the
    same value.
    """
    if old.status.is_final:
        is_newer = new.status is old.status and _is_after(old, new)
    else:
        is_newer = new.status.is_final or (
            _is_after(old, new) and _is_ahead(new.status.rank - old.status.rank, new, old)
        )
    return _keep_filled(new, old) if is_newer else _keep_filled(old, new)


def _is_ahead(steps: int, new: Order | PlanOrder, old: Order | PlanOrder) -> bool:
    """Tell whether a state is no step back; an unknown one (rank 0) needs a later time to count."""
    return steps >= 0 or (new.status.rank == 0 and new.updated_ms > old.updated_ms)


def _is_after(old: Order, new: Order) -> bool:
    return new.updated_ms >= old.updated_ms and new.filled_size >= old.filled_size


def _keep_filled(order: Order, other: Order) -> Order:
    """Return the order with the fills of the other report, where that one knows more of them."""
    if other.filled_size > order.filled_size:
        return replace(
            order,
            filled_size=other.filled_size,
            average_price=other.average_price or order.average_price,
            fees=other.fees or order.fees,
        )
    if other.filled_size < order.filled_size or (
        (order.average_price is not None or other.average_price is None) and (order.fees or not other.fees)
    ):
        return order
    return replace(
        order, average_price=order.average_price or other.average_price, fees=order.fees or other.fees
    )


class PlanKind(StrEnum):
    """Kinds of trigger order; the wire spells each of them in two ways, one for REST, one for the stream."""

    TRIGGER = "trigger"
    """`normal_plan` / `pl`: places an order at a price."""
    TRAILING = "trailing"
    """`track_plan` / `track`."""
    TAKE_PROFIT = "take_profit"
    """`profit_plan` / `tp`: closes a given size."""
    STOP_LOSS = "stop_loss"
    """`loss_plan` / `sl`."""
    POSITION_TAKE_PROFIT = "position_take_profit"
    """`pos_profit` / `ptp`: closes the whole leg."""
    POSITION_STOP_LOSS = "position_stop_loss"
    """`pos_loss` / `psl`."""
    TRAILING_STOP = "trailing_stop"
    """`moving_plan` / `mtpsl`."""
    SPOT_TRIGGER = "spot_trigger"
    """Spot plan order, sized in base coin (`amount`) or quote currency (`total`)."""
    UNKNOWN = "unknown"


class TriggerType(StrEnum):
    """Which price pulls the trigger."""

    LAST = "last"
    """`fill_price`."""
    MARK = "mark"
    """`mark_price`."""
    UNKNOWN = "unknown"


class PlanStatus(StrEnum):
    """States of a trigger order."""

    LIVE = "live"
    EXECUTING = "executing"
    EXECUTED = "executed"
    FAILED = "failed"
    """`fail_execute`."""
    CANCELED = "canceled"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """Tell whether it can still trigger."""
        return self in (PlanStatus.EXECUTED, PlanStatus.FAILED, PlanStatus.CANCELED)

    @property
    def rank(self) -> int:
        """Order of states in time."""
        return _PLAN_RANK[self]


_PLAN_RANK = {
    PlanStatus.UNKNOWN: 0,
    PlanStatus.LIVE: 1,
    PlanStatus.EXECUTING: 2,
    PlanStatus.EXECUTED: 3,
    PlanStatus.FAILED: 3,
    PlanStatus.CANCELED: 3,
}


@frozen
class PlanOrder:
    """One trigger, TP/SL or trailing order."""

    instrument: InstrumentId
    order_id: str
    client_order_id: str
    kind: PlanKind
    status: PlanStatus
    side: Side
    """Trade direction of the order it will place."""
    order_type: OrderType
    trigger_type: TriggerType
    trigger_price: Decimal | None
    """Quote currency; for a trailing order the price that starts the trail."""
    size: Decimal | None
    """Base coin; None when the kind closes the whole leg."""
    created_ms: int
    updated_ms: int
    execute_price: Decimal | None = None
    """Limit price of the order it will place; None means market."""
    size_is_quote: bool = False
    callback_ratio: Decimal | None = None
    """Trailing distance in percent."""
    position_side: PositionSide | None = None
    effect: Effect | None = None
    position_mode: PositionMode | None = None
    margin_mode: MarginMode | None = None
    margin_coin: str = ""
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    execute_order_id: str = ""
    source: str = ""
    is_tpsl: bool = False
    """Spot: a TP/SL order, which the exchange lists with the orders (`tpslType`)."""
    status_text: Untrusted | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it can still trigger, as far as is known."""
        return not self.status.is_final


def advance_plan(old: PlanOrder, new: PlanOrder) -> PlanOrder:
    """Return the trigger order after a report: `advance`, without fills."""
    if old.status.is_final:
        return old
    steps = new.status.rank - old.status.rank
    if new.status.is_final or (new.updated_ms >= old.updated_ms and _is_ahead(steps, new, old)):
        return new
    return old


@frozen
class PlanSubOrder:
    """One order that a trigger order has placed (`plan-sub-order`)."""

    order_id: str
    order_type: OrderType
    price: Decimal | None
    """Quote currency; None for market orders."""
    status: Untrusted | None
    """Bitget's word."""
