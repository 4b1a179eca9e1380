"""A large copy-trading desk on the real screens: five thousand followers, five hundred tracking orders.

``python -m benchmarks.copytrade OUT.json`` is the program that is measured: it draws a made-up account
whose mark prices move, and writes down at its end what a draw of the list has cost.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

os.environ.setdefault("TEXTUAL_FPS", "120")
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")

from benchmarks.report import Bar, conclude, say
from bgtui.domain import question
from bgtui.domain.copytrade import Follower, TrackingOrder
from bgtui.domain.event import Event, QuestionAnswered, TickerUpdated
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.order import PositionSide
from bgtui.domain.text import Untrusted
from bgtui.domain.trading import ReadOnlyReason
from bgtui.exchange.clock import SystemClock
from bgtui.session.session import Session
from bgtui.store.store import Store
from bgtui.ui.app import BgtuiApp, Opened
from bgtui.ui.display import Display
from bgtui.ui.widgets.table import LiveTable
from tests.support import scene
from tests.support.pty import Pty
from tests.support.scene_copy import HOSTILE
from tests.support.scene_market import USDT

FOLLOWERS, TRACKS = 5_000, 500
MARKS_PER_S = 20.0
WARM_S, SECONDS = 3.0, 8.0
SIZE = (120, 40)
KEYS = {"leader": "4", "followers": "5"}


def run() -> bool:
    """Measure both lists from outside; tell whether every bar was met."""
    bars = []
    for screen, count in (("leader", TRACKS), ("followers", FOLLOWERS)):
        say(f"copytrade: {count:,} rows on {screen} …")
        inside, bytes_per_s, key_ms = _measure(screen)
        bars += [
            Bar(f"draw of {count:,} rows, {screen}, p50", inside["draw_p50_ms"], 10, "ms"),
            Bar(f"draw of {count:,} rows, {screen}, p95", inside["draw_p95_ms"], 40, "ms"),
            Bar(f"bytes a frame, {screen}", bytes_per_s / max(inside["frames_per_s"], 1.0), 3000, "B"),
            Bar(f"bytes a second, {screen}", bytes_per_s / 1000, 20, "kB/s"),
            Bar(f"key to paint, {screen}, p50", key_ms, 50, "ms"),
        ]
    return conclude("copytrade", bars)


def _measure(screen: str) -> tuple[dict[str, float], float, float]:
    """Return what the program saw of itself, bytes a second, and milliseconds from key to paint."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        command = (sys.executable, "-m", "benchmarks.copytrade", str(out))
        with Pty(command, size=SIZE) as terminal:
            terminal.wait_for("READ-ONLY", timeout_s=60)
            terminal.press(KEYS[screen])
            terminal.wait_for("as of", timeout_s=60)
            terminal.pump(WARM_S)
            begun, before = time.perf_counter(), len(terminal.raw)
            terminal.pump(SECONDS)
            rate = (len(terminal.raw) - before) / (time.perf_counter() - begun)
            keys = [_press(terminal, number) for number in range(20)]
            terminal.press("q")
            terminal.pump(0.5)
            terminal.press("y")
            terminal.wait_exit(timeout_s=60)
        return json.loads(out.read_text()), rate, statistics.median(keys)


def _press(terminal: Pty, number: int) -> float:
    """Press `j` at a random time; return the milliseconds until the cursor has moved."""
    terminal.pump(random.Random(number).uniform(0.1, 0.35))
    before = _cursor(terminal)
    begun = time.monotonic()  # noqa: TID251 - compared with when the bytes came
    terminal.press("j")
    while terminal.read_s - begun < 5:
        terminal.take(0.05)
        if _cursor(terminal) != before:
            return (terminal.read_s - begun) * 1000
    return 5000.0


def _cursor(terminal: Pty) -> int:
    return next((y for y in range(3, terminal.rows) if terminal.screen.buffer[y][0].data == "►"), -1)


# The program that is measured


def crowd(rng: random.Random, now_ms: int) -> tuple[Follower, ...]:
    """Return thousands of followers, names of every kind among them."""
    return tuple(
        Follower(
            str(7_000_000_000 + number),
            Untrusted(HOSTILE[number % len(HOSTILE)] if number % 50 == 0 else f"user_{number}"),
            Decimal(rng.randrange(9_000_000)).scaleb(-2),
            is_removable=number % 7 != 0,
            since_ms=now_ms - rng.randrange(200 * 86_400_000),
        )
        for number in range(FOLLOWERS)
    )


