"""How the connections, the requests and the clock are doing."""

from __future__ import annotations

from collections import Counter, deque

from bgtui.domain.clock import Clock
from bgtui.domain.event import (
    GIVEN_UP,
    ClockMeasured,
    Connection,
    ConnectionLost,
    ConnectionMeasured,
    ConnectionOpened,
    FeedFailed,
    FeedRecovered,
    RequestMeasured,
)
from bgtui.domain.value import frozen
from bgtui.store.version import NextVersion

MAX_CONNECTIONS = 64
MAX_FEEDS = 64
LATENCY_WINDOW = 512
"""Requests over which latency is told."""
ROUTE_WINDOW = 128
"""The same for one route."""
MAX_ROUTES = 128
ORDERS, CANCELS, READS = "orders", "cancels", "reads"
"""Classes of requests: writes that are no cancel, cancels, questions."""


@frozen
class ConnectionHealth:
    """One WebSocket connection."""

    connection: Connection
    name: str
    is_up: bool
    attempt: int
    opened: int
    """How many times it was opened in this run."""
    messages: int
    """Since it was opened."""
    bytes: int
    messages_per_s: float
    """Over the last measured interval."""
    round_trip_ms: int | None
    last_message_age_s: float | None
    """Measured once a second."""
    reason: str
    """Why it is down."""
    retry_in_ms: int | None
    down_age_s: float | None = None
    """Since it was lost; None while it is up, and before it was ever known."""
    up_age_s: float | None = None
    """Since it was opened; None while it is down."""


@frozen
class RequestHealth:
    """REST requests lately."""

    count: int
    """In this run."""
    p50_ms: int | None
    p99_ms: int | None
    outcomes: tuple[tuple[str, int], ...]
    """Outcome and how often, most frequent first."""


@frozen
class RouteHealth:
    """The requests of one route, or of one class of routes, in this run."""

    name: str
    ok: int
    failed: int
    """Those slowed down by the exchange are not among them."""
    limited: int
    """Answered by 429."""
    p50_ms: int | None
    """Over the last requests."""
    p99_ms: int | None
    last_outcome: str


@frozen
class HealthView:
    """Everything about how the run is doing."""

    connections: tuple[ConnectionHealth, ...]
    requests: RequestHealth
    decode_errors: int
    unsupported: int
    """Frames of channels that the program does not read."""
    clock_offset_ms: int | None
    clock_round_trip_ms: int | None
    failed_feeds: tuple[FeedFailed, ...]
    checksum_failures: int = 0
    gaps: int = 0
    resyncs: int = 0
    classes: tuple[RouteHealth, ...] = ()
    """Orders, cancels, reads: those that there were."""
    routes: tuple[RouteHealth, ...] = ()
    """By path, the most used first."""

    @property
    def is_well(self) -> bool:
        """Tell whether every connection is up and no feed failed."""
        return not self.failed_feeds and all(connection.is_up for connection in self.connections)


class _Connection:
    __slots__ = (
        "attempt",
        "bytes",
        "down_s",
        "is_up",
        "kind",
        "measured_s",
        "message_s",
        "messages",
        "opened",
        "opened_s",
        "rate",
        "reason",
        "retry_in_ms",
        "round_trip_ms",
    )

    def __init__(self, kind: Connection) -> None:
        self.kind = kind
        self.is_up = False
        self.attempt = self.opened = self.messages = self.bytes = 0
        self.rate = 0.0
        self.round_trip_ms: int | None = None
        self.measured_s: float | None = None
        self.message_s: float | None = None
        self.reason = ""
        self.retry_in_ms: int | None = None
        self.down_s: float | None = None
        self.opened_s: float | None = None


class _Route:
    __slots__ = ("failed", "last_outcome", "latencies_ms", "limited", "ok")

    def __init__(self) -> None:
        self.ok = self.failed = self.limited = 0
        self.last_outcome = ""
        self.latencies_ms: deque[int] = deque(maxlen=ROUTE_WINDOW)

    def count(self, event: RequestMeasured) -> None:
        self.latencies_ms.append(event.latency_ms)
        self.last_outcome = event.outcome
        if event.outcome == "ok":
            self.ok += 1
        elif event.outcome == "RateLimited":
            self.limited += 1
        else:
            self.failed += 1

    def view(self, name: str) -> RouteHealth:
        ordered = sorted(self.latencies_ms)
        p50_ms, p99_ms = _quantile(ordered, 50), _quantile(ordered, 99)
        return RouteHealth(name, self.ok, self.failed, self.limited, p50_ms, p99_ms, self.last_outcome)


