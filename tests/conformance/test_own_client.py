"""Our own client on the simulator: readers, writers and streams, and a store that ends as the exchange is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count

import pytest
import pytest_asyncio

from bgtui.domain.account import Position
from bgtui.domain.error import PermissionRefused, Rejected
from bgtui.domain.event import Event, FillReported
from bgtui.domain.instrument import InstrumentId, ProductType
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
    SetLeverage,
    SetMarginMode,
    SetPositionMode,
)
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
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
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.reader import ReadClient
from bgtui.exchange.rest import RestClient
from bgtui.exchange.socket import dial_websocket
from bgtui.exchange.streams import MarketStreams, private_stream
from bgtui.exchange.trading import TradingClient
from bgtui.session.session import Session
from bgtui.store.store import Store
from tests.conformance.floor import AT_HOME, Floor
from tests.conformance.floor import BTC as CCXT_BTC
from tests.conformance.floor import SPOT as CCXT_SPOT

pytestmark = [
    pytest.mark.xdist_group("conformance-own"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("clean"),
]

PATIENCE_S = 60
D = Decimal
USDT, SPOT = ProductType.USDT_FUTURES, ProductType.SPOT
BTC, SPOT_BTC = AT_HOME[CCXT_BTC], AT_HOME[CCXT_SPOT]
BUY, SELL, LONG, SHORT, OPEN, CLOSE = (
    Side.BUY,
    Side.SELL,
    PositionSide.LONG,
    PositionSide.SHORT,
    Effect.OPEN,
    Effect.CLOSE,
)
ONE_WAY, HEDGE = PositionMode.ONE_WAY, PositionMode.HEDGE
MODES = [ONE_WAY, HEDGE]
FAR = D("0.98")


@dataclass
class Terminal:
    """What a person would sit at."""

    session: Session
    reader: ReadClient
    trading: TradingClient
    floor: Floor
    uid: str
    events: list[Event]
    ids: Callable[[], str]

    @property
    def store(self) -> Store:
        return self.session.store

    async def saw(self, predicate: Callable[[], bool]) -> None:
        await self.session.wait_for(predicate, timeout_s=PATIENCE_S)

    async def order(self, order_id: str, is_it: Callable[[Order], bool], where: InstrumentId = BTC) -> Order:
        """Wait for a report of the private stream about an order."""
        found: list[Order] = []

        def look() -> bool:
            known = self.store.order(where, order_id)
            found[:] = [known] if known is not None and is_it(known) else []
            return bool(found)

        await self.saw(look)
        return found[0]

    async def plan(self, order_id: str, is_it: Callable[[PlanOrder], bool]) -> None:
        def look() -> bool:
            plans = (*(self.store.open_plans(USDT) or ()), *self.store.finished_plans(USDT))
            return any(plan.order_id == order_id and is_it(plan) for plan in plans)

        await self.saw(look)

    async def holds(self, sizes: dict[PositionSide, str]) -> dict[PositionSide, Position]:
        wanted = {side: D(size) for side, size in sizes.items()}

        def look() -> bool:
            return {each.side: each.size for each in self.store.positions(USDT) or ()} == wanted

        await self.saw(look)
        return {each.side: each for each in self.store.positions(USDT) or ()}

    def touch(self, where: InstrumentId = BTC) -> tuple[Decimal, Decimal, Decimal]:
        """Best bid, best ask, its size."""
        bids, asks = self.floor.do(lambda exchange: exchange.engine.book(where, 1))
        return bids[0][0], asks[0][0], asks[0][1]

    async def place(self, intent: PlaceOrder) -> str:
        return (await self.trading.place_order(intent, self.ids())).order_id

    async def set_mode(self, mode: PositionMode) -> None:
        if await self.trading.set_position_mode(SetPositionMode(USDT, mode)) is not None:
            assert self.floor.do(lambda exchange: exchange.engine.position_mode(self.uid, USDT)) is mode

    async def agrees(self) -> None:
        """The store, the reader and the exchange say the same."""
        engine = self.floor.exchange.engine
        for product in (USDT, SPOT):
            await self._agrees_on_orders(product)
        plans = self.floor.do(lambda _: engine.open_plans(self.uid, USDT))
        await self.saw(lambda: _brief_plans(self.store.open_plans(USDT) or ()) == _brief_plans(plans))
        assert _brief_plans(await self.reader.open_plans(USDT)) == _brief_plans(plans)
        held = self.floor.do(lambda _: engine.positions(self.uid, USDT))
        await self.saw(lambda: _brief_legs(self.store.positions(USDT) or ()) == _brief_legs(held))
        assert _brief_legs(await self.reader.positions(USDT)) == _brief_legs(held)
        money = {each.coin: (each.available, each.frozen) for each in engine.balances(self.uid, SPOT)}
        await self.saw(
            lambda: (
                {each.coin: (each.available, each.frozen) for each in self.store.balances(SPOT) or ()}
                == money
            )
        )

    async def _agrees_on_orders(self, product: ProductType) -> None:
        theirs = self.floor.do(lambda exchange: exchange.engine.open_orders(self.uid, product))
        await self.saw(lambda: _brief_orders(self.store.open_orders(product) or ()) == _brief_orders(theirs))
        assert _brief_orders(await self.reader.open_orders(product)) == _brief_orders(theirs)


def _brief_orders(orders: Sequence[Order]) -> set[object]:
    return {
        (
            each.order_id,
            each.client_order_id,
            each.side,
            each.status,
            each.price,
            each.size,
            each.filled_size,
            each.reduce_only,
            each.position_side if each.position_mode is HEDGE else None,
        )
        for each in orders
    }


def _brief_plans(plans: Sequence[PlanOrder]) -> set[object]:
    return {(each.order_id, each.kind, each.side, each.status, each.trigger_price) for each in plans}


def _brief_legs(positions: Sequence[Position]) -> set[object]:
    return {(each.key, each.size, each.available, each.entry_price, each.leverage) for each in positions}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rest(floor: Floor) -> AsyncIterator[RestClient]:
    """One for all tests: it knows how much of the exchange's patience is left."""
    clock, rng, credentials = SystemClock(), random.Random(4711), floor.key("practice")
    async with RestClient(floor.served.rest, credentials=credentials, clock=clock, rng=rng) as rest:
        await rest.sync_clock()
        yield rest


