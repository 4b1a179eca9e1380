"""The order book against a naive one: a dict of Decimals, sorted at every look."""

from __future__ import annotations

import zlib
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bgtui.domain.book import Level, OrderBook, Verdict

sides = st.sampled_from(["bid", "ask"])
prices = st.integers(1, 60).map(lambda tick: f"{tick / 10:.1f}")
spellings = st.sampled_from(["", "0", "00"])
sizes = st.sampled_from(["0", "0.0", "1", "2.50", "7", "0.001"])
changes = st.tuples(sides, prices, spellings, sizes)
messages = st.lists(st.lists(changes, max_size=40), min_size=1, max_size=12)


class NaiveBook:
    """What the documentation says, as directly as it can be written."""

    def __init__(self) -> None:
        self.levels: dict[str, dict[Decimal, Level]] = {"bid": {}, "ask": {}}

    def change(self, side: str, level: Level) -> None:
        price, size = Decimal(level[0]), Decimal(level[1])
        if size == 0:
            self.levels[side].pop(price, None)
        else:
            self.levels[side][price] = level

    def side(self, side: str) -> list[Level]:
        levels = self.levels[side]
        return [levels[price] for price in sorted(levels, reverse=side == "bid")]

    @property
    def is_crossed(self) -> bool:
        bids, asks = self.levels["bid"], self.levels["ask"]
        return bool(bids and asks and max(bids) >= min(asks))

    def crc(self) -> int:
        parts: list[str] = []
        bids, asks = self.side("bid"), self.side("ask")
        for at in range(25):
            for levels in (bids, asks):
                if at < len(levels):
                    parts += levels[at]
        value = zlib.crc32(":".join(parts).encode())
        return value - 2**32 if value >= 2**31 else value


def rows(message: list[tuple[str, str, str, str]], side: str) -> list[Level]:
    return [(price + zeros, size) for which, price, zeros, size in message if which == side]


@given(messages, st.booleans())
def test_updates_equal_the_naive_book_and_a_snapshot_of_it(
    message_list: list[list[tuple[str, str, str, str]]], with_crc: bool
) -> None:
    book, naive = OrderBook(), NaiveBook()
    assert book.replace([], []) is Verdict.APPLIED
    for message in message_list:
        bids, asks = rows(message, "bid"), rows(message, "ask")
        for side, levels in (("bid", bids), ("ask", asks)):
            for level in levels:
                naive.change(side, level)
        crc = naive.crc() if with_crc else None
        verdict = book.update(bids, asks, crc=crc)
        if naive.is_crossed:
            assert verdict is Verdict.CROSSED
            assert len(book) == 0
            return
        assert verdict is Verdict.APPLIED
        assert book.bids() == naive.side("bid")
        assert book.asks() == naive.side("ask")
        best_bid, best_ask = book.best_bid, book.best_ask
        assert best_bid is None or best_ask is None or best_bid < best_ask
        fresh = OrderBook()
        assert fresh.replace(naive.side("bid"), naive.side("ask"), crc=naive.crc()) is Verdict.APPLIED
        assert (fresh.bids(), fresh.asks()) == (book.bids(), book.asks())


@given(messages)
def test_a_wrong_checksum_is_never_taken(message_list: list[list[tuple[str, str, str, str]]]) -> None:
    book, naive = OrderBook(), NaiveBook()
    book.replace([], [])
    for message in message_list:
        bids, asks = rows(message, "bid"), rows(message, "ask")
        for side, levels in (("bid", bids), ("ask", asks)):
            for level in levels:
                naive.change(side, level)
        if naive.is_crossed:
            return
        wrong = naive.crc() ^ 1 or 2
        assert book.copy().update(bids, asks, crc=wrong) is Verdict.MISMATCH
        assert book.update(bids, asks) is Verdict.APPLIED


@given(messages, st.data())
def test_a_chained_stream_notices_every_missing_repeated_or_swapped_message(
    message_list: list[list[tuple[str, str, str, str]]], data: st.DataObject
) -> None:
    numbered = [(seq, seq - 1, rows(message, "bid")) for seq, message in enumerate(message_list, start=2)]
    at = data.draw(st.integers(0, len(numbered) - 1))
    book = OrderBook()
    book.replace([], [], seq=1)
    for seq, pseq, bids in numbered[:at]:
        assert book.update(bids, [], seq=seq, pseq=pseq) is Verdict.APPLIED
    if at + 1 < len(numbered):
        seq, pseq, bids = numbered[at + 1]
        assert book.copy().update(bids, [], seq=seq, pseq=pseq) is Verdict.GAP
    seq, pseq, bids = numbered[at]
    assert book.update(bids, [], seq=seq, pseq=pseq) is Verdict.APPLIED
    assert book.update(bids, [], seq=seq, pseq=pseq) is Verdict.DUPLICATE
    if at:
        seq, pseq, bids = numbered[at - 1]
        assert book.update(bids, [], seq=seq, pseq=pseq) is Verdict.GAP
