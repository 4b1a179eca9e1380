"""Sizes to choose from: round ones, as the value of the instrument makes them handy."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.instrument import Instrument, round_size

PRESETS = 4
_NICE = (Decimal(1), Decimal(2), Decimal(5))


def presets(rules: Instrument, price: Decimal | None) -> tuple[Decimal, ...]:
    """Return sizes to choose from by one key, worth about 500 to 5,000 of the quote currency."""
    wanted = Decimal(500) / price if price and not rules.is_inverse else rules.min_size * 10
    unit = Decimal(1).scaleb(wanted.adjusted()) if wanted else rules.size_step
    first = max((unit * step for step in _NICE if unit * step <= wanted), default=unit)
    found: list[Decimal] = []
    for _ in range(PRESETS):
        size = max(round_size(rules, first), rules.min_size, rules.size_step)
        if size not in found:
            found.append(size)
        first = _next_nice(first)
    return tuple(found)


def _next_nice(value: Decimal) -> Decimal:
    unit = Decimal(1).scaleb(value.adjusted())
    return next((unit * step for step in _NICE if unit * step > value), unit * 10)
