"""Finding: a symbol, an action, a key."""

from __future__ import annotations

from bgtui.domain.instrument import InstrumentId
from bgtui.ui.actions.host import Host
from bgtui.ui.keys import Context
from bgtui.ui.modals import help as helping
from bgtui.ui.modals import palette, picker
from bgtui.ui.view import tabs

MAX_PINS = 50
"""Instruments on the watch list: each is one subscription."""


class Finder:
    """The keys that open picker, palette and help."""

    def __init__(self, host: Host) -> None:
        """Act on this app."""
        self._host = host

    async def do_app_find(self) -> None:
        """Find a symbol and show it on Trade."""
        host = self._host
        if host.workspace.session is None:
            host.say("Connecting: no symbols yet; a moment.")
            return
        chosen = await host.asking.ask(picker.PickerDock(host.workspace, pin=self.pin))
        if chosen is not None:
            host.show_instrument(chosen)
            await host.show_screen("trade")

    def pin(self, instrument: InstrumentId) -> None:
        """Put an instrument on the watch list, or take it off; what is chosen is remembered."""
        workspace = self._host.workspace
        pins = workspace.watch_list
        if instrument in pins:
            pins.remove(instrument)
        elif len(pins) < MAX_PINS:
            pins.append(instrument)
        else:
            self._host.say(f"The watch list is full: {MAX_PINS} instruments; take one off first.")
            return
        if workspace.session is not None:
            workspace.session.watch_list(pins)
        if workspace.remember is not None:
            workspace.remember(tuple(pins))
        self._host.invalidate()

    async def do_app_command(self) -> None:
        """Open the palette, and run what is chosen as if its key were pressed."""
        host, screen = self._host, self._host.asking
        chosen = await screen.ask(palette.PaletteDock(host.workspace, screen.alive()))
        if chosen is not None:
            await host.perform(chosen)
            host.tick()

    async def do_app_help(self) -> None:
        """Explain the keys of this place."""
        screen = self._host.asking
        await self._help(screen.alive(), dict(tabs.SCREENS).get(screen.name_id, screen.name_id))

    async def do_dock_help(self) -> None:
        """Explain the keys of a form."""
        await self._help((Context.DOCK, Context.REVIEW), "form")

    async def _help(self, contexts: tuple[Context, ...], place: str) -> None:
        host = self._host
        inner = next((context.value for context in contexts if context is not Context.ANY), "")
        title = f"{place} · {inner}" if inner and inner != place.lower() else place
        chosen = await host.asking.ask(helping.HelpDock(host.workspace, title, contexts))
        if chosen is not None:
            await host.perform(chosen)
            host.tick()
