"""The log file: where the details of an error go, without secrets and without bytes that a terminal obeys."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from bgtui.domain.secret import MASK

_SHORTEST_SECRET = 4
"""Characters; masking anything shorter would blot out the whole log."""
_HEADER = re.compile(r"(?i)(access-(?:key|sign|passphrase|timestamp)\W{1,6})([^\s'\",;)}\]]+)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Redactor:
    """Replaces known secret values, and whatever stands in an authentication header."""

    def __init__(self) -> None:
        """Know no secret yet."""
        self._known: set[str] = set()

    def learn(self, values: Iterable[str]) -> None:
        """Mask these values from now on, in every spelling in which they could be logged."""
        for value in values:
            for line in (value, *value.splitlines()):
                if len(line) >= _SHORTEST_SECRET and not line.startswith("-----"):
                    self._known |= {line, json.dumps(line)[1:-1], quote(line, safe=""), repr(line)[1:-1]}

    def clean(self, text: str) -> str:
        """Return the text with every known secret masked."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, MASK)
        return _HEADER.sub(rf"\g<1>{MASK}", text)


class _SafeFormatter(logging.Formatter):
    """Formats a record with its traceback (which never shows local variables), then masks and escapes it."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        text = self._redactor.clean(super().format(record))
        return _CONTROL.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


class _QuietHandler(logging.StreamHandler[TextIO]):
    """Loses a record that cannot be written: on a full disk the command has its own words."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        del record


class LogFile:
    """The root logger's one handler; opens lazily, and does without when the file cannot be opened."""

    def __init__(self) -> None:
        """Attach nothing yet."""
        self.redactor = Redactor()
        self.path: Path | None = None
        self._handler: logging.StreamHandler[TextIO] | None = None

    def open(self, path: Path, level: str = "info") -> bool:
        """Send records to this file from now on; return whether it could be opened.

        Viewing goes on without a log: a full disk or a missing home is no reason to show nothing.
        """
        if self._handler is not None:
            return True
        root = logging.getLogger()
        try:
            stream = _open_private(path)
        except OSError:
            # Without any handler Python would write warnings to stderr, across the data of a command.
            root.addHandler(logging.NullHandler())
            return False
        handler = _QuietHandler(stream)
        handler.setFormatter(_SafeFormatter(self.redactor))
        root.addHandler(handler)
        root.setLevel(level.upper())
        for chatty in ("httpx", "httpcore", "websockets", "asyncio"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        logging.captureWarnings(capture=True)
        self._handler = handler
        self.path = path
        return True

    def close(self) -> None:
        """Write out and detach."""
        if self._handler is not None:
            logging.getLogger().removeHandler(self._handler)
            with contextlib.suppress(OSError):
                self._handler.stream.close()
            self._handler = None


def _open_private(path: Path) -> TextIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    handle = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(f"{path} is no plain file")
    os.fchmod(handle, 0o600)
    return os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace")


LOG = LogFile()
"""One per process, like the root logger it feeds."""
