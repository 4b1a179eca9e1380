"""Typed writes: every route reached, one request each, and no answer taken for more than it says."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
import pytest

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
from bgtui.domain.error import BgtuiError, OutcomeUnknown, Refused, Rejected
from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.intent import (
    AdjustMargin,
    AmendOrder,
    AmendPlan,
    BatchAnswer,
    BatchFailure,
    CancelAll,
    CancelOrder,
    CancelOrders,
    CancelPlans,
    CancelSymbol,
    ClosePosition,
    OrderAck,
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
from bgtui.domain.order import (
    Effect,
    MarginMode,
    OrderType,
    PlanKind,
    PositionMode,
    PositionSide,
    TriggerType,
)
from bgtui.exchange.trading import TradingClient
from bgtui.wire.endpoint import WRITES, Write, copytrade, futures_account, futures_order, spot_order
from bgtui.wire.endpoint.excluded import EXCLUDED

BTC = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
SPOT = instrument_id(ProductType.SPOT, "BTCUSDT")
ONE = Decimal(1)


class Recorder:
    """Takes writes and answers each with the same data."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.sent: list[tuple[Write, dict[str, object], bool | None]] = []

    async def write(
        self, endpoint: Write, body: Mapping[str, object], *, lowers_risk: bool | None = None
    ) -> msgspec.Raw:
        assert isinstance(endpoint, Write)
        self.sent.append((endpoint, dict(body), lowers_risk))
        return msgspec.Raw(json.dumps(self.answer).encode())


def opening(instrument: InstrumentId = BTC, effect: Effect = Effect.OPEN) -> PlaceOrder:
    if not instrument.product_type.is_futures:
        return PlaceOrder(instrument, Side.BUY, OrderType.LIMIT, ONE, price=ONE)
    return PlaceOrder(
        instrument,
        Side.BUY if effect is Effect.OPEN else Side.SELL,
        OrderType.LIMIT,
        ONE,
        price=ONE,
        position_side=PositionSide.LONG,
        effect=effect,
        position_mode=PositionMode.HEDGE,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
    )


def ref(instrument: InstrumentId = BTC) -> OrderRef:
    return OrderRef(instrument, order_id="7", margin_coin="USDT" if instrument is BTC else "")


def plan(instrument: InstrumentId = BTC, effect: Effect = Effect.OPEN) -> PlacePlan:
    if not instrument.product_type.is_futures:
        return PlacePlan(
            instrument,
            PlanKind.SPOT_TRIGGER,
            Side.BUY,
            OrderType.LIMIT,
            ONE,
            ONE,
            TriggerType.LAST,
            execute_price=ONE,
        )
    return PlacePlan(
        instrument,
        PlanKind.TRIGGER,
        Side.BUY if effect is Effect.OPEN else Side.SELL,
        OrderType.MARKET,
        ONE,
        ONE,
        TriggerType.MARK,
        position_side=PositionSide.LONG,
        effect=effect,
        position_mode=PositionMode.HEDGE,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
    )


def stop(kind: PlanKind = PlanKind.STOP_LOSS) -> PlaceTpsl:
    return PlaceTpsl(
        BTC, kind, PositionSide.LONG, PositionMode.HEDGE, "USDT", ONE, TriggerType.MARK, size=ONE
    )


LONG_HEDGE = (PositionSide.LONG, PositionMode.HEDGE, "USDT")
TURN = ReversePosition(BTC, *LONG_HEDGE, ONE)

USDT, LEADER, FOLLOWER = ProductType.USDT_FUTURES, CopyRole.LEADER, CopyRole.FOLLOWER
ONE_TRACK = CloseScope.TRACKS


def copy_setting(instrument: InstrumentId = BTC) -> CopySetting:
    return CopySetting(instrument, "trader", "position", None, None, "amount", ONE, ONE, None, None)


def lent(instrument: InstrumentId = BTC) -> SetLeadSymbols:
    return SetLeadSymbols(instrument.product_type, (LeadSymbolChange(instrument, SymbolChange.ADD),))


