"""The network of a storm: REST and WebSocket in memory, straight into the simulator, and how it breaks.

Nothing here waits in real time: whatever takes time takes it on the loop's clock.
"""

from __future__ import annotations

import asyncio
import contextvars
import random
from collections import deque
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from bgtui.exchange.transport import Disconnected
from bgtui.simulator.hooks import Answer, Asked, Hangup
from bgtui.simulator.routes import ROUTES
from bgtui.simulator.server import Simulator
from bgtui.wire.endpoint import Write

ADDRESS = "127.0.0.1"
READ_S = 10.0


@dataclass(slots=True)
class Weather:
    """What one program's network is like now; chances are of one request or one dial."""

    lag_s: tuple[float, float] = (0.004, 0.03)
    is_down: bool = False
    """Nothing can be reached: every new connection fails before a byte left."""
    cut_before: float = 0.0
    """A request is cut off before the exchange has it."""
    cut_after: float = 0.0
    """A request is cut off after it was carried out."""
    late: float = 0.0
    """A request hangs in the network, and arrives long after."""
    late_s: tuple[float, float] = (3.0, 25.0)
    is_paused: bool = False
    """The program does not read its sockets."""


@dataclass(slots=True)
class Heard:
    """When a program last took frames off its sockets, by (instType, instId), loop seconds."""

    book: dict[tuple[str, str], float] = field(default_factory=dict)
    ticker: dict[tuple[str, str], float] = field(default_factory=dict)


class Line:
    """Everything between one program and the exchange."""

    def __init__(
        self,
        simulator: Simulator,
        rng: random.Random,
        *,
        outside: contextvars.Context,
        at: Callable[[str], bool],
        left: Callable[[Asked], None],
        arrived: Callable[[Asked], None],
        answered: Callable[[Asked, Answer], None],
        numbers: count[int],
    ) -> None:
        """Connect.

        Args:
            simulator: what is at the other end.
            rng: chances and delays.
            outside: the context of what is not the program: the exchange and the network.
            at: called at each point where the program may be killed; tells whether it was.
            left: told of a write when the program has let go of it.
            arrived: told of a write when the exchange gets it.
            answered: told of a write once it was carried out or refused.
            numbers: counts requests.
        """
        self.simulator = simulator
        self.rng = rng
        self.weather = Weather()
        self.is_dead = False
        self.sockets: list[MemorySocket] = []
        self.heard = Heard()
        self._outside = outside
        self._at = at
        self._left = left
        self._arrived = arrived
        self._answered = answered
        self._numbers = numbers
        self.waiting = 0
        """REST requests without an answer."""

    def lag(self) -> float:
        """Draw how long a message is on its way."""
        return self.rng.uniform(*self.weather.lag_s)

    async def pause_if_dead(self, point: str) -> None:
        """Let the program be killed here; what is dead goes no further."""
        if self._at(point) or self.is_dead:
            await asyncio.Event().wait()

    def spawn(self, work: Any, name: str) -> asyncio.Task[Any]:
        """Begin something that is not the program's and outlives it."""
        return asyncio.get_running_loop().create_task(work, name=name, context=self._outside.copy())

    def die(self) -> None:
        """Let the program be gone: the exchange sees its connections end."""
        self.is_dead = True
        for socket in self.sockets:
            socket.hang_up()

    def open_sockets(self, *, is_private: bool | None = None) -> list[MemorySocket]:
        """Return the connections that stand."""
        self.sockets = [socket for socket in self.sockets if not socket.is_over]
        return [one for one in self.sockets if is_private is None or one.is_private is is_private]

    # WebSocket

    def dial(self, *, is_private: bool) -> Callable[[], Any]:
        """Return how the program opens a connection."""

        async def open_one() -> MemorySocket:
            await self.pause_if_dead("dial")
            await asyncio.sleep(self.lag())
            if self.weather.is_down:
                raise Disconnected("cannot connect: no route to host")
            socket = MemorySocket(self, is_private=is_private)
            self.sockets.append(socket)
            talk = self.simulator.talk(socket.receive, socket.deliver, is_private=is_private)
            socket.server = self.spawn(talk, "exchange side of a socket")
            await socket.opened
            return socket

        return open_one

    # REST

    async def request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request there and its answer back, as far as the weather lets it."""
        await self.pause_if_dead("request")
        if self.weather.is_down:
            await asyncio.sleep(self.lag())
            raise httpx.ConnectError("no route to host")
        asked = _asked(request, next(self._numbers))
        if asked.is_write:
            self._left(asked)
        self.waiting += 1
        work = self.spawn(self._serve(asked), "exchange side of a request")
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("read", READ_S)):
                answer = await asyncio.shield(work)
        except TimeoutError:
            raise httpx.ReadTimeout("no answer in time") from None
        finally:
            self.waiting -= 1
        await self.pause_if_dead("answer")
        if answer is None:
            raise httpx.ReadError("connection reset")
        return httpx.Response(
            answer.status,
            headers={**answer.headers, "content-type": answer.media_type},
            content=answer.body,
            request=request,
        )

    async def _serve(self, asked: Asked) -> Answer | None:
        weather, roll = self.weather, self.rng.random()
        await asyncio.sleep(self.lag())
        if roll < weather.cut_before:
            return None
        if roll < weather.cut_before + weather.late:
            await asyncio.sleep(self.rng.uniform(*weather.late_s))
        try:
            answer = await self._answer(asked)
        except Hangup:
            return None
        await asyncio.sleep(self.lag())
        return None if 1 - roll < weather.cut_after else answer

    async def _answer(self, asked: Asked) -> Answer:
        faults, rest = self.simulator.faults, self.simulator.rest
        answer = await faults.before(asked)
        if answer is None:
            if asked.is_write:
                self._arrived(asked)
            answer = rest.answer(asked, ADDRESS)
            if asked.is_write:
                self._answered(asked, answer)
            answer = await faults.after(asked, answer)
        return answer


class MemoryTransport(httpx.AsyncBaseTransport):
    """How the HTTP library reaches a line."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._line.request(request)


