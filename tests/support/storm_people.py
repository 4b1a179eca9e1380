"""Who acts in a storm: people at the keyboard of bgtui, and the same account's phone."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bgtui.config.venue import Environment
from bgtui.domain.error import Refused
from bgtui.domain.instrument import InstrumentId
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
    TimeInForce,
    TriggerType,
)
from bgtui.domain.submission import SubmissionState
from bgtui.session.facts import gather
from bgtui.session.kill_reach import KillChoice
from bgtui.simulator.reject import Reject
from tests.support.storm_copying import CopyPerson
from tests.support.storm_life import Life
from tests.support.storm_world import BTC, ETH, SPOT, SPOT_BTC, UID, USDT, Place

SIZES = {BTC: "0.001", ETH: "0.02", SPOT_BTC: "0.0005"}
FORCES = [TimeInForce.GTC] * 6 + [TimeInForce.IOC, TimeInForce.FOK, TimeInForce.POST_ONLY]
TENTH = Decimal("0.1")


class Person:
    """Somebody at one program's keyboard: sees what its store shows, and asks its desk."""

    def __init__(
        self, life: Life, rng: random.Random, note: Callable[[str], None], only: frozenset[str] = frozenset()
    ) -> None:
        """Sit down; ``only`` leaves nothing but these deeds."""
        self.life = life
        self._rng = rng
        self._note = note
        self._place = life.place
        deeds: tuple[tuple[Callable[[], None], int], ...] = (
            (self.place, 30),
            (self.plan, 6),
            (self.protect, 6),
            (self.amend, 8),
            (self.amend_plan, 6),
            (self.cancel, 10),
            (self.cancel_some, 3),
            (self.cancel_many, 3),
            (self.cancel_plans, 3),
            (self.close, 5),
            (self.reverse, 2),
            (self.set_up, 3),
            (self.arm, 5 if life.environment is Environment.SIM else 25),
            (self.disarm, 2),
            (self.kill, 2),
            (self.refresh, 3),
            (self.ask_now, 3),
            (self.resend, 8),
            (self.switch, 2),
        )
        if self._place.copying is not None:
            copier = CopyPerson(self._place.copying, lambda: self.store, rng, self._submit, self._price)
            deeds += copier.deeds
        self._deeds = tuple(each for each in deeds if not only or each[0].__name__ in only)

    def act(self) -> None:
        """Do something, if there is a program to do it with."""
        if self.life.is_running:
            deeds, weights = zip(*self._deeds, strict=True)
            self._rng.choices(deeds, weights)[0]()

    @property
    def store(self) -> Any:
        return self.life.store

    # Orders

    def place(self) -> None:
        name = self._any_name()
        side = self._rng.choice(list(Side))
        is_market = self._rng.random() < 0.35
        size = Decimal(SIZES[name]) * self._rng.choice([1, 2, 3, 5, 20])
        force = TimeInForce.GTC if is_market else self._rng.choice(FORCES)
        price = None if is_market else self._price(name, self._rng.choice([-25, -8, -2, 0, 2, 8, 25]))
        kind = OrderType.MARKET if is_market else OrderType.LIMIT
        if name == SPOT_BTC:
            is_quote = is_market and side is Side.BUY
            size = Decimal(self._rng.randint(20, 200)) if is_quote else size
            intent = PlaceOrder(name, side, kind, size, force, price, size_is_quote=is_quote)
        else:
            opens = PositionSide.LONG if side is Side.BUY else PositionSide.SHORT
            closes = PositionSide.SHORT if side is Side.BUY else PositionSide.LONG
            legs = self.store.positions(USDT) or ()
            can_close = any((leg.instrument, leg.side) == (name, closes) for leg in legs)
            share = 0.4 if can_close else 0.03
            effect = Effect.CLOSE if self._rng.random() < share else Effect.OPEN
            has_presets = effect is Effect.OPEN and self._rng.random() < 0.15
            up, down = self._price(name, 40), self._price(name, -40)
            take, stop = (up, down) if side is Side.BUY else (down, up)
            intent = PlaceOrder(
                name,
                side,
                kind,
                size,
                force,
                price,
                position_side=opens if effect is Effect.OPEN else closes,
                effect=effect,
                position_mode=self._mode(name),
                margin_mode=self._margin(name),
                margin_coin="USDT",
                take_profit=take if has_presets else None,
                stop_loss=stop if has_presets else None,
            )
        self._submit(intent)

    def plan(self) -> None:
        name = self._any_name()
        side = self._rng.choice(list(Side))
        trigger = self._price(name, self._rng.choice([-20, -1, 1, 20]))
        size = Decimal(SIZES[name]) * self._rng.choice([1, 2, 5])
        if name == SPOT_BTC:
            size = Decimal(50) if side is Side.BUY else size
            self._submit(
                PlacePlan(
                    name,
                    PlanKind.SPOT_TRIGGER,
                    side,
                    OrderType.MARKET,
                    size,
                    trigger,
                    TriggerType.LAST,
                    size_is_quote=side is Side.BUY,
                )
            )
            return
        trails = self._rng.random() < 0.3
        leg = PositionSide.LONG if side is Side.BUY else PositionSide.SHORT
        self._submit(
            PlacePlan(
                name,
                PlanKind.TRAILING if trails else PlanKind.TRIGGER,
                side,
                OrderType.MARKET,
                size,
                trigger,
                TriggerType.LAST,
                callback_ratio=Decimal(1) if trails else None,
                position_side=leg,
                effect=Effect.OPEN,
                position_mode=self._mode(name),
                margin_mode=self._margin(name),
                margin_coin="USDT",
            )
        )

    def protect(self) -> None:
        leg = self._pick(self.store.positions(USDT))
        if leg is None:
            return
        name, is_long = leg.instrument, leg.side is PositionSide.LONG
        up, down = self._price(name, 30), self._price(name, -30)
        take, stop = (up, down) if is_long else (down, up)
        if self._rng.random() < 0.5:
            self._submit(PositionTpsl(name, leg.side, leg.position_mode, "USDT", take, stop))
            return
        self._submit(
            PlaceTpsl(
                name,
                PlanKind.STOP_LOSS,
                leg.side,
                leg.position_mode,
                "USDT",
                stop,
                TriggerType.MARK,
                size=Decimal(SIZES[name]),
            )
        )

    def amend(self) -> None:
        order = self._pick_order()
        if order is None:
            return
        name = order.instrument
        size = Decimal(SIZES[name]) * self._rng.choice([1, 2, 3])
        price = self._price(name, self._rng.choice([-20, -5, 0, 5, 20]))
        is_futures = name.product_type.is_futures
        self._submit(AmendOrder(_ref(order), price, size, self._mode(name) if is_futures else None))

    def amend_plan(self) -> None:
        plan = self._pick(self.store.open_plans(self._rng.choice(self._place.products)))
        if plan is None:
            return
        price = self._price(plan.instrument, self._rng.choice([-35, 35]))
        if plan.kind is PlanKind.TRAILING:
            far = Decimal(self._rng.choice([2, 3]))
            self._submit(AmendPlan(_ref(plan), plan.kind, trigger_price=price, callback_ratio=far))
        elif plan.kind in (PlanKind.TRIGGER, PlanKind.STOP_LOSS, PlanKind.SPOT_TRIGGER):
            self._submit(AmendPlan(_ref(plan), plan.kind, size=plan.size, trigger_price=price))

    def cancel(self) -> None:
        order = self._pick_order()
        if order is not None:
            self._submit(CancelOrder(_ref(order)))

    def cancel_some(self) -> None:
        orders = [one for one in self.store.open_orders(USDT) or () if one.instrument == BTC]
        if orders:
            some = self._rng.sample(orders, min(len(orders), 3))
            self._submit(CancelOrders(BTC, tuple(_ref(order) for order in some)))

    def cancel_many(self) -> None:
        name = self._any_name()
        is_all = self._rng.random() < 0.5
        intent: Intent = CancelAll(USDT) if is_all else CancelSymbol(name)
        orders = self.store.open_orders(USDT if is_all else name.product_type) or ()
        named = tuple(order.order_id for order in orders if is_all or order.instrument == name)
        self._submit(intent, targets=named)

    def cancel_plans(self) -> None:
        product = self._rng.choice(self._place.products)
        plan = self._pick(self.store.open_plans(product))
        if plan is not None and plan.kind is not PlanKind.UNKNOWN:
            coin = "USDT" if product.is_futures else ""
            self._submit(CancelPlans(plan.instrument, plan.kind, (_ref(plan),), coin))

    def close(self) -> None:
        leg = self._pick(self.store.positions(USDT))
        if leg is not None:
            self._submit(ClosePosition(leg.instrument, leg.position_mode, leg.side))

    def reverse(self) -> None:
        leg = self._pick(self.store.positions(USDT))
        if leg is not None:
            self._submit(ReversePosition(leg.instrument, leg.side, leg.position_mode, "USDT", leg.size))

    def set_up(self) -> None:
        name = self._rng.choice([BTC, ETH])
        roll = self._rng.random()
        if roll < 0.6:
            wanted = Decimal(self._rng.choice([5, 10, 20, 50]))
            is_all = roll > 0.45
            self._submit(SetAllLeverage(USDT, wanted) if is_all else SetLeverage(name, "USDT", wanted))
        elif roll < 0.75:
            self._submit(SetMarginMode(name, "USDT", self._rng.choice(list(MarginMode))))
        elif roll < 0.87:
            other = self._rng.choice(list(PositionMode))
            self._submit(SetPositionMode(USDT, other))
        else:
            leg = self._pick(self.store.positions(USDT))
            if leg is not None:
                amount = Decimal(self._rng.choice([-3, 3]))
                self._submit(AdjustMargin(leg.instrument, "USDT", leg.side, amount))

    # The program

    def arm(self) -> None:
        arming = self.life.session.arming if self.life.session else None
        if arming is not None:
            try:
                self.life.do(arming.arm)
            except Refused as error:
                self._note(f"{self.life.name}: not armed: {error}")

    def disarm(self) -> None:
        arming = self.life.session.arming if self.life.session else None
        if arming is not None:
            self._note(f"{self.life.name}: disarms")
            self.life.do(arming.disarm)

    def kill(self) -> None:
        kill = self.life.session.kill if self.life.session else None
        if kill is None:
            return
        name = self._rng.choice([None, BTC, self._any_name()])
        choice = self._rng.choice(list(KillChoice))

        async def pull() -> None:
            reach = kill.reach(name)
            standing = await kill.ask(reach, choice)
            kill.begin(reach, choice, standing)
            self._note(f"{self.life.name}: kill switch, {choice} {name or 'everything'}")

        self.life.spawn(pull(), "a person's kill")

    def refresh(self) -> None:
        self.life.do(self.life.shown.refresh_account)

    def ask_now(self) -> None:
        if self.life.inquiry is not None:
            for submission in self.store.all_submissions():
                self.life.do(self.life.inquiry.ask_now, submission.client_order_id)

    def resend(self) -> None:
        desk = self.life.session.desk if self.life.session else None
        absent = [one for one in self.store.all_submissions() if one.state is SubmissionState.ABSENT]
        if desk is None or not absent or self.life.inquiry is None:
            return
        submission = self._rng.choice(absent)
        self._note(f"{self.life.name}: resends {submission.client_order_id}")
        self.life.spawn(desk.resend(submission, self.life.inquiry.is_absent), "a person's resend")

    def switch(self) -> None:
        self.life.do(self.life.shown.show, self._any_name())

    # What it takes

    def _submit(self, intent: Intent, targets: tuple[str, ...] = ()) -> None:
        desk = self.life.session.desk if self.life.session else None
        if desk is None:
            return

        async def send() -> None:
            name = desk.new_id()
            try:
                await desk.submit(intent, client_order_id=name, targets=targets)
                self._note(f"{self.life.name}: {name} {_brief(intent)}: taken")
            except Exception as error:
                self._note(f"{self.life.name}: {name} {_brief(intent)}: {type(error).__name__} {error}")
                raise

        self.life.spawn(send(), f"a person's {type(intent).__name__}")

    def _any_name(self) -> InstrumentId:
        name: InstrumentId = self._rng.choice((BTC, BTC, *self._place.instruments))
        return name

    def _pick(self, found: Any) -> Any:
        return self._rng.choice(found) if found else None

    def _pick_order(self) -> Any:
        orders = [*(self.store.open_orders(USDT) or ()), *(self.store.open_orders(SPOT) or ())]
        return self._pick([order for order in orders if order.price is not None])

    def _mode(self, name: InstrumentId) -> PositionMode:
        """Return the position mode as the form shows it; now and then it is another by now."""
        facts = gather(self.store, name)
        shown = facts.position_mode if facts is not None else None
        return shown or self._place.engine.position_mode(UID, USDT)

    def _margin(self, name: InstrumentId) -> MarginMode:
        mode: MarginMode = self._place.engine.settings(UID, name).margin_mode
        return mode

    def _price(self, name: InstrumentId, permille: int) -> Decimal:
        return price_near(self._place, name, permille)


