"""The relay below frames, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from bgtui.simulator.relay import GARBAGE, Ending, Relay, Script

BODY = b"0123456789" * 20
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + BODY
REQUEST = b"GET /api/v2/public/time?x=1 HTTP/1.1\r\nHost: here\r\n\r\n"


class Answerer:
    """An upstream that answers each request head with the same answer, and notes what it read."""

    def __init__(self) -> None:
        self.read = bytearray()
        self.ended = asyncio.Event()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                self.read += await reader.readuntil(b"\r\n\r\n")
                writer.write(ANSWER)
                await writer.drain()
        self.ended.set()
        writer.close()


@contextlib.asynccontextmanager
async def world(script: Script | None, path: str = "") -> AsyncIterator[tuple[Relay, Answerer]]:
    answerer = Answerer()
    server = await asyncio.start_server(answerer.serve, "127.0.0.1", 0)
    answerer.port = server.sockets[0].getsockname()[1]
    chosen = script
    relay = Relay(
        ("127.0.0.1", answerer.port),
        lambda _, asked: chosen if not path or asked.startswith(path) else None,
    )
    await relay.open()
    try:
        yield relay, answerer
    finally:
        await relay.close()
        server.close()


async def ask(relay: Relay) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    writer.write(REQUEST)
    return reader, writer


async def read_all(reader: asyncio.StreamReader) -> bytes:
    return await asyncio.wait_for(reader.read(), 5)


async def test_without_a_script_every_byte_passes_both_ways() -> None:
    async with world(None) as (relay, answerer):
        reader, writer = await ask(relay)
        assert await asyncio.wait_for(reader.readexactly(len(ANSWER)), 5) == ANSWER
        writer.write(REQUEST)
        assert await asyncio.wait_for(reader.readexactly(len(ANSWER)), 5) == ANSWER
        assert bytes(answerer.read) == REQUEST * 2
        writer.close()
        await asyncio.wait_for(answerer.ended.wait(), 5)


async def test_a_script_is_chosen_by_the_path() -> None:
    async with world(Script(garbage=GARBAGE), path="/v2/ws") as (relay, _):
        reader, writer = await ask(relay)
        assert (await asyncio.wait_for(reader.readexactly(15), 5)) == ANSWER[:15]
        assert relay.connections[0].path == "/api/v2/public/time"
        writer.close()


@pytest.mark.parametrize("count", [1, 100, len(ANSWER) - 1])
async def test_a_cut_ends_in_the_middle(count: int) -> None:
    async with world(Script(end_after=count)) as (relay, _):
        reader, writer = await ask(relay)
        assert await read_all(reader) == ANSWER[:count]
        writer.close()


async def test_a_script_may_be_chosen_at_a_later_request() -> None:
    async with world(Script(truncate=7), path="/api/v2/mix") as (relay, _):
        reader, writer = await ask(relay)
        assert await asyncio.wait_for(reader.readexactly(len(ANSWER)), 5) == ANSWER
        writer.write(REQUEST.replace(b"/public/time", b"/mix/order"))
        assert await read_all(reader) == ANSWER[:-7]
        writer.close()


async def test_a_reset_is_a_reset() -> None:
    async with world(Script(end_after=50, ending=Ending.RESET)) as (relay, _):
        reader, writer = await ask(relay)
        with pytest.raises(ConnectionResetError):
            await read_all(reader)
        writer.close()


async def test_a_truncated_answer_lacks_its_last_bytes() -> None:
    async with world(Script(truncate=7)) as (relay, _):
        reader, writer = await ask(relay)
        assert await read_all(reader) == ANSWER[:-7]
        writer.close()


async def test_half_open_keeps_the_socket_and_passes_nothing_on() -> None:
    async with world(Script(half_open_after_s=0)) as (relay, answerer):
        reader, writer = await ask(relay)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.2)
        assert not reader.at_eof()
        assert not writer.is_closing()
        assert relay.connections[0].is_silent
        del answerer
        writer.close()


async def test_an_open_connection_becomes_half_open_when_reviewed() -> None:
    answerer = Answerer()
    server = await asyncio.start_server(answerer.serve, "127.0.0.1", 0)
    chosen: list[Script] = []
    relay = Relay(("127.0.0.1", server.sockets[0].getsockname()[1]), lambda *_: chosen[0] if chosen else None)
    await relay.open()
    reader, writer = await ask(relay)
    await asyncio.wait_for(reader.readexactly(len(ANSWER)), 5)
    chosen.append(Script(half_open_after_s=0))
    relay.review()
    writer.write(REQUEST)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.2)
    writer.close()
    await relay.close()
    server.close()


async def test_slow_is_as_slow_as_it_says() -> None:
    async with world(Script(bytes_per_s=1000)) as (relay, _):
        loop = asyncio.get_running_loop()
        start = loop.time()
        reader, writer = await ask(relay)
        assert await asyncio.wait_for(reader.readexactly(len(ANSWER)), 5) == ANSWER
        assert loop.time() - start > 0.15
        writer.close()


async def test_garbage_is_not_http() -> None:
    async with world(Script(garbage=GARBAGE)) as (relay, answerer):
        reader, writer = await ask(relay)
        assert await read_all(reader) == GARBAGE
        assert not answerer.read
        writer.close()


async def test_refusing_is_the_systems_refusal_and_ends() -> None:
    async with world(None) as (relay, _):
        reader, writer = await ask(relay)
        await asyncio.wait_for(reader.readexactly(len(ANSWER)), 5)
        await relay.refuse()
        assert relay.is_refusing
        with pytest.raises(ConnectionRefusedError):
            await ask(relay)
        writer.write(REQUEST)
        assert await asyncio.wait_for(reader.readexactly(len(ANSWER)), 5) == ANSWER, "open ones go on"
        await relay.accept()
        second, other = await ask(relay)
        assert await asyncio.wait_for(second.readexactly(len(ANSWER)), 5) == ANSWER
        writer.close()
        other.close()


async def test_an_upstream_that_is_gone_ends_the_connection() -> None:
    relay = Relay(("127.0.0.1", 1))
    await relay.open()
    reader, writer = await ask(relay)
    assert await read_all(reader) == b""
    writer.close()
    await relay.close()


async def test_closing_ends_every_connection() -> None:
    async with world(None) as (relay, _):
        reader, writer = await ask(relay)
        await asyncio.wait_for(reader.readexactly(len(ANSWER)), 5)
        await relay.close()
        assert await read_all(reader) == b""
        writer.close()
        assert not relay.connections
