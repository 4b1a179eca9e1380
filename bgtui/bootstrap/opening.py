"""What talks to an exchange, built from settings that lead to one, and closed in reverse order."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bgtui.config.settings import Settings, locate
from bgtui.config.venue import Venue
from bgtui.domain.clock import Clock
from bgtui.domain.error import ConfigError
from bgtui.domain.event import Connection, Event
from bgtui.domain.instrument import ProductType
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.reader import ReadClient
from bgtui.exchange.rest import RestClient
from bgtui.exchange.socket import Dial, dial_websocket, record
from bgtui.exchange.streams import MarketStreams, private_stream
from bgtui.session.session import Session
from bgtui.store.store import Store
from bgtui.wire.sign import login_message, make_signer

Tap = Callable[[Connection, int, bytes | str], None]
"""Sees every received frame: which kind of connection, Unix nanoseconds, the frame."""
Observe = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Access:
    """What a command that asks once needs: where it asks, the asking, and the exchange's time."""

    venue: Venue
    rest: RestClient
    reader: ReadClient

    def now_ms(self) -> int:
        """Exchange time, Unix milliseconds."""
        return self.rest.server_now_ms()


@asynccontextmanager
async def open_access(settings: Settings, *, observe: Observe | None = None) -> AsyncIterator[Access]:
    """Open what reads by REST; it cannot write.

    Raises:
        ConfigError: the settings lead nowhere.
    """
    venue = locate(settings)
    rest = RestClient(
        venue.rest_url,
        credentials=settings.credentials,
        clock=SystemClock(),
        rng=random.Random(),
        is_demo=venue.is_demo,
        observe=observe,
    )
    async with rest:
        yield Access(venue, rest, ReadClient(rest))


@asynccontextmanager
async def open_session(
    settings: Settings,
    *,
    has_account: bool | None = None,
    tap: Tap | None = None,
    observe: Observe | None = None,
) -> AsyncIterator[Session]:
    """Build everything one run needs, and close it in reverse order.

    There is no desk: nothing that is built here can write.

    Args:
        settings: Where to, with which key, watching what.
        has_account: Whether the account is followed; None means when there is a key.
        tap: Told every received frame.
        observe: Told every event once the store has it.

    Raises:
        ConfigError: the settings lead nowhere, or an account is asked for and there is no key.
    """
    venue, clock, rng = locate(settings), SystemClock(), random.Random()
    store = Store(clock)
    market = MarketStreams(dial_public(venue, clock, tap), clock=clock, rng=rng)
    if not (settings.credentials is not None if has_account is None else has_account):
        yield Session(store, clock=clock, rng=rng, market=market, observe=observe)
        return
    if settings.credentials is None:
        raise ConfigError("that needs an API key and none is set", hint="store one with bgtui keys add")
    products = account_products(settings)
    async with AsyncExitStack() as stack:
        access = await stack.enter_async_context(open_access(settings, observe=_into(store)))
        await access.rest.sync_clock()
        private = private_stream(
            dial_private(venue, clock, tap),
            settings.credentials,
            products,
            clock=clock,
            rng=rng,
            now_s=lambda: access.now_ms() // 1000,
            resync=access.rest.sync_clock,
        )
        yield Session(
            store,
            clock=clock,
            rng=rng,
            market=market,
            private=private,
            reader=access.reader,
            product_types=products,
            observe=observe,
        )


def account_products(settings: Settings) -> tuple[ProductType, ...]:
    """Return the product types whose account is followed: the configured one, and those of the watch list."""
    named = (settings.product_type, *(instrument.product_type for instrument in settings.watch_list))
    return tuple(dict.fromkeys(named))


def dial_public(venue: Venue, clock: Clock, tap: Tap | None = None) -> Dial:
    """Return how the public stream is reached."""
    return _tapped(dial_websocket(venue.ws_public_url), Connection.PUBLIC, clock, tap)


def dial_private(venue: Venue, clock: Clock, tap: Tap | None = None) -> Dial:
    """Return how the private stream is reached."""
    return _tapped(dial_websocket(venue.ws_private_url), Connection.PRIVATE, clock, tap)


def login_text(settings: Settings, now_ms: int) -> str:
    """Return the message that logs in to the private stream; it holds the key, so it goes nowhere else.

    Raises:
        ConfigError: there is no key, or it cannot sign.
    """
    if settings.credentials is None:
        raise ConfigError("no API key is set", hint="store one with bgtui keys add")
    signer = make_signer(settings.credentials)
    return login_message(settings.credentials, signer, timestamp_s=now_ms // 1000)


def _into(store: Store) -> Observe:
    def take(event: Event) -> None:
        store.apply(event)

    return take


def _tapped(dial: Dial, connection: Connection, clock: Clock, tap: Tap | None) -> Dial:
    if tap is None:
        return dial
    return record(dial, lambda time_ns, frame: tap(connection, time_ns, frame), clock=clock)
