"""Names that source 000 and older pages use, by the real v2 name they stand for (wire notes 7.9 and 11)."""

from __future__ import annotations

_SHARED = {
    "symbol": "instId",
    "ctime": "cTime",
    "utime": "uTime",
    "createTime": "cTime",
    "updateTime": "uTime",
    "mgnMode": "marginMode",
    "lever": "leverage",
}
ORDER = {
    **_SHARED,
    "ordId": "orderId",
    "clOrdId": "clientOid",
    "clientOrderId": "clientOid",
    "px": "price",
    "sz": "size",
    "delegateCount": "size",
    "baseQuantity": "size",
    "ordType": "orderType",
    "timeInForce": "force",
    "timeInForceValue": "force",
    "tif": "force",
    "state": "status",
    "planStatus": "status",
    "accFillSz": "accBaseVolume",
    "filledQty": "accBaseVolume",
    "filledSize": "accBaseVolume",
    "fillPx": "fillPrice",
    "fillSz": "baseVolume",
    "avgPx": "priceAvg",
    "avgPrice": "priceAvg",
    "execType": "tradeScope",
    "role": "tradeScope",
    "positionSide": "posSide",
    "ccy": "marginCoin",
}
FILL = {
    **ORDER,
    "fillPx": "price",
    "fillPrice": "price",
    "fillSz": "baseVolume",
}
SPOT_FILL = {
    **ORDER,
    "px": "priceAvg",
    "price": "priceAvg",
    "fillPx": "priceAvg",
    "fillPrice": "priceAvg",
    "fillSz": "size",
    "baseVolume": "size",
    "quoteVolume": "amount",
}
POSITION = {
    **_SHARED,
    "posSide": "holdSide",
    "positionSide": "holdSide",
    "pos": "total",
    "availPos": "available",
    "avgPx": "openPriceAvg",
    "averageOpenPrice": "openPriceAvg",
    "openAvgPrice": "openPriceAvg",
    "upl": "unrealizedPL",
    "unrealisedPnl": "unrealizedPL",
    "uplRatio": "unrealizedPLR",
    "liqPx": "liquidationPrice",
    "liqPrice": "liquidationPrice",
    "markPx": "markPrice",
    "margin": "marginSize",
    "marginRatio": "marginRate",
    "ccy": "marginCoin",
}
_ACCOUNT = {
    **_SHARED,
    "availBal": "available",
    "frozenBal": "frozen",
    "lock": "locked",
    "upl": "unrealizedPL",
    "unrealisedPnl": "unrealizedPL",
    "crossMaxAvailable": "crossedMaxAvailable",
}
SPOT_ACCOUNT = {**_ACCOUNT, "ccy": "coin", "coinName": "coin", "marginCoin": "coin"}
FUTURES_ACCOUNT = {**_ACCOUNT, "ccy": "marginCoin", "coinName": "marginCoin", "coin": "marginCoin"}
TICKER = {
    "symbol": "instId",
    "last": "lastPr",
    "close": "lastPr",
    "bestBid": "bidPr",
    "buyOne": "bidPr",
    "bestAsk": "askPr",
    "sellOne": "askPr",
    # Source 000 has its two volumes swapped against the exchange it copied them from: the first holds base
    # coin.
    "volCcy24h": "baseVolume",
    "vol24h": "quoteVolume",
    "baseVol": "baseVolume",
    "quoteVol": "quoteVolume",
    "open": "open24h",
    "markPx": "markPrice",
}
TRADE = {
    "px": "price",
    "sz": "size",
    "fillPrice": "price",
    "fillQuantity": "size",
}
INDEX = {"symbol": "instId"}
