"""Trades and tickers of the older stream, which the program itself no longer reads; old recordings hold them.

Books and candles kept their shape and need nothing here. Shapes: wire notes, section 7.4, "v1 shapes".
"""

from __future__ import annotations

import re

import msgspec

from bgtui.domain.event import Event, TickerUpdated, TradesPrinted
from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.market import Side, Ticker, Trade

_is_plain = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?").fullmatch
_SIDES = {"buy": Side.BUY, "sell": Side.SELL}


class _Arg(msgspec.Struct, rename="camel"):
    inst_type: str
    channel: str
    inst_id: str


class _Frame(msgspec.Struct):
    action: str
    arg: _Arg
    data: msgspec.Raw


class _Ticker(msgspec.Struct, rename="camel"):
    last: str
    mark_price: str = ""
    index_price: str = ""
    capital_rate: str = ""
    holding: str = ""
    system_time: int = 0


_frame = msgspec.json.Decoder(_Frame).decode
_trades = msgspec.json.Decoder(list[tuple[str, str, str, str]]).decode
_tickers = msgspec.json.Decoder(list[_Ticker]).decode


def read(raw: str) -> Event | None:
    """Return the trades or the ticker of an old frame; None for any other frame, and for a bad one."""
    try:
        frame = _frame(raw)
        instrument = _instrument(frame.arg)
        if instrument is None:
            return None
        if frame.arg.channel == "trade":
            return _read_trades(instrument, frame)
        return _read_ticker(instrument, frame) if frame.arg.channel == "ticker" else None
    except (msgspec.MsgspecError, ValueError, KeyError):
        return None


def _read_trades(instrument: InstrumentId, frame: _Frame) -> Event | None:
    rows = [
        Trade("", price, size, _SIDES[side], int(time))
        for time, price, size, side in reversed(_trades(frame.data))
        if _is_plain(price) and _is_plain(size)
    ]
    return TradesPrinted(instrument, frame.action == "snapshot", rows) if rows else None


def _read_ticker(instrument: InstrumentId, frame: _Frame) -> Event | None:
    for row in _tickers(frame.data):
        texts = (row.mark_price, row.index_price, row.capital_rate, row.holding)
        if _is_plain(row.last) and all(not text or _is_plain(text) for text in texts):
            return TickerUpdated(
                Ticker(
                    instrument,
                    row.system_time,
                    row.last,
                    mark_text=row.mark_price,
                    index_text=row.index_price,
                    funding_rate_text=row.capital_rate,
                    open_interest_text=row.holding,
                )
            )
    return None


def _instrument(arg: _Arg) -> InstrumentId | None:
    if arg.inst_type == "sp":
        return instrument_id(ProductType.SPOT, arg.inst_id)
    if arg.inst_type != "mc":
        return None
    if arg.inst_id.endswith("PERP"):
        return instrument_id(ProductType.USDC_FUTURES, arg.inst_id)
    is_linear = arg.inst_id.endswith("USDT")
    return instrument_id(ProductType.USDT_FUTURES if is_linear else ProductType.COIN_FUTURES, arg.inst_id)
