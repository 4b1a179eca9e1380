"""The market's channels spread over as many connections as they need, and the account's one connection."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bgtui.domain.clock import Clock
from bgtui.domain.event import Connection, ConnectionLost, Event
from bgtui.domain.feed import MarketTopic
from bgtui.domain.instrument import ProductType
from bgtui.domain.secret import Credentials
from bgtui.exchange.link import Rules
from bgtui.exchange.stream import Stream
from bgtui.exchange.transport import Dial
from bgtui.wire.channel import Subscription, market_subscription, private_subscriptions
from bgtui.wire.sign import login_message, make_signer

MAX_CHANNELS = 45
"""On one connection; Bitget advises fewer than 50."""

_QUEUED = 256
"""Batches that wait for the reader when there is more than one connection; then the sockets wait."""


@dataclass(slots=True, eq=False)
class _Shard:
    """One connection's share of the topics."""

    stream: Stream
    topics: dict[MarketTopic, Subscription] = field(default_factory=dict)
    pump: asyncio.Task[None] | None = None

    def ask(self) -> None:
        self.stream.want(self.topics.values())


class MarketStreams:
    """Implements `session.ports.MarketFeed`.

    A topic stays on the connection it was put on for as long as it is wanted, so that a new one disturbs no
    other. One connection is read directly; several are merged through a bounded queue.
    """

    def __init__(
        self,
        dial: Dial,
        *,
        clock: Clock,
        rng: random.Random,
        name: str = "public",
        max_channels: int = MAX_CHANNELS,
        rules: Rules | None = None,
    ) -> None:
        """Prepare; nothing is dialed before `events` is read and something is watched."""
        self._dial = dial
        self._clock = clock
        self._rng = rng
        self._name = name
        self._max_channels = max_channels
        self._rules = rules
        self._made = 0
        self._shards = [self._make_shard()]
        self._queue: asyncio.Queue[Sequence[Event]] = asyncio.Queue(_QUEUED)
        self._pumps: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._farewells: list[Event] = []

    @property
    def name(self) -> str:
        """What messages call it."""
        return self._name

    def watch(self, topics: Iterable[MarketTopic]) -> None:
        """Carry exactly these topics from now on.

        Raises:
            ConfigError: the exchange has no such channel; nothing is changed.
        """
        wanted = {topic: market_subscription(topic) for topic in topics}
        for shard in self._shards:
            for topic in [topic for topic in shard.topics if topic not in wanted]:
                del shard.topics[topic]
        placed = {topic for shard in self._shards for topic in shard.topics}
        for topic, subscription in wanted.items():
            if topic not in placed:
                self._shard_with_room().topics[topic] = subscription
        self._close_empty()
        for shard in self._shards:
            shard.ask()
        if len(self._shards) > 1:
            self._shards[0].stream.nudge()

    def renew(self, topic: MarketTopic) -> None:
        """Unsubscribe and subscribe one topic, which brings a new snapshot."""
        for shard in self._shards:
            if topic in shard.topics:
                shard.stream.renew(shard.topics[topic])

    def reconnect(self, topic: MarketTopic, reason: str) -> None:
        """Replace the connection that carries the topic."""
        for shard in self._shards:
            if topic in shard.topics:
                shard.stream.reconnect(reason)

    def restart(self, reason: str) -> None:
        """Replace every connection."""
        for shard in self._shards:
            shard.stream.reconnect(reason)

    async def events(self) -> AsyncIterator[Event]:
        """Report everything, for ever; closing the iterator closes the connections."""
        self._failure = None
        self._queue = asyncio.Queue(_QUEUED)
        try:
            while True:
                for event in await self._next():
                    yield event
        finally:
            await self._close()

    async def _next(self) -> Sequence[Event]:
        if self._failure is not None:
            raise self._failure
        if self._farewells:
            farewells, self._farewells = self._farewells, []
            return farewells
        if len(self._shards) == 1 and not self._pumps:
            return await self._shards[0].stream.receive()
        self._start_pumps()
        return await self._queue.get()

    def _make_shard(self) -> _Shard:
        name = f"{self._name}-{self._made}"
        self._made += 1
        return _Shard(
            Stream(Connection.PUBLIC, name, self._dial, clock=self._clock, rng=self._rng, rules=self._rules)
        )

    def _shard_with_room(self) -> _Shard:
        for shard in self._shards:
            if len(shard.topics) < self._max_channels:
                return shard
        self._shards.append(self._make_shard())
        if self._pumps:
            self._start_pumps()
        return self._shards[-1]

    def _close_empty(self) -> None:
        """Let connections go that carry nothing; the first one stays."""
        for shard in [shard for shard in self._shards[1:] if not shard.topics]:
            self._shards.remove(shard)
            if shard.pump is not None:
                shard.pump.cancel()
                self._farewells.append(
                    ConnectionLost(Connection.PUBLIC, shard.stream.name, "not needed any more", None)
                )
                self._stir()

    def _start_pumps(self) -> None:
        for shard in self._shards:
            if shard.pump is None:
                shard.pump = asyncio.create_task(self._pump(shard.stream), name=f"{shard.stream.name} pump")
                self._pumps.add(shard.pump)
                shard.pump.add_done_callback(self._pump_done)

    async def _pump(self, stream: Stream) -> None:
        try:
            while True:
                if found := await stream.receive():
                    await self._queue.put(found)
        finally:
            await stream.aclose()

    def _pump_done(self, pump: asyncio.Task[None]) -> None:
        self._pumps.discard(pump)
        if not pump.cancelled() and (error := pump.exception()) is not None:
            self._failure = error
            self._stir()

    def _stir(self) -> None:
        """Let the reader look up; when the queue is full it is about to."""
        with suppress(asyncio.QueueFull):
            self._queue.put_nowait(())

    async def _close(self) -> None:
        pumps = list(self._pumps)
        for pump in pumps:
            pump.cancel()
        if pumps:
            await asyncio.wait(pumps)
        for shard in self._shards:
            shard.pump = None
            await shard.stream.aclose()


def private_stream(
    dial: Dial,
    credentials: Credentials,
    product_types: Iterable[ProductType],
    *,
    clock: Clock,
    rng: random.Random,
    now_s: Callable[[], int],
    resync: Callable[[], Awaitable[object]] | None = None,
    name: str = "private-0",
    rules: Rules | None = None,
) -> Stream:
    """Return the stream of an account.

    Args:
        dial: opens a connection to the private address.
        credentials: what every connection logs in with.
        product_types: whose channels are wanted.
        clock: see `Stream`.
        rng: see `Stream`.
        now_s: the exchange's clock, Unix seconds: each login is signed with it anew.
        resync: measures the exchange's clock again, after a login was refused for its timestamp.
        name: what messages call it.
        rules: times and limits.

    Raises:
        ConfigError: the key cannot sign.
    """
    signer = make_signer(credentials)

    def login() -> str:
        return login_message(credentials, signer, timestamp_s=now_s())

    return Stream(
        Connection.PRIVATE,
        name,
        dial,
        clock=clock,
        rng=rng,
        login=login,
        resync=resync,
        wanted=[each for product in product_types for each in private_subscriptions(product)],
        rules=rules,
    )
