"""The order flow: a crowd that quotes around a moving fair price, changes its mind, and trades.

One call of `Flow.act` is one arrival: a limit order, a cancel, or a market order. What it is depends on where
the fair price stands against the book: stale quotes are swept or pulled, a gap at the touch is filled, and
otherwise the book breathes around its depth. Orders go through the engine as crowd accounts: a user's order
meets them by price and time as it would meet anybody's.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.market import Side
from bgtui.simulator.flow_book import FlowBook, FlowSide
from bgtui.simulator.instruments import Listing
from bgtui.simulator.market_units import Units

MAKER, TAKER = "crowd-maker", "crowd-taker"
"""The crowd's accounts; two, so that it never trades with itself."""

LEVELS = 200
"""Levels kept alive on each side."""
_MOST_LEVELS = 225
_MOST_ORDERS = 4
"""Orders of the crowd at one level."""
_SPAN_RATIO = 0.0035
"""How far from the touch the crowd quotes, as a fraction of the price …"""
_LEAST_SPAN = 260
"""… but at least so many ticks, or there would be no room for the levels."""
_MOST_SWEPT = 60
"""Levels that one order may sweep."""
_MOST_REQUOTED = 6
"""New levels that follow a correction, on each side."""
_SWEEP_CHANCE = 0.4
_REFILL_CHANCE = 0.8
_TAKE_CHANCE = 0.05
_SIZE_DEVIATION = 0.9


class CrowdEngine(Protocol):
    """The part of the engine that the crowd uses."""

    def add_crowd_limit(
        self, uid: str, instrument: InstrumentId, side: Side, price: Decimal, size: Decimal
    ) -> int | None:
        """Place a limit order; None when nothing of it rests."""

    def cancel_crowd(self, number: int) -> bool:
        """Cancel an order; False when it is gone already."""

    def take_crowd(self, uid: str, instrument: InstrumentId, side: Side, size: Decimal) -> Decimal:
        """Trade at market; return the size that was filled."""


