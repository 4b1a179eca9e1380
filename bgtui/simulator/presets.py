"""Preset take profit and stop loss: what becomes of them as their order fills (wire notes 4.5, 4.9)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import Side
from bgtui.domain.order import OrderType, PlanKind, TriggerType
from bgtui.simulator.live import LiveOrder
from bgtui.simulator.money import ZERO
from bgtui.simulator.plan import LivePlan
from bgtui.simulator.plans import Plans
from bgtui.simulator.state import State


class Presets:
    """Turns an order's preset prices into TP/SL orders."""

    def __init__(self, state: State, plans: Plans) -> None:
        """Let them wait among these."""
        self._state = state
        self._plans = plans
        self.is_kept_elsewhere: Callable[[str, InstrumentId], bool] = lambda *_: False
        """Whether somebody else looks after the presets of an account's orders on an instrument."""

    def filled(self, order: LiveOrder, opened: Decimal, is_new: bool) -> None:  # noqa: FBT001 (a callback's shape)
        """Protect what a fill brought: ``opened`` of a leg, which may be new, or coins of a spot order."""
        if order.intent.take_profit is None and order.intent.stop_loss is None:
            return
        if self.is_kept_elsewhere(order.account.uid, order.market.instrument.id):
            return
        if not order.market.is_futures:
            self._protect_coins(order)
        elif order.tpsl_numbers:
            for plan in self._started(order):
                if plan.size is not None:
                    plan.size += opened
                    self._plans.tell(plan)
        else:
            self._protect_leg(order, opened, is_new=is_new)

    def _protect_leg(self, order: LiveOrder, opened: Decimal, *, is_new: bool) -> None:
        for price, whole, part, limit in (
            (
                order.intent.take_profit,
                PlanKind.POSITION_TAKE_PROFIT,
                PlanKind.TAKE_PROFIT,
                order.intent.take_profit_limit,
            ),
            (
                order.intent.stop_loss,
                PlanKind.POSITION_STOP_LOSS,
                PlanKind.STOP_LOSS,
                order.intent.stop_loss_limit,
            ),
        ):
            if price is None:
                continue
            is_whole = is_new and not self._plans.same(order.account, order.market, order.opens, whole)
            kind, size = (whole, None) if is_whole else (part, opened)
            plan = self._plans.tpsl(
                order.account, order.market, kind, leg=order.opens, price=price, size=size
            )
            self._start(order, plan, limit)

    def _protect_coins(self, order: LiveOrder) -> None:
        """Give back in the other direction what all fills brought; the first of the two to fire ends both."""
        instrument = order.market.instrument
        fee = order.fees.get(instrument.base_coin, ZERO) if order.is_buy else ZERO
        step = instrument.size_step
        size = ((order.filled - fee) / step).to_integral_value(ROUND_FLOOR) * step
        if not size:
            return
        if order.tpsl_numbers:
            for plan in self._started(order):
                plan.size = size
                self._plans.tell(plan)
            return
        started = [
            self._start(order, self._coin_plan(order, price, size, is_profit=is_profit), limit)
            for is_profit, price, limit in (
                (True, order.intent.take_profit, order.intent.take_profit_limit),
                (False, order.intent.stop_loss, order.intent.stop_loss_limit),
            )
            if price is not None
        ]
        if len(started) > 1:
            started[0].rival, started[1].rival = started[1].number, started[0].number

    def _coin_plan(self, order: LiveOrder, price: Decimal, size: Decimal, *, is_profit: bool) -> LivePlan:
        return LivePlan(
            number=self._state.next_number(),
            account=order.account,
            market=order.market,
            kind=PlanKind.SPOT_TRIGGER,
            client_order_id="",
            side=Side.SELL if order.is_buy else Side.BUY,
            order_type=OrderType.MARKET,
            trigger_type=TriggerType.LAST,
            trigger_price=price,
            fires_above=is_profit is order.is_buy,
            size=size,
            created_ms=self._state.now_ms,
            updated_ms=self._state.now_ms,
            is_tpsl=True,
        )

    def _start(self, order: LiveOrder, plan: LivePlan, limit: Decimal | None) -> LivePlan:
        plan.trigger_type = TriggerType.LAST
        plan.execute_price = limit
        plan.order_type = OrderType.MARKET if limit is None else OrderType.LIMIT
        plan.source = order.source
        self._plans.start(plan)
        order.tpsl_numbers.append(plan.number)
        return plan

    def _started(self, order: LiveOrder) -> list[LivePlan]:
        found = (self._plans.get(order.market, number) for number in order.tpsl_numbers)
        return [plan for plan in found if plan is not None]
