"""Commands as they are run: another process, real sockets, a home of their own."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support import tables
from tests.support.peer import Peer
from tests.support.prefork import SETS_UP_PYTHON, Prefork, prefork

ROOT = Path(__file__).resolve().parents[2]
KEY = {
    "BGTUI_API_KEY": tables.KEY,
    "BGTUI_API_SECRET": tables.SECRET,
    "BGTUI_API_PASSPHRASE": tables.PASSPHRASE,
}


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on stderr."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("bgtui: ")
        assert "Traceback" not in self.err + self.out
        return lines[0]


@dataclass
class Shell:
    """Runs commands in a folder, with a home."""

    folder: Path
    environ: dict[str, str]
    loaded: Prefork | None = None
    """What runs those commands that need not be loaded afresh; None loads each."""
    seen: list[str] = field(default_factory=list)
    """Everything that any command wrote."""

    @property
    def log(self) -> Path:
        return Path(self.environ["HOME"]) / ".local/state/bgtui/bgtui.log"

    def run(
        self,
        *arguments: str,
        typed: str = "",
        timeout_s: float = 30,
        environ: Mapping[str, str] | None = None,
        is_afresh: bool = False,
        **variables: str,
    ) -> Ended:
        """Run a command to its end; ``is_afresh`` loads every module anew."""
        variables = {**variables, **(environ or {})}
        is_afresh = is_afresh or any(name.startswith(SETS_UP_PYTHON) for name in variables)
        if self.loaded is not None and not is_afresh:
            everything = {**self.environ, **variables}
            return self._remember(
                Ended(
                    *self.loaded.run(
                        arguments, cwd=self.folder, environ=everything, typed=typed, timeout_s=timeout_s
                    )
                )
            )
        ended = subprocess.run(
            [sys.executable, "-m", "bgtui", *arguments],
            cwd=self.folder,
            env={**self.environ, **variables},
            input=typed,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        return self._remember(Ended(ended.returncode, ended.stdout, ended.stderr))

    def run_until(self, lines: int, *arguments: str, signum: int = signal.SIGINT, **variables: str) -> Ended:
        """Run, read so many lines of data, send a signal, and wait for the end."""
        with self.start(*arguments, **variables) as process:
            assert process.stdout is not None
            out = "".join(process.stdout.readline() for _ in range(lines))
            process.send_signal(signum)
            rest, err = process.communicate(timeout=20)
        return self._remember(Ended(process.returncode, out + rest, err))

    @contextmanager
    def start(self, *arguments: str, **variables: str) -> "Iterator[subprocess.Popen[str]]":
        """Run beside the test; whatever happens in the test, the process does not outlive it."""
        process = subprocess.Popen(
            [sys.executable, "-m", "bgtui", *arguments],
            cwd=self.folder,
            env={**self.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        # A test that waits for a line that never comes must not hang either.
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    def _remember(self, ended: Ended) -> Ended:
        self.seen += [ended.out, ended.err]
        return ended


def addresses(peer: Peer) -> dict[str, str]:
    return {
        "BGTUI_REST_URL": peer.rest_url,
        "BGTUI_WS_PUBLIC_URL": peer.ws_public_url,
        "BGTUI_WS_PRIVATE_URL": peer.ws_private_url,
    }


def wait_until(path: Path, size: int) -> None:
    """Wait until another process has written so much."""
    for _ in range(400):
        if path.exists() and path.stat().st_size >= size:
            return
        threading.Event().wait(0.05)
    raise AssertionError(f"{path} did not grow")


def _kept() -> dict[str, str]:
    """Return what a user's environment has of this one."""
    names = ("PATH", "LANG", "LC_ALL", "TMPDIR")
    return {name: value for name, value in os.environ.items() if name in names}


@pytest.fixture(scope="session")
def loaded() -> Iterator[Prefork]:
    with prefork(_kept()) as running:
        yield running


@pytest.fixture
def bare(tmp_path: Path, loaded: Prefork) -> Shell:
    """A user who has set nothing."""
    home, folder = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    folder.mkdir()
    environ = {**_kept(), "HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return Shell(folder, environ, loaded)


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with Peer() as running:
        yield running


@pytest.fixture
def shell(bare: Shell, peer: Peer) -> Shell:
    """A user with a simulator's addresses and its key."""
    bare.environ |= addresses(peer) | KEY
    return bare
