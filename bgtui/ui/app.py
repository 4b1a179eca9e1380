"""The program: one worker that owns the session, one ticker that draws."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from textual import events
from textual.app import App

from bgtui.domain.clock import Clock
from bgtui.domain.error import BgtuiError
from bgtui.session.session import Session
from bgtui.ui.display import Display
from bgtui.ui.keys import Key, Needs, remapped
from bgtui.ui.pens import Pens
from bgtui.ui.role import Role
from bgtui.ui.screens.base import BaseScreen
from bgtui.ui.screens.registry import SCREENS
from bgtui.ui.stylesheet import style_sheets
from bgtui.ui.theme import palette
from bgtui.ui.view.facts import questions
from bgtui.ui.workspace import Identity, Workspace

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """What connecting brings."""

    session: Session
    identity: Identity
    keys: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    """The config file's ``[keys]``."""
    greeting: str = ""
    """What the message line says first."""


Connect = Callable[[], AbstractAsyncContextManager[Opened]]


class BgtuiApp(App[int], inherit_bindings=False):
    """The terminal program.

    It starts with the display alone and paints; a worker then connects and owns everything that was opened,
    so that it closes in the reverse order. A ticker compares versions and redraws what moved.
    """

    CSS_PATH: ClassVar[Any] = style_sheets()
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    ESCAPE_TO_MINIMIZE: ClassVar[bool] = False

    def __init__(self, display: Display, connect: Connect, *, clock: Clock) -> None:
        """Remember how to draw and how to connect; nothing is opened yet."""
        super().__init__()
        self.workspace = Workspace(clock, display)
        self.pens = self._mix()
        self.failure: BgtuiError | None = None
        """Why the program ended, when it was not the person's wish."""
        self.opened = asyncio.Event()
        """Set once the session is there."""
        self._connect = connect
        self._run: asyncio.Task[None] | None = None
        self._flows: set[asyncio.Task[None]] = set()
        self.theme = "ansi-dark"  # the terminal's own background and text; roles have colors of their own
        for screen in SCREENS:
            self._modes[screen.name_id] = self._factory(screen)
        self._shown = "trade"

    def _factory(self, screen: type[BaseScreen]) -> Callable[[], BaseScreen]:
        return lambda: screen(self.workspace)

    def _mix(self) -> Pens:
        display = self.workspace.display
        colors = palette(display.theme, has_color=display.has_color, is_low_color=display.is_low_color)
        return Pens(colors, is_ascii=display.is_ascii)

    # Life

    async def on_mount(self) -> None:
        """Show Trade, saying that it connects, and begin to."""
        await self.show_screen("trade")
        if not self.workspace.display.is_stepped:
            self.set_interval(1 / self.workspace.display.fps, self.tick)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._run = asyncio.create_task(self._own_session(), name="session")

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
        workspace.say(opened.greeting or "connected")
        opened.session.watch_list(workspace.watch_list)
        if workspace.watch_list:
            self.show_instrument(workspace.watch_list[0])
        self.invalidate()
        self.opened.set()

    # Frames

    def tick(self) -> None:
        """Draw one frame of what moved; called by the ticker, or stepped by hand."""
        workspace = self.workspace
        if workspace.store is not None:
            workspace.store.recheck()
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

    async def on_key(self, event: events.Key) -> None:
        """Find what the chord means where the person is, and do it."""
        event.stop()
        screen = self.screen
        if not isinstance(screen, BaseScreen):
            return
        chord = chord_of(event)
        dock = screen.docks[-1] if screen.docks else None
        if dock is not None:
            dock.key_pressed(chord)
        if dock is not None and event.is_printable and dock.takes_text(chord):
            dock.type_text(event.character or "")
        elif dock is not None and dock.edit(chord):
            pass
        elif (key := self.workspace.keys.find(screen.alive(), chord)) is not None:
            await self.perform(key)
        elif chord == "ctrl+c":
            self.do_app_exit()
        self.tick()

    async def perform(self, key: Key) -> None:
        """Do what a key stands for, or say why not."""
        if key.needs is Needs.DESK and not self.workspace.can_trade:
            self.say(self.refusal(), Role.WARN)
            return
        screen = self.screen
        if not isinstance(screen, BaseScreen):
            return
        method = _method(screen.actors(), key.action)
        if method is not None:
            result = method()
            if asyncio.iscoroutine(result):
                self.start(result)

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
        wanted = list(questions(workspace.instrument)) if workspace.instrument is not None else []
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

    async def _guard(self, flow: Coroutine[Any, Any, None]) -> None:
        try:
            await flow
        except BgtuiError as error:
            self.say(str(error), Role.DANGER)

    # What the keys of every place do

    async def show_screen(self, name: str) -> None:
        """Bring a screen up."""
        self._shown = name
        await self.switch_mode(name)
        if isinstance(self.screen, BaseScreen):
            self.screen.shown()
        self.attend()
        self.invalidate()

    def show_instrument(self, instrument: Any) -> None:  # noqa: ANN401
        """Show an instrument on Trade."""
        workspace = self.workspace
        if workspace.instrument != instrument:
            workspace.previous, workspace.instrument = workspace.instrument, instrument
        if workspace.session is not None:
            workspace.session.show(instrument, workspace.interval)
        self.attend()
        self.invalidate()

    def do_app_exit(self) -> None:
        """Leave at once."""
        self.exit(0)

    def do_app_quit(self) -> None:
        """Leave."""
        self.exit(0)


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
