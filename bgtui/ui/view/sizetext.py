"""What may be typed where a size is asked for: coins, quote currency, a share of what is free, or a risk."""

from __future__ import annotations

import re
from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.instrument import Instrument, round_size
from bgtui.ui.view.pricetext import Read

_NUMBER = re.compile(r"(?P<risk>r)?(?P<number>[\d,]{1,24}(?:\.\d{0,20})?|\.\d{1,20})(?P<unit>u|%)?")
_NICE = (Decimal(1), Decimal(2), Decimal(5))
PRESETS = 4


def read_size(
    text: str,
    rules: Instrument,
    *,
    price: Decimal | None,
    largest: Decimal | None,
    equity: Decimal | None = None,
    stop: Decimal | None = None,
    fee_rate: Decimal = Decimal(0),
) -> Read:
    """Read a size field into base coin, rounded down to the step where it was computed.

    Args:
        text: ``0.05``, ``500u`` (quote), ``25%`` (of the largest), ``r1%`` (equity at risk to the stop).
        rules: The instrument.
        price: Expected fill price, quote currency.
        largest: Size that everything available would pay for, base coin.
        equity: Margin coin.
        stop: Stop loss price.
        fee_rate: Taker fee rate.
    """
    text = text.strip().lower()
    if not text:
        return Read(None)
    match = _NUMBER.fullmatch(text)
    if match is None or (match["risk"] and match["unit"] != "%"):
        return Read(None, f"{text[:16]!a} is no size; type 0.05, 500u, 25% or r1%")
    number = Decimal(match["number"].replace(",", "").rstrip(".") or "0")
    if match["risk"]:
        return _risk(number, rules, price, equity, stop, fee_rate)
    if match["unit"] == "u":
        if not price:
            return Read(None, "quote size needs a price; type the price first")
        return Read(round_size(rules, number if rules.is_inverse else number / price))
    if match["unit"] == "%":
        if largest is None:
            return Read(None, "what is available is not known; type a size")
        return Read(round_size(rules, largest * min(number, Decimal(100)) / 100))
    return Read(number)


def _risk(  # noqa: PLR0917 - one caller
    percent: Decimal,
    rules: Instrument,
    price: Decimal | None,
    equity: Decimal | None,
    stop: Decimal | None,
    fee_rate: Decimal,
) -> Read:
    if stop is None:
        return Read(None, "risk needs a stop: fill SL first")
    if price is None or equity is None:
        return Read(None, "risk needs price and equity; one is not known")
    size = pnl.size_for_risk(equity * percent / 100, price, stop, fee_rate)
    return Read(None, "the stop is the price itself") if size is None else Read(round_size(rules, size))


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
