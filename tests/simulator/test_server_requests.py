"""Bodies are read back into the intents that they were spelled from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bgtui.domain.instrument import FUTURES, InstrumentId, ProductType, instrument_id
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
    PlanOrder,
    PlanStatus,
    PositionMode,
    PositionSide,
    TimeInForce,
    TriggerType,
)
from bgtui.simulator import requests_order, requests_plan, requests_settings
from bgtui.simulator.engine import NewOrder
from bgtui.simulator.fields import Fields
from bgtui.simulator.reject import Reject
from bgtui.wire import encode
from bgtui.wire.encode import Body

AMOUNTS = st.decimals("0.0001", "99999", places=4)
IDS = st.from_regex(r"[0-9A-Za-z_-]{1,40}", fullmatch=True)
NUMBERS = st.integers(1, 10**19).map(str)
MODES = st.sampled_from(PositionMode)
LEGS = st.sampled_from(PositionSide)
TRIGGERS = st.sampled_from([TriggerType.LAST, TriggerType.MARK])
TPSL = [
    PlanKind.TAKE_PROFIT,
    PlanKind.STOP_LOSS,
    PlanKind.POSITION_TAKE_PROFIT,
    PlanKind.POSITION_STOP_LOSS,
    PlanKind.TRAILING_STOP,
]
CONTRACTS = st.tuples(st.sampled_from(FUTURES), st.sampled_from(["BTCUSDT", "ETHUSDT", "BTCPERP"])).map(
    lambda pair: instrument_id(*pair)
)
PAIRS = st.sampled_from(["BTCUSDT", "BGBUSDT"]).map(lambda symbol: instrument_id(ProductType.SPOT, symbol))
COINS = st.sampled_from(["USDT", "USDC", "BTC"])
KIND = PlanKind.TRIGGER


class Known:
    """An account of one position mode that has one trigger order."""

    def __init__(
        self,
        mode: PositionMode = PositionMode.ONE_WAY,
        kind: PlanKind = PlanKind.TRIGGER,
        instrument: InstrumentId | None = None,
    ) -> None:
        self._mode, self._kind = mode, kind
        self._instrument = instrument or instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")

    def mode(self, product_type: ProductType) -> PositionMode:
        return self._mode

    def plan(self, product_type: ProductType, order_id: str, client_order_id: str) -> PlanOrder | None:
        return PlanOrder(
            self._instrument,
            order_id or "1",
            client_order_id,
            self._kind,
            PlanStatus.LIVE,
            Side.BUY,
            OrderType.MARKET,
            TriggerType.LAST,
            Decimal(1),
            None,
            1,
            1,
        )


def refs(draw: Callable[..., Any], instrument: InstrumentId, coin: str = "") -> OrderRef:
    if draw(st.booleans()):
        return OrderRef(instrument, draw(NUMBERS), "", coin)
    return OrderRef(instrument, "", draw(IDS), coin)


def traded(leg: PositionSide, effect: Effect) -> Side:
    return Side.BUY if (leg is PositionSide.LONG) is (effect is Effect.OPEN) else Side.SELL


@st.composite
def futures_orders(draw: Callable[..., Any], mode: PositionMode) -> PlaceOrder:
    leg, effect = draw(LEGS), draw(st.sampled_from(Effect))
    is_limit = draw(st.booleans())
    forces = [force for force in TimeInForce if force is not TimeInForce.UNKNOWN]
    opens = effect is Effect.OPEN
    profit = draw(st.none() | AMOUNTS) if opens else None
    loss = draw(st.none() | AMOUNTS) if opens else None
    return PlaceOrder(
        instrument=draw(CONTRACTS),
        side=traded(leg, effect),
        order_type=OrderType.LIMIT if is_limit else OrderType.MARKET,
        size=draw(AMOUNTS),
        time_in_force=draw(st.sampled_from(forces)) if is_limit else TimeInForce.GTC,
        price=draw(AMOUNTS) if is_limit else None,
        position_side=leg,
        effect=effect,
        position_mode=mode,
        margin_mode=draw(st.sampled_from(MarginMode)),
        margin_coin=draw(COINS),
        take_profit=profit,
        take_profit_limit=draw(st.none() | AMOUNTS) if profit else None,
        stop_loss=loss,
        stop_loss_limit=draw(st.none() | AMOUNTS) if loss else None,
    )


@given(st.data(), MODES, IDS)
def test_futures_orders(data: st.DataObject, mode: PositionMode, client_id: str) -> None:
    intent = data.draw(futures_orders(mode))
    _, body = encode.place_order(intent, client_id)
    assert requests_order.futures_order(Fields(body), Known(mode)) == NewOrder(intent, client_id)


@given(st.data(), MODES, st.lists(IDS, min_size=1, max_size=4))
def test_futures_batches(data: st.DataObject, mode: PositionMode, client_ids: list[str]) -> None:
    first = data.draw(futures_orders(mode))
    same: dict[str, Any] = {
        "instrument": first.instrument,
        "margin_mode": first.margin_mode,
        "margin_coin": first.margin_coin,
    }
    orders = [(replace(data.draw(futures_orders(mode)), **same), client_id) for client_id in client_ids]
    _, body = encode.place_orders(orders)
    instrument, read = requests_order.futures_orders(Fields(body), Known(mode))
    assert instrument == first.instrument
    assert read == [NewOrder(intent, client_id) for intent, client_id in orders]


@st.composite
def spot_intents(draw: Callable[..., Any]) -> PlaceOrder:
    side, is_limit = draw(st.sampled_from(Side)), draw(st.booleans())
    profit, loss = draw(st.none() | AMOUNTS), draw(st.none() | AMOUNTS)
    return PlaceOrder(
        instrument=draw(PAIRS),
        side=side,
        order_type=OrderType.LIMIT if is_limit else OrderType.MARKET,
        size=draw(AMOUNTS),
        time_in_force=TimeInForce.IOC if is_limit else TimeInForce.GTC,
        price=draw(AMOUNTS) if is_limit else None,
        size_is_quote=not is_limit and side is Side.BUY,
        take_profit=profit,
        take_profit_limit=draw(st.none() | AMOUNTS) if profit else None,
        stop_loss=loss,
    )


@given(spot_intents(), IDS)
def test_spot_orders(intent: PlaceOrder, client_id: str) -> None:
    _, body = encode.place_order(intent, client_id)
    assert requests_order.spot_order(Fields(body)) == NewOrder(intent, client_id)
    _, batch = encode.place_orders([(intent, client_id)])
    assert requests_order.spot_orders(Fields(batch)) == [NewOrder(intent, client_id)]


@given(st.data(), CONTRACTS | PAIRS, MODES, AMOUNTS, AMOUNTS, IDS)
def test_amendments(
    data: st.DataObject,
    instrument: InstrumentId,
    mode: PositionMode,
    price: Decimal,
    size: Decimal,
    new_id: str,
) -> None:
    is_futures = instrument.product_type.is_futures
    ref = refs(data.draw, instrument)
    assume(new_id != ref.client_order_id)
    intent = AmendOrder(ref, price, size, mode if is_futures else None)
    _, body = encode.amend_order(intent, new_id)
    read = (
        requests_order.futures_amendment(Fields(body), Known(mode))
        if is_futures
        else requests_order.spot_amendment(Fields(body))
    )
    assert read == requests_order.Amendment(intent, new_id)


@given(st.data(), CONTRACTS | PAIRS, COINS)
def test_cancels(data: st.DataObject, instrument: InstrumentId, coin: str) -> None:
    is_futures = instrument.product_type.is_futures
    coin = coin if is_futures else ""
    one = CancelOrder(refs(data.draw, instrument, coin))
    read_one = requests_order.cancel_futures if is_futures else requests_order.cancel_spot
    assert read_one(Fields(encode.cancel_order(one)[1])) == one
    numbers = data.draw(st.lists(NUMBERS, min_size=1, max_size=5, unique=True))
    many = CancelOrders(instrument, tuple(OrderRef(instrument, number, "", coin) for number in numbers))
    body = Fields(encode.cancel_orders(many)[1])
    assert (
        requests_order.cancel_many_futures(body) if is_futures else requests_order.cancel_many_spot(body)[0]
    ) == many
    every = CancelSymbol(instrument, coin)
    body = Fields(encode.cancel_symbol(every)[1])
    assert (
        requests_order.cancel_many_futures(body) if is_futures else requests_order.cancel_symbol_spot(body)
    ) == every
    if is_futures:
        total = CancelAll(instrument.product_type, coin)
        assert requests_order.cancel_all_futures(Fields(encode.cancel_all(total)[1])) == total


@given(st.data(), CONTRACTS, MODES, IDS, TRIGGERS)
def test_trigger_orders(
    data: st.DataObject, instrument: InstrumentId, mode: PositionMode, client_id: str, trigger: TriggerType
) -> None:
    order = data.draw(futures_orders(mode))
    is_trailing = data.draw(st.booleans())
    intent = PlacePlan(
        instrument=instrument,
        kind=PlanKind.TRAILING if is_trailing else PlanKind.TRIGGER,
        side=order.side,
        order_type=OrderType.MARKET if is_trailing else order.order_type,
        size=order.size,
        trigger_price=data.draw(AMOUNTS),
        trigger_type=trigger,
        execute_price=None if is_trailing else order.price,
        callback_ratio=Decimal("1.5") if is_trailing else None,
        position_side=order.position_side,
        effect=order.effect,
        position_mode=mode,
        margin_mode=order.margin_mode,
        margin_coin=order.margin_coin,
        take_profit=None if is_trailing else order.take_profit,
        stop_loss=None if is_trailing else order.stop_loss,
    )
    _, body = encode.place_plan(intent, client_id)
    assert requests_plan.futures_plan(Fields(body), Known(mode)) == requests_plan.NewPlan(intent, client_id)


@given(spot_intents(), st.booleans(), IDS, TRIGGERS, AMOUNTS)
def test_spot_trigger_orders(
    order: PlaceOrder, is_quote: bool, client_id: str, trigger: TriggerType, at: Decimal
) -> None:
    intent = PlacePlan(
        order.instrument,
        PlanKind.SPOT_TRIGGER,
        order.side,
        order.order_type,
        order.size,
        at,
        trigger,
        execute_price=order.price,
        size_is_quote=is_quote,
    )
    _, body = encode.place_plan(intent, client_id)
    assert requests_plan.spot_plan(Fields(body)) == requests_plan.NewPlan(intent, client_id)


@given(st.data(), CONTRACTS, MODES, LEGS, st.sampled_from(TPSL), TRIGGERS, IDS)
def test_take_profit_and_stop_loss(
    data: st.DataObject,
    instrument: InstrumentId,
    mode: PositionMode,
    leg: PositionSide,
    kind: PlanKind,
    trigger: TriggerType,
    client_id: str,
) -> None:
    is_trailing = kind is PlanKind.TRAILING_STOP
    has_size = kind in (PlanKind.TAKE_PROFIT, PlanKind.STOP_LOSS, PlanKind.TRAILING_STOP)
    intent = PlaceTpsl(
        instrument,
        kind,
        leg,
        mode,
        data.draw(COINS),
        data.draw(AMOUNTS),
        trigger,
        size=data.draw(AMOUNTS) if has_size else None,
        execute_price=None if is_trailing else data.draw(st.none() | AMOUNTS),
        callback_ratio=Decimal(2) if is_trailing else None,
    )
    _, body = encode.place_tpsl(intent, client_id)
    assert requests_plan.tpsl(Fields(body), Known(mode)) == requests_plan.NewTpsl(intent, client_id)


@given(CONTRACTS, MODES, LEGS, COINS, AMOUNTS, st.none() | AMOUNTS, TRIGGERS, IDS, st.booleans())
def test_protection_of_a_whole_leg(
    instrument: InstrumentId,
    mode: PositionMode,
    leg: PositionSide,
    coin: str,
    one: Decimal,
    other: Decimal | None,
    trigger: TriggerType,
    own_id: str,
    is_turned: bool,
) -> None:
    profit, loss = (other, one) if is_turned else (one, other)
    intent = PositionTpsl(instrument, leg, mode, coin, profit, loss, trigger)
    _, body = encode.position_tpsl(intent, take_profit_id=own_id, stop_loss_id=own_id)
    read = requests_plan.leg_tpsl(Fields(body), Known(mode))
    assert (read.whole, read.parts) == (intent, ())


@given(st.data(), CONTRACTS | PAIRS, st.none() | TRIGGERS)
def test_changes_of_trigger_orders(
    data: st.DataObject, instrument: InstrumentId, trigger: TriggerType | None
) -> None:
    is_futures = instrument.product_type.is_futures
    kind = (
        data.draw(st.sampled_from([PlanKind.TRIGGER, PlanKind.TRAILING, *TPSL]))
        if is_futures
        else PlanKind.SPOT_TRIGGER
    )
    is_tpsl = kind in TPSL
    whole = kind in (PlanKind.POSITION_TAKE_PROFIT, PlanKind.POSITION_STOP_LOSS)
    trails = kind in (PlanKind.TRAILING, PlanKind.TRAILING_STOP)
    intent = AmendPlan(
        refs(data.draw, instrument, data.draw(COINS) if is_tpsl else ""),
        kind,
        size=None if whole else data.draw(AMOUNTS),
        trigger_price=data.draw(AMOUNTS),
        trigger_type=trigger if is_futures else None,
        execute_price=None if trails else data.draw(st.none() | AMOUNTS),
        callback_ratio=Decimal(3) if trails else None,
    )
    account = Known(kind=kind, instrument=instrument)
    fields = Fields(encode.amend_plan(intent)[1])
    read = (
        requests_plan.amend_spot_plan(fields, account)
        if not is_futures
        else requests_plan.amend_tpsl(fields, account)
        if is_tpsl
        else requests_plan.amend_futures_plan(fields, account)
    )
    assert read == intent


@given(st.data(), CONTRACTS, st.sampled_from([PlanKind.TRIGGER, PlanKind.TRAILING, *TPSL]), COINS)
def test_cancels_of_trigger_orders(
    data: st.DataObject, instrument: InstrumentId, kind: PlanKind, coin: str
) -> None:
    account = Known(kind=kind, instrument=instrument)
    numbers = data.draw(st.lists(NUMBERS, max_size=4, unique=True))
    orders = tuple(OrderRef(instrument, number, "", coin) for number in numbers)
    intent = CancelPlans(instrument, kind, orders, coin)
    assert requests_plan.cancel_futures_plans(Fields(encode.cancel_plans(intent)[1]), account) == [intent]


@given(PAIRS, NUMBERS)
def test_cancels_of_spot_trigger_orders(instrument: InstrumentId, number: str) -> None:
    account = Known(kind=PlanKind.SPOT_TRIGGER, instrument=instrument)
    one = CancelPlans(instrument, PlanKind.SPOT_TRIGGER, (OrderRef(instrument, number),))
    assert requests_plan.cancel_spot_plan(Fields(encode.cancel_plans(one)[1]), account) == one
    every = CancelPlans(instrument, PlanKind.SPOT_TRIGGER)
    assert requests_plan.cancel_spot_plans(Fields(encode.cancel_plans(every)[1])) == [every]


@given(CONTRACTS, MODES, LEGS, COINS, AMOUNTS, IDS)
def test_positions(
    instrument: InstrumentId, mode: PositionMode, leg: PositionSide, coin: str, amount: Decimal, own_id: str
) -> None:
    account = Known(mode)

    def body(request: tuple[object, Body]) -> Fields:
        return Fields(request[1])

    hedge_leg = leg if mode is PositionMode.HEDGE else None
    close = ClosePosition(instrument, mode, hedge_leg)
    assert requests_order.close(body(encode.close_position(close)), account) == [close]
    turn = ReversePosition(instrument, leg, mode, coin, amount)
    assert requests_order.reversal(
        body(encode.reverse_position(turn, own_id)), account
    ) == requests_order.Reversal(turn, own_id)
    lever = SetLeverage(instrument, coin, amount, hedge_leg)
    assert requests_settings.leverage(body(encode.set_leverage(lever)), account) == [lever]
    levers = SetAllLeverage(instrument.product_type, amount)
    assert requests_settings.all_leverage(body(encode.set_all_leverage(levers))) == levers
    for margin_mode in MarginMode:
        setting = SetMarginMode(instrument, coin, margin_mode)
        assert requests_settings.margin_mode(body(encode.set_margin_mode(setting))) == setting
    change = SetPositionMode(instrument.product_type, mode)
    assert requests_settings.position_mode(body(encode.set_position_mode(change))) == change
    for signed in (amount, -amount):
        margin = AdjustMargin(instrument, coin, leg, signed)
        assert requests_settings.margin(body(encode.adjust_margin(margin))) == margin


@pytest.mark.parametrize(
    ("product", "coin"),
    [
        (ProductType.USDT_FUTURES, "USDT"),
        (ProductType.USDC_FUTURES, "USDC"),
        (ProductType.COIN_FUTURES, "BTC"),
    ],
)
@pytest.mark.parametrize("is_on", [True, False])
def test_automatic_margin_finds_its_product_type(product: ProductType, coin: str, is_on: bool) -> None:
    intent = SetAutoMargin(instrument_id(product, "BTCX"), coin, PositionSide.SHORT, is_on)
    assert requests_settings.auto_margin(Fields(encode.set_auto_margin(intent)[1])) == intent


ORDER = {
    "symbol": "BTCUSDT",
    "productType": "USDT-FUTURES",
    "marginMode": "crossed",
    "marginCoin": "USDT",
    "size": "1",
    "side": "buy",
    "orderType": "limit",
    "price": "100",
}


@pytest.mark.parametrize(
    ("mode", "changes", "code"),
    [
        (PositionMode.HEDGE, {"reduceOnly": "YES"}, "40774"),
        (PositionMode.ONE_WAY, {"tradeSide": "close"}, "40773"),
        (PositionMode.ONE_WAY, {"price": ""}, "40019"),
        (PositionMode.ONE_WAY, {"size": "many"}, "40020"),
        (PositionMode.ONE_WAY, {"size": "-1"}, "40020"),
        (PositionMode.ONE_WAY, {"force": "never"}, "40020"),
        (PositionMode.ONE_WAY, {"productType": "umcbl"}, "400172"),
        (PositionMode.ONE_WAY, {"clientOid": "x" * 51}, "40304"),
        (PositionMode.ONE_WAY, {"clientOid": "né"}, "40305"),
        (PositionMode.ONE_WAY, {"symbol": ["BTCUSDT"]}, "40020"),
    ],
)
def test_a_wrong_order_gets_bitgets_code(mode: PositionMode, changes: dict[str, object], code: str) -> None:
    with pytest.raises(Reject) as refusal:
        requests_order.futures_order(Fields({**ORDER, **changes}), Known(mode))
    assert refusal.value.code == code


def test_capitals_and_numbers_are_understood() -> None:
    body = {**ORDER, "side": "Buy", "tradeSide": "Open", "size": Decimal("0.5"), "price": 100}
    order = requests_order.futures_order(Fields(body), Known(PositionMode.HEDGE))
    assert (order.intent.size, order.intent.price) == (Decimal("0.5"), Decimal(100))
