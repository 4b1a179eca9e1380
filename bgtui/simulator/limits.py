"""Rate limits as Bitget keeps them: for each endpoint by itself, by account or by address.

A window begins with its first request; the whole API has a limit per address beside the endpoints' own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bgtui.simulator.reject import Reject
from bgtui.wire.endpoint import Endpoint, Scope, futures_order, spot_order

WHOLE_API = 6000
WHOLE_API_SECONDS = 60.0
LEADER_LIMIT = 1
"""Orders a second of a copy-trading leader, on the routes below (wire notes 1.5)."""
LEADER_ROUTES = frozenset(
    endpoint.name
    for endpoint in (
        futures_order.PLACE_ORDER,
        futures_order.BATCH_PLACE,
        futures_order.REVERSE_POSITION,
        spot_order.PLACE_ORDER,
        spot_order.BATCH_PLACE,
    )
)
MAX_WINDOWS = 10_000


@dataclass(slots=True)
class _Window:
    started_s: float
    used: int = 0


class Limits:
    """Counts requests."""

    def __init__(self, monotonic: Callable[[], float], *, is_on: bool = True) -> None:
        """Begin unused; switched off, it counts and lets everything pass."""
        self._monotonic = monotonic
        self.is_on = is_on
        self._windows: dict[tuple[str, str], _Window] = {}

    def take(self, endpoint: Endpoint, uid: str, address: str, *, is_leader: bool = False) -> int:
        """Count a request; return how many are left in the window.

        Raises:
            Reject: none was left (429).
        """
        count, seconds = endpoint.limit.count, endpoint.limit.seconds
        if is_leader and endpoint.name in LEADER_ROUTES:
            count = LEADER_LIMIT
        who = uid if endpoint.limit.scope is Scope.UID and uid else address
        self._count("", address, WHOLE_API, WHOLE_API_SECONDS)
        return self._count(endpoint.name, who, count, seconds)

    def _count(self, name: str, who: str, count: int, seconds: float) -> int:
        now = self._monotonic()
        window = self._windows.get((name, who))
        if window is None or now - window.started_s >= seconds:
            if len(self._windows) > MAX_WINDOWS:
                self._windows.clear()
            window = self._windows[name, who] = _Window(now)
        if window.used >= count and self.is_on:
            raise Reject("429", message="Too Many Requests")
        window.used += 1
        return max(count - window.used, 0)
