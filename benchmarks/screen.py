"""The real terminal program on a feed of the benchmark's own, which writes down what only it can see.

``python -m benchmarks.screen REST_URL WS_URL OUT.json [--fps N] [--slow] [--table] [--turns]``: runs until it
is ended by `q`, then writes feed lag, frames and CPU into OUT.json. ``--table`` shows the same book and tape
on the toolkit's `DataTable` instead; ``--turns`` stops and starts the frames, to tell what one costs.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("TEXTUAL_FPS", "120")
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")

from bgtui.bootstrap.heap import set_for_feed
from bgtui.bootstrap.opening import open_session
from bgtui.config.settings import Settings
from bgtui.config.venue import Environment
from bgtui.domain.event import BookReceived, Event
from bgtui.exchange.clock import SystemClock
from bgtui.ui.app import BgtuiApp, Opened
from bgtui.ui.display import display_of
from bgtui.ui.workspace import Badge, Identity

WARM_S = 3.0
"""Seconds at the start that do not count."""
TURN_S = 3.0
"""For how long frames are drawn, and then none, where their cost is measured."""


class Watch:
    """Lag of book messages behind the time at which each was due."""

    def __init__(self) -> None:
        self.lags_ms: list[float] = []
        self.begun = time.perf_counter()

    def see(self, event: Event) -> None:
        if not isinstance(event, BookReceived) or event.is_snapshot:
            return
        if time.perf_counter() - self.begun > WARM_S:
            self.lags_ms.append(time.time_ns() / 1e6 - event.time_ms)  # noqa: TID251 - the sender's clock


async def run(
    rest_url: str, ws_url: str, out: Path, looks: dict[str, Any], *, is_table: bool, has_turns: bool
) -> None:
    settings = Settings(
        environment=Environment.SIM,
        rest_url=rest_url,
        ws_public_url=ws_url,
        ws_private_url=ws_url,
        symbols=("BTCUSDT",),
    )
    watch = Watch()

    @asynccontextmanager
    async def connect() -> AsyncIterator[Opened]:
        async with open_session(settings, has_account=False, observe=watch.see) as session:
            set_for_feed()  # as the program does
            yield Opened(session, Identity(badge=Badge.SIM, watch_list=settings.watch_list))

    display = display_of(os.environ, **looks)
    app: Any
    if is_table:
        from benchmarks.table_peer import TableApp

        app = TableApp(connect, fps=display.fps)
    else:
        app = BgtuiApp(display, connect, clock=SystemClock())
    figures: dict[str, float] = {}

    turns: list[tuple[float, float]] = []

    async def take_turns() -> None:
        while True:
            shares: list[tuple[float, float]] = []  # of a core, and of frames a second: drawn, not drawn
            for act in (app.ticker.resume, app.ticker.pause):
                act()
                begun, cpu, frames = time.perf_counter(), time.process_time(), app.meter.frames
                await asyncio.sleep(TURN_S)
                seconds = time.perf_counter() - begun
                shares.append(((time.process_time() - cpu) / seconds, (app.meter.frames - frames) / seconds))
            (drawn, often), (rest, seldom) = shares
            turns.append((drawn - rest, often - seldom))

    async def measure() -> None:
        await asyncio.sleep(WARM_S)
        begun, cpu, frames = time.perf_counter(), time.process_time(), app.meter.frames
        try:
            await (take_turns() if has_turns else asyncio.Event().wait())
        finally:
            figures["seconds"] = time.perf_counter() - begun
            figures["cpu_s"] = time.process_time() - cpu
            figures["frames"] = app.meter.frames - frames
            figures["skipped"] = app.meter.skipped

    measuring = asyncio.create_task(measure())
    await app.run_async(mouse=False)
    measuring.cancel()
    await asyncio.gather(measuring, return_exceptions=True)
    late = sorted(watch.lags_ms) or [0.0]
    figures["lag_p50_ms"] = late[len(late) // 2]
    figures["lag_p99_ms"] = late[len(late) * 99 // 100]
    figures["messages"] = len(watch.lags_ms)
    if has_turns:
        figures["frame_ms"] = statistics.median(cpu / frames * 1000 for cpu, frames in turns)
    out.write_text(json.dumps(figures))  # noqa: ASYNC240 - the last thing it does
    if app.crash is not None:
        raise app.crash


if __name__ == "__main__":
    options = sys.argv[4:]
    fps = int(options[options.index("--fps") + 1]) if "--fps" in options else None
    asyncio.run(
        run(
            sys.argv[1],
            sys.argv[2],
            Path(sys.argv[3]),
            {"fps": fps, "is_slow": "--slow" in options},
            is_table="--table" in options,
            has_turns="--turns" in options,
        )
    )
