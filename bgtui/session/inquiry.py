"""Asking what became of a write that nobody answered: again and again, slower each time, never sending it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bgtui.domain.error import BgtuiError
from bgtui.domain.event import Event, FillReported, OrderUpdated, PlanOrderUpdated, SubmissionChanged
from bgtui.domain.instrument import ProductType
from bgtui.domain.intent import (
    AmendOrder,
    AmendPlan,
    CancelAll,
    CancelOrder,
    CancelOrders,
    CancelPlans,
    CancelSymbol,
    OrderRef,
    PlaceOrder,
    PlacePlan,
    PlaceTpsl,
    ReversePosition,
)
from bgtui.domain.order import Order, OrderStatus, PlanOrder
from bgtui.domain.submission import Submission, SubmissionState, is_amended
from bgtui.session.copyinquiry import CopyAsks, CopyReader
from bgtui.session.feed import surface
from bgtui.session.ports import AccountReader
from bgtui.store.store import Store
from bgtui.store.submissions import CLOCKS_MS

ASKS_FOR_ABSENCE = 3
"""Not being found is evidence, not proof: so often it must have been asked …"""
ABSENT_AFTER_MS = 30_000
"""… over so long a time."""
REPORT_S = 5.0
"""How long what the exchange took may go unreported before it is asked about."""
LOOK_S = 1.0
"""How long a change of a trigger order that was taken may go unreported before it is looked for."""
OVERLAP_MS = 60_000
"""How far before the sending lists are asked: our clock and the exchange's are not one."""
UNPROVEN_S = 15.0
"""Longest pause while nothing is proven, however long the exchange gave no answer."""
_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 30.0, 60.0, 120.0, 300.0)


