"""The place where everything is asked: at the right edge, over the screen, which stays live beside it."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Generic, TypeVar

from bgtui.ui.keys import Context
from bgtui.ui.widgets.canvas import Canvas

T = TypeVar("T")


class Dock(Canvas, Generic[T]):
    """One question; while it is open, only its keys are alive.

    Its answer is given by `close`. A subclass draws the whole dock, frame included, and takes characters
    that are no chord of its contexts by `type_text`.
    """

    DEFAULT_CSS = """
    Dock { layer: dock; dock: right; width: 34; height: auto; max-height: 20; offset: 0 2; }
    """
    contexts: ClassVar[tuple[Context, ...]] = (Context.DOCK,)
    answer: asyncio.Future[T | None] | None = None

    def close(self, value: T | None = None) -> None:
        """Give the answer; None means that the person has left."""
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(value)

    def takes_text(self, chord: str) -> bool:
        """Tell whether a printable key goes into a text field instead of being a chord."""
        return False

    def type_text(self, text: str) -> None:
        """Take what was typed into the focused field."""

    def paste(self, text: str) -> None:
        """Take pasted text into a text field, or drop it: it is never keys."""
