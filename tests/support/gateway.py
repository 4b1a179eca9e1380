"""A trading gateway that remembers what it was asked to send, and ends it as the test has scripted."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from bgtui.domain.error import BgtuiError
from bgtui.domain.intent import (
    AmendPlan,
    BatchAnswer,
    CancelAll,
    CancelOrders,
    CancelPlans,
    CancelSymbol,
    ClosePosition,
    Intent,
    OrderAck,
    PositionTpsl,
)

_BATCHES = (CancelOrders, CancelSymbol, CancelAll, CancelPlans, ClosePosition)


class FakeGateway:
    """session.ports.TradingGateway: every write is taken, unless the test has said how it ends.

    The real `OrderDesk` runs on top of it, so what the screens show comes from the store as ever.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[Intent, str]] = []
        """What left, in order, with our id of it (empty where it makes no order)."""
        self.endings: deque[BgtuiError | Any] = deque()
        """How the next writes end: an error is raised, anything else is the answer."""
        self._may_answer = asyncio.Event()
        self._may_answer.set()
        self._next_id = 7001

    @property
    def intents(self) -> list[Intent]:
        """What left, without the ids."""
        return [intent for intent, _ in self.sent]

    def hold(self) -> None:
        """Let nothing be answered until `release`: what is sent stays on its way."""
        self._may_answer.clear()

    def release(self) -> None:
        """Answer what waits."""
        self._may_answer.set()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._take

    async def _take(self, intent: Intent, client_order_id: str = "") -> Any:
        self.sent.append((intent, client_order_id))
        await self._may_answer.wait()
        if self.endings:
            ending = self.endings.popleft()
            if isinstance(ending, BaseException):
                raise ending
            return ending
        return self._answer(intent, client_order_id)

    def _answer(self, intent: Intent, client_order_id: str) -> Any:
        if isinstance(intent, _BATCHES):
            refs = getattr(intent, "orders", ())
            return BatchAnswer(tuple(OrderAck(ref.order_id, ref.client_order_id) for ref in refs), ())
        self._next_id += 1
        ack = OrderAck(f"121399990000{self._next_id}", client_order_id)
        if isinstance(intent, PositionTpsl):
            return (ack, ack)
        return OrderAck(intent.order.order_id, "") if isinstance(intent, AmendPlan) else ack
