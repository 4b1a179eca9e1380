"""What the screens share that are a list: one live table with its detail."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from bgtui.ui.modals.detail import DetailDock
from bgtui.ui.modals.filtering import FilterLine
from bgtui.ui.screens.base import BaseScreen
from bgtui.ui.widgets.bars import MessageBar
from bgtui.ui.widgets.table import LiveTable

_COUNT = re.compile(r"\s+[\d?].*$")
"""How many rows a sub-view has, behind its name."""


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

    async def do_app_find(self) -> None:
        """Type a filter."""
        table = self.table
        await self.ask(FilterLine(self.workspace, table.state.filter, table, table.counts))
        table.invalidate()

    async def do_list_open(self) -> None:
        """Show everything about the row under the cursor."""
        line = self.table.current
        if line is None:
            return
        table = self.table
        view = _COUNT.sub("", table.names()[table.view_index])
        title = f"{self.name_id} · {view}".upper() if len(table.names()) > 1 else self.name_id.upper()
        await self.ask(
            DetailDock(self.workspace, title, lambda width: table.opened(width, table.latest(line)))
        )
