"""REST answers about orders, fills and trigger orders: exact values out."""

import json
from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.account import Liquidity
from bgtui.domain.error import DecodeError
from bgtui.domain.instrument import ProductType
from bgtui.domain.intent import BatchAnswer, BatchFailure, OrderAck
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    Fee,
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
from bgtui.wire.decode import rest_order, rest_plan, rest_write

USDT = ProductType.USDT_FUTURES
LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
OPEN, CLOSE = Effect.OPEN, Effect.CLOSE
BUY, SELL = Side.BUY, Side.SELL
ORDER = {
    "symbol": "ethusdt",
    "size": "100",
    "orderId": "1190384645049036801",
    "clientOid": "mine",
    "baseVolume": "12.1",
    "fee": "-0.5",
    "price": "1900",
    "priceAvg": "1903",
    "status": "partially_filled",
    "side": "buy",
    "force": "gtc",
    "totalProfits": "0",
    "posSide": "long",
    "marginCoin": "usdt",
    "leverage": "20",
    "marginMode": "cross",
    "enterPointSource": "API",
    "tradeSide": "open",
    "posMode": "hedge_mode",
    "orderType": "limit",
    "cTime": "1627293504612",
    "uTime": "1627293505612",
    "presetStopSurplusPrice": "2001",
    "presetStopLossPrice": "",
}
SPOT = {
    "symbol": "BTCUSDT",
    "orderId": "5",
    "clientOid": "mine",
    "price": "59000",
    "size": "0.0002000000000000",
    "orderType": "limit",
    "side": "buy",
    "status": "filled",
    "priceAvg": "59000.10",
    "baseVolume": "0.0002000000000000",
    "enterPointSource": "WEB",
    "feeDetail": "",
    "cTime": "1627293504612",
    "uTime": "1627293505612",
}
PLAN = {
    "planType": "normal_plan",
    "symbol": "ethusdt",
    "size": "1",
    "orderId": "123",
    "clientOid": "",
    "price": "1900",
    "callbackRatio": "",
    "triggerPrice": "1901",
    "triggerType": "mark_price",
    "planStatus": "not_trigger",
    "side": "buy",
    "posSide": "long",
    "marginCoin": "usdt",
    "marginMode": "cross",
    "tradeSide": "open",
    "posMode": "hedge_mode",
    "orderType": "limit",
    "cTime": "1627293504612",
    "uTime": "",
    "stopSurplusTriggerPrice": "2002",
    "presetStopLossPrice": "1800",
}


def raw(value: Any) -> bytes:
    return json.dumps(value).encode()


def fields(*values: Any) -> tuple[Any, ...]:
    """Compare numbers by value: 20 equals Decimal("20")."""
    return values


def order(**changes: Any) -> Any:
    page = rest_order.futures_orders(raw({"entrustedList": [{**ORDER, **changes}], "endId": "9"}), USDT)
    assert page.cursor == "9"
    return page.rows[0]


def plan(**changes: Any) -> Any:
    page = rest_plan.futures_plans(raw({"entrustedList": [{**PLAN, **changes}], "endId": "9"}), USDT)
    return page.rows[0]


def fill(**changes: Any) -> Any:
    row = {
        "tradeId": "1",
        "symbol": "BTCUSDT",
        "orderId": "2",
        "price": "37271.4",
        "baseVolume": "0.001",
        "quoteVolume": "37.2714",
        "feeDetail": [
            {"deduction": "no", "feeCoin": "USDT", "totalDeductionFee": None, "totalFee": "-0.02236284"}
        ],
        "side": "buy",
        "profit": "-0.0007",
        "tradeSide": "close",
        "posMode": "hedge_mode",
        "tradeScope": "taker",
        "cTime": "1698730804882",
    }
    return rest_order.futures_fills(raw({"fillList": [{**row, **changes}]}), USDT).rows[0]


