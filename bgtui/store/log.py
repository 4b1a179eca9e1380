"""What happened, line by line: bounded, repeats counted instead of repeated."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from enum import StrEnum

from bgtui.domain.clock import Clock
from bgtui.domain.text import Untrusted
from bgtui.domain.value import frozen
from bgtui.store.version import NextVersion

MAX_LINES = 500
REPEAT_WITHIN = 20
"""A line counts as a repetition when it stands among so many last ones."""


class Level(StrEnum):
    """How much a line matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@frozen
class LogLine:
    """One line, or several equal ones."""

    first_ms: int
    """This machine's clock."""
    last_ms: int
    level: Level
    text: str
    """Ours."""
    detail: Untrusted | None
    """The exchange's own words."""
    count: int


class EventLog:
    """The last lines, oldest first."""

    def __init__(self, clock: Clock, next_version: NextVersion) -> None:
        self._clock = clock
        self._next = next_version
        self._lines: deque[LogLine] = deque(maxlen=MAX_LINES)
        self.version = 0

    def add(self, level: Level, text: str, detail: Untrusted | None = None) -> None:
        """Add a line, or count it once more."""
        now_ms = self._clock.now_ms()
        self.version = self._next()
        for back in range(1, min(REPEAT_WITHIN, len(self._lines)) + 1):
            line = self._lines[-back]
            if line.text == text and line.level is level and line.detail == detail:
                del self._lines[-back]
                self._lines.append(replace(line, last_ms=now_ms, count=line.count + 1))
                return
        self._lines.append(LogLine(now_ms, now_ms, level, text, detail, 1))

    def lines(self) -> tuple[LogLine, ...]:
        """Return the lines, oldest first."""
        return tuple(self._lines)
