"""The simulated exchange on a port: REST and WebSocket in one ASGI app, and the timer that moves the market.

One process, one event loop, one thread: whatever is asked or told happens in an order that can be told again.
Measured traps (docs/adr/0009-simulator.md): the listening socket names IPPROTO_TCP, or asyncio leaves Nagle's
algorithm on and every order takes 43 ms; frames are not compressed; the library sends no pings of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import asdict, field
from itertools import count, islice

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from bgtui.domain.clock import Clock
from bgtui.domain.value import frozen
from bgtui.simulator.auth import Keys, built_in
from bgtui.simulator.books import Flavour
from bgtui.simulator.exchange import Exchange
from bgtui.simulator.hooks import Answer, Asked, Faults, Hangup, NoFaults
from bgtui.simulator.limits import Limits
from bgtui.simulator.publisher import Publisher, Rhythm
from bgtui.simulator.rest import MAX_BODY, Rest
from bgtui.simulator.routes import ROUTES
from bgtui.simulator.session import Cuts, Session
from bgtui.wire.endpoint import Write

INSTANCE_HEADER = "x-sim-instance"
"""On every answer: which start of the simulator gave it."""
PUBLIC_PATH, PRIVATE_PATH = "/v2/ws/public", "/v2/ws/private"
_LOG = logging.getLogger(__name__)

TICK_S = 0.005
"""How often the market moves on, real time."""
MAX_FRAME = 1 << 20
_NORMAL, _POLICY = 1000, 1008
_TRANSPORT = "bgtui.transport"


@frozen
class Options:
    """How the exchange behaves towards its clients."""

    flavour: Flavour = Flavour.SEQUENCED
    rhythm: Rhythm = field(default_factory=Rhythm)
    cuts: Cuts = field(default_factory=Cuts)
    has_limits: bool = True
    """Rate limits; without them, requests are counted all the same."""
    has_control: bool = True
    """Whether ``/sim/…`` is answered."""


@frozen
class Served:
    """A simulator that is running."""

    rest: str
    """Base URL."""
    ws_public: str
    ws_private: str
    port: int
    simulator: Simulator


class Simulator:
    """One exchange and everybody connected to it."""

    def __init__(
        self,
        exchange: Exchange,
        clock: Clock,
        *,
        options: Options | None = None,
        faults: Faults | None = None,
        instance_id: str = "",
    ) -> None:
        """Wrap an exchange.

        Args:
            exchange: what is served; it stands still until it is served.
            clock: the true time; the exchange is moved on by it.
            options: how clients are treated.
            faults: what goes wrong.
            instance_id: what tells this start from any other; made from the time when it is empty.
        """
        self.instance_id = instance_id or f"sim-{exchange.next_id()}"
        self.options = options or Options()
        self.exchange = exchange
        self.faults: Faults = faults or NoFaults()
        self.keys = Keys(built_in(key) for key in exchange.keys.values())
        self.limits = Limits(clock.monotonic, is_on=self.options.has_limits)
        self.publisher = Publisher(
            exchange, clock.monotonic, rhythm=self.options.rhythm, flavour=self.options.flavour
        )
        self.rest = Rest(
            exchange, self.keys, self.limits, self.faults, step=self.step, publish=self.publisher.publish
        )
        self.sessions: dict[Session, None] = {}
        self.faults.attach(self)
        self._clock = clock
        self._asked = count(1)
        self._linked = count(1)
        self.app = Starlette(
            routes=[
                WebSocketRoute(PUBLIC_PATH, _Endpoint(self, is_private=False)),
                WebSocketRoute(PRIVATE_PATH, _Endpoint(self, is_private=True)),
                Route("/sim/{subject}", self._control, methods=["GET", "POST"]),
                Mount("/", self._http),
            ]
        )

    def step(self) -> None:
        """Move the exchange on to now and tell what happened."""
        self.exchange.advance(self._clock.now_ms())
        self.publisher.publish(self.exchange.drain())

    async def run(self) -> None:
        """Move the market until cancelled."""
        while True:
            self.step()
            self.faults.tick()
            self.publisher.tick()
            await asyncio.sleep(TICK_S)

    # REST

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": _POLICY})
            return
        request = Request(scope, receive)
        try:
            asked = await self._read(request)
            answer = await self.faults.before(asked)
            if answer is None:
                answer = await self.faults.after(asked, self.rest.answer(asked, _address(request)))
        except (Hangup, ClientDisconnect):
            await _hang_up(scope)
            return
        response = _response(answer)
        response.headers[INSTANCE_HEADER] = self.instance_id
        await response(scope, receive, send)

    async def _read(self, request: Request) -> Asked:
        body = bytearray()
        async for chunk in request.stream():
            if len(body) <= MAX_BODY:
                body += chunk
        raw_path: bytes = request.scope.get("raw_path") or request.scope["path"].encode("utf-8", "replace")
        path = raw_path.partition(b"?")[0].decode("latin-1")
        route = ROUTES.get(path)
        return Asked(
            number=next(self._asked),
            method=request.method,
            path=path,
            name=route.name if route is not None else "",
            is_write=isinstance(route, Write),
            query=request.scope["query_string"].decode("latin-1"),
            body=bytes(body),
            headers=_headers(request),
        )

    async def _control(self, request: Request) -> Response:
        """Answer ``/sim/instance``, ``/sim/requests`` and ``/sim/faults``: for tests, on loopback alone."""
        if not self.options.has_control or not _address(request).startswith(("127.", "::1")):
            return Response(status_code=404)
        subject = request.path_params["subject"]
        if subject == "instance":
            return _plain({"instanceId": self.instance_id, "now": str(self.exchange.clock.now_ms())})
        if subject == "requests":
            since = request.query_params.get("since", "0")
            after = int(since) if since.isascii() and since.isdigit() else 0
            found = (asdict(entry) for entry in self.rest.log if entry.number > after)
            return _plain(list(islice(found, 5000)))
        if subject == "faults":
            return await self._switch(request)
        return Response(status_code=404)

    async def _switch(self, request: Request) -> Response:
        wanted: object = None
        try:
            if request.method == "POST":
                wanted = msgspec.json.decode(await request.body())
            if wanted is not None and not isinstance(wanted, dict):
                return _plain({"error": "expected an object"}, 400)
            return _plain(self.faults.control(wanted))
        except (msgspec.MsgspecError, RecursionError):
            return _plain({"error": "not JSON"}, 400)
        except ValueError as error:
            return _plain({"error": str(error)}, 400)

    # WebSocket

    async def talk(self, receive: Receive, send: Send, *, is_private: bool) -> None:
        """Hold one WebSocket connection from its handshake to its end."""
        await receive()
        if not self.faults.admits(is_private=is_private):
            await send({"type": "websocket.close", "code": _POLICY})
            return
        await send({"type": "websocket.accept"})
        session = Session(
            next(self._linked),
            self.exchange,
            self.publisher,
            keys=self.keys,
            faults=self.faults,
            monotonic=self._clock.monotonic,
            is_private=is_private,
            cuts=self.options.cuts,
        )
        self.sessions[session] = None
        writer = asyncio.create_task(_write(send, session))
        try:
            await self._listen(receive, session)
            session.end()
            await writer
        finally:
            writer.cancel()
            session.close()
            self.sessions.pop(session, None)

    async def _listen(self, receive: Receive, session: Session) -> None:
        """Hear messages until the connection ends or is to be cut."""
        while not session.is_over:
            left = session.quiet_for()
            if left <= 0:
                return
            try:
                async with asyncio.timeout(left):
                    message = await receive()
            except TimeoutError:
                continue
            if message["type"] == "websocket.disconnect":
                session.waiting.clear()
                return
            text = message.get("text")
            if text is None:
                text = (message.get("bytes") or b"").decode("utf-8", "replace")
            self.step()
            session.hear(text)


class _Endpoint:
    """A WebSocket route without wrappers: every frame of the market goes through it."""

    def __init__(self, simulator: Simulator, *, is_private: bool) -> None:
        self._simulator = simulator
        self._is_private = is_private

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Hold one connection."""
        await self._simulator.talk(receive, send, is_private=self._is_private)


