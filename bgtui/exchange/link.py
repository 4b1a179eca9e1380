"""One open connection of a stream: what it was asked, what it carried, and its heartbeat."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection

from bgtui.domain.clock import Clock
from bgtui.domain.value import frozen
from bgtui.exchange.asked import Asked, encode
from bgtui.exchange.liveness import Key, Liveness
from bgtui.exchange.pace import Pace
from bgtui.exchange.transport import Disconnected, Socket
from bgtui.wire.channel import Subscription
from bgtui.wire.frame import Router

TICK_S = 1.0
"""Seconds between two looks at a connection's health."""


@frozen
class Rules:
    """Times and limits of a stream, in seconds unless said otherwise; they keep Bitget's rules with room."""

    ping_s: float = 24.0
    """Longest time between two pings; Bitget advises 30."""
    ping_jitter_s: float = 4.0
    """Each ping comes up to this much earlier."""
    pong_s: float = 10.0
    """A ping unanswered for so long means that the connection is dead."""
    unread_s: float = 20.0
    """How much longer a pong is waited for while frames lie unread."""
    first_ping_s: float = 1.0
    """After opening, so that the round trip is known early."""
    messages_per_second: int = 8
    """Bitget cuts a connection at 10; what is sent evenly may arrive in a bunch."""
    requests_per_hour: int = 240
    """Subscribe and unsubscribe requests of one connection."""
    request_bytes: int = 4096
    ack_s: float = 10.0
    """A request unanswered for so long is repeated."""
    silent_s: float = 60.0
    """A channel that ticks is asked for again after so much silence."""
    rotate_s: float = 23.0 * 3600
    """A connection is replaced at this age; Bitget cuts it at 24 hours."""
    rotate_jitter_s: float = 1800.0
    dial_s: float = 15.0
    login_s: float = 10.0
    send_s: float = 5.0
    close_s: float = 2.0
    healthy_s: float = 60.0
    """A connection that lasted so long makes the next failure a first one again."""
    backoff_s: float = 1.0
    """Ceiling of the first waiting time; it doubles."""
    backoff_cap_s: float = 30.0
    over_limit_s: float = 10.0
    """Least waiting time after the exchange said that it was asked too much."""
    suspend_s: float = 5.0
    """A wall clock that moves so much against the other one means that the machine slept."""
    stall_s: float = 30.0
    """A program that stood still for so long trusts none of its connections."""


