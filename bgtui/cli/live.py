"""A session that runs while a command looks at it, and the failures that end the looking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from bgtui.bootstrap.heap import set_for_feed
from bgtui.bootstrap.opening import Tap, open_session
from bgtui.cli.output import say
from bgtui.config.settings import Settings
from bgtui.domain.error import BgtuiError, ConfigError, LoginRefused, NetworkError, Stale
from bgtui.domain.event import (
    Connection,
    ConnectionLost,
    ConnectionOpened,
    Event,
    FeedFailed,
    SubscriptionRefused,
)
from bgtui.domain.feed import MarketTopic
from bgtui.domain.text import clean_line
from bgtui.session.session import Session

_NO_SUCH_CHANNEL = "30001"


class Notices:
    """What the sources reported that a command must act on."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.failure: BgtuiError | None = None
        """What ends the command: nothing can come of waiting."""
        self._opened: set[Connection] = set()
        self._told: dict[str, str] = {}
        """What was last said about a source that is still away: once is enough."""

    def take(self, event: Event) -> None:
        """Look at one event."""
        match event:
            case ConnectionOpened():
                if event.connection in self._opened:
                    say(f"{event.name} is back")
                self._opened.add(event.connection)
                self._told.pop(event.name, None)
            case ConnectionLost() if event.connection not in self._opened:
                # What another try cannot mend is, on this connection, the login.
                is_login = event.connection is Connection.PRIVATE and event.retry_in_ms is None
                kind = LoginRefused if is_login else NetworkError
                self.failure = self.failure or kind(event.reason)
            case ConnectionLost() if event.retry_in_ms is not None:
                self._tell(event.name, f"lost: {event.reason}; trying again until it is back")
            case SubscriptionRefused():
                self.failure = self.failure or _refusal(event)
            case FeedFailed() if event.retry_in_ms is None:
                self.failure = self.failure or LoginRefused(f"{event.source} stopped: {event.reason}")
            case FeedFailed():
                say(f"{event.source} failed: {event.reason}; trying again")
            case _:
                pass

    def _tell(self, name: str, words: str) -> None:
        if self._told.get(name) != words:
            self._told[name] = words
            say(f"{name} {words}")


class Live:
    """A running session."""

    def __init__(self, session: Session, notices: Notices, running: asyncio.Task[None]) -> None:
        """See `open_live`."""
        self.session = session
        self._notices = notices
        self._running = running

    async def wait_for(self, predicate: Callable[[], bool], timeout_s: float | None = None) -> bool:
        """Wait until the predicate holds; return False when it did not in time.

        Raises:
            BgtuiError: what makes waiting useless.
        """
        waiter = asyncio.create_task(
            self.session.wait_for(
                lambda: predicate() or self._notices.failure is not None, timeout_s=timeout_s
            )
        )
        try:
            await asyncio.wait({waiter, self._running}, return_when=asyncio.FIRST_COMPLETED)
            if self._notices.failure is not None:
                raise self._notices.failure
            if not waiter.done():
                self._running.result()  # raises what ended it
                raise Stale("every source has ended")
            try:
                waiter.result()
            except TimeoutError:
                return False
            return True
        finally:
            waiter.cancel()
            await asyncio.gather(waiter, return_exceptions=True)


@asynccontextmanager
async def open_live(
    settings: Settings, topics: Iterable[MarketTopic], *, has_account: bool = False, tap: Tap | None = None
) -> AsyncIterator[Live]:
    """Open a session, watch the topics and run it until the block ends."""
    notices = Notices()
    async with open_session(settings, has_account=has_account, tap=tap, observe=notices.take) as session:
        set_for_feed()
        session.watch(topics)
        running = asyncio.create_task(session.run(), name="session")
        try:
            yield Live(session, notices, running)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def _refusal(event: SubscriptionRefused) -> BgtuiError:
    words = clean_line(event.message, 160)
    if event.code == _NO_SUCH_CHANNEL:
        name = event.instrument or event.channel
        return ConfigError(
            f"unknown symbol {name} ({event.code}: {words})", hint="bgtui show contracts lists them"
        )
    return NetworkError(f"{event.channel} refused ({event.code}: {words})")
