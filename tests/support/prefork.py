"""Programs forked from a process that has loaded their modules: what a user runs, loaded once.

A forked program has arguments, an environment, a folder and streams of its own and ends as any other does:
only loading is what all of them share. What is about loading is to be run afresh.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
_LONGEST = 1 << 20
"""Bytes of a request: arguments and an environment."""
SETS_UP_PYTHON = ("PYTHON", "LANG", "LC_")
"""How the names of variables begin that Python reads before it runs anything."""


class Prefork:
    """The process that forks, as the tests see it."""

    def __init__(self, address: str) -> None:
        """Reach it at a socket."""
        self._address = address

    def run(
        self, arguments: Sequence[str], *, cwd: Path, environ: Mapping[str, str], typed: str, timeout_s: float
    ) -> tuple[int, str, str]:
        """Run bgtui to its end; return its exit code, negative for a signal, and what it wrote.

        Raises:
            subprocess.TimeoutExpired: it took longer, and was killed.
        """
        request = json.dumps([list(arguments), str(cwd), dict(environ)]).encode()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as link:
            link.connect(self._address)
            ours, theirs = _pipes()
            socket.send_fds(link, [request], list(theirs))
            for stream in theirs:
                os.close(stream)
            pid = int(link.recv(64))
            clock = threading.Timer(timeout_s, os.kill, (pid, signal.SIGKILL))
            clock.start()
            try:
                out, err = _talk(ours, typed)
                code = int(link.recv(64))
            finally:
                has_come = clock.is_alive()
                clock.cancel()
        if not has_come:
            raise subprocess.TimeoutExpired(list(arguments), timeout_s, out, err)
        return code, out, err


@contextmanager
def prefork(environ: Mapping[str, str]) -> Iterator[Prefork]:
    """Load everything in another process, and end it afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"{folder}/socket"
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, address],
            cwd=ROOT,
            env={**environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.read(1) == b".", "it could not be loaded"
            yield Prefork(address)
            process.stdin.close()


def _pipes() -> tuple[tuple[IO[str], IO[str], IO[str]], tuple[int, int, int]]:
    """Return our ends of stdin, stdout and stderr, and the descriptors of theirs."""
    (stdin, to), (out, stdout), (err, stderr) = os.pipe(), os.pipe(), os.pipe()
    return (os.fdopen(to, "w"), os.fdopen(out), os.fdopen(err)), (stdin, stdout, stderr)


def _talk(ours: tuple[IO[str], IO[str], IO[str]], typed: str) -> tuple[str, str]:
    """Type, close, and read everything."""
    to, out, err = ours
    complaints: list[str] = []
    reader = threading.Thread(target=lambda: complaints.append(err.read()))
    reader.start()
    try:
        to.write(typed)
        to.close()
    except BrokenPipeError:
        pass  # it did not wait for all of it
    text = out.read()
    reader.join()
    out.close()
    err.close()
    return text, complaints[0]


def _load() -> None:
    for name in ("bgtui.cli", "bgtui.bootstrap", "bgtui.simulator"):
        for module in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
            importlib.import_module(module.name)


def _serve(address: str) -> list[str]:
    """Fork a program for every request until stdin ends; return in each program, with its arguments."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(address)
        listener.listen(64)
        os.write(1, b".")
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how those ended that wait for a program
        while True:
            ready, _, _ = select.select([listener.fileno(), 0], [], [])
            if 0 in ready:
                os._exit(0)
            link, _ = listener.accept()
            if os.fork() == 0:
                break
            link.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    return _become(link)


def _become(link: socket.socket) -> list[str]:
    """Fork once more: wait for the program in one process, return in the other."""
    request, streams, _, _ = socket.recv_fds(link, _LONGEST, 3)
    pid = os.fork()
    if pid:
        for stream in streams:
            os.close(stream)
        link.send(str(pid).encode())
        link.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
        os._exit(0)
    link.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    arguments, cwd, environ = json.loads(request)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    return [str(argument) for argument in arguments]


if __name__ == "__main__":
    _load()
    gc.collect()
    gc.freeze()
    sys.argv[1:] = _serve(sys.argv[1])
    sys.path[0] = ""
    runpy.run_module("bgtui", run_name="__main__", alter_sys=True)
