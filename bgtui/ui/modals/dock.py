"""The place where everything is asked: at the right edge, over the screen, which stays live beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events

from bgtui.ui.keys import Context
from bgtui.ui.view import footer
from bgtui.ui.view.span import Row
from bgtui.ui.widgets.canvas import Canvas

T = TypeVar("T")
FIRST_ROW = 2
"""Rows above a dock that stay: am I safe, am I live."""
_OF_THE_PROGRAM = frozenset({"app.refresh", "row.json", "dock.help"})
"""Actions of docks that the program itself carries out."""


def dock_width(columns: int) -> int:
    """Return the cells of a dock on a terminal of so many columns."""
    return 52 if columns >= 200 else 46 if columns >= 120 else min(34, columns)


class Dock(Canvas, Generic[T]):
    """One question; while it is open, only its keys are alive.

    Its answer is given by `close`. A subclass draws the whole dock, frame included, as high as it is, and
    takes characters that are no chord of its contexts by `type_text`.
    """

    DEFAULT_CSS = """
    Dock { layer: dock; position: absolute; width: 34; height: 3; }
    """
    contexts: ClassVar[tuple[Context, ...]] = (Context.DOCK,)
    period_s: ClassVar[float] = 0.25
    beats: ClassVar[bool] = True
    answer: asyncio.Future[T | None] | None = None

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock's rows, frame included, at most ``height`` of them."""
        raise NotImplementedError(f"{type(self).__name__} asks nothing")

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the content; the dock takes as many rows as that has."""
        return self.content(width, self.most_rows())[:height]

    def most_rows(self) -> int:
        """Return how many rows there are between the bars."""
        return max(self.screen.size.height - FIRST_ROW - 2, 3)

    def place(self) -> None:
        """Stand at the right edge, as high as the content."""
        columns, lines = self.screen.size
        width = dock_width(columns)
        height = min(len(self.content(width, self.most_rows())), max(lines - FIRST_ROW - 2, 3))
        self.styles.width, self.styles.height = width, height
        self.styles.offset = (max(columns - width, 0), FIRST_ROW)

    def draw(self) -> None:
        """Draw, and take another height when the content has."""
        self.place()
        super().draw()

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the size there is."""
        super().draw()

    def close(self, value: T | None = None) -> None:
        """Give the answer; None means that the person has left. Keys typed ahead go to what is under it."""
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(value)
            docks = getattr(self.screen, "docks", [])
            if self in docks:
                docks.remove(self)

    def alive_contexts(self) -> tuple[Context, ...]:
        """Return whose keys are alive now."""
        return self.contexts

    def idle(self) -> Collection[str]:
        """Return the actions whose keys would do nothing at this moment."""
        return ()

    def footer_actions(self) -> Sequence[footer.Wanted]:
        """Return what the last line of the terminal names while this is open: the keys that act now."""
        idle = self.idle()

        def is_of_use(action: str) -> bool:
            has_method = hasattr(self, "do_" + action.replace(".", "_")) or action in _OF_THE_PROGRAM
            return has_method and action not in idle

        return footer.of_dock(self.workspace.keys, self.alive_contexts(), is_of_use)

    def key_pressed(self, chord: str) -> None:
        """Take note of any key, before it is looked up."""

    def takes_text(self, chord: str) -> bool:
        """Tell whether a printable key goes into a text field instead of being a chord."""
        return False

    def step_aside(self) -> bool:
        """Let the kill switch open above it; False for the kill switch."""
        return True

    def type_text(self, text: str) -> None:
        """Take what was typed into the focused field."""

    def edit(self, chord: str) -> bool:
        """Take an editing key (backspace, arrows …) into the focused text field; tell whether it was one."""
        return False

    def paste(self, text: str) -> None:
        """Take pasted text into a text field, or drop it: it is never keys."""
