"""Trigger, trailing and TP/SL orders as Bitget wants them spelled."""

import itertools
from decimal import Decimal

import pytest

from bgtui.domain.error import Refused
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import AmendPlan, CancelPlans, OrderRef, PlacePlan, PlaceTpsl, PositionTpsl
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
from bgtui.wire import encode
from bgtui.wire.endpoint import WRITES

PERP = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
SPOT = instrument_id(ProductType.SPOT, "BTCUSDT")
LONG, SHORT = PositionSide.LONG, PositionSide.SHORT


def plan(**changes: object) -> PlacePlan:
    values: dict[str, object] = {
        "instrument": PERP,
        "kind": PlanKind.TRIGGER,
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "size": Decimal("0.01"),
        "trigger_price": Decimal(60000),
        "trigger_type": TriggerType.MARK,
        "execute_price": Decimal(60010),
        "position_side": LONG,
        "effect": Effect.OPEN,
        "position_mode": PositionMode.ONE_WAY,
        "margin_mode": MarginMode.CROSSED,
        "margin_coin": "USDT",
    }
    return PlacePlan(**{**values, **changes})  # type: ignore[arg-type]


def trailing(**changes: object) -> PlacePlan:
    values = {
        "kind": PlanKind.TRAILING,
        "order_type": OrderType.MARKET,
        "execute_price": None,
        "callback_ratio": Decimal("1.5"),
    }
    return plan(**{**values, **changes})


def spot(**changes: object) -> PlacePlan:
    values = {
        "instrument": SPOT,
        "kind": PlanKind.SPOT_TRIGGER,
        "position_side": None,
        "effect": None,
        "position_mode": None,
        "margin_mode": None,
    }
    return plan(**{**values, **changes})


def tpsl(**changes: object) -> PlaceTpsl:
    values: dict[str, object] = {
        "instrument": PERP,
        "kind": PlanKind.STOP_LOSS,
        "position_side": LONG,
        "position_mode": PositionMode.HEDGE,
        "margin_coin": "USDT",
        "trigger_price": Decimal(59000),
        "trigger_type": TriggerType.MARK,
        "size": Decimal("0.01"),
    }
    return PlaceTpsl(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(("mode", "effect", "leg"), itertools.product(PositionMode, Effect, PositionSide))
def test_a_plan_names_the_leg_in_the_words_of_the_position_mode(
    mode: PositionMode, effect: Effect, leg: PositionSide
) -> None:
    buys = (leg is LONG) is (effect is Effect.OPEN)
    side = Side.BUY if buys else Side.SELL
    _, body = encode.place_plan(plan(position_mode=mode, effect=effect, position_side=leg, side=side), "a")
    if mode is PositionMode.HEDGE:
        assert "reduceOnly" not in body
        assert (body["side"], body["tradeSide"]) == ("buy" if leg is LONG else "sell", effect.value)
    else:
        assert "tradeSide" not in body
        # Lower case here, unlike place-order.
        assert (body["side"], body["reduceOnly"]) == (side.value, "yes" if effect is Effect.CLOSE else "no")


def test_a_trigger_order_in_full() -> None:
    endpoint, body = encode.place_plan(plan(stop_loss=Decimal(59000)), "a")
    assert endpoint is WRITES["futures.place-plan"]
    assert body == {
        "planType": "normal_plan",
        "symbol": "BTCUSDT",
        "productType": "USDT-FUTURES",
        "marginMode": "crossed",
        "marginCoin": "USDT",
        "size": "0.01",
        "price": "60010",
        "triggerPrice": "60000",
        "triggerType": "mark_price",
        "side": "buy",
        "reduceOnly": "no",
        "orderType": "limit",
        "clientOid": "a",
        "stopLossTriggerPrice": "59000",
        "stopLossTriggerType": "mark_price",
    }


def test_a_trailing_order_has_a_distance_and_no_price() -> None:
    _, body = encode.place_plan(trailing(), "a")
    assert (body["planType"], body["callbackRatio"], body["orderType"]) == ("track_plan", "1.5", "market")
    assert "price" not in body


def test_a_spot_trigger_order_in_full() -> None:
    endpoint, body = encode.place_plan(
        spot(size_is_quote=True, order_type=OrderType.MARKET, execute_price=None), "a"
    )
    assert endpoint is WRITES["spot.place-plan"]
    assert body == {
        "symbol": "BTCUSDT",
        "side": "buy",
        "triggerPrice": "60000",
        "orderType": "market",
        "planType": "total",
        "size": "0.01",
        "triggerType": "mark_price",
        "clientOid": "a",
    }
    assert encode.place_plan(spot(), "a")[1]["executePrice"] == "60010"


@pytest.mark.parametrize(
    "intent",
    [
        plan(trigger_type=TriggerType.UNKNOWN),
        plan(kind=PlanKind.TAKE_PROFIT),
        plan(kind=PlanKind.SPOT_TRIGGER),
        plan(execute_price=None),
        plan(order_type=OrderType.MARKET),
        plan(order_type=OrderType.UNKNOWN),
        plan(callback_ratio=Decimal(1)),
        plan(trigger_price=Decimal(0)),
        plan(margin_mode=None),
        plan(size_is_quote=True),
        plan(effect=Effect.CLOSE, side=Side.SELL, stop_loss=Decimal(1)),
        trailing(callback_ratio=None),
        trailing(callback_ratio=Decimal("10.1")),
        trailing(callback_ratio=Decimal(0)),
        trailing(order_type=OrderType.LIMIT),
        trailing(take_profit=Decimal(70000)),
        spot(kind=PlanKind.TRIGGER),
        spot(effect=Effect.OPEN),
        spot(stop_loss=Decimal(1)),
        spot(callback_ratio=Decimal(1)),
    ],
)
def test_an_impossible_trigger_order_is_refused(intent: PlacePlan) -> None:
    with pytest.raises(Refused):
        encode.place_plan(intent, "a")


@pytest.mark.parametrize(
    ("mode", "leg", "word"),
    [
        (PositionMode.HEDGE, LONG, "long"),
        (PositionMode.HEDGE, SHORT, "short"),
        (PositionMode.ONE_WAY, LONG, "buy"),
        (PositionMode.ONE_WAY, SHORT, "sell"),
    ],
)
def test_tpsl_names_the_leg_by_mode(mode: PositionMode, leg: PositionSide, word: str) -> None:
    _, body = encode.place_tpsl(tpsl(position_mode=mode, position_side=leg), "a")
    assert body["holdSide"] == word
    protected = PositionTpsl(PERP, leg, mode, "USDT", stop_loss=Decimal(1))
    assert encode.position_tpsl(protected)[1]["holdSide"] == word


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (PlanKind.TAKE_PROFIT, "profit_plan"),
        (PlanKind.STOP_LOSS, "loss_plan"),
        (PlanKind.POSITION_TAKE_PROFIT, "pos_profit"),
        (PlanKind.POSITION_STOP_LOSS, "pos_loss"),
    ],
)
def test_each_kind_of_tpsl_has_its_name_and_its_size(kind: PlanKind, word: str) -> None:
    is_whole = word.startswith("pos_")
    _, body = encode.place_tpsl(tpsl(kind=kind, size=None if is_whole else Decimal("0.01")), "a")
    assert body["planType"] == word
    assert ("size" in body) is not is_whole


