"""Asking what no stream tells: each by itself, faster after a write, slower when it fails or is too much."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from typing import Any

from bgtui.domain.clock import Clock
from bgtui.domain.error import (
    AuthRefused,
    BgtuiError,
    ExchangeError,
    PermissionRefused,
    RateLimited,
    Rejected,
)
from bgtui.domain.event import Event, QuestionAnswered, QuestionAsked, QuestionFailed
from bgtui.domain.question import Question
from bgtui.session.feed import surface
from bgtui.session.ports import Answering

FACT_S = 60.0
"""A refusal for want of a right, or by a rule, is a fact: it is asked again only so often."""
HURRIED_S = 1.0
"""How often what was just changed is asked …"""
HURRY_S = 10.0
"""… and for how long."""
_FIRST_RETRY_S = 2.0
_MAX_RETRY_S = 60.0
_MAX_SLOWDOWN = 16.0
"""How many times its interval a question waits at most after the exchange said that it is too much."""


class Asker:
    """Polls what is attended; `run` is the task that does it."""

    def __init__(
        self,
        answering: Answering,
        apply: Callable[[Event], object],
        *,
        clock: Clock,
        rng: random.Random,
        now_ms: Callable[[], int],
    ) -> None:
        """Attend nothing yet."""
        self._answering = answering
        self._apply = apply
        self._clock = clock
        self._rng = rng
        self._now_ms = now_ms
        self._intervals: dict[Question[Any], float] = {}
        self._tasks: dict[Question[Any], asyncio.Task[None]] = {}
        self._wakes: dict[Question[Any], asyncio.Event] = {}
        self._hurried_until_s: dict[Question[Any], float] = {}
        self._slowdowns: dict[Question[Any], float] = {}
        self._sooner: set[Question[Any]] = set()
        """Woken because their interval became shorter, not to be asked at once."""
        self._once: set[asyncio.Task[None]] = set()
        self._is_running = False

    def attend(self, questions: Iterable[tuple[Question[Any], float]]) -> None:
        """Ask exactly these from now on, each every so many seconds; what stays goes on as it is."""
        wanted = dict(questions)
        for question in [name for name in self._intervals if name not in wanted]:
            del self._intervals[question]
            self._hurried_until_s.pop(question, None)
            if (task := self._tasks.pop(question, None)) is not None:
                task.cancel()
        for question, interval_s in wanted.items():
            if question in self._tasks and interval_s < self._intervals.get(question, interval_s):
                self._sooner.add(question)
                self._wakes[question].set()
        self._intervals.update(wanted)
        if self._is_running:
            self._begin()

    def ask(self, question: Question[Any]) -> None:
        """Ask now: an attended question out of turn, any other once."""
        if question in self._tasks:
            self._sooner.discard(question)
            self._wakes[question].set()
        elif self._is_running:
            task = asyncio.create_task(self._ask_once(question), name=f"ask {question.name}")
            self._once.add(task)
            task.add_done_callback(self._once.discard)
            task.add_done_callback(surface)

    def hurry(self, *questions: Question[Any]) -> None:
        """Ask these now and often for a while: something was sent that changes their answers."""
        until_s = self._clock.monotonic() + HURRY_S
        for question in questions:
            if question in self._intervals:
                self._hurried_until_s[question] = until_s
            self.ask(question)

    def ask_all(self) -> None:
        """Ask everything that is attended now."""
        self._sooner.clear()
        for wake in self._wakes.values():
            wake.set()

    async def run(self) -> None:
        """Ask until this is canceled."""
        self._is_running = True
        self._begin()
        try:
            await asyncio.Event().wait()
        finally:
            self._is_running = False
            tasks = [*self._tasks.values(), *self._once]
            self._tasks.clear()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self) -> None:
        for question in self._intervals:
            if question not in self._tasks:
                self._wakes[question] = asyncio.Event()
                task = asyncio.create_task(self._poll(question), name=f"ask {question.name}")
                task.add_done_callback(surface)
                self._tasks[question] = task

    async def _poll(self, question: Question[Any]) -> None:
        failures = 0
        while True:
            self._wakes[question].clear()
            error = await self._ask(question)
            failures = 0 if error is None else failures + 1
            pause_s = self._pause_s(question, error, failures)
            await self._rest(question, pause_s, is_answered=error is None)

    async def _rest(self, question: Question[Any], pause_s: float, *, is_answered: bool) -> None:
        """Wait until a question is due; less long once it is wanted more often, if it was answered."""
        wake, begun_s = self._wakes[question], self._clock.monotonic()
        while True:
            try:
                async with asyncio.timeout(pause_s - (self._clock.monotonic() - begun_s)):
                    await wake.wait()
            except TimeoutError:
                return
            if question not in self._sooner:
                return
            self._sooner.discard(question)
            wake.clear()
            if is_answered:
                wanted_s = self._intervals.get(question, pause_s) * self._slowdowns.get(question, 1.0)
                pause_s = min(pause_s, wanted_s)

    def _pause_s(self, question: Question[Any], error: BgtuiError | None, failures: int) -> float:
        interval_s = self._intervals.get(question, FACT_S)
        if self._clock.monotonic() < self._hurried_until_s.get(question, 0.0):
            interval_s = min(interval_s, HURRIED_S)
        if isinstance(error, RateLimited):
            slower = min(2 * self._slowdowns.get(question, 1.0), _MAX_SLOWDOWN)
            self._slowdowns[question] = slower
            return max(interval_s * slower, _FIRST_RETRY_S)
        if error is None:
            return interval_s * self._calmed(question)
        if isinstance(error, AuthRefused | PermissionRefused | Rejected):
            return max(FACT_S, interval_s)
        longest = min(_MAX_RETRY_S, max(_FIRST_RETRY_S, interval_s) * 2.0 ** min(failures - 1, 8))
        return longest * self._rng.uniform(0.5, 1.0)

    def _calmed(self, question: Question[Any]) -> float:
        """Return how many times its interval a question waits after an answer: less with each good one."""
        slower = self._slowdowns.pop(question, 1.0) / 2
        if slower > 1.0:
            self._slowdowns[question] = slower
        return max(slower, 1.0)

    async def _ask_once(self, question: Question[Any]) -> None:
        await self._ask(question)

    async def _ask(self, question: Question[Any]) -> BgtuiError | None:
        self._apply(QuestionAsked(question))
        asked_ms = self._now_ms()
        try:
            value = await self._answering.answer(question)
        except BgtuiError as error:
            code = error.code if isinstance(error, ExchangeError) else ""
            self._apply(QuestionFailed(question, str(error), code))
            return error
        self._apply(QuestionAnswered(question, value, asked_ms))
        return None
