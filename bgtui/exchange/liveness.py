"""Which channels of a living connection have gone silent although their kind ticks. Pure.

Tickers and books tick; trades and candles may rest with the market, and everything private speaks only when
something happens, so silence there says nothing and the pong alone decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bgtui.wire.channel import Subscription

Key = tuple[str, str]
"""Instrument id, and the channel's name."""

TICKING = frozenset({"ticker", "books", "books1", "books5", "books15"})

_SIGNS_OF_LIFE = 3
"""Messages after a renewal that prove a channel: the first one is the snapshot that any renewal brings."""
_MAX_DOUBLINGS = 4


@dataclass(slots=True)
class _Watched:
    subscription: Subscription
    heard_at: float
    messages: int = 0
    doublings: int = 0
    """How often its patience was doubled: a dead market must not be asked for again for ever."""


class Liveness:
    """When each ticking channel of one connection was last heard."""

    def __init__(self, silent_s: float) -> None:
        """Take the seconds of silence after which a channel is asked for again."""
        self._silent_s = silent_s
        self._watched: dict[Key, _Watched] = {}

    def start(self, subscription: Subscription, now: float) -> None:
        """Watch a channel that was just granted, if it is one that ticks."""
        key = ticking_key(subscription)
        if key is None:
            return
        known = self._watched.get(key)
        if known is None:
            self._watched[key] = _Watched(subscription, now)
        else:
            known.heard_at = now

    def keep_only(self, wanted: Iterable[Subscription]) -> None:
        """Stop watching what nobody wants any more."""
        keys = {ticking_key(subscription) for subscription in wanted}
        for key in [key for key in self._watched if key not in keys]:
            del self._watched[key]

    def note(self, heard: Iterable[Key], now: float) -> None:
        """Remember which channels spoke."""
        for key in heard:
            watched = self._watched.get(key)
            if watched is None:
                continue
            watched.heard_at = now
            watched.messages += 1
            if watched.messages >= _SIGNS_OF_LIFE:
                watched.doublings = 0

    def take_silent(self, now: float) -> list[Subscription]:
        """Return the channels to ask for again, and double the patience with each of them."""
        silent = [
            watched
            for watched in self._watched.values()
            if now - watched.heard_at >= self._silent_s * 2**watched.doublings
        ]
        for watched in silent:
            watched.heard_at = now
            watched.messages = 0
            watched.doublings = min(watched.doublings + 1, _MAX_DOUBLINGS)
        return [watched.subscription for watched in silent]


def ticking_key(subscription: Subscription) -> Key | None:
    """Return the key under which a channel's events are heard; None when it does not tick."""
    instrument = subscription.instrument
    if instrument is None or subscription.channel not in TICKING:
        return None
    return instrument, subscription.channel
