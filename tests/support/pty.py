"""A program in a real pseudo-terminal, and what a terminal would show: for tests and measurements."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pyte

ROOT = Path(__file__).resolve().parents[2]
BGTUI = (sys.executable, "-m", "bgtui")
_KEYS = {
    "enter": "\r", "esc": "\x1b", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C",
    "left": "\x1b[D", "ctrl+c": "\x03", "ctrl+z": "\x1a", "backspace": "\x7f", "space": " ",
    "pgup": "\x1b[5~", "pgdn": "\x1b[6~", "shift+tab": "\x1b[Z", "home": "\x1b[H", "end": "\x1b[F",
}  # fmt: skip


class Pty:
    """One program and its terminal; use as a context manager.

    Everything that waits names what it waits for and gives up with the screen as it was.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        environ: Mapping[str, str] | None = None,
        bytes_per_s: float | None = None,
    ) -> None:
        """Start nothing yet.

        Args:
            command: What to run.
            size: Columns and rows.
            environ: Added to a bare environment.
            bytes_per_s: How fast the terminal takes bytes; None takes all there are.
        """
        self.command = tuple(command)
        self.columns, self.rows = size
        self.environ = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": os.environ.get("HOME", ""),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            **(environ or {}),
        }
        self.screen = pyte.Screen(self.columns, self.rows)
        self.screen.reset_mode(pyte.modes.DECAWM)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self._bytes_per_s = bytes_per_s
        self._process: subprocess.Popen[bytes] | None = None
        self._master = -1
        self._slave = -1
        self.modes_before: list[Any] = []
        self.read_s = 0.0
        """When the last bytes came."""

    def __enter__(self) -> Self:
        """Start the program."""
        self._master, self._slave = pty.openpty()
        self._set_size()
        self.modes_before = termios.tcgetattr(self._slave)
        self._process = subprocess.Popen(
            self.command,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            cwd=ROOT,
            env=self.environ,
            start_new_session=True,
            preexec_fn=_own_terminal,  # noqa: PLW1509 - no thread of ours holds a lock at this moment
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End it, whatever it does."""
        process = self.process
        if process.poll() is None:
            process.kill()
            process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Take the terminal away, as a lost link does."""
        for descriptor in (self._master, self._slave):
            if descriptor >= 0:
                os.close(descriptor)
        self._master = self._slave = -1

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The program."""
        if self._process is None:
            raise RuntimeError("use it as a context manager")
        return self._process

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        self.columns, self.rows = columns, rows
        self.screen.resize(rows, columns)
        self._set_size()
        os.kill(self.process.pid, signal.SIGWINCH)

    def press(self, *keys: str) -> None:
        """Type keys, as people call them, one after another."""
        for key in keys:
            self.send(_KEYS.get(key, key))

    def send(self, text: str) -> None:
        """Type a text as it is."""
        os.write(self._master, text.encode())

    def paste(self, text: str) -> None:
        """Paste a text, in the brackets that a terminal puts around it."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def pump(self, seconds: float) -> int:
        """Take what the program writes for so long; return how many bytes that were."""
        taken = 0
        deadline = _now() + seconds
        while (left := deadline - _now()) > 0:
            count = self.take(left)
            if count < 0:
                break
            taken += count
        return taken

    def drain(self, seconds: float) -> None:
        """Take what the program writes for so long, unread: to look at a frame costs more than to draw it."""
        deadline = _now() + seconds
        while (left := deadline - _now()) > 0:
            if not select.select([self._master], [], [], left)[0]:
                return
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            if not data:
                return
            self.raw += data

    def take(self, wait_s: float) -> int:
        """Take what is there, at most as fast as the terminal does; -1 once the program has hung up."""
        ready, _, _ = select.select([self._master], [], [], max(wait_s, 0))
        if not ready:
            return 0
        size = 65536 if self._bytes_per_s is None else max(int(self._bytes_per_s / 50), 64)
        try:
            data = os.read(self._master, size)
        except OSError:
            return -1
        if not data:
            return -1
        self.read_s = _now()
        self.raw += data
        self._stream.feed(data)
        if self._bytes_per_s is not None:
            time.sleep(len(data) / self._bytes_per_s)  # noqa: TID251 - the link is what is slow here
        return len(data)

    def wait_for(self, seen: str | Callable[[str], bool], *, timeout_s: float = 20.0) -> str:
        """Pump until the screen shows a text, or satisfies a predicate; return the screen."""
        holds = (lambda text: seen in text) if isinstance(seen, str) else seen
        deadline = _now() + timeout_s
        while not holds(self.text()):
            left = deadline - _now()
            if left <= 0 or self.take(min(left, 0.25)) < 0:
                raise AssertionError(f"{seen!r} never showed on:\n{self.text()}")
        return self.text()

    def settle(self, quiet_s: float = 0.3) -> None:
        """Pump until nothing came for so long, at most ten times that."""
        for _ in range(10):
            if self.pump(quiet_s) == 0:
                return

    def wait_exit(self, *, timeout_s: float = 15.0) -> int:
        """Pump until the program has ended; return its exit code."""
        deadline = _now() + timeout_s
        while self.process.poll() is None:
            if _now() > deadline:
                raise AssertionError(f"still running, showing:\n{self.text()}")
            self.take(0.05)
        while self.take(0.05) > 0:
            pass
        return self.process.returncode

    def text(self) -> str:
        """Return what the terminal shows."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def row(self, number: int) -> str:
        """Return one line of the screen, from 0."""
        return self.screen.display[number].rstrip()

    @property
    def modes(self) -> list[Any]:
        """The terminal's modes now."""
        return termios.tcgetattr(self._slave)

    def _set_size(self) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))


_MOST_TRIES = 4


def confirm(terminal: Pty) -> str:
    """Review a form, wait until `y` counts, send; return the review.

    A journal that a loaded machine keeps waiting stops the sending and gives the form back, filled: then
    once more, as a person would.
    """
    for _ in range(_MOST_TRIES):
        terminal.press("enter")
        terminal.wait_for("y SEND")
        review = terminal.text()
        terminal.pump(0.45)
        terminal.press("y")
        terminal.wait_for(lambda text: "y SEND" not in text and not _message(text).startswith("sent:"))
        if not _has_no_journal(terminal.text()):
            return review
        terminal.wait_for("enter review")
    raise AssertionError(f"nothing could be sent:\n{terminal.text()}")


def press_until(terminal: Pty, key: str, seen: str | Callable[[str], bool]) -> None:
    """Press a key that acts at once, and wait; again where the journal could not be written in time."""
    holds = (lambda text: seen in text) if isinstance(seen, str) else seen
    for _ in range(_MOST_TRIES):
        terminal.press(key)
        terminal.wait_for(lambda text: holds(text) or _has_no_journal(text))
        if holds(terminal.text()):
            return
    raise AssertionError(f"nothing could be sent:\n{terminal.text()}")


def _has_no_journal(text: str) -> bool:
    return "Journal did not answer" in _message(text)


def _message(text: str) -> str:
    return text.splitlines()[-2].strip()


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _now() -> float:
    return time.monotonic()  # noqa: TID251 - another process is waited for
