"""Streams over real sockets: against the test peer, and against things that are no WebSocket at all."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import random
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bgtui.domain.book import OrderBook, Verdict
from bgtui.domain.error import LoginRefused
from bgtui.domain.event import (
    BalancesReported,
    BookBroken,
    BookDepth,
    BookReceived,
    Connection,
    ConnectionLost,
    ConnectionMeasured,
    ConnectionOpened,
    PositionsReported,
    SubscriptionAccepted,
    SubscriptionRefused,
    TickerUpdated,
    TradesPrinted,
)
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.domain.secret import Credentials, Secret
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.link import Rules
from bgtui.exchange.socket import Dial, Disconnected, dial_websocket, record
from bgtui.exchange.stream import Stream
from bgtui.exchange.streams import MarketStreams, private_stream
from bgtui.exchange.transport import TooOften
from bgtui.wire.channel import market_subscription
from tests.support import tables
from tests.support.peer import Peer
from tests.support.reader import Reader

BTC = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
BOOK = MarketTopic(MarketChannel.BOOK, BTC)
QUICK = Rules(backoff_s=0.05, ping_s=0.3, ping_jitter_s=0.05, pong_s=0.4, first_ping_s=0.1)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer(tick_s=0.02) as peer:
        yield peer


def market(peer: Peer, *topics: MarketTopic, dial: Dial | None = None) -> MarketStreams:
    feed = MarketStreams(
        dial or dial_websocket(peer.ws_public_url), clock=SystemClock(), rng=random.Random(1), rules=QUICK
    )
    feed.watch(topics)
    return feed


def private(peer: Peer, credentials: Credentials, *, ahead_s: int = 0) -> Stream:
    clock = SystemClock()
    return private_stream(
        dial_websocket(peer.ws_private_url),
        credentials,
        [ProductType.SPOT, ProductType.USDT_FUTURES],
        clock=clock,
        rng=random.Random(1),
        now_s=lambda: clock.now_ms() // 1000 + ahead_s,
        rules=QUICK,
    )


def replay(events: list[BookReceived]) -> list[Verdict]:
    """Merge book messages as the store does."""
    book = OrderBook()
    verdicts = []
    for event in events:
        merge = book.replace if event.is_snapshot else book.update
        verdicts.append(merge(event.bids, event.asks, event.seq, event.pseq, event.checksum))
    return verdicts


# -- against the peer


async def test_a_live_market_verifies_message_by_message(peer: Peer) -> None:
    topics = [MarketTopic(channel, BTC) for channel in (MarketChannel.TICKER, MarketChannel.TRADES)]
    async with Reader(market(peer, BOOK, *topics)) as reader:
        await reader.until(BookReceived, 60, within_s=10)
        await reader.until(TickerUpdated, 5, within_s=10)
        await reader.until(TradesPrinted, 5, within_s=10)
        measured = await reader.until(ConnectionMeasured, within_s=10)
        assert measured.messages > 10
        assert measured.bytes > 10_000
        assert measured.round_trip_ms is not None
        assert set(replay(reader.of(BookReceived))) == {Verdict.APPLIED}
        assert {each.depth for each in reader.of(BookReceived)} == {BookDepth.FULL}


@pytest.mark.parametrize(("fault", "verdict"), [("gap", Verdict.GAP), ("checksum", Verdict.MISMATCH)])
async def test_a_spoiled_book_is_mended_by_a_renewal(peer: Peer, fault: str, verdict: Verdict) -> None:
    feed = market(peer, BOOK)
    async with Reader(feed) as reader:
        await reader.until(BookReceived, 5, within_s=10)
        peer.book_fault = fault
        async with asyncio.timeout(10):
            while verdict not in replay(reader.of(BookReceived)):  # noqa: ASYNC110 - frames come meanwhile
                await asyncio.sleep(0.02)
        seen = len(reader.of(BookReceived))
        feed.renew(BOOK)
        await reader.until(BookReceived, seen + 20, within_s=10)
        verdicts = replay(reader.of(BookReceived))
        assert verdicts.count(verdict) == 1
        assert verdicts[-1] is Verdict.APPLIED
        assert reader.of(ConnectionLost) == []


async def test_a_message_that_is_no_book_message_says_that_the_book_is_broken(peer: Peer) -> None:
    async with Reader(market(peer, BOOK)) as reader:
        await reader.until(BookReceived, 5, within_s=10)
        peer.book_fault = "garbage"
        broken = await reader.until(BookBroken, within_s=10)
        assert broken == BookBroken(BTC, BookDepth.FULL)


async def test_a_dropped_connection_comes_back_with_a_snapshot(peer: Peer) -> None:
    async with Reader(market(peer, BOOK)) as reader:
        await reader.until(BookReceived, 5, within_s=10)
        peer.drop()
        await reader.until(ConnectionOpened, 2, within_s=10)
        await reader.until(SubscriptionAccepted, 2, within_s=10)
        assert "1012" in reader.of(ConnectionLost)[0].reason
        seen = len(reader.of(BookReceived))
        await reader.until(BookReceived, seen + 5, within_s=10)
        assert sum(event.is_snapshot for event in reader.of(BookReceived)) == 2


async def test_a_half_open_connection_is_noticed(peer: Peer) -> None:
    async with Reader(market(peer, BOOK)) as reader:
        await reader.until(BookReceived, 5, within_s=10)
        peer.deafen()
        lost = await reader.until(ConnectionLost, within_s=5)
        assert "no pong" in lost.reason
        await reader.until(ConnectionOpened, 2, within_s=10)


async def test_an_unknown_symbol_is_refused_and_the_others_go_on(peer: Peer) -> None:
    unknown = MarketTopic(MarketChannel.TICKER, instrument_id(ProductType.SPOT, "NOSUCHUSDT"))
    async with Reader(market(peer, unknown, BOOK)) as reader:
        refused = await reader.until(SubscriptionRefused, within_s=10)
        assert refused.code == "30001"
        await reader.until(BookReceived, 5, within_s=10)


async def test_the_account_is_pushed_after_the_login(peer: Peer) -> None:
    async with Reader(private(peer, peer.credentials())) as reader:
        positions = await reader.until(PositionsReported, within_s=10)
        assert [each.instrument for each in positions.positions] == [BTC]
        await reader.until(BalancesReported, 2, within_s=10)
        peer.push({"instType": "USDT-FUTURES", "channel": "positions", "instId": "default"}, [])
        flat = await reader.until(PositionsReported, 2, within_s=10)
        assert flat.positions == ()
        assert "login" in peer.sessions[0].received[0]
        assert peer.writes == []


@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        (Credentials(Secret("other"), Secret(tables.PASSPHRASE), Secret(tables.SECRET)), "30011"),
        (Credentials(Secret(tables.KEY), Secret("other"), Secret(tables.SECRET)), "30012"),
        (Credentials(Secret(tables.KEY), Secret(tables.PASSPHRASE), Secret("other")), "30015"),
    ],
)
async def test_a_wrong_key_is_told_apart(peer: Peer, credentials: Credentials, code: str) -> None:
    async with Reader(private(peer, credentials)) as reader:
        error = await reader.ended(within_s=10)
        assert isinstance(error, LoginRefused)
        assert error.code == code


async def test_a_clock_that_is_off_is_reported_and_tried_again(peer: Peer) -> None:
    async with Reader(private(peer, peer.credentials(), ahead_s=90)) as reader:
        await reader.until(ConnectionLost, 2, within_s=10)
        assert "30014" in reader.of(ConnectionLost)[0].reason
        assert reader.error is None


async def test_a_recording_holds_every_frame_with_growing_times(peer: Peer) -> None:
    frames: list[tuple[int, bytes | str]] = []
    clock = SystemClock()
    begin = clock.now_ms()
    dial = record(
        dial_websocket(peer.ws_public_url), lambda time_ns, raw: frames.append((time_ns, raw)), clock=clock
    )
    async with Reader(market(peer, BOOK, dial=dial)) as reader:
        await reader.until(BookReceived, 10, within_s=10)
    times = [time_ns for time_ns, _ in frames]
    assert times == sorted(times)
    assert begin <= times[0] // 1_000_000 <= times[-1] // 1_000_000 <= clock.now_ms() + 1
    assert sum(b'"action"' in bytes(raw) for _, raw in frames if isinstance(raw, bytes)) >= 10


async def test_waking_the_reader_loses_no_frame(peer: Peer) -> None:
    trades = MarketTopic(MarketChannel.TRADES, BTC)
    arg = {"instType": "USDT-FUTURES", "channel": "trade", "instId": "BTCUSDT"}
    subscription = market_subscription(trades)
    stream = Stream(
        Connection.PUBLIC,
        "public-0",
        dial_websocket(peer.ws_public_url),
        clock=SystemClock(),
        rng=random.Random(1),
        wanted=[subscription],
    )
    async with Reader(stream) as reader:
        await reader.until(SubscriptionAccepted, within_s=10)
        pushing = asyncio.create_task(asyncio.to_thread(push_numbered, peer, arg, 2000))
        while not pushing.done():
            stream.nudge()
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            while len(numbered(reader)) < 2000:
                stream.nudge()
                await asyncio.sleep(0.001)
        assert numbered(reader) == list(range(1_000_000, 1_002_000))


def push_numbered(peer: Peer, arg: dict[str, str], count: int) -> None:
    for number in range(count):
        row = {"ts": "1", "price": "1", "size": "1", "side": "buy", "tradeId": str(1_000_000 + number)}
        peer.push(arg, [row], action="update", kind="public")


def numbered(reader: Reader) -> list[int]:
    ids = [int(trade.trade_id) for event in reader.of(TradesPrinted) for trade in event.trades]
    return [number for number in ids if number >= 1_000_000]


async def test_no_log_line_holds_a_passphrase(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with Reader(private(peer, peer.credentials())) as reader:
            await reader.until(PositionsReported, within_s=10)
    for secret in (tables.KEY, tables.SECRET, tables.PASSPHRASE):
        assert secret not in caplog.text
    assert [each for each in caplog.records if each.name.startswith("websockets")] == []


# -- against everything else


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """Listen on loopback and answer any request with these bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def failure(dial: Dial) -> Disconnected:
    with pytest.raises(Disconnected) as caught:
        await dial()
    line = str(caught.value)
    assert "\n" not in line
    assert line.isprintable()
    return caught.value


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
            "HTTP 200 with a web page",
        ),
        (b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "redirect"),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "HTTP 403"),
        (b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n", "cannot serve now"),
        (b"SSH-2.0-OpenSSH_9.2\x1b[2J\r\n\r\n", "does not speak HTTP"),
        (b"", "does not speak HTTP"),
    ],
)
async def test_what_is_no_websocket_is_named(answer: bytes, words: str) -> None:
    async with answering(answer) as address:
        error = await failure(dial_websocket(f"ws://{address}/v2/ws/public"))
        assert words in str(error)
        assert address in str(error)


