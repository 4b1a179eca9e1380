"""What one product type's fills of a UTC day have brought: each counted once, however and whenever it comes.

What is settled is kept between runs as sums and a mark, so that a run that begins late in a busy day need not
read it all again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from types import MappingProxyType

from bgtui.domain.value import frozen

SETTLED_MS = 5 * 60_000
"""How much older than the newest a fill is before it is believed that none before it is still to come."""
_ZERO = Decimal(0)
_NOTHING: Mapping[str, Decimal] = MappingProxyType({})


@frozen
class DayFill:
    """What one fill brought."""

    name: str
    """Instrument and trade id: what tells it from every other."""
    time_ms: int
    """Exchange time."""
    coin: str
    """Margin coin of what was realized."""
    realized: Decimal
    """Before fees."""
    fees: tuple[tuple[str, Decimal], ...] = ()
    """Coin and amount, below zero where it was paid."""


@frozen
class DaySums:
    """What a day's first fills have brought, up to and with a moment: the mark."""

    until_ms: int = 0
    """Exchange time of the last of them."""
    names: frozenset[str] = frozenset()
    """Which fills of that last millisecond are among them."""
    count: int = 0
    realized: Mapping[str, Decimal] = field(default_factory=lambda: _NOTHING, hash=False)
    """By margin coin."""
    fees: Mapping[str, Decimal] = field(default_factory=lambda: _NOTHING, hash=False)
    """By coin, below zero where they were paid."""

    def covers(self, fill: DayFill) -> bool:
        """Tell whether a fill is among them."""
        return fill.time_ms < self.until_ms or (fill.time_ms == self.until_ms and fill.name in self.names)

    def with_fills(self, fills: Iterable[DayFill]) -> DaySums:
        """Return the sums with more fills, none of which is among them."""
        until_ms, names, count = self.until_ms, set(self.names), self.count
        realized, fees = dict(self.realized), dict(self.fees)
        for fill in fills:
            if fill.time_ms > until_ms:
                until_ms, names = fill.time_ms, set()
            if fill.time_ms == until_ms:
                names.add(fill.name)
            count += 1
            realized[fill.coin] = realized.get(fill.coin, _ZERO) + fill.realized
            for coin, amount in fill.fees:
                fees[coin] = fees.get(coin, _ZERO) + amount
        return DaySums(until_ms, frozenset(names), count, MappingProxyType(realized), MappingProxyType(fees))


class DayTally:
    """The count of one product type's day, from what an earlier run has left and every fill since."""

    def __init__(self, recorded: DaySums | None = None) -> None:
        """Begin with what an earlier run has left of this very day, if it has left anything."""
        self.settled = DaySums()
        """What does not change any more."""
        self.gap_ms = 0
        """Before when fills are missing, exchange time: the record's are not among what was read; 0: none."""
        self._recorded = recorded if recorded is not None and recorded.count else None
        self._joined = DaySums()
        """The record, once the count goes on from it."""
        self._late: dict[str, DayFill] = {}
        """Fills after the settled ones, or told after them."""
        self._names: set[str] = set()
        """Which fills were settled here."""
        self._total: DaySums | None = None

    def add(self, fill: DayFill) -> None:
        """Count a fill that was not counted before, however late it is told."""
        if fill.name not in self._late and fill.name not in self._names and not self._joined.covers(fill):
            self._late[fill.name] = fill
            self._total = None

    def join(self, *, is_whole: bool) -> None:
        """Go on from the record, once: everything after it has been read.

        What was read of the record's own time proves that both are one list. Where it holds no fewer fills
        than the record, it is taken instead: the exchange knows better than we did.

        Args:
            is_whole: Whether everything was read from the day's begin on.
        """
        recorded, self._recorded = self._recorded, None
        if recorded is None:
            return
        earlier = [name for name, fill in self._late.items() if recorded.covers(fill)]
        if is_whole and len(earlier) >= recorded.count:
            return
        if not recorded.names.issubset(self._late):
            self.gap_ms = recorded.until_ms
        for name in earlier:
            del self._late[name]
        self.settled = self._joined = recorded
        self._total = None

    def settle(self) -> DaySums:
        """Settle what is old enough, and return all that is settled.

        Only to be called while it is known that no fill was missed.
        """
        if self.gap_ms or self._recorded is not None or not self._late:
            return self.settled
        until_ms = max(fill.time_ms for fill in self._late.values()) - SETTLED_MS
        old = sorted(
            (fill for fill in self._late.values() if fill.time_ms <= until_ms), key=lambda fill: fill.time_ms
        )
        if old:
            self.settled = self.settled.with_fills(old)
            for fill in old:
                del self._late[fill.name]
                self._names.add(fill.name)
        return self.settled

    def total(self) -> DaySums:
        """Return what all fills together have brought."""
        if self._total is None:
            late = sorted(self._late.values(), key=lambda fill: fill.time_ms)
            self._total = self.settled.with_fills(late)
        return self._total
