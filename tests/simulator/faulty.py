"""A simulator with faults on loopback, and the program's own clients before it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import websockets

from bgtui.domain.event import Event
from bgtui.domain.instrument import ProductType
from bgtui.domain.intent import PlaceOrder
from bgtui.domain.market import Side
from bgtui.domain.order import Effect, MarginMode, OrderType, PositionMode, PositionSide
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.link import Rules
from bgtui.exchange.patience import Patience
from bgtui.exchange.reader import ReadClient
from bgtui.exchange.rest import RestClient
from bgtui.exchange.socket import dial_websocket
from bgtui.exchange.streams import MarketStreams, private_stream
from bgtui.exchange.trading import TradingClient
from bgtui.session.session import Session
from bgtui.simulator.books import Flavour
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.exchange_accounts import PRACTICE
from bgtui.simulator.fault import FaultSet
from bgtui.simulator.publisher import Rhythm
from bgtui.simulator.server import Options, Served
from bgtui.simulator.serving import serve_with_faults
from bgtui.store.store import Store
from bgtui.wire.sign import login_message, make_signer
from tests.simulator.worlds import BTC, ETH, SPOT_BTC, listings

USDT = ProductType.USDT_FUTURES
ONCE = Patience(attempts=1)
"""Nothing is asked twice."""
QUICK = Patience(request_s=2.0, attempts=1)
"""For answers that never come."""
FAST = Rhythm(futures_books=0.02, spot_books=0.02, futures_touch=0.02, futures_ticker=0.02, candle=0.1)
RULES = Rules(
    ping_s=0.4, ping_jitter_s=0.0, pong_s=0.4, unread_s=0.0, first_ping_s=0.1, backoff_s=0.1, close_s=0.2
)
"""The stream's rules, shortened."""
LONG_S = 10.0
"""How long a test waits for what has to come."""


@dataclass
class Room:
    """A simulator that is served, and its faults."""

    served: Served
    faults: FaultSet
    exchange: Exchange

    @property
    def uid(self) -> str:
        return self.exchange.keys[PRACTICE].uid

    def rest(self, *, profile: str | None = PRACTICE, patience: Patience = ONCE) -> RestClient:
        return RestClient(
            self.served.rest,
            credentials=self.exchange.keys[profile].credentials if profile else None,
            clock=SystemClock(),
            rng=random.Random(1),
            patience=patience,
        )

    @contextlib.asynccontextmanager
    async def clients(self, **more: Any) -> AsyncIterator[tuple[RestClient, ReadClient, TradingClient]]:
        async with self.rest(**more) as rest:
            await rest.sync_clock()
            yield rest, ReadClient(rest), TradingClient(rest)

    def buy(self, size: str = "0.01", ratio: str | None = None) -> PlaceOrder:
        """Return a buy: at market, or at a share of the last price."""
        price = None
        if ratio is not None:
            price = (self.exchange.market.last(BTC) * Decimal(ratio)).quantize(self.exchange.rules(BTC).tick)
        return PlaceOrder(
            BTC,
            Side.BUY,
            OrderType.MARKET if price is None else OrderType.LIMIT,
            Decimal(size),
            price=price,
            position_side=PositionSide.LONG,
            effect=Effect.OPEN,
            position_mode=PositionMode.ONE_WAY,
            margin_mode=MarginMode.CROSSED,
            margin_coin="USDT",
        )

    @contextlib.asynccontextmanager
    async def session(self, *, is_private: bool = False) -> AsyncIterator[tuple[Session, list[Event]]]:
        """Run a session that watches BTC; yield it with the events it gets."""
        clock, rng = SystemClock(), random.Random(2)
        store = Store(clock)
        events: list[Event] = []
        market = MarketStreams(dial_websocket(self.served.ws_public), clock=clock, rng=rng, rules=RULES)
        private, credentials = None, self.exchange.keys[PRACTICE].credentials
        if is_private:
            private = private_stream(
                dial_websocket(self.served.ws_private),
                credentials,
                (USDT,),
                clock=clock,
                rng=rng,
                now_s=lambda: clock.now_ms() // 1000,
                rules=RULES,
            )
        session = Session(store, clock=clock, rng=rng, market=market, private=private, observe=events.append)
        session.show(BTC)
        task = asyncio.create_task(session.run())
        try:
            yield session, events
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def listening(self, *channels: str, is_private: bool = False) -> AsyncIterator[Listener]:
        """Open a bare connection that has subscribed; every frame is kept."""
        url = self.served.ws_private if is_private else self.served.ws_public
        async with websockets.connect(
            url, compression=None, ping_interval=None, max_size=64_000_000
        ) as socket:
            listener = Listener(socket)
            if is_private:
                credentials = self.exchange.keys[PRACTICE].credentials
                now_s = SystemClock().now_ms() // 1000
                await socket.send(login_message(credentials, make_signer(credentials), timestamp_s=now_s))
                await listener.next(lambda frame: '"login"' in frame or '"error"' in frame)
            args = [
                {
                    "instType": "USDT-FUTURES",
                    "channel": each,
                    _KEYS.get(each, "instId"): _VALUES.get(each, "BTCUSDT"),
                }
                for each in channels
            ]
            if args:
                await socket.send(json.dumps({"op": "subscribe", "args": args}))
                await listener.granted(len(args))
            yield listener


