"""`bgtui record` and `bgtui replay`: a recording plays back verified, and is whole however it ended."""

import gzip
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ROOT, Shell, wait_until
from tests.support.peer import Peer

CAPTURE = ROOT.parent / "shared/capture/futures-2022-04-07.jsonl.gz"
DEMO = ROOT / "tests/data/demo.jsonl.gz"


def played(shell: Shell, path: Path | str, code: int = 0) -> Any:
    ended = shell.run("replay", str(path), "--check", "--json")
    assert ended.code == code, ended.err
    report = json.loads(ended.out)
    assert list(report) == ["books", "unsupported", "decode_errors"]
    assert list(report["books"]) == ["messages", "verified", "mismatched"]
    return report


@pytest.mark.parametrize("name", ["own.jsonl", "own.jsonl.gz"])
def test_an_own_recording_plays_back_verified(shell: Shell, name: str) -> None:
    ended = shell.run("record", "--out", name, "--seconds", "1.5", "--private", "BTCUSDT", "spot:ETHUSDT")
    assert ended.code == 0, ended.err
    assert ended.err.splitlines()[-1].endswith(f"frames in {name}")
    report = played(shell, name)
    books = report["books"]
    assert books["messages"] == books["verified"] > 5
    assert report["decode_errors"] == report["unsupported"] == 0
    lines = (shell.folder / name).read_bytes()
    text = (gzip.decompress(lines) if name.endswith("gz") else lines).decode()
    assert {json.loads(line)["conn"] for line in text.splitlines()} == {"public", "private"}
    assert "passphrase" not in text


@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_the_file_is_whole_however_it_ends(shell: Shell, signum: int, code: int) -> None:
    path = shell.folder / "own.jsonl.gz"
    with shell.start("record", "--out", str(path), "BTCUSDT") as process:
        wait_until(path, 100)
        process.send_signal(signum)
        _, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert "Traceback" not in err
    assert played(shell, path)["books"]["mismatched"] == 0


def test_nothing_is_overwritten_or_made_in_vain(shell: Shell) -> None:
    path = shell.folder / "own.jsonl"
    path.write_text("old\n")
    assert "add --force to replace it" in shell.run("record", "--out", "own.jsonl").complaint
    refused = shell.run("record", "--out", "own.jsonl", "--force", BGTUI_WS_PUBLIC_URL="ws://127.0.0.1:1")
    assert refused.code == 8
    assert refused.complaint
    assert path.read_text() == "old\n"


def test_a_full_disk_is_one_line(shell: Shell) -> None:
    ended = shell.run("record", "--out", "/dev/full", "--force", "BTCUSDT")
    assert ended.code == 2
    assert "No space left on device" in ended.complaint


def test_an_unknown_symbol(shell: Shell) -> None:
    ended = shell.run("record", "--out", "own.jsonl", "NOPE")
    assert ended.code == 2
    assert "unknown symbol usdt-futures:NOPE" in ended.complaint


def test_a_broken_book_fails_the_check(shell: Shell) -> None:
    with Peer() as peer:
        url = peer.ws_public_url
        with shell.start("record", "--out", "own.jsonl", "BTCUSDT", BGTUI_WS_PUBLIC_URL=url) as process:
            wait_until(shell.folder / "own.jsonl", 100)
            peer.book_fault = "checksum"
            wait_until(shell.folder / "own.jsonl", (shell.folder / "own.jsonl").stat().st_size + 20_000)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)
    report = played(shell, "own.jsonl", code=9)
    assert report["books"]["mismatched"] == 1
    assert report["books"]["verified"] > 5, "the resubscription brought a new snapshot"


def test_the_demo(shell: Shell) -> None:
    assert DEMO.stat().st_size < 100_000
    books = played(shell, DEMO)["books"]
    assert books["messages"] == books["verified"] > 50


@pytest.mark.skipif(not CAPTURE.exists(), reason="the shared recording is not beside this repository")
def test_the_real_recording(shell: Shell) -> None:
    report = played(shell, CAPTURE)
    assert report["books"] == {"messages": 194, "verified": 194, "mismatched": 0}
    assert report["decode_errors"] == 0


def test_a_truncated_recording_is_reported_as_far_as_it_goes(shell: Shell) -> None:
    (shell.folder / "cut.gz").write_bytes(DEMO.read_bytes()[: DEMO.stat().st_size // 2])
    ended = shell.run("replay", "cut.gz", "--json")
    assert ended.code == 2
    assert "cut off or damaged" in ended.complaint
    assert json.loads(ended.out)["books"]["mismatched"] == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no frames"),
        (b"<html>", "is no recording"),
        (b'{"t":1,"conn":"public"}\n', "is no recording"),
        (b"\x1f\x8b\x08\x00garbage", "is no recording"),
        (b"\x00\xff" * 5000, "is no recording"),
        (b'{"t":1,"conn":"public","raw":"pong"}\n{"t":', "line 2"),
    ],
)
def test_what_is_no_recording(shell: Shell, content: bytes, says: str) -> None:
    (shell.folder / "file").write_bytes(content)
    ended = shell.run("replay", "file")
    assert ended.code == 2
    assert says in ended.complaint


def test_unsupported_frames_break_nothing_and_bad_ones_count(shell: Shell) -> None:
    frames = [
        "pong",
        '{"arg":{"instType":"mc","channel":"new","instId":"X"},"action":"update","data":[]}',
        "{",
        "\u001b[2J",
    ]
    lines = [json.dumps({"t": number, "conn": "public", "raw": raw}) for number, raw in enumerate(frames)]
    (shell.folder / "file").write_text("\n".join(lines))
    report = played(shell, "file", code=9)
    assert (report["unsupported"], report["decode_errors"]) == (1, 2)
    assert shell.run("replay", "file").code == 0, "only --check judges"


def test_real_time(shell: Shell) -> None:
    lines = [json.dumps({"t": number * 200_000_000, "conn": "public", "raw": "pong"}) for number in range(4)]
    (shell.folder / "file").write_text("\n".join(lines))
    with shell.start("replay", "file", "--speed", "0.001") as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (143, -signal.SIGTERM)
    assert shell.run("replay", "file", "--speed", "10").code == 0
