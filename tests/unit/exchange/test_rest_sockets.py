"""The REST client over real sockets: what a broken connection means for a read and for a write."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bgtui.domain.error import NetworkError, NotSent, Outage, OutcomeUnknown
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.patience import Patience
from bgtui.wire.endpoint import READS, futures_market, futures_order
from tests.unit.exchange.exchange_peer import client, credentials

TICKERS = futures_market.TICKERS
PLACE = futures_order.PLACE_ORDER

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HURRY = Patience(connect_s=2, read_s=0.2, request_s=0.5, backoff_s=0.01, attempts=2)


class Peer:
    """An HTTP server of few words: it answers the clock, and leaves every other request to the test."""

    def __init__(self, answer: Handler) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.connections = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self.server is not None
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        assert self.server is not None
        self.server.close()
        for writer in self.writers:
            writer.close()
        await asyncio.sleep(0.02)  # the end of a connection travels over loopback

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (
                        int(line[15:])
                        for line in head.split(b"\r\n")
                        if line.lower().startswith(b"content-length")
                    ),
                    0,
                )
                body = await reader.readexactly(length)
                if b"/public/time" in head.split(b"\r\n")[0]:
                    now_ms = SystemClock().now_ms()
                    writer.write(reply({"serverTime": str(now_ms)}))
                    continue
                self.requests.append(head + body)
                await self.answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def reply(data: object) -> bytes:
    content = json.dumps({"code": "00000", "msg": "success", "requestTime": 0, "data": data}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content


@asynccontextmanager
async def listening(answer: Handler) -> AsyncIterator[Peer]:
    peer = Peer(answer)
    peer.server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    try:
        yield peer
    finally:
        await peer.stop()


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection the hard way: RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def well(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(reply({"orderId": "1", "clientOid": "a"}))


async def reset_after_request(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)
    raise ConnectionError


async def close_after_request(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    raise ConnectionError


async def half_an_answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(reply({"orderId": "1", "clientOid": "a"})[:-10])
    await writer.drain()
    raise ConnectionError


async def half_a_head(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    await writer.drain()
    raise ConnectionError


async def silence(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()
    raise ConnectionError


async def a_byte_now_and_then(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in reply({"orderId": "1" * 100}):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def not_http(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    await writer.drain()
    raise ConnectionError


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
    for _ in range(100):
        writer.write(b" " * 1024)
        await writer.drain()


async def bad_gzip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello")


BREAKS = (
    reset_after_request,
    close_after_request,
    half_an_answer,
    half_a_head,
    silence,
    a_byte_now_and_then,
    not_http,
    endless,
    bad_gzip,
)


@pytest.mark.parametrize("handler", BREAKS)
async def test_a_write_that_breaks_after_it_left_is_unknown_and_sent_once(
    handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bgtui.exchange.rest.MAX_ANSWER_BYTES", 50_000)
    async with listening(handler) as peer:
        url = f"http://127.0.0.1:{peer.port}"
        async with client(None, url=url, key=credentials(), clock=SystemClock(), patience=HURRY) as rest:
            with pytest.raises(OutcomeUnknown) as caught:
                await rest.write(PLACE, {"symbol": "BTCUSDT"})
    assert len(peer.requests) == 1
    assert PLACE.path in str(caught.value)


@pytest.mark.parametrize("handler", BREAKS)
async def test_a_read_that_breaks_is_asked_again_and_then_said(
    handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bgtui.exchange.rest.MAX_ANSWER_BYTES", 50_000)
    async with listening(handler) as peer:
        url = f"http://127.0.0.1:{peer.port}"
        async with client(None, url=url, clock=SystemClock(), patience=HURRY) as rest:
            with pytest.raises(NetworkError, match=r"127\.0\.0\.1") as caught:
                await rest.read(TICKERS)
    assert len(peer.requests) == 2
    assert "\n" not in str(caught.value)


async def test_a_connection_that_the_peer_closed_while_idle_is_not_used_again() -> None:
    async def once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply({"orderId": "1", "clientOid": "a"}))
        await writer.drain()
        raise ConnectionError

    async with listening(once) as peer:
        url = f"http://127.0.0.1:{peer.port}"
        async with client(None, url=url, key=credentials(), clock=SystemClock(), patience=HURRY) as rest:
            for _ in range(3):
                await rest.write(PLACE, {"symbol": "BTCUSDT"})
                await asyncio.sleep(0.02)  # the end of the connection travels over loopback
    assert len(peer.requests) == 3


async def test_a_connection_closed_under_a_write_is_unknown_though_it_looks_like_nothing_happened() -> None:
    answers = iter((well, close_after_request))

    async def first_well(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await next(answers)(reader, writer)

    async with listening(first_well) as peer:
        url = f"http://127.0.0.1:{peer.port}"
        async with client(None, url=url, key=credentials(), clock=SystemClock(), patience=HURRY) as rest:
            await rest.write(PLACE, {"symbol": "BTCUSDT"})
            with pytest.raises(OutcomeUnknown):
                await rest.write(PLACE, {"symbol": "ETHUSDT"})
    assert len(peer.requests) == 2
    assert peer.connections == 1


async def test_reads_that_hang_leave_a_connection_for_an_order() -> None:
    busy = asyncio.Event()

    async def answers_orders_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(peer.requests) == 12:
            busy.set()
        if peer.requests[-1].startswith(b"POST"):
            await well(reader, writer)
        else:
            await silence(reader, writer)

    async with listening(answers_orders_only) as peer:
        url = f"http://127.0.0.1:{peer.port}"
        patience = Patience(pool_s=0.5, read_s=5)
        async with client(None, url=url, key=credentials(), clock=SystemClock(), patience=patience) as rest:
            reads = [
                asyncio.create_task(rest.read(each)) for each in 8 * list(READS.values()) if not each.signed
            ]
            await busy.wait()
            await rest.write(PLACE, {"symbol": "BTCUSDT"})
            for task in reads:
                task.cancel()
            await asyncio.gather(*reads, return_exceptions=True)
    assert sum(request.startswith(b"POST") for request in peer.requests) == 1


async def test_nobody_listening_means_not_sent() -> None:
    async with listening(well) as peer:
        url = f"http://127.0.0.1:{peer.port}"
        async with client(None, url=url, key=credentials(), clock=SystemClock(), patience=HURRY) as rest:
            await rest.sync_clock()
            await peer.stop()
            with pytest.raises(NotSent, match=r"Not sent: 127\.0\.0\.1 refused the connection"):
                await rest.write(PLACE, {"symbol": "BTCUSDT"})
            with pytest.raises(NetworkError, match="refused the connection"):
                await rest.read(TICKERS)
    assert peer.requests == []


async def test_no_tls_at_the_other_end_means_not_sent() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, client(None, url=url, key=credentials(), patience=HURRY) as rest:
        with pytest.raises(NotSent, match="Not sent: the exchange's clock could not be asked"):
            await rest.write(PLACE, {"symbol": "BTCUSDT"})
        with pytest.raises(NetworkError, match="no secure connection"):
            await rest.read(TICKERS)


async def test_a_handshake_that_is_never_answered_means_not_sent() -> None:
    async with listening(well) as peer:
        url = f"https://127.0.0.1:{peer.port}"
        patience = Patience(connect_s=0.1, attempts=1)
        async with client(None, url=url, key=credentials(), patience=patience) as rest:
            with pytest.raises(NetworkError, match=r"127\.0\.0\.1 could not be reached in time"):
                await rest.read(TICKERS)
            with pytest.raises(NotSent):
                await rest.write(PLACE, {"symbol": "BTCUSDT"})
    assert peer.requests == []


async def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    async with client(None, url="http://exchange.invalid", patience=HURRY) as rest:
        with pytest.raises(NetworkError, match=r"cannot find exchange\.invalid; check the address") as raised:
            await rest.read(TICKERS)
    assert raised.value.outage is Outage.NAME


async def test_a_certificate_that_is_not_trusted_is_asked_once() -> None:
    import httpx

    attempts = 0

    class Distrust(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal attempts
            attempts += 1
            error = httpx.ConnectError("certificate verify failed")
            error.__cause__ = ssl.SSLCertVerificationError("self-signed certificate")
            raise error

    async with client(Distrust(), patience=HURRY) as rest:
        with pytest.raises(NetworkError, match="certificate that is not trusted") as raised:
            await rest.read(TICKERS)
    assert raised.value.outage is Outage.CERTIFICATE
    assert attempts == 1


async def test_a_redirect_is_not_followed() -> None:
    async def elsewhere(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")

    async with listening(elsewhere) as peer:
        url = f"http://127.0.0.1:{peer.port}"
        async with client(None, url=url, key=credentials(), clock=SystemClock(), patience=HURRY) as rest:
            with pytest.raises(OutcomeUnknown):
                await rest.write(PLACE, {"symbol": "BTCUSDT"})
    assert len(peer.requests) == 1
