"""F-25: terminals that are tiny, huge or can show little: text, or one line, and never a traceback."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.pty import BGTUI, Pty

pytestmark = pytest.mark.xdist_group("pty")

_SGR = re.compile(rb"\x1b\[([0-9;]*)m")


def colors(raw: bytes | bytearray) -> set[int]:
    """Return the parameters of colors that a terminal was sent; 38 and 48 begin those beyond sixteen."""
    found = {int(part) for match in _SGR.finditer(raw) for part in match[1].split(b";") if part}
    return {part for part in found if 30 <= part <= 48 or 90 <= part <= 107} - {39, 49}


def quit_by_key(terminal: Pty) -> None:
    terminal.press("q")
    assert terminal.wait_exit() == 0
    assert terminal.modes == terminal.modes_before
    assert b"Traceback" not in terminal.raw


def test_f25_any_size_is_drawn_and_the_smallest_say_what_is_needed(tmp_path: Path) -> None:
    with Pty(BGTUI, size=(20, 5), environ={"HOME": str(tmp_path)}) as terminal:
        text = terminal.wait_for(lambda text: "[SIM] ARMED" in text and "BTCUSDT" in text)
        lines = text.splitlines()
        assert lines[0].startswith("bgtui needs 60x15")
        assert lines[4].startswith("! kill  q quit")
        start = len(terminal.raw)
        terminal.resize(1000, 300)
        # What is drawn is looked for in the bytes: to emulate so many cells takes too long.
        while not all(part in terminal.raw[start:] for part in (b"CHART", b"POSITIONS", b"\x1b[300")):
            assert terminal.take(20.0) > 0, "nothing more was drawn"
        terminal.resize(7, 2)
        terminal.wait_for(lambda text: text.startswith("bgtui") and text.splitlines()[1].startswith("! kill"))
        terminal.resize(1, 1)
        terminal.resize(80, 24)
        terminal.wait_for("ORDERS 0")
        quit_by_key(terminal)


@pytest.mark.parametrize(
    ("given", "most_colors"),
    [
        ({"TERM": "linux"}, {*range(30, 38), *range(90, 98)}),
        ({"LANG": "C", "NO_COLOR": "1"}, set()),
    ],
    ids=["linux", "c-locale"],
)
def test_f25_a_terminal_that_can_show_less_is_sent_less(
    given: Mapping[str, str], most_colors: set[int], tmp_path: Path
) -> None:
    with Pty(BGTUI, environ={"HOME": str(tmp_path), **given}) as terminal:
        terminal.wait_for(lambda text: "ORDERS 0" in text and "TAPE" in text)
        terminal.press("?")
        terminal.wait_for("HELP")
        terminal.press("esc")
        terminal.settle()
        quit_by_key(terminal)
        assert bytes(terminal.raw).isascii()
        assert colors(terminal.raw) <= most_colors
        assert bool(colors(terminal.raw)) is bool(most_colors)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_f25_a_terminal_that_draws_nothing_gets_one_line(term: str, tmp_path: Path) -> None:
    with Pty(BGTUI, environ={"HOME": str(tmp_path), "TERM": term}, size=(200, 24)) as terminal:
        assert terminal.wait_exit() == 2
        said = bytes(terminal.raw).decode()
    assert said.count("\n") == 1
    assert "\x1b" not in said
    assert f"TERM is {term or 'not set'}" in said
    assert "TERM=xterm-256color" in said
    assert "bgtui show book BTCUSDT" in said
