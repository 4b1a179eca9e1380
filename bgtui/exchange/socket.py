"""How connections are made: by WebSocket, and with a tap for recordings."""

from __future__ import annotations

import ssl

from bgtui.domain.clock import Clock
from bgtui.exchange.transport import Dial, Disconnected, Sink, Socket

__all__ = ["Dial", "Disconnected", "Sink", "Socket", "dial_websocket", "record"]

MAX_FRAME_BYTES = 4 * 1024 * 1024
"""Largest frame taken; the largest real ones, snapshots of a thousand candles, are about 70 kB."""
OPEN_S = 10.0
"""Seconds for the connection, TLS and the upgrade together."""


def dial_websocket(
    url: str,
    *,
    proxy: str | None = None,
    max_frame: int = MAX_FRAME_BYTES,
    open_s: float = OPEN_S,
    tls: ssl.SSLContext | None = None,
) -> Dial:
    """Return a way to open WebSocket connections to a ``ws`` or ``wss`` address.

    Without ``proxy`` none is used, whatever the environment says.
    """

    async def dial() -> Socket:
        # The library costs a twentieth of a second to import, which `bgtui --help` must not pay.
        from bgtui.exchange.websocket import open_websocket  # noqa: PLC0415

        return await open_websocket(url, proxy=proxy, max_frame=max_frame, open_s=open_s, tls=tls)

    return dial


def record(dial: Dial, sink: Sink, *, clock: Clock) -> Dial:
    """Return the same way to open connections, which also hands every received frame to a sink.

    The times are the wall clock's at the dial plus what has passed since, so that they only grow.
    """

    async def tapped() -> Socket:
        return _Tapped(await dial(), sink, clock)

    return tapped


class _Tapped:
    """A socket whose frames are also seen by somebody else."""

    def __init__(self, inner: Socket, sink: Sink, clock: Clock) -> None:
        self._inner = inner
        self._sink = sink
        self._clock = clock
        self._start_ns = clock.now_ms() * 1_000_000
        self._start = clock.monotonic()

    async def send(self, text: str) -> None:
        await self._inner.send(text)

    async def recv(self) -> bytes | str:
        raw = await self._inner.recv()
        self._sink(self._start_ns + int((self._clock.monotonic() - self._start) * 1e9), raw)
        return raw

    async def close(self) -> None:
        await self._inner.close()
