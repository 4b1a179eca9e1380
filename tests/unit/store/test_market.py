from bgtui.domain.event import (
    AuctionUpdated,
    CandlesUpdated,
    IndexPriceUpdated,
    InstrumentsListed,
    TickerUpdated,
    TradesPrinted,
    WatchChanged,
)
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.market import CandleInterval
from bgtui.domain.text import Untrusted
from bgtui.store.candles import SERIES_LENGTH
from bgtui.store.store import Store
from bgtui.store.tape import TAPE_LENGTH
from bgtui.store.topic import Kind, Topic, candles, tape
from bgtui.store.topic import ticker as ticker_topic
from tests.support.build import BTC, ETH, SPOT, SPOT_BTC, USDT, D, HandClock, candle, contract, ticker, trade

M1 = CandleInterval.M1


def printed(*times: int, is_snapshot: bool = False) -> TradesPrinted:
    return TradesPrinted(BTC, is_snapshot, [trade(f"t{ms}", ms) for ms in times])


def bars(*starts: int, is_snapshot: bool = False, close: str = "1") -> CandlesUpdated:
    return CandlesUpdated(BTC, M1, is_snapshot, [candle(ms, close) for ms in starts])


def times_of(store: Store) -> list[int]:
    return [one.time_ms for one in store.trades(BTC)]


def test_an_older_ticker_is_ignored_but_shows_that_it_moves() -> None:
    clock = HandClock()
    store = Store(clock)
    store.apply(TickerUpdated(ticker(20, "200")))
    clock.advance(5)
    version = store.version(ticker_topic(BTC))
    assert store.apply(TickerUpdated(ticker(10, "100"))) is False
    latest = store.ticker(BTC)
    assert latest is not None
    assert (latest.last_text, store.ticker_age_s(BTC)) == ("200", 0.0)
    assert store.version(ticker_topic(BTC)) == version
    assert store.apply(TickerUpdated(ticker(20, "201"))) is True
    assert (store.ticker(ETH), store.ticker_age_s(ETH)) == (None, None)


def test_a_trade_is_kept_once_and_the_tape_is_bounded() -> None:
    store = Store(HandClock())
    assert store.apply(printed(*range(1, TAPE_LENGTH + 51), is_snapshot=True)) is True
    assert len(store.trades(BTC)) == TAPE_LENGTH
    assert store.apply(printed(TAPE_LENGTH + 50)) is False
    assert [one.time_ms for one in store.trades(BTC, 2)] == [TAPE_LENGTH + 49, TAPE_LENGTH + 50]
    version = store.version(tape(BTC))
    assert store.apply(printed(1)) is False, "older than all that is kept"
    assert store.version(tape(BTC)) == version


def test_only_what_was_printed_after_the_last_known_trade_is_new() -> None:
    store = Store(HandClock())
    assert store.trades_after(BTC, "") == ()
    store.apply(printed(1, 2, 3, 4, is_snapshot=True))
    assert [one.time_ms for one in store.trades_after(BTC, "t2")] == [3, 4]
    assert store.trades_after(BTC, "t4") == ()
    assert [one.time_ms for one in store.trades_after(BTC, "gone")] == [1, 2, 3, 4]


def test_a_snapshot_after_a_reconnect_fills_the_hole() -> None:
    store = Store(HandClock())
    store.apply(printed(1, 2, 3))
    store.apply(printed(8))
    store.apply(printed(3, 4, 5, 6, 8, 9, is_snapshot=True))
    assert times_of(store) == [1, 2, 3, 4, 5, 6, 8, 9]


def test_candles_change_at_the_end_and_by_snapshot() -> None:
    store = Store(HandClock())
    store.apply(bars(2, 1, 3, is_snapshot=True))
    assert store.apply(bars(3)) is False
    assert store.apply(bars(3, close="2")) is True
    assert store.apply(bars(4)) is True
    assert [bar.start_ms for bar in store.candles(BTC, M1)] == [1, 2, 3, 4]
    assert store.candles(BTC, M1, 2)[0].close == 2
    assert store.candles(BTC, CandleInterval.H1) == ()
    store.apply(bars(7, 8, is_snapshot=True))
    assert [bar.start_ms for bar in store.candles(BTC, M1)] == [7, 8]


def test_candles_are_bounded() -> None:
    store = Store(HandClock())
    store.apply(bars(*range(1, SERIES_LENGTH + 100), is_snapshot=True))
    store.apply(bars(SERIES_LENGTH + 100))
    series = store.candles(BTC, M1)
    assert (len(series), series[-1].start_ms) == (SERIES_LENGTH, SERIES_LENGTH + 100)
    assert store.apply(bars(1)) is False


def test_instruments_are_unknown_until_listed() -> None:
    store = Store(HandClock())
    assert (store.instruments(USDT), store.instrument(BTC)) == (None, None)
    store.apply(InstrumentsListed(USDT, (contract(),)))
    assert store.instrument(BTC) == contract()
    assert store.apply(InstrumentsListed(USDT, ())) is True
    assert (store.instruments(USDT), store.instruments(SPOT)) == ((), None)


def test_index_prices_and_auctions_keep_the_latest() -> None:
    store = Store(HandClock())
    assert store.apply(IndexPriceUpdated("BTCUSDT", D(2), 20)) is True
    assert store.apply(IndexPriceUpdated("BTCUSDT", D(1), 10)) is False
    latest = store.index_price("BTCUSDT")
    assert latest is not None
    assert latest.price == 2
    auction = AuctionUpdated(SPOT_BTC, Untrusted("1"), None, D(5), None, None)
    assert store.apply(auction) is True
    assert store.apply(auction) is False
    assert store.auction(SPOT_BTC) == auction
    assert store.version(Topic(Kind.AUCTION, SPOT_BTC)) > store.version(Topic(Kind.INDEX, "BTCUSDT")) > 0


def test_what_is_not_watched_is_forgotten_and_not_taken_back() -> None:
    store = Store(HandClock())
    store.apply(printed(1))
    store.apply(bars(1))
    store.apply(TickerUpdated(ticker(1)))
    watched = WatchChanged(frozenset({MarketTopic(MarketChannel.TICKER, ETH)}))
    assert store.apply(watched) is True
    assert store.apply(watched) is False
    for late in (printed(2), bars(2), TickerUpdated(ticker(2))):
        assert store.apply(late) is False
    assert (store.trades(BTC), store.candles(BTC, M1), store.ticker(BTC)) == ((), (), None)
    assert [store.version(one) for one in (tape(BTC), candles(BTC, M1), ticker_topic(BTC))] == [0, 0, 0]
    assert store.apply(TickerUpdated(ticker(2, instrument=ETH))) is True
