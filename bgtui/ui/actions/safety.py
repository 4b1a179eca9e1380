"""What guards the account: arming and disarming, and the kill switch."""

from __future__ import annotations

import asyncio

from bgtui.domain.error import Refused
from bgtui.domain.instrument import InstrumentId
from bgtui.domain.trading import TradingState
from bgtui.session.arming import Arming
from bgtui.session.feed import surface
from bgtui.ui.actions.host import Host
from bgtui.ui.modals import arming as arming_form
from bgtui.ui.modals import killing as killing_form
from bgtui.ui.role import Role
from bgtui.ui.screens.acting import Acting


class Safety:
    """The keys `o` and `!`."""

    def __init__(self, host: Host) -> None:
        """Act on this app."""
        self._host = host

    async def do_arm_toggle(self) -> None:
        """Disarm at once; disarmed, ask for the account label and arm; locked, say until when."""
        session = self._host.workspace.session
        arming = session.arming if session is not None else None
        if session is None or arming is None:
            self._host.say("Nothing to arm here.", Role.MUTED)
        elif arming.state is TradingState.LOCKED:
            self._host.say(arming.line, Role.WARN)
        elif arming.state is TradingState.ARMED:
            arming.disarm()
        else:
            if session.journal is not None:
                session.journal.check()
            await self._arm(arming)

    async def _arm(self, arming: Arming) -> None:
        host = self._host
        if not await host.asking.ask(arming_form.ArmDock(host.workspace, arming)):
            return
        try:
            arming.arm()
        except Refused as error:  # something failed between the last look and the key
            host.say(str(error), Role.DANGER)

    async def do_kill_open(self) -> None:
        """Open the kill switch: what stands is asked by REST while it is open."""
        host = self._host
        session = host.workspace.session
        if session is None or session.kill is None:
            host.say("No kill switch here: nothing can be sent from this run.", Role.MUTED)
            return
        dock = killing_form.KillDock(host.workspace, session.kill, _here(host))
        asking = asyncio.create_task(dock.keep_asking(), name="kill dock")
        asking.add_done_callback(surface)
        try:
            await host.asking.ask(dock)
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)


def _here(host: Host) -> InstrumentId | None:
    """Return what the cursor is on, where a screen has such a cursor; else what Trade shows."""
    screen = host.asking
    return screen.instrument_at_cursor() if isinstance(screen, Acting) else host.workspace.instrument
