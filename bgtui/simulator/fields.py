"""Fields of a request, from its query or its body, read strictly and refused in Bitget's words.

Bitget sends and takes figures as text; a client that sends them as JSON numbers is understood as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from bgtui.domain.error import DecodeError
from bgtui.domain.instrument import FUTURES, InstrumentId, ProductType, instrument_id
from bgtui.simulator.history import Window
from bgtui.simulator.reject import Reject
from bgtui.wire.number import decimal

MAX_TEXT = 512
"""Characters of one field that are looked at."""
MAX_FIGURE = Decimal(10) ** 20
"""Products of a few such figures still fit the digits that the engine reckons with."""
DAY_MS = 86_400_000

WordT = TypeVar("WordT", bound=StrEnum)

_CLIENT_ID = re.compile(r"[0-9A-Za-z\-_+#:.]+")
_PRODUCTS = {product.value.upper(): product for product in FUTURES}


class Fields:
    """One object of a request."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, object]) -> None:
        """Take the fields as they came."""
        self.values = values

    def __contains__(self, name: str) -> bool:
        """Tell whether a field has a value."""
        return self.text(name) != ""

    def text(self, name: str) -> str:
        """Return a field as text, "" when it is missing or empty.

        Raises:
            Reject: it is an object or a list, or far too long.
        """
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | Decimal):
            return _number_text(value, name)
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise wrong(name)
        return value.strip()

    def required(self, name: str) -> str:
        """Return a field that must be there.

        Raises:
            Reject: it is not.
        """
        found = self.text(name)
        if not found:
            raise Reject("40019", name)
        return found

    def word(self, name: str, allowed: Mapping[str, WordT], default: WordT | None = None) -> WordT:
        """Return what a word of a fixed set means; case does not matter.

        Raises:
            Reject: missing without a default, or another word.
        """
        found = self.text(name)
        if not found and default is not None:
            return default
        meant = allowed.get(self.required(name).lower())
        if meant is None:
            raise wrong(name)
        return meant

    def figure(self, name: str) -> Decimal | None:
        """Return a number, None when it is missing or empty.

        Raises:
            Reject: no number, or one that nothing on an exchange is as large as.
        """
        found = self.text(name)
        if not found:
            return None
        try:
            figure = decimal(found, name)
        except DecodeError:
            raise wrong(name) from None
        if abs(figure) >= MAX_FIGURE:
            raise wrong(name)
        return figure

    def positive(self, name: str) -> Decimal:
        """Return a number above zero that must be there.

        Raises:
            Reject: missing, no number, or not above zero.
        """
        self.required(name)
        found = self.positive_or_none(name)
        if found is None:
            raise wrong(name)
        return found

    def positive_or_none(self, name: str) -> Decimal | None:
        """Return a number above zero; zero and nothing mean that there is none.

        Raises:
            Reject: no number, or below zero.
        """
        found = self.figure(name)
        if found is not None and found < 0:
            raise wrong(name)
        return found or None

    def integer(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number; one beyond the largest counts as the largest.

        Raises:
            Reject: no whole number, or too small.
        """
        found = self.text(name)
        if not found:
            return default
        if not found.isascii() or not found.isdigit() or len(found) > 18 or int(found) < least:
            raise wrong(name)
        return min(int(found), most)

    def moment(self, name: str) -> int | None:
        """Return a time, milliseconds.

        Raises:
            Reject: no time.
        """
        found = self.text(name)
        if not found:
            return None
        if not found.isascii() or not found.isdigit() or len(found) > 15:
            raise wrong(name)
        return int(found)

    def product(self, name: str = "productType") -> ProductType:
        """Return a futures product type; any case.

        Raises:
            Reject: missing or unknown.
        """
        found = _PRODUCTS.get(self.required(name).upper())
        if found is None:
            raise Reject("400172", message="Parameter verification failed")
        return found

    def instrument(self, product_type: ProductType, name: str = "symbol") -> InstrumentId:
        """Return the instrument that a symbol names.

        Raises:
            Reject: missing, or no symbol at all.
        """
        symbol = self.required(name)
        try:
            return instrument_id(product_type, symbol)
        except ValueError:
            raise Reject("40034", symbol[:60]) from None

    def client_id(self, name: str = "clientOid") -> str:
        """Return an order id of the client's, "" when there is none.

        Raises:
            Reject: too long, or other characters than Bitget takes.
        """
        found = self.text(name)
        if len(found) > 64 or (found and not _CLIENT_ID.fullmatch(found)):
            raise Reject(
                "40305",
                message="client_oid length is not greater than 64 , and cannot be Martian characters",
            )
        if len(found) > 50:
            raise Reject("40304", message="clientOid or clientOrderId length cannot be greater than 50")
        return found

    def rows(self, name: str, most: int) -> list[Fields]:
        """Return a list of objects, empty when it is missing.

        Raises:
            Reject: no such list, or a longer one.
        """
        value = self.values.get(name)
        if value is None or value == "":
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise wrong(name)
        if len(value) > most:
            raise Reject("40912", message=f"Batch processing orders can only process up to {most}")
        return [Fields(each) for each in value]

    def symbols(self, name: str) -> list[str]:
        """Return a list of texts, empty when it is missing.

        Raises:
            Reject: no such list.
        """
        value = self.values.get(name)
        if value is None or value == "":
            return []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise wrong(name)
        return value

    def span(self, most_days: int = 90) -> tuple[int | None, int | None]:
        """Return the time range.

        Raises:
            Reject: it ends before it starts, or is too long.
        """
        start, end = self.moment("startTime"), self.moment("endTime")
        if start is not None and end is not None:
            if start > end:
                raise Reject("40707", message="Start time is greater than end time")
            if end - start > most_days * DAY_MS:
                raise Reject("40705", message=f"The start and end time cannot exceed {most_days} days")
        return start, end

    def window(self, default: int = 100, most: int = 100, most_days: int = 90) -> Window:
        """Return which part of a list is asked for.

        Raises:
            Reject: a cursor, a limit or a range that cannot be.
        """
        start, end = self.span(most_days)
        cursor = self.text("idLessThan")
        if cursor and not (cursor.isascii() and cursor.isdigit()):
            raise wrong("idLessThan")
        return Window(cursor, self.integer("limit", default, 1, most), start, end)


def wrong(name: str) -> Reject:
    """Return the refusal of a field that means nothing."""
    return Reject("40020", name)


def words(kinds: Sequence[WordT]) -> dict[str, WordT]:
    """Return a set of words that are spelled as their values."""
    return {kind.value: kind for kind in kinds}


def _number_text(value: int | Decimal, name: str) -> str:
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value.adjusted()) < MAX_TEXT):
        raise wrong(name)
    if isinstance(value, int) and abs(value) >= 10**100:
        raise wrong(name)
    return format(value, "f") if isinstance(value, Decimal) else str(value)
