"""F-23: files with secrets that others could read or swap are refused, with the command that mends them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import KEY, ROOT, Shell
from tests.support import tables
from tests.support.stage import staged

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file to another user")
STRANGER = 12345


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A user who means the real exchange, and keeps keys at home."""
    home, folder = tmp_path / "home", tmp_path / "work"
    for place in (home / ".config/bgtui", folder):
        place.mkdir(parents=True)
    (home / ".config/bgtui").chmod(0o700)
    return Shell(folder, {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT)})


def config(shell: Shell) -> Path:
    return Path(shell.environ["HOME"]) / ".config/bgtui"


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def dotenv(shell: Shell) -> Path:
    return write(shell.folder / ".env", "".join(f"{name}={value}\n" for name, value in KEY.items()))


def config_file(shell: Shell) -> Path:
    lines = (f'{name.removeprefix("BGTUI_").lower()} = "{value}"\n' for name, value in KEY.items())
    return write(config(shell) / "config.toml", "".join(lines))


def key_store(shell: Shell) -> Path:
    typed = f"{tables.KEY}\n{tables.SECRET}\n{tables.PASSPHRASE}\n"
    assert shell.run("keys", "add", typed=typed).code == 0
    return config(shell) / "keys.json"


def refusal(shell: Shell) -> str:
    """What stands on stderr: one line, nothing on stdout, exit 2, no secret."""
    ended = shell.run("show", "account", BGTUI_ENVIRONMENT="live")
    assert ended.code == 2
    assert ended.out == ""
    assert not [secret for secret in (tables.KEY, tables.SECRET, tables.PASSPHRASE) if secret in ended.err]
    return ended.complaint


@pytest.mark.parametrize("make", [dotenv, config_file, key_store])
def test_f23_a_file_with_a_key_that_others_may_read_is_refused_with_the_chmod(
    make: Callable[[Shell], Path], shell: Shell
) -> None:
    path = make(shell)
    path.chmod(0o644)
    line = refusal(shell)
    assert "holds secrets and is open to others (mode 0644)" in line
    assert line.endswith(f"run: chmod 600 {path}")


def test_f23_a_folder_that_the_group_may_write_to_is_refused_with_the_chmod(shell: Shell) -> None:
    folder = config_file(shell).parent
    folder.chmod(0o770)
    line = refusal(shell)
    assert "others may write to it (mode 0770)" in line
    assert line.endswith(f"run: chmod go-w {folder}")


def test_f23_a_link_into_such_a_folder_is_no_way_round(shell: Shell, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o775)
    path = config_file(shell)
    path.rename(shared / "bgtui.toml")
    path.symlink_to(shared / "bgtui.toml")
    assert refusal(shell).endswith(f"run: chmod go-w {shared}")


@needs_root
def test_f23_a_link_to_the_file_of_another_user_is_refused_with_its_owner(
    shell: Shell, tmp_path: Path
) -> None:
    path = config_file(shell)
    path.rename(tmp_path / "theirs.toml")
    path.symlink_to(tmp_path / "theirs.toml")
    os.chown(tmp_path / "theirs.toml", STRANGER, STRANGER)
    assert f"{path} belongs to another user (uid {STRANGER})" in refusal(shell)
    os.chown(tmp_path / "theirs.toml", os.getuid(), os.getgid())
    os.chown(path, STRANGER, STRANGER, follow_symlinks=False)
    line = refusal(shell)
    assert f"is a symbolic link of another user (uid {STRANGER})" in line
    assert line.endswith(f"run: rm {path}")


async def test_f23_a_journal_that_others_may_read_stops_sending_with_the_chmod(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state" / "journal.sqlite3"
    path.parent.mkdir(mode=0o700)
    path.touch(mode=0o644)
    path.chmod(0o644)
    async with staged(tmp_path, monkeypatch) as stage:
        says = f"Journal is open to others: sending stopped; chmod 600 {path}, then u."
        await stage.sees(lambda _: stage.message == says)
        await stage.buy_resting()
        await stage.sees("open to others: sending stopped;")
        assert "ORDER BTCUSDT" in stage.text, "the form is kept"
        assert stage.writes() == 0
        assert stat.S_IMODE(path.stat().st_mode) == 0o644, "nobody's mode is changed behind their back"
        path.chmod(0o600)
        await stage.press("esc", "esc", "u")
        await stage.sees(lambda _: stage.message == "Journal is written again: sending goes on.")
        await stage.buy_resting()
        await stage.sees("ORDERS 1")
