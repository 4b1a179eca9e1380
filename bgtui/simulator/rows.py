"""What rows of every kind share: how numbers, sides and words are written (wire notes 4, 6.3, 7)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    Fee,
    Forced,
    MarginMode,
    PlanKind,
    PositionMode,
    PositionSide,
    TriggerType,
)

Row = dict[str, object]

POSITION_MODES = {PositionMode.ONE_WAY: "one_way_mode", PositionMode.HEDGE: "hedge_mode"}
TRIGGERS = {TriggerType.LAST: "fill_price", TriggerType.MARK: "mark_price", TriggerType.UNKNOWN: ""}
PLAN_WORDS = {
    PlanKind.TRIGGER: "normal_plan",
    PlanKind.TRAILING: "track_plan",
    PlanKind.TAKE_PROFIT: "profit_plan",
    PlanKind.STOP_LOSS: "loss_plan",
    PlanKind.POSITION_TAKE_PROFIT: "pos_profit",
    PlanKind.POSITION_STOP_LOSS: "pos_loss",
    PlanKind.TRAILING_STOP: "moving_plan",
}
STREAM_PLAN_WORDS = {
    PlanKind.TRIGGER: "pl",
    PlanKind.TRAILING: "track",
    PlanKind.TAKE_PROFIT: "tp",
    PlanKind.STOP_LOSS: "sl",
    PlanKind.POSITION_TAKE_PROFIT: "ptp",
    PlanKind.POSITION_STOP_LOSS: "psl",
    PlanKind.TRAILING_STOP: "mtpsl",
}
ENTRY_POINTS = ("api", "web", "ios", "android", "sys")
"""Where an order may come from; what the exchange places by itself is ``sys``."""

_FORCED = {
    Forced.LIQUIDATION: "burst_",
    Forced.PARTIAL_LIQUIDATION: "reduce_",
    Forced.AUTO_DELEVERAGE: "dte_sys_adl_",
    Forced.OFFSET: "offset_",
    Forced.DELIVERY: "delivery_",
}
_PADDING = 16
"""Decimal places of amounts in rows of spot orders."""


def number(value: Decimal | None, nothing: str = "0") -> str:
    """Write a number plainly, or what stands for nothing."""
    return nothing if value is None else format(value, "f")


def padded(value: Decimal | None, nothing: str = "0") -> str:
    """Write an amount of a spot order, with the zeros that Bitget pads it with."""
    return nothing if value is None else format(value, f".{_PADDING}f")


def time(value: int | None) -> str:
    """Write a time."""
    return "" if value is None else str(value)


def product(instrument: InstrumentId | ProductType) -> str:
    """Write a product type, as `productType` and `instType` spell it."""
    kind = instrument.product_type if isinstance(instrument, InstrumentId) else instrument
    return kind.value.upper()


def leg_side(side: PositionSide) -> str:
    """Write a leg as hedge mode writes it in `side`: buy is the long leg."""
    return (Side.BUY if side is PositionSide.LONG else Side.SELL).value


def closes_leg(side: Side, effect: Effect | None) -> PositionSide:
    """Return the leg that a trade direction works on."""
    return PositionSide.LONG if (side is Side.BUY) is (effect is not Effect.CLOSE) else PositionSide.SHORT


def written_side(side: Side, leg: PositionSide | None, mode: PositionMode | None) -> str:
    """Write `side` as REST lists and the `orders` channel do: of a hedge order it names the leg."""
    return leg_side(leg) if mode is PositionMode.HEDGE and leg is not None else side.value


def trade_side(
    side: Side,
    leg: PositionSide | None,
    effect: Effect | None,
    mode: PositionMode | None,
    forced: Forced | None,
) -> str:
    """Write `tradeSide`."""
    prefix = _FORCED[forced] if forced is not None else ""
    if mode is PositionMode.HEDGE:
        word = (effect or Effect.OPEN).value
        return f"{prefix}{word}_{(leg or closes_leg(side, effect)).value}" if prefix else word
    if forced is Forced.AUTO_DELEVERAGE:
        return f"{prefix}{side.value}_in_single_side_mode"
    return f"{prefix}{side.value}_single"


def position_side(leg: PositionSide | None, mode: PositionMode | None) -> str:
    """Write `posSide`."""
    return leg.value if mode is PositionMode.HEDGE and leg is not None else "net"


def position_mode(mode: PositionMode | None) -> str:
    """Write `posMode`."""
    return POSITION_MODES[mode or PositionMode.ONE_WAY]


def margin_mode(mode: MarginMode | None) -> str:
    """Write `marginMode`."""
    return (mode or MarginMode.CROSSED).value


def entry_point(source: str) -> str:
    """Write `enterPointSource`, in lower case."""
    return source if source in ENTRY_POINTS else "sys"


def fee_list(fees: Iterable[Fee]) -> list[Row]:
    """Write fees as futures fills and both `fill` channels do."""
    return [fee_object(fee) for fee in fees]


def fee_object(fee: Fee) -> Row:
    """Write one fee, negative when it was paid."""
    return {"deduction": "no", "feeCoin": fee.coin, "totalDeductionFee": "0", "totalFee": fee.text}
