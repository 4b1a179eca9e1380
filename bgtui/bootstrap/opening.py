"""What talks to an exchange, built from settings that lead to one, and closed in reverse order."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bgtui.bootstrap.guarding import build_guard
from bgtui.bootstrap.journaling import open_journal, origin_of
from bgtui.config.settings import Settings, locate
from bgtui.config.venue import Environment, Venue
from bgtui.domain.account import KeyInfo
from bgtui.domain.clock import Clock
from bgtui.domain.error import ConfigError
from bgtui.domain.event import Connection, Event, RequestMeasured
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.limit import limit_lines
from bgtui.domain.question import Question
from bgtui.domain.trading import ReadOnlyReason, TradingState
from bgtui.domain.value import frozen
from bgtui.exchange.answers import Answers
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.listing import BudgetWatch, Listing
from bgtui.exchange.reader import ReadClient
from bgtui.exchange.rest import RestClient
from bgtui.exchange.skew import describe_block
from bgtui.exchange.socket import Dial, dial_websocket, record
from bgtui.exchange.stream import Stream
from bgtui.exchange.streams import MarketStreams, private_stream
from bgtui.exchange.trading import TradingClient
from bgtui.session.alerts import AlertOptions, AlertWatch
from bgtui.session.arming import Arming, Check, Warrant, closes_in
from bgtui.session.desk import OrderDesk
from bgtui.session.guard import Guard
from bgtui.session.ids import id_maker
from bgtui.session.inquiry import Inquiry
from bgtui.session.journal import Journal
from bgtui.session.kill import KillSwitch
from bgtui.session.losses import Losses
from bgtui.session.ports import EventSource
from bgtui.session.questions import Asker
from bgtui.session.recovery import Recovery
from bgtui.session.riskwatch import RiskWatch
from bgtui.session.scribe import Scribe
from bgtui.session.session import Session
from bgtui.session.slumber import Slumber
from bgtui.store.store import Store
from bgtui.wire.sign import login_message, make_signer

Tap = Callable[[Connection, int, bytes | str], None]
"""Sees every received frame: which kind of connection, Unix nanoseconds, the frame."""
Observe = Callable[[Event], None]


@frozen
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
    journal: Path | None = None,
    products: tuple[ProductType, ...] | None = None,
    alerts: AlertOptions | None = None,
) -> AsyncIterator[Session]:
    """Build everything one run needs, and close it in reverse order.

    Args:
        settings: Where to, with which key, watching what.
        has_account: Whether the account is followed; None means when there is a key.
        tap: Told every received frame.
        observe: Told every event once the store has it.
        journal: Where writes are recorded before they leave. With it there is a desk, where settings and key
            allow one; without it nothing that is built here can write.
        products: Whose accounts are followed; None means those of the watch list.
        alerts: How alerts are kept and told; None watches for nothing.

    Raises:
        ConfigError: the settings lead nowhere, or an account is asked for and there is no key.
    """
    venue, clock, rng = locate(settings), SystemClock(), random.Random()
    store = Store(clock)
    has_key = settings.credentials is not None if has_account is None else has_account
    if has_key and settings.credentials is None:
        raise ConfigError("that needs an API key and none is set", hint="store one with bgtui keys add")
    products = account_products(settings) if products is None else products
    async with AsyncExitStack() as stack:
        market = MarketStreams(dial_public(venue, clock, tap), clock=clock, rng=rng)
        watch: list[Arming] = []
        access = await stack.enter_async_context(open_access(settings, observe=_into(store, watch)))
        parts = _Parts(settings, store, access, clock, rng, products, has_key=has_key)
        private: Stream | None = None
        desk: OrderDesk | None = None
        reason: ReadOnlyReason | None = ReadOnlyReason.NO_KEY
        if has_key and settings.credentials is not None:
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
            desk, reason = await parts.desk(stack, journal) if journal else (None, ReadOnlyReason.CHOSEN)
        if parts.arming is not None:
            watch.append(parts.arming)

        def drop(why: str) -> None:
            market.restart(why)
            if private is not None:
                private.reconnect(why)

        session = Session(
            store,
            clock=clock,
            rng=rng,
            market=market,
            private=private,
            reader=None if private is None else access.reader,
            product_types=products,
            sources=parts.sources(),
            desk=desk,
            arming=parts.arming,
            kill=parts.kill,
            slumber=parts.slumber(stack, drop),
            read_only_reason=reason,
            asker=parts.asker(),
            observe=observe,
            list_instruments=parts.listing.want,
            renew_instruments=parts.listing.renew,
            inquiry=parts.inquiry,
            journal=parts.journal,
            scribe=parts.scribe,
            guard=parts.guard,
            losses=parts.losses,
        )
        parts.session = session
        parts.watch(session, alerts)
        yield session


_TRADE_RIGHTS = frozenset({"coow", "stow"})
"""Bitget's words for the rights to trade futures and spot."""
_RIGHTS = {"coow": "futures", "stow": "spot", "cpow": "copy"}
_WRITES = "ow"
"""What Bitget's words for rights to write end in."""


