"""Every fault at every position of the real recording: when it is caught, and what is on screen until then.

Run ``python -m tests.protocol.recording_report`` for the table; `test_recording_faults` insists on it.

One book message at a time is dropped, repeated, swapped with the next one of its instrument, or corrupted (a
digit of a price, a digit of a size, the checksum), in the stream as it was recorded (checksum alone) and with
``seq`` and ``pseq`` added. What must happen is said by a second, naive book that knows nothing of checksums:
a fault has to be caught at the first message that does not name its predecessor, or after which the naive
book's best 25 levels differ from those of the true book, and not before; and nothing that was caught may be
readable from the store before a new snapshot.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from bgtui.domain.book import CHECKSUM_LEVELS, Integrity, Level
from bgtui.domain.event import BookReceived
from bgtui.domain.instrument import InstrumentId
from bgtui.store.book import BookStatus
from bgtui.store.store import Store
from bgtui.wire.capture import read
from bgtui.wire.frame import Router
from tests.support.build import HandClock

CAPTURE = Path(__file__).parents[3] / "shared" / "capture" / "futures-2022-04-07.jsonl.gz"


class Fault(StrEnum):
    """What happens to one message."""

    DROP = "drop"
    DUPLICATE = "duplicate"
    SWAP = "swap with next"
    PRICE = "corrupt a price digit"
    SIZE = "corrupt a size digit"
    CHECKSUM = "corrupt the checksum"


class Fate(StrEnum):
    """How a fault ended."""

    CAUGHT = "caught"
    IGNORED = "known as a repetition, ignored"
    EQUAL = "never distinguishable: the books agree again, every level"
    BELOW = "never distinguishable: the best 25 agree to the end, levels below differ"
    UNSEEN = "no snapshot: never shown"
    LAST = "nothing follows in the recording"


@dataclass(frozen=True)
class Outcome:
    """One fault at one position."""

    fault: Fault
    chained: bool
    instrument: str
    position: int
    fate: Fate
    later: int | None = None
    """Messages of the instrument after the faulty one at which it was caught; 0 is that message itself."""


class NaiveBook:
    """The documentation's merge rule, sorted at every look: no checksum, no sequence."""

    def __init__(self) -> None:
        self.has_snapshot = False
        self.seq: int | None = None
        self.bids: dict[float, Level] = {}
        self.asks: dict[float, Level] = {}

    def take(self, event: BookReceived) -> None:
        if event.is_snapshot:
            self.has_snapshot = True
            self.bids, self.asks = {}, {}
        if self.has_snapshot:
            self.seq = event.seq
            for levels, rows in ((self.bids, event.bids), (self.asks, event.asks)):
                for level in rows:
                    if float(level[1]):
                        levels[float(level[0])] = level
                    else:
                        levels.pop(float(level[0]), None)

    def copy(self) -> NaiveBook:
        twin = NaiveBook()
        twin.has_snapshot, twin.seq = self.has_snapshot, self.seq
        twin.bids, twin.asks = dict(self.bids), dict(self.asks)
        return twin

    def top(self) -> tuple[list[Level], list[Level]]:
        bids = [self.bids[key] for key in sorted(self.bids, reverse=True)[:CHECKSUM_LEVELS]]
        asks = [self.asks[key] for key in sorted(self.asks)[:CHECKSUM_LEVELS]]
        return bids, asks

    def agrees(self, other: NaiveBook) -> bool:
        return self.bids == other.bids and self.asks == other.asks


