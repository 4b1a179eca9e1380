"""What traded at each row of the ladder: every trade is counted once, whatever the grouping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bgtui.domain.market import Side, Trade
from bgtui.ui.view.ladder_axis import Axis


@dataclass(frozen=True, slots=True)
class Flow:
    """What traded at one row in this session, base coin."""

    volume: Decimal
    delta: Decimal
    """Bought minus sold by takers."""

    def __add__(self, other: Flow) -> Flow:
        """Return both together."""
        return Flow(self.volume + other.volume, self.delta + other.delta)


_NONE = Flow(Decimal(0), Decimal(0))


class Flows:
    """Sums of trades by price, and by row of the axis asked for last.

    A look costs as much as there are new trades, not as there are prices: a day has tens of thousands.
    """

    def __init__(self) -> None:
        """Begin with nothing traded."""
        self._by_price: dict[Decimal, Flow] = {}
        self._by_row: dict[int, Flow] = {}
        self._axis: Axis | None = None
        """Whose rows they are; only its step matters."""
        self._last_id = ""

    def take(self, trades: Sequence[Trade]) -> None:
        """Count those that are new.

        Args:
            trades: The latest ones, oldest first, as the tape keeps them.
        """
        new: list[Trade] = []
        for trade in reversed(trades):
            if trade.trade_id == self._last_id:
                break
            new.append(trade)
        if new:
            self._last_id = new[0].trade_id
        for trade in new:
            flow = Flow(trade.size, trade.size if trade.side is Side.BUY else -trade.size)
            self._by_price[trade.price] = self._by_price.get(trade.price, _NONE) + flow
            if self._axis is not None:
                self._add(self._axis, trade.price, flow)

    def rows(self, axis: Axis) -> Mapping[int, Flow]:
        """Return the sums by row, on the screen and beyond it; added up anew when the rows are others."""
        if self._axis is None or axis.step != self._axis.step:
            self._by_row = {}
            for price, flow in self._by_price.items():
                self._add(axis, price, flow)
        self._axis = axis
        return self._by_row

    def _add(self, axis: Axis, price: Decimal, flow: Flow) -> None:
        number = axis.bid_row(price)
        before = self._by_row.get(number)
        self._by_row[number] = flow if before is None else before + flow
