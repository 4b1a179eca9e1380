import pytest

from bgtui.domain.book import Integrity, Verdict
from bgtui.domain.event import (
    BookBroken,
    BookDepth,
    BookReceived,
    Connection,
    ConnectionLost,
    ConnectionMeasured,
    ConnectionOpened,
    FeedFailed,
    SubscriptionAccepted,
    SubscriptionRefused,
    TickerUpdated,
    WatchChanged,
)
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.text import Untrusted
from bgtui.store.book import MAX_BOOKS, BookStatus
from bgtui.store.store import Store
from bgtui.store.topic import book as topic
from tests.support.build import BTC, ETH, HandClock, book, ticker

SNAPSHOT = book(is_snapshot=True)
NEXT = book(bids=[("100.1", "3")], asks=[], seq=2, pseq=1)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(clock: HandClock) -> Store:
    return Store(clock)


def lost(name: str = "public-0", reason: str = "closed") -> ConnectionLost:
    return ConnectionLost(Connection.PUBLIC, name, reason, 1000)


def test_an_unknown_book_is_connecting(store: Store) -> None:
    view = store.book(BTC)
    assert (view.status, view.bids, view.age_s, view.best_bid) == (BookStatus.CONNECTING, (), None, None)


def test_an_update_before_its_snapshot_shows_nothing(store: Store) -> None:
    assert store.apply(NEXT) is False
    view = store.book(BTC)
    assert (view.status, view.bids, view.counters.waiting) == (BookStatus.CONNECTING, (), 1)


def test_a_snapshot_that_never_comes_is_asked_for(store: Store, clock: HandClock) -> None:
    """Found by the storm: a book whose first snapshot was lost stayed stale for as long as updates came."""
    store.apply(SNAPSHOT)
    store.apply(lost())
    for seq in range(2, 12):
        clock.advance(0.6)
        store.apply(book(bids=[("100.1", str(seq))], asks=[], seq=seq, pseq=seq - 1))
        assert store.take_fallen_books() == ({} if seq < 11 else {(BTC, BookDepth.FULL): Verdict.GAP})
    assert store.book(BTC).status is BookStatus.RESYNC


def test_snapshot_and_update_are_live_with_their_integrity(store: Store, clock: HandClock) -> None:
    assert store.apply(SNAPSHOT) is True
    assert store.book(BTC).integrity is Integrity.ORDERED
    before = store.version(topic(BTC))
    assert store.apply(NEXT) is True
    assert store.version(topic(BTC)) > before
    clock.advance(1)
    view = store.book(BTC, levels=1)
    assert (view.is_live, view.integrity, view.seq, view.age_s) == (True, Integrity.CHAINED, 2, 1.0)
    assert view.bids == (("100.1", "3"),)
    assert (view.counters.messages, view.counters.chained) == (2, 1)


@pytest.mark.parametrize(
    ("event", "verdict", "counter"),
    [
        (book(seq=5, pseq=4), Verdict.GAP, "gaps"),
        (book(seq=2, pseq=1, crc=1), Verdict.MISMATCH, "mismatches"),
        (book(bids=[("101", "1")], seq=2, pseq=1), Verdict.CROSSED, "crossed"),
        (book(bids=[("x", "1")], seq=2, pseq=1), Verdict.MALFORMED, "malformed"),
        (BookBroken(BTC, BookDepth.FULL), Verdict.MALFORMED, "malformed"),
    ],
)
def test_a_failure_drops_the_levels_until_a_new_snapshot(
    store: Store, event: BookReceived | BookBroken, verdict: Verdict, counter: str
) -> None:
    store.apply(SNAPSHOT)
    assert store.apply(event) is True
    view = store.book(BTC)
    assert (view.status, view.bids, view.asks, view.best_ask) == (BookStatus.RESYNC, (), (), None)
    assert view.reason
    assert getattr(view.counters, counter) == 1
    assert store.take_fallen_books() == {(BTC, BookDepth.FULL): verdict}
    assert store.take_fallen_books() == {}
    store.apply(book(seq=6, pseq=5))
    assert store.book(BTC).status is BookStatus.RESYNC
    store.apply(SNAPSHOT)
    view = store.book(BTC)
    assert (view.is_live, view.counters.resyncs, store.health().resyncs) == (True, 1, 1)


