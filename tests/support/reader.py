"""Somebody who reads a source of events, for tests that look at what came."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Self, TypeVar

from bgtui.domain.event import Event
from bgtui.session.ports import EventSource

E = TypeVar("E")


class Reader:
    """Reads a source for as long as its ``async with`` block lasts; then the source has to end cleanly."""

    def __init__(self, source: EventSource) -> None:
        self._source = source
        self._task: asyncio.Task[None] | None = None
        self._came = asyncio.Event()
        self.came: list[tuple[float, Event]] = []
        """Every event with the loop's time."""
        self._by_type: dict[type, list[Any]] = {}
        self.error: Exception | None = None
        """What ended the source."""
        self.is_stalled = False
        """Do not take the next event."""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop reading; the source closes what it opened."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one type."""
        return self._by_type.get(kind, [])

    def times(self, kind: type) -> list[float]:
        """Return when events of one type came."""
        return [moment for moment, event in self.came if isinstance(event, kind)]

    async def until(self, kind: type[E], count: int = 1, *, within_s: float = 3600.0) -> E:
        """Wait for the so-manieth event of a type."""
        async with asyncio.timeout(within_s):
            while len(self.of(kind)) < count:
                if self._task is not None and self._task.done():
                    raise AssertionError(f"the source ended: {self.error!r}")
                self._came.clear()
                await self._came.wait()
        return self.of(kind)[count - 1]

    async def ended(self, *, within_s: float = 3600.0) -> Exception | None:
        """Wait for the source to end by itself, and return its error."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=within_s)
            assert self._task.done(), "the source goes on"
        return self.error

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        events = self._source.events()
        try:
            async for event in events:
                self.came.append((loop.time(), event))
                self._by_type.setdefault(type(event), []).append(event)
                self._came.set()
                while self.is_stalled:  # noqa: ASYNC110 - the test sets it back
                    await asyncio.sleep(0.1)
        except Exception as error:
            self.error = error
        finally:
            self._came.set()
            # An iterator that was left by a cancellation is closed here and not whenever it is collected.
            await events.aclose()  # type: ignore[attr-defined]
