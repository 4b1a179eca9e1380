"""Recordings: what is written comes back, and a fault costs only what lies behind it."""

from __future__ import annotations

import gzip
import io

import pytest

from bgtui.domain.error import DecodeError, FileDecodeError
from bgtui.wire.capture import Captured, decode_line, encode_line, read

FRAMES = [Captured(1649290077582363904 + step, "public", f'{{"step":"{step} é \\n"}}') for step in range(50)]
PLAIN = b"".join(encode_line(frame.time_ns, frame.connection, frame.raw) + b"\n" for frame in FRAMES)


def reading(data: bytes) -> tuple[list[Captured], str]:
    """Read as far as it goes; return the frames and the complaint."""
    found: list[Captured] = []
    try:
        found.extend(frame for frame in read(io.BufferedReader(io.BytesIO(data))))
    except FileDecodeError as error:
        return _until_fault(data), str(error)
    return found, ""


def _until_fault(data: bytes) -> list[Captured]:
    found: list[Captured] = []
    frames = read(io.BufferedReader(io.BytesIO(data)))
    while True:
        try:
            found.append(next(frames))
        except (FileDecodeError, StopIteration):
            return found


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_both_forms_come_back(pack: object) -> None:
    data = gzip.compress(PLAIN) if pack is gzip.compress else PLAIN
    assert reading(data) == (FRAMES, "")


def test_an_empty_recording_holds_nothing() -> None:
    assert reading(b"") == ([], "")
    assert reading(gzip.compress(b"")) == ([], "")


def test_a_bad_line_is_named_and_the_good_ones_before_are_kept() -> None:
    lines = PLAIN.splitlines(keepends=True)
    found, complaint = reading(b"".join([*lines[:7], b'{"t":1,"conn":"public"}\n', *lines[7:]]))
    assert found == FRAMES[:7]
    assert complaint.startswith("line 8: ")


def test_a_cut_line_at_the_end_is_a_fault() -> None:
    found, complaint = reading(PLAIN[:-10])
    assert found == FRAMES[:-1]
    assert complaint.startswith("line 50: ")


def test_a_truncated_archive_gives_all_that_was_readable() -> None:
    packed = gzip.compress(PLAIN)
    found, complaint = reading(packed[: len(packed) * 2 // 3])
    assert found == FRAMES[: len(found)]
    assert "cut off" in complaint


def test_an_archive_of_several_parts_is_one_recording() -> None:
    lines = PLAIN.splitlines(keepends=True)
    assert reading(gzip.compress(b"".join(lines[:20])) + gzip.compress(b"".join(lines[20:]))) == (FRAMES, "")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"t":"1","conn":"public","raw":""}',
        b'{"t":1,"conn":"secret","raw":""}',
        b'{"t":1,"conn":"public","raw":5}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_line_is_refused_in_one_line(line: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_line(line)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("raw", ["pong", b"pong", "tab\t\x00\x1b", b"\xff\xfe", "\ud800"])
def test_any_frame_can_be_written(raw: str | bytes) -> None:
    line = encode_line(1, "private", raw)
    assert b"\n" not in line
    found = decode_line(line)
    assert (found.time_ns, found.connection) == (1, "private")
    assert found.raw == (raw if raw in ("pong", "tab\t\x00\x1b") else found.raw)
