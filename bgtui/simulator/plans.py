"""Trigger orders: placing, changing and canceling them, and what happens when one fires."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.event import PlanOrderUpdated
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import (
    AmendPlan,
    CancelPlans,
    OrderRef,
    PlaceOrder,
    PlacePlan,
    PlaceTpsl,
    PositionTpsl,
)
from bgtui.domain.market import Side
from bgtui.domain.order import (
    Effect,
    OrderType,
    PlanKind,
    PlanOrder,
    PlanStatus,
    PositionMode,
    PositionSide,
    TriggerType,
)
from bgtui.simulator import rules
from bgtui.simulator.account import Account
from bgtui.simulator.closing import Closing
from bgtui.simulator.live import LiveOrder
from bgtui.simulator.margin import Margin
from bgtui.simulator.matching import Market
from bgtui.simulator.plan import PROFIT, TPSL, TRAILING, WHOLE_LEG, LivePlan
from bgtui.simulator.reject import Reject
from bgtui.simulator.state import State
from bgtui.simulator.trading import Trading

MAX_PLANS = 100
"""Trigger orders of one account on one instrument."""
MAX_CALLBACK = Decimal(10)
"""Percent."""
_WRONG_SIDE = {
    # (profit, long): the code that says on which side of the current price it must be
    (True, PositionSide.LONG): "40830",
    (True, PositionSide.SHORT): "40832",
    (False, PositionSide.LONG): "40834",
    (False, PositionSide.SHORT): "40836",
}
_SOURCES = {
    PlanKind.TRIGGER: "plan",
    PlanKind.SPOT_TRIGGER: "plan",
    PlanKind.TRAILING: "track",
    PlanKind.TAKE_PROFIT: "profit_market",
    PlanKind.POSITION_TAKE_PROFIT: "pos_profit_market",
    PlanKind.STOP_LOSS: "loss_market",
    PlanKind.POSITION_STOP_LOSS: "pos_loss_market",
    PlanKind.TRAILING_STOP: "move_market",
}


class Plans:
    """Every waiting trigger order."""

    def __init__(self, state: State, trading: Trading, closing: Closing, margin: Margin) -> None:
        """Work on this state, placing what fires through these."""
        self._state = state
        self._trading = trading
        self._closing = closing
        self._margin = margin
        self._waiting: dict[InstrumentId, dict[int, LivePlan]] = {}
        trading.has_plans = self.has_any

    # Placing

    def place(
        self, account: Account, intent: PlacePlan, client_order_id: str, *, is_tpsl: bool = False
    ) -> LivePlan:
        """Place a trigger or trailing order; ``is_tpsl`` for a spot one that is listed with the orders.

        Raises:
            Reject: a rule, the position mode, or its client id refuses it.
        """
        market = self._state.market(intent.instrument)
        if intent.kind not in (PlanKind.TRIGGER, PlanKind.TRAILING, PlanKind.SPOT_TRIGGER):
            raise Reject("40020", "planType")
        if market.is_futures is (intent.kind is PlanKind.SPOT_TRIGGER):
            raise Reject("40020", "planType")
        plan = LivePlan(
            number=self._state.next_number(),
            account=account,
            market=market,
            kind=intent.kind,
            client_order_id=client_order_id,
            side=intent.side,
            order_type=intent.order_type,
            trigger_type=intent.trigger_type,
            trigger_price=intent.trigger_price,
            fires_above=True,
            size=intent.size,
            created_ms=self._state.now_ms,
            updated_ms=self._state.now_ms,
            execute_price=intent.execute_price,
            size_is_quote=intent.size_is_quote,
            callback_ratio=intent.callback_ratio,
            take_profit=intent.take_profit,
            stop_loss=intent.stop_loss,
            is_tpsl=is_tpsl,
        )
        if market.is_futures:
            order = _order_of(plan, intent)
            aim = self._trading.aim(account, market, order)
            rules.check_presets(market, order, is_closing=not aim.may_open)
            plan.position_mode, plan.margin_mode = aim.position_mode, aim.margin_mode
            plan.effect = intent.effect
            if aim.position_mode is PositionMode.HEDGE:
                plan.effect = Effect.OPEN if aim.may_open else Effect.CLOSE
                is_long = (intent.side is Side.BUY) is aim.may_open
                plan.position_side = PositionSide.LONG if is_long else PositionSide.SHORT
        return self._accept(plan)

    def place_tpsl(self, account: Account, intent: PlaceTpsl, client_order_id: str) -> LivePlan:
        """Protect a leg.

        Raises:
            Reject: no such leg, a price on the wrong side, or one for the whole leg is there already.
        """
        market = self._futures_market(intent.instrument)
        if intent.kind not in TPSL:
            raise Reject("40020", "planType")
        self._check_mode(account, market, intent.position_mode)
        leg_size = self._leg_size(account, market, intent.position_side)
        if intent.kind in WHOLE_LEG:
            if any(self.same(account, market, intent.position_side, intent.kind)):
                raise Reject("43030" if intent.kind in PROFIT else "43031")
            size = None
        elif intent.size is None:
            raise Reject("40019", "size")
        else:
            size = min(intent.size, leg_size)
        plan = self.tpsl(
            account, market, intent.kind, leg=intent.position_side, price=intent.trigger_price, size=size
        )
        plan.trigger_type = intent.trigger_type
        plan.client_order_id = client_order_id
        plan.execute_price = intent.execute_price
        plan.order_type = OrderType.MARKET if intent.execute_price is None else OrderType.LIMIT
        plan.callback_ratio = intent.callback_ratio
        return self._accept(plan)

    def set_position(
        self, account: Account, intent: PositionTpsl, take_profit_id: str = "", stop_loss_id: str = ""
    ) -> list[LivePlan]:
        """Set take profit and stop loss of a whole leg; one that is there already gets the new price.

        Raises:
            Reject: no such leg, a price on the wrong side, or a client id used before; then neither is set.
        """
        market = self._futures_market(intent.instrument)
        self._check_mode(account, market, intent.position_mode)
        self._leg_size(account, market, intent.position_side)
        plans = []
        for kind, price, client_order_id in (
            (PlanKind.POSITION_TAKE_PROFIT, intent.take_profit, take_profit_id),
            (PlanKind.POSITION_STOP_LOSS, intent.stop_loss, stop_loss_id),
        ):
            if price is not None:
                plan = self.tpsl(account, market, kind, leg=intent.position_side, price=price, size=None)
                plan.trigger_type = intent.trigger_type
                plan.client_order_id = client_order_id
                self._check(plan)
                self._check_client_id(plan)
                plans.append(plan)
        if len(plans) > 1 and take_profit_id and take_profit_id == stop_loss_id:
            raise Reject("45034")
        for plan in plans:
            for old in self.same(account, market, intent.position_side, plan.kind):
                self.end(old, PlanStatus.CANCELED)
            self._accept(plan)
        return plans

    # Changing and canceling

    def amend(self, account: Account, intent: AmendPlan) -> LivePlan:
        """Change a trigger order in place.

        Raises:
            Reject: not found, final, or refused with its new values.
        """
        plan = self._find_waiting(account, intent.order, intent.kind)
        before = (
            plan.size,
            plan.trigger_price,
            plan.trigger_type,
            plan.execute_price,
            plan.order_type,
            plan.callback_ratio,
            plan.fires_above,
        )
        if intent.size is not None and plan.kind not in WHOLE_LEG:
            plan.size = intent.size
        plan.trigger_price = intent.trigger_price or plan.trigger_price
        plan.trigger_type = intent.trigger_type or plan.trigger_type
        plan.callback_ratio = intent.callback_ratio or plan.callback_ratio
        if intent.execute_price is not None:
            plan.execute_price = intent.execute_price or None
            plan.order_type = OrderType.LIMIT if intent.execute_price else OrderType.MARKET
        try:
            self._check(plan)
        except Reject:
            (
                plan.size,
                plan.trigger_price,
                plan.trigger_type,
                plan.execute_price,
                plan.order_type,
                plan.callback_ratio,
                plan.fires_above,
            ) = before
            raise
        plan.updated_ms = self._state.now_ms
        self.tell(plan)
        return plan

    def cancel(self, account: Account, intent: CancelPlans) -> list[LivePlan | Reject]:
        """Cancel the named trigger orders, or all of the kind on the instrument."""
        if not intent.orders:
            market = self._state.market(intent.instrument)
            on = self._on(account, market)
            found = [plan for plan in on if plan.kind is intent.kind and not plan.is_tpsl]
            for plan in found:
                self.end(plan, PlanStatus.CANCELED)
            return list(found)
        answers: list[LivePlan | Reject] = []
        for ref in intent.orders:
            try:
                plan = self._find_waiting(account, ref, intent.kind)
            except Reject as refusal:
                answers.append(refusal)
                continue
            self.end(plan, PlanStatus.CANCELED)
            answers.append(plan)
        return answers

    def end(self, plan: LivePlan, status: PlanStatus) -> None:
        """Make a trigger order final."""
        self._waiting.get(plan.market.instrument.id, {}).pop(plan.number, None)
        plan.status = status
        plan.updated_ms = self._state.now_ms
        self.tell(plan)
        past = plan.account.past[plan.market.instrument.product_type]
        past.plans.append(plan.order_id, plan.updated_ms, plan.to_plan())

    def resume(self, plan: LivePlan) -> None:
        """Let a trigger order wait again that waited in an earlier engine."""
        self._waiting.setdefault(plan.market.instrument.id, {})[plan.number] = plan
        self._state.traded[plan.market.instrument.id] = None

    def leg_closed(self, account: Account, market: Market, side: PositionSide) -> None:
        """Cancel what protected a leg that is gone."""
        for plan in self._on(account, market):
            if plan.leg is side:
                self.end(plan, PlanStatus.CANCELED)

    # Firing

    def check(self, market: Market) -> bool:
        """Fire every trigger order of an instrument whose price is reached; tell whether any was."""
        fired = [
            plan
            for plan in self._waiting.get(market.instrument.id, {}).values()
            if (price := _watched(plan)) is not None and plan.fires_at(price)
        ]
        for plan in fired:
            # One that fired before it may have ended this one: a leg that closed takes its protection along.
            if plan.status is PlanStatus.LIVE:
                self._fire(plan)
        return bool(fired)

    def has_waiting(self, market: Market) -> bool:
        """Tell whether anything waits on an instrument."""
        return bool(self._waiting.get(market.instrument.id))

    def has_any(self, account: Account, instrument: InstrumentId) -> bool:
        """Tell whether an account has a trigger order waiting on an instrument."""
        return any(plan.account is account for plan in self._waiting.get(instrument, {}).values())

    def _fire(self, plan: LivePlan) -> None:
        del self._waiting[plan.market.instrument.id][plan.number]
        plan.status = PlanStatus.EXECUTING
        plan.updated_ms = self._state.now_ms
        self.tell(plan)
        rival = self.get(plan.market, plan.rival)
        if rival is not None:
            self.end(rival, PlanStatus.CANCELED)
        try:
            plan.execute_order_id = self._execute(plan).order_id
        except Reject:
            self.end(plan, PlanStatus.FAILED)
        else:
            self.end(plan, PlanStatus.EXECUTED)

    def _execute(self, plan: LivePlan) -> LiveOrder:
        source = _SOURCES[plan.kind]
        if plan.kind in WHOLE_LEG and plan.leg is not None and plan.execute_price is None:
            return self._closing.close_leg(plan.account, plan.market, plan.leg, source)[0]
        intent = PlaceOrder(
            instrument=plan.market.instrument.id,
            side=plan.side,
            order_type=plan.order_type,
            size=self._size_now(plan),
            price=plan.execute_price if plan.order_type is OrderType.LIMIT else None,
            size_is_quote=plan.size_is_quote,
            position_side=plan.position_side or plan.leg,
            effect=plan.effect,
            margin_mode=plan.margin_mode if plan.effect is not Effect.CLOSE else None,
            take_profit=plan.take_profit,
            stop_loss=plan.stop_loss,
        )
        return self._trading.place(plan.account, intent, source=source)

    def _size_now(self, plan: LivePlan) -> Decimal:
        if plan.leg is None:
            return plan.size or Decimal(0)
        held = self._leg_size(plan.account, plan.market, plan.leg)
        return held if plan.size is None else min(plan.size, held)

    # Checks

    def _accept(self, plan: LivePlan) -> LivePlan:
        self._check(plan)
        account = plan.account
        self._check_client_id(plan)
        if sum(1 for _ in self._on(account, plan.market)) >= MAX_PLANS:
            raise Reject("40889")
        if plan.client_order_id:
            account.remember_plan_id(plan.client_order_id, plan.number)
        self.start(plan)
        return plan

    @staticmethod
    def _check_client_id(plan: LivePlan) -> None:
        if plan.client_order_id and plan.client_order_id in plan.account.plan_client_ids:
            raise Reject("45034" if plan.market.is_futures else "43118")

    def start(self, plan: LivePlan) -> None:
        """Let a trigger order wait from now on."""
        self._waiting.setdefault(plan.market.instrument.id, {})[plan.number] = plan
        self._state.traded[plan.market.instrument.id] = None
        self.tell(plan)

    def _check(self, plan: LivePlan) -> None:
        instrument = plan.market.instrument
        rules.check_price(instrument, plan.trigger_price, "triggerPrice")
        if plan.order_type is OrderType.LIMIT:
            rules.check_price(instrument, plan.execute_price, "executePrice")
        if plan.size is not None and not plan.size_is_quote:
            rules.check_size(instrument, plan.size, is_market=False)
        if plan.trigger_type is TriggerType.UNKNOWN:
            raise Reject("40020", "triggerType")
        ratio = plan.callback_ratio
        if plan.kind in TRAILING and (ratio is None or not 0 < ratio <= MAX_CALLBACK):
            raise Reject("40020", "callbackRatio" if plan.kind is PlanKind.TRAILING else "rangeRate")
        price = _watched(plan)
        if price is None:
            raise Reject("40823")
        plan.fires_above = plan.trigger_price >= price
        if plan.leg is not None and plan.kind is not PlanKind.TRAILING_STOP:
            is_profit = plan.kind in PROFIT
            should_rise = is_profit is (plan.leg is PositionSide.LONG)
            if plan.trigger_price == price or plan.fires_above is not should_rise:
                raise Reject(_WRONG_SIDE[is_profit, plan.leg])

    def _check_mode(self, account: Account, market: Market, mode: PositionMode) -> None:
        if account.modes[market.instrument.product_type] is not mode:
            raise Reject("40774")

    def _futures_market(self, instrument: InstrumentId) -> Market:
        market = self._state.market(instrument)
        if not market.is_futures:
            raise Reject("40020", "symbol")
        return market

    def _leg_size(self, account: Account, market: Market, side: PositionSide) -> Decimal:
        leg = self._margin.leg(account, market.instrument, side)
        if leg is None:
            raise Reject("40837")
        return leg.size

    def tpsl(
        self,
        account: Account,
        market: Market,
        kind: PlanKind,
        *,
        leg: PositionSide,
        price: Decimal,
        size: Decimal | None,
    ) -> LivePlan:
        """Return a TP/SL order that would close a leg at market, not waiting yet."""
        held = self._margin.leg(account, market.instrument, leg)
        is_long = leg is PositionSide.LONG
        return LivePlan(
            number=self._state.next_number(),
            account=account,
            market=market,
            kind=kind,
            client_order_id="",
            side=Side.SELL if is_long else Side.BUY,
            order_type=OrderType.MARKET,
            trigger_type=TriggerType.MARK,
            trigger_price=price,
            fires_above=(kind in PROFIT) is is_long,
            size=size,
            created_ms=self._state.now_ms,
            updated_ms=self._state.now_ms,
            leg=leg,
            effect=Effect.CLOSE,
            position_mode=account.modes[market.instrument.product_type],
            margin_mode=held.margin_mode if held is not None else None,
        )

    # Looking

    def waiting(self, account: Account, product_type: ProductType) -> list[LivePlan]:
        """Return an account's waiting trigger orders, the oldest first."""
        found = [
            plan
            for instrument, plans in self._waiting.items()
            if instrument.product_type is product_type
            for plan in plans.values()
            if plan.account is account
        ]
        return sorted(found, key=lambda plan: plan.number)

    def find(self, account: Account, ref: OrderRef) -> PlanOrder | None:
        """Return a trigger order, waiting or past."""
        number = self._number(account, ref)
        plan = self._waiting.get(ref.instrument, {}).get(number)
        if plan is not None and plan.account is account:
            return plan.to_plan()
        return account.past[ref.instrument.product_type].plans.find(str(number))

    def of_leg(self, account: Account, market: Market, side: PositionSide, kind: PlanKind) -> LivePlan | None:
        """Return the TP/SL of a kind that protects a leg."""
        return next(iter(self.same(account, market, side, kind)), None)

    def _find_waiting(self, account: Account, ref: OrderRef, kind: PlanKind) -> LivePlan:
        plan = self._waiting.get(ref.instrument, {}).get(self._number(account, ref))
        if plan is not None and plan.account is account and plan.kind is kind:
            return plan
        past = self.find(account, ref)
        is_tpsl = kind in TPSL
        if past is not None and past.status.is_final:
            raise Reject("43021" if is_tpsl else "43026")
        raise Reject("43020" if is_tpsl else "43025")

    @staticmethod
    def _number(account: Account, ref: OrderRef) -> int:
        if ref.order_id:
            return int(ref.order_id) if ref.order_id.isdecimal() else -1
        return account.plan_client_ids.get(ref.client_order_id, -1)

    def _on(self, account: Account, market: Market) -> list[LivePlan]:
        plans = self._waiting.get(market.instrument.id, {}).values()
        return [plan for plan in plans if plan.account is account]

    def same(self, account: Account, market: Market, side: PositionSide, kind: PlanKind) -> list[LivePlan]:
        """Return the trigger orders of a kind that protect a leg."""
        return [plan for plan in self._on(account, market) if plan.leg is side and plan.kind is kind]

    def get(self, market: Market, number: int) -> LivePlan | None:
        """Return a waiting trigger order."""
        return self._waiting.get(market.instrument.id, {}).get(number)

    def tell(self, plan: LivePlan) -> None:
        """Report a trigger order to its account."""
        self._state.tell(plan.account, PlanOrderUpdated(plan.to_plan()))


def _watched(plan: LivePlan) -> Decimal | None:
    if plan.trigger_type is TriggerType.LAST or not plan.market.is_futures:
        return plan.market.last if plan.market.last is not None else plan.market.mark
    return plan.market.reference


def _order_of(plan: LivePlan, intent: PlacePlan) -> PlaceOrder:
    """Return the order that a plan will place, as one at the price where that will be."""
    return PlaceOrder(
        instrument=plan.market.instrument.id,
        side=intent.side,
        order_type=OrderType.LIMIT,
        size=intent.size,
        price=intent.execute_price or intent.trigger_price,
        position_side=intent.position_side,
        effect=intent.effect,
        position_mode=intent.position_mode,
        margin_mode=intent.margin_mode,
        margin_coin=intent.margin_coin,
        take_profit=intent.take_profit,
        stop_loss=intent.stop_loss,
    )
