"""Order books: which may be read as live, which not, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter

from bgtui.domain.book import Integrity, Level, OrderBook, Verdict
from bgtui.domain.clock import Clock
from bgtui.domain.event import BookBroken, BookDepth, BookReceived, SubscriptionAccepted, SubscriptionRefused
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.value import frozen
from bgtui.store.version import NextVersion

MAX_BOOKS = 64
"""Books kept at once; the one silent for longest makes room."""
SILENCE_S = 3.0
"""A book silent for longer is stale while its ticker still moves."""
TICKER_MOVES_S = 10.0
"""A ticker seen within this time still moves."""
HEARD_LAG_S = 2.0
"""How much later than a message its connection may be said to have been heard: it is measured each second."""

SNAPSHOT_S = 5.0
"""Updates for so long without the snapshot that they belong to: it was lost."""

BookKey = tuple[InstrumentId, BookDepth]


class BookStatus(StrEnum):
    """What a book may be taken for."""

    CONNECTING = "connecting"
    """No snapshot yet."""
    LIVE = "live"
    STALE = "stale"
    """The last known levels; the connection is lost or silent, or the book silent while its ticker moves."""
    RESYNC = "resync"
    """A check failed: no levels until a new snapshot."""
    REFUSED = "refused"
    """The exchange does not send it."""


@dataclass(slots=True)
class BookCounters:
    """What became of the messages of one book, or of all."""

    messages: int = 0
    verified: int = 0
    """Applied, and the checksum agreed."""
    chained: int = 0
    """Applied, no checksum, and the predecessor agreed."""
    mismatches: int = 0
    gaps: int = 0
    crossed: int = 0
    malformed: int = 0
    """Levels that were no numbers, and frames that could not be decoded."""
    duplicates: int = 0
    waiting: int = 0
    """Updates before their snapshot."""
    resyncs: int = 0
    """Snapshots that brought a fallen book back."""

    def copied(self) -> BookCounters:
        """Return the same figures, which do not move on."""
        return BookCounters(*_figures(self))

    def add(self, other: BookCounters) -> None:
        """Add another's figures to these."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


_figures: Callable[[BookCounters], tuple[int, ...]] = attrgetter(
    *(each.name for each in fields(BookCounters))
)


@frozen
class BookView:
    """One book as it may be shown at this moment."""

    instrument: InstrumentId
    depth: BookDepth
    status: BookStatus
    integrity: Integrity
    bids: tuple[Level, ...]
    """Highest first; empty unless the status is live or stale."""
    asks: tuple[Level, ...]
    """Lowest first."""
    age_s: float | None
    """Since the last message; None before the first."""
    time_ms: int | None
    """Exchange time of the last message applied."""
    seq: int | None
    reason: str
    """Why it is not live, one line."""
    counters: BookCounters

    @property
    def is_live(self) -> bool:
        """Tell whether the levels may be taken for the market's."""
        return self.status is BookStatus.LIVE

    @property
    def best_bid(self) -> Decimal | None:
        """Highest bid, quote currency."""
        return Decimal(self.bids[0][0]) if self.bids else None

    @property
    def best_ask(self) -> Decimal | None:
        """Lowest ask, quote currency."""
        return Decimal(self.asks[0][0]) if self.asks else None


class _Entry:
    """One book and what is known about it."""

    __slots__ = (
        "book",
        "carrier",
        "counters",
        "drawn",
        "fallen",
        "last",
        "lost",
        "refused",
        "seen_s",
        "time_ms",
        "version",
        "waiting_s",
    )

    def __init__(self) -> None:
        self.book = OrderBook()
        self.version = 0
        self.counters = BookCounters()
        self.seen_s: float | None = None
        self.time_ms: int | None = None
        self.last: BookReceived | None = None
        """Last message without a sequence number: how its repetition is known."""
        self.fallen: Verdict | None = None
        self.waiting_s: float | None = None
        """Since when updates come without a snapshot."""
        self.lost = ""
        """Why its connection is gone."""
        self.refused = ""
        self.carrier: str | None = None
        """Name of the connection that acknowledged it."""
        self.drawn = BookStatus.CONNECTING


