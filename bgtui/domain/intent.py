"""Intents: what a person asks the exchange to do, in our words; `wire.encode` spells them for Bitget."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.copyintent import CopyIntent
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    MarginMode,
    OrderType,
    PlanKind,
    PositionMode,
    PositionSide,
    TimeInForce,
    TriggerType,
)
from bgtui.domain.value import frozen


@frozen
class PlaceOrder:
    """Place one order, spot or futures.

    Futures name the leg: ``position_side`` and ``effect`` together say open long, close long, open short or
    close short; the encoder turns that into the words of the account's position mode.
    """

    instrument: InstrumentId
    side: Side
    """Trade direction."""
    order_type: OrderType
    size: Decimal
    """Base coin; quote currency when ``size_is_quote`` (spot market buys)."""
    time_in_force: TimeInForce = TimeInForce.GTC
    price: Decimal | None = None
    size_is_quote: bool = False
    position_side: PositionSide | None = None
    effect: Effect | None = None
    position_mode: PositionMode | None = None
    """Futures: the mode the account is in; the order is spelled for it."""
    margin_mode: MarginMode | None = None
    margin_coin: str = ""
    take_profit: Decimal | None = None
    """Preset trigger price."""
    take_profit_limit: Decimal | None = None
    """Limit price after the trigger; None means market."""
    stop_loss: Decimal | None = None
    stop_loss_limit: Decimal | None = None


@frozen
class OrderRef:
    """Which order: by the exchange's id, or by ours. One of the two is set; the exchange's wins."""

    instrument: InstrumentId
    order_id: str = ""
    client_order_id: str = ""
    margin_coin: str = ""


@frozen
class AmendOrder:
    """Change price and size of a resting limit order: on this exchange a cancel and a new order."""

    order: OrderRef
    new_price: Decimal
    new_size: Decimal
    position_mode: PositionMode | None = None


@frozen
class CancelOrder:
    """Cancel one order."""

    order: OrderRef


@frozen
class CancelOrders:
    """Cancel several orders of one instrument, at most 50."""

    instrument: InstrumentId
    orders: tuple[OrderRef, ...]


@frozen
class CancelSymbol:
    """Cancel every order of one instrument."""

    instrument: InstrumentId
    margin_coin: str = ""


@frozen
class CancelAll:
    """Cancel every futures order of a product type."""

    product_type: ProductType
    margin_coin: str = ""


@frozen
class PlacePlan:
    """Place a trigger or trailing order (futures), or a spot plan order."""

    instrument: InstrumentId
    kind: PlanKind
    """TRIGGER, TRAILING or SPOT_TRIGGER."""
    side: Side
    order_type: OrderType
    size: Decimal
    trigger_price: Decimal
    trigger_type: TriggerType
    execute_price: Decimal | None = None
    callback_ratio: Decimal | None = None
    """Trailing distance in percent."""
    size_is_quote: bool = False
    position_side: PositionSide | None = None
    effect: Effect | None = None
    position_mode: PositionMode | None = None
    margin_mode: MarginMode | None = None
    margin_coin: str = ""
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None


@frozen
class PlaceTpsl:
    """Protect a leg: one TP/SL order of the kinds TAKE_PROFIT … TRAILING_STOP."""

    instrument: InstrumentId
    kind: PlanKind
    position_side: PositionSide
    position_mode: PositionMode
    margin_coin: str
    trigger_price: Decimal
    trigger_type: TriggerType
    size: Decimal | None = None
    """Base coin; None for the kinds that close the whole leg."""
    execute_price: Decimal | None = None
    callback_ratio: Decimal | None = None
    """Trailing stop: distance in percent (`rangeRate`)."""


@frozen
class PositionTpsl:
    """Set take profit and stop loss of a whole leg in one request."""

    instrument: InstrumentId
    position_side: PositionSide
    position_mode: PositionMode
    margin_coin: str
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    trigger_type: TriggerType = TriggerType.MARK


@frozen
class AmendPlan:
    """Change a trigger, trailing or TP/SL order."""

    order: OrderRef
    kind: PlanKind
    size: Decimal | None = None
    trigger_price: Decimal | None = None
    trigger_type: TriggerType | None = None
    execute_price: Decimal | None = None
    callback_ratio: Decimal | None = None


@frozen
class CancelPlans:
    """Cancel trigger orders of one kind: the named ones, or all of an instrument when none is named."""

    instrument: InstrumentId
    kind: PlanKind
    orders: tuple[OrderRef, ...] = ()
    margin_coin: str = ""
    is_tpsl: bool = False
    """Spot: one TP/SL order, which goes by the route of orders."""


@frozen
class ClosePosition:
    """Close a leg at market; without a side, both legs of the instrument."""

    instrument: InstrumentId
    position_mode: PositionMode
    position_side: PositionSide | None = None


@frozen
class ReversePosition:
    """Turn a leg around at market."""

    instrument: InstrumentId
    position_side: PositionSide
    """The leg held now."""
    position_mode: PositionMode
    margin_coin: str
    size: Decimal | None = None


@frozen
class SetLeverage:
    """Set the leverage of one instrument; a side only for isolated hedge legs."""

    instrument: InstrumentId
    margin_coin: str
    leverage: Decimal
    position_side: PositionSide | None = None


@frozen
class SetAllLeverage:
    """Set the leverage of every instrument of a product type that has an open position."""

    product_type: ProductType
    leverage: Decimal


@frozen
class SetMarginMode:
    """Set the margin mode of one instrument."""

    instrument: InstrumentId
    margin_coin: str
    margin_mode: MarginMode


@frozen
class SetPositionMode:
    """Set the position mode of a whole product type."""

    product_type: ProductType
    position_mode: PositionMode


@frozen
class AdjustMargin:
    """Add margin to an isolated leg, or take some away."""

    instrument: InstrumentId
    margin_coin: str
    position_side: PositionSide
    amount: Decimal
    """Margin coin; below zero takes away."""


@frozen
class SetAutoMargin:
    """Let the exchange top up an isolated leg by itself, or not."""

    instrument: InstrumentId
    margin_coin: str
    position_side: PositionSide
    is_on: bool


@frozen
class OrderAck:
    """The exchange took a request: its id of the order (may be missing) and ours."""

    order_id: str
    client_order_id: str


@frozen
class BatchAnswer:
    """Item by item, what a batch request did."""

    accepted: tuple[OrderAck, ...]
    failed: tuple[BatchFailure, ...]


@frozen
class BatchFailure:
    """One item of a batch that the exchange did not take."""

    order_id: str
    client_order_id: str
    code: str
    message: str
    """Bitget's words, already cleaned for one line."""


Intent = (
    PlaceOrder
    | AmendOrder
    | CancelOrder
    | CancelOrders
    | CancelSymbol
    | CancelAll
    | PlacePlan
    | PlaceTpsl
    | PositionTpsl
    | AmendPlan
    | CancelPlans
    | ClosePosition
    | ReversePosition
    | SetLeverage
    | SetAllLeverage
    | SetMarginMode
    | SetPositionMode
    | AdjustMargin
    | SetAutoMargin
    | CopyIntent
)
"""Whatever a person can ask for."""


def instrument_of(intent: Intent) -> InstrumentId | None:
    """Return the instrument that an intent is about; None when it is about a whole product type."""
    match intent:
        case AmendOrder() | CancelOrder() | AmendPlan():
            return intent.order.instrument
        case CancelAll() | SetAllLeverage() | SetPositionMode():
            return None
        case _:
            return intent.instrument


def product_of(intent: Intent) -> ProductType:
    """Return the product type that an intent is about."""
    if isinstance(intent, CancelAll | SetAllLeverage | SetPositionMode | CopyIntent):
        return intent.product_type
    instrument = instrument_of(intent)
    if instrument is None:
        raise TypeError(f"{type(intent).__name__} names neither an instrument nor a product type")
    return instrument.product_type
