"""Which files may hold secrets: owned by this user, closed to everybody else, not reachable by a swap.

The mode bits are looked at, not whether access would succeed: root may read anything.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bgtui.domain.error import ConfigError
from bgtui.domain.value import frozen

MAX_BYTES = 1_000_000
"""A settings file is a few lines; anything larger is something else."""

_OFTEN_A_FOLDER = ".env"
"""Python environments are often called so too."""
_SHARED = 0o077
_WRITABLE_BY_OTHERS = 0o022


@frozen
class Finding:
    """One thing that is wrong with a file, and the command that mends it."""

    what: str
    fix: str


@frozen
class GuardedFile:
    """A file's text with what `stat` said about the very file that was read."""

    path: Path
    text: str
    mode: int
    """Permission bits."""
    owner: int
    """User id."""

    def findings(self) -> tuple[Finding, ...]:
        """Return why the file may not hold a secret; empty when it may."""
        found = list(self.foreign())
        if self.mode & _SHARED:
            found.append(
                Finding(
                    f"{self.path} holds secrets and is open to others (mode {self.mode:04o})",
                    f"chmod 600 {self.path}",
                )
            )
        for folder in {self.path.parent.absolute(), self.path.resolve().parent}:
            found.extend(_folder_findings(folder))
        return tuple(found)

    def foreign(self) -> tuple[Finding, ...]:
        """Return whether another user owns the file or the symbolic link that leads to it."""
        found = []
        if self.owner != os.getuid():
            found.append(Finding(f"{self.path} belongs to another user (uid {self.owner})", _own(self.path)))
        link = self.path.lstat()
        if stat.S_ISLNK(link.st_mode) and link.st_uid != os.getuid():
            found.append(
                Finding(
                    f"{self.path} is a symbolic link of another user (uid {link.st_uid})", f"rm {self.path}"
                )
            )
        return tuple(found)

    def require_private(self) -> None:
        """Refuse the file when it may not hold a secret.

        Raises:
            ConfigError: naming the file and the command that mends it.
        """
        _refuse(self.findings())

    def require_own(self) -> None:
        """Refuse the file when another user put it there.

        Raises:
            ConfigError: naming the file and the command that mends it.
        """
        _refuse(self.foreign())

    def require_unwritable(self) -> None:
        """Refuse the file when others could write into it what the program would then run.

        Raises:
            ConfigError: naming the file or folder and the command that mends it.
        """
        found = list(self.foreign())
        if self.mode & _WRITABLE_BY_OTHERS:
            found.append(
                Finding(
                    f"{self.path} names a command and others can write it (mode {self.mode:04o})",
                    f"chmod go-w {self.path}",
                )
            )
        for folder in {self.path.parent.absolute(), self.path.resolve().parent}:
            found.extend(_folder_findings(folder))
        _refuse(tuple(found))


def read_guarded(path: Path) -> GuardedFile | None:
    """Read a small text file; None when there is none (a folder called `.env` counts as none).

    Raises:
        ConfigError: it exists and cannot be read, or is no plain text file.
    """
    try:
        # Not blocking: a pipe of that name must not hang the start.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    try:
        facts = os.fstat(handle)
        if stat.S_ISDIR(facts.st_mode):
            if path.name == _OFTEN_A_FOLDER:
                return None
            raise ConfigError(f"{path} is a folder, not a settings file")
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_BYTES:
            raise ConfigError(
                f"{path} is no settings file: not a plain file, or larger than {MAX_BYTES} bytes"
            )
        data = os.read(handle, MAX_BYTES)
    finally:
        os.close(handle)
    try:
        text = data.decode("utf-8-sig")  # some editors begin a file with a mark of its encoding
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text") from None
    return GuardedFile(path, text, stat.S_IMODE(facts.st_mode), facts.st_uid)


def require_pem(file: GuardedFile) -> None:
    """Refuse a file that is no private key, or that others could read.

    Raises:
        ConfigError: naming the file and the command that mends it.
    """
    # First: whoever names a file of the system as the key must not get us to advise closing it.
    if "PRIVATE KEY-----" not in file.text:
        raise ConfigError(f"{file.path} is not a PEM private key", hint="openssl genrsa 2048 makes one")
    file.require_private()
    if "ENCRYPTED" in file.text:
        fix = f"openssl pkey -in {file.path} -out NEW.pem decrypts it"
        raise ConfigError(f"{file.path} is encrypted", hint=fix)


def _folder_findings(folder: Path) -> list[Finding]:
    facts = folder.stat()
    found = []
    # In a sticky folder such as /tmp nobody else can replace our file.
    if facts.st_mode & _WRITABLE_BY_OTHERS and not facts.st_mode & stat.S_ISVTX:
        what = f"{folder} holds secrets and others may write to it (mode {stat.S_IMODE(facts.st_mode):04o})"
        found.append(Finding(what, f"chmod go-w {folder}"))
    if facts.st_uid not in (os.getuid(), 0):
        found.append(
            Finding(f"{folder} holds secrets and belongs to another user (uid {facts.st_uid})", _own(folder))
        )
    return found


def _own(path: Path) -> str:
    return f"chown {os.getuid()} {path}"


def _refuse(findings: tuple[Finding, ...]) -> None:
    if findings:
        raise ConfigError(findings[0].what, hint=f"run: {findings[0].fix}")
