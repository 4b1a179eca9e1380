"""What the journal knows: every write before it left, and every step of what became of it."""

from __future__ import annotations

from enum import StrEnum

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import Intent
from bgtui.domain.value import frozen


class Stage(StrEnum):
    """Where a write stands in the journal."""

    RECORDED = "recorded"
    """On disk; not a byte has left."""
    SENDING = "sending"
    """About to leave: from here on it may have."""
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    """Asked about often and long enough, and never found."""
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    LET_GO = "let_go"
    """Given up by a person after its absence was proven."""
    DONE = "done"
    """Reported by the exchange, or known to have been carried out."""
    ENDED = "ended"
    """Its order is filled, canceled or refused: the evidence names the report."""
    GONE = "exchange_gone"
    """It was sent to a simulator that does not exist any more."""

    @property
    def is_open(self) -> bool:
        """Tell whether what became of it is still to be found out."""
        return self in _OPEN


_OPEN = frozenset({Stage.RECORDED, Stage.SENDING, Stage.ACCEPTED, Stage.UNKNOWN, Stage.ABSENT})


@frozen
class Origin:
    """Which account of which exchange a run trades on."""

    environment: str
    """``sim``, ``demo`` or ``live``."""
    host: str
    """Of the REST address; a loopback port is no part of it."""
    account: str
    """Bitget's user id."""
    exchange: str = ""
    """Which simulator, since each is an exchange of its own; empty where there is but one."""


@frozen
class Entry:
    """One write, as it was recorded before it left."""

    client_order_id: str
    """Ours; names the write."""
    intent: Intent
    product_type: ProductType
    instrument: InstrumentId | None
    targets: tuple[str, ...]
    """Ids of the orders that a cancel or an amend is about."""
    recorded_ms: int
    """Exchange time, milliseconds."""


@frozen
class Step:
    """One thing that became of a write."""

    client_order_id: str
    stage: Stage
    at_ms: int
    """Exchange time, milliseconds."""
    message: str = ""
    """One line of ours."""
    order_id: str = ""
    """The exchange's, once told."""
    evidence: str = ""
    """What proves it: the report of which order, in which state, of which moment."""


@frozen
class RecordedRun:
    """A run that used the journal."""

    instance: str
    """Head of its ids."""
    origin: Origin


@frozen
class Recorded:
    """A write and how it stands."""

    entry: Entry
    last: Step
    instance: str
    """Head of the ids of the run that recorded it."""
    origin: Origin
