"""What a piece of text means; a theme gives each meaning a color."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a piece of text means; one color each in every theme."""

    __hash__ = str.__hash__  # a key of the paint path: no call of Python code

    PLAIN = "plain"
    """The terminal's own foreground."""
    BID = "bid"
    """Bid sizes, longs, gains, a buyer's trade."""
    ASK = "ask"
    """Ask sizes, shorts, losses, a seller's trade."""
    OWN = "own"
    """Mine: orders on the ladder, trades on the tape."""
    PENDING = "pending"
    """Sent, not answered."""
    UNKNOWN = "unknown"
    """Sent, and nobody knows what became of it."""
    STALE = "stale"
    """Last known, no longer current."""
    MUTED = "muted"
    """Headers, ages, units."""
    ACCENT = "accent"
    """Titles, the current tab, the cursor."""
    WARN = "warn"
    """A rule that warns, a state to notice."""
    DANGER = "danger"
    """Real money, refusals, lost feeds."""
