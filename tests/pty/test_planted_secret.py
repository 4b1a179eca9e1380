"""A planted secret, looked for wherever the program writes: it trades, crashes, records and draws itself."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty.test_killed import exchange, send_resting_order
from tests.support.pty import BGTUI, ROOT, Pty

pytestmark = pytest.mark.xdist_group("pty")

CRASHING = (
    sys.executable,
    "-c",
    textwrap.dedent("""
        from bgtui.ui.actions.looking import Looking

        def crash(self):
            secret = self._host.workspace.session.desk._senders
            words = open("/proc/self/environ").read()
            raise RuntimeError(f"a bug with everything in its message: {words}")

        Looking.do_app_refresh = crash
        from bgtui.__main__ import main
        raise SystemExit(main(["--record", RECORDING]))
    """),
)
"""The program itself, with a bug in one key whose message and local variables hold all there is to tell."""


def crashing(recording: Path) -> tuple[str, ...]:
    return (*CRASHING[:2], CRASHING[2].replace("RECORDING", repr(str(recording))))


def command_lines() -> Iterator[str]:
    """What the process list shows of every process."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                yield (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="no /proc to see the process list in")
def test_the_secret_is_nowhere(tmp_path: Path) -> None:
    with exchange(tmp_path) as found:
        key = found.keys["practice"]
        assert key.secret is not None
        api_key, secret, passphrase = key.api_key.reveal(), key.secret.reveal(), key.passphrase.reveal()
        places = {
            "HOME": str(tmp_path),
            "BGTUI_ENVIRONMENT": "sim",
            "BGTUI_REST_URL": found.rest_url,
            "BGTUI_WS_PUBLIC_URL": found.ws_public_url,
            "BGTUI_WS_PRIVATE_URL": found.ws_private_url,
        }
        stored = subprocess.run(
            [*BGTUI, "keys", "add", "--env", "sim"], cwd=ROOT, env=places, check=True, capture_output=True,
            input=f"{api_key}\n{secret}\n{passphrase}\n".encode(),
        )  # fmt: skip
        written: dict[str, bytes] = {"keys add": stored.stdout + stored.stderr}
        # Planted a second time where a careless dump of the environment would find it.
        leaky = {
            **places,
            "BGTUI_API_KEY": api_key,
            "BGTUI_API_SECRET": secret,
            "BGTUI_API_PASSPHRASE": passphrase,
        }
        with Pty(crashing(tmp_path / "recording.jsonl"), environ=leaky) as terminal:
            send_resting_order(terminal)
            terminal.wait_for("ORDERS 1")
            terminal.press("8")
            terminal.settle()
            lines = "\n".join(command_lines())
            terminal.press("u")
            assert terminal.wait_exit() == 1
            assert "this is a bug" in terminal.text() or b"this is a bug" in terminal.raw
            written["terminal"] = bytes(terminal.raw)
        written["process list"] = lines.encode()
        picture = subprocess.run(
            [*BGTUI, "picture", str(tmp_path / "picture.svg"), "--keys", "8", "--after", "1"],
            cwd=ROOT, env={**places, "TERM": "xterm-256color", "PATH": os.environ["PATH"]}, check=True,
            capture_output=True,
        )  # fmt: skip
        written["picture"] = picture.stdout + picture.stderr
    state = tmp_path / ".local/state/bgtui"
    made = (*state.iterdir(), tmp_path / "recording.jsonl", tmp_path / "picture.svg")
    files = [path for path in made if path.is_file()]
    assert {"bgtui.log", "journal.sqlite3", "recording.jsonl", "picture.svg"} <= {path.name for path in files}
    written.update({path.name: path.read_bytes() for path in files})
    assert b"a bug with everything in its message" in written["bgtui.log"], "the report of the crash"
    for place, data in written.items():
        for planted in (secret, passphrase, api_key):
            assert planted.encode() not in data, f"a secret is in {place}"
