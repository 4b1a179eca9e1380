"""What the simulator sustains: book updates pushed to one client while signed orders are answered.

The server runs in a process of its own, as `bgtui sim` does; the client is this process.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
import statistics
import time
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Any

from websockets.asyncio.client import connect

from benchmarks.report import Bar, conclude, say
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.intent import CancelOrder, OrderRef, PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, OrderType, PositionMode, PositionSide, TimeInForce
from bgtui.domain.secret import Credentials, Secret
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.rest import RestClient
from bgtui.simulator.books import Flavour
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.publisher import Rhythm
from bgtui.simulator.server import Options, serve

SECONDS = 6.0
RATE = 1150.0
"""Book changes a second of one main instrument, of which there are two."""
MIN_UPDATES = 2000.0
MAX_ORDER_MS = 5.0
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
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs, flavour.value), daemon=True)
    server.start()
    try:
        ready = json.loads(ours.recv())
        return asyncio.run(_client(ready))
    finally:
        ours.send("stop")
        server.join(10)


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


async def _client(ready: dict[str, Any]) -> tuple[float, list[float]]:
    api_key, secret, passphrase = ready["key"]
    credentials = Credentials(Secret(api_key), Secret(passphrase), Secret(secret))
    counted = [0]
    async with (
        connect(ready["ws"], compression=None, ping_interval=None, max_size=None, proxy=None) as socket,
        RestClient(ready["rest"], credentials=credentials, clock=SystemClock(), rng=random.Random(1)) as rest,
    ):
        args = [{"instType": "USDT-FUTURES", "channel": "books", "instId": symbol} for symbol in SYMBOLS]
        await socket.send(json.dumps({"op": "subscribe", "args": args}))

        async def listen() -> None:
            while True:
                frame = await socket.recv(decode=False)
                counted[0] += frame.startswith(b'{"action":"update"')

        listening = asyncio.create_task(listen())
        await asyncio.sleep(1.0)
        begun, before = time.perf_counter(), counted[0]
        orders = await _trade(rest, begun + SECONDS)
        passed = time.perf_counter() - begun
        listening.cancel()
        return (counted[0] - before) / passed, orders


async def _trade(rest: RestClient, until: float) -> list[float]:
    """Place and cancel resting orders, about ten of both a second, as fast as the limits would allow."""
    from bgtui.exchange.trading import TradingClient

    client = TradingClient(rest)
    instrument = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
    taken: list[float] = []
    number = 0
    while time.perf_counter() < until:
        number += 1
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
        begin = time.perf_counter()
        ack = await client.place_order(order, f"bench-{number}")
        taken.append((time.perf_counter() - begin) * 1000)
        await asyncio.sleep(0.1)
        await client.cancel_order(CancelOrder(OrderRef(instrument, ack.order_id)))
        await asyncio.sleep(0.1)
    return taken
