"""The pure parts of a stream: pace, waiting times, requests, liveness."""

from __future__ import annotations

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from bgtui.exchange.asked import Asked, encode
from bgtui.exchange.liveness import Liveness
from bgtui.exchange.pace import Backoff, Pace
from bgtui.wire.channel import Subscription

BOOK = Subscription("USDT-FUTURES", "books", "instId", "BTCUSDT")
TICKER = Subscription("USDT-FUTURES", "ticker", "instId", "BTCUSDT")
TRADE = Subscription("USDT-FUTURES", "trade", "instId", "BTCUSDT")
BOOK_KEY = ("usdt-futures:BTCUSDT", "books")

symbols = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=40)
subscriptions = st.lists(
    st.builds(
        Subscription, st.sampled_from(["SPOT", "USDT-FUTURES"]), st.just("ticker"), st.just("instId"), symbols
    ),
    unique=True,
    max_size=300,
)


@given(st.lists(st.floats(0, 0.4), min_size=1, max_size=80))
def test_no_window_of_a_second_holds_more_than_the_pace_allows(gaps: list[float]) -> None:
    pace = Pace(8, 1.0)
    now = 0.0
    steps = []
    for gap in gaps:
        now += gap
        now += pace.wait(now)
        pace.note(now)
        steps.append(now)
    for start in steps:
        assert sum(1 for step in steps if start <= step < start + 1.0 - 1e-9) <= 8


def test_pace_never_waits_without_need() -> None:
    pace = Pace(3, 10.0)
    for moment in (0.0, 1.0, 2.0):
        assert pace.wait(moment) == 0
        pace.note(moment)
    assert pace.wait(2.0) == 8.0
    assert pace.wait(10.0) == 0
    assert pace.used(9.9) == 3
    assert pace.used(11.5) == 1


def test_backoff_doubles_its_ceiling_and_draws_from_zero() -> None:
    waits = [[Backoff(random.Random(seed), base_s=1, cap_s=30) for seed in range(400)]]
    for ceiling in (1, 2, 4, 8, 16, 30, 30):
        drawn = [each.next() for each in waits[0]]
        assert 0 <= min(drawn) < ceiling * 0.1
        assert ceiling * 0.9 < max(drawn) <= ceiling


def test_backoff_begins_anew_after_a_healthy_time_and_keeps_a_demanded_floor() -> None:
    backoff = Backoff(random.Random(1), base_s=1, cap_s=30)
    for _ in range(8):
        backoff.next()
    backoff.reset()
    assert backoff.next() <= 1
    backoff.hold(10)
    assert backoff.next() >= 10
    assert backoff.next() < 10


@given(subscriptions)
def test_requests_are_short_enough_and_name_everything_once(wanted: list[Subscription]) -> None:
    asked = Asked(10)
    named: list[dict[str, str]] = []
    while (request := asked.next_request(wanted, 0.0)) is not None:
        text, chunk = encode(*request, 4096)
        assert len(text.encode()) <= 4096
        message = json.loads(text)
        assert message["op"] == "subscribe"
        named += message["args"]
        asked.sent("subscribe", chunk, 0.0)
    assert named == [each.arg() for each in wanted]


def test_an_unanswered_request_is_repeated_and_more_patiently_each_time() -> None:
    asked = Asked(10)
    moments = []
    for second in range(200):
        if (request := asked.next_request([BOOK], float(second))) is not None:
            moments.append(second)
            asked.sent(*request, float(second))
    assert moments == [0, 10, 30, 70, 150]


def test_an_acknowledgement_of_nothing_is_nothing() -> None:
    asked = Asked(10)
    assert not asked.accept(BOOK)
    asked.sent("subscribe", [BOOK], 0.0)
    assert asked.accept(BOOK)
    assert not asked.accept(BOOK)


def test_a_renewal_unsubscribes_and_subscribes() -> None:
    asked = Asked(10)
    asked.sent("subscribe", [BOOK, TICKER], 0.0)
    asked.accept(BOOK)
    asked.renew(BOOK)
    asked.renew(BOOK)
    assert asked.next_request([BOOK, TICKER], 1.0) == ("unsubscribe", [BOOK])
    asked.sent("unsubscribe", [BOOK], 1.0)
    assert asked.next_request([BOOK, TICKER], 1.0) == ("subscribe", [BOOK])
    asked.sent("subscribe", [BOOK], 1.0)
    assert asked.next_request([BOOK, TICKER], 1.0) is None


def test_a_renewal_of_what_was_never_asked_is_nothing() -> None:
    asked = Asked(10)
    asked.renew(BOOK)
    assert asked.next_request([], 0.0) is None


def test_a_refusal_without_a_name_is_narrowed_down_by_asking_one_at_a_time() -> None:
    asked = Asked(10)
    wanted = [BOOK, TICKER, TRADE]
    asked.sent("subscribe", wanted, 0.0)
    assert asked.suspect(1.0) is None
    asked.accept(BOOK)
    assert asked.next_request(wanted, 11.0) == ("subscribe", [TICKER])
    asked.sent("subscribe", [TICKER], 11.0)
    assert asked.next_request(wanted, 11.0) is None
    assert asked.suspect(12.0) == TICKER
    asked.refuse(TICKER)
    assert asked.next_request([BOOK, TRADE], 12.0) == ("subscribe", [TRADE])


def test_only_ticking_channels_are_suspected_of_silence() -> None:
    liveness = Liveness(60)
    for each in (
        BOOK,
        TRADE,
        Subscription("USDT-FUTURES", "orders"),
        Subscription("SPOT", "account", "coin"),
    ):
        liveness.start(each, 0.0)
    assert liveness.take_silent(59.0) == []
    assert liveness.take_silent(60.0) == [BOOK]


def test_a_dead_market_is_asked_for_less_and_less_often() -> None:
    liveness = Liveness(60)
    liveness.start(BOOK, 0.0)
    renewed = []
    for second in range(4000):
        if liveness.take_silent(float(second)):
            renewed.append(second)
            liveness.note([BOOK_KEY], float(second))  # the snapshot that a renewal brings
    assert renewed == [60, 180, 420, 900, 1860, 2820, 3780]


def test_a_market_that_ticks_again_is_trusted_as_before() -> None:
    liveness = Liveness(60)
    liveness.start(BOOK, 0.0)
    assert liveness.take_silent(60.0) == [BOOK]
    for second in (61.0, 62.0, 63.0):
        liveness.note([BOOK_KEY], second)
    assert liveness.take_silent(122.0) == []
    assert liveness.take_silent(123.0) == [BOOK]


def test_an_unwanted_channel_is_not_watched() -> None:
    liveness = Liveness(60)
    liveness.start(BOOK, 0.0)
    liveness.start(TICKER, 0.0)
    liveness.keep_only([TICKER])
    assert liveness.take_silent(60.0) == [TICKER]
