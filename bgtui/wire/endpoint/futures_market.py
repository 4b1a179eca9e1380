"""Futures market data; every route but the fee and multi-asset tables wants a product type."""

from __future__ import annotations

from bgtui.wire.endpoint.model import public

CONTRACTS = public(
    "futures.contracts", "/api/v2/mix/market/contracts", 20, "contract/market/Get-All-Symbols-Contracts"
)
TICKER = public("futures.ticker", "/api/v2/mix/market/ticker", 20, "contract/market/Get-Ticker")
TICKERS = public("futures.tickers", "/api/v2/mix/market/tickers", 20, "contract/market/Get-All-Symbol-Ticker")
MERGED_DEPTH = public(
    "futures.merged-depth", "/api/v2/mix/market/merge-depth", 20, "contract/market/Get-Merge-Depth"
)
CANDLES = public("futures.candles", "/api/v2/mix/market/candles", 20, "contract/market/Get-Candle-Data")
HISTORY_CANDLES = public(
    "futures.history-candles",
    "/api/v2/mix/market/history-candles",
    20,
    "contract/market/Get-History-Candle-Data",
)
HISTORY_INDEX_CANDLES = public(
    "futures.history-index-candles",
    "/api/v2/mix/market/history-index-candles",
    20,
    "contract/market/Get-History-Index-Candle-Data",
)
HISTORY_MARK_CANDLES = public(
    "futures.history-mark-candles",
    "/api/v2/mix/market/history-mark-candles",
    20,
    "contract/market/Get-History-Mark-Candle-Data",
)
TRADES = public("futures.trades", "/api/v2/mix/market/fills", 20, "contract/market/Get-Recent-Fills")
HISTORY_TRADES = public(
    "futures.history-trades", "/api/v2/mix/market/fills-history", 10, "contract/market/Get-Fills-History"
)
OPEN_INTEREST = public(
    "futures.open-interest", "/api/v2/mix/market/open-interest", 20, "contract/market/Get-Open-Interest"
)
FUNDING_TIME = public(
    "futures.funding-time",
    "/api/v2/mix/market/funding-time",
    20,
    "contract/market/Get-Symbol-Next-Funding-Time",
)
FUNDING_RATE = public(
    "futures.funding-rate",
    "/api/v2/mix/market/current-fund-rate",
    20,
    "contract/market/Get-Current-Funding-Rate",
)
FUNDING_HISTORY = public(
    "futures.funding-history",
    "/api/v2/mix/market/history-fund-rate",
    20,
    "contract/market/Get-History-Funding-Rate",
)
SYMBOL_PRICE = public(
    "futures.symbol-price", "/api/v2/mix/market/symbol-price", 20, "contract/market/Get-Symbol-Price"
)
LEVERAGE_TIERS = public(
    "futures.leverage-tiers",
    "/api/v2/mix/market/query-position-lever",
    10,
    "contract/position/Get-Query-Position-Lever",
)
OPEN_INTEREST_LIMIT = public(
    "futures.open-interest-limit", "/api/v2/mix/market/oi-limit", 10, "contract/market/Get-OI-Limit"
)
VIP_FEE_RATES = public(
    "futures.vip-fee-rates", "/api/v2/mix/market/vip-fee-rate", 10, "contract/market/Get-VIP-Fee-Rate"
)
DISCOUNT_RATES = public(
    "futures.discount-rates", "/api/v2/mix/market/discount-rate", 5, "contract/market/Get-Discount-Rate"
)
EXCHANGE_RATES = public(
    "futures.exchange-rates", "/api/v2/mix/market/exchange-rate", 5, "contract/market/Get-Exchange-Rate"
)
UNION_INTEREST_RATES = public(
    "futures.union-interest-rates",
    "/api/v2/mix/market/union-interest-rate-history",
    5,
    "contract/market/Get-Union-Interest-Rate-History",
)
