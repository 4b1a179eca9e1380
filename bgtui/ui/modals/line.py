"""Docks of one line of text: what is typed, pasted and edited goes into it."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from bgtui.ui.keys import Context
from bgtui.ui.modals.dock import Dock
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.workspace import Workspace

T = TypeVar("T")


class LineDock(Dock[T]):
    """A dock in which every printable key is text."""

    def __init__(self, workspace: Workspace, text: str = "") -> None:
        """Begin with a text, the caret at its end."""
        super().__init__(workspace)
        self.line = LineEdit(text, len(text))

    def takes_text(self, chord: str) -> bool:
        """Take every character."""
        return True

    def type_text(self, text: str) -> None:
        """Take characters into the line."""
        self.take(self.line.insert(text))

    def edit(self, chord: str) -> bool:
        """Take an editing key; tell whether it was one."""
        edited = self.line.press(chord)
        if edited is not None:
            self.take(edited)
        return edited is not None

    def paste(self, text: str) -> None:
        """Take pasted text as if it were typed."""
        self.type_text(text)

    def take(self, edited: LineEdit) -> None:
        """Have another line, and draw it."""
        self.line = edited
        self.draw()


class ChoiceDock(LineDock[T]):
    """A line that narrows a list, and the place of the cursor in what is left of it."""

    def __init__(self, workspace: Workspace) -> None:
        """Begin with everything, at the top."""
        super().__init__(workspace)
        self.at = 0

    def take(self, edited: LineEdit) -> None:
        """Narrow the list; another text begins at the top."""
        if edited.text != self.line.text:
            self.at = 0
        super().take(edited)

    def hold(self, count: int) -> int:
        """Keep the cursor within so many lines; return where it stands."""
        self.at = min(self.at, max(count - 1, 0))
        return self.at

    def go(self, steps: int) -> None:
        """Move the cursor; drawing keeps it within the list."""
        self.at = max(self.at + steps, 0)
        self.draw()


class TypedDock(LineDock[T]):
    """A dock of tier 4: a word is shown and has to be typed, no paste will do."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.WORD,)

    def paste(self, text: str) -> None:
        """Take no paste: the word is to be typed."""

    def do_word_back(self) -> None:
        """Leave."""
        self.close()
