"""Rows written by the simulator are read back by the client's own decoders into the same values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bgtui.domain.account import Balance, Bill, ClosedPosition, Fill, Liquidity, Position
from bgtui.domain.instrument import FUTURES, InstrumentId, ProductType, instrument_id
from bgtui.domain.market import Candle, Side, Ticker, Trade
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
from bgtui.simulator import rows_account, rows_market, rows_order, rows_plan
from bgtui.simulator.instruments import LISTINGS
from bgtui.wire.decode import (
    rest_account,
    rest_instrument,
    rest_market,
    rest_order,
    rest_plan,
    rest_position,
)
from bgtui.wire.frame import Router

AMOUNTS = st.decimals("0.0001", "99999", places=4)
SIGNED = st.decimals("-9999", "9999", places=6)
TIMES = st.integers(1_600_000_000_000, 1_900_000_000_000)
IDS = st.integers(10**17, 10**19).map(str)
OWN_IDS = st.from_regex(r"[0-9A-Za-z_-]{1,40}", fullmatch=True)
MODES = st.sampled_from(PositionMode)
LEGS = st.sampled_from(PositionSide)
CONTRACTS = st.sampled_from(FUTURES).map(lambda product: instrument_id(product, "BTCUSDT"))
PAIR = instrument_id(ProductType.SPOT, "BTCUSDT")
SOURCES = st.sampled_from(["api", "web", "ios", "android", "sys"])


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def pushed(channel: str, product: ProductType, rows: list[Any], *, key: str = "instId") -> list[Any]:
    arg = {"instType": product.value.upper(), "channel": channel, key: "default"}
    frame = {"action": "snapshot", "arg": arg, "data": rows, "ts": 1_800_000_000_000}
    return list(Router("test").route(msgspec.json.encode(frame)))


def fees(coin: str) -> st.SearchStrategy[tuple[Fee, ...]]:
    return st.one_of(st.just(()), AMOUNTS.map(lambda cost: (Fee(coin, cost, format(-cost, "f")),)))


def directed(draw: Callable[..., Any], mode: PositionMode) -> dict[str, Any]:
    """Direction, leg and effect as the engine has them in this mode."""
    side, leg = draw(st.sampled_from(Side)), draw(LEGS)
    forced = draw(st.none() | st.sampled_from(Forced))
    if mode is PositionMode.HEDGE:
        effect = Effect.CLOSE if forced else draw(st.sampled_from(Effect))
        side = Side.BUY if (leg is PositionSide.LONG) is (effect is Effect.OPEN) else Side.SELL
        return {"side": side, "position_side": leg, "effect": effect, "forced": forced, "position_mode": mode}
    effect = Effect.CLOSE if forced else draw(st.sampled_from([None, Effect.CLOSE]))
    return {"side": side, "position_side": None, "effect": effect, "forced": forced, "position_mode": mode}


@st.composite
def futures_orders(draw: Callable[..., Any]) -> Order:
    where = directed(draw, draw(MODES))
    is_limit = draw(st.booleans())
    status = draw(st.sampled_from([status for status in OrderStatus if status is not OrderStatus.UNKNOWN]))
    filled = Decimal(0) if status is OrderStatus.LIVE else draw(AMOUNTS)
    forces = [force for force in TimeInForce if force is not TimeInForce.UNKNOWN]
    return Order(
        instrument=draw(CONTRACTS),
        order_id=draw(IDS),
        client_order_id=draw(OWN_IDS),
        order_type=OrderType.LIMIT if is_limit else OrderType.MARKET,
        time_in_force=draw(st.sampled_from(forces)) if is_limit else TimeInForce.GTC,
        status=status,
        size=draw(AMOUNTS),
        filled_size=filled,
        created_ms=draw(TIMES),
        updated_ms=draw(TIMES),
        price=draw(AMOUNTS) if is_limit else None,
        average_price=draw(AMOUNTS) if filled else None,
        reduce_only=where["effect"] is Effect.CLOSE,
        margin_mode=draw(st.sampled_from(MarginMode)),
        margin_coin="USDT",
        leverage=Decimal(draw(st.integers(1, 125))),
        take_profit=draw(st.none() | AMOUNTS),
        stop_loss=draw(st.none() | AMOUNTS),
        realized_pnl=draw(SIGNED),
        fees=draw(fees("USDT")),
        source=draw(SOURCES),
        cancel_reason="normal_cancel" if status is OrderStatus.CANCELED else "",
        **where,
    )


@given(futures_orders())
def test_futures_orders_by_rest(order: Order) -> None:
    product = order.instrument.product_type
    page = rest_order.futures_orders(
        raw({"entrustedList": [rows_order.futures_order(order)], "endId": "1"}), product
    )
    assert page.rows == (order,)
    assert rest_order.futures_order_detail(raw(rows_order.futures_order_detail(order)), product) == order


@given(futures_orders())
def test_futures_orders_pushed(order: Order) -> None:
    product = order.instrument.product_type
    (event,) = pushed("orders", product, [rows_order.futures_order_push(order, None)])
    if order.status is OrderStatus.CANCELED:
        order = replace(order, average_price=None)
    assert event.order == order


@st.composite
def spot_orders(draw: Callable[..., Any]) -> Order:
    is_limit, side = draw(st.booleans()), draw(st.sampled_from(Side))
    status = draw(st.sampled_from([status for status in OrderStatus if status is not OrderStatus.UNKNOWN]))
    filled = Decimal(0) if status is OrderStatus.LIVE else draw(AMOUNTS)
    return Order(
        instrument=PAIR,
        order_id=draw(IDS),
        client_order_id=draw(OWN_IDS),
        side=side,
        order_type=OrderType.LIMIT if is_limit else OrderType.MARKET,
        time_in_force=TimeInForce.GTC,
        status=status,
        size=draw(AMOUNTS),
        filled_size=filled,
        created_ms=draw(TIMES),
        updated_ms=draw(TIMES),
        price=draw(AMOUNTS) if is_limit else None,
        average_price=draw(AMOUNTS) if filled else None,
        size_is_quote=not is_limit and side is Side.BUY,
        fees=draw(fees("BTC")),
        source=draw(SOURCES),
        cancel_reason="normal_cancel" if status is OrderStatus.CANCELED else "",
    )


@given(spot_orders())
def test_spot_orders(order: Order) -> None:
    # Spot lists do not say how long an order may rest, and open ones neither fees nor a reason.
    listed = replace(order, time_in_force=TimeInForce.UNKNOWN)
    assert rest_order.spot_order_detail(raw([rows_order.spot_order(order)])) == listed
    assert rest_order.spot_history_orders(raw([rows_order.spot_order(order)])).rows == (listed,)
    bare = replace(listed, fees=(), cancel_reason="")
    assert rest_order.spot_open_orders(raw([rows_order.spot_open_order(order)])).rows == (bare,)
    (event,) = pushed("orders", ProductType.SPOT, [rows_order.spot_order_push(order, None)])
    assert event.order == order


@st.composite
def fills(draw: Callable[..., Any], *, is_futures: bool) -> Fill:
    where: dict[str, Any] = {"side": draw(st.sampled_from(Side))}
    if is_futures:
        where = directed(draw, draw(MODES))
        if where["position_mode"] is PositionMode.ONE_WAY and where["forced"] is None:
            where["effect"] = None
    return Fill(
        instrument=draw(CONTRACTS) if is_futures else PAIR,
        trade_id=draw(IDS),
        order_id=draw(IDS),
        client_order_id=draw(OWN_IDS),
        price=draw(AMOUNTS),
        size=draw(AMOUNTS),
        time_ms=draw(TIMES),
        liquidity=draw(st.sampled_from([Liquidity.TAKER, Liquidity.MAKER])),
        quote_amount=draw(AMOUNTS),
        realized_pnl=draw(SIGNED) if is_futures else None,
        fees=draw(fees("USDT")),
        **where,
    )


@given(fills(is_futures=True))
def test_futures_fills(fill: Fill) -> None:
    product = fill.instrument.product_type
    nameless = replace(fill, client_order_id="")
    page = rest_order.futures_fills(raw({"fillList": [rows_order.futures_fill(fill)], "endId": "1"}), product)
    assert page.rows == (nameless,)
    (event,) = pushed("fill", product, [rows_order.futures_fill_push(fill, OrderType.LIMIT)])
    assert event.fill == fill


@given(fills(is_futures=False))
def test_spot_fills(fill: Fill) -> None:
    nameless = replace(fill, client_order_id="")
    assert rest_order.spot_fills(raw([rows_order.spot_fill(fill, OrderType.LIMIT)])).rows == (nameless,)
    (event,) = pushed("fill", ProductType.SPOT, [rows_order.spot_fill_push(fill, OrderType.LIMIT)])
    assert event.fill == nameless


def test_a_fill_of_a_hedge_close_names_the_leg_by_rest_and_the_direction_when_pushed() -> None:
    fill = Fill(
        instrument_id(ProductType.USDT_FUTURES, "BTCUSDT"),
        "1",
        "2",
        "",
        Side.SELL,
        Decimal(1),
        Decimal(1),
        1_700_000_000_000,
        Liquidity.TAKER,
        position_side=PositionSide.LONG,
        effect=Effect.CLOSE,
        position_mode=PositionMode.HEDGE,
    )
    assert rows_order.futures_fill(fill)["side"] == "buy"
    assert rows_order.futures_fill_push(fill, OrderType.MARKET)["side"] == "sell"
    assert rows_order.futures_fill(fill)["tradeSide"] == "close"


@st.composite
def plans(draw: Callable[..., Any]) -> PlanOrder:
    where = directed(draw, draw(MODES))
    del where["forced"]
    if where["position_mode"] is PositionMode.ONE_WAY:
        where["effect"] = None
    kind = draw(
        st.sampled_from(
            [PlanKind.TRIGGER, PlanKind.TRAILING, PlanKind.STOP_LOSS, PlanKind.POSITION_STOP_LOSS]
        )
    )
    is_limit = kind in (PlanKind.TRIGGER, PlanKind.STOP_LOSS) and draw(st.booleans())
    has_presets = kind in (PlanKind.TRIGGER, PlanKind.TRAILING)
    return PlanOrder(
        instrument=draw(CONTRACTS),
        order_id=draw(IDS),
        client_order_id=draw(OWN_IDS),
        kind=kind,
        status=draw(st.sampled_from([status for status in PlanStatus if status is not PlanStatus.UNKNOWN])),
        order_type=OrderType.LIMIT if is_limit else OrderType.MARKET,
        trigger_type=draw(st.sampled_from([TriggerType.LAST, TriggerType.MARK])),
        trigger_price=draw(AMOUNTS),
        size=None if kind is PlanKind.POSITION_STOP_LOSS else draw(AMOUNTS),
        created_ms=draw(TIMES),
        updated_ms=draw(TIMES),
        execute_price=draw(AMOUNTS) if is_limit else None,
        callback_ratio=Decimal("1.5") if kind is PlanKind.TRAILING else None,
        margin_mode=draw(st.sampled_from(MarginMode)),
        margin_coin="USDT",
        take_profit=draw(st.none() | AMOUNTS) if has_presets else None,
        stop_loss=draw(st.none() | AMOUNTS) if has_presets else None,
        execute_order_id=draw(st.just("") | IDS),
        source=draw(SOURCES),
        **where,
    )


@given(plans())
def test_trigger_orders(plan: PlanOrder) -> None:
    product = plan.instrument.product_type
    page = rest_plan.futures_plans(
        raw({"entrustedList": [rows_plan.futures_plan(plan)], "endId": "1"}), product
    )
    assert page.rows == (plan,)
    (event,) = pushed("orders-algo", product, [rows_plan.futures_plan_push(plan)])
    assert event.plan == plan


@given(plans(), st.booleans())
def test_spot_trigger_orders(plan: PlanOrder, is_quote: bool) -> None:
    spot = PlanOrder(
        PAIR,
        plan.order_id,
        plan.client_order_id,
        PlanKind.SPOT_TRIGGER,
        plan.status,
        plan.side,
        plan.order_type,
        plan.trigger_type,
        plan.trigger_price,
        Decimal(3),
        plan.created_ms,
        plan.updated_ms,
        execute_price=plan.execute_price,
        size_is_quote=is_quote,
        source=plan.source,
    )
    body = {"orderList": [rows_plan.spot_plan(spot)], "nextFlag": False}
    assert rest_plan.spot_plans(raw(body)).rows == (spot,)
    (event,) = pushed("orders-algo", ProductType.SPOT, [rows_plan.spot_plan_push(spot)])
    assert event.plan == spot


@st.composite
def positions(draw: Callable[..., Any]) -> Position:
    return Position(
        instrument=draw(CONTRACTS),
        side=draw(LEGS),
        margin_mode=draw(st.sampled_from(MarginMode)),
        position_mode=draw(MODES),
        margin_coin="USDT",
        size=draw(AMOUNTS),
        available=draw(AMOUNTS),
        locked=draw(AMOUNTS),
        entry_price=draw(AMOUNTS),
        leverage=draw(st.just(Decimal("2.5")) | st.integers(1, 125).map(Decimal)),
        margin=draw(AMOUNTS),
        unrealized_pnl=draw(SIGNED),
        realized_pnl=draw(SIGNED),
        mark_price=draw(AMOUNTS),
        liquidation_price=draw(st.none() | AMOUNTS),
        break_even_price=draw(AMOUNTS),
        maintenance_margin_rate=draw(AMOUNTS),
        margin_ratio=draw(AMOUNTS),
        funding_paid=draw(SIGNED),
        fees_paid=draw(AMOUNTS),
        take_profit=draw(st.none() | AMOUNTS),
        stop_loss=draw(st.none() | AMOUNTS),
        auto_margin=draw(st.booleans()),
        position_id=draw(IDS),
        created_ms=draw(TIMES),
        updated_ms=draw(TIMES),
    )


@given(positions())
def test_positions(held: Position) -> None:
    product = held.instrument.product_type
    assert rest_position.positions(raw([rows_account.position(held)]), product) == (held,)
    (event,) = pushed("positions", product, [rows_account.position_push(held)])
    assert event.positions == (held,)


@given(CONTRACTS, LEGS, st.sampled_from(MarginMode), AMOUNTS, SIGNED, SIGNED, TIMES, IDS)
def test_legs_of_the_past(
    instrument: InstrumentId,
    leg: PositionSide,
    margin_mode: MarginMode,
    amount: Decimal,
    pnl: Decimal,
    fee: Decimal,
    time_ms: int,
    number: str,
) -> None:
    product = instrument.product_type
    held = ClosedPosition(
        instrument,
        number,
        leg,
        margin_mode,
        "USDT",
        amount,
        amount,
        amount,
        amount,
        pnl,
        fee,
        fee,
        fee,
        pnl + 3 * fee,
        time_ms,
        time_ms,
    )
    row = rows_account.closed_position(held, PositionMode.HEDGE)
    assert rest_position.closed_positions(raw({"list": [row], "endId": "1"}), product).rows == (held,)
    pushes = [rows_account.closed_position_push(held, PositionMode.HEDGE)]
    (event,) = pushed("positions-history", product, pushes)
    assert event.position == held


@given(st.sampled_from(FUTURES), AMOUNTS, AMOUNTS, SIGNED)
def test_balances(product: ProductType, amount: Decimal, frozen: Decimal, pnl: Decimal) -> None:
    balance = Balance(
        product,
        "USDT",
        amount,
        frozen,
        equity=amount,
        usdt_equity=amount,
        unrealized_pnl=pnl,
        max_open=amount,
        max_transfer_out=amount,
        cross_risk_ratio=Decimal("0.01"),
    )
    rows = [rows_account.futures_account_in_list(balance, (), Decimal(100_000))]
    assert rest_account.futures_balances(raw(rows), product) == (balance,)
    (event,) = pushed("account", product, [rows_account.futures_account_push(balance)], key="coin")
    assert replace(event.balances[0], updated_ms=None) == balance
    spot = Balance(ProductType.SPOT, "BTC", amount, frozen, locked=Decimal(0), updated_ms=1_700_000_000_000)
    assert rest_account.spot_balances(raw([rows_account.spot_asset(spot)])) == (spot,)
    (event,) = pushed("account", ProductType.SPOT, [rows_account.spot_asset(spot)], key="coin")
    assert event.balances == (spot,)


@given(CONTRACTS, SIGNED, AMOUNTS, TIMES, IDS)
def test_bills(
    instrument: InstrumentId, amount: Decimal, balance: Decimal, time_ms: int, number: str
) -> None:
    product = instrument.product_type
    bill = Bill(product, number, "USDT", amount, balance, -balance, "open_long", instrument, time_ms)
    page = rest_account.futures_bills(
        raw({"bills": [rows_account.futures_bill(bill)], "endId": "1"}), product
    )
    assert page.rows == (bill,)
    spot = replace(bill, product_type=ProductType.SPOT, instrument=None, business_type="buy")
    assert rest_account.spot_bills(raw([rows_account.spot_bill(spot)])).rows == (spot,)


def test_every_listed_instrument_keeps_its_rules() -> None:
    for listing in LISTINGS:
        rules = listing.instrument
        if rules.product_type.is_futures:
            (read,) = rest_instrument.contracts(raw([rows_market.contract(rules)]), rules.product_type)
            assert read == rules
        else:
            (read,) = rest_instrument.symbols(raw([rows_market.pair(rules)]))
            assert replace(
                read, max_limit_size=rules.max_limit_size, max_market_size=rules.max_market_size
            ) == (replace(rules, min_size=Decimal(0), max_product_orders=None))


FIGURES = AMOUNTS.map(str)
FIGURE_NAMES = [field.name for field in fields(Ticker)][2:14]


@given(CONTRACTS, st.lists(FIGURES, min_size=12, max_size=12), TIMES)
def test_tickers(instrument: InstrumentId, figures: list[str], time_ms: int) -> None:
    spot = Ticker(PAIR, time_ms, **dict(zip(FIGURE_NAMES, figures, strict=True)))  # type: ignore[arg-type]
    ticker = replace(
        spot,
        instrument=instrument,
        mark_text="1.5",
        index_text="1.5",
        funding_rate_text="0.0001",
        open_interest_text="5",
        next_funding_ms=1_800_000_000_000,
    )
    product = instrument.product_type
    (read,) = rest_market.tickers(raw([rows_market.futures_ticker(ticker)]), product)
    assert read == replace(ticker, next_funding_ms=None)
    assert rest_market.tickers(raw([rows_market.spot_ticker(spot)]), ProductType.SPOT) == (spot,)
    for value in (ticker, spot):
        where = value.instrument
        arg = {"instType": where.product_type.value.upper(), "channel": "ticker", "instId": where.symbol}
        frame = {"action": "snapshot", "arg": arg, "data": [rows_market.ticker_push(value)], "ts": time_ms}
        (event,) = Router("test").route(msgspec.json.encode(frame))
        assert event.ticker == value  # type: ignore[union-attr]


@given(IDS, AMOUNTS, st.sampled_from(Side), TIMES)
def test_trades_and_candles(number: str, amount: Decimal, side: Side, time_ms: int) -> None:
    trade = Trade(number, str(amount), str(amount), side, time_ms)
    for is_capital in (True, False):
        row = rows_market.trade(trade, "BTCUSDT", is_capital=is_capital)
        assert rest_market.trades(raw([row])) == (trade,)
    candle = Candle(time_ms, "1", "2", "0.5", "1.5", str(amount), "7.25")
    for product in ProductType:
        assert rest_market.candles(raw([rows_market.candle(candle, product)]), product) == (candle,)
    arg = {"instType": "SPOT", "channel": "candle1m", "instId": "BTCUSDT"}
    frame = {"action": "update", "arg": arg, "data": [rows_market.candle_push(candle)], "ts": time_ms}
    (event,) = Router("test").route(msgspec.json.encode(frame))
    assert event.candles == [candle]  # type: ignore[union-attr]
