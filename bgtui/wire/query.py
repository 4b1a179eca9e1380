"""How reads spell what they ask for: product types, candle lengths, trigger families (bitget-wire 4)."""

from __future__ import annotations

from collections.abc import Mapping

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import CandleInterval
from bgtui.domain.order import PlanKind

PLAN_FAMILIES = ("normal_plan", "track_plan", "profit_loss")
"""The `planType`s of `orders-plan-pending` and `-history`: together they list every trigger order."""

_FAMILY_OF = {PlanKind.TRIGGER: "normal_plan", PlanKind.TRAILING: "track_plan"}

# Days and longer begin at 00:00 UTC only in the variants that say so; so do 6 and 12 hours.
_SPOT: Mapping[CandleInterval, str] = {
    CandleInterval.M1: "1min",
    CandleInterval.M3: "3min",
    CandleInterval.M5: "5min",
    CandleInterval.M15: "15min",
    CandleInterval.M30: "30min",
    CandleInterval.H1: "1h",
    CandleInterval.H4: "4h",
    CandleInterval.H6: "6Hutc",
    CandleInterval.H12: "12Hutc",
    CandleInterval.D1: "1Dutc",
    CandleInterval.D3: "3Dutc",
    CandleInterval.W1: "1Wutc",
    CandleInterval.MONTH: "1Mutc",
}
_FUTURES: Mapping[CandleInterval, str] = {
    CandleInterval.M1: "1m",
    CandleInterval.M3: "3m",
    CandleInterval.M5: "5m",
    CandleInterval.M15: "15m",
    CandleInterval.M30: "30m",
    CandleInterval.H1: "1H",
    CandleInterval.H4: "4H",
    CandleInterval.H6: "6Hutc",
    CandleInterval.H12: "12Hutc",
    CandleInterval.D1: "1Dutc",
    CandleInterval.D3: "3Dutc",
    CandleInterval.W1: "1Wutc",
    CandleInterval.MONTH: "1Mutc",
}


def granularity(product_type: ProductType, interval: CandleInterval) -> str:
    """Return a candle length as the product type's REST route spells it."""
    return (_FUTURES if product_type.is_futures else _SPOT)[interval]


def product(product_type: ProductType) -> str:
    """Return a futures product type as Bitget spells it.

    Raises:
        ValueError: spot has none.
    """
    if not product_type.is_futures:
        raise ValueError("spot has no productType parameter")
    return product_type.value.upper()


def plan_family(kind: PlanKind) -> str:
    """Return under which `planType` of the plan lists the kind is found."""
    return _FAMILY_OF.get(kind, "profit_loss")


def business(product_type: ProductType) -> str:
    """Return the `businessType` under which fee rates are asked."""
    return "mix" if product_type.is_futures else "spot"


def symbol_params(instrument: InstrumentId) -> dict[str, str]:
    """Return the parameters that name an instrument."""
    if not instrument.product_type.is_futures:
        return {"symbol": instrument.symbol}
    return {"symbol": instrument.symbol, "productType": product(instrument.product_type)}
