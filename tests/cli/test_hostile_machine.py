"""What surrounds a command: full disks, pipes, folders that have gone, Ctrl-C at the worst moment."""

import json
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import bgtui.__main__
from tests.cli.conftest import Shell

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")


@needs_full
@pytest.mark.parametrize(
    "command", ["--help", "completions bash", "show ticker", "show ticker --watch", "doctor"]
)
def test_a_full_disk_behind_stdout(shell: Shell, command: str) -> None:
    with FULL.open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "bgtui", *command.split()],
            cwd=shell.folder,
            env=shell.environ,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
    assert ended.returncode == 2
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("bgtui: stdout cannot be written: No space left on device")
    assert "bug" not in ended.stderr


def test_ctrl_c_while_modules_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "bgtui.cli.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "bgtui.cli.main", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    assert bgtui.__main__.main(["doctor"]) == 128 + signal.SIGINT


def test_a_working_directory_that_has_gone(bare: Shell) -> None:
    gone = bare.folder / "gone"
    gone.mkdir()
    command = f'cd "{gone}" && rmdir "{gone}" && exec "{sys.executable}" -m bgtui show ticker'
    ended = subprocess.run(
        ["/bin/sh", "-c", command],
        env=bare.environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr == "bgtui: the working directory does not exist any more; cd to another\n"


def test_doctor_reports_a_working_directory_that_has_gone(bare: Shell) -> None:
    gone = bare.folder / "gone"
    gone.mkdir()
    command = f'cd "{gone}" && rmdir "{gone}" && exec "{sys.executable}" -m bgtui doctor --json'
    ended = subprocess.run(
        ["/bin/sh", "-c", command],
        env=bare.environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    settings = json.loads(ended.stdout)["checks"][0]
    assert (settings["name"], settings["state"], settings["fix"]) == ("settings", "fail", "cd to another")


def test_a_folder_of_settings_that_cannot_be_looked_into_is_named(bare: Shell) -> None:
    folder = "/" + "x" * 300
    ended = bare.run("show", "ticker", environ={"XDG_CONFIG_HOME": folder})
    assert ended.code == 2
    assert ended.complaint.endswith("bgtui/config.toml cannot be read: File name too long")


def test_a_pipe_that_nobody_reads_does_not_hang_a_recording(shell: Shell) -> None:
    os.mkfifo(shell.folder / "pipe")
    ended = shell.run("record", "--out", "pipe", "--force", "--seconds", "1", timeout_s=20)
    assert ended.code == 2
    assert "pipe" in ended.err.splitlines()[-1]
    assert stat.S_ISFIFO((shell.folder / "pipe").stat().st_mode)


@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_replay_that_waits_for_a_pipe_hears_signals(bare: Shell, signum: int, code: int) -> None:
    pipe = bare.folder / "pipe"
    os.mkfifo(pipe)
    with bare.start("replay", "pipe") as process:
        handle = os.open(pipe, os.O_WRONLY)  # returns when the other side has opened it
        process.send_signal(signum)
        assert process.wait(20) == code
        os.close(handle)
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_keys_that_are_added_at_once_are_all_kept(bare: Shell) -> None:
    names = [f"p{number}" for number in range(6)]
    with ThreadPoolExecutor(len(names)) as pool:
        ended = list(
            pool.map(lambda name: bare.run("keys", "add", "--profile", name, typed="k\ns\np\n"), names)
        )
    assert [each.code for each in ended] == [0] * len(names)
    listed = bare.run("keys", "list").out
    assert [name for name in names if name not in listed] == []


def test_a_pasted_line_that_is_too_long_is_not_cut_into_a_key(bare: Shell) -> None:
    ended = bare.run("keys", "add", typed="A" * 5000 + "\ns\np\n")
    assert ended.code == 2
    assert "longer than" in ended.complaint
    assert bare.run("keys", "list").out == ""


def test_a_key_that_is_replaced_is_said_to_be(bare: Shell) -> None:
    assert "key stored" in bare.run("keys", "add", typed="k\ns\np\n").err
    assert "key replaced" in bare.run("keys", "add", typed="k2\ns\np\n").err


def test_a_file_where_the_log_folder_must_be_is_told_by_doctor(shell: Shell) -> None:
    state = Path(shell.environ["HOME"]) / "file"
    state.write_text("")
    report = shell.run("doctor", XDG_STATE_HOME=str(state)).out
    assert f"{state} is a file where a folder must be" in report
