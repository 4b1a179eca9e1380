"""Client order ids that no other run of any bgtui on the account has made."""

from __future__ import annotations

import random
from collections.abc import Callable

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that reads as a digit."""
_EPOCH_MS = 1_700_000_000_000


def new_instance(environment: str, rng: random.Random) -> str:
    """Name a run: three letters of the exchange in use, then three that tell runs apart."""
    return environment[:3].lower() + "".join(_DIGITS[rng.randrange(32)].lower() for _ in range(3))


def id_maker(instance: str, now_ms: Callable[[], int]) -> Callable[[], str]:
    """Return what makes ids such as ``simk7q-1Z7Q2M03``: the run's instance, then a number that only grows.

    Args:
        instance: Of `new_instance`; no other run that is alive has it.
        now_ms: Unix milliseconds; begins the count where no earlier run can have been.
    """
    count = max(now_ms() - _EPOCH_MS, 0)

    def new_id() -> str:
        nonlocal count
        count += 1
        return f"{instance}-{_encode(count, 1)}"

    return new_id


def _encode(number: int, width: int) -> str:
    text = ""
    while number or len(text) < width:
        number, digit = divmod(number, 32)
        text = _DIGITS[digit] + text
    return text
