"""The public book of one instrument as the stream tells it: snapshots, updates, and their integrity."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from bgtui.domain.book import CHECKSUM_LEVELS, Level, OrderBook, Verdict, checksum
from bgtui.domain.market import Side

Levels = Sequence[tuple[Decimal, Decimal]]


class Flavour(StrEnum):
    """How a receiver can tell that it missed nothing (wire notes 8.2)."""

    CHECKSUM = "checksum"
    """CRC32 alone."""
    SEQUENCED = "sequenced"
    """`seq` and CRC32."""
    CHAINED = "chained"
    """`seq` and `pseq`, no CRC32: what was seen in the middle of 2026."""


class BookFeed:
    """Levels as text, and which of them changed since the last message."""

    __slots__ = ("_asks", "_bids", "_book", "_flavour", "seq")

    def __init__(self, bids: Levels, asks: Levels, seq: int, flavour: Flavour) -> None:
        """Begin with a whole book, best first."""
        self._book = OrderBook()
        self._flavour = flavour
        self._bids: dict[str, str] = {}
        self._asks: dict[str, str] = {}
        self.seq = seq
        """Number of the last message."""
        self.restart(bids, asks)

    def restart(self, bids: Levels, asks: Levels) -> None:
        """Take a whole book in the place of what is known."""
        self._bids.clear()
        self._asks.clear()
        self._book.replace([_level(each) for each in bids], [_level(each) for each in asks])

    def change(self, side: Side, price: Decimal, size: Decimal) -> None:
        """Note that a level has a new size."""
        pending = self._bids if side is Side.BUY else self._asks
        pending[format(price, "f")] = format(size, "f") if size else "0"

    @property
    def is_changed(self) -> bool:
        """Tell whether there is something to tell."""
        return bool(self._bids or self._asks)

    def update(self, time_ms: int) -> str | None:
        """Return the rows of an update with everything that changed; None when the book broke."""
        bids, asks = list(self._bids.items()), list(self._asks.items())
        self._bids.clear()
        self._asks.clear()
        if self._book.update(bids, asks) is not Verdict.APPLIED:
            return None
        before, self.seq = self.seq, self.seq + 1
        return self._rows(bids, asks, before, time_ms)

    def snapshot(self, time_ms: int) -> str:
        """Return the rows of a snapshot of what was told so far."""
        return self._rows(self._book.bids(), self._book.asks(), 0, time_ms)

    def top(self, depth: int, time_ms: int) -> str:
        """Return the rows of a snapshot channel, whose checksum is zero."""
        bids, asks = _array(self._book.bids(depth)), _array(self._book.asks(depth))
        return f'[{{"asks":{asks},"bids":{bids},"checksum":0,"seq":{self.seq},"ts":"{time_ms}"}}]'

    def _rows(self, bids: Sequence[Level], asks: Sequence[Level], before: int, time_ms: int) -> str:
        figures = ""
        if self._flavour is not Flavour.CHAINED:
            crc = checksum(self._book.bids(CHECKSUM_LEVELS), self._book.asks(CHECKSUM_LEVELS))
            figures = f'"checksum":{crc},'
        if self._flavour is not Flavour.CHECKSUM:
            figures += f'"seq":{self.seq},'
        if self._flavour is Flavour.CHAINED:
            figures += f'"pseq":{before},'
        return f'[{{"asks":{_array(asks)},"bids":{_array(bids)},{figures}"ts":"{time_ms}"}}]'


def _level(level: tuple[Decimal, Decimal]) -> Level:
    price, size = level
    return format(price, "f"), format(size, "f")


def _array(levels: Sequence[Level]) -> str:
    """Write levels: digits and dots need no escaping."""
    return "[" + ",".join(f'["{price}","{size}"]' for price, size in levels) + "]"
