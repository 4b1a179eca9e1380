"""Arithmetic of money: exact where it can be, rounded once where it cannot, and then the same for both sides.

Every amount that moves between two purses is first rounded to `QUANTUM`; that one number is taken from the
one and given to the other, so nothing is made or lost by rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

ZERO = Decimal(0)
ONE = Decimal(1)
PLACES = 16
"""Decimal places of every amount of every coin: what Bitget shows of a position's margin."""
QUANTUM = Decimal(1).scaleb(-PLACES)
EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN)
"""Digits enough for the product of a balance, a size and a price without rounding."""


def exact(function: Callable[P, T]) -> Callable[P, T]:
    """Run a function with enough digits, whatever the caller's decimal context is."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with localcontext(EXACT):
            return function(*args, **kwargs)

    return run


def rounded(amount: Decimal) -> Decimal:
    """Return an amount that moves, half to even."""
    return amount.quantize(QUANTUM, ROUND_HALF_EVEN, EXACT)


def rounded_up(amount: Decimal) -> Decimal:
    """Return an amount that is charged or held back: never less than exact."""
    return amount.quantize(QUANTUM, ROUND_CEILING, EXACT)


def plain(value: Decimal) -> Decimal:
    """Return the same number without zeros at its end, and without an exponent above zero."""
    if not value:
        return ZERO
    short = value.normalize(EXACT)
    return short.quantize(ONE, context=EXACT) if short.as_tuple().exponent > 0 else short  # type: ignore[operator]
