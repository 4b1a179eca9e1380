"""The account by REST against the store: what a stream that was down has missed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence

from bgtui.domain.account import Balance, Fill, Position
from bgtui.domain.clock import Clock
from bgtui.domain.error import BgtuiError
from bgtui.domain.event import (
    AccountPart,
    AccountReconciled,
    BalancesReported,
    FeedFailed,
    FeedRecovered,
    FillReported,
    OpenOrdersListed,
    OpenPlansListed,
    OrderUpdated,
    PlanOrderUpdated,
    PositionsReported,
)
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import Order
from bgtui.domain.text import clean_line
from bgtui.session.feed import FATAL, Apply, backoff_s
from bgtui.session.ports import AccountReader
from bgtui.store.store import Store

FILLS_OVERLAP_MS = 5 * 60_000
"""How far before the last known fill the question begins: fills of one moment may be told out of order."""
FIRST_FILLS_MS = 24 * 3_600_000
"""How far back the first question about fills goes."""
HISTORY_OVERLAP_MS = 60_000
LOOKUP_LIMIT = 50
"""Orders looked up only because a missed fill names them."""
NOT_FOUND_TRIES = 4
"""Answers of "not found" after which an order is left in doubt, for a person to see (product.md C-5)."""
MAX_RETRY_S = 30.0


def latest_positions(
    answer: tuple[Position, ...], before: PositionsReported | None, now: PositionsReported | None
) -> tuple[Position, ...] | None:
    """Return the legs that REST told, or None when the stream has told something later meanwhile."""
    return answer if now is before else None


def latest_balances(
    answer: Iterable[Balance], before: dict[str, Balance], now: dict[str, Balance]
) -> tuple[Balance, ...]:
    """Return REST's coins, with the stream's word on those that it touched since the question was asked."""
    coins = {balance.coin: balance for balance in answer}
    coins.update({coin: balance for coin, balance in now.items() if before.get(coin) != balance})
    return tuple(coins.values())


def unseen_orders(fills: Iterable[Fill], store: Store) -> tuple[tuple[InstrumentId, str], ...]:
    """Return the orders behind these fills that the store has never heard of, each once."""
    named = {(fill.instrument, fill.order_id): None for fill in fills if fill.order_id}
    return tuple(key for key in named if store.order(*key) is None)[:LOOKUP_LIMIT]


class Reconciler:
    """Asks REST about every product type, after the start and after every return of the private stream.

    Stream events go on meanwhile. Orders and fills merge whatever the order of arrival; lists that would
    replace (positions, balances) give way to what the stream told after they were asked for.
    """

    name = "reconcile"

    def __init__(
        self,
        reader: AccountReader,
        store: Store,
        apply: Apply,
        product_types: Sequence[ProductType],
        *,
        clock: Clock,
        rng: random.Random,
        has_stream: bool,
    ) -> None:
        """Prepare; nothing is asked before `run`.

        With a private stream, nothing counts as current before that stream is up as well.
        """
        self._reader = reader
        self._store = store
        self._apply = apply
        self._product_types = tuple(product_types)
        self._clock = clock
        self._rng = rng
        self._is_streaming = not has_stream
        self._kicked = asyncio.Event()
        self._fills_known: set[ProductType] = set()

    def open_stream(self) -> None:
        """Ask everything again: the private stream is up, and what it missed is unknown."""
        self._is_streaming = True
        self._kicked.set()

    def lose_stream(self) -> None:
        """Take note that answers no longer stay current."""
        self._is_streaming = False

    async def run(self) -> None:
        """Ask now, and again whenever the stream has come back, until canceled."""
        while True:
            self._kicked.clear()
            work = asyncio.create_task(self._ask_all(), name=self.name)
            kicked = asyncio.create_task(self._kicked.wait())
            try:
                await asyncio.wait((work, kicked), return_when=asyncio.FIRST_COMPLETED)
                if work.done():
                    work.result()
                    await kicked
            finally:
                for task in (work, kicked):
                    task.cancel()
                await asyncio.gather(work, kicked, return_exceptions=True)

    async def _ask_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for product_type in self._product_types:
                group.create_task(self._ask_product(product_type))

    async def _ask_product(self, product_type: ProductType) -> None:
        asks: dict[AccountPart, Callable[[ProductType], Awaitable[None]]] = {
            AccountPart.BALANCES: self._balances,
            AccountPart.POSITIONS: self._positions,
            AccountPart.ORDERS: self._orders,
            AccountPart.PLANS: self._plans,
            AccountPart.FILLS: self._fills,
        }
        async with asyncio.TaskGroup() as group:
            for part, ask in asks.items():
                group.create_task(self._settle(product_type, part, ask))

    async def _settle(
        self, product_type: ProductType, part: AccountPart, ask: Callable[[ProductType], Awaitable[None]]
    ) -> None:
        """Ask about one part until it is answered; a failure leaves that part alone as it was."""
        source = f"{part.value} of {product_type.value}"
        attempt = 0
        while True:
            try:
                await ask(product_type)
                break
            except FATAL as error:
                self._apply(FeedFailed(source, clean_line(str(error)), None))
                return
            except BgtuiError as error:
                attempt += 1
                delay_s = backoff_s(attempt, self._rng, max_s=MAX_RETRY_S)
                self._apply(FeedFailed(source, clean_line(str(error)), round(delay_s * 1000)))
            await asyncio.sleep(delay_s)
        self._apply(FeedRecovered(source))
        if self._is_streaming:
            self._apply(AccountReconciled(product_type, part))

    async def _positions(self, product_type: ProductType) -> None:
        if not product_type.is_futures:
            answer: tuple[Position, ...] = ()
            before = self._store.positions_report(product_type)
        else:
            before = self._store.positions_report(product_type)
            answer = await self._reader.positions(product_type)
        now = self._store.positions_report(product_type)
        positions = latest_positions(answer, before, now)
        if positions is not None:
            # No later than what the stream says next, whatever this machine's clock thinks.
            time_ms = max((before.time_ms if before else 0, *(leg.updated_ms or 0 for leg in positions)))
            self._apply(PositionsReported(product_type, positions, time_ms))

    async def _balances(self, product_type: ProductType) -> None:
        before = self._store.known_balances(product_type)
        answer = await self._reader.balances(product_type)
        balances = latest_balances(answer, before, self._store.known_balances(product_type))
        time_ms = self._store.last_balance_ms(product_type)
        self._apply(BalancesReported(product_type, balances, is_complete=True, time_ms=time_ms))

    async def _orders(self, product_type: ProductType) -> None:
        asked_ms = max(self._exchange_ms(), self._store.last_order_ms(product_type) + 1)
        orders = await self._reader.open_orders(product_type)
        self._apply(OpenOrdersListed(product_type, orders, asked_ms))
        for attempt in range(1, NOT_FOUND_TRIES + 1):
            missing = self._store.missing_orders(product_type)
            for order in missing:
                await self._look_up(order)
            if not self._store.missing_orders(product_type):
                return
            if attempt < NOT_FOUND_TRIES:
                await asyncio.sleep(backoff_s(attempt + 2, self._rng))

    async def _look_up(self, order: Order) -> None:
        found = await self._reader.order(order.instrument, order_id=order.order_id)
        if found is not None:
            self._apply(OrderUpdated(found))

    async def _plans(self, product_type: ProductType) -> None:
        asked_ms = max(self._exchange_ms(), self._store.last_plan_ms(product_type) + 1)
        plans = await self._reader.open_plans(product_type)
        self._apply(OpenPlansListed(product_type, plans, asked_ms))
        for attempt in range(1, NOT_FOUND_TRIES + 1):
            missing = {plan.order_id: plan for plan in self._store.missing_plans(product_type)}
            if not missing:
                return
            since_ms = min(plan.updated_ms for plan in missing.values()) - HISTORY_OVERLAP_MS
            for ended in await self._reader.plan_history(product_type, since_ms):
                if ended.order_id in missing:
                    self._apply(PlanOrderUpdated(ended))
            if attempt < NOT_FOUND_TRIES and self._store.missing_plans(product_type):
                await asyncio.sleep(backoff_s(attempt + 2, self._rng))

    async def _fills(self, product_type: ProductType) -> None:
        last_ms = self._store.last_fill_ms(product_type)
        is_first = product_type not in self._fills_known
        if is_first or last_ms is None:
            since_ms = self._exchange_ms() - FIRST_FILLS_MS
        else:
            since_ms = last_ms - FILLS_OVERLAP_MS
        fills = await self._reader.fills(product_type, since_ms)
        missed = [fill for fill in fills if not self._store.has_fill(fill)]
        for fill in missed:
            self._apply(FillReported(fill))
        self._fills_known.add(product_type)
        if not is_first:
            # An order that was placed and ended while the stream was down shows in no list of open orders.
            for instrument, order_id in unseen_orders(missed, self._store):
                found = await self._reader.order(instrument, order_id=order_id)
                if found is not None:
                    self._apply(OrderUpdated(found))

    def _exchange_ms(self) -> int:
        return self._clock.now_ms() + self._store.clock_offset_ms