class Inquiry:
    """Settles submissions of unknown outcome; one task for each.

    Finding an order is enough, since the store ends a submission when its order is reported. Finding none is
    believed after several asks over half a minute, and even then the asking goes on.
    """

    def __init__(
        self,
        reader: AccountReader,
        store: Store,
        apply: Callable[[Event], object],
        *,
        now_ms: Callable[[], int],
        refresh: Callable[[], None] = lambda: None,
        copying: CopyReader | None = None,
    ) -> None:
        """Ask by this reader.

        Args:
            reader: The account by REST.
            store: Where the stream may settle it first.
            apply: Takes what was found out.
            now_ms: Exchange time, Unix milliseconds.
            refresh: Has the whole account asked again, for writes that make no order.
            copying: Copy trading by REST, for its writes.
        """
        self._reader = reader
        self._store = store
        self._apply = apply
        self._now_ms = now_ms
        self._refresh = refresh
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._wakes: dict[str, asyncio.Event] = {}
        self._due_s: dict[str, float] = {}
        self._asks: dict[type, Callable[[Submission, Any], Awaitable[str | None]]] = {
            PlaceOrder: self._made,
            ReversePosition: self._made,
            AmendOrder: self._amended,
            CancelOrder: self._canceled,
            CancelOrders: self._canceled,
            CancelSymbol: self._canceled,
            CancelAll: self._canceled,
            PlacePlan: self._planned,
            PlaceTpsl: self._planned,
            AmendPlan: self._plan_amended,
            CancelPlans: self._plans_canceled,
        }
        if copying is not None:
            self._asks |= CopyAsks(copying, apply, now_ms=now_ms, is_long=self._is_long).by_intent()

    def settle(self, submission: Submission) -> None:
        """Begin to ask about a submission that is in doubt."""
        self._begin(submission, self._settle(submission.client_order_id))

    def watch(self, submission: Submission) -> None:
        """Begin to wait for the report of a submission that was taken, and ask when it does not come."""
        self._begin(submission, self._watch(submission.client_order_id))

    def ask_now(self, client_order_id: str) -> None:
        """Ask at once about a submission that is in doubt, instead of after the pause."""
        wake = self._wakes.get(client_order_id)
        if wake is not None:
            wake.set()

    def seconds_to_ask(self, client_order_id: str) -> float | None:
        """Return how long until the next question about a submission; None when none is planned."""
        due_s = self._due_s.get(client_order_id)
        return None if due_s is None else due_s - asyncio.get_running_loop().time()

    async def is_absent(self, submission: Submission) -> bool:
        """Ask once more; tell whether the exchange still knows nothing of it.

        Raises:
            BgtuiError: there was no answer, so nothing is proven.
        """
        return await self._ask(submission, submission.asks + 1) is None

    async def close(self) -> None:
        """Stop asking."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, submission: Submission, work: Any) -> None:  # noqa: ANN401 - a coroutine of one of the two
        """Begin anew where somebody asks already: that is about an attempt before this one."""
        name = submission.client_order_id
        if (before := self._tasks.get(name)) is not None:
            before.cancel()
        task = asyncio.get_running_loop().create_task(work, name=f"settle {name}")
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._forget(name, done))
        task.add_done_callback(surface)

    def _forget(self, name: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(name) is task:
            del self._tasks[name]

    async def _watch(self, name: str) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(REPORT_S):
                await asyncio.sleep(LOOK_S)
                await self._look_for_change(name)
                await asyncio.Event().wait()
        current = self._store.submission(name)
        if current is not None and current.state is SubmissionState.ACCEPTED:
            self._change(name, SubmissionState.UNKNOWN, f"taken, and not reported for {REPORT_S:.0f}s")
            await self._settle(name)

    async def _look_for_change(self, name: str) -> None:
        """Ask once about a changed trigger order: the stream does not tell all that can be changed."""
        current = self._store.submission(name)
        if current is None or not isinstance(current.intent, AmendPlan):
            return
        with suppress(BgtuiError):
            words = await self._ask(current, 0)
            current = self._store.submission(name)
            if words is not None and current is not None and current.state is SubmissionState.ACCEPTED:
                self._change(name, SubmissionState.DONE, words)

    async def _settle(self, name: str) -> None:
        wake = self._wakes[name] = asyncio.Event()
        try:
            await self._keep_asking(name)
        finally:
            if self._wakes.get(name) is wake:
                del self._wakes[name]
                self._due_s.pop(name, None)

    async def _pause(self, name: str, attempt: int) -> None:
        """Wait for the next ask, or until somebody wants it now."""
        wake, pause_s = self._wakes[name], _PAUSES_S[min(attempt, len(_PAUSES_S) - 1)]
        current = self._store.submission(name)
        if current is not None and current.state is not SubmissionState.ABSENT:
            pause_s = min(pause_s, UNPROVEN_S)
        self._due_s[name] = asyncio.get_running_loop().time() + pause_s
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await wake.wait()
        wake.clear()

    async def _keep_asking(self, name: str) -> None:
        attempt = 0
        while True:
            await self._pause(name, attempt)
            attempt += 1
            if (current := self._doubted(name)) is None:
                return  # the stream has told
            words, failure = None, ""
            try:
                words = await self._ask(current, current.asks + 1)
            except BgtuiError as error:
                failure = error.message
            if (current := self._doubted(name)) is None:
                return
            if failure:
                self._change(name, current.state, f"no answer yet: {failure}", current.asks)
            elif words is not None:
                self._change(name, SubmissionState.DONE, words, current.asks)
                return
            else:
                self._not_found(current, current.asks + 1)

    def _doubted(self, name: str) -> Submission | None:
        """Return a submission as long as its outcome is not known; sent again, it is on its way."""
        current = self._store.submission(name)
        return current if current is not None and current.state.is_doubtful else None

    async def _ask(self, submission: Submission, asks: int) -> str | None:
        """Ask once; return how it was settled, in words, or None when it was not.

        What has no order of its own is settled by reading everything again: it stands as it is shown then.
        """
        ask = self._asks.get(type(submission.intent))
        if ask is not None:
            return await ask(submission, submission.intent)
        self._refresh()
        return (
            "no answer came; account and settings were read again"
            if self._is_long(submission, asks)
            else None
        )

    def _is_long(self, submission: Submission, asks: int) -> bool:
        """Tell whether it was asked often and long enough to believe that nothing more comes of it."""
        since_ms = submission.asked_ms or self._now_ms()
        return asks >= ASKS_FOR_ABSENCE and self._now_ms() - since_ms >= ABSENT_AFTER_MS

    def _not_found(self, submission: Submission, asks: int) -> None:
        name = submission.client_order_id
        if not submission.may_have_left:
            self._change(name, SubmissionState.NOT_SENT, "recorded, never sent", asks)
        elif self._is_long(submission, asks):
            seconds = (self._now_ms() - submission.asked_ms) // 1000
            self._change(name, SubmissionState.ABSENT, f"absent: {asks} asks over {seconds}s", asks)
        else:
            self._change(name, submission.state, f"not found ×{asks}; asking again", asks)

    def _change(self, name: str, state: SubmissionState, message: str, asks: int = 0) -> None:
        current = self._store.submission(name)
        if current is not None:
            now_ms = self._now_ms()
            asked_ms = current.asked_ms or (now_ms if asks else 0)
            changed = replace(
                current, state=state, message=message, asks=asks, asked_ms=asked_ms, changed_ms=now_ms
            )
            self._apply(SubmissionChanged(changed))

    # One question for each kind of intent

    async def _made(self, submission: Submission, _intent: Any) -> str | None:  # noqa: ANN401
        return "found" if await self._find(submission) else None

    async def _amended(self, submission: Submission, intent: AmendOrder) -> str | None:
        """The new order settles it; the old one is asked as well: both may stand, or a fill came first."""
        ref = intent.order
        old = await self._look_up(ref.order_id, ref)
        if await self._find(submission):
            return "found"
        if old is None:
            return None
        if old.status is OrderStatus.FILLED:
            return "the old order was filled first"
        if old.is_open and self._is_long(submission, submission.asks + 1):
            return "not carried out: the old order stands"
        return None

    async def _canceled(self, submission: Submission, intent: Any) -> str | None:  # noqa: ANN401
        """Every order named has to be found, ended; what still stands after long was not canceled."""
        product_type = submission.product_type
        standing = {order.order_id: order for order in await self._reader.open_orders(product_type)}
        if not submission.targets and isinstance(intent, CancelSymbol | CancelAll):
            # It may have been sent unseen: nothing of before that it is about may stand.
            return self._ended(submission, sum(_is_meant(submission, each) for each in standing.values()), 0)
        by_client = {order.client_order_id: order for order in standing.values()}
        left = 0
        lost = 0
        for target in submission.targets:
            order = (
                standing.get(target)
                or by_client.get(target)
                or await self._look_up(target, _ref(intent, target) or self._known(product_type, target))
            )
            if order is not None:
                self._apply(OrderUpdated(order))
            left += order is not None and order.is_open
            lost += order is None
        return self._ended(submission, left, lost)

    def _known(self, product_type: ProductType, target: str) -> OrderRef | None:
        """Return an order of a cancel that named only its product type, as the store remembers it."""
        orders = (*(self._store.open_orders(product_type) or ()), *self._store.missing_orders(product_type))
        found = next((order for order in orders if order.order_id == target), None)
        return None if found is None else OrderRef(found.instrument, order_id=target)

    async def _planned(self, submission: Submission, _intent: Any) -> str | None:  # noqa: ANN401
        name = submission.client_order_id
        return "found" if await self._find_plans(submission, {name}) else None

    async def _plan_amended(self, submission: Submission, intent: AmendPlan) -> str | None:
        """It keeps its id and shows what it is now; a change that does not show after long did not happen."""
        ref = intent.order
        found = await self._find_plans(submission, {ref.order_id or ref.client_order_id})
        if any(is_amended(plan, intent) for plan in found):
            return "changed"
        if found and not any(plan.is_open for plan in found):
            return "it ended otherwise: see what it says"
        if not found or not self._is_long(submission, submission.asks + 1):
            return None
        is_since = any(plan.updated_ms >= submission.sent_ms - CLOCKS_MS for plan in found)
        return f"{'changed again since' if is_since else 'not carried out'}: see what it says"

    async def _plans_canceled(self, submission: Submission, intent: CancelPlans) -> str | None:
        if not submission.targets:
            plans = await self._reader.open_plans(submission.product_type)
            left = sum(plan.instrument == intent.instrument and plan.kind is intent.kind for plan in plans)
            return self._ended(submission, left, 0)
        found = await self._find_plans(submission, set(submission.targets))
        return self._ended(
            submission, sum(plan.is_open for plan in found), len(submission.targets) - len(found)
        )

    def _ended(self, submission: Submission, left: int, lost: int) -> str | None:
        """Return how a cancel ended: so many stand, so many are not found any more."""
        if not left and not lost:
            return "canceled"
        if left and self._is_long(submission, submission.asks + 1):
            return f"not carried out: {left} still stand{'s' if left == 1 else ''}"
        return None

    # Where orders are looked for

    async def _find(self, submission: Submission) -> bool:
        """Look for the order of our id: by that id, among open ones, and behind the fills."""
        instrument, name = submission.instrument, submission.client_order_id
        if instrument is None:
            return False
        order = await self._reader.order(instrument, client_order_id=name)
        if order is None:
            listed = await self._reader.open_orders(submission.product_type)
            order = next((one for one in listed if one.client_order_id == name), None)
        if order is None:
            fills = await self._reader.fills(submission.product_type, submission.sent_ms - OVERLAP_MS)
            fill = next((one for one in fills if one.client_order_id == name), None)
            if fill is not None:
                self._apply(FillReported(fill))
                order = await self._reader.order(instrument, order_id=fill.order_id)
        if order is not None:
            self._apply(OrderUpdated(order))
        return order is not None

    async def _look_up(self, target: str, ref: OrderRef | None) -> Order | None:
        """Look one order up by whichever of its ids is known."""
        if ref is None:
            return None
        by_ours = not ref.order_id
        order = await self._reader.order(
            ref.instrument,
            order_id="" if by_ours else target,
            client_order_id=(ref.client_order_id or target) if by_ours else "",
        )
        if order is not None:
            self._apply(OrderUpdated(order))
        return order

    async def _find_plans(self, submission: Submission, names: Iterable[str]) -> list[PlanOrder]:
        """Look for trigger orders by either id: among those that wait, then among those that ended."""
        wanted = set(names) - {""}
        found = _named(await self._reader.open_plans(submission.product_type), wanted)
        if len(found) < len(wanted):
            since_ms = submission.sent_ms - OVERLAP_MS
            ended = _named(await self._reader.plan_history(submission.product_type, since_ms), wanted)
            known = {plan.order_id for plan in found}
            found += [plan for plan in ended if plan.order_id not in known]
        for plan in found:
            self._apply(PlanOrderUpdated(plan))
        return found


def _named(plans: Iterable[PlanOrder], names: set[str]) -> list[PlanOrder]:
    return [plan for plan in plans if not names.isdisjoint((plan.order_id, plan.client_order_id))]


def _is_meant(submission: Submission, order: Order) -> bool:
    """Tell whether a cancel that names no order is about this one."""
    return submission.instrument in (None, order.instrument) and order.created_ms <= submission.sent_ms


def _ref(intent: object, target: str) -> OrderRef | None:
    """Return the order that a cancel names so; None where only its product type is known."""
    match intent:
        case CancelOrder():
            return intent.order
        case CancelOrders():
            refs = (ref for ref in intent.orders if target in (ref.order_id, ref.client_order_id))
            return next(refs, None)
        case CancelSymbol():
            return OrderRef(intent.instrument, order_id=target)
        case _:
            return None
