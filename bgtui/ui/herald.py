"""Says in the message line what changed about the person's guard: arming, a sleep, the kill switch."""

from __future__ import annotations

from collections.abc import Callable

from bgtui.domain.trading import TradingState
from bgtui.session.kill import KillRun
from bgtui.session.session import Session
from bgtui.ui.role import Role
from bgtui.ui.view import killing
from bgtui.ui.view.span import Span
from bgtui.ui.workspace import Workspace


class Herald:
    """Looks at every frame, and speaks when something is new."""

    def __init__(self, workspace: Workspace, redraw: Callable[[], None]) -> None:
        """Begin with nothing said.

        Args:
            workspace: Where it speaks.
            redraw: Has every pane drawn anew: edges, words and footer follow the state.
        """
        self._workspace = workspace
        self._redraw = redraw
        self._session: Session | None = None
        self._armings = 0
        self._sleeps = 0
        self._state: TradingState | None = None
        self._told: tuple[KillRun | None, bool, bool] = (None, False, False)
        self._alarm: Span | None = None

    def look(self) -> None:
        """Say what is new."""
        session = self._workspace.session
        if session is None:
            return
        if session is not self._session:
            self._begin(session)
        self._look_at_sleep(session)
        self._look_at_state(session)
        self._look_at_kill(session)

    def _begin(self, session: Session) -> None:
        self._session = session
        self._armings = session.arming.version if session.arming is not None else 0
        self._state = self._workspace.trading_state
        self._sleeps = session.slumber.count if session.slumber is not None else 0

    def _look_at_sleep(self, session: Session) -> None:
        slumber = session.slumber
        if slumber is not None and slumber.count != self._sleeps:
            self._sleeps = slumber.count
            self._armings = session.arming.version if session.arming is not None else 0
            self._workspace.say(slumber.line, Role.WARN)
            self._redraw()

    def _look_at_state(self, session: Session) -> None:
        arming, state = session.arming, self._workspace.trading_state
        is_news = arming is not None and arming.version != self._armings
        if arming is not None and is_news:
            self._armings = arming.version
            armed = f"Armed: account {arming.warrant.account} until o, sleep or quit."
            self._workspace.say(arming.line or armed, Role.WARN if arming.line else Role.PLAIN)
        if is_news or state is not self._state:
            self._state = state
            self._redraw()

    def _look_at_kill(self, session: Session) -> None:
        alarm = killing.alarm(session.kill)
        if alarm != self._alarm:
            self._alarm = alarm
            self._redraw()
        run = session.kill.run if session.kill is not None else None
        if run is None:
            return
        told = (run, run.is_over, run.is_overdue)
        if told == self._told:
            return
        self._told = told
        if run.is_over or run.is_overdue:
            passed_s = self._workspace.clock.monotonic() - run.begun_s
            role = Role.PLAIN if run.is_over else Role.DANGER
            self._workspace.say(killing.news(run, passed_s), role)