def test_a_snapshot_that_fails_while_waiting_is_reported_again(store: Store) -> None:
    wrong = book(is_snapshot=True, crc=1)
    store.apply(wrong)
    store.take_fallen_books()
    store.apply(wrong)
    assert store.take_fallen_books() == {(BTC, BookDepth.FULL): Verdict.MISMATCH}
    assert store.health().checksum_failures == 2


def test_duplicates_are_counted_and_change_nothing(store: Store) -> None:
    store.apply(SNAPSHOT)
    store.apply(NEXT)
    version = store.version(topic(BTC))
    assert store.apply(NEXT) is False
    assert store.version(topic(BTC)) == version
    assert store.book(BTC).counters.duplicates == 1


def test_a_repetition_without_sequence_number_is_known_by_its_content(store: Store) -> None:
    store.apply(book(seq=None, is_snapshot=True))
    update = book(bids=[("99", "1")], asks=[], seq=None, time_ms=2)
    assert store.apply(update) is True
    assert store.apply(update) is False
    assert store.book(BTC).counters.duplicates == 1


def test_silence_while_the_ticker_moves_is_stale(store: Store, clock: HandClock) -> None:
    store.apply(SNAPSHOT)
    clock.advance(3.0)
    store.apply(TickerUpdated(ticker(1)))
    assert store.book(BTC).is_live
    clock.advance(0.1)
    view = store.book(BTC)
    assert (view.status, view.bids, view.reason != "") == (BookStatus.STALE, (("100.0", "1"),), True)
    store.apply(NEXT)
    assert store.book(BTC).is_live


def test_silence_of_a_quiet_market_is_not_stale(store: Store, clock: HandClock) -> None:
    store.apply(SNAPSHOT)
    store.apply(TickerUpdated(ticker(1, instrument=ETH)))
    clock.advance(60)
    assert store.book(BTC).is_live
    store.apply(TickerUpdated(ticker(1)))
    assert store.book(BTC).status is BookStatus.STALE
    clock.advance(10.1)
    assert store.book(BTC).is_live


def measured(messages: int) -> ConnectionMeasured:
    return ConnectionMeasured(Connection.PUBLIC, "public-0", messages, 0, None)


def test_a_book_whose_connection_is_silent_too_stays_stale_until_anything_comes(
    store: Store, clock: HandClock
) -> None:
    store.apply(SubscriptionAccepted("public-0", "USDT-FUTURES books BTCUSDT", BTC))
    store.apply(SNAPSHOT)
    store.apply(TickerUpdated(ticker(1)))
    clock.advance(1)
    store.apply(measured(2))
    clock.advance(2)
    for _ in range(25):
        clock.advance(1)
        store.apply(measured(2))
        assert store.book(BTC).status is BookStatus.STALE, "nobody knows that the connection stands"
    store.apply(measured(3))
    assert store.book(BTC).is_live, "it does: the market is only quiet"


def test_what_time_alone_changes_raises_the_version_at_the_recheck(store: Store, clock: HandClock) -> None:
    store.apply(SNAPSHOT)
    store.recheck()
    assert store.recheck() is False
    store.apply(TickerUpdated(ticker(1)))
    clock.advance(3.5)
    version = store.version(topic(BTC))
    assert store.recheck() is True
    assert store.version(topic(BTC)) > version
    assert store.recheck() is False


