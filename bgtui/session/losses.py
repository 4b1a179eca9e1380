"""What the UTC day has brought to the account, and the lock when it has lost what it may.

Realized PnL and fees come from the exchange's fills, so they survive whatever happens here. What is
remembered between runs is where the open legs stood when the day was first looked at, what the older fills of
the day come to, and the lock itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Protocol

from bgtui.domain import dayloss, pnl, question
from bgtui.domain.account import Fill, Position
from bgtui.domain.dayloss import DAY_MS, DayFigures, day_of
from bgtui.domain.daysums import SETTLED_MS, DayFill, DaySums, DayTally
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.limit import Limits
from bgtui.domain.question import Question
from bgtui.domain.value import frozen
from bgtui.session.exposure import MAX_AGE_S, dollars, mark_of
from bgtui.store.freshness import Trust
from bgtui.store.store import Store

FUNDING_MS = 600_000
"""How often the wallet's ledger is asked for funding."""
BEGIN_MS = 60_000
"""For how long after 00:00 UTC a mark is where the day began."""
NOTED_MS = 60_000
"""How far the mark of the sums moves before it is worth a write to disk."""
LONG_LIST = 2000
"""From so many recorded fills on, a run begins with the record and reads only what is newer."""
TROUBLE_MS = 60_000
"""How long a record that could not be used is spoken of."""
_ZERO = Decimal(0)
_FUNDING = "settle_fee"
"""Part of Bitget's word for funding in the ledger (`contract_settle_fee`)."""


@frozen
class DayTrades:
    """What a product type's fills have brought since 00:00 UTC, dollars."""

    realized: Decimal
    """Price PnL of what was closed, before fees."""
    fees: Decimal
    """Below zero where they were paid."""
    gap_ms: int = 0
    """Before when fills of the day are missing, exchange time; 0: none."""


@frozen
class DayRecord:
    """What has to outlive the run."""

    day_ms: int
    """When the day began."""
    marks: Mapping[ProductType, Decimal] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """Unrealized PnL with which the day was begun, dollars, by product type."""
    equity: Decimal | None = None
    locked_until_ms: int = 0
    lock_line: str = ""
    reduced: frozenset[str] = frozenset()
    """Legs that were reduced for a loss which still stands."""
    sums: Mapping[ProductType, DaySums] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """What the older fills of the day come to."""


class DayMemory(Protocol):
    """Where the record is kept."""

    trouble: str
    """Why what was found there cannot be used, one line; empty where there was nothing or all is well."""

    def load(self) -> DayRecord | None:
        """Return what an earlier run has left; None when there is nothing that can be read."""

    async def save(self, record: DayRecord) -> str:
        """Keep it; return why that failed, one line, or nothing."""


class NoMemory:
    """Forgets everything: for an account that ends with the run."""

    trouble = ""

    def load(self) -> DayRecord | None:
        """Return nothing."""
        return None

    async def save(self, record: DayRecord) -> str:  # noqa: ARG002 - nothing is kept
        """Keep nothing."""
        return ""


