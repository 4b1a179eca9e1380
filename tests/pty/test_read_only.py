"""Read-only, proven at the exchange: every key on every screen, and not one write in its log."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from bgtui.simulator.ready import Ready, decode
from bgtui.ui.keys import KEYS, Context
from tests.support.pty import BGTUI, ROOT, Pty

pytestmark = pytest.mark.xdist_group("pty")

_LEAVES = {"app.quit", "app.exit", "app.suspend"}
_ON_SCREENS = (
    Context.ANY, Context.LADDER, Context.TAPE, Context.CHART, Context.LIST, Context.ORDERS, Context.POSITIONS,
    Context.LEADER, Context.FOLLOWERS, Context.COPY, Context.ACCOUNT, Context.HEALTH,
    Context.ALERTS,
)  # fmt: skip
CHORDS = tuple(
    dict.fromkeys(
        chord
        for key in KEYS
        if key.context in _ON_SCREENS and key.action not in _LEAVES and not key.action.startswith("screen.")
        for chord in key.chords
    )
)
SCREENS = tuple(key.chords[0] for key in KEYS if key.action.startswith("screen."))


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Ready]:
    """A simulator in a process of its own, which counts what it is asked."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bgtui", "sim", "--child"],
        cwd=ROOT,
        env={"PATH": "", "HOME": str(tmp_path)},
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


def environ(exchange: Ready, home: Path) -> dict[str, str]:
    key = exchange.keys["leader"]
    assert key.secret is not None
    return {
        "HOME": str(home),
        "ESCDELAY": "10",  # milliseconds until an esc is a key by itself: nothing splits it here
        "BGTUI_ENVIRONMENT": "sim",
        "BGTUI_REST_URL": exchange.rest_url,
        "BGTUI_WS_PUBLIC_URL": exchange.ws_public_url,
        "BGTUI_WS_PRIVATE_URL": exchange.ws_private_url,
        "BGTUI_API_KEY": key.api_key.reveal(),
        "BGTUI_API_SECRET": key.secret.reveal(),
        "BGTUI_API_PASSPHRASE": key.passphrase.reveal(),
    }


def writes(exchange: Ready) -> int:
    with urlopen(f"{exchange.rest_url}/sim/requests") as answer:  # noqa: S310 - our own simulator on loopback
        log = json.load(answer)
    assert log, "the log must hold the reads at least"
    return sum(request["method"] == "POST" for request in log)


def walk(terminal: Pty) -> None:
    """Press every chord of every context on every screen; whatever opens is left again."""
    for screen in SCREENS:
        terminal.press(screen)
        terminal.pump(0.3)
        for chord in CHORDS:
            terminal.press(chord)
            terminal.pump(0.01)
            terminal.press("enter")  # a form would be reviewed …
            terminal.pump(0.01)
            terminal.press("y")
            for _ in range(2):
                terminal.pump(0.02)
                terminal.press("esc")  # … and what opened is left, however deep
            terminal.pump(0.03)
            terminal.press(screen)


def test_no_key_of_a_read_only_run_writes(exchange: Ready, tmp_path: Path) -> None:
    with Pty((*BGTUI, "--read-only"), size=(120, 40), environ=environ(exchange, tmp_path)) as terminal:
        terminal.wait_for("READ-ONLY")
        terminal.wait_for("READONLY")
        walk(terminal)
        terminal.wait_for("READ-ONLY")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
    assert writes(exchange) == 0


def test_the_same_keys_write_where_that_is_allowed(exchange: Ready, tmp_path: Path) -> None:
    with Pty(BGTUI, size=(120, 40), environ=environ(exchange, tmp_path)) as terminal:
        terminal.wait_for("ARMED")
        terminal.wait_for(lambda text: "▌" in text or "█" in text)
        terminal.pump(1.5)
        terminal.press("n")
        terminal.wait_for("ORDER BTCUSDT")
        terminal.press("enter")
        terminal.wait_for("y SEND")
        terminal.pump(0.45)
        terminal.press("y")
        terminal.wait_for(lambda text: "y SEND" not in text)
        terminal.settle()
        terminal.press("ctrl+c")
        terminal.wait_exit()
    assert writes(exchange) >= 1
