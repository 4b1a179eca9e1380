"""The palette of every action: letters filter, enter runs as if the key were pressed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from bgtui.ui.keys import Context, Key
from bgtui.ui.modals.line import ChoiceDock
from bgtui.ui.modals.picker import fuzzy
from bgtui.ui.view import palette
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace


class PaletteDock(ChoiceDock[Key]):
    """Its answer is the key whose action is to be run."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.PALETTE,)

    def __init__(self, workspace: Workspace, alive: Sequence[Context]) -> None:
        """Offer what is alive where the person is."""
        super().__init__(workspace)
        self._alive = tuple(alive)

    def entries(self) -> list[palette.Entry]:
        """Return what matches now."""
        return palette.entries(
            self.workspace.keys, self._alive, self.line.text,
            can_trade=self.workspace.can_trade, score=fuzzy,
        )  # fmt: skip

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        shown = self.entries()
        return palette.palette_rows(shown, self.line, self.hold(len(shown)), width, height)

    def do_palette_up(self) -> None:
        """Choose the line above."""
        self.go(-1)

    def do_palette_down(self) -> None:
        """Choose the line below."""
        self.go(1)

    def do_palette_run(self) -> None:
        """Run the chosen one, where it can be run."""
        shown = self.entries()
        if shown and (chosen := shown[self.hold(len(shown))]).is_alive:
            self.close(chosen.key)

    def do_palette_back(self) -> None:
        """Leave."""
        self.close()
