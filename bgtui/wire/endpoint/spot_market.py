"""Spot market data."""

from __future__ import annotations

from bgtui.wire.endpoint.model import public

COINS = public("spot.coins", "/api/v2/spot/public/coins", 3, "spot/market/Get-Coin-List")
SYMBOLS = public("spot.symbols", "/api/v2/spot/public/symbols", 20, "spot/market/Get-Symbols")
TICKERS = public("spot.tickers", "/api/v2/spot/market/tickers", 20, "spot/market/Get-Tickers")
ORDER_BOOK = public("spot.order-book", "/api/v2/spot/market/orderbook", 20, "spot/market/Get-Orderbook")
MERGED_DEPTH = public(
    "spot.merged-depth", "/api/v2/spot/market/merge-depth", 20, "spot/market/Merge-Orderbook"
)
CANDLES = public("spot.candles", "/api/v2/spot/market/candles", 20, "spot/market/Get-Candle-Data")
HISTORY_CANDLES = public(
    "spot.history-candles", "/api/v2/spot/market/history-candles", 20, "spot/market/Get-History-Candle-Data"
)
TRADES = public("spot.trades", "/api/v2/spot/market/fills", 10, "spot/market/Get-Recent-Trades")
HISTORY_TRADES = public(
    "spot.history-trades", "/api/v2/spot/market/fills-history", 10, "spot/market/Get-Market-Trades"
)
VIP_FEE_RATES = public(
    "spot.vip-fee-rates", "/api/v2/spot/market/vip-fee-rate", 10, "spot/market/Get-VIP-Fee-Rate"
)
AUCTION = public("spot.auction", "/api/v2/spot/market/auction", 20, "spot/market/Get-Auction")
