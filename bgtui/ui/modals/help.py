"""Help over the whole screen: the keys of the place where it was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from bgtui.ui.keys import Context, Key
from bgtui.ui.modals.dock import Dock
from bgtui.ui.view import help as view
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace


class HelpDock(Dock[Key]):
    """Its answer is a key to be tried."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.HELP,)

    def __init__(self, workspace: Workspace, place: str, shown: Sequence[Context]) -> None:
        """Explain these contexts, the nearest first."""
        super().__init__(workspace)
        self._place = place
        self._contexts = tuple(shown)
        self._line = LineEdit()
        self._at = 0

    def lines(self) -> list[view.Line]:
        """Return what matches now."""
        return view.lines(
            self.workspace.keys, self._contexts, self._line.text, can_trade=self.workspace.can_trade
        )

    def place(self) -> None:
        """Cover everything below line 1."""
        columns, rows = self.screen.size
        self.styles.width, self.styles.height = columns, max(rows - 1, 1)
        self.styles.offset = (0, 1)

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the page with the chosen line."""
        return self.content(width, height)

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the page with the chosen line."""
        found = self.lines()
        self._at = min(max(self._at, 0), max(len(found) - 1, 0))
        return view.help_rows(self._place, found, self._line.text, self._at, width, height)

    def takes_text(self, chord: str) -> bool:
        """Search by every character; a second `?` closes as it opened."""
        return chord != "?"

    def type_text(self, text: str) -> None:
        """Search."""
        self._line = self._line.insert(text)
        self._at = 0
        self.draw()

    def edit(self, chord: str) -> bool:
        """Edit what is searched for."""
        if chord != "backspace":
            return False
        self._line = self._line.press(chord) or self._line
        self.draw()
        return True

    def do_help_down(self) -> None:
        """Choose the next line."""
        self._at += 1
        self.draw()

    def do_help_up(self) -> None:
        """Choose the line before."""
        self._at -= 1
        self.draw()

    def do_help_try(self) -> None:
        """Press the chosen key."""
        found = self.lines()
        if found and (key := found[self._at].key) is not None:
            self.close(key)

    def do_help_back(self) -> None:
        """Leave."""
        self.close()
