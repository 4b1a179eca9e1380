"""One WebSocket connection: login, subscriptions, heartbeat, limits (wire notes 7.1 to 7.3)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

import msgspec

from bgtui.domain.value import frozen
from bgtui.simulator import topics
from bgtui.simulator.auth import Key, Keys, check_login
from bgtui.simulator.exchange import Exchange
from bgtui.simulator.hooks import Faults, Link
from bgtui.simulator.publisher import Publisher
from bgtui.simulator.reject import Reject
from bgtui.simulator.topics import Topic


@frozen
class Cuts:
    """When a connection is refused or closed; wire notes 7.1 have the figures."""

    idle_s: float = 120.0
    """Without a ping, whatever else is heard."""
    lifetime_s: float | None = 86_400.0
    """None: no forced drop."""
    messages: int = 10
    """A second, ping included."""
    channels: int = 1000
    subscribe_requests: int = 240
    """An hour."""
    message_bytes: int = 4096
    backlog: int = 20_000
    """Frames that wait for a slow reader; then it is cut."""


class Session:
    """What one connection has asked for, and what waits to be sent to it."""

    def __init__(
        self,
        number: int,
        exchange: Exchange,
        publisher: Publisher,
        *,
        keys: Keys,
        faults: Faults,
        monotonic: Callable[[], float],
        is_private: bool,
        cuts: Cuts,
    ) -> None:
        """Begin without a login and without a subscription."""
        self._exchange = exchange
        self._publisher = publisher
        self._keys = keys
        self._faults = faults
        self._monotonic = monotonic
        self._cuts = cuts
        self._number = number
        self._is_private = is_private
        self._key: Key | None = None
        self._topics: dict[str, Topic] = {}
        self._arrivals: deque[float] = deque(maxlen=cuts.messages + 1)
        self._requests: deque[float] = deque(maxlen=cuts.subscribe_requests + 1)
        self._opened_s = monotonic()
        self._pinged_s = self._opened_s
        self.waiting: deque[str] = deque()
        """Frames to send, in order."""
        self.wake = asyncio.Event()
        """Set when something waits, or the connection is to be closed."""
        self.is_over = False
        """Nothing more is read; what waits is sent, then the connection is closed."""

    # As a listener

    @property
    def uid(self) -> str:
        """Whose account it is logged in to."""
        return self._key.uid if self._key is not None else ""

    @property
    def topics(self) -> Iterable[Topic]:
        """What it listens to."""
        return self._topics.values()

    @property
    def link(self) -> Link:
        """How faults know it."""
        return Link(self._number, self._is_private, self.uid)

    def push(self, frame: str, channel: str) -> None:
        """Let a frame wait to be sent, or what a fault makes of it."""
        if self.is_over:
            return
        for outgoing in self._faults.frames(self.link, channel, frame):
            if outgoing.delay_s > 0:
                asyncio.get_running_loop().call_later(outgoing.delay_s, self._put, outgoing.text)
            else:
                self._put(outgoing.text)

    def release(self, text: str) -> None:
        """Let a frame wait to be sent that a fault held back."""
        if not self.is_over:
            self._put(text)

    def _put(self, text: str) -> None:
        if len(self.waiting) >= self._cuts.backlog:
            self.waiting.clear()
            self.end()
            return
        self.waiting.append(text)
        self.wake.set()

    def end(self) -> None:
        """Read no more, and close once what waits is sent."""
        self.is_over = True
        self.wake.set()

    def close(self) -> None:
        """Forget everything: the connection is gone."""
        self.end()
        self._publisher.leave(self, self._topics.values())

    # Messages

    def quiet_for(self) -> float:
        """Return the seconds for which it may still stay as it is; zero or less: it is to be cut."""
        now = self._monotonic()
        left = self._pinged_s + self._cuts.idle_s - now
        if self._cuts.lifetime_s is not None:
            left = min(left, self._opened_s + self._cuts.lifetime_s - now)
        return left

    def hear(self, text: str) -> None:
        """Act on one message."""
        now = self._monotonic()
        self._arrivals.append(now)
        if len(self._arrivals) > self._cuts.messages and now - self._arrivals[0] < 1.0:
            self._fail("30007", "request over limit, connection close")
            self.end()
            return
        if text == "ping":
            self._pinged_s = now
            self.push("pong", "")
            return
        if len(text.encode("utf-8", "replace")) > self._cuts.message_bytes:
            self._fail("30002", "Illegal request")
            return
        try:
            message = msgspec.json.decode(text)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            self._fail("30002", "Illegal request")
            return
        if not isinstance(message, dict):
            self._fail("30002", "Illegal request")
            return
        self._act(message)

    def _act(self, message: dict[str, object]) -> None:
        op, args = message.get("op"), message.get("args")
        if op not in ("login", "subscribe", "unsubscribe") or (op == "login" and not self._is_private):
            self._fail("30003", "Invalid op")
        elif not isinstance(args, list) or not args:
            self._fail("30016", "Param error")
        elif op == "login":
            self._login(args[0])
        elif op == "unsubscribe":
            for arg in args:
                self._unsubscribe(arg)
        elif self._may_ask():
            for arg in args:
                self._subscribe(arg)

    def _may_ask(self) -> bool:
        now = self._monotonic()
        self._requests.append(now)
        if len(self._requests) > self._cuts.subscribe_requests and now - self._requests[0] < 3600.0:
            self._fail("30006", "too many requests")
            return False
        return True

    def _login(self, arg: object) -> None:
        if not isinstance(arg, dict):
            self._fail("30016", "Param error")
            return
        now_ms = self._exchange.clock.now_ms() + self._faults.skew_ms
        try:
            key = check_login(self._keys, arg, now_ms)
        except Reject as refusal:
            self._fail(refusal.code, refusal.message)
            self.end()
            return
        if self._key is None:
            self._key = key
            self._publisher.join(self)
        self._control({"event": "login", "code": "0", "msg": ""})

    def _subscribe(self, arg: object) -> None:
        try:
            topic = self._allowed(arg)
        except Reject as refusal:
            self._fail(refusal.code, refusal.message, arg)
            return
        self._control({"event": "subscribe", "arg": msgspec.Raw(topic.arg.encode())})
        if topic.arg not in self._topics:
            self._topics[topic.arg] = topic
            self._publisher.add(self, topic)

    def _allowed(self, arg: object) -> Topic:
        """Return the topic of an argument.

        Raises:
            Reject: it does not exist, needs a login, or is one too many.
        """
        topic = topics.read(self._exchange, arg)
        if topic.channel.private and self._key is None:
            raise Reject("30004", message="User needs to log in")
        if topic.channel.private is not self._is_private:
            raise Reject("30001", message=f"channel:{topic.name} doesn't exist")
        if len(self._topics) >= self._cuts.channels and topic.arg not in self._topics:
            raise Reject("30006", message="too many requests")
        return topic

    def _unsubscribe(self, arg: object) -> None:
        try:
            topic = topics.read(self._exchange, arg)
        except Reject as refusal:
            self._fail(refusal.code, refusal.message, arg)
            return
        known = self._topics.pop(topic.arg, None)
        if known is not None:
            self._publisher.drop(self, known)
        self._control({"event": "unsubscribe", "arg": msgspec.Raw(topic.arg.encode())})

    def _fail(self, code: str, message: str, arg: object = None) -> None:
        body: dict[str, object] = {"event": "error"}
        if isinstance(arg, dict):
            body["arg"] = arg
        # A number for what was asked wrongly, a text for a refused login: both are seen.
        body["code"] = code if code in ("30005", "30011", "30012", "30013", "30014", "30015") else int(code)
        self._control({**body, "msg": message})

    def _control(self, body: dict[str, object]) -> None:
        self.push(msgspec.json.encode(body).decode(), "")