def test_a_futures_order() -> None:
    found = order()
    assert found.instrument == "usdt-futures:ETHUSDT"
    assert (found.order_id, found.client_order_id) == ("1190384645049036801", "mine")
    assert (found.size, found.filled_size, found.price, found.average_price) == (
        100,
        Decimal("12.1"),
        1900,
        1903,
    )
    assert (found.status, found.order_type, found.time_in_force) == (
        OrderStatus.PARTIALLY_FILLED,
        OrderType.LIMIT,
        TimeInForce.GTC,
    )
    assert (found.side, found.position_side, found.effect, found.position_mode) == (
        BUY,
        LONG,
        OPEN,
        PositionMode.HEDGE,
    )
    assert (found.margin_mode, found.margin_coin, found.leverage) == (MarginMode.CROSSED, "USDT", 20)
    assert (found.take_profit, found.stop_loss, found.source) == (2001, None, "api")
    assert found.fees == (Fee("USDT", Decimal("0.5"), "-0.5"),)
    assert (found.created_ms, found.updated_ms) == (1_627_293_504_612, 1_627_293_505_612)


@pytest.mark.parametrize(
    ("side", "trade_side", "leg", "direction", "effect", "forced"),
    [
        ("buy", "open", LONG, BUY, OPEN, None),
        ("buy", "close", LONG, SELL, CLOSE, None),
        ("sell", "open", SHORT, SELL, OPEN, None),
        ("sell", "close", SHORT, BUY, CLOSE, None),
        ("Buy", "Close", LONG, SELL, CLOSE, None),
        ("buy", "burst_close_long", LONG, SELL, CLOSE, Forced.LIQUIDATION),
        ("sell", "reduce_close_short", SHORT, BUY, CLOSE, Forced.PARTIAL_LIQUIDATION),
        ("buy", "dte_sys_adl_close_long", LONG, SELL, CLOSE, Forced.AUTO_DELEVERAGE),
        ("sell", "offset_close_short", SHORT, BUY, CLOSE, Forced.OFFSET),
        ("buy", "delivery_close_long", LONG, SELL, CLOSE, Forced.DELIVERY),
    ],
)
def test_hedge_rows_name_the_leg_and_mean_a_trade(
    side: str, trade_side: str, leg: PositionSide, direction: Side, effect: Effect, forced: Forced | None
) -> None:
    for found in (
        order(side=side, tradeSide=trade_side, posSide=leg.value),
        fill(side=side, tradeSide=trade_side),
        plan(side=side, tradeSide=trade_side, posSide=leg.value),
    ):
        assert (found.side, found.position_side, found.effect) == (direction, leg, effect)
        assert getattr(found, "forced", forced) is forced


@pytest.mark.parametrize(
    ("side", "trade_side", "direction", "forced"),
    [
        ("buy", "buy_single", BUY, None),
        ("sell", "sell_single", SELL, None),
        ("sell", "open", SELL, None),
        ("buy", "", BUY, None),
        ("sell", "burst_sell_single", SELL, Forced.LIQUIDATION),
        ("buy", "dte_sys_adl_buy_in_single_side_mode", BUY, Forced.AUTO_DELEVERAGE),
    ],
)
def test_one_way_rows_say_the_trade(
    side: str, trade_side: str, direction: Side, forced: Forced | None
) -> None:
    found = order(side=side, tradeSide=trade_side, posSide="net", posMode="one_way_mode", reduceOnly="NO")
    assert (found.side, found.position_side, found.forced) == (direction, None, forced)
    assert found.effect is (CLOSE if forced else None)
    traded = fill(side=side, tradeSide=trade_side, posMode="one_way_mode")
    assert (traded.side, traded.position_side, traded.forced) == (direction, None, forced)