class Phone:
    """The account's other hand, straight at the exchange."""

    def __init__(self, place: Place, rng: random.Random, note: Callable[[str], None]) -> None:
        self._place = place
        self._rng = rng
        self._note = note

    def act(self) -> None:
        """Do something."""
        deed = self._rng.choices(
            [self._place_order, self._cancel, self._close, self._lever, self._take_plan_away],
            [8, 4, 3, 1, 1],
        )[0]
        try:
            deed()
        except Reject as error:
            self._note(f"phone: refused {error.code}")
        else:
            self._note(f"phone: {deed.__name__.strip('_')}")

    def _place_order(self) -> None:
        engine, name = self._place.engine, self._rng.choice((BTC, *self._place.instruments))
        side = self._rng.choice(list(Side))
        price = self._rng.choice([None, price_near(self._place, name, self._rng.choice([-15, -1, 1, 15]))])
        kind = OrderType.MARKET if price is None else OrderType.LIMIT
        size = Decimal(SIZES[name]) * self._rng.choice([1, 3])
        if name == SPOT_BTC:
            is_quote = price is None and side is Side.BUY
            intent = PlaceOrder(
                name, side, kind, Decimal(40) if is_quote else size, price=price, size_is_quote=is_quote
            )
        else:
            leg = PositionSide.LONG if side is Side.BUY else PositionSide.SHORT
            intent = PlaceOrder(
                name,
                side,
                kind,
                size,
                price=price,
                position_side=leg,
                effect=Effect.OPEN,
                position_mode=engine.position_mode(UID, USDT),
                margin_mode=engine.settings(UID, name).margin_mode,
                margin_coin="USDT",
            )
        engine.place(UID, intent, source="android")

    def _cancel(self) -> None:
        orders = [order for product in self._place.products for order in self._place.standing(product)[0]]
        if orders:
            self._place.engine.cancel(UID, CancelOrder(_ref(self._rng.choice(orders))))

    def _close(self) -> None:
        legs = self._place.standing(USDT)[2]
        if legs:
            leg = self._rng.choice(legs)
            self._place.engine.close_position(UID, ClosePosition(leg.instrument, leg.position_mode, leg.side))

    def _lever(self) -> None:
        wanted = Decimal(self._rng.choice([3, 15, 25]))
        self._place.engine.set_leverage(UID, SetLeverage(BTC, "USDT", wanted))

    def _take_plan_away(self) -> None:
        plans = self._place.standing(USDT)[1]
        if plans:
            plan = self._rng.choice(plans)
            self._place.engine.cancel_plans(
                UID, CancelPlans(plan.instrument, plan.kind, (_ref(plan),), "USDT")
            )


def price_near(place: Place, name: InstrumentId, permille: int) -> Decimal:
    """Return a price so many thousandths away from the last one, on the tick."""
    tick = place.exchange.rules(name).tick or TENTH
    raw = place.exchange.market.last(name) * (1000 + permille) / 1000
    return (raw / tick).quantize(Decimal(1), ROUND_HALF_UP) * tick


def _ref(order: Any) -> OrderRef:
    coin = "USDT" if order.instrument.product_type.is_futures else ""
    return OrderRef(order.instrument, order.order_id, order.client_order_id, coin)


def _brief(intent: Intent) -> str:
    return type(intent).__name__
