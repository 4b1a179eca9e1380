"""A recording beside the screens: every received frame into a file, whole at every moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bgtui.domain.error import BgtuiError
from bgtui.domain.event import Connection

Tap = Callable[[Connection, int, bytes | str], None]
FLUSH_S = 1.0
"""At most so much of a recording is lost when the machine stops."""


@asynccontextmanager
async def taped(path: Path | None) -> AsyncIterator[Tap | None]:
    """Yield what takes every frame; None when nothing is recorded.

    Raises:
        ConfigError: the file exists or cannot be made.
    """
    if path is None:
        yield None
        return
    from bgtui.cli.output import complain, say
    from bgtui.cli.recording import RecordingWriter
    from bgtui.wire.capture import encode_line

    writer = RecordingWriter(path, replace=False)
    failures: list[BgtuiError] = []

    def tap(connection: Connection, time_ns: int, frame: bytes | str) -> None:
        if not failures:
            _try(lambda: writer.add(encode_line(time_ns, connection.value, frame)), failures)

    async def keep_writing() -> None:
        while not failures:
            await asyncio.sleep(FLUSH_S)
            _try(writer.flush, failures)

    task = asyncio.create_task(keep_writing(), name="recording")
    try:
        yield tap
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        _try(writer.close, failures)
        if failures:
            complain(f"the recording ended early: {failures[0].message}")
        elif writer.lines:
            say(f"{writer.lines} frames in {path}")


def _try(act: Callable[[], None], failures: list[BgtuiError]) -> None:
    """Keep the screens alive when the disk is full; the end of the run says so."""
    try:
        act()
    except BgtuiError as error:
        failures.append(error)
