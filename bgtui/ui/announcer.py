"""Says in the message line what the connections do, without repeating itself."""

from __future__ import annotations

from dataclasses import replace

from bgtui.ui.view import notices
from bgtui.ui.view.doubts import Doubts
from bgtui.ui.view.notices import Notice, Told
from bgtui.ui.workspace import Workspace

QUIET_S = 10.0
"""After a sleep the streams come back by themselves: what is to be done about the sleep stays readable."""


class Announcer:
    """Looks at health, book and freshness: when they change, and once a second."""

    def __init__(self, workspace: Workspace) -> None:
        """Begin with nothing said."""
        self._workspace = workspace
        self._told = Told()
        self._doubts = Doubts()
        self._seen: tuple[object, ...] = ()
        self._sleeps = 0
        self._quiet_until_s = 0.0

    def look(self) -> None:
        """Say what is new."""
        workspace = self._workspace
        store, identity, shown = workspace.store, workspace.identity, workspace.instrument
        if store is None:
            return
        now_s = workspace.clock.monotonic()
        status = store.book_status(shown) if shown is not None else None
        seen = (int(now_s), shown, status, store.quiet_changes)
        if seen == self._seen:
            return
        for news in self._doubts.look(store, workspace.now_ms):
            self._say(news)
        if self._is_quiet(now_s):
            return
        self._seen = seen
        product, has_key = identity.product_type, identity.has_key
        loading = notices.is_loading(store, shown, product, has_key=has_key)
        since_s = self._told.loading_s if self._told.loading_s is not None else now_s
        now = notices.condition(
            store, shown, product,
            has_key=has_key, host=identity.host, loading_s=now_s - since_s if loading else 0.0,
        )  # fmt: skip
        self._told, notice = notices.look(self._told, now, now_s, is_loading=loading)
        if notice is not None:
            self._say(notice)

    def _is_quiet(self, now_s: float) -> bool:
        slumber = self._workspace.session.slumber if self._workspace.session is not None else None
        if slumber is not None and slumber.count != self._sleeps:
            self._sleeps = slumber.count
            self._quiet_until_s = now_s + QUIET_S
        return now_s < self._quiet_until_s

    def _say(self, notice: Notice) -> None:
        message = self._workspace.message
        if notice.replaces and message.text == notice.replaces:
            self._workspace.message = replace(message, text=notice.text, role=notice.role)
        elif not notice.replaces:
            self._workspace.say(notice.text, notice.role)
