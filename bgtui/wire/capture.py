"""Recordings of what came over the sockets: JSON lines ``{"t": …, "conn": …, "raw": …}``, plain or in gzip.

Pure over file objects: whoever opens files does it elsewhere.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Literal

import msgspec

from bgtui.domain.error import DecodeError, FileDecodeError
from bgtui.domain.text import clean_line

MAX_LINE = 32 * 1024 * 1024
"""Bytes of one line: the largest frame the router takes, with every character escaped once."""

_GZIP_MAGIC = b"\x1f\x8b"


class Captured(msgspec.Struct, frozen=True, gc=False):
    """One recorded frame."""

    time_ns: int = msgspec.field(name="t")
    """When it was received, Unix nanoseconds."""
    connection: Literal["public", "private"] = msgspec.field(name="conn")
    raw: str
    """The frame's text."""


_line = msgspec.json.Decoder(Captured).decode
_encode = msgspec.json.Encoder().encode


def encode_line(time_ns: int, connection: Literal["public", "private"], raw: bytes | str) -> bytes:
    """Return the line of one frame, without its end; what is not UTF-8 in it is replaced."""
    data = raw.encode(errors="replace") if isinstance(raw, str) else raw
    return _encode(Captured(time_ns, connection, data.decode(errors="replace")))


def decode_line(line: bytes | str) -> Captured:
    """Return the frame of one line.

    Raises:
        DecodeError: it is no line of a recording.
    """
    try:
        return _line(line)
    except UnicodeError:
        raise DecodeError("not UTF-8 text") from None
    except (msgspec.MsgspecError, RecursionError) as error:
        raise DecodeError(clean_line(str(error), 200)) from None


def read(stream: io.BufferedReader) -> Iterator[Captured]:
    """Yield the frames of a recording, in gzip or plain, told apart by content.

    Raises:
        FileDecodeError: at a bad line, which it names, or where a compressed file was cut off; every frame
            before has been yielded then.
    """
    lines = gzip.GzipFile(fileobj=stream) if stream.peek(2)[:2] == _GZIP_MAGIC else stream
    number = 0
    while True:
        number += 1
        try:
            line = lines.readline(MAX_LINE)
        except (EOFError, OSError, zlib.error):
            raise FileDecodeError(f"line {number}: the recording is cut off or damaged") from None
        if not line:
            return
        if not line.strip():
            continue
        try:
            yield decode_line(line)
        except DecodeError as error:
            raise FileDecodeError(f"line {number}: {error.message}") from None
