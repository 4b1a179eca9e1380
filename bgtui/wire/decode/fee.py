"""Fees of orders and fills, in the four shapes that `feeDetail` takes (wire notes, section 11 row 39)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from bgtui.domain.order import Fee
from bgtui.wire.decode import word
from bgtui.wire.number import identifier, optional_decimal

MAX_FEES = 16
"""Coins one row's fee can be spread over; more is nonsense."""

_JSON = msgspec.json.Decoder(object, float_hook=Decimal)


def fees(detail: object, field: str = "feeDetail") -> tuple[Fee, ...]:
    """Return what each coin was charged.

    The shapes are a list of objects, one object, an object by coin, either as a JSON text, and "". Costs are
    absolute: most rows write what was paid as a negative number, a few as a positive one.

    Raises:
        DecodeError: a fee is no number or its coin no identifier.
    """
    if isinstance(detail, str):
        detail = _parse(detail)
    if isinstance(detail, Mapping):
        detail = [detail] if _coin(detail) else _by_coin(detail)
    if not isinstance(detail, list):
        return ()
    found = (_fee(row, field) for row in detail[:MAX_FEES] if isinstance(row, Mapping))
    return tuple(fee for fee in found if fee is not None)


def _parse(text: str) -> object:
    if not text:
        return None
    try:
        return _JSON.decode(text)
    except (msgspec.MsgspecError, ArithmeticError, UnicodeError, RecursionError):
        # A fee that cannot be read is not shown; the order itself is worth more than its fee.
        return None


def _by_coin(detail: Mapping[object, object]) -> list[object]:
    """Flatten ``{"BGB": {"feeCoinCode": "BGB", "totalFee": -0.1}, "newFees": {…}}`` to its coins' rows."""
    return [row for name, row in detail.items() if name != "newFees"]


def _coin(row: Mapping[object, object]) -> object:
    return row.get("feeCoin") or row.get("feeCoinCode") or row.get("feeCcy")


def _fee(row: Mapping[object, object], field: str) -> Fee | None:
    coin = _coin(row)
    paid = row.get("fee")
    if paid is None or paid == "":
        paid = row.get("totalFee")
        deducted = row.get("totalDeductionFee")
        if word.is_yes(row.get("deduction")) and deducted not in (None, ""):
            paid = deducted
    amount = optional_decimal(paid, field)
    if amount is None or not coin:
        return None
    text = paid if isinstance(paid, str) else format(amount, "f")
    return Fee(identifier(coin, field).upper(), abs(amount), text)
