"""A journal in memory that remembers what it was told, and fails when the test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bgtui.domain.error import JournalFailed
from bgtui.domain.journal import Entry, Stage, Step
from bgtui.session.journal import Journal


def wait_for_disk(monkeypatch: pytest.MonkeyPatch, seconds: float = 10.0) -> None:
    """Let the real journal take its time: a busy machine is no slow disk."""
    defaults = Journal._do.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "deadline_s", seconds)


class MemoryJournal:
    """session.ports.Record."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.steps: list[Step] = []
        self.failure: JournalFailed | None = None
        """What every write ends in, while it is set."""
        self.on_record: Callable[[], object] = lambda: None
        """What happens while the disk works."""
        self._may_send = asyncio.Event()
        self._may_send.set()

    async def record(self, entry: Entry) -> None:
        self._fail()
        self.entries.append(entry)
        self.on_record()

    async def send(self, client_order_id: str, at_ms: int) -> None:
        self._fail()
        await self._may_send.wait()
        self.steps.append(Step(client_order_id, Stage.SENDING, at_ms))

    def note(self, step: Step) -> None:
        self.steps.append(step)

    def hold_send(self) -> None:
        """Let the note that something is about to leave wait for ever."""
        self._may_send.clear()

    def release_send(self) -> None:
        """Let it be noted."""
        self._may_send.set()

    def stages(self, client_order_id: str) -> list[Stage]:
        """What became of one write, in order."""
        return [step.stage for step in self.steps if step.client_order_id == client_order_id]

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
