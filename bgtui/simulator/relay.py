"""A TCP relay in front of the server, for faults below a frame: what the network does, not the exchange.

A connection follows a script that is chosen by the path of a request on it, so that streams and REST, which
share a port, can be told apart: at the first request, and at every later one while it follows none. Without a
script everything is passed on at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import Callable
from enum import StrEnum

from bgtui.domain.value import frozen

CHUNK = 65536
DRIP_S = 0.05
"""How often a slow connection passes something on, seconds."""
GARBAGE = b"SSH-2.0-nothing here speaks HTTP\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})", re.IGNORECASE)
_LINGER_ZERO = struct.pack("ii", 1, 0)


class Ending(StrEnum):
    """How a connection is ended."""

    CLOSE = "close"
    """FIN: the other side reads an early end."""
    RESET = "reset"
    """RST."""


@frozen
class Script:
    """What one connection goes through."""

    half_open_after_s: float | None = None
    """Seconds until nothing is passed on any more, either way."""
    end_after: int | None = None
    """Bytes from the server after which the connection ends."""
    ending: Ending = Ending.CLOSE
    truncate: int | None = None
    """Bytes missing at the end of the first HTTP answer."""
    bytes_per_s: int | None = None
    """How fast the server's bytes come through."""
    garbage: bytes = b""
    """Answered instead of anything of the server's."""


PASS = Script()
Choose = Callable[[int, str], Script | None]
"""(number of the connection from 0, path of the request) → script; None leaves it as it is."""
_REQUESTS = (b"GET ", b"POST ")


