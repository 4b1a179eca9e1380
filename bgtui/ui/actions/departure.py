"""Leaving: quit with a look at what stays, exit at once, suspend and come back."""

from __future__ import annotations

from bgtui.ui.actions.host import Host
from bgtui.ui.modals import leaving as leaving_form
from bgtui.ui.view import leaving


class Departure:
    """The keys that end or interrupt the program."""

    def __init__(self, host: Host) -> None:
        """Act on this app."""
        self._host = host

    async def do_app_quit(self) -> None:
        """Leave; where something rests on the exchange or is in doubt, only after a look at it."""
        host = self._host
        store, identity = host.workspace.store, host.workspace.identity
        if store is None or not identity.has_key:
            host.leave()
            return
        session = host.workspace.session
        is_alarmed = session is not None and session.kill is not None and session.kill.is_alarmed
        rests = is_alarmed or not leaving.left_behind(store, identity.product_types).is_nothing
        if not rests or await host.asking.ask(leaving_form.LeavingDock(host.workspace)):
            host.leave()

    def do_app_exit(self) -> None:
        """Leave at once."""
        self._host.leave()
