"""kill -9 at the two worst moments, program and simulator being real: one order or none, never two."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from bgtui.simulator.ready import Ready, decode
from tests.support.pty import BGTUI, ROOT, Pty

pytestmark = pytest.mark.xdist_group("pty")

PLACE = "/api/v2/mix/order/place-order"
STALLED = (
    sys.executable,
    "-c",
    textwrap.dedent("""
        import asyncio
        from bgtui.session.journal import Journal

        async def stall(self, client_order_id, at_ms):
            await asyncio.Event().wait()

        Journal.send = stall
        from bgtui.__main__ import main
        raise SystemExit(main([]))
    """),
)
"""The program itself, stopped for ever between the journal and the first byte."""


@contextmanager
def exchange(home: Path, *faults: str) -> Iterator[Ready]:
    """A simulator in a process of its own, which outlives the terminals."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bgtui", "sim", "--child", *(f"--fault={fault}" for fault in faults)],
        cwd=ROOT,
        env={"PATH": "", "HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield decode(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def environ(found: Ready, home: Path) -> dict[str, str]:
    key = found.keys["practice"]
    assert key.secret is not None
    return {
        "HOME": str(home),
        "BGTUI_ENVIRONMENT": "sim",
        "BGTUI_REST_URL": found.rest_url,
        "BGTUI_WS_PUBLIC_URL": found.ws_public_url,
        "BGTUI_WS_PRIVATE_URL": found.ws_private_url,
        "BGTUI_API_KEY": key.api_key.reveal(),
        "BGTUI_API_SECRET": key.secret.reveal(),
        "BGTUI_API_PASSPHRASE": key.passphrase.reveal(),
    }


def orders_seen(found: Ready) -> int:
    """How many orders the exchange was asked to place."""
    with urlopen(f"{found.rest_url}/sim/requests") as answer:  # noqa: S310 - our own simulator on loopback
        return sum(request["path"] == PLACE for request in json.load(answer))


def journal(home: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [*BGTUI, "journal", "--json"], cwd=ROOT, env={"HOME": str(home)}, capture_output=True, check=True
    )
    rows: list[dict[str, Any]] = json.loads(done.stdout)["data"]
    return rows


def pump_until(terminal: Pty, holds: Callable[[], bool], what: str) -> None:
    """Let the program go on until something outside it holds."""
    for _ in range(200):
        if holds():
            return
        terminal.pump(0.1)
    raise AssertionError(f"{what} never came:\n{terminal.text()}")


def can_be_reviewed(text: str) -> bool:
    """Tell whether the form knows its price, and the account by which the limits judge."""
    return "-1%  =" in text and "known" not in text and "unchecked" not in text


def send_resting_order(terminal: Pty) -> None:
    """Place a limit order below the market, by keys, up to the `y`."""
    terminal.wait_for("ARMED")
    terminal.wait_for(lambda text: "▌" in text or "█" in text)
    terminal.press("n")
    terminal.wait_for("ORDER BTCUSDT")
    terminal.send("-1%")
    terminal.wait_for(can_be_reviewed)
    terminal.press("enter")
    terminal.wait_for("y SEND")
    terminal.pump(0.45)
    terminal.press("y")


def kill(terminal: Pty) -> None:
    os.kill(terminal.process.pid, signal.SIGKILL)
    assert terminal.process.wait(timeout=10) == -9


def test_f21_killed_between_journal_and_send_nothing_was_sent_and_it_says_so(tmp_path: Path) -> None:
    with exchange(tmp_path) as found:
        with Pty(STALLED, environ=environ(found, tmp_path)) as terminal:
            send_resting_order(terminal)
            file = tmp_path / ".local/state/bgtui/journal.sqlite3"
            pump_until(terminal, lambda: file.exists() and len(journal(tmp_path)) == 1, "the record")
            kill(terminal)
        (row,) = journal(tmp_path)
        assert (row["stage"], row["is_open"]) == ("recorded", True)
        with Pty(BGTUI, environ=environ(found, tmp_path)) as terminal:
            terminal.wait_for("was not sent: recorded, never sent")
            terminal.wait_for("ORDERS 0")
            terminal.press("ctrl+c")
            assert terminal.wait_exit() == 0
        (row,) = journal(tmp_path)
        assert row["stage"] == "not_sent"
        assert orders_seen(found) == 0


def test_f21_killed_between_send_and_answer_the_order_is_found_and_sent_once(tmp_path: Path) -> None:
    with exchange(tmp_path, f"timeout-after:60s,route={PLACE}", "lost-private-push:channel=orders") as found:
        with Pty(BGTUI, environ=environ(found, tmp_path)) as terminal:
            send_resting_order(terminal)
            pump_until(terminal, lambda: orders_seen(found) == 1, "the order at the exchange")
            kill(terminal)
        (row,) = journal(tmp_path)
        assert (row["stage"], row["is_open"]) == ("sending", True)
        with Pty(BGTUI, environ=environ(found, tmp_path)) as terminal:
            terminal.wait_for("UNKNOWN 1")
            terminal.wait_for(lambda text: "sent only once" in text)
            terminal.wait_for("ORDERS 1")
            terminal.press("q")
            terminal.wait_for("y")
            terminal.press("ctrl+c")
            assert terminal.wait_exit() == 0
        (row,) = journal(tmp_path)
        assert row["stage"] == "done"
        assert row["evidence"].split()[0] == row["order_id"]
        assert orders_seen(found) == 1, "nothing was sent again"
