"""What the actions need of the app."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol

from bgtui.domain.instrument import InstrumentId
from bgtui.ui.keys import Key
from bgtui.ui.role import Role
from bgtui.ui.screens.base import BaseScreen
from bgtui.ui.workspace import Workspace


class Host(Protocol):
    """The app, as far as the actions know it."""

    workspace: Workspace

    @property
    def asking(self) -> BaseScreen:
        """The screen that is up."""

    def say(self, text: str, role: Role = Role.PLAIN) -> None:
        """Put a line into the message line."""

    def invalidate(self) -> None:
        """Have every pane draw at the next frame."""

    def tick(self) -> None:
        """Draw a frame."""

    def start(self, flow: Coroutine[Any, Any, None]) -> None:
        """Run what a key began."""

    async def perform(self, key: Key) -> None:
        """Do what a key stands for, or say why not."""

    async def show_screen(self, name: str) -> None:
        """Bring a screen up."""

    def show_instrument(self, instrument: InstrumentId) -> None:
        """Show an instrument on Trade."""

    def leave(self) -> None:
        """End the program, the terminal restored."""
