"""A WebSocket connection made for a feed: whole frames are taken out of what was read, without a task each.

The library's own path gives every message to a parser that is a coroutine, to an assembler and to a future,
and a busy exchange sends each message in a packet of its own, so that waking up costs more than reading.
Here the frames that a feed is made of (whole, unmasked, not compressed) are cut out of the bytes directly.
Everything else goes to the library, one whole frame at a time: the handshake, pings, closes, fragments, and
whatever breaks the protocol or a limit.
"""

from __future__ import annotations

import asyncio
from collections import deque

from websockets.asyncio.client import ClientConnection
from websockets.frames import DATA_OPCODES, Frame
from websockets.protocol import OPEN, Event

REST_S = 0.003
"""Seconds for which a busy socket is left alone: what comes meanwhile is read at once, not one by one."""
TURN = 64
"""Frames handed out before everybody else on the loop gets a turn."""
HIGH = 16
"""Frames that may lie here; then the socket waits until they are taken."""

_HEAD_END = b"\r\n\r\n"
_WHOLE = frozenset({0x81, 0x82})
"""First byte of a text or binary frame that is a whole message."""


class FeedConnection(ClientConnection):
    """The library's client, read through `frames` and `wait`, not by `recv`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with nothing read."""
        super().connection_made(transport)
        self.frames: deque[bytes] = deque()
        """Messages that came and were not taken yet."""
        self.taken = 0
        """Of them taken since the loop last had a turn; whoever takes counts."""
        self._waiter: asyncio.Future[None] | None = None
        self._limit = self.protocol.max_message_size or 0
        self._is_plain = False
        """The library reads everything: once the end has begun."""
        self._head = b""
        """End of what the handshake brought: the frames begin after an empty line."""
        self._rest = bytearray()
        """A frame of which the end has not come yet."""
        self._needed = 0
        """Bytes from which another look at it is worth while."""
        self._parts = bytearray()
        """The message whose fragments are coming."""
        self._is_held = False
        self._resting: asyncio.TimerHandle | None = None
        self._read_at = 0.0

    async def wait(self) -> None:
        """Wait until there is a message, or give the loop a turn when there is one; no message is lost.

        Raises:
            ConnectionClosed: nothing comes any more.
        """
        self.taken = 0
        if self.frames:
            await asyncio.sleep(0)
            return
        self._release()
        if not self.recv_messages.closed:
            if self._waiter is not None:
                raise RuntimeError("a connection is read by one task")
            self._waiter = self.loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if not self.frames:
            await self.wait_closed()
            raise self.close_exc

    # -- asyncio.Protocol

    def data_received(self, data: bytes) -> None:
        """Cut frames out of what was read."""
        if self._is_plain:
            super().data_received(data)
            return
        if self.response is None:
            data = self._shake_hands(data)
        elif self._rest:
            self._rest += data
            if len(self._rest) < self._needed:
                return
            data = bytes(self._rest)
            self._rest.clear()
        before = len(self.frames)
        self._cut(data)
        if count := len(self.frames) - before:
            self._pause_if_busy(count)
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the reader know."""
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        super().connection_lost(exc)
        self._wake()

    def process_event(self, event: Event) -> None:
        """Keep the messages that went through the library."""
        if not isinstance(event, Frame) or event.opcode not in DATA_OPCODES:
            super().process_event(event)
            return
        # The library keeps the sum of all fragments below the limit.
        self._parts += event.data
        if event.fin:
            self.frames.append(bytes(self._parts))
            self._parts.clear()
            self._wake()

    # -- frames

    def _shake_hands(self, data: bytes) -> bytes:
        """Give the library its answer; return what came after it."""
        seen = len(self._head)
        at = (self._head + data).find(_HEAD_END)
        if at < 0:
            self._head = (self._head + data)[-3:]
            super().data_received(data)
            return b""
        end = at + len(_HEAD_END) - seen
        super().data_received(data[:end])
        if self.protocol.state is OPEN:
            return data[end:]
        self._give_up(data[end:])
        return b""

    def _cut(self, data: bytes) -> None:  # noqa: C901 - the hot path saves a call per message
        at, end, append = 0, len(data), self.frames.append
        while (left := end - at) >= 2:
            size = data[at + 1]
            if size < 126:
                start = at + 2
            elif size == 126 and left >= 4:
                start = at + 4
                size = data[at + 2] << 8 | data[at + 3]
            elif size == 127 and left >= 10:
                start = at + 10
                size = int.from_bytes(data[at + 2 : start])
            elif size > 127:
                self._give_up(data[at:])
                return
            else:
                self._keep(data[at:], 4 if size == 126 else 10)
                return
            if size > self._limit:
                self._give_up(data[at:])
                return
            stop = start + size
            if stop > end:
                self._keep(data[at:], stop - at)
                return
            if data[at] in _WHOLE and self.protocol.current_size is None:
                append(data[start:stop])
            elif not self._hand_over(data, at, stop):
                return
            at = stop
        if left:
            self._keep(data[at:], 2)

    def _keep(self, rest: bytes, needed: int) -> None:
        self._rest += rest
        self._needed = needed

    def _hand_over(self, data: bytes, at: int, stop: int) -> bool:
        """Let the library have one frame; tell whether the connection goes on."""
        super().data_received(data[at:stop])
        if self.protocol.state is OPEN:
            return True
        self._give_up(data[stop:])
        return False

    def _give_up(self, data: bytes) -> None:
        """Let the library have the rest, for good: it knows how connections end."""
        self._is_plain = True
        if data:
            super().data_received(data)

    # -- flow

    def _pause_if_busy(self, count: int) -> None:
        now = self.loop.time()
        is_busy = count > 1 or now - self._read_at < REST_S
        self._read_at = now
        if self._resting is not None or self.recv_messages.closed:
            return
        if is_busy:
            self._resting = self.loop.call_later(REST_S, self._rested)
        elif len(self.frames) > HIGH:
            self._is_held = True
        else:
            return
        self.transport.pause_reading()

    def _rested(self) -> None:
        self._resting = None
        if len(self.frames) > HIGH:
            self._is_held = True
        elif not self._is_held:
            self.transport.resume_reading()

    def _release(self) -> None:
        """Read on: everything that came was taken."""
        if self._is_held:
            self._is_held = False
            if self._resting is None:
                self.transport.resume_reading()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
