"""What to do about a book that fell: a new snapshot, then a new connection, then patience."""

from __future__ import annotations

import asyncio
import random

from bgtui.domain.book import Verdict
from bgtui.domain.clock import Clock
from bgtui.domain.event import BookDepth
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.session.feed import backoff_s
from bgtui.session.ports import MarketFeed
from bgtui.store.book import BookKey, BookStatus
from bgtui.store.store import Store

WINDOW_S = 60.0
"""A failure within this time of the last one is not the first any more."""
SNAPSHOT_DEADLINE_S = 10.0
"""A snapshot that was asked for and has not come by then is a failure of its own."""

_CHANNELS = {
    BookDepth.FULL: MarketChannel.BOOK,
    BookDepth.ONE: MarketChannel.BOOK_1,
    BookDepth.FIVE: MarketChannel.BOOK_5,
    BookDepth.FIFTEEN: MarketChannel.BOOK_15,
}


class _Case:
    """One book's troubles."""

    __slots__ = ("acted_s", "delay_s", "failed_s", "strikes", "timer")

    def __init__(self) -> None:
        self.strikes = 0
        self.failed_s = float("-inf")
        self.delay_s = 0.0
        self.acted_s: float | None = None
        """When the last remedy was applied and not yet seen to work."""
        self.timer: asyncio.TimerHandle | None = None


class Resync:
    """The policy for fallen books.

    The first failure resubscribes at once, a second within a minute replaces the connection; from the third
    on the same is tried after a growing delay, so that a book that can never be verified costs little.
    """

    def __init__(self, feed: MarketFeed, store: Store, *, clock: Clock, rng: random.Random) -> None:
        """Act on the feed; the store tells whether a remedy worked."""
        self._feed = feed
        self._store = store
        self._clock = clock
        self._rng = rng
        self._cases: dict[BookKey, _Case] = {}

    def fall(self, key: BookKey, verdict: Verdict) -> None:
        """Begin the next remedy for a book, unless one is already under way."""
        case = self._cases.setdefault(key, _Case())
        if case.timer is not None:
            return
        now_s = self._clock.monotonic()
        is_again = now_s - case.failed_s <= max(WINDOW_S, 2 * case.delay_s)
        case.strikes = case.strikes + 1 if is_again else 1
        case.failed_s = now_s
        case.delay_s = 0.0 if case.strikes <= 2 else backoff_s(case.strikes - 1, self._rng, first_s=2.0)
        if case.delay_s == 0.0:
            self._act(key, case, verdict)
        else:
            loop = asyncio.get_running_loop()
            case.timer = loop.call_later(case.delay_s, self._act, key, case, verdict)

    def check(self) -> None:
        """Look whether remedies worked; called about once a second."""
        now_s = self._clock.monotonic()
        for key, case in list(self._cases.items()):
            if case.timer is not None:
                continue
            if self._store.book_status(*key) is not BookStatus.RESYNC:
                case.acted_s = None
                if now_s - case.failed_s > max(WINDOW_S, 2 * case.delay_s):
                    del self._cases[key]
            elif case.acted_s is not None and now_s - case.acted_s >= SNAPSHOT_DEADLINE_S:
                self.fall(key, Verdict.GAP)

    def watch(self, topics: frozenset[MarketTopic]) -> None:
        """Forget books that nobody wants any more."""
        for key in [key for key in self._cases if _topic(key) not in topics]:
            self._cancel(self._cases.pop(key))

    def close(self) -> None:
        """Stop everything that is planned."""
        for case in self._cases.values():
            self._cancel(case)
        self._cases.clear()

    def _act(self, key: BookKey, case: _Case, verdict: Verdict) -> None:
        case.timer = None
        case.acted_s = self._clock.monotonic()
        if case.strikes == 1:
            self._feed.renew(_topic(key))
        else:
            self._feed.reconnect(_topic(key), f"book of {key[0]} failed again: {verdict.value}")

    @staticmethod
    def _cancel(case: _Case) -> None:
        if case.timer is not None:
            case.timer.cancel()


def _topic(key: BookKey) -> MarketTopic:
    return MarketTopic(_CHANNELS[key[1]], key[0])
