"""Mark and index price, funding, open interest and 24-hour figures of one instrument."""

from __future__ import annotations

import math
import random
from collections import deque
from decimal import Decimal

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import FundingRate, FundingTime, OpenInterest, Ticker
from bgtui.domain.value import frozen
from bgtui.simulator.candles import HOUR_MS, Bar
from bgtui.simulator.flow_book import FlowBook
from bgtui.simulator.instruments import Listing
from bgtui.simulator.market_units import Units, fixed

MARK_STEP_MS = 500
"""Grid on which mark, index and funding rate are set."""
RATE_PLACES = 6
MAX_RATE = 0.003
"""Largest funding rate of one interval, a fraction."""
PAST_FUNDINGS = 120

_INTEREST = 0.0001 / 8
"""Funding an hour that a market without premium pays."""
_INTEREST_CLAMP = 0.0005
_MARK_MEMORY = MARK_STEP_MS / 20_000
_PREMIUM_MEMORY = MARK_STEP_MS / 900_000


@frozen
class Rates:
    """How a contract is valued at a moment, as the exchange would say it."""

    mark: Decimal
    """Quote currency."""
    index: Decimal
    """Quote currency."""
    funding_rate: Decimal
    """Fraction of the coming funding."""


class Contract:
    """One contract's mark price, funding and open interest."""

    __slots__ = (
        "_basis",
        "_interest",
        "_interval_hours",
        "_premium",
        "_random",
        "_typical_interest",
        "id",
        "is_told",
        "next_funding_ms",
        "past",
        "rates",
        "units",
    )

    def __init__(self, listing: Listing, index: float, start_ms: int, rng: random.Random) -> None:
        """Begin without a premium, with a past of fundings.

        Args:
            listing: which contract.
            index: price of its coin, USD.
            start_ms: exchange time.
            rng: source of its past and of its open interest.
        """
        self.id = listing.instrument.id
        self.units = Units(listing.instrument)
        self._interval_hours = listing.instrument.funding_interval_hours or 8
        self._random = rng
        self._basis = 0.0
        self.is_told = False
        """Its figures come from a recording."""
        self._premium = rng.gauss(0.00004, 0.0001)
        self._typical_interest = listing.open_interest
        self._interest = listing.open_interest * math.exp(rng.gauss(0.0, 0.02))
        length = self._interval_hours * HOUR_MS
        self.next_funding_ms = start_ms // length * length + length
        self.past: deque[FundingRate] = deque(maxlen=2 * PAST_FUNDINGS)
        """Oldest first."""
        self._make_past()
        price = self.units.price(self.units.nearest_price(index))
        self.rates = Rates(price, price, self._rate())

    def _make_past(self) -> None:
        length = self._interval_hours * HOUR_MS
        premium = self._premium
        rates: list[FundingRate] = []
        for back in range(1, PAST_FUNDINGS + 1):
            premium = premium * 0.9 + self._random.gauss(0.0, 0.00012)
            time_ms = self.next_funding_ms - back * length
            rate = funding_rate(premium, self._interval_hours)
            rates.append(FundingRate(self.id, rate, time_ms, self._interval_hours))
        self.past.extend(reversed(rates))

    def step(self, index: float, mid: float | None) -> Rates:
        """Move mark price and premium on by one `MARK_STEP_MS`.

        Args:
            index: price of the coin, quote currency.
            mid: middle of the book, quote currency; None while a side is empty.
        """
        basis = 0.0 if mid is None else max(min(mid / index - 1.0, 0.005), -0.005)
        self._basis += (basis - self._basis) * _MARK_MEMORY
        self._premium += (basis - self._premium) * _PREMIUM_MEMORY
        units = self.units
        self.rates = Rates(
            units.price(units.nearest_price(index * (1.0 + self._basis))),
            units.price(units.nearest_price(index)),
            self._rate(),
        )
        return self.rates

    def tell(self, told: Ticker) -> None:
        """Take mark price, index price, funding rate and open interest from a recorded ticker."""
        mark, index = told.mark_price, told.index_price
        if not mark or not index or mark <= 0 or index <= 0:
            return
        rate = told.funding_rate
        self.is_told = True
        self.rates = Rates(mark, index, self.rates.funding_rate if rate is None else rate)
        if told.open_interest is not None:
            self._interest = float(told.open_interest)

    def settled(self) -> FundingRate:
        """Write the funding that is due into the past, and begin the next interval."""
        done = FundingRate(self.id, self.rates.funding_rate, self.next_funding_ms, self._interval_hours)
        self.past.append(done)
        self.next_funding_ms += self._interval_hours * HOUR_MS
        return done

    def traded(self, size: int) -> None:
        """Let a trade, in size units, open or close positions."""
        base = size / 10**self.units.size_places
        # The farther from usual, the likelier the way back.
        chance = 0.5 + (self._typical_interest - self._interest) / self._typical_interest
        self._interest += base * 0.5 if self._random.random() < chance else -base * 0.5

    def funding(self) -> FundingRate:
        """Return the coming funding."""
        return FundingRate(self.id, self.rates.funding_rate, self.next_funding_ms, self._interval_hours)

    def funding_time(self) -> FundingTime:
        """Return when it is settled."""
        return FundingTime(self.id, self.next_funding_ms, self._interval_hours)

    def open_interest(self, time_ms: int) -> OpenInterest:
        """Return open interest, base coin."""
        return OpenInterest(self.id, self.units.size(self._interest_units()), time_ms)

    def interest_text(self) -> str:
        """Return open interest as text, base coin."""
        return self.units.size_text(self._interest_units())

    def _interest_units(self) -> int:
        return max(int(self._interest * 10**self.units.size_places), 0) // self.units.step * self.units.step

    def _rate(self) -> Decimal:
        return funding_rate(self._premium, self._interval_hours)


