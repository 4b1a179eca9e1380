"""Bitget's words to the program's, in every spelling that was seen; REST and the streams share this table.

Spellings are collected in the wire notes, sections 6.3, 7.8 and 11. An unknown word is never an error: it
becomes the ``UNKNOWN`` member, or None where the domain has none.
"""

from __future__ import annotations

from bgtui.domain.account import Liquidity
from bgtui.domain.error import DecodeError
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    Forced,
    MarginMode,
    OrderStatus,
    OrderType,
    PlanKind,
    PlanStatus,
    PositionMode,
    PositionSide,
    TimeInForce,
    TriggerType,
)
from bgtui.domain.text import Untrusted
from bgtui.domain.value import frozen
from bgtui.wire.number import lower

_SIDES = {
    "buy": Side.BUY,
    "sell": Side.SELL,
    "buy_single": Side.BUY,
    "sell_single": Side.SELL,
    "open_long": Side.BUY,
    "open_short": Side.SELL,
    "close_long": Side.SELL,
    "close_short": Side.BUY,
    # How forced rows of one-way mode end.
    "buy_in_single_side_mode": Side.BUY,
    "sell_in_single_side_mode": Side.SELL,
}
_LEGS = {"long": PositionSide.LONG, "short": PositionSide.SHORT}
_ORDER_STATUSES = {
    "live": OrderStatus.LIVE,
    "new": OrderStatus.LIVE,
    "init": OrderStatus.LIVE,
    "partially_filled": OrderStatus.PARTIALLY_FILLED,
    "partially_fill": OrderStatus.PARTIALLY_FILLED,
    "partial_filled": OrderStatus.PARTIALLY_FILLED,
    "partial_fill": OrderStatus.PARTIALLY_FILLED,
    "filled": OrderStatus.FILLED,
    "full_fill": OrderStatus.FILLED,
    "full_filled": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED,
    "cancelled": OrderStatus.CANCELED,
    "cancel": OrderStatus.CANCELED,
}
_PLAN_STATUSES = {
    "live": PlanStatus.LIVE,
    "not_trigger": PlanStatus.LIVE,
    "executing": PlanStatus.EXECUTING,
    "executed": PlanStatus.EXECUTED,
    "triggered": PlanStatus.EXECUTED,
    "fail_execute": PlanStatus.FAILED,
    "fail_trigger": PlanStatus.FAILED,
    "canceled": PlanStatus.CANCELED,
    "cancelled": PlanStatus.CANCELED,
    "cancel": PlanStatus.CANCELED,
}
_PLAN_KINDS = {
    "pl": PlanKind.TRIGGER,
    "normal_plan": PlanKind.TRIGGER,
    "track": PlanKind.TRAILING,
    "track_plan": PlanKind.TRAILING,
    "tp": PlanKind.TAKE_PROFIT,
    "profit_plan": PlanKind.TAKE_PROFIT,
    "sl": PlanKind.STOP_LOSS,
    "loss_plan": PlanKind.STOP_LOSS,
    "ptp": PlanKind.POSITION_TAKE_PROFIT,
    "pos_profit": PlanKind.POSITION_TAKE_PROFIT,
    "psl": PlanKind.POSITION_STOP_LOSS,
    "pos_loss": PlanKind.POSITION_STOP_LOSS,
    "mtpsl": PlanKind.TRAILING_STOP,
    "moving_plan": PlanKind.TRAILING_STOP,
    "amount": PlanKind.SPOT_TRIGGER,
    "total": PlanKind.SPOT_TRIGGER,
}
_MARGIN_MODES = {
    "crossed": MarginMode.CROSSED,
    "cross": MarginMode.CROSSED,
    "isolated": MarginMode.ISOLATED,
    "fixed": MarginMode.ISOLATED,
}
_POSITION_MODES = {
    "one_way_mode": PositionMode.ONE_WAY,
    "one_way": PositionMode.ONE_WAY,
    "single_hold": PositionMode.ONE_WAY,
    "hedge_mode": PositionMode.HEDGE,
    "hedge": PositionMode.HEDGE,
    "double_hold": PositionMode.HEDGE,
}
_ORDER_TYPES = {"limit": OrderType.LIMIT, "market": OrderType.MARKET}
_FORCES = {
    "gtc": TimeInForce.GTC,
    "normal": TimeInForce.GTC,
    "ioc": TimeInForce.IOC,
    "fok": TimeInForce.FOK,
    "post_only": TimeInForce.POST_ONLY,
}
_TRIGGERS = {
    "fill_price": TriggerType.LAST,
    "market_price": TriggerType.LAST,
    "last_price": TriggerType.LAST,
    "mark_price": TriggerType.MARK,
}
_LIQUIDITIES = {
    "t": Liquidity.TAKER,
    "taker": Liquidity.TAKER,
    "m": Liquidity.MAKER,
    "maker": Liquidity.MAKER,
    "marker": Liquidity.MAKER,  # misspelt in the sample of the spot fill channel
}
_FORCED = {
    "burst_": Forced.LIQUIDATION,
    "reduce_": Forced.PARTIAL_LIQUIDATION,
    "dte_sys_adl_": Forced.AUTO_DELEVERAGE,
    "offset_": Forced.OFFSET,
    "delivery_": Forced.DELIVERY,
}
_TRUE = frozenset({"yes", "true", "on", "1"})


