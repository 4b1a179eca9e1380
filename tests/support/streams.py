"""Streams over an exchange in memory, as the tests of the stream make them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from typing import Any

from bgtui.domain.event import (
    Connection,
)
from bgtui.exchange.link import Rules
from bgtui.exchange.stream import Stream
from bgtui.wire.channel import Subscription
from tests.support.loop import VirtualClock
from tests.support.sockets import FakeSocket, FakeVenue, book_push, trade_push

BOOK = Subscription("USDT-FUTURES", "books", "instId", "BTCUSDT")
TICKER = Subscription("USDT-FUTURES", "ticker", "instId", "BTCUSDT")
TRADE = Subscription("USDT-FUTURES", "trade", "instId", "BTCUSDT")
ORDERS = Subscription("USDT-FUTURES", "orders")

HOURLY = Rules(rotate_s=3600, rotate_jitter_s=300)


def make(venue: FakeVenue, wanted: Iterable[Subscription] = (BOOK,), **options: Any) -> Stream:
    options.setdefault("clock", VirtualClock())
    options.setdefault("rng", random.Random(7))
    return Stream(Connection.PUBLIC, "public-0", venue.dial, wanted=wanted, **options)


def make_private(venue: FakeVenue, **options: Any) -> Stream:
    options.setdefault("clock", VirtualClock())
    options.setdefault("rng", random.Random(7))
    options.setdefault("login", lambda: '{"op":"login","args":[{}]}')
    return Stream(Connection.PRIVATE, "private-0", venue.dial, wanted=[ORDERS], **options)


def many(count: int) -> list[Subscription]:
    return [Subscription("USDT-FUTURES", "trade", "instId", f"COIN{index:04}USDT") for index in range(count)]


def ticking(venue: FakeVenue, period_s: float = 0.5) -> None:
    """Let every granted channel move."""

    def start(socket: FakeSocket, arg: dict[str, str]) -> None:
        asyncio.get_running_loop().call_later(period_s, tick, socket, arg)
        socket.push(trade_push(arg) if arg["channel"] == "trade" else book_push(arg))

    def tick(socket: FakeSocket, arg: dict[str, str]) -> None:
        if not socket.is_closed:
            start(socket, arg)

    venue.on_subscribe = start
