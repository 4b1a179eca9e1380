"""Tells what fired: the bell once for all that is new, the message line the gravest, else the latest."""

from __future__ import annotations

from collections.abc import Callable

from bgtui.domain.alert import AlertKind, Channel
from bgtui.store import topic
from bgtui.ui.role import Role
from bgtui.ui.view.alerts import GRAVE, alert_text
from bgtui.ui.workspace import Workspace

BELL_GAP_S = 1.0
"""Shortest time between two bells."""


_PLAIN = frozenset({AlertKind.FILL, AlertKind.PRICE})
"""Kinds that are news and no warning."""


class Crier:
    """Looks at the alerts when they have changed."""

    def __init__(self, workspace: Workspace, ring: Callable[[], None]) -> None:
        """Ring by this."""
        self._workspace = workspace
        self._ring = ring
        self._seen = 0
        self._rang_s = float("-inf")
        self._problem = ""

    def look(self) -> None:
        """Tell what is new; a bell that comes too soon after another waits."""
        workspace = self._workspace
        session = workspace.session
        if session is None or session.alerts is None:
            return
        version = session.store.version(topic.ALERTS)
        if version == self._seen:
            return
        now_s = workspace.clock.monotonic()
        fired = session.store.alerts()
        to_say = [alert for alert in fired if alert.pending(Channel.MESSAGE)]
        to_ring = [alert for alert in fired if alert.pending(Channel.BELL)]
        if to_say:
            latest = next((alert for alert in to_say if alert.kind in GRAVE), to_say[0])
            role = Role.PLAIN if latest.kind in _PLAIN else Role.WARN
            workspace.say(alert_text(latest, hides_money=workspace.is_private), role)
        for alert in to_say:
            session.alerts.told(alert.alert_id, Channel.MESSAGE)
        may_ring = now_s - self._rang_s >= BELL_GAP_S
        if to_ring and may_ring:
            self._rang_s = now_s
            self._ring()
            for alert in to_ring:
                session.alerts.told(alert.alert_id, Channel.BELL)
        problem = session.store.alert_problem
        if problem and problem != self._problem:
            workspace.say(problem, Role.WARN)
        self._problem = problem
        self._seen = 0 if to_ring and not may_ring else session.store.version(topic.ALERTS)
