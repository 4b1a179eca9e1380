"""Quit while something stays on the exchange."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from bgtui.ui.keys import Context
from bgtui.ui.modals.dock import Dock
from bgtui.ui.view import leaving
from bgtui.ui.view.confirm import ConfirmGate
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Workspace


class LeavingDock(Dock[bool]):
    """Its answer is True when the person leaves."""

    contexts: ClassVar[tuple[Context, ...]] = (Context.QUIT,)

    def __init__(self, workspace: Workspace) -> None:
        """Count what stays."""
        super().__init__(workspace)
        self._gate = ConfirmGate(workspace.clock.monotonic(), expires_s=None)

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        workspace = self.workspace
        if workspace.store is None:
            return []
        left = leaving.left_behind(workspace.store, workspace.identity.product_types)
        where = f"{workspace.identity.badge.value} {workspace.identity.account}".strip()
        session = workspace.session
        is_alarmed = session is not None and session.kill is not None and session.kill.is_alarmed
        return leaving.quit_rows(left, where, width, height, is_alarmed=is_alarmed)

    def key_pressed(self, chord: str) -> None:
        """Have `y` wait after any other key."""
        if chord != "y":
            self._gate.key(self.workspace.clock.monotonic())

    def do_quit_leave(self) -> None:
        """Leave."""
        if self._gate.confirm(self.workspace.clock.monotonic()):
            self.close(True)  # noqa: FBT003 - the answer itself

    def do_quit_stay(self) -> None:
        """Stay."""
        self.close()
