"""What may be typed where a price is asked for: a figure, a word of the market, or a distance from one."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from bgtui.domain.instrument import Instrument
from bgtui.domain.value import frozen
from bgtui.ui.view.number import read_number

_RELATIVE = re.compile(
    r"(?P<word>[a-z]+)?(?P<sign>[+-])(?P<number>[0-9]{1,12}(?:\.[0-9]{1,8})?)(?P<percent>%)?"
)
MEANT = "="
"""Before a figure: however unusual, it is meant."""
_SLIP_PERCENT = 50
"""How far from the market a protection or a trigger is a digit too many or too few."""
WORDS = ("bid", "ask", "mid", "last", "mark", "entry")


def typed(text: str) -> Decimal | None:
    """Return the figure that was typed, meant or not; None for a word, a distance and nothing."""
    return read_number(text.strip().removeprefix(MEANT).lstrip())


def names_market(text: str) -> bool:
    """Tell whether a text names a price of the market, which moves with it."""
    return text.strip().lower().removeprefix(MEANT).lstrip().startswith(WORDS[:-1])


@frozen
class Prices:
    """What the words stand for at this moment."""

    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    mark: Decimal | None = None
    entry: Decimal | None = None

    def word(self, name: str) -> Decimal | None:
        """Return the price of a word."""
        if name == "mid":
            return None if self.bid is None or self.ask is None else (self.bid + self.ask) / 2
        return {"bid": self.bid, "ask": self.ask, "last": self.last, "mark": self.mark, "entry": self.entry}[
            name
        ]


@frozen
class Read:
    """A price, or why there is none."""

    value: Decimal | None
    problem: str = ""
    is_bare: bool = False
    """Typed as nothing but digits: a slip of the hand looks the same."""


def read_price(text: str, rules: Instrument, prices: Prices, *, base: Decimal | None = None) -> Read:
    """Read a price field.

    Args:
        text: ``67238``, ``67,238.0``, ``=67238`` (meant, however unusual), ``bid``, ``+5`` (ticks),
            ``-0.1%``, ``bid+2``.
        rules: The instrument: relative prices come out on its tick, typed ones are taken as they are.
        prices: What the words stand for.
        base: What a bare distance counts from; the last price when None.
    """
    text = text.strip().lower()
    if not text:
        return Read(None)
    bare = text.removeprefix(MEANT).lstrip()
    figure = read_number(bare)
    if figure is not None:
        return Read(figure, is_bare=bare is text)
    if text in WORDS:
        return _known(text, prices.word(text), rules)
    match = _RELATIVE.fullmatch(text)
    if match is None or (match["word"] is not None and match["word"] not in WORDS):
        return Read(None, f"{text[:16]!a} is no price; type 67238, bid, +5 or -0.1%")
    word = match["word"]
    start = prices.word(word) if word is not None else base if base is not None else prices.last
    if start is None:
        return Read(None, f"{word or 'the last price'} is not known now; type a figure")
    number = Decimal(match["sign"] + match["number"])
    if match["percent"]:
        return Read(_on_tick(start * (1 + number / 100), rules))
    if number != number.to_integral_value():
        return Read(None, "a distance is in whole ticks, or in percent: +5, -0.1%")
    return Read(_on_tick(start + number * rules.tick, rules))


def slip(label: str, read: Read, market: Decimal | None, old: Decimal | None = None) -> str:
    """Return why a protection or a trigger is taken for a slip of the hand; empty when it is not.

    Such a price may lie anywhere, so nothing else stops one that has a digit too many or too few: a stop
    loss that never fires looks like protection and is none.

    Args:
        label: What the field is called.
        read: What was typed.
        market: The mark price, or the last; None lets everything pass.
        old: What is set already, however unusual.
    """
    price = read.value
    if price is None or not read.is_bare or not market or price == old:
        return ""
    percent = abs(price - market) * 100 / market
    if percent <= _SLIP_PERCENT:
        return ""
    return f"{label} {price:,f} is {percent:,.0f}% off {market:,f}; type ={price:f} to mean it"


def _known(word: str, price: Decimal | None, rules: Instrument) -> Read:
    return (
        Read(None, f"{word} is not known now; type a figure")
        if price is None
        else Read(_on_tick(price, rules))
    )


def _on_tick(price: Decimal, rules: Instrument) -> Decimal:
    counted = (price / rules.tick).to_integral_value(ROUND_HALF_UP) * rules.tick
    return counted.quantize(Decimal(1).scaleb(-rules.price_places))
