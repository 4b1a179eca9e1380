"""F-22: a journal that takes nothing stops orders and nothing else; folders that are missing stop nothing."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from bgtui.session.journal_file import read_journal
from bgtui.store.book import BookStatus
from tests.support.pty import BGTUI, Pty
from tests.support.stage import BTC, USDT, Stage, staged

PLACE = "/api/v2/mix/order/place-order"
AGAIN = "Journal is written again: sending goes on."
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
Breaks = Callable[[Stage], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def _without_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is given up at once, and the kill switch keeps no pace."""
    monkeypatch.setattr("bgtui.session.journal_file.BUSY_MS", 1)
    monkeypatch.setattr("bgtui.session.kill._PACES_S", {})
    monkeypatch.setattr("bgtui.session.kill._PACE_S", 0.0)
    monkeypatch.setattr("bgtui.session.kill.ASK_EVERY_S", 0.1)


def journal_of(stage: Stage) -> Path:
    return stage.folder / "state" / "journal.sqlite3"


def connection_of(stage: Stage) -> sqlite3.Connection:
    journal = stage.session.journal
    assert journal is not None
    assert journal._file is not None
    return journal._file._connection


@contextmanager
def locked(stage: Stage) -> Iterator[None]:
    """Another process writes and does not come to an end."""
    holder = subprocess.Popen(
        [sys.executable, "-S", "-c", HOLDER, str(journal_of(stage))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"held\n"
        yield
    finally:
        holder.stdin.close()
        holder.wait(10)
        holder.stdout.close()


@contextmanager
def read_only(stage: Stage) -> Iterator[None]:
    """The file system takes nothing any more: SQLite's own refusal, whoever the user is."""
    connection_of(stage).execute("PRAGMA query_only = ON")
    yield
    connection_of(stage).execute("PRAGMA query_only = OFF")


@contextmanager
def full(stage: Stage) -> Iterator[None]:
    """Not one page more on the disk, and those of the journal are used up."""
    connection = connection_of(stage)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    name = max(row.entry.client_order_id for row in read_journal(journal_of(stage)))
    with pytest.raises(sqlite3.OperationalError, match="full"):
        _fill(connection, name)
    yield
    connection.execute("PRAGMA max_page_count = 1000000")


def _fill(connection: sqlite3.Connection, name: str) -> NoReturn:
    while True:
        connection.execute(
            "INSERT INTO step (intent, stage, at_ms, message, order_id, evidence)"
            " SELECT id, 'done', recorded_ms, 'filler', '', '' FROM intent WHERE client_order_id = ?",
            (name,),
        )


async def settled(stage: Stage) -> None:
    await stage.until(lambda: not stage.session.store.all_submissions())


async def again(stage: Stage) -> None:
    """Have the journal looked at, unless what waited for it has been written already; either is told."""
    if stage.message != AGAIN:
        await stage.press("u")
    await stage.sees(lambda _: stage.message == AGAIN)


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (locked, "(locked): sending stopped; end who holds it, then u"),
        (read_only, "(read-only): sending stopped; allow writing, then u"),
        (full, "(disk full): sending stopped; free space, then u"),
    ],
)
async def test_f22_a_journal_that_takes_nothing_stops_orders_and_neither_the_market_nor_the_ways_out(
    breaks: Breaks, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        await stage.buy_resting()
        await stage.sees("ORDERS 1")
        await settled(stage)
        with breaks(stage):
            await stage.buy_resting("-2%")  # not the same again: that would be taken for a slip
            # the refused order and the journal itself say it, whichever comes last, this one as a sentence
            await stage.sees(lambda _: stage.message.removesuffix(".") == f"Journal cannot be written {says}")
            assert "ORDER BTCUSDT" in stage.text, "the form is kept"
            assert stage.message in stage.terminal.row(-2), "not cut"
            assert stage.writes(PLACE) == 1
            store = stage.session.store
            seen = store.book_totals().verified
            await stage.until(lambda: store.book_totals().verified > seen + 5)
            assert store.book_status(BTC) is BookStatus.LIVE, "the market moves on"
            await stage.press("esc", "esc", "w")
            await stage.sees("y CANCEL")
            stage.clock.advance(0.4)
            await stage.press("y")
            await stage.until(lambda: stage.resting() == [])
            await stage.sees("ORDERS 0")
        await again(stage)
        await stage.buy_resting("-2%")
        await stage.sees("ORDERS 1")
        assert stage.writes(PLACE) == 2


async def test_f22_the_kill_switch_needs_no_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(tmp_path, monkeypatch) as stage:
        await stage.press("t", "tab", "m")
        await stage.confirm()
        await stage.sees("LONG")
        await stage.buy_resting()
        await stage.sees("ORDERS 1")
        await settled(stage)
        with locked(stage):
            await stage.press("!")
            await stage.sees("y CANCEL AND FLATTEN")
            stage.clock.advance(0.5)
            await stage.press("y")
            await stage.sees("verified")
            assert stage.resting() == []
            assert stage.exchange.engine.positions(stage.uid, USDT) == []


async def test_f22_a_file_where_the_folder_of_the_journal_must_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").write_text("no folder")
    async with staged(tmp_path, monkeypatch) as stage:
        await stage.sees(lambda _: "written (file exists): sending stopped" in stage.message)
        await stage.buy_resting()
        await stage.sees("Journal cannot be written")
        assert stage.writes() == 0
        await stage.press("esc", "esc")
        (tmp_path / "state").unlink()
        await stage.press("u")
        await stage.sees(lambda _: "sending goes on" in stage.message)
        await stage.buy_resting()
        await stage.sees("ORDERS 1")


@pytest.mark.parametrize("missing", [("HOME", "XDG_RUNTIME_DIR"), ()])
def test_f22_without_folders_in_the_environment_the_screens_open(
    missing: tuple[str, ...], tmp_path: Path
) -> None:
    places = {"HOME": str(tmp_path / "nowhere"), "XDG_STATE_HOME": str(tmp_path / "state")}
    terminal = Pty(BGTUI, environ=places)
    for name in missing:
        terminal.environ.pop(name, None)
    with terminal:
        terminal.wait_for("[SIM]")
        terminal.wait_for("▌")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
