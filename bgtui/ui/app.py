"""The program: one worker that owns the session, one ticker that draws."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import field, replace
from typing import Any, ClassVar

from textual import events

from bgtui.domain.clock import Clock
from bgtui.domain.error import BgtuiError
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.value import frozen
from bgtui.session.facts import questions
from bgtui.session.feed import surface
from bgtui.session.session import Session
from bgtui.store.book import BookStatus
from bgtui.ui.actions.departure import Departure
from bgtui.ui.actions.finder import Finder
from bgtui.ui.actions.looking import Looking
from bgtui.ui.actions.navigation import Navigation
from bgtui.ui.actions.regret import Regret
from bgtui.ui.actions.safety import Safety
from bgtui.ui.announcer import Announcer
from bgtui.ui.crier import Crier
from bgtui.ui.display import Display
from bgtui.ui.flowcount import FlowCount
from bgtui.ui.herald import Herald
from bgtui.ui.history import View
from bgtui.ui.keys import Key, Needs, remapped
from bgtui.ui.pens import Pens
from bgtui.ui.role import Role
from bgtui.ui.screens.base import BaseScreen
from bgtui.ui.screens.copying import background
from bgtui.ui.screens.registry import NAMES, screen_class
from bgtui.ui.stylesheet import style_sheets
from bgtui.ui.terminal.app import TerminalApp
from bgtui.ui.terminal.driver import Together
from bgtui.ui.theme import palette
from bgtui.ui.ticker import Ticker
from bgtui.ui.view.greeting import greeting
from bgtui.ui.workspace import Identity, Workspace

_logger = logging.getLogger(__name__)


@frozen
class Opened:
    """What connecting brings."""

    session: Session
    identity: Identity
    keys: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    """The config file's ``[keys]``."""
    greeting: str = ""
    """What the message line says first."""
    remember: Callable[[tuple[InstrumentId, ...]], None] | None = None
    """Keeps the watch list for the next run."""
    save: Callable[[str, str], str] | None = None
    """Writes a file of this name and text, and returns where it is."""
    fps: int | None = None
    """Frames a second as the settings say; None where a flag has said so."""
    actors: tuple[object, ...] = ()
    """Who else may have the method of an action: what plays a recording."""


Connect = Callable[[], AbstractAsyncContextManager[Opened]]


