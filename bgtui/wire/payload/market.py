"""Rows of the public channels as real payloads have them: what is decoded straight from bytes.

Texts stay texts; a length is stated so that no row can carry more than a number needs. The order of the
fields is that of the domain values, since rows are turned into them field by field.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from bgtui.wire.number import MAX_NUMBER

Text = Annotated[str, msgspec.Meta(max_length=MAX_NUMBER)]


class BookRow(msgspec.Struct, gc=False):
    """`books`, `books1`, `books5`, `books15` (contract/websocket/public/Order-Book-Channel)."""

    asks: list[tuple[Text, Text]]
    bids: list[tuple[Text, Text]]
    ts: Text | int | None = None
    checksum: Text | int | None = None
    seq: Text | int | None = None
    pseq: Text | int | None = None


class TradeRow(msgspec.Struct, gc=False, rename="camel"):
    """`trade` (contract/websocket/public/New-Trades-Channel)."""

    trade_id: Text
    price: Text
    size: Text
    side: Text
    ts: Text


class SpotTickerRow(msgspec.Struct, gc=False, rename="camel"):
    """`ticker` of spot (spot/websocket/public/Tickers-Channel)."""

    last_pr: Text
    bid_pr: Text
    ask_pr: Text
    bid_sz: Text
    ask_sz: Text
    open24h: Text
    high24h: Text
    low24h: Text
    change24h: Text
    base_volume: Text
    quote_volume: Text
    open_utc: Text
    ts: Text


class FuturesTickerRow(msgspec.Struct, gc=False, rename="camel"):
    """`ticker` of futures (contract/websocket/public/Tickers-Channel)."""

    last_pr: Text
    bid_pr: Text
    ask_pr: Text
    bid_sz: Text
    ask_sz: Text
    open24h: Text
    high24h: Text
    low24h: Text
    change24h: Text
    base_volume: Text
    quote_volume: Text
    open_utc: Text
    mark_price: Text
    index_price: Text
    funding_rate: Text
    holding_amount: Text
    next_funding_time: Text
    ts: Text


CandleRow = list[Text]
"""Start, open, high, low, close, base volume, quote volume, USDT volume."""
