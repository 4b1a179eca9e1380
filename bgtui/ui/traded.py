"""What traded at each row of a ladder: every trade is counted once, whatever the grouping."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from bgtui.domain.market import Side, Trade
from bgtui.domain.value import frozen


@frozen
class Flow:
    """What traded at one row in this session, base coin."""

    volume: Decimal
    delta: Decimal
    """Bought minus sold by takers."""

    def __add__(self, other: Flow) -> Flow:
        """Return both together."""
        return Flow(self.volume + other.volume, self.delta + other.delta)


K = TypeVar("K", Decimal, int)
_NOTHING = Decimal(0)


class Flows:
    """Sums of trades by price, and by row of the ladder that asked last.

    A look costs as much as there are new trades, not as there are prices: a day has tens of thousands.
    """

    def __init__(self) -> None:
        """Begin with nothing traded."""
        self._by_price: dict[Decimal, Flow] = {}
        self._by_row: dict[int, Flow] = {}
        self._step: Decimal | None = None
        self._row_of: Callable[[Decimal], int] | None = None
        self.last_id = ""
        """The last trade that was counted."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing has traded yet."""
        return not self._by_price

    def take(self, trades: Sequence[Trade]) -> None:
        """Count those that are new.

        Args:
            trades: What was printed after the last one counted, oldest first.
        """
        if trades:
            self.last_id = trades[-1].trade_id
        sums: dict[str, list[Decimal]] = {}  # bought and sold: the trades of a moment share a few prices
        for trade in trades:
            sums.setdefault(trade.price_text, [_NOTHING, _NOTHING])[trade.side is Side.SELL] += trade.size
        for price_text, (bought, sold) in sums.items():
            price, flow = Decimal(price_text), Flow(bought + sold, bought - sold)
            _add(self._by_price, price, flow)
            if self._row_of is not None:
                _add(self._by_row, self._row_of(price), flow)

    def rows(self, step: Decimal, row_of: Callable[[Decimal], int]) -> Mapping[int, Flow]:
        """Return the sums by row, on the screen and beyond it; added up anew when the rows are others.

        Args:
            step: Price between two rows; as long as it stays, so do the rows.
            row_of: Returns the row of a price.
        """
        if step != self._step:
            self._step, self._by_row = step, {}
            for price, flow in self._by_price.items():
                _add(self._by_row, row_of(price), flow)
        self._row_of = row_of
        return self._by_row


def _add(sums: dict[K, Flow], key: K, flow: Flow) -> None:
    before = sums.get(key)
    sums[key] = flow if before is None else before + flow