@dataclass
class Truth:
    """One instrument's messages and the true book after each."""

    messages: list[BookReceived]
    books: list[NaiveBook] = field(default_factory=list)
    tops: list[tuple[list[Level], list[Level]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        book = NaiveBook()
        for message in self.messages:
            book.take(message)
            self.books.append(book.copy())
            self.tops.append(book.top())


def load(path: Path = CAPTURE) -> dict[str, list[BookReceived]]:
    """Read the book messages of each instrument."""
    router = Router("replay")
    streams: dict[str, list[BookReceived]] = {}
    with path.open("rb") as stream:
        for captured in read(stream):
            for event in router.route(captured.raw):
                if isinstance(event, BookReceived):
                    streams.setdefault(event.instrument, []).append(event)
    return streams


def chain(messages: Sequence[BookReceived]) -> list[BookReceived]:
    """Return the stream as it would be with sequence numbers."""
    return [
        replace(message, seq=at + 1, pseq=0 if message.is_snapshot else at)
        for at, message in enumerate(messages)
    ]


Delivery = tuple[int, BookReceived]
"""A message as it arrives, and the position whose true book its checksum describes."""


def deliver(
    fault: Fault, messages: Sequence[BookReceived], at: int, rng: random.Random
) -> Iterator[Delivery]:
    """Deliver the messages from a position on, the first of them with its fault."""
    rest = [(position, messages[position]) for position in range(at, len(messages))]
    if fault is Fault.DROP:
        rest = rest[1:]
    elif fault is Fault.DUPLICATE:
        rest.insert(0, rest[0])
    elif fault is Fault.SWAP:
        rest[:2] = reversed(rest[:2])
    else:
        rest[0] = (at, corrupt(fault, messages[at], rng))
    return iter(rest)


def corrupt(fault: Fault, message: BookReceived, rng: random.Random) -> BookReceived:
    """Change one digit of one level, or one bit of the checksum."""
    if fault is Fault.CHECKSUM:
        return replace(message, checksum=(message.checksum or 0) ^ 2)
    bids, asks = list(message.bids), list(message.asks)
    side = rng.choice([rows for rows in (bids, asks) if rows])
    row = rng.randrange(len(side))
    price, size = side[row]
    side[row] = (_other_digit(price, rng), size) if fault is Fault.PRICE else (price, _other_digit(size, rng))
    return replace(message, bids=bids, asks=asks)


def _other_digit(text: str, rng: random.Random) -> str:
    at = rng.choice([found.start() for found in re.finditer(r"\d", text)])
    digit = rng.choice([digit for digit in "0123456789" if digit != text[at]])
    return text[:at] + digit + text[at + 1 :]


class Unsafe(AssertionError):
    """The store showed something that it should not have."""


def run_fault(
    fault: Fault, truth: Truth, messages: Sequence[BookReceived], at: int, rng: random.Random
) -> Outcome:
    """Play one fault into a store that stands just before it, and compare with what must happen."""
    name = messages[0].instrument

    def outcome(fate: Fate, later: int | None = None) -> Outcome:
        return Outcome(fault, messages[0].seq is not None, name, at, fate, later)

    store, naive = begin(truth, messages, at)
    deliveries = deliver(fault, messages, at, rng)
    for later, (position, message) in enumerate(deliveries, start=1 if fault is Fault.DROP else 0):
        if fault is Fault.DUPLICATE and later == 1:
            repeat(store, message)
            return outcome(Fate.IGNORED, 0)
        must_fall = take(naive, truth, position, message) or (fault is Fault.CHECKSUM and later == 0)
        store.apply(message)
        if not naive.has_snapshot:
            if store.book(name).status is not BookStatus.CONNECTING or store.book(name).bids:
                raise Unsafe("a book without snapshot was shown")
        elif must_fall:
            stay_down(store, deliveries, truth, messages)
            return outcome(Fate.CAUGHT, later)
        else:
            compare(store, truth, position, name)
            if naive.agrees(truth.books[position]) and fault not in (Fault.SWAP, Fault.DUPLICATE):
                return outcome(Fate.EQUAL)
    if not naive.has_snapshot:
        return outcome(Fate.UNSEEN)
    if fault is Fault.DROP and at == len(messages) - 1:
        return outcome(Fate.LAST)
    return outcome(Fate.EQUAL if naive.agrees(truth.books[-1]) else Fate.BELOW)


def begin(truth: Truth, messages: Sequence[BookReceived], at: int) -> tuple[Store, NaiveBook]:
    """Return both books as they are before a position, without replaying what led there."""
    store = Store(HandClock())
    if not at:
        return store, NaiveBook()
    naive = truth.books[at - 1].copy()
    naive.seq = messages[at - 1].seq
    store.apply(snapshot_of(naive, messages[at - 1]))
    if store.book_status(messages[0].instrument) is not BookStatus.LIVE:
        raise Unsafe("the store did not take the true book")
    return store, naive


def snapshot_of(book: NaiveBook, message: BookReceived) -> BookReceived:
    """Return a message as if it had been sent as a snapshot."""
    return replace(message, is_snapshot=True, bids=list(book.bids.values()), asks=list(book.asks.values()))


def take(naive: NaiveBook, truth: Truth, position: int, message: BookReceived) -> bool:
    """Merge a message into the naive book and say, from that alone, whether a checking book has to fall."""
    is_broken = bool(message.pseq) and naive.has_snapshot and message.pseq != naive.seq
    naive.take(message)
    return is_broken or (naive.has_snapshot and naive.top() != truth.tops[position])


def compare(store: Store, truth: Truth, position: int, name: InstrumentId) -> None:
    """Insist that what is on screen is live, and is the true book as far as a checksum reaches."""
    view = store.book(name, levels=CHECKSUM_LEVELS)
    if not view.is_live or (list(view.bids), list(view.asks)) != truth.tops[position]:
        raise Unsafe(f"position {position}: {view.status}, or not the true best levels")


def repeat(store: Store, message: BookReceived) -> None:
    """Insist that a message that comes once more changes nothing and is counted."""
    before = store.book(message.instrument)
    if store.apply(message):
        raise Unsafe("a repetition changed the store")
    after = store.book(message.instrument)
    if (after.bids, after.asks, after.status) != (before.bids, before.asks, before.status):
        raise Unsafe("a repetition changed the book")


def stay_down(store: Store, rest: Iterator[Delivery], truth: Truth, messages: Sequence[BookReceived]) -> None:
    """Let everything else arrive: the book stays away until a new snapshot, and comes back with it."""
    name = messages[0].instrument
    while True:
        view = store.book(name)
        if view.status is not BookStatus.RESYNC or view.bids or view.asks:
            raise Unsafe(f"a book that had to fall is {view.status}")
        _, message = next(rest, (0, None))
        if message is None or message.is_snapshot:
            break
        store.apply(message)
    store.apply(snapshot_of(truth.books[-1], messages[-1]))
    compare(store, truth, len(messages) - 1, name)
    if store.book(name).integrity is not Integrity.CHECKSUMMED:
        raise Unsafe("a new snapshot did not bring a verified book back")


def run_all(streams: dict[str, list[BookReceived]], seed: int = 2022) -> list[Outcome]:
    """Play every fault at every position, without and with sequence numbers."""
    outcomes: list[Outcome] = []
    for messages in streams.values():
        truth = Truth(messages)
        for stream in (messages, chain(messages)):
            for fault in Fault:
                rng = random.Random(seed)
                positions = range(len(stream) - (fault is Fault.SWAP))
                outcomes += [run_fault(fault, truth, stream, at, rng) for at in positions]
    return outcomes


LATER = ((0, 0, "at once"), (1, 1, "1 later"), (2, 2, "2"), (3, 5, "3-5"), (6, 10, "6-10"), (11, 999, ">10"))


LEGEND = """\
Messages of the same instrument after the faulty one at which it was caught. Never caught, and why: repeat =
known as a repetition and ignored; equal = the books agree again in every level; below 25 = only levels below
the best 25 differ, to the end; unseen = no snapshot, so nothing is shown; last = nothing follows."""


def table(outcomes: Sequence[Outcome]) -> str:
    """Lay the outcomes out: one row for each kind of fault and stream."""
    columns = [*(label for _, _, label in LATER), "repeat", "equal", "below 25", "unseen", "last"]
    lines = [
        LEGEND,
        f"{'fault':24}{'stream':12}{'positions':>10}" + "".join(f"{column:>10}" for column in columns),
    ]
    for chained in (False, True):
        for fault in Fault:
            rows = [one for one in outcomes if one.fault is fault and one.chained is chained]
            fates = Counter(one.fate for one in rows)
            later = [one.later for one in rows if one.fate is Fate.CAUGHT and one.later is not None]
            cells = [sum(low <= value <= high for value in later) for low, high, _ in LATER]
            cells += [fates[fate] for fate in (Fate.IGNORED, Fate.EQUAL, Fate.BELOW, Fate.UNSEEN, Fate.LAST)]
            stream = "seq+crc" if chained else "crc alone"
            lines.append(f"{fault:24}{stream:12}{len(rows):>10}" + "".join(f"{cell:>10}" for cell in cells))
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    if not CAPTURE.exists():
        sys.exit(f"the recording is not there: {CAPTURE.name}")
    sys.stdout.write(table(run_all(load())) + "\n")


if __name__ == "__main__":
    main()
