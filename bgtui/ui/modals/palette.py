"""The palette of every action: letters filter, enter runs as if the key were pressed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from bgtui.ui.keys import Context, Key
from bgtui.ui.modals.dock import Dock
from bgtui.ui.modals.picker import fuzzy
from bgtui.ui.view import palette
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace


class PaletteDock(Dock[Key]):
    """Its answer is the key whose action is to be run."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.PALETTE,)

    def __init__(self, workspace: Workspace, alive: Sequence[Context]) -> None:
        """Offer what is alive where the person is."""
        super().__init__(workspace)
        self._alive = tuple(alive)
        self._line = LineEdit()
        self._at = 0

    def entries(self) -> list[palette.Entry]:
        """Return what matches now."""
        return palette.entries(
            self.workspace.keys, self._alive, self._line.text,
            can_trade=self.workspace.can_trade, score=fuzzy,
        )  # fmt: skip

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        shown = self.entries()
        self._at = min(self._at, max(len(shown) - 1, 0))
        return palette.palette_rows(shown, self._line, self._at, width, height)

    def takes_text(self, chord: str) -> bool:
        """Take every character."""
        return True

    def type_text(self, text: str) -> None:
        """Narrow what is offered."""
        self._set(self._line.insert(text))

    def paste(self, text: str) -> None:
        """Narrow what is offered."""
        self._set(self._line.insert(text))

    def edit(self, chord: str) -> bool:
        """Edit the line."""
        edited = self._line.press(chord)
        if edited is not None:
            self._set(edited)
        return edited is not None

    def _set(self, edited: LineEdit) -> None:
        if edited.text != self._line.text:
            self._at = 0
        self._line = edited
        self.draw()

    def do_palette_up(self) -> None:
        """Choose the line above."""
        self._at = max(self._at - 1, 0)
        self.draw()

    def do_palette_down(self) -> None:
        """Choose the line below."""
        self._at += 1
        self.draw()

    def do_palette_run(self) -> None:
        """Run the chosen one, where it can be run."""
        shown = self.entries()
        if shown and shown[self._at].is_alive:
            self.close(shown[self._at].key)

    def do_palette_back(self) -> None:
        """Leave."""
        self.close()
