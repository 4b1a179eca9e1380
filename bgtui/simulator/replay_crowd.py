"""The crowd of a replayed instrument: it quotes and trades what was recorded (`replay` says how)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from bgtui.domain.book import Level
from bgtui.domain.market import Side, Trade
from bgtui.simulator.flow import MAKER, TAKER, CrowdEngine
from bgtui.simulator.flow_book import FlowBook, FlowSide
from bgtui.simulator.instruments import Listing
from bgtui.simulator.market_units import Units
from bgtui.simulator.replay import BookChange


class ReplayCrowd:
    """Keeps the engine's book of one instrument as the recording has it."""

    __slots__ = ("_engine", "_id", "_opening", "_recorded", "_refresh", "book", "units")

    def __init__(self, listing: Listing, engine: CrowdEngine, refresh: Callable[[], None]) -> None:
        """Know the instrument; nothing is quoted yet.

        Args:
            listing: whose crowd.
            engine: where its orders go.
            refresh: brings `book` up to what the engine has done.
        """
        self._id = listing.instrument.id
        self._engine = engine
        self._refresh = refresh
        self.units = Units(listing.instrument)
        self.book = FlowBook()
        self._opening: BookChange | None = None
        self._recorded: dict[Side, dict[int, int]] = {Side.BUY: {}, Side.SELL: {}}
        """Sizes by price, units, as recorded."""

    def open(self, opening: BookChange) -> None:
        """Quote the recording's first whole book before it comes."""
        self.change(opening)
        self._opening = opening

    def print_first(self, last: Trade | None) -> None:
        """Trade what was traded last before the recording, or the smallest size at the bid."""
        if last is None:
            units, bid = self.units, self.book.bids.best
            if bid is None:
                return
            last = Trade("", units.price_text(bid), units.size_text(units.step), Side.SELL, 0)
        self.trade(last)

    def change(self, change: BookChange) -> None:
        """Quote what a recorded message says."""
        if change is self._opening:
            # It stands already, and users may have met it since; the next time it starts the book over.
            self._opening = None
            return
        if change.is_snapshot:
            self._withdraw()
        rows = [(Side.BUY, row) for row in change.bids] + [(Side.SELL, row) for row in change.asks]
        told = [(side, *self._count(row)) for side, row in rows]
        # First everything goes that was changed: the old quotes must not stand in the way of the new ones.
        for side, price, size in told:
            self._cancel(side, price)
            if size:
                self._recorded[side][price] = size
            else:
                self._recorded[side].pop(price, None)
        self._refresh()
        for side, price, size in told:
            if size:
                self._quote(side, price, size)
        self._refresh()

    def trade(self, trade: Trade) -> None:
        """Trade what was traded."""
        passive = trade.side.opposite
        levels = self._levels(passive)
        price, size = self.units.price_units(trade.price), self.units.size_units(trade.size)
        reached = [key * levels.sign for key in levels.keys[: levels.count_better(price)]]
        there = sum(levels.sizes[reach * levels.sign] for reach in reached)
        filled = self._take(trade.side, min(size, there))
        self._refresh()
        self._match_within(trade.side, price, size - filled)
        for reach in reached:
            self._restore(passive, reach)

    def _match_within(self, side: Side, price: int, size: int) -> None:
        """Let the crowd trade with itself, unless a quote of the taker's own side stands in the way."""
        own = self._levels(side).best
        is_free = own is None or (own > price if side is Side.SELL else own < price)
        if size <= 0 or not is_free:
            return
        units = self.units
        self._engine.add_crowd_limit(MAKER, self._id, side.opposite, units.price(price), units.size(size))
        self._take(side, size)
        self._refresh()

    def _restore(self, side: Side, price: int) -> None:
        size = self._recorded[side].get(price)
        if size is None:
            return
        self._cancel(side, price)
        self._refresh()
        self._quote(side, price, size)

    def _withdraw(self) -> None:
        for side in (Side.BUY, Side.SELL):
            levels = self._levels(side)
            for numbers in list(levels.orders.values()):
                for number in numbers:
                    self._engine.cancel_crowd(number)
            levels.orders.clear()
            self._recorded[side].clear()
        self._refresh()

    def _cancel(self, side: Side, price: int) -> None:
        levels = self._levels(side)
        for number in levels.orders.pop(price * levels.sign, ()):
            self._engine.cancel_crowd(number)

    def _quote(self, side: Side, price: int, size: int) -> None:
        units = self.units
        number = self._engine.add_crowd_limit(MAKER, self._id, side, units.price(price), units.size(size))
        if number is not None:
            self._levels(side).note(price, number)

    def _take(self, side: Side, size: int) -> int:
        if size <= 0:
            return 0
        return self.units.size_units(self._engine.take_crowd(TAKER, self._id, side, self.units.size(size)))

    def _levels(self, side: Side) -> FlowSide:
        return self.book.bids if side is Side.BUY else self.book.asks

    def _count(self, row: Level) -> tuple[int, int]:
        return self.units.price_units(Decimal(row[0])), self.units.size_units(Decimal(row[1]))