def test_a_trailing_stop_in_full() -> None:
    endpoint, body = encode.place_tpsl(tpsl(kind=PlanKind.TRAILING_STOP, callback_ratio=Decimal(2)), "a")
    assert endpoint is WRITES["futures.place-tpsl"]
    assert body == {
        "marginCoin": "USDT",
        "productType": "USDT-FUTURES",
        "symbol": "BTCUSDT",
        "planType": "moving_plan",
        "triggerPrice": "59000",
        "triggerType": "mark_price",
        "holdSide": "long",
        "size": "0.01",
        "rangeRate": "2",
        "clientOid": "a",
    }


@pytest.mark.parametrize(
    "intent",
    [
        tpsl(kind=PlanKind.TRIGGER),
        tpsl(size=None),
        tpsl(kind=PlanKind.POSITION_STOP_LOSS),
        tpsl(kind=PlanKind.TRAILING_STOP),
        tpsl(kind=PlanKind.TRAILING_STOP, callback_ratio=Decimal(1), execute_price=Decimal(1)),
        tpsl(callback_ratio=Decimal(1)),
        tpsl(trigger_type=TriggerType.UNKNOWN),
        tpsl(margin_coin=""),
        tpsl(instrument=SPOT),
    ],
)
def test_an_impossible_tpsl_is_refused(intent: PlaceTpsl) -> None:
    with pytest.raises(Refused):
        encode.place_tpsl(intent, "a")


def test_protecting_a_leg_in_one_request() -> None:
    intent = PositionTpsl(PERP, LONG, PositionMode.HEDGE, "USDT", Decimal(70000), Decimal(50000))
    endpoint, body = encode.position_tpsl(intent, take_profit_id="tp", stop_loss_id="sl")
    assert endpoint is WRITES["futures.place-position-tpsl"]
    assert body == {
        "marginCoin": "USDT",
        "productType": "USDT-FUTURES",
        "symbol": "BTCUSDT",
        "holdSide": "long",
        "stopSurplusTriggerPrice": "70000",
        "stopSurplusTriggerType": "mark_price",
        "stopSurplusClientOid": "tp",
        "stopLossTriggerPrice": "50000",
        "stopLossTriggerType": "mark_price",
        "stopLossClientOid": "sl",
    }
    with pytest.raises(Refused, match="neither"):
        encode.position_tpsl(PositionTpsl(PERP, LONG, PositionMode.HEDGE, "USDT"))


def named(instrument: str = PERP, order_id: str = "1") -> OrderRef:
    return OrderRef(PERP if instrument == PERP else SPOT, order_id, margin_coin="USDT")


