"""The journal on disk: an SQLite file, written ahead and flushed, that many runs may share.

Rows are only ever added. Everything here blocks; `session.journal` calls it on a thread of its own.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from bgtui.domain.error import FileDecodeError, JournalFailed
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.journal import Entry, Origin, Recorded, RecordedRun, Stage, Step
from bgtui.session.journal_code import decode_intent, encode_intent, kind_of

SCHEMA_VERSION = 1
BUSY_MS = 200
"""How long another run's write is waited for, milliseconds."""
MEMORY = Path(":memory:")
"""A journal that nobody will read again: for tests of what is above it."""

_SCHEMA = """
CREATE TABLE run (
    id INTEGER PRIMARY KEY, instance TEXT NOT NULL, environment TEXT NOT NULL, host TEXT NOT NULL,
    account TEXT NOT NULL, exchange TEXT NOT NULL, started_ms INTEGER NOT NULL
);
CREATE TABLE intent (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run, client_order_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, product_type TEXT NOT NULL, instrument TEXT NOT NULL, body TEXT NOT NULL,
    targets TEXT NOT NULL, recorded_ms INTEGER NOT NULL
);
CREATE TABLE step (
    id INTEGER PRIMARY KEY, intent INTEGER NOT NULL REFERENCES intent, stage TEXT NOT NULL,
    at_ms INTEGER NOT NULL, message TEXT NOT NULL, order_id TEXT NOT NULL, evidence TEXT NOT NULL
);
CREATE INDEX step_of_intent ON step (intent, id);
"""
_LATEST = """
SELECT i.client_order_id, i.kind, i.body, i.product_type, i.instrument, i.targets, i.recorded_ms,
       s.stage, s.at_ms, s.message, s.order_id, s.evidence,
       r.instance, r.environment, r.host, r.account, r.exchange
FROM intent i JOIN run r ON r.id = i.run
JOIN step s ON s.id = (SELECT max(id) FROM step WHERE intent = i.id)
"""


