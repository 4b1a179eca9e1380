"""Every REST route the program knows, as data: a module per family, and two tables over all of them.

A route is a `Read` (GET) or a `Write` (POST); the verb follows from the class, so a client that takes only
reads cannot be made to write. Limits are those of Bitget's pages; where lead traders have lower ones, both
are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bgtui.wire.endpoint import (
    common,
    copytrade,
    futures_account,
    futures_market,
    futures_order,
    spot_account,
    spot_market,
    spot_order,
)
from bgtui.wire.endpoint.excluded import EXCLUDED
from bgtui.wire.endpoint.model import Endpoint, Limit, Read, Scope, Write

__all__ = ["EXCLUDED", "READS", "WRITES", "Endpoint", "Limit", "Read", "Scope", "Write"]

_FAMILIES = (
    common,
    spot_market,
    futures_market,
    spot_account,
    spot_order,
    futures_account,
    futures_order,
    copytrade,
)
_DESCRIBED = tuple(
    value for family in _FAMILIES for value in vars(family).values() if isinstance(value, Endpoint)
)

READS: Mapping[str, Read] = MappingProxyType(
    {each.name: each for each in _DESCRIBED if isinstance(each, Read)}
)
"""Every GET by name."""
WRITES: Mapping[str, Write] = MappingProxyType(
    {each.name: each for each in _DESCRIBED if isinstance(each, Write)}
)
"""Every POST by name."""
