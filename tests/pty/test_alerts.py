"""Alerts of the program itself: a rule of an earlier run fires, the terminal rings, the command is run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.support.pty import BGTUI, Pty

pytestmark = pytest.mark.xdist_group("pty")

RULE = {
    "id": "r1", "kind": "funding_soon", "instrument": "usdt-futures:ETHUSDT", "threshold": "480",
    "crossing": "above", "source": "last", "repeats": False, "command": True, "on": True, "built_in": False,
}  # fmt: skip
TELL = "import sys; open(sys.argv[1], 'a').write(sys.argv[2] + '\\n')"


def test_a_kept_rule_fires_rings_and_runs_its_command(tmp_path: Path) -> None:
    config, state, told = tmp_path / "c" / "bgtui", tmp_path / "s" / "bgtui", tmp_path / "told"
    for folder in (config, state):
        folder.mkdir(parents=True, mode=0o700)
    rules = state / "alerts.json"
    rules.write_text(json.dumps({"version": 1, "rules": [RULE, {"kind": "moon"}]}))
    command = json.dumps([sys.executable, "-S", "-c", TELL, str(told), "{text}"])
    (config / "config.toml").write_text(f"[alerts]\ncommand = {command}\n")
    (config / "config.toml").chmod(0o600)
    environ = {
        "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(config.parent), "XDG_STATE_HOME": str(state.parent),
    }  # fmt: skip

    with Pty(BGTUI, environ=environ) as terminal:
        terminal.wait_for("[SIM]")
        terminal.press("9")
        screen = terminal.wait_for("Funding: ETHUSDT is settled in")
        terminal.wait_for(lambda _text: b"\x07" in terminal.raw)
        terminal.wait_for("line bell cmd")
        assert "LOCAL · file trouble" in screen
        terminal.press("q")
        assert terminal.wait_exit() == 0

    assert told.read_text().startswith("Funding: ETHUSDT is settled in ")
    kept = json.loads(rules.read_text())["rules"]
    assert [(row["id"], row["on"]) for row in kept if not row["built_in"]] == [("r1", False)]
    assert rules.stat().st_mode & 0o777 == 0o600
    assert (state / "alerts.broken-1.json").exists()
