"""The peer of the measurements: ccxt's own handler for Bitget's stream, with its checksum check on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import ccxt.pro


class CcxtPeer:
    """Feeds frames to ``ccxt.pro.bitget`` the way its own socket does, and can begin anew."""

    def __init__(self, symbols: Sequence[str]) -> None:
        """Load the markets that the recording needs, without any request."""
        # The exchange object wants a running loop when it is made; none of its requests are used.
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._build(symbols))

    async def _build(self, symbols: Sequence[str]) -> None:
        self._exchange: Any = ccxt.pro.bitget({"options": {"watchOrderBook": {"checksum": True}}})
        self._exchange.set_markets([self._market(symbol) for symbol in symbols])
        self._client = self._exchange.client("wss://localhost/never-dialled")
        self.mismatches = 0
        self._exchange.handle_check_sum_error = self._count_mismatch

    async def _count_mismatch(self, *_: object) -> None:
        self.mismatches += 1

    def reset(self) -> None:
        """Forget every book, trade and ticker."""
        self._exchange.orderbooks.clear()
        self._exchange.trades.clear()
        self._exchange.tickers.clear()

    def feed(self, frames: Sequence[str]) -> None:
        """Handle frames one after another, JSON decoding included."""
        handle = self._client.handle_text_or_binary_message
        for frame in frames:
            handle(frame)

    def close(self) -> None:
        """Release the exchange object."""
        self._loop.run_until_complete(self._exchange.close())
        self._loop.close()

    def _market(self, symbol: str) -> dict[str, Any]:
        base = symbol.removesuffix("USDT")
        return {
            "id": symbol,
            "symbol": f"{base}/USDT:USDT",
            "base": base,
            "quote": "USDT",
            "settle": "USDT",
            "baseId": base,
            "quoteId": "USDT",
            "settleId": "USDT",
            "type": "swap",
            "spot": False,
            "margin": False,
            "swap": True,
            "future": False,
            "option": False,
            "contract": True,
            "linear": True,
            "inverse": False,
            "contractSize": 1.0,
            "active": True,
            "precision": {"amount": 0.01, "price": 0.001},
            "limits": {},
            "info": {},
        }