@pytest_asyncio.fixture(loop_scope="module")
async def terminal(floor: Floor, rest: RestClient) -> AsyncIterator[Terminal]:
    """The practice account, everything connected and told."""
    clock, rng, served = SystemClock(), random.Random(4711), floor.served
    events: list[Event] = []
    numbers = count(1)
    products = (USDT, SPOT)
    session = Session(
        Store(clock),
        clock=clock,
        rng=rng,
        market=MarketStreams(dial_websocket(served.ws_public), clock=clock, rng=rng),
        private=private_stream(
            dial_websocket(served.ws_private),
            floor.key("practice"),
            products,
            clock=clock,
            rng=rng,
            now_s=lambda: rest.server_now_ms() // 1000,
            resync=rest.sync_clock,
        ),
        reader=ReadClient(rest),
        product_types=products,
        observe=events.append,
    )
    session.show(BTC)
    stamp = floor.now_ms()
    terminal = Terminal(
        session,
        ReadClient(rest),
        TradingClient(rest),
        floor,
        floor.exchange.keys["practice"].uid,
        events,
        lambda: f"own-{stamp}-{next(numbers)}",
    )
    store = session.store
    running = asyncio.create_task(session.run())
    await terminal.saw(
        lambda: (
            None
            not in (
                store.open_orders(USDT),
                store.open_orders(SPOT),
                store.open_plans(USDT),
                store.positions(USDT),
                store.balances(USDT),
                store.balances(SPOT),
            )
        )
    )
    yield terminal
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def order(
    side: Side,
    size: str | Decimal,
    price: Decimal | None = None,
    *,
    mode: PositionMode,
    effect: Effect = OPEN,
) -> PlaceOrder:
    leg = LONG if (side is BUY) is (effect is OPEN) else SHORT
    return PlaceOrder(
        BTC,
        side,
        OrderType.MARKET if price is None else OrderType.LIMIT,
        D(size),
        price=price,
        position_side=leg,
        effect=effect,
        position_mode=mode,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
    )


def tick(price: Decimal) -> Decimal:
    return price.quantize(D("0.1"))


async def sell_into(terminal: Terminal, size: str) -> None:
    """Somebody else sells at market."""
    floor = terminal.floor
    uid = floor.exchange.keys["follower"].uid
    intent = order(SELL, size, mode=HEDGE)
    floor.do(lambda exchange: exchange.engine.place(uid, intent, f"other-{exchange.next_id()}"))


