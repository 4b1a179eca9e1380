"""What counts as a number in a form: digits, one dot, and commas only where they part thousands.

A comma anywhere else may be a decimal sign: ``0,05`` read without it is a hundred times as much.
"""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = re.compile(
    r"[1-9][0-9]{0,2}(?:,[0-9]{3}){1,6}(?:\.[0-9]{0,20})?|[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20}"
)


def read_number(text: str) -> Decimal | None:
    """Return a number as typed, ``67238``, ``67,238.0`` or ``.5``; None for anything else, signs included."""
    return Decimal(text.replace(",", "")) if _NUMBER.fullmatch(text) else None


def ungrouped(text: str) -> str:
    """Return a number without its commas; any other text as it is."""
    return text.replace(",", "") if _NUMBER.fullmatch(text) else text
