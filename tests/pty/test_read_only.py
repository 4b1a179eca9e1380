"""Read-only, proven at the exchange: every key on every screen, and not one write in its log."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from bgtui.simulator.ready import Ready, decode
from bgtui.ui.keys import KEYS, Context
from tests.support.pty import BGTUI, ROOT, Pty

pytestmark = pytest.mark.xdist_group("pty")

_CALM_S, _ESCAPE_S, _SOON_S, _ANSWER_S, _MOST_DOCKS = 0.4, 0.1, 0.06, 1.0, 12
_REST_S = 0.01
"""Seconds until the rest of a picture has come."""
_DOCK_MARKS = (re.compile("[┌╔] .*[┐╗]$"), re.compile("─ HELP  "), re.compile("enter keep  esc clear"))
_REVIEWED = re.compile(r"y (SEND|CANCEL|ARM|DO)")
_LEAVES = {"app.quit", "app.exit", "app.suspend"}
_SIGN = "privacy.toggle"
"""Its key is pressed after every other one."""
_APART = {*_LEAVES, _SIGN}
_ON_SCREENS = (
    Context.ANY, Context.LADDER, Context.TAPE, Context.CHART, Context.LIST, Context.ORDERS, Context.POSITIONS,
    Context.LEADER, Context.FOLLOWERS, Context.COPY, Context.ACCOUNT, Context.HEALTH,
    Context.ALERTS,
)  # fmt: skip
CHORDS = tuple(
    dict.fromkeys(
        chord
        for key in KEYS
        if key.context in _ON_SCREENS
        and key.action not in {*_LEAVES, _SIGN}
        and not key.action.startswith("screen.")
        for chord in key.chords
    )
)
SCREENS = tuple(key.chords[0] for key in KEYS if key.action.startswith("screen."))

_LAST = tuple(key.chords[0] for key in KEYS if key.action in ("kill.open", "arm.toggle"))
"""After these there may be nothing left to write about, or no leave to."""
_ELSEWHERE = tuple(chord for key in KEYS if key.action == "copy.product" for chord in key.chords)
"""After these a screen shows another market, where there may be nothing to write about."""
STEPS = (
    *((screen, chord) for screen in SCREENS for chord in CHORDS if chord not in (*_LAST, *_ELSEWHERE)),
    *((screen, chord) for screen in SCREENS for chord in _ELSEWHERE),
    *((screen, chord) for screen in SCREENS for chord in _LAST),
)


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Ready]:
    """A simulator in a process of its own, which counts what it is asked."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bgtui", "sim", "--child", "--rate", "3"],
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


def writes(exchange: Ready) -> set[str]:
    """Return the routes that were written to, as the exchange has logged them."""
    with urlopen(f"{exchange.rest_url}/sim/requests") as answer:  # noqa: S310 - our own simulator on loopback
        log = json.load(answer)
    assert log, "the log must hold the reads at least"
    return {request["path"] for request in log if request["method"] == "POST"}


def walk(terminal: Pty) -> int:
    """Press every chord of every context on every screen; what opens gets enter and y. Return the reviews.

    After each the program is asked for a sign that it has taken them all and that nothing is open any more:
    `H` masks the names in line 1, or shows them again, wherever no dock takes the keys.
    """
    reviews = 0
    for screen, chord in STEPS:
        hidden = is_hidden(terminal)
        terminal.press(screen, chord)
        if chord == "esc":
            terminal.pump(_ESCAPE_S)
        terminal.press("H")
        if answered(terminal, hidden=hidden):
            continue  # nothing has opened that enter and y would be about
        hidden = press_through(terminal, screen, chord)
        for _ in range(_MOST_DOCKS):
            if answered(terminal, hidden=hidden):
                break
            if docks(terminal) and _REVIEWED.search(terminal.text()):
                reviews += 1
                terminal.pump(_CALM_S)
                terminal.press("y")
                terminal.pump(_SOON_S)  # keys that come in one read answer no review
                terminal.press("H")
                if answered(terminal, hidden=hidden):
                    break
            leave(terminal)  # what has opened is left again, however deep
            if is_hidden(terminal) is not hidden:
                break  # the H before the esc did act, and one more would be taken for the next step's
            terminal.press("H")
        else:
            raise AssertionError(f"{chord!r} on screen {screen} leads nowhere back:\n{terminal.text()}")
    return reviews


def press_through(terminal: Pty, screen: str, chord: str) -> bool:
    """Open something afresh, press enter and y, and ask for the sign; return how line 1 was before that."""
    for _ in range(_MOST_DOCKS):
        leave(terminal)  # in a field that was filled the H stands in place of what it held
        if not docks(terminal):
            break
    hidden = is_hidden(terminal)  # the H may have come before what has opened
    terminal.press(screen, chord)
    with contextlib.suppress(AssertionError):
        terminal.wait_for(lambda _text: bool(docks(terminal)), timeout_s=1.0)
    terminal.press("enter", "y", "H")
    return hidden


def is_hidden(terminal: Pty) -> bool:
    line = terminal.screen.buffer[0]
    return any(line[at].data == "*" for at in range(17, 24))


def docks(terminal: Pty) -> list[str]:
    """Return what is open, by the lines on which a dock, the help page and a filter have their marks."""
    lines = (line_of(terminal, 2)[-46:], line_of(terminal, 1), line_of(terminal, -2))
    found = (mark.search(line) for line, mark in zip(lines, _DOCK_MARKS, strict=True))
    return [match[0] for match in found if match is not None]


def line_of(terminal: Pty, number: int) -> str:
    """Return one line: the whole screen would cost as much as all else here."""
    line = terminal.screen.buffer[number % terminal.rows]
    return "".join(line[at].data for at in range(terminal.columns))


def leave(terminal: Pty) -> None:
    """Press esc where a dock is open, and wait until that has done something: keys after it would join it."""
    before = docks(terminal)
    if before:
        terminal.press("esc")
        with contextlib.suppress(AssertionError):
            terminal.wait_for(lambda _text: docks(terminal) != before, timeout_s=1.0)
        terminal.take(_REST_S)


def answered(terminal: Pty, *, hidden: bool) -> bool:
    """Pump until line 1 has changed between names and stars, or a dock has been in the way for a moment."""
    for _ in range(round(_ANSWER_S / _SOON_S)):
        deadline = time.monotonic() + _SOON_S  # noqa: TID251 - another process is waited for
        while (left := deadline - time.monotonic()) > 0:  # noqa: TID251
            if is_hidden(terminal) is not hidden:
                return True
            terminal.take(left)
        if docks(terminal):
            return False
    return False


def test_no_key_of_a_read_only_run_writes(exchange: Ready, tmp_path: Path) -> None:
    with Pty((*BGTUI, "--read-only"), size=(80, 24), environ=environ(exchange, tmp_path)) as terminal:
        terminal.wait_for("READ-ONLY")
        terminal.wait_for("READONLY")
        assert walk(terminal) == 0
        terminal.wait_for("READ-ONLY")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
    assert writes(exchange) == set()


def test_the_same_keys_write_where_that_is_allowed(exchange: Ready, tmp_path: Path) -> None:
    with Pty(BGTUI, size=(80, 24), environ=environ(exchange, tmp_path)) as terminal:
        terminal.wait_for("ARMED")
        terminal.wait_for(lambda text: "▌" in text or "█" in text)
        assert walk(terminal) > 0
        terminal.press("ctrl+c")
        terminal.wait_exit()
    written = writes(exchange)
    assert len(written) >= 3, written
