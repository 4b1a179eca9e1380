"""Public market data by REST: tickers, books, candles, trades, funding, tiers."""

from __future__ import annotations

from bgtui.domain.error import DecodeError
from bgtui.domain.event import AuctionUpdated
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import (
    Candle,
    DepthSnapshot,
    FeeTier,
    FundingRate,
    FundingTime,
    LeverageTier,
    OpenInterest,
    OpenInterestLimit,
    SymbolPrice,
    Ticker,
    Trade,
)
from bgtui.domain.text import Untrusted
from bgtui.wire.decode.rest_answer import Data, answers, first, listed, many, one, parse, rows
from bgtui.wire.decode.rest_field import (
    count,
    instrument,
    is_nameable,
    moment,
    number_text,
    positive,
    required_text,
    trade_direction,
    untrusted,
)
from bgtui.wire.endpoint import common, futures_market, spot_market
from bgtui.wire.number import decimal, identifier, integer, millis, optional_decimal, optional_millis
from bgtui.wire.payload.rest_market import (
    AuctionRow,
    DepthRow,
    FeeTierRow,
    FundingHistoryRow,
    FundingRateRow,
    FundingTimeRow,
    LeverageTierRow,
    OpenInterestLimitRow,
    OpenInterestRow,
    ServerTimeRow,
    SymbolPriceRow,
    TickerRow,
    TradeRow,
)

_SPOT_COLUMNS = 8
_FUTURES_COLUMNS = 7


@answers(common.SERVER_TIME)
def server_time(data: Data) -> int:
    """Return the exchange's clock, milliseconds."""
    return millis(one(data, ServerTimeRow).server_time, "serverTime")


@answers(spot_market.TICKERS, futures_market.TICKER, futures_market.TICKERS)
def tickers(data: Data, product_type: ProductType) -> tuple[Ticker, ...]:
    """Return tickers; those of instruments whose name the program cannot write are left out."""
    found = many(data, TickerRow)
    return tuple(
        _ticker(row, product_type)
        for row in found
        if not isinstance(row.symbol, str) or is_nameable(row.symbol)
    )


@answers(spot_market.ORDER_BOOK, spot_market.MERGED_DEPTH, futures_market.MERGED_DEPTH)
def depth(data: Data, instrument: InstrumentId) -> DepthSnapshot:
    """Return a book; futures send its numbers as JSON numbers, whose digits are kept as they came."""
    row = one(data, DepthRow)
    return DepthSnapshot(
        instrument, _levels(row.bids, "bids"), _levels(row.asks, "asks"), millis(row.ts, "ts")
    )


@answers(
    spot_market.CANDLES,
    spot_market.HISTORY_CANDLES,
    futures_market.CANDLES,
    futures_market.HISTORY_CANDLES,
    futures_market.HISTORY_INDEX_CANDLES,
    futures_market.HISTORY_MARK_CANDLES,
)
def candles(data: Data, product_type: ProductType) -> tuple[Candle, ...]:
    """Return candles, oldest first; spot has the volume in USDT before that in quote currency."""
    found = [_candle(item, product_type) for item in listed(parse(data), "data")]
    return tuple(sorted(found, key=lambda candle: candle.start_ms))


@answers(spot_market.TRADES, spot_market.HISTORY_TRADES, futures_market.TRADES, futures_market.HISTORY_TRADES)
def trades(data: Data) -> tuple[Trade, ...]:
    """Return public trades, oldest first; the exchange sends the newest first."""
    found = [_trade(row) for row in many(data, TradeRow)]
    # Turned round first, so that trades of one millisecond end in their true order too.
    found.reverse()
    found.sort(key=lambda trade: trade.time_ms)
    return tuple(found)


@answers(futures_market.OPEN_INTEREST)
def open_interest(data: Data, product_type: ProductType) -> tuple[OpenInterest, ...]:
    """Return open interest in base coin."""
    value = parse(data)
    stamp = value.get("ts") if isinstance(value, dict) else None
    return tuple(
        OpenInterest(instrument(product_type, row.symbol), decimal(row.size, "size"), millis(stamp, "ts"))
        for row in rows(value, OpenInterestRow, "openInterestList")
    )


@answers(futures_market.OPEN_INTEREST_LIMIT)
def open_interest_limits(data: Data, product_type: ProductType) -> tuple[OpenInterestLimit, ...]:
    """Return how much one account may hold of each instrument."""
    value = parse(data)
    return tuple(
        OpenInterestLimit(
            instrument(product_type, row.symbol),
            optional_decimal(row.notional_value, "notionalValue"),
            optional_decimal(row.total_notional_value, "totalNotionalValue"),
        )
        for row in rows([value] if isinstance(value, dict) else value, OpenInterestLimitRow)
    )


@answers(futures_market.FUNDING_TIME)
def funding_times(data: Data, product_type: ProductType) -> tuple[FundingTime, ...]:
    """Return when funding is settled next."""
    return tuple(
        FundingTime(
            instrument(product_type, row.symbol),
            millis(row.next_funding_time, "nextFundingTime"),
            count(row.rate_period, "ratePeriod"),
        )
        for row in many(data, FundingTimeRow)
    )


@answers(futures_market.FUNDING_RATE)
def funding_rates(data: Data, product_type: ProductType) -> tuple[FundingRate, ...]:
    """Return current funding rates; those of instruments whose name the program cannot write are left out."""
    return tuple(
        FundingRate(
            instrument(product_type, row.symbol),
            decimal(row.funding_rate, "fundingRate"),
            moment(row.next_update, "nextUpdate"),
            count(row.funding_rate_interval, "fundingRateInterval"),
        )
        for row in many(data, FundingRateRow)
        if not isinstance(row.symbol, str) or is_nameable(row.symbol)
    )


