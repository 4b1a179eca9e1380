"""What an account holds and did: balances, positions, fills, bills and its settings."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, Fee, Forced, MarginMode, PositionMode, PositionSide
from bgtui.domain.value import frozen


@frozen
class Balance:
    """One coin of one wallet. Figures that the source did not carry are None."""

    product_type: ProductType
    coin: str
    available: Decimal
    frozen: Decimal
    """Held by open orders (futures REST: `locked`)."""
    equity: Decimal | None = None
    """Futures: wallet balance plus unrealized PnL."""
    locked: Decimal | None = None
    """Spot: locked for other reasons than orders."""
    usdt_equity: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    max_open: Decimal | None = None
    """Available to open positions (`crossedMaxAvailable`, `maxOpenPosAvailable`)."""
    max_transfer_out: Decimal | None = None
    cross_risk_ratio: Decimal | None = None
    """`crossedRiskRate`, shown as given; 1 is taken as liquidation."""
    updated_ms: int | None = None


@frozen
class Position:
    """One open leg."""

    instrument: InstrumentId
    side: PositionSide
    margin_mode: MarginMode
    position_mode: PositionMode
    margin_coin: str
    size: Decimal
    """Base coin."""
    available: Decimal
    """Size not yet committed to closing orders."""
    locked: Decimal
    """Size committed to closing orders."""
    entry_price: Decimal
    leverage: Decimal
    margin: Decimal
    """Margin coin."""
    unrealized_pnl: Decimal | None = None
    """As the exchange last said; live PnL is recomputed from the mark price."""
    realized_pnl: Decimal | None = None
    """Without fees and funding (`achievedProfits`)."""
    mark_price: Decimal | None = None
    liquidation_price: Decimal | None = None
    """None when the exchange gives none (zero or below)."""
    break_even_price: Decimal | None = None
    maintenance_margin_rate: Decimal | None = None
    margin_ratio: Decimal | None = None
    """1 is liquidation."""
    funding_paid: Decimal | None = None
    """As given in `totalFee`."""
    fees_paid: Decimal | None = None
    """As given in `deductedFee`."""
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    auto_margin: bool | None = None
    position_id: str = ""
    created_ms: int | None = None
    updated_ms: int | None = None

    @property
    def key(self) -> PositionKey:
        """What identifies a leg."""
        return (self.instrument, self.side, self.margin_mode)


PositionKey = tuple[InstrumentId, PositionSide, MarginMode]


@frozen
class ClosedPosition:
    """A leg of the past."""

    instrument: InstrumentId
    position_id: str
    side: PositionSide
    margin_mode: MarginMode
    margin_coin: str
    entry_price: Decimal
    exit_price: Decimal
    opened_size: Decimal
    closed_size: Decimal
    pnl: Decimal
    """Price PnL."""
    funding: Decimal
    open_fee: Decimal
    close_fee: Decimal
    net_pnl: Decimal
    """pnl + funding + open_fee + close_fee; fees are negative."""
    created_ms: int
    updated_ms: int


class Liquidity(StrEnum):
    """Whether a fill took or made."""

    TAKER = "taker"
    MAKER = "maker"
    UNKNOWN = "unknown"


@frozen
class Fill:
    """One trade of the account."""

    instrument: InstrumentId
    trade_id: str
    order_id: str
    client_order_id: str
    """Empty where the source does not carry it."""
    side: Side
    """Trade direction."""
    price: Decimal
    size: Decimal
    """Base coin."""
    time_ms: int
    liquidity: Liquidity
    quote_amount: Decimal | None = None
    realized_pnl: Decimal | None = None
    """Margin coin."""
    fees: tuple[Fee, ...] = ()
    position_side: PositionSide | None = None
    effect: Effect | None = None
    position_mode: PositionMode | None = None
    forced: Forced | None = None


@frozen
class Bill:
    """One line of a wallet's ledger."""

    product_type: ProductType
    bill_id: str
    coin: str
    amount: Decimal
    balance: Decimal | None
    fee: Decimal | None
    business_type: str
    instrument: InstrumentId | None
    time_ms: int


@frozen
class SymbolSettings:
    """Modes and leverage of one instrument (`mix/account/account`)."""

    instrument: InstrumentId
    margin_coin: str
    margin_mode: MarginMode
    position_mode: PositionMode
    crossed_leverage: Decimal
    isolated_long_leverage: Decimal
    isolated_short_leverage: Decimal


@frozen
class FeeRates:
    """The account's own fee rates of one instrument, fractions."""

    instrument: InstrumentId
    maker: Decimal
    taker: Decimal


@frozen
class KeyInfo:
    """Whose key it is and what it may do (`spot/account/info`)."""

    user_id: str
    authorities: tuple[str, ...]
    """Bitget's words, as sent."""
    is_trader: bool
    """Lead trader."""
    ips: tuple[str, ...]
    parent_id: str = ""
    registered_ms: int = 0
    """When the account was opened, Unix milliseconds; 0 when not told."""


@frozen
class WalletTotal:
    """Worth of one kind of account (`all-account-balance`)."""

    wallet: str
    usdt: Decimal


@frozen
class AdlRank:
    """How near a leg is to auto-deleveraging; 1 is first in line."""

    instrument: InstrumentId
    margin_coin: str
    side: PositionSide | None
    """None where the exchange does not name the leg."""
    rank: Decimal


@frozen
class LeverageSetting:
    """What leverage or margin mode the exchange has set (answers of `set-leverage` and `set-margin-mode`)."""

    instrument: InstrumentId
    margin_coin: str
    margin_mode: MarginMode | None
    long: Decimal | None
    short: Decimal | None
    crossed: Decimal | None


@frozen
class InstrumentMargin:
    """The margin mode of one instrument (`isolated-symbols`)."""

    instrument: InstrumentId
    margin_mode: MarginMode