_KEYS = {"account": "coin"}
_VALUES = dict.fromkeys(
    ("orders", "positions", "fill", "account", "orders-algo", "adl-noti", "positions-history"), "default"
)


class Listener:
    """A bare WebSocket connection and what came over it."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.frames: list[str] = []
        self._read = 0

    async def next(self, wanted: Callable[[str], object] = bool, within_s: float = LONG_S) -> str:
        """Go on to a frame that is wanted."""
        async with asyncio.timeout(within_s):
            while True:
                while self._read < len(self.frames):
                    self._read += 1
                    if wanted(self.frames[self._read - 1]):
                        return self.frames[self._read - 1]
                await self._receive()

    async def granted(self, count: int) -> None:
        """Wait until so many subscriptions are answered; what comes meanwhile is still to be read."""
        async with asyncio.timeout(LONG_S):
            while sum(frame.startswith('{"event":"') for frame in self.frames[self._read :]) < count:
                await self._receive()

    async def _receive(self) -> None:
        frame = await self.socket.recv()
        self.frames.append(frame if isinstance(frame, str) else frame.decode())

    async def pushes(self, channel: str, count: int) -> list[dict[str, Any]]:
        """Read so many pushes of a channel."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            found.append(
                json.loads(
                    await self.next(lambda text: f'"channel":"{channel}"' in text and '"action"' in text)
                )
            )
        return found

    async def hear(self, seconds: float) -> list[str]:
        """Return the frames of some time."""
        start = len(self.frames)
        with contextlib.suppress(TimeoutError):
            await self.next(lambda _: False, seconds)
        return self.frames[start:]


@contextlib.asynccontextmanager
async def room(
    *specs: str,
    flavour: Flavour = Flavour.SEQUENCED,
    rate: float = 60.0,
    has_relay: bool = False,
    instance_id: str = "",
) -> AsyncIterator[Room]:
    """Serve a small world with these faults."""
    clock = SystemClock()
    world = World(seed=7, start_ms=clock.now_ms(), rate=rate, listings=listings(BTC, ETH, SPOT_BTC))
    exchange = Exchange(world)
    faults = FaultSet(specs, clock=clock, rng=random.Random(3), has_relay=has_relay)
    options = replace(Options(), flavour=flavour, rhythm=FAST, has_limits=False)
    serving = serve_with_faults(exchange, clock, faults, options=options, instance_id=instance_id)
    try:
        async with serving as served:
            yield Room(served, faults, exchange)
            assert served.simulator.rest.failures == []
    except ExceptionGroup as group:
        # The server's tasks pass on in a group what ended the block.
        raise group.exceptions[0] from None


async def until(condition: Callable[[], object], within_s: float = LONG_S) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  # what is waited for happens in other tasks' objects
            await asyncio.sleep(0.01)


def of(events: Sequence[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]
