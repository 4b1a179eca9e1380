"""Notes in the journal what became of every write, with the report that proves it."""

from __future__ import annotations

from collections.abc import Callable

from bgtui.domain.event import Event, OrderUpdated, PlanOrderUpdated
from bgtui.domain.journal import Recorded, Stage, Step
from bgtui.domain.order import Order, PlanOrder
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.session.journal import Journal
from bgtui.session.senders import MAKES_ORDER
from bgtui.store.store import Store
from bgtui.store.submissions import evidence_of

_STAGES = {
    SubmissionState.ACCEPTED: Stage.ACCEPTED,
    SubmissionState.UNKNOWN: Stage.UNKNOWN,
    SubmissionState.ABSENT: Stage.ABSENT,
    SubmissionState.REJECTED: Stage.REJECTED,
    SubmissionState.NOT_SENT: Stage.NOT_SENT,
    SubmissionState.LET_GO: Stage.LET_GO,
    SubmissionState.DONE: Stage.DONE,
}


class Scribe:
    """Watches events for what they say about writes of ours."""

    def __init__(self, journal: Journal, store: Store, now_ms: Callable[[], int]) -> None:
        """Note in this journal; `now_ms` is exchange time, Unix milliseconds."""
        self._journal = journal
        self._store = store
        self._now_ms = now_ms
        self._living: set[str] = set()
        """Our ids of orders that the exchange has, or had when it was last heard."""

    def follow(self, recorded: Recorded) -> None:
        """Note the end of an order of an earlier run as well."""
        if isinstance(recorded.entry.intent, MAKES_ORDER):
            self._living.add(recorded.entry.client_order_id)

    def observe(self, event: Event) -> None:
        """Note what an event that the store has taken says about writes."""
        for submission in self._store.take_submissions():
            self._note(submission)
        if isinstance(event, OrderUpdated):
            self._end(event.order)
        elif isinstance(event, PlanOrderUpdated):
            self._end(event.plan)

    def _note(self, submission: Submission) -> None:
        stage = _STAGES.get(submission.state)
        if stage is None:
            return
        name = submission.client_order_id
        if stage is Stage.DONE and isinstance(submission.intent, MAKES_ORDER):
            self._living.add(name)
        self._journal.note(
            Step(name, stage, self._now_ms(), submission.message, submission.order_id, submission.evidence)
        )

    def _end(self, order: Order | PlanOrder) -> None:
        name = order.client_order_id
        if order.is_open or name not in self._living:
            return
        self._living.discard(name)
        self._journal.note(
            Step(name, Stage.ENDED, self._now_ms(), order.status.value, order.order_id, evidence_of(order))
        )
