"""What is left of the exchange's request limits: plain values for the Health screen."""

from __future__ import annotations

from bgtui.domain.value import frozen


@frozen
class EndpointBudget:
    """One route's own limit."""

    name: str
    left: int
    """Requests that could go now."""
    limit: int
    """Requests in any window of ``seconds``."""
    seconds: float
    waiting: int
    """Requests that wait for their turn."""


@frozen
class Budget:
    """The limit of the whole API, and of every route used so far."""

    left: int
    limit: int
    seconds: float
    waiting: int
    """Requests that wait, over all routes."""
    reads_wait_s: float
    """How much longer reads are held back after a 429; 0 when they are not."""
    orders_wait_s: float
    """The same for writes that open; cancels and closes are never held back."""
    refusals: int
    """Times the exchange said 429 since the start."""
    endpoints: tuple[EndpointBudget, ...]