@pytest.mark.parametrize("mode", MODES)
async def test_the_life_of_an_order(terminal: Terminal, mode: PositionMode) -> None:
    await terminal.set_mode(mode)
    bid, ask, size = terminal.touch()
    resting = await terminal.place(order(BUY, "0.02", tick(bid * FAR), mode=mode))
    seen = await terminal.order(resting, lambda each: each.status is OrderStatus.LIVE)
    assert (seen.side, seen.price, seen.size, seen.filled_size) == (BUY, tick(bid * FAR), D("0.02"), D(0))
    assert (seen.position_mode, seen.reduce_only) == (mode, False)
    await terminal.agrees()

    ref = OrderRef(BTC, resting, margin_coin="USDT")
    change = AmendOrder(ref, tick(bid * D("0.97")), D("0.03"), mode)
    successor = (await terminal.trading.amend_order(change, terminal.ids())).order_id
    await terminal.order(resting, lambda each: each.status is OrderStatus.CANCELED)
    seen = await terminal.order(successor, lambda each: each.is_open)
    assert (seen.price, seen.size) == (tick(bid * D("0.97")), D("0.03"))
    await terminal.trading.cancel_order(CancelOrder(OrderRef(BTC, successor, margin_coin="USDT")))
    await terminal.order(successor, lambda each: each.status is OrderStatus.CANCELED)
    await terminal.agrees()

    crossing = await terminal.place(order(BUY, size + D("0.01"), ask, mode=mode))
    seen = await terminal.order(crossing, lambda each: each.status is OrderStatus.PARTIALLY_FILLED)
    assert (seen.filled_size, seen.average_price, seen.remaining_size) == (size, ask, D("0.01"))
    await terminal.holds({LONG: format(size, "f")})
    await terminal.agrees()
    await sell_into(terminal, "0.01")
    seen = await terminal.order(crossing, lambda each: each.status is OrderStatus.FILLED)
    assert seen.filled_size == size + D("0.01")
    legs = await terminal.holds({LONG: format(size + D("0.01"), "f")})
    assert (legs[LONG].entry_price, legs[LONG].position_mode) == (ask, mode)
    fills = [
        event.fill
        for event in terminal.events
        if isinstance(event, FillReported) and event.fill.order_id == crossing
    ]
    assert sum(fill.size for fill in fills) == size + D("0.01")
    assert {fill.side for fill in fills} == {BUY}
    by_rest = [
        fill for fill in await terminal.reader.fills(USDT, fills[0].time_ms) if fill.order_id == crossing
    ]
    assert {(fill.trade_id, fill.side, fill.size, fill.fees) for fill in by_rest} == {
        (fill.trade_id, fill.side, fill.size, fill.fees) for fill in fills
    }
    await terminal.trading.close_position(ClosePosition(BTC, mode))
    await terminal.holds({})
    await terminal.agrees()


async def test_each_leg_by_itself(terminal: Terminal) -> None:
    await terminal.set_mode(HEDGE)
    await terminal.place(order(BUY, "0.03", mode=HEDGE))
    await terminal.place(order(SELL, "0.02", mode=HEDGE))
    before = await terminal.holds({LONG: "0.03", SHORT: "0.02"})
    closing = await terminal.place(order(SELL, "0.01", mode=HEDGE, effect=CLOSE))
    after = await terminal.holds({LONG: "0.02", SHORT: "0.02"})
    assert after[SHORT].entry_price == before[SHORT].entry_price
    seen = await terminal.order(closing, lambda each: each.status is OrderStatus.FILLED)
    assert (seen.side, seen.position_side, seen.effect) == (SELL, LONG, CLOSE)
    known = await terminal.reader.order(BTC, order_id=closing)
    assert known is not None
    assert (known.side, known.position_side, known.effect) == (SELL, LONG, CLOSE)
    await terminal.place(order(BUY, "0.005", mode=HEDGE, effect=CLOSE))
    after = await terminal.holds({LONG: "0.02", SHORT: "0.015"})
    assert after[LONG].entry_price == before[LONG].entry_price
    await terminal.trading.close_position(ClosePosition(BTC, HEDGE, SHORT))
    await terminal.holds({LONG: "0.02"})
    await terminal.agrees()
    await terminal.trading.reverse_position(
        ReversePosition(BTC, LONG, HEDGE, "USDT", D("0.02")), terminal.ids()
    )
    await terminal.holds({SHORT: "0.02"})
    await terminal.agrees()


