"""ccxt reads the market by REST."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from ccxt.base.errors import ExchangeError

from tests.conformance.calls import exercises
from tests.conformance.floor import BTC, COIN, ETH, LINK, SPOT, USDC, Floor

pytestmark = [pytest.mark.xdist_group("conformance-books"), pytest.mark.asyncio(loop_scope="module")]


@exercises(
    "load_markets", "all", "four kinds of market with tick, step, smallest size and value, fees, leverage"
)
@exercises("fetch_currencies", "all", "every coin of the pairs and contracts")
async def test_markets_and_currencies(rest: Any, floor: Floor) -> None:
    markets = await rest.load_markets(True)
    assert len(markets) == floor.instrument_count
    btc = markets[BTC]
    assert (btc["id"], btc["type"], btc["linear"], btc["settle"], btc["active"]) == (
        "BTCUSDT",
        "swap",
        True,
        "USDT",
        True,
    )
    assert (btc["precision"]["price"], btc["precision"]["amount"]) == (0.1, 0.0001)
    assert (btc["limits"]["amount"]["min"], btc["limits"]["cost"]["min"]) == (0.0001, 5)
    assert (btc["maker"], btc["taker"], btc["limits"]["leverage"]["max"]) == (0.0002, 0.0006, 125)
    # A last digit that moves in fives.
    assert markets[LINK]["precision"]["price"] == 0.0005
    assert (markets[COIN]["inverse"], markets[COIN]["settle"]) == (True, "BTC")
    assert (markets[USDC]["linear"], markets[USDC]["settle"]) == (True, "USDC")
    spot = markets[SPOT]
    assert (spot["type"], spot["precision"]["price"], spot["precision"]["amount"]) == ("spot", 0.01, 0.000001)
    currencies = await rest.fetch_currencies()
    assert {"BTC", "ETH", "USDT", "USDC"} <= set(currencies)
    assert currencies["BTC"]["active"] is True


@exercises("fetch_time", "all", "the exchange's clock")
async def test_time(rest: Any, floor: Floor) -> None:
    before = floor.now_ms()
    assert before <= await rest.fetch_time() <= floor.now_ms()


@pytest.mark.parametrize("symbol", [BTC, USDC, COIN, SPOT])
@exercises(
    "fetch_ticker",
    "swap (USDT, USDC, coin), spot",
    "bid and ask are the best of the book, last lies in the day's range",
)
@exercises("fetch_order_book", "swap (USDT, USDC, coin), spot", "sorted, uncrossed, as deep as asked")
async def test_ticker_and_book(rest: Any, symbol: str) -> None:
    book = await rest.fetch_order_book(symbol, 50)
    bids, asks = [level[0] for level in book["bids"]], [level[0] for level in book["asks"]]
    assert bids == sorted(bids, reverse=True)
    assert asks == sorted(asks)
    assert len(bids) == len(asks) == 50
    assert bids[0] < asks[0]
    assert all(size > 0 for _, size in [*book["bids"], *book["asks"]])
    ticker = await rest.fetch_ticker(symbol)
    assert (ticker["symbol"], ticker["bid"], ticker["ask"]) == (symbol, bids[0], asks[0])
    assert ticker["bidVolume"] == book["bids"][0][1]
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    assert ticker["baseVolume"] > 0
    assert ticker["timestamp"] > 0


@exercises("fetch_tickers", "swap, spot", "every instrument of the kind, each with a price")
@exercises("fetch_mark_price", "swap", "mark and index price")
async def test_tickers(rest: Any) -> None:
    tickers = await rest.fetch_tickers(None, {"type": "swap", "productType": "USDT-FUTURES"})
    assert {BTC, ETH, LINK} <= set(tickers)
    assert all(ticker["last"] > 0 for ticker in tickers.values())
    spot = await rest.fetch_tickers([SPOT, "ETH/USDT"])
    assert set(spot) == {SPOT, "ETH/USDT"}
    price = await rest.fetch_mark_price(BTC)
    assert price["markPrice"] == pytest.approx(tickers[BTC]["last"], rel=0.01)
    assert price["indexPrice"] == pytest.approx(tickers[BTC]["last"], rel=0.01)


@pytest.mark.parametrize("symbol", [BTC, SPOT])
@exercises("fetch_trades", "swap, spot", "a hundred and more, oldest first, ids all different, both sides")
async def test_trades(rest: Any, symbol: str) -> None:
    trades = await rest.fetch_trades(symbol, limit=150)
    assert len(trades) >= 100
    assert len({trade["id"] for trade in trades}) == len(trades)
    assert [trade["timestamp"] for trade in trades] == sorted(trade["timestamp"] for trade in trades)
    assert {trade["side"] for trade in trades} == {"buy", "sell"}
    assert all(trade["symbol"] == symbol and trade["price"] > 0 and trade["amount"] > 0 for trade in trades)


FRAMES = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14_400, "1d": 86_400}


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("symbol", [BTC, SPOT])
@exercises(
    "fetch_ohlcv",
    "swap, spot",
    "1m to 1d: bars on their grid without a hole, high and low bound open and close",
)
async def test_candles(rest: Any, symbol: str, frame: str) -> None:
    bars = await rest.fetch_ohlcv(symbol, frame, limit=200)
    step = FRAMES[frame] * 1000
    starts = [bar[0] for bar in bars]
    assert len(starts) >= (200 if frame in {"1m", "5m"} else 2)
    assert all(start % step == 0 for start in starts)
    assert {later - start for start, later in pairwise(starts)} == {step}
    assert all(
        low <= min(opened, close) and max(opened, close) <= high for _, opened, high, low, close, _ in bars
    )


@exercises(
    "fetch_ohlcv", "swap", "1000 one-minute bars at once; a page of the past by `since`; mark and index lines"
)
async def test_candles_of_the_past(rest: Any) -> None:
    bars = await rest.fetch_ohlcv(BTC, "1m", limit=1000)
    assert len(bars) == 1000
    page = await rest.fetch_ohlcv(BTC, "1m", since=bars[100][0], limit=50)
    assert page == bars[100:150]
    for line in ("mark", "index"):
        marks = await rest.fetch_ohlcv(BTC, "1m", limit=10, params={"price": line})
        assert len(marks) == 10
        assert marks[-1][4] == pytest.approx(bars[-1][4], rel=0.05)


@exercises("fetch_funding_rate", "swap", "a rate, and a next time in the future")
@exercises("fetch_funding_rates", "swap", "every contract of the kind")
@exercises("fetch_funding_interval", "swap", "eight hours, or four")
@exercises("fetch_funding_rate_history", "swap", "past rates, each an interval apart")
@exercises("fetch_open_interest", "swap", "above zero, base coin")
@exercises(
    "fetch_market_leverage_tiers", "swap", "tiers that join, with falling leverage and rising margin rate"
)
async def test_contract_figures(rest: Any, floor: Floor) -> None:
    rate = await rest.fetch_funding_rate(BTC)
    assert abs(rate["fundingRate"]) < 0.01
    assert rate["fundingTimestamp"] > floor.now_ms()
    rates = await rest.fetch_funding_rates([BTC, ETH])
    assert set(rates) == {BTC, ETH}
    interval = await rest.fetch_funding_interval(LINK)
    assert interval["interval"] == "4h"
    history = await rest.fetch_funding_rate_history(BTC, limit=20)
    assert len(history) == 20
    times = [each["timestamp"] for each in history]
    assert {later - time for time, later in pairwise(times)} == {8 * 3_600_000}
    interest = await rest.fetch_open_interest(BTC)
    assert interest["symbol"] == BTC
    assert interest["openInterestAmount"] > 0
    tiers = await rest.fetch_market_leverage_tiers(BTC)
    assert tiers[0]["maxLeverage"] == 125
    assert [tier["maxLeverage"] for tier in tiers] == sorted(
        (tier["maxLeverage"] for tier in tiers), reverse=True
    )
    assert [tier["maxNotional"] for tier in tiers[:-1]] == [tier["minNotional"] for tier in tiers[1:]]
    rising = [tier["maintenanceMarginRate"] for tier in tiers]
    assert rising == sorted(rising)


@exercises("fetch_trading_fee", "swap, spot", "the account's own rates")
@exercises("fetch_trading_fees", "swap", "rates of every market")
async def test_fees(rest: Any) -> None:
    fee = await rest.fetch_trading_fee(BTC)
    assert (fee["maker"], fee["taker"]) == (0.0002, 0.0006)
    spot = await rest.fetch_trading_fee(SPOT)
    assert (spot["maker"], spot["taker"]) == (0.001, 0.001)
    fees = await rest.fetch_trading_fees({"type": "swap", "productType": "USDT-FUTURES"})
    assert fees[ETH]["taker"] == 0.0006


@exercises("fetch_ticker", "swap", "an unknown symbol is refused with 40034")
async def test_an_unknown_symbol_is_refused(rest: Any) -> None:
    market = {**rest.plain.market(BTC), "id": "NOSUCHUSDT", "symbol": "NOSUCH/USDT:USDT"}
    rest.plain.markets = {**rest.plain.markets, "NOSUCH/USDT:USDT": market}
    with pytest.raises(ExchangeError, match="40034"):
        await rest.fetch_ticker("NOSUCH/USDT:USDT")
