"""The terminal's own side: its modes, its keys, and a writer that never makes the program wait."""

from __future__ import annotations

import os
import re
import selectors
import sys
import termios
import threading
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter
from typing import IO, Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from bgtui.ui.terminal.pastes import Pastes

_READ = 4096
_MOUSE = re.compile(r"\x1b\[<[0-9;]*[Mm]")
"""Reports of a mouse that were not asked for."""
_TAKE_AGAIN = "\x1b[?1049h\x1b[?25l\x1b[?1004h\x1b[?2004h\x1b[?7l"
"""Other screen, no cursor, focus reports, bracketed pastes, no wrapping."""
_SWITCH_S = 0.0005
"""Seconds after which a busy program lets the threads of keys and output go on; Python's own 5 ms is felt."""
Took = Callable[[int, float], None]
"""Told how many bytes a write handed over, and how many seconds it took."""
Break = Callable[[Exception], None]
"""Told what broke a thread."""


class Together(events.Event):
    """The keys that follow came in one read: pasted without brackets, or held up on their way."""


class Writer(threading.Thread):
    """Hands bytes to the terminal without ever making the program wait; the gate keeps its queue short.

    What the terminal takes at once is written at once. The rest waits in a thread, which would cost more
    than the write if it were woken for every frame.
    """

    def __init__(self, fileno: int) -> None:
        """Write to a file descriptor."""
        super().__init__(daemon=True, name="terminal-output")
        self._fileno = fileno
        self._eager = _opened_eager(fileno)
        """The same terminal, of which a write never waits; None where it cannot be had."""
        self._ahead = 0
        """Bytes written at once of which a rest waits: the link took both in the time that the rest takes."""
        self._parts: deque[bytes] = deque()
        self._ready = threading.Condition()
        self._pending = 0
        self._is_closing = False
        self.is_broken = False
        """The terminal is gone: nothing can be written any more."""
        self.took: Took = lambda _count, _seconds: None
        self.on_break: Break = lambda _error: None
        self.on_gone: Callable[[], None] = lambda: None

    @property
    def pending(self) -> int:
        """Bytes not handed over yet."""
        return self._pending

    def write(self, text: str) -> None:
        """Write a text as far as that needs no waiting, and queue the rest."""
        data = text.encode("utf-8", "replace")
        if self.is_broken or not data:
            return
        with self._ready:
            if not self._pending:
                whole, data = len(data), self._write_now(data)
                self._ahead = whole - len(data)
            if data:
                self._parts.append(data)
                self._pending += len(data)
                self._ready.notify()

    def _write_now(self, data: bytes) -> bytes:
        """Return what the terminal does not take at once; its thread learns what is wrong, if anything is."""
        if self._eager is None:
            return data
        try:
            return data[os.write(self._eager, data) :]
        except OSError:
            return data

    def flush(self) -> None:
        """Do nothing: the thread writes as soon as it can."""

    def isatty(self) -> bool:
        """Tell the toolkit that this is a terminal."""
        return True

    def fileno(self) -> int:
        """Return the descriptor written to."""
        return self._fileno

    def run(self) -> None:
        """Write what is queued until it is closed."""
        while True:
            with self._ready:
                while not self._parts and not self._is_closing:
                    self._ready.wait()
                if not self._parts:
                    return
                data = b"".join(self._parts)
                self._parts.clear()
                ahead, self._ahead = self._ahead, 0
            self._hand_over(data, ahead)

    def _hand_over(self, data: bytes, ahead: int) -> None:
        begun = perf_counter()
        view = memoryview(data)
        while view and not self.is_broken:
            try:
                done = os.write(self._fileno, view)
            except InterruptedError:
                continue
            except OSError:
                self.is_broken = True
                break
            view = view[done:]
            with self._ready:  # what is written at once goes by it
                self._pending -= done
        if self.is_broken:
            self._pending = 0
            self.on_gone()
        self._tell(ahead + len(data), perf_counter() - begun)

    def _tell(self, count: int, seconds: float) -> None:
        try:
            self.took(count, seconds)
        except Exception as error:  # noqa: BLE001 - the terminal is given back through this thread
            self.took = lambda _count, _seconds: None
            self.on_break(error)

    def stop(self) -> None:
        """Write what is left, and end; a terminal that takes nothing is not waited for long."""
        with self._ready:
            self._is_closing = True
            self._ready.notify()
        self.join(timeout=1.0)
        with self._ready:
            if self._eager is not None:
                os.close(self._eager)
                self._eager = None


