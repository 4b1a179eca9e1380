"""The guard of the account in a real terminal: suspended by the shell, armed again, and killed."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pty import BGTUI, Pty

pytestmark = pytest.mark.xdist_group("pty")


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Pty]:
    home = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "c"),
        "XDG_STATE_HOME": str(tmp_path / "s"),
    }
    with Pty(BGTUI, environ=home) as terminal:
        yield terminal


def is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("T")


def test_a_suspend_comes_back_disarmed_and_current_and_the_label_arms_it(program: Pty) -> None:
    program.wait_for(lambda text: re.search(r"\d\.\d{4}", text) is not None and "ARMED" in text)
    program.press("n")
    program.wait_for("ORDER BTCUSDT")
    program.send("-1%")  # so far below the market that it rests
    program.press("enter")
    program.wait_for("y SEND")
    program.pump(0.45)
    program.press("y")
    program.wait_for("ORDERS 1")

    program.press("ctrl+z")
    program.wait_for(lambda _: is_stopped(program.process.pid))
    program.pump(1.2)
    os.kill(program.process.pid, signal.SIGCONT)
    program.wait_for(lambda text: "DISARMED" in text.splitlines()[0] and "o ARM" in text)
    assert "Stood still" in program.text()
    assert "look it over, then o." in program.text()
    program.wait_for(lambda text: "pub ●" in text and "prv ●" in text and "║" in text)

    program.press("b")
    program.settle()
    assert "y SEND" not in program.text()
    program.press("o")
    program.wait_for("type the account label")
    for letter in "practice":
        program.press(letter)
    program.wait_for("enter arm")
    program.press("enter")
    program.wait_for("Armed: account practice until o, sleep or quit.")
    program.wait_for(lambda text: "║" not in text)

    program.press("!")
    program.wait_for("y CANCEL AND FLATTEN")
    assert "orders   1, plans 0" in program.text()
    program.pump(0.45)
    program.press("y")
    program.wait_for("2 answers alike", timeout_s=30)
    program.press("esc")
    program.wait_for("ORDERS 0")
