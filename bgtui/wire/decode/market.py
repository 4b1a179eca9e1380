"""Public channels to events.

This is the hot path. Rows are decoded straight from bytes into typed rows whose texts are kept, and one
look at the texts proves that they are plain numbers. Whatever that look does not settle is read again by
name, slowly: another dialect, numbers that are no texts, an exponent. What then fails raises, for the
router to count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

import msgspec

from bgtui.domain.book import Level
from bgtui.domain.error import DecodeError
from bgtui.domain.event import (
    AuctionUpdated,
    BookReceived,
    CandlesUpdated,
    Event,
    IndexPriceUpdated,
    TickerUpdated,
    TradesPrinted,
)
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import Candle, Side, Ticker, Trade
from bgtui.domain.text import Untrusted
from bgtui.wire import number
from bgtui.wire.decode import alias, word
from bgtui.wire.decode.origin import Origin
from bgtui.wire.decode.row import Row, rows
from bgtui.wire.payload.frame import Frame
from bgtui.wire.payload.market import BookRow, CandleRow, FuturesTickerRow, SpotTickerRow, TradeRow

_SNAPSHOT = "snapshot"
_BOOKS = msgspec.json.Decoder(list[BookRow]).decode
_TRADES = msgspec.json.Decoder(list[TradeRow]).decode
_SPOT_TICKERS = msgspec.json.Decoder(list[SpotTickerRow]).decode
_FUTURES_TICKERS = msgspec.json.Decoder(list[FuturesTickerRow]).decode
_CANDLES = msgspec.json.Decoder(list[CandleRow]).decode
_LOOSE_CANDLES = msgspec.json.Decoder(list[list[object]], float_hook=Decimal).decode
_texts = msgspec.structs.astuple

_TRADE_FIGURES = b'0123456789.",[]'
_TIME_DIGITS = 13
_SIDES = {"buy": Side.BUY, "sell": Side.SELL}

# Possessive, and without groups: that is what makes one match over all the texts of a row cheaper than one
# look at each of them.
_NUMBER = r"-?+[0-9]++\.?+[0-9]*+"
_TIME = r"1[0-9]{12}"
_is_trade_skeleton = re.compile(rb"(?:\{(?:(?:tradeId|price|size|ts):|side:buy|side:sell)++\})++").fullmatch
_is_spot_ticker = re.compile(f"{_NUMBER} " * 12 + _TIME).fullmatch
_is_futures_ticker = re.compile(f"{_NUMBER} " * 16 + f"{_TIME} {_TIME}").fullmatch
_is_candle = re.compile(_TIME + f" {_NUMBER}" * 6).fullmatch
_is_plain = re.compile(r"-?+[0-9]++(?:\.[0-9]++)?+").fullmatch
_is_level = re.compile(r"[0-9]++(?:\.[0-9]++)?+").fullmatch
_is_skeleton = re.compile(rb"\{(?:checksum:-?|(?:asks|bids|seq|pseq|ts):)+\}").fullmatch
_is_time = re.compile(_TIME).fullmatch


def trades(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `trade`; rows come newest first and leave oldest first."""
    instrument = _instrument(origin)
    try:
        found = _trades(frame)
    except (msgspec.MsgspecError, ValueError, KeyError):
        found = [_trade_by_name(row) for row in rows(frame.data, alias.TRADE)]
    found.reverse()
    return (TradesPrinted(instrument, frame.action == _SNAPSHOT, found),)


def _trades(frame: Frame) -> list[Trade]:
    if not _are_usual_trades(bytes(frame.data).translate(None, _TRADE_FIGURES)):
        raise ValueError
    found = []
    for row in _TRADES(frame.data):
        trade_id, price, size, side, time = _texts(row)
        if not (trade_id.isdigit() and float(price) > 0.0 <= float(size) and len(time) == _TIME_DIGITS):
            raise ValueError
        found.append(Trade(trade_id, price, size, _SIDES[side], int(time)))
    return found


@lru_cache(maxsize=256)
def _are_usual_trades(skeleton: bytes) -> bool:
    """Tell whether trades without their digits, dots and brackets are nothing but field names and sides.

    Then their figures hold digits and dots alone, and `float` refuses what is no number among them.
    """
    return _is_trade_skeleton(skeleton) is not None