async def test_too_many_connections_are_told_apart() -> None:
    async with answering(b"HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n") as address:
        assert isinstance(await failure(dial_websocket(f"ws://{address}/")), TooOften)


async def test_tls_to_something_that_has_none_fails_in_words() -> None:
    async with answering(b"HTTP/1.1 400 Bad\r\n\r\n") as address:
        error = await failure(dial_websocket(f"wss://{address}/", open_s=5))
        assert "TLS failed" in str(error)


async def test_a_server_that_says_nothing_is_given_up() -> None:
    is_over = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass
        writer.close()
        await writer.wait_closed()
        is_over.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await failure(dial_websocket(f"ws://127.0.0.1:{port}/", open_s=0.1))
        assert "no answer within 0.1 s" in str(error)
        await asyncio.wait_for(is_over.wait(), 5)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ws://127.0.0.1:1/", "connection refused"),
        ("ws://no-such-host.invalid/", "does not resolve"),
        ("http://127.0.0.1/", "not a WebSocket address"),
        ("ws://[bad", "not a WebSocket address"),
        ("ws://127.0.0.1:70000/", "not a WebSocket address"),
        ("", "not a WebSocket address"),
    ],
)
async def test_an_address_that_leads_nowhere_is_named(url: str, words: str) -> None:
    assert words in str(await failure(dial_websocket(url)))


async def test_a_proxy_of_the_environment_is_not_used(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    socket = await dial_websocket(peer.ws_public_url)()
    await socket.send("ping")
    assert await socket.recv() == b"pong"
    await socket.close()
    await socket.close()


async def test_a_frame_that_is_too_large_ends_the_connection_and_not_the_memory(peer: Peer) -> None:
    socket = await dial_websocket(peer.ws_public_url, max_frame=1000)()
    arg = '{"instType":"USDT-FUTURES","channel":"books","instId":"BTCUSDT"}'
    await socket.send(f'{{"op":"subscribe","args":[{arg}]}}')
    error: Disconnected | None = None
    while error is None:
        try:
            await socket.recv()
        except Disconnected as gone:
            error = gone
    assert "1009" in str(error)
    await socket.close()


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=self_signed(tmp_path))
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await failure(dial_websocket(f"wss://127.0.0.1:{port}/"))
        assert "cannot trust" in str(error)


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's TLS with a certificate made here."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin.replace(year=2120))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context
