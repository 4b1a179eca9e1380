"""Fields of REST rows that need more than a number: instruments, switches, optional words and texts."""

from __future__ import annotations

from decimal import Decimal

from bgtui.domain.error import DecodeError
from bgtui.domain.instrument import InstrumentId, ProductType, instrument_id
from bgtui.domain.market import Side
from bgtui.domain.order import MarginMode, PositionMode, PositionSide
from bgtui.domain.text import Untrusted, is_identifier
from bgtui.wire.decode import word
from bgtui.wire.number import decimal, identifier, lower, optional_decimal, optional_integer, optional_millis

_YES = frozenset({"yes", "true", "on", "1"})
_NO = frozenset({"no", "false", "off", "0"})


def instrument(product_type: ProductType, value: object) -> InstrumentId:
    """Name the instrument of a row.

    Raises:
        DecodeError: the symbol could be none.
    """
    symbol = identifier(value, "symbol")
    try:
        return instrument_id(product_type, symbol)
    except ValueError:
        raise DecodeError(f"symbol: not a symbol: {symbol!a}") from None


def is_nameable(value: object) -> bool:
    """Tell whether the program can name the symbol: one that it cannot must not hide the others."""
    return isinstance(value, str) and is_identifier(value) and ":" not in value


def coin(value: object, field: str) -> str:
    """Return a coin in upper case, as the program compares it.

    Raises:
        DecodeError: no coin.
    """
    return identifier(value, field).upper()


def optional_coin(value: object, field: str) -> str:
    """Return a coin in upper case, or "" when there is none.

    Raises:
        DecodeError: there is something, and it is no coin.
    """
    return coin(value, field) if value not in (None, "") else ""


def plain(value: Decimal) -> Decimal:
    """Return the same number without the zeros that pad spot amounts (``0.0002000000000000``)."""
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else value


def amount(value: object, field: str) -> Decimal:
    """Return an amount without padding.

    Raises:
        DecodeError: not a number.
    """
    return plain(decimal(value, field))


def amount_or_zero(value: object, field: str) -> Decimal:
    """Return an amount without padding, zero when there is none.

    Raises:
        DecodeError: there is something, and it is not a number.
    """
    return amount(value, field) if value not in (None, "") else Decimal(0)


def positive(value: object, field: str) -> Decimal | None:
    """Return an amount above zero; Bitget writes "none" as an empty text, as 0 and as -1.

    Raises:
        DecodeError: there is something, and it is not a number.
    """
    found = optional_decimal(value, field)
    return plain(found) if found is not None and found > 0 else None


def moment(value: object, field: str) -> int | None:
    """Return a time, milliseconds; Bitget writes "none" as an empty text, as 0 and as -1.

    Raises:
        DecodeError: there is something, and it is no time.
    """
    return None if value in ("0", "-1", 0, -1) else optional_millis(value, field)


def count(value: object, field: str) -> int | None:
    """Return a whole number of at least zero; -1 and nothing are None.

    Raises:
        DecodeError: there is something, and it is no whole number.
    """
    found = optional_integer(value, field)
    return None if found is None or found < 0 else found


def number_text(value: object, field: str) -> str:
    """Return the digits of a number exactly as they came, "" when there is none.

    Raises:
        DecodeError: there is something, and it is not a number.
    """
    if value is None or value == "":
        return ""
    checked = decimal(value, field)
    return value if isinstance(value, str) else format(value if isinstance(value, Decimal) else checked, "f")


def required_text(value: object, field: str) -> str:
    """Return the digits of a number exactly as they came.

    Raises:
        DecodeError: not a number.
    """
    decimal(value, field)
    return number_text(value, field)


def leg(value: object, field: str) -> PositionSide:
    """Return long or short.

    Raises:
        DecodeError: neither.
    """
    found = word.leg(value)
    if found is None:
        raise DecodeError(f"{field}: neither long nor short")
    return found


def margin_mode(value: object) -> MarginMode:
    """Return crossed or isolated.

    Raises:
        DecodeError: neither, in any spelling.
    """
    found = word.margin_mode(value)
    if found is None:
        raise DecodeError("marginMode: neither crossed nor isolated")
    return found


def position_mode(value: object) -> PositionMode:
    """Return one-way or hedge.

    Raises:
        DecodeError: neither, in any spelling.
    """
    found = word.position_mode(value)
    if found is None:
        raise DecodeError("posMode: neither one-way nor hedge")
    return found


def trade_direction(value: object) -> Side:
    """Return the side of a public trade or a spot order.

    Raises:
        DecodeError: neither buy nor sell.
    """
    return word.side(value)


def yes_no(value: object) -> bool | None:
    """Return a switch in any of its spellings, None when it says neither."""
    if isinstance(value, bool):
        return value
    said = str(value) if isinstance(value, int) else lower(value)
    return True if said in _YES else False if said in _NO else None


def label(value: object) -> str:
    """Return a word of Bitget's in lower case when it is safe to print, else ""."""
    said = lower(value)
    return said if is_identifier(said) else ""


def untrusted(value: object) -> Untrusted | None:
    """Wrap somebody's text; None when there is none."""
    return Untrusted(value) if isinstance(value, str) else None
