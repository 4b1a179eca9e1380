from bgtui.domain.event import (
    GIVEN_UP,
    ClockMeasured,
    Connection,
    ConnectionLost,
    ConnectionMeasured,
    ConnectionOpened,
    Deleveraged,
    FeedFailed,
    FeedRecovered,
    FrameRefused,
    FrameUnsupported,
    RequestMeasured,
    SubscriptionRefused,
)
from bgtui.domain.text import Untrusted
from bgtui.store.health import LATENCY_WINDOW
from bgtui.store.log import MAX_LINES, Level
from bgtui.store.store import Store
from bgtui.store.topic import HEALTH, LOG
from tests.support.build import BTC, HandClock

PUBLIC = Connection.PUBLIC


def test_a_connection_tells_its_rate_and_its_last_message() -> None:
    clock = HandClock()
    store = Store(clock)
    store.apply(ConnectionOpened(PUBLIC, "public-0", 2))
    clock.advance(2)
    store.apply(ConnectionMeasured(PUBLIC, "public-0", 100, 5000, 12))
    clock.advance(1)
    store.apply(ConnectionMeasured(PUBLIC, "public-0", 100, 5000, 12))
    (connection,) = store.health().connections
    assert (connection.messages_per_s, connection.last_message_age_s) == (0.0, 1.0)
    clock.advance(1)
    store.apply(ConnectionMeasured(PUBLIC, "public-0", 150, 9000, 13))
    (connection,) = store.health().connections
    assert (connection.is_up, connection.attempt, connection.messages_per_s) == (True, 2, 50.0)
    assert (connection.bytes, connection.round_trip_ms, connection.last_message_age_s) == (9000, 13, 0.0)


def test_a_lost_connection_says_why_and_when_it_is_tried_again() -> None:
    store = Store(HandClock())
    store.apply(ConnectionOpened(PUBLIC, "public-0", 1))
    assert store.health().is_well
    store.apply(ConnectionLost(PUBLIC, "public-0", "no pong", 1500))
    (connection,) = store.health().connections
    assert (connection.is_up, connection.reason, connection.retry_in_ms) == (False, "no pong", 1500)
    assert not store.health().is_well
    store.apply(ConnectionOpened(PUBLIC, "public-0", 1))
    assert (store.health().connections[0].reason, store.health().connections[0].opened) == ("", 2)


def test_a_connection_that_is_not_needed_any_more_is_no_trouble() -> None:
    store = Store(HandClock())
    store.apply(ConnectionOpened(PUBLIC, "public-1", 1))
    store.apply(ConnectionLost(PUBLIC, "public-1", "not needed any more", None))
    assert (store.health().connections, store.health().is_well) == ((), True)
    store.apply(ConnectionLost(Connection.PRIVATE, "private", "login refused", None))
    assert not store.health().is_well


def test_requests_tell_latency_over_a_window_and_outcomes_over_the_run() -> None:
    store = Store(HandClock())
    for latency_ms in range(1, 101):
        store.apply(RequestMeasured("/x", is_write=False, latency_ms=latency_ms, outcome="ok"))
    store.apply(RequestMeasured("/x", is_write=False, latency_ms=1, outcome="NetworkError"))
    requests = store.health().requests
    assert (requests.count, requests.p50_ms, requests.p99_ms) == (101, 50, 99)
    assert requests.outcomes == (("ok", 100), ("NetworkError", 1))
    for _ in range(LATENCY_WINDOW):
        store.apply(RequestMeasured("/x", is_write=False, latency_ms=7, outcome="ok"))
    assert store.health().requests.p99_ms == 7


def test_a_read_given_up_for_a_newer_one_is_no_failure_and_a_write_given_up_is() -> None:
    store = Store(HandClock())
    store.apply(RequestMeasured("/x", is_write=False, latency_ms=400, outcome=GIVEN_UP))
    assert (store.health().requests.count, store.health().routes) == (0, ())
    store.apply(RequestMeasured("/x", is_write=True, latency_ms=400, outcome=GIVEN_UP))
    assert [(route.name, route.failed) for route in store.health().routes] == [("/x", 1)]


def test_failed_feeds_stay_on_show_until_they_recover() -> None:
    store = Store(HandClock())
    failure = FeedFailed("copy poller", "KeyError", 1000)
    store.apply(failure)
    assert store.health().failed_feeds == (failure,)
    assert store.apply(FeedRecovered("copy poller")) is True
    assert store.apply(FeedRecovered("copy poller")) is False
    assert store.health().failed_feeds == ()


def test_frames_and_clock_are_counted() -> None:
    store = Store(HandClock())
    assert (store.health().clock_offset_ms, store.clock_offset_ms) == (None, 0)
    store.apply(FrameRefused("public-0", "not JSON", Untrusted("{")))
    store.apply(FrameUnsupported("public-0", Untrusted("mc trade")))
    store.apply(ClockMeasured(-120, 30))
    health = store.health()
    assert (health.decode_errors, health.unsupported, health.clock_offset_ms) == (1, 1, -120)
    assert (store.clock_offset_ms, health.clock_round_trip_ms) == (-120, 30)


def test_repeated_lines_are_collapsed_and_the_log_is_bounded() -> None:
    clock = HandClock()
    store = Store(clock)
    refused = FrameRefused("public-0", "not JSON", Untrusted("{"))
    for _ in range(5):
        clock.advance(1)
        store.apply(refused)
    (line,) = store.log()
    assert (line.count, line.last_ms - line.first_ms, line.level) == (5, 4000, Level.WARNING)
    for number in range(MAX_LINES + 50):
        store.apply(ConnectionLost(PUBLIC, f"public-{number}", "closed", 1000))
    assert len(store.log()) == MAX_LINES
    assert len(store.health().connections) <= 64


def test_foreign_words_stay_wrapped_in_the_log() -> None:
    store = Store(HandClock())
    words = Untrusted("\x1b[2J")
    before = store.version(LOG), store.version(HEALTH)
    store.apply(SubscriptionRefused("public-0", "USDT-FUTURES trade X", "30001", words, None))
    store.apply(Deleveraged(BTC, words, None, None, 1))
    assert [line.detail for line in store.log()] == [words, words]
    assert all("\x1b" not in line.text for line in store.log())
    assert store.version(LOG) > before[0]
