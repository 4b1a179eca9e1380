"""What this program has sent and the exchange has not yet reported: on its way, accepted, or in doubt.

An order is called live only when the exchange has said so. Until then there is a submission, which ends when
a report of that very order comes, whichever comes first: answer, stream, or a question.
"""

from __future__ import annotations

from enum import StrEnum

from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.intent import AmendPlan, Intent
from bgtui.domain.order import PlanOrder
from bgtui.domain.value import frozen


class SubmissionState(StrEnum):
    """Where a submission stands."""

    SENT = "sent"
    """On its way: no answer yet."""
    ACCEPTED = "accepted"
    """The exchange took it; its report has not come yet."""
    UNKNOWN = "unknown"
    """Nobody knows whether it was carried out: it is being asked about."""
    ABSENT = "absent"
    """Asked often enough and never found."""
    REJECTED = "rejected"
    """The exchange refused it."""
    NOT_SENT = "not_sent"
    """Not a byte left."""
    LET_GO = "let_go"
    """Given up by a person after its absence was proven; found after all, it is ours as any other."""
    DONE = "done"
    """Reported by the exchange, or known to have been carried out."""

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to be shown as such."""
        return self in _OPEN

    @property
    def is_doubtful(self) -> bool:
        """Tell whether its outcome is not known."""
        return self in (SubmissionState.UNKNOWN, SubmissionState.ABSENT)


_OPEN = frozenset(
    {SubmissionState.SENT, SubmissionState.ACCEPTED, SubmissionState.UNKNOWN, SubmissionState.ABSENT}
)
_RANK = {
    SubmissionState.SENT: 0,
    SubmissionState.ACCEPTED: 1,
    SubmissionState.UNKNOWN: 1,
    SubmissionState.ABSENT: 2,
    SubmissionState.REJECTED: 3,
    SubmissionState.NOT_SENT: 3,
    SubmissionState.LET_GO: 3,
    SubmissionState.DONE: 4,
}


@frozen
class Submission:
    """One write, from the moment before it leaves."""

    client_order_id: str
    """Ours: names the new order, or the write itself where it makes none."""
    intent: Intent
    product_type: ProductType
    instrument: InstrumentId | None
    """None for what concerns a whole product type."""
    state: SubmissionState
    sent_ms: int
    """Exchange time, milliseconds."""
    changed_ms: int
    message: str = ""
    """One line of ours: why it was rejected, or what is being asked."""
    order_id: str = ""
    """The exchange's id of the new order, once it has told."""
    targets: tuple[str, ...] = ()
    """Ids, the exchange's or ours, of the orders that a cancel or an amend is about."""
    asks: int = 0
    """How often it was asked about in vain."""
    asked_ms: int = 0
    """When it was first asked about in vain, exchange time, milliseconds; 0 before that."""
    may_have_left: bool = True
    """False when a restart found it recorded and not yet on its way: one ask proves that it never left."""
    is_left_over: bool = False
    """Recorded by an earlier run."""
    attempt: int = 1
    """How often it was sent; above 1 only after a person has had it sent again."""
    evidence: str = ""
    """Which report ended it."""


def advance_submission(old: Submission, new: Submission) -> Submission:
    """Return the submission after a change: an end is never left, a step back only taken by a new attempt."""
    if new.attempt > old.attempt and old.state is SubmissionState.ABSENT:
        return new
    if not old.state.is_open or new.attempt < old.attempt or _RANK[new.state] < _RANK[old.state]:
        return old
    return new


def is_amended(plan: PlanOrder, intent: AmendPlan) -> bool:
    """Tell whether a trigger order is as a change wanted it; what the change left alone is not looked at."""
    pairs: tuple[tuple[object, object], ...] = (
        (intent.size, plan.size),
        (intent.trigger_price, plan.trigger_price),
        (intent.trigger_type, plan.trigger_type),
        (intent.execute_price, plan.execute_price),
        (intent.callback_ratio, plan.callback_ratio),
    )
    return all(wanted is None or wanted == is_now for wanted, is_now in pairs)
