"""ccxt.pro keeps order books, whatever the exchange sends to prove that nothing was missed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bgtui.simulator.books import Flavour
from bgtui.simulator.publisher import Rhythm
from tests.conformance.calls import exercises
from tests.conformance.floor import AT_HOME, BTC, ETH, SPOT, Floor, Setting

pytestmark = [pytest.mark.xdist_group("conformance-books"), pytest.mark.asyncio(loop_scope="module")]

PATIENCE_S = 60
UPDATES = {BTC: 400, SPOT: 60}


@pytest.fixture(scope="module", params=list(Flavour))
def setting(request: pytest.FixtureRequest) -> Setting:
    """A lively market that tells each change of a book by itself."""
    return Setting(rate=150, flavour=request.param, rhythm=Rhythm(futures_books=0, spot_books=0))


def is_whole(book: Any) -> bool:
    bids, asks = [level[0] for level in book["bids"]], [level[0] for level in book["asks"]]
    return bids == sorted(bids, reverse=True) and asks == sorted(asks) and bids[0] < asks[0]


def same(book: Any, floor: Floor, symbol: str) -> bool:
    """Tell whether a book is the exchange's own, to the last level."""
    bids, asks = floor.do(lambda exchange: exchange.engine.book(AT_HOME[symbol]))
    return all(
        [level[:2] for level in book[name]] == [[float(price), float(size)] for price, size in side]
        for name, side in (("bids", bids), ("asks", asks))
    )


@pytest.mark.parametrize("symbol", [BTC, SPOT])
@exercises(
    "watch_order_book",
    "swap, spot",
    "hundreds of updates with ccxt's own checksum check on, in each flavour of integrity; "
    "then equal to the exchange's book, level by level",
)
@exercises("un_watch_order_book", "swap, spot", "the exchange sends it no more")
async def test_the_whole_book(pro: Any, floor: Floor, symbol: str) -> None:
    publisher = floor.served.simulator.publisher
    started, seen = publisher.sent_books, 0
    async with asyncio.timeout(PATIENCE_S):
        while publisher.sent_books < started + UPDATES[symbol] or seen < 30:
            book = await pro.watch_order_book(symbol)
            assert is_whole(book)
            seen += 1
        with floor.still():
            while not same(pro.plain.orderbooks[symbol], floor, symbol):
                await pro.watch_order_book(symbol)
    await pro.un_watch_order_book(symbol)
    await floor.until(lambda simulator: not any(session.topics for session in simulator.sessions))


@pytest.mark.parametrize("depth", [1, 5, 15])
@exercises("watch_order_book", "swap", "books1, books5, books15: replaced as a whole, as deep as asked")
async def test_the_best_levels(pro: Any, depth: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(5):
            book = await pro.watch_order_book(BTC, depth)
            assert (len(book["bids"]), len(book["asks"])) == (depth, depth)
            assert is_whole(book)


@exercises("watch_order_book_for_symbols", "swap", "two books on one connection")
async def test_two_books(pro: Any) -> None:
    async with asyncio.timeout(PATIENCE_S):
        seen: set[str] = set()
        while seen != {BTC, ETH}:
            book = await pro.watch_order_book_for_symbols([BTC, ETH])
            assert is_whole(book)
            seen.add(book["symbol"])
