"""What may be typed where a size is asked for: coins, quote currency, a share of what is free, or a risk."""

from __future__ import annotations

import re
from decimal import Decimal

from bgtui.domain import pnl
from bgtui.domain.instrument import Instrument, round_size
from bgtui.ui.view.number import read_number
from bgtui.ui.view.pricetext import MEANT, Read

_NUMBER = re.compile(r"(?P<risk>r)?(?P<number>[0-9,.]{1,40})(?P<unit>u|%)?")


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
        text: ``0.05``, ``=5`` (meant, however unusual), ``500u`` (quote), ``25%`` (of the largest),
            ``r1%`` (equity at risk to the stop).
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
    is_bare = not text.startswith(MEANT)
    text = text.removeprefix(MEANT).lstrip()
    match = _NUMBER.fullmatch(text)
    number = None if match is None else read_number(match["number"])
    if match is None or number is None or (match["risk"] and match["unit"] != "%"):
        return Read(None, f"{text[:16]!a} is no size; type 0.05, 500u, 25% or r1%")
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
    return Read(number, is_bare=is_bare)


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