class Health:
    """Figures of the run: every event is an occurrence, so here a repetition counts."""

    def __init__(self, clock: Clock, next_version: NextVersion) -> None:
        self._monotonic = clock.monotonic
        self._next = next_version
        self._connections: dict[str, _Connection] = {}
        self._failed: dict[str, FeedFailed] = {}
        self._latencies_ms: deque[int] = deque(maxlen=LATENCY_WINDOW)
        self._outcomes: Counter[str] = Counter()
        self._classes: dict[str, _Route] = {}
        self._routes: dict[str, _Route] = {}
        self._decode_errors = 0
        self._unsupported = 0
        self._clock: ClockMeasured | None = None
        self.version = 0
        self.lines_version = 0
        """Rises when a connection comes or goes, or a source fails or recovers."""

    def open(self, event: ConnectionOpened) -> bool:
        """Take note that a connection is up."""
        connection = self._connection(event.name, event.connection)
        connection.is_up = True
        connection.down_s = None
        connection.opened_s = self._monotonic()
        connection.attempt = event.attempt
        connection.opened += 1
        connection.messages = connection.bytes = 0
        connection.rate = 0.0
        connection.measured_s = self._monotonic()
        connection.reason = ""
        connection.retry_in_ms = None
        return self._bump_lines()

    def lose(self, event: ConnectionLost) -> bool:
        """Take note that a connection is gone; a public one that is not needed any more is no trouble."""
        if event.connection is Connection.PUBLIC and event.retry_in_ms is None:
            self._connections.pop(event.name, None)
            return self._bump_lines()
        connection = self._connection(event.name, event.connection)
        if connection.down_s is None:
            connection.down_s = self._monotonic()
        connection.is_up = False
        connection.rate = 0.0
        connection.reason = event.reason
        connection.retry_in_ms = event.retry_in_ms
        return self._bump_lines()

    def measure(self, event: ConnectionMeasured) -> bool:
        """Take a connection's figures."""
        connection = self._connection(event.name, event.connection)
        now_s = self._monotonic()
        new = event.messages - connection.messages
        if connection.measured_s is not None and now_s > connection.measured_s:
            connection.rate = max(new, 0) / (now_s - connection.measured_s)
        if new:
            connection.message_s = now_s
        connection.measured_s = now_s
        connection.messages = event.messages
        connection.bytes = event.bytes
        connection.round_trip_ms = event.round_trip_ms
        return self._bump()

    def refuse_frame(self) -> bool:
        """Count a frame that could not be decoded."""
        self._decode_errors += 1
        return self._bump()

    def skip_frame(self) -> bool:
        """Count a frame that the program does not read."""
        self._unsupported += 1
        return self._bump()

    def fail_feed(self, event: FeedFailed) -> bool:
        """Keep a failed source on show until it delivers again."""
        if event.source not in self._failed and len(self._failed) >= MAX_FEEDS:
            del self._failed[next(iter(self._failed))]
        self._failed[event.source] = event
        return self._bump_lines()

    def recover_feed(self, event: FeedRecovered) -> bool:
        """Take a source off the list of failed ones."""
        return self._failed.pop(event.source, None) is not None and self._bump_lines()

    def measure_clock(self, event: ClockMeasured) -> bool:
        """Take the clock's offset."""
        if self._clock == event:
            return False
        self._clock = event
        return self._bump()

    def measure_request(self, event: RequestMeasured) -> bool:
        """Count a request; a read given up for a newer one tells nothing of the exchange and is left out."""
        if event.outcome == GIVEN_UP and not event.is_write:
            return False
        self._latencies_ms.append(event.latency_ms)
        if event.outcome in self._outcomes or len(self._outcomes) < MAX_FEEDS:
            self._outcomes[event.outcome] += 1
        self._classes.setdefault(_class_of(event), _Route()).count(event)
        if event.route in self._routes or len(self._routes) < MAX_ROUTES:
            self._routes.setdefault(event.route, _Route()).count(event)
        return self._bump()

    def names_under(self, source: str) -> list[tuple[str, Connection]]:
        """Name the connections that belong to a source: ``public`` has ``public-0``."""
        return [
            (name, connection.kind)
            for name, connection in self._connections.items()
            if name == source or name.startswith(source + "-")
        ]

    def is_private(self, name: str) -> bool:
        """Tell whether a connection of that name carries the account."""
        connection = self._connections.get(name)
        return connection is not None and connection.kind is Connection.PRIVATE

    def count(self, kind: Connection) -> tuple[int, int]:
        """Return how many connections of a kind are up, and how many there are."""
        states = [each.is_up for each in self._connections.values() if each.kind is kind]
        return sum(states), len(states)

    def heard_s(self, name: str) -> float | None:
        """Return when anything last came over a connection, monotonic seconds; None if that is not known."""
        connection = self._connections.get(name)
        return None if connection is None else connection.message_s

    @property
    def clock_offset_ms(self) -> int:
        """What to add to this machine's clock to get the exchange's; 0 before it was measured."""
        return self._clock.offset_ms if self._clock else 0

    def view(self, checksum_failures: int, gaps: int, resyncs: int) -> HealthView:
        """Return all figures as they are now."""
        now_s = self._monotonic()
        return HealthView(
            connections=tuple(
                _view(name, connection, now_s) for name, connection in self._connections.items()
            ),
            requests=self._requests(),
            decode_errors=self._decode_errors,
            unsupported=self._unsupported,
            clock_offset_ms=self._clock.offset_ms if self._clock else None,
            clock_round_trip_ms=self._clock.round_trip_ms if self._clock else None,
            failed_feeds=tuple(self._failed.values()),
            checksum_failures=checksum_failures,
            gaps=gaps,
            resyncs=resyncs,
            classes=tuple(
                self._classes[name].view(name) for name in (ORDERS, CANCELS, READS) if name in self._classes
            ),
            routes=tuple(
                sorted(
                    (route.view(name) for name, route in self._routes.items()),
                    key=lambda route: (-(route.ok + route.failed + route.limited), route.name),
                )
            ),
        )

    def _requests(self) -> RequestHealth:
        ordered = sorted(self._latencies_ms)
        return RequestHealth(
            count=self._outcomes.total(),
            p50_ms=_quantile(ordered, 50),
            p99_ms=_quantile(ordered, 99),
            outcomes=tuple(self._outcomes.most_common()),
        )

    def _connection(self, name: str, kind: Connection) -> _Connection:
        connection = self._connections.get(name)
        if connection is None:
            if len(self._connections) >= MAX_CONNECTIONS:
                del self._connections[next(iter(self._connections))]
            connection = self._connections[name] = _Connection(kind)
        return connection

    def _bump(self) -> bool:
        self.version = self._next()
        return True

    def _bump_lines(self) -> bool:
        self.lines_version = self._next()
        return self._bump()


def _view(name: str, connection: _Connection, now_s: float) -> ConnectionHealth:
    return ConnectionHealth(
        connection=connection.kind,
        name=name,
        is_up=connection.is_up,
        attempt=connection.attempt,
        opened=connection.opened,
        messages=connection.messages,
        bytes=connection.bytes,
        messages_per_s=connection.rate,
        round_trip_ms=connection.round_trip_ms,
        last_message_age_s=None if connection.message_s is None else now_s - connection.message_s,
        reason=connection.reason,
        retry_in_ms=connection.retry_in_ms,
        down_age_s=None if connection.down_s is None else now_s - connection.down_s,
        up_age_s=now_s - connection.opened_s
        if connection.is_up and connection.opened_s is not None
        else None,
    )


def _class_of(event: RequestMeasured) -> str:
    if not event.is_write:
        return READS
    return CANCELS if "cancel" in event.route else ORDERS


def _quantile(ordered: list[int], percent: int) -> int | None:
    """Return the smallest value that so many percent do not exceed."""
    if not ordered:
        return None
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)]
