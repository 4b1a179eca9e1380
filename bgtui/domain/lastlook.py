"""The last look at a write, just before its first byte: what was allowed may not be any more.

A write may be held back for seconds by the request limits or while the exchange's clock is asked. Whoever
allowed it says what has to hold still; whoever lets go of it looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Look = Callable[[], None]
"""Raises `Refused` when the write may not go any more."""


def _allow() -> None:
    """Let go."""


_LOOK: ContextVar[Look] = ContextVar("last look", default=_allow)


@contextmanager
def looking(look: Look) -> Iterator[None]:
    """Have every write that is sent in here looked at once more."""
    token = _LOOK.set(look)
    try:
        yield
    finally:
        _LOOK.reset(token)


def last_look() -> None:
    """Look at the write that is about to leave.

    Raises:
        Refused: it may not go any more.
    """
    _LOOK.get()()
