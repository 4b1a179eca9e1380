"""Tells alerts to a program of the person's choice: an argument list, no shell, a time limit, no secrets."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from bgtui.domain.alert import Alert
from bgtui.domain.clock import Clock
from bgtui.domain.text import clean_line

LIMIT_S = 10.0
"""How long a command may take; it is killed after that."""
MAX_WAITING = 16
MAX_PER_MINUTE = 20
_KEPT_BYTES = 2000
_REAP_S = 1.0
"""How long the end of a killed command is waited for."""
_OWN = "BGTUI_"
"""Begin of the names of our own variables, secrets among them: no command sees them."""

_log = logging.getLogger(__name__)


class Courier:
    """Runs the command for one alert after another; what cannot be run is told, nothing waits for it."""

    def __init__(
        self,
        command: Sequence[str],
        report: Callable[[int, str], None],
        *,
        clock: Clock,
        environ: Mapping[str, str],
        limit_s: float = LIMIT_S,
    ) -> None:
        """Run this command.

        Args:
            command: Program and arguments; ``{text}`` and ``{kind}`` in an argument stand for the alert.
            report: Told an alert's id and why its command failed; empty when it did not.
            clock: Counts the commands of a minute.
            environ: What the command inherits, without our own variables.
            limit_s: Seconds after which it is killed.
        """
        self._command = tuple(command)
        self._report = report
        self._monotonic = clock.monotonic
        self._environ = {name: value for name, value in environ.items() if not name.upper().startswith(_OWN)}
        self._limit_s = limit_s
        self._waiting: deque[Alert] = deque()
        self._wake = asyncio.Event()
        self._begun_s: deque[float] = deque(maxlen=MAX_PER_MINUTE)

    def post(self, alert: Alert) -> str:
        """Have the command run for an alert; return why it will not be."""
        now_s = self._monotonic()
        if len(self._begun_s) == MAX_PER_MINUTE and now_s - self._begun_s[0] < 60:
            return f"not run: {MAX_PER_MINUTE} commands in a minute"
        if len(self._waiting) >= MAX_WAITING:
            return f"not run: {MAX_WAITING} alerts wait for the command"
        self._begun_s.append(now_s)
        self._waiting.append(alert)
        self._wake.set()
        return ""

    async def run(self) -> None:
        """Run the command for each alert that was posted, one at a time."""
        while True:
            while self._waiting:
                alert = self._waiting.popleft()
                self._report(alert.alert_id, await self._deliver(alert))
            self._wake.clear()
            await self._wake.wait()

    async def _deliver(self, alert: Alert) -> str:
        """Run the command once; return why it failed."""
        text = clean_line(alert.text, 300)
        name = clean_line(self._command[0], 40)
        argv = [part.replace("{kind}", alert.kind).replace("{text}", text) for part in self._command[1:]]
        environ = {**self._environ, "BGTUI_ALERT_TEXT": text, "BGTUI_ALERT_KIND": alert.kind.value}
        try:
            process = await asyncio.create_subprocess_exec(
                self._command[0], *argv, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, env=environ,
                start_new_session=True,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "cannot be started"
            return f"{name}: {reason or 'cannot be started'}"
        try:
            async with asyncio.timeout(self._limit_s):
                said = await _read(process)
                code = await process.wait()
        except TimeoutError:
            _kill(process)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_REAP_S):
                    await process.wait()  # it is dead, and no child of anybody's any more
            return f"{name}: killed after {self._limit_s:g}s"
        finally:
            if process.returncode is None:
                _kill(process)
            _let_go(process)
        if said:
            _log.info("alert command: %s", said)
        return f"{name}: exit {code}" + (f": {clean_line(said, 60)}" if said else "") if code else ""


async def _read(process: Process) -> str:
    """Return the beginning of what a process says, cleaned; whatever more it says is thrown away."""
    if process.stdout is None:
        return ""
    kept = b""
    while chunk := await process.stdout.read(65_536):
        kept += chunk[: _KEPT_BYTES - len(kept)]
    return clean_line(kept.decode("utf-8", "replace"), 200).strip()


def _kill(process: Process) -> None:
    """End a process with everything that it has begun."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _let_go(process: Process) -> None:
    """Close our end of its output, whoever still holds the other."""
    transport = getattr(process, "_transport", None)  # the one way there is
    if transport is not None:
        transport.close()
