"""`--record` beside the screens: what was seen can be played again, and checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pty import BGTUI, Pty

pytestmark = pytest.mark.xdist_group("pty")


def test_what_the_screens_saw_is_a_whole_recording_that_plays(tmp_path: Path) -> None:
    tape = tmp_path / "seen.jsonl.gz"
    environ = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    with Pty((*BGTUI, "--record", str(tape)), environ=environ) as terminal:
        terminal.wait_for("pub ●")
        terminal.pump(2.5)
        terminal.press("ctrl+c")
        assert terminal.wait_exit() in (0, 130)
        assert b" frames in " in terminal.raw  # where the line breaks depends on the folder's name

    checked = subprocess.run(
        [sys.executable, "-m", "bgtui", "replay", str(tape), "--check"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    with Pty((*BGTUI, "replay", str(tape), "--tui", "--speed", "0"), environ=environ) as terminal:
        terminal.wait_for("The recording has ended")
        assert terminal.row(0).startswith("[TAPE] READ-ONLY")
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_an_old_recording_is_not_overwritten(tmp_path: Path) -> None:
    tape = tmp_path / "old.jsonl"
    tape.write_text("precious\n")
    with Pty((*BGTUI, "--record", str(tape)), environ={"HOME": str(tmp_path)}) as terminal:
        assert terminal.wait_exit() == 2
    assert tape.read_text() == "precious\n"
