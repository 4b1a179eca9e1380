"""A journal in memory that remembers what it was told, and fails when the test says so."""

from __future__ import annotations

from bgtui.domain.error import JournalFailed
from bgtui.domain.journal import Entry, Stage, Step


class MemoryJournal:
    """session.ports.Record."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.steps: list[Step] = []
        self.failure: JournalFailed | None = None
        """What every write ends in, while it is set."""

    async def record(self, entry: Entry) -> None:
        self._fail()
        self.entries.append(entry)

    async def send(self, client_order_id: str, at_ms: int) -> None:
        self._fail()
        self.steps.append(Step(client_order_id, Stage.SENDING, at_ms))

    def note(self, step: Step) -> None:
        self.steps.append(step)

    def stages(self, client_order_id: str) -> list[Stage]:
        """What became of one write, in order."""
        return [step.stage for step in self.steps if step.client_order_id == client_order_id]

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
