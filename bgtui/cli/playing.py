"""A recording played through the router and the store, at the times it was recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from bgtui.cli.output import complain, write_json, write_line
from bgtui.domain.error import ConfigError, ExitCode, FileDecodeError
from bgtui.domain.event import Event, FrameRefused, FrameUnsupported
from bgtui.store.store import Store
from bgtui.wire.capture import Captured, read
from bgtui.wire.frame import Control, Router

_BREATH = 2000
"""Frames between two looks at signals, when nothing else waits."""


class RecordedClock:
    """Time as the recording has it; implements `bgtui.domain.clock.Clock`."""

    def __init__(self) -> None:
        """Stand at zero until the first frame."""
        self.now_ns = 0

    def now_ms(self) -> int:
        """Wall clock of the recording."""
        return self.now_ns // 1_000_000

    def monotonic(self) -> float:
        """Seconds of the recording."""
        return self.now_ns / 1e9


@dataclass(slots=True)
class Tally:
    """What was not a book message."""

    frames: int = 0
    unsupported: int = 0
    decode_errors: int = 0


class Player:
    """Feeds frames to a store of its own and counts."""

    def __init__(self) -> None:
        """Begin with an empty store."""
        self.clock = RecordedClock()
        self.store = Store(self.clock)
        self.tally = Tally()
        self.apply: Callable[[Event], object] = self.store.apply
        """Takes every event; whoever draws puts a session's here."""
        self._routers: dict[str, Router] = {}

    def play(self, captured: Captured) -> None:
        """Take one recorded frame."""
        # A clock of the machine that recorded may have been set back.
        self.clock.now_ns = max(self.clock.now_ns, captured.time_ns)
        self.tally.frames += 1
        router = self._routers.get(captured.connection)
        if router is None:
            router = self._routers[captured.connection] = Router(captured.connection)
        for event in router.route(captured.raw):
            if isinstance(event, Control):
                continue
            if isinstance(event, FrameUnsupported):
                self.tally.unsupported += 1
            elif isinstance(event, FrameRefused):
                self.tally.decode_errors += 1
            self.apply(event)

    def report(self) -> dict[str, Any]:
        """Return the documented figures."""
        totals = self.store.book_totals()
        return {
            "books": {
                "messages": totals.messages,
                "verified": totals.verified + totals.chained,
                "mismatched": totals.mismatches + totals.gaps + totals.crossed + totals.malformed,
            },
            "unsupported": self.tally.unsupported,
            "decode_errors": self.tally.decode_errors,
        }


async def play(path: Path, *, is_check: bool, as_json: bool, speed: float) -> int:
    """Play a recording and report; return the exit code.

    Raises:
        ConfigError: the file cannot be opened.
        FileDecodeError: it is no recording, or is damaged: what could be read has been reported then.
    """
    player = Player()
    try:
        with path.open("rb") as stream:
            damage = await _play_all(stream, player, _Pace(speed))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    if damage and not player.tally.frames:
        raise FileDecodeError(f"{path} is no recording: {damage}")
    report = player.report()
    _print(report, player.tally, as_json=as_json)
    if damage:
        raise FileDecodeError(f"{path}: {damage}; the figures cover the {player.tally.frames} frames before")
    if not player.tally.frames:
        raise FileDecodeError(f"{path} holds no frames")
    if is_check and (report["books"]["mismatched"] or report["decode_errors"]):
        complain(f"{path}: check failed; {_failures(report)}")
        return ExitCode.DEGRADED
    return ExitCode.OK


async def _play_all(stream: BufferedReader, player: Player, pace: _Pace) -> str:
    """Play every frame; return what stopped the reading short, empty when nothing did."""
    try:
        for number, captured in enumerate(read(stream)):
            if pace.is_timed or not number % _BREATH:
                await pace.wait(captured.time_ns)
            player.play(captured)
    except FileDecodeError as error:
        return error.message
    return ""


class _Pace:
    """Waits until a recorded moment is due; at speed 0 it only lets others run."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._first_ns: int | None = None
        self._start_s = 0.0

    @property
    def is_timed(self) -> bool:
        """Tell whether it ever waits."""
        return self._speed > 0

    async def wait(self, time_ns: int) -> None:
        now_s = asyncio.get_running_loop().time()
        if self._first_ns is None:
            self._first_ns, self._start_s = time_ns, now_s
        due_s = self._start_s + (time_ns - self._first_ns) / 1e9 / self._speed if self._speed else now_s
        await asyncio.sleep(max(0.0, due_s - now_s))


def _print(report: dict[str, Any], tally: Tally, *, as_json: bool) -> None:
    if as_json:
        write_json(report)
        return
    books = report["books"]
    write_line(f"frames           {tally.frames}")
    write_line(f"book messages    {books['messages']}")
    write_line(f"  verified       {books['verified']}")
    write_line(f"  mismatched     {books['mismatched']}")
    write_line(f"unsupported      {report['unsupported']}")
    write_line(f"decode errors    {report['decode_errors']}")


def _failures(report: dict[str, Any]) -> str:
    return (
        f"{report['books']['mismatched']} book messages mismatched, {report['decode_errors']} decode errors"
    )