class Books:
    """Every order book of the session."""

    def __init__(
        self,
        clock: Clock,
        next_version: NextVersion,
        ticker_seen_s: Callable[[InstrumentId], float | None],
        heard_s: Callable[[str], float | None] = lambda _: None,
    ) -> None:
        """Begin without books.

        Args:
            clock: For their ages.
            next_version: Counts what changes.
            ticker_seen_s: When an instrument's ticker last came, monotonic seconds.
            heard_s: When anything last came over a connection, by its name; None where nobody measures.
        """
        self._monotonic = clock.monotonic
        self._next = next_version
        self._ticker_seen_s = ticker_seen_s
        self._heard_s = heard_s
        self._full: dict[InstrumentId, _Entry] = {}
        self._shallow: dict[BookKey, _Entry] = {}
        self._watched: frozenset[BookKey] | None = None
        self._retired = BookCounters()
        self.fallen: dict[BookKey, Verdict] = {}
        """Books that fell since somebody last emptied this."""

    def receive(self, event: BookReceived) -> bool:
        """Take one message of a book channel."""
        if event.depth is BookDepth.FULL:
            entry = self._full.get(event.instrument)
        else:
            entry = self._shallow.get((event.instrument, event.depth))
        if entry is None and (entry := self._admit((event.instrument, event.depth))) is None:
            return False
        entry.counters.messages += 1
        if event.seq is None and self._is_repeated(entry, event):
            return False
        if event.is_snapshot:
            return self._replace(entry, event)
        book = entry.book
        verdict = book.update(event.bids, event.asks, event.seq, event.pseq, event.checksum)
        if verdict is not Verdict.APPLIED:
            return self._pass_over(entry, event, verdict)
        if book.integrity is Integrity.CHECKSUMMED:
            entry.counters.verified += 1
        elif book.integrity is Integrity.CHAINED:
            entry.counters.chained += 1
        entry.seen_s = self._monotonic()
        entry.time_ms = event.time_ms
        entry.version = self._next()
        return True

    def break_off(self, event: BookBroken) -> bool:
        """Take note that a message could not be read, so that the book misses something."""
        key = (event.instrument, event.depth)
        entry = self._find(key) or self._admit(key)
        if entry is None:
            return False
        entry.counters.messages += 1
        entry.book.drop()
        return self._fall(key, entry, Verdict.MALFORMED)

    def accept(self, event: SubscriptionAccepted) -> bool:
        """Remember which connection carries a book."""
        key = _subscribed_book(event)
        entry = None if key is None else self._find(key) or self._admit(key)
        if entry is None:
            return False
        entry.carrier = event.name
        return self._set_refused(entry, "")

    def refuse(self, event: SubscriptionRefused) -> bool:
        """Mark a book that the exchange does not send."""
        key = _subscribed_book(event)
        entry = None if key is None else self._find(key) or self._admit(key)
        return entry is not None and self._set_refused(entry, f"the exchange refused it ({event.code})")

    def lose(self, name: str, reason: str) -> bool:
        """Keep the levels of what a connection carried, as the last known ones.

        A book of which nobody knows who carries it is lost with any connection.
        """
        is_changed = False
        for _, entry in self._entries():
            if entry.carrier in (None, name) and entry.lost != reason:
                entry.lost = reason
                entry.waiting_s = None
                entry.book.suspend()
                entry.last = None
                entry.version = self._next()
                is_changed = True
        return is_changed

    def watch(self, keys: frozenset[BookKey]) -> bool:
        """Forget what is not watched any more, await what is newly watched."""
        self._watched = keys
        dropped = [(key, entry) for key, entry in self._entries() if key not in keys]
        for key, entry in dropped:
            self._drop(key, entry)
        for key in keys:
            if self._find(key) is None:
                self._admit(key)
        return bool(dropped)

    def recheck(self) -> bool:
        """Look for books whose status changed by the passing of time alone."""
        is_changed = False
        now_s = self._monotonic()
        for key, entry in self._entries():
            status = self._status(key[0], entry, now_s)
            if status is not entry.drawn:
                entry.drawn = status
                entry.version = self._next()
                is_changed = True
        return is_changed

    def view(self, instrument: InstrumentId, depth: BookDepth, levels: int | None) -> BookView:
        """Return the book as it may be shown now, at most so many levels a side."""
        entry = self._find((instrument, depth))
        if entry is None:
            return BookView(
                instrument,
                depth,
                BookStatus.CONNECTING,
                Integrity.NONE,
                (),
                (),
                None,
                None,
                None,
                "",
                BookCounters(),
            )
        now_s = self._monotonic()
        status = self._status(instrument, entry, now_s)
        is_shown = status in (BookStatus.LIVE, BookStatus.STALE)
        return BookView(
            instrument=instrument,
            depth=depth,
            status=status,
            integrity=entry.book.integrity,
            bids=tuple(entry.book.bids(levels)) if is_shown else (),
            asks=tuple(entry.book.asks(levels)) if is_shown else (),
            age_s=None if entry.seen_s is None else now_s - entry.seen_s,
            time_ms=entry.time_ms,
            seq=entry.book.seq,
            reason=_reason(status, entry),
            counters=entry.counters.copied(),
        )

    def status(self, key: BookKey) -> BookStatus:
        """Return what a book may be taken for now."""
        entry = self._find(key)
        return BookStatus.CONNECTING if entry is None else self._status(key[0], entry, self._monotonic())

    def version(self, key: BookKey) -> int:
        """Return a book's version."""
        entry = self._find(key)
        return entry.version if entry else 0

    def totals(self) -> BookCounters:
        """Return the figures of all books, those of the past included."""
        total = self._retired.copied()
        for _, entry in self._entries():
            total.add(entry.counters)
        return total

    def _is_repeated(self, entry: _Entry, event: BookReceived) -> bool:
        """Tell whether a message without a sequence number is the last one once more."""
        if entry.last != event or not entry.book.has_snapshot:
            entry.last = event
            return False
        entry.counters.duplicates += 1
        entry.seen_s = self._monotonic()
        return True

    def _pass_over(self, entry: _Entry, event: BookReceived, verdict: Verdict) -> bool:
        """Count an update that was not applied."""
        if verdict is Verdict.DUPLICATE:
            entry.counters.duplicates += 1
            entry.seen_s = self._monotonic()
            return False
        if verdict is Verdict.WAITING:
            entry.counters.waiting += 1
            if not self._is_snapshot_lost(entry):
                return False
            verdict = Verdict.GAP
        return self._fall((event.instrument, event.depth), entry, verdict)

    def _is_snapshot_lost(self, entry: _Entry) -> bool:
        """Tell whether a snapshot has to be asked for: its updates come, and nobody has missed it yet."""
        now_s = self._monotonic()
        if entry.waiting_s is None or entry.fallen is not None:
            entry.waiting_s = now_s
        return now_s - entry.waiting_s >= SNAPSHOT_S

    def _replace(self, entry: _Entry, event: BookReceived) -> bool:
        book, counters = entry.book, entry.counters
        before = (book.seq, book.bids(), book.asks()) if book.has_snapshot else None
        verdict = book.replace(event.bids, event.asks, event.seq, event.pseq, event.checksum)
        if verdict is not Verdict.APPLIED:
            return self._fall((event.instrument, event.depth), entry, verdict)
        if book.integrity is Integrity.CHECKSUMMED:
            counters.verified += 1
        elif book.integrity is Integrity.CHAINED:
            counters.chained += 1
        if entry.fallen is not None:
            counters.resyncs += 1
            entry.fallen = None
        entry.lost = entry.refused = ""
        entry.waiting_s = None
        entry.seen_s = self._monotonic()
        entry.time_ms = event.time_ms
        if before == (book.seq, book.bids(), book.asks()):
            return False
        entry.version = self._next()
        return True

    def _fall(self, key: BookKey, entry: _Entry, verdict: Verdict) -> bool:
        counters = entry.counters
        if verdict is Verdict.MISMATCH:
            counters.mismatches += 1
        elif verdict is Verdict.GAP:
            counters.gaps += 1
        elif verdict is Verdict.CROSSED:
            counters.crossed += 1
        else:
            counters.malformed += 1
        entry.last = None
        # A snapshot that fails is a failure of its own, though the book had no levels to lose.
        self.fallen[key] = verdict
        if entry.fallen is verdict:
            return False
        entry.fallen = verdict
        entry.version = self._next()
        return True

    def _set_refused(self, entry: _Entry, reason: str) -> bool:
        if entry.refused == reason:
            return False
        entry.refused = reason
        entry.version = self._next()
        return True

    def _status(self, instrument: InstrumentId, entry: _Entry, now_s: float) -> BookStatus:
        if entry.refused:
            return BookStatus.REFUSED
        if entry.fallen is not None:
            return BookStatus.RESYNC
        if entry.seen_s is None:
            return BookStatus.CONNECTING
        if entry.lost or not entry.book.has_snapshot:
            return BookStatus.STALE
        if now_s - entry.seen_s > SILENCE_S and self._is_suspect(instrument, entry, entry.seen_s, now_s):
            return BookStatus.STALE
        return BookStatus.LIVE

    def _is_suspect(self, instrument: InstrumentId, entry: _Entry, seen_s: float, now_s: float) -> bool:
        """Tell whether a silent book may have missed something.

        It may while its ticker moves. Once that is silent too the market is only quiet if anything has come
        over the connection since; before that nobody knows that it still stands.
        """
        ticker_s = self._ticker_seen_s(instrument)
        if ticker_s is None:
            return False
        if now_s - ticker_s <= TICKER_MOVES_S:
            return True
        heard_s = None if entry.carrier is None else self._heard_s(entry.carrier)
        return heard_s is not None and heard_s <= max(ticker_s, seen_s) + HEARD_LAG_S

    def _find(self, key: BookKey) -> _Entry | None:
        return self._full.get(key[0]) if key[1] is BookDepth.FULL else self._shallow.get(key)

    def _admit(self, key: BookKey) -> _Entry | None:
        if self._watched is not None and key not in self._watched:
            return None
        if len(self._full) + len(self._shallow) >= MAX_BOOKS:
            self._drop(*min(self._entries(), key=lambda item: item[1].seen_s or 0.0))
        entry = _Entry()
        if key[1] is BookDepth.FULL:
            self._full[key[0]] = entry
        else:
            self._shallow[key] = entry
        return entry

    def _drop(self, key: BookKey, entry: _Entry) -> None:
        self._retired.add(entry.counters)
        self.fallen.pop(key, None)
        if key[1] is BookDepth.FULL:
            del self._full[key[0]]
        else:
            del self._shallow[key]

    def _entries(self) -> Iterable[tuple[BookKey, _Entry]]:
        full = [((instrument, BookDepth.FULL), entry) for instrument, entry in self._full.items()]
        return [*full, *self._shallow.items()]


def _subscribed_book(event: SubscriptionAccepted | SubscriptionRefused) -> BookKey | None:
    """Read which book an acknowledgement is about; its channel reads ``USDT-FUTURES books BTCUSDT``."""
    words = event.channel.split()
    if event.instrument is None or len(words) < 2 or words[1] not in _DEPTHS:
        return None
    return (event.instrument, _DEPTHS[words[1]])


_DEPTHS = {depth.value: depth for depth in BookDepth}

_WORDS = {
    Verdict.GAP: "a message was missing",
    Verdict.MISMATCH: "the checksum failed",
    Verdict.CROSSED: "the book was crossed",
    Verdict.MALFORMED: "a message could not be read",
}


def _reason(status: BookStatus, entry: _Entry) -> str:
    if status is BookStatus.REFUSED:
        return entry.refused
    if status is BookStatus.RESYNC and entry.fallen is not None:
        return _WORDS[entry.fallen]
    if status is BookStatus.STALE:
        return entry.lost or "silent while the ticker moves, or with it"
    return ""
