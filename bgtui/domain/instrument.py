"""Instruments: how they are named, what their rules are, and rounding to those rules."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from enum import StrEnum
from functools import lru_cache

from bgtui.domain.text import is_identifier
from bgtui.domain.value import frozen


class ProductType(StrEnum):
    """The four markets the program knows, spelled as in instrument ids."""

    SPOT = "spot"
    USDT_FUTURES = "usdt-futures"
    USDC_FUTURES = "usdc-futures"
    COIN_FUTURES = "coin-futures"

    @property
    def is_futures(self) -> bool:
        """Tell whether positions, leverage and funding exist here."""
        return self is not ProductType.SPOT


FUTURES = (ProductType.USDT_FUTURES, ProductType.USDC_FUTURES, ProductType.COIN_FUTURES)
MARKETS = (*FUTURES, ProductType.SPOT)
"""Every product type, in the order in which a key goes through them."""
_EXACT = Context(prec=120)
"""Digits enough for the quotient of any two numbers of 40 characters."""
_BY_NAME = {product.value: product for product in ProductType}


class InstrumentId(str):
    """What an instrument is called everywhere in the program: ``usdt-futures:BTCUSDT``.

    It is built by `instrument_id` or `parse_instrument`, which check it, so it is safe to print.
    """

    __slots__ = ()

    @property
    def product_type(self) -> ProductType:
        """The market, the part before the colon."""
        return _product_of(self)

    @property
    def symbol(self) -> str:
        """Bitget's symbol, the part after the colon."""
        return self.partition(":")[2]


@lru_cache(1024)
def _product_of(instrument: str) -> ProductType:
    return _BY_NAME[instrument.partition(":")[0]]


def instrument_id(product_type: ProductType, symbol: str) -> InstrumentId:
    """Name an instrument; the symbol is upper-cased.

    Raises:
        ValueError: the symbol could not be a symbol.
    """
    symbol = symbol.upper()
    if not is_identifier(symbol) or ":" in symbol:
        raise ValueError(f"not a symbol: {symbol[:60]!a}")
    return InstrumentId(f"{product_type.value}:{symbol}")


def parse_instrument(text: str, default: ProductType) -> InstrumentId:
    """Read ``usdt-futures:BTCUSDT``, or a bare symbol as one of the default product type.

    Raises:
        ValueError: the product type is not one of the four, or the symbol could not be one.
    """
    product, colon, symbol = text.partition(":")
    if not colon:
        return instrument_id(default, text)
    if product.lower() not in _BY_NAME:
        raise ValueError(f"unknown product type {product[:40]!a}: use {', '.join(_BY_NAME)}")
    return instrument_id(_BY_NAME[product.lower()], symbol)


class InstrumentStatus(StrEnum):
    """Whether an instrument may be traded now (contract `symbolStatus`, spot `status`)."""

    NORMAL = "normal"
    LISTED = "listed"
    """Not open yet."""
    CLOSE_ONLY = "close_only"
    API_RESTRICTED = "api_restricted"
    MAINTENANCE = "maintenance"
    OFF = "off"
    UNKNOWN = "unknown"


@frozen
class Instrument:
    """The rules of one instrument (`mix/market/contracts`, `spot/public/symbols`)."""

    id: InstrumentId
    base_coin: str
    quote_coin: str
    margin_coins: tuple[str, ...]
    """Coins that can back a position; empty for spot."""
    price_places: int
    """Decimal places of a price."""
    tick: Decimal
    """Price step, quote currency."""
    size_places: int
    """Decimal places of a size."""
    size_step: Decimal
    """Sizes are whole multiples of this, base coin."""
    min_size: Decimal
    """Smallest order, base coin; zero when there is none."""
    min_notional: Decimal
    """Smallest order value, quote currency."""
    maker_fee_rate: Decimal
    taker_fee_rate: Decimal
    status: InstrumentStatus
    is_inverse: bool = False
    """Margined in its base coin."""
    quote_places: int | None = None
    """Spot: decimal places of an amount in quote currency (market buys)."""
    max_limit_size: Decimal | None = None
    """Largest limit order, base coin."""
    max_market_size: Decimal | None = None
    """Largest market order, base coin."""
    max_limit_notional: Decimal | None = None
    """Spot: largest limit order value, quote currency."""
    max_market_notional: Decimal | None = None
    """Spot: largest market order value, quote currency."""
    min_leverage: Decimal | None = None
    max_leverage: Decimal | None = None
    buy_band_ratio: Decimal | None = None
    """A buy limit may stand this fraction above the reference price."""
    sell_band_ratio: Decimal | None = None
    """A sell limit may stand this fraction below the reference price."""
    max_orders: int | None = None
    """Open orders allowed on this instrument."""
    max_product_orders: int | None = None
    """Open orders allowed on the whole product type."""
    funding_interval_hours: int | None = None
    is_delivery: bool = False
    delivery_ms: int | None = None

    @property
    def product_type(self) -> ProductType:
        """The market it belongs to."""
        return self.id.product_type

    @property
    def symbol(self) -> str:
        """Bitget's symbol."""
        return self.id.symbol

    @property
    def margin_coin(self) -> str:
        """The coin in which positions earn, of however many may back them; empty for spot."""
        return self.base_coin if self.is_inverse else next(iter(self.margin_coins), "")


def round_size(instrument: Instrument, size: Decimal) -> Decimal:
    """Return the size on the instrument's step, never larger than asked for."""
    return _to_step(size, instrument.size_step, ROUND_DOWN, instrument.size_places)


def round_buy_price(instrument: Instrument, price: Decimal) -> Decimal:
    """Return a buy limit price on the tick, never higher than typed."""
    return _to_step(price, instrument.tick, ROUND_FLOOR, instrument.price_places)


def round_trigger_price(instrument: Instrument, price: Decimal) -> Decimal:
    """Return a trigger price on the nearest tick."""
    return _to_step(price, instrument.tick, ROUND_HALF_UP, instrument.price_places)


def round_quote_amount(instrument: Instrument, amount: Decimal) -> Decimal:
    """Return a spot market buy's amount in quote currency, never larger than asked for."""
    places = instrument.quote_places if instrument.quote_places is not None else instrument.price_places
    return _to_step(amount, Decimal(1).scaleb(-places), ROUND_DOWN, places)


def is_on_step(value: Decimal, step: Decimal) -> bool:
    """Tell whether a value is a whole multiple of a step."""
    with localcontext(_EXACT):
        return value % step == 0


def _to_step(value: Decimal, step: Decimal, rounding: str, places: int) -> Decimal:
    # With the usual 28 digits a long quotient would be rounded before it is floored: upwards, now and then.
    with localcontext(_EXACT):
        counted = (value / step).to_integral_value(rounding=rounding) * step
        return counted.quantize(Decimal(1).scaleb(-places), rounding=rounding)