@pytest.mark.parametrize("word", ["YES", "yes", "Yes"])
def test_reduce_only_is_compared_without_case(word: str) -> None:
    found = order(posSide="net", posMode="one_way_mode", tradeSide="buy_single", reduceOnly=word)
    assert found.reduce_only
    assert found.effect is CLOSE


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("live", OrderStatus.LIVE),
        ("new", OrderStatus.LIVE),
        ("init", OrderStatus.LIVE),
        ("canceled", OrderStatus.CANCELED),
        ("cancelled", OrderStatus.CANCELED),
        ("full_fill", OrderStatus.FILLED),
    ],
)
def test_states_in_every_spelling(word: str, status: OrderStatus) -> None:
    assert order(status=word).status is status
    assert order(status=word).status_text is None


def test_a_state_nobody_knows_keeps_its_word() -> None:
    found = order(status="hi\x1b[2J")
    assert found.status is OrderStatus.UNKNOWN
    assert found.is_open
    assert found.status_text.raw == "hi\x1b[2J"


def test_detail_says_state_where_its_table_says_status() -> None:
    row = {name: value for name, value in ORDER.items() if name != "status"} | {"state": "filled"}
    found = rest_order.futures_order_detail(raw(row), USDT)
    assert found is not None
    assert found.status is OrderStatus.FILLED
    assert rest_order.futures_order_detail(b"null", USDT) is None


def test_a_live_market_order_has_no_price_and_no_average() -> None:
    found = order(orderType="market", price="0", priceAvg="", status="live", fee="0", baseVolume="")
    assert (found.price, found.average_price, found.fees, found.filled_size) == (None, None, (), 0)


def test_a_strange_client_id_of_another_program_does_not_hide_the_order() -> None:
    assert order(clientOid="x" * 45).client_order_id == ""
    assert order(clientOid=77).client_order_id == "77"


@pytest.mark.parametrize("changes", [{"orderId": None}, {"side": "up"}, {"size": "many"}, {"cTime": ""}])
def test_an_order_without_its_essentials_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DecodeError, match="futures orders"):
        order(**changes)


def test_open_spot_orders_have_the_limit_price_elsewhere() -> None:
    row = {**SPOT, "priceAvg": "57000", "basePrice": "0", "status": "live", "baseVolume": "0"}
    del row["price"]
    page = rest_order.spot_open_orders(raw([row]))
    (found,) = page.rows
    assert fields(found.price, found.average_price, page.cursor) == (57000, None, "5")
    assert str(found.size) == "0.0002"
    assert found.time_in_force is TimeInForce.UNKNOWN


def test_past_spot_orders() -> None:
    (found,) = rest_order.spot_history_orders(raw([SPOT])).rows
    assert fields(found.price, found.average_price) == (59000, Decimal("59000.1"))
    assert (found.position_side, found.effect, found.size_is_quote, found.fees) == (None, None, False, ())
    detail = rest_order.spot_order_detail(raw([SPOT]))
    assert detail == found
    assert rest_order.spot_order_detail(b"[]") is None


def test_a_spot_market_buy_counts_in_quote_currency_and_a_sell_does_not() -> None:
    for side, is_quote in (("buy", True), ("sell", False)):
        (found,) = rest_order.spot_history_orders(raw([{**SPOT, "orderType": "market", "side": side}])).rows
        assert found.size_is_quote is is_quote
        assert found.price is None


def test_the_fee_of_a_spot_order_is_a_json_text() -> None:
    detail = {
        "newFees": {"c": 0, "d": 0, "deduction": False, "r": -0.112079256, "t": -0.112079256},
        "USDT": {
            "deduction": False,
            "feeCoinCode": "USDT",
            "totalDeductionFee": 0,
            "totalFee": -0.1120792560,
        },
    }
    (found,) = rest_order.spot_history_orders(raw([{**SPOT, "feeDetail": json.dumps(detail)}])).rows
    assert [(fee.coin, fee.cost) for fee in found.fees] == [("USDT", Decimal("0.112079256"))]


def test_a_fee_of_absurd_size_does_not_hide_the_order() -> None:
    (found,) = rest_order.spot_history_orders(
        raw([{**SPOT, "feeDetail": '{"a":1e99999999999999999999}'}])
    ).rows
    assert found.fees == ()


