"""A recording on the screens: the same frames at any speed, since its own clock steps them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from bgtui.cli.output import write_line
from bgtui.cli.playing import Player
from bgtui.cli.rules import RulesOfTape
from bgtui.cli.running import run_async, run_busy
from bgtui.domain.error import BgtuiError, ConfigError, ExitCode, FileDecodeError
from bgtui.domain.event import BookReceived, Connection, ConnectionMeasured, ConnectionOpened, Event
from bgtui.domain.feed import MarketTopic
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.trading import ReadOnlyReason
from bgtui.session.session import Session
from bgtui.ui.app import BgtuiApp, Opened
from bgtui.ui.display import Display, display_of
from bgtui.ui.screens.base import BaseScreen
from bgtui.ui.workspace import Badge, Identity
from bgtui.wire.capture import Captured, read

FRAMES_SIZE = (120, 40)
"""Size at which frames are hashed."""
_FASTEST, _SLOWEST = 64.0, 1 / 16
_BREATH_FRAMES = 20


class TapeSession(Session):
    """A session that nobody feeds but the recording: what it holds is all there is to watch."""

    def watch(self, topics: Iterable[MarketTopic]) -> None:
        """Keep everything."""


class Film:
    """Plays a recording frame by frame of the screen, and takes the keys that hold and step it."""

    def __init__(self, frames: Iterator[Captured], display: Display, *, speed: float) -> None:
        """Begin before the first recorded message."""
        self.player = Player()
        self.session = TapeSession(
            self.player.store,
            clock=self.player.clock,
            rng=random.Random(0),
            read_only_reason=ReadOnlyReason.REPLAY,
        )
        self.player.apply = self._take
        self.speed = speed
        self.is_over = False
        self._frames = frames
        self._next: Captured | None = next(frames, None)
        self._period_ns = 1_000_000_000 // display.fps
        self._until_ns = self._next.time_ns if self._next is not None else 0
        self._rules = RulesOfTape()
        self._carried: dict[str, list[int]] = {}
        self._second = 0
        self.app: BgtuiApp | None = None
        self._is_held = False
        self._wake = asyncio.Event()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Opened]:
        """Connect the screens to the recording."""
        yield Opened(self.session, Identity(badge=Badge.REPLAY, account="tape"), actors=(self,))

    def advance(self) -> bool:
        """Play what belongs to the next frame of the screen and draw it; tell whether there is more."""
        self._until_ns += self._period_ns
        while self._next is not None and self._next.time_ns <= self._until_ns:
            self._play(self._next)
            self._next = next(self._frames, None)
        self.player.clock.now_ns = max(self.player.clock.now_ns, self._until_ns)
        self._measure()
        if self.app is not None:
            self.app.tick()
        self.is_over = self._next is None
        return not self.is_over

    def _play(self, captured: Captured) -> None:
        name = captured.connection
        if name not in self._carried:
            self._carried[name] = [0, 0]
            self.session.apply(ConnectionOpened(_kind(name), name, 1))
        carried = self._carried[name]
        carried[0] += 1
        carried[1] += len(captured.raw)
        self.player.play(captured)

    def _measure(self) -> None:
        second = self.player.clock.now_ns // 1_000_000_000
        if second != self._second:
            self._second = second
            for name, (messages, size) in self._carried.items():
                self.session.apply(ConnectionMeasured(_kind(name), name, messages, size, None))

    def _take(self, event: Event) -> object:
        if isinstance(event, BookReceived):
            for listed in self._rules.learn(event):
                self.session.apply(listed)
                self._show(event.instrument)
        return self.session.apply(event)

    def _show(self, instrument: InstrumentId) -> None:
        if self.app is None or instrument in self.app.workspace.watch_list:
            return
        self.app.workspace.watch_list.append(instrument)
        if self.app.workspace.instrument is None:
            self.app.show_instrument(instrument)

    # Keys

    async def run(self) -> None:
        """Play in time, until the end or until this is canceled."""
        while self.advance():
            if self._is_held:
                self._wake.clear()
                await self._wake.wait()
            else:
                await asyncio.sleep(self._period_ns / 1e9 / self.speed if self.speed else 0)
        if self.app is not None:
            self.app.say("The recording has ended; q leaves.")
            self.app.tick()

    def do_replay_pause(self) -> None:
        """Hold, or go on."""
        self._is_held = not self._is_held
        self._wake.set()
        self._say("held; space goes on" if self._is_held else f"playing at {self.speed:g}x")

    def do_replay_step(self) -> None:
        """Draw one frame further and hold there."""
        if self._is_held:
            self._wake.set()
        self._is_held = True

    def do_replay_faster(self) -> None:
        """Play twice as fast."""
        self._turn(2.0)

    def do_replay_slower(self) -> None:
        """Play half as fast."""
        self._turn(0.5)

    def _turn(self, factor: float) -> None:
        self.speed = min(max((self.speed or 1.0) * factor, _SLOWEST), _FASTEST)
        self._say(f"playing at {self.speed:g}x")

    def _say(self, text: str) -> None:
        if self.app is not None:
            self.app.say(f"Recording: {text}.")


def _kind(name: str) -> Connection:
    return Connection.PRIVATE if name.startswith(Connection.PRIVATE.value) else Connection.PUBLIC


def screen(path: Path, *, speed: float, as_frames: bool) -> int:
    """Draw a recording on the screens, or print the hash of its frames; return the exit code.

    Raises:
        ConfigError: the file cannot be opened, or there is no terminal.
        FileDecodeError: it is no recording.
    """
    if as_frames:
        return run_busy(lambda: _hash(path))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError("--tui needs a terminal", hint=f"bgtui replay {path} --check needs none")
    return run_async(lambda: _show(path, speed))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Iterator[Captured]]:
    try:
        with path.open("rb") as stream:
            yield iter(read(stream))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


async def _show(path: Path, speed: float) -> int:
    with _opened(path) as frames:
        display = replace(display_of(os.environ), is_stepped=True)
        film = _film(path, frames, display, speed)
        app = film.app = BgtuiApp(display, film.connect, clock=film.player.clock)
        player = asyncio.create_task(_play(film))
        try:
            code = await app.run_async(mouse=False)
        finally:
            player.cancel()
            (ended,) = await asyncio.gather(player, return_exceptions=True)
        for reason in (app.failure, app.crash, ended if isinstance(ended, BgtuiError) else None):
            if reason is not None:
                raise reason
        return int(code) if code is not None else int(ExitCode.OK)


def _film(path: Path, frames: Iterator[Captured], display: Display, speed: float) -> Film:
    try:
        return Film(frames, display, speed=speed)
    except FileDecodeError as error:
        raise FileDecodeError(f"{path} is no recording: {error.message}") from None


async def _play(film: Film) -> None:
    if film.app is not None:
        await film.app.opened.wait()
        try:
            await film.run()
        except FileDecodeError:
            film.app.exit(int(ExitCode.USAGE))
            raise


async def _hash(path: Path) -> int:
    digest = sha256()
    with _opened(path) as frames:
        display = Display(is_stepped=True)
        film = _film(path, frames, display, speed=0.0)
        app = film.app = BgtuiApp(display, film.connect, clock=film.player.clock)
        count = 0
        async with app.run_test(size=FRAMES_SIZE) as pilot:
            await app.opened.wait()
            await pilot.pause()
            has_more = True
            while has_more:
                has_more = film.advance()
                if not count:
                    await pilot.pause()
                digest.update(_drawn(app))
                count += 1
                if not count % _BREATH_FRAMES:
                    await asyncio.sleep(0)
    write_line(f"{digest.hexdigest()}  {count} frames")
    return ExitCode.OK


def _drawn(app: BgtuiApp) -> bytes:
    """Return everything that is on the screen: text and meaning of every line of every pane."""
    panes = app.screen.canvases() if isinstance(app.screen, BaseScreen) else ()
    shown = [(type(pane).__name__, list(pane.drawn_rows)) for pane in panes if pane.display]
    return repr(shown).encode()