async def test_one_net_position(terminal: Terminal) -> None:
    await terminal.place(order(BUY, "0.03", mode=ONE_WAY))
    await terminal.holds({LONG: "0.03"})
    reducing = await terminal.place(order(SELL, "0.01", mode=ONE_WAY, effect=CLOSE))
    seen = await terminal.order(reducing, lambda each: each.status is OrderStatus.FILLED)
    assert seen.reduce_only
    await terminal.holds({LONG: "0.02"})
    # Without reduce-only it goes through zero.
    await terminal.place(order(SELL, "0.05", mode=ONE_WAY))
    await terminal.holds({SHORT: "0.03"})
    await terminal.agrees()
    with pytest.raises(Rejected) as refusal:
        await terminal.place(order(SELL, "0.01", mode=ONE_WAY, effect=CLOSE))
    assert refusal.value.code == "22002"


@pytest.mark.parametrize("mode", MODES)
async def test_take_profit_and_stop_loss(terminal: Terminal, mode: PositionMode) -> None:
    await terminal.set_mode(mode)
    await terminal.place(order(BUY, "0.02", mode=mode))
    await terminal.holds({LONG: "0.02"})
    _, ask, _ = terminal.touch()
    profit, loss = tick(ask * D("1.05")), tick(ask * D("0.95"))
    acks = await terminal.trading.place_position_tpsl(PositionTpsl(BTC, LONG, mode, "USDT", profit, loss))
    assert len(acks) == 2
    part = PlaceTpsl(BTC, PlanKind.STOP_LOSS, LONG, mode, "USDT", loss, TriggerType.MARK, D("0.01"))
    partial = (await terminal.trading.place_tpsl(part, terminal.ids())).order_id
    await terminal.plan(partial, lambda plan: plan.trigger_price == loss)
    open_plans = terminal.store.open_plans(USDT) or ()
    assert {plan.kind for plan in open_plans} == {
        PlanKind.POSITION_TAKE_PROFIT,
        PlanKind.POSITION_STOP_LOSS,
        PlanKind.STOP_LOSS,
    }
    assert {plan.side for plan in open_plans} == {SELL}
    await terminal.agrees()
    change = AmendPlan(
        OrderRef(BTC, partial, margin_coin="USDT"),
        PlanKind.STOP_LOSS,
        size=D("0.01"),
        trigger_price=tick(ask * D("0.94")),
        trigger_type=TriggerType.MARK,
    )
    await terminal.trading.amend_plan(change)
    await terminal.plan(partial, lambda plan: plan.trigger_price == tick(ask * D("0.94")))
    await terminal.trading.cancel_plans(
        CancelPlans(BTC, PlanKind.STOP_LOSS, (OrderRef(BTC, partial, margin_coin="USDT"),), "USDT")
    )
    await terminal.plan(partial, lambda plan: plan.status is PlanStatus.CANCELED)
    await terminal.agrees()
    # The leg goes, and what protected it.
    await terminal.trading.close_position(ClosePosition(BTC, mode))
    await terminal.holds({})
    await terminal.saw(lambda: terminal.store.open_plans(USDT) == ())
    await terminal.agrees()


async def test_a_stop_loss_fires(terminal: Terminal) -> None:
    await terminal.place(order(BUY, "0.02", mode=ONE_WAY))
    await terminal.holds({LONG: "0.02"})
    bids, _ = terminal.floor.do(lambda exchange: exchange.engine.book(BTC, 3))
    stop = PlaceTpsl(BTC, PlanKind.STOP_LOSS, LONG, ONE_WAY, "USDT", bids[1][0], TriggerType.LAST, D("0.01"))
    name = (await terminal.trading.place_tpsl(stop, terminal.ids())).order_id
    await terminal.plan(name, lambda plan: plan.status is PlanStatus.LIVE)
    await sell_into(terminal, format(bids[0][1] + bids[1][1] / 2, ".4f"))
    await terminal.plan(name, lambda plan: plan.status is PlanStatus.EXECUTED)
    await terminal.holds({LONG: "0.01"})
    await terminal.agrees()


