"""Which client order ids are bgtui's, told from their shape."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[a-z]{3}[0-9a-z]{1,3}-[0-9A-HJKMNP-TV-Z]{6,12}")


def is_of_bgtui(client_order_id: str) -> bool:
    """Tell whether an order was placed by bgtui, be it this run or another."""
    return _SHAPE.fullmatch(client_order_id) is not None


def instance_of(client_order_id: str) -> str:
    """Return which run made an id, should it be one of bgtui's."""
    return client_order_id.partition("-")[0]
