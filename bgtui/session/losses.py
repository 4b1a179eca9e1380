"""What the UTC day has brought to the account, and the lock when it has lost what it may.

Realized PnL and fees come from the exchange's fills, so they survive whatever happens here. What is
remembered between runs is where the open legs stood when the day was first looked at, and the lock itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Protocol

from bgtui.domain import dayloss, pnl, question
from bgtui.domain.account import Fill, Position
from bgtui.domain.dayloss import DAY_MS, DayFigures, day_of
from bgtui.domain.event import AccountPart
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.limit import Limits
from bgtui.domain.question import Question
from bgtui.session.exposure import MAX_AGE_S, dollars, mark_of
from bgtui.store import topic
from bgtui.store.freshness import Trust
from bgtui.store.store import Store
from bgtui.store.topic import Kind

FUNDING_MS = 600_000
"""How often the wallet's ledger is asked for funding."""
BEGIN_MS = 60_000
"""For how long after 00:00 UTC a mark is where the day began."""
_ZERO = Decimal(0)
_FUNDING = "settle_fee"
"""Part of Bitget's word for funding in the ledger (`contract_settle_fee`)."""


@dataclass(frozen=True, slots=True)
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


class DayMemory(Protocol):
    """Where the record is kept."""

    def load(self) -> DayRecord | None:
        """Return what an earlier run has left; None when there is nothing that can be read."""

    async def save(self, record: DayRecord) -> str:
        """Keep it; return why that failed, one line, or nothing."""


class NoMemory:
    """Forgets everything: for an account that ends with the run."""

    def load(self) -> DayRecord | None:
        """Return nothing."""
        return None

    async def save(self, record: DayRecord) -> str:  # noqa: ARG002 - nothing is kept
        """Keep nothing."""
        return ""


class _Fills:
    """The sums of one product type's fills of one day, each fill counted once."""

    def __init__(self) -> None:
        self.version = -1
        self._seen: set[tuple[InstrumentId, str]] = set()
        self.realized: dict[str, Decimal] = {}
        """By margin coin."""
        self.fees: dict[str, Decimal] = {}
        """By coin, below zero."""

    def take(self, fills: Sequence[Fill], day_ms: int, coin_of: Callable[[InstrumentId], str]) -> None:
        for fill in fills:
            if fill.time_ms < day_ms:
                break  # latest first
            key = (fill.instrument, fill.trade_id)
            if key in self._seen:
                continue
            self._seen.add(key)
            coin = coin_of(fill.instrument)
            self.realized[coin] = self.realized.get(coin, _ZERO) + (fill.realized_pnl or _ZERO)
            for fee in fill.fees:
                self.fees[fee.coin] = self.fees.get(fee.coin, _ZERO) - fee.cost


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
        self._fills: dict[ProductType, _Fills] = {}
        self._record = self._memory.load() or DayRecord(0)
        self._is_kept = True
        self.problem = ""
        """Why the record cannot be kept, one line."""

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

    async def note_reduced(self, legs: frozenset[str]) -> bool:
        """Remember which legs were reduced; tell whether that is on disk."""
        self._change(replace(self._record, reduced=legs))
        return await self.keep()

    async def keep(self) -> bool:
        """Write the record where it changed; tell whether it is kept."""
        if not self._is_kept:
            record = self._record
            self.problem = await self._memory.save(record)
            self._is_kept = not self.problem and record == self._record
        return self._is_kept

    def judge(self) -> None:
        """Begin a new day where one has begun, and lock when the day has lost what it may."""
        self._roll()
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
        sums = self._sums(product)
        won, moved = self._worth(sums.realized), self._unrealized(product)
        if won is None or moved is None:
            return None
        # What was paid in a coin whose price nobody follows is left out: it is small, and no reason to stop.
        paid = sum(
            (amount * (dollars(self._store, coin) or _ZERO) for coin, amount in sums.fees.items()), _ZERO
        )
        return DayFigures(won, paid, self._funding(product), moved - start)

    # The day

    def _roll(self) -> None:
        day_ms = day_of(self._now_ms())
        if self._record.day_ms != day_ms:
            # Who reduced what goes on standing; a lock that outlasts the day does not exist.
            self._change(DayRecord(day_ms, reduced=self._record.reduced))
            self._fills.clear()
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
        legs = self._store.freshness(product, AccountPart.POSITIONS)
        if self._store.positions(product) is None:
            return "the legs"
        if legs.trust is Trust.STALE and legs.age_s is not None and legs.age_s > MAX_AGE_S:
            return f"the legs (told {legs.age_s:.0f}s ago)"
        return ""

    # Sums

    def _sums(self, product: ProductType) -> _Fills:
        sums = self._fills.setdefault(product, _Fills())
        version = self._store.version(topic.account(Kind.FILLS, product))
        if sums.version != version:
            sums.version = version
            sums.take(self._store.fills(product), self._record.day_ms, self._coin)
        return sums

    def _coin(self, instrument: InstrumentId) -> str:
        rules = self._store.instrument(instrument)
        if rules is not None:
            return next(iter(rules.margin_coins), rules.quote_coin)
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
