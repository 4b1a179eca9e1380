"""Which runs of bgtui on this machine are alive: each holds a lock that ends with its process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bgtui.session.journal_file import unwritable


class RunLock:
    """The lock of this run, and a look at those of others; files stand beside the journal."""

    def __init__(self, folder: Path, instance: str) -> None:
        """Stand in this folder under the head of this run's ids."""
        self._folder = folder
        self._instance = instance
        self._handle: int | None = None

    @property
    def is_held(self) -> bool:
        """Tell whether this run has it."""
        return self._handle is not None

    def take(self) -> None:
        """Take the lock.

        Raises:
            JournalFailed: it cannot be taken: another run bears the same name, or nothing can be written.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._handle = os.open(self._path(self._instance), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._close()
            raise unwritable(error, self._folder) from error

    def release(self) -> None:
        """Let go of it, if it is held."""
        if self._handle is not None:
            self._path(self._instance).unlink(missing_ok=True)
        self._close()

    def is_alive(self, instance: str) -> bool:
        """Tell whether the run whose ids begin so is still running; its own counts too.

        One that cannot be looked at counts as alive: nobody else may say what became of its writes.
        """
        try:
            handle = os.open(self._path(instance), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(handle)
        return False

    def _path(self, instance: str) -> Path:
        return self._folder / f"run-{instance}.lock"

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
