"""Going places: screens by number, back and forth, panes."""

from __future__ import annotations

from bgtui.ui.actions.host import Host
from bgtui.ui.history import View


class Navigation:
    """The keys that change what is looked at."""

    def __init__(self, host: Host) -> None:
        """Act on this app."""
        self._host = host

    async def do_screen_trade(self) -> None:
        """Show Trade."""
        await self._host.show_screen("trade")

    async def do_screen_positions(self) -> None:
        """Show Positions."""
        await self._host.show_screen("positions")

    async def do_screen_orders(self) -> None:
        """Show Orders."""
        await self._host.show_screen("orders")

    async def do_screen_leader(self) -> None:
        """Show Leader."""
        await self._host.show_screen("leader")

    async def do_screen_followers(self) -> None:
        """Show Followers."""
        await self._host.show_screen("followers")

    async def do_screen_copy(self) -> None:
        """Show Copy."""
        await self._host.show_screen("copy")

    async def do_screen_account(self) -> None:
        """Show Account."""
        await self._host.show_screen("account")

    async def do_screen_health(self) -> None:
        """Show Health."""
        await self._host.show_screen("health")

    async def do_screen_alerts(self) -> None:
        """Show Alerts."""
        await self._host.show_screen("alerts")

    async def do_app_last_view(self) -> None:
        """Go to the view before this one."""
        await self._go(self._host.workspace.history.last(), "no view before this one")

    async def do_history_back(self) -> None:
        """Go one view back."""
        await self._go(self._host.workspace.history.move(-1), "no earlier view")

    async def do_history_forward(self) -> None:
        """Go one view forth."""
        await self._go(self._host.workspace.history.move(1), "no later view")

    async def do_app_back(self) -> None:
        """Go one step back; a list first clears its filter and its marks."""
        await self._go(self._host.workspace.history.move(-1), "")

    async def _go(self, view: View | None, otherwise: str) -> None:
        host = self._host
        if view is None:
            if otherwise:
                host.say(otherwise)
            return
        if view.instrument is not None and view.instrument != host.workspace.instrument:
            host.show_instrument(view.instrument)
        await host.show_screen(view.screen)

    def do_pane_next(self) -> None:
        """Move the focus to the next pane."""
        self._host.asking.focus_next()

    def do_pane_previous(self) -> None:
        """Move the focus to the pane before."""
        self._host.asking.focus_previous()
