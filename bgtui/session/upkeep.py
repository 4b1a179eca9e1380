"""Asking again, while legs stand, what no stream tells: risk that moves with the marks, and funding."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence

from bgtui.domain.account import Position
from bgtui.domain.clock import Clock
from bgtui.domain.event import AccountPart, Coverage
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.order import MarginMode
from bgtui.session.feed import surface
from bgtui.store.store import Store

LOOK_S = 1.0
RENEW_S = 20.0
"""How old a ratio may grow that the exchange alone can work out; alerts judge it up to a minute."""
REFUSED_S = 60.0
"""The same after a refusal that another try cannot mend."""
FUNDED_S = (3.0, 8.0)
"""How long after a funding time its settlement is looked for: not with everybody else at once."""
SETTLE_S = 2.0
"""What was just filled is left to the stream: REST may not have it yet."""

Renew = Callable[[ProductType, AccountPart], Awaitable[bool]]
"""Asks about a part of the account once more; tells whether it was answered."""


class Upkeep:
    """Looks once a second at what the legs that stand need to have asked.

    The account channel tells of fills and transfers, that of the legs of orders: neither tells when the
    crossed risk has moved with the marks, nor that funding was paid.
    """

    name = "upkeep"

    def __init__(
        self,
        store: Store,
        renew: Renew,
        products: Sequence[ProductType],
        *,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        """Look at the futures among these; nothing is asked before `run`."""
        self._store = store
        self._renew = renew
        self._products = tuple(product for product in products if product.is_futures)
        self._clock = clock
        self._rng = rng
        self._coming_ms: dict[InstrumentId, int] = {}
        """When the funding of what is held is settled next, exchange time."""
        self._due_s: dict[Coverage, float] = {}
        """From when on a part is to be asked because funding was settled."""
        self._rests_s: dict[Coverage, float] = {}
        """Until when a part is not asked again."""
        self._tasks: dict[Coverage, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Look until canceled."""
        try:
            while True:
                self._look()
                await asyncio.sleep(LOOK_S)
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _look(self) -> None:
        for product in self._products:
            legs = self._store.positions(product)
            if legs is None:
                continue
            self._notice_funding(product, legs)
            for part in (AccountPart.BALANCES, AccountPart.POSITIONS):
                if self._is_wanted((product, part), legs):
                    self._ask((product, part))

    def _notice_funding(self, product: ProductType, legs: Iterable[Position]) -> None:
        """Have wallet and legs asked a little after a funding time that legs were held at."""
        now_ms, held = self._clock.now_ms() + self._store.clock_offset_ms, {leg.instrument for leg in legs}
        known = {name: at for name, at in self._coming_ms.items() if name.product_type is product}
        if any(at <= now_ms for at in known.values()):
            due_s = self._clock.monotonic() + self._rng.uniform(*FUNDED_S)
            for part in (AccountPart.BALANCES, AccountPart.POSITIONS):
                self._due_s.setdefault((product, part), due_s)
        for name in known:
            del self._coming_ms[name]
        for name in held:
            # A ticker may tell of the one after the next before our clock has reached the next.
            ticker = self._store.ticker(name)
            told_ms = None if ticker is None else ticker.next_funding_ms
            coming = [at for at in (known.get(name), told_ms) if at is not None and at > now_ms]
            if coming:
                self._coming_ms[name] = min(coming)

    def _is_wanted(self, covers: Coverage, legs: Iterable[Position]) -> bool:
        now_s, (product, part) = self._clock.monotonic(), covers
        # What is not current, the reconciler asks by itself.
        if covers in self._tasks or not self._store.freshness(product, part).is_current:
            return False
        filled_s = self._store.legs_age_s(product)
        if filled_s is not None and filled_s < SETTLE_S:
            return False
        if covers in self._due_s:
            return now_s >= self._due_s[covers]
        return now_s >= self._rests_s.get(covers, 0.0) and self._is_old(part, legs, product)

    def _is_old(self, part: AccountPart, legs: Iterable[Position], product: ProductType) -> bool:
        if part is AccountPart.BALANCES:
            coins = {leg.margin_coin for leg in legs if leg.margin_mode is MarginMode.CROSSED}
            ages_s = [self._store.balance_age_s(product, coin) for coin in coins]
        else:
            ages_s = [self._store.legs_told_age_s(product) for leg in legs if self._is_told_alone(leg)]
        return any(age_s is None or age_s >= RENEW_S for age_s in ages_s)

    def _is_told_alone(self, leg: Position) -> bool:
        """Tell whether a leg's margin ratio can neither be worked out here nor be read from its wallet."""
        product = leg.instrument.product_type
        if leg.margin_mode is MarginMode.ISOLATED:
            return product is ProductType.COIN_FUTURES or leg.mark_price is None
        wallet = self._store.known_balances(product).get(leg.margin_coin)
        return wallet is None or wallet.cross_risk_ratio is None

    def _ask(self, covers: Coverage) -> None:
        self._due_s.pop(covers, None)
        task = asyncio.create_task(self._work(covers), name=f"renew {covers[1].value} of {covers[0].value}")
        self._tasks[covers] = task
        task.add_done_callback(lambda done: self._end(covers, done))

    async def _work(self, covers: Coverage) -> None:
        is_answered = await self._renew(*covers)
        rest_s = RENEW_S if is_answered else REFUSED_S
        self._rests_s[covers] = self._clock.monotonic() + rest_s

    def _end(self, covers: Coverage, task: asyncio.Task[None]) -> None:
        self._tasks.pop(covers, None)
        surface(task)