def test_the_live_hedge_fill_of_a_closed_long_is_a_sell() -> None:
    found = fill()
    assert (found.side, found.position_side, found.effect) == (SELL, LONG, CLOSE)
    assert (found.realized_pnl, found.liquidity) == (Decimal("-0.0007"), Liquidity.TAKER)
    assert [(fee.coin, fee.cost, fee.text) for fee in found.fees] == [
        ("USDT", Decimal("0.02236284"), "-0.02236284")
    ]


def test_a_fee_paid_in_the_discount_coin() -> None:
    detail = [{"deduction": "yes", "feeCoin": "BGB", "totalDeductionFee": "-0.5", "totalFee": "-0.7"}]
    assert fill(feeDetail=detail).fees[0].cost == Decimal("0.5")


def test_spot_fills() -> None:
    row = {
        "symbol": "BTCUSDT",
        "orderId": "1",
        "tradeId": "2",
        "orderType": "limit",
        "side": "sell",
        "priceAvg": "59000",
        "size": "0.25",
        "amount": "14750",
        "feeDetail": {"deduction": "no", "feeCoin": "USDT", "totalDeductionFee": "", "totalFee": "-14.75"},
        "tradeScope": "maker",
        "cTime": "1627293504612",
    }
    page = rest_order.spot_fills(raw([row]))
    (found,) = page.rows
    assert (page.cursor, found.side, found.size, found.liquidity) == (
        "2",
        SELL,
        Decimal("0.25"),
        Liquidity.MAKER,
    )
    assert found.fees == (Fee("USDT", Decimal("14.75"), "-14.75"),)


def test_a_trigger_order() -> None:
    found = plan()
    assert (found.kind, found.status, found.trigger_type) == (
        PlanKind.TRIGGER,
        PlanStatus.LIVE,
        TriggerType.MARK,
    )
    assert (found.trigger_price, found.execute_price, found.size) == (1901, 1900, 1)
    assert (found.take_profit, found.stop_loss) == (2002, 1800)
    assert found.updated_ms == found.created_ms


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("track_plan", PlanKind.TRAILING),
        ("profit_plan", PlanKind.TAKE_PROFIT),
        ("loss_plan", PlanKind.STOP_LOSS),
        ("pos_profit", PlanKind.POSITION_TAKE_PROFIT),
        ("pos_loss", PlanKind.POSITION_STOP_LOSS),
        ("moving_plan", PlanKind.TRAILING_STOP),
        ("amount", PlanKind.UNKNOWN),
        ("future_plan", PlanKind.UNKNOWN),
    ],
)
def test_kinds_of_trigger_orders(word: str, kind: PlanKind) -> None:
    assert plan(planType=word).kind is kind


def test_a_whole_leg_stop_has_no_size_and_no_presets_of_its_own() -> None:
    found = plan(planType="pos_loss", size="0", tradeSide="close", executePrice="", orderType="market")
    assert (found.size, found.execute_price, found.take_profit, found.stop_loss) == (None, None, None, None)
    assert (found.side, found.position_side) == (SELL, LONG)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("live", PlanStatus.LIVE),
        ("executed", PlanStatus.EXECUTED),
        ("fail_execute", PlanStatus.FAILED),
        ("cancelled", PlanStatus.CANCELED),
        ("huh", PlanStatus.UNKNOWN),
    ],
)
def test_states_of_trigger_orders(word: str, status: PlanStatus) -> None:
    found = plan(planStatus=word)
    assert found.status is status
    assert (found.status_text is not None) is (status is PlanStatus.UNKNOWN)


