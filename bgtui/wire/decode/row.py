"""Rows that are read by name: every private channel, and public ones in a dialect that is not the usual one.

Source 000 documents its channels with another exchange's field names; a row is renamed to the real ones first
(wire notes 7.9), so that one decoder serves both dialects.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from bgtui.domain.error import DecodeError
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.text import is_identifier
from bgtui.wire import number
from bgtui.wire.decode.origin import instrument

MAX_ROWS = 5000
"""Rows of one push; the longest snapshot of an account is far below."""

_ROWS = msgspec.json.Decoder(list[dict[str, object]], float_hook=Decimal)


class Row:
    """One row by its real field names; each reader raises `DecodeError` for what it cannot read."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, object], aliases: Mapping[str, str]) -> None:
        """Rename what came under an alias; the real name wins where both are there."""
        renamed = {aliases[name]: value for name, value in fields.items() if name in aliases}
        self._fields = {**renamed, **fields}

    def get(self, name: str) -> object:
        """Return the field as it came, None when it did not."""
        return self._fields.get(name)

    def text(self, name: str) -> str:
        """Return a text, "" when it is missing or none."""
        value = self._fields.get(name)
        return value if isinstance(value, str) else ""

    def decimal(self, name: str) -> Decimal:
        """Return an amount that must be there."""
        return number.decimal(self._fields.get(name), name)

    def positive(self, name: str) -> Decimal:
        """Return an amount that must be there and above zero."""
        value = self.decimal(name)
        if value <= 0:
            raise DecodeError(f"{name}: must be above zero")
        return value

    def decimal_or_none(self, name: str) -> Decimal | None:
        """Return an amount, None when it is empty or missing."""
        return number.optional_decimal(self._fields.get(name), name)

    def decimal_or_zero(self, name: str) -> Decimal:
        """Return an amount of which nothing means zero."""
        return self.decimal_or_none(name) or Decimal(0)

    def positive_or_none(self, name: str) -> Decimal | None:
        """Return an amount; zero and below say that there is none."""
        value = self.decimal_or_none(name)
        return value if value is not None and value > 0 else None

    def millis(self, name: str) -> int:
        """Return a time that must be there."""
        return number.millis(self._fields.get(name), name)

    def millis_or_none(self, name: str) -> int | None:
        """Return a time, None when it is empty, zero or missing."""
        return number.optional_millis(self._fields.get(name), name) or None

    def identifier(self, name: str) -> str:
        """Return an identifier that must be there."""
        return number.identifier(self._fields.get(name), name)

    def identifier_or_empty(self, name: str) -> str:
        """Return an identifier, "" when it is empty or missing."""
        return number.optional_identifier(self._fields.get(name), name)

    def client_id(self) -> str:
        """Return the client order id, "" when it is missing or none of ours."""
        return number.client_id(self._fields.get("clientOid"))

    def word(self, name: str) -> str:
        """Return a word that is only shown: in lower case, "" when it is no identifier."""
        value = self.text(name).lower()
        return value if is_identifier(value) else ""

    def coin(self, name: str) -> str:
        """Return a coin in upper case, "" when it is missing."""
        return self.identifier_or_empty(name).upper()

    def instrument(self, product_type: ProductType, name: str = "instId") -> InstrumentId:
        """Return the instrument that the row is about."""
        return instrument(product_type, self._fields.get(name), name)


def rows(data: msgspec.Raw, aliases: Mapping[str, str]) -> list[Row]:
    """Read the rows of a push.

    Raises:
        DecodeError: too many of them.
        msgspec.DecodeError: not a list of objects.
    """
    found = _ROWS.decode(data)
    if len(found) > MAX_ROWS:
        raise DecodeError(f"data: {len(found)} rows")
    return [Row(fields, aliases) for fields in found]