def _opened_eager(fileno: int) -> int | None:
    """Open the terminal once more: not to wait is said of an opening, and the shell shares that of stdout."""
    try:
        return os.open(os.ttyname(fileno), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None


class TerminalDriver(LinuxDriver):
    """The toolkit's driver with our writer, and without what a plain terminal over SSH does not need."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        """Write to stdout, read from stdin."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file = sys.__stdout__ or sys.__stderr__
        self._writer: Writer | None = None
        self.took: Took = lambda _count, _seconds: None
        """Called in the writer's thread after each write."""
        self._modes: list[Any] | None = None
        """The terminal's modes while the program has it."""
        self.on_hang_up: Callable[[], None] = lambda: None
        """Called in the thread of keys or of output when the terminal is gone."""
        self.on_break: Break = lambda _error: None
        """Called in the thread of keys or of output when that has broken."""

    @property
    def pending(self) -> int:
        """Bytes that the terminal has not taken."""
        return 0 if self._writer is None else self._writer.pending

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        sys.setswitchinterval(_SWITCH_S)
        # The one seam there is: the toolkit's writer waits when the terminal is slow, and so would the feed.
        setattr(linux_driver, "WriterThread", self._make_writer)  # noqa: B010 - private there, so not typed
        super().start_application_mode()  # type: ignore[no-untyped-call]
        with suppress(termios.error):
            self._modes = termios.tcgetattr(self.fileno)

    def _sigcont_application(self, *_: object) -> None:
        """Go on after a stop.

        SIGSTOP gives no time to leave the terminal, as SIGTSTP does: everything runs on then, keys and output
        too, and only the terminal has to be taken over again from whoever had it meanwhile.
        """
        thread = self._key_thread
        if thread is None or not thread.is_alive() or self.exit_event.is_set():
            super()._sigcont_application()
            return
        self._take_modes()
        self.write(_TAKE_AGAIN)
        self._app.call_later(self._app.post_message, self.SignalResume())

    def _take_modes(self) -> None:
        """Set the terminal's modes as they were while the program had it."""
        if self._modes is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self._modes)

    def stop_application_mode(self) -> None:
        """Give the terminal back, in its own colors where leaving the other screen does not bring them."""
        self.write("\x1b[m")
        super().stop_application_mode()

    def _make_writer(self, file: IO[str]) -> Writer:
        self._writer = Writer(file.fileno())
        self._writer.took = self.took
        self._writer.on_break = self.on_break
        self._writer.on_gone = self.on_hang_up
        return self._writer

    def send_message(self, message: Message) -> None:
        """Queue what came from the terminal; called in the input thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._app.post_message, message)

    def _request_terminal_sync_mode_support(self) -> None:
        """Do not ask: frames are small enough not to tear."""

    def _query_in_band_window_resize(self) -> None:
        """Do not ask: SIGWINCH tells the size."""

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - a thread's last frame: the program must end, not go deaf
            self.on_break(error)

    def _take_keys(self, text: str, parser: XTermParser) -> None:
        if len(text) > 1 and "\x1b" not in text:
            self.process_message(Together())
        for event in parser.feed(text):
            self.process_message(event)

    def run_input_thread(self) -> None:
        """Read keys until the end; the end of the terminal ends the program."""
        selector = selectors.SelectSelector()
        selector.register(self.fileno, selectors.EVENT_READ)
        parser, pastes, now_s = XTermParser(self._debug), Pastes(), perf_counter
        decode = getincrementaldecoder("utf-8")("replace").decode
        try:
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    try:
                        data = os.read(self.fileno, _READ)
                    except OSError:
                        data = b""
                    if not data:
                        self.on_hang_up()
                        return
                    text = decode(data)
                    for is_paste, part in pastes.feed(text if self._mouse else _MOUSE.sub("", text), now_s()):
                        if is_paste:
                            self.process_message(events.Paste(part))
                        else:
                            self._take_keys(part, parser)
                for _, part in pastes.tick(now_s()):
                    self.process_message(events.Paste(part))
                for event in parser.tick():
                    self.process_message(event)
        finally:
            selector.close()