def tracks(rng: random.Random, now_ms: int, names: tuple[InstrumentId, ...]) -> tuple[TrackingOrder, ...]:
    """Return hundreds of tracking orders on the instruments of the made-up market."""
    return tuple(
        TrackingOrder(
            names[number % len(names)],
            str(1_221_000_000 + number),
            PositionSide.LONG if number % 3 else PositionSide.SHORT,
            str(number),
            Decimal(rng.randrange(100, 70_000)),
            Decimal(rng.randrange(1, 500)).scaleb(-2),
            now_ms - number * 60_000,
            leverage=Decimal(10),
            open_fee=Decimal("-1.2"),
            follower_count=37,
        )
        for number in range(TRACKS)
    )


class Timed:
    """Wraps a list's draw, and remembers what each one cost."""

    def __init__(self) -> None:
        self.costs_ms: list[float] = []

    def wrap(self, table: LiveTable) -> None:
        draw = table.draw

        def timed() -> None:
            begun = time.process_time()
            draw()
            self.costs_ms.append((time.process_time() - begun) * 1000)

        table.draw = timed  # type: ignore[method-assign]


async def program(out: Path) -> None:
    """Draw the account until `q`, then write the figures down."""
    clock, rng = SystemClock(), random.Random(1)
    session = Session(Store(clock), clock=clock, rng=rng, read_only_reason=ReadOnlyReason.CHOSEN)
    now_ms = clock.now_ms()
    loaded = [event for event in scene.events() if not isinstance(event, float)]
    names = tuple({event.ticker.instrument for event in loaded if isinstance(event, TickerUpdated)})
    names = tuple(name for name in sorted(names) if name.product_type is USDT)

    @asynccontextmanager
    async def connect() -> AsyncIterator[Opened]:
        yield Opened(session, scene.IDENTITY)

    app = BgtuiApp(Display(), connect, clock=clock)
    timed = Timed()
    figures: dict[str, float] = {}

    async def drive() -> None:
        await app.opened.wait()
        answers: list[Event] = [
            QuestionAnswered(question.followers(USDT), crowd(rng, now_ms), now_ms),
            QuestionAnswered(question.leader_tracks(USDT), tracks(rng, now_ms, names), now_ms),
        ]
        for event in (*loaded, *answers):
            session.apply(event)
        while not app.screen.query(LiveTable):  # noqa: ASYNC110 - a key brings it up
            await asyncio.sleep(0.1)
        await asyncio.sleep(WARM_S)
        timed.wrap(app.screen.query_one(LiveTable))
        begun, frames = time.perf_counter(), app.meter.frames
        try:
            while True:
                _move(session, names, rng)
                await asyncio.sleep(1 / MARKS_PER_S)
        finally:
            figures["frames_per_s"] = (app.meter.frames - frames) / (time.perf_counter() - begun)

    driving = asyncio.create_task(drive())
    await app.run_async(mouse=False)
    driving.cancel()
    await asyncio.gather(driving, return_exceptions=True)
    costs = sorted(timed.costs_ms) or [0.0]
    figures["draw_p50_ms"] = costs[len(costs) // 2]
    figures["draw_p95_ms"] = costs[min(len(costs) * 95 // 100, len(costs) - 1)]
    out.write_text(json.dumps(figures))  # noqa: ASYNC240 - the last thing it does
    if app.crash is not None:
        raise app.crash


def _move(session: Session, names: tuple[InstrumentId, ...], rng: random.Random) -> None:
    """Move one mark price a little."""
    ticker: Any = session.store.ticker(rng.choice(names))
    if ticker is not None and ticker.mark_price is not None:
        price = ticker.mark_price * (1 + Decimal(rng.randrange(-5, 6)).scaleb(-4))
        moved = replace(ticker, mark_text=f"{price:.4f}", time_ms=ticker.time_ms + 1)
        session.apply(TickerUpdated(moved))


if __name__ == "__main__":
    asyncio.run(program(Path(sys.argv[1])))
