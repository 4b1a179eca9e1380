"""The garbage collector, set for a feed: thousands of small values a second, hardly any in a cycle."""

from __future__ import annotations

import gc

_YOUNG = 20_000
"""Values made before the youngest are looked at; Python's own 700 is some five book messages."""


def hold() -> None:
    """Collect nothing while modules are loaded and everything is built: hardly any of it will ever go.

    `set_for_feed` ends this.
    """
    gc.disable()


def set_for_feed() -> None:
    """Leave what start-up made out of every later collection, and collect the young less often.

    For a process that shows one session until it ends: going through the modules' own objects again and again
    would hold up the feed by tens of milliseconds, for nothing.
    """
    if gc.isenabled():
        gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
    gc.enable()
