"""A stream of events over connections that come and go: dial, log in, subscribe, ping, replace, try again.

What is wanted survives every connection; what was asked and answered belongs to one. The path of a frame is
short on purpose: one coroutine awaits the socket and hands on what the router made of the frame, without a
queue and without a task (docs/adr/0006-streams.md). Everything slow is done beside it by one task per
connection, the pulse, which wakes the reader when it has something to say.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress

from bgtui.domain.clock import Clock
from bgtui.domain.error import LoginRefused
from bgtui.domain.event import (
    BookReceived,
    Connection,
    ConnectionLost,
    ConnectionMeasured,
    ConnectionOpened,
    Event,
    SubscriptionAccepted,
    SubscriptionRefused,
    TickerUpdated,
)
from bgtui.domain.text import clean_line
from bgtui.exchange.link import Link, Rules
from bgtui.exchange.opening import Opening, close_quietly
from bgtui.exchange.pace import Backoff
from bgtui.exchange.transport import Dial, Disconnected, TooOften
from bgtui.wire.channel import Subscription
from bgtui.wire.code import Kind, lookup
from bgtui.wire.frame import Control, Failed, LoggedIn, LoginFailed, Pong, Subscribed, Unsubscribed

ROTATION = "rotation"
"""Reason of a loss that was planned: the next connection is open already."""

_CONTROLS = frozenset({Pong, LoggedIn, LoginFailed, Subscribed, Unsubscribed, Failed})
_LATE_S = 0.5
"""A timer that comes so late shows that the program was slow, not the exchange."""
_LEAST_DOZE_S = 0.001
"""Rounding must not make a loop of no waiting at all."""
_ROTATION_RETRY_S = 60.0
_ASK_AGAIN = frozenset({Kind.TRANSIENT, Kind.MAINTENANCE, Kind.UNKNOWN_OUTCOME})
"""Kinds of refusal that say nothing about the channel: the request is repeated as if it had no answer."""
_LOG_IN_FIRST = "30004"
_CONNECTION_CLOSED = "30007"


class Stream:
    """Implements `session.ports.EventSource` over one connection at a time."""

    def __init__(
        self,
        kind: Connection,
        name: str,
        dial: Dial,
        *,
        clock: Clock,
        rng: random.Random,
        login: Callable[[], str] | None = None,
        resync: Callable[[], Awaitable[object]] | None = None,
        wanted: Iterable[Subscription] = (),
        rules: Rules | None = None,
    ) -> None:
        """Prepare; nothing is dialed before `events` is read.

        Args:
            kind: public or private.
            name: what messages call it: ``public-0``.
            dial: opens one connection.
            clock: wall clock for noticing a suspend, monotonic for everything else.
            rng: jitter.
            login: makes the text of the login message; None when there is none.
            resync: measures the exchange's clock again, after a login was refused for its timestamp.
            wanted: what to subscribe to at first.
            rules: times and limits.
        """
        self._kind = kind
        self._name = name
        self._clock = clock
        self._rules = rules or Rules()
        self._opening = Opening(name, dial, self._rules, clock=clock, rng=rng, login=login, resync=resync)
        self._backoff = Backoff(rng, base_s=self._rules.backoff_s, cap_s=self._rules.backoff_cap_s)
        self._wanted: dict[Subscription, None] = dict.fromkeys(wanted)
        self._refused: set[Subscription] = set()
        self._changed = asyncio.Event()
        self._retry_at = 0.0
        self._attempt = 0
        self._link: Link | None = None
        self._fresh: Link | None = None
        """The next connection, open already, when the present one is about to be replaced."""
        self._side: list[Event] = []
        """What is to be reported beside the frames."""
        self._fatal: BaseException | None = None
        self._pulse: asyncio.Task[None] | None = None
        self._rotation: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._reader: asyncio.Task[object] | None = None
        """The task that waits for a frame, while it does."""
        self._reader_cancels = 0
        self._is_woken = False

    @property
    def name(self) -> str:
        """What messages call it."""
        return self._name

    def want(self, subscriptions: Iterable[Subscription]) -> None:
        """Carry exactly these channels from now on."""
        self._wanted = dict.fromkeys(subscriptions)
        # Whoever takes a refused channel off the list and puts it back means another try.
        self._refused &= self._wanted.keys()
        if self._link is not None:
            self._link.liveness.keep_only(self._wanted)
        self._changed.set()

    def renew(self, subscription: Subscription) -> None:
        """Unsubscribe and subscribe one channel, which brings a new snapshot."""
        if self._link is not None:
            self._link.asked.renew(subscription)
            self._changed.set()

    def reconnect(self, reason: str) -> None:
        """Replace the connection."""
        if self._link is not None:
            self._lose(self._link, clean_line(reason, 200))

    def nudge(self) -> None:
        """Let a waiting `receive` return, with nothing if there is nothing."""
        self._changed.set()
        self._wake()

    async def events(self) -> AsyncIterator[Event]:
        """Report everything, for ever; closing the iterator closes the connection.

        Raises:
            LoginRefused: the exchange does not take the key; nothing is tried again.
        """
        self._fatal = None
        self._retry_at = 0.0
        try:
            while True:
                for event in await self.receive():
                    yield event
        finally:
            await self.aclose()

    async def receive(self) -> Sequence[Event]:  # noqa: C901 - the hot path saves a call per message
        """Return what happened next, possibly nothing: for a reader that keeps several streams.

        Raises:
            LoginRefused: the exchange does not take the key.
        """
        link = self._link
        if link is None or link.lost or self._side or self._fresh is not None or self._fatal is not None:
            return await self._attend(link)
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a stream is read by a task")
        self._reader, self._reader_cancels = task, task.cancelling()
        try:
            raw = await link.socket.recv()
        except asyncio.CancelledError:
            # Ours and nobody else's: the pulse has something to report. This is what asyncio.timeout does,
            # without the price of one per message.
            if self._is_woken and task.cancelling() - 1 == self._reader_cancels:
                return ()
            raise
        except Disconnected as error:
            link.lose(str(error))
            return ()
        finally:
            self._reader = None
            if self._is_woken:
                self._is_woken = False
                task.uncancel()
        link.messages += 1
        link.bytes += len(raw)
        found = link.router.route(raw)
        for item in found:
            if type(item) is BookReceived:
                link.heard.add((item.instrument, item.depth))
            elif type(item) is TickerUpdated:
                link.heard.add((item.ticker.instrument, "ticker"))
            elif type(item) in _CONTROLS:
                return self._obey(link, found)
        return found  # type: ignore[return-value]  # controls were looked for above

    async def aclose(self) -> None:
        """Close the connection within a bound; no task stays behind."""
        tasks = [task for task in (self._pulse, self._rotation) if task is not None]
        self._pulse = self._rotation = None
        for task in tasks:
            task.cancel()
        for link in (self._link, self._fresh):
            if link is not None:
                self._retire(link)
        self._link = self._fresh = None
        self._side.clear()
        if waiting := [*tasks, *self._closing]:
            await asyncio.wait(waiting)

    # -- the slow path of the reader

    async def _attend(self, link: Link | None) -> Sequence[Event]:
        """Do whatever stands between the reader and the next frame."""
        if self._side:
            side, self._side = self._side, []
            return side
        if self._fatal is not None:
            raise self._fatal
        if link is None:
            return await self._open_next()
        if link.lost:
            return (self._drop(link),)
        if self._fresh is not None:
            return await self._switch(link, self._fresh)
        return ()

    async def _open_next(self) -> Sequence[Event]:
        rest = self._retry_at - self._clock.monotonic()
        if rest > 0 or not self._wanted:
            await self._rest(rest if self._wanted else None)
            return ()
        self._attempt += 1
        try:
            return (await self._enter(await self._opening.open()),)
        except LoginRefused as error:
            self._fatal = error
            return (ConnectionLost(self._kind, self._name, str(error), None),)
        except Disconnected as error:
            if isinstance(error, TooOften):
                self._backoff.hold(self._rules.over_limit_s)
            return (self._loss(str(error)),)

    async def _rest(self, seconds: float | None) -> None:
        """Wait for that long, or until something changed."""
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    async def _enter(self, link: Link) -> Event:
        """Make an open connection the present one."""
        self._link = link
        self._changed.clear()
        try:
            await link.flush(self._asking())
        except Disconnected as error:
            link.lose(str(error))
        self._pulse = asyncio.create_task(self._beat(link), name=f"{self._name} pulse")
        self._pulse.add_done_callback(self._task_done)
        attempt, self._attempt = self._attempt, 0
        return ConnectionOpened(self._kind, self._name, attempt)

    def _drop(self, link: Link) -> Event:
        """Give the present connection up."""
        self._leave(link)
        if self._clock.monotonic() - link.opened_at >= self._rules.healthy_s:
            self._backoff.reset()
        return self._loss(link.lost)

    def _loss(self, reason: str) -> Event:
        delay = self._backoff.next()
        self._retry_at = self._clock.monotonic() + delay
        return ConnectionLost(self._kind, self._name, clean_line(reason), round(delay * 1000))

    async def _switch(self, old: Link, fresh: Link) -> Sequence[Event]:
        """Go over to the connection that was opened in advance: the gap is one round trip."""
        self._fresh = None
        self._leave(old)
        self._attempt = 1
        return ConnectionLost(self._kind, self._name, ROTATION, 0), await self._enter(fresh)

    def _leave(self, link: Link) -> None:
        """Stop everything that belongs to a connection."""
        self._link = None
        for task in (self._pulse, self._rotation):
            if task is not None:
                task.cancel()
        self._pulse = self._rotation = None
        self._retire(link)
        if self._fresh is not None:
            fresh, self._fresh = self._fresh, None
            self._retire(fresh)

    def _retire(self, link: Link) -> None:
        """Close a connection without waiting for it."""
        task = asyncio.create_task(
            close_quietly(link.socket, self._rules.close_s), name=f"{self._name} closing"
        )
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    # -- what the exchange says about our requests

    def _obey(self, link: Link, found: Sequence[Event | Control]) -> Sequence[Event]:
        events: list[Event] = []
        for item in found:
            match item:
                case Pong():
                    link.pong()
                case Subscribed():
                    events += self._accepted(link, item.subscription)
                case Failed():
                    events += self._refusal(link, item)
                case LoginFailed():
                    link.lose(f"login lost ({clean_line(item.code, 12)}): {lookup(item.code).cause}")
                case LoggedIn() | Unsubscribed():
                    pass
                case _:
                    events.append(item)
        return events

    def _accepted(self, link: Link, subscription: Subscription) -> Sequence[Event]:
        if not link.asked.accept(subscription):
            return ()
        link.liveness.start(subscription, self._clock.monotonic())
        self._changed.set()
        return (
            SubscriptionAccepted(
                self._name, subscription.describe(), subscription.instrument, subscription.covers
            ),
        )

    def _refusal(self, link: Link, failure: Failed) -> Sequence[Event]:
        kind = lookup(failure.code).kind
        if kind is Kind.RATE:
            link.slow_down()
            if failure.code == _CONNECTION_CLOSED:
                self._backoff.hold(self._rules.over_limit_s)
            return ()
        if failure.code == _LOG_IN_FIRST:
            link.lose("the exchange forgot the login")
            return ()
        if kind in _ASK_AGAIN:
            return ()
        subscription = failure.subscription or link.asked.suspect(self._clock.monotonic())
        if subscription is None:
            return ()
        link.asked.refuse(subscription)
        self._refused.add(subscription)
        self._changed.set()
        return (
            SubscriptionRefused(
                self._name,
                subscription.describe(),
                failure.code,
                failure.message,
                subscription.instrument,
                subscription.covers,
            ),
        )

    def _asking(self) -> list[Subscription]:
        return [each for each in self._wanted if each not in self._refused]

    # -- the pulse: everything that has its own time

    async def _beat(self, link: Link) -> None:
        """Keep one connection: requests, pings, health, rotation; ends when it is lost."""
        try:
            while not link.lost:
                self._changed.clear()
                is_flushed = await link.flush(self._asking())
                await link.beat(is_read=self._reader is not None)
                if link.look():
                    self._report(link)
                    self._rotate_if_due(link)
                await self._doze(link, link.next_beat(is_flushed=is_flushed))
        except Disconnected as error:
            self._lose(link, str(error))

    async def _doze(self, link: Link, until: float) -> None:
        """Wait until then, or until something changed."""
        loop = asyncio.get_running_loop()
        begin = loop.time()
        planned = max(_LEAST_DOZE_S, until - self._clock.monotonic())
        try:
            async with asyncio.timeout(planned):
                await self._changed.wait()
        except TimeoutError:
            late = loop.time() - begin - planned
            if late > _LATE_S:
                link.excuse(late)

    def _report(self, link: Link) -> None:
        # A reader that is busy for long finds the last figures only.
        self._side = [each for each in self._side if not isinstance(each, ConnectionMeasured)]
        self._side.append(
            ConnectionMeasured(self._kind, self._name, link.messages, link.bytes, link.round_trip_ms)
        )
        self._wake()

    def _rotate_if_due(self, link: Link) -> None:
        if self._rotation is None and self._clock.monotonic() >= link.rotate_at:
            self._rotation = asyncio.create_task(self._prepare(), name=f"{self._name} rotation")
            self._rotation.add_done_callback(self._task_done)

    async def _prepare(self) -> None:
        """Open the next connection while the present one goes on."""
        while True:
            try:
                self._fresh = await self._opening.open()
            except (Disconnected, LoginRefused):
                # The present connection still works; its end, an hour from now, would tell.
                await asyncio.sleep(_ROTATION_RETRY_S)
            else:
                self._wake()
                return

    def _lose(self, link: Link, reason: str) -> None:
        link.lose(reason)
        self._wake()

    def _task_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fatal = error
            self._wake()

    def _wake(self) -> None:
        """Let the waiting reader look up; when it is busy it will look by itself."""
        reader = self._reader
        if reader is None or reader is asyncio.current_task() or self._is_woken:
            return
        # One who is being cancelled by somebody else has nothing to look up for.
        if reader.cancelling() == self._reader_cancels:
            self._is_woken = True
            reader.cancel()