class Flow:
    """The crowd of one instrument."""

    __slots__ = (
        "_engine",
        "_id",
        "_log_size",
        "_momentum",
        "_random",
        "_refresh",
        "_span",
        "_spread",
        "_tick",
        "book",
        "units",
    )

    def __init__(
        self,
        listing: Listing,
        engine: CrowdEngine,
        *,
        price: float,
        rng: random.Random,
        refresh: Callable[[], None],
    ) -> None:
        """Know the instrument; nothing is placed yet.

        Args:
            listing: whose crowd.
            engine: where its orders go.
            price: at the start, quote currency.
            rng: source of everything it does.
            refresh: brings `book` up to what the engine has done.
        """
        self._engine = engine
        self._refresh = refresh
        self._id = listing.instrument.id
        self._random = rng
        self.units = units = Units(listing.instrument)
        self._tick = units.tick
        self._spread = listing.spread_ticks * units.tick
        ticks = units.nearest_price(price) // units.tick
        self._span = max(int(ticks * _SPAN_RATIO), _LEAST_SPAN)
        self._log_size = math.log(
            max(listing.order_notional / price * 10**units.size_places / units.step, 1.0)
        )
        self._momentum = 0.5
        self.book = FlowBook()

    def seed(self, fair: float) -> None:
        """Fill both sides around a fair price, quote currency."""
        bid, ask = self._touch(fair)
        for side, touch in ((Side.BUY, bid), (Side.SELL, ask)):
            offsets = {0}
            while len(offsets) < LEVELS:
                offsets.add(self._offset())
            away = -self._tick if side is Side.BUY else self._tick
            for offset in sorted(offsets):
                if (price := touch + away * offset) > 0:
                    self._place(side, price, offset)

    def print_first(self) -> None:
        """Trade the smallest size, so that there is a last price from the first moment."""
        self._take(Side.BUY, self.units.step)

    def act(self, fair: float) -> None:
        """Let one arrival happen, with the fair price in quote currency."""
        bids, asks = self.book.bids, self.book.asks
        bid, ask = self._touch(fair)
        if asks.keys and asks.keys[0] <= bid:
            self._correct(Side.BUY, asks, bid)
            self._requote(bid, ask)
        elif bids.keys and -bids.keys[0] >= ask:
            self._correct(Side.SELL, bids, ask)
            self._requote(bid, ask)
        elif not self._refill(bid, ask):
            self._breathe(bid, ask)

    def _requote(self, bid: int, ask: int) -> None:
        """Follow a corrected book with new quotes, as makers do at once."""
        self._refresh()
        self._refill(bid, ask)
        for side, levels, touch in ((Side.BUY, self.book.bids, bid), (Side.SELL, self.book.asks, ask)):
            away = -self._tick if side is Side.BUY else self._tick
            for _ in range(min((LEVELS - len(levels.keys)) // 8, _MOST_REQUOTED)):
                offset = self._offset()
                self._place(side, touch + away * offset, offset)

    def _refill(self, bid: int, ask: int) -> bool:
        """Quote at a touch that stands empty; tell whether one did."""
        bids, asks = self.book.bids, self.book.asks
        is_bid_low = not bids.keys or -bids.keys[0] < bid
        is_ask_high = not asks.keys or asks.keys[0] > ask
        if is_bid_low and self._random.random() < _REFILL_CHANCE:
            self._place(Side.BUY, bid, 0)
        if is_ask_high and self._random.random() < _REFILL_CHANCE:
            self._place(Side.SELL, ask, 0)
        return is_bid_low or is_ask_high

    def _touch(self, fair: float) -> tuple[int, int]:
        """Return where best bid and best ask should stand, units."""
        tick = self._tick
        bid = int((fair * 10**self.units.price_places - self._spread / 2) // tick) * tick
        bid = max(bid, tick)
        return bid, bid + self._spread

    def _correct(self, side: Side, stale: FlowSide, limit: int) -> None:
        """Trade stale quotes away, or let their owners pull them."""
        count = min(stale.count_better(limit), _MOST_SWEPT)
        if self._random.random() >= _SWEEP_CHANCE and self._pull(stale, count):
            return
        # A level may be somebody's wall: nobody trades all of it at once.
        most = int(math.exp(self._log_size)) * 40 * self.units.step
        size = sum(min(stale.sizes[key], most) for key in stale.keys[:count])
        self._take(side, size)

    def _pull(self, stale: FlowSide, count: int) -> bool:
        numbers = [number for key in stale.keys[:count] for number in stale.orders.pop(key, ())]
        pulled = [self._engine.cancel_crowd(number) for number in numbers]
        return any(pulled)

    def _breathe(self, bid: int, ask: int) -> None:
        rng = self._random
        chance = rng.random()
        if chance < _TAKE_CHANCE:
            # Takers come in runs of one direction.
            if rng.random() < 0.2:
                self._momentum = rng.choice((0.25, 0.5, 0.75))
            side = Side.BUY if rng.random() < self._momentum else Side.SELL
            self._take(side, self._size(0))
            return
        side, levels, touch, away = (
            (Side.BUY, self.book.bids, bid, -self._tick)
            if rng.random() < 0.5
            else (Side.SELL, self.book.asks, ask, self._tick)
        )
        count = len(levels.keys)
        if count < LEVELS or (count <= _MOST_LEVELS and chance < 0.525):
            offset = self._offset()
            self._place(side, touch + away * offset, offset)
        elif count > _MOST_LEVELS:
            self._cancel_at(levels, levels.keys[count - 1 - int(rng.random() * count / 8)])
        else:
            self._cancel_at(levels, levels.keys[int(count * rng.random() ** 1.5)])

    def _offset(self) -> int:
        """Draw a distance from the touch, ticks: dense near it, thin far away."""
        rng = self._random
        if rng.random() < 0.4:
            return int(self._span ** rng.random()) - 1
        return int(self._span * rng.random())

    def _size(self, offset: int) -> int:
        """Draw a size, units: larger orders stand farther away."""
        log = self._random.gauss(self._log_size, _SIZE_DEVIATION)
        steps = math.exp(log) * (0.6 + 2.4 * offset / self._span)
        return max(int(steps), 1) * self.units.step

    def _place(self, side: Side, price: int, offset: int) -> None:
        book, tick = self.book, self._tick
        # Users' orders may stand where the crowd would quote: it never crosses them.
        if side is Side.BUY:
            levels = book.bids
            if book.asks.keys and price >= book.asks.keys[0]:
                price = (book.asks.keys[0] - 1) // tick * tick
        else:
            levels = book.asks
            if book.bids.keys and price <= -book.bids.keys[0]:
                price = (-book.bids.keys[0] // tick + 1) * tick
        if price <= 0:
            return
        if len(levels.orders.get(price * levels.sign, ())) >= _MOST_ORDERS:
            self._cancel_at(levels, price * levels.sign)
            return
        units = self.units
        size = units.size(self._size(offset))
        number = self._engine.add_crowd_limit(MAKER, self._id, side, units.price(price), size)
        if number is not None:
            levels.note(price, number)

    def _cancel_at(self, levels: FlowSide, key: int) -> None:
        """Cancel the crowd's newest order at a level; nothing when all there are users' orders."""
        orders = levels.orders.get(key)
        while orders:
            if self._engine.cancel_crowd(orders.pop()):
                return

    def _take(self, side: Side, size: int) -> None:
        if size > 0:
            self._engine.take_crowd(TAKER, self._id, side, self.units.size(size))
