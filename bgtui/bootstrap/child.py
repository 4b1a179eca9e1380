"""The embedded simulator's process: a child that lives as long as the block that started it.

It leads a session of its own, so that Ctrl-C in the terminal does not end it while its parent still talks to
it, and it ends when its stdin closes, which the system does for a parent that dies in whatever way.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import bgtui
from bgtui.config.commandline import ENV_PREFIX
from bgtui.domain.error import NetworkError
from bgtui.domain.text import clean_line

COMMAND = (sys.executable, "-P", "-m", "bgtui", "sim", "--child")
"""`-P`: what lies in the working directory is not what is meant by `bgtui`."""
READY_S = 20.0
"""Seconds until it must be ready: ten times what a slow machine needs."""

_LAST_WORDS = 2000


class Child:
    """A simulator in a process of its own, fresh and never shared; use as an async context manager."""

    def __init__(self, command: Sequence[str] = COMMAND, *, ready_s: float = READY_S) -> None:
        """Start nothing yet."""
        self._command = command
        self._ready_s = ready_s
        self._process: Process | None = None
        self._words: asyncio.Task[str] | None = None

    async def __aenter__(self) -> Self:
        """Start it; it is not ready yet."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=child_environ(os.environ),
            start_new_session=True,
        )
        self._words = asyncio.create_task(_last_words(self._process.stderr), name="simulator's stderr")
        return self

    async def __aexit__(self, *_: object) -> None:
        """End it at once: it keeps nothing."""
        process, words = self._started()
        if process.returncode is None:
            process.kill()
        await process.wait()
        await words

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._started()[0].pid

    async def line(self) -> bytes:
        """Wait until it can be talked to; return what it then says: the line that `simulator.ready` reads.

        Raises:
            NetworkError: it ended instead, or took too long.
        """
        process, words = self._started()
        try:
            async with asyncio.timeout(self._ready_s):
                line = b"" if process.stdout is None else await process.stdout.readline()
                if not line:
                    raise NetworkError(f"the embedded simulator did not start: {await words}")
        except TimeoutError:
            raise NetworkError(
                f"the embedded simulator was not ready within {self._ready_s:g} s", hint="bgtui sim shows why"
            ) from None
        return line

    def _started(self) -> tuple[Process, asyncio.Task[str]]:
        if self._process is None or self._words is None:
            raise RuntimeError("use `async with`")
        return self._process, self._words


def child_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the child: without a setting or a key of ours, and it finds this package."""
    kept = {name: value for name, value in environ.items() if not name.upper().startswith(ENV_PREFIX)}
    home = str(Path(bgtui.__file__).resolve().parents[1])
    if sys.path and sys.path[0] == home:  # `python -m bgtui` in a checkout, which `-P` would not find
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, (kept.get("PYTHONPATH"), home)))
    return kept


async def _last_words(stream: asyncio.StreamReader | None) -> str:
    """Read what it says on stderr, so that it never waits for a reader; return the last line at its end."""
    last = b""
    while stream is not None and (chunk := await stream.read(_LAST_WORDS)):
        last = (last + chunk)[-_LAST_WORDS:]
    lines = last.decode(errors="replace").strip().splitlines()
    return clean_line(lines[-1].removeprefix("bgtui: "), 400) if lines else "it said nothing"
