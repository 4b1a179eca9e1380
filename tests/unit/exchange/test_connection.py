"""Frames are cut out of whatever the network hands over; everything unusual still goes the library's way."""

from __future__ import annotations

import asyncio
import random
from typing import Any, cast

import pytest
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from bgtui.exchange.connection import HIGH, REST_S, TURN, FeedConnection
from bgtui.exchange.websocket import WebSocket

SIZES = (0, 1, 125, 126, 127, 1000, 65535, 65536, 70000)


class Wire:
    """A transport that keeps what is written, and knows whether it is read."""

    def __init__(self) -> None:
        self.written = b""
        self._is_read = True
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.written += data

    def is_reading(self) -> bool:
        return self._is_read

    def pause_reading(self) -> None:
        assert self._is_read
        self._is_read = False

    def resume_reading(self) -> None:
        assert not self._is_read
        self._is_read = True

    def set_write_buffer_limits(self, *_: object) -> None:
        pass

    def can_write_eof(self) -> bool:
        return False

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True

    abort = close


class Ends:
    """Both ends of a connection that was just opened; the exchange's answer is not read yet."""

    def __init__(self, max_size: int = 100_000) -> None:
        protocol = ClientProtocol(parse_uri("ws://host/"), max_size=max_size)
        self.connection = FeedConnection(protocol, ping_interval=None, close_timeout=0.01)
        self.wire = Wire()
        self.connection.connection_made(cast(asyncio.Transport, self.wire))
        protocol.send_request(protocol.connect())
        self.server = ServerProtocol()
        self.server.receive_data(b"".join(protocol.data_to_send()))
        request = self.server.events_received()[0]
        self.server.send_response(self.server.accept(cast(Any, request)))
        self.greeting = b"".join(self.server.data_to_send())

    def give(self, data: bytes) -> None:
        self.connection.data_received(data)

    def lose(self) -> None:
        self.connection.connection_lost(None)

    def replies(self) -> list[Frame]:
        """Return the frames that the client wrote."""
        self.server.receive_data(self.wire.written)
        self.wire.written = b""
        return [event for event in self.server.events_received() if isinstance(event, Frame)]


def frame(data: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True, mask: bool = False) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=mask)


def script(rng: random.Random) -> tuple[bytes, list[bytes]]:
    """Return bytes of an exchange that uses all of the protocol, and the messages in them."""
    raw, messages = b"", []
    for _ in range(12):
        message = rng.randbytes(rng.choice(SIZES))
        messages.append(message)
        opcode = rng.choice((Opcode.TEXT, Opcode.BINARY))
        if rng.random() < 0.7:
            raw += frame(message, opcode)
        else:
            cut = rng.randint(0, len(message))
            raw += frame(message[:cut], opcode, fin=False) + frame(b"x", Opcode.PING)
            raw += frame(b"", Opcode.CONT, fin=False) + frame(message[cut:], Opcode.CONT)
    return raw, messages


@pytest.mark.parametrize("seed", range(8))
async def test_messages_come_whole_however_the_network_cuts_them(seed: int) -> None:
    rng = random.Random(seed)
    ends = Ends()
    raw, messages = script(rng)
    raw = ends.greeting + raw
    while raw:
        size = rng.choice((1, 2, 3, 9, 100, 4000, 200_000))
        ends.give(raw[:size])
        raw = raw[size:]
    assert list(ends.connection.frames) == messages
    ends.lose()


