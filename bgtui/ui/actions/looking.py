"""Looking closer: ask again, a row as JSON, hide what others must not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bgtui.ui.actions.host import Host
from bgtui.ui.modals.detail import DetailDock
from bgtui.ui.view import evidence
from bgtui.ui.view.dockframe import Body

_BOOK_LEVELS = 25


class Looking:
    """The keys that change nothing but what is known and shown."""

    def __init__(self, host: Host) -> None:
        """Act on this app."""
        self._host = host

    def do_app_refresh(self) -> None:
        """Ask the exchange again about everything that is looked at."""
        workspace = self._host.workspace
        session = workspace.session
        if session is None:
            return
        session.refresh_account()
        if session.asker is not None:
            session.asker.ask_all()
        if workspace.instrument is not None:
            session.renew_book(workspace.instrument)
            session.renew_instruments(workspace.instrument.product_type)
        self._host.say("asking the exchange again")

    async def do_row_json(self) -> None:
        """Show the row under the cursor, whole, as JSON."""
        host = self._host
        found = self._row()
        if found is None:
            host.say("Nothing under the cursor to show.")
            return
        text = evidence.to_json(found)
        await host.asking.ask(DetailDock(host.workspace, "JSON", lambda width: _lines(text, width)))

    def _row(self) -> Any:  # noqa: ANN401 - whatever value stands there
        screen = self._host.asking
        for actor in (screen.focused, screen):
            find = getattr(actor, "evidence", None)
            if find is not None:
                return find()
        for name in ("orders_at_cursor", "leg_at_cursor"):
            find = getattr(screen, name, None)
            found = find() if find is not None else None
            if isinstance(found, tuple):
                found = [item for part in found for item in part]
            if found:
                return found
        return self._market()

    def _market(self) -> Any:  # noqa: ANN401
        store, shown = self._host.workspace.store, self._host.workspace.instrument
        if store is None or shown is None:
            return None
        return {"ticker": store.ticker(shown), "book": store.book(shown, levels=_BOOK_LEVELS)}

    def do_privacy_toggle(self) -> None:
        """Hide names, ids, sizes and money, or show them again."""
        workspace = self._host.workspace
        workspace.is_private = not workspace.is_private
        self._host.say(
            "Names and money are hidden; H shows them again." if workspace.is_private else "Shown again."
        )
        self._host.invalidate()


def _lines(text: str, width: int) -> Sequence[Body]:
    return evidence.wrapped(text, width)
