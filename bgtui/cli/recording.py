"""Recordings as files: gzip or plain JSON lines, whole at every moment."""

from __future__ import annotations

import contextlib
import gzip
import os
from pathlib import Path

from bgtui.domain.error import ConfigError

CHUNK = 256 * 1024
"""Bytes that are collected at most before they are written."""


class RecordingWriter:
    """Writes lines so that the file is a whole recording after every write, whatever ends the process.

    A compressed file is a row of gzip members, each written at once; a write that fails halfway is cut off
    again. The file is made with the first line: a connection that fails leaves no empty file, and an old one
    stays.
    """

    def __init__(self, path: Path, *, replace: bool) -> None:
        """Check that the file may be made.

        Raises:
            ConfigError: it exists and may not be replaced, or its folder is none or not writable.
        """
        self.path = path
        self.lines = 0
        """Lines safely in the file."""
        self._replace = replace
        self._is_gzip = path.suffix == ".gz"
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._handle: int | None = None
        self._size = 0
        if path.exists() and not replace:
            raise ConfigError(f"{path} exists", hint="choose another name, or add --force to replace it")
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            raise ConfigError(f"{path} cannot be made: {path.parent} is no folder that can be written to")

    def add(self, line: bytes) -> None:
        """Take a line; it is in the file after the next `flush` at the latest.

        Raises:
            ConfigError: it cannot be written.
        """
        self._pending.append(line)
        self._pending_bytes += len(line)
        if self._pending_bytes >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write what was taken.

        Raises:
            ConfigError: it cannot be written; what was written before stays whole.
        """
        if not self._pending:
            return
        count, data = len(self._pending), b"\n".join(self._pending) + b"\n"
        self._pending, self._pending_bytes = [], 0
        try:
            self._write(gzip.compress(data, 6, mtime=0) if self._is_gzip else data)
        except OSError as error:
            raise ConfigError(
                f"{self.path} cannot be written: {error.strerror}",
                hint=f"the {self.lines} lines before are kept",
            ) from None
        self.lines += count

    def close(self) -> None:
        """Write what is left and close.

        Raises:
            ConfigError: it cannot be written.
        """
        try:
            self.flush()
        finally:
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None

    def _write(self, data: bytes) -> None:
        if self._handle is None:
            kind = os.O_TRUNC if self._replace else os.O_EXCL
            # Not blocking: a pipe that nobody reads must not hang, deaf to every signal.
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | kind
            self._handle = os.open(self.path, flags, 0o600)
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError:
            with contextlib.suppress(OSError):  # what is no plain file cannot be cut
                os.ftruncate(self._handle, self._size)
                os.lseek(self._handle, self._size, os.SEEK_SET)
            raise
        self._size += len(data)