def _trade_by_name(row: Row) -> Trade:
    return Trade(
        row.identifier("tradeId"),
        _plain(row.get("price"), "price"),
        _plain(row.get("size"), "size"),
        word.side(row.get("side")),
        row.millis("ts"),
    )


def futures_tickers(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `ticker` of futures, with mark and index price, funding and open interest."""
    instrument = _instrument(origin)
    try:
        return [_futures_ticker(instrument, row) for row in _FUTURES_TICKERS(frame.data)]
    except (msgspec.MsgspecError, ValueError):
        return _tickers_by_name(instrument, frame)


def _futures_ticker(instrument: InstrumentId, row: FuturesTickerRow) -> TickerUpdated:
    if not _is_futures_ticker(" ".join(_texts(row))):
        raise ValueError
    # By position: names would cost half as much again as the call itself.
    return TickerUpdated(
        Ticker(
            instrument,
            int(row.ts),
            row.last_pr,
            row.bid_pr,
            row.ask_pr,
            row.bid_sz,
            row.ask_sz,
            row.open24h,
            row.high24h,
            row.low24h,
            row.change24h,
            row.base_volume,
            row.quote_volume,
            row.open_utc,
            row.mark_price,
            row.index_price,
            row.funding_rate,
            row.holding_amount,
            int(row.next_funding_time),
        )
    )


def spot_tickers(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `ticker` of spot."""
    instrument = _instrument(origin)
    try:
        return [_spot_ticker(instrument, row) for row in _SPOT_TICKERS(frame.data)]
    except (msgspec.MsgspecError, ValueError):
        return _tickers_by_name(instrument, frame)


def _spot_ticker(instrument: InstrumentId, row: SpotTickerRow) -> TickerUpdated:
    texts = _texts(row)
    if not _is_spot_ticker(" ".join(texts)):
        raise ValueError
    return TickerUpdated(Ticker(instrument, int(texts[12]), *texts[:12]))


def _tickers_by_name(instrument: InstrumentId, frame: Frame) -> Sequence[Event]:
    return [TickerUpdated(_ticker_by_name(instrument, row, frame)) for row in rows(frame.data, alias.TICKER)]


def _ticker_by_name(instrument: InstrumentId, row: Row, frame: Frame) -> Ticker:
    def text(name: str) -> str:
        return _plain_or_empty(row.get(name), name)

    return Ticker(
        instrument,
        number.millis(frame.ts if row.get("ts") is None else row.get("ts"), "ts"),
        last_text=_plain(row.get("lastPr"), "lastPr"),
        bid_text=text("bidPr"),
        ask_text=text("askPr"),
        bid_size_text=text("bidSz"),
        ask_size_text=text("askSz"),
        open_24h_text=text("open24h"),
        high_24h_text=text("high24h"),
        low_24h_text=text("low24h"),
        change_24h_text=text("change24h"),
        base_volume_text=text("baseVolume"),
        quote_volume_text=text("quoteVolume"),
        open_utc_text=text("openUtc"),
        mark_text=text("markPrice"),
        index_text=text("indexPrice"),
        funding_rate_text=text("fundingRate"),
        open_interest_text=text("holdingAmount"),
        next_funding_ms=row.millis_or_none("nextFundingTime"),
    )


def books(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `books`, `books1`, `books5` and `books15`; levels stay the two texts that a checksum covers."""
    instrument = _instrument(origin)
    if origin.depth is None:
        raise DecodeError("channel: not a book channel")
    found = _BOOKS(frame.data)
    names = _names(bytes(frame.data).translate(None, b'0123456789.",[]'))
    for row in found:
        if names != 2 + (row.ts is not None) + (row.checksum is not None) + (row.seq is not None) + (
            row.pseq is not None
        ):
            _check_levels(row.asks)
            _check_levels(row.bids)
    is_snapshot = frame.action == _SNAPSHOT
    return [
        BookReceived(
            instrument,
            origin.depth,
            is_snapshot,
            row.bids,
            row.asks,
            row.seq if type(row.seq) is int else _integer(row.seq, "seq"),
            row.pseq if type(row.pseq) is int else _integer(row.pseq, "pseq"),
            # Zero says that the message carries no checksum.
            (row.checksum if type(row.checksum) is int else _integer(row.checksum, "checksum")) or None,
            _time(frame.ts if row.ts is None else row.ts),
        )
        for row in found
    ]


@lru_cache(maxsize=256)
def _names(skeleton: bytes) -> int:
    """Count the fields of a book message without its digits, dots and brackets; 0 if more than names is left.

    When it counts no more than were decoded, the levels held digits and dots alone: one pass over the bytes
    has shown it. The book itself refuses what is no number among such texts.
    """
    names = skeleton.strip(b"{}").split(b":")[:-1]
    is_plain = _is_skeleton(skeleton) is not None and len(set(names)) == len(names)
    return len(names) if is_plain else 0


def _check_levels(levels: Sequence[Level]) -> None:
    for price, size in levels:
        if not _is_level(price) or not _is_level(size):
            raise DecodeError("level: not a plain number")


def candles(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `candle…`; a snapshot brings the recent bars, an update the open one."""
    instrument = _instrument(origin)
    if origin.interval is None:
        raise DecodeError("channel: not a candle channel")
    try:
        found = [_candle(row) for row in _CANDLES(frame.data)]
    except (msgspec.MsgspecError, ValueError):
        found = [_loose_candle(row) for row in _LOOSE_CANDLES(frame.data)]
    found.sort(key=_start)
    return (CandlesUpdated(instrument, origin.interval, frame.action == _SNAPSHOT, found),)


def _candle(row: CandleRow) -> Candle:
    # The count proves that no column holds a blank of its own.
    if len(row) < 7 or not _is_candle(" ".join(row[:7])):
        raise ValueError
    return Candle(int(row[0]), row[1], row[2], row[3], row[4], row[5], row[6])


def _loose_candle(row: list[object]) -> Candle:
    # Source 000 has the symbol first; recordings of v1 end after the base volume.
    columns = row[1:] if len(row) > 6 and _is_time(str(row[1])) else row
    if not 6 <= len(columns) <= 12:
        raise DecodeError(f"candle: {len(columns)} columns")
    figures = [_plain(value, "candle") for value in columns[1:6]]
    figures.append(_plain_or_empty(columns[6], "candle") if len(columns) > 6 else "")
    return Candle(number.millis(columns[0], "candle"), *figures)


def _start(candle: Candle) -> int:
    return candle.start_ms


def index_prices(_origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `index-price` of margin pairs."""
    return [
        IndexPriceUpdated(
            row.identifier("instId").upper(),
            row.decimal("indexPrice"),
            number.millis(frame.ts if row.get("ts") is None else row.get("ts"), "ts"),
        )
        for row in rows(frame.data, alias.INDEX)
    ]


def auctions(origin: Origin, frame: Frame) -> Sequence[Event]:
    """Read `auction`, the opening of a new spot pair."""
    instrument = _instrument(origin)
    return [
        AuctionUpdated(
            instrument,
            Untrusted(row.text("stage")),
            row.millis_or_none("stageEndTime"),
            row.positive_or_none("estOpeningPrice"),
            row.decimal_or_none("matchedVolume"),
            row.millis_or_none("auctionEndTime"),
        )
        for row in rows(frame.data, alias.INDEX)
    ]


def _instrument(origin: Origin) -> InstrumentId:
    if origin.instrument is None:
        raise DecodeError("instId: expected a symbol")
    return origin.instrument


def _plain(value: object, field: str) -> str:
    """Return a number as plain digits, as it came where it came so."""
    if isinstance(value, str) and len(value) <= number.MAX_NUMBER and _is_plain(value):
        return value
    return format(number.decimal(value, field), "f")


def _plain_or_empty(value: object, field: str) -> str:
    return "" if value is None or value == "" else _plain(value, field)


def _integer(value: str | int | None, field: str) -> int | None:
    return value if value is None or isinstance(value, int) else number.optional_integer(value, field)


def _time(value: str | int | None) -> int:
    if isinstance(value, str) and len(value) == 13 and value.isascii() and value.isdigit():
        return int(value)
    return number.millis(value, "ts")
