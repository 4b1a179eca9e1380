"""How a connection comes to be usable: dialed and, when it is private, logged in."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bgtui.domain.clock import Clock
from bgtui.domain.error import BgtuiError, LoginRefused
from bgtui.domain.text import clean_line
from bgtui.exchange.link import Link, Rules
from bgtui.exchange.transport import Dial, Disconnected, Socket, TooOften
from bgtui.wire.code import Kind, lookup
from bgtui.wire.frame import Failed, LoggedIn, LoginFailed, Router

_PASSING = frozenset({Kind.RATE, Kind.TRANSIENT, Kind.MAINTENANCE, Kind.UNKNOWN_OUTCOME})
"""Kinds of failed login that another try may mend."""
_ODD_LOGINS = 3
"""Logins in a row that may fail for a reason nobody knows, before the key counts as refused."""


class Opening:
    """Opens the connections of one stream."""

    def __init__(
        self,
        name: str,
        dial: Dial,
        rules: Rules,
        *,
        clock: Clock,
        rng: random.Random,
        login: Callable[[], str] | None,
        resync: Callable[[], Awaitable[object]] | None,
    ) -> None:
        """See `bgtui.exchange.stream.Stream` for the arguments."""
        self._name = name
        self._dial = dial
        self._rules = rules
        self._clock = clock
        self._rng = rng
        self._login = login
        self._resync = resync
        self._odd_logins = 0
        self._wall_skew: float | None = None
        """Wall clock minus the other one at the last login, seconds."""

    async def open(self) -> Link:
        """Return a connection that may be asked for channels.

        Raises:
            Disconnected: not this time.
            LoginRefused: the key is wrong, and will be the next time too.
        """
        socket = await self._dialed()
        link = Link(socket, Router(self._name), self._rules, clock=self._clock, rng=self._rng)
        try:
            if self._login is not None:
                await self._notice_sleep()
                await self._log_in(link, self._login())
        except BaseException:
            await close_quietly(socket, self._rules.close_s)
            raise
        return link

    async def _dialed(self) -> Socket:
        try:
            async with asyncio.timeout(self._rules.dial_s):
                return await self._dial()
        except TimeoutError:
            raise Disconnected(f"no connection within {self._rules.dial_s:g} s") from None

    async def _log_in(self, link: Link, message: str) -> None:
        try:
            async with asyncio.timeout(self._rules.login_s):
                await link.send(message)
                failure = await _answer(link)
        except TimeoutError:
            raise Disconnected(f"no answer to the login within {self._rules.login_s:g} s") from None
        if failure is not None:
            await self._refusal(failure)
        self._odd_logins = 0

    async def _refusal(self, failure: LoginFailed | Failed) -> None:
        """Raise what a failed login means."""
        info = lookup(failure.code)
        line = f"login refused ({clean_line(failure.code, 12)}): {info.cause}"
        if info.kind is Kind.CLOCK:
            await self._measure_clock()
            raise Disconnected(line, hint=info.hint)
        if info.kind is Kind.RATE:
            raise TooOften(line, hint=info.hint)
        if info.kind in _PASSING:
            raise Disconnected(line, hint=info.hint)
        if info.kind is Kind.UNKNOWN:
            self._odd_logins += 1
            if self._odd_logins < _ODD_LOGINS:
                raise Disconnected(f"{line}: {clean_line(failure.message, 160)}")
        raise LoginRefused(line, code=failure.code, hint=info.hint)

    async def _notice_sleep(self) -> None:
        """Measure the exchange's clock anew when the machine slept since the last login.

        A login with an old time may be refused in the words of a wrong key, which end the stream for good.
        """
        skew = self._clock.now_ms() / 1000 - self._clock.monotonic()
        before, self._wall_skew = self._wall_skew, skew
        if before is not None and abs(skew - before) > self._rules.suspend_s:
            await self._measure_clock()

    async def _measure_clock(self) -> None:
        if self._resync is not None:
            # When it cannot be measured now, the next login fails the same way and says so again.
            with suppress(BgtuiError):
                await self._resync()


async def close_quietly(socket: Socket, seconds: float) -> None:
    """Close a connection within so many seconds, whatever it thinks of that."""
    with suppress(TimeoutError, Disconnected, OSError):
        async with asyncio.timeout(seconds):
            await socket.close()


async def _answer(link: Link) -> LoginFailed | Failed | None:
    """Wait for the answer to the login; None is a success."""
    while True:
        for item in link.router.route(await link.socket.recv()):
            if isinstance(item, LoggedIn):
                return None
            if isinstance(item, LoginFailed | Failed):
                return item
