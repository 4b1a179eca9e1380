"""The terminal program without a terminal: stepped frames, a clock moved by hand, no sockets.

async with open_terminal(events=scene.events(), identity=scene.IDENTITY, size=(80, 24)) as terminal:
    await terminal.press("2", "j")
    assert "LONG" in terminal.row(4)
"""

from __future__ import annotations

import asyncio
import random
import unicodedata
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, cast

from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot

from bgtui.domain.event import Event
from bgtui.domain.instrument import ProductType
from bgtui.domain.question import Question
from bgtui.domain.trading import ReadOnlyReason, TradingState
from bgtui.session.alerts import AlertOptions, AlertWatch
from bgtui.session.arming import Arming, Warrant, closes_in
from bgtui.session.desk import OrderDesk
from bgtui.session.kill import KillSwitch
from bgtui.session.ports import TradingGateway
from bgtui.session.questions import Asker
from bgtui.session.session import Session
from bgtui.store.store import Store
from bgtui.ui.app import BgtuiApp, Opened
from bgtui.ui.display import Display
from bgtui.ui.workspace import Badge, Identity, Workspace
from tests.support import parsed
from tests.support.build import BTC, ETH, USDT, HandClock
from tests.support.gateway import FakeGateway
from tests.support.journal import MemoryJournal
from tests.support.storereader import StoreReader

parsed.share()

NOON_MS = 1_795_269_807_000
"""2026-11-21 14:03:27 UTC, when the made-up account is looked at."""

_MOST_LAYOUTS = 40
_HELD_BACK_S = 0.005
_NAMES = {"esc": "escape", "pgup": "pageup", "pgdn": "pagedown"}


class FakeAsker:
    """session.questions.Asker that asks nobody, and remembers what was wanted."""

    def __init__(self) -> None:
        self.attended: dict[Question[Any], float] = {}
        self.asked: list[Question[Any]] = []
        self.asked_all = 0
        self.hurried: list[Question[Any]] = []

    def attend(self, questions: Iterable[tuple[Question[Any], float]]) -> None:
        self.attended = dict(questions)

    def ask(self, question: Question[Any]) -> None:
        self.asked.append(question)

    def hurry(self, *questions: Question[Any]) -> None:
        self.hurried += questions

    def ask_all(self) -> None:
        self.asked_all += 1

    async def run(self) -> None:
        return


class StillWatch(AlertWatch):
    """session.alerts.AlertWatch that looks when a test says so."""

    async def run(self) -> None:
        return


