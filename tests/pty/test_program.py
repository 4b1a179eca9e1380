"""The program itself in a real terminal, with nothing configured: what a person does in the first minutes."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pty import BGTUI, Pty, confirm, press_until

pytestmark = pytest.mark.xdist_group("pty")


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "c"),
        "XDG_STATE_HOME": str(tmp_path / "s"),
    }


@pytest.fixture
def program(home: dict[str, str]) -> Iterator[Pty]:
    with Pty(BGTUI, environ=home) as terminal:
        yield terminal


def wait_live(terminal: Pty) -> None:
    terminal.wait_for(
        lambda text: "price" in text.splitlines()[2] and re.search(r"\d\.\d{4}", text) is not None
    )


class TestOrderLife:
    def test_from_the_first_frame_to_quitting(self, program: Pty) -> None:
        before = program.modes_before
        program.wait_for("[SIM]")
        wait_live(program)
        # A limit order below the market, so that it rests.
        program.press("n")
        program.wait_for("ORDER BTCUSDT")
        program.send("-1%")
        confirm(program)
        program.wait_for("ORDERS 1")
        # In the list of orders too.
        program.press("3")
        program.wait_for(lambda text: "[3 Orders]" in text and "live" in text and "BTCUSDT" in text)
        # Amended: a new order takes its place.
        before_amend = program.row(5).split()[5]
        program.press("a")
        program.wait_for("AMEND BTCUSDT")
        program.press("down", "down")
        confirm(program)
        program.wait_for(
            lambda text: before_amend not in text.splitlines()[5] and "live" in text.splitlines()[5]
        )
        # Canceled at once: it is one order of mine.
        press_until(program, "x", lambda text: "No working orders" in text or "open 0" in text)
        # A position opened at market, and closed.
        program.press("1")
        wait_live(program)
        program.press("t")
        program.wait_for("ORDER BTCUSDT")
        program.press("tab", "m")
        program.wait_for("market")
        confirm(program)
        program.wait_for("LONG")
        program.press("f")
        program.wait_for("CLOSE LONG")
        confirm(program)
        program.wait_for("leg --")
        program.press("q")
        assert program.wait_exit() == 0
        assert program.modes == before


class TestEndings:
    @pytest.mark.parametrize(("signum", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
    def test_a_signal_restores_the_terminal(self, program: Pty, signum: int, code: int) -> None:
        wait_live(program)
        os.kill(program.process.pid, signum)
        assert program.wait_exit() == code
        assert program.modes == program.modes_before
        assert program.raw.rfind(b"\x1b[?1049l") > program.raw.rfind(b"\x1b[?1049h")
        assert program.raw.rfind(b"\x1b[?25h") > program.raw.rfind(b"\x1b[?25l")

    def test_the_end_of_the_terminal_is_the_end_of_the_program(self, program: Pty) -> None:
        wait_live(program)
        program.hang_up()
        assert program.process.wait(timeout=15) == 129

    def test_ctrl_c_leaves_at_once(self, program: Pty) -> None:
        wait_live(program)
        program.press("ctrl+c")
        assert program.wait_exit() == 0
        assert program.modes == program.modes_before

    def test_a_resize_keeps_the_screen_whole(self, program: Pty) -> None:
        wait_live(program)
        program.resize(120, 40)
        program.wait_for("WATCH")
        program.resize(40, 10)
        program.wait_for("needs 60x15")
        program.resize(80, 24)
        wait_live(program)

    def test_nothing_is_sent_by_a_paste(self, program: Pty) -> None:
        wait_live(program)
        program.press("n")
        program.wait_for("ORDER BTCUSDT")
        program.send("-1%")  # no market moves so fast that a post-only order there would trade
        program.press("enter")
        program.wait_for("y SEND")
        program.pump(0.5)
        program.paste("y\ny\ryyyy")
        program.settle()
        assert "y SEND" in program.text()
        program.press("esc", "esc")
        program.wait_for("ORDERS 0")


class TestStart:
    def test_without_a_terminal_it_names_what_works(self, home: dict[str, str]) -> None:
        import subprocess

        done = subprocess.run(
            BGTUI, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 2
        assert done.stdout == ""
        assert "bgtui show" in done.stderr
        assert len(done.stderr.splitlines()) == 1

    def test_read_only_says_so_and_why(self, home: dict[str, str]) -> None:
        with Pty((*BGTUI, "--read-only"), environ=home) as terminal:
            terminal.wait_for("READ-ONLY")
            terminal.wait_for("READONLY")
            terminal.press("b")
            terminal.wait_for("Read-only")
            assert "ORDER BTCUSDT" not in terminal.text()
