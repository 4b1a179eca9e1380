"""What the ladder says about itself: the word over its prices, and why it takes no order."""

from __future__ import annotations

from bgtui.domain.book import Integrity
from bgtui.domain.trading import TradingState
from bgtui.store.book import BookStatus, BookView
from bgtui.ui.view import figure
from bgtui.ui.workspace import Workspace

_HELD = {
    TradingState.READ_ONLY: "READONLY",
    TradingState.DISARMED: "DISARMED",
    TradingState.LOCKED: "LOCKED",
}
_INTEGRITY = {Integrity.ORDERED: "ORDERED", Integrity.NONE: "NOCHECK"}


def state_word(view: BookView, workspace: Workspace) -> str:
    """Return the word in the price header; empty when the ladder is live and may trade."""
    if view.status is BookStatus.LIVE:
        return _INTEGRITY.get(view.integrity) or _HELD.get(workspace.trading_state, "")
    if view.status not in (BookStatus.STALE, BookStatus.RESYNC):
        return "SYNC" if view.status is BookStatus.CONNECTING else "REFUSED"
    word = view.status.value.upper()
    return f"{word} {figure.whole_age(view.age_s)}" if view.age_s is not None else word


def block_reason(view: BookView) -> str:
    """Return why no order can be entered from the ladder, with the way out; empty when one can."""
    symbol = view.instrument.symbol
    age = figure.age(view.age_s)
    match view.status:
        case BookStatus.CONNECTING:
            return f"Book {symbol} has no snapshot yet; ladder entry waits; t opens a form."
        case BookStatus.STALE:
            return "Ladder is stale: this key would use an old price; t opens a form."
        case BookStatus.RESYNC:
            return f"Book {symbol} was dropped {age} ago and asked again; ladder entry waits."
        case BookStatus.REFUSED:
            return f"Book {symbol} is refused by the exchange; t opens a form."
        case BookStatus.LIVE:
            if view.integrity is Integrity.NONE:
                return f"Book {symbol} cannot be checked (NOCHECK): ladder entry waits; t opens a form."
            return ""
