"""A paced feed on loopback: v2 frames with true checksums, each carrying the time at which it was due.

Run as a process of its own, so that it never shares a time slice with what is measured. It prints its
address, waits for the first subscription, sends open-loop at the asked rate, and ends by printing how many
frames it sent.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
import zlib
from collections.abc import Iterator, Mapping

from websockets.asyncio.server import ServerConnection, serve

SYMBOL = "BTCUSDT"
DEPTH = 200
CYCLE = 10_000
"""Frames prepared ahead; each cycle begins with a snapshot, so it can be sent again and again."""
TRADE_SHARE = 0.2
"""Of the messages, as long as nothing else is asked for."""
_TS = "@time@"


def prepare(seed: int, trade_share: float, touch_share: float) -> list[tuple[bytes, bytes]]:
    """Return one cycle of frames, each split where its time goes."""
    return [_split(frame) for frame in _frames(random.Random(seed), trade_share, touch_share)]


def _frames(rng: random.Random, trade_share: float, touch_share: float) -> Iterator[str]:
    bids = {600000 - step: rng.randint(1, 99999) for step in range(1, DEPTH + 1)}
    asks = {600000 + step: rng.randint(1, 99999) for step in range(1, DEPTH + 1)}
    seq = 1
    yield _book("snapshot", bids, asks, sorted(bids, reverse=True), sorted(asks), seq, 0)
    for number in range(1, CYCLE):
        if rng.random() < trade_share:
            yield _trade(rng, number)
            continue
        changed_bids = _change(rng, bids, range(599999 - DEPTH, 600000))
        changed_asks = _change(rng, asks, range(600001, 600002 + DEPTH))
        for side, changed, best in ((bids, changed_bids, max(bids)), (asks, changed_asks, min(asks))):
            if touch_share and rng.random() < touch_share and best not in changed:
                side[best] = 0
                changed.append(best)
        yield _book("update", bids, asks, changed_bids, changed_asks, seq + 1, seq)
        seq += 1


def _change(rng: random.Random, side: dict[int, int], prices: range) -> list[int]:
    chosen = rng.sample(prices, rng.choice((1, 2, 2, 3, 3)))
    for price in chosen:
        if side.get(price) and len(side) > DEPTH // 2 and rng.random() < 0.3:
            side[price] = 0
        else:
            side[price] = rng.randint(1, 99999)
    return chosen


def _book(
    action: str,
    bids: dict[int, int],
    asks: dict[int, int],
    some_bids: list[int],
    some_asks: list[int],
    seq: int,
    pseq: int,
) -> str:
    rows_bids = [[_price(price), _size(bids[price])] for price in some_bids]
    rows_asks = [[_price(price), _size(asks[price])] for price in some_asks]
    for side, chosen in ((bids, some_bids), (asks, some_asks)):
        for price in chosen:
            if not side[price]:
                del side[price]
    data = {
        "asks": rows_asks,
        "bids": rows_bids,
        "checksum": _crc(bids, asks),
        "seq": seq,
        "pseq": pseq,
        "ts": _TS,
    }
    return _frame("books", action, data)


def _crc(bids: dict[int, int], asks: dict[int, int]) -> int:
    best_bids, best_asks = sorted(bids, reverse=True)[:25], sorted(asks)[:25]
    parts: list[str] = []
    for index in range(25):
        for side, keys in ((bids, best_bids), (asks, best_asks)):
            if index < len(keys):
                parts += (_price(keys[index]), _size(side[keys[index]]))
    value = zlib.crc32(":".join(parts).encode())
    return value - 2**32 if value >= 2**31 else value


def _trade(rng: random.Random, number: int) -> str:
    row = {
        "ts": _TS,
        "price": _price(600000 + rng.randint(-5, 5)),
        "size": _size(rng.randint(1, 9999)),
        "side": rng.choice(("buy", "sell")),
        "tradeId": f"{number:019d}",
    }
    return _frame("trade", "update", row)


def _frame(channel: str, action: str, row: Mapping[str, object]) -> str:
    arg = {"instType": "USDT-FUTURES", "channel": channel, "instId": SYMBOL}
    return json.dumps({"action": action, "arg": arg, "data": [row]}, separators=(",", ":"))


def _price(units: int) -> str:
    return f"{units // 10}.{units % 10}"


def _size(units: int) -> str:
    return f"{units / 10000:.4f}" if units else "0"


def _split(frame: str) -> tuple[bytes, bytes]:
    before, after = frame.split(_TS)
    return before.encode(), after.encode()


class Feed:
    """Serves one client at a steady rate."""

    def __init__(self, rate: float, seconds: float, trade_share: float, touch_share: float) -> None:
        """Prepare the frames before anybody connects."""
        self._rate = rate
        self._total = int(rate * seconds)
        self._cycle = prepare(7, trade_share, touch_share)
        self._subscribed = asyncio.Event()
        self.done = asyncio.Event()

    async def serve(self, socket: ServerConnection) -> None:
        """Answer subscriptions and pings, and send once both channels are asked for."""
        sending = asyncio.create_task(self._send(socket))
        async for message in socket:
            if message == "ping":
                await socket.send("pong")
                continue
            for arg in json.loads(message)["args"]:
                await socket.send(json.dumps({"event": "subscribe", "arg": arg}))
            self._subscribed.set()
        await sending

    async def _send(self, socket: ServerConnection) -> None:
        await self._subscribed.wait()
        await asyncio.sleep(0.5)
        loop = asyncio.get_running_loop()
        start, wall = loop.time(), time.time_ns() / 1e6  # noqa: TID251 - the due time is this process's own clock
        for index in range(self._total):
            due = index / self._rate
            if (ahead := start + due - loop.time()) > 0:
                await asyncio.sleep(ahead)
            before, after = self._cycle[index % CYCLE]
            await socket.send(before + str(int(wall + due * 1000)).encode() + after, text=True)
        self.done.set()


async def _main(
    rate: float, seconds: float, trade_share: float = TRADE_SHARE, touch_share: float = 0.0
) -> None:
    feed = Feed(rate, seconds, trade_share, touch_share)
    async with serve(feed.serve, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        sys.stdout.write(f"ws://127.0.0.1:{port}/v2/ws/public\n")
        sys.stdout.flush()
        await feed.done.wait()
        sys.stdout.write(f"{int(rate * seconds)}\n")
        sys.stdout.flush()
        await asyncio.sleep(2)


if __name__ == "__main__":
    asyncio.run(_main(*map(float, sys.argv[1:])))
