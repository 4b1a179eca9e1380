"""The REST client: take a turn, sign, send, unwrap; reads are asked again, writes never.

A write is one request whatever happens to it. When its fate is not known the caller is told so, and looks the
order up; a refused timestamp, a busy exchange, a broken connection: none of them makes it go out twice.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from importlib.util import find_spec
from types import ModuleType, TracebackType
from typing import Self, cast
from urllib.parse import quote

import httpx
import msgspec

from bgtui import __version__
from bgtui.domain.budget import Budget
from bgtui.domain.clock import Clock
from bgtui.domain.error import (
    BgtuiError,
    ClockSkew,
    ConfigError,
    DecodeError,
    ExchangeError,
    NetworkError,
    NotSent,
    RateLimited,
    Refused,
    Rejected,
)
from bgtui.domain.event import GIVEN_UP, Event, RequestMeasured
from bgtui.domain.lastlook import last_look
from bgtui.domain.secret import Credentials
from bgtui.exchange.auth import KeyAuth
from bgtui.exchange.failure import LastingError, read_failure, write_failure
from bgtui.exchange.limiter import Grant, Limiter, Priority
from bgtui.exchange.patience import Attempts, Patience
from bgtui.exchange.skew import Skew
from bgtui.wire.decode.rest_market import server_time
from bgtui.wire.endpoint import Read, Write
from bgtui.wire.endpoint.common import SERVER_TIME
from bgtui.wire.envelope import is_retryable, read_answer, write_answer
from bgtui.wire.sign import LOCALE

_log = logging.getLogger(__name__)

if find_spec("sniffio") is None:
    # The HTTP library looks for it several times a request; a None says at once that it is not there.
    sys.modules.setdefault("sniffio", cast(ModuleType, None))

Route = Read | Write

_LIKE_THIS = "write it like https://api.bitget.com"

CONNECTIONS = 20
READ_CONNECTIONS = 12
"""Reads that hang must leave connections for a cancel."""
TOO_FAST = "429"
"""HTTP status and code of a request over the limit."""
MAX_ANSWER_BYTES = 32 * 1024 * 1024
"""Unpacked; the longest list the exchange sends is a few megabytes."""


class RestClient:
    """Speaks to one host with at most one key; an async context manager that owns its connections."""

    def __init__(
        self,
        base_url: str,
        *,
        credentials: Credentials | None,
        clock: Clock,
        rng: random.Random,
        transport: httpx.AsyncBaseTransport | None = None,
        is_demo: bool = False,
        observe: Callable[[Event], None] | None = None,
        patience: Patience | None = None,
        limiter: Limiter | None = None,
        use_proxy: bool = False,
    ) -> None:
        """Prepare; nothing is sent and no connection opened before the first request.

        Args:
            base_url: Scheme and host, ``https://api.bitget.com``.
            credentials: The key, or None for public routes only.
            clock: Time of this machine.
            rng: Source of jitter.
            transport: Replaces the network in tests.
            is_demo: Whether the key is a demo key.
            observe: Told about every request and every look at the exchange's clock.
            patience: Timeouts and repetitions.
            limiter: Shared by clients that share an address.
            use_proxy: Whether the proxy variables of the environment count.

        Raises:
            ConfigError: The address is not just a scheme and a host, or the key cannot sign.
        """
        self._url = _checked_url(base_url)
        self._patience = patience or Patience()
        self._clock = clock
        self._rng = rng
        self._is_demo = is_demo
        self._observe = observe or _ignore
        self._limiter = limiter or Limiter()
        self._skew = Skew(clock, self._ask_time, self._observe)
        self._auth = None if credentials is None else KeyAuth(credentials, self._skew.now_ms)
        self._read_lanes = asyncio.Semaphore(READ_CONNECTIONS)
        self._http = httpx.AsyncClient(
            headers={
                "User-Agent": f"bgtui/{__version__}",
                "Content-Type": "application/json",
                "locale": LOCALE,
            },
            timeout=httpx.Timeout(
                connect=self._patience.connect_s,
                read=self._patience.read_s,
                write=self._patience.write_s,
                pool=self._patience.pool_s,
            ),
            # Idle connections are dropped early: a write on one that the peer has just closed is in doubt.
            limits=httpx.Limits(
                max_connections=CONNECTIONS, max_keepalive_connections=10, keepalive_expiry=20.0
            ),
            transport=transport,
            verify=_trust(self._url, use_proxy=use_proxy),
            follow_redirects=False,
            trust_env=use_proxy,
        )

    async def __aenter__(self) -> Self:
        """Open the pool."""
        # Below this level the HTTP library writes headers to the log.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._http.__aexit__(kind, error, traceback)

    @property
    def host(self) -> str:
        """The host in use, for people."""
        return self._url.host

    @property
    def is_demo(self) -> bool:
        """Whether requests go to demo trading."""
        return self._is_demo

    def server_now_ms(self) -> int:
        """Return exchange time, Unix milliseconds: this machine's until the exchange's was asked."""
        return self._skew.now_ms()

    async def exchange_now_ms(self) -> int:
        """Return exchange time, Unix milliseconds, asked for when it is not known yet.

        Raises:
            ExchangeError: It could not be asked.
        """
        await self._skew.ensure(may_wait=True)
        return self._skew.now_ms()

    async def sync_clock(self) -> None:
        """Measure the exchange's clock now.

        Raises:
            ExchangeError: It could not be asked.
        """
        await self._skew.measure()

    def lower_for_leaders(self) -> None:
        """Keep to the limits of lead traders: the account is one."""
        self._limiter.lower_for_leaders()

    def budget(self) -> Budget:
        """Return what is left of the request limits."""
        return self._limiter.budget()

    async def read(self, endpoint: Read, params: Mapping[str, str] | None = None) -> msgspec.Raw:
        """Ask, and ask again while that can help; return the raw ``data`` of the answer.

        Raises:
            ConfigError: The route needs a key and there is none.
            Refused: Demo trading does not have the route.
            ExchangeError: What the last attempt ended with.
        """
        if not isinstance(endpoint, Read):
            raise TypeError(f"{endpoint.name} is not a read")
        self._check(endpoint)
        failure: ExchangeError | None = None
        attempts = Attempts(self._patience, self._rng)
        try:
            async with asyncio.timeout(self._patience.whole_read_s):
                while True:
                    try:
                        return await self._read_once(endpoint, _query(params or {}))
                    except ExchangeError as error:
                        failure = error
                        wait_s = self._wait_s(error, attempts)
                    if wait_s is None:
                        break
                    await asyncio.sleep(wait_s)
        except TimeoutError:
            pass
        # Raised here, not above: an error that carries no other one shows no frame of the HTTP library.
        raise failure or self._gave_up(endpoint)

    async def write(
        self, endpoint: Write, body: Mapping[str, object], *, lowers_risk: bool | None = None
    ) -> msgspec.Raw:
        """Send once; return the raw ``data`` of the answer.

        Args:
            endpoint: The route.
            body: What becomes the JSON body, in this order.
            lowers_risk: Replaces the route's own word: an order that closes goes first like a cancel.

        Raises:
            ConfigError: There is no key.
            Refused: Demo trading does not have the route, or the last look said no; nothing was sent.
            NotSent: Not a byte left this machine.
            Rejected: The exchange refused it, or this machine's clock is too wrong to send (`ClockSkew`).
            OutcomeUnknown: It was sent and nothing says what became of it.
        """
        if not isinstance(endpoint, Write):
            raise TypeError(f"{endpoint.name} is not a write")
        self._check(endpoint)
        content = msgspec.json.encode(dict(body)) if body else b""
        first = endpoint.lowers_risk if lowers_risk is None else lowers_risk
        grant = await self._ready_to_write(endpoint, Priority.LOWERS_RISK if first else Priority.ORDER)
        last_look()
        try:
            return await self._send(grant, endpoint, "", content)
        except ClockSkew:
            self._skew.distrust()
            raise

    def _check(self, endpoint: Route) -> None:
        if endpoint.signed and self._auth is None:
            raise ConfigError(f"{endpoint.path} needs an API key", hint="store one with bgtui keys add")
        if self._is_demo and not endpoint.in_demo:
            raise Refused(f"demo trading does not have {endpoint.path}")

    async def _read_once(self, endpoint: Read, query: str) -> msgspec.Raw:
        if endpoint.signed:
            await self._skew.ensure(may_wait=True)
        # The connection comes before the turn: a turn is for now, and must not grow old in a queue.
        async with self._read_lanes:
            grant = await self._limiter.acquire(endpoint, Priority.READ)
            return await self._send(grant, endpoint, query, b"")

    def _wait_s(self, error: ExchangeError, attempts: Attempts) -> float | None:
        """Return how long to wait before the next attempt of a read, or None to give up."""
        if isinstance(error, ClockSkew):
            self._skew.distrust()
            return attempts.after_resync()
        if isinstance(error, LastingError) or not is_retryable(error):
            return None
        return attempts.after_failure()

    def _gave_up(self, endpoint: Read) -> ExchangeError:
        if wait_s := self._limiter.reads_wait_s():
            return RateLimited(
                "Bitget says slow down (429)", code="429", hint=f"reads wait {wait_s:.0f}s, cancels go first"
            )
        what = f"no answer of {self.host} within {self._patience.whole_read_s:.0f}s"
        return NetworkError(f"{endpoint.path}: {what}", hint="try again in a moment")

    async def _ready_to_write(self, endpoint: Write, priority: Priority) -> Grant:
        """Do all that comes before the first byte; whatever fails here, nothing was sent."""
        try:
            async with asyncio.timeout(self._patience.turn_s):
                await self._skew.ensure(may_wait=False)
                self._skew.check()
                return await self._limiter.acquire(endpoint, priority)
        except ClockSkew:
            raise
        except (ExchangeError, DecodeError) as error:
            reason = f"the exchange's clock could not be asked ({error.message})"
        except TimeoutError:
            reason = f"held back for {self._patience.turn_s:.0f}s by the request limits or a slow network"
        raise NotSent(f"{endpoint.path}: Not sent: {reason}", hint="try again in a moment")

    async def _ask_time(self) -> int:
        """Ask the exchange's clock once; it gates orders, so it does not queue behind reads."""
        grant = await self._limiter.acquire(SERVER_TIME, Priority.LOWERS_RISK)
        return server_time(await self._send(grant, SERVER_TIME, "", b""))

    async def _send(self, grant: Grant, endpoint: Route, query: str, content: bytes) -> msgspec.Raw:
        """Send one request and unwrap its answer; the limiter and the observer hear how it ended."""
        started_s = self._clock.monotonic()
        outcome, code = GIVEN_UP, ""
        try:
            data = await self._unwrap(grant, endpoint, query, content)
            outcome = "ok"
        except BgtuiError as error:
            outcome = type(error).__name__
            code = error.code if isinstance(error, ExchangeError) else ""
            if not isinstance(error, Rejected):
                error.message = f"{endpoint.path}: {error.message}"
            raise
        finally:
            latency_ms = round((self._clock.monotonic() - started_s) * 1000)
            is_write = isinstance(endpoint, Write)
            self._observe(RequestMeasured(endpoint.path, is_write, latency_ms, outcome, code))
        return data

    async def _unwrap(self, grant: Grant, endpoint: Route, query: str, content: bytes) -> msgspec.Raw:
        is_answer = False
        try:
            status, body, headers = await self._exchange(endpoint, query, content)
            is_answer = True
        finally:
            self._limiter.answered(grant, is_answer=is_answer)
        try:
            answer = (write_answer if isinstance(endpoint, Write) else read_answer)(status, body, headers)
        except ExchangeError as error:
            # Whatever the body is: a write answered 429 by a web page is in doubt, and was too fast as well.
            # Other codes of the kind are about one order, not about how fast we ask.
            if TOO_FAST in (str(status), error.code):
                self._limiter.refused(grant)
            raise
        if answer.remaining is not None and answer.remaining.isdecimal():
            self._limiter.report(grant, int(answer.remaining))
        return answer.data

    async def _exchange(
        self, endpoint: Route, query: str, content: bytes
    ) -> tuple[int, bytes, httpx.Headers]:
        """Exchange bytes; a failure of the network becomes one of ours, without its frames and texts."""
        fail = write_failure if isinstance(endpoint, Write) else read_failure
        try:
            async with (
                asyncio.timeout(self._patience.request_s),
                self._open(endpoint, query, content) as response,
            ):
                body = await _body(response)
            if body is not None:
                return response.status_code, body, response.headers
            failure = fail(httpx.ReadError("answer too long"), self.host)
        except (httpx.HTTPError, OSError) as error:
            _log.debug("%s: %s", endpoint.path, type(error).__name__)
            failure = fail(error, self.host)
        raise failure

    def _open(
        self, endpoint: Route, query: str, content: bytes
    ) -> AbstractAsyncContextManager[httpx.Response]:
        target = f"{endpoint.path}?{query}" if query else endpoint.path
        return self._http.stream(
            endpoint.method,
            self._url.copy_with(raw_path=target.encode("ascii")),
            content=content or None,
            headers={"paptrading": "1"} if self._is_demo and endpoint is not SERVER_TIME else None,
            auth=self._auth if endpoint.signed else None,
        )


async def _body(response: httpx.Response) -> bytes | None:
    """Return the whole body, unpacked; None when it is longer than any answer of the exchange."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            return None
    return bytes(body)


def _query(params: Mapping[str, str]) -> str:
    """Return the query text, keys sorted: what is signed is what is sent."""
    return "&".join(f"{quote(key, safe='')}={quote(params[key], safe='')}" for key in sorted(params))


def _trust(url: httpx.URL, *, use_proxy: bool) -> ssl.SSLContext | bool:
    """Return what certificates are checked against.

    An address without TLS shows none, and loading the usual authorities takes a twentieth of a second of
    every start on the simulator: there nobody is trusted.
    """
    is_open = url.scheme == "http" and not use_proxy
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_open else True


def _checked_url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise ConfigError("the REST address is not a URL", hint=_LIKE_THIS) from None
    is_bare = url.raw_path in (b"", b"/") and not url.userinfo and not url.fragment
    if url.scheme not in ("http", "https") or not url.host or not is_bare:
        raise ConfigError(
            "the REST address must be a scheme and a host, nothing more",
            hint=_LIKE_THIS,
        )
    return url


def _ignore(_event: Event) -> None:
    """Observe nothing."""