Call = Callable[[TradingClient], Awaitable[Any]]

CALLS: list[tuple[Write, Call]] = [
    (futures_order.PLACE_ORDER, lambda c: c.place_order(opening(), "a1")),
    (spot_order.PLACE_ORDER, lambda c: c.place_order(opening(SPOT), "a1")),
    (futures_order.BATCH_PLACE, lambda c: c.place_orders([(opening(), "a1")])),
    (spot_order.BATCH_PLACE, lambda c: c.place_orders([(opening(SPOT), "a1")])),
    (futures_order.MODIFY_ORDER, lambda c: c.amend_order(AmendOrder(ref(), ONE, ONE), "a2")),
    (spot_order.REPLACE_ORDER, lambda c: c.amend_order(AmendOrder(ref(SPOT), ONE, ONE), "a2")),
    (spot_order.BATCH_REPLACE, lambda c: c.amend_orders([(AmendOrder(ref(SPOT), ONE, ONE), "a2")])),
    (futures_order.CANCEL_ORDER, lambda c: c.cancel_order(CancelOrder(ref()))),
    (spot_order.CANCEL_ORDER, lambda c: c.cancel_order(CancelOrder(ref(SPOT)))),
    (futures_order.BATCH_CANCEL, lambda c: c.cancel_orders(CancelOrders(BTC, (ref(),)))),
    (spot_order.BATCH_CANCEL, lambda c: c.cancel_orders(CancelOrders(SPOT, (ref(SPOT),)))),
    (futures_order.BATCH_CANCEL, lambda c: c.cancel_symbol(CancelSymbol(BTC, "USDT"))),
    (spot_order.CANCEL_SYMBOL, lambda c: c.cancel_symbol(CancelSymbol(SPOT))),
    (futures_order.CANCEL_ALL, lambda c: c.cancel_all(CancelAll(ProductType.USDT_FUTURES, "USDT"))),
    (futures_order.PLACE_PLAN, lambda c: c.place_plan(plan(), "a1")),
    (spot_order.PLACE_PLAN, lambda c: c.place_plan(plan(SPOT), "a1")),
    (futures_order.PLACE_TPSL, lambda c: c.place_tpsl(stop(), "a1")),
    (
        futures_order.PLACE_POSITION_TPSL,
        lambda c: c.place_position_tpsl(PositionTpsl(BTC, *LONG_HEDGE, take_profit=ONE), take_profit_id="a1"),
    ),
    (
        futures_order.MODIFY_PLAN,
        lambda c: c.amend_plan(AmendPlan(ref(), PlanKind.TRIGGER, size=ONE, trigger_price=ONE)),
    ),
    (
        futures_order.MODIFY_TPSL,
        lambda c: c.amend_plan(
            AmendPlan(ref(), PlanKind.STOP_LOSS, size=ONE, trigger_price=ONE, trigger_type=TriggerType.MARK)
        ),
    ),
    (
        spot_order.MODIFY_PLAN,
        lambda c: c.amend_plan(
            AmendPlan(ref(SPOT), PlanKind.SPOT_TRIGGER, size=ONE, trigger_price=ONE, execute_price=ONE)
        ),
    ),
    (
        futures_order.CANCEL_PLANS,
        lambda c: c.cancel_plans(CancelPlans(BTC, PlanKind.TRIGGER, (ref(),), "USDT")),
    ),
    (
        spot_order.CANCEL_PLAN,
        lambda c: c.cancel_plans(CancelPlans(SPOT, PlanKind.SPOT_TRIGGER, (ref(SPOT),))),
    ),
    (spot_order.BATCH_CANCEL_PLANS, lambda c: c.cancel_plans(CancelPlans(SPOT, PlanKind.SPOT_TRIGGER))),
    (futures_order.CLOSE_POSITIONS, lambda c: c.close_position(ClosePosition(BTC, PositionMode.HEDGE))),
    (
        futures_order.REVERSE_POSITION,
        lambda c: c.reverse_position(TURN, "a1"),
    ),
    (
        futures_account.ADJUST_MARGIN,
        lambda c: c.adjust_margin(AdjustMargin(BTC, "USDT", PositionSide.LONG, ONE)),
    ),
    (
        futures_account.SET_AUTO_MARGIN,
        lambda c: c.set_auto_margin(SetAutoMargin(BTC, "USDT", PositionSide.LONG, is_on=True)),
    ),
    (futures_account.SET_LEVERAGE, lambda c: c.set_leverage(SetLeverage(BTC, "USDT", ONE))),
    (
        futures_account.SET_ALL_LEVERAGE,
        lambda c: c.set_all_leverage(SetAllLeverage(ProductType.USDT_FUTURES, ONE)),
    ),
    (
        futures_account.SET_MARGIN_MODE,
        lambda c: c.set_margin_mode(SetMarginMode(BTC, "USDT", MarginMode.CROSSED)),
    ),
    (
        futures_account.SET_POSITION_MODE,
        lambda c: c.set_position_mode(SetPositionMode(ProductType.USDT_FUTURES, PositionMode.HEDGE)),
    ),
    (copytrade.LEADER_CLOSE, lambda c: c.close_tracks(CloseTracks(LEADER, USDT, CloseScope.ALL))),
    (copytrade.FOLLOWER_CLOSE, lambda c: c.close_tracks(CloseTracks(FOLLOWER, USDT, CloseScope.ALL))),
    (
        copytrade.SPOT_LEADER_CLOSE,
        lambda c: c.close_tracks(CloseTracks(LEADER, ProductType.SPOT, ONE_TRACK, SPOT, ("7",))),
    ),
    (
        copytrade.SPOT_FOLLOWER_CLOSE,
        lambda c: c.close_tracks(CloseTracks(FOLLOWER, ProductType.SPOT, ONE_TRACK, SPOT, ("7",))),
    ),
    (copytrade.SPOT_FOLLOWER_STOP, lambda c: c.stop_tracks(StopTracks(SPOT, ("7",)))),
    (copytrade.LEADER_MODIFY_TPSL, lambda c: c.set_track_tpsl(SetTrackTpsl(LEADER, BTC, "7", ONE))),
    (copytrade.FOLLOWER_SET_TPSL, lambda c: c.set_track_tpsl(SetTrackTpsl(FOLLOWER, BTC, "7", ONE))),
    (copytrade.SPOT_LEADER_MODIFY_TPSL, lambda c: c.set_track_tpsl(SetTrackTpsl(LEADER, SPOT, "7", ONE))),
    (copytrade.SPOT_FOLLOWER_SET_TPSL, lambda c: c.set_track_tpsl(SetTrackTpsl(FOLLOWER, SPOT, "7", ONE))),
    (copytrade.LEADER_SET_SYMBOLS, lambda c: c.set_lead_symbols(lent())),
    (copytrade.SPOT_LEADER_SET_SYMBOLS, lambda c: c.set_lead_symbols(lent(SPOT))),
    (
        copytrade.LEADER_SET_BASE,
        lambda c: c.set_lead_switch(SetLeadSwitch(USDT, LeadSwitch.ENABLED, is_on=False)),
    ),
    (copytrade.LEADER_REMOVE_FOLLOWER, lambda c: c.remove_follower(RemoveFollower(USDT, "7"))),
    (
        copytrade.SPOT_LEADER_REMOVE_FOLLOWER,
        lambda c: c.remove_follower(RemoveFollower(ProductType.SPOT, "7")),
    ),
    (
        copytrade.FOLLOWER_SET_COPY,
        lambda c: c.set_copy_settings(SetCopySettings(USDT, "7", (copy_setting(),))),
    ),
    (
        copytrade.SPOT_FOLLOWER_SET_COPY,
        lambda c: c.set_copy_settings(SetCopySettings(ProductType.SPOT, "7", (copy_setting(SPOT),))),
    ),
    (copytrade.FOLLOWER_SET_AMOUNT, lambda c: c.follow_by_amount(FollowByAmount(USDT, "7", 50))),
    (copytrade.FOLLOWER_UNFOLLOW, lambda c: c.unfollow(Unfollow(USDT, "7"))),
    (copytrade.SPOT_FOLLOWER_UNFOLLOW, lambda c: c.unfollow(Unfollow(ProductType.SPOT, "7"))),
]
CLOSES_WITH_A_LIST = (copytrade.LEADER_CLOSE, copytrade.FOLLOWER_CLOSE)
SETTINGS = (
    futures_account.ADJUST_MARGIN,
    futures_account.SET_AUTO_MARGIN,
    futures_account.SET_ALL_LEVERAGE,
    futures_account.SET_LEVERAGE,
    futures_account.SET_MARGIN_MODE,
    futures_account.SET_POSITION_MODE,
    spot_order.CANCEL_SYMBOL,
)


