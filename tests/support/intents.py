"""One intent of every kind, for tests of what happens to all of them alike."""

from __future__ import annotations

from bgtui.domain.copyintent import (
    CloseScope,
    CloseTracks,
    CopyRole,
    FollowByAmount,
    LeadSwitch,
    LeadSymbolChange,
    RemoveFollower,
    SetCopySettings,
    SetLeadSwitch,
    SetLeadSymbols,
    SetTrackTpsl,
    StopTracks,
    SymbolChange,
    Unfollow,
)
from bgtui.domain.copytrade import CopySetting
from bgtui.domain.instrument import ProductType, instrument_id
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
from bgtui.domain.order import MarginMode, OrderType, PlanKind, PositionMode, PositionSide, TriggerType
from tests.support.build import BTC, USDT, D

LONG, ONE_WAY = PositionSide.LONG, PositionMode.ONE_WAY
REF = OrderRef(BTC, "1", "simk-OLD001", "USDT")
OTHER = OrderRef(BTC, "2", "simk-OLD002", "USDT")
PLAN = OrderRef(BTC, "p1", "simk-OLD003", "USDT")

PLACE = PlaceOrder(BTC, Side.BUY, OrderType.LIMIT, D(2), price=D(90))
AMEND = AmendOrder(REF, D(91), D(2))
CANCEL = CancelOrder(REF)
CANCEL_TWO = CancelOrders(BTC, (REF, OTHER))
PLACE_PLAN = PlacePlan(BTC, PlanKind.TRIGGER, Side.SELL, OrderType.MARKET, D(1), D(90), TriggerType.MARK)
TPSL = PlaceTpsl(BTC, PlanKind.STOP_LOSS, LONG, ONE_WAY, "USDT", D(80), TriggerType.MARK, D(1))
AMEND_PLAN = AmendPlan(PLAN, PlanKind.TRIGGER, trigger_price=D(95))
CANCEL_PLAN = CancelPlans(BTC, PlanKind.TRIGGER, (PLAN,))
REVERSE = ReversePosition(BTC, LONG, ONE_WAY, "USDT")

SPOT_BTC = instrument_id(ProductType.SPOT, "BTCUSDT")
CLOSE_TRACK = CloseTracks(CopyRole.LEADER, USDT, CloseScope.TRACKS, BTC, ("77",))
STOP_TRACK = StopTracks(SPOT_BTC, ("78",))
TRACK_TPSL = SetTrackTpsl(CopyRole.LEADER, BTC, "77", D(110), D(80))
LEND = SetLeadSymbols(USDT, (LeadSymbolChange(BTC, SymbolChange.ADD),))
LEAD_SWITCH = SetLeadSwitch(USDT, LeadSwitch.ENABLED, is_on=True)
REMOVE_FOLLOWER = RemoveFollower(USDT, "901")
COPY_SETTING = CopySetting(BTC, "trader", "position", None, None, "amount", D(10), D(100), None, None)
SET_COPY = SetCopySettings(USDT, "801", (COPY_SETTING,))
BY_AMOUNT = FollowByAmount(USDT, "801", 50)
UNFOLLOW = Unfollow(USDT, "801")
COPYING: tuple[Intent, ...] = (
    CLOSE_TRACK,
    STOP_TRACK,
    TRACK_TPSL,
    LEND,
    LEAD_SWITCH,
    REMOVE_FOLLOWER,
    SET_COPY,
    BY_AMOUNT,
    UNFOLLOW,
)

EVERY: tuple[Intent, ...] = (
    PLACE,
    AMEND,
    CANCEL,
    CANCEL_TWO,
    CancelSymbol(BTC, "USDT"),
    CancelAll(USDT, "USDT"),
    PLACE_PLAN,
    TPSL,
    PositionTpsl(BTC, LONG, ONE_WAY, "USDT", D(110), D(80)),
    AMEND_PLAN,
    CANCEL_PLAN,
    ClosePosition(BTC, ONE_WAY),
    REVERSE,
    SetLeverage(BTC, "USDT", D(10)),
    SetAllLeverage(USDT, D(10)),
    SetMarginMode(BTC, "USDT", MarginMode.ISOLATED),
    SetPositionMode(USDT, PositionMode.HEDGE),
    AdjustMargin(BTC, "USDT", LONG, D(5)),
    SetAutoMargin(BTC, "USDT", LONG, is_on=True),
    *COPYING,
)


def name_of(intent: Intent) -> str:
    """Name a case after its kind."""
    return type(intent).__name__


def name_of_case(value: object) -> str:
    """Name a case after the intent in it."""
    return type(value).__name__ if value in EVERY else ""
