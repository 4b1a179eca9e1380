"""How long a request may take, and how often a read is asked again."""

from __future__ import annotations

import random

from bgtui.domain.value import frozen


@frozen
class Patience:
    """Limits of time, seconds."""

    connect_s: float = 5.0
    read_s: float = 10.0
    """Longest silence within an answer."""
    write_s: float = 5.0
    pool_s: float = 5.0
    """Longest wait for a free connection."""
    request_s: float = 15.0
    """One request, from asking for a connection to the last byte of the answer."""
    turn_s: float = 8.0
    """Longest a write may be held back before its first byte: a late order is another order."""
    whole_read_s: float = 20.0
    """A read with all its attempts."""
    attempts: int = 4
    """Times a read is asked."""
    backoff_s: float = 0.25
    """First wait between two attempts; it doubles each time, and chance takes away up to half of it."""


class Attempts:
    """Counts the attempts of one read."""

    def __init__(self, patience: Patience, rng: random.Random) -> None:
        """Begin with the first attempt made."""
        self._patience = patience
        self._rng = rng
        self._made = 1
        self._has_resynced = False

    def after_failure(self) -> float | None:
        """Return the seconds to wait before the next attempt, or None when there is none."""
        if self._made >= self._patience.attempts:
            return None
        wait_s = self._patience.backoff_s * 2.0 ** (self._made - 1)
        self._made += 1
        return wait_s * self._rng.uniform(0.5, 1.0)

    def after_resync(self) -> float | None:
        """Allow one attempt more, at once, with the clock measured again: once."""
        if self._has_resynced:
            return None
        self._has_resynced = True
        return 0.0
