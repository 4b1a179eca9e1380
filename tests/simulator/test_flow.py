from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtui.domain.clock import Clock
from bgtui.domain.market import Side
from bgtui.simulator.engine import Engine
from bgtui.simulator.exchange import WorldClock
from bgtui.simulator.fact import LevelChanged
from bgtui.simulator.flow import LEVELS, MAKER, TAKER, Flow
from bgtui.simulator.flow_book import FlowBook, FlowSide
from bgtui.simulator.instruments import COINS, LISTINGS, Listing
from tests.simulator.worlds import START_MS


class Alone:
    """One instrument's crowd over an engine of its own."""

    def __init__(self, listing: Listing, seed: int) -> None:
        clock: Clock = WorldClock(START_MS)
        ids = iter(range(1, 10**9))
        self.engine = Engine(
            [listing.instrument],
            {listing.instrument.id: listing.tiers},
            clock=clock,
            ids=lambda: next(ids),
        )
        for uid in (MAKER, TAKER):
            self.engine.open_account(uid, balances={}, is_crowd=True)
        self.fair = COINS[listing.coin].price
        self.flow = Flow(listing, self.engine, price=self.fair, rng=random.Random(seed), refresh=self.refresh)
        self.flow.seed(self.fair)
        self.refresh()

    def refresh(self) -> None:
        units, book = self.flow.units, self.flow.book
        for fact in self.engine.drain():
            if isinstance(fact, LevelChanged):
                side = book.bids if fact.side is Side.BUY else book.asks
                side.set_level(units.price_units(fact.price), units.size_units(fact.size))

    def act(self, count: int) -> None:
        for _ in range(count):
            self.flow.act(self.fair)
            self.refresh()


@given(st.sampled_from((-1, 1)), st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5)), max_size=120))
def test_a_side_is_sorted_best_first(sign: int, changes: list[tuple[int, int]]) -> None:
    side, model = FlowSide(sign), dict[int, int]()
    for price, size in changes:
        side.set_level(price, size)
        model[price] = size
    standing = sorted((price for price, size in model.items() if size), key=lambda price: price * sign)
    assert [key * sign for key in side.keys] == standing
    assert side.best == (standing[0] if standing else None)
    for price in range(1, 41):
        better = [one for one in standing if one * sign <= price * sign]
        assert side.count_better(price) == len(better)


def test_an_empty_book_has_no_middle() -> None:
    assert FlowBook().mid() is None


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.instrument.id)
def test_both_sides_are_full_at_once(listing: Listing) -> None:
    book = Alone(listing, 1).flow.book
    assert len(book.bids.keys) == len(book.asks.keys) == LEVELS


@pytest.mark.parametrize("move", [1.002, 0.998, 1.05, 0.95])
def test_the_book_follows_the_fair_price(move: float) -> None:
    alone = Alone(LISTINGS[0], 2)
    alone.act(200)
    alone.fair *= move
    alone.act(60)
    mid = alone.flow.book.mid()
    assert mid is not None
    assert abs(alone.flow.units.float_price(round(mid)) / alone.fair - 1) < 0.0005
    alone.act(1500)
    assert min(len(alone.flow.book.bids.keys), len(alone.flow.book.asks.keys)) >= LEVELS * 0.8


def test_a_sweep_is_filled_up_again() -> None:
    alone = Alone(LISTINGS[1], 3)
    alone.act(100)
    asks = alone.flow.book.asks
    half = sum(asks.sizes[key] for key in asks.keys[:100])
    alone.engine.take_crowd(TAKER, LISTINGS[1].instrument.id, Side.BUY, alone.flow.units.size(half))
    alone.refresh()
    assert len(asks.keys) < LEVELS - 80
    alone.act(600)
    assert len(asks.keys) >= LEVELS * 0.9
    best = asks.best
    assert best is not None
    assert abs(float(alone.flow.units.price(best)) / alone.fair - 1) < 0.001


def test_an_empty_side_comes_back() -> None:
    alone = Alone(LISTINGS[0], 4)
    alone.engine.take_crowd(TAKER, LISTINGS[0].instrument.id, Side.SELL, Decimal(10**9))
    alone.refresh()
    assert not alone.flow.book.bids.keys
    alone.act(500)
    assert len(alone.flow.book.bids.keys) > LEVELS / 2
