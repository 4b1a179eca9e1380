"""One run: sources in, the store kept current, and a way to wait for it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence

from bgtui.domain.clock import Clock
from bgtui.domain.event import (
    Connection,
    ConnectionLost,
    ConnectionOpened,
    Event,
    FeedFailed,
    FillReported,
    FrameRefused,
    SubscriptionAccepted,
    SubscriptionRefused,
    WatchChanged,
)
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.market import CandleInterval
from bgtui.domain.trading import ReadOnlyReason
from bgtui.session.alerts import NOTICED, AlertWatch
from bgtui.session.arming import Arming
from bgtui.session.desk import OrderDesk
from bgtui.session.feed import keep, supervise, surface
from bgtui.session.guard import Guard
from bgtui.session.inquiry import Inquiry
from bgtui.session.journal import Journal
from bgtui.session.kill import KillSwitch
from bgtui.session.losses import Losses
from bgtui.session.ports import AccountReader, EventSource, MarketFeed
from bgtui.session.questions import Asker
from bgtui.session.reconcile import Reconciler
from bgtui.session.resync import Resync
from bgtui.session.scribe import Scribe
from bgtui.session.slumber import Slumber
from bgtui.session.upkeep import Upkeep
from bgtui.store.book import BookStatus
from bgtui.store.store import Store

RECENT_INSTRUMENTS = 8
"""Instruments that keep book, trades and candles after the one shown, so that going back costs nothing."""
RECHECK_S = 0.25
"""How often what time alone changes is looked at."""


class Session:
    """The store, what feeds it, and later the desk that sends orders.

    Readers draw from `store`, compare versions, and call `show` and `watch_list` for what they want to see.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        rng: random.Random,
        market: MarketFeed | None = None,
        private: EventSource | None = None,
        reader: AccountReader | None = None,
        product_types: Sequence[ProductType] = (ProductType.USDT_FUTURES,),
        sources: Sequence[EventSource] = (),
        desk: OrderDesk | None = None,
        arming: Arming | None = None,
        kill: KillSwitch | None = None,
        slumber: Slumber | None = None,
        alerts: AlertWatch | None = None,
        read_only_reason: ReadOnlyReason | None = None,
        asker: Asker | None = None,
        observe: Callable[[Event], None] | None = None,
        list_instruments: Callable[[ProductType], None] = lambda _: None,
        renew_instruments: Callable[[ProductType], None] = lambda _: None,
        inquiry: Inquiry | None = None,
        journal: Journal | None = None,
        scribe: Scribe | None = None,
        guard: Guard | None = None,
        losses: Losses | None = None,
    ) -> None:
        """Put the parts together; nothing starts before `run`.

        ``observe`` is told every event once the store has it.
        """
        self.store = store
        self.desk = desk
        """What sends orders; None when the run is read-only."""
        self.arming = arming
        """What the desk lets through, and who may change that; None when the run is read-only."""
        self.kill = kill
        """Cancels and flattens everything; None when the run is read-only."""
        self.slumber = slumber
        """Notices that the machine slept."""
        self.read_only_reason = read_only_reason
        """Why there is no desk."""
        self.asker = asker
        """What asks the questions that no stream answers."""
        self.list_instruments = list_instruments
        """Asks for the instruments of a product type that nobody has listed yet."""
        self.renew_instruments = renew_instruments
        """Asks for the instruments of a product type again: their rules may have changed."""
        self.alerts = alerts
        """What watches for what the person wants to be told of; None where nobody looks."""
        self._clock = clock
        self._rng = rng
        self._market = market
        self._private = private
        self._sources = tuple(sources)
        self._resync = None if market is None else Resync(market, store, clock=clock, rng=rng)
        self._reconciler = (
            None
            if reader is None
            else Reconciler(
                reader,
                store,
                self.apply,
                product_types,
                clock=clock,
                rng=rng,
                has_stream=private is not None,
                fills_from_ms=(lambda _: None) if losses is None else losses.read_from_ms,
            )
        )
        self._upkeep = (
            None
            if self._reconciler is None
            else Upkeep(store, self._reconciler.renew, product_types, clock=clock, rng=rng)
        )
        self._listed: tuple[InstrumentId, ...] = ()
        self._valued: frozenset[InstrumentId] = frozenset()
        self._carried: frozenset[InstrumentId] = frozenset()
        self._weighed: frozenset[InstrumentId] = frozenset()
        self._recent: list[InstrumentId] = []
        self._interval = CandleInterval.M1
        self._topics: frozenset[MarketTopic] = frozenset()
        self._changed = asyncio.Event()
        self._waiting = 0
        self._observe = observe
        self.guard = guard
        """What judges intents by rules and limits; None when the run is read-only."""
        self.inquiry = inquiry
        """What asks about writes in doubt; None when the run is read-only."""
        self.journal = journal
        """Where writes are recorded; None when the run is read-only."""
        self._scribe = scribe
        self.losses = losses
        """What counts the day; None when the run is read-only."""
        self._hooks: dict[type, Callable[[Event], None]] = {
            ConnectionOpened: self._on_connection,
            ConnectionLost: self._on_connection,
            FeedFailed: self._on_feed_failed,
            FrameRefused: self._on_frame_refused,
            SubscriptionAccepted: self._on_subscription,
            SubscriptionRefused: self._on_subscription,
            FillReported: self._on_fill,
        }

    async def run(self) -> None:
        """Keep every source running until all have ended by themselves or this is canceled."""
        heartbeat = asyncio.create_task(self._beat(), name="heartbeat")
        heartbeat.add_done_callback(surface)
        try:
            async with asyncio.TaskGroup() as group:
                for source in (self._market, self._private, *self._sources):
                    if source is not None:
                        group.create_task(
                            keep(source, self.apply, clock=self._clock, rng=self._rng), name=source.name
                        )
                if self.asker is not None:
                    group.create_task(self.asker.run(), name="questions")
                if self.alerts is not None:
                    group.create_task(
                        supervise(
                            self.alerts.name, self.alerts.run, self.apply, clock=self._clock, rng=self._rng
                        ),
                        name=self.alerts.name,
                    )
                for work in (self._reconciler, self._upkeep):
                    if work is not None:
                        group.create_task(
                            supervise(work.name, work.run, self.apply, clock=self._clock, rng=self._rng),
                            name=work.name,
                        )
        finally:
            heartbeat.cancel()
            await asyncio.gather(heartbeat, return_exceptions=True)
            if self._resync is not None:
                self._resync.close()

    def apply(self, event: Event) -> bool:
        """Take one event into the store and act on what follows from it."""
        is_changed = self.store.apply(event)
        fallen = self.store.take_fallen_books()
        if fallen and self._resync is not None:
            for key, verdict in fallen.items():
                self._resync.fall(key, verdict)
        if is_changed and self.alerts is not None and type(event) in NOTICED:
            self.alerts.notice(event)
        hook = self._hooks.get(type(event))
        if hook is not None:
            hook(event)
        if self._scribe is not None:
            self._scribe.observe(event)
        if self._observe is not None:
            self._observe(event)
        if is_changed and self._waiting:
            self._wake()
        return is_changed

    def watch(self, topics: Iterable[MarketTopic]) -> None:
        """Listen to exactly these topics from now on, in this order; the store forgets the others."""
        ordered = tuple(dict.fromkeys(topics))
        wanted = frozenset(ordered)
        if wanted == self._topics:
            return
        self._topics = wanted
        # First the store, so that no frame still on its way brings back what was forgotten.
        self.apply(WatchChanged(wanted))
        if self._resync is not None:
            self._resync.watch(wanted)
        if self._market is not None:
            self._market.watch(ordered)

    def watch_list(self, instruments: Iterable[InstrumentId]) -> None:
        """Carry the tickers of these instruments, and nothing more of them unless they are shown."""
        self._listed = tuple(instruments)
        self._watch_shown()

    def carry(self, instruments: frozenset[InstrumentId]) -> None:
        """Carry the tickers of these as well: somebody judges by them whatever is shown."""
        self._carried = instruments
        self._watch_shown()

    def value(self, instruments: Iterable[InstrumentId]) -> None:
        """Carry the tickers of these besides: what is shown is worth what their mark prices say."""
        wanted = frozenset(instruments)
        if wanted != self._valued:
            self._valued = wanted
            self._watch_shown()

    def weigh(self, instruments: frozenset[InstrumentId]) -> None:
        """Carry the tickers of what is held: its risk is measured by their mark prices."""
        if instruments != self._weighed:
            self._weighed = instruments
            self._watch_shown()

    def show(self, instrument: InstrumentId, interval: CandleInterval = CandleInterval.M1) -> None:
        """Carry everything about an instrument; the eight shown before it keep what they have."""
        self._interval = interval
        self._recent = [instrument, *(other for other in self._recent if other != instrument)]
        del self._recent[RECENT_INSTRUMENTS + 1 :]
        self._watch_shown()

    def renew_book(self, instrument: InstrumentId) -> None:
        """Subscribe a book again that is not live: its snapshot makes it so."""
        topic = MarketTopic(MarketChannel.BOOK, instrument)
        is_live = self.store.book_status(instrument) is BookStatus.LIVE
        if self._market is not None and topic in self._topics and not is_live:
            self._market.renew(topic)

    def refresh_account(self) -> None:
        """Ask the whole account again: something happened that no stream may tell."""
        if self._reconciler is not None:
            self._reconciler.doubt()
        if self.journal is not None:
            self.journal.check()

    @property
    def topics(self) -> frozenset[MarketTopic]:
        """What the session listens to."""
        return self._topics

    async def wait_for(self, predicate: Callable[[], bool], *, timeout_s: float | None = None) -> None:
        """Wait until the predicate holds; it is asked after changes, at most once a turn of the loop.

        Raises:
            TimeoutError: it did not hold in time.
        """
        async with asyncio.timeout(timeout_s):
            self._waiting += 1
            try:
                while not predicate():
                    await self._changed.wait()
            finally:
                self._waiting -= 1

    def _watch_shown(self) -> None:
        topics: list[MarketTopic] = []
        for name in self._recent:
            topics.append(MarketTopic(MarketChannel.BOOK, name))
            topics.append(MarketTopic(MarketChannel.TICKER, name))
            topics.append(MarketTopic(MarketChannel.TRADES, name))
            topics.append(MarketTopic(MarketChannel.CANDLES, name, self._interval))
        others = (*self._listed, *sorted(self._carried | self._weighed | self._valued, key=str))
        topics += [MarketTopic(MarketChannel.TICKER, name) for name in others]
        self.watch(topics)

    def _wake(self) -> None:
        # Whoever waits now is woken in the next turn of the loop; many changes in one turn wake once.
        self._changed.set()
        self._changed.clear()

    def _on_connection(self, event: Event) -> None:
        if self._reconciler is None or not isinstance(event, ConnectionOpened | ConnectionLost):
            return
        if event.connection is not Connection.PRIVATE:
            return
        if isinstance(event, ConnectionOpened):
            self._reconciler.open_stream()
        else:
            self._reconciler.lose_stream()

    def _on_feed_failed(self, event: Event) -> None:
        if (
            self._reconciler is not None
            and self._private is not None
            and isinstance(event, FeedFailed)
            and event.source == self._private.name
        ):
            self._reconciler.lose_stream()
            if event.retry_in_ms is None and self.arming is not None:
                self.arming.refuse_key("")  # the login was refused for good

    def _on_frame_refused(self, event: Event) -> None:
        if self._reconciler is None or self._private is None or not isinstance(event, FrameRefused):
            return
        if event.name == self._private.name:
            self._reconciler.doubt()

    def _on_fill(self, event: Event) -> None:
        # Told here and not read from the store, which keeps the latest ones only.
        if self.losses is not None and isinstance(event, FillReported):
            self.losses.hear(event.fill)

    def _on_subscription(self, event: Event) -> None:
        if self._reconciler is None:
            return
        if isinstance(event, SubscriptionAccepted) and event.covers is not None:
            self._reconciler.accept(event.covers)
        elif isinstance(event, SubscriptionRefused) and event.covers is not None:
            self._reconciler.refuse(event.covers)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_S)
            if self.slumber is not None:
                self.slumber.look()
            if self.store.recheck() and self._waiting:
                self._wake()
            if self._resync is not None:
                self._resync.check()