async def _write(send: Send, session: Session) -> None:
    """Send what waits, in order; close when the session is over."""
    waiting, wake = session.waiting, session.wake
    # The peer may be gone at any moment, which the reader notices as well.
    with contextlib.suppress(OSError):
        while True:
            while waiting:
                await send({"type": "websocket.send", "text": waiting.popleft()})
            if session.is_over:
                await send({"type": "websocket.close", "code": _NORMAL})
                return
            wake.clear()
            await wake.wait()


class _Protocol(H11Protocol):
    """HTTP whose requests know their connection, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand the connection to every request."""
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn's annotation is narrower
        app = self.app

        async def connected(scope: Scope, receive: Receive, send: Send) -> None:
            scope[_TRANSPORT] = transport
            await app(scope, receive, send)

        self.app = connected


class _Server(uvicorn.Server):
    """uvicorn as a guest: the host's signals stay the host's, and it says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.listens.set()


@contextlib.asynccontextmanager
async def serve(
    exchange: Exchange,
    clock: Clock,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    options: Options | None = None,
    faults: Faults | None = None,
    instance_id: str = "",
) -> AsyncIterator[Served]:
    """Serve an exchange until the block ends; the market runs by the clock.

    Args:
        exchange: what is served.
        clock: the true time.
        host: address to listen on.
        port: 0 takes a free one.
        options: how clients are treated.
        faults: what goes wrong.
        instance_id: what tells this start from any other.

    Raises:
        OSError: the address cannot be had.
    """
    simulator = Simulator(exchange, clock, options=options, faults=faults, instance_id=instance_id)
    with _listener(host, port) as listening:
        server = _Server(
            uvicorn.Config(
                simulator.app,
                ws="websockets-sansio",
                ws_per_message_deflate=False,
                ws_ping_interval=None,
                ws_max_size=MAX_FRAME,
                http=_Protocol,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        market = asyncio.create_task(simulator.run())
        market.add_done_callback(_report)
        try:
            await server.listens.wait()
            yield _served(simulator, listening)
        finally:
            market.cancel()
            for session in list(simulator.sessions):
                session.end()
            server.should_exit = True
            await serving
            with contextlib.suppress(asyncio.CancelledError):
                await market


def _report(market: asyncio.Task[None]) -> None:
    """Say at once that the market stands still; whoever serves it hears of it when the block ends."""
    if not market.cancelled() and (error := market.exception()) is not None:
        _LOG.error("the market has stopped", exc_info=error)


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, since asyncio sets TCP_NODELAY only on sockets that say that they are TCP.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(128)
        found.setblocking(False)  # noqa: FBT003  # the standard library's signature
    except BaseException:
        found.close()
        raise
    return found


def _served(simulator: Simulator, listening: socket.socket) -> Served:
    host, port = listening.getsockname()[:2]
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return Served(
        f"http://{where}", f"ws://{where}{PUBLIC_PATH}", f"ws://{where}{PRIVATE_PATH}", port, simulator
    )


def _headers(request: Request) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers.raw}


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _response(answer: Answer) -> Response:
    return Response(
        answer.body, status_code=answer.status, headers=dict(answer.headers), media_type=answer.media_type
    )


def _plain(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status_code=status, media_type="application/json")


async def _hang_up(scope: Scope) -> None:
    """Close the connection of a request without an answer."""
    transport = scope.get(_TRANSPORT)
    if isinstance(transport, asyncio.Transport):
        transport.abort()
    # The server has to have noticed before the request ends, or it would answer by itself.
    for _ in range(3):
        await asyncio.sleep(0)
