"""What the screens share that are a list: one live table, its detail, and asking again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.widget import Widget

from bgtui.ui.screens.base import BaseScreen
from bgtui.ui.view.rowjson import to_json
from bgtui.ui.widgets.bars import MessageBar
from bgtui.ui.widgets.table import LiveTable


class ListScreen(BaseScreen):
    """A screen with one live table."""

    AUTO_FOCUS: ClassVar[str] = "#list"
    table_type: ClassVar[type[LiveTable]]

    def body(self) -> Iterable[Widget]:
        """The table."""
        yield self.table_type(self.workspace, id="list")

    @property
    def table(self) -> LiveTable:
        """The table."""
        return self.query_one(LiveTable)

    def shown(self) -> None:
        """Say what the screen always says, unless there is a warning."""
        self.query_one(MessageBar).let_pass()

    def row_json(self) -> str:
        """Return the row under the cursor as JSON in plain ASCII, nothing lost; empty without a row."""
        item = self.table.item
        return "" if item is None else to_json(item)

    def do_app_refresh(self) -> None:
        """Ask the account and everything else that is shown again, now."""
        session = self.workspace.session
        if session is None:
            return
        session.refresh_account()
        if session.asker is not None:
            session.asker.ask_all()
        app: Any = self.app
        app.say("asked again")
