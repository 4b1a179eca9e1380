"""Whether a run may send orders, why not, and what the trading states let through."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from bgtui.domain.copyintent import (
    CloseTracks,
    FollowByAmount,
    RemoveFollower,
    SetCopySettings,
    SetLeadSwitch,
    SetLeadSymbols,
    SetTrackTpsl,
    StopTracks,
    Unfollow,
)
from bgtui.domain.intent import (
    AdjustMargin,
    AmendOrder,
    AmendPlan,
    CancelAll,
    CancelOrder,
    CancelOrders,
    CancelPlans,
    CancelSymbol,
    ClosePosition,
    Intent,
    OrderRef,
    PlaceOrder,
    PlacePlan,
    PlaceTpsl,
    PositionTpsl,
    ReversePosition,
    SetAllLeverage,
    SetAutoMargin,
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, Order, PlanKind, PlanOrder, PositionMode


class TradingState(StrEnum):
    """What the desk lets through; READ_ONLY means that there is none."""

    READ_ONLY = "READ-ONLY"
    DISARMED = "DISARMED"
    ARMED = "ARMED"
    LOCKED = "LOCKED"


class ReadOnlyReason(StrEnum):
    """Why a run cannot send orders, as one line for the person."""

    CHOSEN = "Read-only by setting: nothing can be sent; start without it to trade."
    LIVE = "Read-only: this process cannot send orders; start with --trade to allow it."
    NO_KEY = "Read-only: no API key is set; add one: bgtui keys add"
    KEY = "Read-only: this key may not trade; add the right at Bitget and restart."
    REPLAY = "A recording: nothing can be sent."


Closes = Callable[[OrderRef], bool | None]
"""Tells whether a resting order, trigger orders included, can only reduce; None when it is not known."""

TPSL_KINDS = frozenset(
    {
        PlanKind.TAKE_PROFIT,
        PlanKind.STOP_LOSS,
        PlanKind.POSITION_TAKE_PROFIT,
        PlanKind.POSITION_STOP_LOSS,
        PlanKind.TRAILING_STOP,
    }
)
"""Trigger orders that belong to a leg and can do nothing but close it."""
_CASH = ("USDT", "USDC")
"""Quote coins whose buying is no exposure: a spot sale for another coin buys that coin."""


def refusal(state: TradingState, intent: Intent, closes: Closes) -> str:
    """Return what a trading state will not send, as the words of a reason; empty when it may go.

    An intent of a kind that the table does not know is refused: nobody has said that it lowers exposure.

    Args:
        state: What the desk lets through now.
        intent: What is asked for.
        closes: Tells about the order that an amend is about.
    """
    if state is TradingState.ARMED:
        return ""
    if state is TradingState.READ_ONLY:
        return "nothing can be sent"
    judge = _TABLE.get(type(intent))
    return judge(intent, closes) if judge is not None else "this might raise exposure"


def can_only_close(order: Order | PlanOrder) -> bool:
    """Tell whether a resting order can only reduce what is held.

    In one-way mode reduce-only alone says so, in hedge mode the leg's side of it; a spot order when it sells
    for cash; a take profit or stop loss by what it is.
    """
    if isinstance(order, PlanOrder) and order.kind in TPSL_KINDS:
        return True
    if not order.instrument.product_type.is_futures:
        return _is_sale(order.side, order.instrument.symbol)
    is_reduce_only = isinstance(order, Order) and order.reduce_only
    if order.position_mode is PositionMode.ONE_WAY and isinstance(order, Order):
        return is_reduce_only
    return is_reduce_only or order.effect is Effect.CLOSE


def _is_sale(side: Side, symbol: str) -> bool:
    return side is Side.SELL and symbol.endswith(_CASH)


def _pass(_intent: Any, _closes: Closes) -> str:  # noqa: ANN401 - a row of the table below
    return ""


def _stop(words: str) -> Callable[[Any, Closes], str]:
    return lambda _intent, _closes: words


def _place(intent: PlaceOrder | PlacePlan, _closes: Closes) -> str:
    if not intent.instrument.product_type.is_futures:
        return "" if _is_sale(intent.side, intent.instrument.symbol) else "this order buys"
    return "" if intent.effect is Effect.CLOSE else "this order opens"


def _amend(intent: AmendOrder, closes: Closes) -> str:
    return _amended(closes(intent.order))


def _amend_plan(intent: AmendPlan, closes: Closes) -> str:
    return "" if intent.kind in TPSL_KINDS else _amended(closes(intent.order))


def _amended(is_closing: bool | None) -> str:  # noqa: FBT001 - an answer, not a switch
    if is_closing is None:
        return "whether that order only closes is not known"
    return "" if is_closing else "the order to amend opens"


def _protect(intent: PlaceTpsl, _closes: Closes) -> str:
    return "" if intent.kind in TPSL_KINDS else "this order is no take profit or stop loss"


def _margin(intent: AdjustMargin, _closes: Closes) -> str:
    return "" if intent.amount > 0 else "this takes margin away"


def _auto_margin(intent: SetAutoMargin, _closes: Closes) -> str:
    return "" if intent.is_on else "this takes the leg's margin supply away"


_TABLE: dict[type, Callable[[Any, Closes], str]] = {
    PlaceOrder: _place,
    PlacePlan: _place,
    AmendOrder: _amend,
    AmendPlan: _amend_plan,
    CancelOrder: _pass,
    CancelOrders: _pass,
    CancelSymbol: _pass,
    CancelAll: _pass,
    CancelPlans: _pass,
    ClosePosition: _pass,
    PlaceTpsl: _protect,
    PositionTpsl: _pass,
    AdjustMargin: _margin,
    SetAutoMargin: _auto_margin,
    ReversePosition: _stop("a reverse opens the other leg"),
    SetLeverage: _stop("leverage stays as it is"),
    SetAllLeverage: _stop("leverage stays as it is"),
    SetMarginMode: _stop("the margin mode stays as it is"),
    SetPositionMode: _stop("the position mode stays as it is"),
    CloseTracks: _pass,
    StopTracks: _pass,
    SetTrackTpsl: _pass,
    RemoveFollower: _pass,
    Unfollow: _pass,
    FollowByAmount: _stop("whom this account follows stays as it is"),
    SetCopySettings: _stop("copy settings stay as they are"),
    SetLeadSymbols: _stop("what others may copy stays as it is"),
    SetLeadSwitch: _stop("what others may copy stays as it is"),
}


def is_listed(kind: type) -> bool:
    """Tell whether the table has a row for a kind of intent."""
    return kind in _TABLE
