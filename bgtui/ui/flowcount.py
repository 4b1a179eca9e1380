"""Counts what trades on the instrument shown, whatever screen is up: a tape keeps the latest trades only."""

from __future__ import annotations

from bgtui.domain.instrument import InstrumentId
from bgtui.store import topic
from bgtui.ui.traded import Flows
from bgtui.ui.workspace import Workspace

PERIOD_S = 0.5
"""How often the sums move: they are read, not watched."""


class FlowCount:
    """Looks at the tape with every frame, and takes what is new twice a second."""

    def __init__(self, workspace: Workspace) -> None:
        """Begin with nothing counted."""
        self._workspace = workspace
        self._shown: InstrumentId | None = None
        self._version = -1
        self._looked_s = float("-inf")

    def look(self) -> None:
        """Count what is new; another instrument begins anew."""
        workspace = self._workspace
        store, shown = workspace.store, workspace.instrument
        if store is None or shown is None:
            return
        if shown != self._shown:
            self._shown, self._version, self._looked_s = shown, -1, float("-inf")
            workspace.flows = Flows()
        now_s = workspace.clock.monotonic()
        if now_s - self._looked_s < PERIOD_S and not workspace.flows.is_empty:
            return
        version = store.version(topic.tape(shown))
        if version != self._version:
            self._version, self._looked_s = version, now_s
            workspace.flows.take(store.trades_after(shown, workspace.flows.last_id))