def funding_rate(premium: float, interval_hours: int) -> Decimal:
    """Return the funding rate that a premium of the contract over its index makes."""
    interest = _INTEREST * interval_hours
    rate = premium + max(min(interest - premium, _INTEREST_CLAMP), -_INTEREST_CLAMP)
    return Decimal(round(max(min(rate, MAX_RATE), -MAX_RATE) * 10**RATE_PLACES)).scaleb(-RATE_PLACES)


def ticker(
    instrument: InstrumentId,
    time_ms: int,
    units: Units,
    *,
    book: FlowBook,
    day: Bar,
    utc_open: int,
    contract: Contract | None,
) -> Ticker:
    """Put a ticker together; ``day`` is the last 24 hours as one bar, prices and sizes in units."""
    price, size = units.price_text, units.size_text
    bids, asks = book.bids, book.asks
    found = Ticker(
        instrument,
        time_ms,
        last_text=price(day.close),
        bid_text=price(-bids.keys[0]) if bids.keys else "",
        ask_text=price(asks.keys[0]) if asks.keys else "",
        bid_size_text=size(bids.sizes[bids.keys[0]]) if bids.keys else "",
        ask_size_text=size(asks.sizes[asks.keys[0]]) if asks.keys else "",
        open_24h_text=price(day.open),
        high_24h_text=price(day.high),
        low_24h_text=price(day.low),
        change_24h_text=fixed(round((day.close - day.open) * 100_000 / day.open), 5),
        base_volume_text=size(day.volume),
        quote_volume_text=units.value_text(day.value),
        open_utc_text=price(utc_open),
    )
    if contract is not None:
        found.mark_text = format(contract.rates.mark, "f")
        found.index_text = format(contract.rates.index, "f")
        found.funding_rate_text = format(contract.rates.funding_rate, "f")
        found.open_interest_text = contract.interest_text()
        found.next_funding_ms = contract.next_funding_ms
    return found
