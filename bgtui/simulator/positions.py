"""One leg of a position and the arithmetic of section 10 of the wire notes.

A leg keeps its size and its cost (Σ size × price), never a rounded average. When a part is closed, the PnL is
rounded once and the cost keeps the rest, so that what one side wins the other side loses, to the last digit.

Inverse contracts are sized in base coin and margined in it. Their PnL is the linear one, in quote currency,
turned into coin at the price of the close: d·s·(1 − e/m). Value, fee and initial margin of a size in coin do
not depend on the price at all.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from bgtui.domain.instrument import Instrument, InstrumentId
from bgtui.domain.order import MarginMode, PositionSide
from bgtui.simulator.money import EXACT, ONE, ZERO, plain, rounded, rounded_up


class Leg:
    """One side of one instrument in one account."""

    __slots__ = (
        "auto_margin",
        "close_fee",
        "closed_size",
        "closed_value",
        "cost",
        "created_ms",
        "direction",
        "funding",
        "instrument",
        "is_inverse",
        "leverage",
        "margin",
        "margin_mode",
        "open_fee",
        "opened_size",
        "opened_value",
        "position_id",
        "realized",
        "side",
        "size",
        "updated_ms",
    )

    def __init__(
        self,
        position_id: str,
        instrument: Instrument,
        side: PositionSide,
        *,
        margin_mode: MarginMode,
        leverage: Decimal,
        now_ms: int,
    ) -> None:
        """Begin flat."""
        self.position_id = position_id
        self.instrument: InstrumentId = instrument.id
        self.is_inverse = instrument.is_inverse
        self.side = side
        self.direction = ONE if side is PositionSide.LONG else -ONE
        self.margin_mode = margin_mode
        self.leverage = leverage
        self.size = ZERO
        self.cost = ZERO
        """Quote currency: Σ size × price of what is still open."""
        self.margin = ZERO
        """Isolated only: what backs it, margin coin."""
        self.realized = ZERO
        """Price PnL so far, margin coin."""
        self.funding = ZERO
        """Below zero is paid."""
        self.open_fee = ZERO
        """Below zero is paid."""
        self.close_fee = ZERO
        self.opened_size = ZERO
        self.opened_value = ZERO
        self.closed_size = ZERO
        self.closed_value = ZERO
        self.auto_margin = False
        self.created_ms = now_ms
        self.updated_ms = now_ms

    @property
    def is_isolated(self) -> bool:
        """Tell whether it has a margin of its own."""
        return self.margin_mode is MarginMode.ISOLATED

    def entry_price(self, price_places: int) -> Decimal:
        """Return the average price of what is open, eight places finer than prices are."""
        return average(self.cost, self.size, price_places)

    def unrealized(self, mark: Decimal) -> Decimal:
        """Return the PnL at a price, margin coin, not rounded."""
        return pnl(self.direction, self.size, self.cost, mark, is_inverse=self.is_inverse)

    def initial_margin(self) -> Decimal:
        """Return what opening it took: entry value / leverage, rounded up."""
        return initial_margin(self.size, self.cost, self.leverage, is_inverse=self.is_inverse)

    def backing(self) -> Decimal:
        """Return its margin as shown: its own when isolated, the initial one when crossed."""
        return self.margin if self.is_isolated else self.initial_margin()

    def increase(self, size: Decimal, price: Decimal) -> None:
        """Open or add."""
        value = size * price
        self.size += size
        self.cost += value
        self.opened_size += size
        self.opened_value += value

    def decrease(self, size: Decimal, price: Decimal) -> tuple[Decimal, Decimal]:
        """Close a part; return its PnL in margin coin (rounded) and in quote currency (exact)."""
        value = size * price
        share = self.cost if size == self.size else rounded(self.cost * size / self.size)
        quote_pnl = self.direction * (value - share)
        coin_pnl = rounded(quote_pnl / price) if self.is_inverse else quote_pnl
        self.size -= size
        self.cost -= share
        self.closed_size += size
        self.closed_value += value
        self.realized += coin_pnl
        return coin_pnl, quote_pnl

    def release(self, size: Decimal) -> Decimal:
        """Return the isolated margin that closing ``size`` sets free; call it before `decrease`."""
        return self.margin if size == self.size else rounded(self.margin * size / self.size)


def average(cost: Decimal, size: Decimal, price_places: int) -> Decimal:
    """Return cost / size, eight places finer than prices are."""
    if not size:
        return ZERO
    return plain((cost / size).quantize(ONE.scaleb(-price_places - 8), ROUND_HALF_EVEN, EXACT))


def value_in_coin(size: Decimal, price: Decimal, *, is_inverse: bool) -> Decimal:
    """Return what a size is worth in margin coin."""
    return size if is_inverse else size * price


def initial_margin(size: Decimal, cost: Decimal, leverage: Decimal, *, is_inverse: bool) -> Decimal:
    """Return the margin that opening takes, margin coin, rounded up."""
    return rounded_up((size if is_inverse else cost) / leverage)


def pnl(direction: Decimal, size: Decimal, cost: Decimal, price: Decimal, *, is_inverse: bool) -> Decimal:
    """Return the PnL of a leg at a price, margin coin, not rounded."""
    quote = direction * (size * price - cost)
    return quote / price if is_inverse else quote


def maintenance(size: Decimal, price: Decimal, rate: Decimal, *, is_inverse: bool) -> Decimal:
    """Return the margin below which a leg is liquidated; ``rate`` is maintenance rate plus taker fee rate."""
    return rate * value_in_coin(size, price, is_inverse=is_inverse)


def liquidation_price(
    direction: Decimal, size: Decimal, cost: Decimal, margin: Decimal, rate: Decimal, *, is_inverse: bool
) -> Decimal | None:
    """Return the price at which margin and PnL equal the maintenance margin, not rounded; None for none.

    With the fee rate alone as ``rate`` it is the bankruptcy price: what is left pays the closing fee.
    """
    if not size:
        return None
    if is_inverse:
        above, below = direction * cost, margin + size * (direction - rate)
    else:
        above, below = cost - direction * margin, size * (ONE - direction * rate)
    return above / below if above * below > 0 else None


def break_even_price(
    direction: Decimal,
    size: Decimal,
    cost: Decimal,
    rate: Decimal,
    funding_paid: Decimal,
    *,
    is_inverse: bool,
) -> Decimal | None:
    """Return the price at which closing pays both fees and the funding so far, not rounded."""
    if not size:
        return None
    if is_inverse:
        below = size - direction * (2 * size * rate + funding_paid)
        return cost / below if below > 0 else None
    found = (cost * (ONE + direction * rate) + direction * funding_paid) / (size * (ONE - direction * rate))
    return found if found > 0 else None
