"""The exchange of a storm: a real one on the loop's clock, everything it ever did, and the disk beside it."""

from __future__ import annotations

import asyncio
import contextvars
import random
import sqlite3
import tempfile
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from itertools import count
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from bgtui.domain.account import Fill
from bgtui.domain.copyintent import CopyRole
from bgtui.domain.error import JournalFailed
from bgtui.domain.event import FillReported, OrderUpdated, PlanOrderUpdated
from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.order import Order, PlanOrder, PositionMode
from bgtui.domain.secret import Credentials
from bgtui.session.journal_file import MEMORY, JournalFile
from bgtui.simulator.books import Flavour
from bgtui.simulator.copytrade_world import CopyTrading
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.exchange_accounts import PRACTICE, PRACTICE_ACCOUNT
from bgtui.simulator.fact import Fact, Private
from bgtui.simulator.fault import FaultSet
from bgtui.simulator.history import EVERYTHING
from bgtui.simulator.instruments import LISTINGS
from bgtui.simulator.server import Options, Simulator
from tests.support.loop import VirtualClock, VirtualLoop
from tests.support.storm_copying import Copying

USDT, SPOT = ProductType.USDT_FUTURES, ProductType.SPOT
BTC, ETH = instrument_id(USDT, "BTCUSDT"), instrument_id(USDT, "ETHUSDT")
SPOT_BTC = instrument_id(SPOT, "BTCUSDT")
UID = PRACTICE_ACCOUNT.uid
TICK_S = 0.15
"""How often the market moves, and the invariants are looked at."""
KEPT_BOOKS = 600
TOP = 25
"""Levels of a side that are compared: without a chain, a checksum covers no more."""

P = ParamSpec("P")
T = TypeVar("T")
Levels = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]
"""Bids and asks, best first."""


class StormLoop(VirtualLoop):
    """A virtual loop whose executors take virtual time, and whose tasks know whose they are."""

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        if executor is None:
            # Small files, which no storm is about: done at once.
            future = self.create_future()
            future.set_result(func(*args))
            return future
        return asyncio.wrap_future(executor.submit(func, *args), loop=self)

    def stall(self, seconds: float) -> None:
        """Let everything stand still for so long, as a stopped process sees it."""
        self._virtual_time += seconds


class _Market(Exchange):
    """An exchange without the copy trading that lives by itself, that remembers what it told."""

    def _open_copytrade(self, world: World, rng: random.Random) -> None:
        self.copytrade = CopyTrading(
            engine=self.engine,
            rules=self._rules,
            last=self.market.last,
            now_ms=self.clock.now_ms,
            rng=rng,
            ids=self.next_id,
        )
        self.ledger = Ledger()
        self._note()
        self._facts.clear()

    def drain(self) -> list[Fact]:
        facts = super().drain()
        self.ledger.read(facts)
        return facts


class Ledger:
    """Every order that the practice account ever had, and every fill."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.plans: dict[str, PlanOrder] = {}
        self.by_client: defaultdict[str, dict[str, None]] = defaultdict(dict)
        """Client id → the orders that bear it, by the exchange's ids."""
        self.plans_by_client: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.fills: list[Fill] = []
        self.changes = 0

    def read(self, facts: list[Fact]) -> None:
        """Take note of facts."""
        for fact in facts:
            if not isinstance(fact, Private) or fact.uid != UID:
                continue
            self.changes += 1
            event = fact.event
            if isinstance(event, OrderUpdated):
                self.orders[event.order.order_id] = event.order
                self.by_client[event.order.client_order_id][event.order.order_id] = None
            elif isinstance(event, PlanOrderUpdated):
                self.plans[event.plan.order_id] = event.plan
                self.plans_by_client[event.plan.client_order_id][event.plan.order_id] = None
            elif isinstance(event, FillReported):
                self.fills.append(event.fill)


