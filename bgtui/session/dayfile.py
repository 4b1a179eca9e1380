"""The day's record of one account between two runs: one small private file, written whole or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bgtui.domain.dayloss import LOCKED
from bgtui.domain.daysums import DaySums
from bgtui.domain.instrument import ProductType
from bgtui.session.losses import DayRecord

_MAX_BYTES = 1_000_000
"""One market order may be thousands of fills of one millisecond, all of them named."""
_TRIES, _PAUSE_S = 100, 0.01
"""How often and how far apart, seconds, the lock of the folder is tried."""
_VERSION = 1
"""Additions keep the number: what does not know them passes over them."""
_UNREADABLE = (ValueError, RecursionError, LookupError, TypeError, AttributeError, ArithmeticError)


class DayFile:
    """Keeps the record of one account; other accounts have files of their own."""

    def __init__(self, folder: Path, account: str) -> None:
        """Keep it in this folder.

        Args:
            folder: The program's state folder.
            account: Environment, host and the account's id there: whose day it is.
        """
        self._account = account
        name = hashlib.sha256(account.encode()).hexdigest()[:16]
        self.path = folder / f"day-{name}.json"
        self.trouble = ""
        """Why what was found there cannot be used, one line."""

    def load(self) -> DayRecord | None:
        """Return what an earlier run has left; what cannot be read counts as nothing, and `trouble` says so.

        Nothing is lost by that but the start of the open legs: fills tell again what the day has lost.
        """
        self.trouble = ""
        try:
            return self._read()
        except FileNotFoundError:
            return None
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            self.trouble = f"Day record cannot be read ({reason})"
        except _UNREADABLE:
            self.trouble = "Day record is damaged or another account's: not used"
        return None

    def _read(self) -> DayRecord:
        with self.path.open("rb") as stream:
            text = stream.read(_MAX_BYTES + 1)
        if len(text) > _MAX_BYTES:
            raise ValueError("too long")
        return _from_json(json.loads(text.decode()), self._account)

    async def save(self, record: DayRecord) -> str:
        """Keep it, on a thread: a slow disk holds up no frame. Return why that failed, or nothing."""
        async with _alone(self.path.parent):
            return await asyncio.to_thread(self.write, record)

    def write(self, record: DayRecord) -> str:
        """Write the file; return why that failed, one line, or nothing."""
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}.new")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
            handle = os.open(draft, flags, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                os.fchmod(stream.fileno(), 0o600)
                json.dump(_to_json(self._with_lock(record), self._account), stream)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            reason = (error.strerror or type(error).__name__).lower()
            return f"Day record cannot be kept ({reason}): a lock would not survive a restart; free space."
        return ""

    def _with_lock(self, record: DayRecord) -> DayRecord:
        """Return a record with the lock that another bgtui on this account has put there the same day."""
        try:
            there = self._read()
        except (OSError, *_UNREADABLE):
            return record
        if there.day_ms != record.day_ms or there.locked_until_ms <= record.locked_until_ms:
            return record
        return replace(record, locked_until_ms=there.locked_until_ms, lock_line=there.lock_line)


@contextlib.asynccontextmanager
async def _alone(path: Path) -> AsyncIterator[None]:
    """Keep every other bgtui from writing between what this one reads there and what it writes.

    Where that is not possible, or one that was stopped in its midst holds the lock, it goes on all the same.
    """
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield  # not there yet, or what writes says why it cannot
        return
    try:
        for _ in range(_TRIES):
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_PAUSE_S)
            except OSError:  # some network file systems have no locks
                break
        yield
    finally:
        os.close(folder)


def _to_json(record: DayRecord, account: str) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "account": account,
        "day_ms": record.day_ms,
        "marks": {product.value: format(mark, "f") for product, mark in record.marks.items()},
        "equity": None if record.equity is None else format(record.equity, "f"),
        "locked_until_ms": record.locked_until_ms,
        "lock_line": record.lock_line,
        "reduced": sorted(record.reduced),
        "sums": {product.value: _sums_to_json(sums) for product, sums in record.sums.items()},
    }


def _sums_to_json(sums: DaySums) -> dict[str, Any]:
    return {
        "until_ms": sums.until_ms,
        "names": sorted(sums.names),
        "count": sums.count,
        "realized": {coin: format(amount, "f") for coin, amount in sums.realized.items()},
        "fees": {coin: format(amount, "f") for coin, amount in sums.fees.items()},
    }


def _from_json(data: dict[str, Any], account: str) -> DayRecord:
    if data["version"] != _VERSION or data["account"] != account:
        raise ValueError("not this program's, or another account's")
    equity = data["equity"]
    line = str(data["lock_line"])
    return DayRecord(
        int(data["day_ms"]),
        MappingProxyType({ProductType(name): _decimal(text) for name, text in data["marks"].items()}),
        None if equity is None else _decimal(equity),
        int(data["locked_until_ms"]),
        line if line and line.isprintable() else LOCKED,
        frozenset(str(leg) for leg in data["reduced"]),
        # A program before this one has left none.
        MappingProxyType(
            {ProductType(name): _sums_from_json(sums) for name, sums in data.get("sums", {}).items()}
        ),
    )


def _sums_from_json(data: dict[str, Any]) -> DaySums:
    sums = DaySums(
        int(data["until_ms"]),
        frozenset(str(name) for name in data["names"]),
        int(data["count"]),
        _amounts(data["realized"]),
        _amounts(data["fees"]),
    )
    if sums.count < len(sums.names) or (sums.count and not sums.names):
        raise ValueError("sums of no fills")
    return sums


def _amounts(data: dict[str, Any]) -> MappingProxyType[str, Decimal]:
    return MappingProxyType({str(coin): _decimal(text) for coin, text in data.items()})


def _decimal(text: object) -> Decimal:
    number = Decimal(str(text))
    if not number.is_finite():
        raise ValueError("not a figure")
    return number
