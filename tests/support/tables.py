"""What the test peer knows: static rows in Bitget's own spelling, and a generator of book updates."""

# ruff: noqa: E501 - rows are read column by column

from __future__ import annotations

import random
import zlib
from typing import Any

NOW_MS = 1_760_000_000_000
"""Times inside the static rows, Unix milliseconds."""
KEY = "bg_test_0123456789abcdef"
SECRET = "fake-secret-for-tests-only-0123456789"
PASSPHRASE = "TestPassphrase1"
PRICES = {"BTCUSDT": 60000.0, "ETHUSDT": 3000.0}
FUTURES = "USDT-FUTURES"

_T = str(NOW_MS)


def contract(symbol: str) -> dict[str, Any]:
    return {
        "symbol": symbol, "baseCoin": symbol[:3], "quoteCoin": "USDT", "buyLimitPriceRatio": "0.05",
        "sellLimitPriceRatio": "0.05", "feeRateUpRatio": "0.005", "makerFeeRate": "0.0002", "takerFeeRate": "0.0006",
        "openCostUpRatio": "0.01", "supportMarginCoins": ["USDT"], "minTradeNum": "0.001", "priceEndStep": "1",
        "volumePlace": "3", "pricePlace": "1", "sizeMultiplier": "0.001", "symbolType": "perpetual",
        "minTradeUSDT": "5", "maxSymbolOrderNum": "200", "maxProductOrderNum": "400", "maxPositionNum": "150",
        "symbolStatus": "normal", "offTime": "-1", "limitOpenTime": "-1", "deliveryTime": "", "deliveryStartTime": "",
        "launchTime": "", "deliveryPeriod": "", "fundInterval": "8", "minLever": "1", "maxLever": "125",
        "posLimit": "0.1", "maintainTime": "", "maxMarketOrderQty": "120", "maxOrderQty": "1200",
    }  # fmt: skip


def spot_symbol(symbol: str) -> dict[str, Any]:
    return {
        "symbol": symbol, "baseCoin": symbol[:3], "quoteCoin": "USDT", "minTradeAmount": "0",
        "maxTradeAmount": "10000000000", "takerFeeRate": "0.001", "makerFeeRate": "0.001", "pricePrecision": "2",
        "quantityPrecision": "6", "quotePrecision": "8", "status": "online", "minTradeUSDT": "1",
        "buyLimitPriceRatio": "0.05", "sellLimitPriceRatio": "0.05", "areaSymbol": "no", "orderQuantity": "200",
        "openTime": "1532454360000", "offTime": "",
    }  # fmt: skip


def ticker(symbol: str, last: float, *, is_futures: bool) -> dict[str, Any]:
    """A REST row; the stream's differs by `instId`."""
    row = {
        "symbol": symbol, "lastPr": f"{last:.1f}", "bidPr": f"{last - 0.1:.1f}", "askPr": f"{last + 0.1:.1f}",
        "bidSz": "1.5", "askSz": "2.5", "high24h": f"{last * 1.02:.1f}", "low24h": f"{last * 0.98:.1f}",
        "change24h": "0.0123", "changeUtc24h": "0.0100", "baseVolume": "12345.6", "quoteVolume": "740736000",
        "usdtVolume": "740736000", "openUtc": f"{last * 0.99:.1f}", "ts": _T,
    }  # fmt: skip
    if not is_futures:
        return row | {"open": f"{last * 0.99:.1f}"}
    return row | {
        "open24h": f"{last * 0.99:.1f}", "indexPrice": f"{last - 5:.1f}", "markPrice": f"{last - 1:.1f}",
        "fundingRate": "0.0001", "holdingAmount": "4567.8", "deliveryStartTime": None, "deliveryTime": None,
        "deliveryStatus": "",
    }  # fmt: skip


def push_ticker(symbol: str, last: float, *, is_futures: bool) -> dict[str, Any]:
    row = ticker(symbol, last, is_futures=is_futures)
    for name in ("usdtVolume", "deliveryStartTime", "deliveryTime", "deliveryStatus"):
        row.pop(name, None)
    row = {"instId": symbol, "open24h": row.pop("open", row.get("open24h")), **row}
    if not is_futures:
        row.pop("symbol")
        return row
    return row | {"nextFundingTime": str(NOW_MS + 3_600_000), "symbolType": 1, "deliveryPrice": "0"}


def candles(last: float, columns: int, count: int = 5) -> list[list[str]]:
    """Bars of a minute, oldest first."""
    bar = [f"{last:.1f}", f"{last + 9:.1f}", f"{last - 9:.1f}", f"{last + 1:.1f}", "12.5", "750000", "750000"]
    first = NOW_MS // 60_000 * 60_000 - 60_000 * (count - 1)
    return [[str(first + 60_000 * index), *bar][:columns] for index in range(count)]


def trades(symbol: str, last: float) -> list[dict[str, Any]]:
    """Public trades, newest first."""
    return [
        {"tradeId": str(900 - index), "price": f"{last - index:.1f}", "size": "0.015",
         "side": ("buy", "sell")[index % 2], "ts": str(NOW_MS - index * 1000), "symbol": symbol}
        for index in range(5)
    ]  # fmt: skip


