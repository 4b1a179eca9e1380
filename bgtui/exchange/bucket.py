"""One rate limit as a bucket of tokens; pure, the time is an argument."""

from __future__ import annotations

from heapq import heapify, heappop, heappush, nsmallest


class Bucket:
    """Holds ``count`` tokens; one that was taken comes back ``seconds`` later.

    A bucket that refills evenly lets twice its size through around a pause. Here each token has its own way
    back, so that no window of ``seconds`` ever sees more than ``count``.
    """

    __slots__ = ("_back_at", "count", "seconds")

    def __init__(self, count: int, seconds: float) -> None:
        """Start full."""
        self.count = count
        self.seconds = seconds
        self._back_at: list[float] = []

    def free(self, now: float) -> int:
        """Return how many tokens can be taken now."""
        while self._back_at and self._back_at[0] <= now:
            heappop(self._back_at)
        return max(self.count - len(self._back_at), 0)

    def take(self, now: float, tokens: int = 1) -> None:
        """Take tokens as of ``now``, whether or not they are there."""
        for _ in range(tokens):
            heappush(self._back_at, now + self.seconds)

    def put_off(self, taken: float, by: float) -> None:
        """Bring the token that was taken then back so much later: what it was for came to pass later."""
        if taken + self.seconds in self._back_at:
            self._back_at.remove(taken + self.seconds)
            heapify(self._back_at)
        self.take(taken + by)

    def drain(self, now: float) -> None:
        """Take whatever is there: somebody else has used it up."""
        self.take(now, self.free(now))

    def ready_at(self, now: float, keep: int = 0) -> float:
        """Return when a token can be taken so that ``keep`` others stay behind."""
        missing = keep + 1 - self.free(now)
        if missing <= 0:
            return now
        return nsmallest(missing, self._back_at)[-1]