def test_amending_follows_the_kind() -> None:
    endpoint, body = encode.amend_plan(AmendPlan(named(), PlanKind.TRIGGER, trigger_price=Decimal(5)))
    assert endpoint is WRITES["futures.modify-plan"]
    assert body == {"orderId": "1", "productType": "USDT-FUTURES", "newTriggerPrice": "5"}
    endpoint, body = encode.amend_plan(
        AmendPlan(named(), PlanKind.POSITION_STOP_LOSS, trigger_price=Decimal(5))
    )
    assert endpoint is WRITES["futures.modify-tpsl"]
    assert body["size"] == ""
    assert (body["marginCoin"], body["triggerPrice"]) == ("USDT", "5")
    intent = AmendPlan(named(SPOT), PlanKind.SPOT_TRIGGER, size=Decimal(1), trigger_price=Decimal(5))
    endpoint, body = encode.amend_plan(intent)
    assert endpoint is WRITES["spot.modify-plan"]
    assert body == {"orderId": "1", "triggerPrice": "5", "orderType": "market", "size": "1"}


@pytest.mark.parametrize(
    "intent",
    [
        AmendPlan(named(), PlanKind.TRIGGER),
        AmendPlan(named(), PlanKind.UNKNOWN, trigger_price=Decimal(1)),
        AmendPlan(named(), PlanKind.SPOT_TRIGGER, trigger_price=Decimal(1), size=Decimal(1)),
        AmendPlan(named(SPOT), PlanKind.TRIGGER, trigger_price=Decimal(1)),
        AmendPlan(named(SPOT), PlanKind.SPOT_TRIGGER, trigger_price=Decimal(1)),
        AmendPlan(named(), PlanKind.STOP_LOSS, trigger_price=Decimal(1)),
        AmendPlan(named(), PlanKind.STOP_LOSS, size=Decimal(1)),
        AmendPlan(named(), PlanKind.TRAILING, execute_price=Decimal(1)),
        AmendPlan(named(), PlanKind.TRAILING, callback_ratio=Decimal(11)),
        AmendPlan(named(), PlanKind.TRIGGER, callback_ratio=Decimal(1)),
    ],
)
def test_an_impossible_change_is_refused(intent: AmendPlan) -> None:
    with pytest.raises(Refused):
        encode.amend_plan(intent)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (PlanKind.TRIGGER, "normal_plan"),
        (PlanKind.TRAILING, "track_plan"),
        (PlanKind.TAKE_PROFIT, "profit_plan"),
        (PlanKind.STOP_LOSS, "loss_plan"),
        (PlanKind.POSITION_TAKE_PROFIT, "pos_profit"),
        (PlanKind.POSITION_STOP_LOSS, "pos_loss"),
        (PlanKind.TRAILING_STOP, "moving_plan"),
    ],
)
def test_cancelling_plans_names_their_kind(kind: PlanKind, word: str) -> None:
    endpoint, body = encode.cancel_plans(CancelPlans(PERP, kind, (named(),), "USDT"))
    assert endpoint is WRITES["futures.cancel-plans"]
    assert body == {
        "orderIdList": [{"orderId": "1"}],
        "symbol": "BTCUSDT",
        "productType": "USDT-FUTURES",
        "marginCoin": "USDT",
        "planType": word,
    }
    assert "orderIdList" not in encode.cancel_plans(CancelPlans(PERP, kind))[1]


def test_cancelling_spot_plans_goes_one_by_one_or_all() -> None:
    endpoint, body = encode.cancel_plans(CancelPlans(SPOT, PlanKind.SPOT_TRIGGER, (named(SPOT),)))
    assert (endpoint.name, body) == ("spot.cancel-plan", {"orderId": "1"})
    endpoint, body = encode.cancel_plans(CancelPlans(SPOT, PlanKind.SPOT_TRIGGER))
    assert (endpoint.name, body) == ("spot.batch-cancel-plans", {"symbolList": ["BTCUSDT"]})
    with pytest.raises(Refused, match="one at a time"):
        encode.cancel_plans(CancelPlans(SPOT, PlanKind.SPOT_TRIGGER, (named(SPOT), named(SPOT, "2"))))
    with pytest.raises(Refused):
        encode.cancel_plans(CancelPlans(PERP, PlanKind.UNKNOWN))


def test_a_spot_tpsl_order_is_cancelled_by_the_route_of_orders_without_a_symbol() -> None:
    ref = OrderRef(SPOT, "7")
    endpoint, body = encode.cancel_plans(CancelPlans(SPOT, PlanKind.SPOT_TRIGGER, (ref,), is_tpsl=True))
    assert endpoint is WRITES["spot.cancel-order"]
    assert body == {"orderId": "7", "tpslType": "tpsl"}
    for refs in ((), (ref, OrderRef(SPOT, "8"))):
        with pytest.raises(Refused, match="one at a time"):
            encode.cancel_plans(CancelPlans(SPOT, PlanKind.SPOT_TRIGGER, refs, is_tpsl=True))