class Losses:
    """Counts the day and locks; whoever asks gets figures that are at most as old as the store."""

    def __init__(
        self,
        store: Store,
        limits: Limits,
        products: Sequence[ProductType],
        *,
        now_ms: Callable[[], int],
        memory: DayMemory | None = None,
        ask: Callable[[Question[Any]], None] = lambda _: None,
        lock: Callable[[int, str], None] = lambda _until_ms, _line: None,
    ) -> None:
        """Begin with what is remembered of today.

        Args:
            store: Where the account is.
            limits: When to lock.
            products: Product types that are followed; spot has no legs and is not counted.
            now_ms: Exchange time, Unix milliseconds.
            memory: Where the record is kept between runs.
            ask: Has the wallet's ledger asked, which knows the funding.
            lock: Told until when the day is locked, Unix milliseconds, and the line for the person.
        """
        self._store = store
        self._limits = limits
        self._products = tuple(product for product in products if product.is_futures)
        self._now_ms = now_ms
        self._memory: DayMemory = NoMemory() if memory is None else memory
        self._ask = ask
        self._lock = lock
        self._asked_ms: int | None = None
        self._tallies: dict[tuple[ProductType, int], DayTally] = {}
        """By product type and begin of the day."""
        self._partly: set[ProductType] = set()
        """Whose fills are read from the record's mark on, and not all."""
        loaded = self._memory.load()
        self._loaded_ms = 0 if loaded is None else loaded.day_ms
        self._record = loaded or DayRecord(0)
        self._past = DayRecord(0)
        """The record before this one: a clock that was wrong for a while comes back to it."""
        self._is_kept = True
        self._failure = ""
        self._trouble = self._memory.trouble
        self._told_until_ms = now_ms() + TROUBLE_MS

    @property
    def is_locked(self) -> bool:
        """Tell whether the day is locked."""
        return self._now_ms() < self._record.locked_until_ms

    @property
    def until_ms(self) -> int:
        """When the lock ends, Unix milliseconds; 0 without one."""
        return self._record.locked_until_ms if self.is_locked else 0

    @property
    def line(self) -> str:
        """Why it is locked, for a person; empty without a lock."""
        return self._record.lock_line if self.is_locked else ""

    @property
    def reduced(self) -> frozenset[str]:
        """Legs that were reduced for a loss which still stands."""
        return self._record.reduced

    @property
    def problem(self) -> str:
        """Why the record cannot be kept, or could not be used, one line; empty while all is well."""
        if self._failure or self._now_ms() >= self._told_until_ms:
            return self._failure
        if self._loaded_ms > self._record.day_ms and self._store.health().clock_offset_ms is not None:
            return f"Day record is of a day that has not begun: not used; {_ANEW}."
        return self._trouble and f"{self._trouble}; {_ANEW}."

    def hear(self, fill: Fill) -> None:
        """Count a fill, whatever list it stands in; one that was counted changes nothing."""
        instrument = fill.instrument
        if instrument.product_type not in self._products:
            return
        told = DayFill(
            f"{instrument} {fill.trade_id}",
            fill.time_ms,
            self._coin(instrument),
            fill.realized_pnl or _ZERO,
            tuple((fee.coin, -fee.cost) for fee in fill.fees),
        )
        self._tally(instrument.product_type, day_of(fill.time_ms)).add(told)

    def read_from_ms(self, product: ProductType) -> int | None:
        """Return from when on the run's first list of fills has to be read; None: all of the day.

        A day of thousands of fills goes on from the record. What the list holds of the record's own time
        proves that nothing is missing between both.
        """
        self._roll()
        sums = self._recorded(product, self._record.day_ms)
        if sums.count < LONG_LIST:
            return None
        self._partly.add(product)
        return sums.until_ms - SETTLED_MS

    async def note_reduced(self, legs: frozenset[str]) -> bool:
        """Remember which legs were reduced; tell whether that is on disk."""
        self._change(replace(self._record, reduced=legs))
        return await self.keep()

    async def keep(self) -> bool:
        """Write the record where it changed; tell whether it is kept."""
        if not self._is_kept:
            record = self._record
            self._failure = await self._memory.save(record)
            self._is_kept = not self._failure and record == self._record
        return self._is_kept

    def judge(self) -> None:
        """Begin a new day where one has begun, and lock when the day has lost what it may."""
        self._roll()
        self._settle()
        if self.is_locked:
            self._lock(self._record.locked_until_ms, self._record.lock_line)
            return
        if not dayloss.has_limit(self._limits):
            return
        self._ask_funding()
        figures = self.figures()
        allowed = dayloss.allowed_loss(figures, self._limits)
        if allowed is None or not dayloss.is_over(figures, self._limits):
            return
        line = dayloss.lock_line(figures.net, -allowed)
        until_ms = self._record.day_ms + DAY_MS
        self._change(replace(self._record, locked_until_ms=until_ms, lock_line=line))
        self._lock(until_ms, line)

    def figures(self, product: ProductType | None = None) -> DayFigures:
        """Return the day's sums over all product types that have told them.

        Args:
            product: The one that has to have told; what others have not told is left out. None: any one.
        """
        self._roll()
        unknown = self._unknown(product) if product is not None and product.is_futures else ""
        total = DayFigures(equity=self._record.equity, unknown=unknown)
        is_told = False
        for each in self._products:
            told = self._figures(each)
            if told is not None:
                is_told = True
                total = _added(total, told)
            elif each is product and not unknown:
                total = replace(total, unknown=f"what {each.value} is worth")
        if product is None and not is_told:
            return replace(total, unknown="what today has brought")
        return total

    def _figures(self, product: ProductType) -> DayFigures | None:
        """Return one product type's part; None while it is not known."""
        start = self._record.marks.get(product)
        if start is None or self._unknown(product):
            return None
        brought, moved = self._brought(self._tally(product, self._record.day_ms)), self._unrealized(product)
        if brought is None or moved is None:
            return None
        return DayFigures(*brought, self._funding(product), moved - start)

    def _brought(self, tally: DayTally) -> tuple[Decimal, Decimal] | None:
        """Return what fills have realized and cost; None where the worth of a coin is not known."""
        sums = tally.total()
        won = self._worth(sums.realized)
        # What was paid in a coin whose price nobody follows is left out: it is small, and no reason to stop.
        paid = sum(
            (amount * (dollars(self._store, coin) or _ZERO) for coin, amount in sums.fees.items()), _ZERO
        )
        return None if won is None else (won, paid)

    def counts(self, product: ProductType) -> bool:
        """Tell whether a product type's fills are counted here."""
        return product in self._products

    def trades(self, product: ProductType) -> DayTrades | None:
        """Return what the day's fills have brought, however many: the figures that the lock goes by.

        None while the exchange has not told them, or the worth of a coin is not known.
        """
        self._roll()
        if self._store.freshness(product, AccountPart.FILLS).trust is Trust.UNKNOWN:
            return None
        tally = self._joined(product)
        brought = self._brought(tally)
        return None if brought is None else DayTrades(*brought, tally.gap_ms)

    # The day

    def _roll(self) -> None:
        day_ms = day_of(self._now_ms())
        if self._record.day_ms != day_ms:
            # Who reduced what goes on standing; a lock that outlasts the day does not exist.
            before, reduced = self._record, self._record.reduced
            self._change(
                replace(self._past if self._past.day_ms == day_ms else DayRecord(day_ms), reduced=reduced)
            )
            self._past = before
            for key in [key for key in self._tallies if abs(key[1] - day_ms) > DAY_MS]:
                del self._tallies[key]
        for product in self._products:
            if product not in self._record.marks and not self._unknown(product):
                self._begin(product)
        if self._record.equity is None:
            # Wallets may be told after legs and fills.
            told = [equity for each in self._record.marks if (equity := self._equity(each)) is not None]
            if told:
                self._change(replace(self._record, equity=sum(told, _ZERO)))

    def _begin(self, product: ProductType) -> None:
        """Remember where the legs of a product type stood when the day began, as far as can be told."""
        start = self._unrealized(product, is_start=True)
        if start is None:
            return
        marks = MappingProxyType({**self._record.marks, product: start})
        equity = self._equity(product)
        total = equity if self._record.equity is None else self._record.equity + (equity or _ZERO)
        self._change(replace(self._record, marks=marks, equity=total))

    def _change(self, record: DayRecord) -> None:
        if record != self._record:
            self._record = record
            self._is_kept = False

    def _unknown(self, product: ProductType) -> str:
        """Return what of a product type's day is not known; empty when all of it is."""
        if product not in self._products:
            return f"{product.value}, which is not followed,"
        if self._store.freshness(product, AccountPart.FILLS).trust is Trust.UNKNOWN:
            return "today's fills"
        if gap_ms := self._joined(product).gap_ms:
            return f"today's fills before {dayloss.clock(gap_ms)} UTC, which Bitget does not list,"
        legs = self._store.freshness(product, AccountPart.POSITIONS)
        if self._store.positions(product) is None:
            return "the legs"
        if legs.trust is Trust.STALE and legs.age_s is not None and legs.age_s > MAX_AGE_S:
            return f"the legs (told {legs.age_s:.0f}s ago)"
        return ""

    # Sums

    def _tally(self, product: ProductType, day_ms: int) -> DayTally:
        key = (product, day_ms)
        if key not in self._tallies:
            self._tallies[key] = DayTally(self._recorded(product, day_ms))
        return self._tallies[key]

    def _recorded(self, product: ProductType, day_ms: int) -> DaySums:
        """Return what is remembered of a day's fills."""
        for record in (self._record, self._past):
            sums = record.sums.get(product) if record.day_ms == day_ms else None
            if sums is not None and sums.until_ms <= self._now_ms():
                return sums
            if sums is not None:
                self._trouble = "Day record counts fills that have not happened: not used"
                self._told_until_ms = self._now_ms() + TROUBLE_MS
        return DaySums()

    def _joined(self, product: ProductType) -> DayTally:
        """Return the day's count, once everything since the record has been read."""
        tally = self._tally(product, self._record.day_ms)
        tally.join(is_whole=product not in self._partly)
        return tally

    def _settle(self) -> None:
        """Settle what is old, where no fill can have been missed, and remember what that comes to."""
        for product in self._products:
            if not self._store.freshness(product, AccountPart.FILLS).is_current:
                continue
            settled = self._joined(product).settle()
            known = self._record.sums.get(product, DaySums())
            if settled.until_ms - known.until_ms >= NOTED_MS:
                sums = MappingProxyType({**self._record.sums, product: settled})
                self._change(replace(self._record, sums=sums))
            for (other, day_ms), tally in self._tallies.items():
                if other is product and day_ms != self._record.day_ms:
                    tally.settle()

    def _coin(self, instrument: InstrumentId) -> str:
        rules = self._store.instrument(instrument)
        if rules is not None:
            return rules.margin_coin or rules.quote_coin
        return {ProductType.USDT_FUTURES: "USDT", ProductType.USDC_FUTURES: "USDC"}.get(
            instrument.product_type, instrument.symbol.removesuffix("USD")
        )

    def _worth(self, sums: Mapping[str, Decimal]) -> Decimal | None:
        """Return amounts of several coins in dollars; None where the worth of one is not known."""
        total = _ZERO
        for coin, amount in sums.items():
            worth = dollars(self._store, coin) if amount else Decimal(1)
            if worth is None:
                return None
            total += amount * worth
        return total

    def _unrealized(self, product: ProductType, *, is_start: bool = False) -> Decimal | None:
        """Return the unrealized PnL of all legs, dollars: now, or where the day began."""
        sums: dict[str, Decimal] = {}
        for leg in self._store.positions(product) or ():
            rules = self._store.instrument(leg.instrument)
            is_inverse = rules.is_inverse if rules is not None else product is ProductType.COIN_FUTURES
            price = self._price_at_start(leg) if is_start else mark_of(self._store, leg)
            value = pnl.unrealized(leg.side, leg.size, leg.entry_price, price, is_inverse=is_inverse)
            sums[leg.margin_coin] = sums.get(leg.margin_coin, _ZERO) + value
        return self._worth(sums)

    def _price_at_start(self, leg: Position) -> Decimal:
        """Return the price from which a leg counts today.

        A leg of today counts from its entry. An older one from mark where the day is seen to begin, else from
        the price at which the exchange opened the day, else from what it is at first sight.
        """
        if leg.created_ms is not None and leg.created_ms >= self._record.day_ms:
            return leg.entry_price
        ticker = self._store.ticker(leg.instrument)
        opened = Decimal(ticker.open_utc_text) if ticker is not None and ticker.open_utc_text else None
        is_seen = self._now_ms() - self._record.day_ms < BEGIN_MS
        return opened if opened and not is_seen else mark_of(self._store, leg)

    def _equity(self, product: ProductType) -> Decimal | None:
        found = [
            (balance.coin, balance.equity)
            for balance in self._store.known_balances(product).values()
            if balance.equity is not None
        ]
        return self._worth(dict(found)) if found else None

    # Funding

    def _ask_funding(self) -> None:
        now_ms = self._now_ms()
        if self._asked_ms is not None and now_ms - self._asked_ms < FUNDING_MS:
            return
        self._asked_ms = now_ms
        for product in self._products:
            if self._store.positions(product):
                self._ask(question.bills(product))

    def _funding(self, product: ProductType) -> Decimal | None:
        bills = self._store.answer(question.bills(product)).value
        if bills is None:
            return None
        sums: dict[str, Decimal] = {}
        for bill in bills:
            if bill.time_ms >= self._record.day_ms and _FUNDING in bill.business_type:
                sums[bill.coin] = sums.get(bill.coin, _ZERO) + bill.amount
        return self._worth(sums)


_ANEW = "today is counted anew from its fills"


def _added(total: DayFigures, part: DayFigures) -> DayFigures:
    funding = total.funding
    if part.funding is not None:
        funding = (funding or _ZERO) + part.funding
    return replace(
        total,
        realized=total.realized + part.realized,
        fees=total.fees + part.fees,
        funding=funding,
        unrealized=total.unrealized + part.unrealized,
    )