class Link:
    """A connection that is open and, when private, logged in."""

    def __init__(
        self, socket: Socket, router: Router, rules: Rules, *, clock: Clock, rng: random.Random
    ) -> None:
        """Begin to count; nothing was asked yet."""
        now = clock.monotonic()
        self.socket = socket
        self.router = router
        self.asked = Asked(rules.ack_s)
        self.liveness = Liveness(rules.silent_s)
        self.heard: set[Key] = set()
        """Ticking channels that spoke since the last look."""
        self.messages = 0
        self.bytes = 0
        self.round_trip_ms: int | None = None
        self.lost = ""
        """Why it is given up; empty while it is not."""
        self.opened_at = now
        self.rotate_at = now + rules.rotate_s - rng.uniform(0, rules.rotate_jitter_s)
        self._rules = rules
        self._clock = clock
        self._rng = rng
        self._rate = Pace(rules.messages_per_second, 1.0)
        self._budget = Pace(rules.requests_per_hour, 3600.0)
        self._quiet_until = now
        self._ping_due = now + rules.first_ping_s
        self._pinged_at: float | None = None
        self._pong_due = 0.0
        self._look_due = now + TICK_S
        self._seen_at = now
        self._skew = self._wall_skew()

    async def send(self, text: str) -> None:
        """Send one message, which counts.

        Raises:
            Disconnected: it could not be sent in time.
        """
        self._rate.note(self._clock.monotonic())
        try:
            async with asyncio.timeout(self._rules.send_s):
                await self.socket.send(text)
        except TimeoutError:
            raise Disconnected(f"nothing could be sent for {self._rules.send_s:g} s") from None

    async def flush(self, wanted: Collection[Subscription]) -> bool:
        """Ask for what is wanted and not asked yet, as far as the limits allow; tell whether that was all."""
        while (request := self.asked.next_request(wanted, now := self._clock.monotonic())) is not None:
            if self.held_for(now) > 0:
                return False
            op, subscriptions = request
            text, named = encode(op, subscriptions, self._rules.request_bytes)
            self._budget.note(now)
            self.asked.sent(op, named, now)
            await self.send(text)
        return True

    async def beat(self, *, is_read: bool) -> None:
        """Ping when it is time.

        Args:
            is_read: somebody waits for the next frame now, so none lies unread.

        Raises:
            Disconnected: the last ping was not answered in time.
        """
        now = self._clock.monotonic()
        if self._pinged_at is not None and now >= self._pong_due:
            waited = now - self._pinged_at
            if is_read or waited >= self._rules.pong_s + self._rules.unread_s:
                raise Disconnected(f"no pong for {waited:.0f} s")
            self._pong_due = now + TICK_S
        if self._pinged_at is None and now >= self._ping_due and self._rate.wait(now) == 0:
            self._pinged_at = now
            self._pong_due = now + self._rules.pong_s
            self._ping_due = now + self._rules.ping_s - self._rng.uniform(0, self._rules.ping_jitter_s)
            await self.send("ping")

    def lose(self, reason: str) -> None:
        """Give it up; the first reason counts."""
        self.lost = self.lost or reason

    def pong(self) -> None:
        """Take the answer to the last ping."""
        if self._pinged_at is not None:
            self.round_trip_ms = round((self._clock.monotonic() - self._pinged_at) * 1000)
            self._pinged_at = None

    def excuse(self, seconds: float) -> None:
        """Move the pong's deadline: for so long it was we who did not read."""
        self._pong_due += seconds

    def slow_down(self) -> None:
        """Send no request for a while: the exchange asked for it."""
        self._quiet_until = self._clock.monotonic() + self._rules.over_limit_s

    def look(self) -> bool:
        """Look after the silent channels, once a second; tell whether it was time for that.

        Raises:
            Disconnected: the machine slept, or the program stood still.
        """
        now = self._clock.monotonic()
        if now < self._look_due:
            return False
        self._look_due = now + TICK_S
        self._notice_sleep(now)
        self.liveness.note(self.heard, now)
        self.heard.clear()
        # Half of the budget is left for what a person asks.
        if self._budget.used(now) < self._rules.requests_per_hour // 2:
            for subscription in self.liveness.take_silent(now):
                self.asked.renew(subscription)
        return True

    def held_for(self, now: float) -> float:
        """Return the seconds for which the limits forbid another request."""
        return max(self._rate.wait(now), self._budget.wait(now), self._quiet_until - now)

    def next_beat(self, *, is_flushed: bool) -> float:
        """Return when it wants to be looked at again, at the latest."""
        now = self._clock.monotonic()
        moment = self._look_due
        if not is_flushed:
            moment = min(moment, now + self.held_for(now))
        if self._pinged_at is not None:
            return min(moment, self._pong_due)
        return min(moment, max(self._ping_due, now + self._rate.wait(now)))

    def _notice_sleep(self, now: float) -> None:
        skew = self._wall_skew()
        jump, self._skew = skew - self._skew, skew
        stood, self._seen_at = now - self._seen_at, now
        if abs(jump) > self._rules.suspend_s:
            raise Disconnected(f"the clock jumped by {jump:.0f} s: the machine slept, or its clock was set")
        if stood > self._rules.stall_s:
            raise Disconnected(f"the program stood still for {stood:.0f} s")

    def _wall_skew(self) -> float:
        return self._clock.now_ms() / 1000 - self._clock.monotonic()
