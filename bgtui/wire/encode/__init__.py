"""Intents to request bodies: pure functions that return where to send and what, or refuse."""

from __future__ import annotations

from bgtui.wire.encode.body import MAX_BATCH, Body, Request
from bgtui.wire.encode.copytrade import (
    close_tracks,
    follow_by_amount,
    remove_follower,
    set_copy_settings,
    set_lead_switch,
    set_lead_symbols,
    set_track_tpsl,
    stop_tracks,
    unfollow,
)
from bgtui.wire.encode.order import (
    amend_order,
    amend_orders,
    cancel_all,
    cancel_order,
    cancel_orders,
    cancel_symbol,
    place_order,
    place_orders,
)
from bgtui.wire.encode.plan import amend_plan, cancel_plans, place_plan, place_tpsl, position_tpsl
from bgtui.wire.encode.position import (
    adjust_margin,
    close_position,
    reverse_position,
    set_all_leverage,
    set_auto_margin,
    set_leverage,
    set_margin_mode,
    set_position_mode,
)

__all__ = [
    "MAX_BATCH",
    "Body",
    "Request",
    "adjust_margin",
    "amend_order",
    "amend_orders",
    "amend_plan",
    "cancel_all",
    "cancel_order",
    "cancel_orders",
    "cancel_plans",
    "cancel_symbol",
    "close_position",
    "close_tracks",
    "follow_by_amount",
    "place_order",
    "place_orders",
    "place_plan",
    "place_tpsl",
    "position_tpsl",
    "remove_follower",
    "reverse_position",
    "set_all_leverage",
    "set_auto_margin",
    "set_copy_settings",
    "set_lead_switch",
    "set_lead_symbols",
    "set_leverage",
    "set_margin_mode",
    "set_position_mode",
    "set_track_tpsl",
    "stop_tracks",
    "unfollow",
]
