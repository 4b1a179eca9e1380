"""A recording is whole at every moment, and replaces nothing by accident."""

import errno
import gzip
import os
from pathlib import Path

import pytest

from bgtui.cli.recording import CHUNK, RecordingWriter
from bgtui.domain.error import ConfigError

LINES = [f'{{"t":{number},"conn":"public","raw":"pong"}}'.encode() for number in range(50)]


def content(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_whole_after_every_write(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    writer = RecordingWriter(path, replace=False)
    for count, line in enumerate(LINES, 1):
        writer.add(line)
        writer.flush()
        assert content(path) == LINES[:count]
    writer.close()
    assert writer.lines == len(LINES)
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_made_before_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    RecordingWriter(path, replace=False).close()
    assert not path.exists()


def test_an_old_recording_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("old\n")
    with pytest.raises(ConfigError, match=r"exists; .*--force"):
        RecordingWriter(path, replace=False)
    writer = RecordingWriter(path, replace=True)
    assert path.read_text() == "old\n", "until there is something to replace it with"
    writer.add(LINES[0])
    writer.close()
    assert content(path) == LINES[:1]


def test_one_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    writer = RecordingWriter(path, replace=False)
    path.write_text("other\n")
    writer.add(LINES[0])
    with pytest.raises(ConfigError, match="cannot be written"):
        writer.flush()
    assert path.read_text() == "other\n"


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no folder that can be written to"):
        RecordingWriter(tmp_path / "missing" / "a.jsonl", replace=False)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_full_disk_leaves_what_was_written_whole(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    writer = RecordingWriter(path, replace=False)
    writer.add(LINES[0])
    writer.flush()
    real = os.write
    calls = 0

    def fills_up(handle: int, data: bytes) -> int:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, data[:7])

    monkeypatch.setattr(os, "write", fills_up)
    writer.add(LINES[1])
    with pytest.raises(ConfigError, match="No space left on device; the 1 lines before are kept"):
        writer.flush()
    monkeypatch.undo()
    writer.close()
    assert content(path) == LINES[:1]


def test_memory_is_bounded(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "a.jsonl", replace=False)
    writer.add(b"x" * CHUNK)
    assert writer.lines == 1, "written without being asked"
    writer.close()
