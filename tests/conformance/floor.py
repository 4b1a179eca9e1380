"""The simulator for these tests: the real server on a thread of its own, reached over real sockets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from bgtui.domain.instrument import FUTURES, ProductType, instrument_id
from bgtui.domain.intent import CancelPlans, CancelSymbol, ClosePosition, SetMarginMode, SetPositionMode
from bgtui.domain.order import MarginMode
from bgtui.domain.secret import Credentials
from bgtui.exchange.clock import SystemClock
from bgtui.simulator.books import Flavour
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.publisher import Rhythm
from bgtui.simulator.server import Options, Served, Simulator, serve

BTC, ETH, LINK = "BTC/USDT:USDT", "ETH/USDT:USDT", "LINK/USDT:USDT"
USDC, COIN, SPOT = "BTC/USDC:USDC", "BTC/USD:BTC", "BTC/USDT"

AT_HOME = {
    BTC: instrument_id(ProductType.USDT_FUTURES, "BTCUSDT"),
    ETH: instrument_id(ProductType.USDT_FUTURES, "ETHUSDT"),
    SPOT: instrument_id(ProductType.SPOT, "BTCUSDT"),
}
"""ccxt's names, and ours."""

_MARKETS: list[tuple[Any, Any]] = []
"""ccxt's, once they are loaded: every floor has the same."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting:
    """What market a module trades on."""

    rate: float = 0.0
    """Book changes a second; at zero only the tests trade."""
    flavour: Flavour = Flavour.SEQUENCED
    rhythm: Rhythm = field(default_factory=Rhythm)
    has_limits: bool = False
    """Rate limits: off where they are not the subject, since a busy machine serves late."""
    seed: int = 20_260_704


class StoppableClock(SystemClock):
    """The true time until a test stops it, and with it the market."""

    def __init__(self) -> None:
        self._stopped_ms: int | None = None

    def now_ms(self) -> int:
        return super().now_ms() if self._stopped_ms is None else self._stopped_ms

    def stop(self) -> None:
        self._stopped_ms = self.now_ms()

    def go_on(self) -> None:
        self._stopped_ms = None


class Floor:
    """A running simulator; `do` reaches into it between two of its own steps."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._clock = StoppableClock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)
        self._ready: Future[Served] = Future()
        self._end = asyncio.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        self.served = self._ready.result(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(60)
        assert not self._thread.is_alive()

    @property
    def exchange(self) -> Exchange:
        return self.served.simulator.exchange

    @property
    def instrument_count(self) -> int:
        return sum(len(self.exchange.instruments(product)) for product in ProductType)

    def key(self, profile: str) -> Credentials:
        return self.exchange.keys[profile].credentials

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def do(self, act: Callable[[Exchange], T]) -> T:
        """Act on the exchange on its own thread, and let it tell what came of it."""

        async def acted() -> T:
            found = act(self.exchange)
            self.served.simulator.step()
            return found

        return asyncio.run_coroutine_threadsafe(acted(), self._loop).result(60)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Stop the market."""
        self._clock.stop()
        try:
            self.do(lambda _: None)
            yield
        finally:
            self._clock.go_on()

    async def until(self, is_so: Callable[[Simulator], bool]) -> None:
        """Wait until something is so at the other end."""
        async with asyncio.timeout(60):
            # The other end is on another thread: nothing there can wake this loop.
            while not self.do(lambda _: is_so(self.served.simulator)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def heard(self, channel: str, count: int = 1) -> None:
        """Wait until connections listen to a channel."""
        await self.until(
            lambda simulator: (
                sum(topic.name == channel for session in simulator.sessions for topic in session.topics)
                >= count
            )
        )

    def clear(self) -> None:
        """Leave every account flat, in one-way mode (the practice account), crossed, at leverage 20."""
        self.do(_clear)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        setting = self._setting
        world = World(seed=setting.seed, start_ms=self._clock.now_ms(), rate=setting.rate)
        options = Options(flavour=setting.flavour, rhythm=setting.rhythm, has_limits=setting.has_limits)
        async with serve(Exchange(world), self._clock, options=options) as served:
            self._ready.set_result(served)
            await self._end.wait()


def _clear(exchange: Exchange) -> None:
    engine = exchange.engine
    for profile in ("practice", "follower"):
        account = exchange.accounts[exchange.keys[profile].uid]
        uid = account.uid
        for product in ProductType:
            for instrument in {order.instrument for order in engine.open_orders(uid, product)}:
                engine.cancel_symbol(uid, CancelSymbol(instrument))
            for plan in engine.open_plans(uid, product):
                engine.cancel_plans(uid, CancelPlans(plan.instrument, plan.kind))
        for product in FUTURES:
            mode = engine.position_mode(uid, product)
            for instrument in {held.instrument for held in engine.positions(uid, product)}:
                engine.close_position(uid, ClosePosition(instrument, mode))
            engine.set_position_mode(uid, SetPositionMode(product, account.position_mode))
    uid = exchange.keys["practice"].uid
    for product in FUTURES:
        for rules in exchange.instruments(product):
            engine.set_margin_mode(uid, SetMarginMode(rules.id, rules.margin_coins[0], MarginMode.CROSSED))


def as_shipped(kind: Any, floor: Floor, profile: str = "practice", **options: Any) -> Any:
    """Make a ccxt client as anybody would, but for the addresses."""
    key = floor.key(profile)
    assert key.secret is not None
    client = kind(
        {
            "apiKey": key.api_key.reveal(),
            "secret": key.secret.reveal(),
            "password": key.passphrase.reveal(),
            **options,
        }
    )
    client.urls["api"] = _addresses(client.urls["api"], floor.served)
    return client


async def connect(kind: Any, floor: Floor, *, profile: str = "practice") -> Any:
    """Make a ccxt client that does not wait between requests and shares its markets with its kind."""
    # Its own throttle, an ordinary option; the limits that it is for are off here as well.
    client = as_shipped(kind, floor, profile, enableRateLimit=False)
    if not _MARKETS:
        _MARKETS.append((await client.load_markets(), client.currencies))
    client.set_markets(*_MARKETS[0])
    return client


def _addresses(urls: Mapping[str, Any], served: Served) -> dict[str, Any]:
    changed: dict[str, Any] = dict.fromkeys(urls, served.rest)
    if "ws" in urls:
        changed["ws"] = {"public": served.ws_public, "private": served.ws_private}
    return changed
