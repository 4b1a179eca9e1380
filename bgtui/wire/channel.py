"""Every WebSocket channel as data: its name, what reads its pushes, and how it is asked for.

`Channel.doc` names the page below https://www.bitget.com/api-doc/ that a channel was written from; rhythms
and arguments are collected in the wire notes, sections 7.4 and 7.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from bgtui.domain.error import ConfigError
from bgtui.domain.event import AccountPart, BookDepth, Coverage, Event
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.market import CandleInterval
from bgtui.domain.value import frozen
from bgtui.wire.decode import market, private_futures, private_spot
from bgtui.wire.decode.origin import Origin, instrument
from bgtui.wire.number import identifier, optional_identifier
from bgtui.wire.payload.frame import Arg, Frame

DEFAULT = "default"
"""Argument that stands for every instrument or coin."""
CANDLE = "candle{interval}"

Decode = Callable[[Origin, Frame], Sequence[Event]]
Key = Literal["instId", "coin"]


class Family(StrEnum):
    """Kinds of `instType` that share their channels."""

    SPOT = "spot"
    FUTURES = "futures"
    MARGIN = "margin"


@frozen
class Channel:
    """One subscription topic of one product family, and how its pushes become events."""

    family: Family
    name: str
    """On the wire; ``candle{interval}`` is a family of names."""
    private: bool
    decode: Decode
    """Raises what `wire.frame` counts as unreadable, and nothing else."""
    doc: str
    """Page of Bitget's reference this was written from."""
    key: Key = "instId"
    """Third field of its argument."""
    in_v1: bool = False
    """Recordings of the older stream carry the same rows."""
    part: AccountPart | None = None
    """What of the account its pushes keep current."""


def _public(family: Family, name: str, decode: Decode, doc: str, *, in_v1: bool = False) -> Channel:
    root = "contract" if family is Family.FUTURES else "spot"
    return Channel(
        family, name, private=False, decode=decode, doc=f"{root}/websocket/public/{doc}", in_v1=in_v1
    )


def _private(
    family: Family,
    name: str,
    decode: Decode,
    doc: str,
    part: AccountPart | None = None,
    *,
    key: Key = "instId",
) -> Channel:
    root = "contract" if family is Family.FUTURES else "spot"
    page = f"{root}/websocket/private/{doc}"
    return Channel(family, name, private=True, decode=decode, doc=page, key=key, part=part)


_TABLE = (
    _public(Family.FUTURES, "ticker", market.futures_tickers, "Tickers-Channel"),
    _public(Family.FUTURES, "trade", market.trades, "New-Trades-Channel"),
    _public(Family.FUTURES, CANDLE, market.candles, "Candlesticks-Channel", in_v1=True),
    _public(Family.FUTURES, "books", market.books, "Order-Book-Channel", in_v1=True),
    _public(Family.FUTURES, "books1", market.books, "Order-Book-Channel", in_v1=True),
    _public(Family.FUTURES, "books5", market.books, "Order-Book-Channel", in_v1=True),
    _public(Family.FUTURES, "books15", market.books, "Order-Book-Channel", in_v1=True),
    _private(Family.FUTURES, "orders", private_futures.orders, "Order-Channel", AccountPart.ORDERS),
    _private(Family.FUTURES, "orders-algo", private_futures.plans, "Plan-Order-Channel", AccountPart.PLANS),
    _private(
        Family.FUTURES, "positions", private_futures.positions, "Positions-Channel", AccountPart.POSITIONS
    ),
    _private(Family.FUTURES, "positions-history", private_futures.closed, "History-Positions-Channel"),
    _private(
        Family.FUTURES,
        "account",
        private_futures.balances,
        "Account-Channel",
        AccountPart.BALANCES,
        key="coin",
    ),
    _private(Family.FUTURES, "fill", private_futures.fills, "Fill-Channel", AccountPart.FILLS),
    _private(Family.FUTURES, "equity", private_futures.equity, "Equity-Channel"),
    _private(Family.FUTURES, "adl-noti", private_futures.deleveraged, "ADL-Notification-Channel"),
    _public(Family.SPOT, "ticker", market.spot_tickers, "Tickers-Channel"),
    _public(Family.SPOT, "trade", market.trades, "Trades-Channel"),
    _public(Family.SPOT, CANDLE, market.candles, "Candlesticks-Channel", in_v1=True),
    _public(Family.SPOT, "books", market.books, "Depth-Channel", in_v1=True),
    _public(Family.SPOT, "books1", market.books, "Depth-Channel", in_v1=True),
    _public(Family.SPOT, "books5", market.books, "Depth-Channel", in_v1=True),
    _public(Family.SPOT, "books15", market.books, "Depth-Channel", in_v1=True),
    _public(Family.SPOT, "auction", market.auctions, "Auction-Channel"),
    _private(Family.SPOT, "orders", private_spot.orders, "Order-Channel", AccountPart.ORDERS),
    _private(Family.SPOT, "orders-algo", private_spot.plans, "Plan-Order-Channel", AccountPart.PLANS),
    _private(
        Family.SPOT, "account", private_spot.balances, "Account-Channel", AccountPart.BALANCES, key="coin"
    ),
    _private(Family.SPOT, "fill", private_spot.fills, "Fill-Channel", AccountPart.FILLS),
    Channel(Family.MARGIN, "index-price", private=False, decode=market.index_prices, doc="wire notes 7.4"),
)