FUTURES_ACCOUNT = {
    "marginCoin": "USDT", "locked": "0", "available": "9850", "crossedMaxAvailable": "9850",
    "isolatedMaxAvailable": "9850", "maxTransferOut": "9850", "accountEquity": "10060", "usdtEquity": "10060",
    "btcEquity": "0.16766666", "crossedRiskRate": "0.0014", "unrealizedPL": "60", "coupon": "0",
}  # fmt: skip
ACCOUNT_OF_SYMBOL = FUTURES_ACCOUNT | {
    "crossedMarginLeverage": "20", "isolatedLongLever": "20", "isolatedShortLever": "20",
    "marginMode": "isolated", "posMode": "hedge_mode", "crossedUnrealizedPL": "0", "isolatedUnrealizedPL": "60",
    "assetMode": "single",
}  # fmt: skip
POSITION = {
    "marginCoin": "USDT", "symbol": "BTCUSDT", "holdSide": "long", "openDelegateSize": "0", "marginSize": "150",
    "available": "0.05", "locked": "0", "total": "0.05", "leverage": "20", "achievedProfits": "0",
    "openPriceAvg": "60000", "marginMode": "isolated", "posMode": "hedge_mode", "unrealizedPL": "60",
    "liquidationPrice": "57263.41", "keepMarginRate": "0.004", "markPrice": "61200", "breakEvenPrice": "60072.04",
    "totalFee": "", "deductedFee": "1.8", "marginRatio": "0.06703", "assetMode": "single", "autoMargin": "off",
    "grant": "", "takeProfit": "", "stopLoss": "", "cTime": _T, "uTime": _T,
}  # fmt: skip
ORDER = {
    "symbol": "BTCUSDT", "size": "0.01", "orderId": "1190384645049036801", "clientOid": "phone-1", "baseVolume": "0",
    "fee": "0", "price": "58000", "priceAvg": "", "status": "live", "side": "buy", "force": "gtc",
    "totalProfits": "0", "posSide": "long", "marginCoin": "USDT", "quoteVolume": "0", "leverage": "20",
    "marginMode": "isolated", "reduceOnly": "NO", "enterPointSource": "web", "tradeSide": "open",
    "posMode": "hedge_mode", "orderType": "limit", "orderSource": "normal", "cTime": _T, "uTime": _T,
    "presetStopSurplusPrice": "", "presetStopLossPrice": "",
}  # fmt: skip
FILLED_ORDER = ORDER | {
    "orderId": "1190384645049036700", "clientOid": "phone-0", "baseVolume": "0.05", "size": "0.05",
    "price": "60000", "priceAvg": "60000", "status": "filled", "quoteVolume": "3000", "fee": "-1.8",
}  # fmt: skip
FILL = {
    "tradeId": "1190384645049036702", "symbol": "BTCUSDT", "orderId": "1190384645049036700", "price": "60000",
    "baseVolume": "0.05", "quoteVolume": "3000", "side": "buy", "profit": "0", "enterPointSource": "web",
    "feeDetail": [{"deduction": "no", "feeCoin": "USDT", "totalDeductionFee": "0", "totalFee": "-1.8"}],
    "tradeSide": "open", "posMode": "hedge_mode", "tradeScope": "taker", "cTime": _T,
}  # fmt: skip
PLAN = {
    "planType": "loss_plan", "symbol": "BTCUSDT", "size": "0.05", "orderId": "1190384645049036900",
    "clientOid": "phone-2", "price": "", "executePrice": "", "callbackRatio": "", "triggerPrice": "58500",
    "triggerType": "mark_price", "planStatus": "live", "side": "sell", "posSide": "long", "marginCoin": "USDT",
    "marginMode": "isolated", "enterPointSource": "web", "tradeSide": "close", "posMode": "hedge_mode",
    "orderType": "market", "orderSource": "loss_market", "cTime": _T, "uTime": _T,
}  # fmt: skip
SPOT_ASSETS = [
    {
        "coin": "USDT",
        "available": "1000.5",
        "frozen": "57",
        "locked": "0",
        "limitAvailable": "0",
        "uTime": _T,
    },
    {"coin": "BTC", "available": "0.25", "frozen": "0", "locked": "0", "limitAvailable": "0", "uTime": _T},
]
SPOT_OPEN = {
    "userId": "100", "symbol": "BTCUSDT", "orderId": "1190384645049037000", "clientOid": "phone-3",
    "priceAvg": "57000", "basePrice": "0", "size": "0.0010000000000000", "orderType": "limit", "side": "buy",
    "status": "live", "baseVolume": "0", "quoteVolume": "0", "enterPointSource": "WEB", "orderSource": "normal",
    "triggerPrice": None, "tpslType": "normal", "cTime": _T, "uTime": _T,
}  # fmt: skip
SPOT_DONE = {
    "userId": "100", "symbol": "BTCUSDT", "orderId": "1190384645049037001", "clientOid": "phone-4",
    "price": "59000", "size": "0.2500000000000000", "orderType": "limit", "side": "buy", "status": "filled",
    "priceAvg": "59000", "baseVolume": "0.2500000000000000", "quoteVolume": "14750", "enterPointSource": "WEB",
    "feeDetail": '{"newFees":{"c":0,"d":0,"deduction":false,"r":-0.00025,"t":-0.00025,"totalDeductionFee":0}}',
    "orderSource": "normal", "cancelReason": "", "cTime": _T, "uTime": _T,
}  # fmt: skip
SPOT_FILL = {
    "userId": "100", "symbol": "BTCUSDT", "orderId": "1190384645049037001", "tradeId": "1190384645049037002",
    "orderType": "limit", "side": "buy", "priceAvg": "59000", "size": "0.25", "amount": "14750",
    "feeDetail": {"deduction": "no", "feeCoin": "BTC", "totalDeductionFee": "0", "totalFee": "-0.00025"},
    "tradeScope": "taker", "cTime": _T, "uTime": _T,
}  # fmt: skip
ACCOUNT_INFO = {
    "userId": "100", "inviterId": "", "ips": "127.0.0.1", "authorities": ["coor", "stor"], "parentId": 100,
    "traderType": "not_trader", "channelCode": "", "channel": "", "regisTime": "1600000000000",
}  # fmt: skip