@answers(futures_market.FUNDING_HISTORY)
def funding_history(data: Data, product_type: ProductType) -> tuple[FundingRate, ...]:
    """Return past funding rates, newest first."""
    return tuple(
        FundingRate(
            instrument(product_type, row.symbol),
            decimal(row.funding_rate, "fundingRate"),
            optional_millis(row.funding_time, "fundingTime"),
        )
        for row in many(data, FundingHistoryRow)
    )


@answers(futures_market.SYMBOL_PRICE)
def symbol_prices(data: Data, product_type: ProductType) -> tuple[SymbolPrice, ...]:
    """Return last, index and mark price."""
    return tuple(
        SymbolPrice(
            instrument(product_type, row.symbol),
            positive(row.price, "price"),
            positive(row.index_price, "indexPrice"),
            positive(row.mark_price, "markPrice"),
            millis(row.ts, "ts"),
        )
        for row in many(data, SymbolPriceRow)
    )


@answers(futures_market.LEVERAGE_TIERS)
def leverage_tiers(data: Data) -> tuple[LeverageTier, ...]:
    """Return the position-size table, smallest positions first."""
    found = [
        LeverageTier(
            integer(row.level, "level"),
            decimal(row.start_unit, "startUnit"),
            decimal(row.end_unit, "endUnit"),
            decimal(row.leverage, "leverage"),
            decimal(row.keep_margin_rate, "keepMarginRate"),
        )
        for row in many(data, LeverageTierRow)
    ]
    return tuple(sorted(found, key=lambda tier: tier.lower_notional))


@answers(spot_market.VIP_FEE_RATES, futures_market.VIP_FEE_RATES)
def fee_tiers(data: Data) -> tuple[FeeTier, ...]:
    """Return the fee rates of each VIP level."""
    return tuple(
        FeeTier(
            integer(row.level, "level"),
            decimal(row.taker_fee_rate, "takerFeeRate"),
            decimal(row.maker_fee_rate, "makerFeeRate"),
            optional_decimal(row.deal_amount, "dealAmount"),
            optional_decimal(row.asset_amount, "assetAmount"),
        )
        for row in many(data, FeeTierRow)
    )


@answers(spot_market.AUCTION)
def auction(data: Data, instrument: InstrumentId) -> AuctionUpdated | None:
    """Return the opening auction of a pair, None when it has none."""
    row = first(data, AuctionRow)
    if row is None:
        return None
    return AuctionUpdated(
        instrument,
        untrusted(row.stage) or Untrusted(""),
        moment(row.stage_end_time, "stageEndTime"),
        positive(row.est_opening_price, "estOpeningPrice"),
        optional_decimal(row.matched_volume, "matchedVolume"),
        moment(row.auction_end_time, "auctionEndTime"),
    )


def _ticker(row: TickerRow, product_type: ProductType) -> Ticker:
    return Ticker(
        instrument=instrument(product_type, row.symbol),
        time_ms=millis(row.ts, "ts"),
        last_text=number_text(row.last_pr, "lastPr"),
        bid_text=number_text(row.bid_pr, "bidPr"),
        ask_text=number_text(row.ask_pr, "askPr"),
        bid_size_text=number_text(row.bid_sz, "bidSz"),
        ask_size_text=number_text(row.ask_sz, "askSz"),
        open_24h_text=number_text(row.open_24h, "open24h") or number_text(row.open, "open"),
        high_24h_text=number_text(row.high_24h, "high24h"),
        low_24h_text=number_text(row.low_24h, "low24h"),
        change_24h_text=number_text(row.change_24h, "change24h"),
        base_volume_text=number_text(row.base_volume, "baseVolume"),
        quote_volume_text=number_text(row.quote_volume, "quoteVolume"),
        open_utc_text=number_text(row.open_utc, "openUtc"),
        mark_text=number_text(row.mark_price, "markPrice"),
        index_text=number_text(row.index_price, "indexPrice"),
        funding_rate_text=number_text(row.funding_rate, "fundingRate"),
        open_interest_text=number_text(row.holding_amount, "holdingAmount"),
    )


def _levels(value: object, field: str) -> tuple[tuple[str, str], ...]:
    return tuple(_level(item, field) for item in listed(value, field))


def _level(item: object, field: str) -> tuple[str, str]:
    if not isinstance(item, list) or len(item) < 2:
        raise DecodeError(f"{field}: expected pairs of price and size")
    return required_text(item[0], field), required_text(item[1], field)


def _candle(item: object, product_type: ProductType) -> Candle:
    columns = _SPOT_COLUMNS if product_type is ProductType.SPOT else _FUTURES_COLUMNS
    # An older spelling of spot has seven columns, without the USDT volume.
    if not isinstance(item, list) or len(item) < _FUTURES_COLUMNS:
        raise DecodeError(f"data: expected candles of {columns} columns")
    start, *figures = item
    quote_column = min(columns, len(item)) - 2
    texts = [required_text(figure, "candle") for figure in (*figures[:5], figures[quote_column])]
    return Candle(millis(start, "candle"), *texts)


def _trade(row: TradeRow) -> Trade:
    return Trade(
        identifier(row.trade_id, "tradeId"),
        required_text(row.price, "price"),
        required_text(row.size, "size"),
        trade_direction(row.side),
        millis(row.ts, "ts"),
    )
