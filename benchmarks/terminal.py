"""The terminal measured from outside, through a pseudo-terminal: keys, bytes, CPU, start, idle (M3 to M9)."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.report import Bar, conclude, say
from benchmarks.sender import TRADE_SHARE
from bgtui.simulator.ready import decode
from tests.support.pty import Pty

ROOT = Path(__file__).resolve().parents[1]
WARM_S = 4.0
SECONDS = 12.0
PAIRS_S = 66.0
"""For how long seconds with frames and seconds without take turns."""
STARTS = 5
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("hello")
Bare().run()
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """What a market does."""

    rate: float
    """Messages a second."""
    trade_share: float = TRADE_SHARE
    """Of them."""
    touch_share: float = 0.0
    """In how many book messages the best bid, and the best ask, is taken away."""


BUSY = Pace(500)
"""From frame to frame 140 levels change, and ten trades come: nearly every line moves."""
CALM = Pace(29, 0.52, 0.03)
"""Six levels and one and a half trades from frame to frame, and the touch moves in one frame of seven.

That is the market in which the DataTable's 39 ms and the line widget's 4 were measured, from which the bars
of CPU were set.
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program on a paced feed."""

    bytes_per_s: float
    frames: int
    """Frames seen at the terminal: bursts of bytes with a pause between them."""
    ratio: float
    """Bytes written over the least that its own changes need."""
    keys_ms: list[float]
    inside: dict[str, float]


def run() -> bool:
    """Measure everything; tell whether every bar was met."""
    with _exchange() as rest_url:
        say("terminal: keys at 2,000 messages/s, 200x50 …")
        keys = measure(rest_url, Pace(2000), size=(200, 50), presses=60)
        say("terminal: bytes at 500 messages/s …")
        wide = measure(rest_url, BUSY, size=(200, 50))
        small = measure(rest_url, BUSY, size=(80, 24))
        slow = measure(rest_url, BUSY, size=(80, 24), options=("--slow",))
        say("terminal: a link of 20 kB/s …")
        thin = measure(rest_url, BUSY, size=(200, 50), link=20_000, presses=30)
        say("terminal: CPU per frame, beside the toolkit's table …")
        ours = cpu_per_frame(rest_url, CALM)
        table = cpu_per_frame(rest_url, CALM, "--table")
        cpu_per_frame(rest_url, BUSY)  # to be read; no bar was set for it
        say("terminal: idle …")
        idle = measure(rest_url, Pace(0.012), size=(200, 50))  # one snapshot, then nothing
    say("terminal: start …")
    first, bare = first_paints()
    book_s = first_book()
    version_ms = version_cpu_ms()
    return conclude(
        "terminal",
        [
            Bar("M3 key to paint p50, 2,000 msg/s", _share(keys.keys_ms, 50), 10, "ms"),
            Bar("M3 key to paint p99", _share(keys.keys_ms, 99), 40, "ms"),
            Bar("M4 bytes over the floor, 200x50", wide.ratio, 1.5, "x"),
            Bar("M4 bytes over the floor, 80x24", small.ratio, 1.5, "x"),
            Bar("M5 200x50 at 500 msg/s", wide.bytes_per_s / 1000, 20, "kB/s"),
            Bar("M5 80x24 at 500 msg/s", small.bytes_per_s / 1000, 12, "kB/s"),
            Bar("M5 80x24 --slow", slow.bytes_per_s / 1000, 3, "kB/s"),
            Bar("M6 book lag p99 at 20 kB/s", thin.inside["lag_p99_ms"], 20, "ms"),
            Bar("M6 key to paint p99 at 20 kB/s", _share(thin.keys_ms, 99), 500, "ms"),
            Bar("M7 CPU per frame over the table's, 6 levels", ours / table if table else 99.0, 0.125, "x"),
            Bar("M7 CPU per painted frame, 6 levels", ours, 2, "ms"),
            Bar("M8 first paint over a bare app", first / bare, 1.3, "x"),
            Bar("M8 first verified book, embedded", book_s, 1.5, "s"),
            Bar("M8 --version over python -c pass", version_ms, 40, "ms CPU"),
            Bar("M9 idle", idle.bytes_per_s, 150, "B/s"),
        ],
    )


def measure(
    rest_url: str,
    pace: Pace,
    *,
    size: tuple[int, int],
    options: tuple[str, ...] = (),
    link: float | None = None,
    presses: int = 0,
    seconds: float = SECONDS,
    is_watched: bool = True,
) -> Run:
    """Run the program on a feed and read its terminal; press `j` and `k` at random times.

    Args:
        rest_url: Where the program asks what it needs besides the feed.
        pace: What the market does.
        size: Columns and rows.
        options: What the program is told.
        link: Bytes a second that the terminal takes; None takes all.
        presses: How many keys.
        seconds: For how long bytes and frames are counted.
        is_watched: Whether every frame is held against what its cells need. That takes many times as long as
            the frame took to draw, so where CPU is measured the terminal only takes its bytes.
    """
    with _feed(pace) as ws_url, tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        command = (sys.executable, "-m", "benchmarks.screen", rest_url, ws_url, str(out), *options)
        with Pty(command, size=size, bytes_per_s=link) as terminal:
            terminal.wait_for(lambda text: "60,0" in text or "6000" in text, timeout_s=30)
            terminal.pump(WARM_S)
            keys = [_press(terminal, number) for number in range(presses)]
            begun, before = time.perf_counter(), len(terminal.raw)
            floor = frames = 0
            if not is_watched:
                terminal.drain(seconds)
            while time.perf_counter() - begun < seconds:
                cost, is_frame = _frame(terminal)
                floor += cost
                frames += is_frame
            passed_s = time.perf_counter() - begun
            written = len(terminal.raw) - before
            terminal.press("q")
            terminal.wait_exit(timeout_s=30)
        inside = json.loads(out.read_text())
    return Run(written / passed_s, frames, written / floor if floor else 1.0, keys, inside)


def _press(terminal: Pty, number: int) -> float:
    """Press a key at a random time; return the milliseconds until the cursor has moved on the screen."""
    rng = random.Random(number)
    terminal.pump(rng.uniform(0.1, 0.35))
    before = _cursor(terminal)
    begun = time.monotonic()  # noqa: TID251 - compared with when the bytes came
    terminal.press("j" if number % 2 else "k")
    while terminal.read_s - begun < 5:
        terminal.take(0.05)
        if _cursor(terminal) != before:
            return (terminal.read_s - begun) * 1000
    return 5000.0


def _cursor(terminal: Pty) -> int:
    return next((y for y in range(3, terminal.rows) if terminal.screen.buffer[y][0].data == "►"), -1)


def _frame(terminal: Pty) -> tuple[int, bool]:
    """Read one burst; return the least bytes that its changes need."""
    before = _cells(terminal)
    if terminal.take(0.2) <= 0:
        return 0, False
    while terminal.take(0.015) > 0:
        pass
    return _floor(before, _cells(terminal)), True


def _cells(terminal: Pty) -> list[list[tuple[Any, ...]]]:
    buffer = terminal.screen.buffer
    return [
        [
            (cell.data, cell.fg, cell.bold, cell.reverse)
            for cell in (buffer[y][x] for x in range(terminal.columns))
        ]
        for y in range(terminal.rows)
    ]


def _floor(before: list[list[tuple[Any, ...]]], after: list[list[tuple[Any, ...]]]) -> int:
    """Return the bytes of the changed cells alone: a cursor move a run, eleven bytes a change of color."""
    total = 0
    look: tuple[Any, ...] | None = None
    for old_row, new_row in zip(before, after, strict=True):
        at = 0
        while at < len(new_row):
            if old_row[at] == new_row[at]:
                at += 1
                continue
            total += 6
            while at < len(new_row) and old_row[at] != new_row[at]:
                if new_row[at][1:] != look:
                    look = new_row[at][1:]
                    total += 11
                total += len(str(new_row[at][0]).encode())
                at += 1
    return total


def cpu_per_frame(rest_url: str, pace: Pace, *options: str) -> float:
    """Return the milliseconds of CPU that one more frame costs: ten a second beside none, turn by turn.

    In one run, since the feed alone takes more in one run than in another: a percent of a core that something
    else takes is a millisecond a frame.
    """
    run = measure(
        rest_url, pace, size=(200, 50), options=(*options, "--turns"), seconds=PAIRS_S, is_watched=False
    )
    made = run.inside["frame_ms"]
    say(f"  {'table' if options else 'ours'}, {pace.rate:g} messages/s: {made:.2f} ms a frame")
    return made


def first_paints() -> tuple[float, float]:
    """Return the median seconds to the first paint of bgtui and of a bare app, run in turn."""
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(STARTS):
        ours.append(_until((sys.executable, "-m", "bgtui"), "connecting"))
        bare.append(_until((sys.executable, "-c", BARE), "hello"))
    return statistics.median(ours), statistics.median(bare)


def first_book() -> float:
    """Return the median seconds until a verified book stands on the ladder."""

    def is_live(text: str) -> bool:
        lines = text.splitlines()
        return (
            len(lines) > 3 and "price" in lines[2] and any("▌" in line or "█" in line for line in lines[3:20])
        )

    return statistics.median(_until((sys.executable, "-m", "bgtui"), is_live) for _ in range(STARTS))


def _until(command: tuple[str, ...], seen: str | Callable[[str], bool]) -> float:
    with tempfile.TemporaryDirectory() as home:
        terminal = Pty(command, environ={"HOME": home})
        begun = time.perf_counter()
        with terminal:
            terminal.wait_for(seen, timeout_s=30)
            return time.perf_counter() - begun


def version_cpu_ms() -> float:
    """Return the CPU that `bgtui --version` takes beyond an empty Python, milliseconds."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_utime + used.ru_stime)"
    )

    def cpu(*command: str) -> float:
        runs = [
            float(
                subprocess.run(
                    [sys.executable, "-c", code, *command], capture_output=True, text=True, check=True
                ).stdout
            )
            for _ in range(STARTS)
        ]
        return statistics.median(runs) * 1000

    return cpu(sys.executable, "-m", "bgtui", "--version") - cpu(sys.executable, "-c", "pass")


def _share(values: list[float], percent: int) -> float:
    ordered = sorted(values) or [0.0]
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


@contextmanager
def _exchange() -> Iterator[str]:
    """Run a simulator for the list of instruments; return its REST address."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "bgtui", "sim", "--child"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": tempfile.gettempdir()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        yield decode(process.stdout.readline()).rest_url
    finally:
        process.kill()
        process.wait()


@contextmanager
def _feed(pace: Pace) -> Iterator[str]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "benchmarks.sender",
            *map(str, (pace.rate, 90, pace.trade_share, pace.touch_share)),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    raise SystemExit(0 if run() else 1)
