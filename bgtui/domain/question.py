"""What no stream tells and has to be asked: a value names the question, its type says what the answer is."""

from __future__ import annotations

from typing import Generic, TypeVar

from bgtui.domain.account import (
    AdlRank,
    Balance,
    Bill,
    ClosedPosition,
    FeeRates,
    Fill,
    KeyInfo,
    SymbolSettings,
    WalletTotal,
)
from bgtui.domain.copytrade import (
    CopyLimit,
    CopySettings,
    FollowedTrader,
    Follower,
    LeaderSummary,
    LeadSettings,
    LeadSymbol,
    ProfitShare,
    ProfitSummary,
    TrackingOrder,
)
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import Candle, CandleInterval, LeverageTier
from bgtui.domain.order import Order, PlanOrder
from bgtui.domain.value import frozen

T = TypeVar("T")


@frozen
class Question(Generic[T]):
    """One question, asked again and again while somebody looks at its answer."""

    name: str
    product_type: ProductType | None = None
    instrument: InstrumentId | None = None
    detail: str = ""
    """A trader's id, or a candle interval."""
    until_ms: int = 0
    """Candles of the past: those before this time."""


# Account


def key_info() -> Question[KeyInfo]:
    """Whose key it is and what it may do."""
    return Question("key_info")


def symbol_settings(instrument: InstrumentId) -> Question[SymbolSettings]:
    """Position mode, margin mode and leverage of an instrument."""
    return Question("symbol_settings", instrument=instrument)


def fee_rates(instrument: InstrumentId) -> Question[FeeRates]:
    """The account's own fee rates."""
    return Question("fee_rates", instrument=instrument)


def leverage_tiers(instrument: InstrumentId) -> Question[tuple[LeverageTier, ...]]:
    """Which leverage and which maintenance margin rate hold for which position value."""
    return Question("leverage_tiers", instrument=instrument)


def adl_ranks(product_type: ProductType) -> Question[tuple[AdlRank, ...]]:
    """How near each leg is to auto-deleveraging."""
    return Question("adl_ranks", product_type)


def wallet_totals() -> Question[tuple[WalletTotal, ...]]:
    """What each kind of wallet is worth."""
    return Question("wallet_totals")


def balances(product_type: ProductType) -> Question[tuple[Balance, ...]]:
    """A wallet that no stream follows."""
    return Question("balances", product_type)


def bills(product_type: ProductType) -> Question[tuple[Bill, ...]]:
    """The wallet's ledger of the last days."""
    return Question("bills", product_type)


def order_history(product_type: ProductType) -> Question[tuple[Order, ...]]:
    """Orders that ended in the last days."""
    return Question("order_history", product_type)


def plan_history(product_type: ProductType) -> Question[tuple[PlanOrder, ...]]:
    """Trigger orders that ended in the last days."""
    return Question("plan_history", product_type)


def fills(product_type: ProductType) -> Question[tuple[Fill, ...]]:
    """Trades of the last days."""
    return Question("fills", product_type)


def closed_positions(product_type: ProductType) -> Question[tuple[ClosedPosition, ...]]:
    """Legs that were closed in the last days."""
    return Question("closed_positions", product_type)


# Market


def candles_before(
    instrument: InstrumentId, interval: CandleInterval, until_ms: int
) -> Question[tuple[Candle, ...]]:
    """Bars that ended before a time, for scrolling back."""
    return Question("candles_before", instrument=instrument, detail=interval.value, until_ms=until_ms)


# Copy trading


def leader_tracks(product_type: ProductType) -> Question[tuple[TrackingOrder, ...]]:
    """The leader's tracking orders."""
    return Question("leader_tracks", product_type)


def leader_history(product_type: ProductType) -> Question[tuple[TrackingOrder, ...]]:
    """Tracking orders that were closed."""
    return Question("leader_history", product_type)


def leader_summary(product_type: ProductType) -> Question[LeaderSummary]:
    """A leader's totals."""
    return Question("leader_summary", product_type)


def profit_summary(product_type: ProductType) -> Question[ProfitSummary]:
    """A leader's share of profit, summed."""
    return Question("profit_summary", product_type)


def paid_shares(product_type: ProductType) -> Question[tuple[ProfitShare, ...]]:
    """Shares of profit that were paid."""
    return Question("paid_shares", product_type)


def waiting_shares(product_type: ProductType) -> Question[tuple[ProfitShare, ...]]:
    """Shares of profit that wait."""
    return Question("waiting_shares", product_type)


def daily_shares(product_type: ProductType) -> Question[tuple[ProfitShare, ...]]:
    """What was shared, by coin and day; a spot leader's are in the summary."""
    return Question("daily_shares", product_type)


def lead_symbols(product_type: ProductType) -> Question[tuple[LeadSymbol, ...]]:
    """Which instruments the leader lends to copying."""
    return Question("lead_symbols", product_type)


def lead_settings() -> Question[LeadSettings]:
    """A spot leader's settings."""
    return Question("lead_settings")


def followers(product_type: ProductType) -> Question[tuple[Follower, ...]]:
    """Who follows the leader."""
    return Question("followers", product_type)


def followed_traders(product_type: ProductType) -> Question[tuple[FollowedTrader, ...]]:
    """Whom the account follows."""
    return Question("followed_traders", product_type)


def copied_orders(product_type: ProductType) -> Question[tuple[TrackingOrder, ...]]:
    """The follower's copies of tracking orders."""
    return Question("copied_orders", product_type)


def copy_history(product_type: ProductType) -> Question[tuple[TrackingOrder, ...]]:
    """Copies that were closed."""
    return Question("copy_history", product_type)


def copy_settings(product_type: ProductType, trader_id: str) -> Question[CopySettings]:
    """How one trader is copied."""
    return Question("copy_settings", product_type, detail=trader_id)


def trader_symbols(trader_id: str) -> Question[tuple[str, ...]]:
    """Which spot pairs a trader trades now."""
    return Question("trader_symbols", ProductType.SPOT, detail=trader_id)


def copy_limits(product_type: ProductType) -> Question[tuple[CopyLimit, ...]]:
    """Smallest and largest size of a copy."""
    return Question("copy_limits", product_type)
