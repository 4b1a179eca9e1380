"""Asking what became of a write that nobody answered: again and again, slower each time, never sending it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from bgtui.domain.error import BgtuiError
from bgtui.domain.event import Event, OrderUpdated, SubmissionChanged
from bgtui.domain.intent import AmendOrder, CancelOrder, CancelOrders, PlaceOrder
from bgtui.domain.order import Order
from bgtui.domain.submission import Submission, SubmissionState
from bgtui.session.ports import AccountReader
from bgtui.store.store import Store

ASKS_FOR_ABSENCE = 3
"""Not being found is evidence, not proof: so often it must have been asked …"""
ABSENT_AFTER_MS = 30_000
"""… over so long a time."""
_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 30.0)


class Inquiry:
    """Settles submissions of unknown outcome; one task for each."""

    def __init__(
        self,
        reader: AccountReader,
        store: Store,
        apply: Callable[[Event], object],
        *,
        now_ms: Callable[[], int],
        refresh: Callable[[], None] = lambda: None,
    ) -> None:
        """Ask by this reader.

        Args:
            reader: The account by REST.
            store: Where the stream may settle it first.
            apply: Takes what was found out.
            now_ms: Exchange time, Unix milliseconds.
            refresh: Has the whole account asked again, for writes that make no order.
        """
        self._reader = reader
        self._store = store
        self._apply = apply
        self._now_ms = now_ms
        self._refresh = refresh
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def settle(self, submission: Submission) -> None:
        """Begin to ask about a submission."""
        name = submission.client_order_id
        if name not in self._tasks:
            task = asyncio.get_running_loop().create_task(self._settle(submission), name=f"settle {name}")
            self._tasks[name] = task
            task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def close(self) -> None:
        """Stop asking."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _settle(self, submission: Submission) -> None:
        name = submission.client_order_id
        if not isinstance(submission.intent, PlaceOrder | AmendOrder | CancelOrder | CancelOrders):
            self._refresh()
        asks = 0
        for attempt in range(1000):
            await asyncio.sleep(_PAUSES_S[min(attempt, len(_PAUSES_S) - 1)])
            current = self._store.submission(name)
            if current is None or not current.state.is_doubtful:
                return  # the stream has told
            try:
                is_settled = await self._ask(current)
            except BgtuiError as error:
                self._tell(current, f"no answer yet: {error.message}", asks)
                continue
            if is_settled:
                return
            asks += 1
            self._not_found(current, asks)

    def _not_found(self, submission: Submission, asks: int) -> None:
        waited_ms = self._now_ms() - submission.sent_ms
        if asks >= ASKS_FOR_ABSENCE and waited_ms >= ABSENT_AFTER_MS:
            text = f"absent: {asks} asks over {waited_ms // 1000}s"
            self._apply(
                SubmissionChanged(replace(submission, state=SubmissionState.ABSENT, message=text, asks=asks))
            )
        else:
            self._tell(submission, f"not found ×{asks}; asking again", asks)

    def _tell(self, submission: Submission, message: str, asks: int) -> None:
        current = self._store.submission(submission.client_order_id)
        if current is not None:
            self._apply(SubmissionChanged(replace(current, message=message, asks=asks)))

    async def _ask(self, submission: Submission) -> bool:
        """Ask once; tell whether that settled it."""
        intent = submission.intent
        instrument = submission.instrument
        if instrument is None:
            return False
        match intent:
            case PlaceOrder():
                return await self._found(submission, submission.client_order_id)
            case AmendOrder():
                if await self._found(submission, submission.client_order_id):
                    return True
                old = await self._reader.order(
                    instrument, order_id=intent.order.order_id, client_order_id=intent.order.client_order_id
                )
                return old is not None and self._kept(submission, old)
            case CancelOrder() | CancelOrders():
                return await self._canceled(submission)
            case _:
                return False

    async def _found(self, submission: Submission, client_order_id: str) -> bool:
        if submission.instrument is None:
            return False
        order = await self._reader.order(submission.instrument, client_order_id=client_order_id)
        if order is None:
            return False
        self._apply(OrderUpdated(order))  # the store ends the submission by its client id
        return True

    def _kept(self, submission: Submission, old: Order) -> bool:
        """Tell whether the old order of an amend shows that nothing came of it; its state is applied."""
        self._apply(OrderUpdated(old))
        if not old.is_open:
            return False  # gone: the new one may still appear
        if self._now_ms() - submission.sent_ms < ABSENT_AFTER_MS:
            return False
        self._end(submission, "the old order stands unchanged")
        return True

    async def _canceled(self, submission: Submission) -> bool:
        if submission.instrument is None:
            return False
        stands = 0
        for target in submission.targets:
            order = await self._reader.order(submission.instrument, order_id=target)
            if order is not None:
                self._apply(OrderUpdated(order))
                stands += order.is_open
        if stands and self._now_ms() - submission.sent_ms < ABSENT_AFTER_MS:
            return False
        self._end(submission, f"{stands} still stand" if stands else "")
        return True

    def _end(self, submission: Submission, message: str) -> None:
        current = self._store.submission(submission.client_order_id)
        if current is not None:
            self._apply(SubmissionChanged(replace(current, state=SubmissionState.DONE, message=message)))
