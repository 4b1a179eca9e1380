"""One trigger order while it waits: when it fires, and how it looks from outside."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

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
    TriggerType,
)
from bgtui.simulator.account import Account
from bgtui.simulator.matching import Market

TPSL = frozenset(
    {
        PlanKind.TAKE_PROFIT,
        PlanKind.STOP_LOSS,
        PlanKind.POSITION_TAKE_PROFIT,
        PlanKind.POSITION_STOP_LOSS,
        PlanKind.TRAILING_STOP,
    }
)
"""Kinds that protect a leg and go when it goes."""
WHOLE_LEG = frozenset({PlanKind.POSITION_TAKE_PROFIT, PlanKind.POSITION_STOP_LOSS})
TRAILING = frozenset({PlanKind.TRAILING, PlanKind.TRAILING_STOP})
PROFIT = frozenset({PlanKind.TAKE_PROFIT, PlanKind.POSITION_TAKE_PROFIT})
_PERCENT = Decimal(100)


@dataclass(slots=True)
class LivePlan:
    """A trigger order; what it will do is settled when it fires."""

    number: int
    account: Account
    market: Market
    kind: PlanKind
    client_order_id: str
    side: Side
    """Trade direction of the order it will place."""
    order_type: OrderType
    trigger_type: TriggerType
    trigger_price: Decimal
    fires_above: bool
    """Whether the price has to rise to the trigger, or to fall to it."""
    size: Decimal | None
    created_ms: int
    updated_ms: int
    execute_price: Decimal | None = None
    size_is_quote: bool = False
    callback_ratio: Decimal | None = None
    leg: PositionSide | None = None
    """The leg that a TP/SL protects."""
    position_side: PositionSide | None = None
    effect: Effect | None = None
    position_mode: PositionMode | None = None
    margin_mode: MarginMode | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    status: PlanStatus = PlanStatus.LIVE
    execute_order_id: str = ""
    source: str = "api"
    peak: Decimal | None = None
    """Trailing: the best price since the trail began; None before that."""
    is_tpsl: bool = False
    """Spot: listed with the orders."""
    rival: int = 0
    """Spot: the number of the one that goes when this one fires; 0 for none."""

    @property
    def order_id(self) -> str:
        """The exchange's id."""
        return str(self.number)

    def fires_at(self, price: Decimal) -> bool:
        """Tell whether it fires at a price; a trailing one takes note of the price."""
        if self.kind not in TRAILING:
            return self._is_reached(price)
        if self.peak is None:
            if not self._is_reached(price):
                return False
            self.peak = price
        is_sell = self.side is Side.SELL
        self.peak = max(self.peak, price) if is_sell else min(self.peak, price)
        distance = self.peak * (self.callback_ratio or Decimal(0)) / _PERCENT
        return price <= self.peak - distance if is_sell else price >= self.peak + distance

    def _is_reached(self, price: Decimal) -> bool:
        return price >= self.trigger_price if self.fires_above else price <= self.trigger_price

    def to_plan(self) -> PlanOrder:
        """Return it as the program knows trigger orders."""
        instrument = self.market.instrument
        is_hedge = self.position_mode is PositionMode.HEDGE
        return PlanOrder(
            instrument=instrument.id,
            order_id=self.order_id,
            client_order_id=self.client_order_id or self.order_id,
            kind=self.kind,
            status=self.status,
            side=self.side,
            order_type=self.order_type,
            trigger_type=self.trigger_type,
            trigger_price=self.trigger_price,
            size=self.size,
            created_ms=self.created_ms,
            updated_ms=self.updated_ms,
            execute_price=self.execute_price,
            size_is_quote=self.size_is_quote,
            callback_ratio=self.callback_ratio,
            position_side=(self.position_side or self.leg) if is_hedge else None,
            effect=self.effect,
            position_mode=self.position_mode,
            margin_mode=self.margin_mode,
            margin_coin=instrument.margin_coins[0] if self.market.is_futures else "",
            take_profit=self.take_profit,
            stop_loss=self.stop_loss,
            execute_order_id=self.execute_order_id,
            source=self.source,
            is_tpsl=self.is_tpsl,
        )
