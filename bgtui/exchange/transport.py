"""What a connection is to the streams: one small interface, so that it can be swapped, recorded and faked.

A socket carries frames and knows nothing of Bitget. Whatever ends it, while dialing or later, is a
`Disconnected` whose message is one line for a person.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from bgtui.domain.error import NetworkError


class Socket(Protocol):
    """One open connection; `Disconnected` is raised by whichever call finds out that it is gone."""

    async def send(self, text: str) -> None:
        """Send one text frame."""

    async def recv(self) -> bytes | str:
        """Return the next frame; being cancelled loses none."""

    async def close(self) -> None:
        """Close; harmless when closed already."""


Dial = Callable[[], Awaitable[Socket]]
"""Opens one connection, or raises `Disconnected`."""
Sink = Callable[[int, bytes | str], None]
"""Takes the receive time, Unix nanoseconds, and one frame."""


class Disconnected(NetworkError):
    """A connection could not be opened, or is gone."""


class TooOften(Disconnected):
    """The exchange wants fewer connections or messages."""
