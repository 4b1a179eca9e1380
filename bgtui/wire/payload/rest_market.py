"""Rows of public answers (`public`, `spot/public`, `spot/market`, `mix/market`)."""

from __future__ import annotations

import msgspec

from bgtui.wire.payload.rest_row import Row


class ServerTimeRow(Row):
    """`public/time`."""

    server_time: object = None


class ContractRow(Row):
    """`mix/market/contracts` (bitget-wire 9.1)."""

    symbol: object = None
    base_coin: object = None
    quote_coin: object = None
    support_margin_coins: object = None
    price_place: object = None
    price_end_step: object = None
    volume_place: object = None
    size_multiplier: object = None
    min_trade_num: object = None
    min_trade_usdt: object = msgspec.field(default=None, name="minTradeUSDT")
    max_order_qty: object = None
    max_market_order_qty: object = None
    max_symbol_order_num: object = None
    max_product_order_num: object = None
    buy_limit_price_ratio: object = None
    sell_limit_price_ratio: object = None
    maker_fee_rate: object = None
    taker_fee_rate: object = None
    min_lever: object = None
    max_lever: object = None
    fund_interval: object = None
    symbol_type: object = None
    symbol_status: object = None
    delivery_time: object = None


class SpotSymbolRow(Row):
    """`spot/public/symbols` (bitget-wire 9.2)."""

    symbol: object = None
    base_coin: object = None
    quote_coin: object = None
    price_precision: object = None
    quantity_precision: object = None
    quote_precision: object = None
    min_trade_usdt: object = msgspec.field(default=None, name="minTradeUSDT")
    min_trade_amount: object = None
    max_limit_order_value: object = None
    max_market_order_value: object = None
    order_quantity: object = None
    buy_limit_price_ratio: object = None
    sell_limit_price_ratio: object = None
    maker_fee_rate: object = None
    taker_fee_rate: object = None
    status: object = None


class TickerRow(Row):
    """A ticker, spot or futures."""

    symbol: object = None
    ts: object = None
    last_pr: object = None
    bid_pr: object = None
    ask_pr: object = None
    bid_sz: object = None
    ask_sz: object = None
    open: object = None
    open_24h: object = msgspec.field(default=None, name="open24h")
    high_24h: object = msgspec.field(default=None, name="high24h")
    low_24h: object = msgspec.field(default=None, name="low24h")
    change_24h: object = msgspec.field(default=None, name="change24h")
    base_volume: object = None
    quote_volume: object = None
    open_utc: object = None
    mark_price: object = None
    index_price: object = None
    funding_rate: object = None
    holding_amount: object = None


class DepthRow(Row):
    """A book."""

    asks: object = None
    bids: object = None
    ts: object = None


class TradeRow(Row):
    """A public trade."""

    trade_id: object = None
    price: object = None
    size: object = None
    side: object = None
    ts: object = None


class OpenInterestRow(Row):
    """`mix/market/open-interest`, one entry."""

    symbol: object = None
    size: object = None


class OpenInterestLimitRow(Row):
    """`mix/market/oi-limit`."""

    symbol: object = None
    notional_value: object = None
    total_notional_value: object = None


class FundingTimeRow(Row):
    """`mix/market/funding-time`."""

    symbol: object = None
    next_funding_time: object = None
    rate_period: object = None


class FundingRateRow(Row):
    """`mix/market/current-fund-rate`."""

    symbol: object = None
    funding_rate: object = None
    funding_rate_interval: object = None
    next_update: object = None


class FundingHistoryRow(Row):
    """`mix/market/history-fund-rate`."""

    symbol: object = None
    funding_rate: object = None
    funding_time: object = None


class SymbolPriceRow(Row):
    """`mix/market/symbol-price`."""

    symbol: object = None
    price: object = None
    index_price: object = None
    mark_price: object = None
    ts: object = None


class LeverageTierRow(Row):
    """`mix/market/query-position-lever`."""

    level: object = None
    start_unit: object = None
    end_unit: object = None
    leverage: object = None
    keep_margin_rate: object = None


class FeeTierRow(Row):
    """`vip-fee-rate`, spot and futures."""

    level: object = None
    deal_amount: object = None
    asset_amount: object = None
    taker_fee_rate: object = None
    maker_fee_rate: object = None


class AuctionRow(Row):
    """`spot/market/auction`."""

    stage: object = None
    stage_end_time: object = None
    est_opening_price: object = None
    matched_volume: object = None
    auction_end_time: object = None
