"""What positions earn, cost and risk: the formulas of the wire notes' chapter 10, in exact decimals.

Linear contracts are worth price times size in the quote currency; inverse ones (margined in their base coin)
are worth their size in the base coin at entry. The formula of inverse PnL and of crossed liquidation are not
confirmed by the exchange: values made with them say so.
"""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.account import Position
from bgtui.domain.market import Side
from bgtui.domain.order import MarginMode, PositionSide
from bgtui.domain.value import frozen

ONE, ZERO = Decimal(1), Decimal(0)


@frozen
class Leg:
    """A leg as arithmetic sees it."""

    side: PositionSide
    size: Decimal
    """Base coin; zero is flat."""
    entry: Decimal
    """Average entry price, quote currency; zero when flat."""
    margin: Decimal
    """What backs it alone, margin coin; for a crossed leg its initial margin."""


@frozen
class Liquidation:
    """Where a leg is liquidated."""

    price: Decimal
    """Quote currency."""
    is_approximate: bool
    """Crossed legs: the exchange's own formula is not known."""


def sign_of(side: PositionSide) -> int:
    """Return 1 for long, -1 for short."""
    return 1 if side is PositionSide.LONG else -1


def side_of(side: Side) -> PositionSide:
    """Return the leg that a trade direction opens in one-way mode."""
    return PositionSide.LONG if side is Side.BUY else PositionSide.SHORT


def notional(size: Decimal, price: Decimal, *, is_inverse: bool = False) -> Decimal:
    """Return the value of a size: quote currency, or base coin of an inverse contract."""
    return size if is_inverse else size * price


def unrealized(
    side: PositionSide, size: Decimal, entry: Decimal, mark: Decimal, *, is_inverse: bool = False
) -> Decimal:
    """Return the PnL of a leg at a price, margin coin, before fees."""
    if not size:
        return ZERO
    if is_inverse:
        return sign_of(side) * size * (ONE - entry / mark) if mark else ZERO
    return sign_of(side) * size * (mark - entry)


def return_on_margin(pnl: Decimal, margin: Decimal) -> Decimal | None:
    """Return PnL over margin, a fraction; None without margin."""
    return pnl / margin if margin else None


def distance(mark: Decimal, price: Decimal) -> Decimal | None:
    """Return how far a price is from mark, a fraction of mark."""
    return abs(mark - price) / mark if mark else None


def margin_ratio_at(
    told: Decimal, margin: Decimal, then: tuple[Decimal, Decimal], now: tuple[Decimal, Decimal]
) -> Decimal | None:
    """Return the margin ratio of an isolated linear leg at another mark than it was told for.

    Maintenance goes with the mark, what is left of the margin with the PnL: neither tier nor fee rate need be
    known. 1 is liquidation; None where the ratio told cannot be carried on.

    Args:
        told: The ratio as told.
        margin: What backs the leg, margin coin.
        then: Mark and PnL that it was told for.
        now: Mark and PnL of now.
    """
    (mark, earned), (new_mark, new_earned) = then, now
    if not mark or margin + earned <= 0:
        return None
    left = margin + new_earned
    return told * (new_mark / mark) * (margin + earned) / left if left > 0 else ONE


def live_margin_ratio(leg: Position, mark: Decimal | None, *, is_inverse: bool = False) -> Decimal | None:
    """Return a leg's margin ratio at a mark; None where it cannot be worked out from the one told.

    That of a crossed leg is the account's, which the exchange alone knows how to get.
    """
    if leg.margin_mode is not MarginMode.ISOLATED or is_inverse:
        return None
    if leg.margin_ratio is None or leg.mark_price is None or mark is None:
        return None
    then, now = (unrealized(leg.side, leg.size, leg.entry_price, at) for at in (leg.mark_price, mark))
    return margin_ratio_at(leg.margin_ratio, leg.margin, (leg.mark_price, then), (mark, now))


def initial_margin(size: Decimal, price: Decimal, leverage: Decimal, *, is_inverse: bool = False) -> Decimal:
    """Return what opening a size ties up, margin coin."""
    return notional(size, price, is_inverse=is_inverse) / leverage if leverage else ZERO


def fee(size: Decimal, price: Decimal, rate: Decimal, *, is_inverse: bool = False) -> Decimal:
    """Return the fee of a fill, margin coin, as a cost above zero."""
    return notional(size, price, is_inverse=is_inverse) * rate


def after_open(
    leg: Leg | None,
    side: PositionSide,
    size: Decimal,
    price: Decimal,
    leverage: Decimal,
    *,
    is_inverse: bool = False,
) -> Leg:
    """Return a leg after more of it was opened at a price."""
    margin = initial_margin(size, price, leverage, is_inverse=is_inverse)
    if leg is None or not leg.size:
        return Leg(side, size, price, margin)
    total = leg.size + size
    entry = (leg.size * leg.entry + size * price) / total
    return Leg(side, total, entry, leg.margin + margin)


def after_close(leg: Leg, size: Decimal) -> Leg:
    """Return a leg after a part of it was closed: entry stays, margin goes in proportion."""
    left = max(leg.size - size, ZERO)
    return Leg(
        leg.side, left, leg.entry if left else ZERO, leg.margin * left / leg.size if leg.size else ZERO
    )


def liquidation(
    leg: Leg,
    *,
    keep_rate: Decimal,
    fee_rate: Decimal,
    backing: Decimal | None = None,
    is_inverse: bool = False,
) -> Liquidation | None:
    """Return where a leg is liquidated; None where no price above zero does it.

    Args:
        leg: The leg.
        keep_rate: Maintenance margin rate of its tier.
        fee_rate: Taker fee rate.
        backing: Crossed: everything that backs it; None means its own margin, isolated.
        is_inverse: Margined in its base coin.
    """
    if not leg.size:
        return None
    held = leg.margin if backing is None else backing
    rate = keep_rate + fee_rate
    long = leg.side is PositionSide.LONG
    if is_inverse:
        divisor = held + leg.size * (ONE - rate) if long else leg.size * (ONE + rate) - held
        price = leg.size * leg.entry / divisor if divisor > 0 else ZERO
    elif long:
        price = (leg.entry * leg.size - held) / (leg.size * (ONE - rate))
    else:
        price = (leg.entry * leg.size + held) / (leg.size * (ONE + rate))
    return Liquidation(price, is_approximate=backing is not None or is_inverse) if price > 0 else None


def size_for_risk(risk: Decimal, entry: Decimal, stop: Decimal, fee_rate: Decimal) -> Decimal | None:
    """Return the size whose loss at the stop, fees included, is the risk; None when the stop is no stop."""
    per_unit = abs(entry - stop) + fee_rate * entry + fee_rate * stop
    return risk / per_unit if per_unit and entry != stop else None
