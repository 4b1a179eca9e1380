"""What an account has at stake: legs as they are, and as they would be if all that rests were filled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from bgtui.domain.instrument import InstrumentId
from bgtui.domain.order import PositionSide
from bgtui.domain.value import frozen

_ZERO = Decimal(0)


@frozen
class Stake:
    """One instrument's part, valued in the coin of the wallet that backs it."""

    instrument: InstrumentId
    long: Decimal = _ZERO
    """The long leg at mark."""
    short: Decimal = _ZERO
    long_orders: Decimal = _ZERO
    """What rests, waits or is on its way to open more of the long leg."""
    short_orders: Decimal = _ZERO
    is_net: bool = False
    """One-way mode: both sides are one position, so the larger outcome counts and not the sum."""

    def worst_of(self, side: PositionSide) -> Decimal:
        """Return what a leg could come to if everything that opens more of it were filled."""
        held, other = (self.long, self.short) if side is PositionSide.LONG else (self.short, self.long)
        orders = self.long_orders if side is PositionSide.LONG else self.short_orders
        return max(held - other + orders, _ZERO) if self.is_net else held + orders

    @property
    def worst(self) -> Decimal:
        """What the instrument could come to at most, sides added up where both can stand."""
        long, short = self.worst_of(PositionSide.LONG), self.worst_of(PositionSide.SHORT)
        return max(long, short, abs(self.long - self.short)) if self.is_net else long + short

    def opening(self, side: PositionSide, value: Decimal) -> Stake:
        """Return it with more that would open a leg."""
        if side is PositionSide.LONG:
            return replace(self, long_orders=self.long_orders + value)
        return replace(self, short_orders=self.short_orders + value)

    def closing(self, side: PositionSide, value: Decimal) -> Stake:
        """Return it with less of a leg."""
        if side is PositionSide.LONG:
            return replace(self, long=max(self.long - value, _ZERO))
        return replace(self, short=max(self.short - value, _ZERO))


def stake_of(stakes: Iterable[Stake], instrument: InstrumentId, *, is_net: bool) -> Stake:
    """Return an instrument's stake; an empty one where it has none."""
    found = next((stake for stake in stakes if stake.instrument == instrument), None)
    return Stake(instrument, is_net=is_net) if found is None else found


def with_stake(stakes: Iterable[Stake], changed: Stake) -> tuple[Stake, ...]:
    """Return the stakes with one of them put in the place of its old self."""
    others = tuple(stake for stake in stakes if stake.instrument != changed.instrument)
    return (*others, changed)


def total(stakes: Iterable[Stake], instruments: frozenset[InstrumentId] | None = None) -> Decimal:
    """Return what all stakes, or those of some instruments, could come to at most."""
    return sum(
        (stake.worst for stake in stakes if instruments is None or stake.instrument in instruments), _ZERO
    )