class MemorySocket:
    """Implements `bgtui.exchange.transport.Socket`; the exchange's end is `receive` and `deliver`."""

    def __init__(self, line: Line, *, is_private: bool) -> None:
        self.is_private = is_private
        self.is_half_open = False
        """Nothing arrives on either side any more, and nobody is told."""
        self.is_over = False
        self.server: asyncio.Task[None] | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line = line
        self._loop = asyncio.get_running_loop()
        self._up: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self._up.put_nowait({"type": "websocket.connect"})
        self._down: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._lost = ""
        self._up_due = self._down_due = 0.0

    @property
    def backlog(self) -> int:
        """Frames that the program has not taken."""
        return len(self._down)

    # The program's end

    async def send(self, text: str) -> None:
        await self._line.pause_if_dead("frame")
        if self._lost:
            raise Disconnected(self._lost)
        if not self.is_half_open:
            self._up_due = self._later(self._up_due, self._hear, text)

    async def recv(self) -> bytes:
        while True:
            if not self._line.weather.is_paused:
                if self._down:
                    frame = self._down.popleft()
                    self._note(frame)
                    return frame
                if self._lost:
                    raise Disconnected(self._lost)
            self._wake.clear()
            await self._wake.wait()

    async def close(self) -> None:
        self._lost = self._lost or "closed"
        if self.is_half_open:
            await asyncio.Event().wait()
        self.hang_up()

    # The exchange's end

    async def receive(self) -> Any:
        return await self._up.get()

    async def deliver(self, message: MutableMapping[str, Any]) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            self._open(None)
        elif kind == "websocket.send":
            if not self.is_half_open:
                self._down_due = self._later(self._down_due, self._arrive, message["text"].encode())
        else:
            self._open(Disconnected("the exchange refused the connection"))
            if not self.is_half_open:
                self._down_due = self._later(self._down_due, self._end, "closed by the exchange")

    # The network

    def cut(self, reason: str = "the connection broke") -> None:
        """Break it in the middle of a frame: what was on its way is lost."""
        self._down.clear()
        self._end(reason)
        self.hang_up()

    def hang_up(self) -> None:
        """Let the exchange see the end."""
        self.is_over = True
        self._open(Disconnected("gone"))
        self._up.put_nowait({"type": "websocket.disconnect"})

    def nudge(self) -> None:
        """Let the reader look again."""
        self._wake.set()

    def _later(self, due: float, do: Callable[..., None], *args: Any) -> float:
        """Do it after the lag, and never before what was sent earlier."""
        due = max(due, self._loop.time() + self._line.lag())
        self._loop.call_at(due, do, *args)
        return due

    def _hear(self, text: str) -> None:
        if not self.is_half_open and not self.is_over:
            self._up.put_nowait({"type": "websocket.receive", "text": text})

    def _arrive(self, frame: bytes) -> None:
        if not self.is_half_open and not self._lost:
            self._down.append(frame)
            self._wake.set()

    def _end(self, reason: str) -> None:
        if not self.is_half_open:
            self._lost = self._lost or reason
            self.is_over = True
            self._wake.set()

    def _open(self, error: Exception | None) -> None:
        if not self.opened.done():
            if error is None:
                self.opened.set_result(None)
            else:
                self.opened.set_exception(error)
                # A dial that nobody waits for any more is nobody's error.
                self.opened.exception()

    def _note(self, frame: bytes) -> None:
        head = frame[:200].decode("utf-8", "replace").replace(" ", "")
        for name, times in (("books", self._line.heard.book), ("ticker", self._line.heard.ticker)):
            if f'"channel":"{name}"' in head and '"action"' in head:
                times[_part(head, "instType"), _part(head, "instId")] = self._loop.time()


def _part(head: str, name: str) -> str:
    return head.partition(f'"{name}":"')[2].partition('"')[0]


def _asked(request: httpx.Request, number: int) -> Asked:
    path, _, query = request.url.raw_path.decode("latin-1").partition("?")
    route = ROUTES.get(path)
    return Asked(
        number=number,
        method=request.method,
        path=path,
        name=route.name if route is not None else "",
        is_write=isinstance(route, Write),
        query=query,
        body=request.read(),
        headers={name.lower(): value for name, value in request.headers.items()},
    )