def test_a_lost_connection_keeps_the_last_levels_with_their_age(store: Store, clock: HandClock) -> None:
    store.apply(SNAPSHOT)
    assert store.apply(lost()) is True
    clock.advance(7)
    view = store.book(BTC)
    assert (view.status, view.bids, view.age_s) == (BookStatus.STALE, (("100.0", "1"),), 7.0)
    assert view.reason == "closed"
    store.apply(ConnectionOpened(Connection.PUBLIC, "public-0", 1))
    store.apply(NEXT)
    view = store.book(BTC)
    assert view.status is BookStatus.STALE, "only a snapshot brings it back"
    assert (view.bids, view.counters.waiting) == ((("100.0", "1"),), 1), (
        "nothing is built on a book with a hole"
    )
    store.apply(SNAPSHOT)
    assert store.book(BTC).is_live


def test_only_the_books_of_the_lost_connection_are_stale(store: Store) -> None:
    for name, instrument in (("public-0", BTC), ("public-1", ETH)):
        channel = f"USDT-FUTURES books {instrument.symbol}"
        store.apply(SubscriptionAccepted(name, channel, instrument))
        store.apply(book(is_snapshot=True, instrument=instrument))
    store.apply(lost("public-1"))
    assert (store.book_status(BTC), store.book_status(ETH)) == (BookStatus.LIVE, BookStatus.STALE)


def test_a_source_that_fails_takes_its_connections_along(store: Store) -> None:
    store.apply(ConnectionOpened(Connection.PUBLIC, "public-0", 1))
    store.apply(SNAPSHOT)
    store.apply(FeedFailed("public", "KeyError", 1000))
    assert store.book(BTC).status is BookStatus.STALE
    assert not store.health().connections[0].is_up


def test_a_refused_book_says_so_until_it_is_accepted(store: Store) -> None:
    channel = "USDT-FUTURES books BTCUSDT"
    store.apply(SubscriptionRefused("public-0", channel, "30001", Untrusted("no such \x1b"), BTC))
    view = store.book(BTC)
    assert (view.status, "30001" in view.reason) == (BookStatus.REFUSED, True)
    store.apply(SubscriptionAccepted("public-0", channel, BTC))
    assert store.book(BTC).status is BookStatus.CONNECTING


def test_depths_are_books_of_their_own(store: Store) -> None:
    store.apply(SNAPSHOT)
    store.apply(book([("1", "1")], [("2", "1")], is_snapshot=True, depth=BookDepth.FIVE))
    assert store.book(BTC).bids == (("100.0", "1"),)
    assert store.book(BTC, BookDepth.FIVE).bids == (("1", "1"),)


def test_what_is_not_watched_any_more_is_forgotten_and_late_frames_do_not_bring_it_back(store: Store) -> None:
    def watch(*instruments: str) -> WatchChanged:
        return WatchChanged(
            frozenset(MarketTopic(MarketChannel.BOOK, name) for name in (BTC, ETH) if name in instruments)
        )

    store.apply(watch(BTC, ETH))
    store.apply(SNAPSHOT)
    store.apply(NEXT)
    store.apply(watch(ETH))
    assert store.apply(SNAPSHOT) is False
    assert store.book(BTC).status is BookStatus.CONNECTING
    assert store.version(topic(BTC)) == 0
    assert store.book_totals().messages == 2
    store.apply(watch(BTC))
    store.apply(NEXT)
    assert store.book(BTC).status is BookStatus.CONNECTING
    store.apply(SNAPSHOT)
    assert store.book(BTC).is_live


def test_the_number_of_books_is_bounded(store: Store, clock: HandClock) -> None:
    names = [f"usdt-futures:X{number}" for number in range(MAX_BOOKS + 10)]
    for name in names:
        clock.advance(1)
        store.apply(book(is_snapshot=True, instrument=name))
    kept = [name for name in names if store.book(InstrumentId(name)).bids]
    assert kept == names[10:]  # the latest
    assert store.book_totals().messages == MAX_BOOKS + 10
