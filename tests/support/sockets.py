"""Connections in memory: a socket that a test holds the other end of, and an exchange that answers by itself.

They live in the virtual time of `tests.support.loop`; what is sent carries the time it was sent at.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any

from bgtui.exchange.transport import Disconnected

Json = dict[str, Any]


class FakeSocket:
    """Implements `bgtui.exchange.transport.Socket`; the test speaks through `push`, `drop` and the rest."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, str]] = []
        """What the client sent, with the loop's time."""
        self.is_closed = False
        """By the client."""
        self.closed_at: float | None = None
        self.is_half_open = False
        """Nothing arrives on either side any more, and closing takes for ever."""
        self.on_send: Callable[[str], None] = lambda _text: None
        self._arrived: asyncio.Queue[bytes | Disconnected] = asyncio.Queue()

    # -- the client's end

    async def send(self, text: str) -> None:
        if self.is_closed:
            raise Disconnected("closed")
        self.sent.append((asyncio.get_running_loop().time(), text))
        if not self.is_half_open:
            self.on_send(text)

    async def recv(self) -> bytes:
        item = await self._arrived.get()
        if isinstance(item, Disconnected):
            self._arrived.put_nowait(item)
            raise item
        return item

    async def close(self) -> None:
        if not self.is_closed:
            self.closed_at = asyncio.get_running_loop().time()
        self.is_closed = True
        if self.is_half_open:
            await asyncio.Event().wait()
        self._arrived.put_nowait(Disconnected("closed"))

    # -- the test's end

    def push(self, message: Json | str) -> None:
        """Let a frame arrive."""
        if not self.is_half_open:
            text = message if isinstance(message, str) else json.dumps(message)
            self._arrived.put_nowait(text.encode())

    def drop(self, reason: str = "the connection broke") -> None:
        """End the connection."""
        self._arrived.put_nowait(Disconnected(reason))

    @property
    def requests(self) -> list[Json]:
        """What the client sent, without the pings."""
        return [json.loads(text) for _, text in self.sent if text != "ping"]

    @property
    def pings(self) -> list[float]:
        """When the client pinged."""
        return [moment for moment, text in self.sent if text == "ping"]

    def args(self, op: str = "subscribe") -> list[Json]:
        """Every argument of every request of a kind, in order."""
        return [arg for request in self.requests if request["op"] == op for arg in request["args"]]


class FakeVenue:
    """An exchange whose sockets answer pings, logins and subscriptions; each habit can be changed."""

    def __init__(self, *, latency_s: float = 0.0) -> None:
        self.latency_s = latency_s
        self.sockets: list[FakeSocket] = []
        self.dialed_at: list[float] = []
        self.dial_errors: deque[Exception] = deque()
        """Each spoils one dial."""
        self.login_codes: deque[str] = deque()
        """Each spoils one login."""
        self.refused: dict[str, str] = {}
        """Channel -> code with which subscriptions to it are refused."""
        self.names_refused = True
        """A refusal says which channel it means."""
        self.ignored: set[str] = set()
        """Channels whose subscriptions are never answered."""
        self.answers_pings = True
        self.on_subscribe: Callable[[FakeSocket, Json], None] = lambda _socket, _arg: None

    async def dial(self) -> FakeSocket:
        self.dialed_at.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.latency_s)
        if self.dial_errors:
            raise self.dial_errors.popleft()
        socket = FakeSocket()
        socket.on_send = lambda text: self._heard(socket, text)
        self.sockets.append(socket)
        return socket

    @property
    def last(self) -> FakeSocket:
        return self.sockets[-1]

    def _heard(self, socket: FakeSocket, text: str) -> None:
        if self.latency_s:
            asyncio.get_running_loop().call_later(self.latency_s, self._answer, socket, text)
        else:
            self._answer(socket, text)

    def _answer(self, socket: FakeSocket, text: str) -> None:
        if text == "ping":
            if self.answers_pings:
                socket.push("pong")
            return
        request = json.loads(text)
        for arg in request["args"]:
            self._operate(socket, request["op"], arg)

    def _operate(self, socket: FakeSocket, op: str, arg: Json) -> None:
        if op == "login":
            code = self.login_codes.popleft() if self.login_codes else ""
            socket.push(
                {"event": "error", "code": code, "msg": "no"} if code else {"event": "login", "code": 0}
            )
        elif op == "unsubscribe":
            socket.push({"event": "unsubscribe", "arg": arg})
        elif arg["channel"] in self.refused:
            error = {"event": "error", "code": self.refused[arg["channel"]], "msg": "no such channel"}
            socket.push(error | ({"arg": arg} if self.names_refused else {}))
        elif arg["channel"] not in self.ignored:
            socket.push({"event": "subscribe", "arg": arg})
            self.on_subscribe(socket, arg)


def book_push(arg: Json, *, action: str = "snapshot", seq: int = 1) -> Json:
    """A book message without levels: enough to be one."""
    return {"action": action, "arg": arg, "data": [{"asks": [], "bids": [], "seq": seq, "ts": "1"}], "ts": 1}


def trade_push(arg: Json, trade_id: int = 1) -> Json:
    """A push of one public trade."""
    row = {"ts": "1", "price": "1.5", "size": "2", "side": "buy", "tradeId": str(trade_id)}
    return {"action": "update", "arg": arg, "data": [row], "ts": 1}
