"""The journal: on disk before anything leaves, whole after every failure, and never in anybody's way."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bgtui.domain.error import FileDecodeError, JournalFailed
from bgtui.domain.event import Event, FeedFailed, FeedRecovered
from bgtui.domain.intent import Intent, instrument_of, product_of
from bgtui.domain.journal import Entry, Origin, RecordedRun, Stage, Step
from bgtui.session.journal import DEADLINE_S, Journal, JournalThread
from bgtui.session.journal_code import decode_intent, encode_intent, kind_of
from bgtui.session.journal_file import SCHEMA_VERSION, JournalFile, read_journal, read_steps
from bgtui.session.runlock import RunLock
from tests.support import intents
from tests.support.intents import EVERY, PLACE

ORIGIN = Origin("sim", "embedded", "1000001", "17")
NAME = "simk7q-1Z7Q2M03"


def entry(name: str = NAME, intent: Intent = PLACE) -> Entry:
    return Entry(name, intent, product_of(intent), instrument_of(intent), ("7",), 1_000)


def done(name: str = NAME, at_ms: int = 2_000) -> Step:
    return Step(name, Stage.DONE, at_ms, "found", "9", "9 live 1999")


def opened(path: Path, instance: str = "simk7q") -> JournalFile:
    file = JournalFile(path)
    file.begin(instance, ORIGIN, 1)
    return file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.sqlite3"


@pytest.mark.parametrize("intent", EVERY, ids=intents.name_of)
def test_every_intent_reads_back_as_it_was(intent: Intent) -> None:
    assert decode_intent(kind_of(intent), encode_intent(intent)) == intent


@pytest.mark.parametrize(("kind", "text"), [("Gamble", "{}"), ("PlaceOrder", "{}"), ("PlaceOrder", "[")])
def test_what_another_version_wrote_is_refused_as_a_file(kind: str, text: str) -> None:
    with pytest.raises(FileDecodeError):
        decode_intent(kind, text)


class TestFile:
    def test_a_write_and_what_became_of_it_outlive_the_run(self, path: Path) -> None:
        with closing(opened(path)) as file:
            file.record(entry())
            file.add([Step(NAME, Stage.SENDING, 1_001)], is_flushed=False)
            file.add([done()])
        (row,) = read_journal(path)
        assert (row.entry, row.last, row.instance, row.origin) == (entry(), done(), "simk7q", ORIGIN)
        assert [step.stage for step in read_steps(path, NAME)] == [Stage.RECORDED, Stage.SENDING, Stage.DONE]

    def test_it_is_written_ahead_and_flushed(self, path: Path) -> None:
        with closing(opened(path)) as file:
            asked = file._connection.execute
            assert asked("PRAGMA journal_mode").fetchone() == ("wal",)
            assert asked("PRAGMA synchronous").fetchone() == (2,)
            file.record(entry())
            file.add([done()], is_flushed=False)
            assert asked("PRAGMA synchronous").fetchone() == (2,), "the next record is flushed again"

    def test_nobody_else_may_read_it(self, path: Path) -> None:
        opened(path).close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        path.chmod(0o644)
        with pytest.raises(JournalFailed, match=f"open to others: sending stopped; chmod 600 {path}, then u"):
            JournalFile(path)

    def test_one_id_is_recorded_once_by_whatever_run(self, path: Path) -> None:
        with closing(opened(path)) as first, closing(opened(path, "simzzz")) as second:
            first.record(entry())
            with pytest.raises(JournalFailed, match="that id was used before"):
                second.record(entry())
            assert [step.stage for step in second.steps(NAME)] == [Stage.RECORDED]

    def test_two_runs_write_side_by_side(self, path: Path) -> None:
        with closing(opened(path)) as first, closing(opened(path, "simzzz")) as second:
            for number in range(20):
                (first, second)[number % 2].record(entry(f"simk7q-{number:08}"))
            assert len(first.latest()) == 20
            assert set(second.runs()) == {RecordedRun("simk7q", ORIGIN), RecordedRun("simzzz", ORIGIN)}

    def test_a_journal_of_a_newer_version_is_left_alone(self, path: Path) -> None:
        opened(path).close()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        with pytest.raises(JournalFailed, match="newer bgtui"):
            JournalFile(path)

    def test_a_row_of_another_version_hides_no_other(self, path: Path) -> None:
        with closing(opened(path)) as file:
            file.record(entry("simk7q-00000001"))
            file.record(entry("simk7q-00000002"))
            file._connection.execute("UPDATE intent SET kind = 'Gamble' WHERE id = 1")
            assert [row.entry.client_order_id for row in file.latest()] == ["simk7q-00000002"]

    def test_what_is_no_journal_is_told_and_kept(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700)
        path.write_bytes(b"something else, 4000 bytes of it" * 125)
        path.chmod(0o600)
        with pytest.raises(JournalFailed, match="not a journal"):
            JournalFile(path)
        assert path.read_bytes().startswith(b"something else")

    def test_a_killed_process_leaves_what_it_had_recorded(self, path: Path) -> None:
        script = f"""
            import os, signal
            from pathlib import Path
            from tests.unit.session.test_journal import NAME, entry, opened
            from bgtui.domain.journal import Stage, Step
            file = opened(Path({str(path)!r}))
            file.record(entry())
            file.add([Step(NAME, Stage.SENDING, 1_001)], is_flushed=False)
            os.kill(os.getpid(), signal.SIGKILL)
        """
        ended = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=Path.cwd(), check=False)
        assert ended.returncode == -9
        (row,) = read_journal(path)
        assert row.last.stage is Stage.SENDING


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the write lock as another program would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


class Bench:
    """A journal as a run uses it."""

    def __init__(self, path: Path, open_file: Callable[[], JournalFile] | None = None) -> None:
        self.events: list[Event] = []
        self.thread = JournalThread()
        self.files: list[JournalFile] = []
        self.path = path
        self.journal = Journal(open_file or self._open, self.thread, self.events.append)

    def _open(self) -> JournalFile:
        self.files.append(opened(self.path))
        return self.files[-1]

    async def drained(self) -> None:
        """Wait until the thread has done everything it was given."""
        await asyncio.wrap_future(self.thread.submit(lambda: None))
        await asyncio.sleep(0)

    def stages(self, name: str = NAME) -> list[Stage]:
        return [step.stage for step in read_steps(self.path, name)]


class TestFailures:
    """F-22: what cannot be recorded is not sent, and what became of earlier writes is not lost."""

    async def test_a_disk_that_is_full(self, path: Path) -> None:
        bench = Bench(path)
        await bench.journal.record(entry())
        await asyncio.wrap_future(
            bench.thread.submit(lambda: bench.files[0]._connection.execute("PRAGMA max_page_count = 1"))
        )
        with pytest.raises(JournalFailed, match=r"disk full\): sending stopped; free .*, then u"):
            await self._fill(bench.journal)
        assert "disk full" in bench.journal.trouble
        assert [type(event) for event in bench.events] == [FeedFailed]
        await bench.journal.close()

    @staticmethod
    async def _fill(journal: Journal) -> None:
        for number in range(200):
            await journal.record(entry(f"simk7q-{number:08}"))

    async def test_a_lock_that_another_program_holds(self, path: Path) -> None:
        bench = Bench(path)
        await bench.journal.record(entry("simk7q-00000001"))
        with locked(path):
            bench.journal.note(done("simk7q-00000001"))
            with pytest.raises(JournalFailed):
                await bench.journal.record(entry())
            await bench.drained()
        assert bench.journal.trouble
        await bench.journal.record(entry("simk7q-00000002"))
        assert not bench.journal.trouble
        assert bench.stages("simk7q-00000001") == [Stage.RECORDED, Stage.DONE], "kept, and written later"
        assert [type(event) for event in bench.events][-1] is FeedRecovered
        await bench.journal.close()

    async def test_nowhere_to_write(self, tmp_path: Path) -> None:
        (tmp_path / "state").write_text("a file where a folder should be")
        bench = Bench(tmp_path / "state" / "journal.sqlite3")
        with pytest.raises(JournalFailed, match="sending stopped"):
            await bench.journal.record(entry())
        (tmp_path / "state").unlink()
        bench.journal.check()
        await bench.drained()
        assert not bench.journal.trouble, "u finds out that it works again"
        await bench.journal.close()

    async def test_a_disk_that_does_not_answer_is_not_waited_for(self, path: Path) -> None:
        answers = threading.Event()

        def slow() -> JournalFile:
            answers.wait()
            return opened(path)

        bench = Bench(path, slow)
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        with pytest.raises(JournalFailed, match="did not answer in 250 ms: sending stopped"):
            await bench.journal.record(entry())
        assert loop.time() - begun_s < DEADLINE_S * 8
        answers.set()
        await bench.drained()
        assert bench.stages() == [Stage.RECORDED, Stage.NOT_SENT], "what was late says that it was not sent"
        await bench.journal.close()

    async def test_a_program_that_stood_still_itself_does_not_blame_the_disk(self, path: Path) -> None:
        bench, written = Bench(path), threading.Event()
        await bench.journal.record(entry("simk7q-00000001"))
        sending = asyncio.create_task(bench.journal.record(entry()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        bench.thread.submit(written.set)
        assert written.wait(5)
        # Neither the deadline nor the answer is heard of while one frame takes too long.
        threading.Event().wait(DEADLINE_S * 1.2)
        await sending
        assert not bench.journal.trouble
        assert bench.stages() == [Stage.RECORDED]
        await bench.journal.close()

    async def test_what_is_late_is_not_lost_behind_another_that_is_late(self, path: Path) -> None:
        """Found by the storm: steps of the second were written before its row was there."""
        answers = threading.Event()

        def slow() -> JournalFile:
            answers.wait()
            return opened(path)

        bench = Bench(path, slow)
        names = [NAME, f"{NAME}B", f"{NAME}C"]
        for name in names:
            with pytest.raises(JournalFailed):
                await bench.journal.record(entry(name))
        answers.set()
        await bench.drained()
        await bench.journal.close()
        with closing(JournalFile(path)) as file:
            assert [[step.stage for step in file.steps(name)] for name in names] == [
                [Stage.RECORDED, Stage.NOT_SENT]
            ] * 3

    async def test_who_gives_up_while_the_disk_works_has_sent_nothing(self, path: Path) -> None:
        answers = threading.Event()

        def slow() -> JournalFile:
            answers.wait()
            return opened(path)

        bench = Bench(path, slow)
        recording = asyncio.create_task(bench.journal.record(entry()))
        await asyncio.sleep(0)
        recording.cancel()
        with pytest.raises(asyncio.CancelledError):
            await recording
        answers.set()
        await bench.drained()
        assert bench.stages() == [Stage.RECORDED, Stage.NOT_SENT]
        await bench.journal.close()

    async def test_what_was_given_up_is_not_noted_as_leaving_afterwards(self, path: Path) -> None:
        """The note that it was not sent goes in with whatever the disk does next."""
        bench = Bench(path)
        await bench.journal.record(entry())
        answers = threading.Event()
        stuck = bench.journal._call(lambda _: answers.wait())
        with pytest.raises(JournalFailed, match="did not answer in 250 ms"):
            await bench.journal.send(NAME, 2)
        bench.journal.note(Step(NAME, Stage.NOT_SENT, 3))
        answers.set()
        await stuck
        await bench.drained()
        assert bench.stages() == [Stage.RECORDED, Stage.NOT_SENT]
        await bench.journal.close()

    async def test_closing_writes_what_waits(self, path: Path) -> None:
        bench = Bench(path)
        await bench.journal.record(entry())
        bench.journal.note(done())
        await bench.journal.close()
        assert bench.stages() == [Stage.RECORDED, Stage.DONE]


class TestLock:
    def test_a_run_is_alive_while_its_process_is(self, tmp_path: Path) -> None:
        mine, other = RunLock(tmp_path, "simaaa"), RunLock(tmp_path, "simbbb")
        mine.take()
        assert other.is_alive("simaaa")
        assert mine.is_alive("simaaa")
        assert not other.is_alive("simccc")
        mine.release()
        assert not other.is_alive("simaaa")
        assert list(tmp_path.iterdir()) == []

    def test_a_killed_run_is_not_alive_though_its_file_is_there(self, tmp_path: Path) -> None:
        script = f"""
            import os, signal
            from pathlib import Path
            from bgtui.session.runlock import RunLock
            RunLock(Path({str(tmp_path)!r}), "simaaa").take()
            os.kill(os.getpid(), signal.SIGKILL)
        """
        subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
        assert (tmp_path / "run-simaaa.lock").exists()
        assert not RunLock(tmp_path, "simbbb").is_alive("simaaa")

    def test_a_run_that_cannot_be_looked_at_counts_as_alive(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else its rows would be taken for left behind, and closed as never sent."""
        mine = RunLock(tmp_path, "simaaa")
        mine.take()

        def busy(*_: object, **__: object) -> int:
            raise OSError(errno.EMFILE, "too many open files")

        monkeypatch.setattr("os.open", busy)
        assert RunLock(tmp_path, "simbbb").is_alive("simaaa")
        monkeypatch.undo()
        mine.release()

    def test_a_name_that_a_living_run_bears_is_refused(self, tmp_path: Path) -> None:
        mine = RunLock(tmp_path, "simaaa")
        mine.take()
        with pytest.raises(JournalFailed):
            RunLock(tmp_path, "simaaa").take()
        mine.release()
