"""Every route of the simulator: what answers it, by the name that `wire.endpoint` gives it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bgtui.simulator import (
    routes_account,
    routes_copy_follower,
    routes_copy_leader,
    routes_copytrade,
    routes_foreign,
    routes_market,
    routes_order,
    routes_plan,
)
from bgtui.simulator.call import Handler
from bgtui.wire.endpoint import READS, WRITES, Endpoint

_MODULES = (
    routes_market,
    routes_account,
    routes_order,
    routes_plan,
    routes_copytrade,
    routes_copy_leader,
    routes_copy_follower,
    routes_foreign,
)

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {name: handler for module in _MODULES for name, handler in module.HANDLERS.by_name.items()}
)
"""Route name → handler."""

ROUTES: Mapping[str, Endpoint] = MappingProxyType(
    {endpoint.path: endpoint for endpoint in (*READS.values(), *WRITES.values(), *routes_foreign.ENDPOINTS)}
)
"""Path → route; no path is used by two."""
