"""A paced feed over a real socket into the store: is anything lost, how late, at what cost (M2)."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import resource
import subprocess
import sys
import time
from array import array
from pathlib import Path

from benchmarks.report import Bar, conclude, say
from bgtui.bootstrap.heap import set_for_feed
from bgtui.domain.event import BookDepth, BookReceived, TradesPrinted
from bgtui.domain.feed import MarketChannel, MarketTopic
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.exchange.clock import SystemClock
from bgtui.exchange.socket import dial_websocket
from bgtui.exchange.streams import MarketStreams
from bgtui.store.store import Store

RATE = 5000
SECONDS = 60
SAMPLE = 8
"""Of so many book messages one's lag is taken."""
SETTLE_SHARE = 0.2
"""Share of the run after which memory counts: caches and rings are full by then."""
_ROOT = Path(__file__).resolve().parents[1]


def run() -> bool:
    """Measure in a process of its own, print, and tell whether every bar was met."""
    say(f"loopback: {RATE} messages/s for {SECONDS} s …")
    sender = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sender", str(RATE), str(SECONDS)],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert sender.stdout is not None
    url = sender.stdout.readline().strip()
    receiver = subprocess.run(
        [sys.executable, "-m", "benchmarks.loopback", url, str(RATE * SECONDS)],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    sent = int(sender.stdout.readline())
    sender.wait()
    seen = json.loads(receiver.stdout)
    say(
        f"  sent {sent}, received {seen['received']}, books verified {seen['verified']}, "
        f"lag p50 {seen['lag_p50_ms']:.1f} ms, max {seen['lag_max_ms']:.1f} ms"
    )
    return conclude(
        "loopback",
        [
            Bar("messages lost", sent - seen["received"], 0, "messages"),
            Bar("checksums failed, gaps", seen["failed"], 0, "messages"),
            Bar("book lag p99", seen["lag_p99_ms"], 20, "ms"),
            Bar("share of a core", seen["cpu_share"] * 100, 40, "%"),
            Bar("memory growth", seen["growth_mb"], 5, "MB"),
        ],
    )


async def _receive(url: str, total: int) -> dict[str, float]:
    set_for_feed()
    clock = SystemClock()
    store = Store(clock)
    instrument = instrument_id(ProductType.USDT_FUTURES, "BTCUSDT")
    feed = MarketStreams(dial_websocket(url), clock=clock, rng=random.Random(1))
    feed.watch([MarketTopic(MarketChannel.BOOK, instrument), MarketTopic(MarketChannel.TRADES, instrument)])
    lags = array("d", bytes(8 * total))  # made whole beforehand, so that it does not look like growth
    books, received, begin_cpu, begin, settled_kb = 0, 0, 0.0, 0.0, 0
    async for event in feed.events():
        store.apply(event)
        if isinstance(event, BookReceived):
            books += 1
            # Looking at the clock costs as well: a sample says the same, and leaves the figure below alone.
            if not books % SAMPLE:
                lags[books // SAMPLE] = _wall_ms() - event.time_ms
        elif not isinstance(event, TradesPrinted):
            continue
        received += 1
        if received == 1:
            begin_cpu, begin = time.process_time(), time.perf_counter()
        elif received == int(total * SETTLE_SHARE):
            settled_kb = _rss_kb()
        elif received == total:
            break
    elapsed, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
    grown_kb = _rss_kb() - settled_kb
    view = store.book(instrument, BookDepth.FULL)
    late = sorted(lags[1 : books // SAMPLE])
    return {
        "received": received,
        "verified": view.counters.verified,
        "failed": view.counters.mismatches + view.counters.gaps,
        "lag_p50_ms": late[len(late) // 2],
        "lag_p99_ms": late[len(late) * 99 // 100],
        "lag_max_ms": late[-1],
        "cpu_share": cpu / elapsed,
        "growth_mb": grown_kb / 1024,
    }


def _wall_ms() -> float:
    return time.time_ns() / 1e6  # noqa: TID251 - compared with the sender's own wall clock


def _rss_kb() -> int:
    gc.collect()
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_receive(sys.argv[1], int(sys.argv[2])))))