class Relay:
    """Listens, and passes connections on to one address."""

    def __init__(self, upstream: tuple[str, int], choose: Choose | None = None) -> None:
        """Pass on to this address, each connection by the script that is chosen for it."""
        self._upstream = upstream
        self._choose = choose or (lambda *_: None)
        self._server: asyncio.Server | None = None
        self._address = ("127.0.0.1", 0)
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections: list[Passage] = []
        """Those that are open."""

    @property
    def port(self) -> int:
        """Where it listens; 0 before it does."""
        return self._address[1]

    @property
    def is_refusing(self) -> bool:
        """Tell whether nobody listens, so that the system refuses connections."""
        return self._server is None

    async def open(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen; return the port.

        Raises:
            OSError: the address is taken.
        """
        self._address = (host, port)
        await self.accept()
        return self.port

    async def accept(self) -> None:
        """Listen again after `refuse`, on the same port."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, *self._address, limit=CHUNK)
            self._address = self._server.sockets[0].getsockname()[:2]

    async def refuse(self) -> None:
        """Stop listening: new connections are refused by the system, open ones go on."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            # Not wait_closed(): it would wait for the open connections.
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Stop listening and end every connection."""
        await self.refuse()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def review(self) -> None:
        """Choose again for the open connections that follow no script yet."""
        for passage in self.connections:
            passage.choose()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._tasks.add(task)
        passage = Passage(self._count, reader, writer, self._choose)
        self._count += 1
        self.connections.append(passage)
        try:
            await self._pass(passage)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            # Closing the relay cancels it; the server that made the task would report that as an error.
            pass
        finally:
            self.connections.remove(passage)
            self._tasks.discard(task)
            await passage.close()

    async def _pass(self, passage: Passage) -> None:
        head = await passage.read_head()
        await passage.run(self._upstream, head)


class Passage:
    """One connection through the relay."""

    def __init__(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, choose: Choose
    ) -> None:
        """Take an accepted connection."""
        self.number = number
        self._choose = choose
        self.path = ""
        self.script = PASS
        self._reader, self._writer = reader, writer
        self._server_writer: asyncio.StreamWriter | None = None
        self._silent_from_s: float | None = None
        self._left: int | None = None
        """Bytes that may still come through before it ends."""
        self._head = bytearray()
        """Of the answer that is to be truncated, until it is complete."""
        self._ended = asyncio.Event()
        _no_delay(writer)

    @property
    def is_silent(self) -> bool:
        """Tell whether it passes nothing on any more."""
        return self._silent_from_s is not None and asyncio.get_running_loop().time() >= self._silent_from_s

    def choose(self) -> None:
        """Choose a script, unless it follows one."""
        if self.script is PASS and (script := self._choose(self.number, self.path)) is not None:
            self._follow(script)

    def _follow(self, script: Script) -> None:
        self.script = script
        if script.half_open_after_s is not None:
            self._silent_from_s = asyncio.get_running_loop().time() + script.half_open_after_s
        self._left = script.end_after

    async def read_head(self) -> bytes:
        """Read up to the end of the first line, which names the path."""
        line = await self._reader.readuntil(b"\n")
        self._look(line)
        return line

    def _look(self, line: bytes) -> None:
        """Take note of a request."""
        words = line.split(b" ", 2)
        self.path = words[1].partition(b"?")[0].decode("ascii", "replace") if len(words) > 1 else ""
        self.choose()

    async def run(self, upstream: tuple[str, int], head: bytes) -> None:
        """Pass bytes on until one side ends."""
        if self.script.garbage:
            self._writer.write(self.script.garbage)
            await self._writer.drain()
            return
        reader, self._server_writer = await asyncio.open_connection(*upstream, limit=CHUNK)
        _no_delay(self._server_writer)
        self._server_writer.write(head)
        up = asyncio.create_task(self._up(self._server_writer))
        down = asyncio.create_task(self._down(reader))
        over = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait({up, down, over}, return_when=asyncio.FIRST_COMPLETED)
            if up.done() and not down.done() and not self._ended.is_set():
                await asyncio.wait({down, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (up, down, over):
                task.cancel()
            await asyncio.gather(up, down, over, return_exceptions=True)

    def end(self, ending: Ending) -> None:
        """End it at once."""
        if ending is Ending.RESET:
            sock = self._writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
            self._writer.transport.abort()
        self._ended.set()

    async def close(self) -> None:
        """Close both sides."""
        for writer in (self._writer, self._server_writer):
            if writer is not None:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    async def _up(self, writer: asyncio.StreamWriter) -> None:
        while chunk := await self._reader.read(CHUNK):
            # A stream's frames are masked and never look like a request.
            if chunk.startswith(_REQUESTS):
                self._look(chunk)
            if not self.is_silent:
                writer.write(chunk)
                await writer.drain()
        if not self.is_silent and writer.can_write_eof():
            writer.write_eof()

    async def _down(self, reader: asyncio.StreamReader) -> None:
        while chunk := await reader.read(CHUNK):
            if self.is_silent:
                continue
            if self.script.truncate is not None and self._left is None:
                self._measure(chunk, self.script.truncate)
            await self._write(chunk)
            if self._left == 0:
                await self._writer.drain()
                self.end(self.script.ending)
                return
        if self.is_silent or self._silent_from_s is not None:
            # The exchange has gone, and nobody tells the client.
            await self._ended.wait()

    async def _write(self, chunk: bytes) -> None:
        if self._left is not None:
            chunk = chunk[: self._left]
            self._left -= len(chunk)
        rate = self.script.bytes_per_s
        step = len(chunk) if rate is None else max(int(rate * DRIP_S), 1)
        for start in range(0, len(chunk), step or 1):
            piece = chunk[start : start + step]
            self._writer.write(piece)
            await self._writer.drain()
            if rate is not None:
                await asyncio.sleep(len(piece) / rate)

    def _measure(self, chunk: bytes, missing: int) -> None:
        """Find out where the first answer is to break off, once its head is complete."""
        self._head += chunk
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return
        found = _LENGTH.search(self._head[:end])
        body = int(found[1]) if found else missing
        passed = len(self._head) - len(chunk)
        self._left = max(end + 4 + max(body - missing, 0) - passed, 0)


def _no_delay(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
