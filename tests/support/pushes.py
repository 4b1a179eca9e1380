"""Pushes of every channel, with the field names of real payloads; the values are made up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bgtui.domain.event import Event
from bgtui.wire.frame import Control, Router

Row = dict[str, Any]

TS = 1760000000500
"""When the exchange sent a push, milliseconds."""

FUTURES_TICKER: Row = {
    "instId": "BTCUSDT",
    "lastPr": "61234.5",
    "bidPr": "61234.4",
    "askPr": "61234.6",
    "bidSz": "3.21",
    "askSz": "0.87",
    "open24h": "60000",
    "high24h": "61500.0",
    "low24h": "59800.1",
    "change24h": "-0.00211",
    "fundingRate": "-0.000012",
    "nextFundingTime": "1760025600000",
    "markPrice": "61233.9",
    "indexPrice": "61230.25",
    "holdingAmount": "48211.905",
    "baseVolume": "90211.4",
    "quoteVolume": "5523000112.99",
    "openUtc": "60500",
    "symbolType": 1,
    "symbol": "BTCUSDT",
    "deliveryPrice": "0",
    "ts": "1760000000444",
}
SPOT_TICKER: Row = {
    "instId": "ETHUSDT",
    "lastPr": "2400.01",
    "open24h": "2390",
    "high24h": "2450.5",
    "low24h": "2380",
    "change24h": "0.0041",
    "bidPr": "2400.00",
    "askPr": "2400.02",
    "bidSz": "11.2",
    "askSz": "0.5",
    "baseVolume": "120000.1",
    "quoteVolume": "288000000.5",
    "openUtc": "2395",
    "changeUtc24h": "0.002",
    "ts": "1760000000321",
}
TRADE: Row = {
    "ts": "1760000000300",
    "price": "61234.5",
    "size": "0.012",
    "side": "sell",
    "tradeId": "1360000000000000001",
}
BOOK: Row = {
    "asks": [["61234.6", "0.870"], ["61234.7", "2"]],
    "bids": [["61234.4", "3.210"], ["61234.0", "0.010"]],
    "checksum": -1129438835,
    "seq": 1343064377779269632,
    "pseq": 0,
    "ts": "1760000000299",
}
CANDLE: list[str] = [
    *("1760000000000", "61200", "61240.5", "61190", "61234.5"),
    *("12.5", "765000.25", "765000.25"),
]
INDEX_PRICE: Row = {
    "symbol": "BTCUSDT",
    "baseCoin": "BTC",
    "quoteCoin": "USDT",
    "indexPrice": "61230.25",
    "ts": "1760000000100",
}
AUCTION: Row = {
    "stage": "stage_1",
    "stageEndTime": "1760000600000",
    "estOpeningPrice": "0.5",
    "matchedVolume": "1000",
    "auctionEndTime": None,
}
FUTURES_ORDER: Row = {
    "accBaseVolume": "0.01",
    "baseVolume": "0.004",
    "cTime": "1760000000000",
    "cancelReason": "",
    "clientOid": "bg-0001",
    "enterPointSource": "API",
    "feeDetail": [{"feeCoin": "USDT", "fee": "-0.367407"}],
    "fillFee": "-0.1",
    "fillFeeCoin": "USDT",
    "fillNotionalUsd": "244.9",
    "fillPrice": "61234.5",
    "fillTime": "1760000000200",
    "force": "gtc",
    "instId": "BTCUSDT",
    "leverage": "20",
    "marginCoin": "USDT",
    "marginMode": "crossed",
    "notionalUsd": "1224",
    "orderId": "1360000000000000111",
    "orderType": "limit",
    "pnl": "0",
    "posMode": "hedge_mode",
    "posSide": "long",
    "presetStopLossPrice": "60000",
    "presetStopSurplusPrice": "65000",
    "price": "61234.5",
    "priceAvg": "61234.45",
    "reduceOnly": "no",
    "side": "buy",
    "size": "0.02",
    "status": "partially_filled",
    "stpMode": "none",
    "totalProfits": "0",
    "tradeId": "1360000000000000222",
    "tradeScope": "T",
    "tradeSide": "open",
    "uTime": "1760000000210",
}
FUTURES_PLAN: Row = {
    "instId": "BTCUSDT",
    "orderId": "1360000000000000333",
    "clientOid": "bg-0002",
    "triggerPrice": "60000.0",
    "triggerType": "mark_price",
    "triggerTime": "1760000000000",
    "planType": "pl",
    "price": "60000.0",
    "executePrice": "59990.5",
    "size": "0.02",
    "actualSize": "0",
    "orderType": "limit",
    "side": "sell",
    "tradeSide": "open",
    "posSide": "short",
    "marginCoin": "USDT",
    "status": "live",
    "posMode": "hedge_mode",
    "enterPointSource": "web",
    "stopSurplusTriggerPrice": "59000",
    "stopLossTriggerPrice": "61000",
    "stpMode": "none",
    "cTime": "1760000000000",
    "uTime": "1760000000001",
}
POSITION: Row = {
    "posId": "1360000000000000444",
    "instId": "ETHUSDT",
    "marginCoin": "USDT",
    "marginSize": "12.5",
    "marginMode": "isolated",
    "holdSide": "short",
    "posMode": "hedge_mode",
    "total": "0.1",
    "available": "0.06",
    "frozen": "0.04",
    "openPriceAvg": "2500",
    "leverage": 20,
    "achievedProfits": "1.5",
    "unrealizedPL": "-0.25",
    "unrealizedPLR": "-0.02",
    "liquidationPrice": "2588.1084",
    "keepMarginRate": "0.005",
    "marginRate": "0.0044",
    "cTime": "1759999000000",
    "breakEvenPrice": "2497.01",
    "totalFee": "",
    "deductedFee": "0.15",
    "markPrice": "2502.5",
    "uTime": "1760000000000",
    "assetMode": "single",
    "autoMargin": "on",
}
CLOSED_POSITION: Row = {
    "posId": "1360000000000000555",
    "instId": "ETHUSDT",
    "marginCoin": "USDT",
    "marginMode": "fixed",
    "holdSide": "long",
    "posMode": "one_way_mode",
    "openPriceAvg": "2495.34",
    "closePriceAvg": "2499.84",
    "openSize": "0.2",
    "closeSize": "0.2",
    "achievedProfits": "0.9",
    "settleFee": "-0.01",
    "openFee": "-0.3",
    "closeFee": "-0.3",
    "cTime": "1759999000000",
    "uTime": "1760000000000",
}
FUTURES_BALANCE: Row = {
    "marginCoin": "USDT",
    "frozen": "5.5",
    "available": "1000.25",
    "maxOpenPosAvailable": "990",
    "maxTransferOut": "980",
    "equity": "1010.5",
    "usdtEquity": "1010.4999",
    "crossedRiskRate": "0.01",
    "unrealizedPL": "10.25",
    "assetsMode": "single",
}
FUTURES_FILL: Row = {
    "orderId": "1360000000000000111",
    "clientOid": "bg-0001",
    "tradeId": "1360000000000000222",
    "symbol": "BTCUSDT",
    "side": "buy",
    "orderType": "limit",
    "posMode": "hedge_mode",
    "price": "61234.5",
    "baseVolume": "0.004",
    "quoteVolume": "244.938",
    "profit": "0",
    "tradeSide": "open",
    "tradeScope": "taker",
    "feeDetail": [{"feeCoin": "USDT", "deduction": "no", "totalDeductionFee": "0", "totalFee": "-0.1469628"}],
    "cTime": "1760000000200",
    "uTime": "1760000000200",
}
EQUITY: Row = {
    "btcEquity": "0.0165",
    "usdtEquity": "1010.4999",
    "unrealizedPL": "10.25",
    "unionTotalMargin": "0",
    "unionAvailable": "0",
    "unionMm": "0",
}
ADL: Row = {
    "symbol": "BTCUSDT",
    "side": "long",
    "status": "triggered",
    "price": "61000",
    "amount": "0.01",
    "ts": "1760000000100",
}
SPOT_ORDER: Row = {
    "instId": "ETHUSDT",
    "orderId": "1360000000000000666",
    "clientOid": "bg-0003",
    "price": "0.81075",
    "size": "5.6752",
    "newSize": "7.0000",
    "notional": "5.675250",
    "orderType": "limit",
    "force": "post_only",
    "side": "buy",
    "fillPrice": "0.81075",
    "tradeId": "1360000000000000777",
    "baseVolume": "3",
    "fillTime": "1760000000100",
    "fillFee": "-0.003",
    "fillFeeCoin": "ETH",
    "tradeScope": "M",
    "accBaseVolume": "3.0000",
    "priceAvg": "0.81075",
    "status": "partially_filled",
    "enterPointSource": "ANDROID",
    "feeDetail": [{"feeCoin": "ETH", "fee": "-0.003"}],
    "stpMode": "none",
    "cTime": "1760000000000",
    "uTime": "1760000000101",
}
SPOT_PLAN: Row = {
    "instId": "ETHUSDT",
    "orderId": "1360000000000000888",
    "clientOid": "bg-0004",
    "triggerPrice": "2300",
    "triggerType": "fill_price",
    "planType": "total",
    "price": "2300",
    "size": "100",
    "actualSize": "0",
    "orderType": "market",
    "side": "buy",
    "status": "cancelled",
    "executePrice": "0",
    "enterPointSource": "web",
    "stpMode": "none",
    "cTime": "1760000000000",
    "uTime": "1760000000050",
}
SPOT_BALANCE: Row = {
    "coin": "USDT",
    "available": "95.5423",
    "frozen": "5.0000",
    "locked": "0.1",
    "limitAvailable": "0",
    "uTime": "1760000000000",
}
SPOT_FILL: Row = {
    "orderId": "1360000000000000666",
    "tradeId": "1360000000000000777",
    "symbol": "ETHUSDT",
    "orderType": "limit",
    "side": "buy",
    "priceAvg": "2400.01",
    "size": "0.5",
    "amount": "1200.005",
    "tradeScope": "marker",
    "feeDetail": [{"feeCoin": "ETH", "deduction": "no", "totalDeductionFee": "0", "totalFee": "0.0005"}],
    "cTime": "1760000000100",
    "uTime": "1760000000100",
}

FUTURES_ROWS: dict[str, Any] = {
    "ticker": FUTURES_TICKER,
    "trade": TRADE,
    "candle1m": CANDLE,
    "books": BOOK,
    "books1": BOOK,
    "books5": BOOK,
    "books15": BOOK,
    "orders": FUTURES_ORDER,
    "orders-algo": FUTURES_PLAN,
    "positions": POSITION,
    "positions-history": CLOSED_POSITION,
    "account": FUTURES_BALANCE,
    "fill": FUTURES_FILL,
    "equity": EQUITY,
    "adl-noti": ADL,
}
"""A row of every futures channel, by its name."""
SPOT_ROWS: dict[str, Any] = {
    "ticker": SPOT_TICKER,
    "trade": TRADE,
    "candle1m": CANDLE,
    "books": BOOK,
    "books1": BOOK,
    "books5": BOOK,
    "books15": BOOK,
    "auction": AUCTION,
    "orders": SPOT_ORDER,
    "orders-algo": SPOT_PLAN,
    "account": SPOT_BALANCE,
    "fill": SPOT_FILL,
}
"""A row of every spot channel, by its name."""
PRIVATE = frozenset(
    {"orders", "orders-algo", "positions", "positions-history", "account", "fill", "equity", "adl-noti"}
)


def push(
    inst_type: str, channel: str, rows: Sequence[Any], *, action: str = "snapshot", value: str = ""
) -> Row:
    """Return a push of these rows, with the argument that its channel takes."""
    symbol = rows[0].get("instId", "BTCUSDT") if rows and isinstance(rows[0], dict) else "BTCUSDT"
    key = "coin" if channel == "account" else "instId"
    default = "default" if channel in PRIVATE or channel == "index-price" else symbol
    arg = {"instType": inst_type, "channel": channel, key: value or default}
    return {"action": action, "arg": arg, "data": list(rows), "ts": TS}


def compact(frame: Any) -> bytes:
    """Return the frame as the exchange writes it: no blanks."""
    return json.dumps(frame, separators=(",", ":")).encode()


def route(frame: Any) -> list[Event | Control]:
    """Route one frame through a router of its own."""
    return list(Router("test").route(frame if isinstance(frame, bytes | str) else compact(frame)))


def one(frame: Any) -> Event | Control:
    """Route a frame that brings exactly one event."""
    (event,) = route(frame)
    return event
