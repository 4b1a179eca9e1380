"""Contracts and spot symbols: the rules of instruments (bitget-wire 9.1, 9.2)."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.error import DecodeError
from bgtui.domain.instrument import Instrument, InstrumentStatus, ProductType
from bgtui.wire.decode.rest_answer import Data, answers, listed, many
from bgtui.wire.decode.rest_field import (
    amount_or_zero,
    coin,
    count,
    instrument,
    is_nameable,
    moment,
    positive,
)
from bgtui.wire.endpoint import futures_market, spot_market
from bgtui.wire.number import decimal, integer, lower, optional_decimal
from bgtui.wire.payload.rest_market import ContractRow, SpotSymbolRow

MAX_PLACES = 30
"""Decimal places that a price or size can sensibly have."""

_CONTRACT_STATUSES = {
    "normal": InstrumentStatus.NORMAL,
    "listed": InstrumentStatus.LISTED,
    "limit_open": InstrumentStatus.CLOSE_ONLY,
    "restrictedapi": InstrumentStatus.API_RESTRICTED,
    "maintain": InstrumentStatus.MAINTENANCE,
    "off": InstrumentStatus.OFF,
}
_SPOT_STATUSES = {
    "online": InstrumentStatus.NORMAL,
    # A gray pair trades for chosen accounts only.
    "gray": InstrumentStatus.API_RESTRICTED,
    "halt": InstrumentStatus.MAINTENANCE,
    "offline": InstrumentStatus.OFF,
}


@answers(futures_market.CONTRACTS)
def contracts(data: Data, product_type: ProductType) -> tuple[Instrument, ...]:
    """Return the contracts of a product type; those whose name the program cannot write are left out."""
    rows = many(data, ContractRow)
    return tuple(_contract(row, product_type) for row in rows if _is_nameable(row.symbol, row.base_coin))


@answers(spot_market.SYMBOLS)
def symbols(data: Data) -> tuple[Instrument, ...]:
    """Return the spot pairs; those whose name the program cannot write are left out."""
    return tuple(_pair(row) for row in many(data, SpotSymbolRow) if _is_nameable(row.symbol, row.base_coin))


def _contract(row: ContractRow, product_type: ProductType) -> Instrument:
    base, quote = coin(row.base_coin, "baseCoin"), coin(row.quote_coin, "quoteCoin")
    margins = tuple(
        coin(each, "supportMarginCoins") for each in listed(row.support_margin_coins, "supportMarginCoins")
    )
    price_places, size_places = (
        _places(row.price_place, "pricePlace"),
        _places(row.volume_place, "volumePlace"),
    )
    return Instrument(
        id=instrument(product_type, row.symbol),
        base_coin=base,
        quote_coin=quote,
        margin_coins=margins,
        price_places=price_places,
        tick=_tick(row.price_end_step, price_places),
        size_places=size_places,
        size_step=positive(row.size_multiplier, "sizeMultiplier") or _step(size_places),
        min_size=amount_or_zero(row.min_trade_num, "minTradeNum"),
        min_notional=amount_or_zero(row.min_trade_usdt, "minTradeUSDT"),
        maker_fee_rate=amount_or_zero(row.maker_fee_rate, "makerFeeRate"),
        taker_fee_rate=amount_or_zero(row.taker_fee_rate, "takerFeeRate"),
        status=_CONTRACT_STATUSES.get(lower(row.symbol_status), InstrumentStatus.UNKNOWN),
        is_inverse=(base in margins and quote not in margins)
        if margins
        else product_type is ProductType.COIN_FUTURES,
        max_limit_size=positive(row.max_order_qty, "maxOrderQty"),
        max_market_size=positive(row.max_market_order_qty, "maxMarketOrderQty"),
        min_leverage=positive(row.min_lever, "minLever"),
        max_leverage=positive(row.max_lever, "maxLever"),
        buy_band_ratio=optional_decimal(row.buy_limit_price_ratio, "buyLimitPriceRatio"),
        sell_band_ratio=optional_decimal(row.sell_limit_price_ratio, "sellLimitPriceRatio"),
        max_orders=count(row.max_symbol_order_num, "maxSymbolOrderNum"),
        max_product_orders=count(row.max_product_order_num, "maxProductOrderNum"),
        funding_interval_hours=count(row.fund_interval, "fundInterval"),
        is_delivery=lower(row.symbol_type) == "delivery",
        delivery_ms=moment(row.delivery_time, "deliveryTime"),
    )


def _pair(row: SpotSymbolRow) -> Instrument:
    price_places = _places(row.price_precision, "pricePrecision")
    size_places = _places(row.quantity_precision, "quantityPrecision")
    has_quote_places = row.quote_precision not in (None, "")
    return Instrument(
        id=instrument(ProductType.SPOT, row.symbol),
        base_coin=coin(row.base_coin, "baseCoin"),
        quote_coin=coin(row.quote_coin, "quoteCoin"),
        margin_coins=(),
        price_places=price_places,
        tick=_step(price_places),
        size_places=size_places,
        size_step=_step(size_places),
        # minTradeAmount is obsolete: the smallest value is the only live minimum.
        min_size=Decimal(0),
        min_notional=amount_or_zero(row.min_trade_usdt, "minTradeUSDT"),
        maker_fee_rate=amount_or_zero(row.maker_fee_rate, "makerFeeRate"),
        taker_fee_rate=amount_or_zero(row.taker_fee_rate, "takerFeeRate"),
        status=_SPOT_STATUSES.get(lower(row.status), InstrumentStatus.UNKNOWN),
        quote_places=_places(row.quote_precision, "quotePrecision") if has_quote_places else None,
        max_limit_notional=positive(row.max_limit_order_value, "maxLimitOrderValue"),
        max_market_notional=positive(row.max_market_order_value, "maxMarketOrderValue"),
        buy_band_ratio=optional_decimal(row.buy_limit_price_ratio, "buyLimitPriceRatio"),
        sell_band_ratio=optional_decimal(row.sell_limit_price_ratio, "sellLimitPriceRatio"),
        max_orders=count(row.order_quantity, "orderQuantity"),
    )


def _tick(end_step: object, places: int) -> Decimal:
    """Return the price step: `priceEndStep` counts last digits, unless it is written as the step itself."""
    if end_step in (None, ""):
        return _step(places)
    step = decimal(end_step, "priceEndStep")
    if step <= 0:
        raise DecodeError("priceEndStep: not above zero")
    is_step_itself = step != step.to_integral_value() or "." in str(end_step)
    return step if is_step_itself else step.scaleb(-places)


def _step(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def _places(value: object, field: str) -> int:
    places = integer(value, field)
    if not 0 <= places <= MAX_PLACES:
        raise DecodeError(f"{field}: {places} decimal places")
    return places


def _is_nameable(symbol: object, base: object) -> bool:
    # What is no text at all is not a strange name but an error, and must be seen.
    return not (isinstance(symbol, str) and isinstance(base, str)) or (
        is_nameable(symbol) and is_nameable(base)
    )
