"""Public trades: the most recent ones of each instrument, each once."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice

from bgtui.domain.event import TradesPrinted
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import Trade
from bgtui.store.version import NextVersion

TAPE_LENGTH = 500
"""Trades kept an instrument."""
MAX_TAPES = 64


class _Tape:
    __slots__ = ("ids", "ring", "version")

    def __init__(self) -> None:
        self.ring: deque[Trade] = deque()
        self.ids: set[str] = set()
        self.version = 0


class Tapes:
    """A bounded ring of trades an instrument, oldest first."""

    def __init__(self, next_version: NextVersion) -> None:
        self._next = next_version
        self._tapes: dict[InstrumentId, _Tape] = {}
        self._watched: frozenset[InstrumentId] | None = None

    def apply(self, event: TradesPrinted) -> bool:
        """Take new trades; those that are known already change nothing."""
        tape = self._tapes.get(event.instrument) or self._admit(event.instrument)
        if tape is None:
            return False
        ids, ring = tape.ids, tape.ring
        last_ms = ring[-1].time_ms if ring else 0
        is_changed = False
        for trade in event.trades:
            if trade.trade_id in ids:
                continue
            if trade.time_ms < last_ms:
                is_changed |= _sort_in(tape, event.trades)
                break
            last_ms = trade.time_ms
            ids.add(trade.trade_id)
            ring.append(trade)
            is_changed = True
        if not is_changed:
            return False
        while len(ring) > TAPE_LENGTH:
            ids.discard(ring.popleft().trade_id)
        tape.version = self._next()
        return True

    def watch(self, instruments: frozenset[InstrumentId]) -> bool:
        """Forget what is not watched any more."""
        self._watched = instruments
        dropped = self._tapes.keys() - instruments
        for instrument in dropped:
            del self._tapes[instrument]
        return bool(dropped)

    def get(self, instrument: InstrumentId, limit: int | None) -> tuple[Trade, ...]:
        """Return the latest trades, oldest first."""
        tape = self._tapes.get(instrument)
        if tape is None:
            return ()
        if limit is None:
            return tuple(tape.ring)
        return tuple(islice(reversed(tape.ring), max(limit, 0)))[::-1]

    def after(self, instrument: InstrumentId, trade_id: str) -> tuple[Trade, ...]:
        """Return the trades after a known one, oldest first; all of them when it is not kept any more."""
        tape = self._tapes.get(instrument)
        if tape is None:
            return ()
        new: list[Trade] = []
        for trade in reversed(tape.ring):
            if trade.trade_id == trade_id:
                break
            new.append(trade)
        return tuple(reversed(new))

    def version(self, instrument: InstrumentId) -> int:
        """Return an instrument's version."""
        tape = self._tapes.get(instrument)
        return tape.version if tape else 0

    def _admit(self, instrument: InstrumentId) -> _Tape | None:
        if self._watched is not None and instrument not in self._watched:
            return None
        if len(self._tapes) >= MAX_TAPES:
            del self._tapes[min(self._tapes, key=lambda name: self._tapes[name].version)]
        tape = self._tapes[instrument] = _Tape()
        return tape


def _sort_in(tape: _Tape, new: Sequence[Trade]) -> bool:
    """Merge trades that are partly older than the last one: a snapshot after a gap, or a late message.

    Tells whether any of them is recent enough to be kept.
    """
    known = {trade.trade_id: trade for trade in (*new, *tape.ring)}
    kept = sorted(known.values(), key=lambda trade: trade.time_ms)[-TAPE_LENGTH:]
    before = tape.ids.copy()
    tape.ids.clear()
    tape.ids.update(trade.trade_id for trade in kept)
    tape.ring.clear()
    tape.ring.extend(kept)
    return before != tape.ids
