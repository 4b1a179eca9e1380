"""Which call of the gateway sends which intent, and what an intent makes or ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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
from bgtui.session.ports import TradingGateway

MAKES_ORDER = (PlaceOrder, PlacePlan, PlaceTpsl, AmendOrder, ReversePosition)
"""Intents that bring about an order under our id: they are over when it is reported."""
CANCELS = (CancelOrder, CancelOrders, CancelSymbol, CancelAll, CancelPlans)
"""Intents that are over when the end of every order they name is reported."""
WAY_OUT = (*CANCELS, ClosePosition)
"""Intents that can only take risk away and make no order that could stand twice.

A journal that fails does not hold them up: a full disk must keep nobody in a position.
"""

Send = Callable[[Any, str], Awaitable[Any]]
"""Sends an intent under our id, once, and returns what the exchange answered."""


def senders(gateway: TradingGateway) -> dict[type, Send]:
    """Return what sends every kind of intent."""
    return {
        PlaceOrder: gateway.place_order,
        AmendOrder: gateway.amend_order,
        PlacePlan: gateway.place_plan,
        PlaceTpsl: gateway.place_tpsl,
        ReversePosition: gateway.reverse_position,
        **{kind: _unnamed(send) for kind, send in _without_id(gateway).items()},
    }


def _without_id(gateway: TradingGateway) -> dict[type, Callable[[Any], Awaitable[Any]]]:
    """Return what sends the intents that make no order of their own."""
    return {
        CancelOrder: gateway.cancel_order,
        CancelOrders: gateway.cancel_orders,
        CancelSymbol: gateway.cancel_symbol,
        CancelAll: gateway.cancel_all,
        PositionTpsl: gateway.place_position_tpsl,
        AmendPlan: gateway.amend_plan,
        CancelPlans: gateway.cancel_plans,
        ClosePosition: gateway.close_position,
        SetLeverage: gateway.set_leverage,
        SetAllLeverage: gateway.set_all_leverage,
        SetMarginMode: gateway.set_margin_mode,
        SetPositionMode: gateway.set_position_mode,
        AdjustMargin: gateway.adjust_margin,
        SetAutoMargin: gateway.set_auto_margin,
        CloseTracks: gateway.close_tracks,
        StopTracks: gateway.stop_tracks,
        SetTrackTpsl: gateway.set_track_tpsl,
        SetLeadSymbols: gateway.set_lead_symbols,
        SetLeadSwitch: gateway.set_lead_switch,
        RemoveFollower: gateway.remove_follower,
        SetCopySettings: gateway.set_copy_settings,
        FollowByAmount: gateway.follow_by_amount,
        Unfollow: gateway.unfollow,
    }


def _unnamed(send: Callable[[Any], Awaitable[Any]]) -> Callable[[Any, str], Awaitable[Any]]:
    return lambda intent, _name: send(intent)


def targets_of(intent: Intent) -> tuple[str, ...]:
    """Return the ids of the orders that an intent names, which show its mark until it is over."""
    refs: tuple[OrderRef, ...]
    match intent:
        case CancelOrder() | AmendOrder() | AmendPlan():
            refs = (intent.order,)
        case CancelOrders() | CancelPlans():
            refs = intent.orders
        case _:
            return ()
    return tuple(ref.order_id or ref.client_order_id for ref in refs)
