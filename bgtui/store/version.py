"""Versions: numbers that only grow, so that a reader sees that something moved without being called."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

NextVersion = Callable[[], int]
"""Returns a number that no read model of this store has had before."""

KeyT = TypeVar("KeyT", bound=Hashable)


class Versions(Generic[KeyT]):
    """A version for each key of a read model that changes a few times a second at most."""

    __slots__ = ("_by_key", "_next")

    def __init__(self, next_version: NextVersion) -> None:
        self._next = next_version
        self._by_key: dict[KeyT, int] = {}

    def bump(self, key: KeyT) -> None:
        """Say that this key changed."""
        self._by_key[key] = self._next()

    def drop(self, key: KeyT) -> None:
        """Forget a key; should it come back, its version is new all the same."""
        self._by_key.pop(key, None)

    def of(self, key: KeyT) -> int:
        """Return the version; 0 when nothing ever came."""
        return self._by_key.get(key, 0)
