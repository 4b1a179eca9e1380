"""Trigger orders: when they fire, what they become, and what ends them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bgtui.domain.event import PlanOrderUpdated
from bgtui.domain.intent import (
    AmendPlan,
    CancelPlans,
    OrderRef,
    PlacePlan,
    PlaceTpsl,
    PositionTpsl,
)
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    OrderType,
    PlanKind,
    PlanStatus,
    PositionMode,
    PositionSide,
    TriggerType,
)
from bgtui.simulator import account
from bgtui.simulator.engine import Reject
from bgtui.simulator.fact import Private
from tests.support.exchange_floor import (
    BTC,
    BUY,
    CROWD,
    LONG,
    OPEN,
    SELL,
    SHORT,
    SPOT,
    SPOT_BTC,
    USDT,
    D,
    Floor,
)

ONE_WAY, HEDGE = PositionMode.ONE_WAY, PositionMode.HEDGE


@pytest.fixture
def floor() -> Floor:
    floor = Floor()
    floor.join("ann")
    floor.join("hal", HEDGE)
    floor.quote(BUY, "59990.0", "50")
    floor.quote(SELL, "60010.0", "50")
    floor.order("ann", BUY, "0.1")
    floor.order("hal", BUY, "0.1", leg=LONG, effect=OPEN)
    floor.drain()
    return floor


def _trigger(price: str, side: Side = BUY, trigger: TriggerType = TriggerType.MARK) -> PlacePlan:
    return PlacePlan(BTC, PlanKind.TRIGGER, side, OrderType.MARKET, D("0.01"), D(price), trigger)


def _tpsl(
    kind: PlanKind, price: str, size: str | None = "0.04", leg: PositionSide = LONG, ratio: str | None = None
) -> PlaceTpsl:
    return PlaceTpsl(
        BTC,
        kind,
        leg,
        ONE_WAY,
        "USDT",
        D(price),
        TriggerType.MARK,
        None if size is None else D(size),
        callback_ratio=None if ratio is None else D(ratio),
    )


def _statuses(floor: Floor, order_id: str) -> list[PlanStatus]:
    events = [fact.event for fact in floor.drain() if isinstance(fact, Private)]
    return [
        event.plan.status
        for event in events
        if isinstance(event, PlanOrderUpdated) and event.plan.order_id == order_id
    ]


def _size(floor: Floor, uid: str = "ann") -> D:
    return sum((leg.size for leg in floor.positions(uid, USDT)), D(0))


@pytest.mark.parametrize(
    ("price", "quiet", "loud"), [("60500.0", "60499.9", "60500.0"), ("59500.0", "59500.1", "59500.0")]
)
def test_a_trigger_fires_from_either_side(floor: Floor, price: str, quiet: str, loud: str) -> None:
    plan = floor.place_plan("ann", _trigger(price))
    floor.mark_at(quiet)
    assert len(floor.open_plans("ann", USDT)) == 1
    floor.mark_at(loud)
    assert floor.open_plans("ann", USDT) == []
    assert _size(floor) == D("0.11")
    assert _statuses(floor, plan.order_id) == [PlanStatus.LIVE, PlanStatus.EXECUTING, PlanStatus.EXECUTED]
    (past,) = floor.plan_history("ann", USDT)
    executed = floor.find_order("ann", OrderRef(BTC, past.execute_order_id))
    assert executed is not None
    assert executed.source == "plan"


def test_a_trigger_on_the_last_price_fires_by_a_trade(floor: Floor) -> None:
    floor.quote(SELL, "60020.0", "5")
    floor.place_plan("ann", _trigger("60020.0", trigger=TriggerType.LAST))
    floor.mark_at("60030.0")
    assert len(floor.open_plans("ann", USDT)) == 1
    floor.take_crowd(CROWD, BTC, BUY, D(51))
    assert floor.open_plans("ann", USDT) == []


def test_a_trigger_that_cannot_be_paid_for_fails(floor: Floor) -> None:
    plan = floor.place_plan(
        "ann", PlacePlan(BTC, PlanKind.TRIGGER, BUY, OrderType.MARKET, D(40), D("60500.0"), TriggerType.MARK)
    )
    floor.mark_at("60500.0")
    assert _statuses(floor, plan.order_id)[-1] is PlanStatus.FAILED


def test_trailing_order_waits_for_its_start_and_then_for_the_turn(floor: Floor) -> None:
    intent = PlacePlan(
        BTC,
        PlanKind.TRAILING,
        SELL,
        OrderType.MARKET,
        D("0.02"),
        D("61000.0"),
        TriggerType.MARK,
        callback_ratio=D(1),
    )
    floor.place_plan("ann", intent)
    floor.mark_at("60000.0")
    floor.mark_at("61000.0")
    floor.mark_at("61500.0")
    floor.mark_at("60885.1")
    assert len(floor.open_plans("ann", USDT)) == 1
    floor.mark_at("60885.0")
    assert floor.open_plans("ann", USDT) == []
    assert _size(floor) == D("0.08")


def test_take_profit_and_stop_loss_close_their_size(floor: Floor) -> None:
    floor.place_tpsl("ann", _tpsl(PlanKind.TAKE_PROFIT, "60500.0"))
    floor.place_tpsl("ann", _tpsl(PlanKind.STOP_LOSS, "59500.0", "0.05"))
    floor.mark_at("60500.0")
    assert _size(floor) == D("0.06")
    floor.mark_at("59500.0")
    assert _size(floor) == D("0.01")


def test_the_whole_leg_and_what_protects_it_go_together(floor: Floor) -> None:
    floor.position_tpsl("ann", PositionTpsl(BTC, LONG, ONE_WAY, "USDT", D("60500.0"), D("59500.0")))
    floor.place_tpsl("ann", _tpsl(PlanKind.STOP_LOSS, "59000.0"))
    (leg,) = floor.positions("ann", USDT)
    assert (leg.take_profit, leg.stop_loss) == (D("60500.0"), D("59500.0"))
    floor.order("ann", SELL, "0.09", "61000.0", effect=Effect.CLOSE)
    floor.mark_at("59500.0")
    assert floor.positions("ann", USDT) == []
    assert floor.open_orders("ann", USDT) == []
    assert floor.open_plans("ann", USDT) == []
    assert {plan.status for plan in floor.plan_history("ann", USDT)} == {
        PlanStatus.EXECUTED,
        PlanStatus.CANCELED,
    }


def test_one_of_a_kind_for_a_whole_leg(floor: Floor) -> None:
    floor.place_tpsl("ann", _tpsl(PlanKind.POSITION_TAKE_PROFIT, "60500.0", None))
    with pytest.raises(Reject, match="43030"):
        floor.place_tpsl("ann", _tpsl(PlanKind.POSITION_TAKE_PROFIT, "60600.0", None))
    floor.position_tpsl("ann", PositionTpsl(BTC, LONG, ONE_WAY, "USDT", take_profit=D("60700.0")))
    assert [plan.trigger_price for plan in floor.open_plans("ann", USDT)] == [60700]


def test_trailing_stop(floor: Floor) -> None:
    floor.place_tpsl("ann", _tpsl(PlanKind.TRAILING_STOP, "60500.0", "0.1", ratio="2"))
    floor.mark_at("60600.0")
    floor.mark_at("59388.1")
    assert _size(floor) == D("0.1")
    floor.mark_at("59388.0")
    assert _size(floor) == 0


@pytest.mark.parametrize(
    ("code", "kind", "price"),
    [("40830", PlanKind.TAKE_PROFIT, "59900.0"), ("40834", PlanKind.STOP_LOSS, "60100.0")],
)
def test_prices_on_the_wrong_side(floor: Floor, code: str, kind: PlanKind, price: str) -> None:
    with pytest.raises(Reject, match=code):
        floor.place_tpsl("ann", _tpsl(kind, price))


def test_a_leg_that_is_not_there_cannot_be_protected(floor: Floor) -> None:
    with pytest.raises(Reject, match="40837"):
        floor.place_tpsl("ann", _tpsl(PlanKind.STOP_LOSS, "60500.0", leg=SHORT))
    with pytest.raises(Reject, match="40774"):
        floor.place_tpsl("hal", _tpsl(PlanKind.STOP_LOSS, "59500.0"))


def test_presets_protect_a_new_leg_as_a_whole_and_an_old_one_in_part() -> None:
    floor = Floor()
    floor.join("ann")
    floor.quote(SELL, "60010.0", "0.03")
    floor.order("ann", BUY, "0.05", "60010.0", take_profit="61000.0", stop_loss="59000.0")
    plans = floor.open_plans("ann", USDT)
    assert {(plan.kind, plan.size) for plan in plans} == {
        (PlanKind.POSITION_TAKE_PROFIT, None),
        (PlanKind.POSITION_STOP_LOSS, None),
    }
    floor.take_crowd(CROWD, BTC, SELL, D("0.02"))
    assert len(floor.open_plans("ann", USDT)) == 2
    floor.quote(SELL, "60010.0", "0.01")
    floor.order("ann", BUY, "0.02", "60010.0", stop_loss="58000.0")
    (part,) = (plan for plan in floor.open_plans("ann", USDT) if plan.kind is PlanKind.STOP_LOSS)
    assert part.size == D("0.01")
    floor.take_crowd(CROWD, BTC, SELL, D("0.01"))
    (part,) = (plan for plan in floor.open_plans("ann", USDT) if plan.kind is PlanKind.STOP_LOSS)
    assert part.size == D("0.02")
    floor.quote(BUY, "59000.0", "0.01")
    floor.quote(BUY, "58500.0", "9")
    floor.mark_at("58900.0")
    assert len(floor.open_plans("ann", USDT)) == 3
    floor.take_crowd(CROWD, BTC, SELL, D("0.01"))
    assert floor.positions("ann", USDT) == []
    assert floor.open_plans("ann", USDT) == []


def test_hedge_plan_opens_and_closes_its_leg(floor: Floor) -> None:
    intent = PlacePlan(
        BTC,
        PlanKind.TRIGGER,
        SELL,
        OrderType.MARKET,
        D("0.04"),
        D("60500.0"),
        TriggerType.MARK,
        position_side=LONG,
        effect=Effect.CLOSE,
        position_mode=HEDGE,
    )
    plan = floor.place_plan("hal", intent)
    assert (plan.position_side, plan.effect) == (LONG, Effect.CLOSE)
    floor.mark_at("60500.0")
    assert _size(floor, "hal") == D("0.06")


def test_amend_and_cancel(floor: Floor) -> None:
    plan = floor.place_plan("ann", _trigger("60500.0"), "p-1")
    changed = floor.amend_plan(
        "ann", AmendPlan(OrderRef(BTC, client_order_id="p-1"), PlanKind.TRIGGER, D("0.03"), D("59000.0"))
    )
    assert (changed.order_id, changed.size, changed.trigger_price) == (plan.order_id, D("0.03"), D("59000.0"))
    floor.mark_at("60500.0")
    assert len(floor.open_plans("ann", USDT)) == 1
    with pytest.raises(Reject, match="45034"):
        floor.place_plan("ann", _trigger("60500.0"), "p-1")
    (wrong,) = floor.cancel_plans(
        "ann", CancelPlans(BTC, PlanKind.STOP_LOSS, (OrderRef(BTC, plan.order_id),))
    )
    assert isinstance(wrong, Reject)
    assert wrong.code == "43020"
    floor.cancel_plans("ann", CancelPlans(BTC, PlanKind.TRIGGER))
    (final,) = floor.cancel_plans("ann", CancelPlans(BTC, PlanKind.TRIGGER, (OrderRef(BTC, plan.order_id),)))
    assert isinstance(final, Reject)
    assert final.code == "43026"
    (found,) = (past for past in floor.plan_history("ann", USDT) if past.order_id == plan.order_id)
    assert found.status is PlanStatus.CANCELED
    with pytest.raises(Reject, match="43025"):
        floor.amend_plan("ann", AmendPlan(OrderRef(BTC, "5"), PlanKind.TRIGGER, D("0.03")))


def test_an_amend_that_is_refused_changes_nothing(floor: Floor) -> None:
    plan = floor.place_tpsl("ann", _tpsl(PlanKind.STOP_LOSS, "59500.0"))
    with pytest.raises(Reject, match="40834"):
        floor.amend_plan(
            "ann", AmendPlan(OrderRef(BTC, plan.order_id), PlanKind.STOP_LOSS, trigger_price=D("60500.0"))
        )
    floor.mark_at("59500.0")
    assert _size(floor) == D("0.06")


def test_spot_trigger(floor: Floor) -> None:
    floor.quote(SELL, "60000.0", "5", SPOT_BTC)
    floor.take_crowd(CROWD, SPOT_BTC, BUY, D("0.1"))
    intent = PlacePlan(
        SPOT_BTC,
        PlanKind.SPOT_TRIGGER,
        BUY,
        OrderType.MARKET,
        D(600),
        D("60100.0"),
        TriggerType.LAST,
        size_is_quote=True,
    )
    floor.place_plan("ann", intent)
    assert len(floor.open_plans("ann", SPOT)) == 1
    floor.quote(SELL, "60100.0", "5", SPOT_BTC)
    floor.take_crowd(CROWD, SPOT_BTC, BUY, D("4.95"))
    assert floor.open_plans("ann", SPOT) == []
    coins = {balance.coin: balance.available for balance in floor.balances("ann", SPOT)}
    assert coins["USDT"] < 5000
    assert coins["BTC"] > D("0.05")


def _preset_buy(floor: Floor, size: str = "0.02") -> None:
    floor.quote(SELL, "60000.0", "0.01", SPOT_BTC)
    floor.order("ann", BUY, size, "60000.0", instrument=SPOT_BTC, take_profit="61000.0", stop_loss="59000.0")


def test_spot_presets_protect_what_was_received(floor: Floor) -> None:
    _preset_buy(floor)
    # The fee of 0.001 is taken from the coins, and sizes are never rounded up.
    assert [plan.size for plan in floor.open_plans("ann", SPOT)] == [D("0.0099"), D("0.0099")]
    floor.take_crowd(CROWD, SPOT_BTC, SELL, D("0.01"))
    plans = floor.open_plans("ann", SPOT)
    assert {(plan.side, plan.size, plan.trigger_price, plan.is_tpsl) for plan in plans} == {
        (SELL, D("0.0199"), D("61000.0"), True),
        (SELL, D("0.0199"), D("59000.0"), True),
    }


def test_the_first_of_two_spot_presets_to_fire_ends_the_other(floor: Floor) -> None:
    _preset_buy(floor, "0.01")
    floor.quote(BUY, "61000.0", "5", SPOT_BTC)
    floor.take_crowd(CROWD, SPOT_BTC, SELL, D("0.001"))
    assert floor.open_plans("ann", SPOT) == []
    assert [plan.status for plan in floor.plan_history("ann", SPOT)] == [
        PlanStatus.EXECUTED,
        PlanStatus.CANCELED,
    ]
    (sold, _) = floor.order_history("ann", SPOT)
    assert (sold.side, sold.filled_size) == (SELL, D("0.0099"))


@pytest.mark.parametrize(
    ("side", "profit", "loss", "codes"),
    [
        (BUY, "59999.0", None, ("40830", "43013")),
        (SELL, "60001.0", None, ("40832", "43014")),
        (BUY, None, "60000.0", ("40834", "43015")),
        (SELL, None, "59999.0", ("40836", "43016")),
    ],
)
def test_presets_on_the_wrong_side(
    floor: Floor, side: Side, profit: str | None, loss: str | None, codes: tuple[str, str]
) -> None:
    for code, instrument in zip(codes, (BTC, SPOT_BTC), strict=True):
        with pytest.raises(Reject, match=code):
            floor.order(
                "ann", side, "0.01", "60000.0", instrument=instrument, take_profit=profit, stop_loss=loss
            )


@pytest.mark.parametrize(("profit", "loss", "code"), [("60500.0", None, "40830"), (None, "60600.0", "40834")])
def test_presets_of_a_trigger_order_are_measured_from_where_it_fires(
    floor: Floor, profit: str | None, loss: str | None, code: str
) -> None:
    plan = replace(
        _trigger("60500.0"),
        take_profit=None if profit is None else D(profit),
        stop_loss=None if loss is None else D(loss),
    )
    with pytest.raises(Reject, match=code):
        floor.place_plan("ann", plan)
    floor.place_plan("ann", replace(_trigger("60500.0"), take_profit=D("60500.1"), stop_loss=D("60499.9")))


def test_canceling_all_spot_triggers_leaves_those_that_count_as_orders(floor: Floor) -> None:
    _preset_buy(floor, "0.01")
    floor.cancel_plans("ann", CancelPlans(SPOT_BTC, PlanKind.SPOT_TRIGGER))
    plans = floor.open_plans("ann", SPOT)
    assert len(plans) == 2
    named = tuple(OrderRef(SPOT_BTC, plan.order_id) for plan in plans)
    floor.cancel_plans("ann", CancelPlans(SPOT_BTC, PlanKind.SPOT_TRIGGER, named))
    assert floor.open_plans("ann", SPOT) == []


def test_client_ids_of_trigger_orders_are_forgotten_in_the_end(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "MAX_CLIENT_IDS", 2)
    for name in ("p-1", "p-2", "p-3"):
        floor.place_plan("ann", _trigger("60500.0"), name)
    floor.place_plan("ann", _trigger("60500.0"), "p-1")
    with pytest.raises(Reject, match="45034"):
        floor.place_plan("ann", _trigger("60500.0"), "p-3")
