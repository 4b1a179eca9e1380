"""The account by REST against the store: what a stream that was down has missed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress

from bgtui.domain.account import Balance, Fill, Position
from bgtui.domain.clock import Clock
from bgtui.domain.error import BgtuiError, Refused
from bgtui.domain.event import (
    AccountPart,
    AccountReconciled,
    BalancesReported,
    Coverage,
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
from bgtui.session.feed import FATAL, Apply, backoff_s, failed
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
"""Answers of "not found" after which an order is left in doubt, for a person to see."""
MAX_RETRY_S = 30.0
CHANNEL_WAIT_S = 3.0
"""How long the first question after a connection waits for the channel that will keep its answer current."""
DOUBT_S = 5.0
"""Time in which frames that could not be read are answered by one round of questions."""


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
    """Return the orders behind these fills, oldest first, that the store has never heard of, each once.

    Of too many the latest, which a person may still have in mind.
    """
    named = {(fill.instrument, fill.order_id): None for fill in fills if fill.order_id}
    return tuple(key for key in named if store.order(*key) is None)[-LOOKUP_LIMIT:]


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
        fills_from_ms: Callable[[ProductType], int | None] = lambda _: None,
    ) -> None:
        """Prepare; nothing is asked before `run`.

        With a private stream, nothing counts as current unless it was asked after the exchange had granted
        the channel that tells about it: what happens between an answer and the grant, nobody tells.

        ``fills_from_ms`` says where the first question about fills begins, Unix milliseconds, should a day's
        worth be more than anybody needs.
        """
        self._reader = reader
        self._store = store
        self._apply = apply
        self._product_types = tuple(product_types)
        self._clock = clock
        self._rng = rng
        self._has_stream = has_stream
        self._is_streaming = False
        self._accepted: set[Coverage] = set()
        self._refused: set[Coverage] = set()
        self._answered = asyncio.Event()
        self._kicked = asyncio.Event()
        self._doubt: asyncio.TimerHandle | None = None
        self._fills_from_ms = fills_from_ms
        self._fills_until_ms: dict[ProductType, int] = {}
        """Exchange time up to which every fill is known, as of the last answer or the last interruption."""
        self._whole: set[ProductType] = set()
        """Where the stream has told every fill since then."""

    def open_stream(self) -> None:
        """Ask everything again: the private stream is up, and what it missed is unknown."""
        self._interrupt()
        self._is_streaming = True
        # What was refused is not asked for again by the stream, so nobody would answer it again.
        self._accepted.clear()
        self._kicked.set()

    def lose_stream(self) -> None:
        """Take note that answers no longer stay current."""
        self._interrupt()
        self._is_streaming = False

    def accept(self, covers: Coverage) -> None:
        """Take note that the stream tells about this part from now on."""
        self._refused.discard(covers)
        self._accepted.add(covers)
        self._wake()

    def refuse(self, covers: Coverage) -> None:
        """Take note that the stream will not tell about this part; the store knows what that makes of it."""
        self._refused.add(covers)
        self._wake()

    def doubt(self) -> None:
        """Ask everything again soon: the stream said something that could not be read."""
        self._interrupt()
        if self._doubt is None:
            self._doubt = asyncio.get_running_loop().call_later(DOUBT_S, self._kicked.set)

    async def renew(self, product_type: ProductType, part: AccountPart) -> bool:
        """Ask about one part until it is answered; how far it is trusted stays as it is.

        Tells whether it was answered: a refusal that another try cannot mend ends the asking.
        """
        return await self._ask(product_type, part, self._asks()[part])

    async def run(self) -> None:
        """Ask now, and again whenever the stream has come back, until canceled."""
        while True:
            self._kicked.clear()
            self._forget_doubt()
            work = asyncio.create_task(self._ask_all(), name=self.name)
            kicked = asyncio.create_task(self._kicked.wait())
            try:
                await asyncio.wait((work, kicked), return_when=asyncio.FIRST_COMPLETED)
                if work.done():
                    work.result()
                    await kicked
            finally:
                self._forget_doubt()
                for task in (work, kicked):
                    task.cancel()
                await asyncio.gather(work, kicked, return_exceptions=True)

    async def _ask_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for product_type in self._product_types:
                group.create_task(self._ask_product(product_type))

    async def _ask_product(self, product_type: ProductType) -> None:
        async with asyncio.TaskGroup() as group:
            for part, ask in self._asks().items():
                group.create_task(self._settle(product_type, part, ask))

    def _asks(self) -> dict[AccountPart, Callable[[ProductType], Awaitable[None]]]:
        return {
            AccountPart.BALANCES: self._balances,
            AccountPart.POSITIONS: self._positions,
            AccountPart.ORDERS: self._orders,
            AccountPart.PLANS: self._plans,
            AccountPart.FILLS: self._fills,
        }

    async def _settle(
        self, product_type: ProductType, part: AccountPart, ask: Callable[[ProductType], Awaitable[None]]
    ) -> None:
        """Ask about one part until its answer can stay current."""
        covers = (product_type, part)
        if self._is_streaming:
            await self._await_channel(covers, CHANNEL_WAIT_S)
        while True:
            is_covered = self._is_covered(covers)
            if not await self._ask(product_type, part, ask) or not (self._is_streaming or is_covered):
                return
            if is_covered and self._is_covered(covers):
                if part is AccountPart.FILLS:
                    self._whole.add(product_type)
                self._apply(AccountReconciled(product_type, part))
                return
            await self._await_channel(covers, None)

    async def _ask(
        self, product_type: ProductType, part: AccountPart, ask: Callable[[ProductType], Awaitable[None]]
    ) -> bool:
        """Ask about one part until it is answered; a failure leaves that part alone as it was.

        Tells whether it was answered: a refusal that another try cannot mend ends the asking.
        """
        source = f"{part.value} of {product_type.value}"
        attempt = 0
        while True:
            try:
                await ask(product_type)
                break
            except (*FATAL, Refused) as error:
                self._apply(FeedFailed(source, clean_line(str(error)), None))
                return False
            except BgtuiError as error:
                attempt += 1
                delay_s = backoff_s(attempt, self._rng, max_s=MAX_RETRY_S)
                self._apply(failed(source, error, delay_s))
            await asyncio.sleep(delay_s)
        self._apply(FeedRecovered(source))
        return True

    def _is_covered(self, covers: Coverage) -> bool:
        """Tell whether an answer to a question asked now will stay as current as it can be."""
        if not self._has_stream:
            return True
        if self._doubt is not None:
            return False
        product_type, part = covers
        has_channel = part is not AccountPart.POSITIONS or product_type.is_futures
        return self._is_streaming and (not has_channel or covers in self._accepted or covers in self._refused)

    async def _await_channel(self, covers: Coverage, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._is_covered(covers):
                    await self._answered.wait()

    def _wake(self) -> None:
        self._answered.set()
        self._answered.clear()

    def _forget_doubt(self) -> None:
        if self._doubt is not None:
            self._doubt.cancel()
            self._doubt = None

    def _interrupt(self) -> None:
        """Remember up to when fills are known, before later ones come that leave a gap behind them."""
        for product_type in self._whole:
            last_ms = self._store.last_fill_ms(product_type) or 0
            self._fills_until_ms[product_type] = max(self._fills_until_ms[product_type], last_ms)
        self._whole.clear()

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
        until_ms = self._fills_until_ms.get(product_type)
        if until_ms is None:
            since_ms = self._fills_from_ms(product_type) or self._exchange_ms() - FIRST_FILLS_MS
        else:
            since_ms = until_ms - FILLS_OVERLAP_MS
        asked_s = self._clock.monotonic()
        fills = await self._reader.fills(product_type, since_ms)
        # Counted back from now, since asking may have measured the exchange's clock anew.
        asked_ms = self._exchange_ms() - round((self._clock.monotonic() - asked_s) * 1000)
        for fill in fills:
            if not self._store.has_fill(fill):
                self._apply(FillReported(fill))
        if until_ms is not None:
            # An order that was placed and ended while the stream was down shows in no list of open orders.
            for instrument, order_id in unseen_orders(fills, self._store):
                found = await self._reader.order(instrument, order_id=order_id)
                if found is not None:
                    self._apply(OrderUpdated(found))
        self._fills_until_ms[product_type] = max(asked_ms, until_ms or 0)

    def _exchange_ms(self) -> int:
        return self._clock.now_ms() + self._store.clock_offset_ms