async def test_a_ping_between_two_messages_is_answered() -> None:
    ends = Ends()
    ends.give(ends.greeting + frame(b"one") + frame(b"are you there", Opcode.PING) + frame(b"two"))
    assert list(ends.connection.frames) == [b"one", b"two"]
    assert [(reply.opcode, bytes(reply.data)) for reply in ends.replies()] == [
        (Opcode.PONG, b"are you there")
    ]
    ends.lose()


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (frame(b"x" * 1001), 1009),
        (frame(b"x" * 600, fin=False) + frame(b"x" * 600, Opcode.CONT), 1009),
        (frame(b"masked", mask=True), 1002),
        (b"\xc1\x02ab", 1002),
        (b"\x83\x02ab", 1002),
        (frame(b"a", fin=False) + frame(b"b"), 1002),
        (frame(b"b", Opcode.CONT), 1002),
    ],
    ids=["large", "large in parts", "masked", "reserved bit", "no such frame", "interrupted", "no beginning"],
)
async def test_what_breaks_a_limit_or_the_protocol_ends_the_connection(bad: bytes, code: int) -> None:
    ends = Ends(max_size=1000)
    ends.give(ends.greeting + frame(b"good"))
    ends.give(bad)
    ends.give(frame(b"after the end"))
    assert list(ends.connection.frames) == [b"good"]
    assert [int.from_bytes(reply.data[:2]) for reply in ends.replies()] == [code]
    ends.lose()
    ends.connection.frames.clear()
    with pytest.raises(ConnectionClosedError):
        await ends.connection.wait()


async def test_a_header_that_promises_too_much_is_refused_before_it_is_kept() -> None:
    ends = Ends(max_size=1000)
    ends.give(ends.greeting)
    ends.give(b"\x81\x7f" + (1 << 40).to_bytes(8))
    assert [int.from_bytes(reply.data[:2]) for reply in ends.replies()] == [1009]
    ends.lose()


async def test_what_came_before_the_end_is_still_read() -> None:
    ends = Ends()
    ends.give(ends.greeting + frame(b"last words") + frame((1001).to_bytes(2) + b"bye", Opcode.CLOSE))
    ends.lose()
    socket = WebSocket(ends.connection)
    assert await socket.recv() == b"last words"
    with pytest.raises(Exception, match="closed by the exchange: 1001 bye"):
        await socket.recv()


async def test_a_reader_who_gives_up_loses_no_message() -> None:
    ends = Ends()
    ends.give(ends.greeting)
    socket = WebSocket(ends.connection)
    reader = asyncio.ensure_future(socket.recv())
    await asyncio.sleep(0)
    ends.give(frame(b"came"))
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert await socket.recv() == b"came"
    ends.lose()


async def test_a_reader_of_many_messages_lets_others_have_their_turn() -> None:
    ends = Ends()
    ends.give(ends.greeting + b"".join(frame(b"%d" % number) for number in range(3 * TURN)))
    socket = WebSocket(ends.connection)
    turns: list[str] = []
    asyncio.get_running_loop().call_soon(turns.append, "mine")
    for _ in range(TURN):
        await socket.recv()
    assert turns == []
    await socket.recv()
    assert turns == ["mine"]
    ends.lose()


async def test_a_busy_socket_is_left_alone_for_a_moment_and_a_quiet_one_is_not() -> None:
    ends = Ends()
    ends.give(ends.greeting)
    ends.give(frame(b"alone"))
    assert ends.wire.is_reading()
    ends.give(frame(b"one of") + frame(b"many"))
    assert not ends.wire.is_reading()
    await asyncio.sleep(REST_S * 3)
    assert ends.wire.is_reading()
    ends.lose()


async def test_a_socket_waits_until_what_it_brought_is_taken() -> None:
    ends = Ends()
    ends.give(ends.greeting + b"".join(frame(b"x") for _ in range(HIGH + 1)))
    await asyncio.sleep(REST_S * 3)
    assert not ends.wire.is_reading()
    socket = WebSocket(ends.connection)
    for _ in range(HIGH + 1):
        await socket.recv()
    assert not ends.wire.is_reading()
    waiting = asyncio.ensure_future(socket.recv())
    await asyncio.sleep(0)
    assert ends.wire.is_reading()
    ends.give(frame(b"next"))
    assert await waiting == b"next"
    ends.lose()
