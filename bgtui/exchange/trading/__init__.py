"""Every write of the exchange. Only the composition root may import this package: no import, no order."""

from __future__ import annotations

from bgtui.exchange.trading.copy import CopyWrites
from bgtui.exchange.trading.orders import OrderWrites
from bgtui.exchange.trading.plans import PlanWrites
from bgtui.exchange.trading.positions import PositionWrites
from bgtui.exchange.trading.settings import SettingWrites

__all__ = ["TradingClient"]


class TradingClient(OrderWrites, PlanWrites, PositionWrites, SettingWrites, CopyWrites):
    """All subjects over one client; each method sends exactly one request, once.

    Every method may raise `Refused` when the intent cannot be spelled, `NotSent` when not a byte left,
    `Rejected` and its kin when the exchange said no, and `OutcomeUnknown` in every other case.
    """
