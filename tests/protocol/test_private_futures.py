"""Private channels of futures: what each row says, in hedge and one-way mode, in both dialects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bgtui.domain.account import Balance, ClosedPosition, Fill, Liquidity, Position
from bgtui.domain.event import (
    BalancesReported,
    Deleveraged,
    EquityReported,
    FillReported,
    FrameRefused,
    OrderUpdated,
    PlanOrderUpdated,
    PositionClosed,
    PositionsReported,
)
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    Fee,
    Forced,
    MarginMode,
    Order,
    OrderStatus,
    OrderType,
    PlanKind,
    PlanOrder,
    PlanStatus,
    PositionMode,
    PositionSide,
    TimeInForce,
    TriggerType,
)
from bgtui.domain.text import Untrusted
from tests.support.pushes import (
    ADL,
    CLOSED_POSITION,
    EQUITY,
    FUTURES_BALANCE,
    FUTURES_FILL,
    FUTURES_ORDER,
    FUTURES_PLAN,
    POSITION,
    SPOT_PLAN,
    TS,
    one,
    push,
)

USDT = ProductType.USDT_FUTURES
BTC = instrument_id(USDT, "BTCUSDT")
ETH = instrument_id(USDT, "ETHUSDT")


def order(**changes: Any) -> Order:
    """Decode the sample order with some fields changed; None takes a field away."""
    row = {name: value for name, value in (FUTURES_ORDER | changes).items() if value is not None}
    event = one(push("USDT-FUTURES", "orders", [row]))
    assert isinstance(event, OrderUpdated), event
    return event.order


def plan(**changes: Any) -> PlanOrder:
    event = one(push("USDT-FUTURES", "orders-algo", [FUTURES_PLAN | changes]))
    assert isinstance(event, PlanOrderUpdated), event
    return event.plan


def fill(**changes: Any) -> Fill:
    event = one(push("USDT-FUTURES", "fill", [FUTURES_FILL | changes]))
    assert isinstance(event, FillReported), event
    return event.fill


def test_an_order() -> None:
    assert order() == Order(
        instrument=BTC,
        order_id="1360000000000000111",
        client_order_id="bg-0001",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        status=OrderStatus.PARTIALLY_FILLED,
        size=Decimal("0.02"),
        filled_size=Decimal("0.01"),
        created_ms=1760000000000,
        updated_ms=1760000000210,
        price=Decimal("61234.5"),
        average_price=Decimal("61234.45"),
        position_side=PositionSide.LONG,
        effect=Effect.OPEN,
        position_mode=PositionMode.HEDGE,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
        leverage=Decimal(20),
        take_profit=Decimal(65000),
        stop_loss=Decimal(60000),
        realized_pnl=Decimal(0),
        fees=(Fee("USDT", Decimal("0.367407"), "-0.367407"),),
        source="api",
    )


@pytest.mark.parametrize(
    ("side", "trade_side", "leg", "traded", "effect"),
    [
        ("buy", "open", "long", Side.BUY, Effect.OPEN),
        ("buy", "close", "long", Side.SELL, Effect.CLOSE),
        ("sell", "open", "short", Side.SELL, Effect.OPEN),
        ("sell", "close", "short", Side.BUY, Effect.CLOSE),
        ("buy", "Close", "long", Side.SELL, Effect.CLOSE),
        ("buy", "close_long", "long", Side.SELL, Effect.CLOSE),
        ("sell", "open_short", "short", Side.SELL, Effect.OPEN),
    ],
)
def test_in_hedge_mode_the_side_of_an_order_names_the_leg(
    side: str, trade_side: str, leg: str, traded: Side, effect: Effect
) -> None:
    for given in (leg, None):
        found = order(side=side, tradeSide=trade_side, posSide=given)
        assert (found.side, found.effect) == (traded, effect)
        assert found.position_side == PositionSide(leg)


@pytest.mark.parametrize(
    ("side", "reduce_only", "effect"),
    [
        ("buy", "no", None),
        ("sell", "yes", Effect.CLOSE),
        ("sell", "YES", Effect.CLOSE),
        ("buy", True, Effect.CLOSE),
    ],
)
def test_in_one_way_mode_the_side_is_the_direction(
    side: str, reduce_only: Any, effect: Effect | None
) -> None:
    found = order(
        side=side, tradeSide=f"{side}_single", posSide="net", posMode="one_way_mode", reduceOnly=reduce_only
    )
    assert found.side is Side(side)
    assert found.effect is effect
    assert found.reduce_only is (effect is not None)
    assert found.position_side is None
    assert found.position_mode is PositionMode.ONE_WAY


FORCED = {
    "reduce_close_long": (Forced.PARTIAL_LIQUIDATION, Side.SELL, PositionSide.LONG),
    "reduce_close_short": (Forced.PARTIAL_LIQUIDATION, Side.BUY, PositionSide.SHORT),
    "burst_close_long": (Forced.LIQUIDATION, Side.SELL, PositionSide.LONG),
    "burst_close_short": (Forced.LIQUIDATION, Side.BUY, PositionSide.SHORT),
    "offset_close_long": (Forced.OFFSET, Side.SELL, PositionSide.LONG),
    "offset_close_short": (Forced.OFFSET, Side.BUY, PositionSide.SHORT),
    "delivery_close_long": (Forced.DELIVERY, Side.SELL, PositionSide.LONG),
    "delivery_close_short": (Forced.DELIVERY, Side.BUY, PositionSide.SHORT),
    "dte_sys_adl_close_long": (Forced.AUTO_DELEVERAGE, Side.SELL, PositionSide.LONG),
    "dte_sys_adl_close_short": (Forced.AUTO_DELEVERAGE, Side.BUY, PositionSide.SHORT),
    "reduce_buy_single": (Forced.PARTIAL_LIQUIDATION, Side.BUY, None),
    "reduce_sell_single": (Forced.PARTIAL_LIQUIDATION, Side.SELL, None),
    "burst_buy_single": (Forced.LIQUIDATION, Side.BUY, None),
    "burst_sell_single": (Forced.LIQUIDATION, Side.SELL, None),
    "delivery_buy_single": (Forced.DELIVERY, Side.BUY, None),
    "delivery_sell_single": (Forced.DELIVERY, Side.SELL, None),
    "dte_sys_adl_buy_in_single_side_mode": (Forced.AUTO_DELEVERAGE, Side.BUY, None),
    "dte_sys_adl_sell_in_single_side_mode": (Forced.AUTO_DELEVERAGE, Side.SELL, None),
}


@pytest.mark.parametrize("trade_side", FORCED)
@pytest.mark.parametrize("side", ["buy", "sell"])
def test_what_the_exchange_itself_traded_says_its_direction(trade_side: str, side: str) -> None:
    forced, traded, leg = FORCED[trade_side]
    mode = "hedge_mode" if leg else "one_way_mode"
    for found in (
        order(side=side, tradeSide=trade_side, posSide="", posMode=mode),
        fill(side=side, tradeSide=trade_side, posMode=mode),
    ):
        assert (found.forced, found.side, found.position_side) == (forced, traded, leg)
        assert found.effect is Effect.CLOSE


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("live", OrderStatus.LIVE),
        ("new", OrderStatus.LIVE),
        ("init", OrderStatus.LIVE),
        ("partially_filled", OrderStatus.PARTIALLY_FILLED),
        ("partial-fill", OrderStatus.PARTIALLY_FILLED),
        ("filled", OrderStatus.FILLED),
        ("full_fill", OrderStatus.FILLED),
        ("full-fill", OrderStatus.FILLED),
        ("canceled", OrderStatus.CANCELED),
        ("cancelled", OrderStatus.CANCELED),
        ("CANCELLED", OrderStatus.CANCELED),
    ],
)
def test_states_in_every_spelling(word: str, status: OrderStatus) -> None:
    found = order(status=word)
    assert found.status is status
    assert found.status_text is None


def test_words_that_nobody_knows_are_unknown_and_the_state_is_kept() -> None:
    found = order(
        status="frozen\x1b[2J", orderType="iceberg", force="gtd", marginMode="?", posMode="?", tradeScope="?"
    )
    assert found.status is OrderStatus.UNKNOWN
    assert found.status_text == Untrusted("frozen\x1b[2J")
    assert found.order_type is OrderType.UNKNOWN
    assert found.time_in_force is TimeInForce.UNKNOWN
    assert found.margin_mode is None
    assert found.position_mode is None


def test_a_market_order_has_no_price_and_a_canceled_one_no_average() -> None:
    assert order(orderType="market", price="0").price is None
    assert order(priceAvg=None).average_price is None
    assert order(priceAvg="0").average_price is None


def test_presets_that_are_empty_are_none() -> None:
    found = order(presetStopLossPrice="", presetStopSurplusPrice="", clientOid="", leverage="")
    assert (found.take_profit, found.stop_loss, found.leverage, found.client_order_id) == (
        None,
        None,
        None,
        "",
    )


def test_numbers_in_either_form_are_the_same_order() -> None:
    assert order(leverage=20, uTime=1760000000210, orderId=1360000000000000111, size=0.02) == order()


@pytest.mark.parametrize("strange", ["x" * 60, "two words", "a\u202eb", "\x1b]52;c;x\x07", {}, 7])
def test_a_client_id_that_another_program_chose_hides_neither_order_nor_fill(strange: object) -> None:
    shown = "7" if strange == 7 else ""
    assert order(clientOid=strange).client_order_id == shown
    assert fill(clientOid=strange).client_order_id == shown
    assert order(clientOid=strange).size == order().size


@pytest.mark.parametrize(
    ("trade_side", "side", "leg"),
    [
        ("someday_close_long", Side.SELL, PositionSide.LONG),
        ("someday_close_short", Side.BUY, PositionSide.SHORT),
    ],
)
def test_a_forced_close_for_a_reason_nobody_knows_is_a_close_all_the_same(
    trade_side: str, side: Side, leg: PositionSide
) -> None:
    for written in ("buy", "sell"):
        found = order(side=written, tradeSide=trade_side, posSide=leg.value, posMode="hedge_mode")
        assert (found.side, found.position_side, found.effect) == (side, leg, Effect.CLOSE)
    single = trade_side.replace("close_long", "sell_single").replace("close_short", "buy_single")
    assert order(side="buy", tradeSide=single, posSide="net", posMode="one_way_mode").side is side


@pytest.mark.parametrize("words", ["cross", "crossed", "CROSSED"])
def test_crossed_in_every_spelling(words: str) -> None:
    assert order(marginMode=words).margin_mode is MarginMode.CROSSED
    assert order(marginMode="fixed").margin_mode is MarginMode.ISOLATED


@pytest.mark.parametrize("mode", ["hedge_mode", "hedge-mode", "double_hold"])
def test_position_modes_in_every_spelling(mode: str) -> None:
    assert order(posMode=mode).position_mode is PositionMode.HEDGE
    assert order(posMode="single_hold").position_mode is PositionMode.ONE_WAY


@pytest.mark.parametrize(
    ("detail", "fees"),
    [
        ("", ()),
        (None, ()),
        ([], ()),
        ([{"feeCoin": "USDT", "fee": ""}], ()),
        ([{"feeCoin": "USDT", "fee": "0.5"}], (Fee("USDT", Decimal("0.5"), "0.5"),)),
        ({"feeCoin": "USDT", "totalFee": "-0.5"}, (Fee("USDT", Decimal("0.5"), "-0.5"),)),
        (
            [{"feeCoin": "BGB", "deduction": "yes", "totalDeductionFee": "-0.017", "totalFee": "-1"}],
            (Fee("BGB", Decimal("0.017"), "-0.017"),),
        ),
        (
            '{"BGB":{"deduction":true,"feeCoinCode":"BGB","totalDeductionFee":-0.0041},"newFees":{"t":-0.1}}',
            (Fee("BGB", Decimal("0.0041"), "-0.0041"),),
        ),
        (
            [{"feeCoin": "USDT", "fee": "-1"}, {"feeCoin": "BGB", "fee": "-2"}],
            (Fee("USDT", Decimal(1), "-1"), Fee("BGB", Decimal(2), "-2")),
        ),
        ("not json", ()),
        (7, ()),
    ],
)
def test_fees_in_every_shape(detail: Any, fees: tuple[Fee, ...]) -> None:
    assert order(feeDetail=detail).fees == fees


@pytest.mark.parametrize(
    "change",
    [
        {"size": ""},
        {"size": "NaN"},
        {"size": "1e400"},
        {"side": "sideways"},
        {"orderId": ""},
        {"orderId": "x" * 41},
        {"instId": "BTC USDT"},
        {"instId": "BTC\u202eUSDT"},
        {"uTime": "yesterday"},
        {"feeDetail": [{"feeCoin": "USDT", "fee": "a lot"}]},
        {"accBaseVolume": "-"},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    assert isinstance(one(push("USDT-FUTURES", "orders", [FUTURES_ORDER | change])), FrameRefused)


def test_a_plan() -> None:
    assert plan() == PlanOrder(
        instrument=BTC,
        order_id="1360000000000000333",
        client_order_id="bg-0002",
        kind=PlanKind.TRIGGER,
        status=PlanStatus.LIVE,
        side=Side.SELL,
        order_type=OrderType.LIMIT,
        trigger_type=TriggerType.MARK,
        trigger_price=Decimal(60000),
        size=Decimal("0.02"),
        created_ms=1760000000000,
        updated_ms=1760000000001,
        execute_price=Decimal("59990.5"),
        position_side=PositionSide.SHORT,
        effect=Effect.OPEN,
        position_mode=PositionMode.HEDGE,
        margin_coin="USDT",
        take_profit=Decimal(59000),
        stop_loss=Decimal(61000),
        source="web",
    )


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("pl", PlanKind.TRIGGER),
        ("track", PlanKind.TRAILING),
        ("tp", PlanKind.TAKE_PROFIT),
        ("sl", PlanKind.STOP_LOSS),
        ("ptp", PlanKind.POSITION_TAKE_PROFIT),
        ("psl", PlanKind.POSITION_STOP_LOSS),
        ("mtpsl", PlanKind.TRAILING_STOP),
        ("moving_plan", PlanKind.TRAILING_STOP),
        ("grid", PlanKind.UNKNOWN),
    ],
)
def test_kinds_of_plan(word: str, kind: PlanKind) -> None:
    assert plan(planType=word).kind is kind


def test_a_plan_that_closes_the_whole_leg_has_no_size() -> None:
    found = plan(planType="psl", size="0", tradeSide="close", executePrice="")
    assert (found.size, found.execute_price) == (None, None)
    assert (found.side, found.effect) == (Side.BUY, Effect.CLOSE)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("executing", PlanStatus.EXECUTING),
        ("executed", PlanStatus.EXECUTED),
        ("fail_execute", PlanStatus.FAILED),
        ("cancelled", PlanStatus.CANCELED),
        ("not_trigger", PlanStatus.LIVE),
    ],
)
def test_states_of_a_plan(word: str, status: PlanStatus) -> None:
    assert plan(status=word).status is status


def test_an_unknown_state_of_a_plan_is_kept() -> None:
    found = plan(status="paused")
    assert (found.status, found.status_text) == (PlanStatus.UNKNOWN, Untrusted("paused"))


def test_a_spot_plan_under_a_futures_topic_is_a_spot_plan() -> None:
    event = one(push("USDT-FUTURES", "orders-algo", [SPOT_PLAN]))
    assert isinstance(event, PlanOrderUpdated)
    assert event.plan.instrument == instrument_id(ProductType.SPOT, "ETHUSDT")
    assert event.plan.kind is PlanKind.SPOT_TRIGGER


def test_positions_are_the_full_list() -> None:
    event = one(push("USDT-FUTURES", "positions", [POSITION]))
    leg = Position(
        instrument=ETH,
        side=PositionSide.SHORT,
        margin_mode=MarginMode.ISOLATED,
        position_mode=PositionMode.HEDGE,
        margin_coin="USDT",
        size=Decimal("0.1"),
        available=Decimal("0.06"),
        locked=Decimal("0.04"),
        entry_price=Decimal(2500),
        leverage=Decimal(20),
        margin=Decimal("12.5"),
        unrealized_pnl=Decimal("-0.25"),
        realized_pnl=Decimal("1.5"),
        mark_price=Decimal("2502.5"),
        liquidation_price=Decimal("2588.1084"),
        break_even_price=Decimal("2497.01"),
        maintenance_margin_rate=Decimal("0.005"),
        margin_ratio=Decimal("0.0044"),
        funding_paid=None,
        fees_paid=Decimal("0.15"),
        auto_margin=True,
        position_id="1360000000000000444",
        created_ms=1759999000000,
        updated_ms=1760000000000,
    )
    assert event == PositionsReported(USDT, (leg,), TS)


@pytest.mark.parametrize("rows", [[], [POSITION | {"total": "0"}], [POSITION | {"total": "0.000"}]])
def test_a_closed_leg_is_missing_or_has_size_zero(rows: list[Any]) -> None:
    assert one(push("USDT-FUTURES", "positions", rows)) == PositionsReported(USDT, (), TS)


def test_a_price_of_zero_or_below_is_none() -> None:
    event = one(push("COIN-FUTURES", "positions", [POSITION | {"liquidationPrice": "-5", "markPrice": "0"}]))
    assert isinstance(event, PositionsReported)
    assert event.product_type is ProductType.COIN_FUTURES
    assert event.positions[0].liquidation_price is None
    assert event.positions[0].mark_price is None


def test_a_list_with_one_bad_leg_is_refused_whole() -> None:
    rows = [POSITION, POSITION | {"holdSide": "net"}]
    assert isinstance(one(push("USDT-FUTURES", "positions", rows)), FrameRefused)


def test_a_list_without_its_time_takes_that_of_its_rows() -> None:
    frame = push("USDT-FUTURES", "positions", [POSITION])
    del frame["ts"]
    event = one(frame)
    assert isinstance(event, PositionsReported)
    assert event.time_ms == 1760000000000
    assert isinstance(one(frame | {"data": []}), FrameRefused)


def test_a_closed_position_sums_up_to_its_net() -> None:
    assert one(push("USDT-FUTURES", "positions-history", [CLOSED_POSITION])) == PositionClosed(
        ClosedPosition(
            instrument=ETH,
            position_id="1360000000000000555",
            side=PositionSide.LONG,
            margin_mode=MarginMode.ISOLATED,
            margin_coin="USDT",
            entry_price=Decimal("2495.34"),
            exit_price=Decimal("2499.84"),
            opened_size=Decimal("0.2"),
            closed_size=Decimal("0.2"),
            pnl=Decimal("0.9"),
            funding=Decimal("-0.01"),
            open_fee=Decimal("-0.3"),
            close_fee=Decimal("-0.3"),
            net_pnl=Decimal("0.29"),
            created_ms=1759999000000,
            updated_ms=1760000000000,
        )
    )


def test_a_balance() -> None:
    assert one(push("USDT-FUTURES", "account", [FUTURES_BALANCE])) == BalancesReported(
        USDT,
        (
            Balance(
                USDT,
                "USDT",
                available=Decimal("1000.25"),
                frozen=Decimal("5.5"),
                equity=Decimal("1010.5"),
                usdt_equity=Decimal("1010.4999"),
                unrealized_pnl=Decimal("10.25"),
                max_open=Decimal(990),
                max_transfer_out=Decimal(980),
                cross_risk_ratio=Decimal("0.01"),
                updated_ms=TS,
            ),
        ),
        is_complete=False,
        time_ms=TS,
    )


def test_a_fill() -> None:
    assert fill() == Fill(
        instrument=BTC,
        trade_id="1360000000000000222",
        order_id="1360000000000000111",
        client_order_id="bg-0001",
        side=Side.BUY,
        price=Decimal("61234.5"),
        size=Decimal("0.004"),
        time_ms=1760000000200,
        liquidity=Liquidity.TAKER,
        quote_amount=Decimal("244.938"),
        realized_pnl=Decimal(0),
        fees=(Fee("USDT", Decimal("0.1469628"), "-0.1469628"),),
        position_side=PositionSide.LONG,
        effect=Effect.OPEN,
        position_mode=PositionMode.HEDGE,
    )


@pytest.mark.parametrize(
    ("side", "trade_side", "leg"),
    [
        ("buy", "open", PositionSide.LONG),
        ("sell", "close", PositionSide.LONG),
        ("sell", "open", PositionSide.SHORT),
        ("buy", "close", PositionSide.SHORT),
    ],
)
def test_a_fill_shows_the_trade_direction_in_hedge_mode_too(
    side: str, trade_side: str, leg: PositionSide
) -> None:
    found = fill(side=side, tradeSide=trade_side)
    assert (found.side, found.position_side) == (Side(side), leg)


def test_a_one_way_fill_has_no_leg_even_when_its_sample_says_open() -> None:
    found = fill(posMode="one_way_mode", tradeSide="open")
    assert (found.side, found.position_side, found.effect) == (Side.BUY, None, None)


@pytest.mark.parametrize(
    ("word", "liquidity"),
    [
        ("T", Liquidity.TAKER),
        ("maker", Liquidity.MAKER),
        ("marker", Liquidity.MAKER),
        ("?", Liquidity.UNKNOWN),
    ],
)
def test_liquidity_in_every_spelling(word: str, liquidity: Liquidity) -> None:
    assert fill(tradeScope=word).liquidity is liquidity


def test_equity() -> None:
    assert one(push("USDT-FUTURES", "equity", [EQUITY])) == EquityReported(
        USDT, Decimal("1010.4999"), Decimal("0.0165"), Decimal("10.25"), TS
    )


def test_a_deleveraging() -> None:
    assert one(push("USDT-FUTURES", "adl-noti", [ADL], action="update")) == Deleveraged(
        BTC, Untrusted("long"), Decimal(61000), Decimal("0.01"), 1760000000100
    )


@pytest.mark.parametrize(
    "change", [{"posMode": "?"}, {"posMode": ""}, {"total": "-0.02"}, {"holdSide": "net"}, {"total": ""}]
)
def test_a_leg_of_which_something_is_unknown_is_no_leg_and_not_flat_either(change: dict[str, Any]) -> None:
    found = one(push("USDT-FUTURES", "positions", [POSITION | change]))
    assert isinstance(found, FrameRefused)
