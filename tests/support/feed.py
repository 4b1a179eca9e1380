"""Fakes at the session's seams: a market feed, an event source and an account reader driven by the test."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable

from bgtui.domain.account import Balance, Fill, Position
from bgtui.domain.error import BgtuiError, NetworkError
from bgtui.domain.event import Event
from bgtui.domain.feed import MarketTopic
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import Order, PlanOrder


class FakeSource:
    """An event source that reports what the test puts in, and fails when it puts in an exception."""

    def __init__(self, name: str = "private") -> None:
        self.name = name
        self.starts = 0
        self.closes = 0
        self._queue: asyncio.Queue[Event | Exception | None] = asyncio.Queue()

    def put(self, *items: Event | Exception | None) -> None:
        """Report these; an exception is raised, None ends the source."""
        for item in items:
            self._queue.put_nowait(item)

    async def events(self) -> AsyncIterator[Event]:
        self.starts += 1
        try:
            while (item := await self._queue.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.closes += 1


class FakeMarket(FakeSource):
    """A market feed that remembers what it was asked to do."""

    def __init__(self) -> None:
        super().__init__("public")
        self.watched: frozenset[MarketTopic] = frozenset()
        self.calls: list[tuple[str, MarketTopic]] = []

    def watch(self, topics: Iterable[MarketTopic]) -> None:
        self.watched = frozenset(topics)

    def renew(self, topic: MarketTopic) -> None:
        self.calls.append(("renew", topic))

    def reconnect(self, topic: MarketTopic, reason: str) -> None:
        assert reason
        self.calls.append(("reconnect", topic))


class FakeReader:
    """The exchange's side of an account: what REST would answer, how late, and what fails."""

    def __init__(self, delay_s: float = 0.1) -> None:
        self.delay_s = delay_s
        self.orders: dict[str, Order] = {}
        """Every order that the exchange knows, by id."""
        self.plans: tuple[PlanOrder, ...] = ()
        self.ended_plans: tuple[PlanOrder, ...] = ()
        self.legs: tuple[Position, ...] = ()
        self.coins: tuple[Balance, ...] = ()
        self.trades: tuple[Fill, ...] = ()
        self.failures: dict[str, list[BgtuiError]] = {}
        self.calls: Counter[str] = Counter()
        self.fills_since: list[int] = []

    def fail(self, name: str, *errors: BgtuiError) -> None:
        """Let the next calls of one method fail, by default with a network error."""
        self.failures[name] = list(errors) or [NetworkError("unreachable")]

    async def _answer(self, name: str) -> None:
        self.calls[name] += 1
        await asyncio.sleep(self.delay_s)
        if self.failures.get(name):
            raise self.failures[name].pop(0)

    async def open_orders(self, product_type: ProductType) -> tuple[Order, ...]:
        answer = tuple(
            one for one in self.orders.values() if one.is_open and one.instrument.product_type is product_type
        )
        await self._answer("open_orders")
        return answer

    async def open_plans(self, product_type: ProductType) -> tuple[PlanOrder, ...]:
        answer = self.plans
        await self._answer("open_plans")
        return answer

    async def order(
        self, instrument: InstrumentId, *, order_id: str = "", client_order_id: str = ""
    ) -> Order | None:
        await self._answer("order")
        return self.orders.get(order_id)

    async def plan_history(self, product_type: ProductType, since_ms: int) -> tuple[PlanOrder, ...]:
        await self._answer("plan_history")
        return tuple(plan for plan in self.ended_plans if plan.updated_ms >= since_ms)

    async def positions(self, product_type: ProductType) -> tuple[Position, ...]:
        answer = self.legs
        await self._answer("positions")
        return answer

    async def balances(self, product_type: ProductType) -> tuple[Balance, ...]:
        answer = self.coins
        await self._answer("balances")
        return answer

    async def fills(self, product_type: ProductType, since_ms: int) -> tuple[Fill, ...]:
        self.fills_since.append(since_ms)
        await self._answer("fills")
        return tuple(fill for fill in self.trades if fill.time_ms >= since_ms)


class LookupReader(FakeReader):
    """A reader that also looks up by our id, where the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.knows_our_ids = True

    async def order(
        self, instrument: InstrumentId, *, order_id: str = "", client_order_id: str = ""
    ) -> Order | None:
        await self._answer("order")
        if order_id or not self.knows_our_ids:
            return self.orders.get(order_id)
        return next((one for one in self.orders.values() if one.client_order_id == client_order_id), None)

    def has(self, *orders: Order) -> None:
        self.orders.update({one.order_id: one for one in orders})
