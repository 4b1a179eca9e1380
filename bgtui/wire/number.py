"""Scalars of the wire read strictly: what is no plain number, time or identifier is refused, never guessed.

Bitget sends nearly every number as a string and now and then the same field as a JSON number, so whole
numbers are taken in both forms; a JSON fraction is taken only as a `Decimal`, since a float has lost digits.
"""

from __future__ import annotations

import re
from decimal import Decimal

from bgtui.domain.error import DecodeError
from bgtui.domain.text import is_identifier

MAX_NUMBER = 40
"""Characters of one number; the longest the exchange sends has about 30."""
MAX_EXPONENT = 40
"""Powers of ten, up or down, that an amount of anything can need."""
MAX_MILLIS = 253_402_300_799_999
"""The last millisecond of the year 9999, the end of what a calendar can show."""

_SECONDS_BELOW = 10**12
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_INTEGER = re.compile(r"-?[0-9]+")


def decimal(text: object, field: str) -> Decimal:
    """Return an amount; minus zero becomes zero.

    Raises:
        DecodeError: not a plain decimal number of at most 40 characters.
    """
    if isinstance(text, str):
        if len(text) > MAX_NUMBER or not _DECIMAL.fullmatch(text):
            raise _refusal("a decimal number", text, field)
        value = Decimal(text)
    elif isinstance(text, int) and not isinstance(text, bool) and abs(text) < 10**MAX_NUMBER:
        value = Decimal(text)
    elif isinstance(text, Decimal) and text.is_finite() and len(text.as_tuple().digits) <= MAX_NUMBER:
        value = text
    else:
        raise _refusal("a decimal number", text, field)
    if not value:
        return Decimal(0)
    if not -MAX_EXPONENT <= value.adjusted() <= MAX_EXPONENT:
        raise _refusal("a decimal number", text, field)
    return value


def optional_decimal(text: object, field: str) -> Decimal | None:
    """Return an amount, or None for an empty or missing one.

    Raises:
        DecodeError: there is something, and it is not a plain decimal number.
    """
    return None if text is None or text == "" else decimal(text, field)


def integer(text: object, field: str) -> int:
    """Return a whole number of either spelling, exact beyond 2^53.

    Raises:
        DecodeError: not a whole number of at most 40 digits.
    """
    if isinstance(text, str) and len(text) <= MAX_NUMBER and _INTEGER.fullmatch(text):
        return int(text)
    if isinstance(text, int) and not isinstance(text, bool) and abs(text) < 10**MAX_NUMBER:
        return text
    raise _refusal("a whole number", text, field)


def optional_integer(text: object, field: str) -> int | None:
    """Return a whole number, or None for an empty or missing one.

    Raises:
        DecodeError: there is something, and it is not a whole number.
    """
    return None if text is None or text == "" else integer(text, field)


def millis(text: object, field: str) -> int:
    """Return exchange time in milliseconds; a count below 10^12 is of seconds (bitget-wire 4.0).

    Raises:
        DecodeError: not a time between 1970 and 9999.
    """
    value = integer(text, field)
    if value < _SECONDS_BELOW:
        value *= 1000
    if not 0 <= value <= MAX_MILLIS:
        raise _refusal("a time in milliseconds", text, field)
    return value


def optional_millis(text: object, field: str) -> int | None:
    """Return exchange time in milliseconds, or None for an empty or missing one.

    Raises:
        DecodeError: there is something, and it is not a time.
    """
    return None if text is None or text == "" else millis(text, field)


def identifier(text: object, field: str) -> str:
    """Return a symbol, coin or id that is safe to print; ids sent as JSON numbers become text.

    Raises:
        DecodeError: not what `domain.text.is_identifier` lets pass.
    """
    if isinstance(text, int) and not isinstance(text, bool) and 0 <= text < 10**MAX_NUMBER:
        return str(text)
    if isinstance(text, str) and is_identifier(text):
        return text
    raise _refusal("an identifier", text, field)


def optional_identifier(text: object, field: str) -> str:
    """Return an identifier, or "" for an empty or missing one.

    Raises:
        DecodeError: there is something, and it is not an identifier.
    """
    return "" if text is None or text == "" else identifier(text, field)


def client_id(text: object) -> str:
    """Return a client order id, or "" for a missing one or one that could not be ours.

    Other programs of the same account choose their own ids; a strange one must not hide the order.
    """
    if isinstance(text, int) and not isinstance(text, bool):
        text = str(text)
    return text if isinstance(text, str) and is_identifier(text) else ""


def lower(text: object) -> str:
    """Return a word in lower case for comparing, since Bitget's case varies; "" for what is no text."""
    return text.lower() if isinstance(text, str) else ""


def _refusal(wanted: str, value: object, field: str) -> DecodeError:
    if isinstance(value, str):
        shown = ascii(value[:MAX_NUMBER]) + ("…" if len(value) > MAX_NUMBER else "")
    elif value is None:
        shown = "nothing"
    else:
        shown = type(value).__name__
    return DecodeError(f"{field}: expected {wanted}, got {shown}")
