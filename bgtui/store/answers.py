"""Answers to polled questions: the last good one, how old it is, and why the last try failed."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Generic, TypeVar

from bgtui.domain.clock import Clock
from bgtui.domain.event import QuestionAnswered, QuestionAsked, QuestionFailed
from bgtui.domain.question import Question
from bgtui.domain.value import frozen
from bgtui.store.version import NextVersion

T = TypeVar("T")
MAX_ANSWERS = 256


@frozen
class Answer(Generic[T]):
    """What is known about one question."""

    value: T | None
    """None: never answered."""
    as_of_ms: int | None
    """Exchange time at which the answer was asked for, milliseconds."""
    age_s: float | None
    error: str
    """Why the last try failed, one line; empty when it did not."""
    code: str
    """Bitget's code of that failure."""
    is_asking: bool

    @property
    def is_known(self) -> bool:
        """Tell whether there ever was an answer."""
        return self.value is not None


class _Entry:
    __slots__ = ("answered_s", "as_of_ms", "code", "error", "is_asking", "value", "version")

    def __init__(self) -> None:
        self.value: Any = None
        self.as_of_ms: int | None = None
        self.answered_s: float | None = None
        self.error = self.code = ""
        self.is_asking = False
        self.version = 0


class Answers:
    """The latest answers; the least recently asked make room."""

    def __init__(self, clock: Clock, next_version: NextVersion) -> None:
        self._monotonic = clock.monotonic
        self._next = next_version
        self._entries: OrderedDict[Question[Any], _Entry] = OrderedDict()

    def ask(self, event: QuestionAsked) -> bool:
        """Take note that a question is on its way."""
        self._entry(event.question).is_asking = True
        return False

    def answer(self, event: QuestionAnswered) -> bool:
        """Take an answer; the same value again only makes it younger."""
        entry = self._entry(event.question)
        is_changed = entry.value != event.value or bool(entry.error)
        entry.value, entry.as_of_ms, entry.answered_s = event.value, event.asked_ms, self._monotonic()
        entry.error = entry.code = ""
        entry.is_asking = False
        if is_changed:
            entry.version = self._next()
        return is_changed

    def fail(self, event: QuestionFailed) -> bool:
        """Take note of a failure; what was known stays, and grows old."""
        entry = self._entry(event.question)
        is_changed = entry.error != event.message
        entry.error, entry.code, entry.is_asking = event.message, event.code, False
        if is_changed:
            entry.version = self._next()
        return is_changed

    def get(self, question: Question[T]) -> Answer[T]:
        """Return what is known."""
        entry = self._entries.get(question)
        if entry is None:
            return Answer(None, None, None, "", "", is_asking=False)
        age_s = None if entry.answered_s is None else self._monotonic() - entry.answered_s
        return Answer(entry.value, entry.as_of_ms, age_s, entry.error, entry.code, entry.is_asking)

    def version(self, question: Question[Any]) -> int:
        """Return the version."""
        entry = self._entries.get(question)
        return 0 if entry is None else entry.version

    def _entry(self, question: Question[Any]) -> _Entry:
        entry = self._entries.get(question)
        if entry is None:
            entry = self._entries[question] = _Entry()
            if len(self._entries) > MAX_ANSWERS:
                self._entries.popitem(last=False)
        self._entries.move_to_end(question)
        return entry
