"""Client order ids that no other run of any bgtui on the account has made."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that reads as a digit."""
_SHAPE = re.compile(r"[a-z]{3}[0-9a-z]-[0-9A-HJKMNP-TV-Z]{6,12}")
_EPOCH_MS = 1_700_000_000_000


def id_maker(environment: str, now_ms: Callable[[], int], rng: random.Random) -> Callable[[], str]:
    """Return what makes ids such as ``simk-1Z7Q2M03``: the run's instance, then a number that only grows.

    Args:
        environment: Three letters of the exchange in use, at the head of the instance.
        now_ms: Unix milliseconds; begins the count where no earlier run can have been.
        rng: Tells two runs apart that begin in the same millisecond; tests make it repeatable.
    """
    instance = f"{environment[:3].lower()}{_DIGITS[rng.randrange(32)].lower()}"
    count = max(now_ms() - _EPOCH_MS, 0)

    def new_id() -> str:
        nonlocal count
        count += 1
        return f"{instance}-{_encode(count, 1)}"

    return new_id


def is_of_bgtui(client_order_id: str) -> bool:
    """Tell from its shape whether an order was placed by bgtui, be it this run or another."""
    return _SHAPE.fullmatch(client_order_id) is not None


def _encode(number: int, width: int) -> str:
    text = ""
    while number or len(text) < width:
        number, digit = divmod(number, 32)
        text = _DIGITS[digit] + text
    return text
