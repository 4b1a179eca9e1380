"""The program on its screens, over real sockets, against a simulator that does wrong on demand."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bgtui.bootstrap.opening import open_session
from bgtui.config.commandline import CommandLine
from bgtui.config.venue import Environment, Venue
from bgtui.domain.event import AccountPart, Event
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.order import Order, PositionMode
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.link import Rules
from bgtui.exchange.patience import Patience
from bgtui.session.alerts import AlertOptions
from bgtui.session.session import Session
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.exchange_accounts import PRACTICE
from bgtui.simulator.fault import FaultSet
from bgtui.simulator.server import Options, Served
from bgtui.simulator.serving import serve_with_faults
from bgtui.store.book import BookStatus
from bgtui.ui.app import BgtuiApp, Opened
from bgtui.ui.display import Display
from bgtui.ui.workspace import Badge, Identity
from tests.support.journal import wait_for_disk
from tests.support.place import Place
from tests.support.terminal import Terminal

USDT = ProductType.USDT_FUTURES
BTC = instrument_id(USDT, "BTCUSDT")
PATIENCE_S = 20.0
"""How long a test waits for what has to come."""
QUICK = Rules(
    ping_s=0.4, ping_jitter_s=0.0, pong_s=0.5, unread_s=0.0, first_ping_s=0.1, backoff_s=0.1, close_s=0.2
)
"""The streams' own rules, with shorter times."""
BRIEF = Patience(connect_s=1.0, read_s=1.0, request_s=1.0, whole_read_s=2.0, turn_s=2.0, backoff_s=0.05)


class MovableClock(SystemClock):
    """The machine's time; a test moves it on."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead_ms = 0
        self.calm_s = 0.0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms

    def monotonic(self) -> float:
        return super().monotonic() + self.calm_s

    def advance(self, seconds: float) -> None:
        """Move both clocks on: time has simply passed."""
        self.ahead_ms += round(seconds * 1000)
        self.calm_s += seconds


@dataclass(slots=True)
class Stage:
    """The screens, and the exchange behind them."""

    terminal: Terminal
    session: Session
    served: Served
    faults: FaultSet
    clock: MovableClock
    folder: Path
    drawn: list[str] = field(default_factory=list)
    """The screen at every change of the book's status or of what is in doubt, drawn at that very moment."""
    _seen: tuple[object, ...] = ()

    def look(self, _event: Event) -> None:
        """Draw when an event has changed what the book may be taken for, or what is in doubt."""
        store = self.session.store
        doubts = [item.state for item in store.all_submissions() if item.state.is_doubtful]
        seen = (store.book_status(BTC), *doubts)
        if seen != self._seen:
            self._seen = seen
            self.terminal.app.tick()
            self.drawn.append(self.text)

    @property
    def exchange(self) -> Exchange:
        return self.served.simulator.exchange

    @property
    def uid(self) -> str:
        return self.exchange.keys[PRACTICE].uid

    @property
    def text(self) -> str:
        return self.terminal.screen_text()

    @property
    def message(self) -> str:
        return self.terminal.message

    def writes(self, path: str = "") -> int:
        """How many writes the exchange has seen, of a route or of all."""
        log = self.served.simulator.rest.log
        return sum(entry.method == "POST" and entry.path.endswith(path) for entry in log)

    def taken(self, spec: str) -> int:
        """How often a fault has struck."""
        return sum(int(str(fault["taken"])) for fault in self.faults.listed() if fault["spec"] == spec)

    def resting(self) -> list[Order]:
        """What rests at the exchange, asked there."""
        return list(self.exchange.engine.open_orders(self.uid, USDT))

    async def sees(self, wanted: str | Callable[[str], bool], *, timeout_s: float = PATIENCE_S) -> str:
        """Draw frame after frame until the screen shows a text, or satisfies a predicate; return the screen.

        Every turn of the loop is drawn, so that what stands for a moment only is seen.
        """
        holds = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    await self.terminal.settle()
                    if holds(self.text):
                        return self.text
                    await asyncio.sleep(0)
        except TimeoutError:
            raise AssertionError(f"{wanted!r} never showed on:\n{self.text}") from None

    async def until(self, predicate: Callable[[], bool]) -> None:
        """Wait until the store, or the exchange, is so."""
        await self.session.wait_for(predicate, timeout_s=PATIENCE_S)
        await self.terminal.settle()

    async def live(self) -> None:
        """Wait until the book is live and the account known."""
        store = self.session.store
        await self.sees(
            lambda _: (
                store.book_status(BTC) is BookStatus.LIVE
                and all(
                    store.freshness(USDT, part).is_current
                    for part in (AccountPart.ORDERS, AccountPart.POSITIONS, AccountPart.BALANCES)
                )
            )
        )

    async def press(self, *keys: str) -> None:
        await self.terminal.press(*keys)

    async def confirm(self) -> None:
        """Review and send, after the calm that a review wants."""
        await self.press("enter")
        await self.sees("y SEND")
        self.clock.advance(0.4)
        await self.press("y")

    async def buy_resting(self, price: str = "-1%") -> None:
        """Send a limit order by keys, far below the market."""
        await self.fill_ticket(price)
        await self.confirm()

    async def fill_ticket(self, price: str = "-1%") -> None:
        """Open a ticket and type a price, one percent below the market."""
        await self.press("t")
        await self.sees("ORDER BTCUSDT")
        await self.press("tab", "tab", "tab")
        if price not in self.text:  # a draft that was left behind has it already
            await self.terminal.type(price)


