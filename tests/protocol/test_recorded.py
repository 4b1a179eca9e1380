"""What real streams sent: sample pushes, and a recording of the older stream whose books carry checksums."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bgtui.domain.book import Integrity, OrderBook, Verdict
from bgtui.domain.event import (
    BalancesReported,
    BookReceived,
    CandlesUpdated,
    EquityReported,
    Event,
    FillReported,
    FrameRefused,
    FrameUnsupported,
    OrderUpdated,
    PlanOrderUpdated,
    PositionClosed,
    PositionsReported,
    TickerUpdated,
    TradesPrinted,
)
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.market import Candle, CandleInterval, Side, Trade
from bgtui.wire.capture import Captured, read
from bgtui.wire.frame import Control, Router, Subscribed
from tests.support.pushes import one

SHARED = Path(__file__).resolve().parents[3] / "shared"
PAYLOADS = SHARED / "payloads" / "futures-ws.jsonl"
RECORDING = SHARED / "capture" / "futures-2022-04-07.jsonl.gz"
BTC = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")

needs_payloads = pytest.mark.skipif(
    not PAYLOADS.is_file(), reason="the sample payloads are not beside the project"
)
needs_recording = pytest.mark.skipif(
    not RECORDING.is_file(), reason="the recording is not beside the project"
)


def samples() -> dict[str, Any]:
    """Return the sample pushes by channel."""
    frames = [frame for line in PAYLOADS.read_text().splitlines() for frame in json.loads(line)["pushed"]]
    return {frame["arg"]["channel"]: frame for frame in frames}


@needs_payloads
def test_every_sample_is_read() -> None:
    kinds = {channel: type(one(frame)) for channel, frame in samples().items()}
    assert kinds == {
        "account": BalancesReported,
        "equity": EquityReported,
        "candle12H": CandlesUpdated,
        "orders": OrderUpdated,
        "books5": BookReceived,
        "positions": PositionsReported,
        "positions-history": PositionClosed,
        "ticker": TickerUpdated,
        "trade": TradesPrinted,
        "orders-algo": PlanOrderUpdated,
        "fill": FillReported,
    }


@needs_payloads
def test_some_samples_exactly() -> None:
    found = samples()
    assert one(found["trade"]) == TradesPrinted(
        BTC,
        True,
        [
            Trade("1111111111", "27000.0", "0.001", Side.SELL, 1695716759514),
            Trade("1111111111", "27000.5", "0.001", Side.BUY, 1695716760565),
        ],
    )
    assert one(found["candle12H"]) == CandlesUpdated(
        BTC,
        CandleInterval.H12,
        True,
        [Candle(1695685500000, "27000", "27000.5", "27000", "27000.5", "0.057", "1539.0155")],
    )
    closed = one(found["positions-history"])
    assert isinstance(closed, PositionClosed)
    assert closed.position.net_pnl == Decimal("-0.04544198")
    order = one(found["orders"])
    assert isinstance(order, OrderUpdated)
    assert (order.order.price, order.order.average_price) == (None, Decimal("27000.5"))


def recorded() -> Iterator[Captured]:
    with RECORDING.open("rb") as stream:
        yield from read(stream)


def routed() -> list[Event | Control]:
    router = Router("public")
    return [event for captured in recorded() for event in router.route(captured.raw)]


@needs_recording
def test_the_recording_is_read_without_an_error() -> None:
    counts = Counter(type(event) for event in routed())
    assert counts == {Subscribed: 8, BookReceived: 194, CandlesUpdated: 27, FrameUnsupported: 244}


@needs_recording
def test_every_book_message_of_the_recording_is_verified() -> None:
    books: dict[str, OrderBook] = {}
    verdicts: Counter[tuple[Verdict, Integrity]] = Counter()
    for event in routed():
        if isinstance(event, BookReceived):
            book = books.setdefault(event.instrument, OrderBook())
            take = book.replace if event.is_snapshot else book.update
            verdicts[take(event.bids, event.asks, event.seq, event.pseq, event.checksum), book.integrity] += 1
    assert verdicts == {(Verdict.APPLIED, Integrity.CHECKSUMMED): 194}


@needs_recording
def test_frames_cut_anywhere_are_refused_and_never_raise() -> None:
    router = Router("public")
    for captured in recorded():
        raw = captured.raw.encode()
        for cut in (1, len(raw) // 3, len(raw) // 2, len(raw) - 1):
            assert isinstance(router.route(raw[:cut])[0], FrameRefused)
