"""Random people on the simulated exchange: whatever they do, nothing is made, lost or left behind."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Context, localcontext
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bgtui.domain.account import Position
from bgtui.domain.event import FillReported, OrderUpdated, PlanOrderUpdated
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import (
    AdjustMargin,
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelPlans,
    ClosePosition,
    OrderRef,
    PlacePlan,
    PlaceTpsl,
    PositionTpsl,
    ReversePosition,
    SetAutoMargin,
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
    PlanStatus,
    PositionMode,
    PositionSide,
    TimeInForce,
    TriggerType,
)
from bgtui.simulator.engine import Stp
from bgtui.simulator.fact import Private
from bgtui.simulator.live import LiveOrder
from bgtui.simulator.reject import Reject
from tests.support.conservation import check_money, check_positions
from tests.support.exchange_floor import (
    BTC,
    BTCUSD,
    BUY,
    COIN,
    CROWD,
    ETH,
    INSTRUMENTS,
    SPOT,
    SPOT_BTC,
    USDT,
    D,
    Floor,
)

START = {BTC: D(60_000), ETH: D(3_000), BTCUSD: D(60_000), SPOT_BTC: D(60_000)}
FUTURES = [BTC, ETH, BTCUSD]
USERS = ["one-way", "isolated", "hedge", "hedge-isolated"]
POOR = {
    USDT: {"USDT": D("731.17")},
    COIN: {"BTC": D("0.0123")},
    SPOT: {"USDT": D("900.01"), "BTC": D("0.0171")},
}

users = st.sampled_from(USERS)
instruments = st.sampled_from(list(START))
futures = st.sampled_from(FUTURES)
sides = st.sampled_from(list(Side))
offsets = st.integers(-12, 12)
"""Thousandths of the mark price."""
units = st.sampled_from([1, 2, 3, 5, 8, 13, 40, 90])
"""A unit is worth about 60 dollars."""
UNIT = {BTC: D("0.001"), ETH: D("0.02"), BTCUSD: D("0.001"), SPOT_BTC: D("0.001")}
forces = st.sampled_from([TimeInForce.GTC] * 5 + [TimeInForce.IOC, TimeInForce.FOK, TimeInForce.POST_ONLY])


class ExchangeMachine(RuleBasedStateMachine):
    """Four people, a crowd and a moving market."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor(mark=None)
        self.marks = dict(START)
        for name, price in START.items():
            self.floor.set_mark(name, price, price)
        for uid in USERS:
            mode = PositionMode.HEDGE if uid.startswith("hedge") else PositionMode.ONE_WAY
            self.floor.join(uid, mode, POOR)
            if uid.endswith("isolated"):
                for name in FUTURES:
                    coin = "BTC" if name is BTCUSD else "USDT"
                    self.floor.set_margin_mode(uid, SetMarginMode(name, coin, MarginMode.ISOLATED))
        self.orders: dict[str, Order] = {}
        self.plans: dict[str, PlanStatus] = {}
        self.filled: defaultdict[str, D] = defaultdict(D)
        self.legs: defaultdict[tuple[str, InstrumentId, PositionSide], D] = defaultdict(D)
        self.crowd: list[int] = []

    def price(self, name: InstrumentId, offset: int) -> D:
        return (self.marks[name] * (1 + D(offset) / 1000)).quantize(D("0.1"))

    def any_leg(self, uid: str, index: int) -> Position | None:
        found = [leg for product in (USDT, COIN) for leg in self.floor.positions(uid, product)]
        return found[index % len(found)] if found else None

    def refill(self, name: InstrumentId) -> None:
        """Let the crowd quote around the mark where little is left; it sweeps away what is stale."""
        near = self.marks[name] / 60
        for side, sign in ((BUY, -1), (Side.SELL, 1)):
            levels = self.floor.book(name)[0 if side is BUY else 1]
            if sum(size for price, size in levels if abs(price - self.marks[name]) < near) < UNIT[name] * 300:
                for distance in (1, 2, 6):
                    price = self.price(name, sign * distance)
                    self.floor.add_crowd_limit(CROWD, name, side, price, UNIT[name] * 300)

    @initialize(
        names=st.lists(futures, min_size=4, max_size=4),
        starts=st.lists(sides, min_size=4, max_size=4),
        leverage=st.sampled_from([5, 20, 50]),
        share=st.sampled_from(["0.2", "0.6", "0.98"]),
        guard=st.sampled_from([0, 1, 2]),
    )
    def begin(
        self, names: list[InstrumentId], starts: list[Side], leverage: int, share: str, guard: int
    ) -> None:
        """Give everybody a position to lose, and perhaps orders that would close it."""
        for uid, name, side in zip(USERS, names, starts, strict=True):
            self.refill(name)
            leg = PositionSide.LONG if side is BUY else PositionSide.SHORT
            self.floor.set_leverage(uid, SetLeverage(name, "", D(leverage)))
            most = self.floor.max_open(uid, name, leg) * D(share)
            self.open_leg(uid, name, side, most)
            for part in range(guard):
                size = str((most / 2).quantize(D("0.0001")))
                ahead = self.price(name, (4 + part * 3) * (1 if side is BUY else -1))
                self.attempt(
                    self.floor.order,
                    uid,
                    side.opposite,
                    size,
                    str(ahead),
                    instrument=name,
                    effect=Effect.CLOSE,
                )

    def open_leg(self, uid: str, name: InstrumentId, side: Side, size: D) -> None:
        amount = str(size.quantize(D("0.0001")))
        self.attempt(self.floor.order, uid, side, amount, instrument=name, effect=Effect.OPEN)

    # What the crowd and the market do

    @rule(name=instruments, side=sides, offset=offsets, size=units)
    def quote(self, name: InstrumentId, side: Side, offset: int, size: int) -> None:
        number = self.floor.add_crowd_limit(CROWD, name, side, self.price(name, offset), UNIT[name] * size)
        if number is not None:
            self.crowd.append(number)

    @precondition(lambda self: self.crowd)
    @rule(index=st.integers(0, 50))
    def withdraw(self, index: int) -> None:
        self.floor.cancel_crowd(self.crowd.pop(index % len(self.crowd)))

    @rule(name=instruments, side=sides, size=units)
    def take(self, name: InstrumentId, side: Side, size: int) -> None:
        self.floor.take_crowd(CROWD, name, side, UNIT[name] * size)

    @rule(
        name=futures,
        permille=st.sampled_from([-90, -40, -15, -6, -2, 2, 6, 15, 40, 90]),
        drains=st.booleans(),
    )
    def move_mark(self, name: InstrumentId, permille: int, drains: bool) -> None:
        if drains:
            # The crowd runs ahead: the best prices may be far from the mark by the time it moves.
            self.floor.take_crowd(CROWD, name, Side.SELL if permille < 0 else BUY, UNIT[name] * 900)
        moved = self.price(name, permille)
        if START[name] / 5 < moved < START[name] * 5:
            self.marks[name] = moved
            self.floor.set_mark(name, moved, moved)

    @rule(name=futures, rate=st.integers(-300, 300))
    def fund(self, name: InstrumentId, rate: int) -> None:
        self.floor.settle_funding(name, D(rate) / 100_000)

    # What people do

    @rule(
        uid=users,
        name=instruments,
        side=sides,
        offset=st.none() | offsets,
        size=units,
        force=forces,
        stp=st.sampled_from(list(Stp)),
        presets=st.booleans(),
        refills=st.booleans(),
    )
    def open(
        self,
        uid: str,
        name: InstrumentId,
        side: Side,
        offset: int | None,
        size: int,
        force: TimeInForce,
        stp: Stp,
        presets: bool,
        refills: bool,
    ) -> None:
        if refills:
            self.refill(name)
        price = None if offset is None else str(self.price(name, offset))
        is_quote = name is SPOT_BTC and price is None and side is BUY
        self.attempt(
            self.floor.order,
            uid,
            side,
            str(D(size) * D("61.37") if is_quote else UNIT[name] * size),
            price,
            instrument=name,
            force=force,
            effect=Effect.OPEN if name is not SPOT_BTC else None,
            stp=stp,
            is_quote=is_quote,
            take_profit=str(self.price(name, 20 if side is BUY else -20)) if presets else None,
            stop_loss=str(self.price(name, -20 if side is BUY else 20)) if presets else None,
        )

    @rule(uid=users, index=st.integers(0, 5), offset=st.none() | offsets, size=units, force=forces)
    def close_some(self, uid: str, index: int, offset: int | None, size: int, force: TimeInForce) -> None:
        position = self.any_leg(uid, index)
        if position is not None:
            name = position.instrument
            self.refill(name)
            self.attempt(
                self.floor.order,
                uid,
                Side.SELL if position.side is PositionSide.LONG else BUY,
                str(UNIT[name] * size),
                None if offset is None else str(self.price(name, offset)),
                instrument=name,
                force=force,
                leg=position.side,
                effect=Effect.CLOSE,
            )

    @rule(uid=users, index=st.integers(0, 20), offset=offsets, size=units, cancels=st.booleans())
    def change_order(self, uid: str, index: int, offset: int, size: int, cancels: bool) -> None:
        found = [order for product in ProductType for order in self.floor.open_orders(uid, product)]
        if not found:
            return
        order = found[index % len(found)]
        ref = OrderRef(order.instrument, order.order_id)
        if cancels:
            self.floor.cancel(uid, CancelOrder(ref))
        else:
            price = self.price(order.instrument, offset)
            intent = AmendOrder(ref, price, UNIT[order.instrument] * size)
            self.attempt(self.floor.amend, uid, intent)

    @rule(
        uid=users,
        name=instruments,
        side=sides,
        offset=offsets,
        size=units,
        effect=st.sampled_from([Effect.OPEN, Effect.OPEN, Effect.CLOSE]),
        trails=st.booleans(),
    )
    def plan(
        self,
        uid: str,
        name: InstrumentId,
        side: Side,
        offset: int,
        size: int,
        effect: Effect,
        trails: bool,
    ) -> None:
        self.refill(name)
        kind = PlanKind.TRAILING if trails else PlanKind.TRIGGER
        intent = PlacePlan(
            name,
            PlanKind.SPOT_TRIGGER if name is SPOT_BTC else kind,
            side,
            OrderType.MARKET,
            UNIT[name] * size,
            self.price(name, offset),
            TriggerType.LAST,
            callback_ratio=D(1),
            effect=effect,
        )
        self.attempt(self.floor.place_plan, uid, intent)

    @rule(
        uid=users,
        index=st.integers(0, 5),
        deed=st.sampled_from(
            ["close", "reverse", "adjust", "auto", "protect", "protect all", "trail", "lever"]
        ),
        offset=st.integers(1, 30),
        size=units,
    )
    def care_for_leg(self, uid: str, index: int, deed: str, offset: int, size: int) -> None:
        position = self.any_leg(uid, index)
        if position is None:
            return
        name, leg, mode = position.instrument, position.side, position.position_mode
        self.refill(name)
        is_long = leg is PositionSide.LONG
        up, down = self.price(name, offset), self.price(name, -offset)
        if deed == "close":
            side = leg if size % 2 else None
            self.attempt(self.floor.close_position, uid, ClosePosition(name, mode, side))
        elif deed == "reverse":
            part = UNIT[name] * size if size % 2 else None
            self.attempt(self.floor.reverse, uid, ReversePosition(name, leg, mode, "", part))
        elif deed == "adjust":
            amount = D(offset - 15) * (D("0.00001") if name is BTCUSD else 1)
            self.attempt(self.floor.adjust_margin, uid, AdjustMargin(name, "", leg, amount))
        elif deed == "auto":
            self.attempt(self.floor.set_auto_margin, uid, SetAutoMargin(name, "", leg, is_on=bool(size % 2)))
        elif deed == "lever":
            value = D([1, 3, 20, 50, 75, 100, 125, 10][size % 8])
            self.attempt(self.floor.set_leverage, uid, SetLeverage(name, "", value, leg))
        elif deed == "protect all":
            profit, loss = (up, down) if is_long else (down, up)
            self.attempt(self.floor.position_tpsl, uid, PositionTpsl(name, leg, mode, "", profit, loss))
        else:
            kind = PlanKind.TRAILING_STOP if deed == "trail" else PlanKind.STOP_LOSS
            intent = PlaceTpsl(
                name,
                kind,
                leg,
                mode,
                "",
                down if is_long is (deed == "protect") else up,
                TriggerType.MARK,
                size=UNIT[name] * size,
                callback_ratio=D(1),
            )
            self.attempt(self.floor.place_tpsl, uid, intent)

    @rule(
        uid=users,
        name=futures,
        deed=st.sampled_from(["lever", "margin", "mode", "cancel plans", "cancel all", "misspell"]),
        value=st.integers(0, 7),
    )
    def set_up(self, uid: str, name: InstrumentId, deed: str, value: int) -> None:
        product = name.product_type
        if deed == "lever":
            leverage = D([1, 3, 20, 50, 75, 100, 125, 200][value])
            self.attempt(self.floor.set_leverage, uid, SetLeverage(name, "", leverage))
        elif deed == "margin":
            self.attempt(
                self.floor.set_margin_mode, uid, SetMarginMode(name, "", list(MarginMode)[value % 2])
            )
        elif deed == "mode":
            mode = list(PositionMode)[value % 2]
            self.attempt(self.floor.set_position_mode, uid, SetPositionMode(product, mode))
        elif deed == "cancel plans":
            self.floor.cancel_plans(uid, CancelPlans(name, list(PlanKind)[value]))
        elif deed == "cancel all":
            self.floor.cancel_all(uid, CancelAll(product))
        else:
            mode = list(PositionMode)[value % 2]
            self.attempt(self.floor.order, uid, BUY, "0.01", "1.0", instrument=name, mode=mode)

    def random_deed(self, rng: random.Random) -> None:
        uid, name, side = rng.choice(USERS), rng.choice(list(START)), rng.choice(list(Side))
        contract = rng.choice(FUTURES)
        size, offset = rng.choice([1, 5, 13, 40, 90, 300]), rng.randint(-12, 12)
        price = rng.choice([None, offset])
        force = rng.choice([TimeInForce.GTC] * 5 + [TimeInForce.IOC, TimeInForce.FOK, TimeInForce.POST_ONLY])
        deed = rng.randint(0, 10)
        if deed == 0:
            self.quote(name=name, side=side, offset=offset, size=size)
        elif deed == 1:
            self.take(name=name, side=side, size=size)
        elif deed <= 3:
            permille = rng.choice([-90, -40, -15, -6, -2, 2, 6, 15, 40, 90])
            self.move_mark(name=contract, permille=permille, drains=rng.random() < 0.3)
        elif deed == 4:
            self.fund(name=contract, rate=rng.randint(-300, 300))
        elif deed <= 6:
            stp = rng.choice(list(Stp))
            presets, refills = rng.random() < 0.2, rng.random() < 0.8
            self.open(
                uid=uid,
                name=name,
                side=side,
                offset=price,
                size=size,
                force=force,
                stp=stp,
                presets=presets,
                refills=refills,
            )
        elif deed <= 8:
            self.close_some(uid=uid, index=rng.randint(0, 5), offset=price, size=size, force=force)
        elif deed == 9:
            deeds = ["close", "reverse", "adjust", "auto", "protect", "protect all", "trail", "lever"]
            self.care_for_leg(
                uid=uid, index=rng.randint(0, 5), deed=rng.choice(deeds), offset=rng.randint(1, 30), size=size
            )
        else:
            self.change_order(
                uid=uid, index=rng.randint(0, 20), offset=offset, size=size, cancels=rng.random() < 0.5
            )

    def check_everything(self) -> None:
        self.facts_are_consistent()
        self.money_is_conserved()
        self.positions_net_to_zero()
        self.book_is_sound()
        self.holds_belong_to_open_orders()
        self.closing_orders_fit_their_legs()
        self.legs_keep_to_themselves()
        self.nobody_is_under_water()

    def attempt(self, call: Any, *args: Any, **kwargs: Any) -> None:
        """Call, where no is an answer: but then nothing may have moved."""
        before = self.money()
        try:
            call(*args, **kwargs)
        except Reject:
            assert self.money() == before

    def money(self) -> list[tuple[D, D]]:
        accounts = self.floor._state.accounts.values()
        return [
            *((wallet.balance, wallet.held) for account in accounts for wallet in account.wallets.values()),
            *((purse.balance, purse.held) for account in accounts for purse in account.spot.values()),
        ]

    # What must hold after each step

    @invariant()
    def facts_are_consistent(self) -> None:
        self.floor.clock.ms += 1
        for fact in self.floor.drain():
            if not isinstance(fact, Private):
                continue
            event = fact.event
            if isinstance(event, FillReported):
                fill = event.fill
                self.filled[fill.order_id] += fill.size
                if fill.position_side is not None:
                    sign = 1 if fill.effect is Effect.OPEN else -1
                    self.legs[fact.uid, fill.instrument, fill.position_side] += sign * fill.size
            elif isinstance(event, OrderUpdated):
                self.check_order(event.order)
            elif isinstance(event, PlanOrderUpdated):
                plan = event.plan
                old = self.plans.get(plan.order_id, PlanStatus.LIVE)
                assert not old.is_final
                assert plan.status.rank >= old.rank
                self.plans[plan.order_id] = plan.status

    def check_order(self, order: Order) -> None:
        old = self.orders.get(order.order_id)
        if old is not None:
            assert not old.status.is_final, "an order left a final state"
            assert order.status.rank >= old.status.rank
            assert order.filled_size >= old.filled_size
        spent = order.filled_size * (order.average_price or 0)
        if order.size_is_quote:
            assert spent <= order.size + D("1e-6")
        else:
            assert order.filled_size <= order.size
            if order.status is OrderStatus.FILLED:
                assert order.filled_size == order.size
        if order.time_in_force is TimeInForce.FOK and order.order_type is OrderType.LIMIT:
            assert order.status is not OrderStatus.CANCELED or not order.filled_size, "filled in part"
        assert self.filled[order.order_id] == order.filled_size
        self.orders[order.order_id] = order

    @invariant()
    def money_is_conserved(self) -> None:
        check_money(self.floor, INSTRUMENTS)

    @invariant()
    def positions_net_to_zero(self) -> None:
        check_positions(self.floor, INSTRUMENTS)

    @invariant()
    def book_is_sound(self) -> None:
        for name, market in self.floor._state.markets.items():
            bid, ask = self.floor.best(name)
            assert bid is None or ask is None or bid < ask, "crossed"
            for side in (market.bids, market.asks):
                for level in side:
                    assert level.orders
                    assert level.size == sum(order.remaining for order in level.orders.values())
                    assert all(order.remaining > 0 for order in level.orders.values())

    @invariant()
    def holds_belong_to_open_orders(self) -> None:
        state = self.floor._state
        for account in state.accounts.values():
            own = [state.orders[number] for number in account.order_numbers]
            assert all(not order.status.is_final and order.level is not None for order in own)
            for (product, coin), wallet in account.wallets.items():
                holds = [order.hold for order in own if _pays_with(order, product, coin)]
                assert wallet.held == sum(holds)
            for coin, purse in account.spot.items():
                assert purse.held == sum(order.hold for order in own if _spends(order, coin))
                if not account.is_crowd:
                    assert purse.available >= 0

    @invariant()
    def closing_orders_fit_their_legs(self) -> None:
        state = self.floor._state
        for account in state.accounts.values():
            closing: defaultdict[Any, D] = defaultdict(D)
            for number in account.order_numbers:
                order = state.orders[number]
                if order.is_closing:
                    closing[order.market.instrument.id, order.closes] += order.remaining
            for (name, side), size in closing.items():
                leg = account.wallet(state.markets[name].instrument).legs.get((name, side))
                assert leg is not None
                assert size <= leg.size

    @invariant()
    def legs_keep_to_themselves(self) -> None:
        for uid in USERS:
            for product in (USDT, COIN):
                positions = self.floor.positions(uid, product)
                if self.floor.position_mode(uid, product) is PositionMode.ONE_WAY:
                    assert len({position.instrument for position in positions}) == len(positions)
                    continue
                held = {(position.instrument, position.side): position.size for position in positions}
                for name in FUTURES:
                    if name.product_type is product:
                        for side in PositionSide:
                            assert self.legs[uid, name, side] == held.get((name, side), 0)

    @invariant()
    def nobody_is_under_water(self) -> None:
        margin = self.floor._margin
        with localcontext(Context(prec=80)):
            for uid in USERS:
                account = self.floor._state.accounts[uid]
                for wallet in account.wallets.values():
                    for leg in wallet.legs.values():
                        if leg.is_isolated:
                            assert leg.margin > 0
                            assert not margin.is_lost(account, leg)
                    crossed = margin.crossed(account, wallet)
                    assert not crossed.is_lost
                    assert crossed.equity >= 0


def _pays_with(order: LiveOrder, product: ProductType, coin: str) -> bool:
    instrument = order.market.instrument
    return instrument.product_type is product and instrument.margin_coins[0] == coin


def _spends(order: LiveOrder, coin: str) -> bool:
    instrument = order.market.instrument
    paid = instrument.quote_coin if order.is_buy else instrument.base_coin
    return instrument.product_type is SPOT and paid == coin


TestExchange = ExchangeMachine.TestCase
TestExchange.settings = settings(max_examples=80, stateful_step_count=40)


@pytest.mark.parametrize("seed", range(24))
def test_a_long_storm(seed: int) -> None:
    """Deeds evenly mixed, where hypothesis repeats itself: reaches gaps and bankruptcies."""
    rng = random.Random(seed)
    machine = ExchangeMachine()
    machine.begin(
        names=rng.choices(FUTURES, k=4),
        starts=rng.choices(list(Side), k=4),
        leverage=rng.choice([5, 20, 50]),
        share=rng.choice(["0.2", "0.6", "0.98"]),
        guard=rng.randint(0, 2),
    )
    for _ in range(120):
        machine.random_deed(rng)
        machine.check_everything()
