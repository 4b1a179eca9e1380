"""Market data as rows of REST answers and of pushes (wire notes 4.2, 4.3, 7.4, 9)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from bgtui.domain.account import FeeRates
from bgtui.domain.instrument import Instrument, InstrumentStatus, ProductType
from bgtui.domain.market import (
    Candle,
    CandleInterval,
    FeeTier,
    FundingRate,
    FundingTime,
    LeverageTier,
    Ticker,
    Trade,
)
from bgtui.simulator.rows import Row, number, time

_CONTRACT_STATUSES = {
    InstrumentStatus.NORMAL: "normal",
    InstrumentStatus.LISTED: "listed",
    InstrumentStatus.CLOSE_ONLY: "limit_open",
    InstrumentStatus.API_RESTRICTED: "restrictedAPI",
    InstrumentStatus.MAINTENANCE: "maintain",
    InstrumentStatus.OFF: "off",
    InstrumentStatus.UNKNOWN: "normal",
}
_SPOT_STATUSES = {
    InstrumentStatus.NORMAL: "online",
    InstrumentStatus.API_RESTRICTED: "gray",
    InstrumentStatus.MAINTENANCE: "halt",
    InstrumentStatus.OFF: "offline",
}
_SUFFIXES = {
    CandleInterval.M1: "1m",
    CandleInterval.M3: "3m",
    CandleInterval.M5: "5m",
    CandleInterval.M15: "15m",
    CandleInterval.M30: "30m",
    CandleInterval.H1: "1H",
    CandleInterval.H4: "4H",
    CandleInterval.H6: "6H",
    CandleInterval.H12: "12H",
    CandleInterval.D1: "1D",
    CandleInterval.D3: "3D",
    CandleInterval.W1: "1W",
    CandleInterval.MONTH: "1M",
}
_SPOT_NAMES = {
    CandleInterval.M1: "1min",
    CandleInterval.M3: "3min",
    CandleInterval.M5: "5min",
    CandleInterval.M15: "15min",
    CandleInterval.M30: "30min",
    CandleInterval.H1: "1h",
    CandleInterval.H4: "4h",
    CandleInterval.H6: "6h",
    CandleInterval.H12: "12h",
    CandleInterval.D1: "1day",
    CandleInterval.D3: "3day",
    CandleInterval.W1: "1week",
    CandleInterval.MONTH: "1M",
}
_UTC = [
    CandleInterval.H6,
    CandleInterval.H12,
    CandleInterval.D1,
    CandleInterval.D3,
    CandleInterval.W1,
    CandleInterval.MONTH,
]
_UTC_NAMES = {f"{_SUFFIXES[interval]}utc": interval for interval in _UTC}

FUTURES_INTERVALS = {name: interval for interval, name in _SUFFIXES.items()} | _UTC_NAMES
"""What `granularity` says on futures, and the candle channels everywhere; bars always begin at UTC."""
SPOT_INTERVALS = {name: interval for interval, name in _SPOT_NAMES.items()} | _UTC_NAMES


def contract(rules: Instrument) -> Row:
    """Write a row of `contracts`."""
    end_step = rules.tick.scaleb(rules.price_places)
    return {
        "symbol": rules.symbol,
        "baseCoin": rules.base_coin,
        "quoteCoin": rules.quote_coin,
        "buyLimitPriceRatio": number(rules.buy_band_ratio, ""),
        "sellLimitPriceRatio": number(rules.sell_band_ratio, ""),
        "feeRateUpRatio": "0.005",
        "makerFeeRate": number(rules.maker_fee_rate),
        "takerFeeRate": number(rules.taker_fee_rate),
        "openCostUpRatio": "0.01",
        "supportMarginCoins": list(rules.margin_coins),
        "minTradeNum": number(rules.min_size),
        "priceEndStep": str(int(end_step)),
        "volumePlace": str(rules.size_places),
        "pricePlace": str(rules.price_places),
        "sizeMultiplier": number(rules.size_step),
        "symbolType": "delivery" if rules.is_delivery else "perpetual",
        "minTradeUSDT": number(rules.min_notional),
        "maxSymbolOrderNum": str(rules.max_orders or 200),
        "maxProductOrderNum": str(rules.max_product_orders or 400),
        "maxPositionNum": "150",
        "maxOrderQty": number(rules.max_limit_size, ""),
        "maxMarketOrderQty": number(rules.max_market_size, ""),
        "symbolStatus": _CONTRACT_STATUSES[rules.status],
        "offTime": "-1",
        "limitOpenTime": "-1",
        "deliveryTime": time(rules.delivery_ms),
        "deliveryStartTime": "",
        "deliveryPeriod": "",
        "launchTime": "",
        "fundInterval": str(rules.funding_interval_hours or 8),
        "minLever": number(rules.min_leverage, "1"),
        "maxLever": number(rules.max_leverage, "125"),
        "posLimit": "0.05",
        "maintainTime": "",
        "isRwa": "NO",
    }


def pair(rules: Instrument) -> Row:
    """Write a row of `spot/public/symbols`."""
    return {
        "symbol": rules.symbol,
        "baseCoin": rules.base_coin,
        "quoteCoin": rules.quote_coin,
        "minTradeAmount": "0",
        "maxTradeAmount": "900000000000000000000",
        "takerFeeRate": number(rules.taker_fee_rate),
        "makerFeeRate": number(rules.maker_fee_rate),
        "pricePrecision": str(rules.price_places),
        "quantityPrecision": str(rules.size_places),
        "quotePrecision": str(rules.quote_places if rules.quote_places is not None else rules.price_places),
        "status": _SPOT_STATUSES.get(rules.status, "online"),
        "minTradeUSDT": number(rules.min_notional),
        "maxLimitOrderValue": number(rules.max_limit_notional, ""),
        "maxMarketOrderValue": number(rules.max_market_notional, ""),
        "buyLimitPriceRatio": number(rules.buy_band_ratio, ""),
        "sellLimitPriceRatio": number(rules.sell_band_ratio, ""),
        "orderQuantity": str(rules.max_orders or 200),
        "areaSymbol": "no",
        "offTime": "",
        "openTime": "",
    }


def coin(name: str, coin_id: int) -> Row:
    """Write a row of `spot/public/coins`."""
    chain = {
        "chain": name,
        "needTag": "false",
        "withdrawable": "true",
        "rechargeable": "true",
        "withdrawFee": "0",
        "extraWithdrawFee": "0",
        "depositConfirm": "1",
        "withdrawConfirm": "1",
        "minDepositAmount": "0.00001",
        "minWithdrawAmount": "0.0001",
        "withdrawMinScale": "8",
        "browserUrl": "",
        "contractAddress": None,
        "congestion": "normal",
    }
    return {
        "coinId": str(coin_id),
        "coin": name,
        "transfer": "true",
        "areaCoin": "no",
        "chains": [chain],
    }


def futures_ticker(ticker: Ticker) -> Row:
    """Write a row of `ticker` and `tickers` of futures."""
    return {
        "symbol": ticker.instrument.symbol,
        "lastPr": ticker.last_text,
        "askPr": ticker.ask_text,
        "bidPr": ticker.bid_text,
        "bidSz": ticker.bid_size_text,
        "askSz": ticker.ask_size_text,
        "high24h": ticker.high_24h_text,
        "low24h": ticker.low_24h_text,
        "ts": time(ticker.time_ms),
        "change24h": ticker.change_24h_text,
        "baseVolume": ticker.base_volume_text,
        "quoteVolume": ticker.quote_volume_text,
        "usdtVolume": ticker.quote_volume_text,
        "openUtc": ticker.open_utc_text,
        "changeUtc24h": _change_utc(ticker),
        "indexPrice": ticker.index_text,
        "fundingRate": ticker.funding_rate_text,
        "holdingAmount": ticker.open_interest_text,
        "deliveryStartTime": None,
        "deliveryTime": None,
        "deliveryStatus": "",
        "open24h": ticker.open_24h_text,
        "markPrice": ticker.mark_text,
    }


def spot_ticker(ticker: Ticker) -> Row:
    """Write a row of `spot/market/tickers`."""
    return {
        "open": ticker.open_24h_text,
        "symbol": ticker.instrument.symbol,
        "high24h": ticker.high_24h_text,
        "low24h": ticker.low_24h_text,
        "lastPr": ticker.last_text,
        "quoteVolume": ticker.quote_volume_text,
        "baseVolume": ticker.base_volume_text,
        "usdtVolume": ticker.quote_volume_text,
        "ts": time(ticker.time_ms),
        "bidPr": ticker.bid_text,
        "askPr": ticker.ask_text,
        "bidSz": ticker.bid_size_text,
        "askSz": ticker.ask_size_text,
        "openUtc": ticker.open_utc_text,
        "changeUtc24h": _change_utc(ticker),
        "change24h": ticker.change_24h_text,
    }


def ticker_push(ticker: Ticker) -> Row:
    """Write the row of the `ticker` channel."""
    row: Row = {
        "instId": ticker.instrument.symbol,
        "lastPr": ticker.last_text,
        "bidPr": ticker.bid_text or ticker.last_text,
        "askPr": ticker.ask_text or ticker.last_text,
        "bidSz": ticker.bid_size_text or "0",
        "askSz": ticker.ask_size_text or "0",
        "open24h": ticker.open_24h_text,
        "high24h": ticker.high_24h_text,
        "low24h": ticker.low_24h_text,
        "change24h": ticker.change_24h_text,
    }
    volume = {
        "baseVolume": ticker.base_volume_text,
        "quoteVolume": ticker.quote_volume_text,
        "openUtc": ticker.open_utc_text,
    }
    if not ticker.instrument.product_type.is_futures:
        return row | volume | {"changeUtc24h": _change_utc(ticker), "ts": time(ticker.time_ms)}
    return (
        row
        | {
            "fundingRate": ticker.funding_rate_text,
            "nextFundingTime": time(ticker.next_funding_ms),
            "markPrice": ticker.mark_text,
            "indexPrice": ticker.index_text,
            "holdingAmount": ticker.open_interest_text,
        }
        | volume
        | {
            "symbolType": 1,
            "symbol": ticker.instrument.symbol,
            "deliveryPrice": "0",
            "ts": time(ticker.time_ms),
        }
    )


def trade(trade: Trade, symbol: str, *, is_capital: bool = False) -> Row:
    """Write a row of `fills` and `fills-history`, which has its sides with a capital."""
    side = trade.side.value
    return {
        "tradeId": trade.trade_id,
        "price": trade.price_text,
        "size": trade.size_text,
        "side": side.capitalize() if is_capital else side,
        "ts": time(trade.time_ms),
        "symbol": symbol,
    }


def trade_push(trade: Trade) -> Row:
    """Write a row of the `trade` channel."""
    return {
        "ts": time(trade.time_ms),
        "price": trade.price_text,
        "size": trade.size_text,
        "side": trade.side.value,
        "tradeId": trade.trade_id,
    }


def candle(bar: Candle, product_type: ProductType) -> list[str]:
    """Write a candle for REST: spot has the volume in USDT before that in quote currency."""
    figures = [
        time(bar.start_ms),
        bar.open_text,
        bar.high_text,
        bar.low_text,
        bar.close_text,
        bar.base_volume_text,
        bar.quote_volume_text,
    ]
    return figures if product_type.is_futures else [*figures, bar.quote_volume_text]


def candle_push(bar: Candle) -> list[str]:
    """Write a candle for the stream: eight columns on every market."""
    return [*candle(bar, ProductType.USDT_FUTURES), bar.quote_volume_text]


def levels(side: Sequence[tuple[Decimal, Decimal]], *, as_numbers: bool) -> list[list[object]]:
    """Write levels of a book; futures REST has them as JSON numbers."""
    if as_numbers:
        return [[_raw(price), _raw(size)] for price, size in side]
    return [[number(price), number(size)] for price, size in side]


def funding_rate(rate: FundingRate) -> Row:
    """Write a row of `current-fund-rate`."""
    return {
        "symbol": rate.instrument.symbol,
        "fundingRate": number(rate.rate),
        "fundingRateInterval": str(rate.interval_hours or 8),
        "nextUpdate": time(rate.time_ms),
        "minFundingRate": "-0.003",
        "maxFundingRate": "0.003",
    }


def past_funding(rate: FundingRate) -> Row:
    """Write a row of `history-fund-rate`."""
    return {
        "symbol": rate.instrument.symbol,
        "fundingRate": number(rate.rate),
        "fundingTime": time(rate.time_ms),
    }


def funding_time(moment: FundingTime) -> Row:
    """Write a row of `funding-time`."""
    return {
        "symbol": moment.instrument.symbol,
        "nextFundingTime": time(moment.next_ms),
        "ratePeriod": str(moment.interval_hours or 8),
    }


def tier(row: LeverageTier, symbol: str) -> Row:
    """Write a row of `query-position-lever`."""
    return {
        "symbol": symbol,
        "level": str(row.level),
        "startUnit": number(row.lower_notional),
        "endUnit": number(row.upper_notional),
        "leverage": number(row.max_leverage),
        "keepMarginRate": number(row.maintenance_margin_rate),
    }


def fee_tier(row: FeeTier) -> Row:
    """Write a row of `vip-fee-rate`."""
    return {
        "level": str(row.level),
        "dealAmount": number(row.traded, ""),
        "assetAmount": number(row.assets, ""),
        "takerFeeRate": number(row.taker),
        "makerFeeRate": number(row.maker),
        "btcWithdrawAmount": "300",
        "usdtWithdrawAmount": "5000000",
    }


def fee_rates(rates: FeeRates, *, with_symbol: bool) -> Row:
    """Write the answer of `trade-rate`, or a row of `all-trade-rate`."""
    row: Row = {"makerFeeRate": number(rates.maker), "takerFeeRate": number(rates.taker)}
    return {"symbol": rates.instrument.symbol, **row} if with_symbol else row


def _change_utc(ticker: Ticker) -> str:
    opened, last = Decimal(ticker.open_utc_text or 0), Decimal(ticker.last_text or 0)
    return number(round((last - opened) / opened, 5)) if opened else "0"


def _raw(value: Decimal) -> msgspec.Raw:
    return msgspec.Raw(number(value).encode())