class BgtuiApp(TerminalApp[int], inherit_bindings=False):
    """The terminal program.

    It starts with the display alone and paints; a worker then connects and owns everything that was opened,
    so that it closes in the reverse order. A ticker compares versions and redraws what moved.
    """

    CSS_PATH: ClassVar[Any] = style_sheets()
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    ESCAPE_TO_MINIMIZE: ClassVar[bool] = False

    def __init__(self, display: Display, connect: Connect, *, clock: Clock) -> None:
        """Remember how to draw and how to connect; nothing is opened yet."""
        super().__init__(clock=clock, max_kbps=display.max_kbps, is_plain=not display.has_cell_diff)
        self.workspace = Workspace(clock, display)
        self.workspace.meter = self.meter
        self.pens = self._mix()
        self.failure: BgtuiError | None = None
        """Why the program ended, when it was not the person's wish."""
        self.opened = asyncio.Event()
        """Set once the session is there."""
        self._connect = connect
        self._run: asyncio.Task[None] | None = None
        self._flows: set[asyncio.Task[None]] = set()
        self.ticker: Ticker | None = None
        """Has frames drawn, unless they are stepped by hand."""
        self._actions: tuple[object, ...] = (
            Navigation(self), Finder(self), Departure(self), Looking(self), Safety(self),
            Regret(self),
        )  # fmt: skip
        self._announcer = Announcer(self.workspace)
        self._crier = Crier(self.workspace, self.bell)
        self._flow_count = FlowCount(self.workspace)
        self._herald = Herald(self.workspace, self.invalidate)
        self._ticked_s: float | None = None
        self._suspended_s: float | None = None
        self._gap = (0.0, float("-inf"))
        """The last time without frames: how long, and when it ended."""
        self.theme = "ansi-dark"  # the terminal's own background and text; roles have colors of their own
        for name in NAMES:
            self._modes[name] = self._factory(name)

    def _factory(self, name: str) -> Callable[[], BaseScreen]:
        return lambda: screen_class(name)(self.workspace)

    def _mix(self) -> Pens:
        display = self.workspace.display
        colors = palette(display.theme, has_color=display.has_color, is_low_color=display.is_low_color)
        return Pens(colors, is_ascii=display.is_ascii)

    # Life

    async def on_mount(self) -> None:
        """Show Trade, saying that it connects, and begin to."""
        self.catch_strays()
        await self.show_screen("trade")
        self.app_resume_signal.subscribe(self, lambda _app: self._wake_up())
        if not self.workspace.display.is_stepped:
            self.ticker = Ticker(1 / self.workspace.display.fps, self._beat)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._run = asyncio.create_task(self._own_session(), name="session")
        self._run.add_done_callback(surface)

    async def _own_session(self) -> None:
        try:
            async with self._connect() as opened:
                self.take(opened)
                await opened.session.run()
        except BgtuiError as error:
            _logger.warning("%s", error, exc_info=True)
            self.failure = error
            self.exit(return_code=int(error.exit_code))

    async def on_unmount(self) -> None:
        """Close what was opened."""
        if self.ticker is not None:
            self.ticker.stop()
        tasks = [task for task in (self._run, *self._flows) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def take(self, opened: Opened) -> None:
        """Draw from this session from now on."""
        workspace = self.workspace
        workspace.keys = remapped(opened.keys)
        workspace.session, workspace.identity = opened.session, opened.identity
        workspace.watch_list = list(opened.identity.watch_list)
        workspace.remember, workspace.save = opened.remember, opened.save
        self._actions += opened.actors
        self._pace(opened.fps)
        workspace.say(opened.greeting or greeting(workspace))
        opened.session.watch_list(workspace.watch_list)
        if workspace.watch_list:
            self.show_instrument(workspace.watch_list[0])
        self.invalidate()
        self.opened.set()
        if workspace.instrument is not None and not workspace.display.is_stepped:
            self.start(self._draw_first_book(opened.session, workspace.instrument))

    async def _draw_first_book(self, session: Session, instrument: InstrumentId) -> None:
        """Draw the first book when it comes, not at the beat after it: that may be half a second later."""
        await session.wait_for(lambda: session.store.book_status(instrument) is not BookStatus.CONNECTING)
        self._beat()

    # Frames

    def _pace(self, fps: int | None) -> None:
        """Draw as often as the settings say, which were not read yet when the ticker began."""
        workspace = self.workspace
        if fps is not None and fps != workspace.display.fps and self.ticker is not None:
            workspace.display = replace(workspace.display, fps=fps)
            self.ticker.stop()
            self.ticker = Ticker(1 / fps, self._beat)

    def _beat(self) -> None:
        if not self.is_running or self._exit:
            return  # there is no screen any more, or soon not
        self._look_at_clock()
        if self.gate.may_paint(self.pending, self.workspace.clock.monotonic()):
            self.tick()
        else:
            self.meter.skipped += 1

    def _look_at_clock(self) -> None:
        """Tell the session that the process was stopped; that the machine slept it sees by itself."""
        now_s, before_s = self.workspace.clock.monotonic(), self._ticked_s
        self._ticked_s = now_s
        if before_s is None:
            return
        if now_s - before_s > _NO_FRAME_S:
            self._gap = (now_s - before_s, now_s)
        if now_s - before_s > STOOD_STILL_S and self._suspended_s is None:
            self._stood_still(now_s - before_s)

    def _wake_up(self) -> None:
        """Go on after the shell has brought the program back, however short it was away."""
        self.forget_screen()  # the terminal showed something else meanwhile
        before_s, now_s = self._ticked_s, self.workspace.clock.monotonic()
        began_s, self._suspended_s, self._ticked_s = self._suspended_s, None, now_s
        gap_s, ended_s = self._gap
        is_seen = now_s - ended_s < _NO_FRAME_S  # the ticker went on first
        if began_s is not None:
            self._stood_still(now_s - began_s)
        elif not (is_seen and gap_s > STOOD_STILL_S):
            self._stood_still(gap_s if is_seen else now_s - before_s if before_s is not None else 0.0)

    def _stood_still(self, seconds: float) -> None:
        session = self.workspace.session
        if session is not None and session.slumber is not None:
            session.slumber.stood_still(seconds)

    def tick(self) -> None:
        """Draw one frame of what moved; called by the ticker, or stepped by hand."""
        workspace = self.workspace
        if workspace.store is not None:
            workspace.store.recheck()
            self._flow_count.look()
            self._announcer.look()
            self._herald.look()
            self._crier.look()
        screen = self.screen
        if isinstance(screen, BaseScreen):
            screen.frame(workspace.clock.monotonic())

    def invalidate(self) -> None:
        """Have every pane of the screen draw at the next frame."""
        if isinstance(self.screen, BaseScreen):
            for canvas in self.screen.canvases():
                canvas.invalidate()

    def say(self, text: str, role: Role = Role.PLAIN) -> None:
        """Put a line into the message line."""
        self.workspace.say(text, role)

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """Take a key at once: down to the focus and up again it would wait for the feed at each step."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.on_key(event)
        elif isinstance(event, Together):
            self.stir()
        else:
            await super().on_event(event)

    async def on_key(self, event: events.Key) -> None:
        """Find what the chord means where the person is, and do it."""
        event.stop()
        screen = self.screen
        if not isinstance(screen, BaseScreen):
            return
        self.meter.key(self.workspace.clock.monotonic())
        chord = chord_of(event)
        dock = screen.docks[-1] if screen.docks else None
        for each in screen.docks:
            each.key_pressed(chord)
        if dock is not None and event.is_printable and dock.takes_text(chord):
            dock.type_text(event.character or "")
        elif dock is not None and dock.edit(chord):
            pass
        elif (key := self.workspace.keys.find(screen.alive(), chord)) is not None:
            await self.perform(key)
        elif dock is not None and (key := self.workspace.keys.kill(chord)) is not None:
            if dock.step_aside():
                await self.perform(key)
        elif chord == "ctrl+c":
            self.leave()
        now_s = self.workspace.clock.monotonic()
        if self.workspace.display.is_stepped:
            self.tick()
        else:
            screen.frame(now_s, only_asked=True)  # the key's own change goes ahead of the market's
            self.write_painted()

    def stir(self) -> None:
        """Let no review take the first of several keys that came at once for an answer to what it shows."""
        if isinstance(self.screen, BaseScreen) and self.screen.docks:
            self.screen.docks[-1].key_pressed("")

    async def perform(self, key: Key) -> None:
        """Do what a key stands for, or say why not."""
        if key.needs is Needs.DESK and not self.workspace.can_trade:
            self.say(self.refusal(), Role.WARN)
            return
        screen = self.screen
        if not isinstance(screen, BaseScreen):
            return
        if screen.is_too_small and key.action not in _ON_THE_CARD:
            return
        method = _method((*screen.actors(), *self._actions), key.action)
        if method is not None:
            result = method()
            if asyncio.iscoroutine(result):
                self.start(result)
                await asyncio.sleep(0)  # its dock is up before the next key, typed ahead, is looked up

    @property
    def asking(self) -> BaseScreen:
        """The screen that a dock opens on."""
        screen = self.screen
        if not isinstance(screen, BaseScreen):
            raise TypeError("no screen to ask on")
        return screen

    def attend(self) -> None:
        """Have exactly what is looked at asked."""
        workspace, screen = self.workspace, self.screen
        if workspace.session is None or workspace.session.asker is None:
            return
        wanted = background(workspace)
        if workspace.instrument is not None:
            wanted += questions(workspace.instrument)
        if isinstance(screen, BaseScreen):
            wanted += screen.questions()
        workspace.session.asker.attend(wanted)

    def refusal(self) -> str:
        """Say why nothing can be sent from this run."""
        if self.workspace.session is None:
            return "Connecting: nothing can be sent yet; a moment."
        reason = self.workspace.session.read_only_reason
        return reason.value if reason is not None else "Read-only: this process cannot send orders."

    def start(self, flow: Coroutine[Any, Any, None]) -> None:
        """Run what a key began: it may ask, send and wait, while everything else goes on."""
        task = asyncio.create_task(self._guard(flow))
        self._flows.add(task)
        task.add_done_callback(self._flows.discard)
        task.add_done_callback(surface)

    async def _guard(self, flow: Coroutine[Any, Any, None]) -> None:
        try:
            await flow
        except BgtuiError as error:
            self.say(str(error), Role.DANGER)

    # What the keys of every place do

    async def show_screen(self, name: str) -> None:
        """Bring a screen up."""
        if name not in self._modes:
            return
        await self.switch_mode(name)
        self.workspace.history.visit(View(name, self.workspace.instrument))
        if isinstance(self.screen, BaseScreen):
            self.screen.shown()
        self.attend()
        self.invalidate()
        self.tick()

    def show_instrument(self, instrument: InstrumentId) -> None:
        """Show an instrument on Trade."""
        workspace = self.workspace
        workspace.instrument = instrument
        if workspace.session is not None:
            workspace.session.show(instrument, workspace.interval)
        if isinstance(self.screen, BaseScreen):
            workspace.history.visit(View(self.screen.name_id, instrument))
        self.attend()
        self.invalidate()

    def leave(self) -> None:
        """End the program."""
        self.exit(0)

    def do_app_suspend(self) -> None:
        """Stop until the shell brings the program back."""
        self._suspended_s = self.workspace.clock.monotonic()
        self.action_suspend_process()


STOOD_STILL_S = 10.0
"""A frame this late was no slow frame: the process was stopped."""
_NO_FRAME_S = 0.5
_ON_THE_CARD = frozenset(
    {
        "app.quit", "app.exit", "app.suspend", "quit.leave", "quit.stay", "kill.open", "kill.cancel",
        "kill.flatten", "kill.both", "kill.scope", "kill.send", "kill.back", "app.refresh",
    }
)  # fmt: skip
"""What works on a terminal that is too small to see anything else."""
_CHORDS = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "backtab": "shift+tab"}


def chord_of(event: events.Key) -> str:
    """Return what a person calls the key that was pressed."""
    if event.character is not None and event.is_printable and event.character != " ":
        return event.character
    return _CHORDS.get(event.key, event.key)


def _method(actors: Any, action: str) -> Callable[[], Any] | None:  # noqa: ANN401
    name = "do_" + action.replace(".", "_")
    for actor in actors:
        method: Callable[[], Any] | None = getattr(actor, name, None)
        if method is not None:
            return method
    return None