def side(word: object, field: str = "side") -> Side:
    """Return the side as written; in hedge mode that may name the leg, see `direction`.

    Raises:
        DecodeError: neither buy nor sell in any spelling.
    """
    found = _SIDES.get(_word(word))
    if found is None:
        raise DecodeError(f"{field}: neither buy nor sell")
    return found


def leg(word: object) -> PositionSide | None:
    """Return the leg of a `holdSide` or `posSide`; None for ``net`` and anything else."""
    return _LEGS.get(_word(word))


def order_status(word: object) -> OrderStatus:
    """Return the state of an order."""
    return _ORDER_STATUSES.get(_word(word), OrderStatus.UNKNOWN)


def plan_status(word: object) -> PlanStatus:
    """Return the state of a trigger order."""
    return _PLAN_STATUSES.get(_word(word), PlanStatus.UNKNOWN)


def plan_kind(word: object) -> PlanKind:
    """Return the kind of a trigger order."""
    return _PLAN_KINDS.get(_word(word), PlanKind.UNKNOWN)


def margin_mode(word: object) -> MarginMode | None:
    """Return the margin mode."""
    return _MARGIN_MODES.get(_word(word))


def position_mode(word: object) -> PositionMode | None:
    """Return the position mode."""
    return _POSITION_MODES.get(_word(word))


def order_type(word: object) -> OrderType:
    """Return limit or market."""
    return _ORDER_TYPES.get(_word(word), OrderType.UNKNOWN)


def force(word: object) -> TimeInForce:
    """Return the time in force; an empty one is the exchange's default, GTC."""
    return _FORCES.get(_word(word), TimeInForce.UNKNOWN) if word else TimeInForce.GTC


def trigger_type(word: object) -> TriggerType:
    """Return which price triggers."""
    return _TRIGGERS.get(_word(word), TriggerType.UNKNOWN)


def liquidity(word: object) -> Liquidity:
    """Return whether a fill took or made."""
    return _LIQUIDITIES.get(_word(word), Liquidity.UNKNOWN)


def is_yes(word: object) -> bool:
    """Read a flag: YES, yes, "true", "on", true."""
    return word is True or _word(word) in _TRUE


def unknown(word: object, *, known: bool) -> Untrusted | None:
    """Keep the word that has no meaning here, for the screen to show; None when it was understood."""
    return None if known else Untrusted(word if isinstance(word, str) else "")


@frozen
class TradeSide:
    """What a `tradeSide` says (wire notes 6.3)."""

    effect: Effect | None = None
    """None for the plain words of one-way mode."""
    forced: Forced | None = None
    direction: Side | None = None
    """Set when the word itself names the trade direction."""
    position_side: PositionSide | None = None
    """Set when the word itself names the leg."""


def trade_side(word: object) -> TradeSide:
    """Take a `tradeSide` apart: ``open``, ``buy_single``, ``burst_close_long``."""
    rest = _word(word)
    forced = None
    for prefix, reason in _FORCED.items():
        if rest.startswith(prefix):
            forced, rest = reason, rest.removeprefix(prefix)
            break
    else:
        # A new reason in front of words that are known: the words still say what was traded.
        rest = next((known for known in _SIDES if "_" in known and rest.endswith(f"_{known}")), rest)
    effect = Effect.CLOSE if forced is not None else None
    if rest.startswith("open"):
        effect = Effect.OPEN
    elif rest.startswith("close"):
        effect = Effect.CLOSE
    return TradeSide(effect, forced, _SIDES.get(rest), _LEGS.get(rest.rpartition("_")[2]))


@frozen
class Direction:
    """Which way a row trades, on which leg, and to what effect."""

    side: Side
    """Trade direction."""
    position_side: PositionSide | None
    effect: Effect | None
    forced: Forced | None
    position_mode: PositionMode | None
    reduce_only: bool


def direction(
    *,
    side_word: object,
    trade_side_word: object = "",
    leg_word: object = "",
    mode_word: object = "",
    reduce_only_word: object = "",
    is_trade_direction: bool = False,
) -> Direction:
    """Settle direction, leg and effect of an order or fill row.

    In hedge mode the `side` of REST rows and of stream orders names the leg, so a closing row trades the
    other way; the stream's `fill` rows show the trade direction (``is_trade_direction``). Wire notes 6.3.

    Raises:
        DecodeError: the side is neither buy nor sell.
    """
    said = trade_side(trade_side_word)
    written = said.direction or side(side_word)
    reduce_only = is_yes(reduce_only_word)
    mode = position_mode(mode_word)
    named_leg = leg(leg_word) or said.position_side
    if mode is PositionMode.ONE_WAY or (mode is None and named_leg is None):
        closes = reduce_only or said.forced is not None
        effect = Effect.CLOSE if closes else (said.effect if mode is None else None)
        return Direction(written, None, effect, said.forced, mode, reduce_only)
    effect = said.effect or (Effect.CLOSE if reduce_only else Effect.OPEN)
    is_turned = effect is Effect.CLOSE and said.direction is None and not is_trade_direction
    traded = written.opposite if is_turned else written
    opens_long = (traded is Side.BUY) is (effect is Effect.OPEN)
    found_leg = named_leg or (PositionSide.LONG if opens_long else PositionSide.SHORT)
    return Direction(traded, found_leg, effect, said.forced, mode, reduce_only)


def _word(word: object) -> str:
    return lower(word).strip().replace("-", "_").replace(" ", "_")
