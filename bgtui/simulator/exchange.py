"""The whole simulated exchange in one object, moved on from outside: engine, market, accounts, copy trading.

Whoever owns it calls `Exchange.advance` with the time before each request and at each tick, acts on
`Exchange.engine`, and hands out what `Exchange.drain` returns.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from decimal import Decimal

from bgtui.domain.instrument import Instrument, InstrumentId, ProductType
from bgtui.domain.market import (
    Candle,
    CandleInterval,
    DepthSnapshot,
    FeeTier,
    FundingRate,
    FundingTime,
    LeverageTier,
    OpenInterest,
    OpenInterestLimit,
    SymbolPrice,
    Ticker,
    Trade,
)
from bgtui.domain.order import PositionMode
from bgtui.domain.value import frozen
from bgtui.simulator.copytrade_life import Life
from bgtui.simulator.copytrade_script import Cast, Stage
from bgtui.simulator.copytrade_world import CopyTrading
from bgtui.simulator.engine import Engine
from bgtui.simulator.exchange_accounts import (
    FOLLOWER_ACCOUNT,
    LEADER_ACCOUNT,
    PRACTICE_ACCOUNT,
    Account,
    Key,
    make_keys,
)
from bgtui.simulator.fact import Fact
from bgtui.simulator.flow import MAKER, TAKER
from bgtui.simulator.instruments import FEE_TIERS, LISTINGS, Listing
from bgtui.simulator.market import DEFAULT_RATE, KEPT_TRADES, MAX_GAP_MS, Line, Market
from bgtui.simulator.replay import Recording
from bgtui.simulator.ticker import Contract

MAX_SPEED = 10_000
MAX_RATE = 100_000


class WorldClock:
    """The exchange's own time, which stands still between two advances; implements `domain.clock.Clock`."""

    __slots__ = ("_now_ms",)

    def __init__(self, now_ms: int) -> None:
        """Stand at a moment, Unix milliseconds."""
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Exchange time, milliseconds."""
        return self._now_ms

    def monotonic(self) -> float:
        """Exchange time, seconds."""
        return self._now_ms / 1000

    def set(self, now_ms: int) -> None:
        """Move to a later moment."""
        self._now_ms = now_ms


@frozen
class World:
    """What a simulated exchange is made from."""

    seed: int
    start_ms: int
    """Exchange time at the start, Unix milliseconds."""
    speed: float = 1.0
    """How many times faster the market lives; the exchange's clock does not run faster for it."""
    rate: float = DEFAULT_RATE
    """Book changes a second of one main instrument, before `speed`."""
    position_mode: PositionMode = PositionMode.ONE_WAY
    """Of the practice account."""
    recording: Recording | None = None
    anchors: Mapping[str, float] = field(default_factory=dict)
    """Starting prices by coin, USD, such as `Market.coin_prices` of an earlier world; others are usual."""
    listings: tuple[Listing, ...] = LISTINGS
    cast: Cast = field(default_factory=Cast)
    """Of copy trading."""
    is_lively: bool = True
    """Whether followers come and go and scripted leaders trade by themselves; never in a market that stands
    still or is replayed."""

    def __post_init__(self) -> None:
        """Refuse a market that cannot run.

        Raises:
            ValueError: speed is not above zero, or rate is below zero, or one is no finite number.
        """
        if not (0 < self.speed <= MAX_SPEED and 0 <= self.rate <= MAX_RATE):
            raise ValueError(f"speed must lie in (0, {MAX_SPEED}], rate in [0, {MAX_RATE}]")


