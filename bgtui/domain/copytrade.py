"""Copy trading: what a leader runs and earns, and what a follower copies."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.order import PositionSide
from bgtui.domain.text import Untrusted
from bgtui.domain.value import frozen

MOST_TRACKS, MOST_TRACKS_EACH = 300, 100
"""Tracking orders that a futures leader may have open, in all and of one instrument (Bitget's help pages)."""
MAX_RATIO, MAX_LEVERAGE = 400, 125
"""Percent of a take profit or stop loss of copies, and times of their leverage, at most."""


@frozen
class TrackingOrder:
    """A leader's tracked order, or a follower's copy of one; futures and spot (spot is always long)."""

    instrument: InstrumentId
    tracking_no: str
    side: PositionSide
    open_order_id: str
    open_price: Decimal
    open_size: Decimal
    """Base coin."""
    open_ms: int
    leverage: Decimal | None = None
    open_fee: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    follower_count: int | None = None
    """Leader: how many copy it."""
    trader_id: str = ""
    """Follower: whose order it copies."""
    trader_name: Untrusted | None = None
    margin: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    """Only where the exchange sends it (spot)."""
    close_order_id: str = ""
    close_price: Decimal | None = None
    close_size: Decimal | None = None
    close_ms: int | None = None
    close_fee: Decimal | None = None
    realized_pnl: Decimal | None = None
    net_pnl: Decimal | None = None
    is_stopped_by: str = ""
    """History: `profit` or `loss` when TP or SL closed it."""


@frozen
class Follower:
    """One follower of a leader."""

    follower_uid: str
    name: Untrusted
    equity: Decimal | None
    is_removable: bool | None
    since_ms: int | None


@frozen
class DatedAmount:
    """One point of a profit or return list."""

    time_ms: int
    value: Decimal


@frozen
class LeaderSummary:
    """A leader's totals (`order-total-detail`)."""

    roi: Decimal | None
    order_count: int | None
    total_followers: int | None
    current_followers: int | None
    total_pnl: Decimal | None
    wins: int | None
    losses: int | None
    win_ratio: Decimal | None
    total_equity: Decimal | None
    symbols: tuple[str, ...] = ()
    week_roi: tuple[DatedAmount, ...] = ()
    month_roi: tuple[DatedAmount, ...] = ()
    week_profit: tuple[DatedAmount, ...] = ()
    month_profit: tuple[DatedAmount, ...] = ()


@frozen
class CoinProfit:
    """Profit shared so far in one coin."""

    coin: str
    amount: Decimal
    last_ms: int | None


@frozen
class ProfitSummary:
    """A leader's profit share."""

    yesterday: Decimal | None
    yesterday_ms: int | None
    total: Decimal | None
    waiting: Decimal | None
    coins: tuple[CoinProfit, ...] = ()
    days: tuple[ProfitShare, ...] = ()
    """By coin and day, where the summary has them (spot); futures have a question of their own."""


@frozen
class ProfitShare:
    """One share of profit, paid or waiting."""

    coin: str
    amount: Decimal
    follower_name: Untrusted | None
    time_ms: int | None
    profit_id: str = ""
    ratio: Decimal | None = None


@frozen
class LeadSymbol:
    """Whether and how a leader lends one instrument to copying."""

    instrument: InstrumentId
    is_enabled: bool
    min_open_size: Decimal | None
    max_leverage: Decimal | None
    take_profit_ratio: Decimal | None
    """Percent."""
    stop_loss_ratio: Decimal | None
    """Percent."""


@frozen
class LeadQuota:
    """How much of a spot pair a leader may lead with, quote coin."""

    instrument: InstrumentId
    most: Decimal | None
    left: Decimal | None


@frozen
class LeadSettings:
    """A spot leader's settings (`spot-trader/config-query-settings`)."""

    is_enabled: bool | None
    shows_equity: bool | None
    shows_assets: bool | None
    removable_below_usdt: Decimal | None
    symbols: tuple[LeadSymbol, ...] = ()
    labels: tuple[Untrusted, ...] = ()
    quotas: tuple[LeadQuota, ...] = ()


@frozen
class FollowedTrader:
    """One leader whom the account follows."""

    trader_id: str
    name: Untrusted
    max_followers: int | None
    follower_count: int | None
    margin: Decimal | None
    """Put into copying this leader, USDT."""
    net_profit: Decimal | None
    total_profit: Decimal | None
    symbols: tuple[str, ...]
    since_ms: int | None


@frozen
class CopySetting:
    """How one instrument of one leader is copied."""

    instrument: InstrumentId
    margin_mode: str
    """`trader` or `specify`."""
    leverage_mode: str
    """`position`, `specify` or `trader`."""
    long_leverage: Decimal | None
    short_leverage: Decimal | None
    trace_type: str
    """`percent`, `amount` or `count`."""
    trace_value: Decimal | None
    max_hold: Decimal | None
    take_profit_ratio: Decimal | None
    stop_loss_ratio: Decimal | None


@frozen
class CopyRange:
    """What a spot follower's setting of one pair may be, as the exchange says; None where it says nothing."""

    instrument: InstrumentId
    amount: tuple[Decimal | None, Decimal | None] = (None, None)
    """Quote coin of one copy: least and most."""
    count: tuple[Decimal | None, Decimal | None] = (None, None)
    """Base coin."""
    percent: tuple[Decimal | None, Decimal | None] = (None, None)
    take_profit: tuple[Decimal | None, Decimal | None] = (None, None)
    """Percent."""
    stop_loss: tuple[Decimal | None, Decimal | None] = (None, None)


@frozen
class CopySettings:
    """A follower's settings for one leader."""

    trader_id: str
    is_enabled: bool | None
    details: tuple[CopySetting, ...]
    trader_name: Untrusted | None = None
    profit_ratio: Decimal | None = None
    settled_in_days: int | None = None
    ranges: tuple[CopyRange, ...] = ()
    """Spot only."""


@frozen
class CopyLimit:
    """Smallest and largest size a follower may copy."""

    instrument: InstrumentId
    min_size: Decimal | None
    max_size: Decimal | None
