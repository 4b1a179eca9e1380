"""A recording on the screens: the same frames every time, held and stepped by keys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from bgtui.cli.screening import Film
from bgtui.ui.app import BgtuiApp
from bgtui.ui.display import Display
from bgtui.wire.capture import Captured, read

DEMO = Path(__file__).parents[1] / "data" / "demo.jsonl.gz"
DEMO_FRAMES = 120
"""Frames of the screen that the recording lasts, at 10 a second."""


def frames_of(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bgtui", "replay", str(path), "--frames"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@contextmanager
def recording() -> Iterator[Iterator[Captured]]:
    with DEMO.open("rb") as stream:
        yield iter(read(stream))


@asynccontextmanager
async def showing(*, speed: float = 1.0) -> AsyncIterator[tuple[Film, Pilot[Any]]]:
    with recording() as frames:
        display = Display(is_stepped=True)
        film = Film(frames, display, speed=speed)
        app = film.app = BgtuiApp(display, film.connect, clock=film.player.clock)
        async with app.run_test(size=(80, 24)) as pilot:
            await app.opened.wait()
            await pilot.pause()
            yield film, pilot


def text_of(film: Film) -> str:
    assert film.app is not None
    return "\n".join(strip.text.rstrip() for strip in film.app.screen._compositor.render_strips())


def test_two_processes_draw_the_same_frames() -> None:
    first, second = frames_of(DEMO), frames_of(DEMO)

    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert first.stdout.split()[1:] == [str(DEMO_FRAMES), "frames"]


def test_another_recording_draws_other_frames(tmp_path: Path) -> None:
    import gzip

    shorter = tmp_path / "short.jsonl.gz"
    lines = gzip.decompress(DEMO.read_bytes()).splitlines(keepends=True)
    shorter.write_bytes(gzip.compress(b"".join(lines[: len(lines) // 2])))

    assert frames_of(shorter).stdout.split()[0] != frames_of(DEMO).stdout.split()[0]


async def test_a_recording_is_drawn_as_a_market_that_cannot_be_traded() -> None:
    async with showing() as (film, pilot):
        for _ in range(20):
            film.advance()
        await pilot.pause()
        text = text_of(film)
    assert text.startswith("[TAPE] READ-ONLY")
    assert "BTCUSDT" in text
    assert "READONLY" in text


async def test_the_clock_on_the_screen_is_the_recordings() -> None:
    async with showing() as (film, pilot):
        film.advance()
        await pilot.pause()
        before = text_of(film).splitlines()[0][-8:]
        for _ in range(30):
            film.advance()
        await pilot.pause()
        after = text_of(film).splitlines()[0][-8:]
    assert int(after[-2:]) - int(before[-2:]) in (3, -57)


async def test_space_holds_and_a_period_steps() -> None:
    import asyncio

    async with showing(speed=0.0) as (film, pilot):
        film.do_replay_pause()
        playing = asyncio.create_task(film.run())
        await pilot.pause()
        held = film.player.clock.now_ns
        await pilot.press("full_stop")
        await pilot.pause()
        assert film.player.clock.now_ns - held == 100_000_000
        await pilot.press("space")
        await asyncio.wait_for(playing, 30)
        assert film.is_over


async def test_the_speed_is_doubled_and_halved_within_bounds() -> None:
    async with showing() as (film, _pilot):
        film.do_replay_faster()
        assert film.speed == pytest.approx(2.0)
        for _ in range(20):
            film.do_replay_slower()
        assert film.speed == pytest.approx(1 / 16)


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text("not a recording\n")

    refused = frames_of(other)

    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1


def test_the_screens_need_a_terminal() -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "bgtui", "replay", str(DEMO), "--tui"],
        capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip

    assert refused.returncode == 2
    assert "--tui needs a terminal" in refused.stderr