@pytest.mark.parametrize(("flag", "cursor"), [(True, "44"), ("true", "44"), (False, None), (None, None)])
def test_spot_trigger_orders_page_by_a_flag(flag: Any, cursor: str | None) -> None:
    row = {
        "orderId": "45",
        "clientOid": "",
        "symbol": "BTCUSDT",
        "size": "10",
        "executePrice": "60",
        "triggerPrice": "61",
        "status": "live",
        "orderType": "limit",
        "side": "buy",
        "planType": "TOTAL",
        "triggerType": "fill_price",
        "cTime": "1627293504612",
        "uTime": "1627293504613",
    }
    page = rest_plan.spot_plans(raw({"nextFlag": flag, "idLessThan": "44", "orderList": [row]}))
    (found,) = page.rows
    assert page.cursor == cursor
    assert (found.kind, found.size_is_quote, found.trigger_type) == (
        PlanKind.SPOT_TRIGGER,
        True,
        TriggerType.LAST,
    )
    assert fields(found.execute_price, found.trigger_price) == (60, 61)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("live", PlanStatus.LIVE), ("cancelled", PlanStatus.CANCELED), ("filled", PlanStatus.EXECUTED)],
)
def test_a_spot_tpsl_order_among_the_orders(status: str, expected: PlanStatus) -> None:
    row = {
        "symbol": "BTCUSDT", "orderId": "9", "clientOid": "", "priceAvg": "60", "size": "0.0100",
        "orderType": "limit", "side": "sell", "status": status, "triggerPrice": "61", "tpslType": "tpsl",
        "cTime": "1", "uTime": "2",
    }  # fmt: skip
    page = rest_plan.spot_tpsl_orders(raw([row]))
    (found,) = page.rows
    assert page.cursor == "9"
    assert (found.status, found.is_tpsl, found.kind) == (expected, True, PlanKind.SPOT_TRIGGER)
    assert fields(found.execute_price, found.trigger_price) == (60, 61)


def test_orders_that_a_trigger_has_placed() -> None:
    (found,) = rest_plan.plan_sub_orders(
        raw([{"orderId": "1", "price": "0.4188", "type": "limit", "status": "success"}])
    )
    assert (found.order_id, found.price, found.order_type) == ("1", Decimal("0.4188"), OrderType.LIMIT)


def test_an_ack_may_lack_the_exchanges_id() -> None:
    assert rest_write.order_ack(raw({"clientOid": "mine"})) == OrderAck("", "mine")
    with pytest.raises(DecodeError):
        rest_write.order_ack(b"null")


def test_a_batch_is_read_item_by_item() -> None:
    data = {
        "successList": [{"orderId": "1", "clientOid": "a"}],
        "failureList": [
            {"orderId": "", "clientOid": "b", "errorMsg": "no\x1b[2J\nmoney", "errorCode": "43012"}
        ],
    }
    found = rest_write.batch_answer(raw(data))
    assert found.accepted == (OrderAck("1", "a"),)
    assert found.failed == (BatchFailure("", "b", "43012", "no[2J money"),)


@pytest.mark.parametrize(
    "data", [None, "", {}, {"successList": None, "failureList": None}, {"successList": [], "failureList": []}]
)
def test_empty_batches_are_alike(data: Any) -> None:
    assert rest_write.batch_answer(raw(data)) == BatchAnswer((), ())


def test_a_replacement_says_itself_whether_it_worked() -> None:
    good = {"orderId": "2", "clientOid": "b", "success": "success", "msg": None}
    bad = {"orderId": None, "clientOid": None, "success": "failure", "msg": "gone"}
    assert rest_write.replace_answer(raw(good)) == BatchAnswer((OrderAck("2", "b"),), ())
    assert rest_write.replace_answer(raw([good, bad])).failed == (BatchFailure("", "", "", "gone"),)


def test_other_acks() -> None:
    acks = rest_write.position_tpsl_acks(
        raw([{"orderId": "1", "stopSurplusClientOid": "tp"}, {"orderId": "2", "stopLossClientOid": "sl"}])
    )
    assert acks == (OrderAck("1", "tp"), OrderAck("2", "sl"))
    assert rest_write.is_canceled(raw({"result": "success"}))
    assert not rest_write.is_canceled(raw({"result": "failure"}))
