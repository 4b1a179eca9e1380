"""One run of bgtui in a storm: the real composition root over a network, a clock and a disk of its own."""

from __future__ import annotations

import asyncio
import contextvars
import random
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from types import MappingProxyType, SimpleNamespace
from typing import Any
from unittest import mock

from bgtui.bootstrap import opening
from bgtui.bootstrap.opening import open_session
from bgtui.config.settings import Settings
from bgtui.config.venue import Environment, Venue
from bgtui.domain.error import BgtuiError
from bgtui.exchange.rest import RestClient
from bgtui.session.alerts import AlertOptions
from bgtui.session.facts import questions
from bgtui.session.ids import new_instance
from bgtui.session.inquiry import Inquiry
from bgtui.session.journal import Journal
from bgtui.session.journal_file import JournalFile
from bgtui.session.recovery import Run
from bgtui.session.session import Session
from bgtui.simulator.hooks import Answer, Asked
from bgtui.store.store import Store
from tests.support.loop import VirtualClock
from tests.support.storm_wire import Line, MemoryTransport
from tests.support.storm_world import BTC, ETH, DiskThread, Place

_OWNER: contextvars.ContextVar[Life | None] = contextvars.ContextVar("owner", default=None)
RESTART_S = 3.0
"""How long a person waits before starting a program again that did not start."""


def register(loop: asyncio.AbstractEventLoop) -> None:
    """Let every task be known to the program that it belongs to."""

    def make(loop: Any, work: Any, context: contextvars.Context | None = None, **more: Any) -> Any:
        task = asyncio.Task(work, loop=loop, context=context, **more)
        owner = _OWNER.get() if context is None else context.get(_OWNER)
        if owner is not None:
            owner.tasks[task] = None
            task.add_done_callback(lambda done: owner.tasks.pop(done, None))
        return task

    loop.set_task_factory(make)


