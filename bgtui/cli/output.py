"""How commands speak: data on stdout, words on stderr, one line for an error."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from bgtui.domain.text import Untrusted, clean_line

MAX_LINE = 2000
"""Cells of one line of words; long paths and hints fit."""


def say(text: str) -> None:
    """Tell the person something: one line on stderr, cleaned."""
    _write_words(clean_line(text, MAX_LINE))


def complain(text: str) -> None:
    """Report an error: one line on stderr, cleaned."""
    _write_words(f"bgtui: {clean_line(text, MAX_LINE)}")


class Unwritable(Exception):
    """Stdout takes no more: its disk is full or broken."""


def write_line(line: str) -> None:
    """Write one line of data and flush it, so that a reader of a pipe has it at once.

    Raises:
        BrokenPipeError: nobody reads any more.
        Unwritable: the output goes to a file that takes no more.
    """
    if sys.stdout is not None:
        with writing():
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Tell an output that cannot be written from every other failure of the system.

    Raises:
        BrokenPipeError: nobody reads any more.
        Unwritable: the output goes to a file that takes no more.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unwritable(error.strerror or str(error)) from error


def write_json(value: Any) -> None:  # noqa: ANN401 - whatever json takes
    """Write one JSON value as one line of plain ASCII."""
    write_line(encode_json(value))


def encode_json(value: Any) -> str:  # noqa: ANN401 - whatever json takes
    """Return a JSON value as one line of plain ASCII, without a byte that a terminal would obey."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, default=_encode).replace("\x7f", "\\u007f")


def stdout_width() -> int | None:
    """Return how many cells a line of stdout has; None when it is no terminal, or one that does not say."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError, AttributeError):  # no terminal, closed, none at all
        return None


def prepare_streams() -> None:
    """Never fail on a character that the locale cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def silence_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush cannot fail."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def _write_words(line: str) -> None:
    # Nobody who listens is no reason to stop: words are not the result.
    with contextlib.suppress(OSError, ValueError):
        if sys.stderr is not None:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()


def _encode(value: object) -> str:
    if isinstance(value, Untrusted):
        return value.raw
    raise TypeError(f"{type(value).__name__} has no JSON form")
