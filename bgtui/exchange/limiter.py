"""Ask for a turn before each request: the exchange's limits, kept on our side of the wire.

Every route has its own limit and the whole API has one more (bitget-wire 1.5). What lowers risk goes first,
and may use the budget to its end; orders that open leave a share of it, reads leave a bigger one. After a 429
reads wait; if that was not enough, orders that open do; what lowers risk waits for its own route only.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import chain
from math import inf

from bgtui.domain.budget import Budget, EndpointBudget
from bgtui.domain.value import frozen
from bgtui.exchange.bucket import Bucket
from bgtui.wire.endpoint import Endpoint, Write

WHOLE_API = (6000, 60.0)
"""Requests and seconds, per address, over all routes."""
SPREAD_S = 0.1
"""Added to each window: requests sent apart may arrive closer together."""
_FORGETS = 1.02
"""By how much the fastest answer is believed to be slower with each one after it: networks change."""
KEPT_FROM_ORDERS = 0.1
"""Share of the whole budget that orders which open leave for what lowers risk."""
KEPT_FROM_READS = 0.2
"""Share of the whole budget that reads leave for writes."""


class Priority(IntEnum):
    """Who goes first."""

    LOWERS_RISK = 0
    ORDER = 1
    READ = 2


@frozen
class Grant:
    """One permission to send."""

    endpoint: Endpoint
    priority: Priority
    at: float
    """Time of the event loop, seconds."""


@dataclass(slots=True)
class Pause:
    """Silence after a 429 that grows while it does not help."""

    first_s: float
    most_s: float
    calm_s: float
    """Quiet after which the next pause is a first one again."""
    since: float = -inf
    until: float = -inf
    length_s: float = 0.0

    def begin(self, now: float) -> None:
        """Begin now, twice as long as the one before if that was not long ago."""
        is_first = now > self.until + self.calm_s
        self.length_s = self.first_s if is_first else min(2 * self.length_s, self.most_s)
        self.since = now
        self.until = now + self.length_s

    def left_s(self, now: float) -> float:
        """Return how much longer it lasts."""
        return max(self.until - now, 0.0)


@dataclass(slots=True, eq=False)
class _Waiter:
    endpoint: Endpoint
    priority: Priority
    turn: asyncio.Future[Grant] = field(repr=False)


class Limiter:
    """Hands out turns, first come first served within a priority; lives in one event loop."""

    def __init__(
        self,
        *,
        whole: tuple[int, float] = WHOLE_API,
        limits: Mapping[str, tuple[int, float]] | None = None,
        spread_s: float = SPREAD_S,
    ) -> None:
        """Start with full buckets; ``limits`` replaces (requests, seconds) of routes by name."""
        self._limits = dict(limits or {})
        self._spread_s = spread_s
        self._whole = Bucket(whole[0], whole[1] + spread_s)
        self._whole_seconds = whole[1]
        self._kept = {
            Priority.LOWERS_RISK: 0,
            Priority.ORDER: int(whole[0] * KEPT_FROM_ORDERS),
            Priority.READ: int(whole[0] * KEPT_FROM_READS),
        }
        self._buckets: dict[str, Bucket] = {}
        self._is_elite = False
        self._waiting: dict[Priority, deque[_Waiter]] = {priority: deque() for priority in Priority}
        # The whole limit takes five minutes to recover once tripped.
        self._reads = Pause(first_s=5.0, most_s=300.0, calm_s=60.0)
        self._orders = Pause(first_s=1.0, most_s=30.0, calm_s=60.0)
        self._refusals = 0
        self._ways_s: dict[str, float] = {}
        """The fastest answers of late by route, seconds from the turn on."""
        self._timer: asyncio.TimerHandle | None = None

    async def acquire(self, endpoint: Endpoint, priority: Priority) -> Grant:
        """Wait for a turn. A caller that gives up while waiting costs nobody anything."""
        loop = asyncio.get_running_loop()
        waiter = _Waiter(endpoint, priority, loop.create_future())
        self._waiting[priority].append(waiter)
        self._hand_out()
        try:
            return await waiter.turn
        finally:
            if not waiter.turn.done() or waiter.turn.cancelled():
                self._waiting[priority].remove(waiter)
                self._hand_out()

    def lower_for_leaders(self) -> None:
        """Keep to the limits of lead traders from now on: the account is one."""
        self._is_elite = True
        self._buckets.clear()

    def refused(self, grant: Grant) -> None:
        """Take note that the exchange answered 429 to what was sent on this grant."""
        now = asyncio.get_running_loop().time()
        self._refusals += 1
        self._bucket(grant.endpoint).drain(now)
        if grant.at < self._reads.since:
            # One burst is refused many times; only what was sent later says that the pause was too short.
            return
        if grant.priority is not Priority.READ and grant.at < self._reads.until:
            self._orders.begin(now)
        self._reads.begin(now)

    def answered(self, grant: Grant, *, is_answer: bool = True) -> None:
        """Take note that a request has ended: one that took long may have arrived late, and counts from then.

        It arrived between its sending and its end. Beside the fastest answers of its route, which say how
        long the way is, it may have arrived by that much later that it took longer: a connection was being
        made, or somebody was busy. The next requests, which go at once, must not come upon it in one window.
        A route that was not asked before goes by the fastest of the others.

        Args:
            grant: On which it was sent.
            is_answer: Whether the exchange answered; only then it says how long the way is.
        """
        took_s, name = asyncio.get_running_loop().time() - grant.at, grant.endpoint.name
        way_s = self._ways_s.get(name, min(self._ways_s.values(), default=took_s if is_answer else inf))
        late_s = took_s - way_s
        if is_answer:
            self._ways_s[name] = min(took_s, self._ways_s.get(name, took_s) * _FORGETS)
        if late_s > self._spread_s:
            self._bucket(grant.endpoint).put_off(grant.at, late_s)

    def report(self, grant: Grant, left: int) -> None:
        """Take note of what the exchange says is left of a route: other programs may use the same key."""
        bucket = self._bucket(grant.endpoint)
        now = asyncio.get_running_loop().time()
        surplus = bucket.free(now) - left
        if surplus > 0 and now - grant.at < bucket.seconds:
            bucket.take(grant.at, surplus)

    def reads_wait_s(self) -> float:
        """Return how much longer reads are held back after a 429."""
        return self._reads.left_s(asyncio.get_running_loop().time())

    def budget(self) -> Budget:
        """Return what is left, for people."""
        now = asyncio.get_running_loop().time()
        waiting = [waiter.endpoint.name for waiter in chain.from_iterable(self._waiting.values())]
        return Budget(
            left=self._whole.free(now),
            limit=self._whole.count,
            seconds=self._whole_seconds,
            waiting=len(waiting),
            reads_wait_s=self._reads.left_s(now),
            orders_wait_s=self._orders.left_s(now),
            refusals=self._refusals,
            endpoints=tuple(
                EndpointBudget(
                    name,
                    bucket.free(now),
                    bucket.count,
                    round(bucket.seconds - self._spread_s, 3),
                    waiting.count(name),
                )
                for name, bucket in self._buckets.items()
            ),
        )

    def _bucket(self, endpoint: Endpoint) -> Bucket:
        bucket = self._buckets.get(endpoint.name)
        if bucket is None:
            elite = endpoint.elite if self._is_elite and isinstance(endpoint, Write) else None
            limit = elite or endpoint.limit
            default = (limit.count, limit.seconds)
            count, seconds = self._limits.get(endpoint.name, default)
            bucket = self._buckets[endpoint.name] = Bucket(count, seconds + self._spread_s)
        return bucket

    def _hand_out(self) -> None:
        """Give every turn that is due, then set the timer for the next one."""
        now = asyncio.get_running_loop().time()
        wake_at = inf
        full: set[str] = set()
        for waiter in list(chain.from_iterable(self._waiting.values())):
            if waiter.endpoint.name in full or waiter.turn.done():
                continue
            ready_at = self._ready_at(waiter, now)
            if ready_at <= now:
                self._give(waiter, now)
            else:
                full.add(waiter.endpoint.name)
                wake_at = min(wake_at, ready_at)
        self._wake(wake_at)

    def _ready_at(self, waiter: _Waiter, now: float) -> float:
        held_until = -inf
        if waiter.priority is Priority.READ:
            held_until = self._reads.until
        elif waiter.priority is Priority.ORDER:
            held_until = self._orders.until
        return max(
            held_until,
            self._bucket(waiter.endpoint).ready_at(now),
            self._whole.ready_at(now, self._kept[waiter.priority]),
        )

    def _give(self, waiter: _Waiter, now: float) -> None:
        self._bucket(waiter.endpoint).take(now)
        self._whole.take(now)
        self._waiting[waiter.priority].remove(waiter)
        waiter.turn.set_result(Grant(waiter.endpoint, waiter.priority, now))

    def _wake(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if at < inf:
            self._timer = asyncio.get_running_loop().call_at(at, self._hand_out)
