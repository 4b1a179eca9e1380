"""The log file: private, without secrets, without bytes that a terminal obeys, and never a reason to stop."""

import errno
import io
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bgtui.cli.log import LogFile

SECRET = 'planted "secret" with \\ and ü'
PEM = "-----BEGIN PRIVATE KEY-----\nTUlJRXZRSUJBREFO\nQmdrcWhraUc5dzBC\n-----END PRIVATE KEY-----\n"


@pytest.fixture
def log() -> Iterator[LogFile]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    file = LogFile()
    yield file
    file.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def test_mode_and_folder(log: LogFile, tmp_path: Path) -> None:
    path = tmp_path / "state" / "bgtui.log"
    assert log.open(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_known_secrets_are_masked_in_every_spelling(log: LogFile, tmp_path: Path) -> None:
    path = tmp_path / "bgtui.log"
    log.redactor.learn([SECRET, PEM])
    log.open(path)
    logger = logging.getLogger("test")
    logger.warning("plain %s repr %r", SECRET, SECRET)
    logger.warning("json %s", '"planted \\"secret\\" with \\\\ and \\u00fc"')
    logger.warning("headers %s", {"ACCESS-SIGN": "c2lnbmF0dXJl", "access-passphrase": "hunter22"})
    logger.warning("pem %s", PEM)
    try:
        int(SECRET)
    except ValueError:
        logger.exception("failed")
    text = path.read_text()
    for secret in ("planted", "c2lnbmF0dXJl", "hunter22", "TUlJRXZRSUJBREFO", "QmdrcWhraUc5dzBC"):
        assert secret not in text
    assert "Traceback" in text


def test_no_local_variable_is_logged(log: LogFile, tmp_path: Path) -> None:
    path = tmp_path / "bgtui.log"
    log.open(path)
    hidden = "local" + "-value-" + "4711"
    try:
        int("x" if hidden else "y")
    except ValueError:
        logging.getLogger("test").exception("failed")
    assert hidden not in path.read_text()


def test_control_characters_are_escaped(log: LogFile, tmp_path: Path) -> None:
    path = tmp_path / "bgtui.log"
    log.open(path)
    logging.getLogger("test").warning("%s", "\x1b[2J\x9b\u202e\x07")
    assert "\\u001b[2J\\u009b\\u202e\\u0007" in path.read_text()


@pytest.mark.parametrize("kind", ["folder", "missing", "link"])
def test_what_cannot_be_opened_is_done_without(
    log: LogFile, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bgtui.log"
    if kind == "folder":
        path.mkdir()
    elif kind == "missing":
        path = tmp_path / "file" / "bgtui.log"
        (tmp_path / "file").write_text("")
    else:
        (tmp_path / "elsewhere").write_text("kept")
        path.symlink_to(tmp_path / "elsewhere")
    assert not log.open(path)
    logging.getLogger("test").warning("nowhere")
    assert capsys.readouterr().err == ""
    assert kind != "link" or (tmp_path / "elsewhere").read_text() == "kept"


def test_libraries_that_log_frames_and_headers_are_kept_quiet(log: LogFile, tmp_path: Path) -> None:
    log.open(tmp_path / "bgtui.log", "debug")
    for name in ("httpx", "httpcore", "websockets"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_says_nothing_on_stderr(
    log: LogFile, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert log.open(tmp_path / "x.log")
    handler = logging.getLogger().handlers[-1]
    assert isinstance(handler, logging.StreamHandler)
    own = handler.setStream(FullDisk())
    logging.getLogger("bgtui").warning("lost")
    handler.setStream(own)
    assert capfd.readouterr().err == ""
