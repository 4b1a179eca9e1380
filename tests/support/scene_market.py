"""The made-up market of the mock-ups: BTCUSDT at 67,241.5, twelve instruments on the watch list."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bgtui.domain.book import Level
from bgtui.domain.event import (
    BookDepth,
    BookReceived,
    CandlesUpdated,
    Event,
    InstrumentsListed,
    TickerUpdated,
    TradesPrinted,
)
from bgtui.domain.instrument import Instrument, InstrumentId, InstrumentStatus, ProductType, instrument_id
from bgtui.domain.market import Candle, CandleInterval, Side, Ticker, Trade

NOW_MS = 1_795_269_807_000
"""2026-11-21 14:03:27 UTC."""
DAY_MS = 1_795_219_200_000
"""The midnight before it."""

USDT, USDC = ProductType.USDT_FUTURES, ProductType.USDC_FUTURES
COIN, SPOT = ProductType.COIN_FUTURES, ProductType.SPOT
BTC = instrument_id(USDT, "BTCUSDT")
D = Decimal


def at(clock: str) -> int:
    """Return the moment of a time of this day: ``14:03:25.412``."""
    hours, minutes, seconds = clock.split(":")
    return DAY_MS + (int(hours) * 3600 + int(minutes) * 60) * 1000 + round(float(seconds) * 1000)


_BIDS = (
    "67241.4 0.9814", "67241.0 0.4500", "67240.7 1.8463", "67240.0 0.2000", "67239.3 7.9328",
    "67238.4 5.1517", "67238.0 1.1000", "67237.2 1.6188", "67236.5 0.7077", "67236.0 0.5000",
    "67235.1 1.8710", "67234.6 2.6274", "67233.3 6.7574", "67232.2 3.0826", "67231.9 12.176",
    "67230.4 16.953", "67229.8 1.5726", "67228.5 4.6053", "67227.1 1.5801", "67226.6 2.2000",
    "67225.3 0.9400", "67224.0 3.1900", "67223.7 5.4200", "67222.2 1.0100", "67221.8 0.7300",
    "67220.0 21.400", "67218.6 2.0100", "67216.1 1.3300", "67214.9 4.0700", "67210.0 9.8800",
)  # fmt: skip
_ASKS = (
    "67241.5 0.5000", "67241.8 0.3758", "67242.7 1.0282", "67243.6 3.4011", "67244.9 1.0516",
    "67245.5 1.5436", "67246.8 0.9796", "67247.9 1.6039", "67248.4 5.6545", "67249.7 5.8180",
    "67250.6 2.3207", "67251.4 16.866", "67252.9 4.2512", "67253.2 10.6429", "67254.4 1.6155",
    "67255.8 3.5313", "67256.3 2.7000", "67257.1 0.8800", "67258.8 4.4100", "67259.5 1.2700",
    "67260.0 25.300", "67261.9 2.6400", "67263.3 0.5500", "67265.0 7.1200", "67266.7 1.9400",
    "67268.2 3.3600", "67270.0 12.050", "67273.4 0.6700", "67275.0 2.8200", "67280.0 8.1500",
)  # fmt: skip


def _levels(lines: Sequence[str]) -> list[Level]:
    return [(price, size) for price, size in (line.split() for line in lines)]


def book_event(seq: int = 100, *, is_snapshot: bool = True) -> BookReceived:
    """Return the whole book of BTCUSDT."""
    return BookReceived(
        BTC, BookDepth.FULL, is_snapshot, _levels(_BIDS), _levels(_ASKS), seq, seq - 1, None, NOW_MS - 100
    )


_TRADES = (
    "14:02:53 67240.2 B 1.0500", "14:02:53 67240.3 B 0.0500", "14:02:53 67240.3 B 0.0310",
    "14:02:54 67240.3 B 0.2470", "14:02:57 67240.2 S 0.0188", "14:02:57 67240.1 S 0.0188",
    "14:02:58 67240.0 B 0.0150", "14:02:59 67239.9 S 0.0500", "14:03:00 67239.9 B 0.0102",
    "14:03:00 67239.8 B 0.0310", "14:03:01 67239.8 B 0.2470", "14:03:04 67239.7 S 1.0500",
    "14:03:06 67239.2 B 0.1000", "14:03:09 67238.7 B 0.0150", "14:03:10 67238.2 S 0.0150",
    "14:03:11 67238.3 B 1.0500", "14:03:12 67238.9 B 0.2470", "14:03:14 67238.9 B 0.0150",
    "14:03:14 67238.4 S 1.0500", "14:03:15 67238.4 B 0.4120", "14:03:15 67239.0 B 0.0744",
    "14:03:16 67239.0 B 0.2470", "14:03:18 67238.9 S 0.0744", "14:03:18 67239.0 B 0.0310",
    "14:03:19 67239.0 S 1.0500", "14:03:20 67239.6 S 0.4120", "14:03:22 67240.0 B 0.0021",
    "14:03:23 67240.2 S 0.0500", "14:03:23 67240.8 B 0.0150", "14:03:23 67241.4 S 0.0500",
    "14:03:25 67242.0 B 0.0310", "14:03:27 67241.5 B 0.4120",
)  # fmt: skip


def trades() -> list[Trade]:
    """Return the last half minute of the tape."""
    made = []
    for number, line in enumerate(_TRADES, 1):
        clock, price, side, size = line.split()
        made.append(Trade(f"91{number:06}", price, size, Side.BUY if side == "B" else Side.SELL, at(clock)))
    return made


_TICKERS = (
    # product symbol last change funding open-interest mark
    "usdt-futures:BTCUSDT 67241.5 0.0214 0.0001 48213.44 67238.9",
    "usdt-futures:ETHUSDT 2633.42 0.0108 0.0001 512033.1 2633.18",
    "usdt-futures:SOLUSDT 159.082 -0.0071 -0.000042 4120551 159.077",
    "usdt-futures:XRPUSDT 0.5391 -0.0020 0.0001 88120334 0.5391",
    "usdt-futures:DOGEUSDT 0.14872 0.0466 0.00031 402118820 0.14871",
    "coin-futures:BTCUSD 67262.0 0.0211 0.000081 1204.11 67260.2",
    "usdc-futures:BTCPERP 67239.4 0.0212 0.0001 812.40 67238.0",
    "spot:BTCUSDT 67260.1 0.0217 - - -",
    "usdt-futures:ADAUSDT 0.3561 0.0042 0.0001 70551200 0.3561",
    "usdt-futures:PEPEUSDT 0.00000981 0.0620 0.0001 99120045000 0.00000981",
    "usdt-futures:LINKUSDT 11.204 -0.0133 0.0001 3304112 11.203",
    "usdt-futures:SUIUSDT 2.0417 0.0305 0.0001 20880014 2.0416",
)
WATCH_LIST: tuple[InstrumentId, ...] = tuple(
    instrument_id(ProductType(line.partition(":")[0]), line.split()[0].partition(":")[2]) for line in _TICKERS
)


def tickers() -> list[Event]:
    """Return the tickers of the watch list."""
    made: list[Event] = []
    for line, name in zip(_TICKERS, WATCH_LIST, strict=True):
        _, last, change, funding, interest, mark = (text if text != "-" else "" for text in line.split())
        ticker = Ticker(
            name, NOW_MS - 40, last, change_24h_text=change, funding_rate_text=funding,
            open_interest_text=interest, mark_text=mark,
            next_funding_ms=at("16:00:00.5") if funding else None,
            bid_text=last, ask_text=last,
        )  # fmt: skip
        if name == BTC:
            ticker.bid_text, ticker.ask_text, ticker.index_text = "67241.4", "67241.5", "67230.1"
            ticker.high_24h_text, ticker.low_24h_text = "67388.2", "65410.0"
            ticker.base_volume_text, ticker.quote_volume_text = "61411.02", "4102338117.4"
            ticker.open_24h_text, ticker.open_utc_text = "65832.7", "66120.0"
        made.append(TickerUpdated(ticker))
    return made


_LISTED = (
    # symbol tick step places min status
    "BTCUSDT 0.1 0.0001", "ETHUSDT 0.01 0.01", "SOLUSDT 0.001 0.1", "XRPUSDT 0.0001 1", "DOGEUSDT 0.00001 1",
    "ADAUSDT 0.0001 1", "PEPEUSDT 0.00000001 1000", "LINKUSDT 0.001 0.1", "SUIUSDT 0.0001 1",
    "ETHWUSDT 0.001 0.1", "ETHFIUSDT 0.001 0.1", "ETCUSDT 0.001 0.01", "METHUSDT 0.01 0.01 close_only",
    "TRXUSDT 0.00001 1", "LTCUSDT 0.01 0.01", "BNBUSDT 0.01 0.01",
)  # fmt: skip


def _places(step: str) -> int:
    return len(step.partition(".")[2])


def _instrument(line: str, product_type: ProductType, base: str, quote: str) -> Instrument:
    symbol, tick, step, *status = line.split()
    is_spot = product_type is SPOT
    return Instrument(
        id=instrument_id(product_type, symbol), base_coin=base, quote_coin=quote,
        margin_coins=() if is_spot else ({USDC: "USDC", COIN: base}.get(product_type, "USDT"),),
        price_places=_places(tick), tick=D(tick), size_places=_places(step), size_step=D(step),
        min_size=D(step), min_notional=D(1 if is_spot else 5),
        maker_fee_rate=D("0.0002"), taker_fee_rate=D("0.0006"),
        status=InstrumentStatus(status[0]) if status else InstrumentStatus.NORMAL,
        is_inverse=product_type is COIN, quote_places=2 if is_spot else None,
        max_limit_size=None if is_spot else D(1200), max_market_size=None if is_spot else D(220),
        min_leverage=None if is_spot else D(1), max_leverage=None if is_spot else D(125),
        buy_band_ratio=D("0.05"), sell_band_ratio=D("0.05"), max_orders=200, max_product_orders=400,
        funding_interval_hours=None if is_spot else 8,
    )  # fmt: skip


def instruments() -> list[Event]:
    """Return the lists of the four markets."""
    futures = tuple(_instrument(line, USDT, line.split()[0].removesuffix("USDT"), "USDT") for line in _LISTED)
    return [
        InstrumentsListed(USDT, futures),
        InstrumentsListed(COIN, (_instrument("BTCUSD 0.1 0.001", COIN, "BTC", "USD"),)),
        InstrumentsListed(USDC, (_instrument("BTCPERP 0.1 0.0001", USDC, "BTC", "USDC"),)),
        InstrumentsListed(
            SPOT,
            (
                _instrument("BTCUSDT 0.1 0.00001", SPOT, "BTC", "USDT"),
                _instrument("BGBUSDT 0.0001 0.01", SPOT, "BGB", "USDT"),
            ),
        ),
    ]


_PATH = (
    67104, 67121, 67098, 67133, 67140, 67162, 67151, 67170, 67166, 67190, 67214, 67203, 67222, 67241, 67260,
    67288, 67271, 67294, 67280, 67259, 67232, 67218, 67226, 67203, 67179, 67188, 67161, 67144, 67152, 67131,
    67118, 67109, 67126, 67117, 67140, 67161, 67155, 67179, 67203, 67196, 67219, 67238, 67251, 67244, 67262,
    67277, 67259, 67242, 67234, 67221, 67229, 67243, 67255, 67261, 67249, 67238, 67226, 67233, 67240,
)  # fmt: skip


def candles(interval: CandleInterval = CandleInterval.M5, step_ms: int = 300_000) -> CandlesUpdated:
    """Return the bars up to now: each opens where the one before has closed."""
    closes = [*(D(price) for price in _PATH), D("67241.5")]
    start_ms = at("14:00:00") - (len(closes) - 1) * step_ms
    made, opened = [], D(67090)
    for number, close in enumerate(closes):
        high, low = max(opened, close) + 3 + number * 7 % 11, min(opened, close) - 2 - number * 5 % 9
        made.append(
            Candle(start_ms + number * step_ms, str(opened), str(high), str(low), str(close),
                   str(20 + number * 13 % 37), str(1_400_000 + number * 50_000))
        )  # fmt: skip
        opened = close
    return CandlesUpdated(BTC, interval, is_snapshot=True, candles=made)


def events() -> list[Event]:
    """Return everything that is public."""
    return [
        *instruments(),
        *tickers(),
        book_event(),
        TradesPrinted(BTC, is_snapshot=True, trades=trades()),
        candles(),
    ]
