"""How the streams and the worst alarm read in line 1, in slots that stand still."""

from __future__ import annotations

from collections.abc import Sequence

from bgtui.domain.event import Connection
from bgtui.domain.instrument import InstrumentId
from bgtui.store.book import BookStatus
from bgtui.store.health import ConnectionHealth, HealthView
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import alerts, figure
from bgtui.ui.view.glyph import LIVE, LOADING, NONE
from bgtui.ui.view.span import Span

_SYNCING = (BookStatus.RESYNC, BookStatus.CONNECTING)


def of_kind(health: HealthView, kind: Connection) -> list[ConnectionHealth]:
    """Return the connections of one kind."""
    return [connection for connection in health.connections if connection.connection is kind]


def longest_down_s(connections: Sequence[ConnectionHealth]) -> float | None:
    """Return for how long the worst of them has been down; None while all are up."""
    down = [connection.down_age_s or 0.0 for connection in connections if not connection.is_up]
    return max(down) if down else None


def public_word(store: Store, health: HealthView, shown: InstrumentId | None) -> Span:
    """Return ``● 0.1s``, ``DOWN 7s`` or ``SYNC 2s`` of the market's streams."""
    connections = of_kind(health, Connection.PUBLIC)
    if not connections:
        return Span(LOADING, Role.MUTED)
    down_s = longest_down_s(connections)
    if down_s is not None:
        return Span(f"DOWN {_short_age(down_s)}", Role.DANGER)
    if shown is not None and store.book_status(shown) in _SYNCING:
        age_s = store.book(shown, levels=0).age_s
        return Span("SYNC" if age_s is None else f"SYNC {_short_age(age_s)}", Role.WARN)
    return _up(connections)


def private_word(health: HealthView, *, has_key: bool) -> Span:
    """Return the same of the account's stream; none without a key."""
    connections = of_kind(health, Connection.PRIVATE)
    if not connections:
        return Span(LOADING if has_key else NONE, Role.MUTED)
    down_s = longest_down_s(connections)
    return _up(connections) if down_s is None else Span(f"DOWN {_short_age(down_s)}", Role.DANGER)


def _short_age(seconds: float) -> str:
    """Return an age that fits behind its word: from an hour on it says only that it is longer, ``>2h``."""
    hours = int(seconds) // 3600
    return f">{min(hours, 9)}h" if 1 <= hours < 24 else figure.whole_age(seconds)


def _up(connections: Sequence[ConnectionHealth]) -> Span:
    ages_s = [one.last_message_age_s for one in connections if one.last_message_age_s is not None]
    return Span(f"{LIVE} {figure.age(max(ages_s))}" if ages_s else LIVE)


def alarm(store: Store, health: HealthView, shown: InstrumentId | None) -> Span:
    """Return the worst alarm: an order in doubt, no market, or how many lesser troubles there are."""
    doubtful = sum(submission.state.is_doubtful for submission in store.all_submissions())
    if doubtful:
        return Span(f"UNKNOWN {doubtful}", Role.UNKNOWN, bold=True)
    public = of_kind(health, Connection.PUBLIC)
    if public and not any(connection.is_up for connection in public):
        return Span("NO FEED", Role.DANGER, bold=True, reverse=True)
    troubles = sum(not connection.is_up for connection in health.connections) + len(health.failed_feeds)
    if shown is not None and store.book_status(shown) not in (BookStatus.LIVE, BookStatus.CONNECTING):
        troubles += 1
    return alerts.slot(store, troubles)
