"""The journal as the desk uses it: on a thread of its own, waited for so long and no longer.

What cannot be recorded in time is not sent. What became of writes is noted in order, without making anybody
wait; while the disk refuses, notes are kept and tried again before the next record.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

from bgtui.domain.error import JournalFailed
from bgtui.domain.event import Event, FeedFailed, FeedRecovered
from bgtui.domain.journal import Entry, Recorded, RecordedRun, Stage, Step
from bgtui.session.feed import surface
from bgtui.session.journal_file import JournalFile

DEADLINE_S = 0.25
"""How long a record may take before the write is given up."""
SOURCE = "journal"
"""What messages call it."""
MAX_WAITING = 10_000
"""Steps kept while the disk refuses."""

P = ParamSpec("P")
T = TypeVar("T")


class JournalThread(Executor):
    """One thread that never holds up the end of the program, even on a disk that does not answer."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=SOURCE, daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it after everything that was submitted before."""
        future: Future[T] = Future()
        self._work.put((future, lambda: fn(*args, **kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Let the thread end after what was submitted."""
        self._work.put(None)

    def _run(self) -> None:
        while (item := self._work.get()) is not None:
            future, work = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - whoever waits gets it, as every executor does
                future.set_exception(error)


class Journal:
    """Records writes before they leave."""

    def __init__(
        self,
        open_file: Callable[[], JournalFile],
        thread: Executor,
        apply: Callable[[Event], object] = lambda _: None,
    ) -> None:
        """Use a file that is opened on the thread, at the first use and again after it failed.

        Args:
            open_file: Opens the journal and notes this run; raises `JournalFailed`.
            thread: Does everything, one thing after the other.
            apply: Told when the journal fails and when it works again.
        """
        self._open_file = open_file
        self._thread = thread
        self._apply = apply
        self._file: JournalFile | None = None
        self._waiting: deque[Step] = deque(maxlen=MAX_WAITING)
        self._queued: dict[str, None] = {}
        """Writes whose record waits for the thread: steps about them have no row yet to belong to."""
        self._trouble = ""

    @property
    def trouble(self) -> str:
        """Why nothing can be recorded now; empty when all is well."""
        return self._trouble

    async def record(self, entry: Entry) -> None:
        """Put a write on disk before it leaves.

        Raises:
            JournalFailed: it is not on disk, or was not in time: it must not be sent.
        """
        self._queued[entry.client_order_id] = None
        await self._do(lambda file: file.record(entry), late=entry)

    async def send(self, client_order_id: str, at_ms: int) -> None:
        """Note that a recorded write is about to leave.

        Raises:
            JournalFailed: it could not be noted: it must not be sent.
        """
        step = Step(client_order_id, Stage.SENDING, at_ms)
        is_wanted = True

        def add(file: JournalFile) -> None:
            # Without a flush: it outlives a killed program; after a crash of the machine the exchange is
            # asked. Not when it comes too late: it would stand behind the note that nothing was sent.
            if is_wanted:
                file.add([step], is_flushed=False)

        try:
            await self._do(add)
        except (JournalFailed, asyncio.CancelledError):
            is_wanted = False
            raise

    def note(self, step: Step) -> None:
        """Note what became of a write, in order, without waiting."""
        self._waiting.append(step)
        self.check()

    def check(self) -> None:
        """Find out whether the journal works, and write what waits; `trouble` tells."""
        self._in_background(self._call(self._look))

    def _look(self, file: JournalFile) -> None:
        """Find out whether the file takes anything, even when nothing waits; on the thread."""
        self._flush(file)
        if self._waiting or self._trouble:
            file.probe()

    async def latest(self, stages: Iterable[Stage]) -> tuple[Recorded, ...]:
        """Return the writes that stand at one of these stages.

        Raises:
            JournalFailed: the journal cannot be read.
        """
        wanted = tuple(stages)
        return await self._do(lambda file: file.latest(wanted), deadline_s=None)

    async def runs(self) -> tuple[RecordedRun, ...]:
        """Return every run that used the journal.

        Raises:
            JournalFailed: the journal cannot be read.
        """
        return await self._do(JournalFile.runs, deadline_s=None)

    async def close(self) -> None:
        """Write what waits, and close the file; a disk that does not answer is left behind."""
        file = self._call(lambda file: file.close())
        try:
            async with asyncio.timeout(DEADLINE_S):
                await asyncio.shield(file)
        except (TimeoutError, JournalFailed):
            pass
        finally:
            self._in_background(file)
            self._thread.shutdown(wait=False)

    async def _do(
        self,
        work: Callable[[JournalFile], T],
        *,
        late: Entry | None = None,
        deadline_s: float | None = DEADLINE_S,
    ) -> T:
        future = self._call(work, late.client_order_id if late is not None else "")
        try:
            done = await _in_time(future, deadline_s)
        except (TimeoutError, asyncio.CancelledError) as error:
            self._in_background(future)
            if late is not None:
                # It may still be written: then it says at once that nothing was sent.
                self.note(Step(late.client_order_id, Stage.NOT_SENT, late.recorded_ms, "recorded too late"))
            if isinstance(error, asyncio.CancelledError):
                raise
            failed = JournalFailed(
                f"Journal did not answer in {DEADLINE_S * 1000:.0f} ms: sending stopped",
                hint="look at the disk, then u",
            )
            self._fail(failed)
            raise failed from None
        except JournalFailed as error:
            self._fail(error)
            raise
        self._recover()
        return done

    def _call(self, work: Callable[[JournalFile], T], name: str = "") -> asyncio.Future[T]:
        """Have the thread do something; ``name`` is the write that is recorded by it."""
        return asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._work(work, name))

    def _work(self, work: Callable[[JournalFile], T], name: str) -> T:
        """Do one thing, on the thread; then write what waits, which may be about what was just recorded."""
        try:
            if self._file is None:
                self._file = self._open_file()
            done = work(self._file)
        finally:
            self._queued.pop(name, None)
        self._flush(self._file)
        return done

    def _flush(self, file: JournalFile) -> None:
        """Write the steps that wait, in order; what is refused, or has no row yet, goes on waiting."""
        steps = [self._waiting.popleft() for _ in range(len(self._waiting))]
        early = [step for step in steps if step.client_order_id in self._queued]
        steps = [step for step in steps if step.client_order_id not in self._queued]
        try:
            if steps:
                file.add(steps)
        except JournalFailed:
            early = [*steps, *early]
        self._waiting.extendleft(reversed(early))

    def _in_background(self, future: asyncio.Future[Any]) -> None:
        def tell(done: asyncio.Future[Any]) -> None:
            error = None if done.cancelled() else done.exception()
            if isinstance(error, JournalFailed):
                self._fail(error)
            elif error is None:
                self._recover()
            else:
                surface(done)

        future.add_done_callback(tell)

    def _fail(self, error: JournalFailed) -> None:
        if self._trouble != str(error):
            self._trouble = str(error)
            self._apply(FeedFailed(SOURCE, str(error), None))

    def _recover(self) -> None:
        if self._trouble:
            self._trouble = ""
            self._apply(FeedRecovered(SOURCE))


async def _in_time(future: asyncio.Future[T], deadline_s: float | None) -> T:
    """Wait for the thread; what it has done while this loop stood still counts as done.

    Raises:
        TimeoutError: it has not done it.
        JournalFailed: it could not.
    """
    try:
        async with asyncio.timeout(deadline_s):
            return await asyncio.shield(future)
    except TimeoutError:
        await asyncio.sleep(0)
        if not future.done():
            raise
        return future.result()