CHANNELS: Mapping[tuple[Family, str], Channel] = MappingProxyType(
    {(channel.family, channel.name): channel for channel in _TABLE}
)

_INST_TYPES = {
    "SPOT": (Family.SPOT, ProductType.SPOT),
    "MARGIN": (Family.MARGIN, ProductType.SPOT),
    "USDT-FUTURES": (Family.FUTURES, ProductType.USDT_FUTURES),
    "USDC-FUTURES": (Family.FUTURES, ProductType.USDC_FUTURES),
    "COIN-FUTURES": (Family.FUTURES, ProductType.COIN_FUTURES),
}
_V1_INST_TYPES = {
    "SP": (Family.SPOT, ProductType.SPOT),
    "MC": (Family.FUTURES, ProductType.USDT_FUTURES),
}
_DEPTHS = {depth.value: depth for depth in BookDepth}
_MARKET_NAMES = {
    MarketChannel.TICKER: "ticker",
    MarketChannel.TRADES: "trade",
    MarketChannel.BOOK: "books",
    MarketChannel.BOOK_1: "books1",
    MarketChannel.BOOK_5: "books5",
    MarketChannel.BOOK_15: "books15",
    MarketChannel.AUCTION: "auction",
}
# Spelled the same way for spot and futures, unlike REST. The plain 6H and longer follow UTC+8; ours begin
# at UTC.
_SUFFIXES = {
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
_INTERVALS = {
    **{suffix.removesuffix("utc"): interval for interval, suffix in _SUFFIXES.items()},
    **{suffix: interval for interval, suffix in _SUFFIXES.items()},
}


@frozen
class Subscription:
    """What one argument of a subscribe message asks for; acknowledgements name it again."""

    inst_type: str
    channel: str
    key: Key = "instId"
    value: str = DEFAULT

    def arg(self) -> dict[str, str]:
        """Return the argument as it is sent."""
        return {"instType": self.inst_type, "channel": self.channel, self.key: self.value}

    def describe(self) -> str:
        """Return it for people: ``USDT-FUTURES books BTCUSDT``."""
        return f"{self.inst_type} {self.channel} {self.value}"

    @property
    def instrument(self) -> InstrumentId | None:
        """The instrument it is about, None when it covers more than one."""
        found = _INST_TYPES.get(self.inst_type.upper())
        if found is None or self.key != "instId" or self.value == DEFAULT:
            return None
        return instrument_id(found[1], self.value)

    @property
    def covers(self) -> Coverage | None:
        """What of the account it keeps current, None when nothing or only some of its instruments."""
        found = _INST_TYPES.get(self.inst_type.upper())
        channel = None if found is None else CHANNELS.get((found[0], self.channel))
        if found is None or channel is None or channel.part is None or self.value != DEFAULT:
            return None
        return found[1], channel.part


def market_subscription(topic: MarketTopic) -> Subscription:
    """Return how the exchange is asked for a public topic.

    Raises:
        ConfigError: the exchange has no such channel.
    """
    product = topic.instrument.product_type
    if topic.channel is MarketChannel.CANDLES:
        if topic.interval is None:
            raise ConfigError("candles need an interval")
        name = f"candle{_SUFFIXES[topic.interval]}"
    else:
        name = _MARKET_NAMES[topic.channel]
    if topic.channel is MarketChannel.AUCTION and product.is_futures:
        raise ConfigError(f"{product.value} has no auction channel", hint="only spot pairs open by auction")
    return Subscription(product.value.upper(), name, "instId", topic.instrument.symbol)


def private_subscriptions(product_type: ProductType) -> tuple[Subscription, ...]:
    """Return every private channel of a product type, each for all its instruments."""
    family = Family.FUTURES if product_type.is_futures else Family.SPOT
    return tuple(
        Subscription(product_type.value.upper(), channel.name, channel.key)
        for channel in CHANNELS.values()
        if channel.private and channel.family is family
    )


def subscription(arg: Arg) -> Subscription:
    """Return what an acknowledgement speaks of.

    Raises:
        DecodeError: a part of it is no identifier.
    """
    coin = optional_identifier(arg.coin or arg.ccy, "coin")
    return Subscription(
        identifier(arg.inst_type, "instType"),
        identifier(arg.channel, "channel"),
        "coin" if coin else "instId",
        coin or optional_identifier(arg.inst_id, "instId") or DEFAULT,
    )


def resolve(arg: Arg) -> tuple[Channel, Origin] | None:
    """Find what reads the pushes of a topic; None when the program does not read it.

    Raises:
        DecodeError: the topic names no usable symbol.
    """
    inst_type, name = (arg.inst_type or "").upper(), arg.channel or ""
    is_v1 = inst_type in _V1_INST_TYPES
    market_kind = _V1_INST_TYPES[inst_type] if is_v1 else _INST_TYPES.get(inst_type)
    suffix = name.removeprefix("candle")
    interval = _INTERVALS.get(suffix) if suffix != name else None
    if market_kind is None or (suffix != name and interval is None):
        return None
    family, product = market_kind
    channel = CHANNELS.get((family, name if interval is None else CANDLE))
    if channel is None or (is_v1 and not channel.in_v1):
        return None
    symbol = arg.inst_id if channel.key == "instId" else None
    named = instrument(product, symbol) if symbol and symbol != DEFAULT else None
    return channel, Origin(product, name, named, _DEPTHS.get(name), interval)
