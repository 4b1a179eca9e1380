"""What every screen has: the bars, the dock that asks, and the way from a key to a method."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from bgtui.domain.question import Question
from bgtui.ui.keys import Context
from bgtui.ui.modals.dock import Dock
from bgtui.ui.view import footer
from bgtui.ui.view.card import is_too_small
from bgtui.ui.view.span import Row
from bgtui.ui.widgets.bars import KeyBar, MessageBar, MoneyBar, StateBar, TabBar
from bgtui.ui.widgets.canvas import Canvas
from bgtui.ui.widgets.card import Card
from bgtui.ui.workspace import Badge, Workspace

T = TypeVar("T")


class BaseScreen(Screen[None], inherit_bindings=False):
    """A screen of the terminal; a subclass composes the body and says whose keys are alive."""

    name_id: ClassVar[str] = ""
    """``positions``; the tab bar and the registry know it."""
    contexts: ClassVar[tuple[Context, ...]] = ()
    footers: ClassVar[Sequence[footer.Wanted]] = ()
    """Actions that the last line names, in order."""

    def __init__(self, workspace: Workspace) -> None:
        """Show what the workspace says."""
        super().__init__()
        self.workspace = workspace
        self.docks: list[Dock[Any]] = []
        self._canvases: list[Canvas] = []
        self._known = -1
        """What `Canvas.made` was when they were looked for."""
        self._seen: tuple[object, ...] = ()
        """The signs at which every pane looked at the store last."""
        self._restless: list[Canvas] = []
        """Those that look in every frame all the same."""
        self._footer: tuple[object, list[footer.Item]] = (None, [])
        """What the last line was made of, and its entries."""

    def compose(self) -> ComposeResult:
        """Bars above and below, the body between."""
        yield StateBar(self.workspace)
        yield from self.head()
        yield from self.body()
        yield MessageBar(self.workspace, self.standing)
        yield KeyBar(self.workspace)
        yield Card(self.workspace)

    def head(self) -> Iterable[Widget]:
        """Return lines 2 and 3."""
        yield MoneyBar(self.workspace)
        yield TabBar(self.workspace, self.name_id)

    def body(self) -> Iterable[Widget]:
        """Return what fills the screen between the bars."""
        raise NotImplementedError(f"{type(self).__name__} shows nothing")

    def shown(self) -> None:
        """Begin what needs somebody to look: called each time the screen comes up."""

    def standing(self) -> Row:
        """Return what the message line says while there is no news; empty leaves the last message."""
        return ()

    def questions(self) -> list[tuple[Question[Any], float]]:
        """Return what has to be asked while the screen is looked at, and how often, seconds."""
        return []

    def canvases(self) -> Iterable[Canvas]:
        """Return every pane, for the frame."""
        if self._known != Canvas.made:
            self._known = Canvas.made
            self._canvases = list(self.query(Canvas).results(Canvas))
        return [canvas for canvas in self._canvases if canvas.parent is not None]

    def frame(self, now_s: float, *, only_asked: bool = False) -> None:
        """Let every pane look at the store; ``only_asked`` leaves out those that no key has changed."""
        signs = self._signs(now_s)
        if signs == self._seen and not self.docks and not only_asked:
            for canvas in self._restless:
                if canvas.parent is not None:
                    canvas.frame(now_s)
            return
        canvases = list(self.canvases())
        bar = next((canvas for canvas in canvases if isinstance(canvas, KeyBar)), None)
        if bar is None:
            return  # the screen is coming up
        bar.show(self.footer_items())
        for canvas in canvases:
            if canvas.is_asked or not only_asked:
                canvas.frame(now_s)
        if not only_asked:
            self._seen = signs
            self._restless = [canvas for canvas in canvases if not canvas.may_rest]

    def _signs(self, now_s: float) -> tuple[object, ...]:
        """Return what is another whenever more may have changed than the market's figures."""
        workspace = self.workspace
        store, shown = workspace.store, workspace.instrument
        status = store.book_status(shown) if store is not None and shown is not None else None
        quiet = store.quiet_changes if store is not None else -1
        return (int(now_s), Canvas.stirred, workspace.message, shown, status, quiet, workspace.trading_state)

    def footer_items(self) -> list[footer.Item]:
        """Return what the last line names now."""
        workspace, alive = self.workspace, self.alive()
        dock = self.docks[-1] if self.docks else None
        wanted = (*footer.REPLAY, *self.footer_actions()) if dock is None else tuple(dock.footer_actions())
        look = (workspace.keys, alive, wanted, workspace.can_trade, dock)
        if look == self._footer[0]:
            return self._footer[1]
        found = footer.items(workspace.keys, alive, wanted, can_trade=workspace.can_trade)
        if dock is not None:
            found += self._kill_item(dock)
        elif self.name_id == "trade":
            found = footer.with_screens(found, workspace.keys)
        found = [*found, *footer.items(workspace.keys, alive, (footer.HELP,), can_trade=True)]
        self._footer = (look, found)
        return found

    def _kill_item(self, dock: Dock[Any]) -> list[footer.Item]:
        """Return the kill switch, which is alive in every dock that does not take its key for text."""
        keys = self.workspace.keys
        kill = keys.of(footer.KILL)
        if kill is None or Context.KILL in dock.contexts or dock.takes_text(kill.chords[0]):
            return []
        return footer.items(keys, (Context.ANY,), (footer.KILL,), can_trade=self.workspace.can_trade)

    def footer_actions(self) -> Sequence[footer.Wanted]:
        """Return the actions worth naming at this moment."""
        return self.footers

    def on_resize(self, _event: events.Resize) -> None:
        """Have the text card stand for the screen where it does not fit."""
        for card in self.query(Card):  # a size may come before the panes
            card.fit()

    @property
    def is_too_small(self) -> bool:
        """Tell whether the terminal shows the text card instead."""
        return is_too_small(*self.size)

    # Keys

    def alive(self) -> tuple[Context, ...]:
        """Return the contexts whose keys are alive, the nearest first."""
        if self.docks:
            return self.docks[-1].alive_contexts()
        focused: tuple[Context, ...] = getattr(self.focused, "contexts", ())
        replay = (Context.REPLAY,) if self.workspace.identity.badge is Badge.REPLAY else ()
        return tuple(dict.fromkeys((*replay, *focused, *self.contexts, Context.ANY)))

    def actors(self) -> Iterable[DOMNode]:
        """Return who may have the method of an action, the nearest first."""
        if self.docks:
            yield self.docks[-1]
        elif self.focused is not None:
            yield self.focused
        yield self
        yield self.app

    def on_paste(self, event: events.Paste) -> None:
        """Give pasted text to the form that is open, and to nothing else."""
        event.stop()
        if self.docks:
            self.docks[-1].paste(event.text)

    # Docks

    async def ask(self, dock: Dock[T]) -> T | None:
        """Open a dock and return its answer; None when it was left.

        The rest of the screen stays in view and live; keys go to the dock alone.
        """
        answer: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
        dock.answer = answer
        for under in self.docks:
            under.display = False  # its last line would name keys that are dead meanwhile
        self.docks.append(dock)
        await self.mount(dock)
        dock.draw()
        try:
            return await answer
        finally:
            if dock in self.docks:
                self.docks.remove(dock)
            if self.docks:
                self.docks[-1].display = True
            await dock.remove()
