"""What a flow asks by."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from bgtui.ui.modals.dock import Dock

T = TypeVar("T")


class Asking(Protocol):
    """A screen that can open a dock."""

    docks: list[Dock[Any]]
    """What is open, the last one on top."""

    async def ask(self, dock: Dock[T]) -> T | None:
        """Open a dock and return its answer; None when it was left."""
