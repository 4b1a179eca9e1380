"""What earlier runs left behind: writes of unknown outcome are asked about again, and never sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from bgtui.domain.event import Event, InstancesClaimed, OrderUpdated, PlanOrderUpdated, SubmissionChanged
from bgtui.domain.instrument import ProductType
from bgtui.domain.journal import Origin, Recorded, Stage, Step
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.domain.value import frozen
from bgtui.session.inquiry import Inquiry
from bgtui.session.journal import SOURCE, Journal
from bgtui.session.ports import AccountReader
from bgtui.session.scribe import Scribe
from bgtui.session.senders import MAKES_ORDER

LOOK_BACK_MS = 30 * 86_400_000
"""How old an order may be whose end is still looked for."""
MAX_LOOKUPS = 200
_OPEN = tuple(stage for stage in Stage if stage.is_open)


@frozen
class Run:
    """This run, as the journal tells it from others."""

    instance: str
    origin: Origin
    is_alive: Callable[[str], bool]
    """Tells whether the run of an instance is running now."""


class Recovery:
    """Reads the journal once at the start; a journal that cannot be read is tried again until it can."""

    name = SOURCE

    def __init__(
        self,
        journal: Journal,
        run: Run,
        reader: AccountReader,
        inquiry: Inquiry,
        scribe: Scribe,
        *,
        now_ms: Callable[[], int],
    ) -> None:
        """Recover what belongs to this run's account; ``now_ms`` is exchange time, Unix milliseconds."""
        self._journal = journal
        self._run = run
        self._reader = reader
        self._inquiry = inquiry
        self._scribe = scribe
        self._now_ms = now_ms

    async def events(self) -> AsyncIterator[Event]:
        """Report what was left open, then what became of orders that stood.

        Raises:
            JournalFailed: the journal cannot be read.
            BgtuiError: the exchange did not answer.
        """
        rows = await self._journal.latest((*_OPEN, Stage.DONE))
        yield await self._claim()
        standing = []
        for row in rows:
            if not self._is_left_behind(row):
                continue
            if row.origin != self._run.origin:
                self._write_off(row)
            elif row.last.stage is Stage.DONE:
                standing.append(row)
            elif (submission := self._doubt(row)) is not None:
                yield SubmissionChanged(submission)
                self._inquiry.settle(submission)
        async for event in self._look_up(standing):
            yield event

    async def _claim(self) -> InstancesClaimed:
        """Say whose orders are ours: those of this run and of ended runs on this account."""
        runs = [run for run in await self._journal.runs() if run.origin == self._run.origin]
        alive = {run.instance for run in runs if self._run.is_alive(run.instance)} - {self._run.instance}
        ours = {run.instance for run in runs} - alive
        return InstancesClaimed(frozenset(ours | {self._run.instance}), frozenset(alive))

    def _is_left_behind(self, row: Recorded) -> bool:
        """Tell whether nobody else looks after a row, and it can be told what became of it."""
        makes_order = isinstance(row.entry.intent, MAKES_ORDER)
        if (row.last.stage is Stage.DONE and not makes_order) or self._run.is_alive(row.instance):
            return False
        here, there = self._run.origin, row.origin
        is_gone = here.host == there.host and here.exchange != there.exchange
        return here == there or (here.environment == there.environment == "sim" and is_gone)

    def _write_off(self, row: Recorded) -> None:
        """Close what was sent to a simulator that is not there any more."""
        name = row.entry.client_order_id
        self._journal.note(Step(name, Stage.GONE, self._now_ms(), "that simulator has ended"))

    def _doubt(self, row: Recorded) -> Submission | None:
        """Return what has to be asked about; a setting that never left needs no asking."""
        entry, has_left = row.entry, row.last.stage is not Stage.RECORDED
        if not has_left and not isinstance(entry.intent, MAKES_ORDER):
            step = Step(entry.client_order_id, Stage.NOT_SENT, self._now_ms(), "recorded, never sent")
            self._journal.note(step)
            return None
        return Submission(
            entry.client_order_id,
            entry.intent,
            entry.product_type,
            entry.instrument,
            SubmissionState.UNKNOWN,
            entry.recorded_ms,
            self._now_ms(),
            message="left open by an earlier run; asking",
            order_id=row.last.order_id,
            targets=entry.targets,
            may_have_left=has_left,
            is_left_over=True,
        )

    async def _look_up(self, rows: list[Recorded]) -> AsyncIterator[Event]:
        """Find out how the orders of earlier runs ended."""
        since_ms = self._now_ms() - LOOK_BACK_MS
        recent = [row for row in rows if row.entry.recorded_ms >= since_ms][-MAX_LOOKUPS:]
        plans: dict[ProductType, set[str]] = {}
        for row in recent:
            self._scribe.follow(row)
            name, instrument = row.entry.client_order_id, row.entry.instrument
            if instrument is None:
                continue
            order = await self._reader.order(instrument, client_order_id=name)
            if order is not None:
                yield OrderUpdated(order)
            else:
                plans.setdefault(row.entry.product_type, set()).add(name)
        for product_type, names in plans.items():
            oldest_ms = min(row.entry.recorded_ms for row in recent if row.entry.client_order_id in names)
            for plan in await self._reader.plan_history(product_type, oldest_ms):
                if plan.client_order_id in names:
                    yield PlanOrderUpdated(plan)
