"""What only a connection can tell: reachability, clock, key, account, streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from bgtui.bootstrap.opening import Access, dial_private, dial_public, login_text, open_access
from bgtui.cli.checks.check import Check, State, failed, skipped
from bgtui.config.settings import Settings
from bgtui.config.venue import Environment, Venue
from bgtui.domain.account import KeyInfo
from bgtui.domain.error import BgtuiError, LoginRefused, NetworkError, Rejected
from bgtui.domain.event import ClockMeasured, Event
from bgtui.domain.instrument import FUTURES
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.socket import Dial, Socket
from bgtui.wire.code import Kind, lookup
from bgtui.wire.frame import LoggedIn, LoginFailed, Pong, Router

_ANSWER_S = 10.0
"""Seconds that a stream may take to answer."""
_SKEW_WARN_MS = 1_000
_SKEW_FAIL_MS = 20_000
"""Beyond it no order is sent: the exchange takes 30 s."""
_SLOW_MS = 1_000
_NO_KEY = "no API key set"

Attempt = Callable[[], Awaitable[Check]]


async def network_checks(settings: Settings, venue: Venue) -> Sequence[Check]:
    """Make every check that needs the exchange; one that fails does not keep the others from being made."""
    measured: list[ClockMeasured] = []

    def observe(event: Event) -> None:
        if isinstance(event, ClockMeasured):
            measured.append(event)

    async with open_access(settings, observe=observe) as access:
        rest = await _try("rest", lambda: _check_rest(access, measured))
        streams = [await _try("public stream", lambda: _check_public(venue))]
        clock = _check_clock(measured[-1]) if measured else skipped("clock", "the exchange did not say")
        if settings.credentials is None:
            account = [skipped(name, _NO_KEY) for name in ("key accepted", "account", "position mode")]
            streams.append(skipped("private stream", _NO_KEY))
        elif rest.state is State.FAIL:
            account = [skipped(name, "no REST") for name in ("key accepted", "account", "position mode")]
            streams.append(skipped("private stream", "no REST"))
        else:
            account = [
                await _try("key accepted", lambda: _check_key(access)),
                await _try("account", lambda: _check_account(access, settings)),
                await _try("position mode", lambda: _check_position_mode(access, settings)),
            ]
            streams.append(await _try("private stream", lambda: _check_private(access, settings)))
        return (rest, clock, *account, *streams)


async def _try(name: str, attempt: Attempt) -> Check:
    try:
        return await attempt()
    except BgtuiError as error:
        return failed(name, error)


async def _check_rest(access: Access, measured: list[ClockMeasured]) -> Check:
    await access.rest.sync_clock()
    round_trip_ms = measured[-1].round_trip_ms
    detail = f"{access.rest.host} answers in {round_trip_ms} ms"
    if round_trip_ms > _SLOW_MS:
        return Check("rest", State.WARN, detail, "a slow network: orders and panes will lag")
    return Check("rest", State.OK, detail)


def _check_clock(measured: ClockMeasured) -> Check:
    offset_ms = abs(measured.offset_ms)
    way = "behind" if measured.offset_ms > 0 else "ahead of"
    detail = f"this clock is {offset_ms} ms {way} the exchange's (± {measured.round_trip_ms // 2} ms)"
    if offset_ms <= _SKEW_WARN_MS:
        return Check("clock", State.OK, detail)
    state = State.FAIL if offset_ms > _SKEW_FAIL_MS else State.WARN
    return Check("clock", state, detail, "timedatectl set-ntp true")


_AUTHORITIES = {
    "coor": "read futures",
    "coow": "trade futures",
    "stor": "read spot",
    "stow": "trade spot",
    "cpor": "read copy trading",
    "cpow": "change copy trading",
}
"""Bitget's short names; one that is not listed is shown as it is."""


async def _check_key(access: Access) -> Check:
    info: KeyInfo = await access.reader.key_info()
    may = ", ".join(_AUTHORITIES.get(each, each) for each in info.authorities) or "nothing"
    where = f"{len(info.ips)} addresses allowed" if info.ips else "any address"
    detail = f"accepted; may: {may}; from {where}{'; lead trader' if info.is_trader else ''}"
    if not info.ips and access.venue.environment is not Environment.SIM:
        return Check("key accepted", State.WARN, detail, "bind the key to your IP address on Bitget's site")
    return Check("key accepted", State.OK, detail)


async def _check_account(access: Access, settings: Settings) -> Check:
    try:
        await access.reader.balances(settings.product_type)
    except Rejected as error:
        if lookup(error.code).kind is Kind.ACCOUNT_KIND:
            return failed("account", error)
        raise
    return Check("account", State.OK, f"classic account, {settings.product_type.value} readable")


async def _check_position_mode(access: Access, settings: Settings) -> Check:
    product = settings.product_type if settings.product_type.is_futures else FUTURES[0]
    listed = [each for each in await access.reader.instruments(product) if each.margin_coins]
    if not listed:
        return skipped("position mode", f"no contract of {product.value} is listed")
    watched = set(settings.watch_list)
    chosen = next((each for each in listed if each.id in watched), listed[0])
    found = await access.reader.symbol_settings(chosen.id, chosen.margin_coins[0])
    detail = f"{found.position_mode.value}, {found.margin_mode.value} on {chosen.id}"
    return Check("position mode", State.OK, detail)


async def _check_public(venue: Venue) -> Check:
    async with _opened(dial_public(venue, SystemClock())) as socket:
        loop = asyncio.get_running_loop()
        asked_s = loop.time()
        await socket.send("ping")
        await _answer(socket, Pong)
        return Check("public stream", State.OK, f"answers in {round((loop.time() - asked_s) * 1000)} ms")


async def _check_private(access: Access, settings: Settings) -> Check:
    async with _opened(dial_private(access.venue, SystemClock())) as socket:
        await socket.send(login_text(settings, access.now_ms()))
        answer = await _answer(socket, LoggedIn, LoginFailed)
    if isinstance(answer, LoginFailed):
        info = lookup(answer.code)
        raise LoginRefused(f"login refused ({answer.code}): {info.cause}", code=answer.code, hint=info.hint)
    return Check("private stream", State.OK, "logged in")


@asynccontextmanager
async def _opened(dial: Dial) -> AsyncIterator[Socket]:
    socket = await dial()
    try:
        yield socket
    finally:
        await socket.close()


async def _answer(socket: Socket, *kinds: type) -> object:
    """Return the first control frame of one of these kinds."""
    router = Router("doctor")
    try:
        async with asyncio.timeout(_ANSWER_S):
            while True:
                for answer in router.route(await socket.recv()):
                    if isinstance(answer, kinds):
                        return answer
    except TimeoutError:
        raise NetworkError(f"connected, but no answer within {_ANSWER_S:g} s") from None
