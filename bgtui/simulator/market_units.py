"""Prices and sizes counted in whole numbers, so that the market is exact and cheap at once."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.instrument import Instrument


class Units:
    """One instrument's last decimal places: price 92412.6 at one place is 924126 units.

    Made prices lie on the tick, sizes on the step; whatever somebody else made is counted as it is.
    """

    __slots__ = ("_price_scale", "_size_scale", "price_places", "size_places", "step", "tick")

    def __init__(self, instrument: Instrument) -> None:
        """Take the places, tick and step of an instrument."""
        self.price_places = instrument.price_places
        self.size_places = instrument.size_places
        self._price_scale: int = 10**self.price_places
        self._size_scale: int = 10**self.size_places
        self.tick = int(instrument.tick.scaleb(self.price_places))
        """Price units in one tick."""
        self.step = int(instrument.size_step.scaleb(self.size_places))
        """Size units in one step."""

    def price_text(self, units: int) -> str:
        """Return a price as plain digits with every place."""
        return fixed(units, self.price_places)

    def size_text(self, units: int) -> str:
        """Return a size as plain digits with every place."""
        return fixed(units, self.size_places)

    def value_text(self, units: int) -> str:
        """Return a value (price times size, summed) as plain digits, at most eight places."""
        places = self.price_places + self.size_places
        if places > 8:
            return fixed(units // 10 ** (places - 8), 8)
        return fixed(units, places)

    def price(self, units: int) -> Decimal:
        """Return a price, quote currency."""
        return Decimal(units).scaleb(-self.price_places)

    def size(self, units: int) -> Decimal:
        """Return a size, base coin."""
        return Decimal(units).scaleb(-self.size_places)

    def price_units(self, price: Decimal) -> int:
        """Count a price; digits beyond the places are cut off."""
        return int(price.scaleb(self.price_places))

    def size_units(self, size: Decimal) -> int:
        """Count a size; digits beyond the places are cut off."""
        return int(size.scaleb(self.size_places))

    def nearest_price(self, price: float) -> int:
        """Return the tick nearest to a price of the random process, at least one."""
        return max(round(price * self._price_scale / self.tick), 1) * self.tick

    def nearest_size(self, size: float) -> int:
        """Return the step nearest to a size of the random process, at least one."""
        return max(round(size * self._size_scale / self.step), 1) * self.step

    def float_price(self, units: int) -> float:
        """Return a price for the random process, never for money."""
        return units / self._price_scale


def fixed(units: int, places: int) -> str:
    """Spell a whole number of units with so many decimal places."""
    if not places:
        return str(units)
    text = str(abs(units)).rjust(places + 1, "0")
    return f"{'-' if units < 0 else ''}{text[:-places]}.{text[-places:]}"
