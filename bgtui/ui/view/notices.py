"""What the message line says by itself when the connections, the book or the account change."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from bgtui.domain.book import Verdict
from bgtui.domain.error import Outage
from bgtui.domain.event import Connection
from bgtui.domain.instrument import InstrumentId, ProductType
from bgtui.domain.text import clean_cell, clean_line
from bgtui.domain.value import frozen
from bgtui.session.journal import SOURCE as JOURNAL
from bgtui.store.book import BookStatus
from bgtui.store.freshness import Trust
from bgtui.store.health import ConnectionHealth, HealthView
from bgtui.store.store import Store
from bgtui.ui.role import Role
from bgtui.ui.view import figure
from bgtui.ui.view.streams import of_kind

SKEW_MS = 1000
"""A clock further off than this is told."""
BLOCK_MS = 20_000
"""A clock so far off that nothing is sent."""
PATIENCE_S = 5.0
"""Loading for longer says what is awaited."""
_WORTH_TELLING_S = 3.0
"""A book that was gone for less comes back without a word."""


class Trouble(StrEnum):
    """What is wrong, worst first; the message line tells the worst."""

    BOTH_LOST = "both lost"
    PUBLIC_LOST = "public lost"
    PRIVATE_LOST = "private lost"
    JOURNAL_FAILED = "journal failed"
    EXCHANGE_DOWN = "exchange down"
    FEED_FAILED = "feed failed"
    BOOK_DROPPED = "book dropped"
    BOOK_REFUSED = "book refused"
    BOOK_STALE = "book stale"
    WAITING_BOOK = "waiting for the book"
    WAITING_ACCOUNT = "waiting for the account"
    CLOCK_BLOCKS = "clock blocks sending"
    SKEWED = "clock"


@frozen
class Condition:
    """How the run is doing at one moment, as far as the message line cares."""

    trouble: Trouble | None = None
    text: str = ""
    """The sentence of the trouble, its age included."""
    fills: int = 0
    """Orders of the account that were filled in this run or are known from before; a liquidation is none."""
    doubtful: int = 0
    is_well: bool = False
    """Book live, streams up, account current: what was lost is back."""


@frozen
class Told:
    """What was said last by itself, so that the next look says only what is new."""

    trouble: Trouble | None = None
    since_s: float = 0.0
    """When the trouble began, monotonic."""
    fills: int = 0
    text: str = ""
    loading_s: float | None = None
    """Since when something has been loading."""
    is_skew_told: bool = False


@frozen
class Notice:
    """A line for the message line."""

    text: str
    role: Role
    replaces: str = ""
    """The line it is the newer reading of: it takes that one's place, and no other's."""


def condition(
    store: Store,
    shown: InstrumentId | None,
    product_type: ProductType,
    *,
    has_key: bool,
    host: str = "",
    loading_s: float = 0.0,
) -> Condition:
    """Return how the run is doing now.

    Args:
        store: The live data.
        shown: The instrument on Trade.
        product_type: Whose account is followed.
        has_key: Whether there is an account.
        host: Where everything comes from, for waiting.
        loading_s: For how long something has been loading.
    """
    health = store.health()
    trouble, text = _trouble(store, health, shown, product_type, has_key=has_key, host=host, waited=loading_s)
    trust = store.freshness(product_type).trust
    is_live = shown is None or store.book_status(shown) is BookStatus.LIVE
    return Condition(
        trouble,
        text,
        fills=len({fill.order_id for fill in store.fills(product_type) if fill.forced is None}),
        doubtful=sum(submission.state.is_doubtful for submission in store.all_submissions()),
        is_well=is_live and health.is_well and (not has_key or trust is Trust.CURRENT),
    )


def is_loading(store: Store, shown: InstrumentId | None, product_type: ProductType, *, has_key: bool) -> bool:
    """Tell whether something has not come for the first time yet."""
    if shown is not None and store.book_status(shown) is BookStatus.CONNECTING:
        return True
    return has_key and store.freshness(product_type).trust is Trust.UNKNOWN


def look(told: Told, now: Condition, now_s: float, *, is_loading: bool) -> tuple[Told, Notice | None]:
    """Return what is to be said now, and what to remember of it: nothing twice, and recovery once."""
    loading_s = (told.loading_s if told.loading_s is not None else now_s) if is_loading else None
    told = replace(told, loading_s=loading_s)
    if now.trouble is Trouble.SKEWED and told.is_skew_told:
        now = replace(now, trouble=None)
    if told.trouble in _LOST and now.trouble in _RETURNING:
        return told, None  # still the same loss: what it took is on its way back
    if now.trouble is not None:
        return _begin(told, now, now_s)
    if told.trouble is None:
        return told, None
    return _heal(told, now, now_s)


def _begin(told: Told, now: Condition, now_s: float) -> tuple[Told, Notice | None]:
    is_same = told.trouble is now.trouble
    if is_same and told.text == now.text:
        return told, None
    kept = replace(
        told,
        trouble=now.trouble,
        text=now.text,
        since_s=now_s if told.trouble is None else told.since_s,
        fills=now.fills if told.trouble is None else told.fills,
        is_skew_told=told.is_skew_told or now.trouble is Trouble.SKEWED,
    )
    return kept, Notice(now.text, Role.WARN, replaces=told.text if is_same else "")


def _heal(told: Told, now: Condition, now_s: float) -> tuple[Told, Notice | None]:
    was_lost = told.trouble in _LOST
    if was_lost and not now.is_well:
        return told, None  # the stream is there; what it missed is still being asked
    healed = replace(told, trouble=None, text="")
    if told.trouble is Trouble.CLOCK_BLOCKS:
        return healed, Notice("Clock is right again: sending goes on.", Role.PLAIN, replaces=told.text)
    if told.trouble is Trouble.JOURNAL_FAILED:
        return healed, Notice("Journal is written again: sending goes on.", Role.PLAIN)
    lasted_s = now_s - told.since_s
    if told.trouble is Trouble.SKEWED or (not was_lost and lasted_s < _WORTH_TELLING_S):
        return healed, None
    if told.trouble in (Trouble.WAITING_BOOK, Trouble.WAITING_ACCOUNT):
        return healed, Notice("Loaded: everything shown is current.", Role.PLAIN, replaces=told.text)
    return healed, Notice(_back(now, told, lasted_s), Role.PLAIN)


_LOST = (Trouble.BOTH_LOST, Trouble.PUBLIC_LOST, Trouble.PRIVATE_LOST)
_RETURNING = (Trouble.BOOK_STALE, Trouble.WAITING_BOOK, Trouble.WAITING_ACCOUNT, Trouble.SKEWED)


def _back(now: Condition, told: Told, lasted_s: float) -> str:
    after = figure.age(max(lasted_s, 0.0))
    if told.trouble is Trouble.EXCHANGE_DOWN:
        return f"Bitget answers again after {after}."
    if told.trouble is Trouble.FEED_FAILED:
        return f"What had failed works again after {after}."
    if told.trouble not in _LOST:
        return f"Book is live again after {after}."
    filled = max(now.fills - told.fills, 0)
    orders = "1 order" if filled == 1 else f"{filled} orders"
    return f"Live again after {after}: {orders} filled meanwhile, {now.doubtful} in doubt; see Orders."


def _trouble(
    store: Store,
    health: HealthView,
    shown: InstrumentId | None,
    product_type: ProductType,
    *,
    has_key: bool,
    host: str,
    waited: float,
) -> tuple[Trouble | None, str]:
    public = _down(of_kind(health, Connection.PUBLIC))
    private = _down(of_kind(health, Connection.PRIVATE))
    if public is not None and private is not None:
        return Trouble.BOTH_LOST, _lost("Both streams", public)
    if public is not None:
        return Trouble.PUBLIC_LOST, _lost("Market stream", public)
    if private is not None:
        age = figure.whole_age(private.down_age_s or 0.0)
        return (
            Trouble.PRIVATE_LOST,
            f"Account stream lost {age} ago: legs and orders are stale; asking by REST.",
        )
    if health.failed_feeds:
        return _failed_feed(health)
    if shown is not None and (found := _book_trouble(store, shown)) is not None:
        return found
    if waited >= PATIENCE_S:
        return _waiting(store, shown, product_type, has_key=has_key, host=host)
    offset_ms = health.clock_offset_ms or 0
    if abs(offset_ms) > BLOCK_MS:
        off = abs(offset_ms) / 1000
        return Trouble.CLOCK_BLOCKS, (
            f"Clock is {off:.0f}s off: sending stopped, Bitget would refuse; fix it, then u."
        )
    if abs(offset_ms) > SKEW_MS:
        off = abs(offset_ms) / 1000
        return Trouble.SKEWED, (
            f"Clock is {off:.1f}s off Bitget's; corrected here; fix: timedatectl set-ntp true"
        )
    return None, ""


def _failed_feed(health: HealthView) -> tuple[Trouble, str]:
    for failed in health.failed_feeds:
        if failed.source == JOURNAL:
            return Trouble.JOURNAL_FAILED, f"{clean_line(failed.reason)}."  # says itself what is to be done
    for failed in health.failed_feeds:
        if failed.outage is not None:
            words = _DOWN[failed.outage].format(
                code=f" ({clean_cell(failed.code, 8)})" if failed.code else ""
            )
            return Trouble.EXCHANGE_DOWN, f"{words} {_retry(failed.retry_in_ms)}."
    failed = health.failed_feeds[0]
    return Trouble.FEED_FAILED, f"{failed.source} failed ({clean_line(failed.reason, 40)}); tried again."


_DOWN = {
    Outage.MAINTENANCE: "Bitget is in maintenance{code}: last values kept as stale;",
    Outage.UNAVAILABLE: "Bitget is not available (503): last values kept as stale;",
    Outage.WEB_PAGE: "A web page answers, not Bitget: sign in to this network;",
    Outage.NAME: "Bitget's name is not found: check the network and its DNS;",
    Outage.CERTIFICATE: "Certificate not trusted: a proxy between, or a wrong clock;",
    Outage.TLS: "No secure connection to Bitget: a proxy may stand between;",
}
"""What keeps the whole exchange away, in words: every kind has its own."""


def _retry(retry_in_ms: int | None) -> str:
    seconds = (retry_in_ms or 0) / 1000
    return f"retry in {seconds:.0f}s" if seconds >= 1 else "asking again"


def _down(connections: list[ConnectionHealth]) -> ConnectionHealth | None:
    down = [connection for connection in connections if not connection.is_up and connection.opened]
    return max(down, key=lambda connection: connection.down_age_s or 0.0) if down else None


def _lost(what: str, connection: ConnectionHealth) -> str:
    """Return since when and what still works; the reason gives way where both do not fit (8 has it)."""
    texts = (
        f"{what} lost {_since(connection, is_why=is_why)}; forms still work." for is_why in (True, False)
    )
    return next((text for text in texts if len(text) <= _LINE), f"{what} lost; forms still work.")


def _since(connection: ConnectionHealth, *, is_why: bool) -> str:
    age_s = connection.down_age_s or 0.0
    text = f"{figure.whole_age(age_s)} ago"
    if connection.reason and is_why:
        text += f" ({clean_line(connection.reason, 24)})"
    if connection.retry_in_ms is None:
        return text
    left_s = connection.retry_in_ms / 1000 - age_s
    return f"{text}; retry in {left_s:.0f}s" if left_s >= 1 else f"{text}; trying again"


_LINE = 78
"""Cells of a message line on the smallest whole screen."""
_DROPPED = {
    Verdict.GAP: "missed an update: dropped and asked again; back in a moment.",
    Verdict.MISMATCH: "failed its checksum: dropped, asked again; ladder entry waits.",
    Verdict.CROSSED: "was crossed: dropped and asked again; back in a moment.",
    Verdict.MALFORMED: "could not be read: dropped and asked again; back in a moment.",
}
_REASONS = {
    "a message was missing": Verdict.GAP,
    "the checksum failed": Verdict.MISMATCH,
    "the book was crossed": Verdict.CROSSED,
}


def _book_trouble(store: Store, shown: InstrumentId) -> tuple[Trouble, str] | None:
    status = store.book_status(shown)
    if status in (BookStatus.LIVE, BookStatus.CONNECTING):
        return None
    book, symbol = store.book(shown, levels=0), shown.symbol
    match status:
        case BookStatus.RESYNC:
            verdict = _REASONS.get(book.reason, Verdict.MALFORMED)
            return Trouble.BOOK_DROPPED, f"Book {symbol} {_DROPPED[verdict]}"
        case BookStatus.REFUSED:
            return Trouble.BOOK_REFUSED, f"Book {symbol}: {clean_line(book.reason, 40)}; t opens a form."
        case _:
            age = figure.age(float(int(book.age_s or 0.0)) if (book.age_s or 0.0) >= 1 else 0.0)
            return Trouble.BOOK_STALE, (
                f"Book {symbol} silent for {age}: shown stale, ladder entry waits; u asks now."
            )


def _waiting(
    store: Store, shown: InstrumentId | None, product_type: ProductType, *, has_key: bool, host: str
) -> tuple[Trouble | None, str]:
    source = f" from {host}" if host else ""
    if shown is not None and store.book_status(shown) is BookStatus.CONNECTING:
        return Trouble.WAITING_BOOK, f"Waiting for the book of {shown.symbol}{source}; u asks again."
    if has_key and store.freshness(product_type).trust is Trust.UNKNOWN:
        return Trouble.WAITING_ACCOUNT, f"Waiting for the account's orders and legs{source}; u asks again."
    return None, ""
