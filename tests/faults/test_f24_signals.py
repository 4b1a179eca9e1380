"""F-24: signals, a stopped process, a terminal that goes: the documented end, and never a raw terminal."""

from __future__ import annotations

import os
import pty
import random
import select
import signal
import subprocess
import time
from pathlib import Path

import pyte
import pytest

from tests.support.pty import BGTUI, ROOT, Pty

pytestmark = pytest.mark.xdist_group("pty")

PATIENCE_S = 20.0


def wait_live(terminal: Pty) -> None:
    terminal.wait_for(lambda text: "ORDERS 0" in text and "TAPE" in text)


def children(pid: int) -> list[int]:
    """Return the processes that a process has begun: the simulator that it trades with."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def wait_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + PATIENCE_S  # noqa: TID251 - other processes are waited for
    while left := [pid for pid in pids if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < deadline, f"still there: {left}"  # noqa: TID251
        time.sleep(0.02)  # noqa: TID251


def wait_state(terminal: Pty, state: str) -> None:
    """Wait until the system says that the program is stopped, or is not."""
    for _ in range(400):
        stat = Path(f"/proc/{terminal.process.pid}/stat").read_text()
        if (stat.rpartition(")")[2].split()[0] == "T") is (state == "stopped"):
            terminal.pump(0.05)  # what it wrote before that may not have been read yet
            return
        terminal.pump(0.05)
    raise AssertionError(f"never {state}")


def shown_since_it_came(terminal: Pty) -> str:
    """Return what stands on the other screen, which is blank whenever a program enters it."""
    raw = bytes(terminal.raw)
    screen = pyte.Screen(terminal.columns, terminal.rows)
    pyte.ByteStream(screen).feed(raw[raw.rfind(b"\x1b[?1049h") :])
    return "\n".join(screen.display)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to look at processes in")
class TestEndings:
    @pytest.mark.parametrize(("signum", "code"), [(signal.SIGHUP, 129), (signal.SIGKILL, -9)])
    def test_f24_no_simulator_outlives_the_program(self, signum: int, code: int, tmp_path: Path) -> None:
        with Pty(BGTUI, environ={"HOME": str(tmp_path)}) as terminal:
            wait_live(terminal)
            simulators = children(terminal.process.pid)
            assert len(simulators) == 1
            os.kill(terminal.process.pid, signum)
            assert terminal.wait_exit() == code
            assert b"Traceback" not in terminal.raw
        wait_gone(simulators)

    @pytest.mark.parametrize("gone", ["stdin", "stdout"])
    def test_f24_half_a_terminal_is_none(self, gone: str, tmp_path: Path) -> None:
        """Keys whose effect nobody sees, or a screen without keys: it ends as if all of it were gone."""
        masters, slaves = zip(*(pty.openpty() for _ in range(2)), strict=True)
        environ = {"HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": ""}
        with (tmp_path / "stderr").open("wb") as stderr:
            process = subprocess.Popen(
                BGTUI, stdin=slaves[0], stdout=slaves[1], stderr=stderr, cwd=ROOT, env=environ,
                start_new_session=True,
            )  # fmt: skip
        for slave in slaves:
            os.close(slave)
        kept, lost = (masters[1], masters[0]) if gone == "stdin" else (masters[0], masters[1])
        try:
            assert b"TAPE" in read_until(masters[1], b"TAPE")
            simulators = children(process.pid)
            os.close(lost)
            if gone == "stdin":
                read_until(kept, None)
            assert process.wait(PATIENCE_S) == 129
        finally:
            process.kill()
            process.wait()
            os.close(kept)
        wait_gone(simulators)
        assert (tmp_path / "stderr").read_text() == ""


def read_until(master: int, wanted: bytes | None) -> bytes:
    """Read what a program writes until something stands there, or until it has left."""
    seen = b""
    while wanted is None or wanted not in seen:
        ready, _, _ = select.select([master], [], [], PATIENCE_S)
        assert ready, "nothing more came"
        try:
            seen += os.read(master, 65536)
        except OSError:
            return seen
    return seen


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to look at processes in")
def test_f24_a_stopped_program_comes_back_disarmed_with_its_whole_screen(tmp_path: Path) -> None:
    with Pty(BGTUI, environ={"HOME": str(tmp_path)}) as terminal:
        wait_live(terminal)
        pid = terminal.process.pid
        # By the key: the shell has its terminal meanwhile.
        terminal.press("ctrl+z")
        wait_state(terminal, "stopped")
        assert terminal.modes == terminal.modes_before
        assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")
        os.kill(pid, signal.SIGCONT)
        terminal.wait_for(lambda text: "DISARMED" in text.splitlines()[0] and "Stood still" in text)
        wait_live(terminal)
        shown = shown_since_it_came(terminal)
        assert "DISARMED" in shown
        assert "ORDERS 0" in shown
        assert "o ARM" in shown
        # From outside, without a word: it could not leave the terminal, and takes it again.
        terminal.press("o")
        terminal.wait_for("practice")
        terminal.send("practice")
        terminal.press("enter")
        terminal.wait_for(lambda text: " ARMED" in text.splitlines()[0])
        os.kill(pid, signal.SIGSTOP)
        wait_state(terminal, "stopped")
        os.kill(pid, signal.SIGCONT)
        terminal.wait_for(lambda text: "DISARMED" in text.splitlines()[0] and "look it over, then o" in text)
        wait_live(terminal)
        assert "ORDERS 0" in shown_since_it_came(terminal)
        # One set of keys and output is left, so that a key is taken once, and the end is an end.
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.modes == terminal.modes_before
        assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")
        assert b"Traceback" not in terminal.raw


def test_f24_a_storm_of_sizes_ends_with_a_whole_screen(tmp_path: Path) -> None:
    sizes = random.Random(24)
    with Pty(BGTUI, environ={"HOME": str(tmp_path)}) as terminal:
        wait_live(terminal)
        for _ in range(300):
            terminal.resize(sizes.randrange(10, 200), sizes.randrange(3, 60))
            terminal.take(0.002)
        terminal.resize(80, 24)
        wait_live(terminal)
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.modes == terminal.modes_before
        assert b"Traceback" not in terminal.raw
