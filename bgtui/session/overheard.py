"""A source whose events are also told to somebody else, before the session gets them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable

from bgtui.domain.event import Event
from bgtui.domain.feed import MarketTopic
from bgtui.session.ports import EventSource, MarketFeed


class Overheard:
    """Implements `EventSource` around another one."""

    def __init__(self, source: EventSource, observe: Callable[[Event], object]) -> None:
        """Tell every event of the source."""
        self._source = source
        self._observe = observe

    @property
    def name(self) -> str:
        """What messages call it."""
        return self._source.name

    async def events(self) -> AsyncIterator[Event]:
        """Report what the source reports."""
        events = self._source.events()
        try:
            async for event in events:
                self._observe(event)
                yield event
        finally:
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()


class OverheardFeed(Overheard):
    """Implements `MarketFeed` around another one."""

    def __init__(self, feed: MarketFeed, observe: Callable[[Event], object]) -> None:
        """Tell every event of the feed."""
        super().__init__(feed, observe)
        self._feed = feed

    def watch(self, topics: Iterable[MarketTopic]) -> None:
        """Carry exactly these topics from now on."""
        self._feed.watch(topics)

    def renew(self, topic: MarketTopic) -> None:
        """Bring a new snapshot of one topic."""
        self._feed.renew(topic)

    def reconnect(self, topic: MarketTopic, reason: str) -> None:
        """Replace the connection that carries the topic."""
        self._feed.reconnect(topic, reason)
