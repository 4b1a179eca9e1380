"""The one transport there is: WebSocket by the `websockets` library.

Compression is off, since Bitget sends none; frames stay bytes, since the decoder wants those; the library's
own pings are off, since what Bitget answers is the text ``ping``. Redirects are not followed: the login that
comes next would go wherever they lead.
"""

from __future__ import annotations

import logging
import socket
import ssl
from typing import Any, cast
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidMessage,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
    ProxyError,
    WebSocketException,
)
from websockets.frames import Close
from websockets.http11 import Response

from bgtui import __version__
from bgtui.domain.text import clean_line
from bgtui.exchange.connection import TURN, FeedConnection
from bgtui.exchange.transport import Disconnected, TooOften

CLOSE_S = 1.0
"""Seconds that the closing handshake may take before the connection is cut."""

_NOT_AN_ADDRESS = "not a WebSocket address: it looks like wss://host/path"
_LOGGER = logging.getLogger("websockets.client")
# Below this level the library logs every frame, and a login frame holds a passphrase.
_LOGGER.setLevel(logging.WARNING)


async def open_websocket(
    url: str, *, proxy: str | None, max_frame: int, open_s: float, tls: ssl.SSLContext | None
) -> WebSocket:
    """Open one connection.

    Raises:
        Disconnected: it could not be opened; the line says why and what to look at.
    """
    options: dict[str, Any] = {} if tls is None else {"ssl": tls}
    host = _host(url)
    try:
        connection = await _Connect(
            url,
            compression=None,
            proxy=proxy,
            open_timeout=open_s,
            ping_interval=None,
            close_timeout=CLOSE_S,
            max_size=max_frame,
            user_agent_header=f"bgtui/{__version__}",
            logger=_LOGGER,
            create_connection=FeedConnection,
            **options,
        )
    except (OSError, WebSocketException) as error:
        message, hint = _explain(host, error, open_s)
        is_limit = isinstance(error, InvalidStatus) and error.response.status_code == 429
        raise (TooOften if is_limit else Disconnected)(message, hint=hint) from error
    return WebSocket(cast(FeedConnection, connection))


class WebSocket:
    """Implements `bgtui.exchange.transport.Socket`."""

    def __init__(self, connection: FeedConnection) -> None:
        """Wrap an open connection."""
        self._connection = connection
        self._frames = connection.frames

    async def send(self, text: str) -> None:
        """Send one text frame."""
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise Disconnected(_why(error)) from error

    async def recv(self) -> bytes | str:
        """Return the next frame, undecoded."""
        connection = self._connection
        if not self._frames or connection.taken >= TURN:
            try:
                await connection.wait()
            except ConnectionClosed as error:
                raise Disconnected(_why(error)) from error
        connection.taken += 1
        return self._frames.popleft()

    async def close(self) -> None:
        """Say goodbye, wait a moment for the answer, cut."""
        await self._connection.close()


class _Connect(connect):
    """The library's dialer, which follows no redirect."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Leave a redirect the failure that it is."""
        return exc


def _explain(host: str, error: Exception, open_s: float) -> tuple[str, str]:
    """Return what happened and what to do about it."""
    match error:
        case InvalidStatus():
            return _explain_status(host, error.response)
        case ssl.SSLError():
            return _explain_tls(host, error)
        case OSError():
            return _explain_network(host, error, open_s)
        case InvalidProxy() | ProxyError():
            return (
                f"cannot reach {host} through the proxy: {clean_line(str(error), 160)}",
                "check the proxy address",
            )
        case InvalidURI():
            return _NOT_AN_ADDRESS, ""
        case InvalidMessage():
            return f"{host} does not speak HTTP", "check the address and its port"
        case _:
            return f"{host} refused the WebSocket upgrade: {clean_line(str(error), 160)}", ""


def _explain_network(host: str, error: OSError, open_s: float) -> tuple[str, str]:
    match error:
        case socket.gaierror():
            return f"cannot find {host}: its name does not resolve", "check the network and the address"
        case ConnectionRefusedError():
            return f"cannot reach {host}: connection refused", "nothing listens there; check the address"
        case TimeoutError():
            return f"cannot reach {host}: no answer within {open_s:g} s", "check the network"
        case _:
            return f"cannot reach {host}: {clean_line(error.strerror or type(error).__name__, 160)}", ""


def _explain_tls(host: str, error: ssl.SSLError) -> tuple[str, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = clean_line(error.verify_message or "verification failed", 120)
        return (
            f"cannot trust {host}: TLS certificate: {reason}",
            "something may stand between, or this clock is wrong",
        )
    return f"cannot reach {host}: TLS failed ({clean_line(error.reason or 'handshake', 80)})", ""


def _explain_status(host: str, response: Response) -> tuple[str, str]:
    status = response.status_code
    kind = response.headers.get("Content-Type", "")
    is_page = "html" in kind.lower() or bytes(response.body or b"").lstrip()[:1] == b"<"
    if 300 <= status < 400:
        return f"{host} answered HTTP {status}, a redirect, which is not followed", "check the address"
    if status == 429:
        return f"{host} answered HTTP 429: too many connections", "wait a few minutes"
    if status >= 500:
        return f"{host} answered HTTP {status}: it cannot serve now", ""
    if is_page:
        return (
            f"{host} answered HTTP {status} with a web page instead of a WebSocket",
            "a proxy or a login page of the network may stand between",
        )
    return f"{host} answered HTTP {status} instead of a WebSocket", "check the address"


def _why(error: ConnectionClosed) -> str:
    """Return one line about a connection that ended."""
    if error.sent is not None and error.rcvd_then_sent is not True:
        return f"we closed: {_closing(error.sent)}"
    if error.rcvd is not None:
        return f"closed by the exchange: {_closing(error.rcvd)}"
    return "the connection broke"


def _closing(frame: Close) -> str:
    reason = clean_line(frame.reason, 120)
    return f"{int(frame.code)} {reason}".rstrip()


def _host(url: str) -> str:
    """Return host and port of an address.

    Raises:
        Disconnected: it is no address.
    """
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise Disconnected(_NOT_AN_ADDRESS) from None
    if not parts.hostname:
        raise Disconnected(_NOT_AN_ADDRESS)
    return clean_line(f"{parts.hostname}{port}", 120)
