"""A recording in the making: two streams, one file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from bgtui.cli.live import Live, open_live
from bgtui.cli.output import complain, say
from bgtui.cli.recording import RecordingWriter
from bgtui.cli.start import announce
from bgtui.config.settings import Settings, locate
from bgtui.domain.error import BgtuiError, ConfigError, ExitCode
from bgtui.domain.event import Connection
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import InstrumentId, parse_instrument
from bgtui.domain.market import CandleInterval
from bgtui.wire.capture import encode_line

FLUSH_S = 1.0
"""At most so much of a recording is lost when the machine stops."""


class Taping:
    """One run of `bgtui record`."""

    def __init__(
        self, settings: Settings, symbols: Sequence[str], path: Path, *, is_private: bool, is_replacing: bool
    ) -> None:
        """Check everything that can be checked before connecting.

        Raises:
            ConfigError: the settings lead nowhere, a symbol cannot be one, or the file may not be made.
        """
        self._settings = settings
        self._venue = locate(settings)
        self._instruments = named_instruments(settings, symbols) or settings.watch_list
        self._is_private = is_private
        self._writer = RecordingWriter(path, replace=is_replacing)
        self._failure: BgtuiError | None = None
        self._is_announced = False

    async def run(self, seconds: float | None) -> int:
        """Record for so long, or until canceled; what came is in the file in any case."""
        try:
            async with open_live(
                self._settings, _topics(self._instruments), has_account=self._is_private, tap=self._tap
            ) as live:
                await self._keep_writing(live, seconds)
        except asyncio.CancelledError:
            self._finish()
            raise
        finally:
            self._writer.close()
        self._finish()
        if not self._writer.lines:
            complain("no frame came")
            return ExitCode.DEGRADED
        return ExitCode.OK

    def _finish(self) -> None:
        self._writer.close()
        if self._writer.lines:
            say(f"{self._writer.lines} frames in {self._writer.path}")

    async def _keep_writing(self, live: Live, seconds: float | None) -> None:
        loop = asyncio.get_running_loop()
        end_s = None if seconds is None else loop.time() + seconds
        while end_s is None or loop.time() < end_s:
            left_s = FLUSH_S if end_s is None else min(FLUSH_S, end_s - loop.time())
            await live.wait_for(lambda: self._failure is not None, timeout_s=max(left_s, 0.001))
            if self._failure is not None:
                raise self._failure
            self._writer.flush()
            if self._writer.lines and not self._is_announced:
                announce(self._settings, self._venue)
                self._is_announced = True

    def _tap(self, connection: Connection, time_ns: int, frame: bytes | str) -> None:
        """Take one frame; called while the stream reads, where an error would look like a lost connection."""
        try:
            self._writer.add(encode_line(time_ns, connection.value, frame))
        except BgtuiError as error:
            self._failure = error


def named_instruments(settings: Settings, symbols: Iterable[str]) -> tuple[InstrumentId, ...]:
    """Return the instruments that symbols of the command line name.

    Raises:
        ConfigError: one could not be a symbol.
    """
    try:
        return tuple(dict.fromkeys(parse_instrument(symbol, settings.product_type) for symbol in symbols))
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _topics(instruments: Iterable[InstrumentId]) -> list[MarketTopic]:
    topics = []
    for instrument in instruments:
        topics += [
            MarketTopic(each, instrument)
            for each in (MarketChannel.BOOK, MarketChannel.TRADES, MarketChannel.TICKER)
        ]
        topics.append(MarketTopic(MarketChannel.CANDLES, instrument, CandleInterval.M1))
    return topics