@asynccontextmanager
async def staged(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *faults: str,
    mode: PositionMode = PositionMode.ONE_WAY,
    profile: str = PRACTICE,
    size: tuple[int, int] = (80, 24),
    rate: float = 20.0,
    is_live: bool = True,
    is_stepped: bool = True,
    alerts: AlertOptions | None = None,
) -> AsyncIterator[Stage]:
    """Open the program at a size, against a simulator with these faults.

    Args:
        tmp_path: Where its files go.
        monkeypatch: Shortens what the streams and requests wait for.
        faults: In force from the start.
        mode: Position mode of the practice account.
        profile: Whose key is used.
        size: Columns and rows.
        rate: Book changes a second.
        is_live: Whether to wait until the book is live and the account known.
        is_stepped: Whether only the test draws frames; else the program's own ticker does as well.
        alerts: How alerts are told; None watches for nothing.
    """
    clock = MovableClock()
    wait_for_disk(monkeypatch)
    monkeypatch.setattr("bgtui.bootstrap.opening.SystemClock", lambda: clock)
    monkeypatch.setattr("bgtui.exchange.stream.Rules", lambda: QUICK)
    monkeypatch.setattr("bgtui.exchange.rest.Patience", lambda: BRIEF)
    world = World(seed=7, start_ms=clock.now_ms(), rate=rate, position_mode=mode)
    options = replace(Options(), has_limits=False)
    fault_set = FaultSet(faults, clock=clock, rng=random.Random(3))
    async with serve_with_faults(Exchange(world), clock, fault_set, options=options) as served:
        settings = Place(tmp_path).load(CommandLine())
        venue = Venue(Environment.SIM, served.rest, served.ws_public, served.ws_private)
        settings = settings.moved_to(venue, served.simulator.exchange.keys[profile].credentials)
        opened: list[Session] = []
        stages: list[Stage] = []

        def observe(event: Event) -> None:
            for stage in stages:
                stage.look(event)

        @asynccontextmanager
        async def connect() -> AsyncIterator[Opened]:
            journal = tmp_path / "state" / "journal.sqlite3"
            async with open_session(
                settings, journal=journal, products=(USDT,), observe=observe, alerts=alerts
            ) as session:
                opened.append(session)
                yield Opened(session, Identity(Badge.SIM, "practice", True, USDT, (BTC,), (USDT,)))

        app = BgtuiApp(Display(is_stepped=is_stepped), connect, clock=clock)
        async with app.run_test(size=size) as pilot:
            await app.opened.wait()
            terminal = Terminal(app, pilot, clock, opened[0], None, None)  # type: ignore[arg-type]
            stage = Stage(terminal, opened[0], served, fault_set, clock, tmp_path)
            if is_live:
                await stage.live()
            stages.append(stage)
            yield stage
        assert served.simulator.rest.failures == []