class Place:
    """The exchange, its faults, and what programs share: time and a disk."""

    def __init__(self, rng: random.Random, role: CopyRole | None = None) -> None:
        """Build it; the market stands still until `run`.

        Args:
            rng: what is drawn by.
            role: what the account is in copy trading; who leads or copies is in hedge mode.
        """
        self.clock = VirtualClock()
        self.rng = rng
        self.outside = contextvars.copy_context()
        mode = rng.choice([PositionMode.ONE_WAY, PositionMode.HEDGE])
        self.instruments = (BTC, ETH, SPOT_BTC) if rng.random() < 0.4 else (BTC, ETH)
        self.products = tuple(dict.fromkeys(name.product_type for name in self.instruments))
        """Whose accounts programs follow: half of the requests in storms without spot."""
        listed = tuple(each for each in LISTINGS if each.instrument.id in self.instruments)
        self.exchange = _Market(
            World(
                seed=rng.getrandbits(32),
                start_ms=self.clock.now_ms(),
                rate=1.5,
                position_mode=mode if role is None else PositionMode.HEDGE,
                listings=listed,
                is_lively=False,
            )
        )
        self.ledger = self.exchange.ledger
        self.copying: Copying | None = None
        if role is not None:
            draws = random.Random(rng.getrandbits(64))
            self.copying = Copying(self.exchange, UID, role, self.products, draws)
        flavour = rng.choice([Flavour.SEQUENCED, Flavour.CHAINED])
        self.faults = FaultSet(clock=self.clock, rng=random.Random(rng.getrandbits(32)))
        self.simulator = Simulator(
            self.exchange,
            self.clock,
            options=Options(flavour=flavour),
            faults=self.faults,
            instance_id="storm",
        )
        self.disk = Disk()
        self.opening = asyncio.Lock()
        """Programs start one after another."""
        self.numbers = count(1)
        self.alive: dict[str, None] = {}
        """Instances that run."""
        self.books: dict[tuple[InstrumentId, int], list[Levels]] = {}
        """What the exchange had under a number: more than one book when it began anew with a snapshot."""
        self._book_order: deque[tuple[InstrumentId, int]] = deque()
        self._standing: dict[ProductType, tuple[int, Any]] = {}
        self._tap_books()

    @property
    def engine(self) -> Any:
        """The exchange's engine."""
        return self.exchange.engine

    @property
    def credentials(self) -> Credentials:
        """The practice account's key."""
        return self.exchange.keys[PRACTICE].credentials

    def tick(self) -> None:
        """Let the exchange live up to now."""
        self.simulator.step()
        self.faults.tick()
        self.simulator.publisher.tick()

    def standing(self, product: ProductType) -> tuple[list[Order], list[PlanOrder], list[Any]]:
        """Return open orders, open plans and legs, as the exchange itself had them when it last told.

        Figures that follow the mark price are as old.
        """
        known = self._standing.get(product)
        if known is None or known[0] != self.ledger.changes:
            found = (
                self.engine.open_orders(UID, product, None, EVERYTHING),
                self.engine.open_plans(UID, product, None, EVERYTHING),
                self.engine.positions(UID, product) if product.is_futures else [],
            )
            known = self._standing[product] = (self.ledger.changes, found)
        return known[1]

    def _tap_books(self) -> None:
        publisher = self.simulator.publisher
        push, catch_up = publisher._push_books, publisher._catch_up

        def pushed(instrument: InstrumentId) -> None:
            push(instrument)
            self._keep_book(instrument)

        def caught_up(listener: Any, topic: Any) -> None:
            if topic.name == "books" and topic.instrument is not None:
                self._keep_book(topic.instrument)
            catch_up(listener, topic)

        publisher._push_books = pushed  # type: ignore[method-assign]
        publisher._catch_up = caught_up  # type: ignore[method-assign]

    def _keep_book(self, instrument: InstrumentId) -> None:
        book = self.simulator.publisher._books.get(instrument)
        if book is None:
            return
        key = (instrument, book.seq)
        bids, asks = book._book.bids(TOP), book._book.asks(TOP)
        known = self.books.setdefault(key, [])
        if not known:
            self._book_order.append(key)
        if (levels := (tuple(bids), tuple(asks))) not in known:
            known.append(levels)
        if len(self._book_order) > KEPT_BOOKS:
            del self.books[self._book_order.popleft()]


class Disk:
    """One journal that outlives every program, and what may be wrong with the disk under it."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(MEMORY, check_same_thread=False, isolation_level=None)
        self.trouble = ""
        """``full``, ``read-only``, ``locked`` or ``hangs``."""
        self.lag_s = 0.0
        self.folder = tempfile.TemporaryDirectory(prefix="storm-")
        self._prepared = False

    @property
    def path(self) -> Path:
        """Where the journal would be."""
        return Path(self.folder.name) / "journal.db"

    def open(self) -> JournalFile:
        """Open the journal.

        Raises:
            JournalFailed: the disk does not let it.
        """
        self.check()
        file = _SharedFile(self)
        if not self._prepared:
            file._prepare()
            self._prepared = True
        return file

    def check(self) -> None:
        """Fail as a file would.

        Raises:
            JournalFailed: the disk is in trouble.
        """
        if self.trouble == "locked":
            raise JournalFailed("Journal cannot be written (locked by another program): sending stopped")

    def let(self, trouble: str) -> None:
        """Begin or end trouble; full and read-only are SQLite's own."""
        self.trouble = trouble
        self.connection.execute(f"PRAGMA query_only = {int(trouble == 'read-only')}")
        (pages,) = self.connection.execute("PRAGMA page_count").fetchone()
        most = max(pages, 1) if trouble == "full" else 1_000_000
        self.connection.execute(f"PRAGMA max_page_count = {most}")

    def rows(self, sql: str, *args: Any) -> list[Any]:
        """Read, past all trouble."""
        return self.connection.execute(sql, args).fetchall() if self._prepared else []

    def close(self) -> None:
        """Throw it away."""
        self.connection.close()
        self.folder.cleanup()


class _SharedFile(JournalFile):
    """One program's hold of the journal: what is committed stays when the program is gone."""

    def __init__(self, disk: Disk) -> None:
        self.path = disk.path
        self._connection = disk.connection
        self._disk = disk
        self._run = 0

    def record(self, entry: Any) -> None:
        self._disk.check()
        super().record(entry)

    def add(self, steps: Any, *, is_flushed: bool = True) -> None:
        self._disk.check()
        super().add(steps, is_flushed=is_flushed)

    def close(self) -> None:
        """Leave it open for the others."""


class DiskThread(Executor):
    """The journal's thread: does one thing after another, in the disk's time, while its program lives."""

    def __init__(self, disk: Disk, at: Callable[[str], bool]) -> None:
        self._disk = disk
        self._at = at
        self._due = 0.0
        self._held: deque[Callable[[], None]] = deque()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def work() -> None:
            if self._at("journal"):
                return
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
                return
            if not self._at("recorded"):
                future.set_result(result)

        loop = asyncio.get_running_loop()
        if self._disk.trouble == "hangs" or self._held:
            self._held.append(work)
        elif self._disk.lag_s or self._due > loop.time():
            self._due = max(self._due, loop.time() + self._disk.lag_s)
            loop.call_at(self._due, work)
        else:
            work()
        return future

    def release(self) -> None:
        """Do what a disk that hung has kept waiting."""
        while self._held and self._disk.trouble != "hangs":
            self._held.popleft()()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing runs anywhere else."""
