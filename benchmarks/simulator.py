"""What the simulator sustains: book updates pushed to one client while signed orders are answered.

The server runs in a process of its own, as `bgtui sim` does, and so does the listener. The orders are sent
from this process by the plainest client there is, so that what is timed is the server's answer and not a
client's own work.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import multiprocessing
import statistics
import time
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import connect

from benchmarks.report import Bar, conclude, say
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import CancelOrder, OrderRef, PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, OrderType, PositionMode, PositionSide, TimeInForce
from bgtui.domain.secret import Credentials, Secret
from bgtui.exchange.clock import SystemClock
from bgtui.simulator.books import Flavour
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.publisher import Rhythm
from bgtui.simulator.server import Options, serve
from bgtui.wire import encode
from bgtui.wire.endpoint import Write
from bgtui.wire.sign import make_signer, rest_headers

SECONDS = 6.0
RATE = 1150.0
"""Book changes a second of one main instrument, of which there are two."""
MIN_UPDATES = 2000.0
MAX_ORDER_MS = 5.0
PAUSE_S = 0.1
SYMBOLS = ("BTCUSDT", "ETHUSDT")


def run() -> bool:
    """Measure, print, and tell whether every bar was met."""
    bars: list[Bar] = []
    for flavour in Flavour:
        updates, orders = _measure(flavour)
        if not orders:
            raise SystemExit("no order was answered")
        median = statistics.median(orders)
        say(
            f"  {flavour.value:<10} {updates:>7.0f} updates/s   order median {median:.2f} ms, "
            f"p99 {sorted(orders)[int(len(orders) * 0.99)]:.2f} ms over {len(orders)}"
        )
        # A bar says at most: so this one is the time between two updates.
        bars += [
            Bar(f"time per pushed update, {flavour.value}", 1e6 / updates, 1e6 / MIN_UPDATES, "us"),
            Bar(f"signed order, median, {flavour.value}", median, MAX_ORDER_MS, "ms"),
        ]
    return conclude("simulator: one client listens and trades, one server process", bars)


def _measure(flavour: Flavour) -> tuple[float, list[float]]:
    context = multiprocessing.get_context("spawn")
    serving, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs, flavour.value), daemon=True)
    server.start()
    ready = json.loads(serving.recv())
    listening, theirs = context.Pipe()
    listener = context.Process(target=_listen, args=(theirs, ready["ws"]), daemon=True)
    listener.start()
    listening.recv()
    try:
        begun, before = time.perf_counter(), _count(listening)
        orders = _trade(ready, begun + SECONDS)
        return (_count(listening) - before) / (time.perf_counter() - begun), orders
    finally:
        listening.send("stop")
        listener.join(10)
        serving.send("stop")
        server.join(10)


def _count(listening: Connection) -> int:
    listening.send("count")
    return int(listening.recv())


def _serve(pipe: Connection, flavour: str) -> None:
    asyncio.run(_serving(pipe, Flavour(flavour)))


async def _serving(pipe: Connection, flavour: Flavour) -> None:
    clock = SystemClock()
    exchange = Exchange(World(seed=1, start_ms=clock.now_ms(), rate=RATE))
    options = Options(flavour=flavour, rhythm=Rhythm(futures_books=0.0, spot_books=0.0), has_limits=False)
    async with serve(exchange, clock, options=options) as served:
        key = exchange.keys["practice"].credentials
        assert key.secret is not None
        ready = {
            "rest": served.rest,
            "ws": served.ws_public,
            "key": [key.api_key.reveal(), key.secret.reveal(), key.passphrase.reveal()],
        }
        pipe.send(json.dumps(ready))
        await asyncio.to_thread(pipe.recv)


def _listen(pipe: Connection, url: str) -> None:
    asyncio.run(_listening(pipe, url))


async def _listening(pipe: Connection, url: str) -> None:
    """Count updates, and say how many there were whenever somebody asks."""
    count = 0

    stopped = asyncio.Event()

    def answer() -> None:
        if pipe.recv() == "stop":
            stopped.set()
        else:
            pipe.send(count)

    async with connect(url, compression=None, ping_interval=None, max_size=None, proxy=None) as socket:
        args = [{"instType": "USDT-FUTURES", "channel": "books", "instId": symbol} for symbol in SYMBOLS]
        await socket.send(json.dumps({"op": "subscribe", "args": args}))
        while not (await socket.recv(decode=False)).startswith(b'{"action":"update"'):
            pass
        asyncio.get_running_loop().add_reader(pipe.fileno(), answer)
        pipe.send("listening")
        while not stopped.is_set():
            count += (await socket.recv(decode=False)).startswith(b'{"action":"update"')


def _trade(ready: dict[str, Any], until: float) -> list[float]:
    """Place and cancel a resting order five times a second; return what each placing took, milliseconds."""
    post = _Poster(ready)
    instrument = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
    order = PlaceOrder(
        instrument,
        Side.BUY,
        OrderType.LIMIT,
        Decimal("0.001"),
        TimeInForce.POST_ONLY,
        Decimal(90_000),
        position_side=PositionSide.LONG,
        effect=Effect.OPEN,
        position_mode=PositionMode.ONE_WAY,
        margin_mode=MarginMode.CROSSED,
        margin_coin="USDT",
    )
    taken: list[float] = []
    while time.perf_counter() < until:
        answer, passed_ms = post(*encode.place_order(order, f"bench-{len(taken)}"))
        taken.append(passed_ms)
        time.sleep(PAUSE_S)  # noqa: TID251 - the pace of a person in a hurry
        post(*encode.cancel_order(CancelOrder(OrderRef(instrument, answer["orderId"]))))
        time.sleep(PAUSE_S)  # noqa: TID251 - as above
    return taken


class _Poster:
    """Signs and posts over one kept connection."""

    def __init__(self, ready: dict[str, Any]) -> None:
        api_key, secret, passphrase = ready["key"]
        self._credentials = Credentials(Secret(api_key), Secret(passphrase), Secret(secret))
        self._signer = make_signer(self._credentials)
        self._clock = SystemClock()
        self._connection = http.client.HTTPConnection(urlsplit(ready["rest"]).netloc, timeout=10)

    def __call__(self, route: Write, body: dict[str, Any]) -> tuple[dict[str, Any], float]:
        content = json.dumps(body, separators=(",", ":")).encode()
        headers = rest_headers(
            self._credentials,
            self._signer,
            timestamp_ms=self._clock.now_ms(),
            method="POST",
            path=route.path,
            query="",
            body=content,
        )
        begin = time.perf_counter()
        self._connection.request("POST", route.path, content, headers)
        answer = self._connection.getresponse().read()
        passed_ms = (time.perf_counter() - begin) * 1000
        found = json.loads(answer)
        if found["code"] != "00000":
            raise SystemExit(f"the simulator refused an order: {found['code']} {found['msg']}")
        return found["data"], passed_ms
