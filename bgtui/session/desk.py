"""The only road from an intent to the exchange: checked, recorded, marked, sent once, its ending named.

Nothing here is retried. What is neither known to have happened nor known not to is in doubt, stays visibly
so, and is asked about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Any

from bgtui.domain.error import (
    ConfigError,
    ExchangeError,
    JournalFailed,
    NotSent,
    Refused,
    Rejected,
)
from bgtui.domain.event import Event, SubmissionChanged
from bgtui.domain.instrument import ProductType
from bgtui.domain.intent import (
    AmendPlan,
    BatchAnswer,
    BatchFailure,
    CancelOrders,
    Intent,
    OrderAck,
    instrument_of,
    product_of,
)
from bgtui.domain.journal import Entry, Stage, Step
from bgtui.domain.lastlook import looking
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.domain.trading import TradingState
from bgtui.domain.value import frozen
from bgtui.session.ports import Record, TradingGateway
from bgtui.session.senders import CANCELS, MAKES_ORDER, WAY_OUT, senders, targets_of

MODE_MISMATCH = frozenset({"40773", "40774", "43075", "45020", "45021", "45109"})
"""Codes that say: the account is in another position mode than the order was spelled for."""
OTHER_RULES = frozenset(
    {
        "01002", "22004", "22038", "31018", "40308", "40309", "40787", "40808", "40844", "40845", "41113",
        "41114", "43006", "43028", "43037", "43115", "43119", "43120", "45035", "45111", "45115", "45119",
        "50016", "50025", "50026", "50027", "50028", "50065",
    }
)  # fmt: skip
"""Codes that say: tick, step, smallest size or status of the symbol are not what our own rules went by."""

Violations = Callable[[Intent], Sequence[str]]
"""Our own rules: lines that name the rule and the figure; none when the intent may go."""
Permit = Callable[[Intent], str]
"""Why the trading state refuses an intent; empty when it may go."""
IsAbsent = Callable[[Submission], Awaitable[bool]]
"""Asks the exchange once more; tells whether it still knows nothing of a submission."""


@frozen
class Receipt:
    """What the exchange said to a write that it took."""

    client_order_id: str
    order_ids: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    """Items of a batch that were refused, one line each."""
    doubtful: int = 0
    """Items of a batch that the answer did not name."""


class OrderDesk:
    """Sends intents; the screens see what becomes of them in the store."""

    def __init__(
        self,
        gateway: TradingGateway,
        apply: Callable[[Event], bool],
        journal: Record,
        *,
        now_ms: Callable[[], int],
        new_id: Callable[[], str],
        violations: Violations = lambda _: (),
        permit: Permit = lambda _: "",
        state: Callable[[], TradingState] = lambda: TradingState.ARMED,
        on_doubt: Callable[[Submission], None] = lambda _: None,
        on_accepted: Callable[[Submission], None] = lambda _: None,
        on_mode_mismatch: Callable[[ProductType], None] = lambda _: None,
        on_other_rules: Callable[[ProductType], None] = lambda _: None,
    ) -> None:
        """Send through this gateway.

        Args:
            gateway: What writes to the exchange.
            apply: Takes the events that mark what was sent; tells whether the store took them.
            journal: Where a write is recorded before it leaves; without a record nothing is sent.
            now_ms: Exchange time, Unix milliseconds.
            new_id: Makes a client order id that was never used before.
            violations: Our own rules, asked before anything leaves.
            permit: What the trading state says, asked before anything else.
            state: The trading state that `permit` answers by.
            on_doubt: Told of every submission whose outcome is not known: it has to be settled.
            on_accepted: Told of every submission that was taken and whose report is still to come.
            on_mode_mismatch: Told when the account is in another position mode than was thought.
            on_other_rules: Told when an instrument has other rules than was thought.
        """
        self._apply = apply
        self._journal = journal
        self._now_ms = now_ms
        self.new_id = new_id
        """Makes a client order id: a review shows the one that will be used."""
        self._violations = violations
        self._permit = permit
        self._state = state
        self._on_doubt = on_doubt
        self._on_accepted = on_accepted
        self._on_mode_mismatch = on_mode_mismatch
        self._on_other_rules = on_other_rules
        self._used: set[tuple[str, int]] = set()
        """Ids with the number of the attempt: each is made once."""
        self._door = asyncio.Lock()
        self._senders = senders(gateway)

    @property
    def state(self) -> TradingState:
        """What is let through."""
        return self._state()

    async def submit(
        self, intent: Intent, *, client_order_id: str = "", targets: Sequence[str] = ()
    ) -> Receipt:
        """Send an intent once.

        Args:
            intent: What to do.
            client_order_id: Ours; made here when empty.
            targets: Ids of the orders that a cancel or amend is about, for the rows that show it.

        Raises:
            Refused: our own rules or the spelling said no; nothing was sent.
            JournalFailed: it could not be recorded; nothing was sent.
            NotSent: not a byte left.
            Rejected: the exchange refused it.
            OutcomeUnknown: nobody knows; it is being asked about.
        """
        async with self._turn(intent):
            self._check(intent)
            submission = self._begin(intent, client_order_id or self.new_id(), targets)
            await self._record(submission)
            self._mark(submission)
        return await self._send(submission)

    async def resend(self, submission: Submission, is_absent: IsAbsent) -> Receipt:
        """Send an order again under its own id: only a person asks for that, and only after proven absence.

        Should the first attempt turn up after all, the exchange refuses the second for its id.

        Raises:
            Refused: it is not proven absent, makes no order, or was found just now; nothing was sent.
            NotSent: not a byte left.
            Rejected: the exchange refused it.
            OutcomeUnknown: nobody knows, as before.
        """
        if not isinstance(submission.intent, MAKES_ORDER):
            raise Refused("only an order can be sent again", hint="do it anew")
        if submission.state is not SubmissionState.ABSENT:
            raise Refused(f"{submission.client_order_id} is not proven absent", hint="u asks now")
        if not await is_absent(submission):
            raise Refused(f"{submission.client_order_id} was found just now", hint="look at it in Orders")
        now_ms = self._now_ms()
        again = replace(
            submission,
            state=SubmissionState.SENT,
            attempt=submission.attempt + 1,
            changed_ms=now_ms,
            sent_ms=now_ms,
            asks=0,
            asked_ms=0,
            message="",
        )
        async with self._turn(again.intent):
            self._check(again.intent)
            await self._record_again(again)
        return await self._send(again)

    def let_go(self, submission: Submission) -> None:
        """Stop minding a write whose absence is proven: only a person says that. Nothing is sent.

        Should it turn up after all, it is shown as the order of ours that it is.

        Raises:
            Refused: it is not proven absent.
        """
        if submission.state is not SubmissionState.ABSENT:
            raise Refused(f"{submission.client_order_id} is not proven absent", hint="u asks now")
        self._end(submission, SubmissionState.LET_GO, f"let go after {submission.asks} asks in vain")

    def _turn(self, intent: Intent) -> AbstractAsyncContextManager[object]:
        """Let one write after another be checked, recorded and marked.

        Two orders that each keep to a limit may not pass it together. What only takes risk away waits for
        nobody.
        """
        return nullcontext() if isinstance(intent, WAY_OUT) else self._door

    def _check(self, intent: Intent) -> None:
        self._look(intent)
        if lines := self._violations(intent):
            raise Refused(lines[0])

    def _look(self, intent: Intent) -> None:
        """Ask the trading state, once more when a held-back write is about to leave: it may be another."""
        if reason := self._permit(intent):
            raise Refused(reason)

    def _begin(self, intent: Intent, name: str, targets: Sequence[str]) -> Submission:
        """Give a write its name, which is used once."""
        self._use(name, 1)
        now_ms = self._now_ms()
        return Submission(
            name,
            intent,
            product_of(intent),
            instrument_of(intent),
            SubmissionState.SENT,
            now_ms,
            now_ms,
            targets=tuple(targets) or targets_of(intent),
        )

    def _use(self, name: str, attempt: int) -> None:
        if (name, attempt) in self._used:
            raise Refused(f"{name} was sent already", hint="look at what became of it")
        self._used.add((name, attempt))

    async def _record(self, submission: Submission) -> None:
        """Put it on disk, and look again: what was true before the disk answered may not be now."""
        name, intent = submission.client_order_id, submission.intent
        entry = Entry(
            name,
            intent,
            submission.product_type,
            submission.instrument,
            submission.targets,
            submission.sent_ms,
        )
        try:
            await self._journal.record(entry)
            try:
                self._check(intent)
                await self._journal.send(name, self._now_ms())
            except (Refused, asyncio.CancelledError) as error:
                self._journal.note(Step(name, Stage.NOT_SENT, self._now_ms(), str(error)))
                raise
        except JournalFailed:
            if not isinstance(intent, WAY_OUT):
                self._used.discard((name, submission.attempt))
                raise
            # Its row may be there, or come late and say that it was not sent: it leaves now.
            self._journal.note(Step(name, Stage.SENDING, self._now_ms()))

    async def _record_again(self, again: Submission) -> None:
        """Note and mark another attempt, unless somebody else makes it or a report came meanwhile."""
        name = again.client_order_id
        self._use(name, again.attempt)
        try:
            await self._journal.send(name, again.sent_ms)
        except (JournalFailed, asyncio.CancelledError) as error:
            self._used.discard((name, again.attempt))
            self._journal.note(Step(name, Stage.ABSENT, self._now_ms(), f"not sent again: {error}"))
            raise
        if not self._mark(again):
            self._journal.note(Step(name, Stage.DONE, self._now_ms(), "found, and not sent again"))
            raise Refused(f"{name} was found just now", hint="look at it in Orders")

    async def _send(self, submission: Submission) -> Receipt:
        is_over = False
        try:
            send = self._senders[type(submission.intent)]
            with looking(lambda: self._look(submission.intent)):
                answer = await send(submission.intent, submission.client_order_id)
            is_over = True
        except (Refused, NotSent, ConfigError) as error:
            is_over = True
            self._end(submission, SubmissionState.NOT_SENT, str(error))
            raise
        except Rejected as error:
            is_over = True
            self._end(submission, SubmissionState.REJECTED, str(error))
            if error.code in MODE_MISMATCH:
                self._on_mode_mismatch(submission.product_type)
            elif error.code in OTHER_RULES:
                self._on_other_rules(submission.product_type)
            raise
        except ExchangeError as error:
            is_over = True
            self._doubt(submission, error.message)
            raise
        finally:
            # Interrupted, or failed as nobody foresaw: a byte may have left.
            if not is_over:
                self._doubt(submission, "interrupted before the answer came")
        return self._accept(submission, answer)

    def _accept(self, submission: Submission, answer: Any) -> Receipt:  # noqa: ANN401 - one of the answers above
        name = submission.client_order_id
        if isinstance(answer, BatchAnswer):
            return self._accept_batch(submission, answer)
        acks = answer if isinstance(answer, tuple) else (answer,)
        ids = tuple(ack.order_id for ack in acks if isinstance(ack, OrderAck) and ack.order_id)
        makes = isinstance(submission.intent, MAKES_ORDER)
        names = isinstance(submission.intent, (*CANCELS, AmendPlan)) and bool(submission.targets)
        order_id = ids[0] if makes and ids else ""
        self._take(submission, is_reported=not (makes or names), order_id=order_id)
        return Receipt(name, ids)

    def _accept_batch(self, submission: Submission, answer: BatchAnswer) -> Receipt:
        refused = _names(answer.failed)
        left = tuple(name for name in submission.targets if name not in refused)
        doubtful = _unnamed_items(submission.intent, answer)
        if doubtful:
            # Taken or refused, the answer would have said; what was taken is reported, the rest is asked.
            self._doubt(replace(submission, targets=left), f"the answer does not name {doubtful} of them")
        else:
            self._take(replace(submission, targets=left), is_reported=not left)
        return Receipt(
            submission.client_order_id,
            tuple(item.order_id for item in answer.accepted if item.order_id),
            tuple(f"{item.code} {item.message}".strip() for item in answer.failed),
            doubtful,
        )

    def _take(self, submission: Submission, *, is_reported: bool, order_id: str = "") -> None:
        """Mark what the exchange took: over, or waiting for the report of what it made or ended."""
        state = SubmissionState.DONE if is_reported else SubmissionState.ACCEPTED
        taken = replace(submission, state=state, changed_ms=self._now_ms(), order_id=order_id)
        self._mark(taken)
        if not is_reported:
            self._on_accepted(taken)

    def _end(self, submission: Submission, state: SubmissionState, message: str) -> None:
        self._mark(replace(submission, state=state, changed_ms=self._now_ms(), message=message))

    def _doubt(self, submission: Submission, message: str) -> None:
        doubted = replace(
            submission, state=SubmissionState.UNKNOWN, changed_ms=self._now_ms(), message=message
        )
        self._mark(doubted)
        self._on_doubt(doubted)

    def _mark(self, submission: Submission) -> bool:
        """Show it; tell whether that is news, which it is not for one whose end was reported."""
        return self._apply(SubmissionChanged(submission))


def _names(items: Iterable[OrderAck | BatchFailure]) -> set[str]:
    return {name for item in items for name in (item.order_id, item.client_order_id) if name}


def _unnamed_items(intent: Intent, answer: BatchAnswer) -> int:
    """Return how many of the orders of a batch its answer names neither as taken nor as refused.

    The answer to a cancel of trigger orders may be empty, which says nothing either way.
    """
    if not isinstance(intent, CancelOrders):
        return 0
    named = _names(answer.accepted) | _names(answer.failed)
    return sum(named.isdisjoint((ref.order_id, ref.client_order_id)) for ref in intent.orders)