class Exchange:
    """One world: the same description and the same calls make the same world."""

    def __init__(self, world: World) -> None:
        """Build everything and open the market."""
        rng = random.Random(world.seed)
        self.clock = WorldClock(world.start_ms)
        self.born_ms = world.start_ms
        """When this exchange began, and its accounts with it, Unix milliseconds; a saved one keeps its."""
        self._ids = itertools.count(world.start_ms * 1_000_000)
        listings = _listings(world)
        self.engine = Engine(
            [listing.instrument for listing in listings],
            {listing.instrument.id: listing.tiers for listing in listings},
            clock=self.clock,
            ids=self.next_id,
        )
        self.keys: dict[str, Key] = make_keys(random.Random(rng.getrandbits(64)))
        """By profile."""
        self.accounts = {
            account.uid: account
            for account in (
                replace(PRACTICE_ACCOUNT, position_mode=world.position_mode),
                LEADER_ACCOUNT,
                FOLLOWER_ACCOUNT,
            )
        }
        """By uid."""
        self._open_accounts()
        self._tiers = {listing.instrument.id: listing.tiers for listing in listings}
        self.market = Market(
            world.listings,
            self.engine,
            rng=random.Random(rng.getrandbits(64)),
            ids=self.next_id,
            start_ms=world.start_ms,
            tell_time=self.clock.set,
            speed=world.speed,
            rate=world.rate,
            anchors=world.anchors,
            recording=world.recording,
        )
        self._rules = {listing.instrument.id: listing.instrument for listing in self.market.listings()}
        self._facts: list[Fact] = []
        self._open_copytrade(world, random.Random(rng.getrandbits(64)))

    def _open_copytrade(self, world: World, rng: random.Random) -> None:
        lag, made, lived = (random.Random(rng.getrandbits(64)) for _ in range(3))
        self.copytrade = CopyTrading(
            engine=self.engine,
            rules=self._rules,
            last=self.market.last,
            now_ms=self.clock.now_ms,
            rng=lag,
            ids=self.next_id,
        )
        stage = Stage(
            self.copytrade,
            LEADER_ACCOUNT.uid,
            FOLLOWER_ACCOUNT.uid,
            cast=replace(
                world.cast, untouched=frozenset(world.recording.instruments if world.recording else ())
            ),
            rng=made,
            ids=self.next_id,
        )
        stage.open()
        if world.is_lively and world.rate > 0 and world.recording is None:
            Life(stage, lived, world.speed)
        self._note()
        self._facts.clear()

    def _open_accounts(self) -> None:
        for uid in (MAKER, TAKER):
            self.engine.open_account(uid, balances={}, is_crowd=True)
        for account in self.accounts.values():
            self.engine.open_account(
                account.uid, balances=account.balances, position_mode=account.position_mode
            )

    def next_id(self) -> int:
        """Return a number larger than every one before, also than those of earlier worlds."""
        return next(self._ids)

    def advance(self, to_ms: int) -> None:
        """Let everything happen that is due up to a moment; an earlier moment changes nothing."""
        self._note()
        if to_ms - self.market.now_ms > MAX_GAP_MS:
            # The market jumps; what copy trading had to do meanwhile is done at its end.
            self.market.advance(to_ms)
            self._note()
        while (due_ms := self.copytrade.next_ms) <= to_ms:
            self.market.advance(due_ms)
            self._note()
            self.copytrade.act()
            self._note()
        self.market.advance(to_ms)
        self._note()

    def drain(self) -> list[Fact]:
        """Return what happened since the last call, in order: to the books, on the tape, to accounts."""
        self._note()
        facts, self._facts = self._facts, []
        return facts

    def _note(self) -> None:
        """Let copy trading see what happened."""
        facts = self.market.drain()
        if facts:
            self.copytrade.observe(facts)
            self._facts += facts

    def account(self, uid: str) -> Account:
        """Return an account.

        Raises:
            KeyError: there is none of this uid.
        """
        return self.accounts[uid]

    # Public questions; all raise KeyError for an instrument that is not listed

    def has(self, instrument: InstrumentId) -> bool:
        """Tell whether an instrument is listed."""
        return instrument in self._rules

    def rules(self, instrument: InstrumentId) -> Instrument:
        """Return an instrument's rules."""
        return self._rules[instrument]

    def change_rules(self, rules: Instrument) -> None:
        """Give an instrument new rules; the crowd goes on as before."""
        self.engine.change_rules(rules)
        self._rules[rules.id] = rules

    def instruments(self, product_type: ProductType) -> list[Instrument]:
        """Return every instrument of a product type."""
        return [rules for rules in self._rules.values() if rules.product_type is product_type]

    def tiers(self, instrument: InstrumentId) -> Sequence[LeverageTier]:
        """Return an instrument's leverage tiers; none for spot."""
        return self._tiers[instrument]

    def fee_tiers(self, product_type: ProductType) -> Sequence[FeeTier]:
        """Return the VIP levels."""
        return FEE_TIERS[product_type.is_futures]

    def ticker(self, instrument: InstrumentId) -> Ticker:
        """Return the latest figures."""
        return self.market.ticker(instrument)

    def tickers(self, product_type: ProductType) -> list[Ticker]:
        """Return the latest figures of every instrument of a product type."""
        return [self.market.ticker(rules.id) for rules in self.instruments(product_type)]

    def book(self, instrument: InstrumentId, depth: int | None = None) -> DepthSnapshot:
        """Return the book, best levels first."""
        self.market.observe()
        crowd = self.market.place(instrument).crowd
        units, book = crowd.units, crowd.book
        bids, asks = (
            tuple(
                (units.price_text(key * side.sign), units.size_text(side.sizes[key]))
                for key in side.keys[:depth]
            )
            for side in (book.bids, book.asks)
        )
        return DepthSnapshot(instrument, bids, asks, self.clock.now_ms())

    def trades(self, instrument: InstrumentId, limit: int = KEPT_TRADES) -> list[Trade]:
        """Return the last trades, newest first."""
        self.market.observe()
        return self.market.trades(instrument, limit)

    def candles(
        self,
        instrument: InstrumentId,
        interval: CandleInterval,
        limit: int | None = None,
        before_ms: int | None = None,
        line: str = Line.MARKET,
    ) -> list[Candle]:
        """Return the newest bars, oldest first, the open one last; `line` is one of `Line`."""
        self.market.observe()
        return self.market.candles(instrument, interval, limit, before_ms, line)

    def candle(self, instrument: InstrumentId, interval: CandleInterval) -> Candle:
        """Return the open bar."""
        self.market.observe()
        return self.market.candle(instrument, interval)

    def funding(self, instrument: InstrumentId) -> FundingRate:
        """Return the coming funding."""
        return self._contract(instrument).funding()

    def funding_time(self, instrument: InstrumentId) -> FundingTime:
        """Return when funding is settled next."""
        return self._contract(instrument).funding_time()

    def funding_history(self, instrument: InstrumentId) -> list[FundingRate]:
        """Return fundings of the past, newest first."""
        return list(reversed(self._contract(instrument).past))

    def open_interest(self, instrument: InstrumentId) -> OpenInterest:
        """Return open interest, base coin."""
        return self._contract(instrument).open_interest(self.clock.now_ms())

    def open_interest_limit(self, instrument: InstrumentId) -> OpenInterestLimit:
        """Return how much one account may hold: the value of the largest tier."""
        most = max((tier.upper_notional for tier in self._tiers[instrument]), default=Decimal(0))
        return OpenInterestLimit(instrument, most, most * 2)

    def symbol_price(self, instrument: InstrumentId) -> SymbolPrice:
        """Return last, index and mark price."""
        self.market.observe()
        rates = self._contract(instrument).rates
        return SymbolPrice(
            instrument, self.market.last(instrument), rates.index, rates.mark, self.clock.now_ms()
        )

    def _contract(self, instrument: InstrumentId) -> Contract:
        contract = self.market.place(instrument).contract
        if contract is None:
            raise KeyError(instrument)
        return contract


def _listings(world: World) -> list[Listing]:
    """Return what is listed: the catalogue, and what only the recording knows or knows better."""
    recorded = world.recording.instruments if world.recording else {}
    listed = [listing for listing in world.listings if listing.instrument.id not in recorded]
    return [*listed, *(found.listing for found in recorded.values())]
