"""One instrument's resting orders in price-time order, cheap enough for thousands of orders a second."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from decimal import Decimal

from bgtui.domain.instrument import Instrument
from bgtui.domain.market import Side
from bgtui.simulator.account import Account
from bgtui.simulator.fact import Fact, LevelChanged


class Resting:
    """What every order in a book has; a crowd order has nothing else."""

    __slots__ = ("account", "is_buy", "level", "market", "number", "price", "remaining")

    level: Level | None

    def __init__(
        self,
        number: int,
        account: Account,
        market: Market,
        *,
        is_buy: bool,
        price: Decimal,
        remaining: Decimal,
    ) -> None:
        """Make an order that does not rest yet."""
        self.number = number
        self.account = account
        self.market = market
        self.is_buy = is_buy
        self.price = price
        self.remaining = remaining
        self.level = None


class Level:
    """Orders at one price, the oldest first."""

    __slots__ = ("orders", "price", "size")

    def __init__(self, price: Decimal) -> None:
        """Begin without orders."""
        self.price = price
        self.size = Decimal(0)
        self.orders: dict[int, Resting] = {}


class BookSide:
    """Levels of one direction."""

    __slots__ = ("_best", "_facts", "_instrument", "_levels", "_prices", "_side")

    def __init__(self, instrument: Instrument, side: Side, facts: list[Fact]) -> None:
        """Begin empty; changes are told to ``facts``."""
        self._instrument = instrument.id
        self._side = side
        self._facts = facts
        self._levels: dict[Decimal, Level] = {}
        self._prices: list[Decimal] = []
        """Ascending."""
        self._best = -1 if side is Side.BUY else 0

    def best(self) -> Level | None:
        """Return the level that trades first."""
        return self._levels[self._prices[self._best]] if self._prices else None

    def add(self, order: Resting) -> None:
        """Put an order behind the others of its price."""
        price = order.price
        level = self._levels.get(price)
        if level is None:
            level = self._levels[price] = Level(price)
            insort(self._prices, price)
        level.orders[order.number] = order
        level.size += order.remaining
        order.level = level
        self._facts.append(LevelChanged(self._instrument, self._side, level.price, level.size))

    def remove(self, order: Resting) -> None:
        """Take an order out."""
        level = order.level
        if level is None:
            return
        del level.orders[order.number]
        order.level = None
        self._shrink(level, order.remaining)

    def fill(self, order: Resting, size: Decimal) -> None:
        """Take a traded size off an order, and the order out when nothing is left of it."""
        level = order.level
        order.remaining -= size
        if level is None:
            return
        if not order.remaining:
            del level.orders[order.number]
            order.level = None
        self._shrink(level, size)

    def levels(self, depth: int | None = None) -> list[tuple[Decimal, Decimal]]:
        """Return prices and sizes, best first."""
        return [
            (level.price, level.size)
            for _, level in zip(range(depth or len(self._prices)), self, strict=False)
        ]

    def __iter__(self) -> Iterator[Level]:
        """Yield the levels, best first."""
        prices = reversed(self._prices) if self._side is Side.BUY else iter(self._prices)
        return (self._levels[price] for price in prices)

    def _shrink(self, level: Level, size: Decimal) -> None:
        level.size -= size
        if not level.orders:
            del self._levels[level.price]
            del self._prices[bisect_left(self._prices, level.price)]
        self._facts.append(LevelChanged(self._instrument, self._side, level.price, level.size))


class Market:
    """One instrument: its rules, its two sides, and the prices that came of them."""

    __slots__ = (
        "asks",
        "bids",
        "index",
        "instrument",
        "is_futures",
        "is_inverse",
        "last",
        "mark",
        "open_legs",
    )

    def __init__(self, instrument: Instrument, facts: list[Fact]) -> None:
        """Begin with an empty book and no price."""
        self.instrument = instrument
        self.is_futures = instrument.product_type.is_futures
        self.is_inverse = instrument.is_inverse
        self.bids = BookSide(instrument, Side.BUY, facts)
        self.asks = BookSide(instrument, Side.SELL, facts)
        self.last: Decimal | None = None
        self.mark: Decimal | None = None
        self.index: Decimal | None = None
        self.open_legs: dict[str, Account] = {}
        """Accounts with a position here, by uid."""

    @property
    def reference(self) -> Decimal | None:
        """What price bands are measured from: the mark price, or the last one where there is no mark."""
        return self.mark if self.mark is not None else self.last
