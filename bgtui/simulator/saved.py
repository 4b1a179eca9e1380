"""`--state FILE`: the practice account on disk, so that it outlives the simulator.

The file is SQLite, held with an exclusive lock from start to end: who comes second is told so. Each save is
one transaction. What is kept: the account with its wallets, legs, open orders, trigger orders, settings, past
and used client ids; the API keys; the coins' prices and the exchange's time; and every start there was.
Leader and follower are scripted anew at each start.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bgtui.domain.error import ConfigError
from bgtui.domain.instrument import InstrumentId, ProductType, parse_instrument
from bgtui.domain.secret import Credentials, Secret
from bgtui.domain.text import Untrusted
from bgtui.domain.value import frozen
from bgtui.simulator.exchange import Exchange, World
from bgtui.simulator.exchange_accounts import PRACTICE_ACCOUNT
from bgtui.simulator.history import MAX_ROWS
from bgtui.simulator.keeping import (
    PAST_KINDS,
    AccountRecord,
    ClientIdRecord,
    PastKey,
    PastRecord,
)

T = TypeVar("T")

APPLICATION_ID = 0x62677369
"""Marks the file as the simulator's own (SQLite's `application_id`)."""
VERSION = 1
SAVE_EVERY_S = 1.0
MODE = 0o600
_MAGIC = b"SQLite format 3\x00"

_TABLES = """
CREATE TABLE instance (id TEXT PRIMARY KEY, started_ms INTEGER NOT NULL) STRICT;
CREATE TABLE world (
    one INTEGER PRIMARY KEY CHECK (one = 1), now_ms INTEGER NOT NULL, prices BLOB NOT NULL
) STRICT;
CREATE TABLE api_key (profile TEXT PRIMARY KEY, parts BLOB NOT NULL) STRICT;
CREATE TABLE account (uid TEXT PRIMARY KEY, record BLOB NOT NULL) STRICT;
CREATE TABLE past (
    place INTEGER PRIMARY KEY, uid TEXT NOT NULL, product TEXT NOT NULL, kind TEXT NOT NULL,
    id TEXT NOT NULL, time_ms INTEGER NOT NULL, value BLOB NOT NULL
) STRICT;
CREATE INDEX past_list ON past (uid, product, kind, place);
CREATE TABLE client_id (
    uid TEXT NOT NULL, area TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (uid, area, name)
) STRICT;
"""


@frozen
class Start:
    """One start of a simulator on this file."""

    instance: str
    started_ms: int
    """Unix milliseconds."""


@frozen
class Capture:
    """What is to be written: taken on the loop, written anywhere."""

    now_ms: int
    prices: bytes
    keys: Mapping[str, bytes]
    accounts: Mapping[str, bytes]
    past: Sequence[tuple[str, PastRecord, bytes]]
    """(uid, row, its value)."""
    client_ids: Sequence[tuple[str, ClientIdRecord]]


class SavedState:
    """The open file."""

    def __init__(self, path: Path, connection: sqlite3.Connection, uids: Sequence[str]) -> None:
        """Take over a connection that holds the lock; `open_saved` makes one."""
        self.path = path
        self._connection = connection
        self._uids = tuple(uids)
        self._marks: dict[str, dict[PastKey, str]] = {uid: {} for uid in uids}
        self._numbers = dict.fromkeys(uids, 0)
        self._written: dict[str, bytes] = {}

    # Before the start

    @property
    def is_new(self) -> bool:
        """Tell whether no account has been saved yet."""
        return not list(self._rows("SELECT 1 FROM account LIMIT 1"))

    def starts(self) -> list[Start]:
        """Return every start there was, the oldest first."""
        return [Start(*row) for row in self._rows("SELECT id, started_ms FROM instance ORDER BY rowid")]

    def begin(self, instance: str, now_ms: int) -> None:
        """Note a start.

        Raises:
            ConfigError: the file cannot be written.
        """
        with self._writing() as connection:
            connection.execute("INSERT INTO instance VALUES (?, ?)", (instance, now_ms))

    def world(self, world: World) -> World:
        """Return the world to begin with: time goes on from where it was, and prices do."""
        for now_ms, prices in self._rows("SELECT now_ms, prices FROM world"):
            # Ids are made from the time, so that no id is given out twice.
            start_ms = max(world.start_ms, now_ms + 1)
            anchors = self._decode(prices, dict[str, float])
            return replace(world, start_ms=start_ms, anchors={**anchors, **world.anchors})
        return world

    def restore(self, exchange: Exchange) -> bool:
        """Put keys and accounts into a freshly made exchange; return whether there were any.

        Raises:
            ConfigError: the file is damaged, or holds what is not listed there.
        """
        for profile, parts in self._rows("SELECT profile, parts FROM api_key"):
            if profile in exchange.keys:
                key = exchange.keys[profile]
                exchange.keys[profile] = replace(key, credentials=self._credentials(profile, parts))
        if starts := self.starts():
            exchange.born_ms = starts[0].started_ms
        found = False
        for uid, record in self._rows("SELECT uid, record FROM account"):
            if uid in self._uids:
                found = True
                self._restore_account(exchange, uid, record)
        exchange.drain()
        return found

    def _restore_account(self, exchange: Exchange, uid: str, record: bytes) -> None:
        account = self._decode(record, AccountRecord)
        past = [
            PastRecord(ProductType(product), kind, row_id, time_ms, self._decode(value, PAST_KINDS[kind]))
            for product, kind, row_id, time_ms, value in self._rows(
                "SELECT product, kind, id, time_ms, value FROM past WHERE uid = ? ORDER BY place", uid
            )
        ]
        client_ids = [
            ClientIdRecord(*row)
            for row in self._rows(
                "SELECT area, name, number FROM client_id WHERE uid = ? ORDER BY number", uid
            )
        ]
        try:
            exchange.engine.restore_account(account, past, client_ids)
        except ValueError as error:
            raise ConfigError(
                f"the account in {self.path} cannot be put into this market: {error}",
                hint="start without --replay, or with another --state file",
            ) from None
        self._marks[uid] = {(row.product_type, row.kind): row.row_id for row in past}
        self._numbers[uid] = max((known.number for known in client_ids), default=0)

    # While it runs

    def capture(self, exchange: Exchange, *, is_last: bool = False) -> Capture | None:
        """Return what has to be written; None when no account has changed, unless it is the last time."""
        accounts: dict[str, bytes] = {}
        past: list[tuple[str, PastRecord, bytes]] = []
        client_ids: list[tuple[str, ClientIdRecord]] = []
        for uid in self._uids:
            record = _encode(exchange.engine.record_account(uid))
            if record != self._written.get(uid):
                accounts[uid] = record
            new = exchange.engine.past_after(uid, self._marks[uid])
            past += [(uid, row, _encode(row.value)) for row in new]
            known = exchange.engine.client_ids_after(uid, self._numbers[uid])
            client_ids += [(uid, each) for each in known]
        if not (accounts or past or client_ids or is_last):
            return None
        return Capture(
            exchange.clock.now_ms(),
            _encode(exchange.market.coin_prices()),
            {profile: _key_parts(key.credentials) for profile, key in exchange.keys.items()},
            accounts,
            past,
            client_ids,
        )

    def write(self, capture: Capture) -> None:
        """Write a capture, all of it or nothing.

        Raises:
            ConfigError: the file cannot be written.
        """
        with self._writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO world VALUES (1, ?, ?)", (capture.now_ms, capture.prices)
            )
            connection.executemany("INSERT OR REPLACE INTO api_key VALUES (?, ?)", capture.keys.items())
            connection.executemany("INSERT OR REPLACE INTO account VALUES (?, ?)", capture.accounts.items())
            connection.executemany(
                "INSERT INTO past (uid, product, kind, id, time_ms, value) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (uid, row.product_type.value, row.kind, row.row_id, row.time_ms, value)
                    for uid, row, value in capture.past
                ],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO client_id VALUES (?, ?, ?, ?)",
                [(uid, known.area, known.name, known.number) for uid, known in capture.client_ids],
            )
            for uid, product, kind in {
                (uid, row.product_type.value, row.kind) for uid, row, _ in capture.past
            }:
                connection.execute(_FORGET, {"uid": uid, "product": product, "kind": kind, "kept": MAX_ROWS})
        self._written.update(capture.accounts)
        for uid, row, _ in capture.past:
            self._marks[uid][row.product_type, row.kind] = row.row_id
        for uid, known in capture.client_ids:
            self._numbers[uid] = max(self._numbers[uid], known.number)

    def save(self, exchange: Exchange) -> None:
        """Write what has changed, prices and time in any case.

        Raises:
            ConfigError: the file cannot be written.
        """
        if (capture := self.capture(exchange, is_last=True)) is not None:
            self.write(capture)

    async def keep(self, exchange: Exchange) -> None:
        """Save once a second until canceled, and once more then; writing happens on a thread of its own.

        Raises:
            ConfigError: the file cannot be written.
        """
        writing: asyncio.Task[None] | None = None
        try:
            while True:
                await asyncio.sleep(SAVE_EVERY_S)
                if (capture := self.capture(exchange)) is not None:
                    writing = asyncio.create_task(asyncio.to_thread(self.write, capture))
                    await asyncio.shield(writing)
        finally:
            # What is under way ends first: the last save begins where it leaves off.
            if writing is not None:
                await writing
            self.save(exchange)

    def close(self) -> None:
        """Close the file and give up the lock."""
        self._connection.close()

    # The file

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
        except sqlite3.Error as error:
            raise ConfigError(f"the state file {self.path} cannot be written: {error}") from None

    def _rows(self, query: str, *parameters: str) -> Iterator[Any]:
        try:
            yield from self._connection.execute(query, parameters)
        except sqlite3.Error as error:
            raise ConfigError(f"the state file {self.path} is damaged: {error}", hint=_KEEP) from None

    def _decode(self, raw: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(raw, type=kind, dec_hook=_from_text)
        except (msgspec.MsgspecError, ValueError) as error:
            raise ConfigError(f"the state file {self.path} is damaged: {error}", hint=_KEEP) from None

    def _credentials(self, profile: str, parts: bytes) -> Credentials:
        api_key, secret, passphrase = self._decode(parts, tuple[str, str, str])
        return Credentials(
            api_key=Secret(api_key), passphrase=Secret(passphrase), secret=Secret(secret), label=profile
        )


_FORGET = """
DELETE FROM past WHERE uid = :uid AND product = :product AND kind = :kind AND place <= (
    SELECT place FROM past WHERE uid = :uid AND product = :product AND kind = :kind
    ORDER BY place DESC LIMIT 1 OFFSET :kept
)
"""
_KEEP = "it was left as it is; move it away to start afresh"


def open_saved(path: Path, uids: Sequence[str] = (PRACTICE_ACCOUNT.uid,)) -> SavedState:
    """Open a state file, or make one where there is none, and hold it alone.

    Raises:
        ConfigError: another simulator has it, it is none of ours or damaged, or it cannot be opened.
    """
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, MODE))
        with path.open("rb") as file:
            header = file.read(len(_MAGIC) + 84)
    except OSError as error:
        raise ConfigError(f"the state file {path} cannot be opened: {error.strerror}") from None
    # SQLite may tidy up a file that it opens, so a file of somebody else is not even opened.
    if header and not (header.startswith(_MAGIC) and header[68:72] == APPLICATION_ID.to_bytes(4)):
        raise ConfigError(f"{path} is not a state file of the simulator", hint=_KEEP)
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        _lock(connection, path)
        _check(connection, path, is_empty=not header)
    except BaseException:
        connection.close()
        raise
    return SavedState(path, connection, uids)


def _lock(connection: sqlite3.Connection, path: Path) -> None:
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise ConfigError(
                f"the state file {path} is in use by another simulator",
                hint="end that one, or name another file",
            ) from None
        raise ConfigError(f"the state file {path} cannot be opened: {error}") from None
    except sqlite3.DatabaseError as error:
        raise ConfigError(f"the state file {path} is damaged: {error}", hint=_KEEP) from None


def _check(connection: sqlite3.Connection, path: Path, *, is_empty: bool) -> None:
    try:
        if is_empty:
            _make(connection)
            return
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (state,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise ConfigError(f"the state file {path} is damaged: {error}", hint=_KEEP) from None
    if version != VERSION:
        raise ConfigError(
            f"the state file {path} has version {version}, this program knows {VERSION}", hint=_KEEP
        )
    if state != "ok":
        raise ConfigError(f"the state file {path} is damaged: {str(state).splitlines()[0]}", hint=_KEEP)


def _make(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    for statement in filter(str.strip, _TABLES.split(";")):
        connection.execute(statement)
    connection.execute("COMMIT")


def _encode(value: object) -> bytes:
    return _encoder.encode(value)


def _to_text(value: object) -> str:
    if isinstance(value, InstrumentId):
        return str.__str__(value)
    if isinstance(value, Untrusted):
        return value.raw
    raise NotImplementedError(type(value).__name__)


_encoder = msgspec.json.Encoder(enc_hook=_to_text, decimal_format="string")


def _from_text(kind: type, text: object) -> object:
    if kind is InstrumentId and isinstance(text, str):
        return parse_instrument(text, ProductType.USDT_FUTURES)
    raise NotImplementedError(kind.__name__)


def _key_parts(credentials: Credentials) -> bytes:
    secret = credentials.secret or Secret("")
    return _encode((credentials.api_key.reveal(), secret.reveal(), credentials.passphrase.reveal()))
