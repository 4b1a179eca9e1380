"""What the message line says by itself: told once, kept current, and over when it is over."""

from __future__ import annotations

import pytest

from bgtui.domain.error import Outage
from bgtui.domain.event import (
    AccountReconciled,
    Connection,
    ConnectionLost,
    ConnectionOpened,
    FeedFailed,
    FeedRecovered,
    FillReported,
)
from bgtui.store.store import Store
from bgtui.ui.view.notices import Condition, Notice, Told, Trouble, condition, is_loading, look
from tests.support.build import BTC, USDT, HandClock, book, fill


class Watcher:
    """A store, and what has been said about it."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.store = Store(self.clock)
        self.told = Told()
        self.said: list[str] = []

    def live(self) -> None:
        self.store.apply(ConnectionOpened(Connection.PUBLIC, "public-0", 1))
        self.store.apply(ConnectionOpened(Connection.PRIVATE, "private", 1))
        self.store.apply(book(is_snapshot=True))
        self.store.apply(AccountReconciled(USDT))
        self.look()

    def lose(
        self, kind: Connection = Connection.PUBLIC, name: str = "public-0", reason: str = "no pong"
    ) -> None:
        self.store.apply(ConnectionLost(kind, name, reason, 4000))

    def look(self, after_s: float = 0.0) -> Notice | None:
        self.clock.advance(after_s)
        loading = is_loading(self.store, BTC, USDT, has_key=True)
        since_s = self.told.loading_s if self.told.loading_s is not None else self.clock.monotonic()
        now = condition(
            self.store, BTC, USDT, has_key=True, host="api.example",
            loading_s=self.clock.monotonic() - since_s if loading else 0.0,
        )  # fmt: skip
        self.told, notice = look(self.told, now, self.clock.monotonic(), is_loading=loading)
        if notice is not None:
            self.said.append(notice.text)
        return notice


def test_nothing_is_said_while_all_is_well() -> None:
    watcher = Watcher()
    watcher.live()

    watcher.look(1.0)

    assert watcher.said == []


def test_both_streams_lost_is_told_with_age_and_retry_and_kept_current() -> None:
    watcher = Watcher()
    watcher.live()
    watcher.lose()
    watcher.lose(Connection.PRIVATE, "private")

    first = watcher.look()
    second = watcher.look(2.0)

    assert first is not None
    assert first.text == "Both streams lost 0s ago (no pong); retry in 4s; forms still work."
    assert second is not None
    assert second.text == "Both streams lost 2s ago (no pong); retry in 2s; forms still work."
    assert second.replaces == first.text


def test_what_still_works_is_said_even_where_the_reason_does_not_fit_beside_it() -> None:
    watcher = Watcher()
    watcher.live()
    watcher.lose(reason="cannot reach ws.bitget.com:443 at all")
    watcher.lose(Connection.PRIVATE, "private")

    said = watcher.look(2.0)

    assert said is not None
    assert said.text == "Both streams lost 2s ago; retry in 2s; forms still work."


def test_the_account_stream_alone_says_what_is_stale() -> None:
    watcher = Watcher()
    watcher.live()
    watcher.lose(Connection.PRIVATE, "private")

    notice = watcher.look(9.0)

    assert notice is not None
    assert notice.text == "Account stream lost 9s ago: legs and orders are stale; asking by REST."


def test_live_again_counts_what_was_filled_meanwhile() -> None:
    watcher = Watcher()
    watcher.live()
    watcher.lose()
    watcher.look()
    watcher.clock.advance(12.0)
    watcher.store.apply(ConnectionOpened(Connection.PUBLIC, "public-0", 2))
    assert watcher.look() is None  # its book is not back yet
    watcher.store.apply(FillReported(fill("t1")))
    watcher.store.apply(book(is_snapshot=True, seq=9))

    notice = watcher.look()

    assert notice is not None
    assert notice.text == "Live again after 12s: 1 order filled meanwhile, 0 in doubt; see Orders."
    assert watcher.look(1.0) is None


def test_a_dropped_book_is_told_and_a_short_one_comes_back_without_a_word() -> None:
    watcher = Watcher()
    watcher.live()
    watcher.store.apply(book(seq=9, pseq=7))  # 2 to 8 are missing

    dropped = watcher.look()
    watcher.store.apply(book(is_snapshot=True, seq=20))
    back = watcher.look(0.4)

    assert dropped is not None
    assert dropped.text.startswith("Book BTCUSDT missed an update: dropped")
    assert back is None


def test_waiting_longer_than_five_seconds_says_for_what_and_from_where() -> None:
    watcher = Watcher()

    assert watcher.look() is None
    assert watcher.look(4.0) is None
    notice = watcher.look(1.5)

    assert notice is not None
    assert notice.text == "Waiting for the book of BTCUSDT from api.example; u asks again."


@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_is_told_once_however_often_it_is_looked_at(trouble: Trouble) -> None:
    now = Condition(trouble, "text")

    told, first = look(Told(), now, 1.0, is_loading=False)
    told, again = look(told, now, 2.0, is_loading=False)

    assert first is not None
    assert again is None


@pytest.mark.parametrize(
    ("outage", "code", "says"),
    [
        (
            Outage.MAINTENANCE,
            "45001",
            "Bitget is in maintenance (45001): last values kept as stale; retry in 20s.",
        ),
        (
            Outage.UNAVAILABLE,
            "",
            "Bitget is not available (503): last values kept as stale; retry in 20s.",
        ),
    ],
)
def test_an_exchange_that_is_down_is_told_in_one_sentence_and_so_is_its_return(
    outage: Outage, code: str, says: str
) -> None:
    watcher = Watcher()
    watcher.live()
    watcher.store.apply(FeedFailed("something else", "ValueError", 1000))
    watcher.store.apply(FeedFailed("fills of usdt-futures", "whatever it says", 20_000, outage, code))
    watcher.look()
    watcher.store.apply(FeedRecovered("something else"))
    watcher.store.apply(FeedRecovered("fills of usdt-futures"))
    watcher.look(7.0)

    assert watcher.said == [says, "Bitget answers again after 7.0s."]
    assert all(len(text) <= 78 for text in watcher.said)


@pytest.mark.parametrize("outage", list(Outage))
def test_whatever_keeps_the_exchange_away_has_a_sentence_that_fits(outage: Outage) -> None:
    watcher = Watcher()
    watcher.live()
    watcher.store.apply(FeedFailed("fills of usdt-futures", "", 20_000, outage))

    notice = watcher.look()

    assert notice is not None
    assert len(notice.text) <= 78
    assert notice.text.endswith("; retry in 20s.")


def test_words_alone_make_no_outage() -> None:
    watcher = Watcher()
    watcher.live()
    watcher.store.apply(FeedFailed("fills of usdt-futures", "order 45001: HTTP 503, certificate", 20_000))

    notice = watcher.look()

    assert notice is not None
    assert notice.text == "fills of usdt-futures failed (order 45001: HTTP 503, certificate); tried again."


def test_a_sentence_fits_the_message_line() -> None:
    watcher = Watcher()
    watcher.live()
    watcher.lose()
    watcher.lose(Connection.PRIVATE, "private")
    watcher.look(120.0)

    assert all(len(text) <= 78 for text in watcher.said), watcher.said
