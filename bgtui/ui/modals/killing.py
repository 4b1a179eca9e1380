"""The kill switch's dock: what stands, what is done about it, and what has come of it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import ClassVar

from bgtui.domain.error import Refused
from bgtui.domain.instrument import InstrumentId
from bgtui.session.kill import KillSwitch
from bgtui.session.kill_reach import KillChoice, Reach, Standing
from bgtui.ui.keys import Context
from bgtui.ui.modals.dock import Dock
from bgtui.ui.role import Role
from bgtui.ui.view import killing
from bgtui.ui.view.confirm import ConfirmGate
from bgtui.ui.view.killing import KillView
from bgtui.ui.view.span import Row
from bgtui.ui.workspace import Badge, Workspace

_CHOICES = ("kill.cancel", "kill.flatten", "kill.both")
ASK_EVERY_S = 3.0
"""Pause between two looks at what stands, while it is chosen."""


class KillDock(Dock[None]):
    """Chooses and confirms; once sent, shows the lines, which go on whether it is open or not."""

    DEFAULT_CSS = "KillDock { layer: alarm; }"
    contexts: ClassVar[tuple[Context, ...]] = (Context.KILL,)

    def __init__(self, workspace: Workspace, kill: KillSwitch, here: InstrumentId | None) -> None:
        """Begin with the whole account and with both, or with what is under way.

        Args:
            workspace: What is shown.
            kill: The switch.
            here: What a narrow scope is: the instrument under the cursor.
        """
        super().__init__(workspace)
        self._here = here
        self._kill = kill
        self._is_narrow = False
        self._choice = KillChoice.BOTH
        self._standing: Standing | None = None
        self._is_choosing = not kill.is_alarmed
        self._gate = self._new_gate()
        self._wake = asyncio.Event()

    async def keep_asking(self) -> None:
        """Ask by REST what stands, now and every few seconds, for as long as somebody chooses."""
        while True:
            self._wake.clear()
            if self._is_choosing:
                reach = self.reach
                standing = await self._kill.ask(reach)
                if reach == self.reach:
                    self._standing = standing
                    self.draw()
            try:
                async with asyncio.timeout(ASK_EVERY_S):
                    await self._wake.wait()
            except TimeoutError:
                continue

    @property
    def reach(self) -> Reach:
        """What is meant now."""
        return self._kill.reach(self._here if self._is_narrow else None)

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Return the dock."""
        view, run = self._view(), self._kill.run
        if view is None:
            return []
        if self._is_choosing or run is None:
            return killing.choose_rows(view, width, height)
        passed_s = self.workspace.clock.monotonic() - run.begun_s
        return killing.run_rows(view, run, passed_s, width, height)

    def _view(self) -> KillView | None:
        workspace, identity = self.workspace, self.workspace.identity
        if workspace.store is None:
            return None
        return KillView(
            workspace.store,
            self.reach,
            self._choice,
            self._standing,
            workspace.now_ms,
            f"{identity.badge.value} {identity.account}".strip(),
            is_live=identity.badge is Badge.LIVE,
            is_private=workspace.is_private,
        )

    def _new_gate(self) -> ConfirmGate:
        return ConfirmGate(self.workspace.clock.monotonic(), expires_s=None)

    def idle(self) -> Collection[str]:
        """Return what cannot be chosen or sent at this moment."""
        run, view = self._kill.run, self._view()
        if self._is_choosing or run is None:
            can_send = view is not None and view.can_send and self._standing is not None
            found = [] if can_send else ["kill.send"]
            return found if self._here is not None else [*found, "kill.scope"]
        found = ["kill.scope"]
        if not run.is_overdue or run.standing is None:
            found.append("kill.send")
        return found if run.is_over or run.is_overdue else [*found, *_CHOICES]

    def key_pressed(self, chord: str) -> None:
        """Have `y` wait after any other key."""
        if chord != "y":
            self._gate.key(self.workspace.clock.monotonic())

    def step_aside(self) -> bool:
        """Stay: it is open already."""
        return False

    def paste(self, text: str) -> None:
        """Take no paste; `y` waits after one."""
        self._gate.key(self.workspace.clock.monotonic())

    def do_kill_scope(self) -> None:
        """Turn between this instrument and the whole account."""
        if self._is_choosing and self._here is not None:
            self._is_narrow = not self._is_narrow
            self._ask_anew()

    def do_kill_cancel(self) -> None:
        """Choose to cancel; nothing is sent yet."""
        self._choose(KillChoice.CANCEL)

    def do_kill_flatten(self) -> None:
        """Choose to flatten; nothing is sent yet."""
        self._choose(KillChoice.FLATTEN)

    def do_kill_both(self) -> None:
        """Choose both; nothing is sent yet."""
        self._choose(KillChoice.BOTH)

    def _choose(self, choice: KillChoice) -> None:
        run = self._kill.run
        if not self._is_choosing and run is not None and not (run.is_over or run.is_overdue):
            return
        self._choice = choice
        if not self._is_choosing:
            self._is_choosing = True
            self._ask_anew()
        self.draw()

    def _ask_anew(self) -> None:
        self._standing = None
        self._gate = self._new_gate()
        self._wake.set()
        self.draw()

    def do_kill_send(self) -> None:
        """Send it, once; again only what a query has found left, and only by another press."""
        run, now_s = self._kill.run, self.workspace.clock.monotonic()
        view = self._view()
        if self._is_choosing or run is None:
            if view is None or not view.can_send or self._standing is None:
                return
            if self._gate.confirm(now_s):
                self._begin(self.reach, self._choice, self._standing)
        elif run.is_overdue and run.standing is not None and self._gate.confirm(now_s):
            self._begin(run.reach, run.choice, run.standing)

    def _begin(self, reach: Reach, choice: KillChoice, standing: Standing) -> None:
        try:
            self._kill.begin(reach, choice, standing)
        except Refused as error:
            self.workspace.say(str(error), Role.WARN)
            return
        self._is_choosing = False
        self._gate = self._new_gate()
        self.workspace.say("Kill switch: sending.", Role.WARN)
        self.draw()

    def do_app_refresh(self) -> None:
        """Ask again by REST."""
        self._kill.ask_again()
        self._wake.set()

    def do_kill_back(self) -> None:
        """Leave; what was sent goes on, and its alarm stays."""
        self.close()
