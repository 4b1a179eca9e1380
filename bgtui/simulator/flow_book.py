"""What the order flow knows about one book: every level's size, and which of the orders there are its own."""

from __future__ import annotations

from bisect import bisect_left, insort


class FlowSide:
    """One side of a book in units; its best level has the smallest key."""

    __slots__ = ("keys", "orders", "sign", "sizes")

    def __init__(self, sign: int) -> None:
        """Begin empty; the sign makes keys of prices: -1 for bids, 1 for asks."""
        self.sign = sign
        self.keys: list[int] = []
        """Signed prices, best first."""
        self.sizes: dict[int, int] = {}
        """Size units by key, everybody's orders together."""
        self.orders: dict[int, list[int]] = {}
        """Numbers of the crowd's orders by key, oldest first; some may be filled already."""

    @property
    def best(self) -> int | None:
        """Best price in units; None when the side is empty."""
        return self.keys[0] * self.sign if self.keys else None

    def set_level(self, price: int, size: int) -> None:
        """Take a level's new size; zero removes it and what was known of its orders."""
        key = price * self.sign
        if size:
            if key not in self.sizes:
                insort(self.keys, key)
            self.sizes[key] = size
        elif self.sizes.pop(key, None) is not None:
            del self.keys[bisect_left(self.keys, key)]
            self.orders.pop(key, None)

    def note(self, price: int, number: int) -> None:
        """Remember an order of the crowd."""
        self.orders.setdefault(price * self.sign, []).append(number)

    def count_better(self, price: int) -> int:
        """Count levels at a price or better."""
        key = price * self.sign
        keys = self.keys
        count = bisect_left(keys, key)
        return count + 1 if count < len(keys) and keys[count] == key else count


class FlowBook:
    """Both sides."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        """Begin empty."""
        self.bids = FlowSide(-1)
        self.asks = FlowSide(1)

    def mid(self) -> float | None:
        """Return the middle between the best prices, units; None while a side is empty."""
        if not self.bids.keys or not self.asks.keys:
            return None
        return (self.asks.keys[0] - self.bids.keys[0]) / 2