PUSH_POSITION = {
    "posId": "1", "instId": "BTCUSDT", "marginCoin": "USDT", "marginSize": "150", "marginMode": "isolated",
    "holdSide": "long", "posMode": "hedge_mode", "total": "0.05", "available": "0.05", "frozen": "0",
    "openPriceAvg": "60000", "leverage": 20, "achievedProfits": "0", "unrealizedPL": "60", "unrealizedPLR": "0.4",
    "liquidationPrice": "57263.41", "keepMarginRate": "0.004", "marginRate": "0.06703", "breakEvenPrice": "60072.04",
    "totalFee": "", "deductedFee": "1.8", "markPrice": "61200", "autoMargin": "off", "cTime": _T, "uTime": _T,
}  # fmt: skip
PUSH_FUTURES_ACCOUNT = {
    "marginCoin": "USDT", "frozen": "0", "available": "9850", "maxOpenPosAvailable": "9850",
    "maxTransferOut": "9850", "equity": "10060", "usdtEquity": "10060", "crossedRiskRate": "0.0014",
    "unrealizedPL": "60",
}  # fmt: skip
PRIVATE_CHANNELS = frozenset(
    ("orders", "orders-algo", "positions", "positions-history", "account", "fill", "equity", "adl-noti")
)


class Book:
    """A book that changes a little at each step, with true sequence numbers and checksums."""

    def __init__(self, middle: float, seed: int = 1, depth: int = 60) -> None:
        self._rng = random.Random(seed)
        self._base = round(middle * 10)
        self._depth = depth
        self._sizes: dict[int, str] = {}
        for distance in range(1, depth + 1):
            self._sizes[self._base - distance] = self._size()
            self._sizes[self._base + distance] = self._size()
        self.seq = 1000

    def snapshot(self, depth: int | None = None) -> dict[str, Any]:
        bids = sorted((tick for tick in self._sizes if tick < self._base), reverse=True)[:depth]
        asks = sorted(tick for tick in self._sizes if tick > self._base)[:depth]
        return self._message([self._row(tick) for tick in bids], [self._row(tick) for tick in asks], 0)

    def step(self, changes: int = 4) -> dict[str, Any]:
        """Change some levels; the update names its predecessor."""
        before = self.seq
        self.seq += self._rng.randint(1, 3)
        bids: list[list[str]] = []
        asks: list[list[str]] = []
        for _ in range(changes):
            distance = min(int(self._rng.expovariate(0.15)) + 1, self._depth)
            tick = self._base + distance * self._rng.choice((-1, 1))
            if tick in self._sizes and len(self._sizes) > self._depth and self._rng.random() < 0.3:
                del self._sizes[tick]
            else:
                self._sizes[tick] = self._size()
            (bids if tick < self._base else asks).append(self._row(tick))
        return self._message(bids, asks, before)

    def _message(self, bids: list[list[str]], asks: list[list[str]], pseq: int) -> dict[str, Any]:
        checksum = self._checksum()
        return {"asks": asks, "bids": bids, "checksum": checksum, "seq": self.seq, "pseq": pseq, "ts": _T}

    def _checksum(self) -> int:
        """CRC32 of the best 25 levels, written from the wire contract and not from the product's code."""
        bids = sorted((tick for tick in self._sizes if tick < self._base), reverse=True)
        asks = sorted(tick for tick in self._sizes if tick > self._base)
        parts: list[str] = []
        for index in range(25):
            for side in (bids, asks):
                if index < len(side):
                    parts += self._row(side[index])
        value = zlib.crc32(":".join(parts).encode())
        return value - 2**32 if value >= 2**31 else value

    def _row(self, tick: int) -> list[str]:
        return [f"{tick / 10:.1f}", self._sizes.get(tick, "0")]

    def _size(self) -> str:
        return f"{self._rng.randint(1, 9999) / 1000:.3f}"