async def test_triggers_and_presets(terminal: Terminal) -> None:
    _, asks = terminal.floor.do(lambda exchange: exchange.engine.book(BTC, 3))
    intent = PlacePlan(
        BTC,
        PlanKind.TRIGGER,
        BUY,
        OrderType.LIMIT,
        D("0.01"),
        tick(asks[0][0] * D("0.95")),
        TriggerType.MARK,
        execute_price=tick(asks[0][0] * D("0.94")),
        position_side=LONG,
        effect=OPEN,
        position_mode=ONE_WAY,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
    )
    waiting = (await terminal.trading.place_plan(intent, terminal.ids())).order_id
    await terminal.plan(waiting, lambda plan: plan.execute_price == tick(asks[0][0] * D("0.94")))
    trailing = replace(
        intent,
        kind=PlanKind.TRAILING,
        order_type=OrderType.MARKET,
        execute_price=None,
        callback_ratio=D(1),
    )
    trail = (await terminal.trading.place_plan(trailing, terminal.ids())).order_id
    await terminal.plan(trail, lambda plan: plan.kind is PlanKind.TRAILING)
    await terminal.agrees()
    for kind in (PlanKind.TRIGGER, PlanKind.TRAILING):
        await terminal.trading.cancel_plans(CancelPlans(BTC, kind, (), "USDT"))
    await terminal.saw(lambda: terminal.store.open_plans(USDT) == ())
    preset = replace(
        order(BUY, "0.01", mode=ONE_WAY),
        take_profit=tick(asks[0][0] * D("1.05")),
        stop_loss=tick(asks[0][0] * D("0.95")),
    )
    await terminal.place(preset)
    await terminal.saw(lambda: len(terminal.store.open_plans(USDT) or ()) == 2)
    assert {plan.trigger_price for plan in terminal.store.open_plans(USDT) or ()} == {
        preset.take_profit,
        preset.stop_loss,
    }
    await terminal.agrees()


async def test_settings(terminal: Terminal) -> None:
    trading, reader = terminal.trading, terminal.reader
    setting = await trading.set_leverage(SetLeverage(BTC, "USDT", D(9)))
    assert setting is not None
    known = await reader.symbol_settings(BTC, "USDT")
    assert (known.crossed_leverage, known.margin_mode, known.position_mode) == (
        D(9),
        MarginMode.CROSSED,
        ONE_WAY,
    )
    await trading.set_margin_mode(SetMarginMode(BTC, "USDT", MarginMode.ISOLATED))
    assert (await reader.symbol_settings(BTC, "USDT")).margin_mode is MarginMode.ISOLATED
    isolated = replace(order(BUY, "0.01", mode=ONE_WAY), margin_mode=MarginMode.ISOLATED)
    await terminal.place(isolated)
    legs = await terminal.holds({LONG: "0.01"})
    margin = legs[LONG].margin
    assert legs[LONG].margin_mode is MarginMode.ISOLATED
    await trading.adjust_margin(AdjustMargin(BTC, "USDT", LONG, D(25)))
    await terminal.saw(
        lambda: [round(each.margin - margin, 4) for each in terminal.store.positions(USDT) or ()] == [25]
    )
    # Neither mode can be left while a position is open.
    for change in (
        trading.set_margin_mode(SetMarginMode(BTC, "USDT", MarginMode.CROSSED)),
        trading.set_position_mode(SetPositionMode(USDT, HEDGE)),
    ):
        with pytest.raises(Rejected) as refusal:
            await change
        assert refusal.value.code in ("45117", "40920")
    await trading.close_position(ClosePosition(BTC, ONE_WAY))
    await terminal.holds({})
    await trading.set_margin_mode(SetMarginMode(BTC, "USDT", MarginMode.CROSSED))
    await trading.set_leverage(SetLeverage(BTC, "USDT", D(20)))
    await terminal.set_mode(HEDGE)
    assert (await reader.symbol_settings(BTC, "USDT")).position_mode is HEDGE
    await terminal.agrees()


