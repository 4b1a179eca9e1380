"""Market data values: trades, tickers, candles.

The public feed is the hot path: these values keep the strings that came over the wire, already checked to be
plain decimal numbers, and make a `Decimal` only when somebody asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.value import frozen


class Side(StrEnum):
    """Trade direction: what happens in the market, never which leg it belongs to."""

    __hash__ = str.__hash__  # a key of the paint path: no call of Python code

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> Side:
        """The other direction."""
        return Side.SELL if self is Side.BUY else Side.BUY


class CandleInterval(StrEnum):
    """Length of a candle; days, weeks and months begin at 00:00 UTC."""

    M1 = "1m"
    M3 = "3m"
    M5 = "5m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    H4 = "4h"
    H6 = "6h"
    H12 = "12h"
    D1 = "1d"
    D3 = "3d"
    W1 = "1w"
    MONTH = "1M"


class PriceKind(StrEnum):
    """Which price of a contract a candle is made of."""

    TRADED = "traded"
    MARK = "mark"
    INDEX = "index"


@dataclass(slots=True)
class Trade:
    """One public trade."""

    trade_id: str
    price_text: str
    size_text: str
    side: Side
    """The taker's direction."""
    time_ms: int
    """Exchange time, milliseconds."""

    @property
    def price(self) -> Decimal:
        """Quote currency."""
        return Decimal(self.price_text)

    @property
    def size(self) -> Decimal:
        """Base coin."""
        return Decimal(self.size_text)


@dataclass(slots=True)
class Ticker:
    """The latest figures of one instrument; an empty text means the exchange did not say."""

    instrument: InstrumentId
    time_ms: int
    """Exchange time, milliseconds."""
    last_text: str
    bid_text: str = ""
    ask_text: str = ""
    bid_size_text: str = ""
    ask_size_text: str = ""
    open_24h_text: str = ""
    high_24h_text: str = ""
    low_24h_text: str = ""
    change_24h_text: str = ""
    """Fraction: 0.01 is one percent."""
    base_volume_text: str = ""
    quote_volume_text: str = ""
    open_utc_text: str = ""
    mark_text: str = ""
    index_text: str = ""
    funding_rate_text: str = ""
    open_interest_text: str = ""
    """Base coin (`holdingAmount`)."""
    next_funding_ms: int | None = None

    @property
    def last(self) -> Decimal | None:
        """Last traded price, quote currency."""
        return _decimal(self.last_text)

    @property
    def bid(self) -> Decimal | None:
        """Best bid, quote currency."""
        return _decimal(self.bid_text)

    @property
    def ask(self) -> Decimal | None:
        """Best ask, quote currency."""
        return _decimal(self.ask_text)

    @property
    def mark_price(self) -> Decimal | None:
        """Mark price, quote currency; None on spot."""
        return _decimal(self.mark_text)

    @property
    def index_price(self) -> Decimal | None:
        """Index price, quote currency; None on spot."""
        return _decimal(self.index_text)

    @property
    def funding_rate(self) -> Decimal | None:
        """Rate of the coming funding, a fraction; above zero longs pay shorts."""
        return _decimal(self.funding_rate_text)

    @property
    def open_interest(self) -> Decimal | None:
        """Base coin."""
        return _decimal(self.open_interest_text)

    @property
    def change_24h(self) -> Decimal | None:
        """Change over 24 hours, a fraction."""
        return _decimal(self.change_24h_text)


@dataclass(slots=True)
class Candle:
    """One bar; prices in quote currency."""

    start_ms: int
    """Begin of the bar, exchange time, milliseconds."""
    open_text: str
    high_text: str
    low_text: str
    close_text: str
    base_volume_text: str
    quote_volume_text: str

    @property
    def open(self) -> Decimal:
        """First price."""
        return Decimal(self.open_text)

    @property
    def high(self) -> Decimal:
        """Highest price."""
        return Decimal(self.high_text)

    @property
    def low(self) -> Decimal:
        """Lowest price."""
        return Decimal(self.low_text)

    @property
    def close(self) -> Decimal:
        """Last price."""
        return Decimal(self.close_text)

    @property
    def base_volume(self) -> Decimal:
        """Base coin traded."""
        return Decimal(self.base_volume_text)

    @property
    def quote_volume(self) -> Decimal | None:
        """Quote currency traded; None in recordings of the older stream, which lack it."""
        return _decimal(self.quote_volume_text)


@frozen
class FundingRate:
    """One funding: the current one, or one of the past."""

    instrument: InstrumentId
    rate: Decimal
    """Fraction; above zero longs pay shorts."""
    time_ms: int | None
    """When it is or was settled, exchange time, milliseconds; None where the exchange did not say."""
    interval_hours: int | None = None


@frozen
class FundingTime:
    """When funding is settled next (`funding-time`)."""

    instrument: InstrumentId
    next_ms: int
    """Exchange time, milliseconds."""
    interval_hours: int | None


@frozen
class DepthSnapshot:
    """A book asked once by REST: it cannot be joined to the stream, so it is for looking only."""

    instrument: InstrumentId
    bids: tuple[tuple[str, str], ...]
    """Price and size as they came, best first."""
    asks: tuple[tuple[str, str], ...]
    time_ms: int
    """Exchange time, milliseconds."""


@frozen
class OpenInterest:
    """All open positions of one instrument."""

    instrument: InstrumentId
    size: Decimal
    """Base coin."""
    time_ms: int


@frozen
class OpenInterestLimit:
    """How much one account, and accounts that belong together, may hold of one instrument (`oi-limit`)."""

    instrument: InstrumentId
    notional: Decimal | None
    total_notional: Decimal | None


@frozen
class SymbolPrice:
    """Last, index and mark price of one instrument, quote currency."""

    instrument: InstrumentId
    last: Decimal | None
    index: Decimal | None
    mark: Decimal | None
    time_ms: int


@frozen
class FeeTier:
    """One VIP level's fee rates."""

    level: int
    taker: Decimal
    """Fraction."""
    maker: Decimal
    """Fraction."""
    traded: Decimal | None
    """30-day volume that earns it."""
    assets: Decimal | None
    """Holdings that earn it."""


@frozen
class LeverageTier:
    """One row of the position-size table (`query-position-lever`)."""

    level: int
    lower_notional: Decimal
    upper_notional: Decimal
    max_leverage: Decimal
    maintenance_margin_rate: Decimal


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
