"""The dock that opens the door: the account label has to be typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from bgtui.session.arming import Arming
from bgtui.ui.keys import Context
from bgtui.ui.modals.dock import Dock, dock_width
from bgtui.ui.view import arming as view
from bgtui.ui.view.lineedit import LineEdit
from bgtui.ui.view.span import Row
from bgtui.ui.view.status import mode_name
from bgtui.ui.workspace import Badge, Workspace


class ArmDock(Dock[bool]):
    """Answers True once the label matches, every check is well and `enter` was pressed."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.WORD,)

    def __init__(self, workspace: Workspace, arming: Arming) -> None:
        """Begin with an empty line."""
        super().__init__(workspace)
        self._arming = arming
        self._line = LineEdit()

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        workspace = self.workspace
        shown = view.ArmView(
            self._arming.warrant,
            workspace.identity.badge.value,
            mode_name(workspace),
            self._arming.limits(),
            self._arming.checks(),
            self._line,
            is_live=workspace.identity.badge is Badge.LIVE,
            is_private=workspace.is_private,
        )
        return view.arm_rows(shown, width, height)

    def takes_text(self, chord: str) -> bool:
        """Every letter goes into the line."""
        return True

    def type_text(self, text: str) -> None:
        """Type."""
        self._line = self._line.insert(text)
        self.draw()

    def edit(self, chord: str) -> bool:
        """Edit the line."""
        edited = self._line.press(chord)
        if edited is None:
            return False
        self._line = edited
        self.draw()
        return True

    def paste(self, text: str) -> None:
        """Take no paste: the label is to be typed."""

    def do_word_accept(self) -> None:
        """Answer, when the label matches and nothing stands against it."""
        width = dock_width(self.screen.size.width)
        wanted, _ = view.word(self._arming.warrant, width, is_private=self.workspace.is_private)
        if self._line.text == wanted and not self._arming.problems():
            self.close(True)  # noqa: FBT003 - the answer itself

    def do_word_back(self) -> None:
        """Leave."""
        self.close()