async def failure_of(call: Call, recorder: Recorder) -> BgtuiError | None:
    try:
        await call(TradingClient(recorder))
    except BgtuiError as error:
        return error
    return None


def test_every_write_and_every_method_is_in_the_table() -> None:
    assert {endpoint.name for endpoint, _ in CALLS} == set(WRITES)
    methods = {
        name
        for name, _ in inspect.getmembers(TradingClient, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }
    used = {name for _, call in CALLS for name in call.__code__.co_names}
    assert methods <= used
    assert not {endpoint.path for endpoint in WRITES.values()} & set(EXCLUDED)


@pytest.mark.parametrize(("endpoint", "call"), CALLS, ids=lambda each: getattr(each, "name", ""))
@pytest.mark.parametrize("answer", [None, "", "success", [], {}, "?", 7, [[]]], ids=repr)
async def test_whatever_the_answer_a_write_is_sent_once_and_fails_only_as_unknown(
    endpoint: Write, call: Call, answer: Any
) -> None:
    recorder = Recorder(answer)
    failure = await failure_of(call, recorder)
    assert failure is None or isinstance(failure, OutcomeUnknown)
    assert failure is None or ("\n" not in str(failure) and failure.__context__ is None)
    assert [sent for sent, _, _ in recorder.sent] == [endpoint]


@pytest.mark.parametrize(("endpoint", "call"), CALLS, ids=lambda each: getattr(each, "name", ""))
async def test_an_empty_answer_is_fine_where_nothing_is_to_be_said(endpoint: Write, call: Call) -> None:
    if endpoint in SETTINGS:
        assert await call(TradingClient(Recorder(None))) is None


@pytest.mark.parametrize("answer", ["fail", False, "false"], ids=repr)
async def test_a_copy_request_that_failed_in_a_successful_envelope_was_refused(answer: object) -> None:
    for endpoint, call in CALLS:
        if endpoint.name.startswith("copy.") and endpoint not in CLOSES_WITH_A_LIST:
            with pytest.raises(Rejected, match="did not carry it out"):
                await call(TradingClient(Recorder(answer)))


async def test_a_copy_close_names_what_it_closes() -> None:
    closed = [{"trackingNo": 12, "symbol": "BTCUSDT", "productType": "USDT-FUTURES"}]
    client = TradingClient(Recorder(closed))
    assert await client.close_tracks(CloseTracks(LEADER, USDT, CloseScope.ALL)) == ("12",)
    client = TradingClient(Recorder({"orderIdList": ["1", "2"]}))
    acks = await client.close_tracks(CloseTracks(FOLLOWER, USDT, CloseScope.ALL))
    assert acks == (OrderAck("1", ""), OrderAck("2", ""))


async def test_an_acknowledgement_may_lack_the_exchanges_id() -> None:
    client = TradingClient(Recorder({"clientOid": "a1"}))
    assert await client.place_order(opening(), "a1") == OrderAck("", "a1")


async def test_a_batch_is_read_item_by_item() -> None:
    answer = {
        "successList": [{"orderId": "1", "clientOid": "a1"}],
        "failureList": [
            {"orderId": "", "clientOid": "a2", "errorMsg": "no\u001b[2J funds", "errorCode": "43012"}
        ],
    }
    client = TradingClient(Recorder(answer))
    assert await client.place_orders([(opening(), "a1"), (opening(), "a2")]) == BatchAnswer(
        (OrderAck("1", "a1"),), (BatchFailure("", "a2", "43012", "no[2J funds"),)
    )


async def test_a_spot_replacement_that_failed_leaves_the_old_order_in_doubt() -> None:
    answer = {"orderId": "1", "clientOid": "a2", "success": "failure", "msg": "too late"}
    with pytest.raises(OutcomeUnknown, match="too late"):
        await TradingClient(Recorder(answer)).amend_order(AmendOrder(ref(SPOT), ONE, ONE), "a2")
    done = answer | {"success": "success"}
    ack = await TradingClient(Recorder(done)).amend_order(AmendOrder(ref(SPOT), ONE, ONE), "a2")
    assert ack == OrderAck("1", "a2")


async def test_a_spot_trigger_that_was_not_canceled_is_a_failed_item() -> None:
    intent = CancelPlans(SPOT, PlanKind.SPOT_TRIGGER, (ref(SPOT),))
    answer = await TradingClient(Recorder({"result": "failure"})).cancel_plans(intent)
    assert answer == BatchAnswer((), (BatchFailure("7", "", "", "failure"),))
    answer = await TradingClient(Recorder({"result": "success"})).cancel_plans(intent)
    assert answer == BatchAnswer((OrderAck("7", ""),), ())


@pytest.mark.parametrize(
    ("call", "goes_first"),
    [
        (lambda c: c.place_order(opening(effect=Effect.CLOSE), "a1"), True),
        (lambda c: c.place_order(opening(), "a1"), False),
        (lambda c: c.place_orders([(opening(effect=Effect.CLOSE), "a1")]), True),
        (lambda c: c.place_orders([(opening(effect=Effect.CLOSE), "a1"), (opening(), "a2")]), False),
        (lambda c: c.place_plan(plan(effect=Effect.CLOSE), "a1"), True),
        (lambda c: c.place_plan(plan(), "a1"), False),
        (lambda c: c.place_tpsl(stop(), "a1"), True),
        (lambda c: c.adjust_margin(AdjustMargin(BTC, "USDT", PositionSide.LONG, ONE)), True),
        (lambda c: c.adjust_margin(AdjustMargin(BTC, "USDT", PositionSide.LONG, -ONE)), False),
        (lambda c: c.cancel_order(CancelOrder(ref())), True),
        (lambda c: c.close_position(ClosePosition(BTC, PositionMode.HEDGE)), True),
        (lambda c: c.reverse_position(TURN, "a1"), False),
        (lambda c: c.set_leverage(SetLeverage(BTC, "USDT", ONE)), False),
    ],
)
async def test_what_lowers_risk_goes_first(call: Call, goes_first: bool) -> None:
    recorder = Recorder({"orderId": "1", "clientOid": "a1"})
    await failure_of(call, recorder)
    ((endpoint, _, lowers_risk),) = recorder.sent
    assert (endpoint.lowers_risk if lowers_risk is None else lowers_risk) is goes_first


async def test_what_cannot_be_spelled_is_refused_and_not_sent() -> None:
    recorder = Recorder({})
    client = TradingClient(recorder)
    with pytest.raises(Refused):
        await client.place_order(opening(), "not an id!")
    with pytest.raises(Refused):
        await client.cancel_order(CancelOrder(OrderRef(BTC)))
    with pytest.raises(Refused):
        await client.amend_orders([(AmendOrder(ref(), ONE, ONE), "a2")])
    with pytest.raises(Refused):
        await client.cancel_all(CancelAll(ProductType.SPOT))
    assert recorder.sent == []
