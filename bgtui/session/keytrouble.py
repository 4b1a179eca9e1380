"""A key that is refused in the middle of a run: who noticed, and the one line for the person."""

from __future__ import annotations

from bgtui.domain.event import RequestMeasured

_NOT_FROM_HERE = frozenset({"40018", "40038"})
_LACKS_RIGHT = frozenset({"40014", "40040"})
_COPY = "/copy/"
"""Routes of copy trading, a right of its own."""


def trouble_of(event: RequestMeasured) -> str | None:
    """Return the code with which the key itself was refused; None when that is not what happened.

    A right that a read or copy trading lacks concerns a pane; one that an order lacks concerns trading.
    """
    if event.outcome == "AuthRefused" or event.code in _NOT_FROM_HERE:
        return event.code
    is_trade = event.is_write and _COPY not in event.route
    return event.code if is_trade and event.outcome == "PermissionRefused" else None


def trouble_line(label: str, code: str) -> str:
    """Return what happened, and what to do: the key by its label, never by itself."""
    name = f'Key "{label}"' if label else "The key"
    told = f" ({code})" if code else ""
    if code in _NOT_FROM_HERE:
        return f"{name} refused from this address{told}: disarmed; add it at Bitget."
    if code in _LACKS_RIGHT:
        return f"{name} may not trade{told}: disarmed; add the right at Bitget."
    return f"{name} is not accepted any more{told}: disarmed; see bgtui keys add."