class JournalFile:
    """One open journal."""

    def __init__(self, path: Path) -> None:
        """Open it, and make it where there is none.

        Raises:
            JournalFailed: it cannot be made or written, others may read it, or a newer version made it.
        """
        self.path = path
        with _told(path):
            self._connection = _connect(path)
            self._prepare()
        self._run = 0

    def begin(self, instance: str, origin: Origin, now_ms: int) -> None:
        """Note a run: what it records from now on is under its name.

        Raises:
            JournalFailed: it could not be written.
        """
        with _told(self.path), self._writing():
            row = self._connection.execute(
                "INSERT INTO run (instance, environment, host, account, exchange, started_ms)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (instance, origin.environment, origin.host, origin.account, origin.exchange, now_ms),
            )
            self._run = int(row.lastrowid or 0)

    def record(self, entry: Entry) -> None:
        """Put a write on disk, flushed, before it leaves.

        Raises:
            JournalFailed: it could not be written, or its id was used before.
        """
        with _told(self.path), self._writing():
            row = self._connection.execute(
                "INSERT INTO intent (run, client_order_id, kind, product_type, instrument, body, targets,"
                " recorded_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._run,
                    entry.client_order_id,
                    kind_of(entry.intent),
                    entry.product_type.value,
                    entry.instrument or "",
                    encode_intent(entry.intent),
                    json.dumps(entry.targets),
                    entry.recorded_ms,
                ),
            )
            self._connection.execute(
                "INSERT INTO step (intent, stage, at_ms, message, order_id, evidence)"
                " VALUES (?, ?, ?, '', '', '')",
                (row.lastrowid, Stage.RECORDED.value, entry.recorded_ms),
            )

    def add(self, steps: Iterable[Step], *, is_flushed: bool = True) -> None:
        """Note what became of writes; without a flush it outlives this program, not the machine.

        Raises:
            JournalFailed: it could not be written.
        """
        with _told(self.path):
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if is_flushed else 'NORMAL'}")
            try:
                with self._writing():
                    self._connection.executemany(
                        "INSERT INTO step (intent, stage, at_ms, message, order_id, evidence)"
                        " SELECT id, ?, ?, ?, ?, ? FROM intent WHERE client_order_id = ?",
                        [
                            (step.stage.value, step.at_ms, step.message, step.order_id, step.evidence,
                             step.client_order_id)
                            for step in steps
                        ],
                    )  # fmt: skip
            finally:
                self._connection.execute("PRAGMA synchronous = FULL")

    def probe(self) -> None:
        """Write nothing, as a write would.

        Raises:
            JournalFailed: it could not be written.
        """
        with _told(self.path), self._writing():
            self._connection.execute("UPDATE run SET started_ms = started_ms WHERE id = ?", (self._run,))

    def runs(self) -> tuple[RecordedRun, ...]:
        """Return every run, each once.

        Raises:
            JournalFailed: it could not be read.
        """
        with _told(self.path):
            rows = self._connection.execute(
                "SELECT DISTINCT instance, environment, host, account, exchange FROM run"
            ).fetchall()
        return tuple(RecordedRun(instance, Origin(*origin)) for instance, *origin in rows)

    def latest(self, stages: Iterable[Stage] = tuple(Stage), *, limit: int = -1) -> tuple[Recorded, ...]:
        """Return writes whose last step is of these stages, the latest of them, oldest first.

        Rows that another version wrote and this one cannot read are passed over: they are that version's.

        Raises:
            JournalFailed: it could not be read.
        """
        wanted = [stage.value for stage in stages]
        marks = ", ".join("?" * len(wanted))
        with _told(self.path):
            rows = self._connection.execute(
                f"{_LATEST} WHERE s.stage IN ({marks}) ORDER BY i.id DESC LIMIT ?",
                (*wanted, limit),
            ).fetchall()
        return tuple(_readable(reversed(rows)))

    def steps(self, client_order_id: str) -> tuple[Step, ...]:
        """Return everything that became of one write, in order.

        Raises:
            JournalFailed: it could not be read.
        """
        with _told(self.path):
            return _steps(self._connection, client_order_id)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Do all of it or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _prepare(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise JournalFailed(
                f"Journal {self.path} was made by a newer bgtui", hint="start that one, or move the file away"
            )
        if version == SCHEMA_VERSION:
            return
        with self._writing():
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version == 0:  # another run may have been faster
                for statement in _SCHEMA.split(";"):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _connect(path: Path) -> sqlite3.Connection:
    if path != MEMORY:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_private(path)
    # One thread at a time uses it, though not the one that opened it.
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _check_private(path: Path) -> None:
    """Make the file so that nobody else reads it, or refuse one that others may."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise JournalFailed(
                "Journal is open to others: sending stopped", hint=f"chmod 600 {path}, then u"
            ) from None


def unwritable(error: sqlite3.Error | OSError, folder: Path) -> JournalFailed:
    """Return the failure of a journal, with the way out."""
    reason = _reason(error)
    way_out = _WAYS_OUT.get(reason, f"look at {folder}")
    return JournalFailed(
        f"Journal cannot be written ({reason}): sending stopped", hint=f"{way_out}, then u", reason=reason
    )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in one line why the journal cannot be used."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise unwritable(error, path.parent) from error


_FULL, _LOCKED, _READ_ONLY = "disk full", "locked", "read-only"
_OF_SYSTEM = {errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EROFS: _READ_ONLY}
_WAYS_OUT = {_FULL: "free space", _LOCKED: "end who holds it", _READ_ONLY: "allow writing"}
"""Short enough for the message line with the reason before it."""


def _reason(error: sqlite3.Error | OSError) -> str:
    if isinstance(error, OSError):
        known = _OF_SYSTEM.get(error.errno or 0)
        return known or (error.strerror or type(error).__name__).lower()
    name = getattr(error, "sqlite_errorname", "") or ""
    words = {
        "SQLITE_FULL": _FULL,
        "SQLITE_BUSY": _LOCKED,
        "SQLITE_LOCKED": _LOCKED,
        "SQLITE_READONLY": _READ_ONLY,
        "SQLITE_CANTOPEN": "cannot be opened",
        "SQLITE_NOTADB": "not a journal",
        "SQLITE_CORRUPT": "damaged",
        "SQLITE_CONSTRAINT_UNIQUE": "that id was used before",
    }
    return next(
        (text for key, text in words.items() if name.startswith(key)), name.lower() or "no reason told"
    )


def _readable(rows: Iterable[Sequence[object]]) -> Iterator[Recorded]:
    for row in rows:
        try:
            yield _recorded(row)
        except (FileDecodeError, ValueError):
            continue


def _recorded(row: Sequence[object]) -> Recorded:
    name, kind, body, product, instrument, targets, recorded_ms = map(str, row[:7])
    stage, at_ms, message, order_id, evidence = map(str, row[7:12])
    instance, *origin = map(str, row[12:])
    entry = Entry(
        name,
        decode_intent(kind, body),
        ProductType(product),
        InstrumentId(instrument) if instrument else None,
        tuple(json.loads(targets)),
        int(recorded_ms),
    )
    step = Step(name, Stage(stage), int(at_ms), message, order_id, evidence)
    return Recorded(entry, step, instance, Origin(*origin))


def read_journal(path: Path) -> tuple[Recorded, ...]:
    """Return every write of a journal that may be in use, without ever writing to it.

    Raises:
        JournalFailed: it could not be read.
        FileNotFoundError: there is none.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    with _told(path), closing(_read_only(path)) as connection:
        rows = connection.execute(f"{_LATEST} ORDER BY i.id").fetchall()
    return tuple(_readable(rows))


def read_steps(path: Path, client_order_id: str) -> tuple[Step, ...]:
    """Return everything that became of one write, without ever writing to the journal.

    Raises:
        JournalFailed: it could not be read.
        FileNotFoundError: there is none.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    with _told(path), closing(_read_only(path)) as connection:
        return _steps(connection, client_order_id)


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", timeout=BUSY_MS / 1000, uri=True)


def _steps(connection: sqlite3.Connection, client_order_id: str) -> tuple[Step, ...]:
    rows = connection.execute(
        "SELECT s.stage, s.at_ms, s.message, s.order_id, s.evidence FROM step s"
        " JOIN intent i ON i.id = s.intent WHERE i.client_order_id = ? ORDER BY s.id",
        (client_order_id,),
    ).fetchall()
    return tuple(
        Step(client_order_id, Stage(stage), at_ms, message, order_id, evidence)
        for stage, at_ms, message, order_id, evidence in rows
    )
