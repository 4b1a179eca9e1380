"""The dock that opens the door: the account label has to be typed."""

from __future__ import annotations

from collections.abc import Sequence

from bgtui.session.arming import Arming
from bgtui.ui.modals.dock import dock_width
from bgtui.ui.modals.line import TypedDock
from bgtui.ui.view import arming as view
from bgtui.ui.view.span import Row
from bgtui.ui.view.status import mode_name
from bgtui.ui.workspace import Badge, Workspace


class ArmDock(TypedDock[bool]):
    """Answers True once the label matches, every check is well and `enter` was pressed."""

    def __init__(self, workspace: Workspace, arming: Arming) -> None:
        """Begin with an empty line."""
        super().__init__(workspace)
        self._arming = arming

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        workspace = self.workspace
        shown = view.ArmView(
            self._arming.warrant,
            workspace.identity.badge.value,
            mode_name(workspace),
            self._arming.limits(),
            self._arming.checks(),
            self.line,
            is_live=workspace.identity.badge is Badge.LIVE,
            is_private=workspace.is_private,
        )
        return view.arm_rows(shown, width, height)

    def do_word_accept(self) -> None:
        """Answer, when the label matches and nothing stands against it."""
        width = dock_width(self.screen.size.width)
        wanted, _ = view.word(self._arming.warrant, width, is_private=self.workspace.is_private)
        if self.line.text == wanted and not self._arming.problems():
            self.close(True)  # noqa: FBT003 - the answer itself
