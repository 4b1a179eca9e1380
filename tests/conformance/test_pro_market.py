"""ccxt.pro follows the market by WebSocket."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from bgtui.domain.market import CandleInterval
from tests.conformance.calls import exercises
from tests.conformance.floor import AT_HOME, BTC, ETH, SPOT, Floor, Setting

pytestmark = [pytest.mark.xdist_group("conformance-pro"), pytest.mark.asyncio(loop_scope="module")]

PATIENCE_S = 60
START = 50
"""Trades that a new listener is told at once."""


@pytest.fixture(scope="module")
def setting() -> Setting:
    """A lively market."""
    return Setting(rate=150)


@pytest.mark.parametrize("symbol", [BTC, SPOT])
@exercises(
    "watch_trades", "swap, spot", "the tape at once, then each trade as it happens; ids and prices as printed"
)
async def test_trades(pro: Any, floor: Floor, symbol: str) -> None:
    seen: dict[str, Any] = {}
    async with asyncio.timeout(PATIENCE_S):
        while len(seen) < START + 3:
            for trade in await pro.watch_trades(symbol):
                seen[trade["id"]] = trade
    tape = {trade.trade_id: trade for trade in floor.do(lambda exchange: exchange.trades(AT_HOME[symbol]))}
    assert set(seen) <= set(tape)
    for name, trade in seen.items():
        printed = tape[name]
        assert (trade["price"], trade["amount"], trade["side"], trade["timestamp"]) == (
            float(printed.price_text),
            float(printed.size_text),
            printed.side.value,
            printed.time_ms,
        )


@pytest.mark.parametrize("symbol", [BTC, SPOT])
@exercises("watch_ticker", "swap, spot", "bid below ask, last within the day; mark price on contracts")
async def test_a_ticker(pro: Any, symbol: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(3):
            ticker = await pro.watch_ticker(symbol)
            assert ticker["symbol"] == symbol
            assert ticker["bid"] < ticker["ask"]
            assert ticker["low"] <= ticker["last"] <= ticker["high"]
            if symbol == BTC:
                assert float(ticker["info"]["markPrice"]) == pytest.approx(ticker["last"], rel=0.01)


@exercises("watch_tickers", "swap", "several at once")
@exercises("watch_bids_asks", "swap", "best bid and ask")
async def test_tickers(pro: Any) -> None:
    async with asyncio.timeout(PATIENCE_S):
        seen: set[str] = set()
        while seen != {BTC, ETH}:
            seen |= set(await pro.watch_tickers([BTC, ETH]))
        touch = await pro.watch_bids_asks([BTC])
        assert touch[BTC]["bid"] < touch[BTC]["ask"]


@pytest.mark.parametrize(("frame", "interval"), [("1m", CandleInterval.M1), ("1h", CandleInterval.H1)])
@exercises(
    "watch_ohlcv", "swap", "1m and 1h: hundreds of bars at once on their grid, then the open one as it moves"
)
async def test_candles(pro: Any, floor: Floor, frame: str, interval: CandleInterval) -> None:
    step = {"1m": 60_000, "1h": 3_600_000}[frame]
    async with asyncio.timeout(PATIENCE_S):
        first = await pro.watch_ohlcv(BTC, frame)
        assert first[-1][0] == floor.now_ms() // step * step
        later = await pro.watch_ohlcv(BTC, frame)
    assert later[-1][0] in (first[-1][0], first[-1][0] + step)
    bars = pro.plain.ohlcvs[BTC][frame]
    starts = [bar[0] for bar in bars]
    assert len(starts) >= 200
    assert {after - start for start, after in pairwise(starts)} == {step}
    known = floor.do(lambda exchange: exchange.candles(AT_HOME[BTC], interval, 100))
    ours = {bar.start_ms: float(bar.close_text) for bar in known[:-2]}
    assert {bar[0]: bar[4] for bar in bars if bar[0] in ours} == ours


@exercises("watch_ticker", "swap", "an unknown symbol is BadRequest (30001)")
async def test_an_unknown_symbol_is_refused(pro: Any) -> None:
    from ccxt.base.errors import BadRequest

    market = {**pro.plain.market(BTC), "id": "NOSUCHUSDT", "symbol": "NOSUCH/USDT:USDT"}
    pro.plain.markets = {**pro.plain.markets, "NOSUCH/USDT:USDT": market}
    with pytest.raises(BadRequest, match="30001"):
        async with asyncio.timeout(PATIENCE_S):
            await pro.watch_ticker("NOSUCH/USDT:USDT")