async def test_batches(terminal: Terminal) -> None:
    bid, _, _ = terminal.touch()
    orders = [
        (order(BUY, "0.01", tick(bid * (FAR - D(i) / 1000)), mode=ONE_WAY), terminal.ids()) for i in range(4)
    ]
    # One of them below the smallest size: it alone fails.
    orders.append((order(BUY, "0.00001", tick(bid * FAR), mode=ONE_WAY), terminal.ids()))
    answer = await terminal.trading.place_orders(orders)
    assert [ack.client_order_id for ack in answer.accepted] == [name for _, name in orders[:4]]
    assert [failure.client_order_id for failure in answer.failed] == [orders[4][1]]
    await terminal.saw(lambda: len(terminal.store.open_orders(USDT) or ()) == 4)
    await terminal.agrees()
    names = [ack.order_id for ack in answer.accepted]
    gone = await terminal.trading.cancel_orders(
        CancelOrders(BTC, tuple(OrderRef(BTC, name, margin_coin="USDT") for name in names[:2]))
    )
    assert {ack.order_id for ack in gone.accepted} == set(names[:2])
    await terminal.trading.cancel_symbol(CancelSymbol(BTC, "USDT"))
    await terminal.saw(lambda: terminal.store.open_orders(USDT) == ())
    await terminal.place(order(BUY, "0.01", tick(bid * FAR), mode=ONE_WAY))
    await terminal.saw(lambda: len(terminal.store.open_orders(USDT) or ()) == 1)
    await terminal.trading.cancel_all(CancelAll(USDT, "USDT"))
    await terminal.saw(lambda: terminal.store.open_orders(USDT) == ())
    await terminal.agrees()


async def test_spot(terminal: Terminal) -> None:
    bid, ask, _ = terminal.touch(SPOT_BTC)
    low = (bid * FAR).quantize(D("0.01"))
    intent = PlaceOrder(SPOT_BTC, BUY, OrderType.LIMIT, D("0.001"), price=low)
    resting = await terminal.place(intent)
    await terminal.order(resting, lambda each: each.status is OrderStatus.LIVE, SPOT_BTC)
    await terminal.agrees()
    change = AmendOrder(OrderRef(SPOT_BTC, resting), (bid * D("0.97")).quantize(D("0.01")), D("0.002"))
    successor = (await terminal.trading.amend_order(change, terminal.ids())).order_id
    await terminal.order(successor, lambda each: each.size == D("0.002"), SPOT_BTC)
    await terminal.trading.cancel_order(CancelOrder(OrderRef(SPOT_BTC, successor)))
    await terminal.order(successor, lambda each: each.status is OrderStatus.CANCELED, SPOT_BTC)
    passive = replace(intent, price=ask, time_in_force=TimeInForce.POST_ONLY)
    refused = await terminal.place(passive)
    await terminal.order(refused, lambda each: each.status is OrderStatus.CANCELED, SPOT_BTC)
    money = PlaceOrder(SPOT_BTC, BUY, OrderType.MARKET, D(100), size_is_quote=True)
    bought = await terminal.place(money)
    seen = await terminal.order(bought, lambda each: each.status is OrderStatus.FILLED, SPOT_BTC)
    assert seen.average_price == ask
    assert seen.filled_size * ask == pytest.approx(D(100), abs=D("0.1"))
    sold = await terminal.place(PlaceOrder(SPOT_BTC, SELL, OrderType.MARKET, D("0.001")))
    seen = await terminal.order(sold, lambda each: each.status is OrderStatus.FILLED, SPOT_BTC)
    assert (seen.side, seen.filled_size, seen.average_price) == (SELL, D("0.001"), bid)
    await terminal.agrees()


async def test_the_book_is_the_exchange_s_own(terminal: Terminal) -> None:
    bid, _, _ = terminal.touch()
    # An order of its own changes the book that everybody sees.
    price = bid - D("5.0")
    resting = await terminal.place(order(BUY, "0.0123", price, mode=ONE_WAY))
    await terminal.order(resting, lambda each: each.is_open)

    def shown() -> list[tuple[Decimal, Decimal]]:
        return [(D(price), D(size)) for price, size in terminal.store.book(BTC).bids]

    with terminal.floor.still():
        bids, _ = terminal.floor.do(lambda exchange: exchange.engine.book(BTC))
        await terminal.saw(lambda: shown() == bids[: len(shown())] and len(shown()) > 10)
    assert price in dict(shown())


async def test_a_read_only_key_may_read_and_not_write(floor: Floor) -> None:
    clock = SystemClock()
    rest = RestClient(floor.served.rest, credentials=floor.key("watch"), clock=clock, rng=random.Random(1))
    async with rest:
        assert await ReadClient(rest).balances(USDT)
        info = await ReadClient(rest).key_info()
        assert not any(word.endswith("w") for word in info.authorities)
        with pytest.raises(PermissionRefused):
            await TradingClient(rest).place_order(order(BUY, "0.01", mode=ONE_WAY), "watch-1")