class Life:
    """One process."""

    def __init__(
        self,
        place: Place,
        rng: random.Random,
        *,
        environment: Environment,
        is_read_only: bool,
        name: str,
        limits: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Be about to start.

        Args:
            place: where.
            rng: this program's.
            environment: sim begins armed, live disarmed.
            is_read_only: whether it has no desk.
            name: for messages.
            limits: settings that limit what it may open.
        """
        self.place = place
        self.rng = rng
        self.name = name
        self.environment = environment
        self.is_read_only = is_read_only
        self.limits = limits
        self.has_alerts = rng.random() < 0.5
        """They look four times a second, which is a tenth of what a storm costs."""
        self.clock = VirtualClock()
        self.tasks: dict[asyncio.Task[Any], None] = {}
        self.line = Line(
            place.simulator,
            random.Random(rng.getrandbits(32)),
            outside=place.outside,
            at=self.at,
            left=lambda asked: self.on_left(self, asked),
            arrived=lambda asked: self.on_arrived(self, asked),
            answered=lambda asked, answer: self.on_answered(self, asked, answer),
            numbers=place.numbers,
        )
        self.thread = DiskThread(place.disk, self.at)
        self.session: Session | None = None
        self.inquiry: Inquiry | None = None
        self.instance = ""
        self.is_dead = False
        self.dies_after: int | None = None
        """Points that are still passed before it is killed; None is never."""
        self.died_at = ""
        self.failures: list[str] = []
        """What escaped that never should."""
        self.on_left: Callable[[Life, Asked], None] = lambda _life, _asked: None
        self.on_arrived: Callable[[Life, Asked], None] = lambda _life, _asked: None
        self.on_answered: Callable[[Life, Asked, Answer], None] = lambda _life, _asked, _answer: None
        self._context = contextvars.copy_context()
        self._context.run(_OWNER.set, self)
        self._opened: Any = None
        self._burial: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether there is a session to look at."""
        return self.session is not None and not self.is_dead

    @property
    def knows_the_time(self) -> bool:
        """Tell whether it goes by the exchange's clock."""
        ahead_ms = self.clock.now_ms() + self.store.clock_offset_ms - self.place.clock.now_ms()
        return abs(ahead_ms) < 5_000

    @property
    def shown(self) -> Session:
        """The session of a program that runs."""
        if self.session is None:
            raise RuntimeError(f"{self.name} has not started")
        return self.session

    @property
    def store(self) -> Store:
        """What its screens are drawn from."""
        return self.shown.store

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Begin something inside this program."""
        context = self._context.copy()  # every task has one of its own, as in any program
        return asyncio.get_running_loop().create_task(self._watched(work), name=name, context=context)

    def do(self, call: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Call something inside this program, as its screens do."""
        return self._context.copy().run(lambda: call(*args, **more))

    def start(self) -> None:
        """Start."""
        self.spawn(self._live(), f"{self.name} main")

    # Ends

    def at(self, point: str) -> bool:
        """Pass a point where it may be killed; tell whether it is dead."""
        if self.dies_after is not None and not self.is_dead:
            self.dies_after -= 1
            if self.dies_after < 0:
                self.kill(point)
        return self.is_dead

    def kill(self, point: str = "any moment") -> None:
        """End it as kill -9 does: nothing that it does from now on reaches disk or network."""
        if self.is_dead:
            return
        self.is_dead = True
        self.died_at = point
        self.place.alive.pop(self.instance, None)
        self.line.die()
        loop = asyncio.get_running_loop()
        self._burial = loop.create_task(self._bury(), name="burial", context=self.place.outside.copy())

    async def buried(self) -> None:
        """Wait until nothing of it is left."""
        if self._burial is not None:
            await self._burial

    async def _bury(self) -> None:
        while self.tasks:
            for task in list(self.tasks):
                task.cancel()
            await asyncio.sleep(0)
        if self._opened is not None:
            opened, self._opened = self._opened, None
            closing = self.spawn(opened.__aexit__(None, None, None), "burial")
            # Bounded: what it waits for may be the network that it has lost.
            await asyncio.wait({closing}, timeout=5)
        while self.tasks:
            for task in list(self.tasks):
                task.cancel()
            await asyncio.sleep(0)

    # Inside

    async def _watched(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await work
        except asyncio.CancelledError:
            raise
        except BgtuiError:
            return None
        except Exception as error:
            if not self.is_dead:
                self.failures.append(f"{type(error).__name__}: {error}")
                raise
            return None

    async def _live(self) -> None:
        while self.session is None:
            with suppress(BgtuiError):
                await self._open()
                break
            await asyncio.sleep(RESTART_S)
        assert self.session is not None
        await self.session.run()

    async def _open(self) -> None:
        async with self.place.opening:
            with self._composed():
                opened = open_session(
                    self.settings(),
                    journal=self.place.disk.path,
                    products=self.place.products,
                    alerts=AlertOptions() if self.has_alerts else None,
                )
                session = await opened.__aenter__()
        self._opened = opened
        session.show(BTC)
        if session.asker is not None:
            asked = [each for name in self.place.instruments if name != ETH for each in questions(name)]
            if self.place.copying is not None:
                asked += self.place.copying.questions()
            session.asker.attend(asked)
        self.session = session

    def _composed(self) -> Any:
        return mock.patch.multiple(
            opening,
            SystemClock=lambda: self.clock,
            RestClient=self._rest,
            dial_websocket=lambda url, **_: self.line.dial(is_private="private" in url),
            open_journal=self._journal,
            Inquiry=self._inquire,
            random=SimpleNamespace(Random=lambda: random.Random(self.rng.getrandbits(64))),
        )

    def _rest(self, *args: Any, **more: Any) -> RestClient:
        return RestClient(*args, transport=MemoryTransport(self.line), **more)

    def _inquire(self, *args: Any, **more: Any) -> Inquiry:
        self.inquiry = Inquiry(*args, **more)
        return self.inquiry

    def _journal(
        self, stack: Any, path: Any, origin: Any, *, rng: random.Random, now_ms: Any, apply: Any
    ) -> tuple[Journal, Run]:
        """Return the journal over the shared disk, and this run's name."""
        instance = self.instance = new_instance(origin.environment, rng)
        self.place.alive[instance] = None

        def open_file() -> JournalFile:
            file = self.place.disk.open()
            file.begin(instance, origin, now_ms())
            return file

        journal = Journal(open_file, self.thread, apply)
        stack.push_async_callback(journal.close)
        return journal, Run(instance, origin, lambda name: name in self.place.alive)

    def settings(self) -> Settings:
        """Return what it starts with."""
        host = "storm.invalid"
        venue = Venue(self.environment, f"https://{host}", f"wss://{host}/public", f"wss://{host}/private")
        settings = Settings(
            environment=self.environment,
            symbols=("BTCUSDT",),
            read_only=self.is_read_only or None,
            **self.limits,
        ).moved_to(venue, self.place.credentials)
        # What lies at the end of a wire outlives a run, and so does what was lost there today.
        settings._origins = {}
        settings._lifts_default = self.environment is Environment.LIVE and not self.is_read_only
        return settings