@dataclass(slots=True)
class Terminal:
    """A running program and what a test does to it."""

    app: BgtuiApp
    pilot: Pilot[Any]
    clock: HandClock
    session: Session
    gateway: FakeGateway | None
    """What the desk sent; None in a read-only run."""
    asker: FakeAsker

    @property
    def workspace(self) -> Workspace:
        return self.app.workspace

    @property
    def store(self) -> Store:
        return self.session.store

    async def press(self, *chords: str) -> None:
        """Press keys by the names of the key table, and draw the frame after each."""
        for chord in chords:
            self._send(_NAMES.get(chord, chord))
            await self.settle()

    def _send(self, name: str) -> None:
        """Post the event that the toolkit's own pilot posts for a key."""
        key = _character_to_key(name) if len(name) == 1 and not name.isalnum() else name
        char: str | None = None
        with suppress(KeyError):
            char = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
        event = events.Key(key, char or (name if len(name) == 1 else None))
        event.set_sender(self.app)
        driver = self.app._driver
        assert driver is not None
        driver.send_message(event)

    def paste(self, text: str) -> None:
        """Post what the terminal sends for a paste; `settle` lets it arrive."""
        self.app.post_message(events.Paste(text))

    async def type(self, text: str) -> None:
        """Type characters one by one."""
        await self.press(*("space" if char == " " else char for char in text))

    async def step(self, seconds: float = 0.1) -> None:
        """Let time pass at once, and draw one frame."""
        self.clock.advance(seconds)
        await self.settle()

    async def apply(self, *events: Event | float) -> None:
        """Let the session take events, and draw one frame; a number is so many seconds that pass."""
        for event in events:
            if isinstance(event, float):
                self.clock.advance(event)
            else:
                self.session.apply(event)
        await self.settle()

    async def settle(self) -> None:
        """Let what is under way come to rest, and draw a frame."""
        await self._rest()
        self.app.tick()
        await self._rest()

    async def _rest(self) -> None:
        """Run until only the clock or a socket could begin anything; the pilot would wait for an idle CPU."""
        loop: Any = asyncio.get_running_loop()
        app = self.app
        for _ in range(_MOST_LAYOUTS):
            await asyncio.sleep(0)
            while loop._ready and app._running:  # noqa: ASYNC110 - the loop itself is what is waited for
                await asyncio.sleep(0)
            if app._batch_count:  # the toolkit holds painting back for 50 ms after a change of screens
                await asyncio.sleep(_HELD_BACK_S)
                continue
            if not app._running or not app.screen_stack:
                return
            screen = app.screen
            if not (screen._layout_required or screen._dirty_widgets or screen._callbacks):
                return
            screen._on_timer_update()  # what the toolkit's own frame timer would do some milliseconds later

    async def resize(self, width: int, height: int) -> None:
        await self.pilot.resize_terminal(width, height)
        await self.settle()

    def rows(self) -> list[str]:
        """What stands on the screen, line by line, without trailing blanks."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    def row(self, number: int) -> str:
        """One line, counted from 1; negative from the bottom."""
        rows = self.rows()
        return rows[number - 1 if number > 0 else number]

    def screen_text(self) -> str:
        return "\n".join(self.rows())

    @property
    def message(self) -> str:
        return self.workspace.message.text


@asynccontextmanager
async def open_terminal(
    *,
    events: Iterable[Event | float] = (),
    size: tuple[int, int] = (80, 24),
    screen: str = "trade",
    can_trade: bool = True,
    read_only_reason: ReadOnlyReason = ReadOnlyReason.CHOSEN,
    badge: Badge = Badge.SIM,
    identity: Identity | None = None,
    display: Display | None = None,
    keys: Mapping[str, str | Sequence[str]] | None = None,
    greeting: str = "",
    clock: HandClock | None = None,
    violations: Any = lambda _: (),
    is_armed: bool = True,
) -> AsyncIterator[Terminal]:
    """Run the program at a size, with a store that has taken these events.

    Args:
        events: What the store takes once the screens follow its instruments; a number lets seconds pass,
            before the moment of the mock-ups.
        size: Columns and rows.
        screen: Which screen to show first, by its id.
        can_trade: Whether there is a desk.
        read_only_reason: Why not, when there is none.
        badge: Environment.
        identity: Who and where; the made-up account when missing.
        display: How to draw; always stepped.
        keys: The config file's `[keys]`.
        greeting: First message.
        clock: Time; the moment of the mock-ups when missing.
        violations: The desk's own rules.
        is_armed: Whether the run begins armed.
    """
    prepared = prepare(
        events=events, can_trade=can_trade, read_only_reason=read_only_reason, badge=badge,
        identity=identity, display=display, keys=keys, greeting=greeting, clock=clock, violations=violations,
        is_armed=is_armed,
    )  # fmt: skip
    async with prepared.app.run_test(size=size) as pilot:
        yield await prepared.load(pilot, screen)


@dataclass(slots=True)
class Prepared:
    """A program that has not been started, and what is to be loaded into it once it has."""

    app: BgtuiApp
    clock: HandClock
    session: Session
    gateway: FakeGateway | None
    asker: FakeAsker
    events: Sequence[Event | float]

    async def load(self, pilot: Pilot[Any], screen: str = "trade") -> Terminal:
        """Wait until it is connected, let it take its events, and show a screen."""
        await self.app.opened.wait()
        terminal = Terminal(self.app, pilot, self.clock, self.session, self.gateway, self.asker)
        await terminal.apply(*self.events)
        if screen != "trade":
            await self.app.show_screen(screen)
        await terminal.settle()
        return terminal


def prepare(
    *,
    events: Iterable[Event | float] = (),
    can_trade: bool = True,
    read_only_reason: ReadOnlyReason = ReadOnlyReason.CHOSEN,
    badge: Badge = Badge.SIM,
    identity: Identity | None = None,
    display: Display | None = None,
    keys: Mapping[str, str | Sequence[str]] | None = None,
    greeting: str = "",
    clock: HandClock | None = None,
    violations: Any = lambda _: (),
    is_armed: bool = True,
) -> Prepared:
    """Build the program of `open_terminal` for whoever runs it by other means."""
    loaded = tuple(events)
    passing_s = sum(event for event in loaded if isinstance(event, float))
    clock = clock or HandClock(wall_ms=NOON_MS - round(passing_s * 1000))
    identity = identity or Identity(
        badge=badge, account="main", has_key=True, product_type=USDT, watch_list=(BTC, ETH)
    )
    gateway = FakeGateway() if can_trade else None
    asker = FakeAsker()
    session = _session(clock, gateway, asker, read_only_reason, violations, is_armed=is_armed)
    shown = display or Display(is_stepped=True)

    @asynccontextmanager
    async def connect() -> AsyncIterator[Opened]:
        yield Opened(session, identity, keys or {}, greeting)

    app = BgtuiApp(shown, connect, clock=clock)
    return Prepared(app, clock, session, gateway, asker, loaded)


def _session(
    clock: HandClock,
    gateway: FakeGateway | None,
    asker: FakeAsker,
    reason: ReadOnlyReason,
    violations: Any,
    *,
    is_armed: bool,
) -> Session:
    store = Store(clock)
    session = Session(
        store,
        clock=clock,
        rng=random.Random(1),
        asker=cast(Asker, asker),
        read_only_reason=None if gateway is not None else reason,
    )
    session.alerts = StillWatch(
        store,
        session.apply,
        AlertOptions(),
        clock=clock,
        products=(USDT,),
        has_account=True,
        carry=session.carry,
        state=lambda: TradingState.READ_ONLY if session.desk is None else session.desk.state,
    )
    session.alerts.begin()
    if gateway is not None:
        numbers = iter(range(5, 1000))
        warrant = Warrant("main", "desk-01", "88120000004471", ("futures", "spot"))
        session.arming = arming = Arming(
            warrant, is_armed=is_armed, now_ms=clock.now_ms, closes=closes_in(store)
        )
        session.desk = OrderDesk(
            cast(TradingGateway, gateway),
            session.apply,
            MemoryJournal(),
            now_ms=clock.now_ms,
            new_id=lambda: f"sim1-7Q2M{next(numbers):02}",
            violations=violations,
            permit=arming.permit,
            state=lambda: arming.state,
        )
        session.kill = KillSwitch(
            session.desk, StoreReader(store), store, tuple(ProductType), clock=clock, now_ms=clock.now_ms
        )
    return session
