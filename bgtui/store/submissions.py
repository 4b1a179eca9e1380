"""What this program has sent: open until the exchange reports it, whichever comes first, report or answer."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from bgtui.domain.instrument import ProductType
from bgtui.domain.intent import AmendOrder, AmendPlan, PlaceOrder, PlacePlan
from bgtui.domain.order import Order, PlanOrder
from bgtui.domain.submission import Submission, SubmissionState, advance_submission, is_amended
from bgtui.store.version import NextVersion, Versions

MAX_FINISHED = 500
CLOCKS_MS = 1000
"""How far our clock and the exchange's may be apart without anybody noticing."""


class Submissions:
    """Writes by our id."""

    def __init__(self, next_version: NextVersion) -> None:
        self._versions: Versions[ProductType] = Versions(next_version)
        self._open: dict[str, Submission] = {}
        self._finished: deque[Submission] = deque(maxlen=MAX_FINISHED)
        self._ended: dict[str, None] = {}
        self._changed: list[Submission] = []

    def apply(self, submission: Submission) -> bool:
        """Take one change of one submission."""
        name = submission.client_order_id
        if name in self._ended:
            return False
        old = self._open.get(name)
        new = submission if old is None else _joined(old, submission)
        if new == old:
            return False
        self._put(new)
        return True

    def report(self, order: Order | PlanOrder) -> bool:
        """Take note that the exchange reported an order: whatever was about it may be over."""
        if not self._open:
            return False
        is_changed = False
        for submission in list(self._open.values()):
            new = _after(submission, order)
            if new is not submission:
                self._put(new)
                is_changed = True
        return is_changed

    def open(self, product_type: ProductType) -> tuple[Submission, ...]:
        """Return what is on its way, accepted or in doubt, oldest first."""
        return tuple(item for item in self._open.values() if item.product_type is product_type)

    def all_open(self) -> tuple[Submission, ...]:
        """Return what is open of every product type."""
        return tuple(self._open.values())

    def finished(self, product_type: ProductType) -> tuple[Submission, ...]:
        """Return what ended lately, latest first."""
        return tuple(item for item in reversed(self._finished) if item.product_type is product_type)

    def get(self, client_order_id: str) -> Submission | None:
        """Return one submission that is open."""
        return self._open.get(client_order_id)

    def take_changed(self) -> tuple[Submission, ...]:
        """Return every state that a submission took since the last call, in order."""
        changed = tuple(self._changed)
        self._changed.clear()
        return changed

    def version(self, product_type: ProductType) -> int:
        """Return the version."""
        return self._versions.of(product_type)

    def _put(self, submission: Submission) -> None:
        name = submission.client_order_id
        if submission.state.is_open:
            self._open[name] = submission
        else:
            self._open.pop(name, None)
            self._finished.append(submission)
            self._ended[name] = None
            while len(self._ended) > 4 * MAX_FINISHED:
                del self._ended[next(iter(self._ended))]
        self._changed.append(submission)
        del self._changed[:-MAX_FINISHED]
        self._versions.bump(submission.product_type)


def _joined(old: Submission, new: Submission) -> Submission:
    """Return a submission after a change, without the targets whose end was reported before it."""
    joined = advance_submission(old, new)
    if joined is old:
        return old
    left = tuple(name for name in joined.targets if name in old.targets)
    is_over = bool(joined.targets) and not left and not _makes_order(joined)
    if is_over and joined.state is SubmissionState.ACCEPTED:
        return replace(joined, state=SubmissionState.DONE, targets=(), evidence=old.evidence)
    return replace(joined, targets=left)


def _after(submission: Submission, order: Order | PlanOrder) -> Submission:
    """Return the submission once an order was reported."""
    names = {name for name in (order.client_order_id, order.order_id) if name}
    if submission.client_order_id in names or (submission.order_id and submission.order_id in names):
        evidence = evidence_of(order)
        return replace(
            submission,
            state=SubmissionState.DONE,
            order_id=order.order_id,
            evidence=evidence,
        )
    is_about = not names.isdisjoint(submission.targets)
    if not is_about or (order.is_open and not _shows_change(submission, order)):
        return submission
    left = tuple(name for name in submission.targets if name not in names)
    # Before its answer it stays on its way: that says how it went.
    if left or _makes_order(submission):
        return replace(submission, targets=left)
    is_sent = submission.state is SubmissionState.SENT
    state = SubmissionState.SENT if is_sent else SubmissionState.DONE
    return replace(submission, state=state, targets=(), evidence=evidence_of(order))


def _shows_change(submission: Submission, order: Order | PlanOrder) -> bool:
    """Tell whether a trigger order is as a change wanted it, and that by a report of after its sending."""
    intent = submission.intent
    if not isinstance(intent, AmendPlan) or not isinstance(order, PlanOrder):
        return False
    is_taken = submission.state is SubmissionState.ACCEPTED
    is_since = order.updated_ms >= submission.sent_ms - CLOCKS_MS
    return (is_taken or is_since) and is_amended(order, intent)


def evidence_of(order: Order | PlanOrder) -> str:
    """Name a report: which order, in which state, of which moment."""
    return f"{order.order_id} {order.status.value} {order.updated_ms}"


def _makes_order(submission: Submission) -> bool:
    return isinstance(submission.intent, AmendOrder | PlaceOrder | PlacePlan)
