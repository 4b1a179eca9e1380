"""What a message of the public feed costs: decode, merge, checksum, store; beside ccxt in one run (M1)."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence

from benchmarks.peer import CcxtPeer
from benchmarks.report import Bar, conclude, say
from benchmarks.rewrite import find_capture, frames_v2
from bgtui.domain.book import Integrity
from bgtui.domain.event import BookDepth
from bgtui.domain.instrument import ProductType, instrument_id
from bgtui.exchange.clock import SystemClock
from bgtui.store.store import Store
from bgtui.wire.frame import Router

SYMBOLS = ("DASHUSDT", "UNIUSDT")
ROUNDS = 31
BARS = {"books": 1 / 3, "trade": 1 / 10, "ticker": 1 / 8}


class Ours:
    """The program's own path from a frame to the store."""

    def __init__(self) -> None:
        """Begin with an empty store."""
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.store = Store(SystemClock())
        self._route = Router("bench").route

    def feed(self, frames: Sequence[bytes]) -> None:
        """Handle frames one after another."""
        route, apply = self._route, self.store.apply
        for frame in frames:
            for event in route(frame):
                apply(event)  # type: ignore[arg-type]  # data frames hold no control values


def run() -> bool:
    """Measure, print, and tell whether every bar was met."""
    path = find_capture()
    if path is None:
        say("feed: skipped, the recording is not beside the project (../shared/capture)")
        return True
    frames = frames_v2(path)
    ours, peer = Ours(), CcxtPeer(SYMBOLS)
    bars = [_measure(channel, frames[channel], ours, peer, limit) for channel, limit in BARS.items()]
    ours.reset()
    ours.feed(frames["books"])
    _prove(ours.store, peer)
    peer.close()
    return conclude("feed: share of ccxt's cost per message (orjson, its checksum on)", bars)


def _measure(channel: str, frames: list[bytes], ours: Ours, peer: CcxtPeer, limit: float) -> Bar:
    texts = [frame.decode() for frame in frames]
    mine: list[float] = []
    theirs: list[float] = []
    # Interleaved, so that both meet the same weather on the machine.
    for _ in range(ROUNDS):
        mine.append(_cost(ours.reset, lambda: ours.feed(frames)) / len(frames))
        theirs.append(_cost(peer.reset, lambda: peer.feed(texts)) / len(frames))
    cost, peer_cost = statistics.median(mine), statistics.median(theirs)
    say(
        f"  {channel:<8} {len(frames):>4} messages   bgtui {cost:>8.2f} us   ccxt {peer_cost:>8.2f} us   "
        f"1/{peer_cost / cost:.1f}"
    )
    return Bar(channel, cost / peer_cost, limit, "of ccxt")


def _cost(prepare: Callable[[], None], work: Callable[[], None]) -> float:
    prepare()
    gc.collect()
    begin = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - begin) / 1000


def _prove(store: Store, peer: CcxtPeer) -> None:
    """Fail loudly if either side was fast because it checked nothing."""
    for symbol in SYMBOLS:
        book = store.book(instrument_id(ProductType.USDT_FUTURES, symbol), BookDepth.FULL)
        if book.integrity is not Integrity.CHECKSUMMED:
            raise SystemExit(f"{symbol}: our book is not verified")
    if peer.mismatches:
        raise SystemExit(f"ccxt counted {peer.mismatches} mismatches")
