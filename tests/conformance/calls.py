"""What these tests ask of ccxt: a test declares it, a proxy holds it to that, a table lists it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

exercises = pytest.mark.exercises
"""Declares one call: ``exercises("fetch_ticker", "swap", "what the test sees")``."""

_VERBS = (
    *("fetch_", "create_", "edit_", "cancel_", "watch_", "un_watch_", "close_", "add_", "reduce_"),
    # Copy trading has no unified calls.
    "private_copy_",
)
_OTHERS = frozenset({"load_markets", "set_leverage", "set_margin_mode", "set_position_mode"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    call: str
    market: str
    seen: str

    @property
    def is_stream(self) -> bool:
        return "watch_" in self.call


def declared(marks: Iterable[pytest.Mark]) -> list[Row]:
    """Return what marks declare, in the order in which they are written."""
    return [Row(*mark.args) for mark in reversed(list(marks)) if mark.name == "exercises"]


class Watched:
    """An unmodified ccxt client, and a note of each public call on it."""

    def __init__(self, client: Any, made: set[str]) -> None:
        self.plain = client
        """For what only prepares a test."""
        self._made = made

    def __getattr__(self, name: str) -> Any:
        if name.startswith(_VERBS) or name in _OTHERS:
            self._made.add(name)
        return getattr(self.plain, name)