def _may_trade(authorities: tuple[str, ...]) -> bool:
    return not _TRADE_RIGHTS.isdisjoint(authorities)


class _Parts:
    """What a session is made of besides its streams."""

    def __init__(  # noqa: PLR0917 - called in one place
        self,
        settings: Settings,
        store: Store,
        access: Access,
        clock: Clock,
        rng: random.Random,
        products: tuple[ProductType, ...],
        *,
        has_key: bool,
    ) -> None:
        self._settings = settings
        self._store = store
        self._access = access
        self._clock = clock
        self._rng = rng
        self._products = products
        self._has_key = has_key
        self.listing = Listing(access.reader, products)
        self.session: Session | None = None
        """Once it is built; what it made before may tell it something."""
        self.arming: Arming | None = None
        """What a desk lets through, once there is one."""
        self.kill: KillSwitch | None = None
        self.journal: Journal | None = None
        self.scribe: Scribe | None = None
        self.inquiry: Inquiry | None = None
        self.recovery: Recovery | None = None
        self.guard: Guard | None = None
        self.losses: Losses | None = None
        self.risk: RiskWatch | None = None

    def sources(self) -> tuple[EventSource, ...]:
        """Return what reports besides the streams."""
        always = (self.listing, BudgetWatch(self._access.rest))
        return tuple(source for source in (self.recovery, *always, self.risk) if source is not None)

    def watch(self, session: Session, options: AlertOptions | None) -> None:
        """Have the session watch for what the person wants to be told of."""
        if options is None:
            return
        desk = session.desk
        session.alerts = AlertWatch(
            self._store,
            session.apply,
            options,
            clock=self._clock,
            products=self._products,
            has_account=self._has_key,
            carry=session.carry,
            state=lambda: TradingState.READ_ONLY if desk is None else desk.state,
            kill=session.kill,
        )
        session.alerts.begin()

    def asker(self) -> Asker:
        """Return what asks the polled questions."""
        answers = Answers(
            self._access.reader,
            now_ms=self._access.now_ms,
            rules=self._store.instrument,
            has_key=self._has_key,
        )
        return Asker(answers, self._apply, clock=self._clock, rng=self._rng, now_ms=self._access.now_ms)

    async def desk(self, stack: AsyncExitStack, path: Path) -> tuple[OrderDesk | None, ReadOnlyReason | None]:
        """Build what writes, where that is allowed; nowhere else is a trading client made."""
        if self._settings.is_read_only:
            is_live = self._settings.environment is Environment.LIVE and not self._settings.read_only
            return None, ReadOnlyReason.LIVE if is_live else ReadOnlyReason.CHOSEN
        info = await self._access.reader.key_info()
        if not _may_trade(info.authorities):
            return None, ReadOnlyReason.KEY
        if info.is_trader:
            self._access.rest.lower_for_leaders()
        journal, run = open_journal(
            stack,
            path,
            origin_of(self._settings, info),
            rng=self._rng,
            now_ms=self._access.now_ms,
            apply=self._apply,
        )
        inquiry = Inquiry(
            self._access.reader,
            self._store,
            self._apply,
            now_ms=self._access.now_ms,
            refresh=self._refresh,
            copying=self._access.reader,
        )
        self.inquiry = inquiry
        stack.push_async_callback(inquiry.close)
        arming = self.arming = self._arming(info, journal)
        self.guard, self.losses = build_guard(
            self._settings,
            self._store,
            self._products,
            origin_of(self._settings, info),
            path.parent,
            now_ms=self._access.now_ms,
            ask=self._ask,
            lock=arming.lock,
        )
        scribe = Scribe(journal, self._store, self._access.now_ms)
        self.journal, self.scribe = journal, scribe
        self.recovery = Recovery(
            journal, run, self._access.reader, inquiry, scribe, now_ms=self._access.now_ms
        )
        desk = OrderDesk(
            TradingClient(self._access.rest),
            self._apply,
            journal,
            violations=self.guard.violations,
            permit=arming.permit,
            state=lambda: arming.state,
            now_ms=self._access.now_ms,
            new_id=id_maker(run.instance, self._clock.now_ms),
            on_doubt=inquiry.settle,
            on_accepted=inquiry.watch,
            on_mode_mismatch=lambda _product: self._refresh(),
            on_other_rules=self.listing.renew,
        )
        self.risk = RiskWatch(
            self._store,
            self._settings.limits,
            self.losses,
            self._products,
            send=desk.submit,
            weigh=self._weigh,
        )
        self.kill = KillSwitch(
            desk,
            self._access.reader,
            self._store,
            self._products,
            clock=self._clock,
            now_ms=self._access.now_ms,
            refresh=self._refresh,
        )
        stack.push_async_callback(self.kill.close)
        return desk, None

    def slumber(self, stack: AsyncExitStack, drop: Callable[[str], None]) -> Slumber:
        """Return what notices that the machine slept."""
        slumber = Slumber(
            self._clock,
            disarm=None if self.arming is None else self.arming.disarm,
            drop=drop,
            refresh=self._refresh,
            measure=self._access.rest.sync_clock,
            offset_ms=lambda: self._store.clock_offset_ms,
        )
        stack.push_async_callback(slumber.close)
        return slumber

    def _arming(self, info: KeyInfo, journal: Journal) -> Arming:
        """Return the trading state of the run: live begins disarmed, everything else armed."""
        settings = self._settings
        warrant = Warrant(
            settings.account_label,
            settings.credentials.label if settings.credentials is not None else "",
            info.user_id,
            tuple(_RIGHTS.get(right, right) for right in info.authorities if right.endswith(_WRITES)),
        )
        return Arming(
            warrant,
            is_armed=settings.environment is not Environment.LIVE,
            now_ms=self._access.now_ms,
            closes=closes_in(self._store),
            limits=lambda: limit_lines(settings.limits),
            checks=lambda: (
                Check("clock", describe_block(self._store.clock_offset_ms)),
                Check("journal", journal.trouble),
            ),
        )

    def _apply(self, event: Event) -> bool:
        return self._store.apply(event) if self.session is None else self.session.apply(event)

    def _ask(self, asked: Question[Any]) -> None:
        if self.session is not None and self.session.asker is not None:
            self.session.asker.ask(asked)

    def _weigh(self, instruments: frozenset[InstrumentId]) -> None:
        if self.session is not None:
            self.session.weigh(instruments)

    def _refresh(self) -> None:
        if self.session is not None:
            self.session.refresh_account()
            if self.session.asker is not None:
                self.session.asker.ask_all()


def every_product(settings: Settings) -> tuple[ProductType, ...]:
    """Return all product types, the configured one first: for a program that can show any of them."""
    return tuple(dict.fromkeys((*account_products(settings), *ProductType)))


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


def _into(store: Store, watch: Iterable[Arming]) -> Observe:
    """Return what takes the figures of requests, and tells the trading state of a refused key."""

    def take(event: Event) -> None:
        store.apply(event)
        if isinstance(event, RequestMeasured):
            for arming in watch:
                arming.notice(event)

    return take


def _tapped(dial: Dial, connection: Connection, clock: Clock, tap: Tap | None) -> Dial:
    if tap is None:
        return dial
    return record(dial, lambda time_ns, frame: tap(connection, time_ns, frame), clock=clock)
